"""Runs the user's cell as if `%%lester` were not there: its output, its variables, its display, its error."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Failure:
    """An error of the cell, as the shell would have shown it.

    Attributes:
        error: the exception.
        rendered: its traceback, line by line; empty where the shell showed it itself.
    """

    error: BaseException
    rendered: list[str]


def run_original(shell: Any, cell: str) -> Failure | None:
    """Runs the cell in the shell; an error is kept back instead of being shown.

    Args:
        shell: the IPython shell.
        cell: the code below the magic's line.

    Returns:
        What went wrong, or None.
    """
    with _kept_back(shell) as shown, _awaiting(shell):
        result = shell.run_cell(cell, store_history=False)
    error = result.error_before_exec or result.error_in_exec
    if error is None:
        return None
    return Failure(error, shown[-1] if shown else [])


@contextmanager
def _kept_back(shell: Any) -> Iterator[list[list[str]]]:
    """Collects tracebacks instead of showing them; `_showtraceback` is the last step in every kind of shell."""
    shown: list[list[str]] = []
    shell._showtraceback = lambda _type, _value, rendered: shown.append(list(rendered))
    try:
        yield shown
    finally:
        del shell._showtraceback


@contextmanager
def _awaiting(shell: Any) -> Iterator[None]:
    """Lets the cell await: a kernel's own event loop is busy running the magic, so the cell gets another one."""
    usual = shell.loop_runner
    shell.loop_runner = _run_in_another_loop
    try:
        yield
    finally:
        shell.loop_runner = usual


def _run_in_another_loop(coroutine: Coroutine[Any, Any, Any]) -> Any:
    outer = asyncio.events._get_running_loop()
    asyncio.events._set_running_loop(None)
    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(coroutine)
    finally:
        loop.close()
        asyncio.events._set_running_loop(outer)


def fail_like(shell: Any, failure: Failure, remark: str) -> None:
    """Raises the cell's error, shown exactly once and as it was, with one line of ours below.

    The shell asks for the traceback of what is raised here; it gets the one of the cell itself instead, without the
    frames of this package.
    """
    original_show = shell._showtraceback

    def show(kind: type[BaseException], value: BaseException, rendered: list[str]) -> None:
        del shell._showtraceback
        ours = value is failure.error and bool(failure.rendered)
        original_show(kind, value, [*failure.rendered, "", remark] if ours else rendered)

    shell._showtraceback = show
    raise failure.error
