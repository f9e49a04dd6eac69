"""The operators of a plan: frozen dataclasses declared by their fields; see `operator` for what they all answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Literal

from lester_jupyter.errors import PlanError
from lester_jupyter.plan.expressions import Apply, Expression, Mask
from lester_jupyter.plan.operator import ControlEdge, Operator, ValueEdge
from lester_jupyter.plan.references import Function, Name, Source


@dataclass(frozen=True, eq=False, kw_only=True)
class Scan(Operator):
    """Reads the records of a source."""

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


@dataclass(frozen=True, eq=False, kw_only=True)
class Filter(Operator):
    """Keeps the rows for which the predicate holds (a missing truth value does not)."""

    kind: ClassVar[str] = "filter"

    predicate: Expression

    def check(self) -> None:
        """Requires the columns it reads."""
        self.require(self.predicate.columns())

    @property
    def exact(self) -> bool:
        """Not with a mask or a vectorised function: nothing shows which columns and rows those look at."""
        stack: list[Expression] = [self.predicate]
        while stack:
            node = stack.pop()
            if isinstance(node, Mask) or (isinstance(node, Apply) and node.function.vectorized):
                return False
            stack.extend(node.children())
        return True

    @property
    def monotone(self) -> bool:
        """As `exact`: what looks at other rows may change with them."""
        return self.exact

    def control_edges(self) -> Iterator[ControlEdge]:
        """Yields the columns of the predicate; all columns for a mask, which may come from any of them."""
        names = self.inputs[0].columns if isinstance(self.predicate, Mask) else self.predicate.columns()
        for name in names:
            yield 0, self.position(name)


@dataclass(frozen=True, eq=False, kw_only=True)
class Extend(Operator):
    """Adds or replaces columns by a Python function of other columns, row by row."""

    kind: ClassVar[str] = "extend"

    targets: tuple[Name, ...]
    sources: tuple[Name, ...]
    function: Function

    def check(self) -> None:
        """Requires the columns it reads."""
        self.require(self.sources)
        if not self.targets or len(set(self.targets)) < len(self.targets):
            raise PlanError(f"project needs different names for the columns it makes, got {list(self.targets)}.")

    @cached_property
    def columns(self) -> tuple[Name, ...]:
        """The input's columns, replaced ones in their place, then the new ones."""
        return tuple(dict.fromkeys(self.inputs[0].columns + self.targets))

    @property
    def exact(self) -> bool:
        """Not with a vectorised function, which may look at other rows."""
        return not self.function.vectorized

    @property
    def monotone(self) -> bool:
        """As `exact`: what looks at other rows may change with them."""
        return self.exact

    def value_edges(self) -> Iterator[ValueEdge]:
        """Yields every source for every target; the other columns come from themselves."""
        read = [self.position(s) for s in self.sources]
        for out, name in enumerate(self.columns):
            if name in self.targets:
                yield from ((out, 0, i) for i in read)
            else:
                yield out, 0, self.position(name)


@dataclass(frozen=True, eq=False, kw_only=True)
class Project(Operator):
    """Keeps the named columns, in the named order."""

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
    """Renames columns, all at once (a swap is possible)."""

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
class Join(Operator):
    """Equi-join with the meaning of `pandas.merge`: missing keys match each other, the left order is kept."""

    kind: ClassVar[str] = "join"
    arity: ClassVar[int | None] = 2

    how: Literal["inner", "left"]
    left_on: tuple[Name, ...]
    right_on: tuple[Name, ...]
    suffixes: tuple[str | None, str | None] = ("_x", "_y")

    def check(self) -> None:
        """Requires the keys, as many on the left as on the right."""
        if self.how not in ("inner", "left"):
            raise PlanError(f"There is no join {self.how!r}.", available=["inner", "left"])
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
        shared = {a for a, b in zip(self.left_on, self.right_on, strict=True) if a == b}
        clash = (set(left) & set(right)) - shared
        out: list[tuple[Name, tuple[tuple[int, int], ...]]] = []
        for i, name in enumerate(left):
            origins: tuple[tuple[int, int], ...] = ((0, i),)
            if name in shared and self.how == "inner":  # equal on both sides: the value is from both
                origins = (*origins, (1, right.index(name)))
            out.append((self._suffixed(name, 0) if name in clash else name, origins))
        for i, name in enumerate(right):
            if name not in shared:
                out.append((self._suffixed(name, 1) if name in clash else name, ((1, i),)))
        return tuple(out)

    def _suffixed(self, name: Name, slot: int) -> Name:
        suffix = self.suffixes[slot]
        return name if suffix is None else f"{name}{suffix}"

    @cached_property
    def columns(self) -> tuple[Name, ...]:
        """The left columns, then the right ones, as `pandas.merge` names them."""
        return tuple(name for name, _ in self._layout)

    def value_edges(self) -> Iterator[ValueEdge]:
        """Yields one origin a column; two for the shared key of an inner join, which is equal on both sides."""
        for out, (_, origins) in enumerate(self._layout):
            yield from ((out, slot, position) for slot, position in origins)

    def control_edges(self) -> Iterator[ControlEdge]:
        """Yields the keys of both sides."""
        for slot, names in enumerate((self.left_on, self.right_on)):
            for name in names:
                yield slot, self.position(name, slot)

    @property
    def monotone(self) -> bool:
        """Not a left join: a left row whose matches go comes back unmatched."""
        return self.how == "inner"


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


@dataclass(frozen=True, eq=False, kw_only=True)
class Distinct(Operator):
    """Keeps one row of each group of rows that agree on the subset, as `drop_duplicates` does."""

    kind: ClassVar[str] = "distinct"

    subset: tuple[Name, ...]
    keep: Literal["first", "last"] = "first"

    def check(self) -> None:
        """Requires columns to compare, and a side to keep."""
        if self.keep not in ("first", "last"):
            raise PlanError(f"distinct cannot keep {self.keep!r}.", available=["first", "last"])
        if not self.subset:
            raise PlanError("distinct needs at least one column to compare.", available=map(str, self.columns))
        self.require(self.subset)

    @property
    def monotone(self) -> bool:
        """When the row that was kept goes, another takes its place."""
        return False

    def control_edges(self) -> Iterator[ControlEdge]:
        """Yields the columns that are compared."""
        for name in self.subset:
            yield 0, self.position(name)


@dataclass(frozen=True, eq=False, kw_only=True)
class FillMissing(Operator):
    """Puts a constant where a value is missing."""

    kind: ClassVar[str] = "fill_missing"

    values: tuple[tuple[Name, Any], ...]

    def check(self) -> None:
        """Requires the columns it reads."""
        self.require(name for name, _ in self.values)


@dataclass(frozen=True, eq=False, kw_only=True)
class Split(Operator):
    """One part of a split into train and test, drawn by a hash of each row's identity and the seed.

    A row's part depends on nothing but its own records, so deleting a record moves no other row. The draw counts as
    chance: no column decides over it.
    """

    kind: ClassVar[str] = "split"

    part: Literal["train", "test"]
    train_fraction: float
    seed: int


@dataclass(frozen=True, eq=False, kw_only=True)
class Opaque(Operator):
    """Code that could not be understood: every output row and column may depend on every input."""

    kind: ClassVar[str] = "opaque"
    arity: ClassVar[int | None] = None
    deterministic: ClassVar[bool] = False

    names: tuple[Name, ...]
    source: str
    reason: str

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

    def value_edges(self) -> Iterator[ValueEdge]:
        """Yields all columns of all inputs, for every column."""
        for out in range(len(self.names)):
            for slot, operand in enumerate(self.inputs):
                yield from ((out, slot, i) for i in range(len(operand.columns)))

    def control_edges(self) -> Iterator[ControlEdge]:
        """Yields all columns of all inputs."""
        for slot, operand in enumerate(self.inputs):
            yield from ((slot, i) for i in range(len(operand.columns)))


OPERATORS: tuple[type[Operator], ...] = (
    Scan,
    Filter,
    Extend,
    Project,
    Rename,
    Join,
    Union,
    Distinct,
    FillMissing,
    Split,
    Opaque,
)
"""Every operator there is; the completeness test walks this tuple."""
