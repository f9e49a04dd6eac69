"""Shows what ran to the view: the view speaks of operators by id, the plan by object."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property, singledispatch
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from lester_jupyter.errors import UsageError
from lester_jupyter.frame import Capture, ExecutablePlan, Frame
from lester_jupyter.magic.shown import ShownPlan, shown
from lester_jupyter.widgets.source import PlanSource, Role

Rows = npt.NDArray[np.integer[Any]]
Touched = Mapping[str, tuple[Role, Rows]]


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
        return shown(self._capture.plan)

    def rows(self, operator: str) -> int:
        """Number of rows of an operator's table."""
        return self._capture.rows(operator)

    def records(self, operator: str, rows: Rows, most: int) -> pd.DataFrame:
        """Some rows of an operator's table."""
        return self._capture.table(operator).iloc[rows, :most]

    def trace(self, operator: str, rows: Sequence[int]) -> Touched:
        """Role and rows of every table that the given rows touch."""
        return self._capture.trace(operator, rows)

    def code_lines(self, operator: str) -> Mapping[str, Sequence[tuple[int, int]]]:
        """Lines of the original and of the rewritten code behind an operator."""
        return self._capture.code_lines(operator)


@singledispatch
def source_of(thing: object) -> PlanSource:
    """What the view can ask of something that ran.

    Args:
        thing: a frame, a capture, a plan that ran, or a pipeline's run.

    Raises:
        UsageError: something else, or a plan that has not run.
    """
    raise UsageError(
        f"There is no plan behind {type(thing).__name__}.",
        hint="show takes a frame, a capture, a plan or the run of a pipeline",
    )


@source_of.register
def _(thing: Capture) -> PlanSource:
    return CapturedRun(thing)


@source_of.register
def _(thing: Frame) -> PlanSource:
    return CapturedRun(Capture([thing]))


@source_of.register
def _(thing: ExecutablePlan) -> PlanSource:
    if not thing._ran:
        raise UsageError("This plan has not run, so there are no records to show.", hint="show(plan.execute())")
    return CapturedRun(Capture([Frame(relation) for relation in thing._ran.values()]))
