"""Row lineage of one operator: for each input slot, one compact edge between its rows and the output's rows.

An edge never holds data, and never changes. Rows are 0-based positions. `backward` and `forward` take and give sorted
arrays without repeats.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from lester_jupyter.lineage.positions import Positions, are_many, looked_up, ordered, runs

Rows: TypeAlias = npt.NDArray[np.signedinteger[Any]]
NONE = -1
"""In a `Take`: this output row has no row of that input (the unmatched side of an outer join)."""


def index_dtype(n_rows: int) -> type[np.int32 | np.int64]:
    """The smallest integer type that can number so many rows: four bytes up to 2**31."""
    return np.int32 if n_rows < 2**31 else np.int64


class RowEdge(Protocol):
    """What every edge answers."""

    @property
    def n_input(self) -> int:
        """How many rows the input has."""

    @property
    def n_output(self) -> int:
        """How many rows the output has."""

    def backward(self, rows: Rows) -> Rows:
        """The input rows that made these output rows."""

    def forward(self, rows: Rows) -> Rows:
        """The output rows made from these input rows."""


@dataclass(frozen=True)
class Identity:
    """Output row i is made from input row i."""

    n_input: int

    @property
    def n_output(self) -> int:
        """As many as the input has."""
        return self.n_input

    def backward(self, rows: Rows) -> Rows:
        """The same rows."""
        return rows

    def forward(self, rows: Rows) -> Rows:
        """The same rows."""
        return rows


@dataclass(frozen=True)
class Segment:
    """The input's rows stand together in the output, from `offset` on (one operand of a union)."""

    n_input: int
    n_output: int
    offset: int

    def backward(self, rows: Rows) -> Rows:
        """Those of the rows that lie in the segment, counted from its start."""
        inside = rows[(rows >= self.offset) & (rows < self.offset + self.n_input)]
        return inside - self.offset

    def forward(self, rows: Rows) -> Rows:
        """The rows, moved to the segment."""
        return rows + self.offset


@dataclass(frozen=True)
class Stretch:
    """The output is a stretch of the input, from row `offset` on: a limit."""

    n_input: int
    n_output: int
    offset: int

    def backward(self, rows: Rows) -> Rows:
        """The rows, counted from the input's start."""
        return rows + self.offset

    def forward(self, rows: Rows) -> Rows:
        """Those of the rows that lie in the stretch, counted from its start."""
        inside = rows[(rows >= self.offset) & (rows < self.offset + self.n_output)]
        return inside - self.offset


@dataclass(frozen=True, eq=False)
class Take:
    """Output row i is made from input row `index[i]`, or from none of them where that is `NONE`.

    Attributes:
        index: shape (n_output,), int32 (int64 past 2**31 rows).
        n_input: number of rows of the input.
    """

    index: Rows = field(repr=False)
    n_input: int

    def __post_init__(self) -> None:
        self.index.setflags(write=False)

    @property
    def n_output(self) -> int:
        """Length of the index."""
        return len(self.index)

    @cached_property
    def _positions(self) -> Positions:
        return Positions(self.index, self.n_input)

    @cached_property
    def _ascending(self) -> bool:
        return bool(np.all(self.index[1:] >= self.index[:-1]))

    def backward(self, rows: Rows) -> Rows:
        """The input rows at these positions of the index."""
        found = self.index[rows]
        return ordered(found[found != NONE], self.n_input)

    def forward(self, rows: Rows) -> Rows:
        """The positions at which these input rows stand in the index."""
        if self._ascending:  # filters: no index is needed
            if are_many(rows, self.n_input):
                return looked_up(self.index, rows, self.n_input)
            wanted = rows.astype(self.index.dtype)  # else the look-up would convert the whole index first
            return runs(np.searchsorted(self.index, wanted, "left"), np.searchsorted(self.index, wanted, "right"))
        return self._positions.of(rows)


@dataclass(frozen=True)
class All:
    """Every output row may be made from every input row (an opaque step, a fit). Never stored expanded."""

    n_input: int
    n_output: int

    def backward(self, rows: Rows) -> Rows:
        """All input rows, if any output row is asked for."""
        return np.arange(self.n_input if len(rows) else 0)

    def forward(self, rows: Rows) -> Rows:
        """All output rows, if any input row is asked for."""
        return np.arange(self.n_output if len(rows) else 0)


@dataclass(frozen=True)
class Nothing:
    """No output row is made from any input row: what an anti join keeps has no partner."""

    n_input: int
    n_output: int

    def backward(self, rows: Rows) -> Rows:
        """No rows."""
        return rows[:0]

    def forward(self, rows: Rows) -> Rows:
        """No rows."""
        return rows[:0]


@dataclass(frozen=True, eq=False)
class Codes:
    """Output rows and input rows belong together if they have the same code: groups, and partitions of windows.

    Attributes:
        codes: shape (n_input,), int32 (int64 past 2**31 groups): the group of each input row, `NONE` if in no group.
        n_groups: how many groups there are.
        output_codes: shape (n_output,): the group of each output row, `NONE` if of no group; None where output row g is
            group g (an aggregate).
    """

    codes: Rows = field(repr=False)
    n_groups: int
    output_codes: Rows | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        self.codes.setflags(write=False)
        if self.output_codes is not None:
            self.output_codes.setflags(write=False)

    @property
    def n_input(self) -> int:
        """Length of the codes."""
        return len(self.codes)

    @property
    def n_output(self) -> int:
        """Number of groups, or of what has their codes."""
        return self.n_groups if self.output_codes is None else len(self.output_codes)

    def backward(self, rows: Rows) -> Rows:
        """The input rows in the groups of these output rows."""
        return self._inputs.of(self._groups(rows, self.output_codes))

    def forward(self, rows: Rows) -> Rows:
        """The output rows of the groups that these input rows are in."""
        groups = self._groups(rows, self.codes)
        return groups if self.output_codes is None else self._outputs.of(groups)

    @cached_property
    def _inputs(self) -> Positions:
        return Positions(self.codes, self.n_groups)

    @cached_property
    def _outputs(self) -> Positions:
        if self.output_codes is self.codes:  # a window has its rows on both sides
            return self._inputs
        assert self.output_codes is not None
        return Positions(self.output_codes, self.n_groups)

    def _groups(self, rows: Rows, codes: Rows | None) -> Rows:
        if codes is None:
            return rows
        found = codes[rows]
        return ordered(found[found != NONE], self.n_groups)


@dataclass(frozen=True, eq=False)
class Intervals:
    """Each row is made from a run of neighbours in some order of the rows (itself among them or not): rolling windows.

    Attributes:
        start: shape (n_rows,): for the row at each place of the order, the first place of its run; never decreasing.
        stop: shape (n_rows,): the place after the last of its run; never decreasing.
        order: shape (n_rows,): the row at each place; None where rows stand in their own order.
    """

    start: Rows = field(repr=False)
    stop: Rows = field(repr=False)
    order: Rows | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        for array in (self.start, self.stop, self.order):
            if array is not None:
                array.setflags(write=False)

    @property
    def n_input(self) -> int:
        """As many as the output has."""
        return len(self.start)

    @property
    def n_output(self) -> int:
        """As many as the input has."""
        return len(self.start)

    @cached_property
    def _place(self) -> Rows:
        """The place of each row in the order."""
        assert self.order is not None
        place = np.empty_like(self.order)
        place[self.order] = np.arange(len(self.order), dtype=self.order.dtype)
        return place

    @cached_property
    def _holders(self) -> tuple[Rows, Rows]:
        """For each place, the first place whose run holds it, and the one after the last."""
        counts = (np.bincount(bounds, minlength=self.n_input) for bounds in (self.stop, self.start))
        first, last = (np.cumsum(c[: self.n_input], dtype=self.stop.dtype) for c in counts)
        return first, last

    def _places(self, rows: Rows) -> Rows:
        return rows if self.order is None else ordered(self._place[rows], self.n_input)

    def _rows(self, first: Rows, last: Rows) -> Rows:
        """The rows at the places of these runs, whose ends never decrease."""
        first[1:] = np.maximum(first[1:], last[:-1])  # each place once: runs that grow overlap in nearly all of theirs
        places = runs(first, np.maximum(first, last))
        return ordered(places if self.order is None else self.order[places], self.n_input)

    def backward(self, rows: Rows) -> Rows:
        """The rows in these rows' runs."""
        places = self._places(rows)
        return self._rows(self.start[places], self.stop[places])

    def forward(self, rows: Rows) -> Rows:
        """The rows whose runs hold these rows."""
        places = self._places(rows).astype(self.stop.dtype)
        if are_many(places, self.n_input):
            of_first, of_last = self._holders
            return self._rows(of_first[places], of_last[places])
        first = np.searchsorted(self.stop, places, "right")
        return self._rows(first, np.searchsorted(self.start, places, "right"))


@dataclass(frozen=True, eq=False)
class Several:
    """Every connection that any of several edges has: a shifted column's row is its own row and an earlier one."""

    edges: tuple[RowEdge, ...]

    @property
    def n_input(self) -> int:
        """As each of the edges."""
        return self.edges[0].n_input

    @property
    def n_output(self) -> int:
        """As each of the edges."""
        return self.edges[0].n_output

    def backward(self, rows: Rows) -> Rows:
        """What any of the edges leads back to."""
        return ordered(np.concatenate([edge.backward(rows) for edge in self.edges]), self.n_input)

    def forward(self, rows: Rows) -> Rows:
        """What any of the edges leads on to."""
        return ordered(np.concatenate([edge.forward(rows) for edge in self.edges]), self.n_output)
