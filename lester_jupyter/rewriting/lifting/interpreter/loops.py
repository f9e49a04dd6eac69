"""Loops outside of records: over the records of a source, over partitions, or over constants."""

from __future__ import annotations

import ast
from dataclasses import replace

from lester_jupyter.rewriting.lifting.expressions import Column, lines_of, names_of
from lester_jupyter.rewriting.lifting.interpreter.contents import contents_of
from lester_jupyter.rewriting.lifting.interpreter.context import Context, Refusal
from lester_jupyter.rewriting.lifting.interpreter.inline import touches_data
from lester_jupyter.rewriting.lifting.interpreter.rows import check_exits, row_loop
from lester_jupyter.rewriting.lifting.interpreter.sequences import as_relation
from lester_jupyter.rewriting.lifting.interpreter.shapes import columns_for, columns_in
from lester_jupyter.rewriting.lifting.steps import (
    Distinct,
    Extend,
    Filter,
    ForEach,
    Join,
    Source,
    Step,
    expressions,
    walk,
)
from lester_jupyter.rewriting.lifting.usage import bound, carried
from lester_jupyter.rewriting.lifting.values import (
    Collection,
    Constant,
    Contribution,
    Derived,
    Fields,
    Line,
    Named,
    Opaque,
    Relation,
    Value,
)


def for_loop(ctx: Context, node: ast.For) -> None:
    """Interprets a loop outside of loops over records.

    Raises:
        Refusal: a loop that is not covered.
    """
    over = ctx.evaluate(node.iter)
    if isinstance(over, Opaque):
        raise Refusal(over.line, over.reason, over.hint)
    fills = any(isinstance(ctx.lookup(n), Collection) for n in ctx.touched(node))
    relation = as_relation(ctx, over, node.iter) if fills or not isinstance(over, Constant) else over
    if isinstance(relation, Opaque):
        raise Refusal(relation.line, relation.reason, relation.hint)
    if isinstance(relation, Relation):
        row_loop(ctx, relation, node)
    elif isinstance(relation, Constant) and touches_data(ctx, ast.Module(body=node.body, type_ignores=[])):
        _partitions(ctx, node, relation)
    elif isinstance(relation, Constant):
        _constants(ctx, node)
    elif isinstance(relation, Collection):
        raise Refusal(node.lineno, f"`{relation.name}` never receives a record")
    else:
        what = "a value computed from all records" if isinstance(relation, Derived) else "something that is no sequence"
        raise Refusal(node.lineno, f"a loop over {what}")


def _constants(ctx: Context, node: ast.For) -> None:
    """A loop over constants that reads no record is kept, and what it fills is a constant."""
    if ctx.inlined:
        raise Refusal(node.lineno, "a loop within a function or a loop over partitions")
    for name in ctx.touched(node):
        value = ctx.lookup(name)
        if isinstance(value, Collection):
            if value.contents or value.kind == "file":
                value.spoiled = value.spoiled or Opaque(node.lineno, f"`{name}` receives constants in a loop")
                return
            ctx.bind(name, Constant(ast.Name(id=name, ctx=ast.Load()), kind=value.kind))
    kinds = {n: v.kind for n in ctx.touched(node) if isinstance(v := ctx.lookup(n), Constant)}
    ctx.keep(node)
    for name, kind in kinds.items():
        value = ctx.lookup(name)
        if isinstance(value, Constant):
            ctx.bind(name, replace(value, kind=kind))


def _partitions(ctx: Context, node: ast.For, over: Constant) -> None:
    """A loop that reads one file (or a few) for each value of a constant list."""
    check_exits(node)
    targets = [n.id for n in ast.walk(node.target) if isinstance(n, ast.Name)]
    outer = {id(v): v for v in ctx.scopes[-1].values() if isinstance(v, Collection)}
    outer |= {id(v): v for v in ctx.scopes[0].values() if isinstance(v, Collection)}
    filled = {id(v) for n in ctx.touched(node) if isinstance(v := ctx.lookup(n), Collection) and id(v) in outer}
    before = {number: len(outer[number].contents) for number in filled}
    for name, line in carried(node.body, targets).items():
        ctx.bind(name, Opaque(line, f"`{name}` carries state from one partition to the next"))
    for name in ctx.touched(node):
        if isinstance(ctx.lookup(name), Constant):
            ctx.bind(name, Opaque(node.lineno, f"`{name}` is changed for each partition"))
    for name in targets:
        ctx.bind(name, Constant(ast.Name(id=name, ctx=ast.Load())))
    ctx.use(over.node)
    ctx.partitions |= dict.fromkeys(targets, over.node)
    ctx.inlined += 1
    ctx.filling.append(frozenset(filled))
    files = set(ctx.files)
    try:
        ctx.execute(node.body)
    finally:
        ctx.filling.pop()
        ctx.inlined -= 1
    wrap = _Wrapper(node, over.node, frozenset(targets))
    for number in filled:
        _settle(ctx, outer[number], before[number], wrap)
    for name in set(ctx.files) - files:
        ctx.files[name].spoiled = Opaque(node.lineno, "a file is written for each partition")
    for name in (*targets, *bound(node.body)):
        ctx.bind(name, Opaque(node.lineno, f"`{name}` is what the last partition left behind"))


def _settle(ctx: Context, collection: Collection, before: int, wrap: _Wrapper) -> None:
    new = collection.contents[before:]
    if collection.spoiled is not None or not new:
        return
    iteration = Collection(collection.kind, collection.name, collection.line, collection.default, new)
    try:
        contents = contents_of(ctx, iteration, collection.line)
        if isinstance(contents.element, Line | Fields | Named):
            raise Refusal(contents.lines[0], "the records of several files are kept as they are")  # noqa: TRY301
        plan, element = columns_for(contents.plan, contents.element, ctx, contents.lines)
        key: Value | None = contents.key
        if key is not None:
            plan, key = columns_for(plan, key, ctx, contents.lines)
    except Refusal as refusal:
        collection.spoiled = refusal.opaque
        return
    wanted = dict.fromkeys(columns_in(element) + (columns_in(key) if key is not None else ()))
    plan = wrap(plan, tuple(wanted))
    collection.contents[before:] = [Contribution(plan, element, key, contents.mode, contents.lines)]


def names_in_target(target: ast.expr) -> frozenset[str]:
    """The names that a loop's target binds."""
    return frozenset(n.id for n in ast.walk(target) if isinstance(n, ast.Name))


class _Wrapper:
    """Puts the loop over partitions into a plan, as far down as possible: around the scan alone, if that is enough."""

    def __init__(self, node: ast.For, values: ast.expr, variables: frozenset[str]) -> None:
        self._node, self._values, self._variables = node, values, variables
        self._wrapped: dict[int, Step] = {}

    def __call__(self, plan: Step, wanted: tuple[Column, ...]) -> Step:
        inner = [s for s in self._within(plan, set()) if self._reads_variable(s)]
        if len(inner) == 1 and isinstance(inner[0], Source) and self._only_rows(plan, inner[0]):
            return self._push(plan, inner[0])
        return self._around(plan, wanted)

    def _within(self, step: Step, seen: set[int]) -> list[Step]:
        """The steps below that could mean this loop's variables: an inner loop's own hide them."""
        if id(step) in seen or (isinstance(step, ForEach) and names_in_target(step.variable) & self._variables):
            return []
        seen.add(id(step))
        return [*(s for below in step.inputs for s in self._within(below, seen)), step]

    def _reads_variable(self, step: Step) -> bool:
        return any(names_of(e) & self._variables for e in expressions(step))

    def _only_rows(self, plan: Step, source: Step) -> bool:
        """Whether the steps above the scan treat each record on its own."""
        while plan is not source:
            if isinstance(plan, Filter | Extend):
                plan = plan.input
            elif isinstance(plan, Join) and source not in walk(plan.right):
                plan = plan.left
            else:
                return False
        return not isinstance(plan, Distinct)

    def _push(self, plan: Step, source: Step) -> Step:
        if id(plan) not in self._wrapped:
            if plan is source:
                self._wrapped[id(plan)] = self._around(plan, source.made)
            elif isinstance(plan, Filter | Extend):
                self._wrapped[id(plan)] = replace(plan, input=self._push(plan.input, source))
            else:
                assert isinstance(plan, Join)
                self._wrapped[id(plan)] = replace(plan, left=self._push(plan.left, source))
        return self._wrapped[id(plan)]

    def _around(self, plan: Step, columns: tuple[Column, ...]) -> Step:
        return ForEach(
            input=plan,
            variable=self._node.target,
            values=self._values,
            columns=tuple((c, c) for c in columns),
            lines=lines_of(self._node),
        )
