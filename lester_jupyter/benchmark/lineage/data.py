"""Tables to measure with: made from a seed, with missing values, ties and keys without a partner."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

_SEED = 20
_WORDS = 1_000
_ROWS_A_KEY = 10


def records(n_rows: int) -> pd.DataFrame:
    """Seven columns of the usual types; one value of `x` in twenty is missing, and a key has about ten rows."""
    draw = np.random.default_rng(_SEED)
    n_keys = max(1, n_rows // _ROWS_A_KEY)
    words = np.array([f"word {i} of a sentence" for i in range(_WORDS)], dtype=object)
    x = draw.normal(size=n_rows)
    x[draw.random(n_rows) < 0.05] = np.nan
    return pd.DataFrame(
        {
            "number": np.arange(n_rows),
            "key": draw.integers(0, n_keys, n_rows),
            "name": pd.Series([f"person {i}" for i in draw.integers(0, max(1, n_rows // 2), n_rows)], dtype="str"),
            "word": pd.Series(words[draw.integers(0, _WORDS, n_rows)], dtype="str"),
            "x": x,
            "y": draw.integers(0, 1_000, n_rows),
            "flag": draw.random(n_rows) < 0.5,
        }
    )


def partners(n_rows: int) -> pd.DataFrame:
    """One record a key of `records(n_rows)`, in another order; one key in ten is missing, as many are strangers."""
    draw = np.random.default_rng(_SEED + 1)
    n_keys = max(1, n_rows // _ROWS_A_KEY)
    keys = draw.permutation(np.arange(n_keys // 10, n_keys + n_keys // 10))
    return pd.DataFrame(
        {
            "key": keys,
            "city": pd.Series([f"city {i % 97}" for i in keys], dtype="str"),
            "y": draw.integers(0, 1_000, len(keys)),
        }
    )


def lists(n_rows: int) -> pd.DataFrame:
    """A column of lists of no to four tags."""
    draw = np.random.default_rng(_SEED + 2)
    tags = [[f"tag {t}" for t in range(length)] for length in draw.integers(0, 5, n_rows)]
    return pd.DataFrame({"number": np.arange(n_rows), "tags": pd.Series(tags, dtype=object)})


def csv_file(n_rows: int, folder: Path) -> Path:
    """`records` as CSV."""
    path = folder / f"records-{n_rows}.csv"
    if not path.exists():
        records(n_rows).to_csv(path, index=False)
    return path


def json_file(n_rows: int, folder: Path) -> Path:
    """`records` as JSON lines."""
    path = folder / f"records-{n_rows}.jsonl"
    if not path.exists():
        records(n_rows).to_json(path, orient="records", lines=True)
    return path


def parquet_file(n_rows: int, folder: Path) -> Path:
    """`records` as Parquet."""
    path = folder / f"records-{n_rows}.parquet"
    if not path.exists():
        records(n_rows).to_parquet(path, index=False)
    return path
