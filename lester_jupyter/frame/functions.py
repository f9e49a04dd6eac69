"""Names and texts of the functions that users pass in."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable
from functools import partial
from tokenize import TokenError
from typing import Any

from lester_jupyter.errors import PlanError
from lester_jupyter.plan import Function


def function_of(call: Callable[..., Any], *, vectorized: bool) -> Function:
    """Describes a function for the plan.

    Raises:
        PlanError: something that cannot be called.
    """
    if not callable(call):
        raise PlanError(f"A function is needed here, got {call!r}.")
    return Function(name=_name(call), source=_source(call), vectorized=vectorized, call=call)


def _name(call: Callable[..., Any]) -> str:
    if isinstance(call, partial):
        return _name(call.func)
    name = getattr(call, "__qualname__", type(call).__name__)
    return "lambda" if name.endswith("<lambda>") else str(name).rsplit("<locals>.", maxsplit=1)[-1]


def _source(call: Callable[..., Any]) -> str | None:
    try:
        return textwrap.dedent(inspect.getsource(call)).strip()
    except (OSError, TypeError, SyntaxError, TokenError):  # built in, typed at a prompt, or cut out of an expression
        return None
