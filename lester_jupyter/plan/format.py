"""Plans as text: one line an operator for labels, a numbered tree for terminals, screen readers and diffs."""

from __future__ import annotations

from functools import singledispatch

from lester_jupyter.plan.expressions import to_text
from lester_jupyter.plan.graph import Plan
from lester_jupyter.plan.operator import Operator
from lester_jupyter.plan.operators import (
    Distinct,
    Extend,
    FillMissing,
    Filter,
    Join,
    Opaque,
    Project,
    Rename,
    Scan,
    Split,
    Union,
)

GLYPHS: dict[str, str] = {
    "scan": "▤",
    "filter": "σ",
    "extend": "ƒ",
    "project": "π",
    "rename": "ρ",
    "join": "⋈",
    "union": "∪",
    "distinct": "δ",
    "fill_missing": "ƒ",
    "split": "✂",
    "opaque": "?",
}
"""The sign of each kind of operator, as in the plan graph."""


_LONGEST = 96
"""Most characters of a description: a card or a line of a terminal."""


def _names(names: tuple[object, ...], most: int = 4) -> str:
    shown = ", ".join(map(str, names[:most]))
    return shown + (f" +{len(names) - most}" if len(names) > most else "")


def describe(operator: Operator, plan: Plan | None = None) -> str:
    """Says in one short line what an operator does.

    Args:
        operator: the operator.
        plan: the plan it is part of; with it, sources that share a name are told apart.
    """
    if plan is not None and isinstance(operator, Scan):
        return plan.source_names[operator.source]
    text = " ".join(line.strip() for line in _describe(operator).splitlines())
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


@singledispatch
def _describe(operator: Operator) -> str:
    raise TypeError(f"no description for {type(operator).__name__}")


@_describe.register
def _(operator: Scan) -> str:
    return operator.source.name


@_describe.register
def _(operator: Filter) -> str:
    return to_text(operator.predicate)


@_describe.register
def _(operator: Extend) -> str:
    return f"{_names(operator.targets)} = {operator.function.applied([str(s) for s in operator.sources])}"


@_describe.register
def _(operator: Project) -> str:
    before, after = len(operator.inputs[0].columns), len(operator.names)
    return f"keep {_names(operator.names)}" if after <= 3 else f"keep {after} of {before} columns"


@_describe.register
def _(operator: Rename) -> str:
    return _names(tuple(f"{old} → {new}" for old, new in operator.names))


@_describe.register
def _(operator: Join) -> str:
    pairs = zip(operator.left_on, operator.right_on, strict=True)
    return f"{operator.how} on {_names(tuple(str(a) if a == b else f'{a} = {b}' for a, b in pairs))}"


@_describe.register
def _(operator: Union) -> str:
    return f"union of {len(operator.inputs)} tables"


@_describe.register
def _(operator: Distinct) -> str:
    whole = operator.subset == operator.inputs[0].columns
    return f"{operator.keep} of each {'row' if whole else _names(operator.subset)}"


@_describe.register
def _(operator: FillMissing) -> str:
    return "fill missing " + _names(tuple(f"{name} with {value!r}" for name, value in operator.values))


@_describe.register
def _(operator: Split) -> str:
    share = operator.train_fraction if operator.part == "train" else 1 - operator.train_fraction
    return f"{operator.part} {share:.0%}, seed {operator.seed}"


@_describe.register
def _(operator: Opaque) -> str:
    return f"not understood: {operator.reason}"


def explain(plan: Plan, rows: dict[str, int] | None = None) -> str:
    """Writes a plan as a numbered list, inputs first.

    Args:
        plan: the plan.
        rows: number of rows each operator gave (by its id), where it has run.
    """
    lines = []
    for key, operator in plan.by_id.items():
        line = f"{key[1:]:>3} {GLYPHS[operator.kind]} {describe(operator, plan):<44}"
        if rows is not None and key in rows:
            line += f" {rows[key]:>9,} rows"
        if operator.inputs:
            line += " ← " + ", ".join(f"[{plan.ids[i][1:]}]" for i in operator.inputs)
        if not operator.exact:
            line += "  (over-approximate)"
        lines.append(line.rstrip())
    return "\n".join(lines)
