"""Questions to a dictionary or set filled by an earlier loop: joins.

`if key in d` is an inner join with the keys of `d`, each once; `d[key]` after it costs nothing more, since the join
brings the values too. `d.get(key, default)` is a left join. `d[key]` without a guard raises KeyError for a key that is
missing, so its join says so, too.
"""

from __future__ import annotations

import ast
from typing import Literal

from lester_jupyter.rewriting.lifting.expressions import Column, as_column, columns_of, reference, substitute
from lester_jupyter.rewriting.lifting.interpreter.contents import Contents, contents_of, distinct
from lester_jupyter.rewriting.lifting.interpreter.context import Context, Refusal
from lester_jupyter.rewriting.lifting.interpreter.shapes import (
    columns_for,
    columns_in,
    expression,
    leaves,
    renamed,
    shape,
    transform,
)
from lester_jupyter.rewriting.lifting.steps import Distinct, Extend, Filter, Join, Step
from lester_jupyter.rewriting.lifting.values import Collection, Constant, Relation, Scalar, Sequence, Value


def contains(ctx: Context, collection: Value, key: Value, node: ast.AST, lines: tuple[int, ...]) -> Value | None:
    """Keeps the records whose key is in a collection, and gives what is stored under it (None for sets).

    Raises:
        Refusal: a collection that cannot be asked here.
    """
    contents = _ask(ctx, collection, node)
    memo = _memo(ctx, collection, key, node)
    assert ctx.row is not None
    if memo in ctx.row.joined:
        return ctx.row.joined[memo]
    return _join(ctx, collection, contents, key, node, lines=lines, required=False)


def item(ctx: Context, collection: Value, key: Value, node: ast.AST) -> Value:
    """`d[key]`: the value under a key, which must exist.

    Raises:
        Refusal: a collection that cannot be asked here.
    """
    contents = _ask(ctx, collection, node)
    memo = _memo(ctx, collection, key, node)
    assert ctx.row is not None
    if memo in ctx.row.joined:
        for column in columns_in(ctx.row.joined[memo]):
            ctx.asked_at.setdefault(column.number, set()).add(getattr(node, "lineno", 0))
        return ctx.row.joined[memo]
    if contents.mode == "group":
        raise Refusal(getattr(node, "lineno", 0), "a list of records is used as one value")
    if isinstance(collection, Collection) and collection.default is not None:
        raise Refusal(getattr(node, "lineno", 0), "a missing key of a defaultdict gives a made-up value")
    value = _join(ctx, collection, contents, key, node, lines=(getattr(node, "lineno", 0),), required=True)
    assert value is not None
    return value


def get(ctx: Context, collection: Value, key: Value, default: Value, node: ast.AST) -> Value:
    """`d.get(key, default)`: a left join whose gaps are filled.

    Raises:
        Refusal: values that may be missing themselves, or a default that is no constant.
    """
    line = getattr(node, "lineno", 0)
    contents = _ask(ctx, collection, node)
    assert ctx.row is not None
    found = _memo(ctx, collection, key, node)
    memo = (found[0], f"{found[1]} or else {ast.dump(expression(default, ctx, line))}")
    for known_before in (found, memo):
        if known_before in ctx.row.joined:
            return ctx.row.joined[known_before]
    if contents.mode == "group":
        raise Refusal(line, "a list of records is used as one value")
    if isinstance(default, Constant) and isinstance(default.node, ast.Tuple | ast.List):
        kind: Literal["tuple", "list"] = "tuple" if isinstance(default.node, ast.Tuple) else "list"
        default = Sequence(tuple(Constant(e) for e in default.node.elts), kind)
    gaps = list(leaves(default))
    if not all(isinstance(g, Constant) for g in gaps):
        raise Refusal(line, "the default of a look-up depends on the record")
    if shape(default) != shape(contents.element):
        raise Refusal(line, "the default of a look-up has another shape than its values")
    left, right, pairs, element = _sides(ctx, collection, contents, key, line)
    element = _of_text(element, contents.plan, line)
    new = {c: ctx.column(c.hint, c.kind) for leaf in leaves(element) for c in columns_of(leaf.node)}
    plain = all(as_column(leaf.node) is not None for leaf in leaves(element))
    if plain and all(c.kind == "str" for c in new) and len(new) == len(gaps):
        # Text is never missing, so that every gap is one of the join.
        filled = tuple((new[c], g.node) for c, g in zip(columns_in(element), gaps, strict=True))
        brings, value = (
            tuple((n, c) for c, n in new.items()),
            renamed(element, {c: reference(n) for c, n in new.items()}),
        )
        join = Join(left=left, right=right, keys=pairs, brings=brings, how="left", filled=filled, lines=(line,))
        kinds = [ctx.scalar(g.node).kind for g in gaps]
        value = value if set(kinds) == {"str"} else _of_unknown_kind(value)
    else:
        right, known = _with_marker(ctx, collection, right, (line,))
        marker = ctx.column(known.hint, "bool")
        brings = (*((n, c) for c, n in new.items()), (marker, known))
        fills = ((marker, ast.Constant(value=False)),)
        join = Join(left=left, right=right, keys=pairs, brings=brings, how="left", filled=fills, lines=(line,))
        value = _or_else(ctx, renamed(element, {c: reference(n) for c, n in new.items()}), marker, default)
    for gap in gaps:
        ctx.use(gap.node)
    ctx.row.plan = join
    ctx.row.joined[memo] = value
    return value


def _of_text(element: Value, plan: Step, line: int) -> Value:
    """The stored values over columns of text: a join would turn whole numbers into others where there are gaps."""
    made: dict[Column, ast.expr] = {}
    step: Step | None = plan
    while step is not None:
        if isinstance(step, Extend) and len(step.columns) == 1:
            made[step.columns[0]] = step.value
        step = step.inputs[0] if isinstance(step, Extend | Filter | Distinct | Join) else None

    def leaf(part: Scalar | Constant) -> Value:
        if isinstance(part, Constant):
            return part
        node, depth = part.node, 0
        while any(c.kind not in ("str", "float") for c in columns_of(node)):
            inner = {c: made[c] for c in columns_of(node) if c in made and c.kind not in ("str", "float")}
            depth += 1
            if not inner or depth > 20:
                raise Refusal(line, "a stored value may change its type where the look-up finds nothing")
            node = substitute(node, inner)
        return Scalar(node, part.kind)

    return transform(element, leaf)


def _of_unknown_kind(value: Value) -> Value:
    """The same columns, which may hold values of another type where they were filled."""
    new = {c: reference(Column(c.number, c.hint)) for c in columns_in(value)}
    return transform(renamed(value, new), lambda leaf: Scalar(leaf.node) if isinstance(leaf, Scalar) else leaf)


def _or_else(ctx: Context, value: Value, marker: Column, default: Value) -> Value:
    """`value if marker else default`."""
    gaps = iter(leaves(default))

    def leaf(part: Scalar | Constant) -> Value:
        return ctx.scalar(ast.IfExp(test=reference(marker), body=part.node, orelse=next(gaps).node))

    return transform(value, leaf)


def marked(ctx: Context, collection: Value, key: Value, node: ast.AST, lines: tuple[int, ...]) -> Column:
    """A column that says whether the key is in a collection; every record stays.

    Raises:
        Refusal: a collection that cannot be asked here.
    """
    contents = _ask(ctx, collection, node)
    assert ctx.row is not None
    left, right, pairs, _ = _sides(ctx, collection, contents, key, getattr(node, "lineno", 0))
    right, known = _with_marker(ctx, collection, right, lines)
    marker = ctx.column(known.hint, "bool")
    gap = ast.Constant(value=False)
    ctx.row.plan = Join(
        left=left, right=right, keys=pairs, brings=((marker, known),), how="left", filled=((marker, gap),), lines=lines
    )
    return marker


def _with_marker(ctx: Context, collection: Value, right: Step, lines: tuple[int, ...]) -> tuple[Step, Column]:
    """The right side of a left join with a column that is true, so that gaps show."""
    question = ("marker", id(right))
    if question not in ctx.asked:
        known = ctx.column(f"in_{collection.name}" if isinstance(collection, Collection) else "found", "bool")
        step = Extend(input=right, columns=(known,), value=ast.Constant(value=True), lines=lines)
        ctx.asked[question] = (step, Scalar(reference(known), "bool"), Scalar(reference(known), "bool"))
    step_, value, _ = ctx.asked[question]
    [column] = columns_in(value)
    return step_, column


def partners(ctx: Context, collection: Value, key: Value, node: ast.AST, *, missing_is_empty: bool) -> Value:
    """The records stored under a key of a dictionary of lists, one after the other: an N:M join."""
    contents = _ask(ctx, collection, node)
    if contents.mode != "group":
        raise Refusal(getattr(node, "lineno", 0), "a stored value is taken apart per record")
    assert ctx.row is not None
    joined_before = _memo(ctx, collection, key, node) in ctx.row.joined
    asked = ctx.row.plan
    once = ctx.asked.get((id(collection), id(contents.plan), False))
    if joined_before and once is not None and isinstance(asked, Join) and asked.right is once[0]:
        ctx.row.plan = asked.left  # the partners themselves show that the key is there
    required = not missing_is_empty and not joined_before
    value = _join(
        ctx, collection, contents, key, node, lines=(getattr(node, "lineno", 0),), required=required, every=True
    )
    assert value is not None
    return value


def _ask(ctx: Context, collection: Value, node: ast.AST) -> Contents:
    line = getattr(node, "lineno", 0)
    if ctx.row is None:
        raise Refusal(line, "a collection is asked outside a loop over records")
    if ctx.row.protected:
        raise Refusal(line, "a collection is asked under a condition within an expression")
    if isinstance(collection, Relation):
        return Contents(collection.plan, collection.element, None, "append", (line,))
    assert isinstance(collection, Collection)
    if id(collection) in ctx.row.busy or any(id(collection) in f for f in ctx.filling):
        raise Refusal(line, f"`{collection.name}` is asked while it is being filled: state carried from row to row")
    return contents_of(ctx, collection, line)


def _memo(ctx: Context, collection: Value, key: Value, node: ast.AST) -> tuple[int, str]:
    return id(collection), ast.dump(expression(key, ctx, getattr(node, "lineno", 0)))


def _sides(
    ctx: Context, collection: Value, contents: Contents, key: Value, line: int, *, every: bool = False
) -> tuple[Step, Step, tuple[tuple[Column, Column], ...], Value]:
    """Both inputs of the join with columns for the key, and the stored value as columns."""
    assert ctx.row is not None
    stored = contents.key if contents.key is not None else contents.element
    if shape(stored) != shape(key):
        raise Refusal(line, "the key has another shape than the keys stored")
    left, asked = columns_for(ctx.row.plan, key, ctx, (line,))
    # Every question to one collection joins with the same rows.
    question = (id(collection), id(contents.plan), every)
    if question not in ctx.asked:
        ctx.asked[question] = _right_side(ctx, collection, contents, stored, every=every)
    right, kept, element = ctx.asked[question]
    pairs = tuple(zip(columns_in(asked), columns_in(kept), strict=True))
    for a, b in pairs:
        sure = {a.kind, b.kind}
        if len(sure) == 2 and sure <= {"str", "int", "float", "bool"} and "str" in sure:
            raise Refusal(line, f"a {a.kind} is looked up among keys of type {b.kind}: there is never a match")
    return left, right, pairs, element


def _right_side(
    ctx: Context, collection: Value, contents: Contents, stored: Value, *, every: bool
) -> tuple[Step, Value, Value]:
    right, kept = columns_for(contents.plan, stored, ctx, contents.lines)
    element = kept
    if contents.key is not None:
        right, element = columns_for(right, contents.element, ctx, contents.lines)
    if not every:
        called = collection.name if isinstance(collection, Collection) else ""
        keep: Literal["first", "last"] = "first" if contents.mode in ("first", "append") else "last"
        right = distinct(right, kept, keep, contents.lines, called)
    return right, kept, element


def _join(
    ctx: Context,
    collection: Value,
    contents: Contents,
    key: Value,
    node: ast.AST,
    *,
    lines: tuple[int, ...],
    required: bool,
    every: bool = False,
) -> Value:
    assert ctx.row is not None
    line = getattr(node, "lineno", 0)
    left, right, pairs, element = _sides(ctx, collection, contents, key, line, every=every)
    stored = dict.fromkeys(columns_in(element))
    new = {c: ctx.column(c.hint, c.kind) for c in stored}
    ctx.row.plan = Join(
        left=left, right=right, keys=pairs, brings=tuple((n, c) for c, n in new.items()), required=required, lines=lines
    )
    value = renamed(element, {c: reference(n) for c, n in new.items()})
    if not every:
        ctx.row.joined[_memo(ctx, collection, key, node)] = value
        _remember_column(ctx, collection, key, pairs, value)
    return value


def _remember_column(
    ctx: Context, collection: Value, key: Value, pairs: tuple[tuple[Column, Column], ...], value: Value
) -> None:
    """The key may be written again as the column that was made for it."""
    assert ctx.row is not None
    if len(pairs) == 1 and not isinstance(key, Sequence) and isinstance(key, Scalar) and as_column(key.node) is None:
        ctx.row.joined[id(collection), ast.dump(reference(pairs[0][0]))] = value
