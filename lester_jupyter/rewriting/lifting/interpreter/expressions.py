"""Expressions over symbolic values: one small function a kind of syntax node."""

from __future__ import annotations

import ast
import builtins
import copy
from collections.abc import Mapping
from dataclasses import replace
from functools import singledispatch

from lester_jupyter.rewriting.lifting.interpreter import comprehensions, lookups
from lester_jupyter.rewriting.lifting.interpreter.calls import call
from lester_jupyter.rewriting.lifting.interpreter.context import Context, Refusal
from lester_jupyter.rewriting.lifting.interpreter.outside import outside
from lester_jupyter.rewriting.lifting.interpreter.sequences import as_relation
from lester_jupyter.rewriting.lifting.interpreter.shapes import expression
from lester_jupyter.rewriting.lifting.interpreter.tables import cell, column_names
from lester_jupyter.rewriting.lifting.interpreter.text import field_at, relation_of_lines
from lester_jupyter.rewriting.lifting.values import (
    Collection,
    Constant,
    Derived,
    Fields,
    Function,
    Line,
    Method,
    Named,
    Opaque,
    Record,
    Relation,
    Scalar,
    Sequence,
    Table,
    Text,
    TextSource,
    Value,
)


@singledispatch
def evaluate(node: ast.AST, ctx: Context) -> Value:
    """The symbolic value of an expression; what is outside the fragment comes back as an `Opaque`."""
    if not isinstance(node, ast.expr):
        return ctx.opaque(node, f"`{type(node).__name__}` is not covered")
    return generic(node, ctx)


def generic(node: ast.expr, ctx: Context, hidden: Mapping[str, Value] | None = None) -> Value:
    """An expression whose parts are values of the record or constants: the same expression over them."""
    new = copy.copy(node)
    constant, on_record = True, False
    with ctx.local(hidden or {}):
        for name, part in ast.iter_fields(node):
            if isinstance(part, ast.expr):
                value = ctx.evaluate(part)
                if isinstance(value, Opaque):
                    return value
                setattr(new, name, expression(value, ctx, node.lineno))
                constant &= isinstance(value, Constant)
                on_record |= not isinstance(value, Constant)
            elif isinstance(part, list):
                made = []
                for child in part:
                    result = _part(child, ctx, node.lineno)
                    if isinstance(result, Opaque):
                        return result
                    constant &= result[1]
                    on_record |= not result[1]
                    made.append(result[0])
                setattr(new, name, made)
    return Constant(new) if constant else ctx.scalar(new)


def _part(child: object, ctx: Context, line: int) -> tuple[object, bool] | Opaque:
    """A child in a list of children: an expression, a keyword argument, or something without values."""
    if isinstance(child, ast.keyword):
        value = ctx.evaluate(child.value)
        if isinstance(value, Opaque):
            return value
        return ast.keyword(arg=child.arg, value=expression(value, ctx, line)), isinstance(value, Constant)
    if isinstance(child, ast.expr):
        value = ctx.evaluate(child)
        if isinstance(value, Opaque):
            return value
        return expression(value, ctx, line), isinstance(value, Constant)
    return child, True


@evaluate.register
def _(node: ast.Constant, ctx: Context) -> Value:
    del ctx
    return Constant(node, known=True, value=node.value, kind=type(node.value).__name__)


@evaluate.register
def _(node: ast.Name, ctx: Context) -> Value:
    value = ctx.lookup(node.id)
    if value is not None:
        if isinstance(value, Function):
            return Constant(ast.Name(id=node.id, ctx=ast.Load()), kind="function")
        return value
    if node.id in ctx.namespace:
        return outside(ctx, node.id, ctx.namespace[node.id], node.lineno)
    kind = "builtin" if hasattr(builtins, node.id) else ""
    return Constant(ast.Name(id=node.id, ctx=ast.Load()), kind=kind)


@evaluate.register
def _(node: ast.Tuple | ast.List, ctx: Context) -> Value:
    if any(isinstance(e, ast.Starred) for e in node.elts):
        return generic(node, ctx)
    items = tuple(ctx.evaluate(e) for e in node.elts)
    bad = next((i for i in items if isinstance(i, Opaque)), None)
    if bad is not None:
        return bad
    if all(isinstance(i, Constant) for i in items):
        return _constant_display(items, node)
    hints = tuple(e.id if isinstance(e, ast.Name) else "" for e in node.elts)
    return Sequence(items, "tuple" if isinstance(node, ast.Tuple) else "list", hints, fresh=True)


def _constant_display(items: tuple[Value, ...], node: ast.Tuple | ast.List) -> Constant:
    values = [i.value for i in items if isinstance(i, Constant) and i.known]
    kind = "tuple" if isinstance(node, ast.Tuple) else "list"
    if len(values) < len(items):
        return Constant(node, kind=kind)
    return Constant(node, known=True, value=tuple(values) if kind == "tuple" else values, kind=kind)


@evaluate.register
def _(node: ast.Dict, ctx: Context) -> Value:
    values = [ctx.evaluate(v) for v in node.values]
    bad = next((v for v in values if isinstance(v, Opaque)), None)
    if bad is not None:
        return bad
    keys = [k.value if isinstance(k, ast.Constant) and isinstance(k.value, str) else None for k in node.keys]
    named = [k for k in keys if k is not None]
    if all(isinstance(v, Constant) for v in values):
        return generic(node, ctx)
    if len(named) == len(keys) == len(set(named)):
        return Record(tuple(zip(named, values, strict=True)), fresh=True)
    return generic(node, ctx)


@evaluate.register
def _(node: ast.Starred, ctx: Context) -> Value:
    value = ctx.evaluate(node.value)
    return value if isinstance(value, Opaque) else generic(node, ctx)


@evaluate.register
def _(node: ast.BoolOp, ctx: Context) -> Value:
    first = ctx.evaluate(node.values[0])
    if isinstance(first, Opaque):
        return first
    with ctx.protected():
        return generic(node, ctx)


@evaluate.register
def _(node: ast.IfExp, ctx: Context) -> Value:
    found = _found(node, ctx)
    if found is not None:
        return found
    test = ctx.evaluate(node.test)
    if isinstance(test, Opaque):
        return test
    with ctx.protected():
        return generic(node, ctx)


def _found(node: ast.IfExp, ctx: Context) -> Value | None:
    """`d[k] if k in d else default`, which is d.get(k, default)."""
    test, hit, miss = node.test, node.body, node.orelse
    if not (isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.ops[0], ast.In | ast.NotIn)):
        return None
    if isinstance(test.ops[0], ast.NotIn):
        hit, miss = miss, hit
    wanted = ast.Subscript(value=test.comparators[0], slice=test.left, ctx=ast.Load())
    if ast.dump(hit) != ast.dump(wanted):
        return None
    owner = ctx.evaluate(test.comparators[0])
    if not isinstance(owner, Collection) or owner.kind != "dict":
        return None
    return lookups.get(ctx, owner, ctx.evaluate(test.left), ctx.evaluate(miss), node)


@evaluate.register
def _(node: ast.Compare, ctx: Context) -> Value:
    for operand in node.comparators:
        value = ctx.evaluate(operand) if isinstance(operand, ast.Name | ast.Attribute | ast.Call) else None
        if isinstance(value, Collection | Relation):
            return ctx.opaque(node, f"`{ast.unparse(node)}` asks a collection, other than as a condition of its own")
    return generic(node, ctx)


@evaluate.register
def _(node: ast.Lambda, ctx: Context) -> Value:
    names = [a.arg for a in ast.walk(node.args) if isinstance(a, ast.arg)]
    with ctx.protected(), ctx.local({n: Scalar(ast.Name(id=n, ctx=ast.Load())) for n in names}):
        body = ctx.evaluate(node.body)
        if isinstance(body, Opaque):
            return body
        new = ast.Lambda(args=node.args, body=expression(body, ctx, node.lineno))
    return ctx.scalar(new) if ctx.depends(new) else Constant(new, kind="function")


@evaluate.register
def _(node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp, ctx: Context) -> Value:
    return comprehensions.comprehension(ctx, node)


@evaluate.register
def _(node: ast.NamedExpr, ctx: Context) -> Value:
    return ctx.opaque(node, "an assignment within an expression (`:=`) is not covered")


@evaluate.register
def _(node: ast.Await | ast.Yield | ast.YieldFrom, ctx: Context) -> Value:
    return ctx.opaque(node, f"`{ast.unparse(node)}` is not covered")


@evaluate.register
def _(node: ast.Call, ctx: Context) -> Value:
    try:
        return call(ctx, node)
    except Refusal as refusal:
        return refusal.opaque


@evaluate.register
def _(node: ast.Attribute, ctx: Context) -> Value:
    owner = ctx.evaluate(node.value)
    if isinstance(owner, Opaque):
        return owner
    if isinstance(owner, Named):
        return cell(ctx, owner, node.attr)
    if isinstance(owner, Scalar | Constant | Sequence):
        return generic(node, ctx)
    if isinstance(owner, Table) and node.attr == "columns":
        return ctx.opaque(node, "the columns of a table are used as values")
    return Method(owner, node.attr)


@evaluate.register
def _(node: ast.Subscript, ctx: Context) -> Value:
    owner = ctx.evaluate(node.value)
    try:
        return _item(owner, ctx, node)
    except Refusal as refusal:
        return refusal.opaque


@singledispatch
def _item(owner: Value, ctx: Context, node: ast.Subscript) -> Value:
    """`owner[...]`."""
    if isinstance(owner, Opaque):
        return owner
    return generic(node, ctx)


@_item.register
def _(owner: Fields, ctx: Context, node: ast.Subscript) -> Value:
    index = _constant(ctx, node.slice)
    if isinstance(index, int) and not isinstance(index, bool):
        return field_at(ctx, owner, index, node)
    return generic(node, ctx)


@_item.register
def _(owner: Sequence, ctx: Context, node: ast.Subscript) -> Value:
    index = _constant(ctx, node.slice)
    if isinstance(index, int) and -len(owner.items) <= index < len(owner.items):
        return owner.items[index]
    return generic(node, ctx)


@_item.register
def _(owner: Record, ctx: Context, node: ast.Subscript) -> Value:
    value = owner.get(_constant(ctx, node.slice))
    return value if value is not None else generic(node, ctx)


@_item.register
def _(owner: Named, ctx: Context, node: ast.Subscript) -> Value:
    key = _constant(ctx, node.slice)
    if isinstance(key, str):
        return cell(ctx, owner, key)
    names = column_names(ctx, owner.table)
    if isinstance(key, int) and names is not None and 0 <= key < len(names):
        return cell(ctx, owner, names[key])
    return ctx.opaque(node, "a column whose name is not a constant")


@_item.register
def _(owner: Collection, ctx: Context, node: ast.Subscript) -> Value:
    if owner.kind == "list" and ctx.row is None:
        relation = as_relation(ctx, owner, node)
        return _item(relation, ctx, node) if isinstance(relation, Relation | Opaque) else relation
    if owner.kind != "dict":
        return ctx.opaque(node, f"`{ast.unparse(node)}` takes a collection apart by position")
    if ctx.row is None:
        return ctx.opaque(node, "one entry of a collection is used on its own")
    return lookups.item(ctx, owner, ctx.evaluate(node.slice), node)


@_item.register
def _(owner: Relation, ctx: Context, node: ast.Subscript) -> Value:
    part = node.slice
    first = _constant(ctx, part.lower) if isinstance(part, ast.Slice) and part.lower is not None else None
    plain = isinstance(part, ast.Slice) and part.upper is None and part.step is None
    if owner.kind == "lines" and plain and first == 1:
        source = _source_of(ctx, owner)
        if source is not None:
            return _without_header(ctx, source, owner, node)
    if isinstance(owner.element, Fields) and plain and first == 1 and not owner.plan.inputs:
        return _fields_without_header(ctx, owner.element, node)
    return ctx.opaque(node, f"`{ast.unparse(node)}` takes a part of the records by position")


def _fields_without_header(ctx: Context, fields: Fields, node: ast.Subscript) -> Value:
    """`rows[1:]` of a list of split lines."""
    source = fields.source
    if source.facts.skips_blank or source.facts.skips_empty:
        return ctx.opaque(node, "the first record is the first that is not blank, wherever it stands")
    again = ctx.text_source(source.path, node.lineno, source.encoding)
    again.whole, again.quoting = source.whole, source.quoting
    again.facts.header, again.facts.split, again.facts.quoting = True, source.facts.split, source.facts.quoting
    again.facts.lines = source.facts.lines
    again.facts.origin |= source.facts.origin
    relation = relation_of_lines(ctx, again, newline=fields.newline)
    if isinstance(relation, Relation) and isinstance(relation.element, Line):
        return Relation(relation.plan, replace(fields, source=again))
    return ctx.opaque(node, "the records behind a header cannot be told apart")


def _source_of(ctx: Context, relation: Relation) -> TextSource | None:
    if isinstance(relation.element, Line):
        return relation.element.source
    for source in ctx.sources:
        if source.line is not None and source.line in relation.plan.made:
            return source
    return None


def _without_header(ctx: Context, source: TextSource, relation: Relation, node: ast.Subscript) -> Value:
    """`lines[1:]`: the same file, read without its first record."""
    source.facts.sliced = True
    again = ctx.text_source(source.path, node.lineno, source.encoding)
    again.whole, again.facts.header = source.whole, True
    again.facts.origin |= source.facts.origin
    element = relation.element
    newline = element.newline if isinstance(element, Line | Scalar) else False
    return relation_of_lines(ctx, again, newline=newline)


@_item.register
def _(owner: Table, ctx: Context, node: ast.Subscript) -> Value:
    key = _constant(ctx, node.slice)
    if isinstance(key, str):
        value = cell(ctx, Named(owner.plan), key)
        return value if isinstance(value, Opaque) else Relation(owner.plan, value)
    return ctx.opaque(node, f"`{ast.unparse(node)}` is a pandas operation that the rules do not cover")


@_item.register
def _(owner: Derived, ctx: Context, node: ast.Subscript) -> Value:
    index = ctx.evaluate(node.slice) if not isinstance(node.slice, ast.Slice) else None
    if ctx.row is None and (index is None or isinstance(index, Constant)):
        return Derived(node, owner.reads, node.lineno)
    return ctx.opaque(node, "a value computed from all records is used per record")


@_item.register
def _(owner: Text, ctx: Context, node: ast.Subscript) -> Value:
    del owner
    return ctx.opaque(node, "the text of a whole file is cut by position")


def _constant(ctx: Context, node: ast.expr) -> object:
    """The Python value of an expression, or None when it is not known without running it."""
    value = ctx.evaluate(node)
    if isinstance(value, Constant) and isinstance(value.node, ast.UnaryOp) and isinstance(value.node.op, ast.USub):
        inner = value.node.operand
        return -inner.value if isinstance(inner, ast.Constant) and isinstance(inner.value, int) else None
    return value.value if isinstance(value, Constant) and value.known else None
