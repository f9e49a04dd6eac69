"""Assignments: names for values, in a loop columns of the record."""

from __future__ import annotations

import ast

from lester_jupyter.rewriting.lifting.expressions import as_column, columns_of, reference
from lester_jupyter.rewriting.lifting.interpreter.context import Context, Refusal
from lester_jupyter.rewriting.lifting.interpreter.effects import put
from lester_jupyter.rewriting.lifting.interpreter.shapes import refusal
from lester_jupyter.rewriting.lifting.interpreter.text import note_name, unpack_fields
from lester_jupyter.rewriting.lifting.steps import Extend
from lester_jupyter.rewriting.lifting.usage import root
from lester_jupyter.rewriting.lifting.values import (
    Collection,
    Constant,
    Fields,
    Named,
    Opaque,
    Record,
    Scalar,
    Sequence,
    Value,
)


def assign(ctx: Context, target: ast.expr, value: Value, source: ast.expr) -> None:
    """Binds a target to a value.

    Args:
        ctx: the interpretation.
        target: a name, a tuple of targets, or an item of something.
        value: the value.
        source: the expression that gave it, for its lines.

    Raises:
        Refusal: a target that the rules do not cover.
    """
    if isinstance(target, ast.Name):
        ctx.bind(target.id, _bound(ctx, target, value, source) if ctx.row is not None else value)
    elif isinstance(target, ast.Tuple | ast.List):
        for part, item in zip(target.elts, _unpacked(ctx, target, value, source), strict=True):
            assign(ctx, part, item, source)
    elif isinstance(target, ast.Subscript):
        _assign_item(ctx, target, value)
    else:
        raise Refusal(target.lineno, f"`{ast.unparse(target)}` is assigned for each record")


def _lines(target: ast.expr, source: ast.expr) -> tuple[int, ...]:
    return tuple(range(target.lineno, max(target.end_lineno or 0, source.end_lineno or 0, target.lineno) + 1))


def _bound(ctx: Context, target: ast.Name, value: Value, source: ast.expr) -> Value:
    assert ctx.row is not None
    if not isinstance(value, Scalar):
        return value
    if as_column(value.node) is not None:
        note_name(ctx, target.id, value, weak=False)
        return value
    note_name(ctx, target.id, value, weak=True)
    if ctx.row.protected or value.newline or not columns_of(value.node):
        return value
    return ctx.named(value, target.id, _lines(target, source))


def _unpacked(ctx: Context, target: ast.Tuple | ast.List, value: Value, source: ast.expr) -> list[Value]:
    count = len(target.elts)
    if any(isinstance(e, ast.Starred) for e in target.elts):
        raise Refusal(target.lineno, "unpacking with a starred name is not covered")
    if isinstance(value, Opaque):
        return [value] * count
    if isinstance(value, Fields):
        names = [e.id if isinstance(e, ast.Name) else None for e in target.elts]
        return unpack_fields(ctx, value, names, target)
    if isinstance(value, Sequence):
        if len(value.items) != count:
            raise Refusal(target.lineno, f"{len(value.items)} values are unpacked into {count} names")
        return list(value.items)
    if isinstance(value, Scalar) and ctx.row is not None and not ctx.row.protected:
        return _unpacked_scalar(ctx, target, value, source)
    if isinstance(value, Constant | Scalar):
        return [_item(value, i) for i in range(count)]
    raise refusal(value, target.lineno)


def _item(value: Constant | Scalar, index: int) -> Value:
    node = ast.Subscript(value=value.node, slice=ast.Constant(index), ctx=ast.Load())
    if isinstance(value, Scalar):
        return Scalar(node, "unknown", value.newline)
    known = value.value[index] if value.known and isinstance(value.value, tuple | list) else None
    return Constant(node, value.known, known, type(known).__name__ if value.known else "")


def _unpacked_scalar(ctx: Context, target: ast.Tuple | ast.List, value: Scalar, source: ast.expr) -> list[Value]:
    """`a, b = something(record)`: one step that makes several columns, and raises where the original does."""
    assert ctx.row is not None
    if not all(isinstance(e, ast.Name) for e in target.elts):
        raise Refusal(target.lineno, "nested unpacking is not covered")
    names = [e.id if isinstance(e, ast.Name) else "" for e in target.elts]
    kind = "str" if value.kind == "list" and _splits(value.node) else "unknown"
    columns = tuple(ctx.column(n, "str" if kind == "str" else "unknown") for n in names)
    ctx.use(value.node)
    ctx.row.plan = Extend(input=ctx.row.plan, columns=columns, value=value.node, lines=_lines(target, source))
    # All fields but the last one of `line.split(sep)` are free of the line's newline.
    return [Scalar(reference(c), c.kind, value.newline and i == len(columns) - 1) for i, c in enumerate(columns)]


def _splits(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("split", "rsplit")


def _assign_item(ctx: Context, target: ast.Subscript, value: Value) -> None:
    name = root(target)
    owner = ctx.evaluate(target.value)
    if isinstance(owner, Collection) and owner.kind == "dict":
        if ctx.row is not None:
            put(ctx, owner, "set", value, target, key=ctx.evaluate(target.slice))
            return
        owner.spoiled = owner.spoiled or Opaque(target.lineno, f"`{owner.name}` is changed outside a loop over records")
        return
    if isinstance(owner, Opaque):
        if ctx.row is not None:
            return  # what it belongs to is unknown already
        raise Refusal(owner.line, owner.reason, owner.hint)
    if isinstance(owner, Constant) and isinstance(owner.node, ast.Dict) and not owner.node.keys and ctx.row is not None:
        owner = Record((), fresh=True)  # `{}` made for this very record
    if isinstance(owner, Record) and isinstance(target.value, ast.Name):
        key = ctx.evaluate(target.slice)
        before = ctx.lookup(target.value.id)
        alone = not any(v is owner or v is before for n, v in ctx.scopes[-1].items() if n != target.value.id)
        own = owner.fresh and alone and ctx.row is not None and not ctx.row.effects
        if own and isinstance(key, Constant) and isinstance(key.value, str):
            items = {**dict(owner.items), key.value: value}
            ctx.bind(target.value.id, Record(tuple(items.items()), fresh=True))
            return
    if isinstance(owner, Named | Fields | Record | Sequence):
        raise Refusal(target.lineno, f"`{ast.unparse(target)}` changes a record in place")
    raise Refusal(
        target.lineno, f"`{name or ast.unparse(target)}` is changed for each record: it lives outside the loop"
    )
