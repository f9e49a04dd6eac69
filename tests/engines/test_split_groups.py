"""Splits by shares of groups and by whole groups: which rows, how many, and what deleting a record moves."""

from __future__ import annotations

import io
from collections import Counter

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typed_tables import assert_same, assert_traced, examples, tables

import lester_jupyter as ld
from lester_jupyter.errors import PlanError, UnknownColumnError


@pytest.fixture
def frame() -> ld.Frame:
    return ld.from_pandas(pd.DataFrame({"k": [2, 1, 2, 1], "s": ["x", "y", None, "z"]}), "A")


def ids(frame: ld.Frame) -> list[int]:
    return frame.to_values("row")


def keys(table: pd.DataFrame, by: list[str]) -> list[tuple[object, ...]]:
    """Each row's group: equal values of one kind (True is not 1); missing values are one value."""

    def key(value: object, gone: bool) -> object:
        return "missing" if gone else (type(value) is bool, value)

    values = [[key(v, gone) for v, gone in zip(table[c].tolist(), table[c].isna(), strict=True)] for c in by]
    return list(zip(*values, strict=True))


@examples(80)
@given(tables(), st.sampled_from([{}, {"stratify": ["a"]}, {"group": ["a"]}, {"stratify": ["a", "b"]}, {"group": "b"}]),
       st.sampled_from([0.2, 0.5, 0.8]), st.integers(0, 3))  # fmt: skip
def test_both_parts_of_any_split_are_all_rows(
    table: pd.DataFrame, how: dict[str, object], fraction: float, seed: int
) -> None:
    frame = ld.from_pandas(table, "A")
    train, test = frame.split(fraction, seed, **how)
    assert sorted(ids(train) + ids(test)) == list(range(len(table)))
    for part in (train, test):
        assert_same(part, table.iloc[ids(part)])
        assert_traced(part, "A", [[row] for row in ids(part)])
        assert part.plan.execute().df.equals(part.df)


@examples(150)
@given(tables(most=14, names="ab", kinds=("int", "float", "text", "object", "category", "nullable int", "zoned")),
       st.sampled_from([["a"], ["a", "b"]]), st.sampled_from([0.2, 0.5, 0.8]))  # fmt: skip
def test_a_stratified_split_gives_each_group_its_share_to_rounding(
    table: pd.DataFrame, by: list[str], fraction: float
) -> None:
    train, _ = ld.from_pandas(table).split(fraction, 1, stratify=by)
    sizes, drawn = Counter(keys(table, by)), Counter(keys(train.df, by))
    assert {k: drawn[k] for k in sizes} == {k: round(fraction * n) for k, n in sizes.items()}


@examples(150)
@given(tables(most=14, names="ab"), st.sampled_from([["a"], ["a", "b"]]), st.sampled_from([0.2, 0.5, 0.8]))
def test_a_grouped_split_keeps_groups_together(table: pd.DataFrame, by: list[str], fraction: float) -> None:
    train, test = ld.from_pandas(table).split(fraction, 1, group=by)
    assert set(keys(train.df, by)).isdisjoint(keys(test.df, by))


STABLE = st.sampled_from([{}, {"group": "a"}, {"stratify": "a"}, {"stratify": ["a", "b"]}])


@examples(150)
@given(st.lists(st.tuples(st.sampled_from(["x", "y", None]), st.sampled_from([1, 2])), min_size=1, max_size=16),
       STABLE, st.sampled_from([0.2, 0.5, 0.8]), st.data())  # fmt: skip
def test_deleting_a_record_moves_no_row_and_of_a_stratified_split_one_of_its_group_at_most(
    records: list[tuple[str | None, int]], how: dict[str, object], fraction: float, data: st.DataObject
) -> None:
    table = pd.DataFrame(records, columns=["a", "b"]).astype({"a": "str"}).assign(row=np.arange(len(records)))
    gone = data.draw(st.integers(0, len(records) - 1))

    def parts(of: pd.DataFrame) -> dict[int, str]:
        train, test = ld.from_pandas(of).split(fraction, 3, **how)
        return {**dict.fromkeys(ids(train), "train"), **dict.fromkeys(ids(test), "test")}

    before, after = parts(table), parts(table.drop(index=gone))
    moved = [row for row in after if after[row] != before[row]]
    if "stratify" not in how:
        assert moved == []
        return
    by = [how["stratify"]] if isinstance(how["stratify"], str) else how["stratify"]
    assert len(moved) <= 1
    assert all(table.loc[moved[:1], by].fillna("missing").eq(table.loc[gone, by].fillna("missing")).all(axis=1))


def test_a_stratified_split_does_move_one_row_sometimes() -> None:
    """Exact shares and strict stability exclude each other; the test above would not notice if nothing ever moved."""
    table = pd.DataFrame({"a": ["x"] * 10, "row": np.arange(10)})
    train, _ = ld.from_pandas(table).split(0.5, 3, stratify="a")
    moved = 0
    for gone in range(10):
        again, _ = ld.from_pandas(table.drop(index=gone)).split(0.5, 3, stratify="a")
        moved += len(set(ids(train)) ^ set(ids(again)) - {gone}) - (gone in ids(train))
    assert moved > 0


def test_a_grouped_split_depends_on_the_groups_values_alone() -> None:
    rng = np.random.default_rng(3)
    table = pd.DataFrame({"g": rng.integers(0, 200, 3000), "row": np.arange(3000)})
    train, _ = ld.from_pandas(table).split(0.7, 5, group="g")
    shuffled = table.sample(frac=0.4, random_state=1)
    again, _ = ld.from_pandas(shuffled).split(0.7, 5, group="g")
    assert set(again.to_values("g")) == set(shuffled["g"]) & set(train.to_values("g"))
    assert abs(len(set(train.to_values("g"))) / 200 - 0.7) < 0.13
    text = io.StringIO("g\n" + "\n".join(map(str, range(200))) + "\nword")  # the same numbers, read as texts
    as_text, _ = ld.from_pandas(pd.read_csv(text)).split(0.7, 5, group="g")
    assert {int(v) for v in as_text.to_values("g") if v != "word"} == set(train.to_values("g"))


def test_split_variants_are_recorded_in_the_plan(frame: ld.Frame) -> None:
    assert "train 80%, seed 0, each k alike" in frame.split(stratify="k")[0].plan.explain()
    assert "test 20%, seed 0, k, s together" in frame.split(group=["k", "s"])[1].plan.explain()
    assert frame.split(group="k")[0].lineage.columns("s") == {("A", "s"): "value", ("A", "k"): "control"}
    assert [frame.split(**how)[0].plan.operators[-1].monotone for how in ({}, {"group": "k"}, {"stratify": "k"})] == [
        True,
        True,
        False,
    ]


def test_split_says_what_is_wrong(frame: ld.Frame) -> None:
    with pytest.raises(PlanError, match="stratified or grouped, not both"):
        frame.split(stratify="k", group="s")
    with pytest.raises(UnknownColumnError, match=r"no column 'q'\. Available: k, s"):
        frame.split(group="q")
    with pytest.raises(PlanError, match="split cannot compare the values of 'l'"):
        ld.from_records([([1],)], ["l"]).split(stratify="l")
