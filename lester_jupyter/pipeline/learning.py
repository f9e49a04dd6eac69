"""What is done with labelled records: split, encode, fit, predict, score."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lester_jupyter.encoding.estimators import described, ready
from lester_jupyter.encoding.fitting import fit_encoder
from lester_jupyter.encoding.row_by_row import is_known
from lester_jupyter.engines.pandas import PandasEngine
from lester_jupyter.errors import PlanError
from lester_jupyter.frame import Frame
from lester_jupyter.frame.names import Names
from lester_jupyter.model.metrics import Metrics, metrics_of, usual_metrics
from lester_jupyter.model.operators import labels_of
from lester_jupyter.pipeline.labels import label_of
from lester_jupyter.pipeline.progress import OnProgress, silent, telling
from lester_jupyter.pipeline.run import PipelineRun
from lester_jupyter.plan import FitModel, Predict, Score

_ENGINE = PandasEngine()


@dataclass(frozen=True)
class Recipe:
    """What a run does with labelled records; see `Pipeline` and `Pipeline.run`.

    Attributes:
        name: of the pipeline.
        encode: the transformer, or what gives it.
        model: the model, or what gives it.
        train_fraction: the share for training.
        seed: of the run.
        stratify: columns by which each group is split by itself.
        group: columns by which records stay together.
        metrics: what to score by; None for the usual ones.
    """

    name: str
    encode: Any
    model: Any
    train_fraction: float = 0.8
    seed: int = 42
    stratify: Names | None = None
    group: Names | None = None
    metrics: Metrics | None = None


def learn(labelled: Frame, recipe: Recipe, tell: OnProgress) -> PipelineRun:
    """Runs everything that comes after the label.

    Args:
        labelled: a frame whose last operator is a `Label`.
        recipe: what to do.
        tell: whom to tell about it.

    Raises:
        PlanError: parts without records, estimators that cannot take these columns, metrics that do not fit.
    """
    from sklearn.base import is_classifier, is_regressor

    label = label_of(labelled)
    chosen = None if recipe.metrics is None else metrics_of(recipe.metrics)
    encoder = ready(recipe.encode, "encode", recipe.seed)
    model = ready(recipe.model, "model", recipe.seed)
    # a stack tells only once it is fitted what its last model can do
    if not (hasattr(model, "predict") or is_classifier(model) or is_regressor(model)):
        raise PlanError(
            f"{type(model).__name__} cannot be the model: it has no predict.", hint="encode= is for transformers"
        )

    with telling(tell, "split", "splitting") as done:
        train, test = labelled.split(recipe.train_fraction, recipe.seed, recipe.stratify, recipe.group)
        _require_records(train, test, labelled, recipe)
        y_train, y_test = labels_of(train.df, label), labels_of(test.df, label)
        done.append(f"{len(train):,} records to learn from, {len(test):,} to test with")
    with telling(tell, "encode", "fitting the encoder") as done:
        encoding = fit_encoder(encoder, train._relation, label)
        test_features = encoding.transform(test._relation)
        done.append(f"{encoding.features.step.operator.n_columns:,} features")
    with telling(tell, "model", "fitting the model") as done:
        inputs = (encoding.features, train._relation)
        fit = FitModel(inputs=tuple(i.step.operator for i in inputs), estimator=described(model), label=label)
        fitted = _ENGINE.execute(fit, inputs)
        done.append(type(model).__name__)
    with telling(tell, "score", "predicting the test part") as done:
        asked = (test_features, fitted)
        predict = Predict(inputs=tuple(i.step.operator for i in asked), row_by_row=is_known(fitted.table))
        predicted = _ENGINE.execute(predict, asked)
        names, functions = chosen or usual_metrics(fitted.table, y_test)
        compared = (predicted, test._relation)
        score = Score(inputs=tuple(i.step.operator for i in compared), label=label, metrics=names, functions=functions)
        scored = _ENGINE.execute(score, compared)
        done.append(", ".join(f"{name} {scored.table.loc[0, name]:.4g}" for name in names))
    return PipelineRun(
        name=recipe.name,
        seed=recipe.seed,
        prepared=labelled,
        train=train,
        test=test,
        y_train=y_train,
        y_test=y_test,
        encoding=encoding,
        test_features=test_features,
        fitted=fitted,
        predicted=predicted,
        scored=scored,
        again=lambda frame: learn(frame, recipe, silent),
    )


def _require_records(train: Frame, test: Frame, labelled: Frame, recipe: Recipe) -> None:
    if not len(labelled):
        raise PlanError("There are no prepared records.", hint="look at prepare: a filter or a join may leave nothing")
    for part, name, other in ((train, "train", "larger"), (test, "test", "smaller")):
        if not len(part):
            raise PlanError(
                f"The {name} part is empty: {len(labelled)} records were split with "
                f"train_fraction={recipe.train_fraction} and seed {recipe.seed}.",
                hint=f"use a {other} train_fraction, another seed, or more records",
            )
