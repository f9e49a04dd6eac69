"""Plans and verdicts as the JSON that the view draws."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lester_jupyter.widgets.details import DescribedPlan, detail, label
from lester_jupyter.widgets.display import visible, wire_safe
from lester_jupyter.widgets.grouping import cards, lanes
from lester_jupyter.widgets.messages import NAMED_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lester_jupyter.rewriting.types import CheckedInput, Finding, Verification
    from lester_jupyter.widgets.messages import (
        CounterexamplePayload,
        FindingPayload,
        Lines,
        OperatorPayload,
        PlanPayload,
        VerificationPayload,
    )
    from lester_jupyter.widgets.source import PlanOperator, PlanSource

_REAL = "the real inputs"
"""How verification calls the inputs as they are; it may run them more than once."""


def plan_payload(
    source: PlanSource,
    *,
    plan_id: str,
    title: str = "",
    original: str = "",
    rewritten: str = "",
    completeness: float = 1.0,
) -> PlanPayload:
    """Describes a captured plan for the view.

    Args:
        source: the plan that ran.
        plan_id: tells this plan from the others of the notebook.
        title: heading of the view.
        original: the cell as the user wrote it.
        rewritten: the declarative code.
        completeness: share of the cell that the plan covers, 0 to 1.
    """
    operators = {o.id: o for o in source.plan.operators}
    plan = DescribedPlan(
        source,
        operators,
        {name: source.rows(name) for name in operators},
        cards(source.plan.operators),
        lanes(source.plan.operators),
    )
    return {
        "version": 2,
        "id": plan_id,
        "title": visible(title),
        "operators": [_operator(plan, o) for o in operators.values()],
        "code": {"original": wire_safe(original), "rewritten": wire_safe(rewritten)},
        "completeness": completeness,
        "layout": None,
    }


def verification_payload(
    verification: Verification | None, findings: Iterable[Finding] = ()
) -> VerificationPayload | None:
    """Describes a verdict for the view, with what the rewriter found besides; None when there is nothing to say."""
    extra = [_finding(f) for f in findings]
    if verification is None:
        if not extra:
            return None
        return {"verified": False, "changed": 0, "counterexample": None, "findings": extra}
    changed = [c for c in verification.checked if not c.name.startswith(_REAL)]
    own = [f for f in map(_finding, verification.findings) if f not in extra]
    return {
        "verified": verification.verified,
        "changed": sum(c.outcome == "equal" for c in changed),
        "counterexample": _counterexample(verification.counterexample),
        "findings": extra + own,
    }


def verdict(verification: VerificationPayload | None) -> str:
    """Says in one sentence whether the rewrite is verified and on what evidence."""
    if verification is None:
        return ""
    if not verification["verified"]:
        return "Not verified"
    changed = verification["changed"]
    noun = "changed input" if changed == 1 else "changed inputs"
    return f"Verified: equal on the real inputs and on {changed} {noun}"


def _operator(plan: DescribedPlan, operator: PlanOperator) -> OperatorPayload:
    lines = plan.source.code_lines(operator.id)
    brief = operator.brief if plan.cards[operator.id] != operator.id else None
    return {
        "id": operator.id,
        "kind": operator.kind,
        "label": visible(label(plan, operator)),
        "detail": visible(detail(plan, operator)),
        "inputs": list(operator.inputs),
        "fit_slots": list(operator.fit_slots),
        "rows": plan.rows[operator.id],
        "width": operator.width,
        "columns": [visible(str(c)) for c in operator.columns[:NAMED_COLUMNS]],
        "values": list(operator.values),
        "fits": list(operator.fits),
        "own_controls": list(operator.own_controls),
        "controls": [(int(s), int(i)) for s, i in operator.controls],
        "exact": operator.exact,
        "card": plan.cards[operator.id],
        "brief": None if brief is None else (visible(brief[0]), visible(brief[1])),
        "lane": plan.lanes[operator.id],
        "original": _lines(lines.get("original", ())),
        "rewritten": _lines(lines.get("rewritten", ())),
    }


def _lines(spans: Iterable[tuple[int, int]]) -> list[Lines]:
    return [(int(a), int(b)) for a, b in spans]


def _finding(finding: Finding) -> FindingPayload:
    return {
        "kind": finding.kind,
        "severity": finding.severity,
        "message": visible(finding.message),
        "lines": finding.lines,
        "hint": visible(finding.hint),
    }


def _counterexample(checked: CheckedInput | None) -> CounterexamplePayload | None:
    if checked is None:
        return None
    return {
        "name": visible(checked.name),
        "detail": visible(checked.detail),
        "row": checked.row,
        "original_row": _row(checked.original_row),
        "rewritten_row": _row(checked.rewritten_row),
    }


def _row(text: str | None) -> str | None:
    return None if text is None else visible(text[:1000]) + ("…" if len(text) > 1000 else "")
