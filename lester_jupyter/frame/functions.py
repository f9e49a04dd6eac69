"""Names and texts of the functions that users pass in."""

from __future__ import annotations

import ast
import inspect
import linecache
import textwrap
from collections.abc import Callable
from functools import partial
from tokenize import TokenError
from types import FunctionType
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
    if isinstance(call, FunctionType) and call.__name__ == "<lambda>":
        return _lambda_source(call)
    try:
        return textwrap.dedent(inspect.getsource(call)).strip()
    except (OSError, TypeError, SyntaxError, TokenError):  # built in, typed at a prompt, or cut out of an expression
        return None


def _lambda_source(call: FunctionType) -> str | None:
    """A lambda's own text, cut out of its lines: its instructions know from where to where its body goes."""
    code = call.__code__
    places = [p for p in code.co_positions() if None not in p and p[2:] != (0, 0)]  # (0, 0): entry and return
    if not places:
        return None
    first, start = min((p[0] or 0, p[2] or 0) for p in places)
    last, end = max((p[1] or 0, p[3] or 0) for p in places)
    lines = [linecache.getline(code.co_filename, number) for number in range(first, last + 1)]
    raw = [line.encode() for line in lines]  # columns count bytes
    raw[-1] = raw[-1][:end]
    raw[0] = raw[0][start:]
    body = " ".join(line.decode(errors="replace").strip() for line in raw)
    text = f"lambda {', '.join(inspect.signature(call).parameters)}: {body}"
    try:
        ast.parse(text, mode="eval")
    except SyntaxError:  # the file has changed since, or the signature has more than names
        return None
    return text
