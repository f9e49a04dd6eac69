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
    def _inverse(self) -> tuple[Rows, Rows]:
        """Output rows ordered by input row, and where each input row's run starts (shape n_input + 1)."""
        dtype = index_dtype(self.n_output)
        order: Rows = np.argsort(self.index, kind="stable").astype(dtype)
        starts: Rows = np.searchsorted(self.index[order], np.arange(self.n_input + 1)).astype(dtype)
        return order, starts

    @cached_property
    def _ascending(self) -> bool:
        return bool(np.all(self.index[1:] >= self.index[:-1]))

    def backward(self, rows: Rows) -> Rows:
        """The input rows at these positions of the index."""
        found = self.index[rows]
        return np.unique(found[found != NONE])

    def forward(self, rows: Rows) -> Rows:
        """The positions at which these input rows stand in the index."""
        if self._ascending:  # filters and limits: no inverse is needed
            wanted = rows.astype(self.index.dtype)  # else the look-up would convert the whole index first
            return _runs(np.searchsorted(self.index, wanted, "left"), np.searchsorted(self.index, wanted, "right"))
        order, starts = self._inverse
        found: Rows = np.sort(order[_runs(starts[rows], starts[rows + 1])])
        return found


def _runs(first: Rows, last: Rows) -> Rows:
    """Concatenates the ranges first[i]:last[i]."""
    lengths = last - first
    ends = np.cumsum(lengths)
    runs: Rows = np.arange(lengths.sum()) + np.repeat(first - (ends - lengths), lengths)
    return runs


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
