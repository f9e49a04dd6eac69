"""How a text source is read, once its records are understood: the scan, its columns and its options."""

from __future__ import annotations

import ast

from lester_jupyter.rewriting.lifting.expressions import Column, names_of
from lester_jupyter.rewriting.lifting.interpreter.context import Context
from lester_jupyter.rewriting.lifting.naming import stem_of
from lester_jupyter.rewriting.lifting.steps import ReadLines, ReadText, Step
from lester_jupyter.rewriting.lifting.values import Facts, TextSource
from lester_jupyter.rewriting.types import Finding


def scan_of(ctx: Context, source: TextSource) -> Step:
    """The scan of a source whose facts are known."""
    known = source.known
    assert known is not None
    lines = tuple(sorted(known.origin))
    stem = _stem(ctx, source.path)
    if not known.named:
        source.line = ctx.column("line", "str")
        if known.header or source.encoding is not None:
            # read_lines takes every line: one field that swallows the rest is the line, too.
            options = [("extra", ast.Constant("join")), *_shared(source)]
            return ReadText(stem=stem, columns=(source.line,), path=source.path, options=tuple(options), lines=lines)
        return ReadLines(stem=stem, columns=(source.line,), path=source.path, lines=lines)
    names = field_names(known, _header(ctx, source))
    if known.leaves_out_short:
        ctx.findings.append(
            Finding(
                "short-records",
                "warning",
                f"Records with fewer than {known.width} fields are left out; where no condition drops them, the "
                "original raises IndexError instead.",
                (lines[0], lines[-1]),
            )
        )
    source.columns = {i: Column(ctx.column().number, name, "str") for i, name in enumerate(names)}
    return ReadText(
        stem=stem,
        columns=tuple(source.columns.values()),
        path=source.path,
        options=tuple(_options(source)),
        lines=lines,
    )


def _stem(ctx: Context, path: ast.expr) -> str:
    """What the records of a file are called; one of many partitions is named after all of them."""
    stem = stem_of(path)
    values = [ctx.partitions[n] for n in names_of(path) if n in ctx.partitions]
    return stem_of(values[0]) if values and stem == "records" else stem


def _options(source: TextSource) -> list[tuple[str, ast.expr]]:
    known = source.known
    assert known is not None
    assert known.split is not None
    sep, count, strip, _ = known.split
    width = known.width
    options: list[tuple[str, ast.expr]] = []
    if sep != ",":
        options.append(("sep", ast.Constant(sep)))
    if source.quoting:
        options.append(("quoting", ast.Constant(value=True)))
    if strip is not None:
        options.append(("strip", ast.Constant(strip)))
    if known.length is not None or known.leaves_out_short:
        options.append(("short", ast.Constant("skip")))
    extra = _extra(known, width, count)
    if extra != "error":
        options.append(("extra", ast.Constant(extra)))
    if known.skips_blank or known.skips_empty or source.whole == "trimmed":
        options.append(("blank", ast.Constant("skip")))
    return options + _shared(source)


def _extra(known: Facts, width: int, count: int | None) -> str:
    if known.length is not None and known.length[0] == "exact":
        return "skip"
    if count is not None and width > count:
        return "join"  # line.split(sep, n) never gives more than n + 1 fields
    return "error" if known.arity is not None else "drop"


def _shared(source: TextSource) -> list[tuple[str, ast.expr]]:
    options: list[tuple[str, ast.expr]] = []
    if source.known is not None and source.known.header:
        options.append(("header", ast.Constant(value=True)))
    if source.encoding is not None:
        options.append(("encoding", source.encoding))
    return options


def _header(ctx: Context, source: TextSource) -> list[str]:
    """The header of a file that has one and is at hand, if it can name columns."""
    known = source.known
    if known is None or not known.header or known.split is None or not isinstance(source.path, ast.Constant):
        return []
    file = ctx.directory / str(source.path.value)
    if not file.is_file():
        return []
    try:
        with file.open(encoding="utf-8") as lines:
            names = [name.strip().strip('"') for name in lines.readline().rstrip("\n").split(known.split[0])]
    except UnicodeDecodeError:
        return []
    return names if all(n.isidentifier() for n in names) else []


def field_names(known: Facts, header: list[str]) -> list[str]:
    """What the fields are called: as the program names them, or makes of them, as the header says, or by position."""
    names: list[str] = []
    for i in range(known.width):
        said = header[i] if i < len(header) else ""
        candidates = (known.names.get(i, ""), known.weak_names.get(i, ""), said, f"field_{i}")
        taken = {*names, *(n for j, n in known.names.items() if j != i)}
        names.append(next((c for c in candidates if c and c not in taken), f"field_{i}"))
    return names
