"""Connections against dense boolean matrices, and blocks against features one by one."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lester_jupyter.encoding.blocks import blocks_of, origins_of
from lester_jupyter.encoding.connections import Connections
from lester_jupyter.encoding.origins import Origins
from lester_jupyter.plan import FeatureBlock

often = settings(max_examples=150, derandomize=True, deadline=None)


def _dense(connections: Connections) -> np.ndarray:
    return connections.matrix().toarray()


def _connections(matrix: np.ndarray, dense_form: bool) -> Connections:
    """The matrix in one of two forms: as weights, or row by row."""
    if dense_form:
        return Connections.of_weights(matrix * 2.5)
    return Connections.of_rows([np.flatnonzero(row) for row in matrix], matrix.shape[1])


@st.composite
def matrices(draw: Any, rows: int | None = None, columns: int | None = None) -> np.ndarray:
    shape = (draw(st.integers(0, 5)) if rows is None else rows, draw(st.integers(1, 4)) if columns is None else columns)
    return draw(arrays(bool, shape))


@st.composite
def chains(draw: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    first = draw(matrices())
    return first, draw(matrices(columns=len(first) or 1)), draw(matrices(rows=len(first), columns=first.shape[1]))


@often
@given(chains(), st.booleans(), st.booleans())
def test_products_unions_and_stacks_are_those_of_the_matrices(chain: Any, one: bool, two: bool) -> None:
    first, second, other = chain
    a, c = _connections(first, one), _connections(other, two)
    np.testing.assert_array_equal(_dense(a), first)
    np.testing.assert_array_equal(_dense(a | c), first | other)
    np.testing.assert_array_equal(_dense(Connections.stack([a, c, a], a.n_inputs)), np.vstack([first, other, first]))
    if len(first):
        b = _connections(second, two)
        np.testing.assert_array_equal(_dense(b @ a), (second.astype(int) @ first.astype(int)) > 0)
        np.testing.assert_array_equal(_dense(b @ (a | c)), (second.astype(int) @ (first | other).astype(int)) > 0)
        flags = np.arange(len(first)) % 2 == 0
        np.testing.assert_array_equal(b.any_of(flags), (second & flags).any(axis=1))


def test_the_named_matrices() -> None:
    np.testing.assert_array_equal(_dense(Connections.identity(3)), np.eye(3, dtype=bool))
    np.testing.assert_array_equal(_dense(Connections.all_to_all(2, 3)), np.ones((2, 3), bool))
    np.testing.assert_array_equal(_dense(Connections.none(2, 3)), np.zeros((2, 3), bool))
    np.testing.assert_array_equal(_dense(Connections.pick([2, 0, 2], 3)), np.eye(3, dtype=bool)[[2, 0, 2]])
    repeated = Connections.identity(3).repeat([2, 0, 1])
    np.testing.assert_array_equal(_dense(repeated), np.eye(3, dtype=bool)[[0, 0, 2]])
    assert Connections.stack([], 4).n_inputs == 4


def test_everything_from_everything_stays_small_through_a_pipeline() -> None:
    """A vocabulary of 100,000 words, normalised and reduced: 10**10 cells if they were written out."""
    words, n = 100_000, 300
    vocabulary, norm = Connections.all_to_all(words, 1), Connections.all_to_all(words, words)
    reduced = Connections.of_weights(np.ones((n, words), np.int8)) @ (norm @ vocabulary)
    assert reduced.spread.nnz + reduced.gather.nnz <= 2 * words
    assert _dense(reduced).all()
    both = norm @ norm | Connections.identity(words)
    assert both.spread.nnz + both.gather.nnz <= 6 * words


def test_composition_follows_values_fits_exactness_and_label() -> None:
    """Three columns; the first step keeps two, the second adds them up and keeps the last."""
    first = Origins(
        Connections.pick([0, 2], 3),
        Connections.of_rows([[1], []], 3),
        np.array([True, False]),
        np.array([False, True]),
    )
    second = Origins(
        Connections.of_rows([[0], [0, 1], []], 2),
        Connections.of_rows([[], [], [1]], 2),
        np.ones(3, bool),
        np.array([False, False, False]),
    )
    assert blocks_of(second.after(first)) == (
        FeatureBlock(0, 1, (0,), (1,), exact=True, label=False),
        FeatureBlock(1, 2, (0, 2), (1,), exact=False, label=True),
        FeatureBlock(2, 3, (), (2,), exact=True, label=True),
    )


@often
@given(matrices(columns=3), st.data())
def test_blocks_are_the_features_with_equal_neighbours_merged(values: np.ndarray, data: Any) -> None:
    n = len(values)
    fits = data.draw(arrays(bool, (n, 3)))
    exact, label = data.draw(arrays(bool, n)), data.draw(arrays(bool, n))
    origins = Origins(_connections(values, False), _connections(fits, False), exact, label)
    blocks = blocks_of(origins)
    told = [(b.values, b.fits, b.exact, b.label) for b in blocks for _ in range(len(b))]
    rows = zip(values, fits, exact, label, strict=True)
    assert told == [
        (tuple(np.flatnonzero(v).tolist()), tuple(np.flatnonzero(f).tolist()), bool(e), bool(y)) for v, f, e, y in rows
    ]
    assert [b.start for b in blocks] + [n] == [0, *(b.stop for b in blocks)] or not n
    assert all(told[b.stop - 1] != told[b.stop] for b in blocks[:-1])
    assert blocks_of(origins_of(blocks, 3)) == blocks
