"""What goes wrong in systems like this one, for the operators that order, cut, repeat or compare rows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import lester_jupyter as ld
from lester_jupyter.errors import LesterError, PlanError, UnknownColumnError

BIG = 2**53 + 1
Made = Callable[[ld.Frame], ld.Frame]


@pytest.fixture
def a() -> ld.Frame:
    table = pd.DataFrame({"k": [3, 1, 2, 1], "x": [10, 20, 30, 20], "s": ["p q", "r", None, "r"]}, index=[9, 8, 7, 6])
    return ld.from_pandas(table, "A")


@pytest.fixture
def b() -> ld.Frame:
    return ld.from_pandas(pd.DataFrame({"k": [2, 3, 3, 9], "x": [200, 300, 301, 900], "z": list("abcd")}), "B")


def rows(lineage: dict[str, np.ndarray]) -> dict[str, list[int]]:
    return {name: found.tolist() for name, found in lineage.items()}


OPERATIONS: dict[str, tuple[Made, list[int]]] = {  # with the records of A behind each row
    "sort": (lambda f: f.sort("k"), [1, 3, 2, 0]),
    "sort down": (lambda f: f.sort(["x", "k"], [False, True]), [2, 1, 3, 0]),
    "limit": (lambda f: f.limit(2, 1), [1, 2]),
    "head": (lambda f: f.head(3), [0, 1, 2]),
    "tail": (lambda f: f.tail(3), [1, 2, 3]),
    "drop_missing": (lambda f: f.drop_missing("s"), [0, 1, 3]),
    "distinct first": (lambda f: f.distinct("k"), [0, 1, 2]),
    "distinct last": (lambda f: f.distinct("k", "last"), [0, 2, 3]),
    "distinct only": (lambda f: f.distinct("k", False), [0, 2]),
    "explode": (lambda f: f.project("s", ["s"], lambda s: str(s).split()).explode("s"), [0, 0, 1, 2, 3]),
    "cast": (lambda f: f.cast({"k": float}), [0, 1, 2, 3]),
    "assign": (lambda f: f.assign(y="k * x"), [0, 1, 2, 3]),
    "semi": (lambda f: f.join(ld.from_records([(1,), (1,), (2,)], ["k"]), "k", how="semi"), [1, 2, 3]),
    "anti": (lambda f: f.join(ld.from_records([(1,), (1,), (2,)], ["k"]), "k", how="anti"), [0]),
}
each = pytest.mark.parametrize("name", OPERATIONS)


# no row is silently renumbered by position ----------------------------------------------------------------------------


@each
def test_every_row_is_traced_to_its_record_after_rows_were_moved_before(a: ld.Frame, name: str) -> None:
    make, expected = OPERATIONS[name]
    made = make(a)
    assert [rows(made.lineage.backward(i))["A"] for i in range(len(made))] == [[r] for r in expected]
    assert made.df.index.equals(pd.RangeIndex(len(made)))
    moved = make(a.sort("x").tail(3).drop_missing("k"))
    for i, record in enumerate(moved.to_dicts()):
        [origin] = rows(moved.lineage.backward(i))["A"]
        assert record["x"] == a.to_values("x")[origin]
        assert i in moved.lineage.forward("A", origin)


@each
@pytest.mark.parametrize("then", OPERATIONS)
def test_two_operations_in_a_row_compose(a: ld.Frame, name: str, then: str) -> None:
    first = OPERATIONS[name][0](a)
    made = OPERATIONS[then][0](first)
    by_hand = [rows(first.lineage.backward(r))["A"] for r in direct(made)]
    assert [rows(made.lineage.backward(i))["A"] for i in range(len(made))] == by_hand


def direct(frame: ld.Frame) -> list[int]:
    """The rows of the frame before; where a helper column was made on the way, of the one before that."""
    step = frame._relation.step
    found = [step.edges[0].backward(np.array([i])) for i in range(len(frame))]
    if step.operator.kind == "explode":
        found = [step.inputs[0].edges[0].backward(f) for f in found]
    return [int(f[0]) for f in found]


def test_union_after_these_tells_tables_apart(a: ld.Frame, b: ld.Frame) -> None:
    both = a.sort("k").head(2).union(b.sort("k", ascending=False))
    assert [rows(both.lineage.backward(i)) for i in range(6)] == [
        {"A": [1], "B": []},
        {"A": [3], "B": []},
        *({"A": [], "B": [r]} for r in (3, 1, 2, 0)),
    ]
    twice = a.sort("x").union(a)
    assert twice.lineage.forward("A", 0).tolist() == [0, 4]
    assert [o.path for o in twice.lineage.occurrences(4)] == [(1,)]


# columns reach their true sources, nothing leaks ------------------------------------------------------------------------


@each
def test_no_id_column_leaks_and_ids_stay_integers(a: ld.Frame, name: str) -> None:
    made = OPERATIONS[name][0](a)
    assert set(made.df.columns) <= {"k", "x", "s", "y"}
    assert {v.dtype for v in made.lineage.backward(range(len(made))).values()} == {np.dtype(np.int64)}


@each
def test_values_reach_their_true_source_through_it(a: ld.Frame, name: str) -> None:
    made = OPERATIONS[name][0](a.rename({"x": "y", "k": "x"}).rename({"x": "k", "y": "x"}))
    values = {k for k, kind in made.project("t", func="x + 1").lineage.columns("t").items() if kind == "value"}
    assert values == {("A", "x")}


@pytest.mark.parametrize("how", ["inner", "left", "right", "outer"])
def test_a_right_column_reaches_its_source_after_everything(a: ld.Frame, b: ld.Frame, how: str) -> None:
    frame = a.join(b, "k", how=how).sort("z").drop_missing("z").rename({"z": "letter"}).assign(up="letter.str.upper()")
    frame = frame.explode("up").head(3).project("twice", ["up", "x_x"], lambda up, x: (up, x))
    assert {k for k, kind in frame.lineage.columns("twice").items() if kind == "value"} == {("B", "z"), ("A", "x")}
    assert [b.to_values("z")[rows(frame.lineage.backward(i))["B"][0]].upper() for i in range(len(frame))] == (
        frame.to_values("up")
    )


@each
def test_big_integers_stay_exact(name: str) -> None:
    frame = ld.from_records([(3, BIG, "p q"), (1, BIG + 2, "r"), (2, 30, None), (1, 20, "r")], ["k", "x", "s"])
    if name == "assign":
        assert frame.assign(y="x * k").to_values("y") == [3 * BIG, BIG + 2, 60, 20]
        return
    made = OPERATIONS[name][0](frame)
    assert made.df["x"].dtype == "int64"
    assert set(made.to_values("x")) <= {BIG, BIG + 2, 30, 20}


def test_expressions_have_0_1_and_n_sources(a: ld.Frame) -> None:
    made = a.assign(zero="7", one="-x", two="x * k")
    assert made.to_tuples(["zero", "one", "two"]) == [(7, -10, 30), (7, -20, 20), (7, -30, 60), (7, -20, 20)]
    assert made.lineage.columns("zero") == {}
    assert made.lineage.columns("one") == {("A", "x"): "value"}
    assert made.lineage.columns("two") == {("A", "x"): "value", ("A", "k"): "value"}


# the caller's variables -------------------------------------------------------------------------------------------------


def test_expressions_see_the_variables_of_their_caller_and_no_others(a: ld.Frame) -> None:
    rate = 2

    def closure() -> ld.Frame:
        return a.assign(y="x * @rate", z=lambda _: rate)

    def stranger() -> ld.Frame:
        return a.project("y", func="x * @nothing_of_the_kind")

    def grand_caller() -> None:
        nothing_of_the_kind = 1
        with pytest.raises(PlanError, match="names the variable @nothing_of_the_kind, which does not exist here"):
            stranger()
        assert nothing_of_the_kind == 1

    assert closure().to_values("y") == [20, 40, 60, 40]
    assert [a.assign(y="x * @n").to_values("y")[0] for n in (1, 2)] == [10, 20]
    grand_caller()


def test_expressions_work_at_the_top_level_of_a_script_and_change_nobodys_variables(a: ld.Frame) -> None:
    names = {"frame": a, "rate": 3}
    exec("made = frame.assign(y='x * @rate').filter('y > @rate')", names)
    assert names["made"].to_values("y") == [30, 60, 90, 60]
    assert set(names) - {"__builtins__"} == {"frame", "rate", "made"}
    assert names["rate"] == 3


# immutability -----------------------------------------------------------------------------------------------------------


@each
def test_nothing_that_is_done_to_a_result_changes_what_it_was_made_from(a: ld.Frame, name: str) -> None:
    before = a.to_tuples()
    made = OPERATIONS[name][0](a)
    after, lineage = made.to_tuples(), rows(made.lineage.backward(range(len(made))))
    table = made.df
    table.iloc[:, 0] = table.iloc[0, 0]
    table["s"] = "spoiled"
    table.index = pd.Index(range(100, 100 + len(table)))
    found = made.lineage.backward(0)["A"]
    found[:] = 3
    assert (a.to_tuples(), made.to_tuples()) == (before, after)
    assert rows(made.lineage.backward(range(len(made)))) == lineage
    for edge in made._relation.step.edges:
        for array in vars(edge).values():
            assert not isinstance(array, np.ndarray) or not array.flags.writeable


FAILING: list[Made] = [
    lambda f: f.sort("q"),
    lambda f: f.limit(-1),
    lambda f: f.cast({"s": int}),
    lambda f: f.drop_missing("q"),
    lambda f: f.explode("q"),
    lambda f: f.assign(y="q"),
    lambda f: f.join(f, "q", how="semi"),
    lambda f: f.split(0.5, 1, "q")[0],
]


@pytest.mark.parametrize("fail", FAILING)
def test_an_error_is_of_one_line_and_leaves_nothing_behind(a: ld.Frame, fail: Made) -> None:
    before = a.to_tuples()
    with ld.record() as frames, pytest.raises(LesterError) as raised:
        fail(a)
    assert "\n" not in str(raised.value)
    assert frames == []
    assert a.to_tuples() == before
    assert a.sort("k").to_values("k") == [1, 1, 2, 3]


def test_unknown_columns_name_the_available_ones(a: ld.Frame) -> None:
    for fail in FAILING:
        with pytest.raises(LesterError) as raised:
            fail(a)
        if isinstance(raised.value, UnknownColumnError):
            assert "Available: k, x, s." in str(raised.value)


# plans ------------------------------------------------------------------------------------------------------------------


@each
def test_plans_run_again_on_these_and_on_other_records(a: ld.Frame, name: str, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    a.df.to_csv(path, index=False)
    make = OPERATIONS[name][0]
    made = make(ld.read_csv(path))
    pd.testing.assert_frame_equal(made.plan.execute().df, made.df)
    other = a.df.iloc[[3, 1, 0, 0, 2]].reset_index(drop=True)
    again = made.plan.execute(sources={"a": other})
    pd.testing.assert_frame_equal(again.df, make(ld.from_pandas(other)).df)
    assert ld.Plan.from_json(made.plan.to_json()).to_json() == made.plan.to_json()
