"""Linear maps (perhaps with a function after it): a feature comes from the columns that have a weight in it."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.cluster import FeatureAgglomeration
from sklearn.cross_decomposition import CCA, PLSSVD, PLSCanonical, PLSRegression
from sklearn.decomposition import PCA, FactorAnalysis, FastICA, IncrementalPCA, TruncatedSVD
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.kernel_approximation import RBFSampler, SkewedChi2Sampler
from sklearn.neighbors import NeighborhoodComponentsAnalysis
from sklearn.neural_network import BernoulliRBM
from sklearn.random_projection import GaussianRandomProjection, SparseRandomProjection

from lester_jupyter.encoding.connections import Connections
from lester_jupyter.encoding.inputs import Inputs
from lester_jupyter.encoding.origins import Origins
from lester_jupyter.encoding.rules import rule

_POOLING = (np.mean, np.median, np.sum, np.max, np.min)


@rule(BernoulliRBM, FastICA, IncrementalPCA, PCA, TruncatedSVD)
def _components(fitted: Any, _inputs: Inputs) -> Origins:
    """Each output from all columns with a weight in it; all columns shaped the axes."""
    return _linear(fitted.components_, learned=True)


@rule(FactorAnalysis)
def _factors(fitted: FactorAnalysis, _inputs: Inputs) -> Origins:
    """Each output from all columns with a weight in its posterior mean; all columns shaped the axes."""
    weighted = fitted.components_ / fitted.noise_variance_
    covariance = np.linalg.inv(np.eye(len(weighted)) + weighted @ fitted.components_.T)
    return _linear(covariance @ weighted, learned=True)  # as in FactorAnalysis.transform


@rule(NeighborhoodComponentsAnalysis)
def _neighbourhood(fitted: NeighborhoodComponentsAnalysis, _inputs: Inputs) -> Origins:
    """Each output from all columns with a weight in it; all columns and the label shaped the axes."""
    return _linear(fitted.components_, learned=True, label=True)


@rule(CCA, PLSCanonical, PLSRegression)
def _rotations(fitted: Any, _inputs: Inputs) -> Origins:
    """Each output from all columns with a weight in it; all columns and the label shaped the axes."""
    return _linear(fitted.x_rotations_.T, learned=True, label=True)


@rule(PLSSVD)
def _weights(fitted: PLSSVD, _inputs: Inputs) -> Origins:
    """Each output from all columns with a weight in it; all columns and the label shaped the axes."""
    return _linear(fitted.x_weights_.T, learned=True, label=True)


@rule(LinearDiscriminantAnalysis)
def _discriminants(fitted: LinearDiscriminantAnalysis, _inputs: Inputs) -> Origins:
    """Each output from all columns with a weight in it; all columns and the label shaped the axes."""
    return _linear(fitted.scalings_[:, : fitted._max_components].T, learned=True, label=True)


@rule(GaussianRandomProjection, SparseRandomProjection)
def _projected(fitted: Any, _inputs: Inputs) -> Origins:
    """Each output from all columns with a weight in it; the weights are random."""
    return _linear(fitted.components_, learned=False)


@rule(RBFSampler, SkewedChi2Sampler)
def _sampled(fitted: Any, _inputs: Inputs) -> Origins:
    """Each output from all columns; the weights are random (with gamma="scale" all columns shaped their scale)."""
    return _linear(fitted.random_weights_.T, learned=getattr(fitted, "gamma", None) == "scale")


@rule(FeatureAgglomeration)
def _agglomerated(fitted: FeatureAgglomeration, _inputs: Inputs) -> Origins:
    """Each output from the columns of its cluster; all columns shaped the clusters.

    Over-approximate if the pooling function is not one of numpy's means, sums and extremes.
    """
    labels = fitted.labels_
    clusters = labels == np.arange(labels.max() + 1)[:, None]
    everything = Connections.all_to_all(*clusters.shape)
    return Origins.of(Connections.of_weights(clusters), everything, exact=fitted.pooling_func in _POOLING)


def _linear(weights: Any, *, learned: bool, label: bool = False) -> Origins:
    """Lineage of outputs = weights @ inputs, with weights of shape (n_outputs, n_inputs)."""
    fits = Connections.all_to_all(*weights.shape) if learned else None
    return Origins.of(Connections.of_weights(weights), fits, label=label)
