"""Metrics by name, as functions, and those nobody named."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.metrics import (
    confusion_matrix,
    f1_score,
    get_scorer,
    log_loss,
    make_scorer,
    mean_absolute_error,
    r2_score,
    roc_auc_score,
)
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC

import lester_jupyter as ld
from lester_jupyter.errors import PlanError

N = 90
rng = np.random.default_rng(5)
TABLE = pd.DataFrame({"a": rng.normal(size=N), "b": rng.normal(size=N)})
TABLE["good"] = TABLE["a"] + rng.normal(scale=0.8, size=N) > 0
TABLE["name"] = np.where(TABLE["good"], "yes", "no")
TABLE["three"] = np.where(TABLE["b"] > 1, "maybe", TABLE["name"])
TABLE["number"] = TABLE["a"] * 2 + TABLE["b"] ** 2


def run(
    metrics: Any = None, label: str = "good", model: Any = None, table: pd.DataFrame = TABLE, **options: Any
) -> ld.PipelineRun:
    encoder = ColumnTransformer([("n", StandardScaler(), ["a", "b"])])
    chosen = LogisticRegression() if model is None else model
    return ld.Pipeline("p", prepare=lambda t: t, label=label, encode=encoder, model=chosen).run(
        {"t": table}, metrics=metrics, **options
    )


def fails(match: str, metrics: Any, **options: Any) -> str:
    with pytest.raises(PlanError, match=match) as error:
        run(metrics, **options)
    return str(error.value)


def test_usual_metrics_of_two_classes() -> None:
    made = run()
    accuracy = float(np.mean(made.predictions == made.y_test))
    assert made.metrics == {
        "accuracy": accuracy,
        "roc_auc": roc_auc_score(made.y_test, made.model.predict_proba(made.X_test)[:, 1]),
    }
    svm = run(label="name", model=LinearSVC())
    assert svm.metrics["roc_auc"] == roc_auc_score(svm.y_test == "yes", svm.model.decision_function(svm.X_test))


def test_usual_metrics_of_more_classes_or_fewer_in_the_test_part() -> None:
    assert list(run(label="three").metrics) == ["accuracy"]
    rare = TABLE.assign(good=[False, False, *[True] * (N - 2)])
    frame = ld.from_pandas(rare)
    seed = next(s for s in range(100) if frame.split(0.8, s)[1].df["good"].all())
    assert list(run(table=rare, seed=seed).metrics) == ["accuracy"]


def test_usual_metrics_of_a_regressor() -> None:
    made = run(label="number", model=LinearRegression())
    assert made.metrics == {
        "r2": r2_score(made.y_test, made.predictions),
        "mean_absolute_error": mean_absolute_error(made.y_test, made.predictions),
    }
    assert made.train_metrics == {
        "r2": r2_score(made.y_train, made.model.predict(made.X_train)),
        "mean_absolute_error": mean_absolute_error(made.y_train, made.model.predict(made.X_train)),
    }


def test_metrics_by_name_are_scikit_learns_scorers() -> None:
    names = ["f1_macro", "neg_log_loss", "balanced_accuracy", "average_precision"]
    made = run(names)
    assert list(made.metrics) == names
    for name in names:
        assert made.metrics[name] == get_scorer(name)(made.model, made.X_test, made.y_test)
    assert run("log_loss").metrics == {"log_loss": log_loss(made.y_test, made.model.predict_proba(made.X_test))}


def test_metrics_may_be_functions_and_have_names_of_their_own() -> None:
    def wrong(y_true: np.ndarray, y_pred: np.ndarray) -> int:
        return int((y_true != y_pred).sum())

    made = run([wrong, "accuracy", f1_score])
    n_wrong = int((made.y_test != made.predictions).sum())
    assert made.metrics == {
        "wrong": n_wrong,
        "accuracy": 1 - n_wrong / len(made.test),
        "f1_score": f1_score(made.y_test, made.predictions),
    }
    assert run(wrong).metrics == {"wrong": n_wrong}
    named = run({"one": wrong, "two": lambda t, p: len(t)})
    assert named.metrics == {"one": n_wrong, "two": len(made.test)}
    assert named.train_metrics["two"] == len(made.train)
    again = named.plan.execute()
    assert again.metrics == named.metrics
    assert "one, two" in named.plan.explain()


def test_metrics_that_make_no_sense_are_explained() -> None:
    assert "did you mean 'accuracy'" in fails("no metric 'acuracy'", "acuracy")
    assert "balanced_accuracy" in fails("no metric 'xyz'", ["accuracy", "xyz"])
    fails("two metrics called 'accuracy'", ["accuracy", "accuracy"])
    fails("at least one metric", [])
    fails("to be a function of", {"one": "accuracy"})
    fails("A metric is a name or a function", [3])
    assert "pass its name" in fails("A metric is a name or a function", make_scorer(f1_score))
    fails(r"(?s)'confusion_matrix' gave .* expected one number", confusion_matrix)
    fails("'f1' cannot be computed: pos_label=1 is not a valid label", "f1", label="name")
    fails(
        "'mean_squared_error' cannot be computed: could not convert string to float", "mean_squared_error", label="name"
    )


def test_an_error_in_a_users_metric_passes_through() -> None:
    def mine(y_true: np.ndarray, y_pred: np.ndarray) -> float:
        raise ValueError("mine")

    with pytest.raises(ValueError, match=r"^mine$"):
        run(mine)
