"""Calls: what opens and reads, what is computed per record, and what may not be."""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import singledispatch

from lester_jupyter.rewriting.lifting.interpreter import lookups, tables
from lester_jupyter.rewriting.lifting.interpreter.context import Context
from lester_jupyter.rewriting.lifting.interpreter.inline import inline, works_on_data
from lester_jupyter.rewriting.lifting.interpreter.opening import (
    csv_reader,
    csv_writer,
    opened,
    path_method,
    read_handle,
    skip_record,
)
from lester_jupyter.rewriting.lifting.interpreter.sequences import (
    collection_of,
    default_dictionary,
    enumerated,
    in_order,
    measured,
    stripped_fields,
    zipped,
)
from lester_jupyter.rewriting.lifting.interpreter.shapes import expression
from lester_jupyter.rewriting.lifting.interpreter.text import line_as_scalar, line_method, text_method
from lester_jupyter.rewriting.lifting.purity import impurity
from lester_jupyter.rewriting.lifting.usage import MUTATORS, root
from lester_jupyter.rewriting.lifting.values import (
    Collection,
    Constant,
    Derived,
    Fields,
    Handle,
    Line,
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
)

_STATELESS = frozenset(
    "keys items values get copy lower upper strip split join format index count startswith endswith replace".split()  # noqa: SIM905
)

Handler = Callable[[Context, ast.Call], Value]

_NAMED: dict[str, Handler] = {
    "open": opened,
    "io.open": opened,
    "csv.reader": csv_reader,
    "csv.DictReader": csv_reader,
    "csv.writer": csv_writer,
    "pandas.read_csv": tables.read_csv,
    "collections.defaultdict": default_dictionary,
    "enumerate": enumerated,
    "zip": zipped,
    "list": collection_of,
    "tuple": collection_of,
    "set": collection_of,
    "dict": collection_of,
    "iter": in_order,
    "map": stripped_fields,
    "len": measured,
    "next": skip_record,
    "tqdm.tqdm": in_order,
    "tqdm.auto.tqdm": in_order,
    "tqdm.notebook.tqdm": in_order,
}


def call(ctx: Context, node: ast.Call) -> Value:
    """The symbolic value of a call."""
    from lester_jupyter.rewriting.lifting.interpreter.derived import derived

    name = ctx.qualified(node.func)
    handler = _NAMED.get(name or "")
    if handler is not None:
        value = handler(ctx, node)
        if not isinstance(value, Opaque) or value.reason:
            return value
    if isinstance(node.func, ast.Name) and node.func.id in ctx.functions:
        function = ctx.functions[node.func.id]
        if works_on_data(ctx, function):
            return inline(ctx, function, node)
    elif isinstance(node.func, ast.Attribute) and name is None:
        owner = ctx.evaluate(node.func.value)
        if isinstance(owner, Opaque):
            return owner
        if node.func.attr in MUTATORS and isinstance(owner, Fields | Sequence | Record | Named | Scalar):
            changed = ctx.opaque(node, f"`{ast.unparse(node.func)}()` changes a value of the record in place")
            ctx.poison_name(root(node.func) or "", changed)
            ctx.spoil_stored(changed)
            return changed
        value = method(owner, ctx, node.func.attr, node)
        if not isinstance(value, Opaque) or value.reason:
            return value
    kept = derived(ctx, node)
    return kept if kept is not None else plain(ctx, node)


def plain(ctx: Context, node: ast.Call) -> Value:
    """A call computed per record, as it stands; or a constant, if nothing in it speaks of a record."""
    from lester_jupyter.rewriting.lifting.interpreter.expressions import generic

    value = _blind_to_newlines(ctx, node) or generic(node, ctx)
    if isinstance(value, Scalar) or (isinstance(value, Constant) and ctx.row is not None):
        reason = impurity(node.func, ctx.modules, ctx.functions)
        if reason is not None:
            opaque = ctx.opaque(node, f"{reason}, which is made for each record")
            if "changes its argument" in reason:
                ctx.spoil_stored(opaque)
            return opaque
        bound_method = isinstance(node.func, ast.Attribute) and node.func.attr not in _STATELESS
        if isinstance(value, Constant) and bound_method and ctx.qualified(node.func) is None:
            what = ast.unparse(node.func)
            return ctx.opaque(node, f"`{what}()` is called for each record without its values: it may carry state")
    return value


def _blind_to_newlines(ctx: Context, node: ast.Call) -> Value | None:
    """A call that reads a line or field as if its newline were not there."""
    if len(node.args) != 1 or node.keywords or ctx.qualified(node.func) not in ("int", "float", "json.loads"):
        return None
    value = ctx.evaluate(node.args[0])
    if isinstance(value, Line):
        value = line_as_scalar(ctx, value)
    if not isinstance(value, Scalar) or not value.newline:
        return None
    return ctx.scalar(ast.Call(func=node.func, args=[value.node], keywords=[]))


@singledispatch
def method(owner: Value, ctx: Context, name: str, node: ast.Call) -> Value:
    """`owner.name(…)`; an `Opaque` without a reason leaves it to the general rule."""
    del owner, ctx, name, node
    return Opaque(0, "")


@method.register
def _(owner: Line, ctx: Context, name: str, node: ast.Call) -> Value:
    value = line_method(ctx, owner, name, node)
    if isinstance(value, Opaque) and not value.reason:
        return method(line_as_scalar(ctx, owner), ctx, name, node)
    return value


@method.register
def _(owner: Scalar, ctx: Context, name: str, node: ast.Call) -> Value:
    """The newline at the end of a line or field is invisible to some methods; to others it is not there any more."""
    if not owner.newline:
        return Opaque(0, "")
    arguments = [ctx.evaluate(a) for a in node.args]
    plain_arguments = [a.value if isinstance(a, Constant) and a.known else None for a in arguments]
    if name in ("strip", "rstrip", "split") and not arguments:
        made = ast.Call(func=ast.Attribute(value=owner.node, attr=name, ctx=ast.Load()), args=[], keywords=[])
        return ctx.scalar(made)
    if name in ("strip", "rstrip") and plain_arguments in (["\n"], ["\r\n"]):
        return Scalar(owner.node, owner.kind)
    if name == "replace" and plain_arguments == ["\n", ""]:
        return Scalar(owner.node, owner.kind)
    text = plain_arguments[0] if len(plain_arguments) == 1 else None
    if name == "startswith" and isinstance(text, str) and "\n" not in text:
        made = ast.Call(func=ast.Attribute(value=owner.node, attr=name, ctx=ast.Load()), args=node.args, keywords=[])
        return ctx.scalar(made)
    return Opaque(0, "")


@method.register
def _(owner: Text, ctx: Context, name: str, node: ast.Call) -> Value:
    return text_method(ctx, owner, name, node)


@method.register
def _(owner: Handle, ctx: Context, name: str, node: ast.Call) -> Value:
    return read_handle(ctx, owner, name, node)


@method.register
def _(owner: Table, ctx: Context, name: str, node: ast.Call) -> Value:
    return tables.table_method(ctx, owner, name, node)


@method.register
def _(owner: Named, ctx: Context, name: str, node: ast.Call) -> Value:
    del owner
    if name == "get" and len(node.args) == 1 and isinstance(node.args[0], ast.Constant):
        return ctx.opaque(node, "a column that may not exist")
    return ctx.opaque(node, f".{name}() of a whole record")


@method.register
def _(owner: Collection, ctx: Context, name: str, node: ast.Call) -> Value:
    if owner.kind == "dict" and name == "get" and 1 <= len(node.args) <= 2 and not node.keywords:
        default = ctx.evaluate(node.args[1]) if len(node.args) == 2 else Constant(ast.Constant(None), known=True)
        return lookups.get(ctx, owner, ctx.evaluate(node.args[0]), default, node)
    if owner.kind == "dict" and name in ("items", "keys", "values") and not node.args:
        return in_order_of_keys(ctx, owner, name, node)
    if owner.kind == "file" and name in ("close", "flush"):
        return Constant(ast.Constant(None), known=True)
    return ctx.opaque(node, f"`{owner.name}.{name}()` is not covered")


def in_order_of_keys(ctx: Context, owner: Collection, name: str, node: ast.Call) -> Value:
    """The entries of a dictionary, where each key was put in once: then they stand in the order of the records."""
    from lester_jupyter.rewriting.lifting.interpreter.sequences import entries

    return entries(ctx, owner, name, node)


@method.register
def _(owner: Relation, ctx: Context, name: str, node: ast.Call) -> Value:
    if name in ("tolist", "to_list", "copy"):
        return owner
    del owner
    return ctx.opaque(node, f".{name}() of all records at once")


@method.register
def _(owner: Derived, ctx: Context, name: str, node: ast.Call) -> Value:
    del name
    if ctx.row is None and all(isinstance(ctx.evaluate(a), Constant) for a in node.args):
        return Derived(node, owner.reads, node.lineno)
    return ctx.opaque(node, "a value computed from all records is used per record")


@method.register
def _(owner: Fields, ctx: Context, name: str, node: ast.Call) -> Value:
    expression(owner, ctx, node.lineno)
    return ctx.opaque(node, f".{name}() of all fields of a record")


@method.register
def _(owner: Record, ctx: Context, name: str, node: ast.Call) -> Value:
    if name == "get" and node.args and isinstance(node.args[0], ast.Constant):
        value = owner.get(node.args[0].value)
        if value is not None:
            return value
    return ctx.opaque(node, f".{name}() of a record")


@method.register
def _(owner: Sequence, ctx: Context, name: str, node: ast.Call) -> Value:
    del owner
    return ctx.opaque(node, f".{name}() of a tuple of values")


@method.register
def _(owner: Position, ctx: Context, name: str, node: ast.Call) -> Value:
    del owner, name
    return ctx.opaque(node, "the position of a record is used as a value")


@method.register
def _(owner: Reader, ctx: Context, name: str, node: ast.Call) -> Value:
    del owner
    return ctx.opaque(node, f".{name}() of a csv reader is not covered")


@method.register
def _(owner: Constant, ctx: Context, name: str, node: ast.Call) -> Value:
    return path_method(ctx, owner, name, node)
