"""What a pipeline gave: its parts, its matrices, its model, and the plan and lineage behind all of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy.typing as npt

from lester_jupyter.encoding.fitting import Encoding
from lester_jupyter.engines import Relation
from lester_jupyter.frame import Frame
from lester_jupyter.model.metrics import compute
from lester_jupyter.model.predictions import Predicted
from lester_jupyter.pipeline.lineage import PipelineLineage
from lester_jupyter.pipeline.plan import PipelinePlan
from lester_jupyter.plan import Score


@dataclass(frozen=True, eq=False, kw_only=True)
class PipelineRun:
    """One run of a pipeline, in memory.

    Attributes:
        name: of the pipeline.
        seed: of the run.
        prepared: the prepared records with their label, before they are split.
        train: those the model learned from.
        test: those it is scored on.
        y_train: labels, shape (n_train,).
        y_test: labels, shape (n_test,).
        encoding: the fitted encoder with the features of the train part, transformer by transformer.
        test_features: the features of the test part.
        fitted: the fitted model.
        predicted: what it says of the test part.
        scored: the metrics.
        again: runs the same on other labelled records.
    """

    name: str
    seed: int
    prepared: Frame = field(repr=False)
    train: Frame = field(repr=False)
    test: Frame = field(repr=False)
    y_train: npt.NDArray[Any] = field(repr=False)
    y_test: npt.NDArray[Any] = field(repr=False)
    encoding: Encoding = field(repr=False)
    test_features: Relation = field(repr=False)
    fitted: Relation = field(repr=False)
    predicted: Relation = field(repr=False)
    scored: Relation = field(repr=False)
    again: Callable[[Frame], PipelineRun] = field(repr=False)

    @property
    def encoder(self) -> Any:
        """The fitted encoder: a copy of the one that was passed."""
        return self.encoding.fitted

    @property
    def model(self) -> Any:
        """The fitted model: a copy of the one that was passed."""
        return self.fitted.table

    @property
    def X_train(self) -> Any:  # noqa: N802 - as everybody calls it
        """Features of the train part, dense or sparse, shape (n_train, n_features)."""
        return self.encoding.features.table.matrix

    @property
    def X_test(self) -> Any:  # noqa: N802
        """Features of the test part, dense or sparse, shape (n_test, n_features)."""
        return self.test_features.table.matrix

    @property
    def predictions(self) -> npt.NDArray[Any]:
        """What the model says of the test part, shape (n_test,)."""
        said: Predicted = self.predicted.table
        return said.values

    @property
    def metrics(self) -> dict[str, float]:
        """The metrics of the test part, by name."""
        return {str(name): float(value) for name, value in self.scored.table.iloc[0].items()}

    @cached_property
    def train_metrics(self) -> dict[str, float]:
        """The same metrics of the part that the model learned from."""
        score: Score = self.scored.step.operator  # type: ignore[assignment]
        said = Predicted(self.model.predict(self.X_train), self.model, self.X_train)
        return compute((tuple(map(str, score.metrics)), score.functions), said, self.y_train)

    @cached_property
    def plan(self) -> PipelinePlan:
        """The whole plan, from the files to the score."""
        return PipelinePlan([self.scored.step.operator], {self.scored.step.operator: self.scored}, self)

    @cached_property
    def lineage(self) -> PipelineLineage:
        """Which records and columns went where."""
        return PipelineLineage(self)

    def __repr__(self) -> str:
        scores = ", ".join(f"{name} {value:.4g}" for name, value in self.metrics.items())
        n_features = self.encoding.features.step.operator.n_columns
        return (
            f"PipelineRun({self.name!r}: {len(self.train):,} records to train, {len(self.test):,} to test, "
            f"{n_features:,} features, {type(self.model).__name__}; {scores})"
        )
