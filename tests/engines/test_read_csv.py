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
from lester_jupyter.errors import PlanError, SourceError

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
    {"usecols": lambda name: name != "flag"},
    {"usecols": ["id"], "dtype": {"id": "Int64"}},
    {"dtype": {"name": "category", "flag": "boolean"}},
    {"na_values": {"id": ["1"], "name": "a"}, "keep_default_na": False},
    {"na_filter": False},
    {"parse_dates": ["when"], "date_format": "%Y-%m-%d"},
    {"true_values": ["True"], "false_values": ["False"]},
    {"nrows": 2},
    {"nrows": 0},
    {"skiprows": 2, "header": None},
    {"skipfooter": 1, "engine": "python"},
    {"skipinitialspace": True, "skip_blank_lines": False},
    {"on_bad_lines": "skip"},
    {"encoding_errors": "replace"},
    {"low_memory": False, "memory_map": True},
    {"thousands": "-", "decimal": "."},
    {"lineterminator": "\n"},
    {"escapechar": "\\", "quotechar": "'", "doublequote": False},
    {"dtype_backend": "numpy_nullable"},
    {"names": ["a", "b", "c", "d"], "header": None, "usecols": ["d", "a"]},
]


@pytest.mark.parametrize("options", OPTIONS, ids=repr)
def test_read_csv_gives_what_pandas_gives_and_again_when_the_plan_runs(tmp_path: Path, options: dict[str, Any]) -> None:
    path = tmp_path / "file.csv"
    path.write_text(CONTENT)
    expected = pd.read_csv(path, **options)
    frame = ld.read_csv(path, **options)
    pd.testing.assert_frame_equal(frame.df, expected)
    pd.testing.assert_frame_equal(frame.plan.execute().df, expected)
    if len(frame):
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


DRAWN_OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "header": st.sampled_from([None, 0, 1]),
        "dtype": st.sampled_from([str, {"a": str}, {0: "category"}]),
        "usecols": st.sampled_from([[0], [0, 1], ["a"]]),
        "na_values": st.sampled_from(["x", ["1", ""], {"a": "b"}]),
        "keep_default_na": st.booleans(),
        "skiprows": st.sampled_from([0, 1, [0, 2]]),
        "nrows": st.integers(0, 3),
        "thousands": st.sampled_from([".", "'"]),
        "quoting": st.sampled_from([0, 3]),
        "skip_blank_lines": st.booleans(),
        "skipinitialspace": st.booleans(),
        "encoding": st.sampled_from(["utf-8", "utf-8-sig", "latin-1"]),
        "engine": st.sampled_from(["c", "python"]),
        "on_bad_lines": st.sampled_from(["error", "skip"]),
        "index_col": st.just(False),
    },
)
ROWS = st.lists(st.lists(st.sampled_from(PIECES), max_size=5).map("".join), max_size=6)


@pytest.mark.filterwarnings("ignore::pandas.errors.ParserWarning", "ignore::pandas.errors.DtypeWarning")
@settings(max_examples=200, derandomize=True, deadline=None)
@given(ROWS, DRAWN_OPTIONS)
def test_read_csv_equals_pandas_with_random_options(rows: list[str], options: dict[str, Any]) -> None:
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "f.csv"
        path.write_bytes("\n".join(["a,b", *rows]).encode())
        told = {"index_col": False, **options}  # without it, pandas makes an index of fields that have no name
        try:
            expected = pd.read_csv(path, **told)
        except (ValueError, IndexError) as error:
            with pytest.raises((SourceError, type(error))):
                ld.read_csv(path, **options)
            return
        try:
            found = ld.read_csv(path, **options)
        except SourceError:  # refused: pandas loses fields, or doubles names
            with pytest.warns(pd.errors.ParserWarning, match="loss of data"):
                pd.read_csv(path, **told)
            return
        pd.testing.assert_frame_equal(found.df, expected)
        pd.testing.assert_frame_equal(found.plan.execute().df, expected)


@pytest.mark.parametrize("compression", ["gzip", "bz2", "xz", "zip", "tar"])
def test_read_csv_reads_compressed_files(tmp_path: Path, compression: str) -> None:
    table = pd.DataFrame({"a": [1, 2], "b": ["x", None]})
    path = tmp_path / "t.data"
    table.to_csv(path, index=False, compression=compression)
    frame = ld.read_csv(path, compression=compression)
    pd.testing.assert_frame_equal(frame.df, table)
    pd.testing.assert_frame_equal(ld.Plan.from_json(frame.plan.to_json()).execute().df, table)


def test_columns_of_several_levels_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_text("a,b\nc,d\n1,2\n")
    with pytest.raises(SourceError, match=r"named by text or integers|multi-index header"):
        ld.read_csv(path, header=[0, 1])


def test_read_csv_takes_large_fields_null_characters_and_mixed_line_ends(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    field = "é\0" * 5_000_000
    path.write_bytes(f'id,text\r\n1,"{field}"\n2,"a\r\nb"\r3,\n99999999999999999999,9007199254740993\n'.encode())
    pd.testing.assert_frame_equal(ld.read_csv(path).df, pd.read_csv(path))


@pytest.mark.parametrize("option", [{"chunksize": 2}, {"iterator": True}, {"index_col": 0}, {"index_col": ["a"]}])
def test_read_csv_refuses_what_makes_no_frame(tmp_path: Path, option: dict[str, Any]) -> None:
    with pytest.raises(PlanError, match=f"read_csv cannot take {next(iter(option))}: a frame has no index and is read"):
        ld.read_csv(tmp_path / "f.csv", **option)
