"""Transformers that change each column by itself and keep their number."""

from __future__ import annotations

from typing import Any

from sklearn.isotonic import IsotonicRegression
from sklearn.preprocessing import (
    Binarizer,
    MaxAbsScaler,
    MinMaxScaler,
    OrdinalEncoder,
    PowerTransformer,
    QuantileTransformer,
    RobustScaler,
    StandardScaler,
)

from lester_jupyter.encoding.connections import Connections
from lester_jupyter.encoding.inputs import Inputs
from lester_jupyter.encoding.origins import Origins
from lester_jupyter.encoding.rules import rule


@rule(MaxAbsScaler, MinMaxScaler, OrdinalEncoder, PowerTransformer, QuantileTransformer, RobustScaler, StandardScaler)
def _scaled(fitted: Any, _inputs: Inputs) -> Origins:
    """Each output from its own column, which also shaped what was learned for it."""
    own = Connections.identity(fitted.n_features_in_)
    return Origins.of(own, own)


@rule(Binarizer)
def _stateless(_fitted: Any, inputs: Inputs) -> Origins:
    """Each output from its own column; nothing is learned."""
    return Origins.of(Connections.identity(inputs.n))


@rule(IsotonicRegression)
def _isotonic(_fitted: IsotonicRegression, _inputs: Inputs) -> Origins:
    """The output from the only column; it and the label shaped the curve."""
    own = Connections.identity(1)
    return Origins.of(own, own, label=True)
