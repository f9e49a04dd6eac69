"""The whole rewrite: what is kept of the original, the frames, and the outputs under their old names."""

from __future__ import annotations

import ast
import builtins
import textwrap
from collections.abc import Iterable, Sequence

from lester_jupyter.rewriting.lifting.expressions import names_of
from lester_jupyter.rewriting.lifting.generate.frames import FrameWriter
from lester_jupyter.rewriting.lifting.generate.needs import Needs, needs_of
from lester_jupyter.rewriting.lifting.generate.outputs import rebuild
from lester_jupyter.rewriting.lifting.generate.targets import Item, Kept, Statement, Target
from lester_jupyter.rewriting.lifting.generate.text import Line, tidy
from lester_jupyter.rewriting.lifting.interpreter.context import Context
from lester_jupyter.rewriting.lifting.naming import identifier
from lester_jupyter.rewriting.lifting.steps import Join, Step, Unary
from lester_jupyter.rewriting.lifting.usage import reads
from lester_jupyter.rewriting.lifting.values import Constant
from lester_jupyter.rewriting.types import Candidate, Finding, Output


def program(ctx: Context, items: Sequence[Item], outputs: Sequence[Output]) -> Candidate:
    """Writes the rewrite of a cell.

    Args:
        ctx: the interpretation.
        items: the outputs and what they are computed from.
        outputs: the outputs that were asked for.
    """
    targets = [i for i in items if isinstance(i, Target)]
    needs = needs_of(items)
    for number in {id(needs.alive(t.plan)) for t in targets}:
        needs.users[number] = needs.users.get(number, 0) + 1
    taken = _taken(ctx, items)
    kinds = {n: v.kind for n, v in ctx.scopes[0].items() if isinstance(v, Constant)}
    kinds |= {n: type(v).__name__ for n, v in ctx.namespace.items() if n not in ctx.scopes[0]}
    hints = {id(_start_of_chain(needs, t)): _hint(t) for t in targets}
    writer = FrameWriter(needs, taken, kinds, hints=hints, asked_at=ctx.asked_at)
    writer.write()
    tail, more, frames = _tail(items, writer)
    wanted = {n for node in writer.read for n in names_of(node)} | more
    kept = _kept(ctx, wanted)
    lines = [*kept, *_gap(kept), *writer.functions, *_gap(writer.functions), *writer.lines, *_gap(tail), *tail]
    asked = {o.name for o in outputs}
    merged = [_merged(t) for t in targets if t.name in asked and t.form in ("dict", "set", "set of tuples")]
    text = [line.text for line in lines]
    return Candidate(
        code="\n".join(text) + "\n",
        outputs=tuple(outputs),
        frames={n: f for n, f in frames.items() if n in asked},
        line_map={i: line.lines for i, line in enumerate(lines, 1) if line.lines},
        findings=(*ctx.findings, *merged),
    )


def _merged(target: Target) -> Finding:
    """The lineage is that of the frame's rows; entries that replace each other are one in the output."""
    what = "key" if target.form == "dict" else "value"
    message = f"Rows of {target.name!r} with the same {what} are one entry of it: lineage counts the rows before that."
    return Finding("merged-rows", "info", message, (min(target.lines), max(target.lines)) if target.lines else None)


def _taken(ctx: Context, items: Iterable[Item]) -> set[str]:
    """Names that no frame may have: the outputs', the program's own, and the builtins'."""
    names = {i.name for i in items} | set(ctx.functions) | {n for k in ctx.kept for n in k.binds if _is_kept(ctx, n)}
    names |= {d.name for d in ctx.definitions} | set(ctx.used) | set(ctx.namespace)
    return names | set(dir(builtins)) | {"ld"}


def _is_kept(ctx: Context, name: str) -> bool:
    return isinstance(ctx.scopes[0].get(name), Constant)


def _start_of_chain(needs: Needs, target: Target) -> Step:
    """The step where the rows of an output part from those of others."""
    step = needs.alive(target.plan)
    while isinstance(step, Unary | Join):
        below = needs.inputs(step)[0]
        if needs.users.get(id(below), 0) > 1:
            break
        step = below
    return step


def _hint(target: Target) -> str:
    """A variable for a frame that only one output comes from, while others go on from what is below it."""
    return f"{identifier(target.name.rsplit('/', 1)[-1].rsplit('.', 1)[0])}_frame"


def _tail(items: Sequence[Item], writer: FrameWriter) -> tuple[list[Line], set[str], dict[str, str]]:
    """The outputs, the names of the program that rebuilding them reads, and the frame behind each."""
    lines: list[Line] = []
    wanted: set[str] = set()
    frames: dict[str, str] = {}
    for item in items:
        if isinstance(item, Target):
            made = rebuild(item, writer)
            lines += made.lines
            wanted |= made.names
            frames[item.name] = made.frame
        elif isinstance(item, Statement):
            others = {i.name for i in items}
            text = tidy(ast.unparse(item.node))
            lines.append(Line(text if item.writes else f"{item.name} = {text}", (item.line,)))
            wanted |= names_of(item.node) - others
            source = next((frames[n] for n in names_of(item.node) if n in frames), None)
            if source is not None:
                frames[item.name] = source
        elif isinstance(item, Kept):
            wanted.add(item.name)
    return lines, wanted, frames


def _gap(lines: Sequence[Line]) -> list[Line]:
    return [Line("")] if lines else []


# -- what is kept of the original -------------------------------------------------------------------------------------
def _kept(ctx: Context, wanted: set[str]) -> list[Line]:
    """Imports, constants and functions that the rewrite needs, as they stand in the original."""
    definitions = {d.name: d for d in ctx.definitions}
    wanted = set(wanted)
    chosen: set[int] = set()
    size = -1
    while size != len(wanted):
        size = len(wanted)
        for name in list(wanted):
            if name in definitions:
                wanted |= definitions[name].reads
        for i, kept in enumerate(ctx.kept):
            if kept.binds & wanted or "*" in kept.binds:
                chosen.add(i)
                wanted |= set(reads(kept.statement))
    imports = [Line("import lester_jupyter as ld")]
    body: list[Line] = []
    for i in sorted(chosen):
        statement = ctx.kept[i].statement
        if isinstance(statement, ast.Import | ast.ImportFrom):
            imports.append(Line(ast.unparse(statement), (statement.lineno,)))
            continue
        if isinstance(statement, ast.FunctionDef | ast.ClassDef):
            body += _gap(body)
        body += _original(ctx, statement)
        if isinstance(statement, ast.FunctionDef | ast.ClassDef):
            body.append(Line(""))
    for definition in ctx.definitions:
        if definition.name in wanted:
            body += [*_gap(body), *(Line(text, origin) for text, origin in definition.text), Line("")]
    imports = sorted({line.text: line for line in imports}.values(), key=_import_order)
    while body and not body[-1].text:
        body.pop()
    return _single_gaps([*imports, *_gap(body), *body])


def _import_order(line: Line) -> tuple[bool, str]:
    """Ours last, the others as they are sorted."""
    return ("lester_jupyter" in line.text, line.text.removeprefix("from ").removeprefix("import "))


def _single_gaps(lines: list[Line]) -> list[Line]:
    return [line for i, line in enumerate(lines) if line.text or i == 0 or lines[i - 1].text]


def _original(ctx: Context, statement: ast.stmt) -> list[Line]:
    """A statement's own lines; unparsed where it shares a line with another."""
    decorators = [d.lineno for d in getattr(statement, "decorator_list", [])]
    first, last = min([statement.lineno, *decorators]), statement.end_lineno or statement.lineno
    own = ctx.source_lines[first - 1 : last]
    before = own[0].encode()[: statement.col_offset].decode()
    after = own[-1].encode()[statement.end_col_offset :].decode().strip()
    if (before.strip() and not decorators) or (after and not after.startswith("#")):
        return [Line(text, (first,)) for text in ast.unparse(statement).splitlines()]
    block = textwrap.dedent("\n".join(own)).split("\n")
    return [Line(text, (number,)) for number, text in zip(range(first, last + 1), block, strict=True)]
