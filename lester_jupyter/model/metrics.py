"""How well a model does: metrics by name, as functions, or chosen by the kind of the model.

A name is one of scikit-learn's scorers ("accuracy", "f1_macro", "roc_auc", "neg_log_loss", …), or such a name without
its "neg_" for the loss itself ("mean_absolute_error"). A function takes `(y_true, y_pred)` and gives one number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from difflib import get_close_matches
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from lester_jupyter.encoding.estimators import explaining
from lester_jupyter.errors import PlanError
from lester_jupyter.frame.functions import function_of
from lester_jupyter.model.predictions import Predicted
from lester_jupyter.plan import Function

Metric: TypeAlias = str | Callable[[Any, Any], Any]
Metrics: TypeAlias = Metric | Iterable[Metric] | Mapping[str, Callable[[Any, Any], Any]]
Chosen: TypeAlias = tuple[tuple[str, ...], tuple[Function, ...]]
"""Names of all metrics, and the functions among them."""


def metrics_of(given: Metrics) -> Chosen:
    """Reads what a user asks for.

    Args:
        given: names and functions, one or several; or functions under names of their own.

    Raises:
        PlanError: a name that is no metric, two metrics of one name, or none at all.
    """
    names: list[str] = []
    functions: list[Function] = []
    for name, metric in _named(given):
        if name in names:
            raise PlanError(f"There are two metrics called {name!r}.", hint="name them: metrics={name: function, …}")
        names.append(name)
        if callable(metric):
            functions.append(replace(function_of(metric, vectorized=True), name=name))
        else:
            _scorer(name)
    if not names:
        raise PlanError("A score needs at least one metric.", hint="leave metrics= out for the usual ones")
    return tuple(names), tuple(functions)


def _named(given: Metrics) -> Iterator[tuple[str, Metric]]:
    if isinstance(given, Mapping):
        for name, metric in given.items():
            if not callable(metric):
                raise PlanError(f"The metric {name!r} is to be a function of (y_true, y_pred), got {metric!r}.")
            yield str(name), metric
        return
    for metric in [given] if isinstance(given, str) or callable(given) else given:
        if isinstance(metric, str):
            yield metric, metric
            continue
        if not callable(metric) or type(metric).__module__.startswith("sklearn.metrics"):
            raise PlanError(
                f"A metric is a name or a function of (y_true, y_pred), got {metric!r:.80}.",
                hint="instead of a scorer pass its name, or its function",
            )
        yield function_of(metric, vectorized=True).name, metric


def usual_metrics(model: Any, y_test: npt.NDArray[Any]) -> Chosen:
    """The metrics of a model that nobody named any for.

    A classifier is scored by its accuracy, and by the area under the ROC curve if it gives scores for two classes that
    both occur in the test part; a regressor by R² and the mean absolute error.

    Args:
        model: fitted.
        y_test: the labels of the test part.

    Raises:
        PlanError: a model of another kind.
    """
    from sklearn.base import is_classifier, is_regressor

    if is_classifier(model):
        gives_scores = hasattr(model, "decision_function") or hasattr(model, "predict_proba")
        two = len(getattr(model, "classes_", ())) == 2 and len(np.unique(y_test)) == 2
        return (("accuracy", "roc_auc") if gives_scores and two else ("accuracy",)), ()
    if is_regressor(model):
        return (("r2", "mean_absolute_error") if len(y_test) > 1 else ("mean_absolute_error",)), ()
    raise PlanError(
        f"{type(model).__name__} is neither a classifier nor a regressor, so it has no usual metrics.",
        hint="pass metrics=[…]",
    )


def _scorer(name: str) -> Callable[[Any, Any, Any], float]:
    """The scorer of scikit-learn behind a name.

    Raises:
        PlanError: there is none.
    """
    from sklearn.metrics import get_scorer, get_scorer_names

    known: list[str] = get_scorer_names()
    if name in known:
        scorer: Callable[[Any, Any, Any], float] = get_scorer(name)
        return scorer
    if f"neg_{name}" in known:
        negative: Callable[[Any, Any, Any], float] = get_scorer(f"neg_{name}")
        return lambda model, features, labels: -negative(model, features, labels)
    close = get_close_matches(name, known, n=1)
    hint = f"did you mean {close[0]!r}?" if close else "or pass a function of (y_true, y_pred)"
    raise PlanError(f"There is no metric {name!r}.", available=known, hint=hint)


def compute(chosen: Chosen, predicted: Predicted, labels: npt.NDArray[Any]) -> dict[str, float]:
    """Computes metrics.

    Args:
        chosen: which.
        predicted: what the model says of some rows.
        labels: what is true of them, shape (n_rows,).

    Raises:
        PlanError: a metric that these labels do not allow, or that is not one number.
    """
    names, functions = chosen
    by_name = {f.name: f for f in functions}
    return {name: _compute(name, by_name.get(name), predicted, labels) for name in names}


class _Asked:
    """A model that was asked already: it says again what it said, so that a metric is of these very predictions."""

    def __init__(self, predicted: Predicted) -> None:
        self._predicted = predicted

    def __getattr__(self, name: str) -> Any:
        return getattr(self._predicted.model, name)

    def predict(self, features: Any) -> npt.NDArray[Any]:
        """What the model said of these features."""
        del features  # scorers ask about no others
        return self._predicted.values


def _compute(name: str, function: Function | None, predicted: Predicted, labels: npt.NDArray[Any]) -> float:
    with explaining(f"The metric {name!r} cannot be computed", "pass other metrics="):
        if function is None:
            return float(_scorer(name)(_Asked(predicted), predicted.matrix, labels))
        if function.call is None:
            raise PlanError(
                f"The metric {name!r} is not part of a plan that was read from a file.",
                hint="run the code that made the plan",
            )
        value = function.call(labels, predicted.values)
        if np.ndim(value) != 0:
            raise PlanError(f"The metric {name!r} gave {value!r:.80}, expected one number.")
        return float(value)
