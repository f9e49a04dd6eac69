"""Values computed from finished outputs, which the rewrite computes as the original does: `pd.DataFrame(data)`."""

from __future__ import annotations

import ast

from lester_jupyter.rewriting.lifting.interpreter.context import Context
from lester_jupyter.rewriting.lifting.values import Collection, Constant, Derived, Function, Opaque, Relation, Value

_PURE = frozenset(
    [
        "len",
        "sorted",
        "sum",
        "min",
        "max",
        "list",
        "tuple",
        "set",
        "dict",
        "pandas.DataFrame",
        "pandas.Series",
        "numpy.array",
        "numpy.asarray",
        "collections.Counter",
        "pandas.DataFrame.from_records",
    ]
)


def derived(ctx: Context, node: ast.Call) -> Value | None:
    """The call as a derived value, if it is one of a few pure functions over finished collections."""
    if ctx.row is not None or ctx.qualified(node.func) not in _PURE:
        return None
    reads: dict[str, Value] = {}
    for argument in (*node.args, *(k.value for k in node.keywords)):
        for part in ast.walk(argument):
            value = ctx.lookup(part.id) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load) else None
            if isinstance(value, Opaque):
                return value
            if isinstance(value, Collection | Relation | Derived):
                assert isinstance(part, ast.Name)
                reads[part.id] = value
            elif value is not None and not isinstance(value, Constant | Function):
                return None
        # Anything but the collection itself could be a part of it, or change it.
        if (
            not isinstance(argument, ast.Name)
            and any(isinstance(p, ast.Name) and p.id in reads for p in ast.walk(argument))
            and not isinstance(argument, ast.Dict)
        ):
            return None
    if reads:
        ctx.use(node)
    return Derived(node, tuple(reads.items()), node.lineno) if reads else None
