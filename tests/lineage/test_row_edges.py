"""Row edges: backward and forward are each other's inverse, compact, and equal to the pairs they stand for."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lester_jupyter.lineage.rows import NONE, All, Identity, Nothing, RowEdge, Segment, Take, index_dtype


@st.composite
def edges(draw: st.DrawFn) -> tuple[RowEdge, set[tuple[int, int]]]:
    """An edge and the (input row, output row) pairs it stands for."""
    n = draw(st.integers(0, 6))
    kind = draw(st.sampled_from(["identity", "segment", "take", "sorted take", "all", "nothing"]))
    if kind == "identity":
        return Identity(n), {(i, i) for i in range(n)}
    if kind == "all":
        m = draw(st.integers(0, 6))
        return All(n, m), {(i, o) for i in range(n) for o in range(m)}
    if kind == "nothing":
        return Nothing(n, draw(st.integers(0, 6))), set()
    if kind == "segment":
        offset, after = draw(st.integers(0, 4)), draw(st.integers(0, 4))
        return Segment(n, offset + n + after, offset), {(i, offset + i) for i in range(n)}
    index = draw(st.lists(st.integers(NONE, n - 1), max_size=8))
    index = sorted(index) if kind == "sorted take" else index
    dtype = draw(st.sampled_from([np.int32, np.int64]))
    return Take(np.array(index, dtype), n), {(i, o) for o, i in enumerate(index) if i != NONE}


@settings(max_examples=300, derandomize=True, deadline=None)
@given(edges(), st.data())
def test_edges_answer_both_ways_like_their_pairs(
    made: tuple[RowEdge, set[tuple[int, int]]], data: st.DataObject
) -> None:
    edge, pairs = made
    outputs = data.draw(st.sets(st.integers(0, edge.n_output - 1)) if edge.n_output else st.just(set()))
    inputs = data.draw(st.sets(st.integers(0, edge.n_input - 1)) if edge.n_input else st.just(set()))
    backward = edge.backward(np.array(sorted(outputs), np.int64))
    forward = edge.forward(np.array(sorted(inputs), np.int64))
    assert backward.tolist() == sorted({i for i, o in pairs if o in outputs})
    assert forward.tolist() == sorted({o for i, o in pairs if i in inputs})


def test_take_is_four_bytes_a_row_and_cannot_be_changed() -> None:
    edge = Take(np.array([2, 0, 2], index_dtype(3)), 3)
    assert edge.index.itemsize == 4
    assert index_dtype(2**31 - 1) is np.int32
    assert index_dtype(2**31) is np.int64
    with pytest.raises(ValueError, match="read-only"):
        edge.index[0] = 1


def test_take_needs_no_inverse_for_filters_and_makes_it_once_for_others() -> None:
    ascending, other = Take(np.array([0, 2, 2], np.int32), 3), Take(np.array([2, 0], np.int32), 3)
    ascending.forward(np.array([2]))
    assert "_positions" not in vars(ascending)
    other.forward(np.array([2]))
    first = vars(other)["_positions"]
    other.forward(np.array([0]))
    assert vars(other)["_positions"] is first


def test_all_is_never_expanded() -> None:
    edge = All(10**12, 10**12)
    assert (edge.n_input, edge.n_output) == (10**12, 10**12)
    assert edge.backward(np.array([], int)).tolist() == []
    assert All(3, 2).backward(np.array([1])).tolist() == [0, 1, 2]
    assert All(3, 2).forward(np.array([1])).tolist() == [0, 1]
