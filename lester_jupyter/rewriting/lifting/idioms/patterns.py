"""Small patterns over syntax trees that several idioms share."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from lester_jupyter.rewriting.lifting.expressions import same
from lester_jupyter.rewriting.lifting.interpreter.context import Context
from lester_jupyter.rewriting.lifting.values import Collection


def membership(node: ast.expr) -> tuple[ast.expr, ast.expr, bool] | None:
    """`key in d` as (key, d, True); `key not in d` and `not key in d` as (key, d, False)."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        inner = membership(node.operand)
        return (inner[0], inner[1], not inner[2]) if inner is not None else None
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and isinstance(node.ops[0], ast.In | ast.NotIn):
        owner = node.comparators[0]
        if isinstance(owner, ast.Call) and isinstance(owner.func, ast.Attribute) and owner.func.attr == "keys":
            owner = owner.func.value
        return node.left, owner, isinstance(node.ops[0], ast.In)
    return None


def filling(ctx: Context, node: ast.expr, *kinds: str) -> Collection | None:
    """The collection of one of these kinds that the current loop is filling, if the expression names one."""
    value = ctx.lookup(node.id) if isinstance(node, ast.Name) else None
    if ctx.row is None or not isinstance(value, Collection) or value.kind not in kinds or value.spoiled:
        return None
    return value if id(value) in ctx.row.busy else None


def stored(node: ast.stmt, owner: ast.expr, key: ast.expr) -> ast.expr | None:
    """The value of `owner[key] = value`."""
    if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Subscript):
        target = node.targets[0]
        if same(target.value, owner) and same(target.slice, key):
            return node.value
    return None


def method_call(node: ast.stmt, name: str) -> tuple[ast.expr, ast.expr] | None:
    """`owner.name(argument)` as (owner, argument)."""
    if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)):
        return None
    call = node.value
    if isinstance(call.func, ast.Attribute) and call.func.attr == name and len(call.args) == 1 and not call.keywords:
        return call.func.value, call.args[0]
    return None


def only_continues(body: Sequence[ast.stmt]) -> bool:
    """Whether a branch does nothing but leave the record."""
    return len(body) == 1 and isinstance(body[0], ast.Continue)


def mentions(body: Sequence[ast.stmt], name: str) -> int:
    """How often statements name a variable."""
    return sum(isinstance(n, ast.Name) and n.id == name for s in body for n in ast.walk(s))
