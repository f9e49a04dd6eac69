"""Looks at the code that called us: its variables (for `@name`), and its lines (for the plan)."""

from __future__ import annotations

import builtins
import sys
from collections import ChainMap
from collections.abc import Callable, Mapping, MutableMapping
from itertools import islice
from types import FrameType
from typing import Any, cast

import numpy as np
import pandas as pd

from lester_jupyter.plan import CodeReference
from lester_jupyter.plan.references import OneEachRow, OtherwiseNumbered

_OWN = tuple(f"{__name__.partition('.')[0]}.{layer}." for layer in ("frame", "pipeline"))
_INLINE = ("<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>")  # a scope of their own, but not to the reader


def calling_frame() -> FrameType | None:
    """The nearest frame of the stack that is neither of this package nor of what calls it in a user's name."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and f"{frame.f_globals.get('__name__')}.".startswith(_OWN):
        frame = frame.f_back
    return frame


def code_reference() -> CodeReference | None:
    """The lines of the call that is running."""
    frame = calling_frame()
    if frame is None:
        return None
    positions = next(islice(frame.f_code.co_positions(), frame.f_lasti // 2, None), (None, None, None, None))
    first = positions[0] or frame.f_lineno
    return CodeReference(frame.f_code.co_filename, first, max(first, positions[1] or first))


def caller_lookup() -> Callable[[str], Any]:
    """A look-up of the caller's variables, as Python itself would find them there: local, global, built in.

    A comprehension also sees the variables of the code it stands in, but nobody sees those of the caller's caller.
    """
    frame = calling_frame()
    scopes: list[Mapping[str, Any]] = []
    while frame is not None:
        scopes.append(frame.f_locals)
        around = _around(frame) if frame.f_code.co_name in _INLINE else None
        if around is None:
            scopes += [frame.f_globals, vars(builtins)]
        frame = around
    variables = ChainMap(*(cast("MutableMapping[str, Any]", scope) for scope in scopes))
    return lambda name: plain_value(variables[name])


def _around(comprehension: FrameType) -> FrameType | None:
    """The code that a comprehension stands in; not always what runs it, since generators are handed on."""
    frame = comprehension.f_back
    while frame is not None and not any(c is comprehension.f_code for c in frame.f_code.co_consts):
        frame = frame.f_back
    return frame


def plain_value(value: Any) -> Any:
    """Numpy's and pandas' numbers and collections as Python's own, which every engine and a plan's JSON can hold."""
    if isinstance(value, np.datetime64 | np.timedelta64):  # not as item(), which gives nanoseconds as a number
        return pd.Series([value]).iloc[0]
    if isinstance(value, np.number | np.bool_):
        return value.item()
    if isinstance(value, pd.Series) and not value.index.equals(pd.RangeIndex(len(value))):
        return OtherwiseNumbered(value.tolist())
    if isinstance(value, np.ndarray) and value.ndim == 0:
        return plain_value(value[()])
    if isinstance(value, np.ndarray) and value.dtype.kind in "mM" and value.ndim == 1:
        return OneEachRow(pd.Series(value).tolist())
    if isinstance(value, np.ndarray | pd.Series | pd.Index | pd.api.extensions.ExtensionArray):
        return OneEachRow(value.tolist())
    if type(value) in (list, tuple, set, frozenset):
        return type(value)(map(plain_value, value))
    return value
