"""Evaluates expressions on a table, column by column, with pandas' own meaning."""

from __future__ import annotations

import datetime
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
from lester_jupyter.plan.references import OtherwiseNumbered, Unreadable

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


_TIMES: dict[str, tuple[type, ...]] = {
    "M": (datetime.datetime, np.datetime64),
    "m": (datetime.timedelta, np.timedelta64),
}
_CAST_HINT = "cast the column first: to 'boolean', or to 'str' for a method of texts"
_COMBINED = "and, or, not (&, |, ~) combine"


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
        return pd.Series(np.fromiter(found, np.bool_, len(found)))
    value = evaluate(node, table)
    if isinstance(node, ex.Apply) and isinstance(value, pd.Series):
        return value if value.dtype == bool else value.fillna(False).astype(bool)
    value = _truth_values(node, value, "filter keeps rows by")
    if not isinstance(value, pd.Series):
        return pd.Series(np.full(len(table), value))
    return value if value.dtype == bool else value.fillna(False).astype(bool)


def _logical(node: ex.Expression, table: pd.DataFrame, op: ex.LogicalOp) -> pd.Series:
    """As `truth`, but nullable truth values stay as they are: what is unknown stays unknown when it is negated.

    Raises:
        PlanError: numbers, of which pandas would combine the bits, and all else that is no truth value.
    """
    value = _truth_values(node, evaluate(node, table), _COMBINED)
    if not isinstance(value, pd.Series):
        return pd.Series(np.full(len(table), value))
    if not pd.api.types.is_object_dtype(value.dtype):
        return value
    if op == "or" and value.hasnans:  # in pandas, `missing | True` is false and `True | missing` is true
        raise PlanError(
            f"or (|) is not known of missing truth values of the type object, as in {ex.to_text(node)!r}.",
            hint=_CAST_HINT,
        )
    return value.fillna(False).astype(bool)


def _truth_values(node: ex.Expression, value: Any, what: str) -> Any:
    """The value of the expression, which must be a truth value or a column of them.

    Raises:
        PlanError: something else; pandas would look it up as the number or the name of a row, or combine its bits.
    """
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, pd.Series):
        dtype = value.dtype
        if pd.api.types.is_bool_dtype(dtype) and not isinstance(dtype, pd.CategoricalDtype):
            return value
        if pd.api.types.is_object_dtype(dtype) and pd.api.types.infer_dtype(value, skipna=True) in ("boolean", "empty"):
            return value
    shown, numeric = ex.to_text(node), isinstance(value, pd.Series) and pd.api.types.is_numeric_dtype(value.dtype)
    kind = f"values of the type {value.dtype}" if isinstance(value, pd.Series) else f"the value {value!r:.80}"
    raise PlanError(
        f"{what} truth values, but {shown!r} has {kind}.",
        hint=f"write ({shown}) != 0; for bits, pass a function"
        if numeric
        else "compare it with a value, or use isna()",
    )


def _compute(node: ex.Expression, function: Callable[..., Any], *operands: Any) -> Any:
    try:
        return function(*operands)
    except (TypeError, ValueError, AttributeError, ArithmeticError, NotImplementedError) as error:
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
    if ex.is_list(node):
        raise PlanError(
            f"An expression uses {ex.to_text(node):.80} where one value or a column goes.", hint=ex.MASK_HINT
        )
    return known(node.value)


@evaluate.register(ex.Compare)
@evaluate.register(ex.Arithmetic)
def _(node: ex.Compare | ex.Arithmetic, table: pd.DataFrame) -> Any:
    left, right = node.left, node.right
    if ex.is_list(right) and left.columns():
        a, b = evaluate(left, table), _each_row(right, table)
    elif ex.is_list(left) and right.columns():
        a, b = _each_row(left, table), evaluate(right, table)
    else:
        a, b = evaluate(left, table), evaluate(right, table)
    if node.op in ("==", "!="):
        _require_times(a, b)
        _require_times(b, a)
    return _compute(node, _OPERATORS[node.op], a, b)


def _each_row(node: ex.Constant, table: pd.DataFrame) -> list[Any]:
    """The values of a list beside a column: one a row.

    Raises:
        PlanError: sets, which have no order; tuples, which pandas will take for one value; lists of lists; another
            number of values.
    """
    values = node.value
    if not isinstance(values, list) or isinstance(values, OtherwiseNumbered) or any(map(ex.is_collection, values)):
        raise PlanError(
            f"{ex.to_text(node):.80} does not have one value for each row of the frame, in the frame's order.",
            hint=f"pass series.to_numpy() if its values are in that order. {ex.MASK_HINT}",
        )
    if len(values) != len(table):
        raise PlanError(
            f"{ex.to_text(node):.80} has {len(values)} values for {len(table)} rows.",
            hint=f"beside a column goes one value, or one a row. {ex.MASK_HINT}",
        )
    return values


def _require_times(column: Any, other: Any, *, texts: bool = True) -> None:
    """Refuses to look for something among times that is none: pandas would find nothing, or guess what is meant.

    Args:
        column: the values that may be times.
        other: what they are compared with.
        texts: whether a text may stand for a time.
    """
    if (
        not isinstance(column, pd.Series)
        or column.dtype.kind not in "mM"
        or isinstance(other, pd.Series | list | tuple)
    ):
        return
    times = _TIMES[column.dtype.kind]
    if not isinstance(other, (*times, str) if texts else times) and not pd.isna(other):
        raise PlanError(
            f"Times ({column.dtype}) are not compared with {other!r:.80}.",
            hint="compare with a pandas.Timestamp or pandas.Timedelta in a variable: t == @day",
        )


@evaluate.register
def _(node: ex.Logical, table: pd.DataFrame) -> Any:
    return reduce(_OPERATORS[node.op], (_logical(o, table, node.op) for o in node.operands))


@evaluate.register
def _(node: ex.Not, table: pd.DataFrame) -> Any:
    value = _truth_values(node.operand, evaluate(node.operand, table), _COMBINED)
    if not isinstance(value, pd.Series):
        return not value
    if not pd.api.types.is_object_dtype(value.dtype):
        return ~value
    if len(value):  # some may be missing, and pandas would take the bits of the others
        raise PlanError(
            f"not (~) is not known of truth values of the type object, as in {ex.to_text(node.operand)!r}.",
            hint=_CAST_HINT,
        )
    return value.astype(bool)


@evaluate.register
def _(node: ex.Negate, table: pd.DataFrame) -> Any:
    return _compute(node, operator.neg, evaluate(node.operand, table))


@evaluate.register
def _(node: ex.IsIn, table: pd.DataFrame) -> Any:
    operand, values = evaluate(node.operand, table), [known(v) for v in node.values]
    for value in values:
        _require_times(operand, value, texts=False)
    return _compute(node, operand.isin, values) if isinstance(operand, pd.Series) else operand in values


@evaluate.register
def _(node: ex.Method, table: pd.DataFrame) -> Any:
    operand = evaluate(node.operand, table)
    if any(isinstance(a, list) for a in node.arguments):
        raise PlanError(f"{ex.to_text(node):.80} has a list where one value goes.", hint=ex.MASK_HINT)
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
