"""A loop over a list within a loop over records, with an equality as its first condition: a join."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from lester_jupyter.rewriting.lifting.expressions import Column, columns_of, reference
from lester_jupyter.rewriting.lifting.idioms.patterns import only_continues
from lester_jupyter.rewriting.lifting.interpreter.assignment import assign
from lester_jupyter.rewriting.lifting.interpreter.context import Context, Refusal
from lester_jupyter.rewriting.lifting.interpreter.inner import over_partners
from lester_jupyter.rewriting.lifting.interpreter.sequences import as_relation
from lester_jupyter.rewriting.lifting.interpreter.shapes import columns_for, columns_in, leaves, renamed
from lester_jupyter.rewriting.lifting.steps import Join, Step
from lester_jupyter.rewriting.lifting.values import Collection, Fields, Opaque, Relation, Scalar, Value
from lester_jupyter.rewriting.lifting.values import Sequence as Items


def nested_loop(ctx: Context, statements: Sequence[ast.stmt], i: int) -> int:
    """Matches the loop; 1, or 0 for no match."""
    from lester_jupyter.rewriting.lifting.interpreter.rows import run

    node, row = statements[i], ctx.row
    if row is None or not isinstance(node, ast.For):
        return 0
    over = ctx.evaluate(node.iter) if isinstance(node.iter, ast.Name) else None
    if not isinstance(over, Collection | Relation) or (isinstance(over, Collection) and id(over) in row.busy):
        return 0
    found = _equality(node)
    relation = as_relation(ctx, over, node.iter)
    if found is None or not isinstance(relation, Relation):
        return 0
    test, body = found
    element = _in_columns(relation.element)
    if element is None:
        return 0
    over_partners(ctx, _with_body(node, body), run, lambda: _join(ctx, node, relation.plan, element, test))
    return 1


def _equality(node: ast.For) -> tuple[ast.Compare, list[ast.stmt]] | None:
    """The first condition of the body, and what remains of the body when it holds."""
    first = node.body[0]
    if not isinstance(first, ast.If) or first.orelse:
        return None
    test = first.test
    if isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.ops[0], ast.NotEq):
        return (test, node.body[1:]) if only_continues(first.body) else None
    if len(node.body) > 1:
        return None
    if isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.ops[0], ast.Eq):
        return test, first.body
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
        head, *others = test.values
        if isinstance(head, ast.Compare) and len(head.ops) == 1 and isinstance(head.ops[0], ast.Eq):
            rest = others[0] if len(others) == 1 else ast.copy_location(ast.BoolOp(op=ast.And(), values=others), test)
            return head, [ast.copy_location(ast.If(test=rest, body=first.body, orelse=[]), first)]
    return None


def _with_body(node: ast.For, body: list[ast.stmt]) -> ast.For:
    return ast.copy_location(ast.For(target=node.target, iter=node.iter, body=body, orelse=node.orelse), node)


def _in_columns(element: Value) -> Value | None:
    if isinstance(element, Fields):
        count = element.source.known.exact if element.source.known is not None else element.source.facts.exact
        if count is None or element.newline or element.stripped:
            return None
        items = [Scalar(reference(c), "str") for i, c in sorted(element.source.columns.items()) if i < count]
        return Items(tuple(items), "list") if len(items) == count else None
    try:
        list(leaves(element))
    except Refusal:
        return None
    return element


def _join(ctx: Context, node: ast.For, right: Step, element: Value, test: ast.Compare) -> Value:
    assert ctx.row is not None
    right, element = columns_for(right, element, ctx, (node.lineno,))
    mine = set(columns_in(element))
    assign(ctx, node.target, element, node.iter)
    sides = [ctx.evaluate(test.left), ctx.evaluate(test.comparators[0])]
    for side in sides:
        if isinstance(side, Opaque):
            raise Refusal(side.line, side.reason, side.hint)
    theirs = [s for s in sides if isinstance(s, Scalar) and set(columns_of(s.node)) <= mine and columns_of(s.node)]
    ours = [s for s in sides if isinstance(s, Scalar) and not set(columns_of(s.node)) & mine]
    if len(theirs) != 1 or len(ours) != 1:
        raise Refusal(test.lineno, "a loop within a loop without an equality between their records")
    left, ours_column = columns_for(ctx.row.plan, ours[0], ctx, (test.lineno,))
    right, theirs_column = columns_for(right, theirs[0], ctx, (test.lineno,))
    pairs = tuple(zip(columns_in(ours_column), columns_in(theirs_column), strict=True))
    if {c.kind for pair in pairs for c in pair} - {"str", "int"} or len({c.kind for c in pairs[0]}) > 1:
        raise Refusal(test.lineno, "an equality of values whose types are not certain")
    new: dict[Column, Column] = {c: ctx.column(c.hint, c.kind) for c in dict.fromkeys(columns_in(element))}
    ctx.row.plan = Join(
        left=left, right=right, keys=pairs, brings=tuple((n, c) for c, n in new.items()),
        lines=tuple(sorted({node.lineno, test.lineno})),
    )  # fmt: skip
    return renamed(element, {c: reference(n) for c, n in new.items()})
