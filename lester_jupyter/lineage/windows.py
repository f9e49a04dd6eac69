"""Row lineage of windows: each row is made from rows that stand around it in its group, in some order of the rows.

The places of rows within their groups take a sort, and nobody may ever ask for them. So an edge keeps what says who is
in which group, and numbers the places when it is asked for the first time.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from lester_jupyter.lineage.positions import Positions, are_many
from lester_jupyter.lineage.rows import NONE, Intervals, Rows, index_dtype

_FEW = 1000
"""Rows whose groups are looked at alone, if these are small; to write out the places of all rows takes a sort."""

_DIGIT = 16
"""Bits that numpy sorts in linear time."""


def by_group(codes: Rows, n_groups: int) -> tuple[Rows, Rows]:
    """Orders rows by their group, those of no group first; rows of one group keep their order.

    Args:
        codes: shape (n_rows,): the group of each row, or `NONE`.
        n_groups: how many groups there are.

    Returns:
        The row at each place, shape (n_rows,), and the place at which each group starts, shape (n_groups + 1,): the
        rows of no group are those before the first start.
    """
    shifted = codes + 1  # NONE is 0
    order = np.argsort((shifted & 0xFFFF).astype(np.uint16), kind="stable")
    for bits in range(_DIGIT, n_groups.bit_length(), _DIGIT):
        digit = ((shifted >> bits) & 0xFFFF).astype(np.uint8 if n_groups >> bits < 2**8 else np.uint16)
        order = order[np.argsort(digit[order], kind="stable")]
    dtype = index_dtype(len(codes))
    return order.astype(dtype), np.cumsum(np.bincount(shifted, minlength=n_groups + 1)).astype(dtype)


@dataclass(frozen=True, eq=False)
class Neighbours:
    """Each row is made from the rows of its group at some distance of it: windows that roll, grow, or shift.

    Rows of no group are made from themselves.

    Attributes:
        n_input: number of rows, of the input as of the output.
        first: distance from a row to the first row it sees, negative for rows before it; None for the group's first.
        last: distance to the last row it sees, that one included; None for the group's last.
        codes: shape (n_rows,), int32: the group of each row, `NONE` if in no group; None where all are in one group.
        n_groups: how many groups there are.
        order: shape (n_rows,): the rows in the order in which they see each other; None where they stand in it.
        until: shape (n_rows,), bool: rows beyond which no row looks, as if the group ended with them; None where there
            are none.
    """

    n_input: int
    first: int | None
    last: int | None
    codes: Rows | None = field(default=None, repr=False)
    n_groups: int = 1
    order: Rows | None = field(default=None, repr=False)
    until: npt.NDArray[np.bool_] | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        for array in (self.codes, self.order, self.until):
            if array is not None:
                array.setflags(write=False)

    @property
    def n_output(self) -> int:
        """As many as the input has."""
        return self.n_input

    @cached_property
    def intervals(self) -> Intervals:
        """The same connections, with every place written out."""
        n, dtype = self.n_input, index_dtype(2 * self.n_input + 4)  # sums of places and distances fit in
        place = np.arange(n, dtype=dtype)
        if self.codes is None:
            order, begin, end = self.order, np.zeros(n, dtype), np.full(n, n, dtype)
        else:
            codes = self.codes if self.order is None else self.codes[self.order]
            order, starts = by_group(codes, self.n_groups)
            outside, sizes = place[: starts[0]], np.diff(starts)
            begin = np.concatenate([outside, np.repeat(starts[:-1], sizes)])
            end = np.concatenate([outside + 1, np.repeat(starts[1:], sizes)])
            order = order if self.order is None else self.order[order]
        if self.until is not None:
            stops = self.until if order is None else self.until[order]
            begin = np.maximum(begin, np.maximum.accumulate(np.where(stops, place, 0)))
            end = np.minimum(end, np.minimum.accumulate(np.where(stops, place + 1, n)[::-1])[::-1])
        start = begin if self.first is None else np.clip(place + self._limited(self.first), begin, end)
        stop = end if self.last is None else np.clip(place + self._limited(self.last) + 1, begin, end)
        if self.codes is not None:
            start[: starts[0]], stop[: starts[0]] = outside, outside + 1
        small = index_dtype(n)
        return Intervals(start.astype(small), stop.astype(small), order)

    def _limited(self, distance: int) -> int:
        """The distance, or one past every row where it is further than that."""
        return max(-self.n_input - 1, min(distance, self.n_input + 1))

    def backward(self, rows: Rows) -> Rows:
        """The rows that these rows see."""
        near = self._near(rows)
        if near is None:
            return self.intervals.backward(rows)
        edge, members = near
        return members[edge.backward(np.searchsorted(members, rows))]

    def forward(self, rows: Rows) -> Rows:
        """The rows that see these rows."""
        near = self._near(rows)
        if near is None:
            return self.intervals.forward(rows)
        edge, members = near
        return members[edge.forward(np.searchsorted(members, rows))]

    @cached_property
    def _members(self) -> Positions:
        assert self.codes is not None
        return Positions(self.codes, self.n_groups)

    def _near(self, rows: Rows) -> tuple[Intervals, Rows] | None:
        """The connections within the groups of a few rows, and the rows of these groups.

        None where it is quicker to write out all places, or has been done.
        """
        if self.codes is None or self.order is not None or len(rows) > _FEW or "intervals" in vars(self):
            return None
        groups = np.unique(self.codes[rows])
        if not len(groups) or groups[0] == NONE:
            return None
        members = self._members.of(groups)
        if are_many(members, self.n_input):
            return None
        codes = np.searchsorted(groups, self.codes[members]).astype(self.codes.dtype)
        until = None if self.until is None else self.until[members]
        return replace(self, n_input=len(members), codes=codes, n_groups=len(groups), until=until).intervals, members
