"""The two lines of a card: what an operator does, and what became of the rows or columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lester_jupyter.widgets.display import counted, human
from lester_jupyter.widgets.edges import inputs_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from lester_jupyter.widgets.source import PlanOperator, PlanSource


_METRICS = 3
"""How many metrics a card has room for."""


@dataclass(frozen=True)
class DescribedPlan:
    """A plan with what describing one operator takes of the others.

    Attributes:
        source: what ran.
        operators: the operators by identifier, inputs first.
        rows: how many rows each gave.
        cards: see `grouping.cards`.
        lanes: see `grouping.lanes`.
    """

    source: PlanSource
    operators: Mapping[str, PlanOperator]
    rows: Mapping[str, int]
    cards: Mapping[str, str]
    lanes: Mapping[str, str | None]

    def before(self, operator: PlanOperator) -> list[PlanOperator]:
        """What an operator reads."""
        return [self.operators[i] for i in operator.inputs]

    def on_card(self, operator: PlanOperator) -> list[PlanOperator]:
        """The encoders on an operator's card."""
        return [self.operators[i] for i in operator.inputs if self.cards[i] == operator.id]


def label(plan: DescribedPlan, operator: PlanOperator) -> str:
    """Says what an operator does: in its own words, or for the card of several encoders by what goes in and out."""
    encoders = plan.on_card(operator)
    if not encoders:
        return operator.label
    read = {(e.inputs[0], i) for e in encoders for edge in e.values for i in inputs_of(edge)}
    return f"{counted(len(read), 'column')} → {counted(operator.width, 'feature')}"


def detail(plan: DescribedPlan, operator: PlanOperator) -> str:
    """Writes the second line of a card: what the operator did to the number of rows or of columns."""
    before = plan.before(operator)
    say = _DETAILS.get(operator.kind, _detail_of_rows) if before else _detail_of_table
    text = say(plan, operator, before)
    return text if operator.exact else f"{text} · lineage ≈"


def _detail_of_table(plan: DescribedPlan, operator: PlanOperator, _: Sequence[PlanOperator]) -> str:
    return f"{counted(plan.rows[operator.id], 'row')} · {counted(operator.width, 'column')}"


def _detail_of_rows(plan: DescribedPlan, operator: PlanOperator, before: Sequence[PlanOperator]) -> str:
    return f"{' + '.join(human(plan.rows[b.id]) for b in before)} → {counted(plan.rows[operator.id], 'row')}"


def _detail_of_join(plan: DescribedPlan, operator: PlanOperator, before: Sequence[PlanOperator]) -> str:
    return f"{' ⋈ '.join(human(plan.rows[b.id]) for b in before)} → {counted(plan.rows[operator.id], 'row')}"


def _detail_of_columns(_: DescribedPlan, operator: PlanOperator, before: Sequence[PlanOperator]) -> str:
    return f"{human(before[0].width)} → {counted(operator.width, 'column')}"


def _detail_of_new_columns(plan: DescribedPlan, operator: PlanOperator, before: Sequence[PlanOperator]) -> str:
    added = operator.width - before[0].width
    changed = f"+{counted(added, 'column')}" if added > 0 else counted(operator.width, "column")
    return f"{counted(plan.rows[operator.id], 'row')} · {changed}"


def _detail_of_features(plan: DescribedPlan, operator: PlanOperator, _: Sequence[PlanOperator]) -> str:
    return f"{counted(plan.rows[operator.id], 'row')} · {counted(operator.width, 'feature')}"


def _detail_of_a_fit(plan: DescribedPlan, _: PlanOperator, before: Sequence[PlanOperator]) -> str:
    return f"{counted(plan.rows[before[0].id], 'row')} · {counted(before[0].width, 'feature')}"


def _detail_of_predictions(plan: DescribedPlan, operator: PlanOperator, _: Sequence[PlanOperator]) -> str:
    return counted(plan.rows[operator.id], "row")


def _detail_of_a_score(plan: DescribedPlan, operator: PlanOperator, before: Sequence[PlanOperator]) -> str:
    """The metrics themselves: they are about all rows, of no single one."""
    table = plan.source.records(operator.id, np.arange(plan.rows[operator.id]), _METRICS)
    of = f"of {counted(plan.rows[before[0].id], 'row')}"
    if len(table) != 1:
        return of
    return " · ".join([*(f"{name} {_metric(table[name].iloc[0])}" for name in table.columns), of])


def _metric(value: Any) -> str:
    return f"{value:.3g}" if isinstance(value, (int, float, np.number)) else str(value)


_DETAILS: dict[str, Callable[[DescribedPlan, PlanOperator, Sequence[PlanOperator]], str]] = {
    "join": _detail_of_join,
    "select": _detail_of_columns,
    "drop": _detail_of_columns,
    "rename": _detail_of_table,
    "project": _detail_of_columns,
    "extend": _detail_of_new_columns,
    "label": _detail_of_new_columns,
    "window": _detail_of_new_columns,
    "fill_missing": _detail_of_table,
    "cast": _detail_of_table,
    "fit_transform": _detail_of_features,
    "transform": _detail_of_features,
    "concat_features": _detail_of_features,
    "fit_model": _detail_of_a_fit,
    "predict": _detail_of_predictions,
    "score": _detail_of_a_score,
}
