"""Turns what users pass to `filter`, `project` and `assign` into an expression."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from lester_jupyter.errors import PlanError
from lester_jupyter.frame.callers import caller_lookup
from lester_jupyter.frame.column import Column
from lester_jupyter.frame.functions import function_of
from lester_jupyter.plan import Expression
from lester_jupyter.plan import expressions as ex
from lester_jupyter.plan.parsing import parse_expression, parse_predicate
from lester_jupyter.plan.references import Name

if TYPE_CHECKING:
    from lester_jupyter.frame.frame import Frame


TruthValues = pd.Series | npt.NDArray[Any] | list[bool]


def predicate_expression(
    frame: Frame,
    predicate: str | Column | Callable[..., Any] | TruthValues,
    source_columns: Sequence[Name] | None,
    *,
    vectorized: bool,
) -> Expression:
    """The expression for a predicate; see `Frame.filter` for the forms it may have."""
    columns = frame.columns
    if isinstance(predicate, str):
        return parse_predicate(predicate, columns, caller_lookup())
    if isinstance(predicate, Column):
        return column_expression(frame, predicate)
    if isinstance(predicate, pd.Series | np.ndarray | list):
        return _mask(predicate, len(frame))
    function = function_of(predicate, vectorized=vectorized)
    names = list(source_columns) if source_columns is not None else parameters_of(predicate, columns)
    return ex.Apply(function, tuple(ex.Column(n) for n in names))


def _mask(values: TruthValues, n_rows: int) -> ex.Mask:
    mask = pd.Series(values, dtype=bool if len(values) == 0 else None)
    if not pd.api.types.is_bool_dtype(mask.dtype):
        raise PlanError(f"A mask is made of truth values, got {mask.dtype} values.")
    if len(mask) == n_rows and not mask.index.equals(pd.RangeIndex(n_rows)):
        raise PlanError("This mask is numbered in another way than the frame.", hint="pass mask.to_numpy()")
    return ex.Mask(mask.fillna(False).to_numpy(dtype=np.bool_).tobytes())


def column_expression(frame: Frame, column: Column) -> Expression:
    """The expression of a column.

    Raises:
        PlanError: a column of another frame.
    """
    if column.frame is not frame:
        raise PlanError("This condition belongs to another frame.", hint="make it from the frame you filter")
    return column.expression


def value_expression(columns: Sequence[Name], text: str) -> Expression:
    """The expression for a value, written as for `DataFrame.eval`, with the caller's variables."""
    return parse_expression(text, columns, caller_lookup())


def parameters_of(function: Callable[..., Any], columns: Sequence[Name]) -> list[Name]:
    """The columns that a function reads, by the names of its parameters.

    Raises:
        PlanError: parameters that are no names.
    """
    try:
        parameters = inspect.signature(function).parameters.values()
    except (ValueError, TypeError):
        parameters = None
    if parameters is None or any(p.kind in (p.VAR_POSITIONAL, p.POSITIONAL_ONLY, p.VAR_KEYWORD) for p in parameters):
        raise PlanError(
            "The parameters of this function do not name columns.",
            available=[str(c) for c in columns],
            hint='name them: frame.filter(function, ["column"])',
        )
    return [p.name for p in parameters if p.default is p.empty]
