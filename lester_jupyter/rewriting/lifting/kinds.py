"""What the values of an expression are certain to be: only then may a predicate be written as a query."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import cast

from lester_jupyter.rewriting.lifting.expressions import Kind, as_column

_STRING_METHODS_TO_STRING = frozenset(
    [
        "capitalize",
        "casefold",
        "center",
        "expandtabs",
        "format",
        "join",
        "ljust",
        "lower",
        "lstrip",
        "removeprefix",
        "removesuffix",
        "replace",
        "rjust",
        "rstrip",
        "strip",
        "swapcase",
        "title",
        "translate",
        "upper",
        "zfill",
    ]
)
_STRING_METHODS_TO_BOOL = frozenset(
    [
        "endswith",
        "isalnum",
        "isalpha",
        "isascii",
        "isdecimal",
        "isdigit",
        "isidentifier",
        "islower",
        "isnumeric",
        "isspace",
        "istitle",
        "isupper",
        "startswith",
    ]
)
_CALLS: dict[str, Kind] = {
    "str": "str", "repr": "str", "int": "int", "len": "int", "ord": "int", "float": "float", "bool": "bool",
    "isinstance": "bool", "any": "bool", "all": "bool", "sorted": "list", "list": "list",
}  # fmt: skip


def kind_of(node: ast.expr, names: Mapping[str, Kind]) -> Kind:
    """What the values of an expression are certain to be.

    Args:
        node: the expression.
        names: the kinds of variables; a name given here hides the builtin of that name.
    """
    column = as_column(node)
    if column is not None:
        return column.kind
    rule = _KINDS.get(type(node))
    return rule(node, names) if rule is not None else "unknown"


def _constant(node: ast.expr, names: Mapping[str, Kind]) -> Kind:
    del names
    value = cast("ast.Constant", node).value
    return cast("Kind", type(value).__name__) if isinstance(value, str | bool | int | float) else "unknown"


def _call(node: ast.expr, names: Mapping[str, Kind]) -> Kind:
    call = cast("ast.Call", node)
    if isinstance(call.func, ast.Name):
        return "unknown" if call.func.id in names else _CALLS.get(call.func.id, "unknown")
    if isinstance(call.func, ast.Attribute) and kind_of(call.func.value, names) == "str":
        method = call.func.attr
        if method in _STRING_METHODS_TO_STRING:
            return "str"
        if method in _STRING_METHODS_TO_BOOL:
            return "bool"
        return "int" if method in ("count", "find", "index") else "list" if method in ("split", "rsplit") else "unknown"
    return "unknown"


def _operation(node: ast.expr, names: Mapping[str, Kind]) -> Kind:
    operation = cast("ast.BinOp", node)
    kinds = {kind_of(operation.left, names), kind_of(operation.right, names)}
    if kinds == {"str"} and isinstance(operation.op, ast.Add):
        return "str"
    if kinds <= {"int", "float"} and isinstance(operation.op, ast.Add | ast.Sub | ast.Mult):
        return "float" if "float" in kinds else "int"
    if kinds <= {"int", "float"} and isinstance(operation.op, ast.Div):
        return "float"
    return "unknown"


def _compare(node: ast.expr, names: Mapping[str, Kind]) -> Kind:
    compare = cast("ast.Compare", node)
    operands = [compare.left, *compare.comparators]
    plain = all(kind_of(o, names) in ("str", "int", "float", "bool", "list") for o in operands)
    membership = all(isinstance(op, ast.In | ast.NotIn | ast.Is | ast.IsNot) for op in compare.ops)
    return "bool" if plain or membership else "unknown"


def _choice(node: ast.expr, names: Mapping[str, Kind]) -> Kind:
    choice = cast("ast.IfExp", node)
    kinds = {kind_of(choice.body, names), kind_of(choice.orelse, names)}
    return kinds.pop() if len(kinds) == 1 else "unknown"


def _logical(node: ast.expr, names: Mapping[str, Kind]) -> Kind:
    kinds = {kind_of(v, names) for v in cast("ast.BoolOp", node).values}
    return kinds.pop() if len(kinds) == 1 else "unknown"


def _unary(node: ast.expr, names: Mapping[str, Kind]) -> Kind:
    unary = cast("ast.UnaryOp", node)
    return "bool" if isinstance(unary.op, ast.Not) else kind_of(unary.operand, names)


def _subscript(node: ast.expr, names: Mapping[str, Kind]) -> Kind:
    return "str" if kind_of(cast("ast.Subscript", node).value, names) == "str" else "unknown"


_KINDS: dict[type[ast.expr], Callable[[ast.expr, Mapping[str, Kind]], Kind]] = {
    ast.Constant: _constant,
    ast.Call: _call,
    ast.BinOp: _operation,
    ast.Compare: _compare,
    ast.IfExp: _choice,
    ast.BoolOp: _logical,
    ast.UnaryOp: _unary,
    ast.Subscript: _subscript,
    ast.JoinedStr: lambda *_: "str",
}
