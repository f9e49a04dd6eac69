"""Column lineage: from a column of a result back to the columns of the sources, with the kind of each connection.

Kinds, strongest first: `value` (the values are computed from it), `fit` (it shaped something that was learned),
`control` (it decides which rows exist or meet). A path is as strong as its weakest edge; of several paths the
strongest counts.
"""

from __future__ import annotations

from typing import Literal

from lester_jupyter.plan import Operator
from lester_jupyter.plan.graph import Plan

EdgeKind = Literal["value", "fit", "control"]
_STRENGTH: dict[EdgeKind, int] = {"control": 1, "fit": 2, "value": 3}


def stronger(a: EdgeKind, b: EdgeKind | None) -> EdgeKind:
    """The stronger of two kinds; anything is stronger than no connection."""
    return a if b is None or _STRENGTH[a] > _STRENGTH[b] else b


def weaker(a: EdgeKind, b: EdgeKind) -> EdgeKind:
    """The weaker of two kinds."""
    return a if _STRENGTH[a] < _STRENGTH[b] else b


def column_origins(operator: Operator, position: int) -> dict[tuple[Operator, int], EdgeKind]:
    """All columns upstream that an output column depends on.

    Args:
        operator: the operator whose output it is.
        position: the column's position in that output.

    Returns:
        For each (operator, column position) upstream, the column itself included, the kind of the connection. Columns
        that decide over the rows of any operator on the way are `control`.
    """
    found: dict[tuple[Operator, int], EdgeKind] = {(operator, position): "value"}

    def reach(node: tuple[Operator, int], kind: EdgeKind) -> None:
        found[node] = stronger(kind, found.get(node))

    for step in reversed(Plan([operator]).operators):  # readers before their inputs: each node is final when met
        reached = {p: found[step, p] for p in range(len(step.columns)) if (step, p) in found}
        for out, slot, position_in in step.value_edges():
            if out in reached:
                reach((step.inputs[slot], position_in), reached[out])
        for out, slot, position_in in step.fit_edges():
            if out in reached:
                reach((step.inputs[slot], position_in), weaker("fit", reached[out]))
        for out, slot, position_in in step.column_control_edges():
            if out in reached:
                reach((step.inputs[slot], position_in), "control")
        # every operator upstream shaped the rows of this result, whether or not its values are used
        for slot, position_in in step.control_edges():
            reach((step.inputs[slot], position_in), "control")
    return found
