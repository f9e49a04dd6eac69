"""Operators that keep, order or repeat rows; the columns stay."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Literal

from lester_jupyter.errors import PlanError
from lester_jupyter.plan.expressions import Expression, Mask, is_bound_to_rows, looks_at_one_row
from lester_jupyter.plan.operator import ControlEdge, Operator
from lester_jupyter.plan.references import Name


@dataclass(frozen=True, eq=False, kw_only=True)
class Filter(Operator):
    """Keeps the rows for which the predicate holds (a missing truth value does not).

    Attributes:
        predicate: what must hold, an expression over the columns of one row.
    """

    kind: ClassVar[str] = "filter"

    predicate: Expression

    def check(self) -> None:
        """Requires the columns it reads."""
        self.require(self.predicate.columns())

    @property
    def exact(self) -> bool:
        """Not with a mask or a vectorised function: nothing shows which columns and rows those look at."""
        return looks_at_one_row(self.predicate)

    @property
    def monotone(self) -> bool:
        """As `exact`: what looks at other rows may change with them."""
        return self.exact

    @property
    def bound_to_rows(self) -> bool:
        """With a mask, or with a list of values one a row."""
        return is_bound_to_rows(self.predicate)

    def control_edges(self) -> Iterator[ControlEdge]:
        """Yields the columns of the predicate; all columns for a mask, which may come from any of them."""
        names = self.inputs[0].columns if isinstance(self.predicate, Mask) else self.predicate.columns()
        for name in names:
            yield 0, self.position(name)


@dataclass(frozen=True, eq=False, kw_only=True)
class Distinct(Operator):
    """Keeps one row of each group of rows that agree on the subset, as `drop_duplicates` does.

    With `keep=False` only rows that are like no other are kept.

    Attributes:
        subset: the columns that are compared.
        keep: which row of a group stays: the first, the last, or none where there are several.
    """

    kind: ClassVar[str] = "distinct"

    subset: tuple[Name, ...]
    keep: Literal["first", "last", False] = "first"

    def check(self) -> None:
        """Requires columns to compare, and a side to keep."""
        if self.keep is not False and self.keep not in ("first", "last"):
            raise PlanError(f"distinct cannot keep {self.keep!r}.", available=["first", "last", "False"])
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
class Sort(Operator):
    """Orders the rows, as `sort_values` does; rows that compare equal keep their order.

    Attributes:
        by: the columns to sort by, the first counts most.
        ascending: one direction a column.
        na_position: where missing values go, whatever the direction.
    """

    kind: ClassVar[str] = "sort"

    by: tuple[Name, ...]
    ascending: tuple[bool, ...]
    na_position: Literal["first", "last"] = "last"

    def check(self) -> None:
        """Requires the columns, and a direction for each."""
        if not self.by:
            raise PlanError("sort needs at least one column.", available=map(str, self.columns))
        if len(self.ascending) != len(self.by):
            raise PlanError(f"sort got {len(self.ascending)} directions for {len(self.by)} columns.")
        if self.na_position not in ("first", "last"):
            raise PlanError(f"Missing values cannot stand {self.na_position!r}.", available=["first", "last"])
        self.require(self.by)

    def control_edges(self) -> Iterator[ControlEdge]:
        """Yields the columns that decide over the order."""
        for name in self.by:
            yield 0, self.position(name)


@dataclass(frozen=True, eq=False, kw_only=True)
class Limit(Operator):
    """Keeps `n` rows: from `offset` on, or the last ones.

    Attributes:
        n: how many rows at most.
        offset: how many rows are left out before them.
        end: counts from the end (`tail`); then there is no offset.
    """

    kind: ClassVar[str] = "limit"

    n: int
    offset: int = 0
    end: bool = False

    def check(self) -> None:
        """Requires numbers of rows."""
        if self.n < 0 or self.offset < 0 or (self.end and self.offset):
            raise PlanError(f"limit takes numbers of rows, got n={self.n}, offset={self.offset}.")

    @property
    def monotone(self) -> bool:
        """When a row goes, the next one moves up."""
        return False


@dataclass(frozen=True, eq=False, kw_only=True)
class DropMissing(Operator):
    """Drops rows with missing values, as `dropna` does.

    Attributes:
        subset: the columns that are looked at.
        how: whether one missing value is enough ("any") or all must be missing ("all").
        thresh: instead of `how`: how many values must be there.
    """

    kind: ClassVar[str] = "drop_missing"

    subset: tuple[Name, ...]
    how: Literal["any", "all"] = "any"
    thresh: int | None = None

    def check(self) -> None:
        """Requires the columns it reads."""
        if self.how not in ("any", "all"):
            raise PlanError(f"drop_missing knows no how={self.how!r}.", available=["any", "all"])
        self.require(self.subset)

    def control_edges(self) -> Iterator[ControlEdge]:
        """Yields the columns that are looked at."""
        for name in self.subset:
            yield 0, self.position(name)


@dataclass(frozen=True, eq=False, kw_only=True)
class Explode(Operator):
    """Makes one row of each item of a column's lists, as `explode` does; an empty list gives one missing value.

    Attributes:
        names: the columns whose items become rows; their lists have the same length row by row.
    """

    kind: ClassVar[str] = "explode"

    names: tuple[Name, ...]

    def check(self) -> None:
        """Requires the columns."""
        if not self.names or len(set(self.names)) < len(self.names):
            raise PlanError(f"explode needs different columns, got {list(self.names)}.")
        self.require(self.names)

    def control_edges(self) -> Iterator[ControlEdge]:
        """Yields the columns whose lengths decide how many rows there are."""
        for name in self.names:
            yield 0, self.position(name)


@dataclass(frozen=True, eq=False, kw_only=True)
class Split(Operator):
    """One part of a split into train and test, drawn by a hash of each row's identity and the seed.

    A row's part depends on nothing but its own records, so deleting a record moves no other row (of equal records,
    which nobody can tell apart, the last counts as the deleted one). The draw counts as chance: no column decides over
    it, unless it is asked to.

    Attributes:
        part: which of the two.
        train_fraction: the share for training.
        seed: another seed draws another split.
        stratify: columns whose groups are each split by the fraction, exact to rounding. The groups' shares cannot be
            exact and every row independent of the others: deleting a record may move one other row of its group.
        group: columns whose groups stay together: the hash is that of the group.
    """

    kind: ClassVar[str] = "split"

    part: Literal["train", "test"]
    train_fraction: float
    seed: int
    stratify: tuple[Name, ...] = ()
    group: tuple[Name, ...] = ()

    def check(self) -> None:
        """Requires the columns, and not both variants at once."""
        if self.stratify and self.group:
            raise PlanError("A split is stratified or grouped, not both.")
        self.require((*self.stratify, *self.group))

    @property
    def monotone(self) -> bool:
        """Not when stratified: a group that shrinks has another quota."""
        return not self.stratify

    def control_edges(self) -> Iterator[ControlEdge]:
        """Yields the columns that groups are made by."""
        for name in (*self.stratify, *self.group):
            yield 0, self.position(name)
