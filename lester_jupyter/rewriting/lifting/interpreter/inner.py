"""Loops within a loop over records: partners from a dictionary of lists, or a computation of the record's own."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence

from lester_jupyter.rewriting.lifting.interpreter import lookups
from lester_jupyter.rewriting.lifting.interpreter.assignment import assign
from lester_jupyter.rewriting.lifting.interpreter.branches import has_effects
from lester_jupyter.rewriting.lifting.interpreter.context import Context, Refusal
from lester_jupyter.rewriting.lifting.interpreter.outline import outline
from lester_jupyter.rewriting.lifting.usage import bound, carried
from lester_jupyter.rewriting.lifting.values import Collection, Opaque, Value

Run = Callable[[Context, Sequence[ast.stmt]], bool]


def inner_loop(ctx: Context, node: ast.For, run: Run) -> None:
    """Interprets a loop within a loop over records.

    Raises:
        Refusal: several entries per record that are no join.
    """
    assert ctx.row is not None
    asked = _partners(ctx, node.iter)
    if asked is not None:
        owner, key, missing_is_empty = asked
        over_partners(
            ctx, node, run, lambda: lookups.partners(ctx, owner, key, node.iter, missing_is_empty=missing_is_empty)
        )
        return
    if not has_effects(ctx, node) or not any(isinstance(ctx.lookup(n), Collection) for n in ctx.touched(node)):
        if outline(ctx, [node]):
            return
        raise Refusal(node.lineno, "a loop for each record that the rules do not cover")
    raise Refusal(node.lineno, "several entries per record")


def _partners(ctx: Context, node: ast.expr) -> tuple[Collection, Value, bool] | None:
    """`d[k]` or `d.get(k, [])` for a dictionary of lists: the dictionary, the key, and whether none is fine."""
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
        owner = ctx.lookup(node.value.id)
        if isinstance(owner, Collection) and owner.kind == "dict":
            return owner, ctx.evaluate(node.slice), owner.default == "list"
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "get"
        and isinstance(node.func.value, ast.Name)
        and len(node.args) == 2
        and isinstance(node.args[1], ast.List | ast.Tuple)
        and not node.args[1].elts
    ):
        owner = ctx.lookup(node.func.value.id)
        if isinstance(owner, Collection) and owner.kind == "dict":
            return owner, ctx.evaluate(node.args[0]), True
    return None


def over_partners(ctx: Context, node: ast.For, run: Run, join: Callable[[], Value]) -> None:
    """Interprets the body of a loop for each partner of a record; `join` makes the join and gives the element."""
    from lester_jupyter.rewriting.lifting.interpreter.rows import check_exits

    check_exits(node)
    main = ctx.row
    assert main is not None
    targets = {n.id for n in ast.walk(node.target) if isinstance(n, ast.Name)}
    state = carried(node.body, targets)
    for name, line in state.items():
        ctx.bind(name, Opaque(line, f"`{name}` carries state from one partner to the next"))
    ctx.row = main.fork()
    try:
        assign(ctx, node.target, join(), node.iter)
        run(ctx, node.body)
    finally:
        ctx.row = main
    for name in bound([node]):
        ctx.bind(name, Opaque(node.lineno, f"`{name}` is what the last partner of a record left behind"))
