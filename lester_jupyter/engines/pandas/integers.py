"""Keeps integers exact where pandas would make floats of them.

pandas has no missing integers by default: beside a missing value or a fraction they become floats, which hold integers
only up to 2**53. Below that nothing is lost, and columns stay as pandas makes them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from lester_jupyter.engines.pandas.values import to_series
from lester_jupyter.errors import SourceError

_EXACT = 2**53


def with_exact_integers(
    table: pd.DataFrame, as_stored: Callable[[], Sequence[Sequence[Any]]], asked: frozenset[Any] = frozenset()
) -> pd.DataFrame:
    """The table, with the values as they are stored in each column where an integer had become another number.

    Args:
        table: what pandas read.
        as_stored: gives the columns as Python values, by position; called only where an integer may be lost.
        asked: names of columns whose type was asked for: floats among them may be inexact.
    """
    columns = [table.iloc[:, i] for i in range(table.shape[1])]
    doubtful = [
        i
        for i, column in enumerate(columns)
        if _may_have_lost(column) and not (column.name in asked and pd.api.types.is_float_dtype(column.dtype))
    ]
    if not doubtful:
        return table
    stored = as_stored()
    if [len(column) for column in stored] != [len(table)] * table.shape[1]:
        raise SourceError(
            f"The column {table.columns[doubtful[0]]!r} may hold integers that its type cannot.",
            hint='name another: dtype={"column": "Int64"}',
        )
    for i in doubtful:
        if any(map(_is_other, stored[i], columns[i].tolist())):
            columns[i] = _exact(stored[i], columns[i].dtype)
    return pd.DataFrame(dict(enumerate(columns)), index=table.index).set_axis(table.columns, axis=1)


def _exact(stored: Sequence[Any], dtype: Any) -> pd.Series:
    values = [None if v is pd.NA else v for v in stored]
    if pd.api.types.is_integer_dtype(dtype) and pd.api.types.is_extension_array_dtype(dtype):
        return pd.Series(pd.array(values, dtype=dtype))  # has missing integers of its own
    return to_series(values)


def _may_have_lost(column: pd.Series) -> bool:
    """Whether there are numbers that may have gone through a float, and are too large for one."""
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        return bool(column.isna().any()) and getattr(column.dt, "unit", "") == "ns"  # made of integers past 2**53
    if not pd.api.types.is_numeric_dtype(column.dtype) or pd.api.types.is_bool_dtype(column.dtype):
        return False
    size = np.abs(column.to_numpy(dtype=np.float64, na_value=0.0))
    return bool((size >= _EXACT).any())


def _is_other(stored: Any, found: Any) -> bool:
    """Whether a stored integer, or text of one, was read as another number."""
    if isinstance(stored, str):
        digits = stored.strip()
        if not (digits.isascii() and digits.lstrip("+-").isdecimal()):
            return False
        if len(digits) > 400:  # no float is as large, and Python reads no integer of thousands of digits
            return True
        stored = int(digits)
    if not isinstance(stored, int) or isinstance(stored, bool):
        return False
    if isinstance(found, pd.Timestamp):
        return float(stored) != stored
    return bool(pd.notna(found)) and found != stored
