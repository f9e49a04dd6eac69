"""Conditions that decide whether a record goes on: filters, and joins with the keys that were put in elsewhere."""

from __future__ import annotations

import ast

from lester_jupyter.rewriting.lifting.expressions import lines_of, negate, negate_ordering, reference
from lester_jupyter.rewriting.lifting.interpreter import lookups
from lester_jupyter.rewriting.lifting.interpreter.context import Context, Refusal
from lester_jupyter.rewriting.lifting.interpreter.shapes import expression
from lester_jupyter.rewriting.lifting.interpreter.text import note_length
from lester_jupyter.rewriting.lifting.values import (
    Collection,
    Constant,
    Fields,
    Line,
    Opaque,
    Position,
    Relation,
    TextSource,
    Value,
)

_FLIPPED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.GtE, ast.GtE: ast.Lt, ast.Gt: ast.LtE, ast.LtE: ast.Gt,
}  # fmt: skip


def guard(
    ctx: Context, test: ast.expr, *, positive: bool = True, only: bool = True, lines: tuple[int, ...] = ()
) -> None:
    """Lets only the records pass for which a condition holds (or, negative, does not hold).

    Args:
        ctx: the interpretation.
        test: the condition.
        positive: whether it has to hold.
        only: nobody asks for the other records, so that the scan may leave them out.
        lines: of the original.

    Raises:
        Refusal: a condition that the rules do not cover.
    """
    lines = lines or lines_of(test)
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        guard(ctx, test.operand, positive=not positive, only=only, lines=lines)
        return
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And) is positive:
        # One condition protects the next, so they stay in their order.
        for part in test.values:
            guard(ctx, part, positive=positive, only=only, lines=lines_of(part))
        return
    if only and _taken_by_scan(ctx, test, positive=positive):
        return
    if _membership(ctx, test, positive=positive, lines=lines):
        return
    value = ctx.evaluate(test)
    if isinstance(value, Opaque):
        raise Refusal(value.line, value.reason, value.hint)
    if isinstance(value, Constant) and value.known:
        if bool(value.value) is not positive:
            ctx.keep_if(ast.Constant(value=False), lines)
        return
    if isinstance(value, Fields) and not value.source.quoting:
        return  # str.split always gives a field
    node = expression(value, ctx, test.lineno)
    ctx.keep_if(node if positive else opposite(ctx, node), lines)


def opposite(ctx: Context, node: ast.expr) -> ast.expr:
    """The negation of a condition; orderings are turned round where no value is incomparable."""
    if isinstance(node, ast.Compare) and all(
        ctx.scalar(o).kind in ("str", "int") for o in (node.left, *node.comparators)
    ):
        return negate_ordering(node)
    return negate(node)


def _taken_by_scan(ctx: Context, test: ast.expr, *, positive: bool) -> bool:
    """Blank lines, short records and the header, which the scan itself can leave out."""
    assert ctx.row is not None
    operand, truth = _truth_of(test, ctx)
    if operand is not None:
        return _blank(ctx, operand, lines_of(test), wants_full=truth is positive)
    length = _length(test, ctx, positive=positive)
    if length is not None:
        fields, how, count = length
        return not ctx.row.guarded and note_length(fields, how, count, test)
    return _header(ctx, test, positive=positive)


def _truth_of(test: ast.expr, ctx: Context) -> tuple[Value | None, bool]:
    """The value whose emptiness a test asks for, and whether the test holds for a value that is not empty."""
    if isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.comparators[0], ast.Constant):
        right = test.comparators[0].value
        full = isinstance(test.ops[0], ast.NotEq | ast.Gt)
        if right == "" and isinstance(right, str) and isinstance(test.ops[0], ast.Eq | ast.NotEq):
            return _record_part(test.left, ctx), full
        measured = isinstance(test.left, ast.Call) and ctx.qualified(test.left.func) == "len" and test.left.args
        if right == 0 and measured and isinstance(test.ops[0], ast.Eq | ast.NotEq | ast.Gt):
            assert isinstance(test.left, ast.Call)
            return _record_part(test.left.args[0], ctx), full
        return None, False
    if isinstance(test, ast.Name | ast.Call | ast.Subscript):
        return _record_part(test, ctx), True
    return None, False


def _record_part(node: ast.expr, ctx: Context) -> Value | None:
    """The line or fields that an expression is, if that is what it is."""
    if isinstance(node, ast.Call) and not isinstance(node.func, ast.Attribute):
        return None
    inner = node.func.value if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) else node
    start = ctx.lookup(inner.id) if isinstance(inner, ast.Name) else None
    if not isinstance(start, Line | Fields):
        return None
    value = ctx.evaluate(node)
    return value if isinstance(value, Line | Fields) else None


def _blank(ctx: Context, operand: Value, lines: tuple[int, ...], *, wants_full: bool) -> bool:
    assert ctx.row is not None
    if not wants_full or ctx.row.guarded:
        return False
    if isinstance(operand, Line):
        source = operand.source
        if operand.strip is None and operand.newline:
            return True  # a line that ends in a newline is never empty
        if source.facts.floor or source.facts.arity:
            return False  # fields asked before would have raised
        if operand.strip is None:
            return _empty(source, lines)
    elif isinstance(operand, Fields) and operand.source.quoting:
        source = operand.source
    else:
        return False
    source.facts.skips_blank = True
    source.facts.origin.update(lines)
    return True


def _empty(source: TextSource, lines: tuple[int, ...]) -> bool:
    """Only a stripped line is empty exactly when it is blank; what the scan leaves out are blank lines."""
    source.facts.skips_empty = True
    source.facts.origin.update(lines)
    return True


def _length(test: ast.expr, ctx: Context, *, positive: bool) -> tuple[Fields, str, int] | None:
    """`len(fields) == n` and its relatives."""
    if not (isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.left, ast.Call)):
        return None
    if ctx.qualified(test.left.func) != "len" or len(test.left.args) != 1:
        return None
    fields, limit = _record_part(test.left.args[0], ctx), ctx.evaluate(test.comparators[0])
    if not isinstance(fields, Fields) or not (isinstance(limit, Constant) and type(limit.value) is int):
        return None
    operator = type(test.ops[0]) if positive else _FLIPPED.get(type(test.ops[0]))
    count = limit.value
    if operator is ast.Eq and count > 0:
        return fields, "exact", count
    if operator in (ast.GtE, ast.Gt):
        least = count + (operator is ast.Gt)
        return (fields, "at least", least) if least > 0 else None
    return None


def _header(ctx: Context, test: ast.expr, *, positive: bool) -> bool:
    """`if i == 0: continue` with the number of the record."""
    assert ctx.row is not None
    if isinstance(test, ast.Name):
        value, first, skips = ctx.evaluate(test), 0, positive
    elif (
        isinstance(test, ast.Compare)
        and len(test.ops) == 1
        and isinstance(test.left, ast.Name)
        and isinstance(test.comparators[0], ast.Constant)
    ):
        value, limit = ctx.evaluate(test.left), test.comparators[0].value
        kind = type(test.ops[0]) if positive else _FLIPPED.get(type(test.ops[0]))
        if not isinstance(value, Position) or type(limit) is not int:
            return False
        first = limit if kind in (ast.NotEq, ast.Gt) else limit - 1
        skips = kind in (ast.NotEq, ast.Gt, ast.GtE)
        if kind in (ast.NotEq, ast.Gt, ast.GtE) and first != value.start:
            return False
    else:
        return False
    if not isinstance(value, Position) or not skips or value.source is None or value.start != first:
        return False
    if ctx.row.guarded or value.source.facts.header:
        return False
    value.source.facts.header = True
    value.source.facts.origin.update(lines_of(test))
    return True


def _membership(ctx: Context, test: ast.expr, *, positive: bool, lines: tuple[int, ...]) -> bool:
    """`key in collection`, where loops have filled the collection."""
    if not (isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.ops[0], ast.In | ast.NotIn)):
        return False
    asked = test.comparators[0]
    if isinstance(asked, ast.Call) and isinstance(asked.func, ast.Attribute) and asked.func.attr == "keys":
        asked = asked.func.value
    owner = ctx.evaluate(asked) if isinstance(asked, ast.Name) else None
    if isinstance(owner, Collection) and not owner.contents and owner.spoiled is None and owner.kind != "file":
        raise Refusal(test.lineno, f"`{owner.name}` is asked while it is being filled: state carried from row to row")
    if not isinstance(owner, Collection | Relation):
        return False
    if isinstance(owner, Relation) and owner.kind == "lines":
        raise Refusal(test.lineno, "a value is searched among the lines of a file")
    key = ctx.evaluate(test.left)
    if isinstance(key, Opaque):
        raise Refusal(key.line, key.reason, key.hint)
    if isinstance(test.ops[0], ast.In) is positive:
        lookups.contains(ctx, owner, key, test, lines)
    else:
        marker = lookups.marked(ctx, owner, key, test, lines)
        ctx.keep_if(ast.UnaryOp(op=ast.Not(), operand=reference(marker)), lines)
    return True
