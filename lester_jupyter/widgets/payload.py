"""Plans and verdicts as the JSON that the view draws."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lester_jupyter.widgets.display import counted, human, visible, wire_safe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

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
    rows = {name: source.rows(name) for name in operators}
    return {
        "version": 1,
        "id": plan_id,
        "title": visible(title),
        "operators": [_operator(source, o, operators, rows) for o in operators.values()],
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


def _operator(
    source: PlanSource, operator: PlanOperator, operators: dict[str, PlanOperator], rows: dict[str, int]
) -> OperatorPayload:
    lines = source.code_lines(operator.id)
    before = [operators[i] for i in operator.inputs]
    return {
        "id": operator.id,
        "kind": operator.kind,
        "label": visible(operator.label),
        "detail": _detail(operator, before, rows),
        "inputs": list(operator.inputs),
        "rows": rows[operator.id],
        "columns": [visible(str(c)) for c in operator.columns],
        "values": [(int(o), int(s), int(i)) for o, s, i in operator.value_edges],
        "controls": [(int(s), int(i)) for s, i in operator.control_edges],
        "exact": operator.exact,
        "original": _lines(lines.get("original", ())),
        "rewritten": _lines(lines.get("rewritten", ())),
    }


def _lines(spans: Iterable[tuple[int, int]]) -> list[Lines]:
    return [(int(a), int(b)) for a, b in spans]


def _detail(operator: PlanOperator, before: Sequence[PlanOperator], rows: dict[str, int]) -> str:
    """Writes the second line of a card: what the operator did to the number of rows or of columns."""
    say = _DETAILS.get(operator.kind, _detail_of_rows)
    text = say(operator, before, rows) if before else _detail_of_table(operator, before, rows)
    return text if operator.exact else f"{text} · lineage ≈"


def _detail_of_table(operator: PlanOperator, _: Sequence[PlanOperator], rows: dict[str, int]) -> str:
    return f"{counted(rows[operator.id], 'row')} · {counted(len(operator.columns), 'column')}"


def _detail_of_rows(operator: PlanOperator, before: Sequence[PlanOperator], rows: dict[str, int]) -> str:
    return f"{' + '.join(human(rows[b.id]) for b in before)} → {counted(rows[operator.id], 'row')}"


def _detail_of_join(operator: PlanOperator, before: Sequence[PlanOperator], rows: dict[str, int]) -> str:
    return f"{' ⋈ '.join(human(rows[b.id]) for b in before)} → {counted(rows[operator.id], 'row')}"


def _detail_of_columns(operator: PlanOperator, before: Sequence[PlanOperator], _: dict[str, int]) -> str:
    return f"{len(before[0].columns)} → {counted(len(operator.columns), 'column')}"


def _detail_of_new_columns(operator: PlanOperator, before: Sequence[PlanOperator], rows: dict[str, int]) -> str:
    added = len(operator.columns) - len(before[0].columns)
    changed = f"+{counted(added, 'column')}" if added > 0 else counted(len(operator.columns), "column")
    return f"{counted(rows[operator.id], 'row')} · {changed}"


_DETAILS: dict[str, Callable[[PlanOperator, Sequence[PlanOperator], dict[str, int]], str]] = {
    "join": _detail_of_join,
    "select": _detail_of_columns,
    "drop": _detail_of_columns,
    "rename": _detail_of_table,
    "project": _detail_of_columns,
    "extend": _detail_of_new_columns,
    "fill_missing": _detail_of_table,
    "cast": _detail_of_table,
}


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
