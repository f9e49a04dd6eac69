"""Random small tables of all kinds of columns that pandas has, with duplicates, ties and missing values."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

import lester_jupyter as ld

KINDS: dict[str, tuple[list[Any], Any]] = {
    "int": ([0, 1, 2, -1], "int64"),
    "float": ([0.0, 1.0, 2.5, -0.0, np.nan], "float64"),
    "text": (["a", "b", "", "A", None], "str"),
    "object": (["a", None, np.nan, "b", ""], object),
    "numbers": ([1, True, 0, None, 2.0, 2**60], object),
    "bool": ([True, False], "bool"),
    "nullable int": ([0, 1, 2, None], "Int64"),
    "nullable bool": ([True, False, None], "boolean"),
    "category": (["b", "a", None], pd.CategoricalDtype(["b", "a", "never"])),
    "ordered": (["low", "high", None], pd.CategoricalDtype(["low", "high"], ordered=True)),
    "time": ([pd.Timestamp("2024-01-01"), pd.Timestamp("2023-05-05 10:00"), pd.NaT], "datetime64[ns]"),
    "zoned": ([pd.Timestamp("2024-01-01", tz="UTC"), pd.Timestamp("2023-05-05", tz="UTC"), pd.NaT], "datetime64[ns, UTC]"),
    "duration": ([pd.Timedelta(1, "D"), pd.Timedelta(0), pd.NaT], "timedelta64[ns]"),
}  # fmt: skip
"""For each kind of column its possible values and its type."""


def examples(n: int) -> settings:
    """The same programs in every run."""
    checks = [HealthCheck.too_slow, HealthCheck.filter_too_much]
    return settings(max_examples=n, derandomize=True, deadline=None, suppress_health_check=checks)


def column(draw: st.DrawFn, kind: str, n_rows: int) -> pd.Series:
    """A column of this kind."""
    values, dtype = KINDS[kind]
    return pd.Series(draw(st.lists(st.sampled_from(values), min_size=n_rows, max_size=n_rows)), dtype=dtype)


@st.composite
def tables(draw: st.DrawFn, names: str = "abc", most: int = 8, kinds: tuple[str, ...] = tuple(KINDS)) -> pd.DataFrame:
    """A table with these columns, each of any kind, and a last column `row` with the number of each row."""
    n_rows = draw(st.integers(0, most))
    made = {name: column(draw, draw(st.sampled_from(kinds)), n_rows) for name in names}
    return pd.DataFrame({**made, "row": np.arange(n_rows)})


def assert_same(frame: ld.Frame, expected: pd.DataFrame) -> None:
    """The frame is this table: values, types and order of columns and rows; its rows are numbered from 0."""
    pd.testing.assert_frame_equal(frame.df, expected.reset_index(drop=True), check_index_type=False)
    assert frame.df.index.equals(pd.RangeIndex(len(expected)))


def assert_traced(frame: ld.Frame, source: str, expected: list[list[int]]) -> None:
    """Each row of the frame is made from these rows of the source; forward is the inverse."""
    assert [frame.lineage.backward(i)[source].tolist() for i in range(len(frame))] == expected
    n_rows = max((max(rows) for rows in expected if rows), default=-1) + 1
    forward = [[i for i, rows in enumerate(expected) if row in rows] for row in range(n_rows)]
    assert [frame.lineage.forward(source, row).tolist() for row in range(n_rows)] == forward


def outcome(compute: Any) -> pd.DataFrame | None:
    """What pandas gives, or None where it refuses."""
    try:
        return compute()
    except (TypeError, ValueError, ArithmeticError, NotImplementedError):
        return None
