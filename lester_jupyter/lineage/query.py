"""Look-ups over a graph of steps: which rows made these, and what was made from them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from lester_jupyter.errors import LineageError
from lester_jupyter.lineage.positions import ordered
from lester_jupyter.lineage.rows import RowEdge, Rows
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
    lowest, highest = int(given.min()), int(given.max())
    if lowest < 0 or highest >= n_rows:
        wrong = lowest if lowest < 0 else highest
        raise LineageError(f"{of} has no row {wrong}.", hint=f"rows are 0 to {n_rows - 1}" if n_rows else "it is empty")
    return ordered(given.astype(np.int64), n_rows)


def _union(a: Rows | None, b: Rows, n_rows: int) -> Rows:
    if a is None or np.array_equal(a, b):  # as where a join meets what was computed of the same rows
        return b
    return ordered(np.concatenate([a, b]), n_rows)


def own_edge(step: Step, slot: int) -> RowEdge:
    """The edge by which a step's rows are made."""
    return step.edges[slot]


def backward(at: Step, rows: Rows, edge: Callable[[Step, int], RowEdge] = own_edge) -> dict[Step, Rows]:
    """The rows of every step upstream that made these rows (`at` itself included).

    What was only learned from (`Operator.row_slots`) is left out, or every prediction would be made from every record.

    Args:
        at: the step the rows belong to.
        rows: their positions.
        edge: which edge to follow from a step to the input in a slot.
    """
    found: dict[Step, Rows] = {at: rows}
    for step in reversed(topological([at])):
        if step not in found:
            continue
        for slot in step.operator.row_slots:
            parent, origin = step.inputs[slot], edge(step, slot).backward(found[step])
            if len(origin):
                found[parent] = _union(found.get(parent), origin, parent.n_rows)
    return found


def forward(at: Step, rows: Rows, graph: Iterable[Step]) -> dict[Step, Rows]:
    """The rows of every step of the graph made from these rows (`at` itself included).

    A model that learned from them is reached, but not what it predicts for others.

    Args:
        at: the step the rows belong to.
        rows: their positions.
        graph: the steps to look at, inputs first.
    """
    found: dict[Step, Rows] = {at: rows}
    for step in graph:
        if step is at:
            continue
        for slot in step.operator.row_slots:
            parent = step.inputs[slot]
            if parent in found:
                made = step.edges[slot].forward(found[parent])
                if len(made):
                    found[step] = _union(found.get(step), made, step.n_rows)
    return found


def trace(at: Step, rows: Rows, graph: Iterable[Step]) -> Trace:
    """Both directions at once: ancestors of the rows, and their descendants."""
    back, onward = backward(at, rows), forward(at, rows, graph)
    del back[at], onward[at]
    return Trace(at, rows, back, onward)
