"""Joins of all kinds: what `pandas.merge` gives, and the rows of both sides that it is made of."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typed_tables import KINDS, assert_same, assert_traced, column, examples, outcome

import lester_jupyter as ld
from lester_jupyter.errors import PlanError, UnknownColumnError
from lester_jupyter.lineage.rows import Codes, Nothing, Take

pytestmark = pytest.mark.filterwarnings("ignore:You are merging on int and float")

SAME = {  # kinds whose values may be equal; all others are drawn too, since both sides must refuse alike
    "int": ["float", "nullable int", "numbers", "bool"],
    "text": ["object", "category"],
    "float": ["nullable int", "numbers"],
    "bool": ["nullable bool", "numbers"],
    "category": ["ordered", "object"],
}


@st.composite
def sides(draw: st.DrawFn, n_keys: int) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, Any]]:
    """Two tables, numbered rows in `l` and `r`, and the keys to join them on."""
    kinds = [draw(st.sampled_from(list(KINDS))) for _ in range(n_keys)]
    others = [draw(st.sampled_from([k, k, k, *SAME.get(k, []), draw(st.sampled_from(list(KINDS)))])) for k in kinds]
    n_left, n_right = (draw(st.integers(0, 6)) for _ in range(2))
    same_names = draw(st.booleans())
    left_on = ["k", "m"][:n_keys]
    right_on = left_on if same_names else ["m", "q"][:n_keys]
    left = {n: column(draw, k, n_left) for n, k in zip(left_on, kinds, strict=True)}
    right = {n: column(draw, k, n_right) for n, k in zip(right_on, others, strict=True)}
    left["x"], right["x"] = column(draw, draw(st.sampled_from(list(KINDS))), n_left), column(draw, "int", n_right)
    keys = {"on": left_on} if same_names and draw(st.booleans()) else {"left_on": left_on, "right_on": right_on}
    return (
        pd.DataFrame({**left, "l": np.arange(n_left)}),
        pd.DataFrame({"r": np.arange(n_right), **right}),
        keys,
    )


def pairs(left: pd.DataFrame, right: pd.DataFrame, keys: dict[str, Any]) -> list[tuple[int, int]] | None:
    """The rows that match, as merge has it."""
    merged = outcome(lambda: left.merge(right, **keys))
    return None if merged is None else list(zip(merged["l"].tolist(), merged["r"].tolist(), strict=True))


@examples(200)
@given(st.integers(1, 2).flatmap(sides), st.sampled_from(["inner", "left", "right", "outer"]))
def test_join_is_merge(case: tuple[pd.DataFrame, pd.DataFrame, dict[str, Any]], how: str) -> None:
    left, right, keys = case
    expected = outcome(lambda: left.merge(right, how=how, **keys))
    a, b = ld.from_pandas(left, "A"), ld.from_pandas(right, "B")
    if expected is None:
        with pytest.raises(PlanError, match=f"{how} join on"):
            a.join(b, how=how, **keys)
        return
    made = a.join(b, how=how, **keys)
    assert_same(made, expected)
    for source, rows in (("A", expected["l"]), ("B", expected["r"])):
        assert_traced(made, source, [[] if np.isnan(r) else [int(r)] for r in rows])


@examples(200)
@given(st.integers(1, 2).flatmap(sides))
def test_semi_and_anti_joins_keep_left_rows_by_whether_merge_finds_a_match(
    case: tuple[pd.DataFrame, pd.DataFrame, dict[str, Any]],
) -> None:
    left, right, keys = case
    a, b = ld.from_pandas(left, "A"), ld.from_pandas(right, "B")
    found = pairs(left, right, keys)
    if found is None:
        for how in ("semi", "anti"):
            with pytest.raises(PlanError, match=f"{how} join on"):
                a.join(b, how=how, **keys)
        return
    semi, anti = (a.join(b, how=how, **keys) for how in ("semi", "anti"))
    has = left["l"].isin([x for x, _ in found])
    assert_same(semi, left[has])
    assert_same(anti, left[~has])
    assert_traced(semi, "A", [[row] for row in left.loc[has, "l"]])
    assert_traced(anti, "A", [[row] for row in left.loc[~has, "l"]])
    assert_traced(semi, "B", [sorted(r for x, r in found if x == row) for row in left.loc[has, "l"]])
    assert_traced(anti, "B", [[] for _ in range(len(anti))])
    by_pandas = outcome(lambda: left.merge(right, how="left_anti", **keys))
    if by_pandas is not None:
        assert anti.to_values("l") == by_pandas["l"].tolist()


@pytest.mark.parametrize(
    "dtype", ["Int64", "boolean", "Float64", "float64", "str", "string", "datetime64[ns]", "category"]
)
@pytest.mark.parametrize("partners", [1, 2])
def test_missing_keys_of_every_type_have_partners(dtype: str, partners: int) -> None:
    left = ld.from_pandas(pd.DataFrame({"k": pd.Series([None], dtype=dtype)}), "A")
    right = ld.from_pandas(pd.DataFrame({"k": pd.Series([None] * partners, dtype=dtype)}), "B")
    assert [len(left.join(right, "k", how=how)) for how in ("inner", "left", "semi", "anti")] == [
        partners,
        partners,
        1,
        0,
    ]
    assert left.join(right, "k", how="semi").lineage.backward(0)["B"].tolist() == list(range(partners))


def test_semi_and_anti_joins_of_one_key_are_isin() -> None:
    left = pd.DataFrame({"k": [3, 1, 2, 1, 5], "x": list("abcde")})
    right = pd.DataFrame({"k": [1, 1, 3]})
    a, b = ld.from_pandas(left, "A"), ld.from_pandas(right, "B")
    assert_same(a.join(b, "k", how="semi"), left[left["k"].isin(right["k"])])
    assert_same(a.join(b, "k", how="anti"), left[~left["k"].isin(right["k"])])
    assert_same(a.merge(b, "left_anti"), left[~left["k"].isin(right["k"])])


def test_edges_are_compact() -> None:
    a = ld.from_pandas(pd.DataFrame({"k": [3, 1, 2, 1]}), "A")
    table, repeated = ld.from_pandas(pd.DataFrame({"k": [1, 3]})), ld.from_pandas(pd.DataFrame({"k": [1, 3, 1]}))
    edges = {
        "semi on a look-up table": a.join(table, "k", how="semi")._relation.step.edges,
        "semi": a.join(repeated, "k", how="semi")._relation.step.edges,
        "anti": a.join(repeated, "k", how="anti")._relation.step.edges,
        "outer": a.join(repeated, "k", how="outer")._relation.step.edges,
    }
    assert {k: [type(e) for e in v] for k, v in edges.items()} == {
        "semi on a look-up table": [Take, Take],
        "semi": [Take, Codes],
        "anti": [Take, Nothing],
        "outer": [Take, Take],
    }
    arrays = [a for es in edges.values() for e in es for a in vars(e).values() if isinstance(a, np.ndarray)]
    assert {a.dtype for a in arrays} == {np.dtype(np.int32)}


def test_who_a_row_is_does_not_depend_on_its_partners_in_semi_and_anti_joins() -> None:
    left = pd.DataFrame({"k": np.arange(300) % 7, "id": np.arange(300)})
    a, b = ld.from_pandas(left, "A"), ld.from_pandas(pd.DataFrame({"k": [1, 2, 3, 3]}), "B")
    train = set(a.split(0.5, 1)[0].to_values("id"))
    for how in ("semi", "anti"):
        made = a.join(b, "k", how=how)
        assert set(made.split(0.5, 1)[0].to_values("id")) == train & set(made.to_values("id"))


# keys ---------------------------------------------------------------------------------------------------------------


@pytest.fixture
def a() -> ld.Frame:
    return ld.from_pandas(pd.DataFrame({"k": [2, 1, 4], "x": [1, 2, 3]}), "A")


@pytest.fixture
def b() -> ld.Frame:
    return ld.from_pandas(pd.DataFrame({"k": [1, 3, 2], "y": [4, 5, 6]}), "B")


@pytest.mark.parametrize(
    ("how", "keys", "key"),
    [
        ("inner", [2, 1], {("A", "k"): "value", ("B", "k"): "value"}),
        ("left", [2, 1, 4], {("A", "k"): "value", ("B", "k"): "control"}),
        ("right", [1, 3, 2], {("A", "k"): "control", ("B", "k"): "value"}),
        ("outer", [1, 2, 3, 4], {("A", "k"): "value", ("B", "k"): "value"}),
        ("semi", [2, 1], {("A", "k"): "value", ("B", "k"): "control"}),
        ("anti", [4], {("A", "k"): "value", ("B", "k"): "control"}),
    ],
)
def test_a_shared_key_is_one_column_with_its_origins(
    a: ld.Frame, b: ld.Frame, how: str, keys: list[int], key: dict[tuple[str, str], str]
) -> None:
    made = a.join(b, "k", how=how)
    assert made.to_values("k") == keys
    assert made.lineage.columns("k") == key
    assert made.lineage.columns("x") == {("A", "x"): "value", ("A", "k"): "control", ("B", "k"): "control"}


@pytest.mark.parametrize("how", ["inner", "left", "right", "outer"])
def test_keys_of_different_names_stay_two_columns_of_one_origin_each(a: ld.Frame, b: ld.Frame, how: str) -> None:
    b = b.rename({"k": "j"})
    made = a.join(b, left_on="k", right_on="j", how=how)
    assert_same(made, a.df.merge(b.df, left_on="k", right_on="j", how=how))
    assert made.lineage.columns("k") == {("A", "k"): "value", ("B", "k"): "control"}
    assert made.lineage.columns("j") == {("A", "k"): "control", ("B", "k"): "value"}


@pytest.mark.parametrize("how", ["inner", "left", "right", "outer"])
def test_numbered_key_columns_are_completed_as_little_as_in_pandas(how: str) -> None:
    left, right = pd.DataFrame({0: [1, 2], 1: [3, 4]}), pd.DataFrame({0: [2, 5], 2: [7, 8]})
    made = ld.from_pandas(left, "A").join(ld.from_pandas(right, "B"), 0, how=how)
    assert_same(made, left.merge(right, on=0, how=how))
    kinds = made.lineage.columns(0)
    assert kinds["A", "0"] == "value"
    assert kinds["B", "0"] == ("value" if how == "inner" else "control")


@pytest.mark.parametrize("how", ["left", "right", "outer"])
def test_unmatched_sides_are_none_and_nothing_shifts(a: ld.Frame, b: ld.Frame, how: str) -> None:
    made = a.join(b, "k", how=how)
    for i, (x, y) in enumerate(made.to_tuples(["x", "y"])):
        back = {name: rows.tolist() for name, rows in made.lineage.backward(i).items()}
        assert back == {"A": [] if np.isnan(x) else [int(x) - 1], "B": [] if np.isnan(y) else [int(y) - 4]}
        assert {rows.dtype for rows in made.lineage.backward(i).values()} == {np.dtype(np.int64)}


@pytest.mark.parametrize("how", ["inner", "left", "right", "outer", "semi", "anti"])
def test_a_self_join_has_two_sides(a: ld.Frame, how: str) -> None:
    made = a.join(a.project("k", func="k + 1"), "k", how=how, suffixes=("", "_next"))
    sides = {
        "inner": [[0, 1]],
        "left": [[0, 1], [0], [0]],
        "right": [[1], [0, 1], [1]],
        "outer": [[0], [0, 1], [1], [0], [1]],
        "semi": [[0, 1]],
        "anti": [[0], [0]],
    }
    assert [[o.path[0] for o in made.lineage.occurrences(i)] for i in range(len(made))] == sides[how]


@pytest.mark.parametrize("how", ["inner", "left", "right", "outer", "semi", "anti"])
def test_missing_keys_match_each_other_in_every_join(how: str) -> None:
    left = ld.from_pandas(pd.DataFrame({"k": ["a", None], "l": [0, 1]}), "A")
    right = ld.from_pandas(pd.DataFrame({"k": [np.nan, "b"], "r": [0, 1]}, dtype=object), "B")
    made = left.join(right, "k", how=how)
    assert [bool(m) for m in made.df["k"].isna()].count(True) == (0 if how == "anti" else 1)
    assert "missing keys match each other" in (ld.Frame.join.__doc__ or "")


@pytest.mark.parametrize("suffixes", [("_x", "_y"), ("", "_r"), ("_l", ""), (None, "_r"), ("_l", None)])
@pytest.mark.parametrize("how", ["inner", "right", "outer"])
def test_suffixes_are_those_of_pandas(suffixes: tuple[str | None, str | None], how: str) -> None:
    left, right = pd.DataFrame({"k": [1, 2], "x": [1, 2], "p": 0}), pd.DataFrame({"k": [2, 3], "p": 1, "x": [3, 4]})
    made = ld.from_pandas(left).join(ld.from_pandas(right), "k", how=how, suffixes=suffixes)
    assert_same(made, left.merge(right, on="k", how=how, suffixes=suffixes))


def test_semi_and_anti_joins_have_the_left_columns_alone(a: ld.Frame, b: ld.Frame) -> None:
    for how in ("semi", "anti"):
        assert a.join(b.rename({"y": "x"}), "k", how=how).columns == ["k", "x"]


@pytest.mark.parametrize("how", ["inner", "left", "right", "outer", "semi", "anti"])
@pytest.mark.parametrize("empty", ["left", "right", "both"])
def test_empty_sides(how: str, empty: str) -> None:
    left = pd.DataFrame({"k": [1, 2], "x": ["a", "b"], "l": [0, 1]}).head(0 if empty != "right" else 2)
    right = pd.DataFrame({"k": [2, 3], "y": [0.5, 1.5], "r": [0, 1]}).head(0 if empty != "left" else 2)
    made = ld.from_pandas(left, "A").join(ld.from_pandas(right, "B"), "k", how=how)
    if how in ("semi", "anti"):
        assert_same(made, left if how == "anti" else left.head(0))
    else:
        assert_same(made, left.merge(right, on="k", how=how))
    assert made.plan.execute().df.equals(made.df)
    assert len(made.split(0.5)[0]) + len(made.split(0.5)[1]) == len(made)


def test_joins_say_what_deleting_rows_can_do(a: ld.Frame, b: ld.Frame) -> None:
    joins = {
        how: a.join(b, "k", how=how).plan.operators[-1] for how in ("inner", "left", "right", "outer", "semi", "anti")
    }
    assert {how: join.monotone for how, join in joins.items()} == {
        "inner": True,
        "left": False,
        "right": False,
        "outer": False,
        "semi": True,
        "anti": False,
    }
    assert all(join.exact and join.deterministic for join in joins.values())


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda a, b: a.join(b, "k", how="cross"), "no join 'cross'. Available: inner, left, right, outer, semi, anti"),
        (lambda a, b: a.join(b), "A join needs keys"),
        (lambda a, b: a.join(b, "y", how="semi"), "There is no column 'y'. Available: k, x."),
        (lambda a, b: a.join(b, left_on=["k", "x"], right_on="k", how="outer"), "the same number of keys"),
        (lambda a, b: a.join(b.df, "k", how="anti"), "A frame is needed here, got DataFrame"),
        (lambda a, b: a.join(b.rename({"y": "x"}), "k", how="outer", suffixes=(None, None)), "more than one column named 'x'"),
        (lambda a, b: a.merge(b[["y"]]), "no column in common"),
    ],
)  # fmt: skip
def test_joins_say_what_is_wrong(a: ld.Frame, b: ld.Frame, make: object, message: str) -> None:
    with pytest.raises(PlanError) as raised:
        make(a, b)
    assert message in str(raised.value)


@pytest.mark.parametrize("how", ["inner", "right", "outer", "semi", "anti"])
def test_keys_of_kinds_that_cannot_be_equal_are_an_error_of_one_line(a: ld.Frame, how: str) -> None:
    texts = ld.from_pandas(pd.DataFrame({"k": ["1", "2"]}))
    with pytest.raises(PlanError, match=rf"{how} join on k: You are trying to merge on int64 and str"):
        a.join(texts, "k", how=how)


def test_merge_has_the_arguments_of_pandas(a: ld.Frame, b: ld.Frame) -> None:
    assert_same(a.merge(b), a.df.merge(b.df))
    assert_same(a.merge(b, "outer", "k"), a.df.merge(b.df, "outer", "k"))
    assert_same(a.merge(b, "left", None, "x", "y"), a.df.merge(b.df, "left", None, "x", "y"))
    assert_same(a.merge(b, on="k", suffixes=("_l", "_r")), a.df.merge(b.df, on="k", suffixes=("_l", "_r")))
    with pytest.raises(UnknownColumnError):
        a.merge(b, on="q")


@pytest.mark.parametrize("how", ["inner", "left", "right", "outer"])
@pytest.mark.parametrize("name", ["__lester_left_row", "__lester_right_row"])
def test_columns_may_have_the_names_that_row_numbers_have_on_the_way(name: str, how: Any) -> None:
    left = pd.DataFrame({name: [7, 8, 8], "row": [0, 1, 2]})
    right = pd.DataFrame({name: [8.5, 8], "other": [0, 1]})
    a, b = ld.from_pandas(left, "A"), ld.from_pandas(right, "B")
    assert_same(a.join(b, name, how=how), left.merge(right, on=name, how=how))
    assert_same(
        a.join(b, left_on="row", right_on="other", how=how), left.merge(right, left_on="row", right_on="other", how=how)
    )
