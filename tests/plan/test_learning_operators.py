"""What the operators of features and models check and say about themselves."""

from __future__ import annotations

import pytest

from lester_jupyter.errors import PlanError
from lester_jupyter.plan import (
    ConcatFeatures,
    Estimator,
    FeatureBlock,
    FitTransform,
    Function,
    Label,
    Plan,
    Scan,
    Score,
    Source,
)
from lester_jupyter.plan.expressions import Column
from lester_jupyter.plan.serde import from_json, to_json

SCAN = Scan(source=Source("A", "memory#1", "memory"), names=("k", "x"))
TABLE = Label(inputs=(SCAN,), targets=("y",), sources=("x",), expressions=(Column("x"),))


def fit(**changes: object) -> FitTransform:
    said = {
        "inputs": (TABLE, TABLE),
        "name": "e",
        "estimator": Estimator("E()", "e.E"),
        "sources": ("k", "x"),
        "n_features": 3,
        "origins": (FeatureBlock(0, 2, (0,), (0,)), FeatureBlock(2, 3, (1,), label=True)),
    }
    return FitTransform(**{**said, **changes})


def test_features_are_numbered_and_counted_without_names() -> None:
    features = ConcatFeatures(inputs=(fit(), fit(name="other")))
    assert fit().columns == ("e_0", "e_1", "e_2")
    assert features.columns == ("x_0", "x_1", "x_2", "x_3", "x_4", "x_5")
    million = fit(n_features=10**6, origins=(FeatureBlock(0, 10**6, (0,)),))
    both = ConcatFeatures(inputs=(million, million))
    assert (million.n_columns, both.n_columns) == (10**6, 2 * 10**6)
    assert both.offsets == (0, 10**6, 2 * 10**6)
    assert "columns" not in vars(million) | vars(both)  # nobody made two million names


def test_the_label_shapes_features_only_where_it_is_named() -> None:
    assert list(fit().fit_edges()) == [(0, 1, 0), (1, 1, 0)]
    assert list(fit(label="y").fit_edges()) == [(0, 1, 0), (1, 1, 0), (2, 1, 2)]
    assert list(fit(inputs=(TABLE,), label="y").fit_edges()) == []


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"one_dimensional": True}, r"to be given one column, got \['k', 'x'\]"),
        ({"n_features": 4}, "do not cover its 4 features"),
        ({"origins": (FeatureBlock(1, 3, (0,)),)}, "do not cover"),
        ({"inputs": (TABLE, SCAN)}, "reads one table"),
        ({"label": "z"}, "no column 'z'"),
        ({"sources": ("k", "nothing")}, "no column 'nothing'"),
    ],
)
def test_features_that_make_no_sense_are_refused(changes: dict[str, object], match: str) -> None:
    with pytest.raises(PlanError, match=match):
        fit(**changes)


def test_a_score_names_its_functions() -> None:
    mine = Function("mine", "def mine(t, p): ...", vectorized=True, call=len)
    score = Score(inputs=(TABLE, TABLE), label="y", metrics=("accuracy", "mine"), functions=(mine,))
    again = from_json(to_json(Plan([score]))).roots[0]
    assert isinstance(again, Score)
    assert again.functions == (mine,)
    assert again.functions[0].call is None
    with pytest.raises(PlanError, match=r"'mine' computes none of the metrics. Available: accuracy"):
        Score(inputs=(TABLE, TABLE), label="y", metrics=("accuracy",), functions=(mine,))


def test_an_operator_that_reads_another_twice_is_not_written_twice() -> None:
    step = fit()
    for _ in range(30):
        step = fit(inputs=(step, step), sources=("e_0", "e_1"))
    assert len(repr(step)) < 1_000
