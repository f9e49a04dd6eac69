"""Turns what users pass to `filter` into an expression."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

from lester_jupyter.errors import PlanError, UnknownColumnError
from lester_jupyter.frame.callers import caller_lookup
from lester_jupyter.frame.column import Column
from lester_jupyter.frame.functions import function_of
from lester_jupyter.plan import Expression
from lester_jupyter.plan import expressions as ex
from lester_jupyter.plan.parsing import parse_predicate
from lester_jupyter.plan.references import Name


def predicate_expression(
    predicate: str | Column | Callable[..., Any],
    source_columns: Sequence[Name] | None,
    columns: Sequence[Name],
    *,
    vectorized: bool,
) -> Expression:
    """The expression for a predicate; see `Frame.filter` for the forms it may have."""
    if isinstance(predicate, str):
        return parse_predicate(predicate, columns, caller_lookup())
    if isinstance(predicate, Column):
        return predicate.expression
    function = function_of(predicate, vectorized=vectorized)
    names = list(source_columns) if source_columns is not None else _parameters(predicate, columns)
    missing = [n for n in names if n not in columns]
    if missing:
        raise UnknownColumnError.of([str(m) for m in missing], [str(c) for c in columns])
    return ex.Apply(function, tuple(ex.Column(n) for n in names))


def _parameters(function: Callable[..., Any], columns: Sequence[Name]) -> list[Name]:
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
