"""`if` in a loop over records: a filter, a conditional value, or two paths that each put something out."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from lester_jupyter.rewriting.lifting.interpreter import lookups
from lester_jupyter.rewriting.lifting.interpreter.assignment import assign
from lester_jupyter.rewriting.lifting.interpreter.context import Context, Effect, Refusal, Row
from lester_jupyter.rewriting.lifting.interpreter.effects import choice, merge
from lester_jupyter.rewriting.lifting.interpreter.guards import guard
from lester_jupyter.rewriting.lifting.interpreter.outline import outline
from lester_jupyter.rewriting.lifting.interpreter.shapes import expression
from lester_jupyter.rewriting.lifting.usage import bound, changed, root
from lester_jupyter.rewriting.lifting.values import (
    Collection,
    Constant,
    Opaque,
    Scalar,
    Value,
    Writer,
)
from lester_jupyter.rewriting.lifting.values import Sequence as Items

_FEW = 3  # alternatives that still read well in one expression


def branch(ctx: Context, node: ast.If, rest: Sequence[ast.stmt]) -> bool:
    """Interprets an `if` for the current record; whether no path goes on behind it.

    Raises:
        Refusal: a condition or body that the rules do not cover.
    """
    test = ctx.evaluate(node.test) if isinstance(node.test, ast.Constant | ast.Name) else None
    if isinstance(test, Constant) and test.known:
        return _run(ctx, node.body if test.value else node.orelse)
    if _only_continues(node.body) and not node.orelse:
        guard(ctx, node.test, positive=False, lines=tuple(range(node.lineno, node.body[-1].lineno + 1)))
        return False
    if not has_effects(ctx, node):
        _value(ctx, node)
        return False
    return _paths(ctx, node, rest)


def _run(ctx: Context, body: Sequence[ast.stmt]) -> bool:
    from lester_jupyter.rewriting.lifting.interpreter.rows import run

    return run(ctx, body)


def _only_continues(body: Sequence[ast.stmt]) -> bool:
    """Whether a branch does nothing but drop the record (and perhaps say so)."""
    *before, last = body
    silent = all(
        isinstance(s, ast.Pass) or (isinstance(s, ast.Expr) and isinstance(s.value, ast.Call)
                                    and isinstance(s.value.func, ast.Name) and s.value.func.id == "print"
                                    and not any(k.arg == "file" for k in s.value.keywords))
        or (isinstance(s, ast.AugAssign) and isinstance(s.target, ast.Name))
        for s in before
    )  # fmt: skip
    return isinstance(last, ast.Continue) and silent


def has_effects(ctx: Context, node: ast.stmt) -> bool:
    """Whether a statement puts something out, or leaves the record."""
    for name in ctx.touched(node):
        if isinstance(ctx.lookup(name), Collection | Writer):
            return True
    return any(isinstance(p, ast.Continue | ast.Break | ast.Return | ast.Raise) for p in ast.walk(node))


# -- values that depend on a condition --------------------------------------------------------------------------------
def _value(ctx: Context, node: ast.If) -> None:
    """An `if` that only assigns: look-up with default, conditional expression, or a function of its own."""
    try:
        _assigned(ctx, node)
    except Refusal as refusal:
        for name in bound([node]):
            ctx.bind(name, refusal.opaque)
        for name in changed([node]):
            ctx.poison_name(name, refusal.opaque)
            ctx.spoil_stored(refusal.opaque)


def _assigned(ctx: Context, node: ast.If) -> None:
    if _defaulted(ctx, node):
        return
    names = list(bound([node]))
    if changed([node]) and not outline(ctx, [node]):
        raise Refusal(node.lineno, "a value of the record changes in place under a condition")
    if changed([node]) or not names:
        return
    if _simple(node) and _alternatives(node) <= _FEW and len(names) <= 2:
        values = _conditional(ctx, node)
        if values is not None:
            for name, value in values.items():
                assign(ctx, ast.copy_location(ast.Name(id=name, ctx=ast.Store()), node), value, _whole(node))
            return
    if not outline(ctx, [node]):
        raise Refusal(node.lineno, "a condition whose branches the rules do not cover")


def _whole(node: ast.If) -> ast.expr:
    """A stand-in expression that covers the lines of the statement."""
    covering = ast.Constant(None)
    covering.lineno, covering.end_lineno = node.lineno, node.end_lineno
    covering.col_offset = covering.end_col_offset = 0
    return covering


def _simple(node: ast.stmt) -> bool:
    if isinstance(node, ast.If):
        return all(_simple(s) for s in (*node.body, *node.orelse))
    one = isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name)
    return one or isinstance(node, ast.Pass)


def _alternatives(node: ast.stmt) -> int:
    if not isinstance(node, ast.If):
        return 0
    below = [max(1, *(_alternatives(s) for s in body), 1) for body in (node.body, node.orelse or [ast.Pass()])]
    return sum(below)


def _conditional(ctx: Context, node: ast.If) -> dict[str, Value] | None:
    """The values of the names an `if` assigns, as conditional expressions; None where that cannot be said."""
    assert ctx.row is not None
    before = dict(ctx.scopes[-1])
    test = ctx.evaluate(node.test)
    if isinstance(test, Opaque):
        raise Refusal(test.line, test.reason, test.hint)
    condition = expression(test, ctx, node.lineno)
    ends: list[dict[str, Value]] = []
    for body in (node.body, node.orelse):
        with ctx.protected():
            for statement in body:
                if isinstance(statement, ast.If):
                    inner = _conditional(ctx, statement)
                    if inner is None:
                        return None
                    ctx.scopes[-1].update(inner)
                elif isinstance(statement, ast.Assign):
                    assign(ctx, statement.targets[0], ctx.evaluate(statement.value), statement.value)
        ends.append(dict(ctx.scopes[-1]))
        ctx.scopes[-1].clear()
        ctx.scopes[-1].update(before)
    values: dict[str, Value] = {}
    for name in bound([node]):
        yes, no = ends[0].get(name), ends[1].get(name)
        if yes is None or no is None:
            return None
        bad = next((v for v in (yes, no) if isinstance(v, Opaque)), None)
        values[name] = bad or ctx.scalar(
            choice(ctx, condition, expression(yes, ctx, node.lineno), expression(no, ctx, node.lineno))
        )
    return values


def _defaulted(ctx: Context, node: ast.If) -> bool:
    """`if k in d: x = d[k]` with a constant for all others: d.get(k, constant)."""
    test = node.test
    if not (isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.ops[0], ast.In | ast.NotIn)):
        return False
    owner = ctx.evaluate(test.comparators[0]) if isinstance(test.comparators[0], ast.Name) else None
    if not isinstance(owner, Collection) or owner.kind != "dict":
        return False
    hit, miss = (node.body, node.orelse) if isinstance(test.ops[0], ast.In) else (node.orelse, node.body)
    if len(hit) != 1 or len(miss) > 1 or not all(isinstance(s, ast.Assign) for s in (*hit, *miss)):
        raise Refusal(node.lineno, "a look-up under a condition whose other branch is not covered")
    assigned = hit[0]
    assert isinstance(assigned, ast.Assign)
    target, wanted = assigned.targets[0], ast.Subscript(value=test.comparators[0], slice=test.left, ctx=ast.Load())
    if ast.dump(assigned.value) != ast.dump(wanted) or len(assigned.targets) > 1:
        raise Refusal(node.lineno, "a look-up under a condition, together with more")
    default = _default(ctx, target, miss)
    value = lookups.get(ctx, owner, ctx.evaluate(test.left), default, test)
    assign(ctx, target, value, _whole(node))
    return True


def _default(ctx: Context, target: ast.expr, miss: Sequence[ast.stmt]) -> Value:
    """What the target is when there is no entry."""
    if miss:
        other = miss[0]
        assert isinstance(other, ast.Assign)
        if ast.dump(other.targets[0]) != ast.dump(target):
            raise Refusal(other.lineno, "the two branches assign different names")
        if isinstance(other.value, ast.Tuple | ast.List):
            items = tuple(ctx.evaluate(e) for e in other.value.elts)
            return Items(items, "tuple" if isinstance(other.value, ast.Tuple) else "list")
        return ctx.evaluate(other.value)
    name = root(target)
    value = ctx.lookup(name) if isinstance(target, ast.Name) and name is not None else None
    if not isinstance(value, Constant | Scalar):
        raise Refusal(target.lineno, "a look-up under a condition without a value for all other records")
    return value


# -- paths that put something out -------------------------------------------------------------------------------------
def _paths(ctx: Context, node: ast.If, rest: Sequence[ast.stmt]) -> bool:
    assert ctx.row is not None
    main, scope = ctx.row, dict(ctx.scopes[-1])
    ends: list[tuple[Row, dict[str, Value], bool, list[Effect]]] = []
    for body, positive in ((node.body, True), (node.orelse, False)):
        if not body and not rest:
            continue  # nobody asks for the other records
        effects: list[Effect] = []
        path = main.fork()
        path.effects = effects
        ctx.row = path
        ctx.scopes[-1].clear()
        ctx.scopes[-1].update(scope)
        try:
            if not body and not _leaves(node.body):
                ends.append((path, scope, False, effects))  # the path goes on with all records
                continue
            guard(ctx, node.test, positive=positive, only=not node.orelse and not rest)
            ended = _run(ctx, body)
            ends.append((path, dict(ctx.scopes[-1]), ended, effects))
        finally:
            ctx.row = main
            ctx.scopes[-1].clear()
            ctx.scopes[-1].update(scope)
    if len(ends) == 2:
        yes, no = merge(ctx, main, ends[0][3], ends[1][3])
        main.effects.extend((*yes, *no))
    else:
        main.effects.extend(ends[0][3])
    going_on = [e for e in ends if not e[2]]
    for body, end in zip((node.body, node.orelse), ends, strict=False):
        if rest and not end[2] and _leaves(body):
            raise Refusal(node.lineno, "some records leave the loop within a branch, others go on behind it")
    if not rest or not going_on:
        return not going_on and len(ends) == 2
    if len(going_on) == 1:
        # One branch leaves the record, so the rest is for the records of the other.
        path, names, _, _ = going_on[0]
        main.plan, main.joined = path.plan, path.joined
        ctx.scopes[-1].update(names)
        return False
    for name, line in bound([node]).items():
        ctx.bind(name, Opaque(line, f"`{name}` is assigned in a branch that also puts something out"))
    return False


def _leaves(body: Sequence[ast.stmt]) -> bool:
    return any(isinstance(p, ast.Continue) for s in body for p in ast.walk(s))
