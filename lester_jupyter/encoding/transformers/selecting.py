"""Selectors: features pass unchanged or not at all."""

from __future__ import annotations

from typing import Any

from sklearn.feature_selection import (
    RFE,
    RFECV,
    GenericUnivariateSelect,
    SelectFdr,
    SelectFpr,
    SelectFromModel,
    SelectFwe,
    SelectKBest,
    SelectPercentile,
    SequentialFeatureSelector,
    VarianceThreshold,
)

from lester_jupyter.encoding.connections import Connections
from lester_jupyter.encoding.inputs import Inputs
from lester_jupyter.encoding.origins import Origins
from lester_jupyter.encoding.rules import rule


@rule(
    GenericUnivariateSelect,
    RFE,
    RFECV,
    SelectFdr,
    SelectFpr,
    SelectFromModel,
    SelectFwe,
    SelectKBest,
    SelectPercentile,
    SequentialFeatureSelector,
)
def _selected(fitted: Any, inputs: Inputs) -> Origins:
    """Each output is a column that was kept; the choice was among all columns, by the label."""
    own = Connections.pick(fitted.get_support(indices=True), inputs.n)
    return Origins.of(own, Connections.all_to_all(own.n_outputs, inputs.n), label=True)


@rule(VarianceThreshold)
def _varying(fitted: VarianceThreshold, _inputs: Inputs) -> Origins:
    """Each output is a column that was kept; the choice was among all columns."""
    own = Connections.pick(fitted.get_support(indices=True), fitted.n_features_in_)
    return Origins.of(own, Connections.all_to_all(own.n_outputs, own.n_inputs))
