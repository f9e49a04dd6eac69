"""Whether a fitted estimator treats each row by itself, so that what it makes of a row comes from that row alone.

Scikit-learn's do. A function or class of the user's may look at other rows (`X - X.mean()`), and nothing in the result
would show it. It is asked again about some rows, in other company and alone, and must say what it said among all. This
is a test, not a proof: such estimators count as not exact in any case.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.decomposition import NMF, MiniBatchNMF
from sklearn.dummy import DummyClassifier
from sklearn.experimental import enable_iterative_imputer
from sklearn.impute import IterativeImputer
from sklearn.preprocessing import FunctionTransformer

from lester_jupyter.encoding.estimators import parts_of
from lester_jupyter.encoding.row_keys import is_sparse
from lester_jupyter.encoding.undisturbed import copied, undisturbed

assert enable_iterative_imputer  # importing it is what allows the import of IterativeImputer

_SPREAD = 24
"""Rows from all over the table that are asked about."""
_ALONE = 16
"""Rows that are asked about one by one."""
_COLUMNS = 16
"""Columns of a wide table that are searched for telling rows."""
_ROUNDING = {"float32": 1e-5, "float16": 1e-2}
"""How far the size of a batch may move a value, relative to the largest of its column; 1e-9 for all other numbers."""


def is_known(fitted: Any) -> bool:
    """Whether it is known that each row is treated by itself.

    Args:
        fitted: a transformer or a model; None for columns that are passed through.
    """
    return fitted is None or (not draws(fitted) and all(map(_is_known, _all_parts(fitted))))


def draws(fitted: Any) -> bool:
    """Whether what is made of a row hangs on how many random numbers the rows before it took."""
    return any(
        (isinstance(part, IterativeImputer) and part.sample_posterior)
        or (isinstance(part, DummyClassifier) and part.strategy in {"stratified", "uniform"})
        for part in _all_parts(fitted)
    )


def _all_parts(fitted: Any) -> Iterator[Any]:
    """An estimator and its parts, those included that a search has put in."""
    for part in (fitted, *parts_of(fitted)):
        yield part
        if hasattr(part, "best_estimator_"):
            yield from _all_parts(part.best_estimator_)


def _is_known(part: Any) -> bool:
    if isinstance(part, FunctionTransformer):
        return part.func is None or isinstance(part.func, np.ufunc)
    if isinstance(part, NMF | MiniBatchNMF):  # all rows together decide when it has converged
        return False
    return type(part).__module__.partition(".")[0] in {"sklearn", "lester_jupyter"}


def seems_so(fitted: Any, method: Literal["transform", "predict"], given: Any, made: Any, weight: float = 1.0) -> bool:
    """Whether an estimator makes the same of rows alone, and in other company, as it made of them among all.

    A copy is asked, so that the estimator stays as it is; one that cannot be copied is not trusted.

    Args:
        fitted: the estimator.
        method: what is asked.
        given: rows as it takes them: a table, a column or a matrix.
        made: what it made of them, times the weight.
        weight: what its features are multiplied by.
    """
    n_rows: int = given.shape[0]
    copy = copied(fitted)
    if n_rows < 2 or copy is None or draws(fitted):
        return False
    telling = list(dict.fromkeys([*_telling_rows(made), *_telling_rows(given), 0, n_rows - 1]))
    different = np.unique([*np.linspace(0, n_rows - 1, _SPREAD).astype(int), *telling])
    mixed = np.repeat(different[::-1], 1 + np.arange(len(different)) % 3)

    def again(rows: npt.NDArray[np.integer[Any]]) -> Any:
        return _dense(getattr(copy, method)(_rows(given, rows)))

    return all(_same(again, rows, made, weight) for rows in (mixed, *np.reshape(telling[:_ALONE], (-1, 1))))


def _same(
    again: Callable[[npt.NDArray[np.integer[Any]]], Any], rows: npt.NDArray[np.integer[Any]], made: Any, weight: float
) -> bool:
    """Whether these rows on their own give what they gave among all."""
    try:
        with undisturbed():
            values = again(rows)
    except Exception:  # noqa: BLE001 - it worked on all rows; if it cannot take others, it looks at more than one
        return False
    return _equal(_dense(_rows(made, rows)), values, weight)


def _telling_rows(table: Any) -> list[int]:
    """Rows for which a function shows what it looks at.

    For a column: the first and last that are missing, the smallest and the largest, and of those that share a value
    the first and last. These are what fills of missing values, limits, outliers and groups take from other rows.
    """
    if is_sparse(table):
        sums = np.asarray(table.sum(axis=1)).ravel()
        return [int(sums.argmax()), int(sums.argmin())]
    frame = table if isinstance(table, pd.DataFrame) else pd.DataFrame(table)
    places = np.linspace(0, frame.shape[1] - 1, min(_COLUMNS, frame.shape[1])).astype(int)
    chosen = np.unique(places).tolist()
    by_column = [list(_telling(frame.iloc[:, at])) for at in chosen]
    longest = max(map(len, by_column), default=0)
    return [rows[i] for i in range(longest) for rows in by_column if i < len(rows)]


def _telling(column: pd.Series) -> Iterator[int]:
    missing = np.flatnonzero(column.isna().to_numpy(bool))
    yield from (int(at) for at in missing[[0, -1]]) if len(missing) else ()
    if column.dtype.kind in "biuf" and len(missing) < len(column):
        values = column.to_numpy(float, na_value=np.nan)
        yield int(np.nanargmax(values))
        yield int(np.nanargmin(values))
    if column.dtype.kind != "O" or isinstance(column.dtype, pd.StringDtype):  # objects may not be comparable
        shared = np.flatnonzero(column.duplicated(keep=False).to_numpy(bool))
        yield from (int(at) for at in shared[[0, -1]]) if len(shared) else ()


def _rows(given: Any, positions: npt.NDArray[np.integer[Any]]) -> Any:
    if isinstance(given, pd.DataFrame | pd.Series):
        return given.iloc[positions].reset_index(drop=True)
    return given.tocsr()[positions] if is_sparse(given) else np.asarray(given)[positions]


def _dense(matrix: Any) -> Any:
    return matrix.toarray() if is_sparse(matrix) else np.asarray(matrix)


def _equal(expected: Any, values: Any, weight: float) -> bool:
    """Whether rows are equal; numbers up to what the size of a batch does to rounding."""
    if expected.shape != values.shape:
        return False
    if values.dtype.kind in "biufc" and expected.dtype.kind in "biufc":
        size = np.max(np.abs(expected), axis=0, initial=0, where=np.isfinite(expected))
        tolerance = _ROUNDING.get(values.dtype.name, 1e-9) * size
        return bool(np.all(np.isclose(values * weight, expected, rtol=0, atol=tolerance, equal_nan=True)))
    pairs = zip(expected.ravel().tolist(), values.ravel().tolist(), strict=True)
    return all(a == b or (a != a and b != b) for a, b in pairs)  # noqa: PLR0124 - NaN
