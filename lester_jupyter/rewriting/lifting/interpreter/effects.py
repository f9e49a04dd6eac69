"""What a loop puts into lists, dictionaries, sets and files."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from lester_jupyter.rewriting.lifting.expressions import columns_of, lines_of, substitute
from lester_jupyter.rewriting.lifting.interpreter.context import Context, Effect, Refusal, Row
from lester_jupyter.rewriting.lifting.interpreter.shapes import columns_for, leaves, shape, transform
from lester_jupyter.rewriting.lifting.interpreter.text import note_put_out
from lester_jupyter.rewriting.lifting.steps import Extend, Filter, Step
from lester_jupyter.rewriting.lifting.values import (
    Collection,
    Constant,
    Contribution,
    Fields,
    Line,
    Mode,
    Named,
    Opaque,
    Record,
    Scalar,
    Sequence,
    Value,
)


def put(
    ctx: Context,
    collection: Collection,
    mode: Mode,
    element: Value,
    node: ast.expr | ast.stmt,
    *,
    key: Value | None = None,
) -> None:
    """Puts a value of the current record into a collection; what is no value of a record spoils the collection."""
    assert ctx.row is not None
    lines = tuple(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    for value in (element, key):
        if isinstance(value, Opaque):
            spoil(collection, value)
            return
    try:
        plan = ctx.row.plan
        if not isinstance(element, Line | Fields | Named):
            plan, element = columns_for(plan, element, ctx, lines, _hints(element))
        if key is not None:
            plan, key = columns_for(plan, key, ctx, lines)
    except Refusal as refusal:
        line = refusal.opaque.line or node.lineno
        spoil(collection, Opaque(line, refusal.opaque.reason, refusal.opaque.hint))
        return
    ctx.row.plan = plan
    note_put_out(ctx)
    ctx.row.effects.append(Effect(collection, Contribution(plan, element, key, mode, lines)))


def spoil(collection: Collection, why: Opaque) -> None:
    """The contents of a collection are unknown from here on."""
    collection.spoiled = collection.spoiled or why


def _hints(element: Value) -> dict[int, str]:
    """Names for the expressions of an element: the variables or keys under which they were put in."""
    hints: dict[int, str] = {}
    position = 0
    names: list[tuple[str, Value]] = []
    if isinstance(element, Sequence):
        names = list(zip(element.hints or [""] * len(element.items), element.items, strict=True))
    elif isinstance(element, Record):
        names = list(element.items)
    for name, item in names:
        if isinstance(item, Scalar | Constant) and name:
            hints[position] = name
        if isinstance(item, Opaque):
            break
        position += len(list(leaves(item))) if isinstance(item, Scalar | Constant | Sequence | Record) else 1
    return hints


def settle(effects: Iterable[Effect]) -> None:
    """Ends a loop: each collection receives what the loop put into it, if that is one entry per record."""
    by_collection: dict[int, list[Effect]] = {}
    for effect in effects:
        by_collection.setdefault(id(effect.collection), []).append(effect)
    for group in by_collection.values():
        collection = group[0].collection
        if len(group) > 1 and collection.kind != "set":
            line = group[1].contribution.lines[0]
            spoil(collection, Opaque(line, f"`{collection.name}` receives several entries per record"))
            continue
        collection.contents.extend(e.contribution for e in group)


def merge(ctx: Context, row: Row, yes: list[Effect], no: list[Effect]) -> tuple[list[Effect], list[Effect]]:
    """Both branches of an `if` put one entry into the same collection: one entry with conditional values.

    Returns:
        The effects of both branches that remain as they are.
    """
    for first in list(yes):
        a = [e for e in yes if e.collection is first.collection]
        b = [e for e in no if e.collection is first.collection]
        if len(a) != 1 or len(b) != 1:
            continue
        merged = _merged(ctx, row, a[0], b[0])
        if merged is not None:
            yes, no = [e for e in yes if e is not a[0]], [e for e in no if e is not b[0]]
            row.effects.append(merged)
    return yes, no


def _merged(ctx: Context, row: Row, a: Effect, b: Effect) -> Effect | None:
    one, two = a.contribution, b.contribution
    tests, others = _tests(one.plan, row.plan), _tests(two.plan, row.plan)
    if not tests or not others or one.mode != two.mode:
        return None
    if isinstance(one.element, Line | Fields | Named) or shape(one.element) != shape(two.element):
        return None
    test = tests[0]
    lines = (*one.lines, *two.lines, *lines_of(test))
    plan = row.plan
    kept = _either(test, tests[1:], others[1:])
    if kept is not None:
        plan = Filter(input=plan, predicate=kept, lines=tuple(sorted({*one.lines, *two.lines})))

    def conditional(x: Value, y: Value) -> Value:
        partners = iter(leaves(y))

        def leaf(part: Scalar | Constant) -> Value:
            other = next(partners)
            yes, no = _inlined(part, one.plan, row.plan), _inlined(other, two.plan, row.plan)
            if ast.dump(yes) == ast.dump(no):
                return part if isinstance(part, Constant) else ctx.scalar(yes)
            return ctx.scalar(_choice(test, yes, no, ctx))

        return transform(x, leaf)

    hints = {i: c.hint for i, e in enumerate(leaves(one.element)) for c in columns_of(e.node)}
    plan, element = columns_for(plan, conditional(one.element, two.element), ctx, tuple(sorted(set(lines))), hints)
    key = None
    if one.key is not None and two.key is not None:
        plan, key = columns_for(plan, conditional(one.key, two.key), ctx, tuple(sorted(set(lines))))
    if kept is None:
        row.plan = plan
    return Effect(a.collection, Contribution(plan, element, key, one.mode, tuple(sorted({*one.lines, *two.lines}))))


def _tests(plan: Step, below: Step) -> list[ast.expr]:
    """The conditions between two plans, the first first; none if there is more than conditions and columns made."""
    filters: list[Filter] = []
    while plan is not below:
        if not isinstance(plan, Extend | Filter):
            return []
        if isinstance(plan, Filter):
            filters.append(plan)
        plan = plan.input
    return [_inlined_node(f.predicate, f.input, below) for f in reversed(filters)]


def _either(test: ast.expr, yes: list[ast.expr], no: list[ast.expr]) -> ast.expr | None:
    """When any of two paths is taken to its end; None for always."""
    if not yes and not no:
        return None
    first, second = (_all(c) for c in (yes, no))
    if first is None:
        return ast.BoolOp(op=ast.Or(), values=[test, second or ast.Constant(value=True)])
    if second is None:
        return ast.IfExp(test=test, body=first, orelse=ast.Constant(value=True))
    return ast.IfExp(test=test, body=first, orelse=second)


def _all(conditions: list[ast.expr]) -> ast.expr | None:
    if len(conditions) < 2:
        return conditions[0] if conditions else None
    return ast.BoolOp(op=ast.And(), values=conditions)


def _inlined(value: Scalar | Constant, plan: Step, below: Step) -> ast.expr:
    """The expression over the columns of a plan further below."""
    return _inlined_node(value.node, plan, below)


def _inlined_node(node: ast.expr, plan: Step, below: Step) -> ast.expr:
    while plan is not below:
        assert isinstance(plan, Extend | Filter)
        if isinstance(plan, Extend):
            single = len(plan.columns) == 1
            new = {
                c: plan.value if single else ast.Subscript(value=plan.value, slice=ast.Constant(i), ctx=ast.Load())
                for i, c in enumerate(plan.columns)
            }
            node = substitute(node, new)
        plan = plan.input
    return node


def _choice(test: ast.expr, yes: ast.expr, no: ast.expr, ctx: Context) -> ast.expr:
    """`yes if test else no`; a comparison itself where it chooses between True and False."""
    flags = [n.value if isinstance(n, ast.Constant) else None for n in (yes, no)]
    if flags == [True, False] and all(isinstance(f, bool) for f in flags) and ctx.scalar(test).kind == "bool":
        return test
    return ast.IfExp(test=test, body=yes, orelse=no)


def choice(ctx: Context, test: ast.expr, yes: ast.expr, no: ast.expr) -> ast.expr:
    """As an expression: `yes` where the test holds, else `no`."""
    return yes if ast.dump(yes) == ast.dump(no) else _choice(test, yes, no, ctx)
