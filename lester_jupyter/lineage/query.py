"""Look-ups over a graph of steps: which rows made these, and what was made from them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from lester_jupyter.errors import LineageError
from lester_jupyter.lineage.rows import Rows
from lester_jupyter.lineage.steps import Step, topological


@dataclass(frozen=True)
class Trace:
    """What is connected to some rows of one step.

    Attributes:
        at: the step that was asked about.
        rows: those rows.
        back: for each step upstream (not `at`), the rows that made them; steps without any are left out.
        forward: for each step downstream, the rows made from them; never descendants of ancestors.
    """

    at: Step
    rows: Rows
    back: Mapping[Step, Rows]
    forward: Mapping[Step, Rows]


def as_rows(rows: int | Sequence[int] | Rows | Iterable[int], n_rows: int, of: str) -> Rows:
    """Checks row numbers and brings them into order.

    Args:
        rows: one position, or several in any order.
        n_rows: how many rows there are.
        of: what they are rows of, for the message.

    Returns:
        A sorted int64 array without repeats.

    Raises:
        LineageError: a position that does not exist, or something that is no integer.
    """
    try:
        given = np.atleast_1d(np.asarray(list(rows) if isinstance(rows, set | frozenset | Iterator) else rows))
    except ValueError:  # lists of different lengths
        given = np.empty(1, object)
    if given.size == 0:
        return np.empty(0, np.int64)
    if given.ndim > 1 or not np.issubdtype(given.dtype, np.integer):
        raise LineageError(f"Rows are integer positions, got {rows!r:.80}.", hint="pass 3, or [0, 3, 7]")
    found = np.unique(given.astype(np.int64))
    if found[0] < 0 or found[-1] >= n_rows:
        wrong = int(found[0] if found[0] < 0 else found[-1])
        raise LineageError(f"{of} has no row {wrong}.", hint=f"rows are 0 to {n_rows - 1}" if n_rows else "it is empty")
    return found


def _union(a: Rows | None, b: Rows) -> Rows:
    return b if a is None else np.union1d(a, b)


def backward(at: Step, rows: Rows) -> dict[Step, Rows]:
    """The rows of every step upstream that made these rows (`at` itself included)."""
    found: dict[Step, Rows] = {at: rows}
    for step in reversed(topological([at])):
        if step not in found:
            continue
        for parent, edge in zip(step.inputs, step.edges, strict=True):
            origin = edge.backward(found[step])
            if len(origin):
                found[parent] = _union(found.get(parent), origin)
    return found


def forward(at: Step, rows: Rows, graph: Iterable[Step]) -> dict[Step, Rows]:
    """The rows of every step of the graph made from these rows (`at` itself included).

    Args:
        at: the step the rows belong to.
        rows: their positions.
        graph: the steps to look at, inputs first.
    """
    found: dict[Step, Rows] = {at: rows}
    for step in graph:
        if step is at:
            continue
        for parent, edge in zip(step.inputs, step.edges, strict=True):
            if parent in found:
                made = edge.forward(found[parent])
                if len(made):
                    found[step] = _union(found.get(step), made)
    return found


def trace(at: Step, rows: Rows, graph: Iterable[Step]) -> Trace:
    """Both directions at once: ancestors of the rows, and their descendants."""
    back, onward = backward(at, rows), forward(at, rows, graph)
    del back[at], onward[at]
    return Trace(at, rows, back, onward)
