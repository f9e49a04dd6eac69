"""Shows a captured run to the view: the view speaks of operators by id, the plan by object."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from lester_jupyter.frame import Capture
from lester_jupyter.plan.format import describe
from lester_jupyter.widgets.source import Role


@dataclass(frozen=True)
class ShownOperator:
    """One operator as the view sees it; see `widgets.source.PlanOperator`."""

    id: str
    kind: str
    label: str
    inputs: tuple[str, ...]
    columns: tuple[str, ...]
    value_edges: tuple[tuple[int, int, int], ...]
    control_edges: tuple[tuple[int, int], ...]
    exact: bool


@dataclass(frozen=True)
class ShownPlan:
    """The operators, inputs first."""

    operators: tuple[ShownOperator, ...]


class CapturedRun:
    """A capture, as the view asks for it (`widgets.source.PlanSource`).

    Args:
        capture: what ran.
    """

    def __init__(self, capture: Capture) -> None:
        self._capture = capture

    @cached_property
    def plan(self) -> ShownPlan:
        """The plan, by ids."""
        plan = self._capture.plan
        return ShownPlan(
            tuple(
                ShownOperator(
                    id=key,
                    kind=operator.kind,
                    label=describe(operator, plan),
                    inputs=tuple(plan.ids[i] for i in operator.inputs),
                    columns=tuple(map(str, operator.columns)),
                    value_edges=tuple(operator.value_edges()),
                    control_edges=tuple(operator.control_edges()),
                    exact=operator.exact,
                )
                for key, operator in plan.by_id.items()
            )
        )

    def rows(self, operator: str) -> int:
        """Number of rows of an operator's table."""
        return self._capture.rows(operator)

    def table(self, operator: str) -> pd.DataFrame:
        """An operator's table."""
        return self._capture.table(operator)

    def trace(self, operator: str, rows: Sequence[int]) -> Mapping[str, tuple[Role, npt.NDArray[np.integer[Any]]]]:
        """Role and rows of every table that the given rows touch."""
        return self._capture.trace(operator, rows)

    def code_lines(self, operator: str) -> Mapping[str, Sequence[tuple[int, int]]]:
        """Lines of the original and of the rewritten code behind an operator."""
        return self._capture.code_lines(operator)
