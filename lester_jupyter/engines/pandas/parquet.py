"""Reads Parquet files."""

from __future__ import annotations

import errno
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from lester_jupyter.engines.pandas.integers import with_exact_integers
from lester_jupyter.engines.pandas.unreadable import reading
from lester_jupyter.plan.references import Name


def read_parquet(path: Path, names: tuple[Name, ...] | None, options: Mapping[str, Any]) -> pd.DataFrame:
    """Reads with pandas; an index that has names becomes columns, one without a name is left out.

    Integers beside missing values become floats, as in pandas, unless they would no longer be the same number.
    """
    del names
    given: dict[str, Any] = {k: list(v) if isinstance(v, tuple) else v for k, v in options.items()}
    with reading(path, "Parquet"):
        if path.is_dir():
            raise OSError(errno.EISDIR, os.strerror(errno.EISDIR))
        table = _without_index(pd.read_parquet(path, **given))
        return with_exact_integers(table, lambda: _as_stored(path, given))


def _without_index(table: pd.DataFrame) -> pd.DataFrame:
    named = [level for level, name in enumerate(table.index.names) if name is not None]
    unnamed = [level for level, name in enumerate(table.index.names) if name is None]
    if not named:
        return table.reset_index(drop=True)
    return table.reset_index(level=unnamed, drop=True).reset_index()


def _as_stored(path: Path, options: Mapping[str, Any]) -> list[list[Any]]:
    table = _without_index(pd.read_parquet(path, **{**options, "dtype_backend": "pyarrow"}))
    return [table.iloc[:, i].tolist() for i in range(table.shape[1])]
