"""Refuses rewritten code whose lineage would be wrong: state carried from record to record, records made by hand.

Equal outputs are not enough. A running total in a function of `project` gives the right numbers, but its plan says that
each row depends on itself alone; and records that leave the frames and come back by `from_records` look like a source
of their own. What such code does is not a pipeline of operators, so it is not accepted as one.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from lester_jupyter.rewriting.lifting.purity import impurity
from lester_jupyter.rewriting.lifting.usage import bound, changed
from lester_jupyter.rewriting.types import Finding

_ENTRANCES = frozenset({"from_records", "from_pandas"})
_MUTABLE = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp, ast.Call)
_HINT = "express it with the frame's operations, so that the plan shows where every record comes from"


def check_lineage(code: str) -> list[Finding]:
    """What in a rewrite would make its lineage wrong; nothing for code that does not parse (the policy says so).

    Args:
        code: the rewritten code.
    """
    try:
        tree = ast.parse(code)
    except SyntaxError:
        return []
    found = [*_stateful_functions(tree), *_handmade_records(tree), *_loops(tree)]
    return [
        Finding("policy", "error", f"Line {line} of the rewrite: {what}.", None, _HINT) for line, what in sorted(found)
    ]


def _stateful_functions(tree: ast.Module) -> Iterator[tuple[int, str]]:
    functions = {n.name: n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)}
    modules = _imports(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Global | ast.Nonlocal):
            yield node.lineno, "a function keeps a value from one record to the next"
        if not isinstance(node, ast.FunctionDef | ast.Lambda):
            continue
        defaults = [*node.args.defaults, *(d for d in node.args.kw_defaults if d is not None)]
        if any(isinstance(d, _MUTABLE) for d in defaults):
            yield node.lineno, "a function has a default value that can change from one record to the next"
        body = node.body if isinstance(node.body, list) else [ast.copy_location(ast.Expr(node.body), node)]
        arguments = {a.arg for a in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)}
        outside = set(changed(body)) - set(bound(body)) - arguments
        if outside:
            yield node.lineno, f"a function changes {', '.join(sorted(outside))}, which lives outside of it"
        reason = impurity(node, modules, functions)
        if reason is not None:
            yield node.lineno, reason


def _imports(tree: ast.Module) -> dict[str, str]:
    modules: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            modules |= {
                a.asname or a.name.split(".")[0]: a.name if a.asname else a.name.split(".")[0] for a in node.names
            }
        elif isinstance(node, ast.ImportFrom):
            modules |= {a.asname or a.name: f"{node.module}.{a.name}" for a in node.names}
    return modules


def _handmade_records(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Frames made of values that the rewrite computed, instead of values that it found or wrote down."""
    written: dict[str, ast.expr] = {}
    computed = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    for statement in tree.body:
        if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
            target = statement.targets[0]
            if isinstance(target, ast.Name) and _is_literal(statement.value):
                written[target.id] = statement.value
    for node in ast.walk(tree):
        if (
            not isinstance(node, ast.Call)
            or not isinstance(node.func, ast.Attribute)
            or node.func.attr not in _ENTRANCES
        ):
            continue
        given = node.args[0] if node.args else next((k.value for k in node.keywords), None)
        name = given.id if isinstance(given, ast.Name) else None
        if given is None or _is_literal(given) or (name is not None and (name not in computed or name in written)):
            continue
        yield node.lineno, f"{node.func.attr} gets records that the code computed, so their origin would be lost"


def _is_literal(node: ast.expr) -> bool:
    try:
        ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return False
    return True


def _loops(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Loops over what came out of frames, but for the one that sorts it into a dictionary of lists."""
    from_frames = {"ld"}
    for node in ast.walk(ast.Module([s for s in tree.body if not isinstance(s, ast.FunctionDef | ast.ClassDef)], [])):
        if isinstance(node, ast.Assign) and from_frames & _names(node.value):
            from_frames |= {n for target in node.targets for n in _names(target)}
        if isinstance(node, ast.While) and from_frames & _names(node):
            yield node.lineno, "a loop computes outside of the frames"
        if isinstance(node, ast.For) and from_frames & _names(node.iter) and not _only_groups(node):
            yield node.lineno, "a loop over records computes outside of the frames"


def _names(node: ast.AST) -> set[str]:
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}


def _only_groups(loop: ast.For) -> bool:
    """`for key, value in frame.to_tuples(…): groups.setdefault(key, []).append(value)`."""
    exported = isinstance(loop.iter, ast.Call) and isinstance(loop.iter.func, ast.Attribute)
    if not exported or len(loop.body) != 1 or loop.orelse:
        return False
    call = loop.body[0].value if isinstance(loop.body[0], ast.Expr) else None
    return (
        isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr == "append"
        and isinstance(call.func.value, ast.Call | ast.Subscript)
        and len(call.args) == 1
        and isinstance(call.args[0], ast.Name | ast.Tuple)
        and _names(call.args[0]) <= _names(loop.target)
    )
