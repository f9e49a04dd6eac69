"""Plans as text: one line an operator for labels, a numbered tree for terminals, screen readers and diffs."""

from __future__ import annotations

from functools import singledispatch

from lester_jupyter.plan.expressions import to_text
from lester_jupyter.plan.graph import Plan
from lester_jupyter.plan.operator import Operator
from lester_jupyter.plan.operators import (
    Aggregate,
    Aggregation,
    Cast,
    ConcatFeatures,
    Distinct,
    DropMissing,
    Explode,
    Extend,
    FillMissing,
    Filter,
    FitModel,
    FitTransform,
    Join,
    Label,
    Limit,
    Opaque,
    Predict,
    Project,
    Rename,
    Scan,
    Score,
    Sort,
    Split,
    Transform,
    Union,
    Window,
)
from lester_jupyter.plan.references import Function, Name

GLYPHS: dict[str, str] = {
    "scan": "▤",
    "filter": "σ",
    "extend": "ƒ",
    "project": "π",
    "rename": "ρ",
    "join": "⋈",
    "union": "∪",
    "distinct": "δ",
    "aggregate": "γ",
    "sort": "↕",
    "limit": "↧",
    "fill_missing": "ϕ",
    "drop_missing": "∅",
    "cast": "ƒ",
    "explode": "⋔",
    "window": "γ",
    "split": "✂",
    "label": "◎",
    "fit_transform": "⊞",
    "transform": "⊞",
    "concat_features": "⊞",
    "fit_model": "★",
    "predict": "★",
    "score": "✓",
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
    if operator.function is None:
        return _names(tuple(f"{t} = {to_text(e)}" for t, e in zip(operator.targets, operator.expressions, strict=True)))
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
    return f"{operator.keep or 'the only'} of each {'row' if whole else _names(operator.subset)}"


@_describe.register
def _(operator: FillMissing) -> str:
    return "fill missing " + _names(tuple(f"{name} with {value!r}" for name, value in operator.values))


@_describe.register
def _(operator: Split) -> str:
    share = operator.train_fraction if operator.part == "train" else 1 - operator.train_fraction
    how = (f", each {_names(operator.stratify)} alike" if operator.stratify else "") + (
        f", {_names(operator.group)} together" if operator.group else ""
    )
    return f"{operator.part} {share:.0%}, seed {operator.seed}{how}"


def _applied(function: str | Function, source: Name | None) -> str:
    arguments = [] if source is None else [str(source)]
    return function.applied(arguments) if isinstance(function, Function) else f"{function}({', '.join(arguments)})"


def _aggregation(made: Aggregation) -> str:
    return f"{made.target} = {_applied(made.function, made.source)}"


def _ordered(by: tuple[Name, ...], ascending: tuple[bool, ...]) -> str:
    return _names(tuple(f"{name}{'' if up else ' descending'}" for name, up in zip(by, ascending, strict=True)))


@_describe.register
def _(operator: Aggregate) -> str:
    computed = _names(tuple(map(_aggregation, operator.aggregations))) or "groups"
    return f"{computed} by {_names(operator.by)}" if operator.by else computed


@_describe.register
def _(operator: Sort) -> str:
    return f"by {_ordered(operator.by, operator.ascending)}"


@_describe.register
def _(operator: Limit) -> str:
    after = f" after {operator.offset}" if operator.offset else ""
    return f"{'last' if operator.end else 'first'} {operator.n} rows{after}"


@_describe.register
def _(operator: DropMissing) -> str:
    least = operator.how if operator.thresh is None else f"fewer than {operator.thresh}"
    whole = operator.subset == operator.inputs[0].columns
    of = "" if whole else f" of {_names(operator.subset)}"
    return f"drop rows with {least}{of} {'missing' if operator.thresh is None else 'present'}"


@_describe.register
def _(operator: Cast) -> str:
    return _names(tuple(f"{name} as {kind}" for name, kind in operator.types))


@_describe.register
def _(operator: Explode) -> str:
    return f"a row for each of {_names(operator.names)}"


@_describe.register
def _(operator: Window) -> str:
    extent = {"rolling": f" over {operator.size} rows", "expanding": " so far", "offset": f" by {operator.size}"}
    by = f" by {_names(operator.by)}" if operator.by else ""
    order = f" in order of {_ordered(operator.order_by, operator.ascending)}" if operator.order_by else ""
    what = f"{_applied(operator.function, operator.source)}{extent.get(operator.extent, '')}"
    return f"{operator.target} = {what}{by}{order}"


@_describe.register
def _(operator: Label) -> str:
    if operator.targets == operator.sources and operator.function is None:
        return f"label {operator.targets[0]}"
    made = _describe.dispatch(Extend)(operator)
    return made if operator.targets == ("label",) else f"label {made}"


@_describe.register(FitTransform)
@_describe.register(Transform)
def _(operator: FitTransform | Transform) -> str:
    return f"{_names(operator.sources)} {operator.estimator.name} → {operator.n_features}"


@_describe.register
def _(operator: ConcatFeatures) -> str:
    return f"{operator.offsets[-1]} features"


@_describe.register
def _(operator: FitModel) -> str:
    return f"{operator.estimator.name} learns {operator.label}"


@_describe.register
def _(operator: Predict) -> str:
    model = operator.inputs[1]
    return f"predict {model.label if isinstance(model, FitModel) else 'the label'}"


@_describe.register
def _(operator: Score) -> str:
    return _names(operator.metrics)


@_describe.register
def _(operator: Opaque) -> str:
    return f"not understood: {operator.reason}"


def explain(plan: Plan, rows: dict[str, int] | None = None) -> str:
    """Writes a plan as a numbered list, inputs first; ⇠ leads from what was learned from.

    Args:
        plan: the plan.
        rows: number of rows each operator gave (by its id), where it has run.
    """
    lines = []
    for key, operator in plan.by_id.items():
        line = f"{key[1:]:>3} {GLYPHS[operator.kind]} {describe(operator, plan):<44}"
        if rows is not None and key in rows:
            line += f" {rows[key]:>9,} rows"
        for arrow, learned in (("←", False), ("⇠", True)):
            read = [i for slot, i in enumerate(operator.inputs) if (slot in operator.fit_slots) is learned]
            line += f" {arrow} {', '.join(f'[{plan.ids[i][1:]}]' for i in read)}" if read else ""
        if not operator.exact:
            line += "  (not exact)"
        lines.append(line.rstrip())
    return "\n".join(lines)
