"""Comprehensions: loops in one expression."""

from __future__ import annotations

import ast

from lester_jupyter.rewriting.lifting.interpreter.context import Context, Refusal, Row
from lester_jupyter.rewriting.lifting.interpreter.sequences import as_relation
from lester_jupyter.rewriting.lifting.interpreter.shapes import columns_for
from lester_jupyter.rewriting.lifting.interpreter.text import note_put_out, records_in
from lester_jupyter.rewriting.lifting.values import (
    Collection,
    Constant,
    Contribution,
    Fields,
    Line,
    Named,
    Opaque,
    Relation,
    Scalar,
    Value,
)

Comprehension = ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp


def comprehension(ctx: Context, node: Comprehension) -> Value:
    """A comprehension over records is a loop; one over values of a record is an expression of that record."""
    from lester_jupyter.rewriting.lifting.interpreter.expressions import generic

    first = node.generators[0]
    over = ctx.evaluate(first.iter)
    if isinstance(over, Opaque):
        return over
    if isinstance(over, Fields) and isinstance(node, ast.ListComp) and _strips_each(node):
        return Fields(over.source, stripped=True)
    if ctx.row is None:
        relation = as_relation(ctx, over, first.iter)
        if isinstance(relation, Opaque):
            return relation
        if isinstance(relation, Relation):
            return _loop(ctx, node, relation)
    if isinstance(over, Collection | Relation):
        return ctx.opaque(node, "a collection is searched for each record")
    names = [n.id for g in node.generators for n in ast.walk(g.target) if isinstance(n, ast.Name)]
    if isinstance(over, Constant) and ctx.row is None:
        from lester_jupyter.rewriting.lifting.interpreter.inline import touches_data

        if touches_data(ctx, node):
            return ctx.opaque(node, "a comprehension over constants reads records")
        return Constant(node)
    with ctx.protected():
        return _expression(ctx, node, names, generic)


def _expression(ctx: Context, node: Comprehension, names: list[str], generic: object) -> Value:
    del generic
    new_generators = []
    constant = True
    hidden: dict[str, Value] = {n: Scalar(ast.Name(id=n, ctx=ast.Load())) for n in names}
    from lester_jupyter.rewriting.lifting.interpreter.shapes import expression

    def part(child: ast.expr) -> ast.expr:
        nonlocal constant
        value = ctx.evaluate(child)
        if isinstance(value, Opaque):
            raise Refusal(value.line, value.reason, value.hint)
        constant &= isinstance(value, Constant)
        return expression(value, ctx, node.lineno)

    first = part(node.generators[0].iter)
    with ctx.local(hidden):
        for i, generator in enumerate(node.generators):
            over = first if i == 0 else part(generator.iter)
            conditions = [part(c) for c in generator.ifs]
            new_generators.append(ast.comprehension(generator.target, over, conditions, generator.is_async))
        if isinstance(node, ast.DictComp):
            made: ast.expr = ast.DictComp(key=part(node.key), value=part(node.value), generators=new_generators)
        else:
            made = type(node)(elt=part(node.elt), generators=new_generators)
    return ctx.scalar(made)


def _strips_each(node: ast.ListComp) -> bool:
    """`[field.strip() for field in fields]`."""
    generator = node.generators[0]
    plain = len(node.generators) == 1 and not generator.ifs and isinstance(generator.target, ast.Name)
    return plain and ast.unparse(node.elt) == f"{ast.unparse(generator.target)}.strip()"


def _loop(ctx: Context, node: Comprehension, relation: Relation) -> Value:
    from lester_jupyter.rewriting.lifting.interpreter.assignment import assign
    from lester_jupyter.rewriting.lifting.interpreter.guards import guard

    if len(node.generators) > 1:
        return ctx.opaque(node, "a comprehension over more than one sequence")
    generator = node.generators[0]
    lines = tuple(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    targets = [n.id for n in ast.walk(generator.target) if isinstance(n, ast.Name)]
    row = Row(relation.plan, relation.plan, records=records_in(relation.element))
    ctx.row = row
    try:
        with ctx.local({n: ctx.opaque(node, "not bound yet") for n in targets}):
            assign(ctx, generator.target, relation.element, generator.target)
            for condition in generator.ifs:
                guard(ctx, condition)
            if isinstance(node, ast.DictComp):
                return _dictionary(ctx, node, row, lines)
            element = ctx.evaluate(node.elt)
            if isinstance(element, Opaque):
                return element
            # Lines, fields and records stay what they are, so that a later loop can take them apart.
            if not isinstance(element, Line | Fields | Named) and not (isinstance(element, Scalar) and element.newline):
                row.plan, element = columns_for(row.plan, element, ctx, lines)
                note_put_out(ctx)
            if isinstance(node, ast.SetComp):
                return Relation(row.plan, element, "set")
            return Relation(row.plan, element, "lines" if isinstance(element, Line) else "list")
    except Refusal as refusal:
        return refusal.opaque
    finally:
        ctx.row = None


def _dictionary(ctx: Context, node: ast.DictComp, row: Row, lines: tuple[int, ...]) -> Value:
    key, value = ctx.evaluate(node.key), ctx.evaluate(node.value)
    for part in (key, value):
        if isinstance(part, Opaque):
            return part
    row.plan, key = columns_for(row.plan, key, ctx, lines)
    row.plan, value = columns_for(row.plan, value, ctx, lines)
    note_put_out(ctx)
    made = Collection("dict", "", node.lineno)
    made.contents.append(Contribution(row.plan, value, key, "set", lines))
    return made
