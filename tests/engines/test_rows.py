"""Operators that keep, order or repeat rows: what pandas gives, and the rows it is made of."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typed_tables import assert_same, assert_traced, examples, outcome, tables

import lester_jupyter as ld
from lester_jupyter.errors import LineageError, PlanError, SourceError, UnknownColumnError
from lester_jupyter.lineage.rows import Codes, Take

COLUMNS = st.lists(st.sampled_from("abc"), min_size=1, max_size=3, unique=True)


@pytest.fixture
def frame() -> ld.Frame:
    return ld.from_pandas(pd.DataFrame({"k": [2, 1, 2, 1], "s": ["x", "y", None, "z"]}), "A")


def check(ours: object, theirs: object) -> ld.Frame | None:
    """Ours gives what pandas gives, made of the rows that its column `row` says; or both refuse."""
    expected = outcome(theirs)
    if expected is None:
        with pytest.raises(PlanError):
            ours()
        return None
    frame = ours()
    assert_same(frame, expected)
    assert_traced(frame, "A", [[row] for row in expected["row"]])
    return frame


# sort ---------------------------------------------------------------------------------------------------------------


@examples(150)
@given(tables(), COLUMNS, st.data())
def test_sort_is_a_stable_sort_values(table: pd.DataFrame, by: list[str], data: st.DataObject) -> None:
    one = st.booleans()
    ascending = data.draw(one | st.lists(one, min_size=len(by), max_size=len(by)))
    na_position = data.draw(st.sampled_from(["first", "last"]))
    frame = ld.from_pandas(table, "A")
    check(
        lambda: frame.sort(by, ascending, na_position),
        lambda: table.sort_values(by, ascending=ascending, na_position=na_position, kind="stable"),
    )


def test_sort_keeps_the_order_of_ties_in_both_directions() -> None:
    table = pd.DataFrame({"k": np.arange(1000) % 3, "row": np.arange(1000)})
    for ascending in (True, False):
        made = ld.from_pandas(table).sort("k", ascending)
        for _, rows in made.df.groupby("k")["row"]:
            assert rows.is_monotonic_increasing


def test_sort_is_control_and_needs_no_second_index(frame: ld.Frame) -> None:
    made = frame.sort(["k", "s"], [False, True])
    assert made.lineage.columns("s") == {("A", "s"): "value", ("A", "k"): "control"}
    [edge] = made._relation.step.edges
    assert isinstance(edge, Take)
    assert edge.index.dtype == np.int32
    assert "2 ↕ by k descending, s" in made.plan.explain()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda f: f.sort("q"), r"There is no column 'q'\. Available: k, s\."),
        (lambda f: f.sort([]), "sort needs at least one column"),
        (lambda f: f.sort(["k", "s"], [True]), "sort got 1 directions for 2 columns"),
        (lambda f: f.sort("k", na_position="middle"), r"cannot stand 'middle'\. Available: first, last"),
        (lambda f: f.project("o", "k", lambda k: k if k == 1 else "t").sort("o"), "sort cannot compare the values of 'o'"),
    ],
)  # fmt: skip
def test_sort_says_what_is_wrong(frame: ld.Frame, make: object, message: str) -> None:
    with pytest.raises(PlanError, match=message):
        make(frame)


# limit --------------------------------------------------------------------------------------------------------------


@examples(100)
@given(tables("a"), st.integers(0, 10), st.integers(0, 10))
def test_limit_head_and_tail_are_those_of_pandas(table: pd.DataFrame, n: int, offset: int) -> None:
    frame = ld.from_pandas(table, "A")
    check(lambda: frame.limit(n, offset), lambda: table.iloc[offset : offset + n])
    check(lambda: frame.head(n), lambda: table.head(n))
    check(lambda: frame.tail(n), lambda: table.tail(n))


def test_limit_defaults_and_plan() -> None:
    frame = ld.from_pandas(pd.DataFrame({"x": range(9)}))
    assert (frame.head().to_values("x"), frame.tail().to_values("x")) == ([0, 1, 2, 3, 4], [4, 5, 6, 7, 8])
    assert frame.limit(np.int64(2)).to_values("x") == [0, 1]
    assert "first 2 rows after 3" in frame.limit(2, 3).plan.explain()
    assert "last 2 rows" in frame.tail(2).plan.explain()
    assert not frame.head().plan.operators[-1].monotone
    assert frame.head().lineage.columns("x") == {("df", "x"): "value"}


@pytest.mark.parametrize("make", [lambda f: f.limit(-1), lambda f: f.limit(1, -1), lambda f: f.head(-2), lambda f: f.tail(-2)])  # fmt: skip
def test_limit_of_a_negative_number_is_an_error(frame: ld.Frame, make: object) -> None:
    with pytest.raises(PlanError, match=r"is a number from 0 on, got -\d\. Hint: counting from the end"):
        make(frame)


@pytest.mark.parametrize("n", ["2", 2.0, None, True])
def test_limit_takes_integers(frame: ld.Frame, n: object) -> None:
    with pytest.raises(PlanError, match="n is a number"):
        frame.limit(n)


# drop_missing -------------------------------------------------------------------------------------------------------


@examples(120)
@given(tables(), st.none() | COLUMNS, st.sampled_from(["any", "all", 0, 1, 2, 3, 5]))
def test_drop_missing_is_dropna(table: pd.DataFrame, subset: list[str] | None, how: str | int) -> None:
    frame = ld.from_pandas(table, "A")
    least = {"thresh": how} if isinstance(how, int) else {"how": how}
    check(lambda: frame.drop_missing(subset, **least), lambda: table.dropna(subset=subset, **least))


def test_drop_missing_is_control_of_what_it_looks_at(frame: ld.Frame) -> None:
    made = frame.drop_missing("s")
    assert made.to_values("k") == [2, 1, 1]
    assert made.lineage.columns("k") == {("A", "k"): "value", ("A", "s"): "control"}
    assert frame.drop_missing().lineage.columns("k")["A", "s"] == "control"


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda f: f.drop_missing("q"), r"There is no column 'q'\. Available: k, s\."),
        (lambda f: f.drop_missing(how="some"), r"no how='some'\. Available: any, all"),
        (lambda f: f.drop_missing(how="all", thresh=1), "takes how or thresh, not both"),
        (lambda f: f.drop_missing(thresh=-1), "thresh is a number from 0 on"),
    ],
)
def test_drop_missing_says_what_is_wrong(frame: ld.Frame, make: object, message: str) -> None:
    with pytest.raises(PlanError, match=message):
        make(frame)


# explode ------------------------------------------------------------------------------------------------------------

ITEMS = st.sampled_from([[], [1], [1, 2], ["a", None, 3], (), (1, 2), (7,), "text", None, np.nan, 5, np.array([1, 2])])


@examples(150)
@given(tables("a"), st.data())
def test_explode_is_that_of_pandas(table: pd.DataFrame, data: st.DataObject) -> None:
    n = len(table)
    lists = data.draw(st.lists(ITEMS, min_size=n, max_size=n))
    table.insert(data.draw(st.integers(0, 2)), "l", pd.Series(lists, dtype=object))
    frame = ld.from_pandas(table, "A")
    check(lambda: frame.explode("l"), lambda: table.explode("l"))
    check(lambda: frame.explode("a"), lambda: table.explode("a"))  # no lists at all


@examples(150)
@given(tables("a"), st.data())
def test_explode_of_several_columns_is_that_of_pandas(table: pd.DataFrame, data: st.DataObject) -> None:
    n = len(table)
    for name in "lm":
        lists = data.draw(st.lists(st.sampled_from([[], [1], [2, 3], None, (4, 5)]), min_size=n, max_size=n))
        table.insert(data.draw(st.integers(0, table.shape[1])), name, pd.Series(lists, dtype=object))
    frame = ld.from_pandas(table, "A")
    check(lambda: frame.explode(["m", "l"]), lambda: table.explode(["m", "l"]))


def test_explode_repeats_a_row_and_an_empty_list_is_one_missing_value() -> None:
    frame = ld.from_records([(1, ["a", "b"]), (2, []), (3, ["c"])], ["k", "l"])
    made = frame.explode("l")
    assert made.to_values("k") == [1, 1, 2, 3]
    assert made.df["l"].isna().tolist() == [False, False, True, False]
    assert made.lineage.forward("records", 0).tolist() == [0, 1]
    assert made.lineage.columns("k") == {("records", "k"): "value", ("records", "l"): "control"}


def test_explode_of_lists_of_different_lengths_names_the_row() -> None:
    frame = ld.from_records([([1], [2]), ([1, 2], [3]), ([], [1])], ["a", "b"])
    with pytest.raises(PlanError, match=r"row 1 has 2 in 'a' and 1 in 'b'\. Hint: to combine all with all"):
        frame.explode(["a", "b"])
    with pytest.raises(UnknownColumnError, match=r"no column 'q'\. Available: a, b"):
        frame.explode("q")
    with pytest.raises(PlanError, match="explode needs different columns"):
        frame.explode([])


def test_rows_of_one_record_stay_together_in_a_split() -> None:
    frame = ld.from_records([(i, list(range(5))) for i in range(40)], ["k", "l"]).explode("l")
    train, test = frame.split(0.5)
    assert set(train.to_values("k")).isdisjoint(test.to_values("k"))


# distinct -----------------------------------------------------------------------------------------------------------


@examples(150)
@given(tables(), st.none() | COLUMNS, st.sampled_from(["first", "last", False]))
def test_distinct_is_drop_duplicates_and_knows_the_alternatives(
    table: pd.DataFrame, subset: list[str] | None, keep: str | bool
) -> None:
    table = table if subset else table[["a", "b"]].assign(row=0)
    frame = ld.from_pandas(table, "A")
    made = frame.distinct(subset, keep)
    numbered = table.assign(row=np.arange(len(table)))
    kept = numbered.drop_duplicates(subset or ["a", "b"], keep=keep)["row"].tolist()
    assert_same(made, table.drop_duplicates(subset, keep=keep))
    assert_traced(made, "A", [[row] for row in kept])
    # a row is of a group if it, put beside the representative, counts as its duplicate
    rows = range(len(table))
    groups = [[other for other in rows if table.iloc[[row, other]].duplicated(subset).iloc[1]] for row in kept]
    assert [made.lineage.alternatives(i)["A"].tolist() for i in range(len(made))] == groups


def test_alternatives_are_followed_up_and_down_the_plan() -> None:
    a = ld.from_pandas(pd.DataFrame({"k": [1, 2, 1, 3]}), "A")
    b = ld.from_pandas(pd.DataFrame({"k": [1, 5]}), "B")
    made = a.union(b).filter("k < 4").distinct("k").sort("k", ascending=False)
    assert made.to_values("k") == [3, 2, 1]
    assert made.lineage.backward(2)["A"].tolist() == [0]
    assert {k: v.tolist() for k, v in made.lineage.alternatives(2).items()} == {"A": [0, 2], "B": [0]}
    assert {k: v.tolist() for k, v in made.lineage.alternatives([0, 1]).items()} == {"A": [1, 3], "B": []}
    assert {k: v.tolist() for k, v in a.lineage.alternatives(2).items()} == {"A": [2]}  # nothing was dropped
    with pytest.raises(LineageError, match="This frame has no row 3"):
        made.lineage.alternatives(3)


def test_alternatives_hold_no_table_and_are_computed_again_where_it_is_gone(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("k,v\n1,a\n2,b\n1,c\n")
    made = ld.read_csv(path).filter("k < 9").distinct("k")
    gc.collect()
    assert made.lineage.alternatives(0)["a"].tolist() == [0, 2]
    with ld.record() as frames:
        made.lineage.alternatives(0)
    assert frames == []
    path.write_text("k,v\n7,a\n")
    with pytest.raises(SourceError, match="a has changed since it was read"):
        made.lineage.alternatives(0)


def test_alternatives_of_what_does_not_come_out_the_same_again_are_refused() -> None:
    calls: list[int] = []

    def moody(k: int) -> bool:
        calls.append(k)
        return len(calls) <= 3

    made = ld.from_pandas(pd.DataFrame({"k": [1, 1, 2, 2]})).filter(moody).distinct("k")
    gc.collect()
    with pytest.raises(LineageError, match="Computed again, distinct compares other rows"):
        made.lineage.alternatives(0)


def test_alternatives_are_codes_of_four_bytes() -> None:
    made = ld.from_pandas(pd.DataFrame({"k": [1, 1, 2]})).distinct("k")
    edge = made._relation.step.alternatives(lambda: pd.DataFrame({"k": [1, 1, 2]}))
    assert isinstance(edge, Codes)
    assert edge.codes.dtype == np.int32


def test_distinct_says_what_is_wrong(frame: ld.Frame) -> None:
    with pytest.raises(PlanError, match=r"distinct cannot keep 'some'\. Available: first, last, False"):
        frame.distinct(keep="some")
    lists = ld.from_records([([1], 0), ([1], 0)], ["l", "k"])
    with pytest.raises(PlanError, match="distinct cannot compare these values: unhashable type"):
        lists.distinct()
    assert len(lists.distinct("l")) == 1  # pandas compares lists where they stand alone
    with pytest.raises(LineageError, match="The rows that are alike cannot be numbered"):
        lists.distinct("l").lineage.alternatives(0)


# pandas' own names --------------------------------------------------------------------------------------------------


def test_pandas_names_mean_the_same(frame: ld.Frame) -> None:
    df = frame.df
    assert_same(frame.sort_values("k", ascending=False), df.sort_values("k", ascending=False, kind="stable"))
    assert_same(frame.drop_duplicates("k", keep="last"), df.drop_duplicates("k", keep="last"))
    assert_same(frame.dropna(subset=["s"]), df.dropna(subset=["s"]))
    assert_same(frame.dropna(how="all"), df.dropna(how="all"))
    assert_same(frame.fillna({"s": "none"}), df.fillna({"s": "none"}))
    assert_same(frame.astype({"k": "float64"}), df.astype({"k": "float64"}))


@pytest.mark.parametrize("descending", [False, 0, np.False_, [False], [0], np.array([False])])
def test_directions_may_be_numbers_and_numpys_truth_values(descending: Any) -> None:
    frame = ld.from_pandas(pd.DataFrame({"x": [2, 1, 3], "y": [1, 1, 1]}))
    made = frame.sort("x", descending)
    assert made.to_values("x") == [3, 2, 1]
    assert made.plan.operators[-1].ascending == (False,)
    summed = frame.window("s", "y", "cumsum", order_by="x", ascending=descending)
    assert summed.to_values("s") == [2, 3, 1]
