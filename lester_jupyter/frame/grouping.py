"""The part of a frame that computes with groups of rows and with windows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np
import pandas as pd

from lester_jupyter.errors import PlanError
from lester_jupyter.frame.callers import code_reference, plain_value
from lester_jupyter.frame.functions import function_of
from lester_jupyter.frame.names import Names, directions_of, names_of
from lester_jupyter.plan import Aggregate, Aggregation, Function, Window
from lester_jupyter.plan.operators import WINDOWS, Extent
from lester_jupyter.plan.references import Name

if TYPE_CHECKING:
    from lester_jupyter.frame.frame import Frame
    from lester_jupyter.plan import Operator

Computed: TypeAlias = str | Callable[..., Any]
"""What is computed: pandas' name of it, or a function of a Series."""

_GIVEN_BY_PANDAS = object()
_OWN_EXTENT: dict[str, Extent] = {
    name: extent
    for extent in ("expanding", "remaining", "offset")
    for name in WINDOWS[extent]
    if name not in WINDOWS["rolling"]
}
"""Functions that say by their name which rows they look at ("cumsum")."""

_MOST = 2**62
"""More rows than any table has, and what pandas can still count."""

_OWN_METHOD = ("rank", "shift", "diff")


class GroupingMethods:
    """The part of a frame that computes with groups of rows and with windows."""

    if TYPE_CHECKING:

        @property
        def _operator(self) -> Operator: ...
        def _then(self, operator: Operator, *others: Frame) -> Frame: ...

    def aggregate(
        self,
        by: Names | None,
        aggregations: Mapping[Name, Any] | None = None,
        *,
        dropna: bool = True,
        sort: bool = True,
        **named: Any,
    ) -> Frame:
        """Makes one row of each group of rows that agree on `by`, as `groupby(by, as_index=False).agg(...)` does.

        Args:
            by: the columns that groups agree on. With None or [] all rows are one group, which makes one row even of
                no rows (their sum is 0, their mean is missing), as the columns' own methods do.
            aggregations: {column: function} for columns that keep their name, {column: [functions]} for columns
                named "column_function", or {target: (column, function)}. None: the different keys alone.
            dropna: whether rows with a missing key are left out; else missing keys are a group.
            sort: whether groups are ordered by their keys; else by their first rows.
            named: target=(column, function), as in pandas. target="size" counts the rows of a group.

        A function is pandas' name: sum, mean, median, min, max, count (of values that are there), size (of rows),
        nunique, first, last (of values that are there), std, var, sem, skew, prod, any, all; or list, for a list of all
        values; or a function that gets a group's values as a Series and gives one value.

        Example:
            `frame.aggregate("country", total=("price", "sum"), buyers=("customer", "nunique"), rows="size")`

        Raises:
            UnknownColumnError: a column that does not exist.
            PlanError: an aggregation that does not exist or does not fit the column, keys that cannot be compared.
        """
        if aggregations is not None and not isinstance(aggregations, Mapping):
            raise PlanError(
                f"Aggregations are a mapping of columns to functions, got {aggregations!r:.80}.",
                hint='frame.aggregate("key", {"price": "sum"}), or frame.aggregate("key", total=("price", "sum"))',
            )
        made = [a for name, given in (aggregations or {}).items() for a in self._aggregations(name, given)]
        made += [_named(name, given) for name, given in named.items()]
        return self._then(
            Aggregate(
                inputs=(self._operator,),
                code=code_reference(),
                by=tuple(names_of(by) or ()),
                aggregations=tuple(made),
                dropna=dropna,
                sort=sort,
            )
        )

    def _aggregations(self, name: Name, given: Any) -> list[Aggregation]:
        """What stands in the mapping under one name: of its column, unless the value names another."""
        if isinstance(given, tuple | pd.NamedAgg):
            return [_named(name, given)]
        if isinstance(given, list):
            made = [_aggregation(name, name, function) for function in given]
            return [Aggregation(f"{name}_{_shown(a.function)}", name, a.function) for a in made]
        return [_aggregation(name, name, given)]

    def rank(
        self,
        target: Name,
        source: Name,
        by: Names | None = None,
        *,
        method: Literal["average", "min", "max", "first", "dense"] = "average",
        ascending: bool = True,
        na_option: Literal["keep", "top", "bottom"] = "keep",
        pct: bool = False,
    ) -> Frame:
        """Adds the rank of a column's values, from 1, among all rows or those that agree on `by`; as `rank` in pandas.

        Args:
            target: the column that is made.
            source: the column whose values are ranked.
            by: the columns whose groups are ranked each for itself. A row that misses one of them has no rank.
            method: what equal values get: the average of their ranks, the lowest, the highest, one each in the order
                of the rows ("first"), or ranks without gaps ("dense").
            ascending: whether the smallest value is the first.
            na_option: whether a missing value has no rank ("keep"), or the first ("top") or last ("bottom").
            pct: whether ranks are shares of the number of values.

        Example:
            `frame.rank("place", "points", "race", method="min", ascending=False)`
        """
        for given, known, what in (
            (method, ("average", "min", "max", "first", "dense"), "method"),
            (na_option, ("keep", "top", "bottom"), "na_option"),
        ):
            if given not in known:
                raise PlanError(f"rank knows no {what}={given!r}.", available=known)
        options = {"method": method, "ascending": ascending, "na_option": na_option, "pct": pct}
        defaults = {"method": "average", "ascending": True, "na_option": "keep", "pct": False}
        changed = {name: value for name, value in options.items() if value != defaults[name]}
        return self._windowed(target, source, "rank", "partition", by=by, options=changed)

    def shift(
        self,
        target: Name,
        source: Name,
        periods: int = 1,
        by: Names | None = None,
        *,
        fill_value: Any = _GIVEN_BY_PANDAS,
        order_by: Names | None = None,
        ascending: bool | Sequence[bool] = True,
    ) -> Frame:
        """Adds a column with the value that another has `periods` rows before (after, if negative); as in pandas.

        Args:
            target: the column that is made.
            source: the column that is read.
            periods: how many rows before.
            by: the columns whose groups are shifted each for itself. A row that misses one of them gets `fill_value`.
            fill_value: the value where there is no such row; by default a missing one.
            order_by: the columns that say which row is before which; by default the rows' own order. The rows stay
                where they are.
            ascending: the direction, or one for each column of `order_by`.

        Example:
            `frame.shift("previous", "balance", by="account", order_by="date")`
        """
        options = {} if fill_value is _GIVEN_BY_PANDAS else {"fill_value": plain_value(fill_value)}
        return self._windowed(
            target,
            source,
            "shift",
            "offset",
            periods,
            by=by,
            order_by=order_by,
            ascending=ascending,
            options=options,
        )

    def diff(
        self,
        target: Name,
        source: Name,
        periods: int = 1,
        by: Names | None = None,
        *,
        order_by: Names | None = None,
        ascending: bool | Sequence[bool] = True,
    ) -> Frame:
        """Adds a column with the difference to the value `periods` rows before; arguments as for `shift`."""
        return self._windowed(target, source, "diff", "offset", periods, by=by, order_by=order_by, ascending=ascending)

    def window(
        self,
        target: Name,
        source: Name | None,
        function: Computed,
        *,
        by: Names | None = None,
        order_by: Names | None = None,
        ascending: bool | Sequence[bool] = True,
        rows: int | Literal["all", "expanding"] = "all",
        min_periods: int | None = None,
        center: bool = False,
    ) -> Frame:
        """Adds a column whose value in a row is computed from several rows. The rows stay where they are.

        Args:
            target: the column that is made.
            source: the column that is read; None for "size" and "cumcount", which count rows.
            function: pandas' name, or a function of a Series. See below.
            by: the columns whose groups are looked at each for itself. In a row that misses one of them the result is
                missing, as in pandas.
            order_by: the columns by which rows are ordered before the window moves over them, equal ones as they
                stand; by default the rows' own order.
            ascending: the direction, or one for each column of `order_by`.
            rows: which rows a row sees: "all" of its group (pandas' `transform`), the last so many, itself among them
                (`rolling`), or all up to itself ("expanding").
            min_periods: how many values must be there for a result: by default as many as a rolling window has rows,
                and 1 for an expanding one.
            center: whether a rolling window has its row in the middle.

        Functions of all, of rolling and of expanding rows: sum, mean, median, min, max, count, nunique, first, last,
        std, var, sem, skew; of all rows, also: size, prod, any, all. Functions that say themselves which rows they
        see: cumsum, cumprod, cummax, cummin, cumcount, ffill, bfill, pct_change. A function of a Series gives one
        value; of all rows, it may also give one for each.

        Example:
            `frame.window("week", "sales", "mean", by="shop", order_by="day", rows=7, min_periods=1)`
        """
        of_rolling = {"min_periods": min_periods, "center": center or None}
        options = {name: value for name, value in of_rolling.items() if value is not None}
        own = _OWN_EXTENT.get(function) if isinstance(function, str) else None
        if function in _OWN_METHOD:
            raise PlanError(
                f"{function!r} is a method of its own.", hint=f"frame.{function}({target!r}, {source!r}, …)"
            )
        if own is not None:
            if rows != "all" or options:
                raise PlanError(f"{function!r} says itself which rows it sees.", hint="leave out rows= and its options")
            size = 1 if own == "offset" else None
            return self._windowed(
                target, source, function, own, size, by=by, order_by=order_by, ascending=ascending, options={}
            )
        extent, size = _extent(rows, min_periods, center=center)
        return self._windowed(
            target, source, function, extent, size, by=by, order_by=order_by, ascending=ascending, options=options
        )

    def _windowed(
        self,
        target: Name,
        source: Name | None,
        function: Computed,
        extent: Extent,
        size: int | None = None,
        *,
        by: Names | None = None,
        order_by: Names | None = None,
        ascending: bool | Sequence[bool] = True,
        options: Mapping[str, Any] | None = None,
    ) -> Frame:
        size = int(size) if isinstance(size, np.integer) else size
        if extent == "offset" and (not isinstance(size, int) or isinstance(size, bool)):
            raise PlanError(f"periods is a number of rows, got {size!r}.")
        if size is not None and abs(size) > _MOST:
            raise PlanError(f"No table has {size} rows.", available=[f"{-_MOST} to {_MOST}"])
        order = names_of(order_by) or []
        return self._then(
            Window(
                inputs=(self._operator,),
                code=code_reference(),
                target=target,
                source=source,
                function=_function(function),
                by=tuple(names_of(by) or ()),
                order_by=tuple(order),
                ascending=directions_of(ascending, len(order)),
                extent=extent,
                size=size,
                options=tuple(sorted((options or {}).items())),
            )
        )


def _function(given: Computed) -> str | Function:
    if given is list:
        return "list"
    return given if isinstance(given, str) else function_of(given, vectorized=True)


def _shown(function: str | Function) -> str:
    return function if isinstance(function, str) else function.name


def _aggregation(target: Name, source: Name | None, function: Computed) -> Aggregation:
    return Aggregation(target, source, _function(function))


def _named(target: Name, given: Any) -> Aggregation:
    """One aggregation with a name of its own."""
    if isinstance(given, pd.NamedAgg):
        return _aggregation(target, given.column, given.aggfunc)
    if given == "size":
        return Aggregation(target, None, "size")
    if isinstance(given, tuple) and len(given) == 2:
        return _aggregation(target, *given)
    raise PlanError(
        f"The aggregation of {target!r} is a column and a function, got {given!r:.80}.",
        hint=f'{target}=("price", "sum")' if isinstance(target, str) and target.isidentifier() else "",
    )


def _extent(rows: Any, min_periods: int | None, *, center: bool) -> tuple[Extent, int | None]:
    """Which rows a row sees, and how many where that is a number."""
    if rows == "all" and (min_periods is not None or center):
        raise PlanError(
            "Only a window that moves has min_periods or a center.", hint='pass rows=3, or rows="expanding"'
        )
    if rows == "expanding" and center:
        raise PlanError("A window that grows has no center.")
    if min_periods is not None and (not isinstance(min_periods, int) or min_periods < 0):
        raise PlanError(f"min_periods is a number of values, got {min_periods!r}.")
    if rows in ("all", "expanding"):
        return ("partition" if rows == "all" else "expanding"), None
    if not isinstance(rows, int | np.integer) or isinstance(rows, bool) or rows < 1:
        raise PlanError(
            f"A window cannot have rows={rows!r}.", available=['"all"', '"expanding"', "a number of rows from 1 on"]
        )
    if min_periods is not None and min_periods > rows:
        raise PlanError(f"min_periods={min_periods} is more than the {rows} rows of the window.")
    return "rolling", int(rows)
