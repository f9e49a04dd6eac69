"""Where numbers stand in an array: by going through it at first, by an index once that would have paid."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.signedinteger[Any]]

_FEW = 8
"""So many numbers are compared one after the other; for more, each place looks up whether it is wanted."""

_DENSE = 64
"""One number in so many or more: they are ticked off on a list instead of being sorted."""

_LOOK_UP = 13
"""What such a look-up costs, in comparisons of the whole array with one number (measured with a million places)."""

_INDEX = 26
"""What making the index costs, in the same unit: after so much, it is made (the ski-rental rule, Karlin et al. 1988).

So a first question is never slow, and who asks little does not pay with memory: the index takes as much as the array.
"""


class Positions:
    """Finds numbers in an array that never changes.

    Args:
        numbers: shape (n_places,), from -1 to n_numbers - 1; -1 is never asked for.
        n_numbers: how many different numbers there may be.
    """

    def __init__(self, numbers: Numbers, n_numbers: int) -> None:
        self._numbers, self._n_numbers = numbers, n_numbers
        self._spent = 0
        self._index: tuple[Numbers, Numbers] | None = None

    def of(self, wanted: Numbers) -> Numbers:
        """The places of these different numbers, sorted."""
        if self._index is None and self._spent < _INDEX:
            if len(wanted) <= _FEW:
                self._spent += len(wanted)
                return self._compared(wanted)
            self._spent += _LOOK_UP
            return self._looked_up(wanted)
        if self._index is None:
            self._index = self._made()
        places, starts = self._index
        if len(wanted) == 1:
            [number] = wanted.tolist()
            return places[starts[number + 1] : starts[number + 2]]
        return ordered(places[runs(starts[wanted + 1], starts[wanted + 2])], len(self._numbers))

    def _compared(self, wanted: Numbers) -> Numbers:
        found = [np.flatnonzero(self._numbers == number) for number in wanted.tolist()]  # int: no wider type
        return found[0] if len(found) == 1 else np.sort(np.concatenate([np.empty(0, np.int64), *found]))

    def _looked_up(self, wanted: Numbers) -> Numbers:
        return looked_up(self._numbers, wanted, self._n_numbers)

    def _made(self) -> tuple[Numbers, Numbers]:
        """Places ordered by their number, and where each number starts (of -1 first): a transposed sparse matrix."""
        from scipy import sparse  # half a second to load, and not every frame is asked

        n = len(self._numbers)
        one_a_row = (np.ones(n, np.int8), self._numbers + 1, np.arange(n + 1, dtype=self._numbers.dtype))
        by_number = sparse.csr_array(one_a_row, shape=(n, self._n_numbers + 1)).tocsc()
        places, starts = by_number.indices, by_number.indptr
        places.setflags(write=False)  # parts of it are handed out
        return places, starts


def are_many(numbers: Numbers, n_numbers: int) -> bool:
    """Whether it is quicker to tick numbers off on a list of all than to sort or to search them."""
    return len(numbers) * _DENSE >= n_numbers


def looked_up(array: Numbers, wanted: Numbers, n_numbers: int) -> Numbers:
    """The places in an array at which wanted numbers stand, by looking up every place of it."""
    is_wanted = np.zeros(n_numbers + 1, np.bool_)  # the last place is for -1
    is_wanted[wanted] = True
    return np.flatnonzero(is_wanted.take(array))  # twice as quick as with brackets


def ordered(numbers: Numbers, n_numbers: int) -> Numbers:
    """The numbers in order, each once.

    Args:
        numbers: from 0 to n_numbers - 1, in any order.
        n_numbers: how many different numbers there may be.
    """
    if np.all(numbers[1:] > numbers[:-1]):  # filters and unions leave rows in order
        return numbers
    if not are_many(numbers, n_numbers):
        in_order = np.sort(numbers)
        is_new = np.append([True], in_order[1:] != in_order[:-1])[: len(in_order)]
        found: Numbers = in_order[is_new]
        return found
    ticked = np.zeros(n_numbers, np.bool_)
    ticked[numbers] = True
    return np.flatnonzero(ticked)


def runs(first: Numbers, last: Numbers) -> Numbers:
    """Concatenates the ranges first[i]:last[i]."""
    lengths = last - first
    ends = np.cumsum(lengths)
    found: Numbers = np.arange(lengths.sum()) + np.repeat(first - (ends - lengths), lengths)
    return found
