"""Executes a rewrite in this process, and keeps what it made: outputs, frames, and the plan behind them."""

from __future__ import annotations

import contextlib
import hashlib
import linecache
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lester_jupyter.errors import RewriteError
from lester_jupyter.frame import Capture, ExecutablePlan, Frame, record
from lester_jupyter.frame.sinks import capture_files
from lester_jupyter.rewriting.types import Candidate, Output


@dataclass(frozen=True)
class StageRun:
    """What executing a rewrite gave.

    Attributes:
        outputs: by name, the same values the original leaves behind; for a file, its text.
        frames: the frames in variables of the code, by name, in the order in which they were first assigned.
        frame: the frame behind the first output, else the last one that was made, or None without any.
        capture: the plan with the table of every step.
        label: of later stages: the frame's label column.
        encoder: of later stages: the fitted encoder.
        X: of later stages: the feature matrix.
        y: of later stages: the label vector.
        model: of later stages: the fitted model.
        pipeline: of later stages: all of them together.
    """

    outputs: Mapping[str, Any]
    frames: Mapping[str, Frame]
    frame: Frame | None
    capture: Capture = field(repr=False)
    label: Any = None
    encoder: Any = None
    X: Any = None
    y: Any = None
    model: Any = None
    pipeline: Any = None

    @property
    def plan(self) -> ExecutablePlan:
        """The plan of all results."""
        return self.capture.plan


def execute(
    candidate: Candidate,
    *,
    directory: str | Path = ".",
    namespace: Mapping[str, Any] | None = None,
    write_files: bool = False,
) -> StageRun:
    """Executes a candidate.

    Args:
        candidate: code that the caller has reason to trust: it runs here and not in the sandbox.
        directory: the working directory meanwhile.
        namespace: the variables it finds; the mapping itself is not changed.
        write_files: whether files are written to the disk; otherwise their text is only kept.

    Raises:
        RewriteError: an output is missing afterwards. What the code itself raises comes through.
    """
    filename = _register(candidate.code)
    scope: dict[str, Any] = {**(namespace or {}), "__name__": "__main__"}
    before = {name: id(value) for name, value in scope.items()}
    with contextlib.chdir(directory), capture_files() as files, record() as made:
        exec(compile(candidate.code, filename, "exec"), scope)  # noqa: S102 - the purpose of this module
    frames = {n: v for n, v in scope.items() if isinstance(v, Frame) and before.get(n) != id(v)}
    outputs = {output.name: _value(output, scope, files) for output in candidate.outputs}
    behind = [frames[name] for name in candidate.frames.values() if name in frames]
    complete = len(behind) == len(candidate.outputs)
    if write_files:
        for path, text in files.items():
            (Path(directory) / path).write_text(text, encoding="utf-8", newline="")
    return StageRun(
        outputs=outputs,
        frames=frames,
        frame=behind[0] if behind else made[-1] if made else None,
        capture=Capture(made, candidate.line_map, behind if complete else None),
    )


def _value(output: Output, scope: Mapping[str, Any], files: Mapping[str, str]) -> Any:
    found = scope if output.kind == "variable" else {os.path.normpath(path): text for path, text in files.items()}
    key = output.name if output.kind == "variable" else os.path.normpath(output.name)
    if key not in found:
        raise RewriteError(f"The rewrite was executed, but made no {output.kind} {output.name!r}.", available=found)
    return found[key]


def _register(code: str) -> str:
    """A file name for the code, known to tracebacks and debuggers, which then show its lines."""
    filename = f"<lester rewrite {hashlib.sha256(code.encode()).hexdigest()[:8]}>"
    linecache.cache[filename] = (len(code), None, code.splitlines(keepends=True), filename)
    return filename
