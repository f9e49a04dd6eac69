"""Calls users' functions: once a row with Python values, or once with whole columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from lester_jupyter.engines.pandas.values import to_python, to_series
from lester_jupyter.errors import PlanError
from lester_jupyter.lineage import All, RowEdge
from lester_jupyter.lineage.supposed import Supposed
from lester_jupyter.plan import Function

Compute: TypeAlias = Callable[[Sequence[pd.Series], int], list[pd.Series]]
"""Computes result columns from columns and their number of rows."""

_PROBED = 6
"""Different rows with which a vectorised function is called a second time."""

_SAMPLED = 1000
"""Rows that are looked at before all of them."""


def callable_of(function: Function) -> Callable[..., Any]:
    """The function itself.

    Raises:
        PlanError: a plan that was read from a file has its name and text only.
    """
    if function.call is None:
        raise PlanError(
            f"The function {function.name!r} is not part of a plan that was read from a file.",
            hint="run the code that made the plan",
        )
    return function.call


def call_rows(function: Function, columns: Sequence[pd.Series], n_rows: int) -> list[Any]:
    """Calls a function once a row, with one Python value a column.

    An error of the function passes through as it is, with a note that names the row.
    """
    call, arguments = callable_of(function), [to_python(c) for c in columns]
    rows = iter(arguments[0] if len(columns) == 1 else zip(*arguments, strict=True) if columns else [()] * n_rows)
    try:
        return [call(value) for value in rows] if len(columns) == 1 else [call(*values) for values in rows]
    except Exception as error:
        row = n_rows - 1 - sum(1 for _ in rows)
        error.add_note(f"{function.name} raised this for row {row} of the frame (counted from 0).")
        raise


def call_columns(function: Function, columns: Sequence[pd.Series], n_rows: int, n_results: int) -> list[pd.Series]:
    """Calls a vectorised function once; it may give Series, arrays, lists, or one value for all rows.

    Raises:
        PlanError: results of another number or length.
    """
    made = callable_of(function)(*columns)
    if n_results == 1:
        return [_as_column(made, function, n_rows)]
    parts = [made[name] for name in made] if isinstance(made, pd.DataFrame) else list(made)
    if len(parts) != n_results:
        raise PlanError(f"{function.name} gave {len(parts)} columns, expected {n_results}.")
    return [_as_column(part, function, n_rows) for part in parts]


def _as_column(values: Any, function: Function, n_rows: int) -> pd.Series:
    if not pd.api.types.is_list_like(values):
        return to_series([values] * n_rows)
    if len(values) != n_rows:
        raise PlanError(f"{function.name} gave {len(values)} values for {n_rows} rows.")
    if isinstance(values, pd.Series):  # matched by index, as pandas does when a column is set
        return values.reindex(pd.RangeIndex(n_rows))
    return to_series(values) if isinstance(values, list) else pd.Series(values)


def elementwise_edge(
    edge: RowEdge, compute: Compute, columns: Sequence[pd.Series], made: Sequence[pd.Series]
) -> RowEdge:
    """The edge of a vectorised function: the given one if it treats each row by itself, else all rows to all.

    It is probed when somebody asks for lineage. Until then the columns are kept alive, so this is done at once where
    they may be large: where they hold text or objects, on which functions take long beside the probe.

    Args:
        edge: the edge if each row is treated by itself.
        compute: computes results from columns and their number of rows.
        columns: what the results were computed from.
        made: what came out.
    """
    nobody = All(edge.n_input, edge.n_output)
    if not columns or len(made[0]) < 2:
        return nobody
    if all(isinstance(c.dtype, np.dtype) and c.dtype != object for c in (*columns, *made)):
        return Supposed(edge, lambda: is_elementwise(compute, columns, made))
    return edge if is_elementwise(compute, columns, made) else nobody


def is_elementwise(compute: Compute, columns: Sequence[pd.Series], results: Sequence[pd.Series]) -> bool:
    """Probes whether a vectorised function treats each row by itself, by calling it again with a few of the rows.

    Once they come in reverse and each another number of times, then some come alone, so that a function that looks at
    its neighbours, or at the whole column (a mean, a rank), gives other values for them. Among them are the rows that
    such a function is most likely about. This is a test, not a proof: such operators are marked as not exact in
    any case.

    Args:
        compute: computes results from columns and their number of rows.
        columns: what the results were computed from.
        results: what came out.
    """
    n_rows = len(results[0])
    if n_rows < 2 or not columns:
        return False
    alone = _telling_rows(columns, results) or [n_rows // 2]
    different = np.unique([*np.linspace(0, n_rows - 1, _PROBED).astype(int), *alone])
    mixed = np.repeat(different[::-1], np.arange(1, len(different) + 1))
    return all(_gives_the_same(compute, columns, results, rows) for rows in (mixed, *np.reshape(alone, (-1, 1))))


def _telling_rows(columns: Sequence[pd.Series], results: Sequence[pd.Series]) -> list[int]:
    """Rows for which a function shows what it looks at.

    One of each truth value that it gave, one with a missing value, and of values that it changed while it left others
    as they were, the first and the last: these are the ones that `fillna`, `clip` or `where` take from other rows.
    """
    found = [at for r in results if r.dtype == bool for at in (int(r.argmax()), int(r.argmin()))]
    for column in columns:
        if column.hasnans:
            found.append(int(column.isna().to_numpy(bool).argmax()))
        for result in results:
            if result.dtype == column.dtype and not pd.api.types.is_object_dtype(column.dtype):
                found += _changed_rows(column, result)
    return sorted(set(found))


def _changed_rows(column: pd.Series, result: pd.Series) -> list[int]:
    """The first and the last row that has another value now, if others have not."""
    n_rows = len(column)
    for stride in (max(1, n_rows // _SAMPLED), 1):  # most functions change most rows, so that a few rows show it
        before, after = column.iloc[::stride], result.iloc[::stride]
        same = (after == before).to_numpy(bool, na_value=False) | (after.isna() & before.isna()).to_numpy(bool)
        changed = np.flatnonzero(~same) * stride
        if len(changed):
            return [int(changed[0]), int(changed[-1])] if len(changed) < len(same) else []
    return []


def _gives_the_same(
    compute: Compute, columns: Sequence[pd.Series], results: Sequence[pd.Series], rows: npt.NDArray[np.integer[Any]]
) -> bool:
    """Whether these rows on their own give what they gave among all."""
    try:
        parts = compute([pd.Series(c.array.take(rows), name=c.name) for c in columns], len(rows))
    except Exception:  # noqa: BLE001 - it worked on all rows; if it cannot take others, it looks at more than one
        return False
    return all(
        pd.Series(whole.array.take(rows).tolist(), dtype=object).equals(pd.Series(to_python(part), dtype=object))
        for whole, part in zip(results, parts, strict=True)
    )
