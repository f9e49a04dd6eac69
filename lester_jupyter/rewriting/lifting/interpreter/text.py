"""Text sources: lines, their fields, and how the program takes them apart.

A program is interpreted twice. The first pass takes every field to be a column and notes how records are used
(`Facts`); the second knows whether they can be: only if each record that the original accepts has all the fields. If
not, lines are read whole, and split where the original splits them.
"""

from __future__ import annotations

import ast

from lester_jupyter.rewriting.lifting.expressions import Column, reference
from lester_jupyter.rewriting.lifting.interpreter.context import Context
from lester_jupyter.rewriting.lifting.interpreter.layout import scan_of
from lester_jupyter.rewriting.lifting.steps import ReadLines, Strip
from lester_jupyter.rewriting.lifting.values import (
    Constant,
    Fields,
    Line,
    Opaque,
    Relation,
    Scalar,
    Sequence,
    Text,
    TextSource,
    Value,
)
from lester_jupyter.rewriting.types import Finding

_STRIPS: dict[tuple[Strip | None, str], Strip] = {
    (None, "strip"): "both", ("both", "strip"): "both", ("left", "strip"): "both", ("right", "strip"): "both",
    (None, "rstrip"): "right", ("right", "rstrip"): "right", ("left", "rstrip"): "both", ("both", "rstrip"): "both",
    (None, "lstrip"): "left", ("left", "lstrip"): "left", ("right", "lstrip"): "both", ("both", "lstrip"): "both",
}  # fmt: skip
_METHOD_OF: dict[Strip, str] = {"both": "strip", "right": "rstrip", "left": "lstrip"}
_NEWLINES = frozenset({"\n", "\r\n", "\n\r"})


def relation_of_lines(ctx: Context, source: TextSource, *, newline: bool = True) -> Value:
    """The lines of a file, one per row; `newline` says whether the original's lines end in it."""
    if source.known is not None and not source.known.named and not source.known.untouched:
        if source.whole and not (source.known.skips_blank or source.known.skips_empty):
            return Opaque(min(source.facts.origin), "an empty line at the end of the file may become a record")
        scan = scan_of(ctx, source)
        assert source.line is not None
        return Relation(scan, Scalar(reference(source.line), "str", newline=newline), "lines")
    named = source.known is not None and source.known.named
    if named and not _whole_file_agrees(source):
        return Opaque(min(source.facts.origin), "blank lines at the ends of the file are treated unlike the others")
    if named:
        return Relation(scan_of(ctx, source), Line(source, newline=newline), "lines")
    source.line = ctx.column("line", "str")
    return Relation(
        ReadLines(stem="lines", columns=(source.line,), path=source.path), Line(source, newline=newline), "lines"
    )


def _whole_file_agrees(source: TextSource) -> bool:
    r"""Whether a file cut by `read().split("\\n")` has the same records as one read line by line."""
    known = source.known
    if known is None or not source.whole or known.skips_blank or known.skips_empty:
        return True
    # A blank line has one field, so the original raises on it if it demands two.
    several = known.surely >= 2
    return several and (source.whole == "split" or (known.split is not None and known.split[2] == "both"))


def relation_of_records(ctx: Context, source: TextSource, sep: str) -> Value:
    """The records of csv.reader, one per row."""
    source.quoting = source.facts.quoting = True
    _note_split(source, (sep, None, None, False))
    if source.known is not None:
        if not source.known.named:
            return Opaque(min(source.facts.origin), "the fields of the csv records cannot be told apart")
        return Relation(scan_of(ctx, source), Fields(source), "list")
    source.line = ctx.column("row")
    return Relation(ReadLines(stem="lines", columns=(source.line,), path=source.path), Fields(source), "list")


def line_as_scalar(ctx: Context, line: Line) -> Scalar:
    """The line as a string of its own: its fields cannot be columns then."""
    line.source.facts.lines = True
    if line.source.line is None:
        line.source.line = ctx.column("line", "str")
    node: ast.expr = reference(line.source.line)
    if line.strip is not None:
        node = ast.Call(
            func=ast.Attribute(value=node, attr=_METHOD_OF[line.strip], ctx=ast.Load()), args=[], keywords=[]
        )
    return Scalar(node, "str", line.newline and line.strip in (None, "left"))


def line_method(ctx: Context, line: Line, name: str, node: ast.Call) -> Value:
    """A method call on a line."""
    arguments = [ctx.evaluate(a) for a in node.args]
    plain = [a.value if isinstance(a, Constant) and a.known else None for a in arguments]
    line.source.facts.origin.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    if name in ("strip", "rstrip", "lstrip") and not node.args and not node.keywords:
        strip = _STRIPS[line.strip, name]
        return Line(line.source, strip, line.newline and strip == "left")
    if name in ("strip", "rstrip") and len(plain) == 1 and plain[0] in _NEWLINES:
        return Line(line.source, line.strip, newline=False)
    if name == "replace" and plain in (["\n", ""], ["\r\n", ""]):
        return Line(line.source, line.strip, line.newline and plain[0] != "\n")
    if name == "split" and plain and isinstance(plain[0], str) and plain[0] and not node.keywords:
        count = plain[1] if len(plain) == 2 else None
        if len(plain) == 1 or (isinstance(count, int) and count > 0):
            return _split(ctx, line, plain[0], count if isinstance(count, int) else None)
    return Opaque(0, "")  # the caller takes the line as a string


def _split(ctx: Context, line: Line, sep: str, count: int | None) -> Fields:
    source = line.source
    if ctx.row is not None and ctx.row.guarded:
        source.facts.lines = True
    _note_split(source, (sep, count, line.strip, line.newline))
    return Fields(source, line.newline and line.strip in (None, "left"))


def _note_split(source: TextSource, split: tuple[str, int | None, Strip | None, bool]) -> None:
    if source.facts.split is not None and source.facts.split != split:
        source.facts.lines = True
    source.facts.split = split


def field_at(ctx: Context, fields: Fields, index: int, node: ast.AST) -> Value:
    """One field of the current record."""
    source, facts = fields.source, fields.source.facts
    facts.origin.add(getattr(node, "lineno", min(facts.origin)))
    if index < 0:
        exact = (source.known or facts).exact
        if exact is None:
            facts.lines = True
            return ctx.opaque(node, "a field is counted from the end of records of unknown length")
        index += exact
    guarded = ctx.row is not None and ctx.row.guarded
    facts.highest = max(facts.highest, index + 1)
    if not guarded:
        facts.floor = max(facts.floor, index + 1)
    if ctx.row is not None and not ctx.row.protected:
        ctx.row.asked[source.number] = max(ctx.row.asked.get(source.number, 0), index + 1)
    last = source.known is not None and index >= source.known.width - 1
    column = reference(column_at(ctx, source, index))
    if fields.stripped:
        method = ast.Attribute(value=column, attr="strip", ctx=ast.Load())
        return Scalar(ast.Call(func=method, args=[], keywords=[]), "str")
    return Scalar(column, "str", fields.newline and last)


def column_at(ctx: Context, source: TextSource, index: int) -> Column:
    """The column of one field; made where the first pass asks for it."""
    if index not in source.columns:
        source.columns[index] = ctx.column(f"field_{index}", "str")
    return source.columns[index]


def unpack_fields(ctx: Context, fields: Fields, names: list[str | None], node: ast.AST) -> list[Value]:
    """`a, b, c = line.split(",")`: as many fields as names, or the original raises."""
    facts = fields.source.facts
    count = len(names)
    if ctx.row is not None and ctx.row.guarded:
        facts.highest = max(facts.highest, count)
        if (fields.source.known or facts).exact != count:
            facts.lines = True
    elif facts.arity is None:
        facts.arity = count
    for i, name in enumerate(names):
        if name is not None and name.strip("_"):
            facts.names.setdefault(i, name)
    return [field_at(ctx, fields, i, node) for i in range(count)]


def note_put_out(ctx: Context) -> None:
    """Something is put out on this path, so what it asked of a record counts."""
    assert ctx.row is not None
    for number in ctx.row.records:
        asked, facts = ctx.row.asked.get(number, 0), ctx.sources[number].facts
        facts.put_out = asked if facts.put_out is None else min(facts.put_out, asked)


def records_in(element: Value) -> frozenset[int]:
    """The text sources whose records an element is made of, by their numbers."""
    if isinstance(element, Line | Fields):
        return frozenset({element.source.number})
    if isinstance(element, Sequence):
        return frozenset(n for item in element.items for n in records_in(item))
    return frozenset()


def note_length(fields: Fields, how: str, count: int, node: ast.AST) -> bool:
    """A first guard on the number of fields; whether the scan can take it over."""
    facts = fields.source.facts
    facts.origin.add(getattr(node, "lineno", min(facts.origin)))
    if facts.length is not None or facts.arity is not None or facts.floor:
        facts.lines = True
        return False
    facts.length = ("exact" if how == "exact" else "at least", count)
    return True


def note_name(ctx: Context, name: str, value: Scalar, *, weak: bool) -> None:
    """The program gives a field, or the first value made from it, a name."""
    from lester_jupyter.rewriting.lifting.expressions import columns_of

    columns = columns_of(value.node)
    if len(columns) != 1 or not name.strip("_"):
        return
    for source in ctx.sources:
        for index, column in source.columns.items():
            if column == columns[0]:
                (source.facts.weak_names if weak else source.facts.names).setdefault(index, name)


def text_method(ctx: Context, text: Text, name: str, node: ast.Call) -> Value:
    """A method call on the text of a whole file."""
    arguments = [ctx.evaluate(a) for a in node.args]
    plain = [a.value if isinstance(a, Constant) and a.known else None for a in arguments]
    text.source.facts.origin.add(node.lineno)
    if name == "strip" and not plain:
        return Text(text.source, trimmed=True)
    if (name == "split" and plain == ["\n"]) or (name == "splitlines" and not plain):
        if name == "splitlines" and ctx.known is not None:
            message = "splitlines() also cuts lines at form feeds and U+2028; the rewrite cuts them at newlines only."
            ctx.findings.append(Finding("line-ends", "info", message, (node.lineno, node.lineno)))
        text.source.whole = "trimmed" if text.trimmed else "split" if name == "split" else ""
        return relation_of_lines(ctx, text.source, newline=False)
    return ctx.opaque(node, f"the text of a whole file is taken apart by .{name}()")
