"""Functions and predicates as one would write them: `str.lower`, a short lambda, a query."""

from __future__ import annotations

import ast
import json
import keyword
from collections.abc import Mapping
from dataclasses import dataclass

from lester_jupyter.rewriting.lifting.expressions import Column, as_column, columns_of, render
from lester_jupyter.rewriting.lifting.generate.text import tidy
from lester_jupyter.rewriting.lifting.kinds import kind_of
from lester_jupyter.rewriting.lifting.naming import identifier

_PLAIN = ("str", "int", "float", "bool")
_SYMBOLS: dict[type[ast.cmpop], str] = {
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=",
    ast.In: "in", ast.NotIn: "not in",
}  # fmt: skip


@dataclass(frozen=True)
class Callable:
    """A function of columns.

    Attributes:
        text: the function.
        columns: the names of the columns it is given, in order.
        by_parameters: whether its parameters are these names.
    """

    text: str
    columns: tuple[str, ...]
    by_parameters: bool = False


def function(node: ast.expr, names: Mapping[Column, str]) -> Callable:
    """The function that gives an expression: an existing one if there is one, else a lambda."""
    if isinstance(node, ast.Call) and not node.keywords:
        arguments = [as_column(a) for a in node.args]
        columns = tuple(names[c] for c in arguments if c is not None)
        if len(columns) == len(node.args) and columns and not columns_of(node.func):
            return Callable(tidy(ast.unparse(node.func)), columns)
        if isinstance(node.func, ast.Attribute) and not node.args:
            owner = as_column(node.func.value)
            if owner is not None and owner.kind == "str":
                return Callable(f"str.{node.func.attr}", (names[owner],))
    columns_ = columns_of(node)
    parameters = _parameters(node, columns_, names)
    body = tidy(render(node, parameters))
    listed = ", ".join(parameters[c] for c in columns_)
    text = f"lambda {listed}: {body}" if listed else f"lambda: {body}"
    given = tuple(names[c] for c in columns_)
    return Callable(text, given, by_parameters=given == tuple(parameters[c] for c in columns_))


def _parameters(node: ast.expr, columns: tuple[Column, ...], names: Mapping[Column, str]) -> dict[Column, str]:
    """Names for the parameters of a lambda: those of the columns, unless the expression uses them otherwise."""
    taken = {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and as_column(n) is None}
    taken |= {a.arg for a in ast.walk(node) if isinstance(a, ast.arg)}
    chosen: dict[Column, str] = {}
    for column in columns:
        name = names[column] if names[column].isidentifier() else identifier(names[column], "value")
        while name in taken or keyword.iskeyword(name):
            name += "_"
        taken.add(name)
        chosen[column] = name
    return chosen


def query(node: ast.expr, names: Mapping[Column, str], sets: Mapping[str, str]) -> str | None:
    """A condition in the query language, where that says exactly the same; else None.

    Args:
        node: the condition.
        names: the columns' names.
        sets: the kinds of variables (`list`, `set`, …).
    """
    truth, empty = (
        (node.operand, "==") if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not) else (node, "!=")
    )
    text = as_column(truth)
    if text is not None and text.kind == "str" and _nameable(names[text]):
        return f"{names[text]} {empty} ''"
    if not (isinstance(node, ast.Compare) and len(node.ops) == 1):
        return None
    column, operator, other = as_column(node.left), type(node.ops[0]), node.comparators[0]
    if column is None:
        column, other = as_column(other), node.left
        operator = _MIRRORED.get(operator, ast.Is)
    if column is None or operator not in _SYMBOLS or not _nameable(names[column]):
        return None
    if operator in (ast.In, ast.NotIn):
        value = _collection(other, sets)
        return (
            f"{names[column]} {_SYMBOLS[operator]} {value}" if value and column.kind in ("str", "int", "cell") else None
        )
    value, kind = _literal(other), str(kind_of(other, {}))
    if value is None and isinstance(other, ast.Name) and sets.get(other.id) in _PLAIN:
        value, kind = f"@{other.id}", sets[other.id]
    if value is None:
        return None
    equality = operator in (ast.Eq, ast.NotEq)
    fits = column.kind == kind or {column.kind, kind} <= {"int", "float"} or (column.kind == "cell" and equality)
    return f"{names[column]} {_SYMBOLS[operator]} {value}" if fits and kind != "unknown" else None


_MIRRORED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.Eq, ast.NotEq: ast.NotEq, ast.Lt: ast.Gt, ast.Gt: ast.Lt, ast.LtE: ast.GtE, ast.GtE: ast.LtE,
}  # fmt: skip


def _nameable(name: str) -> bool:
    reserved = keyword.iskeyword(name) or name in ("True", "False", "None", "index")
    return name.isidentifier() and not reserved


def _literal(node: ast.expr) -> str | None:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = _literal(node.operand)
        return f"-{inner}" if inner is not None else None
    if not isinstance(node, ast.Constant) or isinstance(node.value, bool):
        return None
    if isinstance(node.value, str):
        simple = node.value.isascii() and node.value.isprintable() and not set(node.value) & set("`'\"\\@")
        return f"'{node.value}'" if simple else None
    return repr(node.value) if isinstance(node.value, int | float) else None


def _collection(node: ast.expr, sets: Mapping[str, str]) -> str | None:
    if isinstance(node, ast.Name):
        return f"@{node.id}" if sets.get(node.id) in ("list", "tuple", "set", "frozenset") else None
    if isinstance(node, ast.List | ast.Tuple | ast.Set) and node.elts:
        items = [_literal(e) for e in node.elts]
        listed = [i for i in items if i is not None]
        return f"[{', '.join(listed)}]" if len(listed) == len(items) else None
    return None


def quoted(text: str) -> str:
    """A string literal in double quotes."""
    return json.dumps(text, ensure_ascii=False) if text.isprintable() else repr(text)
