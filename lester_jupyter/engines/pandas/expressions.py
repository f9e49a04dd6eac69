"""Evaluates expressions on a table, column by column, with pandas' own meaning."""

from __future__ import annotations

import operator
from collections.abc import Callable
from functools import reduce, singledispatch
from typing import Any

import numpy as np
import pandas as pd

from lester_jupyter.engines.pandas.functions import call_columns, call_rows
from lester_jupyter.engines.pandas.values import to_series
from lester_jupyter.errors import PlanError
from lester_jupyter.plan import expressions as ex
from lester_jupyter.plan.references import Unreadable

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
    """The expression's value for every row: a Series, or one Python value that holds for all rows.

    Raises:
        PlanError: values of kinds that do not go together, such as text and numbers.
    """
    raise TypeError(f"pandas cannot evaluate {type(node).__name__} on {len(table)} rows")


def truth(node: ex.Expression, table: pd.DataFrame) -> pd.Series:
    """The expression as one truth value a row; a missing one counts as false.

    For a Python function, its result counts as Python counts it (`if result:`).
    """
    if isinstance(node, ex.Apply) and not node.function.vectorized:
        found = call_rows(node.function, [table[a.name] for a in node.arguments], len(table))
        return pd.Series(np.fromiter(map(bool, found), np.bool_, len(found)))
    value = evaluate(node, table)
    if not isinstance(value, pd.Series):
        return pd.Series(np.full(len(table), bool(value)))
    return value if value.dtype == bool else value.fillna(False).astype(bool)


def _logical(node: ex.Expression, table: pd.DataFrame) -> pd.Series:
    """As `truth`, but nullable truth values stay as they are: what is unknown stays unknown when it is negated.

    Raises:
        PlanError: numbers, of which pandas would combine the bits.
    """
    value = evaluate(node, table)
    if isinstance(value, pd.Series) and pd.api.types.is_bool_dtype(value.dtype):
        return value
    if isinstance(value, pd.Series) and pd.api.types.is_numeric_dtype(value.dtype):
        shown = ex.to_text(node)
        raise PlanError(
            f"and, or, not (&, |, ~) combine truth values, but {shown!r} has values of the type {value.dtype}.",
            hint=f"write ({shown}) != 0; for bits, pass a function",
        )
    return truth(node, table)


def _compute(node: ex.Expression, function: Callable[..., Any], *operands: Any) -> Any:
    try:
        return function(*operands)
    except (TypeError, ValueError, AttributeError) as error:
        raise PlanError(f"The expression {ex.to_text(node)!r} cannot be computed: {error}.") from error


def known(value: Any) -> Any:
    """The value, unless it was lost when its plan was written to a file."""
    if isinstance(value, Unreadable):
        raise PlanError(
            f"The value {value!r} is not part of a plan that was read from a file.",
            hint="run the code that made the plan",
        )
    return value


@evaluate.register
def _(node: ex.Column, table: pd.DataFrame) -> Any:
    return table[node.name]


@evaluate.register
def _(node: ex.Constant, table: pd.DataFrame) -> Any:
    del table
    return known(node.value)


@evaluate.register(ex.Compare)
@evaluate.register(ex.Arithmetic)
def _(node: ex.Compare | ex.Arithmetic, table: pd.DataFrame) -> Any:
    return _compute(node, _OPERATORS[node.op], evaluate(node.left, table), evaluate(node.right, table))


@evaluate.register
def _(node: ex.Logical, table: pd.DataFrame) -> Any:
    return reduce(_OPERATORS[node.op], (_logical(o, table) for o in node.operands))


@evaluate.register
def _(node: ex.Not, table: pd.DataFrame) -> Any:
    return ~_logical(node.operand, table)


@evaluate.register
def _(node: ex.Negate, table: pd.DataFrame) -> Any:
    return _compute(node, operator.neg, evaluate(node.operand, table))


@evaluate.register
def _(node: ex.IsIn, table: pd.DataFrame) -> Any:
    operand, values = evaluate(node.operand, table), [known(v) for v in node.values]
    return _compute(node, operand.isin, values) if isinstance(operand, pd.Series) else operand in values


@evaluate.register
def _(node: ex.Method, table: pd.DataFrame) -> Any:
    operand = evaluate(node.operand, table)
    return _compute(node, lambda: operator.attrgetter(node.name)(operand)(*map(known, node.arguments)))


@evaluate.register
def _(node: ex.Apply, table: pd.DataFrame) -> Any:
    columns = [table[a.name] for a in node.arguments]
    if node.function.vectorized:
        [values] = call_columns(node.function, columns, len(table), 1)
        return values
    return to_series(call_rows(node.function, columns, len(table)))


@evaluate.register
def _(node: ex.Mask, table: pd.DataFrame) -> Any:
    if len(node.values) != len(table):
        raise PlanError(
            f"The mask has {len(node.values)} truth values for {len(table)} rows.",
            hint="masks made elsewhere do not follow changed inputs; write the predicate as an expression",
        )
    return pd.Series(np.frombuffer(node.values, dtype=np.bool_))
