"""Statements that compute values of one record become a function: the original's own lines, with a name."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Sequence

from lester_jupyter.rewriting.lifting.expressions import as_column, reference
from lester_jupyter.rewriting.lifting.interpreter.context import Context, Definition, Refusal
from lester_jupyter.rewriting.lifting.interpreter.shapes import expression
from lester_jupyter.rewriting.lifting.naming import unused
from lester_jupyter.rewriting.lifting.purity import impurity
from lester_jupyter.rewriting.lifting.steps import Extend
from lester_jupyter.rewriting.lifting.usage import bound, carried, changed, reads
from lester_jupyter.rewriting.lifting.values import Collection, Constant, Function, Opaque, Scalar, Value


def outline(ctx: Context, statements: Sequence[ast.stmt]) -> bool:
    """Makes a function of statements that only assign, and calls it for the record.

    Returns:
        Whether it was done; False for statements that do more than assign values of the record.
    """
    if ctx.row is None or ctx.row.protected or not _only_assigns(ctx, statements):
        return False
    changes = changed(statements)
    results = [n for n in dict.fromkeys((*bound(statements), *changes)) if not _is_loop_target(statements, n)]
    needed: dict[str, Value] = {}
    for name in _needed(statements):
        value = ctx.lookup(name)
        if value is not None:
            needed[name] = value
    arguments: list[tuple[str, Scalar]] = []
    setup: list[tuple[str, Constant]] = []
    try:
        for name, value in needed.items():
            if isinstance(value, Opaque):
                raise Refusal(value.line, value.reason, value.hint)  # noqa: TRY301
            if isinstance(value, Function) or _global(ctx, name, value):
                if name in changes:
                    return False
                continue
            if name in changes and not isinstance(value, Constant):
                return False  # others may hold the object
            if isinstance(value, Constant):
                setup.append((name, value))
            else:
                arguments.append((name, _column(ctx, name, value, statements[0].lineno)))
    except Refusal as refusal:
        for name in results:
            ctx.bind(name, refusal.opaque)
        return True
    _define(ctx, statements, results, arguments, setup)
    return True


def _only_assigns(ctx: Context, statements: Sequence[ast.stmt]) -> bool:
    for statement in statements:
        if impurity(statement, ctx.modules, ctx.functions) is not None:
            return False
        for name in ctx.touched(statement):
            if isinstance(ctx.lookup(name), Collection):
                return False
        depth_exits = [p for p in ast.walk(statement) if isinstance(p, ast.Return | ast.Raise | ast.Import)]
        if depth_exits or _leaves(statement):
            return False
    return True


def _leaves(statement: ast.stmt) -> bool:
    """Whether `continue` or `break` in it would end the record, not a loop of its own."""
    if isinstance(statement, ast.Continue | ast.Break):
        return True
    if isinstance(statement, ast.For | ast.While):
        return any(_leaves(s) for s in statement.orelse)
    return any(_leaves(child) for child in ast.iter_child_nodes(statement) if isinstance(child, ast.stmt)) or any(
        _leaves(s) for h in getattr(statement, "handlers", []) for s in h.body
    )


def _is_loop_target(statements: Sequence[ast.stmt], name: str) -> bool:
    """Names that only a loop's own target binds are of no use behind it."""
    targets = {n.id for s in statements for f in ast.walk(s) if isinstance(f, ast.For) for n in ast.walk(f.target)
               if isinstance(n, ast.Name)}  # fmt: skip
    others = {n.id for s in statements for a in ast.walk(s) if isinstance(a, ast.Assign | ast.AugAssign)
              for t in (a.targets if isinstance(a, ast.Assign) else [a.target]) for n in ast.walk(t)
              if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}  # fmt: skip
    return name in targets and name not in others


def _needed(statements: Sequence[ast.stmt]) -> list[str]:
    """The names the statements read from outside, or may leave as they were."""
    inside = bound(statements)
    early = carried(statements, ())
    found: dict[str, None] = {}
    for statement in statements:
        for name in reads(statement):
            if name not in inside or name in early:
                found.setdefault(name)
    for name in inside:
        if not _is_loop_target(statements, name):
            found.setdefault(name)  # a branch may not assign it
    return list(found)


def _global(ctx: Context, name: str, value: Value) -> bool:
    """Whether a constant is a variable of the program that the function can read by itself."""
    return (
        isinstance(value, Constant)
        and isinstance(value.node, ast.Name)
        and value.node.id == name
        and not (ctx.scopes[-1] is not ctx.scopes[0] and name in ctx.scopes[-1])
    )


def _column(ctx: Context, name: str, value: Value, line: int) -> Scalar:
    node = expression(value, ctx, line)
    scalar = value if isinstance(value, Scalar) else ctx.scalar(node)
    return scalar if as_column(node) is not None else ctx.named(scalar, name, (line,))


def _define(
    ctx: Context,
    statements: Sequence[ast.stmt],
    results: list[str],
    arguments: list[tuple[str, Scalar]],
    setup: list[tuple[str, Constant]],
) -> None:
    assert ctx.row is not None
    # Loop variables and intermediate results would be columns that nobody reads; pruning drops unused functions only.
    taken = {d.name for d in ctx.definitions} | set(ctx.functions) | set(results) | {k for s in ctx.scopes for k in s}
    name = unused(f"{results[0]}_of" if len(results) == 1 else "_and_".join(results[:3]), taken)
    lines = tuple(range(statements[0].lineno, (statements[-1].end_lineno or statements[-1].lineno) + 1))
    text: list[tuple[str, tuple[int, ...]]] = [
        (f"def {name}({', '.join(n for n, _ in arguments)}):", (lines[0],)),
        *((f"    {n} = {ast.unparse(v.node)}", (lines[0],)) for n, v in setup),
    ]
    # The original's own lines keep their comments.
    block = textwrap.dedent("\n".join(ctx.source_lines[lines[0] - 1 : lines[-1]]))
    text += [
        (f"    {line}" if line.strip() else "", (number,))
        for number, line in zip(lines, block.split("\n"), strict=True)
    ]
    text.append((f"    return {', '.join(results)}", (lines[-1],)))
    free = frozenset(n for s in statements for n in reads(s))
    ctx.definitions.append(Definition(name, tuple(text), free - {n for n, _ in arguments}))
    ctx.used |= free
    columns = tuple(ctx.column(r) for r in results)
    call = ast.Call(func=ast.Name(id=name, ctx=ast.Load()), args=[reference_of(v) for _, v in arguments], keywords=[])
    ctx.row.plan = Extend(input=ctx.row.plan, columns=columns, value=call, lines=lines)
    for result, column in zip(results, columns, strict=True):
        ctx.bind(result, Scalar(reference(column)))


def reference_of(value: Scalar) -> ast.expr:
    """The column that a value is."""
    return value.node
