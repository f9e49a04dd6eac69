"""Numbers rows by the values of their keys, as pandas compares them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from lester_jupyter.lineage.rows import Rows, index_dtype
from lester_jupyter.plan.references import Name

_Codes = npt.NDArray[np.int64]


def key_codes(table: pd.DataFrame, names: Sequence[Name]) -> tuple[Rows, int]:
    """The group of each row: rows with equal keys have the same number; missing values equal each other.

    Args:
        table: the rows.
        names: the key columns.

    Returns:
        Codes of shape (n_rows,), numbered in the order of their first row, and how many groups there are.

    Raises:
        TypeError: values that cannot be compared, such as lists.
    """
    codes, n_groups = _factorized(table[names[0]])
    for name in names[1:]:
        more, n_more = _factorized(table[name])
        codes, different = pd.factorize(codes * n_more + more)  # both are below the number of rows: no overflow
        n_groups = len(different)
    return codes.astype(index_dtype(n_groups)), n_groups


def duplicate_codes(table: pd.DataFrame, names: Sequence[Name]) -> tuple[Rows, int]:
    """As `key_codes`, but as `drop_duplicates` compares: in a single column of objects, None is not NaN."""
    if len(names) > 1 or table[names[0]].dtype != object:
        return key_codes(table, names)
    column = table[names[0]]
    told_apart = [type(v) if gone else v for v, gone in zip(column, column.isna(), strict=True)]
    return key_codes(pd.DataFrame({"key": pd.Series(told_apart, dtype=object)}), ["key"])


def _factorized(column: pd.Series) -> tuple[_Codes, int]:
    codes, different = pd.factorize(column, use_na_sentinel=False)
    return codes.astype(np.int64, copy=False), len(different)
