"""`if first: first = False; continue`: a flag that leaves out the header."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from lester_jupyter.rewriting.lifting.expressions import lines_of
from lester_jupyter.rewriting.lifting.interpreter.context import Context
from lester_jupyter.rewriting.lifting.values import Constant


def header_flag(ctx: Context, statements: Sequence[ast.stmt], i: int) -> int:
    """Matches a flag that is set before the loop and turned by its first record; 1, or 0 for no match."""
    node, row = statements[i], ctx.row
    if row is None or row.source is None or row.guarded or not isinstance(node, ast.If) or node.orelse:
        return 0
    negated = isinstance(node.test, ast.UnaryOp) and isinstance(node.test.op, ast.Not)
    test = node.test.operand if isinstance(node.test, ast.UnaryOp) else node.test
    if not isinstance(test, ast.Name) or len(node.body) != 2 or not isinstance(node.body[1], ast.Continue):
        return 0
    turn, before = node.body[0], row.before.get(test.id)
    turned = isinstance(turn, ast.Assign) and isinstance(turn.value, ast.Constant) and turn.value.value is negated
    if not turned or not isinstance(turn, ast.Assign) or ast.unparse(turn.targets[0]) != test.id:
        return 0
    if not (isinstance(before, Constant) and before.known and before.value is not negated):
        return 0
    writes = sum(
        isinstance(n, ast.Name) and n.id == test.id and isinstance(n.ctx, ast.Store)
        for s in row.body
        for n in ast.walk(s)
    )
    facts = row.source.facts
    # A guard before the flag would make the first record that passes it the header, wherever it stands.
    if writes != 1 or facts.header or facts.skips_blank or facts.skips_empty or facts.length is not None:
        return 0
    row.source.facts.header = True
    row.source.facts.origin.update(lines_of(node), lines_of(turn), (node.body[1].lineno,))
    return 1
