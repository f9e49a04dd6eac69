"""Files: what is opened, for reading or writing, and the csv module around it."""

from __future__ import annotations

import ast

from lester_jupyter.rewriting.lifting.interpreter import tables
from lester_jupyter.rewriting.lifting.interpreter.context import Context
from lester_jupyter.rewriting.lifting.interpreter.text import relation_of_lines, relation_of_records
from lester_jupyter.rewriting.lifting.values import (
    Collection,
    Constant,
    Handle,
    Opaque,
    Reader,
    Relation,
    Text,
    Value,
    Writer,
)

_READ = frozenset({"r", "rt"})


def opened(ctx: Context, node: ast.Call) -> Value:
    """`open(path, mode, …)`."""
    if not node.args:
        return ctx.opaque(node, "open() without a path")
    return _open(ctx, node.args[0], node.args[1:], node.keywords, node)


def _open(ctx: Context, path: ast.expr, rest: list[ast.expr], keywords: list[ast.keyword], node: ast.Call) -> Value:
    if ctx.row is not None:
        return ctx.opaque(node, "a file is opened for each record")
    where = ctx.evaluate(path)
    if not isinstance(where, Constant):
        return where if isinstance(where, Opaque) else ctx.opaque(node, "the path of a file depends on records")
    options = {k.arg: k.value for k in keywords}
    mode_node = rest[0] if rest else options.pop("mode", ast.Constant("r"))
    mode = mode_node.value if isinstance(mode_node, ast.Constant) else None
    encoding = options.pop("encoding", None)
    newline = options.pop("newline", None)
    if isinstance(newline, ast.Constant) and newline.value not in (None, ""):
        return ctx.opaque(node, "open() with its own rule for line ends")
    if len(rest) > 1 or options:
        return ctx.opaque(node, "open() with arguments that the rules do not cover")
    if mode in _READ:
        return Handle(ctx.text_source(where.node, node.lineno, encoding))
    if mode in ("w", "wt"):
        return _output(ctx, where.node, encoding, newline, node)
    return ctx.opaque(node, f"a file is opened with mode {mode!r}")


def _output(ctx: Context, path: ast.expr, encoding: ast.expr | None, newline: ast.expr | None, node: ast.Call) -> Value:
    name = path.value if isinstance(path, ast.Constant) and isinstance(path.value, str) else ast.unparse(path)
    file = Collection("file", name, node.lineno, path=path)
    if encoding is not None:
        file.spoiled = Opaque(node.lineno, "a file is written with an encoding of its own")
    del newline
    if name in ctx.files:
        file.spoiled = Opaque(node.lineno, f"{name} is written more than once")
    ctx.use(path)
    ctx.files[name] = file
    return file


def path_method(ctx: Context, owner: Constant, name: str, node: ast.Call) -> Value:
    """`Path(…).open()` and `.read_text()`; an `Opaque` without a reason for all other methods of constants."""
    if name == "open" and ctx.row is None and not node.args:
        return _open(ctx, owner.node, [], node.keywords, node)
    if name == "open" and ctx.row is None:
        return _open(ctx, owner.node, node.args, node.keywords, node)
    if name == "read_text" and ctx.row is None and not node.args:
        encoding = next((k.value for k in node.keywords if k.arg == "encoding"), None)
        return Text(ctx.text_source(owner.node, node.lineno, encoding))
    return Opaque(0, "")


def read_handle(ctx: Context, handle: Handle, name: str, node: ast.Call) -> Value:
    """A method of an open file."""
    source = handle.source
    source.facts.origin.add(node.lineno)
    if name == "close":
        return Constant(ast.Constant(None), known=True)
    if name == "readline" and not node.args:
        return _skip(ctx, handle, node)
    if handle.started:
        return ctx.opaque(node, "a file is read on after it was read")
    if name in ("readlines", "read") and not node.args:
        handle.started = True
        if name == "readlines":
            return relation_of_lines(ctx, source)
        if source.facts.header:
            return ctx.opaque(node, "a file is read on after its first line")
        return Text(source)
    return ctx.opaque(node, f".{name}() of a file is not covered")


def skip_record(ctx: Context, node: ast.Call) -> Value:
    """`next(file)` or `next(reader)`: the header."""
    value = ctx.evaluate(node.args[0]) if node.args else None
    if isinstance(value, Handle):
        return _skip(ctx, value, node)
    if isinstance(value, Reader) and not value.by_name:
        return _skip(ctx, value.handle, node)
    return ctx.opaque(node, "next() of something that is no file")


def _skip(ctx: Context, handle: Handle, node: ast.Call) -> Value:
    facts = handle.source.facts
    if facts.header or handle.started:
        return ctx.opaque(node, "more than one line is taken from a file before its records")
    facts.header = True
    facts.origin.add(node.lineno)
    return ctx.opaque(node, "the header of a file is used as a value")


def csv_reader(ctx: Context, node: ast.Call) -> Value:
    """`csv.reader(file, delimiter=…)` or `csv.DictReader(…)`."""
    by_name = (ctx.qualified(node.func) or "").endswith("DictReader")
    source = ctx.evaluate(node.args[0]) if node.args else None
    if isinstance(source, Opaque):
        return source
    if not isinstance(source, Handle) or source.started:
        return ctx.opaque(node, "a csv reader over something that is no open file")
    options = [(k.arg, k.value) for k in node.keywords]
    if by_name and len(node.args) == 2:
        options.append(("fieldnames", node.args[1]))
    allowed = {"delimiter", "fieldnames"} if by_name else {"delimiter"}
    plain_comma = [(n, v) for n, v in options if not _is_default(n, v)]
    if any(n not in allowed for n, _ in plain_comma) or (len(node.args) > 1 and not by_name):
        return ctx.opaque(node, "a csv reader with options that the rules do not cover")
    for _, value in plain_comma:
        if not isinstance(ctx.evaluate(value), Constant):
            return ctx.opaque(node, "a csv reader whose options are not constant")
    if source.source.facts.header and by_name:
        return ctx.opaque(node, "csv.DictReader after a line was taken from the file")
    source.source.facts.origin.add(node.lineno)
    return Reader(source, by_name, tuple((str(n), v) for n, v in plain_comma))


def _is_default(name: str | None, value: ast.expr) -> bool:
    plain = value.value if isinstance(value, ast.Constant) else None
    return (name, plain) in (("delimiter", ","), ("quotechar", '"'), ("doublequote", True))


def csv_writer(ctx: Context, node: ast.Call) -> Value:
    """`csv.writer(file)` with its default dialect."""
    file = ctx.evaluate(node.args[0]) if node.args else None
    if not isinstance(file, Collection) or file.kind != "file":
        return ctx.opaque(node, "a csv writer over something that is no open file")
    options = {k.arg: k.value for k in node.keywords if not _is_default(k.arg, k.value)}
    terminator = options.pop("lineterminator", None)
    if len(node.args) > 1 or options or terminator is not None:
        return ctx.opaque(node, "a csv writer with options that the rules do not cover")
    file.quoted = True
    return Writer(file)


def records(ctx: Context, value: Value, node: ast.expr) -> Value:
    """What a loop over an open file or reader runs over; an `Opaque` without a reason for other values."""
    if isinstance(value, Handle):
        if value.started:
            return ctx.opaque(node, "a file is read again after its end was reached")
        value.started = True
        value.source.facts.origin.add(node.lineno)
        return relation_of_lines(ctx, value.source)
    if isinstance(value, Reader):
        if value.handle.started:
            return ctx.opaque(node, "a file is read again after its end was reached")
        value.handle.started = True
        value.handle.source.facts.origin.add(node.lineno)
        if value.by_name:
            return tables.dict_reader(ctx, value, node.lineno)
        sep = dict(value.options).get("delimiter", ast.Constant(","))
        known = ctx.evaluate(sep)
        if not (isinstance(known, Constant) and isinstance(known.value, str)):
            return ctx.opaque(node, "a csv reader whose separator is not known")
        return relation_of_records(ctx, value.handle.source, known.value)
    if isinstance(value, Relation):
        return value
    return Opaque(0, "")
