"""Looks at the code that called us: its variables (for `@name`), and its lines (for the plan)."""

from __future__ import annotations

import builtins
import sys
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from types import FrameType
from typing import Any

from lester_jupyter.plan import CodeReference

_PACKAGE = str(Path(__file__).resolve().parent.parent)
_INLINE = ("<listcomp>", "<setcomp>", "<dictcomp>")  # run in the frame around them, as the reader sees it


def calling_frame() -> FrameType | None:
    """The nearest frame of the stack that is not ours."""
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 - the documented way to the caller
    while frame is not None and frame.f_code.co_filename.startswith(_PACKAGE):
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
    """A look-up of the caller's variables, as Python itself would find them there: local, global, built in."""
    frame = calling_frame()
    while frame is not None and frame.f_code.co_name in _INLINE:
        frame = frame.f_back
    if frame is None:
        return lambda name: {}[name]
    scopes = (frame.f_locals, frame.f_globals, vars(builtins))

    def lookup(name: str) -> Any:
        for scope in scopes:
            if name in scope:
                return scope[name]
        raise KeyError(name)

    return lookup
