"""Random sources: small tables with repeated rows, missing values and ties, in memory or as CSV files."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import strategies as st

import lester_jupyter as ld
from programs.operation import Schema

VALUES: dict[str, list[Any]] = {
    "number": [0, 1, 1, 2, 2, 3, 0.5, None],
    "text": ["a", "a", "b", "bb", "c", "", None],
    "truth": [True, True, False, None],
    "time": [*map(datetime.datetime.fromisoformat, ["2024-02-28", "2024-02-29", "2024-02-29", "2024-02-29T12"]), None],
    "list": [[], [1], [1, 2], [2, 1, 2], None],
}
KINDS = {"k": "number", "s": "text", "x": "number", "y": "text", "b": "truth", "t": "time", "l": "list"}


@dataclass(frozen=True)
class Source:
    """A table under a name; as a file it is written and read again, so pandas finds the types by itself."""

    name: str
    table: pd.DataFrame
    csv: bool

    @property
    def schema(self) -> Schema:
        return {c: KINDS[c] for c in self.table.columns}

    def _times(self) -> list[str]:
        return [c for c in self.table.columns if KINDS[c] == "time"]

    def frame(self, directory: Path) -> ld.Frame:
        if not self.csv:
            return ld.from_pandas(self.table, self.name)
        path = directory / f"{self.name}.csv"
        self.table.to_csv(path, index=False)
        return ld.read_csv(path, parse_dates=self._times())

    def in_pandas(self, directory: Path) -> pd.DataFrame:
        if not self.csv:
            return self.table
        return pd.read_csv(directory / f"{self.name}.csv", parse_dates=self._times())

    def without(self, row: int) -> Source:
        return Source(self.name, self.table.drop(index=row).reset_index(drop=True), self.csv)

    def with_column(self, name: str, values: pd.Series) -> Source:
        return Source(self.name, self.table.assign(**{name: values}), self.csv)


def series(kind: str, values: list[Any], missing: Any = None) -> pd.Series:
    """A column as users have it; truth values with gaps are Python objects, with one of the signs for "missing"."""
    gaps = any(v is None for v in values)
    if kind == "number":
        whole = not gaps and all(v == int(v) for v in values)
        return pd.Series(values, dtype=int if whole else float)
    if kind in ("text", "time"):
        return pd.Series(values, dtype="str" if kind == "text" else "datetime64[us]")
    if kind == "truth" and not gaps:
        return pd.Series(values, dtype=bool)
    return pd.Series([missing if v is None else v for v in values], dtype=object)


@st.composite
def sources(draw: st.DrawFn, number: int) -> Source:
    """A source; tables in memory may share a name, files may not."""
    csv = draw(st.booleans())
    n_rows = draw(st.integers(0, 7))
    more = draw(st.sets(st.sampled_from(["x", "y", "b", "t"] if csv else ["x", "y", "b", "t", "l"]), max_size=3))
    columns = {}
    for name in draw(st.permutations(["k", "s", *sorted(more)])):
        kind = KINDS[name]
        values = draw(st.lists(st.sampled_from(VALUES[kind]), min_size=n_rows, max_size=n_rows))
        if csv and n_rows and values[0] in (None, "") and kind != "number":
            values[0] = VALUES[kind][0] if kind != "text" else "w"  # a column without values would be read as numbers
        columns[name] = series(kind, values, draw(st.sampled_from([None, np.nan])))
    return Source(f"file{number}" if csv else draw(st.sampled_from(["a", "b"])), pd.DataFrame(columns), csv)


@st.composite
def other_records(draw: st.DrawFn, source: Source) -> Source:
    """A source of the same columns with other records, and another number of them."""
    n_rows = draw(st.integers(0, 5))
    columns = {}
    for name in source.table.columns:
        kind = KINDS[name]
        values = draw(st.lists(st.sampled_from(VALUES[kind]), min_size=n_rows, max_size=n_rows))
        if source.csv and n_rows and values[0] in (None, "") and kind != "number":
            values[0] = VALUES[kind][0]
        columns[name] = series(kind, values)
    return Source(source.name, pd.DataFrame(columns), source.csv)


@st.composite
def other_values(draw: st.DrawFn, source: Source, column: str) -> Source:
    """The same source with other values in one column: shuffled, or drawn anew of the same kind and pandas' type."""
    before = source.table[column]
    if draw(st.booleans()):
        order = draw(st.permutations(range(len(before))))
        return source.with_column(column, before.iloc[list(order)].reset_index(drop=True))
    plain = [v for v in VALUES[KINDS[column]] if v not in (None, "")]
    if before.dtype.kind == "i":
        plain = [v for v in plain if v != 0.5]
    new = [draw(st.sampled_from(plain)) if there else old for old, there in zip(before, before.notna(), strict=True)]
    return source.with_column(column, pd.Series(new, dtype=before.dtype))
