"""The operators of a plan: frozen dataclasses declared by their fields.

An operator knows its inputs, the names of its output columns, which input columns its values and its rows depend on
(by position, never by name), and whether what it says is exact. How it is computed is the engines' business; how it is
shown, `format`'s.

Edges between columns:

- a *value* edge `(output, slot, input)`: the output column's values are computed from that input column;
- a *control* edge `(slot, input)`: which rows exist, or which rows meet, depends on that column (predicates, join keys).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Literal

from lester_jupyter.errors import PlanError, UnknownColumnError
from lester_jupyter.plan.expressions import Apply, Expression, Mask
from lester_jupyter.plan.references import CodeReference, Function, Name, Source

ValueEdge = tuple[int, int, int]
ControlEdge = tuple[int, int]


@dataclass(frozen=True, eq=False, kw_only=True)
class Operator:
    """Base of all operators. Two operators are the same only if they are the same object.

    Attributes:
        inputs: the operators it reads; a slot is a position in this tuple.
        code: the lines of code it stands for.
    """

    inputs: tuple[Operator, ...] = ()
    code: CodeReference | None = None

    kind: ClassVar[str]
    arity: ClassVar[int | None] = 1  # None: one or more
    deterministic: ClassVar[bool] = True

    def __post_init__(self) -> None:
        expected = self.arity
        if (expected is None and not self.inputs) or (expected is not None and len(self.inputs) != expected):
            raise PlanError(f"{type(self).__name__} takes {expected or 'one or more'} inputs, got {len(self.inputs)}.")
        doubled = [c for i, c in enumerate(self.columns) if c in self.columns[:i]]
        if doubled:
            raise PlanError(
                f"{type(self).__name__} would make more than one column named {doubled[0]!r}.",
                hint="rename columns first, or pass other suffixes to join",
            )

    @cached_property
    def columns(self) -> tuple[Name, ...]:
        """Names of the output columns, in order."""
        return self.inputs[0].columns

    @property
    def exact(self) -> bool:
        """Whether its row and column lineage is exact (else it is an over-approximation)."""
        return True

    @property
    def monotone(self) -> bool:
        """Whether deleting input rows can only delete output rows, never create or change others."""
        return True

    def value_edges(self) -> Iterator[ValueEdge]:
        """Yields which input columns each output column is computed from."""
        for i in range(len(self.columns)):
            yield i, 0, i

    def control_edges(self) -> Iterator[ControlEdge]:
        """Yields the input columns that decide over rows."""
        yield from ()

    def position(self, name: Name, slot: int = 0) -> int:
        """The position of an input column.

        Raises:
            UnknownColumnError: the input of that slot has no such column.
        """
        columns = self.inputs[slot].columns
        if name not in columns:
            raise UnknownColumnError.of([str(name)], [str(c) for c in columns])
        return columns.index(name)


@dataclass(frozen=True, eq=False, kw_only=True)
class Scan(Operator):
    """Reads the records of a source."""

    kind: ClassVar[str] = "scan"
    arity: ClassVar[int | None] = 0

    source: Source
    names: tuple[Name, ...]

    @cached_property
    def columns(self) -> tuple[Name, ...]:
        return self.names

    def value_edges(self) -> Iterator[ValueEdge]:
        yield from ()


@dataclass(frozen=True, eq=False, kw_only=True)
class Filter(Operator):
    """Keeps the rows for which the predicate holds (a missing truth value does not)."""

    kind: ClassVar[str] = "filter"

    predicate: Expression

    @property
    def exact(self) -> bool:
        stack: list[Expression] = [self.predicate]
        while stack:
            node = stack.pop()
            if isinstance(node, Mask) or (isinstance(node, Apply) and node.function.vectorized):
                return False
            stack.extend(node.children())
        return True

    def control_edges(self) -> Iterator[ControlEdge]:
        if isinstance(self.predicate, Mask):
            names: tuple[Name, ...] = self.inputs[0].columns  # from which columns it was made, nobody knows
        else:
            names = self.predicate.columns()
        for name in names:
            yield 0, self.position(name)


@dataclass(frozen=True, eq=False, kw_only=True)
class Extend(Operator):
    """Adds or replaces columns by a Python function of other columns, row by row."""

    kind: ClassVar[str] = "extend"

    targets: tuple[Name, ...]
    sources: tuple[Name, ...]
    function: Function

    def __post_init__(self) -> None:
        for name in self.sources:
            self.position(name)
        super().__post_init__()

    @cached_property
    def columns(self) -> tuple[Name, ...]:
        before = self.inputs[0].columns
        return before + tuple(dict.fromkeys(t for t in self.targets if t not in before))

    @property
    def exact(self) -> bool:
        return not self.function.vectorized

    def value_edges(self) -> Iterator[ValueEdge]:
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

    @cached_property
    def columns(self) -> tuple[Name, ...]:
        missing = [n for n in self.names if n not in self.inputs[0].columns]
        if missing:
            raise UnknownColumnError.of([str(m) for m in missing], [str(c) for c in self.inputs[0].columns])
        return self.names

    def value_edges(self) -> Iterator[ValueEdge]:
        for out, name in enumerate(self.names):
            yield out, 0, self.position(name)


@dataclass(frozen=True, eq=False, kw_only=True)
class Rename(Operator):
    """Renames columns, all at once (a swap is possible)."""

    kind: ClassVar[str] = "rename"

    names: tuple[tuple[Name, Name], ...]

    @cached_property
    def columns(self) -> tuple[Name, ...]:
        for old, _ in self.names:
            self.position(old)
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
    suffixes: tuple[str, str] = ("_x", "_y")

    def __post_init__(self) -> None:
        if self.how not in ("inner", "left"):
            raise PlanError(f"There is no join {self.how!r}.", available=["inner", "left"])
        if len(self.left_on) != len(self.right_on) or not self.left_on:
            raise PlanError("A join needs the same number of keys, at least one, on both sides.")
        for slot, names in enumerate((self.left_on, self.right_on)):
            for name in names:
                self.position(name, slot)
        super().__post_init__()

    @cached_property
    def _layout(self) -> tuple[tuple[Name, tuple[tuple[int, int], ...]], ...]:
        """Output columns with the input columns (slot, position) they hold."""
        left, right = self.inputs[0].columns, self.inputs[1].columns
        shared = {a for a, b in zip(self.left_on, self.right_on, strict=True) if a == b}
        clash = (set(left) & set(right)) - shared
        out: list[tuple[Name, tuple[tuple[int, int], ...]]] = []
        for i, name in enumerate(left):
            origins: tuple[tuple[int, int], ...] = ((0, i),)
            if name in shared and self.how == "inner":  # equal on both sides: the value is from both
                origins = (*origins, (1, right.index(name)))
            out.append((f"{name}{self.suffixes[0]}" if name in clash else name, origins))
        for i, name in enumerate(right):
            if name not in shared:
                out.append((f"{name}{self.suffixes[1]}" if name in clash else name, ((1, i),)))
        return tuple(out)

    @cached_property
    def columns(self) -> tuple[Name, ...]:
        return tuple(name for name, _ in self._layout)

    def value_edges(self) -> Iterator[ValueEdge]:
        for out, (_, origins) in enumerate(self._layout):
            yield from ((out, slot, position) for slot, position in origins)

    def control_edges(self) -> Iterator[ControlEdge]:
        for slot, names in enumerate((self.left_on, self.right_on)):
            for name in names:
                yield slot, self.position(name, slot)

    @property
    def monotone(self) -> bool:
        return self.how == "inner"  # a left row whose matches go comes back unmatched


@dataclass(frozen=True, eq=False, kw_only=True)
class Union(Operator):
    """Puts the rows of its inputs one after the other, columns matched by name, as `pandas.concat` does."""

    kind: ClassVar[str] = "union"
    arity: ClassVar[int | None] = None

    @cached_property
    def columns(self) -> tuple[Name, ...]:
        return tuple(dict.fromkeys(c for i in self.inputs for c in i.columns))

    def value_edges(self) -> Iterator[ValueEdge]:
        for slot, operand in enumerate(self.inputs):
            for position, name in enumerate(operand.columns):
                yield self.columns.index(name), slot, position


@dataclass(frozen=True, eq=False, kw_only=True)
class Distinct(Operator):
    """Keeps one row of each group of rows that agree on the subset, as `drop_duplicates` does."""

    kind: ClassVar[str] = "distinct"
    subset: tuple[Name, ...]
    keep: Literal["first", "last"] = "first"

    @property
    def monotone(self) -> bool:
        return False  # when the kept row goes, another takes its place

    def __post_init__(self) -> None:
        if self.keep not in ("first", "last"):
            raise PlanError(f"distinct cannot keep {self.keep!r}.", available=["first", "last"])
        super().__post_init__()

    def control_edges(self) -> Iterator[ControlEdge]:
        for name in self.subset:
            yield 0, self.position(name)


@dataclass(frozen=True, eq=False, kw_only=True)
class FillMissing(Operator):
    """Puts a constant where a value is missing."""

    kind: ClassVar[str] = "fill_missing"

    values: tuple[tuple[Name, Any], ...]

    def __post_init__(self) -> None:
        for name, _ in self.values:
            self.position(name)
        super().__post_init__()


@dataclass(frozen=True, eq=False, kw_only=True)
class Split(Operator):
    """One part of a split into train and test, drawn by a hash of each row's identity and the seed.

    A row's part depends on nothing but its own records, so deleting a record moves no other row.
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

    @property
    def monotone(self) -> bool:
        return False

    @cached_property
    def columns(self) -> tuple[Name, ...]:
        return self.names

    @property
    def exact(self) -> bool:
        return False

    def value_edges(self) -> Iterator[ValueEdge]:
        for out in range(len(self.names)):
            for slot, operand in enumerate(self.inputs):
                yield from ((out, slot, i) for i in range(len(operand.columns)))

    def control_edges(self) -> Iterator[ControlEdge]:
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
