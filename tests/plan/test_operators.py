"""What operators say about themselves, and how they check what they are given.

That every operator has all its parts is asked in `tests/test_completeness.py`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from operator_examples import ABOVE, EXAMPLES, FITTED, LABELLED, MODEL, OTHER, SCAN, WORDS

import lester_jupyter as ld
from lester_jupyter.errors import PlanError, UnknownColumnError
from lester_jupyter.plan import (
    Aggregate,
    Aggregation,
    Cast,
    ConcatFeatures,
    Distinct,
    DropMissing,
    Explode,
    Extend,
    FeatureBlock,
    FillMissing,
    Filter,
    FitModel,
    Function,
    Join,
    Label,
    Limit,
    Opaque,
    Operator,
    Plan,
    Predict,
    Project,
    Rename,
    Score,
    Sort,
    Split,
    Union,
    Window,
)
from lester_jupyter.plan.expressions import Apply, Column, Mask

BY_KIND = {e.kind: e for e in EXAMPLES}


# what they say ------------------------------------------------------------------------------------------------------

NOT_MONOTONE = {
    *("aggregate", "distinct", "limit", "window"),  # what goes changes, or lets in, others
    *("fit_transform", "transform", "fit_model", "predict", "score"),  # what is learned changes with every row
    "opaque",
}


def test_exact_and_monotone_say_what_deleting_rows_can_do() -> None:
    assert {o.kind: (o.exact, o.monotone, o.deterministic) for o in EXAMPLES} == {
        o.kind: (o.kind != "opaque", o.kind not in NOT_MONOTONE, o.kind != "opaque") for o in EXAMPLES
    }


def whole(function: str = "f") -> Function:
    return Function(function, vectorized=True)


@pytest.mark.parametrize(
    ("operator", "exact", "monotone"),
    [
        *(
            (Join(inputs=(SCAN, OTHER), how=how, left_on=("k",), right_on=("k",)), True, how in ("inner", "semi"))
            for how in ("inner", "left", "right", "outer", "semi", "anti")
        ),
        (Extend(inputs=(SCAN,), targets=("y",), sources=("x",), function=whole()), False, False),
        (Extend(inputs=(SCAN,), targets=("y",), sources=("x",), expressions=(ABOVE,)), True, True),
        (Extend(inputs=(SCAN,), targets=("y",), sources=(), expressions=(Mask((True, False, True)),)), False, False),
        (Filter(inputs=(SCAN,), predicate=Apply(whole(), (Column("x"),))), False, False),
        (Filter(inputs=(SCAN,), predicate=Mask((True, False, True))), False, False),
        (Split(inputs=(SCAN,), part="test", train_fraction=0.5, seed=0, group=("k",)), True, True),
        (Split(inputs=(SCAN,), part="test", train_fraction=0.5, seed=0, stratify=("k",)), True, False),
        (Window(inputs=(SCAN,), target="w", source="x", function=whole()), False, False),
        (Window(inputs=(SCAN,), target="w", source="x", function=whole(), extent="rolling", size=2), True, False),
        (replace(FITTED, origins=(FeatureBlock(0, 1, (0,)), FeatureBlock(1, 2, (0,), exact=False))), False, False),
        (replace(FITTED, estimator=replace(WORDS, stateless=True)), True, True),
        (replace(BY_KIND["fit_model"], estimator=replace(MODEL, deterministic=False)), True, False),
    ],
    ids=lambda o: o.kind if isinstance(o, Operator) else str(o),
)
def test_fields_decide_over_exact_and_monotone(operator: Operator, exact: bool, monotone: bool) -> None:
    assert (operator.exact, operator.monotone) == (exact, monotone)


def test_random_numbers_without_a_seed_are_not_deterministic() -> None:
    drawing = replace(MODEL, deterministic=False)
    assert not replace(BY_KIND["fit_model"], estimator=drawing).deterministic
    assert not replace(FITTED, estimator=drawing).deterministic


def named(operator: Operator, edges: Any) -> set[tuple[Any, ...]]:
    """Edges by names: (output column, slot and input column), or (slot and input column) of control edges."""
    return {(*(operator.columns[o] for o in out), (slot, operator.inputs[slot].columns[i])) for *out, slot, i in edges}


def connections(operator: Operator) -> dict[str, set[tuple[Any, ...]]]:
    found = {
        "value": named(operator, operator.value_edges()),
        "control": named(operator, operator.control_edges()),
        "column control": named(operator, operator.column_control_edges()),
        "fit": named(operator, operator.fit_edges()),
    }
    return {kind: edges for kind, edges in found.items() if edges}


SAME = {(c, (0, c)) for c in SCAN.columns}
OF_WORDS = {(f"words_{i}", (0, "s")) for i in range(2)}


@pytest.mark.parametrize(
    ("operator", "expected"),
    [
        (SCAN, {}),
        (BY_KIND["filter"], {"value": SAME, "control": {((0, "x"),)}}),
        (
            Filter(inputs=(SCAN,), predicate=Mask((True,))),
            {"value": SAME, "control": {((0, c),) for c in SCAN.columns}},
        ),
        (BY_KIND["extend"], {"value": {*SAME, ("y", (0, "k"))}}),
        (replace(BY_KIND["extend"], targets=("x",)), {"value": {*SAME, ("x", (0, "k"))} - {("x", (0, "x"))}}),
        (BY_KIND["label"], {"value": {*SAME, ("y", (0, "x"))}}),
        (BY_KIND["rename"], {"value": {("k", (0, "k")), ("y", (0, "x")), ("s", (0, "s"))}}),
        (
            BY_KIND["aggregate"],
            {"value": {("k", (0, "k")), ("m", (0, "x"))}, "control": {((0, "k"),)}},
        ),
        (BY_KIND["sort"], {"value": SAME, "control": {((0, "k"),), ((0, "x"),)}}),
        (BY_KIND["limit"], {"value": SAME}),
        (BY_KIND["drop_missing"], {"value": SAME, "control": {((0, "x"),)}}),
        (BY_KIND["cast"], {"value": SAME}),
        (BY_KIND["explode"], {"value": {("k", (0, "k")), ("z", (0, "z"))}, "control": {((0, "z"),)}}),
        (BY_KIND["window"], {"value": {*SAME, ("r", (0, "x"))}, "column control": {("r", (0, "k"))}}),
        (
            Window(inputs=(SCAN,), target="n", source=None, function="cumcount", extent="expanding", by=("k",)),
            {"value": SAME, "column control": {("n", (0, "k"))}},
        ),
        (
            Window(inputs=(SCAN,), target="x", source="x", function="sum", order_by=("s",), ascending=(True,)),
            {"value": SAME, "column control": {("x", (0, "s"))}},
        ),
        (
            Split(inputs=(SCAN,), part="train", train_fraction=0.5, seed=0, stratify=("k",)),
            {"value": SAME, "control": {((0, "k"),)}},
        ),
        (
            Join(inputs=(SCAN, OTHER), how="semi", left_on=("k",), right_on=("k",)),
            {"value": SAME, "control": {((0, "k"),), ((1, "k"),)}},
        ),
        (
            Join(inputs=(SCAN, OTHER), how="right", left_on=("k",), right_on=("k",)),
            {
                "value": {("k", (1, "k")), ("x", (0, "x")), ("s", (0, "s")), ("z", (1, "z"))},
                "control": {((0, "k"),), ((1, "k"),)},
            },
        ),
        (
            Join(inputs=(SCAN, OTHER), how="outer", left_on=("k",), right_on=("k",)),
            {
                "value": {("k", (0, "k")), ("k", (1, "k")), ("x", (0, "x")), ("s", (0, "s")), ("z", (1, "z"))},
                "control": {((0, "k"),), ((1, "k"),)},
            },
        ),
        (BY_KIND["fit_transform"], {"value": OF_WORDS, "fit": {(f, (1, "s")) for f, _ in OF_WORDS}}),
        (
            BY_KIND["transform"],
            {"value": OF_WORDS, "fit": {("words_0", (1, "words_0")), ("words_1", (1, "words_1"))}},
        ),
        (BY_KIND["concat_features"], {"value": {(f"x_{i}", (i // 2, f"words_{i % 2}")) for i in range(4)}}),
        (BY_KIND["fit_model"], {"fit": {("model", (1, "y")), *(("model", (0, f"x_{i}")) for i in range(4))}}),
        (
            BY_KIND["predict"],
            {"value": {("prediction", (0, f"x_{i}")) for i in range(4)}, "fit": {("prediction", (1, "model"))}},
        ),
        (BY_KIND["score"], {"value": {("accuracy", (0, "prediction")), ("accuracy", (1, "y"))}}),
        (
            BY_KIND["opaque"],
            {"value": {("o", (0, c)) for c in SCAN.columns}, "control": {((0, c),) for c in SCAN.columns}},
        ),
    ],
    ids=lambda o: o.kind if isinstance(o, Operator) else "",
)
def test_columns_are_connected_by_what_they_are_computed_from(operator: Operator, expected: dict[str, Any]) -> None:
    assert connections(operator) == expected


def test_rows_come_from_what_is_transformed_not_from_what_is_learned_from() -> None:
    slots = {kind: BY_KIND[kind].row_slots for kind in ("fit_transform", "transform", "predict", "score")}
    assert slots == {"fit_transform": (0,), "transform": (0,), "predict": (0,), "score": (0, 1)}
    assert BY_KIND["fit_model"].row_slots == (0, 1)  # a model is learned: it is made from all of them
    assert BY_KIND["join"].row_slots == (0, 1)


def test_operators_are_immutable_and_equal_only_to_themselves() -> None:
    one, two = (Project(inputs=(SCAN,), names=("x",)) for _ in range(2))
    assert one != two
    assert len({one, two}) == 2
    with pytest.raises(AttributeError):
        one.names = ("k",)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Project(inputs=(SCAN,), names=("u",)), "There is no column 'u'. Available: k, x, s."),
        (lambda: Project(inputs=(SCAN,), names=("u", "v")), "There are no columns 'u', 'v'. Available: k, x, s."),
        (lambda: Distinct(inputs=(SCAN,), subset=("u",)), "There is no column 'u'. Available: k, x, s."),
        (lambda: FillMissing(inputs=(SCAN,), values=(("u", 1),)), "There is no column 'u'. Available: k, x, s."),
        (lambda: Rename(inputs=(SCAN,), names=(("u", "v"),)), "There is no column 'u'. Available: k, x, s."),
        (lambda: Filter(inputs=(SCAN,), predicate=Column("u")), "There is no column 'u'. Available: k, x, s."),
        (
            lambda: Join(inputs=(SCAN, OTHER), how="inner", left_on=("k",), right_on=("x",)),
            "There is no column 'x'. Available: k, z.",
        ),
        (
            lambda: Aggregate(inputs=(SCAN,), by=("k",), aggregations=(Aggregation("n", "u", "sum"),)),
            "There is no column 'u'. Available: k, x, s.",
        ),
        (lambda: Aggregate(inputs=(SCAN,), by=("u",), aggregations=()), "There is no column 'u'. Available: k, x, s."),
        (lambda: Sort(inputs=(SCAN,), by=("u",), ascending=(True,)), "There is no column 'u'. Available: k, x, s."),
        (lambda: DropMissing(inputs=(SCAN,), subset=("u",)), "There is no column 'u'. Available: k, x, s."),
        (lambda: Cast(inputs=(SCAN,), types=(("u", "str"),)), "There is no column 'u'. Available: k, x, s."),
        (lambda: Explode(inputs=(SCAN,), names=("u",)), "There is no column 'u'. Available: k, x, s."),
        (
            lambda: Window(inputs=(SCAN,), target="r", source="u", function="rank"),
            "There is no column 'u'. Available: k, x, s.",
        ),
        (
            lambda: Window(inputs=(SCAN,), target="r", source="x", function="rank", by=("u",)),
            "There is no column 'u'. Available: k, x, s.",
        ),
        (
            lambda: Split(inputs=(SCAN,), part="train", train_fraction=0.5, seed=0, group=("u",)),
            "There is no column 'u'. Available: k, x, s.",
        ),
        (
            lambda: Extend(inputs=(SCAN,), targets=("y",), sources=("u",), function=Function("f")),
            "There is no column 'u'. Available: k, x, s.",
        ),
        (lambda: replace(FITTED, sources=("u",)), "There is no column 'u'. Available: k, x, s, y."),
        (
            lambda: FitModel(inputs=(FITTED, SCAN), estimator=MODEL, label="u"),
            "There is no column 'u'. Available: k, x, s.",
        ),
        (
            lambda: Score(inputs=(BY_KIND["predict"], SCAN), label="u", metrics=("accuracy",)),
            "There is no column 'u'. Available: k, x, s.",
        ),
    ],
)
def test_operators_check_their_columns_when_they_are_made(make: object, message: str) -> None:
    with pytest.raises(UnknownColumnError) as raised:
        make()
    assert str(raised.value) == message


def test_operators_check_the_number_of_their_inputs() -> None:
    with pytest.raises(PlanError, match="Join takes 2 inputs, got 1"):
        Join(inputs=(SCAN,), how="inner", left_on=("k",), right_on=("k",))
    for cls in (Union, ConcatFeatures):
        with pytest.raises(PlanError, match=f"{cls.__name__} takes one or more inputs, got 0"):
            cls()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Sort(inputs=(SCAN,), by=(), ascending=()), "sort needs at least one column"),
        (lambda: Sort(inputs=(SCAN,), by=("k",), ascending=()), "0 directions for 1 columns"),
        (lambda: Sort(inputs=(SCAN,), by=("k",), ascending=(True,), na_position="top"), "cannot stand 'top'"),
        (lambda: Limit(inputs=(SCAN,), n=-1), "numbers of rows"),
        (lambda: Limit(inputs=(SCAN,), n=1, offset=1, end=True), "numbers of rows"),
        (lambda: DropMissing(inputs=(SCAN,), subset=("k",), how="some"), "no how='some'"),
        (lambda: Explode(inputs=(SCAN,), names=()), "different columns"),
        (lambda: Explode(inputs=(SCAN,), names=("k", "k")), "different columns"),
        (lambda: Aggregate(inputs=(SCAN,), by=(), aggregations=()), "columns to group by, or something to compute"),
        (
            lambda: Aggregate(inputs=(SCAN,), by=(), aggregations=(Aggregation("n", "x", "magic"),)),
            "no aggregation 'magic'",
        ),
        (lambda: Aggregate(inputs=(SCAN,), by=(), aggregations=(Aggregation("n", None, "sum"),)), "needs a column"),
        (
            lambda: Aggregate(inputs=(SCAN,), by=("k",), aggregations=(Aggregation("k", "x", "sum"),)),
            "more than one column named 'k'",
        ),
        (lambda: Window(inputs=(SCAN,), target="w", source="x", function="magic"), "no partition window 'magic'"),
        (lambda: Window(inputs=(SCAN,), target="w", source="x", function="sum", extent="all"), "no window 'all'"),
        (lambda: Window(inputs=(SCAN,), target="w", source="x", function="sum", extent="rolling"), "size=None"),
        (lambda: Window(inputs=(SCAN,), target="w", source="x", function="sum", size=2), "cannot have size=2"),
        (lambda: Window(inputs=(SCAN,), target="w", source="x", function="sum", order_by=("k",)), "0 directions"),
        (
            lambda: Split(inputs=(SCAN,), part="train", train_fraction=0.5, seed=0, group=("k",), stratify=("x",)),
            "stratified or grouped, not both",
        ),
        (lambda: Join(inputs=(SCAN, OTHER), how="cross", left_on=("k",), right_on=("k",)), "no join 'cross'"),
        (lambda: Join(inputs=(SCAN, OTHER), how="inner", left_on=(), right_on=()), "same number of keys"),
        (lambda: Distinct(inputs=(SCAN,), subset=("k",), keep="middle"), "cannot keep 'middle'"),
        (lambda: Extend(inputs=(SCAN,), targets=("y",), sources=("x",)), "by a function, or by one expression"),
        (
            lambda: Extend(inputs=(SCAN,), targets=("y",), sources=("k",), expressions=(ABOVE,)),
            "reads 'x', which is not among the sources",
        ),
        (
            lambda: Label(inputs=(SCAN,), targets=("y", "z"), sources=(), function=Function("f")),
            "A label is one column",
        ),
        (lambda: replace(FITTED, n_features=3), "do not cover its 3 features"),
        (lambda: replace(FITTED, origins=()), "do not cover its 2 features"),
        (lambda: replace(FITTED, inputs=(SCAN, OTHER)), "reads one table"),
        (lambda: replace(BY_KIND["transform"], inputs=(SCAN, OTHER)), "that was fitted"),
        (lambda: Predict(inputs=(FITTED, SCAN)), "a model that was fitted"),
        (lambda: Score(inputs=(BY_KIND["predict"], LABELLED), label="y", metrics=()), "at least one metric"),
    ],
)
def test_operators_check_their_fields_when_they_are_made(make: Any, message: str) -> None:
    with pytest.raises(PlanError, match=message):
        make()


# plans --------------------------------------------------------------------------------------------------------------


def test_a_plan_lists_each_operator_once_inputs_first_and_numbers_them_alike() -> None:
    union = Union(inputs=(EXAMPLES[1], SCAN, EXAMPLES[1]))
    plan = Plan([union, EXAMPLES[3], union])
    assert plan.operators == (SCAN, EXAMPLES[1], union, EXAMPLES[3])
    assert plan.by_id == {"o1": SCAN, "o2": EXAMPLES[1], "o3": union, "o4": EXAMPLES[3]}
    assert plan.ids[union] == "o3"
    assert Plan([union, EXAMPLES[3]]).by_id == plan.by_id


def test_a_deep_plan_needs_no_recursion() -> None:
    frame = ld.from_pandas(pd.DataFrame({"x": np.arange(3)}))
    for _ in range(1500):
        frame = frame.rename({"x": "x"})
    assert len(frame.plan.operators) == 1501
    assert frame.lineage.backward(2)["df"].tolist() == [2]
    assert frame.lineage.columns("x") == {("df", "x"): "value"}
    assert len(frame.split(0.5)[0]) + len(frame.split(0.5)[1]) == 3
    assert ld.Plan.from_json(frame.plan.to_json()).to_json() == frame.plan.to_json()


def test_completeness_is_the_share_of_exact_operators() -> None:
    assert Plan([EXAMPLES[1]]).completeness == 1.0
    assert Plan([Opaque(inputs=(EXAMPLES[1],), names=("o",), source="", reason="")]).completeness == pytest.approx(
        2 / 3
    )
