"""Column lineage by matrices says what following one column edge by edge says, on plans of every shape."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lester_jupyter.lineage.columns import EdgeKind, column_origins
from lester_jupyter.lineage.matrices import column_matrices
from lester_jupyter.plan import (
    ConcatFeatures,
    Estimator,
    Extend,
    FeatureBlock,
    Filter,
    FitModel,
    FitTransform,
    Function,
    Join,
    Label,
    Opaque,
    Operator,
    Plan,
    Predict,
    Project,
    Rename,
    Scan,
    Score,
    Source,
    Split,
    Transform,
    Union,
    Window,
)
from lester_jupyter.plan.expressions import Column, Compare, Constant

A = Scan(source=Source("A", "memory#1", "memory"), names=("k", "x", "y"))
B = Scan(source=Source("B", "memory#2", "memory"), names=("k", "z"))
ANY = Function("f", call=len)
ESTIMATOR = Estimator("E()", "e.E")
Draw = Callable[[st.SearchStrategy], object]


def by_column(operator: Operator) -> list[dict[tuple[Operator, int], EdgeKind]]:
    return [column_origins(operator, position) for position in range(operator.n_columns)]


def by_matrices(operator: Operator) -> list[dict[tuple[Operator, int], EdgeKind]]:
    found = column_matrices(operator)
    out: list[dict[tuple[Operator, int], EdgeKind]] = [{} for _ in range(operator.n_columns)]
    for step, dependence in found.items():
        for position, origins in enumerate(out):
            for kind, flags in dependence.row(position).items():
                assert flags.shape == (step.n_columns,)
                origins.update({(step, int(i)): kind for i in np.flatnonzero(flags)})
    return out


def columns_of(draw: Draw, operator: Operator, least: int = 1) -> tuple:
    return tuple(draw(st.lists(st.sampled_from(operator.columns), min_size=least, unique=True)))


def relational(draw: Draw, made: list[Operator]) -> Operator:
    """One more operator on tables that are there."""
    one = draw(st.sampled_from(made))
    a = draw(st.sampled_from(one.columns))
    b = draw(st.sampled_from(one.columns))
    new = f"c{len(made)}"
    kind = draw(
        st.sampled_from(["filter", "extend", "project", "rename", "window", "split", "union", "join", "opaque"])
    )
    if kind == "union":
        return Union(inputs=(one, draw(st.sampled_from(made))))
    if kind == "join":
        other = Rename(inputs=(one,), names=tuple((c, f"{c}_{new}") for c in one.columns))
        return Join(inputs=(draw(st.sampled_from(made)), other), how="left", left_on=("k",), right_on=(f"k_{new}",))
    return {
        "filter": lambda: Filter(inputs=(one,), predicate=Compare(">", Column(a), Constant(1))),
        "extend": lambda: Extend(inputs=(one,), targets=(new,), sources=columns_of(draw, one, 0), function=ANY),
        "project": lambda: Project(inputs=(one,), names=tuple(dict.fromkeys(("k", *columns_of(draw, one))))),
        "rename": lambda: Rename(inputs=(one,), names=(("x", new),)) if "x" in one.columns else one,
        "window": lambda: Window(inputs=(one,), target=new, source=a, function="rank", by=(b,)),
        "split": lambda: Split(inputs=(one,), part="train", train_fraction=0.5, seed=1, stratify=(a,)),
        "opaque": lambda: Opaque(inputs=(one,), names=("k", "o"), source="?", reason="?"),
    }[kind]()


def origins(draw: Draw, n_sources: int) -> tuple[FeatureBlock, ...]:
    some = st.lists(st.integers(0, n_sources - 1), unique=True).map(sorted).map(tuple)
    found: list[FeatureBlock] = []
    for _ in range(draw(st.integers(0, 3))):
        start = found[-1].stop if found else 0
        stop = start + draw(st.integers(1, 3))
        found.append(FeatureBlock(start, stop, draw(some), draw(some), draw(st.booleans())))
    return tuple(found)


@st.composite
def plans(draw: Draw) -> list[Operator]:
    """Some relational steps, then features, a model, predictions and a score."""
    made: list[Operator] = [A, B]
    for _ in range(draw(st.integers(0, 5))):
        made.append(relational(draw, made))
    table = Label(inputs=(made[-1],), targets=("label",), sources=columns_of(draw, made[-1]), function=ANY)
    train, test = (Split(inputs=(table,), part=p, train_fraction=0.5, seed=1) for p in ("train", "test"))
    fits, transforms = [], []
    for number in range(draw(st.integers(1, 3))):
        sources = columns_of(draw, table)
        found = origins(draw, len(sources))
        fields = {
            "name": f"e{number}",
            "estimator": ESTIMATOR,
            "sources": sources,
            "n_features": found[-1].stop if found else 0,
            "origins": found,
        }
        learns = draw(st.booleans())
        label = draw(st.sampled_from([None, "label"]))
        fits.append(FitTransform(inputs=(train, train)[: 1 + learns], label=label, **fields))
        transforms.append(Transform(inputs=(test, fits[-1])[: 1 + learns], **fields))
    features, test_features = ConcatFeatures(inputs=tuple(fits)), ConcatFeatures(inputs=tuple(transforms))
    model = FitModel(inputs=(features, train), estimator=ESTIMATOR, label="label")
    predicted = Predict(inputs=(test_features, model))
    score = Score(inputs=(predicted, test), label="label", metrics=("accuracy", "f1"))
    return [made[-1], table, *fits, *transforms, features, test_features, model, predicted, score]


@settings(max_examples=60, derandomize=True, deadline=None)
@given(plans())
def test_matrices_agree_with_following_each_column(roots: list[Operator]) -> None:
    for root in (roots[0], roots[-4], roots[-1]):  # a table, features, the score
        assert by_matrices(root) == by_column(root), Plan([root]).operators


@settings(max_examples=25, derandomize=True, deadline=None)
@given(plans())
def test_one_upstream_column_gives_the_same_as_all_rows(roots: list[Operator]) -> None:
    root = roots[-4]
    for dependence in column_matrices(root).values():
        rows = [dependence.row(i) for i in range(root.n_columns)]
        for position in range(len(dependence.always)):
            for kind, flags in dependence.column(position).items():
                assert flags.tolist() == [bool(row[kind][position]) for row in rows]


def test_features_taken_together_have_the_strongest_of_their_connections() -> None:
    parts = (FeatureBlock(0, 1, (0,), (0, 1)), FeatureBlock(1, 2, (1,)))
    fit = FitTransform(inputs=(A, A), name="e", estimator=ESTIMATOR, sources=("x", "y"), n_features=2, origins=parts)
    found = column_matrices(fit)[A].rows(np.array([0, 1]))
    assert {kind: np.flatnonzero(flags).tolist() for kind, flags in found.items()} == {
        "value": [1, 2],
        "fit": [],
        "control": [],
    }


@pytest.mark.parametrize("n_features", [50_000, 2**20])
def test_a_large_vocabulary_costs_no_python_loop(n_features: int) -> None:
    """2**20 is what a HashingVectorizer makes by default; a Python loop over its edges takes many seconds."""
    started = time.process_time()
    words = (FeatureBlock(0, n_features, (0,), (0,)),)
    fields = {"name": "words", "estimator": ESTIMATOR, "sources": ("x",), "n_features": n_features, "origins": words}
    fit = FitTransform(inputs=(A, A), **fields)
    features = ConcatFeatures(inputs=(Transform(inputs=(A, fit), **fields),))
    found = column_matrices(features)[A]
    assert found.column(1)["value"].all()
    assert not found.column(2)["value"].any()
    assert time.process_time() - started < 5
