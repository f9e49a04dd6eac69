"""Some rows of whatever an operator gave: a table, a matrix of features, predictions, a model.

A matrix is never made dense, nor cut into columns, as a whole: it may be a million rows by fifty thousand features.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import singledispatch
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from lester_jupyter.encoding.operators import Encoded
from lester_jupyter.model import Predicted

Rows = npt.NDArray[np.integer[Any]]

FEATURES = 40
"""Features of a row that are shown at most."""


@singledispatch
def preview(table: Any, rows: Rows, most: int) -> pd.DataFrame:
    """These rows of a table, and its first columns.

    Args:
        table: what an operator gave; anything that is no table and no matrix is a model, which has one row.
        rows: positions.
        most: how many columns at most.
    """
    parameters = table.get_params(deep=False) if hasattr(table, "get_params") else {}
    row = {"model": type(table).__name__, **{name: _short(value) for name, value in parameters.items()}}
    return pd.DataFrame([row] * len(rows), columns=list(row)[:most])


@preview.register
def _(table: pd.DataFrame, rows: Rows, most: int) -> pd.DataFrame:
    return table.iloc[rows, :most]


@preview.register
def _(table: Predicted, rows: Rows, most: int) -> pd.DataFrame:
    del most
    return pd.DataFrame({"prediction": table.values[rows]})


@preview.register
def _(table: Encoded, rows: Rows, most: int) -> pd.DataFrame:
    stop = min(table.stop, table.start + min(most, FEATURES))
    return pd.DataFrame(_part(table.whole, rows, table.start, stop))


def _part(matrix: Any, rows: Rows, start: int, stop: int) -> npt.NDArray[Any]:
    if isinstance(matrix, pd.DataFrame):
        return matrix.iloc[rows, start:stop].to_numpy()
    if not sparse.issparse(matrix):
        return np.asarray(matrix[rows, start:stop])
    whole: Any = matrix
    if whole.format == "csc":  # by columns first: its rows are spread over all of it
        return np.asarray(whole[:, start:stop].tocsr()[rows].toarray())
    return np.asarray(whole.tocsr()[rows][:, start:stop].toarray())


def feature_names(fitted: Any, columns: Sequence[str], n_features: int) -> list[str] | None:
    """What a fitted transformer calls its features: words, values, columns.

    Args:
        fitted: the transformer; None if it passes columns through.
        columns: the columns it was given.
        n_features: how many features it makes.

    Returns:
        Their names, or None where it does not know them.
    """
    if fitted is None:
        names: list[str] = list(columns)
    else:
        try:
            names = [str(name) for name in fitted.get_feature_names_out()]
        except Exception:  # noqa: BLE001 - somebody else's class: whatever it raises, its features stay numbered
            return None
    return names if len(names) == n_features else None


def _short(value: Any) -> Any:
    """A parameter as it is where it is plain, else as text."""
    return value if isinstance(value, str | int | float | None) else " ".join(repr(value).split())
