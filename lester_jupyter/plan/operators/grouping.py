"""Operators by which a row's values come from many rows: groups and windows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Literal

from lester_jupyter.errors import PlanError
from lester_jupyter.plan.operator import ControlEdge, Operator, ValueEdge
from lester_jupyter.plan.references import Function, Name

_TRANSFORMS = (
    *("sum", "mean", "median", "min", "max", "count", "size", "nunique", "first", "last"),
    *("std", "var", "sem", "skew", "prod", "any", "all"),
)
AGGREGATIONS = (*_TRANSFORMS, "list")
"""Functions of a group, by pandas' names; "list" gives all values, the missing ones too."""

_ROLLING = ("sum", "mean", "median", "min", "max", "count", "nunique", "first", "last", "std", "var", "sem", "skew")
_WITHOUT_SOURCE = ("size", "cumcount")  # they count rows, and look at no value of a column if they get one

Extent = Literal["partition", "rolling", "expanding", "remaining", "offset"]
WINDOWS: dict[Extent, tuple[str, ...]] = {
    "partition": (*_TRANSFORMS, "rank"),
    "rolling": _ROLLING,
    "expanding": (*_ROLLING, "cumsum", "cumprod", "cummax", "cummin", "cumcount", "ffill"),
    "remaining": ("bfill",),
    "offset": ("shift", "diff", "pct_change"),
}
"""Functions of a window, by pandas' names, for each extent."""


def _require_function(function: str | Function, source: Name | None, known: tuple[str, ...], what: str) -> None:
    """Checks that there is such a function, and that it has a column to work on if it needs one."""
    if isinstance(function, str) and function not in known:
        raise PlanError(f"There is no {what} {function!r}.", available=known, hint="or pass a function of a Series")
    if source is None and function not in _WITHOUT_SOURCE:
        shown = function if isinstance(function, str) else function.name
        alone = " or ".join(f'"{name}"' for name in _WITHOUT_SOURCE if name in known)
        raise PlanError(
            f"The {what} {shown!r} needs a column.", hint=f"only {alone} counts rows alone" if alone else ""
        )


@dataclass(frozen=True)
class Aggregation:
    """One column of an aggregate.

    Attributes:
        target: the column that is made.
        source: the column whose values are aggregated; None for "size", which counts rows.
        function: pandas' name of the aggregation ("sum", "mean", "nunique", …), or a function of a group's Series.
    """

    target: Name
    source: Name | None
    function: str | Function


@dataclass(frozen=True, eq=False, kw_only=True)
class Aggregate(Operator):
    """Makes one row of each group of rows that agree on some columns, as `groupby(...).agg(...)` does.

    Attributes:
        by: the columns that groups agree on; none makes one group of all rows, also where there are none.
        aggregations: one a column that is made.
        dropna: whether rows with a missing key are left out.
        sort: whether groups are ordered by their keys, or by their first rows.
    """

    kind: ClassVar[str] = "aggregate"

    by: tuple[Name, ...]
    aggregations: tuple[Aggregation, ...]
    dropna: bool = True
    sort: bool = True

    def check(self) -> None:
        """Requires the columns it reads, functions that exist, and a name of its own for every column."""
        self.require(self.by)
        self.require(a.source for a in self.aggregations if a.source is not None)
        if not self.by and not self.aggregations:
            raise PlanError("aggregate needs columns to group by, or something to compute.")
        for made in self.aggregations:
            _require_function(made.function, made.source, AGGREGATIONS, "aggregation")
        taken: set[Name] = set()
        for name in self.columns:
            if name in taken:
                raise PlanError(
                    f"aggregate would make more than one column named {name!r}.",
                    hint=f'name what is computed, and unlike the keys: {{"new_name": ({name!r}, "count")}}',
                )
            taken.add(name)

    @cached_property
    def columns(self) -> tuple[Name, ...]:
        """The keys, then what is computed."""
        return (*self.by, *(a.target for a in self.aggregations))

    @property
    def monotone(self) -> bool:
        """When a row goes, what its group adds up to changes."""
        return False

    def value_edges(self) -> Iterator[ValueEdge]:
        """Yields each key's own column, and each aggregation's source; a number of rows is computed from none."""
        for out, name in enumerate(self.by):
            yield out, 0, self.position(name)
        for out, aggregation in enumerate(self.aggregations, start=len(self.by)):
            if aggregation.source is not None and aggregation.function not in _WITHOUT_SOURCE:
                yield out, 0, self.position(aggregation.source)

    def control_edges(self) -> Iterator[ControlEdge]:
        """Yields the keys."""
        for name in self.by:
            yield 0, self.position(name)


@dataclass(frozen=True, eq=False, kw_only=True)
class Window(Operator):
    """Adds or replaces a column whose value in a row is computed from several rows of its partition.

    Attributes:
        target: the column that is made.
        source: the column that is read; None for what counts rows ("size", "cumcount").
        function: pandas' name ("rank", "shift", "sum", "mean", "cumsum", …), or a function of a Series.
        by: the columns whose groups are the partitions; none makes one partition of all rows. A row that misses one
            of them is in no partition, and its value is missing.
        order_by: the columns by which rows are ordered within a partition before the window moves over them;
            none takes them as they stand. The rows themselves stay where they are.
        ascending: one direction a column of `order_by`.
        extent: which rows a row sees: all of its "partition", the last `size` ("rolling"), all up to itself
            ("expanding"), all from itself on ("remaining"), or itself and the one `size` rows before it ("offset").
        size: number of rows; see `extent`.
        options: further options of the pandas method, as sorted (name, value) pairs.
    """

    kind: ClassVar[str] = "window"

    target: Name
    source: Name | None
    function: str | Function
    by: tuple[Name, ...] = ()
    order_by: tuple[Name, ...] = ()
    ascending: tuple[bool, ...] = ()
    extent: Extent = "partition"
    size: int | None = None
    options: tuple[tuple[str, Any], ...] = ()

    def check(self) -> None:
        """Requires the columns it reads, a function that exists, and a size where the extent has one."""
        self.require((*self.by, *self.order_by, *(() if self.source is None else (self.source,))))
        if self.extent not in WINDOWS:
            raise PlanError(f"There is no window {self.extent!r}.", available=WINDOWS)
        _require_function(self.function, self.source, WINDOWS[self.extent], f"{self.extent} window")
        if (self.size is not None) != (self.extent in ("rolling", "offset")):
            raise PlanError(f"A window that is {self.extent} cannot have size={self.size!r}.")
        if len(self.ascending) != len(self.order_by):
            raise PlanError(f"The window got {len(self.ascending)} directions for {len(self.order_by)} columns.")

    @cached_property
    def columns(self) -> tuple[Name, ...]:
        """The input's columns, a replaced one in its place, or the new one at the end."""
        return tuple(dict.fromkeys((*self.inputs[0].columns, self.target)))

    @property
    def exact(self) -> bool:
        """Not with a function of whole partitions: it may give each row a value that comes from a few of them only."""
        return not (self.extent == "partition" and isinstance(self.function, Function))

    @property
    def monotone(self) -> bool:
        """When a row goes, the windows that saw it change."""
        return False

    def value_edges(self) -> Iterator[ValueEdge]:
        """Yields the source for the target, unless rows are counted; the other columns come from themselves."""
        for out, name in enumerate(self.columns):
            if name != self.target:
                yield out, 0, self.position(name)
            elif self.source is not None and self.function not in _WITHOUT_SOURCE:
                yield out, 0, self.position(self.source)

    def column_control_edges(self) -> Iterator[ValueEdge]:
        """Yields the partition's and the order's columns for the target."""
        out = self.columns.index(self.target)
        for name in (*self.by, *self.order_by):
            yield out, 0, self.position(name)
