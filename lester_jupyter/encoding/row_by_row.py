"""Whether a fitted estimator treats each row by itself, so that what it makes of a row comes from that row alone.

Scikit-learn's do. A function or class of the user's may look at other rows (`X - X.mean()`), and nothing in the result
would show it. It is asked about a few rows twice, in company and alone. This is a test, not a proof: such estimators
count as over-approximate in any case.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.decomposition import NMF, MiniBatchNMF
from sklearn.preprocessing import FunctionTransformer

from lester_jupyter.encoding.estimators import parts_of
from lester_jupyter.encoding.row_keys import is_sparse

_ROWS = 6
"""Different rows that are asked about."""


def is_known(fitted: Any) -> bool:
    """Whether it is known that each row is treated by itself.

    Args:
        fitted: a transformer or a model; None for columns that are passed through.
    """
    return fitted is None or all(map(_is_known, (fitted, *parts_of(fitted))))


def _is_known(part: Any) -> bool:
    if isinstance(part, FunctionTransformer):
        return part.func is None or isinstance(part.func, np.ufunc)
    if isinstance(part, NMF | MiniBatchNMF):  # all rows together decide when it has converged
        return False
    return type(part).__module__.partition(".")[0] in {"sklearn", "lester_jupyter"}


def seems_so(call: Callable[[Any], Any], given: Any) -> bool:
    """Whether a call makes the same of rows alone as among others.

    Args:
        call: `transform` or `predict` of a fitted estimator.
        given: rows as it takes them: a table, a column or a matrix.
    """
    n_rows: int = given.shape[0]
    different = np.unique(np.linspace(0, n_rows - 1, _ROWS).astype(int))
    if len(different) < 2:
        return False
    mixed = np.repeat(different[::-1], np.arange(1, len(different) + 1))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # whatever there is to warn of was said when all rows went through
            together = _dense(call(_rows(given, mixed)))
            alone = [_dense(call(_rows(given, different[[at]]))) for at in (0, -1)]
    except Exception:  # noqa: BLE001 - it worked on all rows; if it cannot take others, it looks at more than one
        return False
    return all(_equal(together[mixed == different[at]], one) for at, one in zip((0, -1), alone, strict=True))


def _rows(given: Any, positions: npt.NDArray[np.int_]) -> Any:
    if isinstance(given, pd.DataFrame | pd.Series):
        return given.iloc[positions].reset_index(drop=True)
    return given.tocsr()[positions] if is_sparse(given) else given[positions]


def _dense(matrix: Any) -> Any:
    return matrix.toarray() if is_sparse(matrix) else np.asarray(matrix)


def _equal(several: Any, one: Any) -> bool:
    """Whether rows are like one row; floats up to what the size of a batch does to rounding."""
    if one.shape[1:] != several.shape[1:] or len(one) != 1:
        return False
    if np.issubdtype(one.dtype, np.number):
        return bool(np.allclose(several, one, rtol=1e-6, atol=1e-9, equal_nan=True))
    return all(np.array_equal(row, one[0]) for row in several)
