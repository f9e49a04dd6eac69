"""Operators from prepared records to a score: labels, features, the model and what it says.

Features are matrices. Their columns are numbered, not named by what was learned ("tfidf_17", not the 17th word): a plan
holds no data. The fitted encoder knows the words.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import ClassVar

from lester_jupyter.errors import PlanError
from lester_jupyter.plan.operator import Operator, ValueEdge
from lester_jupyter.plan.operators.columns import Extend
from lester_jupyter.plan.references import Estimator, Function, Name


@dataclass(frozen=True, eq=False, kw_only=True)
class Label(Extend):
    """Makes the column that the model is to predict."""

    kind: ClassVar[str] = "label"

    def check(self) -> None:
        """Requires one target, and what `Extend` does."""
        super().check()
        if len(self.targets) != 1:
            raise PlanError(f"A label is one column, got {list(self.targets)}.")


@dataclass(frozen=True)
class FeatureBlock:
    """A half-open range of features that share their origins.

    Attributes:
        start: position of the first feature.
        stop: position after the last.
        values: positions of the input columns the features' values are computed from, ascending.
        fits: positions of the input columns that shaped what was learned for these features (a mean, the categories,
            a vocabulary, the axes of a PCA, the choice among features), ascending. Never too few; may be more than
            strictly needed.
        exact: True if the transformer computes every one of these features from every one of `values`. False: nothing
            proves as much.
        label: True if the label shaped what was learned (or cannot be ruled out to have).
    """

    start: int
    stop: int
    values: tuple[int, ...]
    fits: tuple[int, ...] = ()
    exact: bool = True
    label: bool = False

    def __len__(self) -> int:
        return self.stop - self.start

    def moved(self, offset: int) -> FeatureBlock:
        """The same block, `offset` features to the right."""
        return replace(self, start=self.start + offset, stop=self.stop + offset)


@dataclass(frozen=True, eq=False, kw_only=True)
class _Features(Operator):
    """What `FitTransform` and `Transform` share.

    Attributes:
        name: what the features are called; the name of the encoder within its ColumnTransformer.
        estimator: the transformer.
        sources: the columns it is given.
        n_features: how many features came out.
        origins: which of the columns each feature depends on; covers 0 to n_features in order.
        one_dimensional: whether the transformer is given its only column as a sequence, not as a table.
        weight: what its features are multiplied by (the `transformer_weights` of a ColumnTransformer).
        row_by_row: whether it is known that each row's features come from that row alone.
    """

    name: str
    estimator: Estimator
    sources: tuple[Name, ...]
    n_features: int
    origins: tuple[FeatureBlock, ...]
    one_dimensional: bool = False
    weight: float = 1.0
    row_by_row: bool = True

    def check(self) -> None:
        """Requires the columns it reads, and origins for each feature."""
        self.require(self.sources)
        if self.one_dimensional and len(self.sources) != 1:
            raise PlanError(f"{self.name!r} is to be given one column, got {list(self.sources)}.")
        bounds = [0, *(o.stop for o in self.origins)]
        if [o.start for o in self.origins] != bounds[:-1] or bounds[-1] != self.n_features:
            raise PlanError(f"The origins of {self.name!r} do not cover its {self.n_features} features.")

    @cached_property
    def columns(self) -> tuple[Name, ...]:
        """The features, numbered."""
        return tuple(f"{self.name}_{i}" for i in range(self.n_features))

    @property
    def n_columns(self) -> int:
        """As many as features."""
        return self.n_features

    def check_names(self) -> None:
        """Requires nothing: numbers are different."""

    @property
    def exact(self) -> bool:
        """Whether the origins of all features are known, and their rows."""
        return self.row_by_row and all(o.exact for o in self.origins)

    @property
    def monotone(self) -> bool:
        """What is learned changes with every row it is learned from."""
        return self.estimator.stateless and self.row_by_row

    @property
    def deterministic(self) -> bool:
        """Whether the transformer draws no unseeded random numbers."""
        return self.estimator.deterministic

    def value_edges(self) -> Iterator[ValueEdge]:
        """Yields the columns each feature is computed from."""
        read = [self.position(s) for s in self.sources]
        for origins in self.origins:
            for out in range(origins.start, origins.stop):
                yield from ((out, 0, read[i]) for i in origins.values)


@dataclass(frozen=True, eq=False, kw_only=True)
class FitTransform(_Features):
    """Fits a transformer on a table and makes features of the same rows.

    Slot 0 is the table whose rows become features; slot 1, the same table, is what it learns from (absent for a
    transformer that learns nothing).

    Attributes:
        label: the column of the table that the fit is given as `y`, for transformers that use it.
    """

    kind: ClassVar[str] = "fit_transform"
    arity: ClassVar[int | None] = None
    fit_slots: ClassVar[frozenset[int]] = frozenset({1})

    label: Name | None = None

    def check(self) -> None:
        """Requires one table, once or twice, and its columns."""
        super().check()
        if len(set(self.inputs)) != 1 or len(self.inputs) > 2:
            raise PlanError("FitTransform reads one table: to transform it, and to learn from it.")
        if self.label is not None:
            self.require([self.label])

    def fit_edges(self) -> Iterator[ValueEdge]:
        """Yields the columns that shaped each feature."""
        if len(self.inputs) < 2:
            return
        read = [self.position(s) for s in self.sources]
        for origins in self.origins:
            shaped_by = [read[i] for i in origins.fits]
            if origins.label and self.label is not None:
                shaped_by.append(self.position(self.label))
            for out in range(origins.start, origins.stop):
                yield from ((out, 1, i) for i in shaped_by)


@dataclass(frozen=True, eq=False, kw_only=True)
class Transform(_Features):
    """Makes features of a table with a transformer that was fitted on another.

    Slot 0 is the table; slot 1 the `FitTransform` whose transformer is used (absent if that learned nothing).
    """

    kind: ClassVar[str] = "transform"
    arity: ClassVar[int | None] = None
    fit_slots: ClassVar[frozenset[int]] = frozenset({1})

    def check(self) -> None:
        """Requires a table and, as second input, a fit of as many features."""
        super().check()
        if len(self.inputs) > 2 or (len(self.inputs) == 2 and not isinstance(self.inputs[1], FitTransform)):
            raise PlanError("Transform reads a table, and a transformer that was fitted.")

    def fit_edges(self) -> Iterator[ValueEdge]:
        """Yields, for each feature, the same feature of the fit: what shaped that shaped this."""
        if len(self.inputs) == 2:
            yield from ((out, 1, out) for origins in self.origins for out in range(origins.start, origins.stop))


@dataclass(frozen=True, eq=False, kw_only=True)
class ConcatFeatures(Operator):
    """Puts features of the same rows side by side."""

    kind: ClassVar[str] = "concat_features"
    arity: ClassVar[int | None] = None

    @cached_property
    def offsets(self) -> tuple[int, ...]:
        """The first feature of each input, and the number of all features."""
        found = [0]
        for operand in self.inputs:
            found.append(found[-1] + operand.n_columns)
        return tuple(found)

    @property
    def n_columns(self) -> int:
        """As many as all inputs have."""
        return self.offsets[-1]

    def check_names(self) -> None:
        """Requires nothing: numbers are different."""

    @cached_property
    def columns(self) -> tuple[Name, ...]:
        """The features, numbered across all inputs."""
        return tuple(f"x_{i}" for i in range(self.offsets[-1]))

    def value_edges(self) -> Iterator[ValueEdge]:
        """Yields each feature's place among its own."""
        for slot, (first, last) in enumerate(zip(self.offsets, self.offsets[1:], strict=False)):
            yield from ((out, slot, out - first) for out in range(first, last))


@dataclass(frozen=True, eq=False, kw_only=True)
class FitModel(Operator):
    """Fits a model on features (slot 0) and the label column of a table (slot 1).

    Attributes:
        estimator: the model.
        label: the label column of the table.
    """

    kind: ClassVar[str] = "fit_model"
    arity: ClassVar[int | None] = 2
    fit_slots: ClassVar[frozenset[int]] = frozenset({0, 1})

    estimator: Estimator
    label: Name

    def check(self) -> None:
        """Requires the label."""
        self.require([self.label], 1)

    @cached_property
    def columns(self) -> tuple[Name, ...]:
        """One column, whose only row is the model."""
        return ("model",)

    @property
    def monotone(self) -> bool:
        """A model changes with every row it is fitted on."""
        return False

    @property
    def deterministic(self) -> bool:
        """Whether the estimator draws no unseeded random numbers."""
        return self.estimator.deterministic

    def value_edges(self) -> Iterator[ValueEdge]:
        """Yields nothing: a model is learned, not computed row by row."""
        yield from ()

    def fit_edges(self) -> Iterator[ValueEdge]:
        """Yields all features, and the label."""
        yield from ((0, 0, i) for i in range(self.inputs[0].n_columns))
        yield 0, 1, self.position(self.label, 1)


@dataclass(frozen=True, eq=False, kw_only=True)
class Predict(Operator):
    """What a model (slot 1) says of features (slot 0), row by row.

    Attributes:
        row_by_row: whether it is known that each prediction comes from its own row alone.
    """

    kind: ClassVar[str] = "predict"
    arity: ClassVar[int | None] = 2
    fit_slots: ClassVar[frozenset[int]] = frozenset({1})

    row_by_row: bool = True

    def check(self) -> None:
        """Requires a model."""
        if not isinstance(self.inputs[1], FitModel):
            raise PlanError("Predict reads features, and a model that was fitted.")

    @cached_property
    def columns(self) -> tuple[Name, ...]:
        """One column."""
        return ("prediction",)

    @property
    def exact(self) -> bool:
        """Whether the rows of the predictions are known."""
        return self.row_by_row

    @property
    def monotone(self) -> bool:
        """Predictions change with the model."""
        return False

    def value_edges(self) -> Iterator[ValueEdge]:
        """Yields all features."""
        yield from ((0, 0, i) for i in range(self.inputs[0].n_columns))

    def fit_edges(self) -> Iterator[ValueEdge]:
        """Yields the model."""
        yield 0, 1, 0


@dataclass(frozen=True, eq=False, kw_only=True)
class Score(Operator):
    """How well predictions (slot 0) meet the label column of a table (slot 1): one row, one column a metric.

    Attributes:
        label: the label column.
        metrics: what the metrics are called; those that no function stands for are scorers of scikit-learn.
        functions: `(y_true, y_pred)` functions for metrics, each with the metric's name.
    """

    kind: ClassVar[str] = "score"
    arity: ClassVar[int | None] = 2

    label: Name
    metrics: tuple[Name, ...]
    functions: tuple[Function, ...] = ()

    def check(self) -> None:
        """Requires the label, and something to compute."""
        self.require([self.label], 1)
        if not self.metrics:
            raise PlanError("A score needs at least one metric.")
        strange = [f.name for f in self.functions if f.name not in self.metrics]
        if strange:
            raise PlanError(
                f"The function {strange[0]!r} computes none of the metrics.", available=map(str, self.metrics)
            )

    @cached_property
    def columns(self) -> tuple[Name, ...]:
        """The metrics."""
        return self.metrics

    @property
    def monotone(self) -> bool:
        """A score changes with every row."""
        return False

    def value_edges(self) -> Iterator[ValueEdge]:
        """Yields the predictions and the label for each metric."""
        for out in range(len(self.metrics)):
            yield from ((out, 0, i) for i in range(self.inputs[0].n_columns))
            yield out, 1, self.position(self.label, 1)
