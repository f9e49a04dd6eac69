"""Aggregates: values, types and order as pandas has them, and the rows of each group as plain loops find them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from grouping_tables import BIG, KEYS, VALUES, tables
from hypothesis import given, settings
from hypothesis import strategies as st

import lester_jupyter as ld
from lester_jupyter.errors import PlanError
from lester_jupyter.lineage.rows import All, Codes
from lester_jupyter.plan.operators import AGGREGATIONS

examples = lambda n: settings(max_examples=n, derandomize=True, deadline=None)


def spread(values: pd.Series) -> object:
    return values.iloc[0]


FUNCTIONS = [*AGGREGATIONS, spread]


def pandas_name(function: object) -> object:
    return list if function == "list" else function


def text(values: list[object]) -> str:
    return repr([v.item() if isinstance(v, np.generic) else v for v in values])


@st.composite
def aggregates(draw: st.DrawFn) -> tuple[pd.DataFrame, list[str], dict[str, tuple[str, object]], bool, bool]:
    by = draw(st.lists(st.sampled_from(list(KEYS)), min_size=1, max_size=2, unique=True))
    sources = draw(st.lists(st.sampled_from(list(VALUES)), min_size=1, max_size=3, unique=True))
    made = {f"t{i}": (s, draw(st.sampled_from(FUNCTIONS))) for i, s in enumerate(sources)}
    return draw(tables([*by, *sources])), by, made, draw(st.booleans()), draw(st.booleans())


@examples(200)
@given(aggregates())
def test_aggregate_gives_the_values_types_and_order_of_pandas(
    made: tuple[pd.DataFrame, list[str], dict[str, tuple[str, object]], bool, bool],
) -> None:
    table, by, named, dropna, sort = made
    given_names = {t: (s, pandas_name(f)) for t, (s, f) in named.items()}
    try:
        expected = table.groupby(by, as_index=False, dropna=dropna, sort=sort).agg(**given_names)
    except (TypeError, ValueError, NotImplementedError):
        with pytest.raises(PlanError):
            ld.from_pandas(table).aggregate(by, dropna=dropna, sort=sort, **named)
        return
    frame = ld.from_pandas(table).aggregate(by, dropna=dropna, sort=sort, **named)
    ours = frame.to_pandas()
    for target in [t for t, (_, f) in named.items() if f == "list"]:  # by their text: NaN is no NaN within lists
        assert ours[target].dtype == object  # pandas types lists of no groups like their items
        ours[target], expected[target] = (t[target].map(text).astype(object) for t in (ours, expected))
    pd.testing.assert_frame_equal(ours, expected, check_exact=True)


def same(a: object, b: object) -> bool:
    return (pd.isna(a) and pd.isna(b)) or (type(a) is type(b) and a == b)


def alike(a: object, b: object) -> bool:
    """Equal values, whatever the type of their column; in lists, too."""
    if isinstance(a, list):
        return len(a) == len(b) and all(map(alike, a, b))
    return bool((pd.isna(a) and pd.isna(b)) or a == b)


@examples(120)
@given(st.lists(st.sampled_from(list(KEYS)), min_size=1, max_size=2, unique=True), st.data())
def test_a_group_is_made_from_the_rows_that_have_its_keys(by: list[str], data: st.DataObject) -> None:
    table = data.draw(tables([*by, "i"]))
    dropna, sort = data.draw(st.booleans()), data.draw(st.booleans())
    try:
        frame = ld.from_pandas(table, "A").aggregate(by, dropna=dropna, sort=sort, rows=("i", list))
    except PlanError:
        return
    keys = list(zip(*(table[name].tolist() for name in by), strict=True))
    seen: set[int] = set()
    for out, key in enumerate(zip(*(frame.to_values(name) for name in by), strict=True)):
        members = [r for r, k in enumerate(keys) if all(map(same, k, key))]
        assert members
        assert frame.lineage.backward(out)["A"].tolist() == members
        assert frame.df["rows"][out] == table["i"].iloc[members].tolist()
        for row in members:
            assert frame.lineage.forward("A", row).tolist() == [out]
        seen |= set(members)
    left_out = set(range(len(table))) - seen
    assert all(dropna and any(map(pd.isna, keys[r])) for r in left_out)
    assert all(frame.lineage.forward("A", r).tolist() == [] for r in left_out)


@examples(100)
@given(tables(["k_float", "k_str", "x", "i", "o"]), st.data())
def test_values_of_other_rows_never_change_a_group_and_those_of_its_rows_can(
    table: pd.DataFrame, data: st.DataObject
) -> None:
    by, source = data.draw(st.sampled_from(["k_float", "k_str"])), data.draw(st.sampled_from(["x", "i"]))
    functions = [f for f in FUNCTIONS if f != "size"]
    function = data.draw(st.sampled_from(functions))

    def run(values: pd.DataFrame) -> ld.Frame:
        return ld.from_pandas(values, "A").aggregate(by, t=(source, function), all=(source, list), dropna=False)

    before = run(table)
    if not len(table):
        return
    row = data.draw(st.integers(0, len(table) - 1))
    changed = table.copy()
    changed.loc[row, source] = 99
    after = run(changed)
    touched = before.lineage.forward("A", row).tolist()
    for out in range(len(before)):
        if out in touched:
            assert before.df["all"][out] != after.df["all"][out]
        else:
            assert all(map(alike, before.to_tuples()[out], after.to_tuples()[out]))


@examples(80)
@given(tables(["k_str", "x", "i"]), st.data())
def test_deleting_a_row_changes_its_own_group_only(table: pd.DataFrame, data: st.DataObject) -> None:
    if not len(table):
        return
    frame = ld.from_pandas(table, "A").aggregate("k_str", total=("i", "sum"), rows="size", dropna=False)
    row = data.draw(st.integers(0, len(table) - 1))
    [touched] = frame.lineage.forward("A", row)
    without = table.drop(index=row).reset_index(drop=True)
    again = ld.from_pandas(without, "A").aggregate("k_str", total=("i", "sum"), rows="size", dropna=False)
    others = [t for i, t in enumerate(frame.df.astype(object).values.tolist()) if i != touched]
    assert pd.DataFrame(others).equals(
        pd.DataFrame([t for t in again.df.astype(object).values.tolist() if not same(t[0], frame.df["k_str"][touched])])
    )


# one group of all rows ----------------------------------------------------------------------------------------------


@examples(120)
@given(st.sampled_from(list(VALUES)), st.sampled_from(AGGREGATIONS), st.data())
def test_without_keys_there_is_one_row_of_what_the_column_itself_gives(
    source: str, function: str, data: st.DataObject
) -> None:
    table = data.draw(tables([source]))
    column = table[source]
    try:
        if function in ("first", "last"):
            there = column.dropna()
            expected = there.iloc[0 if function == "first" else -1] if len(there) else None
        else:
            expected = column.tolist() if function == "list" else column.agg(function)
        grouped = column.groupby(np.zeros(len(column), int)).agg(pandas_name(function))
    except (TypeError, ValueError, NotImplementedError):
        with pytest.raises(PlanError):
            ld.from_pandas(table).aggregate([], t=(source, function))
        return
    frame = ld.from_pandas(table, "A").aggregate(None, t=(source, function))
    [made] = frame.df["t"]
    if function == "list":
        assert made == expected or (pd.isna(made) == pd.isna(expected)).all()
    elif isinstance(expected, float):
        assert made == pytest.approx(expected, nan_ok=True)
    else:
        assert (pd.isna(made) and (expected is None or pd.isna(expected))) or made == expected
    if len(table) and (
        function == "list" or not (function == "skew" or pd.isna(expected))
    ):  # pandas' skew: at times int
        assert frame.df["t"].dtype == grouped.dtype
    assert frame.lineage.backward(0)["A"].tolist() == list(range(len(table)))
    assert all(frame.lineage.forward("A", r).tolist() == [0] for r in range(len(table)))


def test_of_no_rows_there_is_one_row_without_keys_and_none_with_keys() -> None:
    frame = ld.from_pandas(pd.DataFrame({"k": pd.Series([], dtype="int64"), "x": pd.Series([], dtype="float64")}))
    named = {"total": ("x", "sum"), "mean": ("x", "mean"), "rows": "size", "all": ("x", list)}
    one = frame.aggregate([], **named)
    assert one.columns == ["total", "mean", "rows", "all"]
    assert one.to_tuples()[0][0] == 0
    assert np.isnan(one.to_tuples()[0][1])
    assert one.to_tuples()[0][2:] == (0, [])
    assert frame.aggregate("k", **named).to_tuples() == []
    assert frame.aggregate("k", **named).columns == ["k", "total", "mean", "rows", "all"]


# single cases -------------------------------------------------------------------------------------------------------


def test_sums_of_integers_past_53_bits_are_exact() -> None:
    frame = ld.from_pandas(pd.DataFrame({"k": [1, 1, 2], "i": [BIG, 2, BIG]}))
    assert frame.aggregate("k", t=("i", "sum")).to_tuples() == [(1, BIG + 2), (2, BIG)]
    assert frame.aggregate([], t=("i", "sum"), m=("i", "max")).to_tuples() == [(2 * BIG + 2, BIG)]


def test_groups_are_four_bytes_a_row() -> None:
    frame = ld.from_pandas(pd.DataFrame({"k": [2, 1, None], "x": [1, 2, 3]}))
    [edge] = frame.aggregate("k", n="size")._relation.step.edges
    assert isinstance(edge, Codes)
    assert edge.codes.dtype == np.int32
    assert edge.codes.tolist() == [1, 0, -1]
    [edge] = frame.aggregate([], n="size")._relation.step.edges
    assert edge == All(3, 1)


def test_a_categorys_unused_values_make_no_groups() -> None:
    keys = pd.Categorical(["b", "a", "b"], categories=["c", "b", "a"])
    frame = ld.from_pandas(pd.DataFrame({"k": keys, "x": [1, 2, 3]})).aggregate("k", t=("x", "sum"))
    assert frame.to_tuples() == [("b", 4), ("a", 2)]
    assert list(frame.df["k"].cat.categories) == ["c", "b", "a"]


def test_a_functions_values_are_one_a_group_and_lists_and_tuples_are_values() -> None:
    frame = ld.from_pandas(pd.DataFrame({"k": [1, 1, 2], "x": [1, 2, 3]}))
    assert frame.aggregate("k", t=("x", lambda s: (s.min(), s.max()))).to_values("t") == [(1, 2), (3, 3)]
    assert frame.aggregate("k", t=("x", lambda s: sorted(s, reverse=True))).to_values("t") == [[2, 1], [3]]
    assert frame.aggregate([], t=("x", lambda s: sorted(s, reverse=True))).to_values("t") == [[3, 2, 1]]
    for by in ("k", []):
        with pytest.raises(PlanError, match=r"lambda gave a Series for a group, expected one value\."):
            frame.aggregate(by, t=("x", lambda s: s))
        with pytest.raises(PlanError, match=r"lambda gave a ndarray for a group, expected one value\."):
            frame.aggregate(by, t=("x", lambda s: s.to_numpy()))


def test_what_a_users_function_raises_passes_with_a_note() -> None:
    def broken(values: pd.Series) -> float:
        raise ValueError("no")

    frame = ld.from_pandas(pd.DataFrame({"k": [1, 1], "x": [1, 2]}))
    for by in ("k", []):
        with pytest.raises(ValueError, match="no") as raised:
            frame.aggregate(by, t=("x", broken))
        assert raised.value.__notes__ == ["broken raised this for 2 values of 'x'."]
