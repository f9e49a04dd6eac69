"""`if key in seen: continue` with `seen.add(key)` or `seen[key] = …`: the first record of each key goes on."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from lester_jupyter.rewriting.lifting.expressions import lines_of, same
from lester_jupyter.rewriting.lifting.idioms.patterns import (
    filling,
    membership,
    mentions,
    method_call,
    only_continues,
    stored,
)
from lester_jupyter.rewriting.lifting.interpreter.contents import distinct
from lester_jupyter.rewriting.lifting.interpreter.context import Context, Refusal
from lester_jupyter.rewriting.lifting.interpreter.shapes import columns_for
from lester_jupyter.rewriting.lifting.values import Collection, Opaque


def seen(ctx: Context, statements: Sequence[ast.stmt], i: int) -> int:
    """Matches both forms, with `continue` and with the rest indented; the number of statements it stands for."""
    node = statements[i]
    asked = membership(node.test) if isinstance(node, ast.If) and not node.orelse else None
    if asked is None or not isinstance(node, ast.If):
        return 0
    key, owner, positive = asked
    collection = filling(ctx, owner, "set", "list", *(("dict",) if positive else ()))
    if collection is None or not isinstance(owner, ast.Name) or not _fresh(ctx, collection, owner.id):
        return 0
    if positive and only_continues(node.body) and _added(statements[i + 1 :], owner, key):
        _distinct(ctx, key, node)
        return 1
    if not positive and i == len(statements) - 1 and _added(node.body, owner, key):
        _distinct(ctx, key, node)
        ctx.execute(node.body)
        return 1
    return 0


def _fresh(ctx: Context, collection: Collection, name: str) -> bool:
    """Whether the set is empty before the loop, and the loop only asks once and adds once."""
    assert ctx.row is not None
    across_partitions = any(id(collection) in f for f in ctx.filling)
    plain = collection.default is None
    return plain and not collection.contents and not across_partitions and mentions(ctx.row.body, name) == 2


def _added(statements: Sequence[ast.stmt], owner: ast.expr, key: ast.expr) -> bool:
    """Whether every record that comes here adds its key: nothing in between may leave the record or change the key."""
    for node in statements:
        call = method_call(node, "add") or method_call(node, "append")
        if call is not None and same(call[0], owner):
            return same(call[1], key)
        if stored(node, owner, key) is not None:
            return True
        if not isinstance(node, ast.Assign | ast.Expr):
            return False
        names = {n.id for n in ast.walk(key) if isinstance(n, ast.Name)}
        if any(isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store) and n.id in names for n in ast.walk(node)):
            return False
    return False


def _distinct(ctx: Context, key: ast.expr, node: ast.If) -> None:
    assert ctx.row is not None
    value = ctx.evaluate(key)
    if isinstance(value, Opaque):
        raise Refusal(value.line, value.reason, value.hint)
    lines = lines_of(node)
    plan, columns = columns_for(ctx.row.plan, value, ctx, lines)
    ctx.row.plan = distinct(plan, columns, "first", lines)
