"""Statements outside of loops over records: what is kept, what opens and fills, what is only looked at."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from functools import singledispatch

from lester_jupyter.rewriting.lifting.interpreter.assignment import assign
from lester_jupyter.rewriting.lifting.interpreter.changes import may_change, shuffled, written_table
from lester_jupyter.rewriting.lifting.interpreter.context import Context, Kept, Refusal
from lester_jupyter.rewriting.lifting.interpreter.inline import touches_data, works_on_data
from lester_jupyter.rewriting.lifting.interpreter.loops import for_loop
from lester_jupyter.rewriting.lifting.interpreter.output import printed, written
from lester_jupyter.rewriting.lifting.interpreter.sequences import as_relation
from lester_jupyter.rewriting.lifting.usage import MUTATORS, bound, root
from lester_jupyter.rewriting.lifting.values import (
    Collection,
    Constant,
    Contribution,
    Derived,
    Function,
    Opaque,
    Relation,
    Value,
    Writer,
)

_HARMLESS = frozenset({"print", "display", "len", "help", "type", "repr", "str"})
_HARMLESS_MODULES = frozenset(
    {"matplotlib", "seaborn", "plotly", "IPython", "logging", "warnings", "pprint", "gc", "time", "sys"}
)
_SHUFFLES = frozenset({"random.shuffle", "numpy.random.shuffle"})


def run(ctx: Context, statements: Sequence[ast.stmt]) -> None:
    """Interprets statements one after the other; what one of them binds is unknown if it is not covered."""
    for node in statements:
        try:
            execute(node, ctx)
        except Refusal as refusal:
            ctx.poison(node, refusal.opaque)


@singledispatch
def execute(node: ast.stmt, ctx: Context) -> None:
    """Interprets one statement.

    Raises:
        Refusal: a statement over records that is not covered.
    """
    if touches_data(ctx, node) or _fills(ctx, node):
        raise Refusal(node.lineno, f"`{type(node).__name__.lower()}` over records is not covered")
    ctx.keep(node)


def _fills(ctx: Context, node: ast.stmt) -> bool:
    return any(isinstance(ctx.lookup(n), Collection | Writer) for n in ctx.touched(node))


@execute.register
def _(node: ast.Pass | ast.Global | ast.Nonlocal, ctx: Context) -> None:
    del node, ctx


@execute.register
def _(node: ast.Import, ctx: Context) -> None:
    for alias in node.names:
        name = alias.asname or alias.name.split(".")[0]
        ctx.modules[name] = alias.name if alias.asname else name
        _keep_import(ctx, node, alias, name)


@execute.register
def _(node: ast.ImportFrom, ctx: Context) -> None:
    for alias in node.names:
        if alias.name == "*":
            ctx.kept.append(Kept(node, frozenset({"*"})))  # nobody knows which names come from it
            continue
        name = alias.asname or alias.name
        ctx.modules[name] = f"{node.module}.{alias.name}"
        _keep_import(ctx, node, alias, name)


def _keep_import(ctx: Context, node: ast.Import | ast.ImportFrom, alias: ast.alias, name: str) -> None:
    """Keeps each imported name on its own, so that only those needed are imported."""
    one: ast.stmt = (
        ast.ImportFrom(module=node.module, names=[alias], level=node.level)
        if isinstance(node, ast.ImportFrom)
        else ast.Import(names=[alias])
    )
    ctx.kept.append(Kept(ast.copy_location(one, node), frozenset({name})))
    ctx.scopes[0][name] = Constant(ast.Name(id=name, ctx=ast.Load()), kind="module")


@execute.register
def _(node: ast.FunctionDef, ctx: Context) -> None:
    if node.name in ctx.used or ctx.inlined:
        raise Refusal(node.lineno, f"{node.name}() is defined within other code, or again after it was used")
    ctx.functions[node.name] = node
    ctx.modules.pop(node.name, None)
    ctx.kept.append(Kept(node, frozenset({node.name})))
    ctx.bind(node.name, Function(node))


@execute.register
def _(node: ast.Assign, ctx: Context) -> None:
    value = ctx.evaluate(node.value)
    if isinstance(value, Opaque):
        raise Refusal(value.line, value.reason, value.hint)
    for target in node.targets:
        _bind(ctx, target, value, node)


@execute.register
def _(node: ast.AnnAssign, ctx: Context) -> None:
    if node.value is not None:
        value = ctx.evaluate(node.value)
        _bind(ctx, node.target, value, node)


def _bind(ctx: Context, target: ast.expr, value: Value, node: ast.Assign | ast.AnnAssign) -> None:
    assert node.value is not None
    if _pairwise(target, node.value):
        assert isinstance(target, ast.Tuple | ast.List)
        assert isinstance(node.value, ast.Tuple | ast.List)
        for part, source in zip(target.elts, node.value.elts, strict=True):
            one = ast.copy_location(ast.Assign(targets=[part], value=source), node)
            _bind(ctx, part, _fresh(ctx.evaluate(source), source), one)
        return
    value = _fresh(value, node.value)
    if isinstance(value, Collection) and isinstance(target, ast.Name):
        if not value.name:
            value.name = target.id
        if not value.contents and not ctx.inlined:
            ctx.kept.append(Kept(node, frozenset({target.id})))  # in case it is only ever filled with constants
        ctx.bind(target.id, value)
    elif isinstance(value, Constant):
        _constant(ctx, target, value, node)
    else:
        assign(ctx, target, value, node.value)


def _pairwise(target: ast.expr, value: ast.expr) -> bool:
    """`a, b = [], {}`: several collections made at once."""
    return (
        isinstance(target, ast.Tuple | ast.List)
        and isinstance(value, ast.Tuple | ast.List)
        and len(target.elts) == len(value.elts)
        and any(_is_empty(e) for e in value.elts)
    )


def _is_empty(node: ast.expr) -> bool:
    return (isinstance(node, ast.List) and not node.elts) or (isinstance(node, ast.Dict) and not node.keys)


def _fresh(value: Value, node: ast.expr) -> Value:
    """`[]` and `{}` are collections about to be filled."""
    if isinstance(value, Constant) and _is_empty(node):
        return Collection("list" if isinstance(node, ast.List) else "dict", "", node.lineno)
    return value


def _constant(ctx: Context, target: ast.expr, value: Constant, node: ast.Assign | ast.AnnAssign) -> None:
    name = root(target)
    if isinstance(target, ast.Name):
        if ctx.inlined:
            ctx.bind(target.id, value)
        elif isinstance(node, ast.Assign) and len(node.targets) > 1:
            ctx.keep(node)
        else:
            ctx.keep(node)
            kept = ctx.lookup(target.id)
            if isinstance(kept, Constant) and value.known:
                ctx.bind(target.id, Constant(kept.node, known=True, value=value.value, kind=kept.kind or value.kind))
    elif isinstance(target, ast.Tuple | ast.List) and ctx.inlined:
        assign(ctx, target, value, target)
    elif name is not None and isinstance(ctx.lookup(name), Collection):
        _demote(ctx, name, node)
    elif name is not None and not isinstance(ctx.lookup(name) or Constant(target), Constant):
        why = Opaque(node.lineno, f"`{ast.unparse(target)}` changes in place")
        ctx.spoil_stored(why)
        raise Refusal(why.line, why.reason)
    elif ctx.inlined:
        raise Refusal(node.lineno, f"`{ast.unparse(target)}` is assigned within a function or a loop over partitions")
    else:
        ctx.keep(node)


def _demote(ctx: Context, name: str, node: ast.stmt) -> None:
    """A collection that is filled with constants outside of loops is a constant, if no record is in it."""
    value = ctx.lookup(name)
    assert isinstance(value, Collection)
    if value.contents or value.spoiled or ctx.inlined or value.kind == "file":
        value.spoiled = value.spoiled or Opaque(node.lineno, f"`{name}` is changed outside a loop over records")
        return
    ctx.bind(name, Constant(ast.Name(id=name, ctx=ast.Load())))
    kind = value.kind
    ctx.keep(node)
    ctx.bind(name, Constant(ast.Name(id=name, ctx=ast.Load()), kind=kind))


@execute.register
def _(node: ast.AugAssign, ctx: Context) -> None:
    name = root(node.target)
    owner = ctx.lookup(name) if name is not None else None
    if isinstance(owner, Collection):
        added = as_relation(ctx, ctx.evaluate(node.value), node.value)
        if isinstance(node.target, ast.Name) and owner.kind == "list" and isinstance(added, Relation):
            owner.contents.append(Contribution(added.plan, added.element, None, "append", (node.lineno,)))
            return
        if name is not None and isinstance(added, Constant):
            _demote(ctx, name, node)
            return
        owner.spoiled = owner.spoiled or Opaque(node.lineno, f"`{name}` is changed outside a loop over records")
    elif isinstance(owner, Constant) and isinstance(ctx.evaluate(node.value), Constant) and not ctx.inlined:
        ctx.keep(node)
    elif name is not None:
        why = Opaque(node.lineno, f"`{name}` is updated from a value of the records")
        ctx.bind(name, why)
        if not isinstance(node.target, ast.Name):
            ctx.spoil_stored(why)


@execute.register
def _(node: ast.Expr, ctx: Context) -> None:
    call = node.value
    if not isinstance(call, ast.Call):
        return
    if printed(ctx, call):
        return
    name = ctx.qualified(call.func) or ""
    if name in _SHUFFLES:
        shuffled(ctx, call, name)
        return
    if isinstance(call.func, ast.Attribute) and _method(ctx, call, node):
        return
    if isinstance(call.func, ast.Name) and call.func.id in ctx.functions:
        if not works_on_data(ctx, ctx.functions[call.func.id]) and not touches_data(ctx, call) and not ctx.inlined:
            if ctx.touched(node):
                ctx.keep(node)  # it changes constants
            return
        value = ctx.evaluate(call)
        if isinstance(value, Opaque):
            raise Refusal(value.line, value.reason, value.hint)
        return
    if name == "next":
        ctx.evaluate(call)
        return
    if name in _HARMLESS or name.split(".")[0] in _HARMLESS_MODULES:
        return
    may_change(ctx, call)


def _method(ctx: Context, call: ast.Call, node: ast.Expr) -> bool:
    assert isinstance(call.func, ast.Attribute)
    owner = ctx.evaluate(call.func.value)
    method = call.func.attr
    name = root(call.func.value)
    if isinstance(owner, Derived) and method == "to_csv":
        return written_table(ctx, owner, call)
    if isinstance(owner, Writer) or (isinstance(owner, Collection) and owner.kind == "file"):
        return written(ctx, owner, call)
    if isinstance(owner, Collection) and method in MUTATORS:
        if method == "extend" and len(call.args) == 1 and owner.kind == "list":
            added = as_relation(ctx, ctx.evaluate(call.args[0]), call.args[0])
            if isinstance(added, Relation):
                owner.contents.append(Contribution(added.plan, added.element, None, "append", (node.lineno,)))
                return True
        if name is not None and all(isinstance(ctx.evaluate(a), Constant) for a in call.args):
            _demote(ctx, name, node)
        else:
            owner.spoiled = owner.spoiled or Opaque(node.lineno, f"`{owner.name}.{method}()` is not covered")
        return True
    if isinstance(owner, Constant) and method in MUTATORS and not ctx.inlined and not touches_data(ctx, node):
        ctx.keep(node)
        return True
    if isinstance(owner, Constant):
        return False
    if method in MUTATORS and name is not None:
        why = Opaque(node.lineno, f"`{ast.unparse(call.func)}()` changes it in place")
        ctx.bind(name, why)
        ctx.spoil_stored(why)
        return True
    value = ctx.evaluate(call)
    del value
    return not any(k.arg == "inplace" for k in call.keywords)


@execute.register
def _(node: ast.With, ctx: Context) -> None:
    for item in node.items:
        value = ctx.evaluate(item.context_expr)
        if isinstance(value, Opaque):
            raise Refusal(value.line, value.reason, value.hint)
        if isinstance(value, Constant):
            raise Refusal(node.lineno, f"`with {ast.unparse(item.context_expr)}` is not covered")
        if item.optional_vars is not None:
            assign(ctx, item.optional_vars, value, item.context_expr)
    ctx.execute(node.body)


@execute.register
def _(node: ast.If, ctx: Context) -> None:
    if _is_main(node.test):
        ctx.execute(node.body)
        return
    if not touches_data(ctx, node) and not _fills(ctx, node):
        if ctx.inlined:
            raise Refusal(node.lineno, "a condition within a function or a loop over partitions")
        ctx.keep(node)
        return
    test = ctx.evaluate(node.test)
    if isinstance(test, Constant) and test.known:
        ctx.execute(node.body if test.value else node.orelse)
        return
    if not any(isinstance(ctx.lookup(n), Collection) for n in ctx.touched(node)) and not bound([node]):
        return  # it only looks
    raise Refusal(node.lineno, f"`if {ast.unparse(node.test)}` decides over records as a whole")


def _is_main(test: ast.expr) -> bool:
    return ast.unparse(test) in ("__name__ == '__main__'", "'__main__' == __name__")


@execute.register
def _(node: ast.For, ctx: Context) -> None:
    for_loop(ctx, node)


@execute.register
def _(node: ast.Try, ctx: Context) -> None:
    if touches_data(ctx, node) or _fills(ctx, node):
        raise Refusal(node.lineno, "exceptions are caught around records")
    ctx.keep(node)


@execute.register
def _(node: ast.Assert, ctx: Context) -> None:
    del node, ctx


@execute.register
def _(node: ast.Delete, ctx: Context) -> None:
    for target in node.targets:
        name = root(target)
        if name is None:
            continue
        value = ctx.lookup(name)
        if isinstance(target, ast.Name):
            ctx.bind(name, Opaque(node.lineno, f"`{name}` is deleted"))
        elif isinstance(value, Collection):
            value.spoiled = value.spoiled or Opaque(node.lineno, f"entries of `{name}` are deleted")
        else:
            ctx.spoil_stored(Opaque(node.lineno, f"`{ast.unparse(target)}` is deleted"))


@execute.register
def _(node: ast.Return, ctx: Context) -> None:
    del ctx
    raise Refusal(node.lineno, "a function that returns early")
