"""Operators that make, keep, rename or change columns; the rows stay."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from lester_jupyter.errors import PlanError
from lester_jupyter.plan.expressions import Expression, is_bound_to_rows, looks_at_one_row
from lester_jupyter.plan.operator import Operator, ValueEdge
from lester_jupyter.plan.references import Function, Name


@dataclass(frozen=True, eq=False, kw_only=True)
class Extend(Operator):
    """Adds or replaces columns, row by row: by a Python function of other columns, or by an expression for each.

    Attributes:
        targets: the columns that are made.
        sources: the columns that are read; of expressions, those of all of them in the order of their first use.
        function: makes all targets at once; None where expressions do.
        expressions: one a target; empty where a function makes them.
    """

    kind: ClassVar[str] = "extend"

    targets: tuple[Name, ...]
    sources: tuple[Name, ...]
    function: Function | None = None
    expressions: tuple[Expression, ...] = ()

    def check(self) -> None:
        """Requires the columns it reads, different targets, and one way to make them."""
        self.require(self.sources)
        if not self.targets or len(set(self.targets)) < len(self.targets):
            raise PlanError(f"project needs different names for the columns it makes, got {list(self.targets)}.")
        if (self.function is None) != (len(self.expressions) == len(self.targets)):
            raise PlanError("A column is made by a function, or by one expression for each target.")
        unread = [c for e in self.expressions for c in e.columns() if c not in self.sources]
        if unread:
            raise PlanError(f"An expression reads {unread[0]!r}, which is not among the sources.")

    @cached_property
    def columns(self) -> tuple[Name, ...]:
        """The input's columns, replaced ones in their place, then the new ones."""
        return tuple(dict.fromkeys(self.inputs[0].columns + self.targets))

    @property
    def exact(self) -> bool:
        """Not with a vectorised function, nor with a mask: nothing shows which rows those look at."""
        if self.function is not None:
            return not self.function.vectorized
        return all(map(looks_at_one_row, self.expressions))

    @property
    def monotone(self) -> bool:
        """As `exact`: what looks at other rows may change with them."""
        return self.exact

    @property
    def bound_to_rows(self) -> bool:
        """With an expression that is."""
        return any(map(is_bound_to_rows, self.expressions))

    def value_edges(self) -> Iterator[ValueEdge]:
        """Yields what each target is computed from; the other columns come from themselves."""
        read = {t: e.columns() for t, e in zip(self.targets, self.expressions, strict=False)}
        for out, name in enumerate(self.columns):
            if name in self.targets:
                yield from ((out, 0, self.position(s)) for s in read.get(name, self.sources))
            else:
                yield out, 0, self.position(name)


@dataclass(frozen=True, eq=False, kw_only=True)
class Project(Operator):
    """Keeps the named columns, in the named order.

    Attributes:
        names: the columns that are kept.
    """

    kind: ClassVar[str] = "project"

    names: tuple[Name, ...]

    def check(self) -> None:
        """Requires the columns it reads."""
        self.require(self.names)

    @cached_property
    def columns(self) -> tuple[Name, ...]:
        """The names that are kept."""
        return self.names

    def value_edges(self) -> Iterator[ValueEdge]:
        """Yields each column's old position."""
        for out, name in enumerate(self.names):
            yield out, 0, self.position(name)


@dataclass(frozen=True, eq=False, kw_only=True)
class Rename(Operator):
    """Renames columns, all at once (a swap is possible).

    Attributes:
        names: (old, new) pairs.
    """

    kind: ClassVar[str] = "rename"

    names: tuple[tuple[Name, Name], ...]

    def check(self) -> None:
        """Requires the old names."""
        self.require(old for old, _ in self.names)

    @cached_property
    def columns(self) -> tuple[Name, ...]:
        """The new names, in the old places."""
        new = dict(self.names)
        return tuple(new.get(c, c) for c in self.inputs[0].columns)


@dataclass(frozen=True, eq=False, kw_only=True)
class FillMissing(Operator):
    """Puts a constant where a value is missing.

    Attributes:
        values: (column, constant) pairs.
    """

    kind: ClassVar[str] = "fill_missing"

    values: tuple[tuple[Name, Any], ...]

    def check(self) -> None:
        """Requires the columns it reads."""
        self.require(name for name, _ in self.values)


@dataclass(frozen=True, eq=False, kw_only=True)
class Cast(Operator):
    """Changes the types of columns, as `astype` does.

    Attributes:
        types: (column, pandas' name of the type) pairs, such as ("year", "int64").
    """

    kind: ClassVar[str] = "cast"

    types: tuple[tuple[Name, str], ...]

    def check(self) -> None:
        """Requires the columns."""
        self.require(name for name, _ in self.types)
