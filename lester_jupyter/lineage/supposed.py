"""Row lineage that takes work to find out, put off until somebody asks: until then nobody pays for it."""

from __future__ import annotations

from collections.abc import Callable
from threading import RLock

from lester_jupyter.lineage.rows import All, RowEdge, Rows


class Supposed:
    """An edge that is supposed to hold; the first question finds out whether it does, else all rows are connected.

    The answer never changes, whoever asks, from whichever thread.

    Args:
        edge: the edge that is supposed to hold.
        holds: finds out whether it does; it is called once, and let go with all that it keeps alive.
    """

    def __init__(self, edge: RowEdge, holds: Callable[[], bool]) -> None:
        self.n_input, self.n_output = edge.n_input, edge.n_output
        self._edge = edge
        self._holds: Callable[[], bool] | None = holds
        self._lock = RLock()

    @property
    def known(self) -> RowEdge:
        """The edge that holds."""
        with self._lock:
            if self._holds is not None:
                if not self._holds():
                    self._edge = All(self.n_input, self.n_output)
                self._holds = None
            return self._edge

    def backward(self, rows: Rows) -> Rows:
        """The input rows that made these output rows."""
        return self.known.backward(rows)

    def forward(self, rows: Rows) -> Rows:
        """The output rows made from these input rows."""
        return self.known.forward(rows)

    def __repr__(self) -> str:
        return f"Supposed({self._edge!r})"
