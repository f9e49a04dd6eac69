"""`read_csv` is pandas' read_csv, for whatever options and files."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import lester_jupyter as ld
from lester_jupyter.errors import SourceError

CONTENT = "id,name,when,flag\n1,a,2024-01-01,True\n2,,2024-01-02,False\n007,NA,2024-02-03,True\n"

OPTIONS: list[dict[str, Any]] = [
    {},
    {"header": None},
    {"header": None, "names": ["a", "b", "c", "d"]},
    {"names": ["a", "b", "c", "d"], "header": 0},
    {"usecols": ["name", "id"]},
    {"usecols": [0, 2]},
    {"dtype": {"id": str}},
    {"dtype": str, "keep_default_na": False},
    {"na_values": ["a"]},
    {"parse_dates": ["when"]},
    {"skiprows": [1], "nrows": 1},
    {"skiprows": lambda i: i == 2},
    {"converters": {"id": lambda v: v + "!"}},
    {"engine": "python", "sep": None},
    {"engine": "pyarrow"},
    {"delimiter": ","},
    {"sep": "[,;]", "engine": "python"},
    {"index_col": False},
    {"index_col": None},
    {"dtype_backend": "pyarrow"},
    {"chunksize": None, "iterator": False},
    {"encoding": "utf-8-sig", "quoting": 3, "comment": "#"},
]


@pytest.mark.parametrize("options", OPTIONS, ids=repr)
def test_read_csv_gives_what_pandas_gives_and_again_when_the_plan_runs(tmp_path: Path, options: dict[str, Any]) -> None:
    path = tmp_path / "file.csv"
    path.write_text(CONTENT)
    expected = pd.read_csv(path, **options)
    frame = ld.read_csv(path, **options)
    pd.testing.assert_frame_equal(frame.df, expected)
    pd.testing.assert_frame_equal(frame.plan.execute().df, expected)
    assert frame.lineage.backward(len(frame) - 1)["file"].tolist() == [len(expected) - 1]


def test_read_csv_takes_the_separator_by_position_and_compressed_files(tmp_path: Path) -> None:
    table = pd.DataFrame({"a": [1], "b": ["x"]})
    table.to_csv(tmp_path / "t.tsv.gz", sep="\t", index=False)
    frame = ld.read_csv(tmp_path / "t.tsv.gz", "\t", name="t")
    pd.testing.assert_frame_equal(frame.df, table)
    assert frame.plan.explain().split() == ["1", "▤", "t", "1", "rows"]


def test_read_csv_expands_a_home_directory_as_pandas_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "t.csv").write_text("a\n1\n")
    assert ld.read_csv("~/t.csv").to_values("a") == pd.read_csv("~/t.csv")["a"].tolist()


PIECES = [",", ",", "\n", "\n", "\r\n", '"', '""', " ", "x", "007", "NA", "null", "1.5", "é", "\ufeff", "#", "a,b\n"]


@settings(max_examples=200, derandomize=True, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=20).map("".join))
def test_read_csv_equals_pandas_on_random_files(content: str) -> None:
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "f.csv"
        path.write_bytes(content.encode())
        try:
            expected = pd.read_csv(path)
        except ValueError:
            with pytest.raises(SourceError):
                ld.read_csv(path)
            return
        try:
            found = ld.read_csv(path).df
        except SourceError:  # refused: pandas would make an index of fields, or lose them
            with pytest.warns(pd.errors.ParserWarning, match="loss of data"):
                pd.read_csv(path, index_col=False)
            return
        if len(found.columns) and not expected.equals(found):
            assert pd.read_csv(path, index_col=False).equals(found)
        else:
            pd.testing.assert_frame_equal(found, expected)
