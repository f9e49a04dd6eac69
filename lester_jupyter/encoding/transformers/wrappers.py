"""Transformers around one other transformer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from sklearn.frozen import FrozenEstimator
from sklearn.model_selection import GridSearchCV, RandomizedSearchCV

from lester_jupyter.encoding.connections import Connections
from lester_jupyter.encoding.distinct import PerDistinctValue
from lester_jupyter.encoding.inputs import Inputs
from lester_jupyter.encoding.origins import Origins
from lester_jupyter.encoding.rules import origins, rule


@rule(FrozenEstimator, precision="as its parts")
def _frozen(fitted: FrozenEstimator, inputs: Inputs) -> Origins:
    """That of the estimator inside."""
    return origins(fitted.estimator, inputs)


@rule(PerDistinctValue, precision="as its parts")
def _per_distinct_value(fitted: PerDistinctValue, inputs: Inputs) -> Origins:
    """That of the transformer inside."""
    return origins(fitted.transformer_, inputs)


@rule(GridSearchCV, RandomizedSearchCV, precision="as its parts")
def _best(fitted: Any, inputs: Inputs) -> Origins:
    """That of the best estimator; all columns and the label shaped the choice."""
    best = origins(fitted.best_estimator_, inputs)
    everything = Connections.all_to_all(best.n_outputs, best.n_inputs)
    return replace(best, fits=everything, label=np.ones(best.n_outputs, bool))
