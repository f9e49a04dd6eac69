"""What column lineage through an encoder is told in: ranges of feature columns with the columns they come from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from lester_jupyter.encoding.connections import Connections
from lester_jupyter.encoding.origins import Origins
from lester_jupyter.plan import FeatureBlock

_Integers = npt.NDArray[np.integer[Any]]


@dataclass(frozen=True, eq=False)
class NamedBlock:
    """The features that one transformer of an encoder makes.

    Attributes:
        name: the transformer's name in the encoder ("remainder" for the columns nobody took).
        estimator: the fitted transformer; a Pipeline or another ColumnTransformer where they are nested.
        columns: positions of the table's columns that are given to it, in its order.
        start: position of its first feature column in the encoder's output.
        stop: position after its last; equal to `start` if it makes none.
        blocks: the lineage of its features; positions count in the encoder's output and the table, as in
            `feature_blocks`.
    """

    name: str
    estimator: Any
    columns: tuple[int, ...]
    start: int
    stop: int
    blocks: tuple[FeatureBlock, ...]


def blocks_of(origins: Origins) -> tuple[FeatureBlock, ...]:
    """Origins, feature by feature, as blocks: neighbours with equal origins are one block."""
    if not origins.n_outputs:
        return ()
    values, fits = origins.values.matrix(), origins.fits.matrix()
    same = _like_predecessor(values.indptr, values.indices) & _like_predecessor(fits.indptr, fits.indices)
    for flags in (origins.exact, origins.label):
        same &= flags[1:] == flags[:-1]
    starts = np.concatenate([[0], np.flatnonzero(~same) + 1, [origins.n_outputs]]).tolist()
    return tuple(
        FeatureBlock(
            start,
            stop,
            tuple(values.indices[values.indptr[start] : values.indptr[start + 1]].tolist()),
            tuple(fits.indices[fits.indptr[start] : fits.indptr[start + 1]].tolist()),
            bool(origins.exact[start]),
            bool(origins.label[start]),
        )
        for start, stop in pairwise(starts)
    )


def origins_of(blocks: Sequence[FeatureBlock], n_inputs: int) -> Origins:
    """The inverse of `blocks_of`."""
    lengths = np.array([len(b) for b in blocks], dtype=np.intp)
    return Origins(
        Connections.of_rows([b.values for b in blocks], n_inputs).repeat(lengths),
        Connections.of_rows([b.fits for b in blocks], n_inputs).repeat(lengths),
        np.repeat(np.array([b.exact for b in blocks], dtype=bool), lengths),
        np.repeat(np.array([b.label for b in blocks], dtype=bool), lengths),
    )


def _like_predecessor(
    indptr: npt.NDArray[np.integer[Any]], indices: npt.NDArray[np.integer[Any]]
) -> npt.NDArray[np.bool]:
    """For each row of a sparse matrix but the first, whether it has the same columns as the row before it.

    Args:
        indptr: where each row's indices start, shape (n_rows + 1,).
        indices: ascending within a row.
    """
    lengths = np.diff(indptr)
    same: npt.NDArray[np.bool] = lengths[1:] == lengths[:-1]
    # an index of a row stands `length` places after its counterpart in a predecessor of the same length
    back = np.arange(len(indices)) - np.repeat(lengths, lengths)
    differs = (indices != indices[np.maximum(back, 0)]) & (back >= 0)
    n_differing = np.concatenate([[0], np.cumsum(differs)])
    same &= n_differing[indptr[2:]] == n_differing[indptr[1:-1]]
    return same
