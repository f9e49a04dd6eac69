"""Runs the operators that fit, ask and score a model; importing this module registers them with the pandas engine."""

from __future__ import annotations

from typing import Any

import numpy.typing as npt
import pandas as pd

from lester_jupyter.encoding.estimators import explaining, unfitted
from lester_jupyter.encoding.operators import Encoded
from lester_jupyter.encoding.row_by_row import seems_so
from lester_jupyter.engines.pandas.operators import Result, Steps, Tables, run
from lester_jupyter.errors import PlanError
from lester_jupyter.lineage import All, Identity, RowEdge
from lester_jupyter.model.metrics import compute
from lester_jupyter.model.predictions import Predicted
from lester_jupyter.plan import FitModel, Predict, Score
from lester_jupyter.plan.references import Name


def labels_of(table: pd.DataFrame, label: Name) -> npt.NDArray[Any]:
    """The label column as a vector, shape (n_rows,).

    Raises:
        PlanError: labels that are missing.
    """
    column = table[label]
    gone = int(column.isna().sum())
    if gone:
        raise PlanError(
            f"{gone} of {len(column)} labels in {label!r} are missing.",
            hint=f"leave these records out in prepare: frame.drop_missing([{label!r}]), or filter",
        )
    return column.to_numpy()


def check_classes(model: Any, labels: npt.NDArray[Any]) -> None:
    """Requires, for a classifier, at least two classes to tell apart.

    Raises:
        PlanError: there is one class only.
    """
    from sklearn.base import is_classifier

    classes = pd.unique(pd.Series(labels)).tolist()
    if len(classes) == 1 and is_classifier(model):
        raise PlanError(
            f"All {len(labels)} records of the train part have the label {classes[0]!r}: nothing can be told apart.",
            hint="stratify= by the label splits each class alike; or use another seed, or more records",
        )


def _untouched(model: Any, matrix: Any) -> Any:
    """The matrix, or a copy of it for a model that may write into what it is given: the features are kept."""
    own = type(model).__module__.partition(".")[0] != "sklearn"
    overwrites = any(name.endswith(("copy_X", "copy_x")) and not on for name, on in model.get_params(deep=True).items())
    return matrix.copy() if own or overwrites else matrix


@run.register
def _(operator: FitModel, tables: Tables, steps: Steps) -> Result:
    features, table = tables
    encoded: Encoded = features
    labels = labels_of(table, operator.label)
    model = unfitted(operator.estimator)
    with explaining("The model could not be fitted"):
        check_classes(model, labels)
        model.fit(_untouched(model, encoded.matrix), labels)
    return Result(model, (All(steps[0].n_rows, 1), All(steps[1].n_rows, 1)))


@run.register
def _(operator: Predict, tables: Tables, steps: Steps) -> Result:
    encoded, model = tables
    with explaining("The model cannot predict these rows"):
        values = model.predict(_untouched(model, encoded.matrix))
    n_rows = steps[0].n_rows
    alone = operator.row_by_row or seems_so(model, "predict", encoded.matrix, values)
    own: RowEdge = Identity(n_rows) if alone else All(n_rows, n_rows)
    return Result(Predicted(values, model, encoded.matrix), (own, All(1, n_rows)))


@run.register
def _(operator: Score, tables: Tables, steps: Steps) -> Result:
    predicted, table = tables
    chosen = (tuple(map(str, operator.metrics)), operator.functions)
    scores = compute(chosen, predicted, labels_of(table, operator.label))
    edges = (All(steps[0].n_rows, 1), All(steps[1].n_rows, 1))
    return Result(pd.DataFrame(scores, index=pd.RangeIndex(1), columns=list(operator.metrics)), edges)
