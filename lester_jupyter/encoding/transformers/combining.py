"""Transformers that compute every feature from the whole row: distances, kernels, norms, codes."""

from __future__ import annotations

from typing import Any

from sklearn.cluster import Birch, BisectingKMeans, KMeans, MiniBatchKMeans
from sklearn.decomposition import (
    NMF,
    DictionaryLearning,
    KernelPCA,
    LatentDirichletAllocation,
    MiniBatchDictionaryLearning,
    MiniBatchNMF,
    MiniBatchSparsePCA,
    SparseCoder,
    SparsePCA,
)
from sklearn.kernel_approximation import Nystroem, PolynomialCountSketch
from sklearn.manifold import TSNE, Isomap, LocallyLinearEmbedding
from sklearn.neighbors import KNeighborsTransformer, RadiusNeighborsTransformer
from sklearn.preprocessing import KernelCenterer, Normalizer

from lester_jupyter.encoding.connections import Connections
from lester_jupyter.encoding.inputs import Inputs
from lester_jupyter.encoding.origins import Origins
from lester_jupyter.encoding.rules import rule

_MAY_BE_FUNCTIONS = ("metric", "kernel", "affinity")


@rule(Normalizer)
def _normalised(_fitted: Normalizer, inputs: Inputs) -> Origins:
    """Each output from all columns, since a row is divided by its norm; nothing is learned."""
    return Origins.of(Connections.all_to_all(inputs.n, inputs.n))


@rule(
    Birch,
    BisectingKMeans,
    Isomap,
    KMeans,
    KNeighborsTransformer,
    KernelCenterer,
    KernelPCA,
    LatentDirichletAllocation,
    LocallyLinearEmbedding,
    MiniBatchKMeans,
    Nystroem,
    RadiusNeighborsTransformer,
)
def _of_the_row(fitted: Any, inputs: Inputs) -> Origins:
    """Each output from all columns, by distances or likenesses of whole rows; all columns shaped the fit.

    Over-approximate with a metric or kernel of one's own, which may ignore columns.
    """
    every = Connections.all_to_all(inputs.width_of(fitted), fitted.n_features_in_)
    return Origins.of(every, every, exact=not any(callable(getattr(fitted, p, None)) for p in _MAY_BE_FUNCTIONS))


@rule(
    DictionaryLearning,
    MiniBatchDictionaryLearning,
    MiniBatchNMF,
    MiniBatchSparsePCA,
    NMF,
    SparsePCA,
    precision="over-approximate",
)
def _codes(fitted: Any, inputs: Inputs) -> Origins:
    """Each output from all columns; some may not count, since the codes or their atoms are sparse."""
    every = Connections.all_to_all(inputs.width_of(fitted), fitted.n_features_in_)
    return Origins.of(every, every, exact=False)


@rule(PolynomialCountSketch, SparseCoder, precision="over-approximate")
def _sketch(fitted: Any, inputs: Inputs) -> Origins:
    """Each output from all columns; some may not count; nothing is learned."""
    return Origins.of(Connections.all_to_all(inputs.width_of(fitted), fitted.n_features_in_), exact=False)


@rule(TSNE, precision="over-approximate")
def _embedded(fitted: TSNE, _inputs: Inputs) -> Origins:
    """Each output from all columns of all rows; it has no transform, so it can only end a fit_transform."""
    every = Connections.all_to_all(fitted.embedding_.shape[1], fitted.n_features_in_)
    return Origins.of(every, every, exact=False)
