"""All that some code did with frames: the whole plan, the table of every step, and traces through it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from lester_jupyter.engines import Relation
from lester_jupyter.engines.pandas import PandasEngine
from lester_jupyter.errors import LineageError, SourceError
from lester_jupyter.frame.frame import Frame
from lester_jupyter.frame.plan import ExecutablePlan
from lester_jupyter.frame.recording import recording
from lester_jupyter.lineage import Step, topological, trace
from lester_jupyter.lineage.query import as_rows
from lester_jupyter.plan import Operator, Scan, Source

Role = Literal["self", "back", "forward"]


class Capture:
    """The frames that some code made, as one plan.

    Args:
        frames: the frames, in the order in which they were made.
        line_map: for each line of the code that made them, the lines of the original code it stands for.
        results: the frames that are results; by default those that no other frame was made from.
    """

    def __init__(
        self,
        frames: Sequence[Frame],
        line_map: Mapping[int, Sequence[int]] | None = None,
        results: Sequence[Frame] | None = None,
    ) -> None:
        self.frames = tuple(frames)
        self._line_map = dict(line_map or {})
        used = {i for f in frames for i in f._operator.inputs}
        self.results = tuple(results) if results else tuple(f for f in frames if f._operator not in used)

    @cached_property
    def plan(self) -> ExecutablePlan:
        """The plan of all results together."""
        return ExecutablePlan([f._operator for f in self.results], {f._operator: f._relation for f in self.results})

    @cached_property
    def _relations(self) -> dict[Operator, Relation]:
        return {f._operator: f._relation for f in self.frames}

    @cached_property
    def _steps(self) -> dict[Operator, Step]:
        return {s.operator: s for s in topological(f._relation.step for f in self.results)}

    def _step(self, operator_id: str) -> Step:
        if operator_id not in self.plan.by_id:
            raise LineageError(f"There is no operator {operator_id!r}.", available=list(self.plan.by_id))
        return self._steps[self.plan.by_id[operator_id]]

    def rows(self, operator_id: str) -> int:
        """Number of rows that the operator gave."""
        return self._step(operator_id).n_rows

    def table(self, operator_id: str) -> pd.DataFrame:
        """The rows that the operator gave; computed again where the frame was made outside of the recording."""
        table: pd.DataFrame = self._relation(self._step(operator_id)).table
        return table.copy(deep=False)

    def _relation(self, step: Step) -> Relation:
        operator = step.operator
        if operator not in self._relations:
            tables: dict[Source, pd.DataFrame] = {}
            if isinstance(operator, Scan):
                if operator.source in self._changed:
                    raise SourceError(f"{operator.source.location} has changed since it was read.")
                if step.source_table is not None:
                    tables[operator.source] = step.source_table
            self._relations[operator] = PandasEngine(tables).execute(operator, [self._relation(i) for i in step.inputs])
        return self._relations[operator]

    @cached_property
    def _changed(self) -> set[Source]:
        names = self.plan.changed_sources()
        return {source for source, name in self.plan.source_names.items() if name in names}

    def trace(self, operator_id: str, rows: int | Sequence[int]) -> dict[str, tuple[Role, npt.NDArray[np.int64]]]:
        """Everything connected to some rows of one operator's output.

        Returns:
            For each operator that is connected: its role (`self`, `back` for what made the rows, `forward` for what
            was made from them) and the positions of its rows, sorted.
        """
        step = self._step(operator_id)
        asked = as_rows(rows, step.n_rows, operator_id)
        found = trace(step, asked, self._steps.values())
        out: dict[str, tuple[Role, npt.NDArray[np.int64]]] = {}
        for role, part in (("back", found.back), ("self", {step: asked}), ("forward", found.forward)):
            for node, positions in part.items():
                out[self.plan.ids[node.operator]] = (role, np.asarray(positions, np.int64))  # type: ignore[assignment]
        return {key: out[key] for key in self.plan.by_id if key in out}

    def code_lines(self, operator_id: str) -> dict[str, list[tuple[int, int]]]:
        """The lines an operator stands for, as inclusive ranges: in the rewritten code, and in the original."""
        code = self.plan.by_id[operator_id].code
        if code is None:
            return {"original": [], "rewritten": []}
        lines = sorted({o for line in range(code.first, code.last + 1) for o in self._line_map.get(line, ())})
        return {"original": _ranges(lines), "rewritten": [(code.first, code.last)]}


def _ranges(lines: Sequence[int]) -> list[tuple[int, int]]:
    out: list[tuple[int, int]] = []
    for line in lines:
        if out and line == out[-1][1] + 1:
            out[-1] = (out[-1][0], line)
        else:
            out.append((line, line))
    return out


@contextmanager
def record() -> Iterator[list[Frame]]:
    """Within it, every frame that is made is put into the list it gives; make a `Capture` of it afterwards."""
    with recording() as frames:
        yield frames
