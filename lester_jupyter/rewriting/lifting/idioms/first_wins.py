"""`if key not in d: d[key] = value`: the first record of each key wins."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from lester_jupyter.rewriting.lifting.idioms.patterns import filling, membership, mentions, stored
from lester_jupyter.rewriting.lifting.interpreter.context import Context
from lester_jupyter.rewriting.lifting.interpreter.effects import put


def first_wins(ctx: Context, statements: Sequence[ast.stmt], i: int) -> int:
    """Matches the guarded assignment and `d.setdefault(key, value)`; the number of statements it stands for."""
    node = statements[i]
    if isinstance(node, ast.If) and len(node.body) == 1 and not node.orelse:
        asked = membership(node.test)
        if asked is None or asked[2]:
            return 0
        key, owner, _ = asked
        collection = filling(ctx, owner, "dict")
        value = stored(node.body[0], owner, key)
        if collection is None or value is None or not _alone(ctx, owner, [node]):
            return 0
        if collection.default is not None:
            return 0
        put(ctx, collection, "first", ctx.evaluate(value), node, key=ctx.evaluate(key))
        return 1
    return _setdefault(ctx, node)


def _alone(ctx: Context, owner: ast.expr, nodes: list[ast.stmt]) -> bool:
    """Whether the loop does nothing else with the dictionary."""
    assert ctx.row is not None
    assert isinstance(owner, ast.Name)
    return mentions(ctx.row.body, owner.id) == mentions(nodes, owner.id)


def _setdefault(ctx: Context, node: ast.stmt) -> int:
    if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)):
        return 0
    call = node.value
    if not (isinstance(call.func, ast.Attribute) and call.func.attr == "setdefault" and len(call.args) == 2):
        return 0
    collection = filling(ctx, call.func.value, "dict")
    if collection is None or not _alone(ctx, call.func.value, [node]):
        return 0
    if isinstance(call.args[1], ast.List | ast.Dict | ast.Set):
        return 0
    put(ctx, collection, "first", ctx.evaluate(call.args[1]), node, key=ctx.evaluate(call.args[0]))
    return 1
