"""Between Python values and pandas columns, without changing a value on the way."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

_NATIVE: dict[type, str] = {bool: "bool", float: "float64", int: "int64"}


def to_series(values: list[Any], known: type | None = None) -> pd.Series:
    """Makes a column of Python values.

    A column of one exact type gets pandas' type for it; anything mixed stays a column of Python objects, so that no
    integer becomes a float because its neighbour is missing, and None stays None.

    Args:
        values: the values.
        known: their type, where the caller knows that it is the only one.
    """
    kinds = {known} if known is not None else set(map(type, values))
    if len(kinds) != 1:
        return pd.Series(values, dtype=object)
    [kind] = kinds
    try:
        if kind in _NATIVE:
            return pd.Series(np.array(values, dtype=_NATIVE[kind]))
        if kind is str:
            return pd.Series(values, dtype="str")
        if issubclass(kind, np.number | np.bool_ | np.datetime64):  # not numpy's text, which loses null characters
            return pd.Series(np.array(values))
    except (OverflowError, UnicodeEncodeError):  # integers past 64 bits, lone surrogates
        return pd.Series(values, dtype=object)
    return pd.Series(values, dtype=object)


def to_python(column: pd.Series) -> list[Any]:
    """The values of a column as Python objects, for functions that take scalars."""
    values: list[Any] = column.tolist()
    return values
