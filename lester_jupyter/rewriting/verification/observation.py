"""Runs the original on copies of its inputs and notes what it does: files, variables, calls, errors, chance."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

from lester_jupyter.rewriting.sandbox.freezing import Frozen, freeze_namespace
from lester_jupyter.rewriting.sandbox.inputs import InputTree
from lester_jupyter.rewriting.sandbox.sandbox import Job, RunResult, Sandbox
from lester_jupyter.rewriting.sandbox.wire import decode, encode
from lester_jupyter.rewriting.types import Finding, Observation
from lester_jupyter.rewriting.verification.comparison import compare, compare_text

_NOT_DATA = frozenset({"module", "function", "type", "builtin_function_or_method", "ABCMeta"})
_PRELOADED = ("sklearn", "scipy", "statsmodels", "matplotlib")


def observe(
    code: str,
    *,
    directory: str | Path = ".",
    namespace: Mapping[str, Any] | None = None,
    outputs: Sequence[str] | None = None,
    timeout: float = 60.0,
    sandbox: Sandbox | None = None,
) -> Observation:
    """Runs the original twice, with different hash and random seeds.

    Args:
        code: the cell.
        directory: its working directory; it is copied, never changed.
        namespace: the notebook's variables before the cell.
        outputs: variables whose values are wanted; None for every new or changed one.
        timeout: seconds for each run.
        sandbox: a running sandbox to use; without it one is started and ended here.

    Raises:
        SandboxError: the sandbox itself does not work. An error of the code is part of the observation.
    """
    with ExitStack() as stack:
        if sandbox is None:
            sandbox = stack.enter_context(Sandbox(preload=preload_for(code)))
        frozen = freeze_namespace(code, namespace)
        tree = InputTree(Path(directory), sandbox, code)
        return observe_in(sandbox, tree, code, frozen, outputs=outputs, timeout=timeout)


def observe_in(
    sandbox: Sandbox,
    tree: InputTree,
    code: str,
    frozen: Frozen,
    *,
    outputs: Sequence[str] | None = None,
    files: Sequence[str] | None = None,
    timeout: float = 60.0,
) -> Observation:
    """`observe` with everything prepared, for callers that go on with the same sandbox and copies.

    Args:
        sandbox: where to run.
        tree: copies of the inputs.
        code: the cell.
        frozen: what it needs from before.
        outputs: variables whose values are wanted; None for every new or changed one.
        files: written files that matter; None for all.
        timeout: seconds for each run.
    """
    values = write_values(sandbox, frozen.values)
    wanted = tuple(outputs) if outputs is not None else None
    runs = []
    for seed in (0, 1):
        with tree.laid(link=False) as work:
            job = Job(
                code,
                work,
                prelude=frozen.source,
                values=values,
                outputs=wanted,
                place=tree.directory,
                seed=seed,
                hash_seed=seed,
                timeout=timeout,
            )
            runs.append(sandbox.run(job))
        if runs[0].stopped:
            break
    first = _describe(runs[0])
    findings = [*frozen.findings, *_external_findings(first)]
    if len(runs) == 2:
        chance, unordered = _differences(runs[0], runs[1], files)
        findings += [*chance, *_refusals(runs[0])]
        first = replace(
            first, deterministic=not any(f.kind == "non-deterministic" for f in chance), unordered=unordered
        )
    return replace(first, findings=tuple(findings))


def write_values(sandbox: Sandbox, values: Mapping[str, Any]) -> Path | None:
    """Leaves input variables where jobs can read them."""
    if not values:
        return None
    path = sandbox.directory() / "values"
    path.write_bytes(encode(dict(values)))
    return path


def preload_for(code: str) -> tuple[str, ...]:
    """Installed libraries that the code imports and that are slow to import: the sandbox imports them ahead."""
    try:
        tree = ast.parse(code)
    except SyntaxError:
        return ()
    names: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names.append(node.module)
    return tuple(dict.fromkeys(name for name in names if name.partition(".")[0] in _PRELOADED))


def file_text(data: bytes) -> str:
    """The text of an output file; bytes that are no UTF-8 stay distinguishable."""
    return data.decode("utf-8", errors="surrogateescape")


def _describe(run: RunResult) -> Observation:
    data = {name: kind for name, kind in run.variables.items() if kind not in _NOT_DATA}
    return Observation(
        reads=run.reads,
        writes=run.writes,
        variables=run.variables,
        values={name: decode(message) for name, message in run.encoded.items()},
        files={name: file_text(content) for name, content in run.files.items()},
        external=run.external,
        stdout=run.stdout,
        error=run.error,
        error_line=run.error_line,
        unencodable={name: why for name, why in run.unencodable.items() if name in data},
        stopped=run.stopped,
        seconds=run.seconds,
    )


def _external_findings(observation: Observation) -> list[Finding]:
    hint = "Its result cannot be checked here; keep the call out of the cell, or read its result from a file."
    line = observation.error_line if observation.error and observation.error.startswith("BlockedError") else None
    lines = (line, line) if line is not None else None
    return [
        Finding(
            "external-call", "warning", f"The original tried this, and it was not carried out: {call}.", lines, hint
        )
        for call in observation.external
    ]


def _refusals(run: RunResult) -> list[Finding]:
    hint = "Its effect outside of the working directory cannot be checked here."
    return [
        Finding("sandbox", "warning", f"The original tried this, and it was not carried out: {what}.", hint=hint)
        for what in run.denied
    ]


def _differences(
    first: RunResult, second: RunResult, files: Sequence[str] | None
) -> tuple[list[Finding], tuple[str, ...]]:
    """What changes between two runs with other seeds: a finding each, and the outputs that only change their order."""
    if first.failure != second.failure:
        sentence = (
            f"The original ended once with {first.failure or 'no error'}, and once with {second.failure or 'no error'}."
        )
        return [Finding("non-deterministic", "error", sentence, hint="set the seeds in the cell")], ()
    findings: list[Finding] = []
    unordered: list[str] = []
    for name in sorted(first.encoded.keys() | second.encoded.keys()):
        if first.encoded.get(name) == second.encoded.get(name):
            continue
        both = name in first.encoded and name in second.encoded
        difference = compare(first.value(name), second.value(name)) if both else None
        if both and difference is None:
            continue
        if both and compare(first.value(name), second.value(name), ordered=False) is None:
            unordered.append(name)
        else:
            findings.append(
                _chance(f"the variable {name!r}", difference.detail if difference else "it is not always there")
            )
    written = first.files.keys() | second.files.keys()
    for name in sorted(written if files is None else written & set(files)):
        texts = [file_text(run.files.get(name, b"")) for run in (first, second)]
        text_difference = compare_text(*texts)
        if text_difference is not None and compare_text(*texts, ordered=False) is None:
            unordered.append(name)
        elif text_difference is not None:
            findings.append(_chance(f"the file {name!r}", text_difference.detail))
    findings += [
        Finding(
            "order-undefined", "info", f"The order of {name!r} changes from run to run; only its content is compared."
        )
        for name in unordered
    ]
    return findings, tuple(unordered)


def _chance(what: str, detail: str) -> Finding:
    told = detail
    for words, others in (("The original", "One run"), ("the original", "one run"), ("the rewrite", "the other")):
        told = told.replace(words, others)
    message = f"Two runs of the original differ in {what}: {told}"
    return Finding(
        "non-deterministic", "error", message, hint="set the seeds in the cell, and sort what comes from a set"
    )
