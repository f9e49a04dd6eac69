"""Look-ups of numbers in an array: the same answers before and after there is an index."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lester_jupyter.lineage.positions import _FEW, _INDEX, Positions, runs


@settings(max_examples=200, derandomize=True, deadline=None)
@given(st.data())
def test_positions_are_those_of_the_wanted_numbers_however_often_one_asks(data: st.DataObject) -> None:
    n_numbers = data.draw(st.integers(1, 3 * _FEW))
    numbers = data.draw(st.lists(st.integers(-1, n_numbers - 1), max_size=40))
    positions = Positions(np.array(numbers, np.int32), n_numbers)
    question = st.sets(st.integers(0, n_numbers - 1))
    for wanted in data.draw(st.lists(question, min_size=1, max_size=_INDEX)):
        found = positions.of(np.array(sorted(wanted), np.int64))
        assert found.tolist() == [place for place, number in enumerate(numbers) if number in wanted]


def test_positions_make_their_index_once_and_only_when_it_pays() -> None:
    positions = Positions(np.array([2, -1, 0, 2], np.int32), 3)
    for _ in range(_INDEX):
        assert positions._index is None
        assert positions.of(np.array([2])).tolist() == [0, 3]
    assert positions.of(np.array([2])).tolist() == [0, 3]
    index = positions._index
    assert index is not None
    assert positions.of(np.array([0, 2])).tolist() == [0, 2, 3]
    assert positions._index is index


def test_positions_hand_out_nothing_that_could_change_them() -> None:
    positions = Positions(np.array([0, 1, 0], np.int32), 2)
    positions._spent = _INDEX
    with pytest.raises(ValueError, match="read-only"):
        positions.of(np.array([0]))[0] = 7


def test_the_index_takes_no_more_than_four_bytes_a_place_and_number() -> None:
    positions = Positions(np.zeros(1_000, np.int32), 500)
    positions._spent = _INDEX
    positions.of(np.array([0]))
    assert sum(a.nbytes for a in positions._index) <= 4 * (1_000 + 500 + 2)


def test_runs_are_put_one_after_the_other() -> None:
    assert runs(np.array([3, 0, 5]), np.array([5, 0, 6])).tolist() == [3, 4, 5]
