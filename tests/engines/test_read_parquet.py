"""`read_parquet` is pandas' read_parquet, but for the index, which frames do not have, and for integers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import lester_jupyter as ld
from lester_jupyter.errors import SourceError

BIG = 2**53 + 1
TABLE = pd.DataFrame(
    {
        "id": [1, 2, 3],
        "text": ["a", None, "007\0"],
        "when": pd.to_datetime(["2024-01-01", None, "2024-01-03"]),
        "x": [0.5, float("nan"), float("inf")],
        "flag": [True, False, True],
        "kind": pd.Categorical(["u", "v", "u"]),
        "list": [[1], [], [2, 3]],
    }
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    TABLE.to_parquet(tmp_path / "t.parquet")
    return tmp_path / "t.parquet"


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"columns": ["x", "id"]},
        {"engine": "pyarrow"},
        {"dtype_backend": "pyarrow"},
        {"dtype_backend": "numpy_nullable"},
        {"filters": [("id", ">", 1)]},
        {"columns": ["x"], "filters": [("id", ">", 1)]},
    ],
    ids=repr,
)
def test_read_parquet_gives_what_pandas_gives_and_again_when_the_plan_runs(path: Path, options: dict[str, Any]) -> None:
    expected = pd.read_parquet(path, **options).reset_index(drop=True)
    frame = ld.read_parquet(path, **options)
    pd.testing.assert_frame_equal(frame.df, expected)
    pd.testing.assert_frame_equal(frame.plan.execute().df, expected)
    pd.testing.assert_frame_equal(ld.Plan.from_json(frame.plan.to_json()).execute().df, expected)
    assert frame.lineage.backward(len(frame) - 1)["t"].tolist() == [len(expected) - 1]
    assert frame.plan.sources[0].format == "parquet"


def test_a_plan_runs_on_another_file_or_table(path: Path, tmp_path: Path) -> None:
    frame = ld.read_parquet(path, ["id"]).filter("id > 2")
    TABLE.assign(id=[7, 8, 0]).to_parquet(tmp_path / "u.parquet")
    for plan in (frame.plan, ld.Plan.from_json(frame.plan.to_json())):
        assert plan.execute(sources={"t": tmp_path / "u.parquet"}).to_values("id") == [7, 8]
        assert plan.execute(sources={"t": pd.DataFrame({"id": [9]})}).to_values("id") == [9]


def test_an_index_with_a_name_becomes_a_column_and_one_without_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    TABLE[["id"]].set_axis([7, 8, 9]).to_parquet(path)
    assert ld.read_parquet(path).columns == ["id"]
    TABLE[["id", "text"]].set_index("text").to_parquet(path)
    assert ld.read_parquet(path).columns == ["text", "id"]
    index = pd.MultiIndex.from_arrays([[1, 2, 3], [4, 5, 6]], names=["a", None])
    TABLE[["id"]].set_axis(index).to_parquet(path)
    assert ld.read_parquet(path).to_tuples() == [(1, 1), (2, 2), (3, 3)]


@pytest.mark.parametrize("options", [{}, {"columns": ["v"]}, {"filters": [("k", ">=", 0)]}], ids=repr)
def test_integers_stay_the_same_number(tmp_path: Path, options: dict[str, Any]) -> None:
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"k": [0, 1, 2], "v": [BIG, None, -1], "w": [1, None, 2], "f": [1e300, None, 0.5]}), path)
    frame = ld.read_parquet(path, **options)
    assert frame.to_values("v") == [BIG, None, -1]
    if "columns" not in options:
        pd.testing.assert_frame_equal(frame.df.drop(columns="v"), pd.read_parquet(path).drop(columns="v"))


def test_numpy_values_in_a_parquet_file_are_those_of_pandas(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    pq.write_table(
        pa.table({"s": [{"a": 1}, None], "d": pa.array([1, 2], pa.decimal128(5, 2)), "b": [b"\0", b""]}), path
    )
    pd.testing.assert_frame_equal(ld.read_parquet(path).df, pd.read_parquet(path))


# errors ---------------------------------------------------------------------------------------------------------------


def test_read_parquet_says_what_is_wrong(path: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.parquet"
    other.write_text("id,text\n1,a\n2,b\n")
    with pytest.raises(SourceError, match=r"other\.parquet cannot be read as Parquet: .*(magic bytes|footer)"):
        ld.read_parquet(other)
    other.write_bytes(b"")
    with pytest.raises(SourceError, match=r"other\.parquet cannot be read as Parquet: .*(0 bytes|empty)"):
        ld.read_parquet(other)
    other.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(SourceError, match=r"other\.parquet cannot be read as Parquet"):
        ld.read_parquet(other)
    with pytest.raises(SourceError, match=r"t\.parquet cannot be read as Parquet: .*nope"):
        ld.read_parquet(path, ["nope"])
    with pytest.raises(SourceError, match=r"There is no file .*x\.parquet\. Available: other\.parquet, t\.parquet\.$"):
        ld.read_parquet(tmp_path / "x.parquet")
    with pytest.raises(SourceError, match="cannot be read: Is a directory"):
        ld.read_parquet(tmp_path)


def test_damaged_pages_are_an_error(path: Path) -> None:
    content = bytearray(path.read_bytes())
    for i in range(4, len(content) // 3):
        content[i] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(SourceError, match=r"t\.parquet cannot be read"):
        ld.read_parquet(path)


def test_columns_that_no_frame_can_have(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    pq.write_table(pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["a", "a"]), path)
    with pytest.raises(SourceError, match="a"):
        ld.read_parquet(path)
    TABLE[["id"]].set_axis(pd.Index([1, 2, 3], name="id")).to_parquet(path)
    with pytest.raises(SourceError, match=r"cannot insert id|more than one column"):
        ld.read_parquet(path)
