"""Edges of groups and windows, against the pairs of rows they stand for, written out by plain loops."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import lester_jupyter as ld
from lester_jupyter.lineage.rows import NONE, All, Codes, Identity, Intervals, RowEdge, Several, Take
from lester_jupyter.lineage.steps import Step, row_identity
from lester_jupyter.lineage.windows import Neighbours, by_group

Pairs = set[tuple[int, int]]
"""(input row, output row)."""


def numbers(values: Sequence[int], dtype: type = np.int32) -> np.ndarray:
    return np.array(values, dtype)


@st.composite
def groupings(draw: st.DrawFn) -> tuple[RowEdge, Pairs]:
    """An aggregate: some groups may have no rows, some rows no group."""
    n_groups = draw(st.integers(0, 4))
    codes = draw(st.lists(st.integers(NONE, n_groups - 1), max_size=8))
    dtype = draw(st.sampled_from([np.int32, np.int64]))
    return Codes(numbers(codes, dtype), n_groups), {(i, g) for i, g in enumerate(codes) if g != NONE}


@st.composite
def partitions(draw: st.DrawFn) -> tuple[RowEdge, Pairs]:
    """Rows that share a group, the same rows or others on both sides."""
    n_groups = draw(st.integers(0, 4))
    codes = draw(st.lists(st.integers(NONE, n_groups - 1), max_size=8))
    others = draw(st.just(codes) | st.lists(st.integers(NONE, n_groups - 1), max_size=8))
    edge = Codes(numbers(codes), n_groups, numbers(others))
    return edge, {(i, o) for i, g in enumerate(codes) for o, h in enumerate(others) if g == h != NONE}


@st.composite
def runs(draw: st.DrawFn) -> tuple[RowEdge, Pairs]:
    """Intervals with ends that never decrease; some may be empty, or not hold the row itself."""
    n = draw(st.integers(0, 8))
    ends = st.lists(st.integers(0, n), min_size=n, max_size=n).map(sorted)
    start, stop = draw(ends), draw(ends)
    order = draw(st.none() | st.permutations(range(n)))
    at = list(range(n)) if order is None else order
    edge = Intervals(numbers(start), numbers(stop), None if order is None else numbers(order))
    return edge, {(at[p], at[q]) for q in range(n) for p in range(start[q], stop[q])}


@st.composite
def neighbours(draw: st.DrawFn) -> tuple[RowEdge, Pairs]:
    """Windows at distances, within groups, in an order."""
    n, n_groups = draw(st.integers(0, 8)), draw(st.integers(1, 3))
    codes = draw(st.none() | st.lists(st.integers(NONE, n_groups - 1), min_size=n, max_size=n))
    order = draw(st.none() | st.permutations(range(n)))
    distance = st.none() | st.integers(-9, 9) | st.sampled_from([-(2**40), 2**40])
    first, last = draw(distance), draw(distance)
    until = draw(st.none() | st.lists(st.booleans(), min_size=n, max_size=n))
    edge = Neighbours(
        n,
        first,
        last,
        None if codes is None else numbers(codes),
        n_groups,
        None if order is None else numbers(order),
        None if until is None else np.array(until, bool),
    )
    pairs: Pairs = set()
    place = {row: p for p, row in enumerate(range(n) if order is None else order)}
    groups = [0] * n if codes is None else codes
    for group in set(groups):
        members = sorted((r for r in range(n) if groups[r] == group), key=place.__getitem__)
        if group == NONE:
            pairs |= {(r, r) for r in members}
            continue
        for at, row in enumerate(members):
            for other, seen in enumerate(members):
                near = (first is None or other - at >= first) and (last is None or other - at <= last)
                ends = set() if until is None else {p for p, r in enumerate(members) if until[r]}
                beyond = any(other < p <= at or at <= p < other for p in ends)
                if near and not beyond:
                    pairs.add((seen, row))
    return edge, pairs


@st.composite
def several(draw: st.DrawFn) -> tuple[RowEdge, Pairs]:
    """Two or three edges over the same rows."""
    n = draw(st.integers(0, 6))
    row = st.integers(NONE, n - 1)
    index, codes = (draw(st.lists(row, min_size=n, max_size=n)) for _ in range(2))
    edges = [
        (Identity(n), {(i, i) for i in range(n)}),
        (Take(numbers(index), n), {(i, o) for o, i in enumerate(index) if i != NONE}),
        (
            Codes(numbers(codes), n, numbers(codes)),
            {(i, o) for i in range(n) for o in range(n) if codes[i] == codes[o] != NONE},
        ),
    ]
    chosen = draw(st.lists(st.sampled_from(edges), min_size=1, max_size=3))
    return Several(tuple(e for e, _ in chosen)), set().union(*(p for _, p in chosen))


@settings(max_examples=600, derandomize=True, deadline=None)
@given(groupings() | partitions() | runs() | neighbours() | several(), st.data())
def test_edges_of_groups_answer_both_ways_like_their_pairs(made: tuple[RowEdge, Pairs], data: st.DataObject) -> None:
    edge, pairs = made
    outputs = data.draw(st.sets(st.integers(0, edge.n_output - 1)) if edge.n_output else st.just(set()))
    inputs = data.draw(st.sets(st.integers(0, edge.n_input - 1)) if edge.n_input else st.just(set()))
    backward = edge.backward(np.array(sorted(outputs), np.int64))
    forward = edge.forward(np.array(sorted(inputs), np.int64))
    assert backward.tolist() == sorted({i for i, o in pairs if o in outputs})
    assert forward.tolist() == sorted({o for i, o in pairs if i in inputs})


@settings(max_examples=200, derandomize=True, deadline=None)
@given(st.integers(1, 2**40), st.data())
def test_rows_are_ordered_by_group_and_keep_their_order_within(n_groups: int, data: st.DataObject) -> None:
    if n_groups > 2**18:  # the starts of the groups would be many
        n_groups %= 2**18
    codes = data.draw(st.lists(st.integers(NONE, n_groups - 1), max_size=30))
    order, starts = by_group(numbers(codes, np.int64), n_groups)
    assert order.tolist() == sorted(range(len(codes)), key=lambda row: (codes[row], row))
    assert len(starts) == n_groups + 1
    for group in {c for c in codes if c != NONE}:
        assert order[starts[group] : starts[group + 1]].tolist() == [r for r, c in enumerate(codes) if c == group]
    assert starts[0] == codes.count(NONE)
    assert starts[-1] == len(codes)


@pytest.mark.parametrize("n_groups", [2**16 - 1, 2**16, 2**16 + 1, 2**17])
def test_more_groups_than_one_digit_of_the_sort_holds(n_groups: int) -> None:
    codes = np.random.default_rng(3).permutation(n_groups).astype(np.int32)
    order, _ = by_group(codes, n_groups)
    assert (order == np.argsort(codes)).all()


def test_codes_are_four_bytes_a_row_and_edges_cannot_be_changed() -> None:
    codes, order = numbers([0, 1, 0]), numbers([2, 0, 1])
    edges = [Codes(codes, 2), Neighbours(3, -1, 0, codes, 2, order), Intervals(codes, codes, order)]
    assert codes.itemsize == 4
    for array in (codes, order, edges[1].intervals.start, edges[1].intervals.order):
        assert array.dtype == np.int32
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1


def test_a_window_numbers_its_places_once_and_only_when_asked() -> None:
    edge = Neighbours(3, None, 0)
    assert "intervals" not in vars(edge)
    edge.backward(np.array([2]))
    first = edge.intervals
    edge.forward(np.array([0]))
    assert edge.intervals is first


def test_growing_windows_are_not_expanded_row_by_row() -> None:
    n = 300_000  # all pairs of rows would be 45 billion
    everything = np.arange(n)
    edge = Neighbours(n, None, 0)
    assert len(edge.backward(everything)) == n
    assert len(edge.forward(everything)) == n
    assert edge.backward(np.array([5, 9])).tolist() == list(range(10))
    assert edge.forward(np.array([n - 3, n - 2])).tolist() == [n - 3, n - 2, n - 1]


def test_edges_that_lead_to_many_rows_do_not_say_who_a_row_is() -> None:
    frame = ld.from_pandas(pd.DataFrame({"k": [1, 1, 2]}))
    parent = frame._relation.step
    codes = numbers([0, 0, 1])
    for edge in (Codes(codes, 2), Neighbours(3, -1, 0), Several((Identity(3),))):
        with pytest.raises(TypeError, match=f"{type(edge).__name__} does not say which row is which"):
            row_identity(Step(parent.operator, edge.n_output, (parent,), (edge,)))
        anchored = Step(parent.operator, 3, (parent,), (edge,), anchors=(Identity(3),))
        assert (row_identity(anchored) == parent.identity).all()


def test_no_rows_are_answered_with_none() -> None:
    nothing = np.empty(0, np.int64)
    codes = numbers([0, NONE])
    edges = [Codes(codes, 1), Codes(codes, 1, codes), Neighbours(2, -1, 0, codes, 1), Several((Identity(2), All(2, 2)))]
    for edge in edges:
        assert edge.backward(nothing).tolist() == []
        assert edge.forward(nothing).tolist() == []


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_windows_of_few_rows_are_answered_from_their_groups_alone_and_as_all_places_would(data: st.DataObject) -> None:
    n, n_groups = 3_000, data.draw(st.integers(500, 1_500))
    draw = np.random.default_rng(data.draw(st.integers(0, 99)))
    codes = draw.integers(NONE, n_groups, n).astype(np.int32)
    until = draw.random(n) < 0.5 if data.draw(st.booleans()) else None
    first, last = data.draw(st.sampled_from([(-1, -1), (-2, 0), (None, 0), (0, None), (1, 3)]))
    edge, whole = (Neighbours(n, first, last, codes, n_groups, None, until) for _ in range(2))
    for _ in range(data.draw(st.integers(1, 3))):
        rows = np.unique(draw.integers(0, n, data.draw(st.integers(0, 5))))
        assert edge.backward(rows).tolist() == whole.intervals.backward(rows).tolist()
        assert edge.forward(rows).tolist() == whole.intervals.forward(rows).tolist()
    inside = np.flatnonzero(codes != NONE)[:3]
    fresh = Neighbours(n, first, last, codes, n_groups, None, until)
    fresh.backward(inside)
    assert "intervals" not in vars(fresh)
