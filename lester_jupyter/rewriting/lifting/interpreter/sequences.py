"""Sequences of records: what a loop can run over, and the builtins around it."""

from __future__ import annotations

import ast

from lester_jupyter.rewriting.lifting.expressions import reference
from lester_jupyter.rewriting.lifting.interpreter import tables
from lester_jupyter.rewriting.lifting.interpreter.contents import Contents, contents_of, distinct
from lester_jupyter.rewriting.lifting.interpreter.context import Context, Refusal
from lester_jupyter.rewriting.lifting.interpreter.opening import records
from lester_jupyter.rewriting.lifting.interpreter.shapes import columns_for, columns_in, renamed
from lester_jupyter.rewriting.lifting.interpreter.text import line_as_scalar
from lester_jupyter.rewriting.lifting.steps import Join, ReadTable
from lester_jupyter.rewriting.lifting.values import (
    Collection,
    Constant,
    Fields,
    Line,
    Named,
    Opaque,
    Position,
    Relation,
    Sequence,
    Table,
    TextSource,
    Value,
)


def as_relation(ctx: Context, value: Value, node: ast.expr) -> Value:
    """What a loop over a value runs over; the value itself when that is no sequence of records."""
    if isinstance(value, Collection):
        return _collection(ctx, value, node)
    made = records(ctx, value, node)
    if isinstance(made, Opaque) and not made.reason:
        return _outside(ctx, value, node)
    return made


def _collection(ctx: Context, value: Collection, node: ast.expr) -> Value:
    if value.kind == "set":
        return ctx.opaque(node, "a loop over a set has no defined order")
    if value.kind == "file":
        return ctx.opaque(node, "a loop over a file that is being written")
    if not value.contents and value.spoiled is None:
        return value
    if value.kind == "dict":
        return entries(ctx, value, "keys", node)
    try:
        contents = contents_of(ctx, value, node.lineno)
    except Refusal as refusal:
        return refusal.opaque
    return Relation(contents.plan, contents.element)


def _outside(ctx: Context, value: Value, node: ast.expr) -> Value:
    """A list of tuples or dicts that the notebook holds under a name."""
    if not (isinstance(value, Constant) and isinstance(value.node, ast.Name)):
        return value
    name = value.node.id
    held = ctx.namespace.get(name)
    if not isinstance(held, list) or not held or any(k.statement for k in ctx.kept if name in k.binds):
        return value
    if all(isinstance(r, dict) and list(r) == list(held[0]) and all(isinstance(k, str) for k in r) for r in held):
        table = _records(ctx, name, list(held[0]), node.lineno)
        return Relation(table.plan, Named(table.plan))
    if all(isinstance(r, tuple | list) and len(r) == len(held[0]) and r for r in held):
        names = [f"field_{i}" for i in range(len(held[0]))]
        table = _records(ctx, name, names, node.lineno)
        items = tuple(tables.cell(ctx, Named(table.plan), n) for n in names)
        return Relation(table.plan, Sequence(items, "tuple" if isinstance(held[0], tuple) else "list"))
    return value


def _records(ctx: Context, name: str, columns: list[str], line: int) -> Table:
    """`ld.from_records(name, columns)`: with its columns named, so that an empty list has them, too."""
    table = tables.table_in_memory(ctx, name, columns, "from_records", line)
    assert isinstance(table.plan, ReadTable)
    table.plan.call.args.append(ast.List(elts=[ast.Constant(c) for c in columns], ctx=ast.Load()))
    return table


def entries(ctx: Context, owner: Collection, name: str, node: ast.AST) -> Value:
    """`d.items()`: dictionaries keep the place of the first record of a key, and the value of the last."""
    try:
        contents = contents_of(ctx, owner, getattr(node, "lineno", 0))
    except Refusal as refusal:
        return refusal.opaque
    if contents.mode == "group" or contents.key is None:
        return ctx.opaque(node, "a loop over groups of records")
    try:
        return _entries(ctx, contents, name, (getattr(node, "lineno", 0),))
    except Refusal as refusal:
        return refusal.opaque


def _entries(ctx: Context, contents: Contents, name: str, lines: tuple[int, ...]) -> Value:
    assert contents.key is not None
    plan, key = columns_for(contents.plan, contents.key, ctx, contents.lines)
    plan, element = columns_for(plan, contents.element, ctx, contents.lines)
    first = distinct(plan, key, "first", contents.lines)
    if contents.mode != "first" and name != "keys":
        last = distinct(plan, key, "last", contents.lines)
        new = {c: ctx.column(c.hint, c.kind) for c in dict.fromkeys(columns_in(element)) if c not in columns_in(key)}
        pairs = tuple((c, c) for c in columns_in(key))
        first = Join(left=first, right=last, keys=pairs, brings=tuple((n, c) for c, n in new.items()), lines=lines)
        element = renamed(element, {c: reference(n) for c, n in new.items()})
    made: dict[str, Value] = {"keys": key, "values": element, "items": Sequence((key, element))}
    return Relation(first, made[name], "keys" if name == "keys" else "list")


def default_dictionary(ctx: Context, node: ast.Call) -> Value:
    """`defaultdict(list)`."""
    factory = node.args[0].id if len(node.args) == 1 and isinstance(node.args[0], ast.Name) else None
    if factory is None:
        return ctx.opaque(node, "a defaultdict with a factory that the rules do not cover")
    return Collection("dict", "", node.lineno, default=factory)


def enumerated(ctx: Context, node: ast.Call) -> Value:
    """`enumerate(records)`; only a test for the first record is covered."""
    start = node.args[1] if len(node.args) > 1 else next((k.value for k in node.keywords if k.arg == "start"), None)
    first = start.value if isinstance(start, ast.Constant) else None if start is not None else 0
    relation = as_relation(ctx, ctx.evaluate(node.args[0]), node) if node.args else None
    if isinstance(relation, Opaque):
        return relation
    if not isinstance(relation, Relation) or not isinstance(first, int):
        return Opaque(0, "")
    position = Position(node.lineno, first, text_source_of(ctx, relation))
    return Relation(relation.plan, Sequence((position, relation.element)), "numbered")


def text_source_of(ctx: Context, relation: Relation) -> TextSource | None:
    """The text source that a sequence of records is, as it stands in its file."""
    if isinstance(relation.element, Line | Fields):
        return relation.element.source if not relation.plan.inputs else None
    return next((s for s in ctx.sources if s.line is not None and s.line in relation.plan.made), None)


def zipped(ctx: Context, node: ast.Call) -> Value:
    """`zip(…)` of columns of one table."""
    parts = [ctx.evaluate(a) for a in node.args]
    relation = tables.zipped(parts)
    if relation is not None:
        return relation
    if any(isinstance(p, Relation | Collection) for p in parts):
        return ctx.opaque(node, "zip() of sequences that are not columns of one table")
    return Opaque(0, "")


def in_order(ctx: Context, node: ast.Call) -> Value:
    """`iter(x)` and progress bars: the sequence itself."""
    value = ctx.evaluate(node.args[0]) if node.args else Opaque(0, "")
    if isinstance(value, Constant) and (ctx.qualified(node.func) or "").startswith("tqdm"):
        return value
    made = as_relation(ctx, value, node)
    return made if isinstance(made, Relation | Opaque) else Opaque(0, "")


def collection_of(ctx: Context, node: ast.Call) -> Value:
    """`list()`, `dict()` and `set()`: a collection to fill, or the records of a sequence."""
    name = ctx.qualified(node.func)
    if not node.args and not node.keywords and name in ("list", "dict", "set") and ctx.row is None:
        return Collection("list" if name == "list" else "dict" if name == "dict" else "set", "", node.lineno)
    if name not in ("list", "tuple", "set") or len(node.args) != 1 or ctx.row is not None:
        return Opaque(0, "")
    value = ctx.evaluate(node.args[0])
    if isinstance(value, Collection | Constant):
        return Opaque(0, "")
    made = as_relation(ctx, value, node)
    if not isinstance(made, Relation):
        return made if isinstance(made, Opaque) else Opaque(0, "")
    if name == "tuple":
        return ctx.opaque(node, "a tuple of all records")
    return Relation(made.plan, made.element, "set" if name == "set" else made.kind)


def stripped_fields(ctx: Context, node: ast.Call) -> Value:
    """`map(str.strip, fields)`; the general rule for everything else."""
    value = ctx.evaluate(node.args[1]) if len(node.args) == 2 and ast.unparse(node.args[0]) == "str.strip" else None
    return Fields(value.source, stripped=True) if isinstance(value, Fields) else Opaque(0, "")


def measured(ctx: Context, node: ast.Call) -> Value:
    """`len(line)`; the general rule for everything else."""
    value = ctx.evaluate(node.args[0]) if len(node.args) == 1 else None
    if isinstance(value, Line):
        scalar = line_as_scalar(ctx, value)
        if scalar.newline:
            return ctx.opaque(node, "the length of a line counts its newline")
        return ctx.scalar(ast.Call(func=node.func, args=[scalar.node], keywords=[]))
    return Opaque(0, "")
