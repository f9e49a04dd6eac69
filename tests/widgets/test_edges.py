from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lester_jupyter.widgets.edges import from_each, in_ranges, inputs_of, joined


def single(edges):
    """The same connections one by one."""
    found = []
    for output, slot, first, n, *m in edges:
        for i in range(n):
            found += [(output + i, slot, first + k) for k in (range(m[0]) if m else [i])]
    return found


CONNECTIONS = st.lists(st.tuples(st.integers(0, 8), st.integers(0, 1), st.integers(0, 6)), max_size=60)


@given(CONNECTIONS)
def test_ranges_say_the_same_and_no_connection_twice(connections):
    said = single(in_ranges(connections))
    assert set(said) == set(connections)
    assert len(said) == len(set(said))


@pytest.mark.parametrize(
    ("connections", "said"),
    [
        ([], ()),
        ([(i, 0, i) for i in range(5)], ((0, 0, 0, 5),)),
        ([(i, 0, 7) for i in range(5)], ((0, 0, 7, 5, 1),)),
        ([(0, 1, i) for i in range(5)], ((0, 1, 0, 1, 5),)),
        ([(o, 0, i) for o in range(3) for i in range(4)], ((0, 0, 0, 3, 4),)),
        ([(0, 0, 0), (0, 0, 0), (2, 0, 0)], ((0, 0, 0, 1), (2, 0, 0, 1))),
    ],
)
def test_neighbours_are_one_range(connections, said):
    assert in_ranges(connections) == said


@given(st.integers(0, 5), st.integers(0, 5), st.lists(st.integers(0, 9)))
def test_from_each_connects_every_output_with_every_input(start, n, inputs):
    outputs = range(start, start + n)
    assert sorted(single(from_each(outputs, 1, inputs))) == [(o, 1, i) for o in outputs for i in sorted(set(inputs))]


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4))))
def test_joined_changes_nothing_but_the_number_of_edges(pairs):
    edges = [edge for o, i in pairs for edge in from_each(range(o, o + 1), 0, [i])]
    assert single(joined(edges)) == single(edges)


def test_joined_makes_one_edge_of_many_columns_scaled_one_by_one():
    edges = [edge for i in range(500) for edge in from_each(range(i, i + 1), 0, [i + 3])]
    assert joined(edges) == ((0, 0, 3, 500),)
    assert joined([(0, 0, 1, 5, 2)]) == ((0, 0, 1, 5, 2),)


def test_inputs_of_an_edge():
    assert inputs_of((4, 0, 2, 3)) == range(2, 5)
    assert inputs_of((4, 0, 2, 3, 1)) == range(2, 3)
