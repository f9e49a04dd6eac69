"""Tables whose columns have names: read_csv, csv.DictReader and DataFrames of the notebook, read by loops."""

from __future__ import annotations

import ast
import csv
from collections.abc import Mapping
from collections.abc import Sequence as Items

from lester_jupyter.rewriting.lifting.expressions import Kind, reference
from lester_jupyter.rewriting.lifting.interpreter.context import Context
from lester_jupyter.rewriting.lifting.naming import identifier, stem_of
from lester_jupyter.rewriting.lifting.steps import ReadTable, Step
from lester_jupyter.rewriting.lifting.values import (
    Constant,
    Named,
    Opaque,
    Position,
    Reader,
    Relation,
    Scalar,
    Sequence,
    Table,
    Value,
)
from lester_jupyter.rewriting.types import Finding

_IN_PARTS = frozenset({"chunksize", "iterator"})


def read_csv(ctx: Context, node: ast.Call) -> Value:
    """`pd.read_csv(…)` with constant arguments, which `ld.read_csv` takes as they are."""
    values = [*(ctx.evaluate(a) for a in node.args), *(ctx.evaluate(k.value) for k in node.keywords)]
    bad = next((v for v in values if not isinstance(v, Constant)), None)
    if isinstance(bad, Opaque):
        return bad
    if bad is not None or not node.args or any(k.arg is None or k.arg in _IN_PARTS for k in node.keywords):
        return ctx.opaque(node, "read_csv with arguments that are not constant")
    if len(node.args) > 1:
        return ctx.opaque(node, "read_csv with more than one positional argument")
    call = ast.Call(func=ast.Name(id="read_csv", ctx=ast.Load()), args=node.args, keywords=node.keywords)
    ctx.use(ast.Tuple(elts=[*node.args, *(k.value for k in node.keywords)], ctx=ast.Load()))
    step = ReadTable(stem=stem_of(node.args[0]), columns=(), call=call, lines=(node.lineno,))
    return Table(step, node.lineno)


def table_in_memory(ctx: Context, name: str, columns: Items[str], maker: str, line: int) -> Table:
    """A DataFrame or list of records that the notebook holds under a name."""
    stem = identifier(name)
    keywords = [] if stem == "df" else [ast.keyword(arg="name", value=ast.Constant(name))]
    call = ast.Call(
        func=ast.Name(id=maker, ctx=ast.Load()), args=[ast.Name(id=name, ctx=ast.Load())], keywords=keywords
    )
    by_name = {c: ctx.column(c, "cell") for c in columns}
    ctx.used.add(name)
    return Table(ReadTable(stem=stem, columns=(), call=call, by_name=by_name, lines=(line,)), line)


def dict_reader(ctx: Context, reader: Reader, line: int) -> Value:
    """The records of csv.DictReader: read by pandas, every field as the text it is."""
    source = reader.handle.source
    options = dict(reader.options)
    keywords = [ast.keyword(arg="sep", value=options["delimiter"])] if "delimiter" in options else []
    if "fieldnames" in options:
        keywords += [ast.keyword(arg="header", value=ast.Constant(None)),
                     ast.keyword(arg="names", value=options["fieldnames"])]  # fmt: skip
    # index_col=False: a separator at the end of each line must not make the first column an index.
    for name, value in (
        ("dtype", ast.Name(id="str", ctx=ast.Load())),
        ("keep_default_na", ast.Constant(value=False)),
        ("index_col", ast.Constant(value=False)),
    ):
        keywords.append(ast.keyword(arg=name, value=value))
    if source.encoding is not None:
        keywords.append(ast.keyword(arg="encoding", value=source.encoding))
    call = ast.Call(func=ast.Name(id="read_csv", ctx=ast.Load()), args=[source.path], keywords=keywords)
    lines = tuple(sorted({*source.facts.origin, line}))
    names = _names_by_position(ctx, source.path, options)
    step = ReadTable(
        stem=stem_of(source.path),
        columns=(),
        call=call,
        picks=True,
        header=tuple(names),
        options=tuple(_text_options(source.encoding, options)),
        lines=lines,
    )
    if names and "fieldnames" not in options:
        listed = ", ".join(names)
        message = f"The columns of {ast.unparse(source.path)} are taken by position, as its header has them: {listed}."
        ctx.findings.append(Finding("header", "info", message, (lines[0], lines[-1])))
    return Relation(step, Named(step, "str"))


def _names_by_position(ctx: Context, path: ast.expr, options: Mapping[str, ast.expr]) -> list[str]:
    """The fields of csv.DictReader in order, if they are certain."""
    if "fieldnames" in options:
        value = ctx.evaluate(options["fieldnames"])
        names = value.value if isinstance(value, Constant) and value.known else None
        known = [n for n in names if isinstance(n, str)] if isinstance(names, list | tuple) else []
    else:
        where, sep = _literal(path), _literal(options.get("delimiter", ast.Constant(",")))
        known = (_header(ctx, where, sep) or []) if isinstance(where, str) and isinstance(sep, str) else []
    return known if len(set(known)) == len(known) and all(known) else []


def _text_options(encoding: ast.expr | None, options: Mapping[str, ast.expr]) -> list[tuple[str, ast.expr]]:
    """What `ld.read_text` has to be told to read as csv.DictReader does."""
    found: list[tuple[str, ast.expr]] = [("sep", options["delimiter"])] if "delimiter" in options else []
    found += [("quoting", ast.Constant(value=True))]
    found += [] if "fieldnames" in options else [("header", ast.Constant(value=True))]
    found += [("blank", ast.Constant("skip"))]
    return found + ([("encoding", encoding)] if encoding is not None else [])


def cell(ctx: Context, record: Named, name: str) -> Value:
    """The value of one named column."""
    table = record.table
    assert isinstance(table, ReadTable)
    if name not in table.by_name:
        kind: Kind = record.kind
        table.by_name[name] = ctx.column(name, kind)
    column = table.by_name[name]
    return Scalar(reference(column), column.kind)


def column_names(ctx: Context, table: Step) -> list[str] | None:
    """All column names of a table in order, as far as they can be known without running the program."""
    assert isinstance(table, ReadTable)
    options = {k.arg: k.value for k in table.call.keywords}
    if isinstance(table.call.func, ast.Name) and table.call.func.id != "read_csv":
        return list(table.by_name)
    if "names" in options:
        names = options["names"]
        value = ctx.namespace.get(names.id) if isinstance(names, ast.Name) else _literal(names)
        return [str(n) for n in value] if isinstance(value, list | tuple) else None
    path = _literal(table.call.args[0])
    if not isinstance(path, str) or not set(options) <= {"sep", "delimiter", "dtype", "keep_default_na", "index_col"}:
        return None
    sep = _literal(options.get("sep", options.get("delimiter", ast.Constant(","))))
    return _header(ctx, path, sep if isinstance(sep, str) else ",")


def _literal(node: ast.expr) -> object:
    try:
        return ast.literal_eval(node)
    except ValueError:
        return None


def _header(ctx: Context, path: str, sep: str) -> list[str] | None:
    file = ctx.directory / path
    if len(sep) != 1 or not file.is_file():
        return None
    with file.open(newline="") as lines:
        try:
            return next(csv.reader(lines, delimiter=sep), None)
        except (UnicodeDecodeError, csv.Error):
            return None


def table_method(ctx: Context, table: Table, name: str, node: ast.Call) -> Value:
    """The ways to loop over the rows of a DataFrame."""
    record = Named(table.plan)
    keywords = {k.arg: _literal(k.value) for k in node.keywords}
    first = _literal(node.args[0]) if node.args else None
    if name == "iterrows":
        return Relation(table.plan, Sequence((Position(node.lineno), record)))
    if name == "itertuples":
        return Relation(table.plan, record)
    if name == "to_dict" and "records" in (first, keywords.get("orient")):
        return Relation(table.plan, record)
    if name == "copy":
        return table
    return ctx.opaque(node, f".{name}() is a pandas operation that the rules do not cover")


def zipped(parts: Items[Value]) -> Relation | None:
    """`zip(df["a"], df["b"])`: several columns of one table side by side."""
    relations = [p for p in parts if isinstance(p, Relation)]
    if not relations or len(relations) < len(parts) or any(r.plan is not relations[0].plan for r in relations):
        return None
    return Relation(relations[0].plan, Sequence(tuple(r.element for r in relations)))
