"""The first step: runs the original in the sandbox and finds out what there is to rewrite."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from lester_jupyter.errors import SandboxError
from lester_jupyter.rewriting import stages
from lester_jupyter.rewriting.lifting import detect_outputs
from lester_jupyter.rewriting.schemas import observe_schemas
from lester_jupyter.rewriting.task import Task
from lester_jupyter.rewriting.types import Finding, Observation, Output
from lester_jupyter.rewriting.verification.observation import observe


@dataclass(frozen=True)
class Inspection:
    """What is known of a cell.

    Attributes:
        task: what there is to rewrite; None where the findings say why it cannot be rewritten.
        observation: what happened when the cell ran; empty where it could not run at all.
        findings: what the user should know, errors first.
    """

    task: Task | None
    observation: Observation
    findings: tuple[Finding, ...] = ()

    @property
    def obstacle(self) -> str:
        """Why there is no task, one sentence."""
        return next((finding.message for finding in self.findings if finding.severity == "error"), "")


def inspect_cell(
    code: str,
    *,
    directory: str | Path,
    namespace: Mapping[str, Any],
    stage: str | None = None,
    outputs: Sequence[str | Output] | None = None,
    hint: str = "",
    share_samples: bool = False,
) -> Inspection:
    """Observes a cell; nothing that is wrong with the cell raises.

    Args:
        code: the cell.
        directory: where it runs.
        namespace: the variables it finds.
        stage: its stage where the user names one.
        outputs: what it leaves behind where the user names it; file names are told from variables by their form.
        hint: what the user says about it.
        share_samples: whether the schemas may hold lines of the files.

    Raises:
        UsageError: there is no such stage.
    """
    wanted = stages.named(stage) if stage else None
    problem = _syntax_problem(code)
    if problem is not None:
        return Inspection(None, Observation(), (problem,))
    found = (wanted,) if wanted else stages.recognise(code)
    unsupported = stages.unsupported(found)
    if unsupported is not None:
        return Inspection(None, Observation(), (unsupported,))
    named_outputs = tuple(_as_output(output) for output in outputs) if outputs is not None else None
    try:
        observation = observe(code, directory=directory, namespace=namespace, outputs=_variables(named_outputs))
    except SandboxError as error:
        return Inspection(None, Observation(), (Finding("sandbox", "error", error.message, hint=error.hint),))
    findings = observation.findings
    if observation.stopped is not None:
        hint = "try it on a smaller sample of the inputs."
        stopped = Finding("original-stopped", "error", f"The cell was stopped: {observation.stopped}", hint=hint)
        return Inspection(None, observation, (stopped, *findings))
    refused = [f.kind for f in findings if f.kind in ("external-call", "sandbox")]
    if refused and (observation.error or "").startswith("BlockedError"):
        # The sandbox raised, not the cell: the cell's own call is what the user should know of.
        line = observation.error_line
        lines = None if line is None else (line, line)
        kind = "external-call" if "external-call" in refused else "sandbox"
        blocked = (replace(f, severity="error", lines=f.lines or lines) if f.kind == kind else f for f in findings)
        return Inspection(None, observation, tuple(blocked))
    if observation.error is not None:
        return Inspection(None, observation, (_raised(observation), *findings))
    kept = named_outputs if named_outputs is not None else tuple(detect_outputs(code, observation))
    missing = _missing(kept, observation)
    if missing is not None:
        return Inspection(None, observation, (missing, *findings))
    schemas = observe_schemas(code, observation.reads, directory, share_samples=share_samples)
    task = Task(code, Path(directory), observation, kept, schemas, namespace, found[0], hint)
    return Inspection(task, observation, findings)


def _syntax_problem(code: str) -> Finding | None:
    try:
        tree = ast.parse(code)
    except SyntaxError as error:
        line = error.lineno or 1
        text = code.splitlines()[line - 1].lstrip() if line <= len(code.splitlines()) else ""
        hint = "move the magic to a cell of its own." if text.startswith(("%", "!", "?")) else "correct the cell."
        return Finding("syntax-error", "error", f"The cell is not valid Python: {error.msg}.", (line, line), hint)
    except (ValueError, RecursionError, MemoryError) as error:
        return Finding("syntax-error", "error", f"The cell cannot be read as Python: {error}.")
    if not tree.body:
        return Finding("output-missing", "error", "The cell is empty.", hint="put code below %%lester.")
    return None


def _as_output(output: str | Output) -> Output:
    if isinstance(output, Output):
        return output
    return Output(output, "variable" if output.isidentifier() else "file")


def _variables(outputs: tuple[Output, ...] | None) -> tuple[str, ...] | None:
    return None if outputs is None else tuple(output.name for output in outputs if output.kind == "variable")


def _raised(observation: Observation) -> Finding:
    line = observation.error_line
    error = observation.error or ""
    hint = "a cell can be rewritten once it runs."
    if error.startswith("FileNotFoundError"):
        name = re.search(r"'([^']+)'\s*$", error)
        hint = f"put {name[1] if name else 'the file'} where the cell looks for it, or correct the path."
    if error.startswith("EOFError: EOF when reading a line"):
        hint = "nobody answers input() in the sandbox: put the answer into a variable in a cell above."
    return Finding(
        "original-raised", "error", f"The cell itself raises {error}", None if line is None else (line, line), hint
    )


def _missing(outputs: tuple[Output, ...], observation: Observation) -> Finding | None:
    if not outputs:
        return Finding(
            "output-missing",
            "error",
            "The cell leaves nothing behind that could be compared: no variable and no file.",
            hint="name the output with --output, or assign the result to a variable.",
        )
    made = {"variable": observation.variables, "file": observation.writes}
    absent = [output for output in outputs if output.name not in made[output.kind]]
    if not absent:
        return None
    names = ", ".join(f"{output.kind} {output.name!r}" for output in absent)
    there = ", ".join([*observation.variables, *observation.writes]) or "nothing"
    return Finding("output-missing", "error", f"The cell made no {names}.", hint=f"it made: {there}.")
