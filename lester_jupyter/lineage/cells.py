"""Cell lineage: the cells of the sources that the values of some cells are computed from.

Rows and columns together say more than each alone. A row that was joined with a count is made from all records that
were counted; the title in it is made from one cell of one record. A cell's way back is followed only where its column's
values come from.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import singledispatch
from typing import TypeAlias

import numpy as np

from lester_jupyter.lineage.matrices import Indices, slot_edges
from lester_jupyter.lineage.rows import Identity, RowEdge, Rows, Several
from lester_jupyter.lineage.steps import Step, topological
from lester_jupyter.plan import Extend, Operator, Window
from lester_jupyter.plan.references import Name

Block: TypeAlias = tuple[Indices, Rows]
"""Columns, by position, and rows: every cell where they meet. A million features of one record are one block."""


def cell_origins(at: Step, rows: Rows, columns: Iterable[int]) -> dict[Step, list[Block]]:
    """The cells of every step upstream that the values of these cells are computed from, themselves included.

    What only decides over rows (predicates, keys), and what was only learned from, is left out.

    Args:
        at: the step that the cells belong to.
        rows: their rows, sorted.
        columns: their columns, by position.

    Returns:
        For each step blocks without a column in common.
    """
    found: dict[Step, list[Block]] = {at: [(np.fromiter(columns, np.intp), rows)]}
    for step in reversed(topological([at])):
        if step not in found:
            continue
        found[step] = _apart(found[step])
        for slot, parent in enumerate(step.inputs):
            made = list(_through(step, slot, found[step]))
            if made:
                found.setdefault(parent, []).extend(made)
    return found


def _through(step: Step, slot: int, blocks: Sequence[Block]) -> Iterable[Block]:
    """The cells of one input."""
    values = slot_edges(step.operator, slot).value
    for columns, rows in blocks:
        for edge, part in column_edges(step.operator, step.edges[slot], columns):
            origins = np.unique(values[part].indices)
            if len(origins) and len(back := edge.backward(rows)):
                yield origins, back


def _apart(blocks: list[Block]) -> list[Block]:
    """The same cells in blocks without a column in common."""
    every = np.concatenate([columns for columns, _ in blocks])
    if len(blocks) == 1 or len(np.unique(every)) == len(every):
        return blocks
    merged: dict[int, Rows] = {}
    for columns, rows in blocks:
        for column in columns.tolist():
            merged[column] = np.union1d(merged[column], rows) if column in merged else rows
    return [(np.array([column]), rows) for column, rows in merged.items()]


@singledispatch
def column_edges(operator: Operator, edge: RowEdge, columns: Indices) -> list[tuple[RowEdge, Indices]]:
    """The row edge of some output columns: that of the rows, but for columns that an operator only hands on.

    Args:
        operator: what ran.
        edge: the row edge of one of its slots.
        columns: output columns, by position.

    Returns:
        Edges with the columns that have them.
    """
    del operator
    return [(edge, columns)]


@column_edges.register
def _(operator: Extend, edge: RowEdge, columns: Indices) -> list[tuple[RowEdge, Indices]]:
    return _made_or_own(operator, operator.targets, edge, columns, edge.n_input)


@column_edges.register
def _(operator: Window, edge: RowEdge, columns: Indices) -> list[tuple[RowEdge, Indices]]:
    looked_at = edge
    if isinstance(edge, Several) and operator.function != "diff":  # the row itself is there for its other columns alone
        [looked_at] = [e for e in edge.edges if not isinstance(e, Identity)]
    return _made_or_own(operator, (operator.target,), looked_at, columns, edge.n_input)


def _made_or_own(
    operator: Operator, made: tuple[Name, ...], edge: RowEdge, columns: Indices, n_rows: int
) -> list[tuple[RowEdge, Indices]]:
    is_made = np.array([operator.columns[c] in made for c in columns.tolist()], bool)
    return [(edge, columns[is_made]), (Identity(n_rows), columns[~is_made])]
