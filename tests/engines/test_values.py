"""Python values become columns and come back unchanged; missing values are filled with what was asked for."""

from __future__ import annotations

import datetime
import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import lester_jupyter as ld
from lester_jupyter.engines.pandas.functions import call_columns, is_elementwise
from lester_jupyter.engines.pandas.values import to_python, to_series
from lester_jupyter.errors import PlanError
from lester_jupyter.plan import Function

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(2**53 - 3, 2**53 + 3)
    | st.floats()
    | st.text()
    | st.just("\ud800")
    | st.dates()
    | st.lists(st.integers(), max_size=2)
    | st.tuples(st.text())
)


def same(a: Any, b: Any) -> bool:
    return type(a) is type(b) and (a == b or (isinstance(a, float) and math.isnan(a) and math.isnan(b)))


@settings(max_examples=300, derandomize=True, deadline=None)
@given(st.lists(SCALARS, max_size=6) | st.lists(st.integers(), max_size=6) | st.lists(st.text(), max_size=6))
def test_values_come_back_as_they_went_in(values: list[Any]) -> None:
    back = to_python(to_series(values))
    assert len(back) == len(values)
    assert all(same(a, b) for a, b in zip(back, values, strict=True)), (back, values)


@pytest.mark.parametrize(
    ("values", "dtype"),
    [
        ([1, 2], "int64"),
        ([1.0, float("nan")], "float64"),
        ([True, False], "bool"),
        (["a", ""], "str"),
        ([np.int8(1)], "int8"),
        ([np.float32(1)], "float32"),
        ([np.datetime64("2024-01-01")], "datetime64[s]"),
        ([np.str_("a\0")], "object"),
        ([1, None], "object"),
        ([1, True], "object"),
        ([1, 1.0], "object"),
        (["a", None], "object"),
        ([2**64], "object"),
        (["\ud800"], "object"),
        ([datetime.date(2024, 1, 1)], "object"),
        ([], "object"),
    ],
)
def test_a_column_of_one_type_gets_that_type_and_all_others_stay_objects(values: list[Any], dtype: str) -> None:
    column = to_series(values)
    assert str(column.dtype) == dtype
    assert all(a == b or (a != a and b != b) for a, b in zip(column.tolist(), values, strict=True))  # noqa: PLR0124 - NaN


NA = None


@pytest.mark.parametrize(
    ("values", "dtype", "fill", "expected", "type_after"),
    [
        ([1.5, NA], "float64", 0, [1.5, 0.0], "float64"),
        ([1.5, NA], "float64", 2**53 + 1, [1.5, 2**53 + 1], "object"),
        ([1.5, NA], "float64", True, [1.5, True], "object"),
        ([1.5, NA], "float64", "x", [1.5, "x"], "object"),
        ([1.5, NA], "float64", None, [1.5, None], "object"),
        (["a", NA], "str", "", ["a", ""], "str"),
        (["a", NA], "str", 0, ["a", 0], "object"),
        (["a", NA], "object", "", ["a", ""], "str"),
        ([1, NA], "object", 0, [1, 0], "int64"),
        ([1, NA], "object", [], [1, []], "object"),
        ([1, NA], "Int64", 7, [1, 7], "Int64"),
        ([1, NA], "Int64", 1.5, [1, 1.5], "object"),
        (["a", NA], "category", "a", ["a", "a"], "category"),
        (["a", NA], "category", "b", ["a", "b"], "str"),
        ([1, 2], "int64", "x", [1, 2], "int64"),
    ],
)
def test_fill_missing_keeps_the_type_where_the_value_fits(
    values: list[Any], dtype: str, fill: Any, expected: list[Any], type_after: str
) -> None:
    frame = ld.from_pandas(pd.DataFrame({"x": pd.Series(values, dtype=dtype)}))
    filled = frame.fill_missing({"x": fill})
    assert [(type(v), v) for v in filled.to_values("x")] == [(type(v), v) for v in expected]
    assert str(filled.df["x"].dtype) == type_after


def test_fill_missing_of_all_columns_and_of_dates() -> None:
    table = pd.DataFrame({"d": pd.to_datetime(["2024-01-01", None]), "s": ["a", None]})
    stamp = pd.Timestamp("2023-05-06")
    filled = ld.from_pandas(table).fill_missing({"d": stamp, "s": "-"})
    assert filled.to_tuples() == [(pd.Timestamp("2024-01-01"), "a"), (stamp, "-")]
    assert str(filled.df["d"].dtype).startswith("datetime64")
    assert ld.from_pandas(table[["s"]]).fill_missing("?").to_values("s") == ["a", "?"]


@pytest.mark.parametrize("value", [[5], (5,), np.array([5]), pd.Series([5]), {5}])
def test_fill_missing_does_not_put_lists_into_every_column(value: Any) -> None:
    with pytest.raises(PlanError, match=r"takes one value, or \{column: value\}, got .*Hint: "):
        ld.from_pandas(pd.DataFrame({"x": [1.0, None]})).fill_missing(value)


# which vectorised functions treat each row by itself ------------------------------------------------------------------

NUMBERS = pd.Series([3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0, 6.0, 5.0, 3.0])


@pytest.mark.parametrize("n", [2, 3, 10])
@pytest.mark.parametrize(
    ("function", "elementwise"),
    [
        (lambda x: x * 2, True),
        (lambda x: x.map(str), True),
        (lambda x: np.where(x > 2, "many", "few"), True),
        (lambda x: x > 2, True),
        (lambda x: 1, True),
        (lambda x: x.where(x > 2), True),
        (lambda x: x - x.mean(), False),
        (lambda x: x > x.mean(), False),
        (lambda x: x.rank(), False),
        (lambda x: x.shift(), False),
        (lambda x: x.shift(-1), False),
        (lambda x: x.cumsum(), False),
        (lambda x: x.sort_values().to_numpy(), False),
        (lambda x: range(len(x)), False),
        (lambda x: x / x.sum(), False),
    ],
)
def test_probing_finds_functions_that_look_at_other_rows(function: Any, n: int, elementwise: bool) -> None:
    described = Function("f", vectorized=True, call=function)

    def compute(columns: Any, n_rows: int) -> list[pd.Series]:
        return call_columns(described, columns, n_rows, 1)

    column = NUMBERS.head(n)
    assert is_elementwise(compute, [column], compute([column], n)) == elementwise


@pytest.mark.parametrize(
    "function",
    [
        lambda x: x.fillna(x.mean()),
        lambda x: x.ffill(),
        lambda x: x.bfill(),
        lambda x: x.interpolate(),
        lambda x: x.clip(upper=x.quantile(0.999)),
        lambda x: x.where(x != 7, x.sum()),
        lambda x: x.fillna(x.mean()).astype(str),
    ],
)
def test_probing_finds_functions_that_look_at_other_rows_for_one_row_of_many(function: Any) -> None:
    numbers = pd.Series(np.arange(1000.0))
    numbers[3] = np.nan
    frame = ld.from_pandas(pd.DataFrame({"x": numbers})).project("y", ["x"], function, vectorized=True)
    assert len(frame.lineage.backward(3)["df"]) == 1000


def test_probing_finds_rare_texts_that_are_counted() -> None:
    texts = pd.Series(["often"] * 1000)
    texts[7] = "once"
    frame = ld.from_pandas(pd.DataFrame({"x": texts})).project(
        "y", ["x"], lambda x: x.where(x.map(x.value_counts()) > 500, "other"), vectorized=True
    )
    assert len(frame.lineage.backward(7)["df"]) == 1000


def test_probing_finds_no_fault_with_functions_of_one_value_that_change_few_rows() -> None:
    numbers = pd.Series([np.nan, *np.arange(99.0)])
    for function in (lambda x: x.fillna(0), lambda x: x.clip(upper=50), lambda x: x.where(x != 7, -1.0)):
        frame = ld.from_pandas(pd.DataFrame({"x": numbers})).project("y", ["x"], function, vectorized=True)
        assert frame.lineage.backward(8)["df"].tolist() == [8]


def test_probing_a_function_that_takes_whole_columns_only_raises_nothing() -> None:
    def whole(x: pd.Series) -> pd.Series:
        assert len(x) == 10
        return x

    frame = ld.from_pandas(pd.DataFrame({"x": NUMBERS})).project("y", ["x"], whole, vectorized=True)
    assert frame.to_values("y") == NUMBERS.tolist()
    assert frame.lineage.backward(0)["df"].tolist() == list(range(10))


def test_vectorised_results_are_matched_by_index_as_in_pandas() -> None:
    frame = ld.from_pandas(pd.DataFrame({"x": [3, 1, 2], "s": ["a b", "c d", "e f"]}))
    assert frame.project("y", "x", lambda x: x.sort_values(), vectorized=True).to_values("y") == [3, 1, 2]
    assert frame.project("y", "x", lambda x: x.sort_values().to_numpy(), vectorized=True).to_values("y") == [1, 2, 3]
    halves = frame.project(["l", "r"], "s", lambda s: s.str.split(" ", expand=True), vectorized=True)
    assert halves.to_tuples(["l", "r"]) == [("a", "b"), ("c", "d"), ("e", "f")]
    pair = frame.project(["l", "r"], "x", lambda x: (x + 1, 0), vectorized=True)
    assert pair.to_tuples(["l", "r"]) == [(4, 0), (2, 0), (3, 0)]
    assert frame.filter(lambda x: (x > 1).tolist(), vectorized=True).to_values("x") == [3, 2]
    assert frame.filter(lambda x: True, vectorized=True).to_values("x") == [3, 1, 2]


# missing truth values ---------------------------------------------------------------------------------------------------


def test_a_missing_truth_value_keeps_no_row_and_neither_does_its_negation() -> None:
    frame = ld.from_pandas(pd.DataFrame({"x": pd.Series([1, None, 3], dtype="Int64")}))
    assert frame.filter("x > 2").to_values("x") == [3]
    assert frame.filter("not x > 2").to_values("x") == [1]
    assert frame.filter("not x > 2 or x.isna()").to_values("x") == [1, pd.NA]
    assert frame[~(frame["x"] > 2)].to_values("x") == [1]
    assert frame[frame.df["x"] > 2].to_values("x") == [3]
    objects = ld.from_records([(True,), (None,), (False,)], ["ok"])
    assert objects.filter("ok").to_values("ok") == [True]


def test_a_function_counts_as_python_counts() -> None:
    frame = ld.from_records([("",), ("a",), (None,), (0,), ([],), ([0],)], ["x"])
    assert frame.filter(lambda x: x).to_values("x") == ["a", [0]]
    assert frame.filter(lambda: 1).to_values("x") == frame.to_values("x")


# what stands for each row, and what for any ------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["x == @given", "x != @given", "@given == x", "x < @given", "x in @given"])
@pytest.mark.parametrize("make", [list, np.array, pd.Series])
def test_arrays_are_compared_row_by_row_and_lists_by_membership_as_in_query(text: str, make: Any) -> None:
    given = make([4, 2, 9, 1])  # noqa: F841 - read by its name
    table = pd.DataFrame({"x": [1, 2, 3, 4]})
    frame = ld.from_pandas(table).filter(text)
    assert frame.to_values("x") == table.query(text)["x"].tolist()
    assert frame.plan.operators[-1].exact == ("in" in text or (make is list and "<" not in text))
    assert ld.Plan.from_json(frame.plan.to_json()).operators[-1].exact == frame.plan.operators[-1].exact


@pytest.mark.parametrize("text", ["~x", "not x", "x & y", "x | y", "(x > 1) & y", "x and y"])
def test_numbers_have_no_truth_value_and_their_bits_are_not_guessed(text: str) -> None:
    frame = ld.from_pandas(pd.DataFrame({"x": [1, 2, 3, 4], "y": [2, 2, 1, 0]}))
    for use in (lambda: frame.filter(text), lambda: frame.assign(z=text)):
        with pytest.raises(PlanError, match=r"truth values.*int64.*Hint: .*!= 0"):
            use()
