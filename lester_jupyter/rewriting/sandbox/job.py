"""One job of the sandbox: runs code once, under limits and guard, and leaves its result as a wire message.

The process that calls `run` belongs to this job alone and ends with it.
"""

from __future__ import annotations

import builtins
import contextlib
import gc
import io
import json
import linecache
import os
import random
import sys
import traceback
import types
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from lester_jupyter.rewriting.sandbox import kernel
from lester_jupyter.rewriting.sandbox.guard import BlockedError, Guard
from lester_jupyter.rewriting.sandbox.wire import NotEncodableError, decode, encode

CELL = "<cell>"
_STDOUT_LIMIT = 200_000
_FILE_LIMIT = 512 * 2**20
_VALUE_LIMIT = 128 * 2**20


def run(directory: Path, *, isolated: bool) -> None:
    """Runs the job described in `directory`/request.json and writes `directory`/result."""
    request = json.loads((directory / "request.json").read_text(encoding="utf-8"))
    result = os.open(directory / "result", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    values = decode(Path(request["values"]).read_bytes()) if request["values"] else {}
    guard = _enter(directory, request, isolated=isolated)
    outcome = _Run(request, guard).execute(values)
    message = encode(outcome)
    while message:
        message = message[os.write(result, message) :]


def warm_up() -> None:
    """Uses what pandas loads and builds on first use, so that the forks find it done."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        frame = pd.DataFrame({"a": ["x", "y"], "b": [1, 2], "c": ["2020-01-01", "2020-01-02"]}, dtype=object)
        frame.merge(frame, on="a").query("b_x > 1").drop_duplicates(["a"]).sort_values("a")
        frame.groupby("a", sort=False)["b"].sum()
        frame["c"].astype(str).str.lower()
        pd.to_datetime(frame["c"])
        pd.read_csv(io.StringIO(frame.to_csv(index=False)))
        decode(encode({"frame": frame, "array": np.zeros(2)}))


def _enter(directory: Path, request: Mapping[str, Any], *, isolated: bool) -> Guard:
    """Gives up rights one after another; what comes after runs like the user's code."""
    work = request["work"]
    mounts = [(work, request["place"])] if request["place"] else []
    mounts += [(copy, place) for copy, place in request["overlays"]]
    if isolated and mounts and kernel.overlay(mounts) and request["place"]:
        work = request["place"]  # the copy shows where the original lies: absolute paths and getcwd() stay true
    os.chdir(work)
    temporary = directory / "tmp"
    temporary.mkdir(exist_ok=True)
    os.environ.update(TMPDIR=str(temporary), MPLCONFIGDIR=str(temporary), HOME=request["home"] or str(temporary))
    strict = request["profile"] == "rewrite"
    guard = Guard(
        work=work,
        scratch=(str(temporary),),
        strict=strict,
        writable=frozenset(os.path.abspath(os.path.join(work, path)) for path in request["writes"]),  # noqa: PTH100, PTH118
        readable=tuple(request["readable"]),
    )
    random.seed(request["seed"])
    np.random.seed(request["seed"])  # noqa: NPY002 - the global state that the code under test may use
    kernel.limit_resources(
        memory_bytes=request["memory"], cpu_seconds=int(request["timeout"]) + 2, file_bytes=_FILE_LIMIT
    )
    sys.path.insert(0, work)  # a notebook imports the modules beside it
    kernel.drop_rights()
    guard.install()
    return guard


class _Run:
    """The code of one job, its namespace, and what is found there afterwards."""

    def __init__(self, request: Mapping[str, Any], guard: Guard) -> None:
        self._request = request
        self._guard = guard
        self._printed = _Capture(_STDOUT_LIMIT)

    def execute(self, values: dict[str, Any]) -> dict[str, Any]:
        """Runs the code and describes what it left."""
        code = self._request["code"]
        module = types.ModuleType("__main__")
        sys.modules["__main__"] = module
        namespace = module.__dict__
        namespace["__builtins__"] = builtins
        if self._request["profile"] == "original":
            namespace["display"] = print
            namespace["get_ipython"] = _NoShell
        sys.stdout = sys.stderr = self._printed
        sys.breakpointhook = _no_breakpoint
        linecache.cache[CELL] = (len(code), None, code.splitlines(keepends=True), CELL)
        error: tuple[str, int | None] | None = None
        before: dict[str, tuple[int, bytes | None]] = {}
        try:
            namespace.update(values)
            exec(compile(self._request["prelude"], "<prelude>", "exec"), namespace)  # noqa: S102 - the point of a sandbox
            before = {name: (id(value), _snapshot(value, name in values)) for name, value in namespace.items()}
            kept = list(namespace.values())  # alive until the end, so that no id is used twice
            exec(compile(code, CELL, "exec"), namespace)  # noqa: S102
            del kept
        except BaseException as raised:  # noqa: BLE001 - SystemExit and KeyboardInterrupt are outcomes too
            error = _describe(raised)
        _flush_files(namespace)
        return self._outcome(namespace, before, error)

    def _outcome(
        self,
        namespace: Mapping[str, Any],
        before: Mapping[str, tuple[int, bytes | None]],
        error: tuple[str, int | None] | None,
    ) -> dict[str, Any]:
        wanted = self._request["outputs"]
        variables: dict[str, str] = {}
        values: dict[str, bytes] = {}
        unencodable: dict[str, str] = {}
        for name, value in list(namespace.items()):
            asked = wanted is not None and name in wanted
            if not asked and (name.startswith("_") or not _changed(name, value, before)):
                continue
            variables[name] = type(value).__name__
            if wanted is not None and not asked:
                continue
            try:
                values[name] = encode(value, limit=_VALUE_LIMIT)
            except NotEncodableError as reason:
                unencodable[name] = reason.message
            except Exception as reason:  # noqa: BLE001 - a value whose own methods fail while it is read
                unencodable[name] = f"Not comparable: {type(reason).__name__} while reading it."
        return {
            "variables": variables,
            "values": values,
            "unencodable": unencodable,
            "reads": self._guard.reads,
            "writes": self._guard.writes,
            "external": self._guard.external,
            "denied": self._guard.denied,
            "stdout": self._printed.text(),
            "error": error[0] if error else None,
            "line": error[1] if error else None,
        }


def _snapshot(value: Any, is_input: bool) -> bytes | None:
    """The bytes of an input, to notice that it was changed in place."""
    if not is_input:
        return None
    try:
        return encode(value, limit=_VALUE_LIMIT)
    except NotEncodableError:
        return None


def _changed(name: str, value: Any, before: Mapping[str, tuple[int, bytes | None]]) -> bool:
    if name not in before:
        return True
    identity, snapshot = before[name]
    return id(value) != identity or (snapshot is not None and _snapshot(value, is_input=True) != snapshot)


def _describe(raised: BaseException) -> tuple[str, int | None]:
    """`Type: message`, and the last line of the cell on the way to the error."""
    line = raised.lineno if isinstance(raised, SyntaxError) and raised.filename == CELL else None
    for frame, number in traceback.walk_tb(raised.__traceback__):
        if frame.f_code.co_filename == CELL:
            line = number
    try:
        text = str(raised)
    except Exception:  # noqa: BLE001 - an exception class of the code under test
        text = "(its text cannot be read)"
    return f"{type(raised).__name__}: {text}"[:2000], line


def _flush_files(namespace: Mapping[str, Any]) -> None:
    """Writes out files that the code left open: at the end of a real process Python would do the same."""
    for value in [*namespace.values(), *(item for item in gc.get_objects() if isinstance(item, io.TextIOWrapper))]:
        if isinstance(value, io.IOBase) and not value.closed:
            with contextlib.suppress(OSError, ValueError):
                value.flush()


def _no_breakpoint(*_args: object, **_options: object) -> None:
    raise BlockedError("Lester's sandbox refused it: breakpoint(), because nobody could answer the debugger.")


class _NoShell:
    """Stands for `get_ipython()`: line magics such as `%matplotlib inline` do nothing here."""

    def run_line_magic(self, *_args: object, **_options: object) -> None:
        """Does nothing."""

    run_cell_magic = run_line_magic
    magic = run_line_magic

    def system(self, command: str) -> None:
        """A `!command` of the notebook: refused like every other program."""
        os.system(command)  # noqa: S605 - meets the guard, which notes and refuses it

    getoutput = system


class _Capture(io.TextIOBase):
    """Keeps the beginning of what is printed and lets the rest go."""

    encoding = "utf-8"

    def __init__(self, limit: int) -> None:
        self._parts: list[str] = []
        self._room = limit

    def writable(self) -> bool:
        """Always."""
        return True

    def write(self, text: str, /) -> int:
        """Keeps what fits."""
        if self._room > 0:
            self._parts.append(text[: self._room])
            self._room -= len(text)
        return len(text)

    def text(self) -> str:
        """What was printed, with a mark where it was cut."""
        return "".join(self._parts) + ("\n… (cut)" if self._room < 0 else "")
