"""Plans as text, as DOT and as JSON."""

# ruff: noqa: F841 - predicates find variables by their names
from __future__ import annotations

import datetime
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from operator_examples import EXAMPLES

import lester_jupyter as ld
from lester_jupyter.errors import PlanError, SourceError
from lester_jupyter.plan import FillMissing, Filter, Plan, Scan, Source
from lester_jupyter.plan.expressions import Column, IsIn
from lester_jupyter.plan.format import describe, explain
from lester_jupyter.plan.references import Unreadable
from lester_jupyter.plan.serde import from_json, to_json


def pipeline() -> ld.Frame:
    people = ld.from_pandas(pd.DataFrame({"id": [1, 2, 2], "city": ["B", "P", None]}), "people")
    cities = ld.from_pandas(pd.DataFrame({"key": ["B", "P"], "name": ["Berlin", "Paris"]}), "cities")
    joined = people.fill_missing({"city": "B"}).distinct("id").join(cities, left_on="city", right_on="key", how="left")
    named = joined.rename({"name": "town"}).project("upper", ["town"], str.upper)
    return named.filter("id > 1 or upper == 'BERLIN'")[["id", "upper"]].union(named[["id", "upper"]]).split(0.5, 1)[0]


def test_explain_is_a_numbered_list_of_what_happens() -> None:
    assert pipeline().plan.explain().splitlines() == [
        "  1 ▤ people                                               3 rows",
        "  2 ϕ fill missing city with 'B'                           3 rows ← [1]",
        "  3 δ first of each id                                     2 rows ← [2]",
        "  4 ▤ cities                                               2 rows",
        "  5 ⋈ left on city = key                                   2 rows ← [3], [4]",
        "  6 ρ name → town                                          2 rows ← [5]",
        "  7 ƒ upper = str.upper(town)                              2 rows ← [6]",
        "  8 σ id > 1 or upper == 'BERLIN'                          2 rows ← [7]",
        "  9 π keep id, upper                                       2 rows ← [8]",
        " 10 π keep id, upper                                       2 rows ← [7]",
        " 11 ∪ union of 2 tables                                    4 rows ← [9], [10]",
        " 12 ✂ train 50%, seed 1                                    3 rows ← [11]",
    ]


def test_explain_says_what_rows_and_groups_go_through() -> None:
    sales = ld.from_pandas(pd.DataFrame({"shop": [1, 1, 2], "day": [2, 1, 1], "n": [5.0, None, 3.0]}), "sales")
    tidy = sales.drop_missing("n").cast({"n": "int64"}).assign(twice="n * 2", late="day > 1")
    last = (
        tidy.sort(["shop", "day"], [True, False]).rank("place", "n", "shop", method="min").shift("old", "n", by="shop")
    )
    week = last.window("week", "n", "mean", by="shop", order_by="day", rows=7, min_periods=1)
    shops = week.aggregate("shop", total=("n", "sum"), days="size", all=("n", list))
    kept = shops.explode("all").join(sales, "shop", how="semi").join(sales, "shop", how="outer").head(3).tail(2)
    assert kept.split(0.75, 1, stratify="shop")[1].plan.explain().splitlines() == [
        "  1 ▤ sales                                                3 rows",
        "  2 ∅ drop rows with any of n missing                      2 rows ← [1]",
        "  3 ƒ n as int64                                           2 rows ← [2]",
        "  4 ƒ twice = n * 2, late = day > 1                        2 rows ← [3]",
        "  5 ↕ by shop, day descending                              2 rows ← [4]",
        "  6 γ place = rank(n) by shop                              2 rows ← [5]",
        "  7 γ old = shift(n) by 1 by shop                          2 rows ← [6]",
        "  8 γ week = mean(n) over 7 rows by shop in order of day         2 rows ← [7]",
        "  9 γ total = sum(n), days = size(), all = list(n) by shop         2 rows ← [8]",
        " 10 ⋔ a row for each of all                                2 rows ← [9]",
        " 11 ⋈ semi on shop                                         2 rows ← [10], [1]",
        " 12 ⋈ outer on shop                                        3 rows ← [11], [1]",
        " 13 ↧ first 3 rows                                         3 rows ← [12]",
        " 14 ↧ last 2 rows                                          2 rows ← [13]",
        " 15 ✂ test 25%, seed 1, each shop alike                    0 rows ← [14]",
    ]


@pytest.mark.parametrize(
    ("kind", "text"),
    {
        "distinct": "first of each k",
        "limit": "first 2 rows",
        "label": "label y = x > 1",
        "fit_transform": "s CountVectorizer() → 2",
        "transform": "s CountVectorizer() → 2",
        "concat_features": "4 features",
        "fit_model": "LogisticRegression() learns y",
        "predict": "predict y",
        "score": "accuracy",
        "opaque": "not understood: a call",
    }.items(),
)
def test_operators_are_described_by_what_they_do(kind: str, text: str) -> None:
    [operator] = [e for e in EXAMPLES if e.kind == kind]
    assert describe(operator) == text


def test_explain_is_the_same_every_time_and_after_json() -> None:
    one, two = pipeline().plan, pipeline().plan
    assert one.explain() == two.explain() == repr(one)
    assert [line.split("←")[-1] for line in explain(from_json(one.to_json())).splitlines()[4:]] == [
        line.split("←")[-1] for line in one.explain().splitlines()[4:]
    ]


def test_descriptions_stay_one_short_line() -> None:
    frame = ld.from_records([(i,) for i in range(3)], ["x"])
    many = list(range(1000))
    label = describe(frame.filter("x in @many").plan.operators[-1])
    assert len(label) == 96
    assert label.endswith("…")
    text = "two\nlines"
    assert describe(frame.filter("x == @text").plan.operators[-1]) == r"x == 'two\nlines'"


DOT_LINE = re.compile(r'^\t(?:node \[.*\]|"?\w+"? \[label=(?:"(?:\\.|[^"\\])*"|\S+) id=\w+\]|\w+ -> \w+(?: \[.*\])?)$')


@pytest.mark.parametrize("value", ['a"b', "back\\slash", "<b>html</b>", "\\N \\n", "new\nline", "é {|} ]; x -> y"])
def test_dot_is_valid_whatever_the_labels_are(value: str) -> None:
    frame = ld.from_records([("a",)], ['odd "name" \\'], name='s"ource').filter('`odd "name" \\` != @value')
    dot = frame.join(frame, on=frame.columns).plan.to_dot()
    lines = [line for line in dot.splitlines() if line.startswith("\t")]
    assert len(lines) == 7  # the defaults, three nodes, three edges
    assert all(DOT_LINE.match(line) for line in lines), dot
    if shutil.which("dot"):
        drawn = subprocess.run(["dot", "-Tplain"], input=dot, capture_output=True, text=True, check=True).stdout
        assert sum(line.startswith("node") for line in drawn.splitlines()) == 3


# json ---------------------------------------------------------------------------------------------------------------

SCAN = Scan(source=Source("A", "memory#1", "memory"), names=("x",))
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text()
    | st.dates()
    | st.datetimes().map(lambda t: t.replace(fold=0))
    | st.decimals(allow_nan=False),
    lambda inner: st.lists(inner, max_size=3) | st.tuples(inner, inner) | st.dictionaries(st.text(), inner, max_size=2),
    max_leaves=5,
)


@settings(max_examples=150, derandomize=True, deadline=None)
@given(VALUES)
def test_json_keeps_values_and_their_types(value: Any) -> None:
    plan = Plan([FillMissing(inputs=(SCAN,), values=(("x", value),))])
    [(_, again)] = from_json(to_json(plan)).roots[0].values
    assert again == value
    assert repr(again) == repr(value)
    assert isinstance(to_json(plan, indent=1), str)


@pytest.mark.parametrize(
    ("value", "same"),
    [(float("inf"), float("inf")), ({3, 1}, frozenset({1, 3})), (int, int), (object, object)],
)
def test_json_keeps_special_values(value: object, same: object) -> None:
    [(_, again)] = from_json(to_json(Plan([FillMissing(inputs=(SCAN,), values=(("x", value),))]))).roots[0].values
    assert again == same


def test_json_keeps_nan_and_pandas_times() -> None:
    stamp = pd.Timestamp("2024-02-03 04:05:06.789")
    plan = Plan([Filter(inputs=(SCAN,), predicate=IsIn(Column("x"), (float("nan"), stamp)))])
    nan, time = from_json(to_json(plan)).roots[0].predicate.values
    assert nan != nan  # noqa: PLR0124
    assert time == stamp == datetime.datetime(2024, 2, 3, 4, 5, 6, 789000)  # noqa: DTZ001


class Opinion:
    def __repr__(self) -> str:
        return "an opinion"


@pytest.mark.parametrize("value", [Opinion(), pd.Timestamp("2024-01-01 00:00:00.000000001"), pd.NaT, complex(1, 2)])
def test_json_says_what_it_cannot_hold_and_nothing_computes_with_it(value: object) -> None:
    frame = ld.from_records([("a",), (None,)], ["x"])
    plan = ld.Plan.from_json(frame.fill_missing(value).plan.to_json())
    [(_, lost)] = plan.roots[0].values
    assert isinstance(lost, Unreadable)
    assert repr(lost) == repr(value)
    assert to_json(plan) == to_json(from_json(to_json(plan)))
    table = {"records": pd.DataFrame({"x": ["a", None]})}
    with pytest.raises(PlanError, match="is not part of a plan that was read from a file"):
        plan.execute(sources=table)
    for kept in (frame[frame["x"] == value], frame[frame["x"].isin([value])]):
        with pytest.raises(PlanError, match="is not part of a plan that was read from a file"):
            ld.Plan.from_json(kept.plan.to_json()).execute(sources=table)


def test_a_plan_from_json_runs_where_it_is_complete(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("k;v;d\n1;007;2024-01-01\n2;x;2024-01-02\n")
    frame = ld.read_csv(path, ";", dtype={"v": str}, usecols=["v", "d"], parse_dates=["d"]).filter("v != 'x'")
    again = ld.Plan.from_json(frame.plan.to_json())
    pd.testing.assert_frame_equal(again.execute().df, frame.df)
    pd.testing.assert_frame_equal(frame.plan.execute().df, frame.df)
    assert again.changed_sources() == []


def test_a_plan_from_json_says_what_is_missing_to_run(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("k\n1\n")
    with pytest.raises(SourceError, match=r"option converters of the source 'a' is not part of a plan"):
        ld.Plan.from_json(ld.read_csv(path, converters={"k": str.strip}).plan.to_json()).execute()
    memory = ld.from_records([(1,)], ["x"])
    with pytest.raises(SourceError, match=r"'records' were in memory.*plan\.execute\(sources=\{'records': table\}\)"):
        ld.Plan.from_json(memory.plan.to_json()).execute()
    for derived in (memory.project("y", "x", lambda x: x), memory.filter(lambda x: x)):
        with pytest.raises(PlanError, match="The function 'lambda' is not part of a plan that was read from a file"):
            ld.Plan.from_json(derived.plan.to_json()).execute(sources={"records": memory.df})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        "3",
        '{"version": 1}',
        '{"version": 1, "roots": ["o9"], "operators": []}',
        '{"version": 1, "roots": [], "operators": [{"id": "o1", "kind": "magic", "inputs": []}]}',
        '{"version": 1, "roots": [], "operators": ["o1"]}',
        '{"version": 1, "roots": [], "operators": [{"id": "o1", "kind": "scan", "inputs": [], "names": 3}]}',
    ],
)
def test_json_that_is_no_plan_is_an_error(text: str) -> None:
    with pytest.raises(PlanError, match=r"not a plan in JSON|damaged"):
        ld.Plan.from_json(text)


def test_json_of_another_version_is_an_error() -> None:
    with pytest.raises(PlanError, match="format version 99; version 1 is read here"):
        ld.Plan.from_json('{"version": 99}')


def test_json_cannot_name_a_class_outside_of_the_plan() -> None:
    text = to_json(Plan([FillMissing(inputs=(SCAN,), values=(("x", int),))])).replace('"int"', '"eval"')
    with pytest.raises(PlanError, match="damaged"):
        from_json(text)


def test_functions_are_written_by_name_and_text() -> None:
    def shout(text: str) -> str:
        return text + "!"

    frame = ld.from_records([("a",)], ["x"]).project("y", ["x"], shout).project("n", ["x"], np.str_.title)
    shown, builtin = (o.function for o in from_json(frame.plan.to_json()).operators[1:])
    assert shown.name == "shout"
    assert shown.source == 'def shout(text: str) -> str:\n    return text + "!"'
    assert shown.call is None
    assert (builtin.name, builtin.source) == ("str.title", None)
