"""What goes wrong in systems like this one: one named test for each line of the list, as far as the operators exist."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import lester_jupyter as ld
from lester_jupyter.errors import LineageError, PlanError, SourceError, UnknownColumnError

BIG = 2**53 + 1


@pytest.fixture
def a() -> ld.Frame:
    return ld.from_pandas(pd.DataFrame({"k": [1, 2, 3], "x": [10, 20, 30], "y": [0.5, 1.5, 2.5]}), "A")


@pytest.fixture
def b() -> ld.Frame:
    return ld.from_pandas(pd.DataFrame({"k": [2, 3, 3], "x": [200, 300, 301], "z": ["a", "b", "c"]}), "B")


@pytest.fixture
def c() -> ld.Frame:
    return ld.from_pandas(pd.DataFrame({"k": [7, 8], "x": [70, 80], "y": [7.5, 8.5]}), "C")


def rows(lineage: dict[str, np.ndarray]) -> dict[str, list[int]]:
    return {name: found.tolist() for name, found in lineage.items()}


# union ------------------------------------------------------------------------------------------------------------


def test_union_row_is_traced_to_the_table_and_row_it_comes_from(a: ld.Frame, c: ld.Frame) -> None:
    both = a.union(c)
    assert rows(both.lineage.backward(4)) == {"A": [], "C": [1]}
    assert both.lineage.backward(4)["C"].dtype == np.int64
    assert both.lineage.forward("C", 1).tolist() == [4]


def test_union_leaks_no_id_column(a: ld.Frame, c: ld.Frame) -> None:
    assert list(a.union(c).df.columns) == ["k", "x", "y"]


def test_union_column_comes_from_all_tables(a: ld.Frame, c: ld.Frame) -> None:
    assert a.union(c).lineage.columns("x") == {("A", "x"): "value", ("C", "x"): "value"}


@pytest.mark.parametrize("rows", [[0, 1], [], range(2)])
def test_occurrences_are_of_one_row(a: ld.Frame, rows: Any) -> None:
    with pytest.raises(LineageError, match=r"occurrences are of one row, got .* Hint: "):
        a.lineage.occurrences(rows)
    assert a.lineage.occurrences([1]) == a.lineage.occurrences(np.int32(1)) == a.lineage.occurrences(1)  # type: ignore[arg-type]


def test_union_with_itself_has_two_occurrences(a: ld.Frame) -> None:
    twice = a.union(a)
    assert rows(twice.lineage.backward([1, 4])) == {"A": [1]}
    assert twice.lineage.forward("A", 1).tolist() == [1, 4]
    assert [o.path for o in twice.lineage.occurrences(1)] == [(0,)]
    assert [o.path for o in twice.lineage.occurrences(4)] == [(1,)]


def test_union_of_different_columns_fills_with_missing_values(a: ld.Frame, b: ld.Frame) -> None:
    both = ld.union([a, b])
    assert both.columns == ["k", "x", "y", "z"]
    assert both.df["z"].isna().tolist() == [True] * 3 + [False] * 3
    assert both.lineage.columns("z") == {("B", "z"): "value"}


# join -------------------------------------------------------------------------------------------------------------


def test_join_gives_every_column_its_lineage(a: ld.Frame, b: ld.Frame) -> None:
    joined = a.join(b, "k")
    keys = {("A", "k"): "control", ("B", "k"): "control"}
    assert joined.columns == ["k", "x_x", "y", "x_y", "z"]
    assert joined.lineage.columns("x_x") == {**keys, ("A", "x"): "value"}
    assert joined.lineage.columns("x_y") == {**keys, ("B", "x"): "value"}
    assert joined.lineage.columns("k") == {("A", "k"): "value", ("B", "k"): "value"}


def test_left_join_key_is_the_left_one(a: ld.Frame, b: ld.Frame) -> None:
    assert a.join(b, "k", how="left").lineage.columns("k") == {("A", "k"): "value", ("B", "k"): "control"}


def test_join_n_to_m_traces_each_pair(a: ld.Frame, b: ld.Frame) -> None:
    joined = a.join(b, "k")
    assert joined.to_tuples(["k", "z"]) == [(2, "a"), (3, "b"), (3, "c")]
    assert [rows(joined.lineage.backward(i)) for i in range(3)] == [
        {"A": [1], "B": [0]},
        {"A": [2], "B": [1]},
        {"A": [2], "B": [2]},
    ]
    assert joined.lineage.forward("A", 2).tolist() == [1, 2]


def test_self_join_then_select_has_two_traceable_occurrences(a: ld.Frame) -> None:
    shifted = a.project("k", ["k"], lambda k: k - 1)
    pairs = a.join(shifted, "k", suffixes=("", "_next")).select(["x", "x_next"])
    assert pairs.to_tuples() == [(10, 20), (20, 30)]
    assert rows(pairs.lineage.backward(0)) == {"A": [0, 1]}
    assert [(o.row, o.path) for o in pairs.lineage.occurrences(0)] == [(0, (0, 0)), (1, (0, 1, 0))]
    assert pairs.lineage.forward("A", 1).tolist() == [0, 1]


def test_left_join_unmatched_side_is_none_and_nothing_shifts(a: ld.Frame, b: ld.Frame) -> None:
    joined = a.join(b, "k", how="left")
    assert [rows(joined.lineage.backward(i)) for i in range(4)] == [
        {"A": [0], "B": []},
        {"A": [1], "B": [0]},
        {"A": [2], "B": [1]},
        {"A": [2], "B": [2]},
    ]
    assert {v.dtype for v in joined.lineage.backward(0).values()} == {np.dtype("int64")}
    assert [o.source for o in joined.lineage.occurrences(0)] == ["A"]


def test_left_join_with_no_match_at_all(a: ld.Frame, c: ld.Frame) -> None:
    joined = a.join(c, "k", how="left")
    assert len(joined) == 3
    assert rows(joined.lineage.backward([0, 1, 2])) == {"A": [0, 1, 2], "C": []}
    assert joined.lineage.forward("C", [0, 1]).tolist() == []


def test_join_keys_with_missing_values_match_each_other_as_in_pandas() -> None:
    left = ld.from_pandas(pd.DataFrame({"k": ["a", None, "b"], "l": [0, 1, 2]}), "left")
    right = ld.from_pandas(pd.DataFrame({"k": [None, "a", np.nan], "r": [0, 1, 2]}, dtype=object), "right")
    joined = left.join(right, "k")
    assert joined.to_tuples(["l", "r"]) == [(0, 1), (1, 0), (1, 2)]
    assert "missing keys match each other" in (ld.Frame.join.__doc__ or "")


def test_a_dictionary_join_keeps_the_last_of_repeated_keys(a: ld.Frame, b: ld.Frame) -> None:
    looked_up = {k: z for k, z in b.to_tuples(["k", "z"])}  # noqa: C416 - what the messy code does
    by_hand = [(x, looked_up[k]) for k, x in a.to_tuples(["k", "x"]) if k in looked_up]
    joined = a.join(b.distinct("k", keep="last"), "k", suffixes=("", "_b"))
    assert joined.to_tuples(["x", "z"]) == by_hand == [(20, "a"), (30, "c")]
    assert rows(joined.lineage.backward(1)) == {"A": [2], "B": [2]}
    assert b.to_dict("k", "z") == looked_up


def test_join_with_suffixes_none_keeps_names_as_pandas_does(a: ld.Frame, b: ld.Frame) -> None:
    assert a.join(b, "k", suffixes=(None, "_b")).columns == ["k", "x", "y", "x_b", "z"]


@pytest.mark.parametrize(
    "keys", [{"left_on": ["k", "k"], "right_on": ["k", "x"]}, {"left_on": ["k", "x"], "right_on": ["x", "k"]}]
)
def test_join_on_crossed_keys_names_columns_as_pandas_does(
    a: ld.Frame, b: ld.Frame, keys: dict[str, list[str]]
) -> None:
    assert a.join(b, **keys).columns == list(a.df.merge(b.df, **keys).columns)


# project ----------------------------------------------------------------------------------------------------------


def test_project_from_the_right_side_after_everything_reaches_the_true_source(
    a: ld.Frame, b: ld.Frame, c: ld.Frame
) -> None:
    frame = a.union(c).join(b, "k").rename({"z": "letter"}).project("up", ["letter"], str.upper)
    frame = frame.project("twice", ["up", "y"], lambda up, y: f"{up}{y}")
    assert {k for k, kind in frame.lineage.columns("twice").items() if kind == "value"} == {
        ("B", "z"),
        ("A", "y"),
        ("C", "y"),
    }
    assert rows(frame.lineage.backward(0)) == {"A": [1], "C": [], "B": [0]}


def test_project_with_0_1_and_n_source_columns(a: ld.Frame) -> None:
    frame = a.project("zero", [], lambda: 0).project("one", "x", lambda x: x + 1)
    frame = frame.project("two", ["x", "k"], lambda x, k: x * k)
    assert frame.to_tuples(["zero", "one", "two"]) == [(0, 11, 10), (0, 21, 40), (0, 31, 90)]
    assert frame.lineage.columns("zero") == {}
    assert frame.lineage.columns("one") == {("A", "x"): "value"}
    assert frame.lineage.columns("two") == {("A", "x"): "value", ("A", "k"): "value"}


def test_project_of_several_columns_at_once(a: ld.Frame) -> None:
    frame = a.project(["q", "r"], ["x", "k"], divmod)
    assert frame.to_tuples(["q", "r"]) == [(10, 0), (10, 0), (10, 0)]
    assert frame.lineage.columns("r") == {("A", "x"): "value", ("A", "k"): "value"}


def test_project_that_replaces_a_column_keeps_its_place(a: ld.Frame) -> None:
    frame = a.project("x", ["x", "y"], lambda x, y: x + y)
    assert frame.columns == ["k", "x", "y"]
    assert frame.lineage.columns("x") == {("A", "x"): "value", ("A", "y"): "value"}


@pytest.mark.parametrize("values", [[BIG, 1], [BIG, None], [BIG, "text"], [2**70, 1]])
def test_project_keeps_integers_exact(values: list[object]) -> None:
    frame = ld.from_records([(v,) for v in values], ["x"])
    seen: list[object] = []
    again = frame.project("y", ["x"], lambda x: seen.append(x) or x).project("z", ["y"], lambda y: y)
    assert seen == values
    assert again.to_values("z") == values
    assert [type(v) for v in again.to_values("z")] == [type(v) for v in values]


def test_functions_get_python_values(a: ld.Frame) -> None:
    types: set[type] = set()
    a.project("t", ["k", "y"], lambda k, y: types.update((type(k), type(y))))
    assert types == {int, float}


def test_project_keeps_none_as_none(a: ld.Frame) -> None:
    frame = a.project("n", ["k"], lambda k: None if k == 1 else k)
    assert frame.to_values("n") == [None, 2, 3]


# rename -----------------------------------------------------------------------------------------------------------


def test_rename_swap_keeps_lineage(a: ld.Frame) -> None:
    swapped = a.rename({"x": "y", "y": "x"})
    assert swapped.to_tuples(["x", "y"]) == [(0.5, 10), (1.5, 20), (2.5, 30)]
    assert swapped.lineage.columns("x") == {("A", "y"): "value"}
    assert swapped.lineage.columns("y") == {("A", "x"): "value"}


def test_rename_chain_keeps_lineage(a: ld.Frame) -> None:
    chained = a.drop("k").rename({"x": "y", "y": "z"})
    assert chained.columns == ["y", "z"]
    assert chained.lineage.columns("y") == {("A", "x"): "value"}
    assert chained.lineage.columns("z") == {("A", "y"): "value"}


def test_rename_of_an_unknown_column_names_the_available_ones(a: ld.Frame) -> None:
    with pytest.raises(UnknownColumnError, match=r"There is no column 'u'\. Available: k, x, y\."):
        a.rename({"u": "v"})


# pandas habits, filter ----------------------------------------------------------------------------------------------


def test_columns_and_masks_work_as_in_pandas(a: ld.Frame) -> None:
    assert a["x"].tolist() == [10, 20, 30]
    assert a[a["x"] > 15].to_values("k") == [2, 3]
    assert a[(a["x"] > 15) & ~(a["y"] == 2.5)].to_values("k") == [2]
    assert a[a.df["x"] > 15].to_values("k") == [2, 3]
    assert a[np.array([True, False, True])].to_values("k") == [1, 3]
    assert a[[True, False, True]].to_values("k") == [1, 3]
    assert a.filter(a.df["x"] > 15).to_values("k") == [2, 3]
    assert a[["x", "k"]].columns == ["x", "k"]
    assert a[[]].shape == (3, 0)
    assert list(a) == ["k", "x", "y"]
    assert "x" in a
    assert "u" not in a


def test_the_columns_of_a_predicate_are_control_lineage(a: ld.Frame) -> None:
    assert a.filter("x > 15 and k < 3").lineage.columns("y") == {
        ("A", "y"): "value",
        ("A", "x"): "control",
        ("A", "k"): "control",
    }
    assert a.filter(lambda x: x > 15).lineage.columns("y") == {("A", "y"): "value", ("A", "x"): "control"}


def test_a_mask_may_come_from_any_column_and_says_that_it_is_not_exact(a: ld.Frame) -> None:
    masked = a[a.df["x"] > 15]
    assert set(masked.lineage.columns("y")) == {("A", "k"), ("A", "x"), ("A", "y")}
    assert masked.plan.completeness == 0.5
    assert "(not exact)" in masked.plan.explain()


def test_vectorised_functions_say_that_they_are_not_exact_and_trace_what_they_mix(a: ld.Frame) -> None:
    alone = a.project("d", ["x"], lambda x: x * 2, vectorized=True)
    mixed = a.project("m", ["x"], lambda x: x - x.mean(), vectorized=True)
    assert alone.plan.completeness == mixed.plan.completeness == 0.5
    assert rows(alone.lineage.backward(0)) == {"A": [0]}
    assert rows(mixed.lineage.backward(0)) == {"A": [0, 1, 2]}
    above = a.filter(lambda x: x > x.mean(), ["x"], vectorized=True)
    assert above.to_values("x") == [30]
    assert rows(above.lineage.backward(0)) == {"A": [0, 1, 2]}


# sources ------------------------------------------------------------------------------------------------------------


def test_two_tables_of_one_name_are_two_sources() -> None:
    one = ld.from_pandas(pd.DataFrame({"k": [1], "a": [2]}))
    two = ld.from_pandas(pd.DataFrame({"k": [1], "b": [3]}))
    joined = one.join(two, "k")
    assert rows(joined.lineage.backward(0)) == {"df": [0], "df#2": [0]}
    assert joined.lineage.columns("b") == {("df#2", "b"): "value", ("df", "k"): "control", ("df#2", "k"): "control"}


def test_a_name_that_looks_numbered_is_not_mistaken_for_another() -> None:
    frames = [ld.from_pandas(pd.DataFrame({"k": [i]}), n) for i, n in enumerate(["df", "df#2", "df"])]
    assert set(ld.union(frames).lineage.backward(0)) == {"df", "df#2", "df#3"}


def test_files_of_one_name_in_two_folders_are_told_apart(tmp_path: Path) -> None:
    frames = []
    for year in ("2023", "2024"):
        path = tmp_path / year / "customers.csv"
        path.parent.mkdir()
        path.write_text(f"id\n{year}\n")
        frames.append(ld.read_csv(path))
    both = ld.union(frames)
    assert rows(both.lineage.backward(1)) == {"2023/customers": [], "2024/customers": [0]}
    assert "2023/customers" in both.plan.explain()
    assert both.lineage.forward("2024/customers", 0).tolist() == [1]


def test_one_file_by_two_paths_is_one_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.csv").write_text("k,x\n1,2\n2,3\n")
    Path("link.csv").symlink_to("a.csv")
    frames = [ld.read_csv(p) for p in ("a.csv", "./a.csv", tmp_path / "a.csv", "link.csv")]
    united = ld.union(frames)
    assert rows(united.lineage.backward([0, 3])) == {"a": [0, 1]}
    assert united.lineage.forward("a", 0).tolist() == [0, 2, 4, 6]


def test_one_file_read_with_other_options_is_another_source(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("k\n1\n2\n")
    both = ld.read_csv(path).project("k", ["k"], str).union(ld.read_csv(path, skiprows=[1], dtype=str))
    assert rows(both.lineage.backward(2)) == {"a": [], "a#2": [0]}


def test_a_file_that_changed_on_disk_is_noticed(tmp_path: Path) -> None:
    path, other = tmp_path / "a.csv", tmp_path / "b.csv"
    path.write_text("k\n1\n")
    other.write_text("k\n1\n")
    frame = ld.read_csv(path).join(ld.read_csv(other), "k")
    assert frame.plan.changed_sources() == []
    path.write_text("k\n2\n")
    assert frame.plan.changed_sources() == ["a"]
    path.unlink()
    assert frame.plan.changed_sources() == ["a"]
    assert frame.to_values("k") == [1]


def test_a_file_that_changed_between_two_readings_is_two_sources(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("k\n1\n")
    before = ld.read_csv(path)
    path.write_text("k\n7\n1\n")
    assert rows(before.union(ld.read_csv(path)).lineage.backward(2)) == {"a": [], "a#2": [1]}


# the rest -----------------------------------------------------------------------------------------------------------


def test_no_row_is_silently_renumbered_by_position() -> None:
    frame = ld.from_pandas(pd.DataFrame({"k": [1, 1, 2, 2, 3]}, index=[9, 8, 7, 6, 5]), "A")
    last = frame.filter("k > 1").distinct("k", keep="last")
    assert rows(last.lineage.backward(0)) == {"A": [3]}
    assert rows(last.lineage.backward(1)) == {"A": [4]}
    assert list(last.df.index) == [0, 1]


def test_plan_execute_on_changed_sources_is_the_code_again(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("k,v\n1,a\n2,b\n")
    lookup = ld.from_pandas(pd.DataFrame({"k": [1, 2, 3], "w": [10, 20, 30]}), "lookup")
    frame = ld.read_csv(path).join(lookup, "k")
    other = tmp_path / "other.csv"
    other.write_text("k,v\n3,c\n")
    assert frame.plan.execute(sources={"a": other}).to_tuples() == [(3, "c", 30)]
    assert frame.plan.execute(sources={"a": str(other)}).to_tuples() == [(3, "c", 30)]
    given = frame.plan.execute(sources={"a": pd.DataFrame({"k": [2, 2], "v": ["x", "y"]}, index=[5, 6])})
    assert given.to_tuples() == [(2, "x", 20), (2, "y", 20)]
    assert rows(given.lineage.backward(1)) == {"a": [1], "lookup": [1]}
    path.write_text("k,v\n1,new\n")
    again = frame.plan.execute()
    assert again.to_tuples() == [(1, "new", 10)]
    assert again.plan.changed_sources() == []
    assert frame.plan.changed_sources() == ["a"]


def test_a_mask_is_not_applied_to_other_records_of_the_same_number() -> None:
    f = ld.from_pandas(pd.DataFrame({"x": [1, 2, 3]}), "s")
    for masked in (f[f.df["x"] > 1], f.filter(f.df["x"].to_numpy() > 1).select(["x"])):
        assert masked.plan.execute().to_values("x") == [2, 3]
        with pytest.raises(PlanError, match="ready-made values"):
            masked.plan.execute(sources={"s": pd.DataFrame({"x": [9, 0, 0]})})
    expression = f.filter("x > 1").plan.execute(sources={"s": pd.DataFrame({"x": [9, 0, 0]})})
    assert expression.to_values("x") == [9]


def test_frames_are_their_own_copies_and_say_that_they_cannot_be_pickled() -> None:
    f = ld.from_pandas(pd.DataFrame({"x": [1]}), "s")
    assert copy.deepcopy(f) is copy.copy(f) is f
    with pytest.raises(pickle.PicklingError, match="to_pandas"):
        pickle.dumps(f)


@pytest.mark.parametrize("records", [None, 3, "text", {"a": 1}])
def test_records_that_are_none_are_a_clear_error(records: object) -> None:
    with pytest.raises(SourceError, match="Records are a list"):
        ld.from_records(records)
