"""A frame's lineage, as users ask for it: by source name and row position."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lester_jupyter.errors import LineageError, UnknownColumnError
from lester_jupyter.frame.alternatives import widest_edge
from lester_jupyter.lineage import EdgeKind, Step, backward, forward, topological
from lester_jupyter.lineage.cells import Block, cell_origins
from lester_jupyter.lineage.columns import column_origins, stronger
from lester_jupyter.lineage.positions import ordered
from lester_jupyter.lineage.query import as_rows
from lester_jupyter.lineage.rows import Rows
from lester_jupyter.plan import Plan, Scan
from lester_jupyter.plan.references import Name


@dataclass(frozen=True)
class Occurrence:
    """One way in which a source row went into a row: by these slots, from the frame down to the source."""

    source: str
    row: int
    path: tuple[int, ...]


class FrameLineage:
    """Answers where the rows and columns of a frame come from.

    Args:
        step: the step that made the frame.
    """

    def __init__(self, step: Step) -> None:
        self._step = step

    def _scans(self) -> dict[Step, str]:
        names = Plan([self._step.operator]).source_names
        return {s: names[s.operator.source] for s in topological([self._step]) if isinstance(s.operator, Scan)}

    def backward(self, rows: int | Sequence[int] | Rows) -> dict[str, npt.NDArray[np.int64]]:
        """The source rows that made these rows of the frame.

        Args:
            rows: one row position, or several.

        Returns:
            For every source of the frame its rows: sorted, without repeats, empty where none took part.

        Raises:
            LineageError: a row that does not exist.
        """
        return self._of_sources(backward(self._step, self._asked(rows)))

    def alternatives(self, rows: int | Sequence[int] | Rows) -> dict[str, npt.NDArray[np.int64]]:
        """The source rows that these rows stand for: as `backward`, but where `distinct` kept one of several rows, all.

        Which rows were like which is not kept but found out again: from the frame that `distinct` was called on if it
        still exists, else by running its plan again.

        Raises:
            LineageError: a row that does not exist, or records that are not what they were.
            SourceError: a source that is gone or has changed.
        """
        return self._of_sources(backward(self._step, self._asked(rows), widest_edge))

    def _asked(self, rows: int | Sequence[int] | Rows) -> Rows:
        return as_rows(rows, self._step.n_rows, "This frame")

    def _of_sources(self, found: Mapping[Step, Rows]) -> dict[str, npt.NDArray[np.int64]]:
        out: dict[str, npt.NDArray[np.int64]] = {}
        for step, name in self._scans().items():
            own = np.asarray(found.get(step, np.empty(0, np.int64)), np.int64)
            out[name] = ordered(np.concatenate([out[name], own]), step.n_rows) if name in out else own
        return out

    def forward(self, source: str, rows: int | Sequence[int] | Rows) -> npt.NDArray[np.int64]:
        """The rows of the frame that were made from these rows of a source: sorted, without repeats.

        Raises:
            LineageError: a source or a row that does not exist.
        """
        scans = [step for step, name in self._scans().items() if name == source]
        if not scans:
            known = list(dict.fromkeys(self._scans().values()))
            raise LineageError(f"This frame has no source {source!r}.", available=known)
        graph = topological([self._step])
        parts = [
            forward(scan, as_rows(rows, scan.n_rows, source), graph).get(self._step, np.empty(0, np.int64))
            for scan in scans
        ]
        return ordered(np.concatenate(parts), self._step.n_rows).astype(np.int64)

    def columns(self, name: Name) -> dict[tuple[str, str], EdgeKind]:
        """The source columns that a column depends on, with the kind of the connection.

        `value`: its values are computed from it. `control`: it decides which rows there are (a predicate, a join key).

        Returns:
            {(source, column): kind}.

        Raises:
            UnknownColumnError: a column that the frame does not have.
        """
        operator = self._step.operator
        if name not in operator.columns:
            raise UnknownColumnError.of([name], operator.columns)
        names = Plan([operator]).source_names
        out: dict[tuple[str, str], EdgeKind] = {}
        for (step, position), kind in column_origins(operator, operator.columns.index(name)).items():
            if isinstance(step, Scan):
                key = (names[step.source], str(step.columns[position]))
                out[key] = stronger(kind, out.get(key))
        return out

    def cells(self, rows: int | Sequence[int] | Rows, column: Name) -> dict[tuple[str, str], npt.NDArray[np.int64]]:
        """The cells of the sources that a column's values in some rows are computed from.

        A row that was joined with a count is made from all records that were counted; the title in it is not. What
        only decides over rows (predicates, keys) is left out.

        Args:
            rows: one row position, or several.
            column: a column of the frame.

        Returns:
            For each (source, column) with such cells their rows, sorted.

        Raises:
            LineageError: a row that does not exist.
            UnknownColumnError: a column that the frame does not have.
        """
        operator = self._step.operator
        if column not in operator.columns:
            raise UnknownColumnError.of([column], operator.columns)
        found = cell_origins(self._step, self._asked(rows), [operator.columns.index(column)])
        return named_cells(found, self._scans())

    def occurrences(self, row: int) -> list[Occurrence]:
        """Every way by which source rows went into one row; tells the two sides of a self-join apart.

        Raises:
            LineageError: a row that does not exist, or several.
        """
        asked = self._asked(row)
        if len(asked) != 1:
            raise LineageError(
                f"The occurrences are of one row, got {len(asked)}.", hint="call it once a row, or use backward"
            )
        scans = self._scans()
        found: list[Occurrence] = []
        stack: list[tuple[Step, Rows, tuple[int, ...]]] = [(self._step, asked, ())]
        while stack:
            step, rows, path = stack.pop()
            if step in scans:
                found.extend(Occurrence(scans[step], int(r), path) for r in rows)
            for slot in step.operator.row_slots:
                origin = step.edges[slot].backward(rows)
                if len(origin):
                    stack.append((step.inputs[slot], origin, (*path, slot)))
        return sorted(found, key=lambda o: o.path)


def named_cells(
    found: Mapping[Step, Sequence[Block]], scans: Mapping[Step, str]
) -> dict[tuple[str, str], npt.NDArray[np.int64]]:
    """The cells that lie in sources, by source and column; a source that is read twice counts as one."""
    out: dict[tuple[str, str], npt.NDArray[np.int64]] = {}
    for step, name in scans.items():
        cells = {position: rows for columns, rows in found.get(step, ()) for position in columns.tolist()}
        for position, rows in sorted(cells.items()):
            key, own = (name, str(step.operator.columns[position])), np.asarray(rows, np.int64)
            out[key] = np.union1d(out[key], own) if key in out else own
    return out
