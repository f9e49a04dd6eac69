"""Groups of rows that agree on some columns, and what is computed of each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from pandas.core.groupby import DataFrameGroupBy

from lester_jupyter.engines.pandas.functions import callable_of
from lester_jupyter.engines.pandas.operators import Result, Steps, Tables, run
from lester_jupyter.engines.pandas.values import to_python
from lester_jupyter.errors import LesterError, PlanError
from lester_jupyter.lineage import All, Codes
from lester_jupyter.lineage.identity import record_identity
from lester_jupyter.lineage.rows import NONE, Rows, index_dtype
from lester_jupyter.lineage.windows import by_group
from lester_jupyter.plan import Aggregate, Aggregation, Function
from lester_jupyter.plan.references import Name


@dataclass(frozen=True)
class Groups:
    """The groups of a table's rows.

    Attributes:
        grouped: what pandas computes with.
        codes: shape (n_rows,): the number of each row's group, `NONE` for a row that misses a key.
        n_groups: how many groups there are.
    """

    grouped: DataFrameGroupBy[Any, Any]
    codes: Rows
    n_groups: int


def group(table: pd.DataFrame, by: Sequence[Name], *, dropna: bool, sort: bool, what: str) -> Groups:
    """Groups rows as pandas does; its numbering of the groups serves the result and the lineage.

    Raises:
        PlanError: keys that cannot be compared, or not be sorted.
    """
    try:
        grouped = table.groupby(list(by), dropna=dropna, sort=sort, observed=True)
        numbers = grouped[by[0]].ngroup().to_numpy()  # of one column: else it would leave out the keys first
    except TypeError as error:
        hint = "pass sort=False to keep the order of first rows" if "not supported between" in str(error) else ""
        hint = hint or "values that change, such as lists, cannot be keys: explode them, or make tuples or text of them"
        raise PlanError(f"{what} cannot group by {', '.join(map(repr, by))}: {error}.", hint=hint) from error
    n_groups = grouped.ngroups
    if numbers.dtype.kind == "f":  # NaN: no group
        numbers = np.nan_to_num(numbers, nan=NONE)
    codes: Rows = numbers.astype(index_dtype(n_groups))
    return Groups(grouped, codes, n_groups)


@contextmanager
def computing(function: str | Function, column: pd.Series | None) -> Iterator[Callable[[Any], Any]]:
    """Turns what pandas raises into an error about the user's column; what the user's own function raises passes.

    Gives the function in a form that pandas can call: noted in its errors, and checked to give one value.
    """
    name = function if isinstance(function, str) else function.name
    of = "" if column is None else f" of {column.name!r}"
    own: list[Exception] = []

    def call(values: Any) -> Any:
        assert isinstance(function, Function)
        try:
            return callable_of(function)(values)
        except LesterError:
            raise
        except Exception as error:
            error.add_note(f"{name} raised this for {len(values)} values{of}.")
            own.append(error)
            raise

    try:
        yield call
    except (TypeError, ValueError, NotImplementedError, pd.errors.DataError) as error:
        if error in own:
            raise
        holds = "" if column is None else f" It holds values of the type {column.dtype}."
        raise PlanError(
            f"{name}{of} cannot be computed: {str(error).rstrip('.')}.{holds}",
            hint="cast the column first, or filter the values that do not belong",
        ) from error


def one_value(made: Any, name: str) -> Any:
    """What a function gave for a group, if that is one value (a list or a tuple is one; an array is many)."""
    if isinstance(made, pd.Series | pd.DataFrame | pd.Index) or (isinstance(made, np.ndarray) and made.ndim):
        raise PlanError(f"{name} gave a {type(made).__name__} for a group, expected one value.")
    return made


@run.register
def _(operator: Aggregate, tables: Tables, steps: Steps) -> Result:
    del steps
    [table] = tables
    if not operator.by:
        made = {a.target: of_all(_source(table, a), len(table), a.function) for a in operator.aggregations}
        nobody = pd.DataFrame(index=pd.RangeIndex(1))
        return Result(_framed(made, operator), (All(len(table), 1),), own_identity=lambda: record_identity(nobody))
    groups = group(table, operator.by, dropna=operator.dropna, sort=operator.sort, what="aggregate")
    keys = groups.grouped.size().index.to_frame(index=False)
    made = {name: keys[name] for name in operator.by}
    made |= {a.target: _of_groups(table, groups, a) for a in operator.aggregations}
    edge = Codes(groups.codes, groups.n_groups)
    return Result(_framed(made, operator), (edge,), own_identity=lambda: record_identity(keys))


def _framed(made: dict[Name, pd.Series], operator: Aggregate) -> pd.DataFrame:
    return pd.DataFrame(
        {name: values.reset_index(drop=True) for name, values in made.items()}, columns=operator.columns
    )


def _source(table: pd.DataFrame, aggregation: Aggregation) -> pd.Series | None:
    return None if aggregation.source is None else table[aggregation.source]


def _of_groups(table: pd.DataFrame, groups: Groups, aggregation: Aggregation) -> pd.Series:
    """One value a group."""
    function, column = aggregation.function, _source(table, aggregation)
    if column is None:
        return groups.grouped.size()
    if function == "list":
        return _lists(column, groups)
    selected: Any = column.name
    with computing(function, column) as call:
        made: pd.Series = groups.grouped[selected].agg(
            function if isinstance(function, str) else lambda values: one_value(call(values), function.name)
        )
    return made


def _lists(column: pd.Series, groups: Groups) -> pd.Series:
    """All values of each group, in the order of the rows."""
    order, starts = by_group(groups.codes, groups.n_groups)
    values = to_python(column.take(order))
    return pd.Series([values[first:last] for first, last in pairwise(starts.tolist())], dtype=object)


def of_all(column: pd.Series | None, n_rows: int, function: str | Function) -> pd.Series:
    """One value of all rows, shape (1,), in the type that pandas gives a group's; also where there are no rows.

    It is what the column's own method gives: of no rows, their sum is 0, their mean is missing.
    """
    if column is None:
        return pd.Series([n_rows])
    if function == "list":
        return pd.Series([to_python(column)], dtype=object)
    with computing(function, column) as call:
        if isinstance(function, Function):
            made = one_value(call(column), function.name)
            return pd.Series([made], dtype=object).infer_objects()
        if function in ("first", "last"):  # of the values that are there
            there = column.dropna()
            some = there.iloc[:1] if function == "first" else there.iloc[-1:]
            return some if len(some) else column.iloc[:0].reindex([0])
        value = column.agg(function)
        sample = column.iloc[:1]
        dtype = sample.groupby(np.zeros(len(sample), int)).agg(function).dtype
    try:
        return pd.Series([value], dtype=dtype)
    except (TypeError, ValueError):  # of no integers, the smallest is missing: no integer
        return pd.Series([value])
