"""All operations that random programs are made of."""

from __future__ import annotations

from programs.operation import Operation
from programs.operations import aggregating, columns, combining, filtering, rows, windows

OPERATIONS: dict[str, Operation] = {
    operation.kind: operation
    for operation in (
        filtering.Filter(),
        filtering.Mask(),
        filtering.DropMissing(),
        columns.Project(),
        columns.Assign(),
        columns.Select(),
        columns.Drop(),
        columns.Rename(),
        columns.FillMissing(),
        columns.Cast(),
        combining.Join(),
        combining.SemiJoin(),
        combining.Union(),
        rows.Distinct(),
        rows.Sort(),
        rows.Limit(),
        rows.Explode(),
        rows.Split(),
        rows.Opaque(),
        aggregating.Aggregate(),
        windows.Rank(),
        windows.Shift(),
        windows.Window(),
        windows.Running(),
    )
}
