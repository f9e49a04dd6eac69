"""Evaluates expressions on a table, column by column, with pandas' own meaning."""

from __future__ import annotations

import operator
from collections.abc import Callable
from functools import reduce, singledispatch
from typing import Any

import numpy as np
import pandas as pd

from lester_jupyter.engines.pandas.values import to_python, to_series
from lester_jupyter.plan import expressions as ex

_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
    "**": operator.pow,
    "and": operator.and_,
    "or": operator.or_,
}


@singledispatch
def evaluate(node: ex.Expression, table: pd.DataFrame) -> Any:
    """The expression's value for every row: a Series, or one Python value that holds for all rows."""
    raise TypeError(f"pandas cannot evaluate {type(node).__name__}")


@evaluate.register
def _(node: ex.Column, table: pd.DataFrame) -> Any:
    return table[node.name]


@evaluate.register
def _(node: ex.Constant, table: pd.DataFrame) -> Any:
    del table
    return node.value


@evaluate.register
def _(node: ex.Compare, table: pd.DataFrame) -> Any:
    return _OPERATORS[node.op](evaluate(node.left, table), evaluate(node.right, table))


@evaluate.register
def _(node: ex.Arithmetic, table: pd.DataFrame) -> Any:
    return _OPERATORS[node.op](evaluate(node.left, table), evaluate(node.right, table))


@evaluate.register
def _(node: ex.Logical, table: pd.DataFrame) -> Any:
    return reduce(_OPERATORS[node.op], (truth(o, table) for o in node.operands))


@evaluate.register
def _(node: ex.Not, table: pd.DataFrame) -> Any:
    return ~truth(node.operand, table)


@evaluate.register
def _(node: ex.Negate, table: pd.DataFrame) -> Any:
    return -evaluate(node.operand, table)


@evaluate.register
def _(node: ex.IsIn, table: pd.DataFrame) -> Any:
    operand = evaluate(node.operand, table)
    return operand.isin(list(node.values)) if isinstance(operand, pd.Series) else operand in node.values


@evaluate.register
def _(node: ex.Method, table: pd.DataFrame) -> Any:
    target = evaluate(node.operand, table)
    for name in node.name.split("."):
        target = getattr(target, name)
    return target(*node.arguments)


@evaluate.register
def _(node: ex.Apply, table: pd.DataFrame) -> Any:
    call = node.function.call
    assert call is not None
    columns = [table[a.name] for a in node.arguments]
    if node.function.vectorized:
        return call(*columns)
    return to_series([call(*values) for values in zip(*map(to_python, columns), strict=True)])


@evaluate.register
def _(node: ex.Mask, table: pd.DataFrame) -> Any:
    del table
    return pd.Series(np.array(node.values, dtype=bool))


def truth(node: ex.Expression, table: pd.DataFrame) -> pd.Series:
    """The expression as one truth value a row; a missing one counts as false.

    For a Python function, its result counts as Python counts it (`if result:`).
    """
    value = evaluate(node, table)
    if not isinstance(value, pd.Series):
        if isinstance(value, np.ndarray) or (isinstance(value, list) and len(value) == len(table)):
            value = pd.Series(value)
        else:
            return pd.Series(np.full(len(table), bool(value)))
    if value.dtype == bool:
        return value
    if isinstance(node, ex.Apply) and not node.function.vectorized:
        return pd.Series([bool(v) for v in value.tolist()], dtype=bool)
    return value.fillna(False).astype(bool)
