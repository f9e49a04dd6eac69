"""Calls outside of loops that are made for what they do: to the order of records, to files, or nobody knows what."""

from __future__ import annotations

import ast

from lester_jupyter.rewriting.lifting.interpreter.context import Context, Kept
from lester_jupyter.rewriting.lifting.interpreter.inline import touches_data
from lester_jupyter.rewriting.lifting.values import Collection, Constant, Derived, Opaque, Relation, Table


def shuffled(ctx: Context, call: ast.Call, name: str) -> None:
    """A shuffle makes the order of what it is given unknown."""
    for part in ast.walk(call):
        value = ctx.lookup(part.id) if isinstance(part, ast.Name) else None
        why = Opaque(call.lineno, f"{name}() changes the order of the records by chance")
        if isinstance(value, Collection):
            value.spoiled = value.spoiled or why
        elif isinstance(value, Relation | Derived | Table) and isinstance(part, ast.Name):
            ctx.bind(part.id, why)


def written_table(ctx: Context, owner: Derived, call: ast.Call) -> bool:
    """`pd.DataFrame(rows).to_csv(path)`: the same call, over the rebuilt rows."""
    path = call.args[0].value if call.args and isinstance(call.args[0], ast.Constant) else None
    reads = owner.reads
    assert isinstance(call.func, ast.Attribute)
    if isinstance(call.func.value, ast.Name):
        reads = ((call.func.value.id, owner),)
    plain = all(isinstance(ctx.evaluate(a), Constant) for a in (*call.args, *(k.value for k in call.keywords)))
    if isinstance(path, str) and plain:
        ctx.use(call)
        ctx.written[path] = Derived(call, reads, call.lineno, writes=True)
    return True


def may_change(ctx: Context, call: ast.Call) -> None:
    """A call whose effect is not known: it may change what it is given."""
    what = Opaque(call.lineno, f"`{ast.unparse(call.func)}()` may change what it is given")
    names = [part.id for part in ast.walk(call) if isinstance(part, ast.Name)]
    for name in names:
        value = ctx.lookup(name)
        if isinstance(value, Collection):
            value.spoiled = value.spoiled or what
        elif isinstance(value, Relation | Derived | Table | Opaque):
            ctx.bind(name, what)
            ctx.spoil_stored(what)
    if not touches_data(ctx, call) and not ctx.inlined:
        ctx.kept.append(Kept(ast.copy_location(ast.Expr(value=call), call), frozenset(n for n in names[1:])))
