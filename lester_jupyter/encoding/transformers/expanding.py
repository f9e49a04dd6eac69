"""Transformers that make several features of a column by formula."""

from __future__ import annotations

import numpy as np
from sklearn.kernel_approximation import AdditiveChi2Sampler
from sklearn.preprocessing import PolynomialFeatures, SplineTransformer

from lester_jupyter.encoding.connections import Connections
from lester_jupyter.encoding.inputs import Inputs
from lester_jupyter.encoding.origins import Origins
from lester_jupyter.encoding.rules import rule


@rule(PolynomialFeatures)
def _monomials(fitted: PolynomialFeatures, _inputs: Inputs) -> Origins:
    """Each output from the columns that have a power in it, the constant from none; nothing is learned."""
    return Origins.of(Connections.of_weights(fitted.powers_))


@rule(SplineTransformer)
def _splines(fitted: SplineTransformer, _inputs: Inputs) -> Origins:
    """Each column becomes a block of basis functions, whose knots it shaped."""
    n = fitted.n_features_in_
    own = Connections.identity(n).repeat([fitted.n_features_out_ // n] * n)
    return Origins.of(own, own)


@rule(AdditiveChi2Sampler)
def _chi2(fitted: AdditiveChi2Sampler, inputs: Inputs) -> Origins:
    """Each output from its own column, block after block of all columns; nothing is learned."""
    columns = np.tile(np.arange(inputs.n), 2 * fitted.sample_steps - 1)
    return Origins.of(Connections.pick(columns, inputs.n))
