"""Which record is which, across re-reads: a hash of a record's content and of how many equal ones came before it.

Positions would not do: they move when a record is deleted. The hash of one column's value does not depend on the other
rows either: pandas types a column by all of its values, so a number hashes the same whether its column was read as
integers, floats or text.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from lester_jupyter.lineage.steps import Hashes, mix

_MISSING = np.uint64(0xD1B54A32D192ED03)
_TRUTH_VALUES = {"TRUE": "True", "true": "True", "FALSE": "False", "false": "False"}  # as pandas reads them


def record_identity(table: pd.DataFrame) -> Hashes:
    """One 64-bit hash a record, shape (n_rows,); equal records are numbered in their order."""
    content = np.zeros(len(table), np.uint64)
    for position in range(table.shape[1]):
        content = mix(content ^ _value_hashes(table.iloc[:, position]))
    occurrence = pd.Series(content).groupby(content).cumcount().to_numpy().astype(np.uint64)
    return mix(content ^ mix(occurrence))


def _value_hashes(values: pd.Series) -> Hashes:
    if isinstance(values.dtype, pd.StringDtype):
        codes, different = pd.factorize(values)  # -1: missing
        return np.append(_value_hashes(pd.Series(different, dtype=object)), _MISSING)[codes]
    if pd.api.types.is_numeric_dtype(values.dtype) and not pd.api.types.is_bool_dtype(values.dtype):
        number = values.to_numpy(dtype=float, na_value=np.nan)
        hashed = np.zeros(len(values), np.uint64)
    else:
        text = values.astype(object).map(str).replace(_TRUTH_VALUES)
        number = pd.to_numeric(text, errors="coerce").to_numpy(dtype=float)
        hashed = pd.util.hash_array(text.to_numpy(dtype=object))
    is_number = ~np.isnan(number)
    hashed = np.where(is_number, pd.util.hash_array(number + 0.0), hashed)  # + 0.0: -0.0 is 0.0
    return np.where(values.isna().to_numpy(), _MISSING, hashed)
