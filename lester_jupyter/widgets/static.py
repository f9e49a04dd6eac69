"""The frozen record of a rewrite: what a saved notebook, an export and a terminal show without a kernel."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from html import escape
from typing import Any

from lester_jupyter.widgets.display import visible
from lester_jupyter.widgets.kinds import kind_of
from lester_jupyter.widgets.messages import (
    PLAN_MIME,
    REWRITE_MIME,
    CounterexamplePayload,
    FindingPayload,
    OperatorPayload,
    PlanPayload,
    RewritePayload,
    Status,
    VerificationPayload,
)
from lester_jupyter.widgets.payload import verdict
from lester_jupyter.widgets.svg import plan_svg

_SAID: dict[Status, str] = {
    "working": "Working",
    "verified": "Verified",
    "unverified": "Not verified",
    "refused": "Not rewritten",
    "failed": "Failed",
    "accepted": "Accepted",
    "rejected": "Rejected",
}
_ADDED, _REMOVED = "rgba(46,160,67,.18)", "rgba(248,81,73,.18)"
_GOOD, _BAD, _PLAIN = "#1a7f37", "#b35900", "#5b6470"
_SANS = "var(--jp-ui-font-family,Arial,Helvetica,sans-serif)"
_MONO = "font-family:ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace;font-size:12px;line-height:1.5"


@dataclass(frozen=True)
class Record:
    """Everything a record shows; the texts are the live view's own.

    Attributes:
        title: heading.
        status: where the rewrite stands.
        original: the cell as the user wrote it.
        rewritten: the declarative code, empty when there is none.
        verification: verdict, counterexample and findings.
        plan: the plan, or None before it ran.
        message: one line about the last action.
        hint: what to do to see more, or an empty string.
    """

    title: str
    status: Status
    original: str = ""
    rewritten: str = ""
    verification: VerificationPayload | None = None
    plan: PlanPayload | None = None
    message: str = ""
    hint: str = ""

    def headline(self, *, counts: bool = True) -> str:
        """Says the state in one sentence: the verdict where there is one, with what became of it.

        Args:
            counts: whether to say on how many inputs; the number depends on the time that verification had.
        """
        said = _SAID[self.status]
        evidence = verdict(self.verification)
        if not counts:
            evidence = re.sub(r"\d+ changed inputs?", "changed inputs", evidence)
        if not evidence or self.status in ("working", "refused", "failed"):
            return said
        return evidence if evidence.startswith(said) else f"{said} · {evidence}"


def bundle(record: Record) -> dict[str, Any]:
    """Returns the record in every form a notebook can keep."""
    verified = record.verification is not None and record.verification["verified"]
    mark: RewritePayload = {"version": 1, "status": record.status, "verified": verified}
    data: dict[str, Any] = {"text/plain": as_text(record), "text/html": as_html(record), REWRITE_MIME: mark}
    if record.plan is not None:
        data["image/svg+xml"] = plan_svg(record.plan)
        data[PLAN_MIME] = record.plan
    return data


def plan_bundle(plan: PlanPayload, *, title: str = "", hint: str = "") -> dict[str, Any]:
    """Returns a plan without a rewrite in every form a notebook can keep."""
    head = [visible(title)] if title else []
    tail = [hint] if hint else []
    heading = f'<p style="margin:4px 0"><b>{escape(visible(title))}</b></p>' if title else ""
    return {
        "text/plain": "\n".join([*head, plan_text(plan), *tail]),
        "text/html": _html_record([heading, *_html_plan(plan), _html_hint(hint)]),
        "image/svg+xml": plan_svg(plan),
        PLAN_MIME: plan,
    }


def as_text(record: Record) -> str:
    """Writes the record for a terminal: the verdict, the findings, and the plan as a numbered tree.

    Two runs of the same notebook give the same text, so that it can be compared: it holds no counts of what was
    tried in a limited time.
    """
    lines = [" · ".join(filter(None, [visible(record.title), record.headline(counts=False), visible(record.message)]))]
    if record.verification is not None:
        example = record.verification["counterexample"]
        if example is not None:
            lines += [f"  ! {text}" for text in _example_lines(example)]
        lines += [f"  ! {_finding_text(f)}" for f in record.verification["findings"] if f["kind"] != "evidence"]
    if record.plan is not None:
        lines.append(plan_text(record.plan))
    if record.hint:
        lines.append(record.hint)
    return "\n".join(lines)


def plan_text(plan: PlanPayload) -> str:
    """Writes a plan as a numbered list, inputs first.

    An arrow (←) names what each operator reads, a dashed one (⇠) what it only learns from.
    """
    operators = plan["operators"]
    number = {o["id"]: i + 1 for i, o in enumerate(operators)}
    wide = min(44, max((len(o["label"]) for o in operators), default=0))
    deep = min(32, max((len(o["detail"]) for o in operators), default=0))
    lines = []
    for o in operators:
        label = o["label"] if len(o["label"]) <= wide else o["label"][: wide - 1] + "…"
        line = f"{number[o['id']]:>3} {kind_of(o['kind']).glyph} {label:<{wide}}  {o['detail']:<{deep}}"
        for arrow, read in zip("←⇠", _inputs(o), strict=True):
            line += f"  {arrow} {', '.join(f'[{number[i]}]' for i in read)}" if read else ""
        lines.append(line.rstrip())
    return "\n".join(lines)


def as_html(record: Record) -> str:
    """Writes the record as one block of HTML: inline styles only, every text escaped, no script."""
    parts = [_html_headline(record)]
    if record.verification is not None:
        parts.append(_html_example(record.verification["counterexample"]))
        parts.append(_html_findings(record.verification["findings"]))
    if record.rewritten and record.rewritten != record.original:
        parts.append(_html_details("Diff", _html_diff(record.original, record.rewritten), is_open=True))
    elif record.original:
        parts.append(_html_details("Code", _html_code(record.original), is_open=False))
    if record.plan is not None:
        parts += _html_plan(record.plan)
    return _html_record([*parts, _html_hint(record.hint)])


def _html_record(parts: list[str]) -> str:
    return f'<div class="lester-record" style="max-width:980px;font-family:{_SANS}">{"".join(parts)}</div>'


def _html_plan(plan: PlanPayload) -> list[str]:
    return [
        _html_details("Plan", plan_svg(plan), is_open=True),
        _html_details("Plan as a list", _html_list(plan), is_open=False),
    ]


def _html_hint(hint: str) -> str:
    return f'<p style="color:{_PLAIN};margin:4px 0">{escape(hint)}</p>' if hint else ""


def _html_headline(record: Record) -> str:
    good = record.verification is not None and record.verification["verified"]
    color = _GOOD if good else _PLAIN if record.status in ("working", "rejected") else _BAD
    title = f"<b>{escape(visible(record.title))}</b> · " if record.title else ""
    message = f" · {escape(visible(record.message))}" if record.message else ""
    said = escape(record.headline())
    return f'<p style="margin:4px 0">{title}<b style="color:{color}">{said}</b>{message}</p>'


def _html_example(example: CounterexamplePayload | None) -> str:
    if example is None:
        return ""
    cell = f"padding:2px 8px;text-align:left;{_MONO};white-space:pre-wrap"
    rows = "".join(
        f'<tr><th style="padding:2px 8px;text-align:left">{name}</th><td style="{cell};background:{tint}">'
        f"{escape(visible(text) if text is not None else '(no such row)')}</td></tr>"
        for name, text, tint in (
            ("original", example["original_row"], _REMOVED),
            ("rewritten", example["rewritten_row"], _ADDED),
        )
    )
    heading = escape(_example_lines(example)[0])
    return f'<p style="margin:4px 0">{heading}</p><table style="border-collapse:collapse;margin:4px 0">{rows}</table>'


def _html_findings(findings: list[FindingPayload]) -> str:
    if not findings:
        return ""
    items = "".join(f"<li>{escape(_finding_text(f))}</li>" for f in findings)
    return f'<ul style="margin:4px 0;padding-left:20px">{items}</ul>'


def _html_details(name: str, body: str, *, is_open: bool) -> str:
    state = " open" if is_open else ""
    return f'<details{state} style="margin:4px 0"><summary style="cursor:pointer">{name}</summary>{body}</details>'


def _html_code(code: str) -> str:
    text = "\n".join(escape(visible(line)) for line in code.split("\n"))
    return f'<pre style="margin:4px 0;overflow:auto;{_MONO}">{text}</pre>'


def _html_diff(original: str, rewritten: str) -> str:
    before, after = (code.rstrip("\n").split("\n") for code in (original, rewritten))
    lines = difflib.unified_diff(before, after, "original", "rewritten", n=3, lineterm="")
    tints = {"+": _ADDED, "-": _REMOVED}
    rows = "".join(
        f'<div style="background:{tints.get(line[:1], "transparent")}">{escape(visible(line)) or " "}</div>'
        for line in list(lines)[2:]  # without the two lines of file names
    )
    return f'<pre style="margin:4px 0;overflow:auto;{_MONO}">{rows}</pre>'


def _html_list(plan: PlanPayload) -> str:
    number = {o["id"]: i + 1 for i, o in enumerate(plan["operators"])}
    items = "".join(_html_item(o, number) for o in plan["operators"])
    return f'<ol style="margin:4px 0;padding-left:28px">{items}</ol>'


def _html_item(operator: OperatorPayload, number: dict[str, int]) -> str:
    kind = kind_of(operator["kind"])
    said = zip(("reads", "learns from"), _inputs(operator), strict=True)
    tail = "".join(f" · {verb} {' and '.join(str(number[i]) for i in read)}" for verb, read in said if read)
    text = f"{kind.glyph} <b>{escape(operator['label'])}</b> — {escape(kind.verb)} · {escape(operator['detail'])}{tail}"
    return f"<li>{text}</li>"


def _inputs(operator: OperatorPayload) -> tuple[list[str], list[str]]:
    """What an operator reads, and what else it only learns from."""
    learned = set(operator["fit_slots"])
    read = [i for slot, i in enumerate(operator["inputs"]) if slot not in learned]
    fits = [i for slot, i in enumerate(operator["inputs"]) if slot in learned and i not in read]
    return read, list(dict.fromkeys(fits))


def _example_lines(example: CounterexamplePayload) -> list[str]:
    said = example["row"] is None or re.search(r"\brow\b", example["detail"])
    row = "" if said else f", row {example['row']}"
    heading = visible(f"Differs on {example['name']}{row}: {example['detail']}").rstrip(": ")
    rows = [("original ", example["original_row"]), ("rewritten", example["rewritten_row"])]
    return [heading, *(f"{name} {visible(text)}" for name, text in rows if text is not None)]


def _finding_text(finding: FindingPayload) -> str:
    where = ""
    if finding["lines"] is not None:
        first, last = finding["lines"]
        where = f"line {first}: " if first == last else f"lines {first}-{last}: "
    hint = f" Hint: {finding['hint']}" if finding["hint"] else ""
    return visible(f"{where}{finding['message']}{hint}")
