"""Plans as Mermaid flowcharts, which JupyterLab, GitHub and many editors draw without further tools."""

from __future__ import annotations

from lester_jupyter.plan.format import GLYPHS, describe
from lester_jupyter.plan.graph import Plan
from lester_jupyter.plan.operator import Operator

_SHAPES = {"scan": ("([", "])"), "join": ("{{", "}}"), "union": ("{{", "}}")}
_SPECIAL = str.maketrans({c: f"#{ord(c)};" for c in '"#<>&`;'})
"""Characters with a meaning in Mermaid or in HTML, as its numeric entities."""


def to_mermaid(plan: Plan) -> str:
    """Writes a plan in Mermaid's language, one node an operator, named by its id.

    What an operator learns from comes in by a dotted arrow. Values of the data (in predicates) are written as entities,
    so that none of them can be read as Mermaid or HTML.
    """
    lines = ["flowchart TD"]
    for key, operator in plan.by_id.items():
        left, right = _SHAPES.get(operator.kind, ("[", "]"))
        label = f"{GLYPHS[operator.kind]} {describe(operator, plan)}".translate(_SPECIAL)
        lines.append(f'  {key}{left}"{label}"{right}')
        lines += [f"  {plan.ids[i]} {_arrow(operator, slot)} {key}" for slot, i in enumerate(operator.inputs)]
    return "\n".join(lines) + "\n"


def _arrow(operator: Operator, slot: int) -> str:
    if slot in operator.fit_slots:
        return "-.->"
    return f"-->|{'LR'[slot]}|" if operator.kind == "join" else "-->"
