"""Ensembles whose transform gives the predictions of their models."""

from __future__ import annotations

from typing import Any

from sklearn.ensemble import StackingClassifier, StackingRegressor, VotingClassifier, VotingRegressor

from lester_jupyter.encoding.connections import Connections
from lester_jupyter.encoding.inputs import Inputs
from lester_jupyter.encoding.origins import Origins
from lester_jupyter.encoding.rules import rule


@rule(VotingClassifier, VotingRegressor, precision="over-approximate")
def _votes(fitted: Any, inputs: Inputs) -> Origins:
    """Each output from all columns, though a model may ignore some; all columns and the label shaped the models."""
    return _predictions(inputs.width_of(fitted), fitted.n_features_in_)


@rule(StackingClassifier, StackingRegressor, precision="mixed")
def _stack(fitted: Any, inputs: Inputs) -> Origins:
    """Predictions from all columns, though a model may ignore some; columns passed through are exact."""
    n, width = fitted.n_features_in_, inputs.width_of(fitted)
    if not fitted.passthrough:
        return _predictions(width, n)
    return Origins.stack([_predictions(width - n, n), Origins.of(Connections.identity(n))], n)


def _predictions(n_outputs: int, n_inputs: int) -> Origins:
    every = Connections.all_to_all(n_outputs, n_inputs)
    return Origins.of(every, every, exact=False, label=True)
