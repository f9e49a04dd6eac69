"""What goes wrong in systems like this one when rows move: groups, order, lists, windows, and both sides of outer joins.

The other lines of the list are in `test_relational_traps.py`.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

import lester_jupyter as ld
from lester_jupyter.errors import UnknownColumnError


@pytest.fixture
def a() -> ld.Frame:
    """Its index is not 0 to n-1: what looks rows up by label instead of position is found out."""
    table = pd.DataFrame({"k": [2, 1, 2, None, 3], "x": [10, 20, 30, 40, 50], "s": ["b", "a", "b", "c", None]})
    return ld.from_pandas(table.set_axis([4, 3, 2, 1, 0]), "A")


@pytest.fixture
def b() -> ld.Frame:
    return ld.from_pandas(pd.DataFrame({"k": [3, 2, 9], "z": ["three", "two", "nine"]}), "B")


def rows(lineage: dict[str, np.ndarray]) -> dict[str, list[int]]:
    return {name: found.tolist() for name, found in lineage.items()}


def origins(frame: ld.Frame, source: str = "A") -> list[list[int]]:
    """For each row of the frame the source rows it is made from."""
    return [frame.lineage.backward(i)[source].tolist() for i in range(len(frame))]


# aggregate ------------------------------------------------------------------------------------------------------------


def test_a_groups_lineage_is_its_rows_also_for_the_integer_key_1(a: ld.Frame) -> None:
    groups = a.drop_missing("k").cast({"k": "int64"}).aggregate("k", total=("x", "sum"))
    assert groups.to_tuples() == [(1, 20), (2, 40), (3, 50)]  # key 1 is not row 1, nor is group 1 of key 1
    assert origins(groups) == [[1], [0, 2], [4]]
    assert groups.lineage.forward("A", [0, 2]).tolist() == [1]
    assert groups.lineage.forward("A", 3).tolist() == []


def test_a_group_of_a_single_row_is_made_from_that_row(a: ld.Frame) -> None:
    assert origins(a.aggregate("x", n="size")) == [[0], [1], [2], [3], [4]]
    assert origins(a.filter("x == 30").aggregate("k", n="size")) == [[2]]


def test_missing_keys_make_no_group_or_one_of_their_own(a: ld.Frame) -> None:
    assert origins(a.aggregate("k", n="size")) == [[1], [0, 2], [4]]
    with_missing = a.aggregate("k", n="size", dropna=False)
    assert origins(with_missing) == [[1], [0, 2], [4], [3]]
    assert with_missing.to_values("n") == [1, 2, 1, 1]
    assert origins(a.aggregate("s", n="size", dropna=False, sort=False)) == [[0, 2], [1], [3], [4]]


def test_groups_keep_their_rows_whatever_order_the_groups_are_in(a: ld.Frame) -> None:
    by_first_row = a.aggregate("s", biggest=("x", "max"), sort=False)
    assert by_first_row.to_tuples() == [("b", 30), ("a", 20), ("c", 40)]
    assert origins(by_first_row) == [[0, 2], [1], [3]]
    assert origins(a.sort("x", ascending=False).aggregate("s", biggest=("x", "max"))) == [[1], [0, 2], [3]]


def test_a_group_is_made_from_all_its_rows_also_where_one_decides(a: ld.Frame) -> None:
    assert origins(a.aggregate("s", biggest=("x", "max"), first=("x", "first"))) == [[1], [0, 2], [3]]


def test_all_rows_as_one_group_also_where_there_are_none(a: ld.Frame, b: ld.Frame) -> None:
    assert origins(a.aggregate(None, n="size")) == [[0, 1, 2, 3, 4]]
    nobody = a.filter("x > 99").aggregate([], n="size", total=("x", "sum"))
    assert nobody.to_tuples() == [(0, 0)]
    assert origins(nobody) == [[]]


def test_aggregates_after_joins_and_joins_after_aggregates_reach_the_sources(a: ld.Frame, b: ld.Frame) -> None:
    groups = a.join(b, "k").aggregate("z", total=("x", "sum"))
    assert [rows(groups.lineage.backward(i)) for i in range(2)] == [{"A": [4], "B": [0]}, {"A": [0, 2], "B": [1]}]
    back = a.join(a.aggregate("k", total=("x", "sum")), "k")
    assert origins(back) == [[0, 2], [1], [0, 2], [4]]
    assert back.lineage.columns("total") == {("A", "x"): "value", ("A", "k"): "control"}


# sort, distinct, limit, explode ---------------------------------------------------------------------------------------

MOVES: dict[str, tuple[Callable[[ld.Frame], ld.Frame], list[list[int]]]] = {
    "sort": (lambda f: f.sort("k"), [[1], [0], [2], [4], [3]]),
    "sort descending keeps ties in order": (lambda f: f.sort("k", ascending=False), [[4], [0], [2], [1], [3]]),
    "sort by two": (lambda f: f.sort(["s", "x"], [True, False], "first"), [[4], [1], [2], [0], [3]]),
    "distinct first": (lambda f: f.distinct("s"), [[0], [1], [3], [4]]),
    "distinct last": (lambda f: f.distinct("s", keep="last"), [[1], [2], [3], [4]]),
    "distinct none": (lambda f: f.distinct("s", keep=False), [[1], [3], [4]]),
    "limit": (lambda f: f.limit(2, offset=1), [[1], [2]]),
    "tail": (lambda f: f.tail(2), [[3], [4]]),
    "tail of too few": (lambda f: f.tail(9), [[0], [1], [2], [3], [4]]),
    "drop_missing": (lambda f: f.drop_missing(), [[0], [1], [2]]),
    "sort, limit": (lambda f: f.sort("x", ascending=False).head(2), [[4], [3]]),
    "filter, sort, distinct, tail": (
        lambda f: f.filter("x > 10").sort("x", ascending=False).distinct("s").tail(3),
        [[3], [2], [1]],
    ),
    "explode": (
        lambda f: f.project("l", ["x"], lambda x: list(range(x // 20))).explode("l"),
        [[0], [1], [2], [3], [3], [4], [4]],
    ),
    "explode twice": (
        lambda f: f.head(2).project(["l", "m"], [], lambda: ([1, 2], [3, 4])).explode("l").explode("m"),
        [[0]] * 4 + [[1]] * 4,
    ),
}


@pytest.mark.parametrize(("move", "expected"), MOVES.values(), ids=MOVES)
def test_no_row_is_renumbered_by_position(
    a: ld.Frame, move: Callable[[ld.Frame], ld.Frame], expected: list[list[int]]
) -> None:
    frame = move(a)
    assert origins(frame) == expected
    assert frame.df.index.equals(pd.RangeIndex(len(expected)))
    assert frame.to_values("x") == [a.to_values("x")[row] for [row] in expected]


def test_distinct_knows_which_rows_its_representative_stands_for(a: ld.Frame) -> None:
    first = a.sort("x", ascending=False).distinct("s")
    assert first.to_values("x") == [50, 40, 30, 20]
    assert rows(first.lineage.alternatives(2)) == {"A": [0, 2]}


# windows --------------------------------------------------------------------------------------------------------------

WINDOWS: dict[str, tuple[Callable[[ld.Frame], ld.Frame], list[object], list[list[int]]]] = {
    "rank": (lambda f: f.rank("w", "x", "s"), [1, 1, 2, 1, None], [[0, 2], [1], [0, 2], [3], [4]]),
    "shift": (lambda f: f.shift("w", "x"), [None, 10, 20, 30, 40], [[0], [0, 1], [1, 2], [2, 3], [3, 4]]),
    "shift in groups": (
        lambda f: f.shift("w", "x", by="s"),
        [None, None, 10, None, None],
        [[0], [1], [0, 2], [3], [4]],
    ),
    "shift in another order": (
        lambda f: f.shift("w", "x", order_by="x", ascending=False),
        [20, 30, 40, 50, None],
        [[0, 1], [1, 2], [2, 3], [3, 4], [4]],
    ),
    "rolling": (
        lambda f: f.window("w", "x", "sum", rows=2, min_periods=1),
        [10, 30, 50, 70, 90],
        [[0], [0, 1], [1, 2], [2, 3], [3, 4]],
    ),
    "whole groups": (
        lambda f: f.window("w", "x", "sum", by="k"),
        [40, 20, 40, None, 50],
        [[0, 2], [1], [0, 2], [3], [4]],
    ),
    "running": (
        lambda f: f.window("w", "x", "cumsum", order_by="k"),
        [30, 20, 60, 150, 110],
        [[0, 1], [1], [0, 1, 2], [0, 1, 2, 3, 4], [0, 1, 2, 4]],
    ),
}


@pytest.mark.parametrize(("move", "values", "expected"), WINDOWS.values(), ids=WINDOWS)
def test_a_windows_rows_stay_where_they_are_and_know_what_they_see(
    a: ld.Frame, move: Callable[[ld.Frame], ld.Frame], values: list[object], expected: list[list[int]]
) -> None:
    frame = move(a)
    assert [None if pd.isna(v) else v for v in frame.to_values("w")] == values
    assert frame.to_values("x") == a.to_values("x")
    assert origins(frame) == expected
    assert [frame.lineage.forward("A", row).tolist() for row in range(len(a))] == [
        [i for i, seen in enumerate(expected) if row in seen] for row in range(len(a))
    ]


def test_the_columns_of_a_window_are_control_of_its_own_column_alone(a: ld.Frame) -> None:
    frame = a.shift("w", "x", by="s", order_by="k")
    assert frame.lineage.columns("w") == {("A", "x"): "value", ("A", "s"): "control", ("A", "k"): "control"}
    assert frame.lineage.columns("x") == {("A", "x"): "value"}


# outer joins ----------------------------------------------------------------------------------------------------------


def test_unmatched_sides_are_none_and_nothing_shifts(a: ld.Frame, b: ld.Frame) -> None:
    outer = a.join(b, "k", how="outer")
    assert outer.df["k"].fillna(-1).tolist() == [1, 2, 2, 3, 9, -1]
    assert [rows(outer.lineage.backward(i)) for i in range(6)] == [
        {"A": [1], "B": []},
        {"A": [0], "B": [1]},
        {"A": [2], "B": [1]},
        {"A": [4], "B": [0]},
        {"A": [], "B": [2]},
        {"A": [3], "B": []},
    ]
    right = a.join(b, "k", how="right")
    assert [rows(right.lineage.backward(i)) for i in range(4)] == [
        {"A": [4], "B": [0]},
        {"A": [0], "B": [1]},
        {"A": [2], "B": [1]},
        {"A": [], "B": [2]},
    ]
    for frame in (outer, right):
        assert {v.dtype for v in frame.lineage.backward(0).values()} == {np.dtype("int64")}
        assert frame.to_values("x").count(10) == 1


def test_semi_and_anti_joins_know_their_partners(a: ld.Frame, b: ld.Frame) -> None:
    twice = b.union(b)
    semi = a.join(twice, "k", how="semi")
    assert semi.columns == ["k", "x", "s"]
    assert [rows(semi.lineage.backward(i)) for i in range(3)] == [
        {"A": [0], "B": [1]},
        {"A": [2], "B": [1]},
        {"A": [4], "B": [0]},
    ]
    assert [o.path for o in semi.lineage.occurrences(0)] == [(0,), (1, 0), (1, 1)]
    anti = a.join(b, "k", how="anti")
    assert [rows(anti.lineage.backward(i)) for i in range(2)] == [{"A": [1], "B": []}, {"A": [3], "B": []}]
    assert anti.lineage.columns("x") == {("A", "x"): "value", ("A", "k"): "control", ("B", "k"): "control"}


# clear errors ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "use",
    [
        lambda f: f.aggregate("u", n="size"),
        lambda f: f.aggregate("k", n=("u", "sum")),
        lambda f: f.sort("u"),
        lambda f: f.drop_missing("u"),
        lambda f: f.explode("u"),
        lambda f: f.cast({"u": "str"}),
        lambda f: f.rank("w", "u"),
        lambda f: f.shift("w", "x", by="u"),
        lambda f: f.window("w", "x", "sum", order_by="u"),
        lambda f: f.split(0.5, stratify="u"),
        lambda f: f.assign(w="u + 1"),
    ],
)
def test_an_unknown_column_is_a_clear_error_that_names_the_available_ones(
    a: ld.Frame, use: Callable[[ld.Frame], object]
) -> None:
    with pytest.raises(UnknownColumnError, match=r"no column 'u'\. Available: k, x, s\."):
        use(a)
