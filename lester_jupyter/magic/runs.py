"""Shows pipelines' runs to the view; kept apart because it needs what pipelines need (scikit-learn)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from lester_jupyter.encoding.operators import Encoded
from lester_jupyter.engines import Relation
from lester_jupyter.errors import UsageError
from lester_jupyter.frame import Capture
from lester_jupyter.lineage import topological, trace
from lester_jupyter.magic.preview import feature_names, preview
from lester_jupyter.magic.shown import ShownPlan, shown
from lester_jupyter.magic.source import Rows, Touched, source_of
from lester_jupyter.pipeline import PipelineRun
from lester_jupyter.pipeline.plan import PipelinePlan
from lester_jupyter.plan import ConcatFeatures, FitTransform, Operator, Transform
from lester_jupyter.widgets.source import PlanSource, Role


class RunSource:
    """A pipeline's run, as the view asks for it (`widgets.source.PlanSource`).

    Args:
        run: what ran.
    """

    def __init__(self, run: PipelineRun) -> None:
        self._plan = run.plan
        self._prepared = Capture((run.prepared, run.train, run.test))
        self._relations: dict[Operator, Relation] = {}
        self._names: dict[Operator, list[str] | None] = {}
        self._fitted = {part.step.operator.name: part.table.fitted for part in run.encoding.parts}  # type: ignore[attr-defined]
        learned = (run.encoding.features, *run.encoding.parts, run.test_features, run.fitted, run.predicted, run.scored)
        for relation in learned:
            self._relations[relation.step.operator] = relation
        self._steps = {s.operator: s for s in topological([run.scored.step])}

    @cached_property
    def plan(self) -> ShownPlan:
        """The plan, by ids."""
        return shown(self._plan)

    def rows(self, operator: str) -> int:
        """Number of rows of an operator's table; of a model, one."""
        return self._steps[self._plan.by_id[operator]].n_rows

    def records(self, operator: str, rows: Rows, most: int) -> pd.DataFrame:
        """Some rows of an operator's table, of its features, of what it predicted; or its model."""
        asked = self._plan.by_id[operator]
        shown_rows = preview(self._table(asked), rows, most)
        if isinstance(asked, FitTransform | Transform | ConcatFeatures):
            shown_rows.columns = pd.Index(self._feature_names(asked, shown_rows.shape[1]))
        return shown_rows

    def trace(self, operator: str, rows: Sequence[int]) -> Touched:
        """Role and rows of every table that the given rows touch."""
        step = self._steps[self._plan.by_id[operator]]
        found = trace(step, np.unique(np.asarray(rows, np.int64)), self._steps.values())
        touched: dict[str, tuple[Role, Rows]] = {operator: ("self", found.rows)}
        touched |= {self._plan.ids[s.operator]: ("back", r) for s, r in found.back.items()}
        touched |= {self._plan.ids[s.operator]: ("forward", r) for s, r in found.forward.items()}
        return touched

    def code_lines(self, operator: str) -> Mapping[str, Sequence[tuple[int, int]]]:
        """None: the code of a run is no single text."""
        del operator
        return {}

    def _table(self, operator: Operator) -> Any:
        if operator in self._relations:
            return self._relations[operator].table
        if operator in self._features:
            return self._features[operator]
        return self._prepared.table(self._prepared.plan.ids[operator])

    def _feature_names(self, operator: FitTransform | Transform | ConcatFeatures, most: int) -> list[str]:
        """Names of the first features: the encoders' own ones where they know them, else as the plan numbers them.

        Side by side they have the encoder's name before them, as scikit-learn does it.
        """
        if isinstance(operator, FitTransform | Transform):
            return [*(self._known_names(operator) or _numbered(operator, most))[:most]]
        names: list[str] = []
        for part in operator.inputs:
            if isinstance(part, FitTransform | Transform) and len(names) < most:
                known = self._known_names(part)
                names += _numbered(part, most) if known is None else [f"{part.name}__{name}" for name in known]
        return names[:most]

    def _known_names(self, operator: FitTransform | Transform) -> list[str] | None:
        if operator not in self._names:
            sources = list(map(str, operator.sources))
            self._names[operator] = feature_names(self._fitted[operator.name], sources, operator.n_features)
        return self._names[operator]

    @cached_property
    def _features(self) -> Mapping[Operator, Encoded]:
        """The features of each encoder where only those of all of them were kept: a range of their matrix."""
        found: dict[Operator, Encoded] = {}
        for operator, relation in self._relations.items():
            if not isinstance(operator, ConcatFeatures):
                continue
            bounds = zip(operator.inputs, operator.offsets, operator.offsets[1:], strict=False)
            for part, start, stop in bounds:
                found[part] = Encoded(relation.table.whole, start, stop)
        return found


def _numbered(operator: FitTransform | Transform, most: int) -> list[str]:
    return [f"{operator.name}_{i}" for i in range(min(operator.n_features, most))]


@source_of.register
def _(thing: PipelinePlan) -> PlanSource:
    if thing._run is None:
        raise UsageError("This plan has not run, so there are no records to show.", hint="run the pipeline")
    return RunSource(thing._run)


@source_of.register
def _(thing: PipelineRun) -> PlanSource:
    return RunSource(thing)
