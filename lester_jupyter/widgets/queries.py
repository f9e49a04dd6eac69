"""Answers the view's questions about a plan that has run: pages of its tables, and traces of its rows.

Questions may come on any thread (ipykernel 7 answers widgets on a subshell thread), so that every answer is
worked out under one lock, and nothing here changes the source.
"""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from lester_jupyter.errors import LineageError
from lester_jupyter.widgets.display import Cell, cell, cells, visible
from lester_jupyter.widgets.messages import NAMED_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from lester_jupyter.widgets.messages import PageAnswer, PageRequest, TraceAnswer, TracedTable, TraceRequest
    from lester_jupyter.widgets.source import PlanSource, Role

KEPT_TRACES = 8
SAMPLE_ROWS = 2
SAMPLE_COLUMNS = 40
LOOKED_AT = 50
"""First rows that tell, for every page alike, whether a column reads as numbers."""


class Queries:
    """The questions one view may ask about one source; keeps the last eight traces for paging within them.

    Args:
        source: the plan that ran.
    """

    def __init__(self, source: PlanSource) -> None:
        self._source = source
        self._lock = Lock()
        self._traces: OrderedDict[int, dict[str, NDArray[np.int32]]] = OrderedDict()
        self._count = 0

    def page(self, request: PageRequest) -> PageAnswer:
        """Returns up to 200 rows of a table, ready to be shown.

        Raises:
            LineageError: there is no such table, or the trace is no longer kept.
        """
        with self._lock:
            total = self._rows(request.table)
            end = request.offset + request.limit
            if request.within is None:
                rows = np.arange(min(request.offset, total), min(end, total), dtype=np.int32)
            else:
                traced = self._traced(request.within, request.table)
                total, rows = len(traced), traced[request.offset : end]
            part = self._source.records(request.table, rows, NAMED_COLUMNS)
            first = self._source.records(
                request.table, np.arange(min(LOOKED_AT, self._rows(request.table))), NAMED_COLUMNS
            )
            return {
                "rows": rows.tolist(),
                "total": total,
                "names": [visible(str(c)) for c in part.columns],
                "columns": [cells(part.iloc[:, i].tolist()) for i in range(part.shape[1])],
                "numeric": [_numeric(first.iloc[:, i]) for i in range(first.shape[1])],
            }

    def trace(self, request: TraceRequest) -> tuple[TraceAnswer, list[bytes]]:
        """Returns what made the rows and what was made from them, with one buffer of rows for each table.

        Raises:
            LineageError: there is no such table or row.
        """
        with self._lock:
            total = self._rows(request.table)
            wrong = [r for r in request.rows if not 0 <= r < total]
            if wrong:
                raise LineageError(f"There is no row {wrong[0]} in {request.table!r}.", hint=f"it has {total} rows.")
            found = self._source.trace(request.table, list(request.rows))
            traced = {name: np.asarray(rows, dtype=np.int32) for name, (_, rows) in found.items() if len(rows)}
            number = self._keep(traced)
            tables, buffers = [], []
            for operator in self._source.plan.operators:
                if operator.id not in traced:
                    continue
                rows, role = traced[operator.id], found[operator.id][0]
                encoding, buffer = encode_rows(rows, self._source.rows(operator.id))
                tables.append(self._traced_table(operator.id, role, rows, encoding))
                buffers.append(buffer)
            return {"trace": number, "tables": tables}, buffers

    def _rows(self, name: str) -> int:
        known = [o.id for o in self._source.plan.operators]
        if name not in known:
            raise LineageError(f"There is no operator {name!r} in this plan.", available=known)
        return self._source.rows(name)

    def _traced(self, trace: int, table: str) -> NDArray[np.int32]:
        if trace not in self._traces:
            raise LineageError(f"Trace {trace} is no longer kept.", hint="click the record again.")
        self._traces.move_to_end(trace)
        return self._traces[trace].get(table, np.empty(0, np.int32))

    def _keep(self, traced: dict[str, NDArray[np.int32]]) -> int:
        self._count += 1
        self._traces[self._count] = traced
        while len(self._traces) > KEPT_TRACES:
            self._traces.popitem(last=False)
        return self._count

    def _traced_table(
        self, name: str, role: Role, rows: NDArray[np.int32], encoding: Literal["int32", "bitset"]
    ) -> TracedTable:
        head = self._source.records(name, rows[:SAMPLE_ROWS], SAMPLE_COLUMNS)
        return {
            "table": name,
            "role": role,
            "count": len(rows),
            "encoding": encoding,
            "names": [visible(str(c)) for c in head.columns],
            "sample": [_row(head, i) for i in range(len(head))],
        }


def encode_rows(rows: NDArray[np.int32], total: int) -> tuple[Literal["int32", "bitset"], bytes]:
    """Packs sorted row numbers: four bytes a row, or one bit for each row of the table where that is smaller."""
    if len(rows) * 32 <= total:
        return "int32", np.ascontiguousarray(rows, dtype="<i4").tobytes()
    mask = np.zeros(total, dtype=bool)
    mask[rows] = True
    return "bitset", np.packbits(mask, bitorder="little").tobytes()


def _row(frame: pd.DataFrame, position: int) -> list[Cell]:
    return [cell(frame.iloc[position, i]) for i in range(frame.shape[1])]


def _numeric(column: pd.Series[Any]) -> bool:
    """Tells whether a column reads best aligned right: numbers, also where Python's own ints stand in objects."""
    if pd.api.types.is_bool_dtype(column):
        return False
    if pd.api.types.is_numeric_dtype(column):
        return True
    if column.dtype != object:
        return False
    known: Sequence[Any] = [v for v in column.tolist() if v is not None]
    return bool(known) and all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in known)
