"""Expressions mean what DataFrame.query and DataFrame.eval make of them, or are refused: never a third thing."""

from __future__ import annotations

import datetime
import re
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import lester_jupyter as ld
from lester_jupyter.errors import PlanError

TABLE = pd.DataFrame(
    {
        "x": [1, 2, 3, 0],
        "y": [2.5, None, 3.0, -1.0],
        "n": pd.Series([1, None, 3, 1], dtype="Int64"),
        "b": [True, True, False, True],
        "q": pd.Series([True, None, False, None], dtype="boolean"),
        "o": pd.Series([True, False, False, True], dtype=object),
        "gap": pd.Series([True, None, False, None], dtype=object),
        "s": ["a", "b", "", "a"],
        "m": pd.Series(["a", None, "c", "b"], dtype=object),
        "u": pd.Series(["a", None, "c", "b"], dtype="string"),
        "c": pd.Series(["a", None, "c", "a"], dtype="category"),
        "t": pd.to_datetime(["2021-01-01", "2021-01-02", None, "1970-01-01"]),
        "d": pd.to_timedelta([0, 1, None, 3], unit="D"),
    }
)
VARIABLES: dict[str, Any] = {
    "mask": np.array([True, False, False, True]),
    "truths": pd.Series([True, False, False, True]),
    "arr": np.array([3, 2, 9, 0]),
    "series": pd.Series([3, 2, 9, 0]),
    "shuffled": pd.Series([3, 2, 9, 0], index=[3, 2, 1, 0]),
    "many": [1, 3],
    "four": [3, 2, 9, 0],
    "tup": (3, 2, 9, 0),
    "several": {1, 3},
    "texts": ["a", "c"],
    "letters": np.array(["a", "z", "", "b"]),
    "days": np.array(["2021-01-01", "2021-01-05", "2021-01-03", "1970-01-02"], dtype="datetime64[ns]"),
    "day": pd.Timestamp("2021-01-02"),
    "day64": np.datetime64("2021-01-02", "ns"),
    "span": np.timedelta64(86_400_000_000_000, "ns"),
    "date": datetime.date(2021, 1, 2),
    "text": "2021-01-02",
    "one": np.int64(1),
    "yes": True,
}


def ours(text: str) -> ld.Frame:
    globals().update(VARIABLES)
    return ld.from_pandas(TABLE).filter(text)


def rows_of(text: str) -> list[int] | None:
    """The rows that pandas keeps; None where it refuses. Missing truth values of objects keep none, as of all others."""
    try:
        found = TABLE.query(text, local_dict=VARIABLES, engine="python")
    except ValueError as error:
        if "containing NA" not in str(error):
            return None
        found = TABLE[TABLE.eval(text, local_dict=VARIABLES, engine="python").fillna(False).astype(bool)]
    except Exception:  # noqa: BLE001 - whatever else pandas raises
        return None
    return list(found["x"])


# lists, where one value or a column goes ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "@mask",
        "x > 0 and @mask",
        "x > 0 & @truths",
        "@mask or x > 2",
        "not @mask",
        "~@truths",
        "@arr == 7",
        "@arr == @arr",
        "@arr < 5",
        "-@arr < x",
        "@arr * 2 == x",
        "[1, 2]",
        "not [1]",
        "x > 0 and [True, False, True, True]",
        "x + 1 == [2, 3, 4, 1]",
        "-x == @many",
        "(x > 1) == [True, False, True, False]",
        "x == @several",
        "x == @tup",
        "x != @tup",
        "x < @several",
        "x + @four > 2",
        "x + @tup > 2",
        "x == @shuffled",
        "x + @shuffled > 3",
        "s.str.startswith(@letters)",
        "y.round(@arr) > 1",
        "@many in [1]",
        "[1] == [1]",
        "@arr.isin([2])",
        "x < @many",
        "x + @mask[0:1] > 1",
    ],
)
def test_a_list_where_one_value_or_a_column_goes_is_refused(text: str) -> None:
    with pytest.raises(PlanError, match=r"Hint: .*"):
        ours(text)


@pytest.mark.parametrize(
    "text", ["@arr", "@arr * 2", "[1, 2, 3, 4]", "x + @four", "not @mask", "b and @mask", "x + @shuffled"]
)
def test_a_list_is_no_value_of_a_column(text: str) -> None:
    globals().update(VARIABLES)
    frame = ld.from_pandas(TABLE)
    for use in (lambda: frame.assign(z=text), lambda: frame.project("z", func=text)):
        with pytest.raises(PlanError, match=r"Hint: .*filter\(mask\) takes a mask"):
            use()


@pytest.mark.parametrize(
    "text",
    ["x == @arr", "@series != x", "x < @four", "x + @arr > 5", "s == @letters", "t == @days", "2 * x - @series > 0"],
)
def test_a_list_beside_a_column_goes_row_by_row_and_is_marked(text: str) -> None:
    frame = ours(text)
    assert frame.to_values("x") == TABLE.query(text, local_dict=VARIABLES)["x"].tolist()
    assert not frame.plan.operators[-1].exact
    assert not frame.plan.operators[-1].monotone
    assert frame.plan.operators[-1].bound_to_rows


@pytest.mark.parametrize(
    "text",
    [
        "x == @many",
        "x in @arr",
        "x not in @several",
        "x in @shuffled",
        "s == @texts",
        "@many != x",
        "m in @letters",
        "x.abs() == [1, 2]",
        "x + 1 in [2, 3]",
    ],
)
def test_a_list_that_means_one_of_these_stays_exact(text: str) -> None:
    frame = ours(text)
    assert frame.to_values("x") == TABLE.query(text, local_dict=VARIABLES)["x"].tolist()
    assert frame.plan.operators[-1].exact
    assert not frame.plan.operators[-1].bound_to_rows


@pytest.mark.parametrize("other", [VARIABLES["mask"], [True, False, False, True], (True,), VARIABLES["truths"], {True}])
def test_columns_of_a_frame_do_not_combine_with_lists(other: Any) -> None:
    frame = ld.from_pandas(TABLE)
    for use in (
        lambda: frame["b"] & other,
        lambda: frame["b"] | other,
        lambda: frame["x"] + other,
        lambda: frame["x"] == other,
        lambda: frame[~frame["s"]],
        lambda: frame[frame["b"] & 5],
        lambda: frame[frame["x"]],
    ):
        with pytest.raises(PlanError, match="Hint: "):
            use()


# what has no truth value, and what is of another kind -----------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    ["x", "y", "n", "s", "m", "t", "5", "'a'", "None", "b > 0 and s", "s or b", "not m", "b and t", "b or 5", "not 5",
     "b and 'a'", "not gap", "gap or b", "b or gap", "not (c)", "x > 1 and None"],
)  # fmt: skip
def test_what_is_no_truth_value_is_refused(text: str) -> None:
    with pytest.raises(PlanError, match=r"truth value.*Hint: "):
        ours(text)


@pytest.mark.parametrize(
    "text",
    ["t == '2021-01-02'", "@text != t", "t in ['2021-01-02']", "t == @date", "t != 0", "d == '1 days'", "d == 0"],
)
def test_times_are_not_compared_with_what_is_no_time(text: str) -> None:
    with pytest.raises(PlanError, match=r"Hint: .*pandas\.Time"):
        ours(text)


def test_a_column_of_times_takes_texts_as_a_series_does() -> None:
    frame = ld.from_pandas(TABLE)
    assert frame[frame["t"] == "2021-01-02"].to_values("x") == TABLE[TABLE["t"] == "2021-01-02"]["x"].tolist() == [2]
    assert frame[frame["u"] != "a"].to_values("x") == TABLE[TABLE["u"] != "a"]["x"].tolist()


@pytest.mark.parametrize(
    "text",
    ["t == @day", "t == @day64", "@day64 < t", "d == @span", "d > @span", "t >= '2021-01-02'", "t != None", "t == @t0"],
)
def test_times_of_numpy_keep_their_unit(text: str) -> None:
    VARIABLES["t0"] = np.array("2021-01-02", dtype="datetime64[ns]")
    assert ours(text).to_values("x") == TABLE.query(text, local_dict=VARIABLES)["x"].tolist()


@pytest.mark.parametrize(
    "text",
    ["u != 'a'", "not u == 'a'", "n == 'a'", "n != 'a'", "not n == 1", "c != 'a'", "m != 'a'", "'a' == u", "s == ''"],
)
def test_texts_are_compared_by_membership_as_in_query(text: str) -> None:
    assert ours(text).to_values("x") == TABLE.query(text)["x"].tolist()


# random expressions ---------------------------------------------------------------------------------------------------

NAMES = st.sampled_from([str(c) for c in TABLE.columns])
SCALARS = st.sampled_from(
    [
        "0",
        "1",
        "2.5",
        "-1",
        "'a'",
        "'2021-01-02'",
        "''",
        "True",
        "None",
        "@one",
        "@yes",
        "@text",
        "@day",
        "@day64",
        "@date",
        "@span",
    ]
)
LISTS = st.sampled_from(
    [
        "@mask",
        "@truths",
        "@arr",
        "@series",
        "@shuffled",
        "@many",
        "@four",
        "@tup",
        "@several",
        "@texts",
        "@letters",
        "@days",
        "[1, 2]",
        "['a']",
        "[]",
        "[True, False, True, True]",
    ]
)
METHODS = st.sampled_from(
    ["isna()", "notna()", "abs()", "str.len()", "str.startswith('a')", "str.upper()", "isin(['a', 1])", "between(1, 2)"]
)
LEAVES = st.one_of(NAMES, NAMES, NAMES, SCALARS, LISTS)


def _larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.tuples(inner, st.sampled_from(["==", "!=", "<", "<=", ">", ">=", "in", "not in"]), inner).map(" ".join),
        st.tuples(inner, st.sampled_from(["+", "-", "*", "/", "and", "or", "&", "|"]), inner).map(" ".join),
        inner.map("({})".format),
        inner.map("({})".format),
        inner.map("not {}".format),
        inner.map("~({})".format),
        inner.map("-{}".format),
        st.tuples(NAMES, METHODS).map(".".join),
    )


@pytest.mark.filterwarnings("ignore::pandas.errors.PerformanceWarning", "ignore::RuntimeWarning")
@settings(max_examples=1500, derandomize=True, deadline=None)
@given(st.recursive(LEAVES, _larger, max_leaves=5))
def test_a_random_predicate_keeps_the_rows_that_query_keeps_or_is_refused(text: str) -> None:
    compare_with_query(text, also_refused=False)  # pandas refuses much in larger ones, as `'a' == 0` and `o and True`


@pytest.mark.filterwarnings("ignore::pandas.errors.PerformanceWarning", "ignore::RuntimeWarning")
@settings(max_examples=1500, derandomize=True, deadline=None)
@given(
    st.tuples(
        NAMES,
        st.sampled_from(["==", "!=", "<", ">", "in", "not in", "+", "and", "or"]),
        st.one_of(NAMES, SCALARS, LISTS),
    )
    .map(" ".join)
    .flatmap(
        lambda one: st.sampled_from([one, f"not ({one})", f"b and ({one})", f"({one}) or q", f"b and not ({one})"])
    )
)
def test_a_small_predicate_keeps_the_rows_that_query_keeps_or_is_refused(text: str) -> None:
    one_for_all = re.search(r"(and|or) (True|@yes)", text)  # pandas combines it with some columns only
    compare_with_query(text, also_refused=one_for_all is None)


def compare_with_query(text: str, *, also_refused: bool) -> None:
    try:
        frame = ours(text)
    except PlanError:
        return
    if not frame.plan.operators[-1].predicate.columns():  # true or false for all rows, which pandas does not take
        return
    expected = rows_of(text)
    if expected is None and not also_refused:
        return
    assert expected is not None, f"pandas refuses {text}"
    assert frame.to_values("x") == expected
