"""What could not be understood."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

from lester_jupyter.plan.operator import ControlEdge, Operator, ValueEdge
from lester_jupyter.plan.references import Function, Name


@dataclass(frozen=True, eq=False, kw_only=True)
class Opaque(Operator):
    """Code that could not be understood: every output row and column may depend on every input.

    Attributes:
        names: the columns of what the code made.
        source: the code.
        reason: why it could not be understood.
        function: makes the table of the inputs' tables; None where the code cannot run by itself.
    """

    kind: ClassVar[str] = "opaque"
    arity: ClassVar[int | None] = None

    names: tuple[Name, ...]
    source: str
    reason: str
    function: Function | None = None

    @cached_property
    def columns(self) -> tuple[Name, ...]:
        """The columns of what the code made."""
        return self.names

    @property
    def exact(self) -> bool:
        """Never."""
        return False

    @property
    def monotone(self) -> bool:
        """Never known."""
        return False

    @property
    def deterministic(self) -> bool:
        """Never known."""
        return False

    def value_edges(self) -> Iterator[ValueEdge]:
        """Yields all columns of all inputs, for every column."""
        for out in range(len(self.names)):
            for slot, operand in enumerate(self.inputs):
                yield from ((out, slot, i) for i in range(len(operand.columns)))

    def control_edges(self) -> Iterator[ControlEdge]:
        """Yields all columns of all inputs."""
        for slot, operand in enumerate(self.inputs):
            yield from ((slot, i) for i in range(len(operand.columns)))
