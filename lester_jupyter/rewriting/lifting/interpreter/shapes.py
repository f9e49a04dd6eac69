"""Between symbolic values and columns: taking a tuple of expressions apart, and putting it together again."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from functools import singledispatch

from lester_jupyter.rewriting.lifting.expressions import Column, as_column, reference, substitute
from lester_jupyter.rewriting.lifting.interpreter.context import Context, Refusal
from lester_jupyter.rewriting.lifting.naming import suggest
from lester_jupyter.rewriting.lifting.steps import Extend, Step
from lester_jupyter.rewriting.lifting.values import (
    Collection,
    Constant,
    Derived,
    Fields,
    Handle,
    Line,
    Method,
    Named,
    Opaque,
    Position,
    Reader,
    Record,
    Relation,
    Scalar,
    Sequence,
    Table,
    Text,
    Value,
    Writer,
)


def leaves(value: Value) -> Iterator[Scalar | Constant]:
    """The expressions in a value, from left to right.

    Raises:
        Refusal: a value that is no expression over the record.
    """
    if isinstance(value, Scalar | Constant):
        yield value
    elif isinstance(value, Sequence):
        for item in value.items:
            yield from leaves(item)
    elif isinstance(value, Record):
        for _, item in value.items:
            yield from leaves(item)
    else:
        raise refusal(value, 0)


def refusal(value: Value, line: int) -> Refusal:
    """Why a value cannot be part of a record."""
    if isinstance(value, Opaque):
        return Refusal(value.line, value.reason, value.hint)
    if isinstance(value, Position):
        return Refusal(value.line, "the position of a record is used as a value: it depends on all records before it")
    if isinstance(value, Collection | Relation | Table):
        return Refusal(line, "a whole collection is used as a value of one record")
    if isinstance(value, Method):
        return Refusal(line, f"`.{value.name}` of {_NOUNS.get(type(value.owner), 'such a value')} is not covered")
    return Refusal(line, f"{_NOUNS.get(type(value), 'such a value')} is used as a value of one record")


_NOUNS: dict[type[Value], str] = {
    Collection: "a collection",
    Derived: "a value computed from all records",
    Handle: "an open file",
    Named: "a whole record",
    Reader: "a csv reader",
    Relation: "a column or list",
    Table: "a table",
    Text: "the text of a whole file",
    Writer: "a csv writer",
}


@singledispatch
def expression(value: Value, ctx: Context, line: int) -> ast.expr:
    """The expression a row value stands for.

    Raises:
        Refusal: a value that is no expression over the record.
    """
    del ctx
    raise refusal(value, line)


@expression.register
def _(value: Constant, ctx: Context, line: int) -> ast.expr:
    del ctx, line
    return value.node


@expression.register
def _(value: Scalar, ctx: Context, line: int) -> ast.expr:
    del ctx
    if value.newline:
        raise Refusal(line, "a field keeps the newline at the end of its line", "strip the line before it is split")
    return value.node


@expression.register
def _(value: Sequence, ctx: Context, line: int) -> ast.expr:
    items = [expression(item, ctx, line) for item in value.items]
    return ast.Tuple(elts=items, ctx=ast.Load()) if value.kind == "tuple" else ast.List(elts=items, ctx=ast.Load())


@expression.register
def _(value: Record, ctx: Context, line: int) -> ast.expr:
    keys: list[ast.expr | None] = [ast.Constant(key) for key, _ in value.items]
    return ast.Dict(keys=keys, values=[expression(item, ctx, line) for _, item in value.items])


@expression.register
def _(value: Line, ctx: Context, line: int) -> ast.expr:
    from lester_jupyter.rewriting.lifting.interpreter.text import line_as_scalar

    return expression(line_as_scalar(ctx, value), ctx, line)


@expression.register
def _(value: Fields, ctx: Context, line: int) -> ast.expr:
    known, facts = value.source.known, value.source.facts
    if value.stripped:
        facts.lines = True
        if known is not None:
            raise Refusal(line, "all fields of a record are used at once")
    if value.source.quoting and known is not None and known.exact is not None:
        return _list_of(value, known.exact)
    if known is not None and known.exact is not None and not value.newline:
        return _list_of(value, known.exact)
    if facts.exact is None:
        facts.lines = True
    if known is not None:
        raise Refusal(line, "all fields of a record are used at once")
    assert value.source.line is not None
    del ctx
    return reference(value.source.line)


def _list_of(fields: Fields, count: int) -> ast.expr:
    return ast.List(elts=[reference(fields.source.columns[i]) for i in range(count)], ctx=ast.Load())


def columns_for(
    plan: Step, value: Value, ctx: Context, lines: tuple[int, ...], hints: Mapping[int, str] | None = None
) -> tuple[Step, Value]:
    """Makes every expression in a value a column of the plan; the value then consists of columns.

    Args:
        plan: the rows.
        value: the value.
        ctx: the interpretation.
        lines: of the original, for the columns that have to be made.
        hints: names for the expressions, by their position in the value.
    """
    position = iter(range(1_000_000))

    def place(leaf: Scalar | Constant) -> Value:
        nonlocal plan
        number = next(position)
        node = expression(leaf, ctx, lines[0] if lines else 0)
        if as_column(node) is not None:
            return leaf
        hint = (hints or {}).get(number) or suggest(node)
        column = ctx.column(hint, ctx.scalar(node).kind)
        ctx.use(node)
        plan = Extend(input=plan, columns=(column,), value=node, lines=lines)
        return Scalar(reference(column), column.kind)

    return_value = transform(value, place)
    return plan, return_value


def transform(value: Value, leaf: Callable[[Scalar | Constant], Value]) -> Value:
    """The value with every expression in it replaced.

    Raises:
        Refusal: a value that is no expression over the record.
    """
    if isinstance(value, Scalar | Constant):
        return leaf(value)
    if isinstance(value, Sequence):
        return Sequence(tuple(transform(i, leaf) for i in value.items), value.kind, value.hints)
    if isinstance(value, Record):
        return Record(tuple((k, transform(i, leaf)) for k, i in value.items))
    raise refusal(value, 0)


def renamed(value: Value, new: Mapping[Column, ast.expr]) -> Value:
    """The value with some columns replaced by others (after a join or union)."""

    def leaf(part: Scalar | Constant) -> Value:
        if isinstance(part, Constant):
            return part
        return Scalar(substitute(part.node, new), part.kind, part.newline)

    if isinstance(value, Opaque):
        return value
    return transform(value, leaf)


def columns_in(value: Value) -> tuple[Column, ...]:
    """The columns of a value made of columns only."""
    found = [as_column(leaf.node) for leaf in leaves(value) if isinstance(leaf, Scalar)]
    return tuple(c for c in found if c is not None)


def shape(value: Value) -> object:
    """What two values must share to be rows of one collection: their nesting and keys."""
    if isinstance(value, Sequence):
        return (value.kind, tuple(shape(i) for i in value.items))
    if isinstance(value, Record):
        return ("dict", tuple((k, shape(i)) for k, i in value.items))
    if isinstance(value, Named):
        return "record"
    return "value"
