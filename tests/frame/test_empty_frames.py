"""No rows, or none left: every operator works, with the columns and types one would expect."""

# ruff: noqa: F841 - predicates find variables by their names
from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import lester_jupyter as ld
from lester_jupyter.errors import SourceError

SCHEMA = {"k": "int64", "s": "str", "x": "float64"}


def typed(rows: int) -> pd.DataFrame:
    return pd.DataFrame({"k": [1, 2], "s": ["a", None], "x": [0.5, None]}).astype(SCHEMA).head(rows)


@pytest.fixture(params=["a source without rows", "no rows left"])
def empty(request: pytest.FixtureRequest) -> ld.Frame:
    if request.param == "a source without rows":
        return ld.from_pandas(typed(0), "A")
    return ld.from_pandas(typed(2), "A").filter("k > 5")


def dtypes(frame: ld.Frame) -> dict[str, str]:
    return {c: str(t) for c, t in frame.df.dtypes.items()}


def untraced(frame: ld.Frame) -> bool:
    return all(len(frame.lineage.forward(s, [])) == 0 for s in frame.plan.source_names.values())


@pytest.mark.parametrize(
    "operation",
    [
        lambda f: f.filter("k > 1 and s == 'a' and not x.isna()"),
        lambda f: f.filter("s.str.startswith('a') or k in [1, 2]"),
        lambda f: f.filter(lambda k: k > 1),
        lambda f: f.filter(lambda: True),
        lambda f: f.filter(lambda k: k > 1, vectorized=True),
        lambda f: f[f["k"] > 1],
        lambda f: f[pd.Series([], dtype=bool)],
        lambda f: f.distinct(),
        lambda f: f.distinct("s", keep="last"),
        lambda f: f.fill_missing({"x": 0.0, "s": ""}),
        lambda f: f.split()[0],
        lambda f: f.split()[1],
        lambda f: f.union(f),
        lambda f: f.rename({"k": "k"}),
        lambda f: f.join(f[["k"]], "k"),
        lambda f: f.join(f[["k"]], "k", how="right"),
        lambda f: f.join(f[["k"]], "k", how="outer"),
        lambda f: f.join(f, ["k", "s"], how="semi"),
        lambda f: f.join(f, "k", how="semi"),
        lambda f: f.join(f, ["k", "s"], how="anti"),
        lambda f: f.join(f, "k", how="anti"),
        lambda f: f.sort("k"),
        lambda f: f.sort(["s", "x"], [False, True], "first"),
        lambda f: f.limit(3, 1),
        lambda f: f.head(),
        lambda f: f.tail(),
        lambda f: f.drop_missing(),
        lambda f: f.drop_missing("x", how="all"),
        lambda f: f.explode(["s", "k"]),
        lambda f: f.distinct(keep=False),
        lambda f: f.cast({"k": "float64"}).cast({"k": int}),
        lambda f: f.assign(x="x + k", s="s.str.upper()"),
        lambda f: f.assign(x=0.5),
        lambda f: f.split(stratify="s")[0],
        lambda f: f.split(group=["s", "k"])[1],
        lambda f: f.plan.execute(),
    ],
)
def test_operators_that_keep_columns_keep_types_too(empty: ld.Frame, operation: object) -> None:
    frame = operation(empty)
    assert len(frame) == 0
    assert dtypes(frame) == SCHEMA
    assert untraced(frame)
    assert {k: v.tolist() for k, v in frame.lineage.backward([]).items()} == {"A": []}


def test_select_drop_and_rename_of_nothing(empty: ld.Frame) -> None:
    assert dtypes(empty[["x", "k"]]) == {"x": "float64", "k": "int64"}
    assert dtypes(empty.drop(["x", "k"]).rename({"s": "t"})) == {"t": "str"}
    assert empty[[]].columns == []


def test_project_on_nothing_calls_nothing_and_adds_columns_of_objects(empty: ld.Frame) -> None:
    def never(*_: object) -> None:
        raise AssertionError

    frame = empty.project("y", ["k"], never).project(["p", "q"], ["k", "s"], never).project("z", [], never)
    assert dtypes(frame) == {**SCHEMA, "y": "object", "p": "object", "q": "object", "z": "object"}
    assert dtypes(empty.project("y", "k", lambda k: k / 2, vectorized=True))["y"] == "float64"


def test_joins_with_nothing_on_either_side(empty: ld.Frame) -> None:
    full = ld.from_pandas(typed(2), "B")
    assert empty.join(full, "k").shape == (0, 5)
    assert full.join(empty, "k").shape == (0, 5)
    assert empty.join(full, "k", how="left").shape == (0, 5)
    left = full.join(empty, "k", how="left")
    assert left.to_tuples(["k"]) == [(1,), (2,)]
    assert left.df["s_y"].isna().all()
    assert {k: v.tolist() for k, v in left.lineage.backward([0, 1]).items()} == {"B": [0, 1], "A": []}


def test_union_with_nothing_keeps_rows_and_types(empty: ld.Frame) -> None:
    full = ld.from_pandas(typed(2), "B")
    for both in (empty.union(full), full.union(empty)):
        assert dtypes(both) == SCHEMA
        assert both.lineage.backward([0, 1])["B"].tolist() == [0, 1]


def test_exports_of_nothing(empty: ld.Frame, tmp_path: Path) -> None:
    assert (empty.to_tuples(), empty.to_lists(), empty.to_dicts(), empty.to_values("k")) == ([], [], [], [])
    assert empty.to_dict("k", "s") == {}
    empty.write_text(tmp_path / "t.txt", header=True)
    empty.write_csv(tmp_path / "t.csv", header=True)
    assert (tmp_path / "t.txt").read_text() == "k,s,x\n"
    assert (tmp_path / "t.csv").read_bytes() == b"k,s,x\r\n"
    assert repr(empty)


def test_sources_of_nothing(tmp_path: Path) -> None:
    path = tmp_path / "e.csv"
    path.write_text("")
    frame = ld.read_text(path, ["a", "b"])
    assert (frame.shape, dtypes(frame)) == ((0, 2), {"a": "str", "b": "str"})
    assert ld.read_lines(path).to_values("line") == []
    with pytest.raises(SourceError, match="is empty: there is not even a header to read"):
        ld.read_csv(path)
    path.write_text("a,b\n")
    assert ld.read_csv(path).columns == ["a", "b"]
    assert ld.from_records([], ["a"]).shape == (0, 1)
    assert ld.from_records([{}, {}]).shape == (2, 0)
    assert ld.from_pandas(pd.DataFrame()).shape == (0, 0)


def test_a_whole_program_over_nothing(tmp_path: Path) -> None:
    """A notebook's cell must also work when the filter lets nothing through."""
    path = tmp_path / "e.csv"
    path.write_text("")
    countries = ["UK"]
    customers = ld.read_text(path, ["id", "email", "country"]).filter("country in @countries").distinct("email")
    mails = ld.read_text(path, ["mail", "email", "text"]).filter(lambda text: text.startswith("x"))
    joined = mails.join(customers, "email", how="left").project("upper", ["text"], str.upper)
    train, test = joined.split()
    assert (len(train), len(test)) == (0, 0)
    assert joined.columns == ["mail", "email", "text", "id", "country", "upper"]
    assert joined.to_tuples(["upper"]) == []
