"""Loops over records: the body of a loop is a program for one record, and becomes the steps of a plan."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from functools import singledispatch

from lester_jupyter.rewriting.lifting.idioms import IDIOMS
from lester_jupyter.rewriting.lifting.interpreter.assignment import assign
from lester_jupyter.rewriting.lifting.interpreter.branches import branch
from lester_jupyter.rewriting.lifting.interpreter.context import Context, Refusal, Row, is_changeable
from lester_jupyter.rewriting.lifting.interpreter.effects import put, settle, spoil
from lester_jupyter.rewriting.lifting.interpreter.inner import inner_loop
from lester_jupyter.rewriting.lifting.interpreter.outline import outline
from lester_jupyter.rewriting.lifting.interpreter.output import printed, written
from lester_jupyter.rewriting.lifting.interpreter.sequences import text_source_of
from lester_jupyter.rewriting.lifting.interpreter.text import records_in
from lester_jupyter.rewriting.lifting.usage import MUTATORS, bound, carried, root
from lester_jupyter.rewriting.lifting.values import Collection, Constant, Opaque, Relation, Value, Writer
from lester_jupyter.rewriting.lifting.values import Sequence as Items

_SILENT = frozenset({"print", "display", "IPython.display.display", "time.sleep", "gc.collect", "tqdm.tqdm.write"})
_SILENT_MODULES = frozenset({"logging", "warnings"})


def row_loop(ctx: Context, relation: Relation, node: ast.For) -> None:
    """Interprets a loop over records.

    Raises:
        Refusal: a loop whose records depend on each other, or whose body is not covered.
    """
    check_exits(node)
    targets = {n.id for n in ast.walk(node.target) if isinstance(n, ast.Name)}
    names = set(bound([node]))
    state = {
        name: Opaque(line, f"`{name}` carries state from row to row", "the rewrite sees each record on its own")
        for name, line in carried(node.body, targets).items()
    }
    touched = ctx.touched(node)
    busy = set()
    for name, line in touched.items():
        value = ctx.lookup(name)
        if isinstance(value, Collection):
            busy.add(id(value))
        elif isinstance(value, Constant) and name not in names:
            state[name] = Opaque(line, f"`{name}` is changed for each record: state carried from row to row")
    before = {name: value for name in state if (value := ctx.lookup(name)) is not None}
    for name, opaque in state.items():
        ctx.bind(name, opaque)
    source = text_source_of(ctx, relation)
    ctx.row = Row(
        relation.plan,
        relation.plan,
        busy=frozenset(busy),
        records=records_in(relation.element),
        body=node.body,
        before=before,
        source=source,
    )
    row = ctx.row
    try:
        assign(ctx, node.target, relation.element, node.iter)
        run(ctx, node.body)
    except Refusal as refusal:
        if any(not isinstance(ctx.lookup(n), Collection) for n in touched):
            ctx.spoil_stored(refusal.opaque)
        raise
    finally:
        ctx.row = None
    settle(row.effects)
    for name in names:
        ctx.bind(name, Opaque(node.lineno, f"`{name}` is what the last record of a loop left behind"))


def check_exits(node: ast.For) -> None:
    """A loop that may end early depends on the order of its records.

    Raises:
        Refusal: `break`, or an `else` that depends on it.
    """
    if node.orelse:
        raise Refusal(node.orelse[0].lineno, "a loop with `else`")
    for part in _same_loop(node.body):
        if isinstance(part, ast.Break):
            raise Refusal(part.lineno, "the loop ends early (break): later records depend on earlier ones")
        if isinstance(part, ast.Return):
            raise Refusal(part.lineno, "the loop ends early (return)")


def _same_loop(body: Sequence[ast.AST]) -> Iterator[ast.AST]:
    for node in body:
        yield node
        if not isinstance(node, ast.For | ast.While | ast.FunctionDef | ast.Lambda):
            yield from _same_loop(list(ast.iter_child_nodes(node)))


def run(ctx: Context, statements: Sequence[ast.stmt]) -> bool:
    """Interprets statements for the current record; whether the path ends in `continue`."""
    i = 0
    while i < len(statements):
        consumed = next((n for n in (idiom(ctx, statements, i) for idiom in IDIOMS) if n), 0)
        if consumed:
            i += consumed
            continue
        node = statements[i]
        if isinstance(node, ast.Continue):
            return True
        if isinstance(node, ast.If):
            if branch(ctx, node, statements[i + 1 :]):
                return True
        else:
            execute(node, ctx)
        i += 1
    return False


@singledispatch
def execute(node: ast.stmt, ctx: Context) -> None:
    """Interprets one statement for the current record.

    Raises:
        Refusal: a statement that the rules do not cover.
    """
    del ctx
    raise Refusal(node.lineno, f"`{type(node).__name__.lower()}` within a loop over records")


@execute.register
def _(node: ast.Pass | ast.Global, ctx: Context) -> None:
    del node, ctx


@execute.register
def _(node: ast.Delete, ctx: Context) -> None:
    for target in node.targets:
        name = root(target)
        value = ctx.lookup(name) if name is not None else None
        if isinstance(value, Collection):
            spoil(value, Opaque(node.lineno, f"entries of `{name}` are deleted while records are read"))
        elif name is not None:
            why = Opaque(node.lineno, f"`{ast.unparse(target)}` is deleted")
            ctx.poison_name(name, why)
            if not isinstance(target, ast.Name):
                ctx.spoil_stored(why)


@execute.register
def _(node: ast.Assert, ctx: Context) -> None:
    del ctx
    raise Refusal(node.lineno, "an assertion about each record")


@execute.register
def _(node: ast.Raise, ctx: Context) -> None:
    del ctx
    raise Refusal(node.lineno, "an exception that depends on a record")


@execute.register
def _(node: ast.Try, ctx: Context) -> None:
    if not outline(ctx, [node]):
        raise Refusal(node.lineno, "exceptions are caught for each record", "test for the bad records with `if`")


@execute.register
def _(node: ast.While, ctx: Context) -> None:
    if not outline(ctx, [node]):
        raise Refusal(node.lineno, "a while loop for each record")


@execute.register
def _(node: ast.For, ctx: Context) -> None:
    inner_loop(ctx, node, run)


@execute.register
def _(node: ast.Assign, ctx: Context) -> None:
    value = ctx.evaluate(node.value)
    if isinstance(value, Collection) and not isinstance(node.value, ast.Name):
        raise Refusal(node.lineno, "a collection is made for each record")
    for target in node.targets:
        if isinstance(target, ast.Subscript) and _item_of_output(ctx, target, value, node):
            continue
        try:
            assign(ctx, target, value, node.value)
        except Refusal as refusal:
            # What cannot be said costs nothing as long as no output needs it.
            for name in bound([target]):
                ctx.bind(name, refusal.opaque)
            changed_object = root(target)
            if changed_object is not None and not isinstance(target, ast.Name):
                ctx.poison_name(changed_object, refusal.opaque)
                ctx.spoil_stored(refusal.opaque)


def _item_of_output(ctx: Context, target: ast.Subscript, value: Value, node: ast.Assign) -> bool:
    """`d[key] = value` for a dictionary being filled; anything deeper makes its contents unknown."""
    name = root(target)
    owner = ctx.lookup(name) if name is not None else None
    if not isinstance(owner, Collection):
        return False
    if owner.kind != "dict" or not isinstance(target.value, ast.Name):
        spoil(owner, Opaque(node.lineno, f"`{ast.unparse(target)}` changes an entry of `{name}` in place"))
    elif owner.default is not None:
        spoil(owner, Opaque(node.lineno, f"`{name}` is a defaultdict whose entries are assigned"))
    else:
        put(ctx, owner, "set", value, node, key=ctx.evaluate(target.slice))
    return True


@execute.register
def _(node: ast.AnnAssign, ctx: Context) -> None:
    if node.value is not None:
        assign(ctx, node.target, ctx.evaluate(node.value), node.value)


@execute.register
def _(node: ast.AugAssign, ctx: Context) -> None:
    name = root(node.target)
    owner = ctx.lookup(name) if name is not None else None
    if isinstance(owner, Collection):
        one = node.value.elts if isinstance(node.value, ast.List) else []
        if isinstance(node.target, ast.Name) and owner.kind == "list" and len(one) == 1:
            put(ctx, owner, "append", ctx.evaluate(one[0]), node)
            return
        spoil(owner, Opaque(node.lineno, f"`{name}` is updated from its own values: state carried from row to row"))
        return
    if not isinstance(node.target, ast.Name):
        if isinstance(owner, Opaque):
            return
        why = Opaque(node.lineno, f"`{ast.unparse(node.target)}` is updated in place")
        ctx.spoil_stored(why)
        raise Refusal(why.line, why.reason)
    if isinstance(owner, Opaque):
        return  # a counter or sum over all records; it matters only where it is used
    read = ast.copy_location(ast.Name(id=node.target.id, ctx=ast.Load()), node.target)
    sum_ = ast.copy_location(ast.BinOp(left=read, op=node.op, right=node.value), node)
    assign(ctx, node.target, ctx.evaluate(sum_), node.value)


@execute.register
def _(node: ast.Expr, ctx: Context) -> None:
    call = node.value
    if isinstance(call, ast.Constant):
        return
    if not isinstance(call, ast.Call):
        ctx.evaluate(call)
        return
    if printed(ctx, call):
        return
    name = ctx.qualified(call.func) or ""
    if name in _SILENT or name.split(".")[0] in _SILENT_MODULES:
        return
    if isinstance(call.func, ast.Attribute):
        owner = ctx.evaluate(call.func.value)
        if _method_statement(ctx, owner, call, node):
            return
    _called(ctx, call)


def _method_statement(ctx: Context, owner: Value, call: ast.Call, node: ast.Expr) -> bool:
    assert isinstance(call.func, ast.Attribute)
    method = call.func.attr
    if isinstance(owner, Writer) or (isinstance(owner, Collection) and owner.kind == "file"):
        return written(ctx, owner, call)
    if isinstance(owner, Collection):
        one = len(call.args) == 1 and not call.keywords
        if (owner.kind, method) in (("list", "append"), ("set", "add")) and one:
            put(ctx, owner, "append", ctx.evaluate(call.args[0]), node)
        elif method in MUTATORS:
            spoil(owner, Opaque(node.lineno, f"`{owner.name}.{method}()` for each record is not covered"))
        return True
    if isinstance(owner, Opaque):
        return True  # what it belongs to is unknown already
    if method == "append" and _appended(ctx, owner, call):
        return True
    if isinstance(owner, Constant) and method in MUTATORS:
        what = ast.unparse(call.func.value)
        raise Refusal(node.lineno, f"`{what}` is changed for each record: a collection of the record itself, or state")
    return False


def _appended(ctx: Context, owner: Value, call: ast.Call) -> bool:
    """`row.append(value)` for a list that the record's own program has made and not yet put out."""
    assert isinstance(call.func, ast.Attribute)
    assert ctx.row is not None
    target = call.func.value
    if isinstance(owner, Constant) and isinstance(owner.node, ast.List) and not owner.node.elts:
        owner = Items((), "list", fresh=True)
    if not isinstance(owner, Items) or not owner.fresh or owner.kind != "list" or not isinstance(target, ast.Name):
        return False
    if ctx.row.effects or len(call.args) != 1 or _aliased(ctx, target.id):
        return False
    hint = call.args[0].id if isinstance(call.args[0], ast.Name) else ""
    hints = (*(owner.hints or ("",) * len(owner.items)), hint)
    ctx.bind(target.id, Items((*owner.items, ctx.evaluate(call.args[0])), "list", hints, fresh=True))
    return True


def _aliased(ctx: Context, name: str) -> bool:
    value = ctx.lookup(name)
    return any(held is value for other, held in ctx.scopes[-1].items() if other != name)


def _called(ctx: Context, call: ast.Call) -> None:
    """A function called for what it does: interpreted if it is the cell's own, else its arguments are unknown."""
    value = ctx.evaluate(call)
    reason = value if isinstance(value, Opaque) else None
    own = isinstance(call.func, ast.Name) and call.func.id in ctx.functions
    given = [ctx.evaluate(a) for a in call.args]
    if reason is not None or (not own and any(is_changeable(v) for v in given)):
        ctx.spoil_stored(Opaque(call.lineno, f"`{ast.unparse(call.func)}()` may change what it is given"))
    if isinstance(call.func, ast.Name) and call.func.id in ctx.functions and reason is not None:
        raise Refusal(reason.line, reason.reason, reason.hint)
    for part in ast.walk(call):
        owner = ctx.lookup(part.id) if isinstance(part, ast.Name) else None
        if isinstance(owner, Collection):
            spoil(owner, Opaque(call.lineno, f"`{ast.unparse(call.func)}()` may change `{owner.name}`"))
