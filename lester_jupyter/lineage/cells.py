"""Cell lineage: the cells of the sources that the values of some cells are computed from.

Rows and columns together say more than each alone. A row that was joined with a count is made from all records that
were counted; the title in it is made from one cell of one record. A cell's way back is followed only where its column's
values come from.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import singledispatch

import numpy as np

from lester_jupyter.lineage.matrices import slot_edges
from lester_jupyter.lineage.rows import Identity, RowEdge, Rows
from lester_jupyter.lineage.steps import Step, topological
from lester_jupyter.plan import Extend, Operator, Window

Cells = dict[int, Rows]
"""Columns, by position, with their rows."""


def cell_origins(at: Step, rows: Rows, columns: Iterable[int]) -> dict[Step, Cells]:
    """The cells of every step upstream that the values of these cells are computed from, themselves included.

    What only decides over rows (predicates, keys), and what was only learned from, is left out.

    Args:
        at: the step that the cells belong to.
        rows: their rows, sorted.
        columns: their columns, by position.
    """
    found: dict[Step, Cells] = {at: dict.fromkeys(columns, rows)}
    for step in reversed(topological([at])):
        for slot, parent in enumerate(step.inputs):
            made = _through(step, slot, found.get(step, {}))
            cells = found.setdefault(parent, {}) if made else {}
            for column, origin in made:
                before = cells.get(column)
                cells[column] = origin if before is None or before is origin else np.union1d(before, origin)
    return {step: cells for step, cells in found.items() if cells}


def _through(step: Step, slot: int, cells: Cells) -> list[tuple[int, Rows]]:
    """The cells of one input; thousands of features of one record are followed as one."""
    values = slot_edges(step.operator, slot).value
    together: dict[tuple[RowEdge, int], tuple[Rows, list[int]]] = {}  # edges that hold arrays are equal to none other
    for column, rows in cells.items():
        edge = column_edge(step.operator, step.edges[slot], column)
        together.setdefault((edge, id(rows)), (rows, []))[1].append(column)
    made = []
    for (edge, _), (rows, columns) in together.items():
        origins = np.unique(values[np.array(columns)].indices).tolist()
        if origins and len(back := edge.backward(rows)):
            made += [(origin, back) for origin in origins]
    return made


@singledispatch
def column_edge(operator: Operator, edge: RowEdge, column: int) -> RowEdge:
    """The row edge of one output column: that of the rows, but for columns that an operator only hands on.

    Args:
        operator: what ran.
        edge: the row edge of one of its slots.
        column: the output column.
    """
    del operator, column
    return edge


@column_edge.register
def _(operator: Window, edge: RowEdge, column: int) -> RowEdge:
    return edge if operator.columns[column] == operator.target else _own(edge)


@column_edge.register
def _(operator: Extend, edge: RowEdge, column: int) -> RowEdge:
    return edge if operator.columns[column] in operator.targets else _own(edge)


def _own(edge: RowEdge) -> RowEdge:
    """Each row from itself."""
    return edge if isinstance(edge, Identity) else Identity(edge.n_input)
