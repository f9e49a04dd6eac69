"""Dictionaries of lists, one list a key: `d.setdefault(key, []).append(value)` and its longer forms."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from lester_jupyter.rewriting.lifting.expressions import same
from lester_jupyter.rewriting.lifting.idioms.patterns import filling, membership, mentions, method_call, stored
from lester_jupyter.rewriting.lifting.interpreter.context import Context
from lester_jupyter.rewriting.lifting.interpreter.effects import put


def grouped(ctx: Context, statements: Sequence[ast.stmt], i: int) -> int:
    """Matches every way to append to the list of a key; the number of statements it stands for."""
    node = statements[i]
    found = _appended(ctx, node) or _branches(node)
    nodes = [node]
    if found is None and i + 1 < len(statements):
        found = _prepared(node, statements[i + 1])
        nodes = [node, statements[i + 1]]
    if found is None:
        return 0
    owner, key, value = found
    collection = filling(ctx, owner, "dict")
    if collection is None or ctx.row is None or not isinstance(owner, ast.Name):
        return 0
    if mentions(ctx.row.body, owner.id) != mentions(nodes, owner.id):
        return 0
    put(ctx, collection, "group", ctx.evaluate(value), nodes[-1], key=ctx.evaluate(key))
    return len(nodes)


Found = tuple[ast.expr, ast.expr, ast.expr]


def _appended(ctx: Context, node: ast.stmt) -> Found | None:
    """`d.setdefault(key, []).append(value)`, or `d[key].append(value)` for a defaultdict(list)."""
    call = method_call(node, "append")
    if call is None:
        return None
    target, value = call
    if isinstance(target, ast.Subscript):
        collection = filling(ctx, target.value, "dict")
        if collection is not None and collection.default == "list":
            return target.value, target.slice, value
        return None
    if (
        isinstance(target, ast.Call)
        and isinstance(target.func, ast.Attribute)
        and target.func.attr == "setdefault"
        and len(target.args) == 2
        and isinstance(target.args[1], ast.List)
        and not target.args[1].elts
    ):
        return target.func.value, target.args[0], value
    return None


def _branches(node: ast.stmt) -> Found | None:
    """`if key in d: d[key].append(value)` with `else: d[key] = [value]`."""
    if not (isinstance(node, ast.If) and len(node.body) == 1 and len(node.orelse) == 1):
        return None
    asked = membership(node.test)
    if asked is None:
        return None
    key, owner, positive = asked
    old, new = (node.body[0], node.orelse[0]) if positive else (node.orelse[0], node.body[0])
    value = _append_to(old, owner, key)
    made = stored(new, owner, key)
    if value is None or not (isinstance(made, ast.List) and len(made.elts) == 1 and same(made.elts[0], value)):
        return None
    return owner, key, value


def _prepared(node: ast.stmt, after: ast.stmt) -> Found | None:
    """`if key not in d: d[key] = []` followed by `d[key].append(value)`."""
    if not (isinstance(node, ast.If) and len(node.body) == 1 and not node.orelse):
        return None
    asked = membership(node.test)
    if asked is None or asked[2]:
        return None
    key, owner, _ = asked
    made = stored(node.body[0], owner, key)
    value = _append_to(after, owner, key)
    if value is None or not (isinstance(made, ast.List) and not made.elts):
        return None
    return owner, key, value


def _append_to(node: ast.stmt, owner: ast.expr, key: ast.expr) -> ast.expr | None:
    call = method_call(node, "append")
    if call is None or not isinstance(call[0], ast.Subscript):
        return None
    target = call[0]
    return call[1] if same(target.value, owner) and same(target.slice, key) else None
