"""Operators that bring several tables together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Literal, get_args

from lester_jupyter.errors import PlanError
from lester_jupyter.plan.operator import ControlEdge, Operator, ValueEdge
from lester_jupyter.plan.references import Name

JoinHow = Literal["inner", "left", "right", "outer", "semi", "anti"]


@dataclass(frozen=True, eq=False, kw_only=True)
class Join(Operator):
    """Equi-join with the meaning of `pandas.merge`: missing keys match each other.

    The left order is kept; by "right" the right one; by "outer" rows are sorted by their keys. "semi" keeps the left
    rows that have a match, "anti" those that have none; both have the columns of the left side alone.

    Attributes:
        how: which rows stay that have no match.
        left_on: the keys on the left.
        right_on: the keys on the right, in the same order.
        suffixes: what is put after names that both sides have; None leaves that side's as they are.
    """

    kind: ClassVar[str] = "join"
    arity: ClassVar[int | None] = 2

    how: JoinHow
    left_on: tuple[Name, ...]
    right_on: tuple[Name, ...]
    suffixes: tuple[str | None, str | None] = ("_x", "_y")

    def check(self) -> None:
        """Requires the keys, as many on the left as on the right."""
        if self.how not in get_args(JoinHow):
            raise PlanError(f"There is no join {self.how!r}.", available=get_args(JoinHow))
        if len(self.left_on) != len(self.right_on) or not self.left_on:
            raise PlanError("A join needs the same number of keys, at least one, on both sides.")
        self.require(self.left_on, 0)
        self.require(self.right_on, 1)

    @cached_property
    def _layout(self) -> tuple[tuple[Name, tuple[tuple[int, int], ...]], ...]:
        """Output columns with the input columns (slot, position) they hold.

        Keys that have one name on both sides are one column, all other columns that share a name get the suffixes.
        """
        left, right = self.inputs[0].columns, self.inputs[1].columns
        if self.how in ("semi", "anti"):
            return tuple((name, ((0, i),)) for i, name in enumerate(left))
        shared = {a for a, b in zip(self.left_on, self.right_on, strict=True) if a == b}
        clash = (set(left) & set(right)) - shared
        out: list[tuple[Name, tuple[tuple[int, int], ...]]] = []
        for i, name in enumerate(left):
            origins: tuple[tuple[int, int], ...] = ((0, i),)
            if name in shared:
                origins = self._key_origins(i, right.index(name))
            out.append((self._suffixed(name, 0) if name in clash else name, origins))
        for i, name in enumerate(right):
            if name not in shared:
                out.append((self._suffixed(name, 1) if name in clash else name, ((1, i),)))
        return tuple(out)

    def _key_origins(self, left: int, right: int) -> tuple[tuple[int, int], ...]:
        """Where a key of one name on both sides is from: the side whose rows are all kept; both, where both may be.

        pandas completes the left values by the right ones only if the name is a text; numbered columns stay as they
        are on the left.
        """
        if self.how == "inner":
            return (0, left), (1, right)
        if self.how == "left" or not isinstance(self.inputs[0].columns[left], str):
            return ((0, left),)
        return ((1, right),) if self.how == "right" else ((0, left), (1, right))

    def _suffixed(self, name: Name, slot: int) -> Name:
        suffix = self.suffixes[slot]
        return name if suffix is None else f"{name}{suffix}"

    @cached_property
    def columns(self) -> tuple[Name, ...]:
        """The left columns, then the right ones, as `pandas.merge` names them."""
        return tuple(name for name, _ in self._layout)

    def value_edges(self) -> Iterator[ValueEdge]:
        """Yields one origin a column; two for a shared key whose values may be from both sides."""
        for out, (_, origins) in enumerate(self._layout):
            yield from ((out, slot, position) for slot, position in origins)

    def control_edges(self) -> Iterator[ControlEdge]:
        """Yields the keys of both sides."""
        for slot, names in enumerate((self.left_on, self.right_on)):
            for name in names:
                yield slot, self.position(name, slot)

    @property
    def monotone(self) -> bool:
        """Not where a row whose matches go comes back unmatched, or comes up at all."""
        return self.how in ("inner", "semi")


@dataclass(frozen=True, eq=False, kw_only=True)
class Union(Operator):
    """Puts the rows of its inputs one after the other, columns matched by name, as `pandas.concat` does."""

    kind: ClassVar[str] = "union"
    arity: ClassVar[int | None] = None

    @cached_property
    def columns(self) -> tuple[Name, ...]:
        """Every name that any input has, in order of first appearance."""
        return tuple(dict.fromkeys(c for i in self.inputs for c in i.columns))

    def value_edges(self) -> Iterator[ValueEdge]:
        """Yields the columns of that name in every input."""
        for slot, operand in enumerate(self.inputs):
            for position, name in enumerate(operand.columns):
                yield self.columns.index(name), slot, position
