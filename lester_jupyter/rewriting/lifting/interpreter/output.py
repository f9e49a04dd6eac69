"""Writing to files: what a row of the file consists of, and what separates its fields."""

from __future__ import annotations

import ast

from lester_jupyter.rewriting.lifting.interpreter.context import Context, Refusal
from lester_jupyter.rewriting.lifting.interpreter.effects import put, spoil
from lester_jupyter.rewriting.lifting.interpreter.shapes import expression
from lester_jupyter.rewriting.lifting.values import (
    Collection,
    Constant,
    Opaque,
    Sequence,
    Value,
    Writer,
)


def written(ctx: Context, owner: Value, call: ast.Call) -> bool:
    """`file.write(…)` and `writer.writerow(…)`, per record or as a header; whether it was one of them."""
    assert isinstance(call.func, ast.Attribute)
    method = call.func.attr
    if isinstance(owner, Writer):
        file = owner.file
        if method == "writerow" and len(call.args) == 1:
            _emit(ctx, file, ctx.evaluate(call.args[0]), call, ",")
        else:
            spoil(file, Opaque(call.lineno, f"`{ast.unparse(call.func)}` is not covered"))
        return True
    assert isinstance(owner, Collection)
    if method in ("close", "flush"):
        return True
    if method != "write" or len(call.args) != 1:
        spoil(owner, Opaque(call.lineno, f"`{ast.unparse(call.func)}` is not covered"))
        return True
    try:
        row, sep = _row_of(ctx, call.args[0])
    except Refusal as refusal:
        spoil(owner, refusal.opaque)
        return True
    _emit(ctx, owner, row, call, sep)
    return True


def printed(ctx: Context, call: ast.Call) -> bool:
    """`print(…, file=f)`; whether it was that."""
    options = {k.arg: k.value for k in call.keywords}
    if ctx.qualified(call.func) != "print" or "file" not in options:
        return False
    file = ctx.evaluate(options["file"])
    if not isinstance(file, Collection):
        return True  # stderr, or something unknown
    sep = options.get("sep", ast.Constant(" "))
    if "end" in options or not isinstance(sep, ast.Constant) or any(isinstance(a, ast.Starred) for a in call.args):
        spoil(file, Opaque(call.lineno, "print() to a file with options that the rules do not cover"))
        return True
    items = tuple(ctx.evaluate(a) for a in call.args)
    _emit(ctx, file, Sequence(items), call, str(sep.value))
    return True


def _emit(ctx: Context, file: Collection, row: Value, call: ast.Call, sep: str) -> None:
    before = file.options.get("sep")
    if before is not None and isinstance(before, ast.Constant) and before.value != sep and _several(row):
        spoil(file, Opaque(call.lineno, "the rows of a file are separated in different ways"))
        return
    if before is None or _several(row):
        file.options["sep"] = ast.Constant(sep)
    if isinstance(row, Constant) and row.known and isinstance(row.value, tuple | list):
        row = Sequence(tuple(Constant(ast.Constant(v), known=True, value=v) for v in row.value))
    if ctx.row is not None:
        if not isinstance(row, Sequence | Opaque):
            row = Opaque(call.lineno, "a row of unknown length is written")
        put(ctx, file, "append", row, call)
    elif (
        isinstance(row, Sequence) and all(isinstance(i, Constant) and i.known for i in row.items) and not file.contents
    ):
        file.header.append(row)
    else:
        spoil(file, Opaque(call.lineno, "something is written outside the loop over records"))


def _several(row: Value) -> bool:
    return not isinstance(row, Sequence) or len(row.items) > 1


def _row_of(ctx: Context, node: ast.expr) -> tuple[Sequence, str]:
    """The fields of a written line, and what separates them; a line without such a form is one field."""
    pieces = _pieces(ctx, node)
    if not pieces or not isinstance(pieces[-1], str) or not pieces[-1].endswith("\n"):
        raise Refusal(node.lineno, "a record is not written as one line")
    last = pieces[-1][:-1]
    pieces = [*pieces[:-1], *([last] if last else [])]
    if all(isinstance(p, str) for p in pieces):
        text = "".join(p for p in pieces if isinstance(p, str))
        seps = [s for s in ("\t", ",", ";", "|") if s in text]
        parts = text.split(seps[0]) if seps else [text]
        return Sequence(tuple(Constant(ast.Constant(p), known=True, value=p) for p in parts)), seps[0] if seps else ","
    between = {p for p in pieces[1::2] if isinstance(p, str)}
    regular = len(between) <= 1 and len(pieces) % 2 == 1 and not any(isinstance(p, str) for p in pieces[::2])
    if regular and all(isinstance(p, str) for p in pieces[1::2]):
        fields = tuple(p for p in pieces[::2] if not isinstance(p, str))
        return Sequence(fields), between.pop() if between else ","
    parts_: list[ast.expr] = []
    for piece in pieces:
        if isinstance(piece, str):
            parts_.append(ast.Constant(piece))
        else:
            parts_.append(ast.FormattedValue(value=expression(piece, ctx, node.lineno), conversion=-1))
    joined = ast.JoinedStr(values=parts_)
    line = ctx.scalar(joined)
    assert ctx.row is not None
    return Sequence((ctx.named(line, "line", (node.lineno,)),)), ","


def _pieces(ctx: Context, node: ast.expr) -> list[str | Value]:
    """A string expression as literal text and values, neighbours of one kind merged."""
    found: list[str | Value] = []
    for piece in _flat(ctx, node):
        if isinstance(piece, str) and found and isinstance(found[-1], str):
            found[-1] += piece
        elif piece != "":
            found.append(piece)
    return found


def _flat(ctx: Context, node: ast.expr) -> list[str | Value]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return [*_flat(ctx, node.left), *_flat(ctx, node.right)]
    if isinstance(node, ast.JoinedStr) and all(_plain_piece(v) for v in node.values):
        return [
            _value(ctx, v.value) if isinstance(v, ast.FormattedValue) else str(ast.literal_eval(v)) for v in node.values
        ]
    joined = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "join"
    if joined and isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and len(node.args) == 1:
        sep, items = node.func.value, node.args[0]
        if isinstance(sep, ast.Constant) and isinstance(items, ast.List | ast.Tuple) and items.elts:
            found: list[str | Value] = []
            for i, item in enumerate(items.elts):
                found += [str(sep.value)] * (i > 0) + [_value(ctx, item)]
            return found
    if isinstance(node, ast.Call) and ctx.qualified(node.func) == "str" and len(node.args) == 1:
        return [_value(ctx, node.args[0])]
    return [_value(ctx, node)]


def _plain_piece(node: ast.expr) -> bool:
    """Text, or a value formatted as str() does."""
    if isinstance(node, ast.Constant):
        return True
    return isinstance(node, ast.FormattedValue) and node.conversion == -1 and node.format_spec is None


def _value(ctx: Context, node: ast.expr) -> Value:
    value = ctx.evaluate(node)
    if isinstance(value, Opaque):
        raise Refusal(value.line, value.reason, value.hint)
    return value
