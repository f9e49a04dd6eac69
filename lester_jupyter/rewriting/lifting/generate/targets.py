"""What the rewrite has to leave behind, and from which columns of which plan it is rebuilt."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from lester_jupyter.errors import NotLiftedError
from lester_jupyter.rewriting.lifting.expressions import Column, as_column, reference
from lester_jupyter.rewriting.lifting.interpreter.contents import Contents, contents_of, distinct
from lester_jupyter.rewriting.lifting.interpreter.context import Context, Refusal
from lester_jupyter.rewriting.lifting.interpreter.shapes import columns_for, expression, refusal
from lester_jupyter.rewriting.lifting.naming import suggest
from lester_jupyter.rewriting.lifting.steps import Extend, ReadTable, Step
from lester_jupyter.rewriting.lifting.values import (
    Collection,
    Constant,
    Derived,
    Fields,
    Line,
    Named,
    Opaque,
    Record,
    Relation,
    Scalar,
    Table,
    Value,
)
from lester_jupyter.rewriting.lifting.values import Sequence as Items
from lester_jupyter.rewriting.types import Output

Form = Literal[
    "tuples", "lists", "dicts", "values", "set", "set of tuples", "dict", "groups", "table", "all", "text", "csv"
]


@dataclass(frozen=True)
class Target:
    """One output.

    Attributes:
        name: the variable or file.
        form: how it is rebuilt.
        plan: its records.
        columns: what each element consists of.
        names: the names the columns must have (keys of dictionaries, header of a file), or nothing.
        key: the column of dictionaries' keys.
        lines: of the original that put the elements in.
        collection: the collection behind it, for files and defaultdicts.
    """

    name: str
    form: Form
    plan: Step
    columns: tuple[Column, ...]
    names: tuple[str, ...] = ()
    key: Column | None = None
    lines: tuple[int, ...] = ()
    collection: Collection | None = None


@dataclass(frozen=True)
class Statement:
    """An output that is computed from others by an expression of the original."""

    name: str
    node: ast.expr
    line: int
    writes: bool = False


@dataclass(frozen=True)
class Kept:
    """An output that depends on no record: its statements are kept."""

    name: str


Item = Target | Statement | Kept


def targets_of(ctx: Context, outputs: Sequence[Output]) -> list[Item]:
    """The outputs, each after those it is computed from.

    Raises:
        NotLiftedError: an output that something outside the fragment reaches.
    """
    found: dict[str, Item] = {}
    for output in outputs:
        is_file = output.kind == "file"
        value: Value | None = ctx.files.get(output.name) if is_file else ctx.scopes[0].get(output.name)
        if value is None and output.kind == "file":
            value = next((w for n, w in ctx.written.items() if n.removeprefix("./") == output.name), None)
        if value is None and output.kind == "file":
            value = next((f for n, f in ctx.files.items() if n.removeprefix("./") == output.name), None)
        if value is None:
            raise NotLiftedError(f"The rules found nothing that makes {output.name!r}.")
        try:
            _add(ctx, output.name, value, found)
        except Refusal as refused:
            why = refused.opaque
            reason = f"Line {why.line}: {why.reason}" if why.line else why.reason[:1].upper() + why.reason[1:]
            raise NotLiftedError(
                f"{reason} (needed for {output.name!r}).", line=why.line or None, hint=why.hint
            ) from None
    return _on_shared_plans(list(found.values()))


def _add(ctx: Context, name: str, value: Value, found: dict[str, Item]) -> None:
    if name in found:
        return
    if isinstance(value, Opaque):
        raise Refusal(value.line, value.reason, value.hint)
    if isinstance(value, Derived):
        for read, inner in value.reads:
            _add(ctx, read, inner, found)
        found[name] = Statement(name, value.node, value.line, value.writes)
    elif isinstance(value, Constant) or (
        isinstance(value, Collection) and not value.contents and value.spoiled is None and value.kind != "file"
    ):
        found[name] = Kept(name)
    elif isinstance(value, Collection):
        found[name] = _collection(ctx, name, value)
    elif isinstance(value, Relation):
        lines = value.plan.lines
        found[name] = _sequence(
            ctx, name, Contents(value.plan, value.element, None, "append", lines), value.kind == "set"
        )
    elif isinstance(value, Table):
        found[name] = Target(name, "table", value.plan, (), lines=(value.line,))
    else:
        raise refusal(value, 0)


def _collection(ctx: Context, name: str, value: Collection) -> Target:
    contents = contents_of(ctx, value, value.line)
    if value.kind == "file":
        return _file(ctx, name, value, contents)
    if value.kind == "dict":
        return _dictionary(ctx, name, value, contents)
    return _sequence(ctx, name, contents, value.kind == "set")


def _sequence(ctx: Context, name: str, contents: Contents, is_set: bool) -> Target:
    plan, element, lines = contents.plan, contents.element, contents.lines
    if isinstance(element, Named):
        if not isinstance(plan, ReadTable) or element.table is not plan or is_set:
            raise Refusal(lines[0] if lines else 0, "whole records with columns that are not known")
        return Target(name, "all", plan, (), lines=lines)
    if isinstance(element, Fields):
        element = _fields(element, lines)
    if isinstance(element, Line):
        raise Refusal(lines[0] if lines else 0, "lines of a file are used as they are")
    plan, parts, form, names = _element(ctx, plan, element, lines)
    if is_set:
        if form not in ("values", "tuples"):
            raise Refusal(lines[0], "a set of values that cannot be in a set")
        return Target(name, "set" if form == "values" else "set of tuples", plan, parts, lines=lines)
    return Target(name, form, plan, parts, names, lines=lines)


def _fields(element: Fields, lines: tuple[int, ...]) -> Value:
    known = element.source.known
    if known is None or known.exact is None or element.newline or element.stripped:
        raise Refusal(lines[0] if lines else 0, "all fields of records of unknown length")
    items = [Scalar(reference(element.source.columns[i]), "str") for i in range(known.exact)]
    return Items(tuple(items), "list")


def _element(
    ctx: Context, plan: Step, element: Value, lines: tuple[int, ...]
) -> tuple[Step, tuple[Column, ...], Form, tuple[str, ...]]:
    """The columns of an element, and what they make together."""
    flat: Form | None = None
    names: tuple[str, ...] = ()
    if isinstance(element, Items) and _plain(element.items) and element.items:
        flat = "tuples" if element.kind == "tuple" else "lists"
    elif isinstance(element, Record) and _plain([v for _, v in element.items]):
        flat, names = "dicts", tuple(k for k, _ in element.items)
    if flat is not None:
        hints = dict(enumerate(names or (element.hints if isinstance(element, Items) else ())))
        plan, value = columns_for(plan, element, ctx, lines, hints)
        parts = [v for _, v in value.items] if isinstance(value, Record) else list(value.items)  # type: ignore[attr-defined]
        return plan, tuple(_column(p) for p in parts), flat, names
    node = expression(element, ctx, lines[0] if lines else 0)
    column = as_column(node)
    if column is None:
        column = ctx.column(suggest(node) or "value")
        ctx.use(node)
        plan = Extend(input=plan, columns=(column,), value=node, lines=lines)
    return plan, (column,), "values", ()


def _plain(items: Sequence[Value]) -> bool:
    return all(isinstance(i, Scalar | Constant) for i in items)


def _column(value: Value) -> Column:
    column = as_column(value.node) if isinstance(value, Scalar | Constant) else None
    assert column is not None
    return column


def _dictionary(ctx: Context, name: str, value: Collection, contents: Contents) -> Target:
    assert contents.key is not None
    lines = contents.lines
    plan, [key], _, _ = _one(ctx, contents.plan, contents.key, lines)
    if contents.mode == "first":
        plan = distinct(plan, Scalar(reference(key)), "first", lines)
    element = contents.element
    several = (
        isinstance(element, Items) and element.kind == "tuple" and _plain(element.items) and len(element.items) > 0
    )
    plan, parts, _, _ = _element(ctx, plan, element, lines) if several else _one(ctx, plan, element, lines)
    form: Form = "groups" if contents.mode == "group" else "dict"
    if form == "groups" and several:
        plan, parts, _, _ = _one(ctx, contents.plan, element, lines)
        plan, [key], _, _ = _one(ctx, plan, contents.key, lines)
    # A tuple of one is not its only value, so `names` says whether there are several.
    names = ("several",) if several and form == "dict" else ()
    return Target(name, form, plan, parts, names, key, lines, value)


def _one(
    ctx: Context, plan: Step, value: Value, lines: tuple[int, ...]
) -> tuple[Step, tuple[Column, ...], Form, tuple[str, ...]]:
    """One column for a whole value, whatever its shape."""
    node = expression(value, ctx, lines[0] if lines else 0)
    column = as_column(node)
    if column is None:
        column = ctx.column(suggest(node) or "value", ctx.scalar(node).kind)
        ctx.use(node)
        plan = Extend(input=plan, columns=(column,), value=node, lines=lines)
    return plan, (column,), "values", ()


def _file(ctx: Context, name: str, value: Collection, contents: Contents) -> Target:
    element, lines = contents.element, contents.lines
    if not isinstance(element, Items):
        raise Refusal(lines[0], "a row of unknown length is written")
    if len(value.header) > 1:
        raise Refusal(value.line, "more than one line is written before the records")
    header: tuple[str, ...] = ()
    if value.header:
        first = value.header[0]
        assert isinstance(first, Items)
        header = tuple(str(i.value) for i in first.items if isinstance(i, Constant))
        if len(header) != len(element.items) or len(set(header)) < len(header):
            raise Refusal(value.line, "the header of a written file does not name the columns of its rows")
    plan, made = columns_for(contents.plan, element, ctx, lines, dict(enumerate(header or element.hints)))
    assert isinstance(made, Items)
    columns = tuple(_column(i) for i in made.items)
    if len(set(columns)) < len(columns) and header:
        raise Refusal(lines[0], "one value is written twice under different names")
    return Target(name, "csv" if value.quoted else "text", plan, columns, header, lines=lines, collection=value)


def _on_shared_plans(items: list[Item]) -> list[Item]:
    """Outputs of one loop come from one frame: the one with all columns, as long as it has the same rows."""
    plans = [i.plan for i in items if isinstance(i, Target)]
    moved: list[Item] = []
    for item in items:
        if isinstance(item, Target):
            best = item.plan
            for plan in plans:
                if _above(plan, best):
                    best = plan
            moved.append(replace(item, plan=best))
        else:
            moved.append(item)
    return moved


def _above(plan: Step, below: Step) -> bool:
    while isinstance(plan, Extend) and plan is not below:
        plan = plan.input
    return plan is below
