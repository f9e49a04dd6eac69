"""What users write to aggregate, rank, shift and compute with windows: its forms, its plan, its lineage, its errors."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import lester_jupyter as ld
from lester_jupyter.errors import LesterError, PlanError, UnknownColumnError


def largest(values: pd.Series) -> Any:
    return values.max()


@pytest.fixture
def sales() -> ld.Frame:
    table = pd.DataFrame(
        {
            "shop": ["b", "a", "b", None, "a"],
            "day": [3, 1, 1, 2, 2],
            "price": [10.0, 20.0, 30.0, 40.0, np.nan],
            "buyer": ["x", "y", "x", "z", "y"],
        }
    )
    return ld.from_pandas(table, "sales")


def rows(frame: ld.Frame, row: int) -> list[int]:
    return frame.lineage.backward(row)["sales"].tolist()


# aggregate: forms -----------------------------------------------------------------------------------------------------


def test_aggregate_takes_named_columns_and_functions_as_pandas_does(sales: ld.Frame) -> None:
    made = sales.aggregate("shop", total=("price", "sum"), buyers=("buyer", "nunique"), rows="size")
    assert made.columns == ["shop", "total", "buyers", "rows"]
    assert made.to_tuples() == [("a", 20.0, 1, 2), ("b", 40.0, 1, 2)]


@pytest.mark.parametrize(
    ("given", "columns"),
    [
        ({"price": "sum"}, ["shop", "price"]),
        ({"price": largest}, ["shop", "price"]),
        ({"price": ["sum", "mean", largest, list]}, ["shop", "price_sum", "price_mean", "price_largest", "price_list"]),
        ({"the total": ("price", "sum"), 7: ("day", "max")}, ["shop", "the total", 7]),
        ({"n": pd.NamedAgg("price", "count")}, ["shop", "n"]),
        ({"n": (None, "size")}, ["shop", "n"]),
        ({"price": "size"}, ["shop", "price"]),
        ({}, ["shop"]),
        (None, ["shop"]),
    ],
)
def test_aggregate_takes_mappings(sales: ld.Frame, given: Any, columns: list[Any]) -> None:
    assert sales.aggregate("shop", given).columns == columns


def test_aggregate_by_keys_alone_gives_the_different_keys(sales: ld.Frame) -> None:
    assert sales.aggregate("shop").to_tuples() == [("a",), ("b",)]
    assert sales.aggregate("shop", sort=False).to_tuples() == [("b",), ("a",)]
    assert len(sales.aggregate("shop", dropna=False)) == 3
    assert sales.aggregate(["shop", "day"], dropna=False).shape == (5, 2)


def test_aggregate_without_keys_makes_one_row(sales: ld.Frame) -> None:
    for by in (None, []):
        assert sales.aggregate(by, total=("price", "sum"), rows="size").to_tuples() == [(100.0, 5)]


def test_a_mapping_and_names_may_stand_together(sales: ld.Frame) -> None:
    assert sales.aggregate("shop", {"price": "sum"}, last=("price", "last")).columns == ["shop", "price", "last"]


def test_columns_may_be_numbers() -> None:
    frame = ld.from_pandas(pd.DataFrame([[1, 2], [1, 3]]), "A")
    assert frame.aggregate(0, {1: "sum"}).to_tuples() == [(1, 5)]
    assert frame.window(2, 1, "cumsum", by=0).to_values(2) == [2, 5]


# lineage: one named test for each line of the list of what goes wrong --------------------------------------------------


def test_aggregate_a_groups_lineage_is_its_rows() -> None:
    table = pd.DataFrame({"k": [1, 2, 1, 3], "x": [1, 2, 3, 4]})
    frame = ld.from_pandas(table, "sales").aggregate("k", total=("x", "sum"))
    assert [rows(frame, g) for g in range(3)] == [[0, 2], [1], [3]]
    assert rows(frame, frame.to_values("k").index(1)) == [0, 2]  # the key 1 is no position
    assert [frame.lineage.forward("sales", r).tolist() for r in range(4)] == [[0], [1], [0], [2]]


def test_aggregate_lineage_with_missing_keys(sales: ld.Frame) -> None:
    assert [rows(sales.aggregate("shop"), g) for g in range(2)] == [[1, 4], [0, 2]]
    assert sales.aggregate("shop").lineage.forward("sales", 3).tolist() == []
    kept = sales.aggregate("shop", dropna=False)
    assert [rows(kept, g) for g in range(3)] == [[1, 4], [0, 2], [3]]


def test_aggregate_lineage_of_a_single_row() -> None:
    one = ld.from_pandas(pd.DataFrame({"k": [None], "x": [1]}), "sales")
    assert rows(one.aggregate("k", dropna=False), 0) == [0]
    assert rows(one.aggregate([], n="size"), 0) == [0]


def test_aggregate_leaks_no_column(sales: ld.Frame) -> None:
    assert list(sales.aggregate("shop", n="size").df.columns) == ["shop", "n"]
    assert isinstance(sales.aggregate("shop", n="size").df.index, pd.RangeIndex)


def test_windows_renumber_no_row(sales: ld.Frame) -> None:
    ordered = sales.window("t", "price", "cumsum", by="shop", order_by="day").rank("r", "price", "shop")
    assert ordered.df[["shop", "day", "price", "buyer"]].equals(sales.df)
    assert rows(sales.window("t", "price", "cumsum", by="shop", order_by="day"), 0) == [0, 2]
    assert rows(sales.window("t", "price", "cumsum", by="shop", order_by="day"), 2) == [2]
    assert rows(sales.window("t", "price", "cumsum", by="shop", order_by="day"), 3) == [3]


def test_what_comes_after_a_window_is_traced_through_it(sales: ld.Frame) -> None:
    made = sales.filter("day < 3").shift("before", "price", order_by="day").filter("day == 2")
    assert made.to_values("before")[0] == 30.0
    assert [rows(made, r) for r in range(2)] == [[2, 3], [3, 4]]


def test_column_lineage_of_groups_has_the_keys_as_control(sales: ld.Frame) -> None:
    made = sales.aggregate("shop", total=("price", "sum"), rows="size", n=("price", "size"))
    assert made.lineage.columns("total") == {("sales", "price"): "value", ("sales", "shop"): "control"}
    assert made.lineage.columns("shop") == {("sales", "shop"): "value"}
    assert made.lineage.columns("rows") == made.lineage.columns("n") == {("sales", "shop"): "control"}


def test_column_lineage_of_a_window_is_that_of_its_column_alone(sales: ld.Frame) -> None:
    made = sales.window("price", "price", "cumsum", by="shop", order_by="day")
    assert made.columns == sales.columns
    control = {("sales", "shop"): "control", ("sales", "day"): "control"}
    assert made.lineage.columns("price") == {("sales", "price"): "value", **control}
    assert made.lineage.columns("buyer") == {("sales", "buyer"): "value"}
    assert sales.window("n", None, "cumcount", by="shop").lineage.columns("n") == {("sales", "shop"): "control"}


def test_a_split_after_groups_keeps_groups_where_they_are_when_a_row_goes() -> None:
    rng = np.random.default_rng(5)
    table = pd.DataFrame({"k": rng.integers(0, 60, 400), "x": rng.random(400)})

    def parts(table: pd.DataFrame) -> dict[int, str]:
        made = ld.from_pandas(table, "A").aggregate("k", total=("x", "sum")).split(0.5)
        return {k: name for name, part in zip(("train", "test"), made, strict=True) for k in part.to_values("k")}

    before = parts(table)
    after = parts(table.drop(index=[0, 7, 30]))
    assert after == {k: before[k] for k in after}
    assert len(set(after.values())) == 2


def test_a_split_after_a_window_is_that_of_its_rows(sales: ld.Frame) -> None:
    assert sales.rank("r", "price").split(0.5)[0].to_values("day") == sales.split(0.5)[0].to_values("day")


# plans --------------------------------------------------------------------------------------------------------------


@pytest.fixture
def programs(sales: ld.Frame) -> list[ld.Frame]:
    return [
        sales.aggregate("shop", total=("price", "sum"), rows="size", all=("buyer", list)),
        sales.aggregate(["shop", "day"], {"price": ["min", "max"]}, dropna=False, sort=False),
        sales.aggregate(None, total=("price", "sum")),
        sales.rank("r", "price", "shop", method="min", ascending=False),
        sales.shift("s", "price", -2, "shop", fill_value=0.5, order_by=["day", "buyer"], ascending=[True, False]),
        sales.diff("d", "day"),
        sales.window("w", "price", "mean", rows=2, min_periods=1, center=True),
        sales.window("w", "price", "ffill", order_by="day"),
        sales.window("w", "price", largest, by="shop"),
    ]


def test_plans_say_what_is_computed(programs: list[ld.Frame]) -> None:
    shown = [f.plan.explain().splitlines()[-1].split(" γ ")[1].split("  ")[0] for f in programs]
    assert shown == [
        "total = sum(price), rows = size(), all = list(buyer) by shop",
        "price_min = min(price), price_max = max(price) by shop, day",
        "total = sum(price)",
        "r = rank(price) by shop",
        "s = shift(price) by -2 by shop in order of day, buyer descending",
        "d = diff(day) by 1",
        "w = mean(price) over 2 rows",
        "w = ffill(price) so far in order of day",
        "w = largest(price) by shop",
    ]


def test_plans_survive_json_and_run_again_on_other_sources(programs: list[ld.Frame], sales: ld.Frame) -> None:
    other = pd.concat([sales.df.iloc[::-1], sales.df.iloc[:2]], ignore_index=True)
    for frame in programs:
        again = frame.plan.execute()
        pd.testing.assert_frame_equal(again.df, frame.df)
        read = ld.Plan.from_json(frame.plan.to_json())
        assert read.to_json() == frame.plan.to_json()
        on_other = frame.plan.execute({"sales": other})
        if "largest" in frame.plan.explain():
            with pytest.raises(PlanError, match="The function 'largest' is not part of a plan that was read"):
                read.execute({"sales": other})
            continue
        pd.testing.assert_frame_equal(read.execute({"sales": other}).df, on_other.df)
        reached = [on_other.lineage.forward("sales", r).tolist() for r in range(len(other))]
        for row in range(len(on_other)):
            assert rows(on_other, row) == [r for r, made in enumerate(reached) if row in made]


def test_what_groups_say_about_themselves(programs: list[ld.Frame]) -> None:
    operators = [f._operator for f in programs]
    assert not any(o.monotone for o in operators)
    assert all(o.deterministic for o in operators)
    assert [o.exact for o in operators] == [True] * 8 + [False]


def test_plans_know_the_line_of_the_call(sales: ld.Frame) -> None:
    for frame in (sales.aggregate("shop"), sales.rank("r", "price"), sales.window("w", "price", "sum")):
        assert frame._operator.code is not None
        assert frame._operator.code.file == __file__


# errors -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda f: f.aggregate("shop", t=("price", "total")),
            r"There is no aggregation 'total'\. Available: sum, mean, ",
        ),
        (lambda f: f.aggregate("shop", t=("price", "cumsum")), r"There is no aggregation 'cumsum'\. Available: sum"),
        (
            lambda f: f.aggregate("shop", t=(None, "sum")),
            r"aggregation 'sum' needs a column\. Hint: only \"size\" counts",
        ),
        (lambda f: f.aggregate("shop", t=(None, largest)), r"The aggregation 'largest' needs a column\."),
        (
            lambda f: f.aggregate("shop", t="sum"),
            r"aggregation of 't' is a column and a function, got 'sum'\. Hint: t=",
        ),
        (
            lambda f: f.aggregate("shop", t=("price",)),
            r"The aggregation of 't' is a column and a function, got \('price'",
        ),
        (lambda f: f.aggregate("shop", t=("price", 3)), r"A function is needed here, got 3\."),
        (lambda f: f.aggregate([]), r"aggregate needs columns to group by, or something to compute\."),
        (lambda f: f.aggregate("shop", shop=("price", "sum")), r"more than one column named 'shop'\. Hint: name what"),
        (lambda f: f.aggregate("shop", {"shop": "count"}), r"would make more than one column named 'shop'\."),
        (lambda f: f.aggregate(["shop", "shop"]), r"would make more than one column named 'shop'\."),
        (
            lambda f: f.aggregate("day", t=("buyer", "mean")),
            r"mean of 'buyer' cannot be computed: .*type str\. Hint: cast",
        ),
        (lambda f: f.aggregate(None, t=("buyer", "mean")), r"mean of 'buyer' cannot be computed: "),
        (
            lambda f: f.window("t", "price", "total"),
            r"no partition window 'total'\. Available: sum, mean, .*Hint: or pass a",
        ),
        (
            lambda f: f.window("t", "price", "prod", rows=3),
            r"There is no rolling window 'prod'\. Available: sum, mean, ",
        ),
        (lambda f: f.window("t", "price", "shift"), r"'shift' is a method of its own\. Hint: frame\.shift"),
        (lambda f: f.window("t", "price", "rank"), r"'rank' is a method of its own\. Hint: frame\.rank"),
        (lambda f: f.window("t", None, "sum"), r"window 'sum' needs a column\. Hint: only \"size\" counts rows alone"),
        (lambda f: f.window("t", "price", "cumsum", rows=3), r"'cumsum' says itself which rows it sees\."),
        (
            lambda f: f.window("t", "price", "sum", rows=0),
            r"A window cannot have rows=0\. Available: \"all\", \"expanding\"",
        ),
        (lambda f: f.window("t", "price", "sum", rows="5D"), r"A window cannot have rows='5D'\."),
        (lambda f: f.window("t", "price", "sum", rows=True), r"A window cannot have rows=True\."),
        (lambda f: f.window("t", "price", "sum", rows=2, min_periods=3), r"min_periods=3 is more than the 2 rows"),
        (
            lambda f: f.window("t", "price", "sum", rows=2, min_periods=-1),
            r"min_periods is a number of values, got -1\.",
        ),
        (
            lambda f: f.window("t", "price", "sum", min_periods=1),
            r"Only a window that moves has min_periods or a center\.",
        ),
        (
            lambda f: f.window("t", "price", "sum", rows="expanding", center=True),
            r"A window that grows has no center\.",
        ),
        (lambda f: f.window("t", "buyer", "mean", rows=2), r"mean of 'buyer' cannot be computed: "),
        (lambda f: f.window("t", "buyer", "cumprod"), r"cumprod of 'buyer' cannot be computed: "),
        (
            lambda f: f.window("t", "price", "sum", order_by=["day"], ascending=[True, False]),
            r"got 2 directions for 1 col",
        ),
        (lambda f: f.shift("t", "price", 1.5), r"periods is a number of rows, got 1\.5\."),
        (lambda f: f.shift("t", "price", True), r"periods is a number of rows, got True\."),
        (lambda f: f.diff("t", "buyer"), r"diff of 'buyer' cannot be computed: "),
        (
            lambda f: f.rank("t", "price", method="mean"),
            r"rank knows no method='mean'\. Available: average, min, max, first",
        ),
        (
            lambda f: f.rank("t", "price", na_option="drop"),
            r"rank knows no na_option='drop'\. Available: keep, top, bottom",
        ),
    ],
)
def test_mistakes_are_said_in_one_line(sales: ld.Frame, call: Any, message: str) -> None:
    with pytest.raises(PlanError, match=message) as raised:
        call(sales)
    assert raised.value._render_traceback_() == [f"{type(raised.value).__name__}: {raised.value}"]


@pytest.mark.parametrize(
    "call",
    [
        lambda f: f.aggregate("shp", n="size"),
        lambda f: f.aggregate("shop", t=("shp", "sum")),
        lambda f: f.aggregate("shop", {"shp": "size"}),
        lambda f: f.rank("t", "shp"),
        lambda f: f.shift("t", "price", by="shp"),
        lambda f: f.window("t", "price", "sum", order_by="shp"),
    ],
)
def test_unknown_columns_are_named_with_those_that_exist(sales: ld.Frame, call: Any) -> None:
    with pytest.raises(
        UnknownColumnError, match=r"no column 'shp'\. Available: shop, day, .* Hint: did you mean 'shop'\?"
    ):
        call(sales)


def test_keys_that_cannot_be_compared_or_sorted() -> None:
    frame = ld.from_records([([1], 1, 1), ([2], (1, 2), 2), ([1], "a", 3)], ["lists", "mixed", "x"])
    for call in (lambda: frame.aggregate("lists"), lambda: frame.rank("r", "x", "lists")):
        with pytest.raises(
            PlanError, match=r"cannot group by 'lists': unhashable type: 'list'\. Hint: values that change"
        ):
            call()
    with pytest.raises(PlanError, match=r"aggregate cannot group by 'mixed': .* Hint: pass sort=False"):
        frame.aggregate("mixed")
    assert frame.aggregate("mixed", sort=False).to_values("mixed") == [1, (1, 2), "a"]
    assert frame.rank("r", "x", "mixed").to_values("r") == [1.0, 1.0, 1.0]
    with pytest.raises(PlanError, match=r"window cannot order by 'mixed': "):
        frame.window("t", "x", "cumsum", order_by="mixed")


def test_text_among_numbers_has_no_sum() -> None:
    frame = ld.from_records([(1, 1), (1, "a")], ["k", "x"])
    for by in ("k", []):
        with pytest.raises(
            LesterError, match=r"sum of 'x' cannot be computed: unsupported operand .* type object\. Hint"
        ):
            frame.aggregate(by, t=("x", "sum"))
