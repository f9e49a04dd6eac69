"""Which rows a row stands for, where one of several was kept: found out when somebody asks."""

from __future__ import annotations

import pandas as pd

from lester_jupyter.engines import Relation
from lester_jupyter.errors import SourceError
from lester_jupyter.frame.plan import ExecutablePlan
from lester_jupyter.frame.recording import recording
from lester_jupyter.lineage import RowEdge, Step


def widest_edge(step: Step, slot: int) -> RowEdge:
    """The edge to all rows of the input that a row stands for.

    Raises:
        LineageError: rows that are not what they were when they are computed again.
        SourceError: a source that is gone or has changed.
    """
    if step.alternatives is None:
        return step.edges[slot]
    return step.alternatives(lambda: _table_again(step.inputs[slot]))


def _table_again(step: Step) -> pd.DataFrame:
    """The table that a step gave, computed again from its sources."""
    plan = ExecutablePlan([step.operator], {step.operator: Relation(None, step)})
    if changed := plan.changed_sources():
        raise SourceError(f"{changed[0]} has changed since it was read.", hint="read it again, with all that follows")
    with recording():  # nobody else is to see this frame
        return plan.execute().df
