"""Functions of the cell that read files or fill collections: their bodies are interpreted where they are called."""

from __future__ import annotations

import ast
from itertools import count

from lester_jupyter.rewriting.lifting.interpreter.context import Context, Refusal
from lester_jupyter.rewriting.lifting.usage import changed, own, reads
from lester_jupyter.rewriting.lifting.values import Collection, Constant, Function, Opaque, Value

_SOURCES = frozenset({"open", "io.open", "pandas.read_csv", "csv.reader", "csv.DictReader"})
_METHODS = frozenset({"open", "read_text"})
_DEPTH = 8


def touches_data(ctx: Context, node: ast.AST, seen: frozenset[str] = frozenset()) -> bool:
    """Whether code opens a file, or reads or changes something made of records, itself or through functions."""
    for part in ast.walk(node):
        if isinstance(part, ast.Call):
            if ctx.qualified(part.func) in _SOURCES:
                return True
            if isinstance(part.func, ast.Attribute) and part.func.attr in _METHODS:
                return True
    for name in reads(node):
        if name in ctx.functions:
            if name not in seen and touches_data(ctx, ctx.functions[name], seen | {name}):
                return True
            continue
        value = ctx.lookup(name)
        empty = isinstance(value, Collection) and value.kind != "file" and not value.contents and value.spoiled is None
        if value is not None and not isinstance(value, Constant | Function) and not empty:
            return True
        if value is None and type(ctx.namespace.get(name)).__name__ == "DataFrame":
            return True
    return False


def works_on_data(ctx: Context, function: ast.FunctionDef) -> bool:
    """Whether a function has to be looked into, since it reads records or fills something with them."""
    fills = any(isinstance(ctx.lookup(n), Collection) for n in changed(function.body))
    return fills or touches_data(ctx, function)


def inline(ctx: Context, function: ast.FunctionDef, node: ast.Call) -> Value:
    """Interprets the body of a function with the call's arguments.

    Raises:
        Refusal: a call or body that is more than a sequence of statements with one return at the end.
    """
    if ctx.inlined >= _DEPTH:
        raise Refusal(node.lineno, f"{function.name}() calls itself")
    names = _arguments(ctx, function, node)
    body = function.body
    last = body[-1]
    returned = last.value if isinstance(last, ast.Return) else None
    rest = body[:-1] if isinstance(last, ast.Return) else body
    for statement in rest:
        for part in own(statement):
            if isinstance(part, ast.Global | ast.Nonlocal):
                names_ = ", ".join(part.names)
                raise Refusal(part.lineno, f"{function.name}() changes `{names_}`, which lives outside it")
            if isinstance(part, ast.Return | ast.Yield | ast.YieldFrom):
                raise Refusal(part.lineno, f"{function.name}() does more than compute and return at its end")
    ctx.inlined += 1
    try:
        with ctx.scope(names):
            ctx.execute(rest)
            if returned is None:
                return Constant(ast.Constant(None), known=True)
            return ctx.evaluate(returned)
    finally:
        ctx.inlined -= 1


def _arguments(ctx: Context, function: ast.FunctionDef, node: ast.Call) -> dict[str, Value]:
    parameters = function.args
    if (
        parameters.vararg
        or parameters.kwarg
        or parameters.posonlyargs
        or parameters.kwonlyargs
        or function.decorator_list
    ):
        raise Refusal(node.lineno, f"{function.name}() takes its arguments in a way that the rules do not cover")
    if any(isinstance(a, ast.Starred) for a in node.args) or any(k.arg is None for k in node.keywords):
        raise Refusal(node.lineno, f"{function.name}() is called with unpacked arguments")
    names = [a.arg for a in parameters.args]
    values: dict[str, Value] = {}
    for i, argument in zip(count(), node.args, strict=False):
        if i >= len(names):
            raise Refusal(node.lineno, f"{function.name}() is called with too many arguments")
        values[names[i]] = ctx.evaluate(argument)
    for keyword in node.keywords:
        assert keyword.arg is not None
        values[keyword.arg] = ctx.evaluate(keyword.value)
    for name, default in zip(reversed(names), reversed(parameters.defaults), strict=False):
        if name not in values:
            values[name] = ctx.evaluate(default)
    if set(values) != set(names):
        raise Refusal(node.lineno, f"{function.name}() is called with other arguments than it takes")
    for value in values.values():
        if isinstance(value, Opaque):
            raise Refusal(value.line, value.reason, value.hint)
    return values
