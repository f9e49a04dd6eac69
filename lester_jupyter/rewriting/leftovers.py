"""What the original leaves in the notebook besides its outputs, and a rewrite does not leave the same way."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from lester_jupyter.rewriting.types import Candidate, Finding

_CODE = frozenset({"module", "function", "type", "builtin_function_or_method", "ABCMeta"})
_MOST = 8


def left_behind(variables: Mapping[str, str], candidate: Candidate) -> tuple[Finding, ...]:
    """Says which variables later cells would miss, or meet as something else, once the rewrite is accepted.

    Args:
        variables: what the original left, with the type of each value.
        candidate: the rewrite.
    """
    outputs = {output.name for output in candidate.outputs}
    data = {n: kind for n, kind in variables.items() if n not in outputs and kind not in _CODE and n[:1] != "_"}
    try:
        tree = ast.parse(candidate.code)
    except SyntaxError:
        return ()
    frames = _assigned_frames(tree)
    changed = sorted(n for n in data if n in frames)
    bound = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    gone = sorted(n for n in data if n not in bound)
    found = []
    if changed:
        what = ", ".join(f"{n} ({data[n]})" for n in changed[:_MOST])
        found.append(Finding("not-kept", "info", f"Once accepted, these variables hold frames: {what}.", None, _HINT))
    if gone:
        what = ", ".join(gone[:_MOST]) + (f" and {len(gone) - _MOST} more" if len(gone) > _MOST else "")
        found.append(
            Finding("not-kept", "info", f"Once accepted, these variables are no longer set: {what}.", None, _HINT)
        )
    return tuple(found)


_HINT = "name a variable that later cells need with --output, and it is re-created and checked too"


def _assigned_frames(tree: ast.Module) -> set[str]:
    """Names of the program that hold frames: what the API gives, and what is made from that by its methods."""
    frames: set[str] = set()
    for statement in tree.body:
        if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Call):
            root: ast.expr = statement.value
            while isinstance(root, ast.Call | ast.Attribute | ast.Subscript):
                root = root.func if isinstance(root, ast.Call) else root.value
            exported = isinstance(statement.value.func, ast.Attribute) and statement.value.func.attr.startswith("to_")
            if isinstance(root, ast.Name) and (root.id == "ld" or root.id in frames) and not exported:
                frames |= {t.id for t in statement.targets if isinstance(t, ast.Name)}
    return frames
