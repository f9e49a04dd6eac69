"""Operators that bring records in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

from lester_jupyter.plan.operator import Operator, ValueEdge
from lester_jupyter.plan.references import Name, Source


@dataclass(frozen=True, eq=False, kw_only=True)
class Scan(Operator):
    """Reads the records of a source.

    Attributes:
        source: what is read.
        names: the fields of a record.
    """

    kind: ClassVar[str] = "scan"
    arity: ClassVar[int | None] = 0

    source: Source
    names: tuple[Name, ...]

    @cached_property
    def columns(self) -> tuple[Name, ...]:
        """The fields of a record."""
        return self.names

    def value_edges(self) -> Iterator[ValueEdge]:
        """Yields nothing: lineage ends here."""
        yield from ()
