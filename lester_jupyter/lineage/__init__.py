"""Where rows and columns come from and go to: arrays and look-ups, no engine and no data."""

from lester_jupyter.lineage.columns import EdgeKind, column_origins
from lester_jupyter.lineage.query import Trace, backward, forward, trace
from lester_jupyter.lineage.rows import (
    All,
    Codes,
    Identity,
    Intervals,
    Nothing,
    RowEdge,
    Segment,
    Several,
    Stretch,
    Take,
)
from lester_jupyter.lineage.steps import Step, row_identity, topological

__all__ = [
    "All",
    "Codes",
    "EdgeKind",
    "Identity",
    "Intervals",
    "Nothing",
    "RowEdge",
    "Segment",
    "Several",
    "Step",
    "Stretch",
    "Take",
    "Trace",
    "backward",
    "column_origins",
    "forward",
    "row_identity",
    "topological",
    "trace",
]
