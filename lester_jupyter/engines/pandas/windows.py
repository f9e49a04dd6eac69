"""Windows: a value in each row, computed from rows of its partition. The rows stay where they are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.api.indexers import BaseIndexer

from lester_jupyter.engines.pandas.functions import call_columns
from lester_jupyter.engines.pandas.grouping import Groups, computing, group, of_all, one_value
from lester_jupyter.engines.pandas.operators import Result, Steps, Tables, columns_of, run
from lester_jupyter.errors import PlanError
from lester_jupyter.lineage import All, Codes, Identity, RowEdge, Several
from lester_jupyter.lineage.rows import NONE, Rows, index_dtype
from lester_jupyter.lineage.windows import Neighbours
from lester_jupyter.plan import Function, Window
from lester_jupyter.plan.operators import Extent
from lester_jupyter.plan.references import Name


@dataclass(frozen=True)
class Ordered:
    """A table's rows in the order in which windows move over them.

    Attributes:
        column: the source column as it stands in the table; None where rows are counted.
        values: the same in order, numbered anew.
        groups: the partitions of the ordered rows; None where all rows are in one.
        order: the row of the table at each place; None where rows stand in that order.
        n_rows: how many rows there are.
    """

    column: pd.Series | None
    values: pd.Series | None
    groups: Groups | None
    order: Rows | None
    n_rows: int

    def of(self, source: Name) -> Any:
        """What pandas' methods are called on: the column, or its groups."""
        return self.values if self.groups is None else self.groups.grouped[source]

    def to_rows(self, at_places: Rows) -> Rows:
        """Numbers that stand in the order, one a row of the table."""
        if self.order is None:
            return at_places
        rows = np.empty_like(at_places)
        rows[self.order] = at_places
        return rows

    def column_of(self, at_places: pd.Series) -> pd.Series:
        """Values that stand in the order, one a row of the table."""
        if self.order is None:
            return at_places
        return at_places.take(self.to_rows(np.arange(self.n_rows, dtype=self.order.dtype)))

    @property
    def codes(self) -> Rows | None:
        """The partition of each row of the table."""
        return None if self.groups is None else self.to_rows(self.groups.codes)

    def neighbours(self, first: int | None, last: int | None) -> Neighbours:
        """The edge of windows between these distances."""
        n_groups = 1 if self.groups is None else self.groups.n_groups
        return Neighbours(self.n_rows, first, last, self.codes, n_groups, self.order)


Call: TypeAlias = Callable[[Any], Any]
"""The user's function, if it is one; see `computing`."""

Made: TypeAlias = tuple[pd.Series, RowEdge]
"""One value a row of the table, and the edge."""


@run.register
def _(operator: Window, tables: Tables, steps: Steps) -> Result:
    del steps
    [table] = tables
    rows = _ordered(operator, table)
    with computing(operator.function, rows.column) as call:
        made, edge = _EXTENTS[operator.extent](operator, rows, call)
    out = table.copy(deep=False)
    out[operator.target] = made.set_axis(table.index)
    return Result(out, (edge,), anchors=(Identity(len(table)),))


def _ordered(operator: Window, table: pd.DataFrame) -> Ordered:
    order = _order(operator, table)
    names = list(dict.fromkeys((*operator.by, *(() if operator.source is None else (operator.source,)))))
    part = table if order is None else columns_of(table, names).take(order).reset_index(drop=True)
    groups = group(part, operator.by, dropna=True, sort=False, what="window") if operator.by else None
    if operator.source is None:
        return Ordered(None, None, groups, order, len(table))
    return Ordered(table[operator.source], part[operator.source], groups, order, len(table))


def _order(operator: Window, table: pd.DataFrame) -> Rows | None:
    if not operator.order_by:
        return None
    names: Any = list(operator.order_by)
    try:
        read = columns_of(table, list(dict.fromkeys(names)))
        ordered = read.sort_values(names, ascending=list(operator.ascending), kind="stable")
    except TypeError as error:
        raise PlanError(f"window cannot order by {', '.join(map(repr, names))}: {error}.") from error
    order: Rows = ordered.index.to_numpy().astype(index_dtype(len(table)))
    return None if bool((order[1:] > order[:-1]).all()) else order


def _partition(operator: Window, rows: Ordered, call: Call) -> Made:
    """All rows of a partition see each other: ranks, and what is computed of the whole."""
    if rows.groups is None:
        return rows.column_of(_of_all_rows(operator, rows)), All(rows.n_rows, rows.n_rows)
    function, codes = operator.function, rows.codes
    assert codes is not None
    of = rows.of(operator.by[0] if operator.source is None else operator.source)
    if function == "rank":
        made = of.rank(**dict(operator.options))
    else:
        made = of.transform(function if isinstance(function, str) else call)
    edge = Codes(codes, rows.groups.n_groups, codes)
    alone = bool((codes == NONE).any())  # rows of no partition are still themselves
    return rows.column_of(made), Several((Identity(rows.n_rows), edge)) if alone else edge


def _of_all_rows(operator: Window, rows: Ordered) -> pd.Series:
    function, values = operator.function, rows.values
    if function == "rank":
        assert values is not None
        return values.rank(**dict(operator.options))
    if isinstance(function, Function):
        assert values is not None
        return call_columns(function, [values], rows.n_rows, 1)[0]
    one = of_all(values, rows.n_rows, function)
    return pd.Series(one.iat[0], index=pd.RangeIndex(rows.n_rows), dtype=one.dtype)


@dataclass
class _Bounds(BaseIndexer):
    """Tells pandas which places each window spans: from `start` to before `stop`."""

    start: Rows
    stop: Rows

    def get_window_bounds(
        self,
        num_values: int = 0,
        min_periods: int | None = None,
        center: bool | None = None,
        closed: str | None = None,
        step: int | None = None,
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """First places, and places after the last; what else pandas says has been heeded already."""
        del num_values, min_periods, center, closed, step
        return self.start.astype(np.int64), self.stop.astype(np.int64)


def _rolling(operator: Window, rows: Ordered, call: Call) -> Made:
    """The last `size` rows; centred, half of them after the row (the smaller half, if that is uneven)."""
    assert operator.size is not None
    last = (operator.size - 1) // 2 if dict(operator.options).get("center", False) else 0
    return _moving(operator, rows, call, rows.neighbours(last - operator.size + 1, last), operator.size)


def _expanding(operator: Window, rows: Ordered, call: Call) -> Made:
    """All rows up to each row."""
    function, edge = str(operator.function), rows.neighbours(None, 0)
    if function == "cumcount":
        counted = pd.Series(np.arange(rows.n_rows)) if rows.groups is None else rows.groups.grouped.cumcount()
        return rows.column_of(counted), edge
    if function.startswith("cum"):
        assert operator.source is not None
        return rows.column_of(getattr(rows.of(operator.source), function)()), edge
    return _filled(operator, rows, edge) if function == "ffill" else _moving(operator, rows, call, edge, 1)


def _moving(operator: Window, rows: Ordered, call: Call, edge: Neighbours, min_periods: int) -> Made:
    """Lets pandas' windows move over the very intervals that are the lineage, one partition after the other.

    Pandas adds and takes away as a window moves, so rounding errors of rows that have left it may stay in the last
    digits.
    """
    assert rows.column is not None
    function, intervals, least = (
        operator.function,
        edge.intervals,
        dict(operator.options).get("min_periods", min_periods),
    )
    alone = (
        0 if edge.codes is None else int((edge.codes == NONE).sum())
    )  # their places come first, and nobody sees them
    places = None if intervals.order is None else intervals.order[alone:]
    values = rows.column if places is None else rows.column.take(places)
    bounds = _Bounds(start=intervals.start[alone:] - alone, stop=intervals.stop[alone:] - alone)
    windows: Any = values.rolling(bounds, min_periods=least)
    if isinstance(function, Function):
        moved = windows.apply(lambda part: one_value(call(part), function.name), raw=False)
    else:
        moved = getattr(windows, function)()
    if places is None:
        return moved, edge
    made = np.full(rows.n_rows, np.nan)
    made[places] = moved.to_numpy(np.float64)
    return pd.Series(made), edge


def _remaining(operator: Window, rows: Ordered, call: Call) -> Made:
    """All rows from each row on."""
    del call
    return _filled(operator, rows, rows.neighbours(0, None))


def _filled(operator: Window, rows: Ordered, towards: Neighbours) -> Made:
    """Takes a missing value from the nearest row that has one; a row sees the rows up to that one."""
    assert operator.source is not None
    assert rows.column is not None
    made = getattr(rows.of(operator.source), str(operator.function))()
    return rows.column_of(made), replace(towards, until=rows.column.notna().to_numpy())


def _offset(operator: Window, rows: Ordered, call: Call) -> Made:
    """One row at a distance."""
    del call
    assert operator.source is not None
    assert operator.size is not None
    of = rows.of(operator.source)
    made = getattr(of, str(operator.function))(operator.size, **dict(operator.options))
    edge = Several((Identity(rows.n_rows), rows.neighbours(-operator.size, -operator.size)))
    return rows.column_of(made), edge


_EXTENTS: dict[Extent, Callable[[Window, Ordered, Call], Made]] = {
    "partition": _partition,
    "rolling": _rolling,
    "expanding": _expanding,
    "remaining": _remaining,
    "offset": _offset,
}
