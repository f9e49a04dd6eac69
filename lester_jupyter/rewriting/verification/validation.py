"""Decides whether a candidate may be called verified: the same as the original, on the real and on changed inputs.

Evidence counts only where it could have failed: a version of the inputs on which the original raises says nothing, and
versions on which the original's output does not change say little. So a verdict needs the wanted number of versions
that the original accepts, and a handful on which its output differs from the real one.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lester_jupyter.errors import PolicyError
from lester_jupyter.rewriting.policy.check import check_policy
from lester_jupyter.rewriting.policy.lineage import check_lineage
from lester_jupyter.rewriting.sandbox.freezing import freeze_namespace
from lester_jupyter.rewriting.sandbox.inputs import InputTree
from lester_jupyter.rewriting.sandbox.sandbox import RunResult, Sandbox
from lester_jupyter.rewriting.sandbox.wire import decode
from lester_jupyter.rewriting.types import Candidate, CheckedInput, Finding, Observation, Severity, Verification
from lester_jupyter.rewriting.verification.comparison import side_note
from lester_jupyter.rewriting.verification.mutation import Change
from lester_jupyter.rewriting.verification.observation import file_text, observe_in, preload_for
from lester_jupyter.rewriting.verification.shrinking import shrink
from lester_jupyter.rewriting.verification.versions import REAL, Versions, judge

HANDFUL = 5
"""Versions on which the original's output must have changed before equality means anything."""

_PLENTY = 4  # times the wanted number of inputs: then a cut series is evidence enough, and the cut a warning
_MIXTURES = 8
_MOST_MIXTURES = 120
_OBSERVATION_SECONDS = 60.0
_GRACE = 2.0  # budgets more, at most, for the essential kinds of change

OnProgress = Callable[[int, CheckedInput], object]
"""Is told the number of versions checked so far, and the last one."""


@dataclass(frozen=True)
class CandidateRun:
    """What a rewrite left when it ran in the sandbox.

    Attributes:
        values: its variables by name (those asked for that could be brought back).
        files: text of the files it wrote.
        unencodable: why a variable asked for is not in `values`.
        error: why it did not go through, or None.
        error_line: line of the rewrite where it raised.
        stdout: what it printed.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    unencodable: Mapping[str, str] = field(default_factory=dict)
    error: str | None = None
    error_line: int | None = None
    stdout: str = ""


def verify(
    original: str,
    candidate: Candidate,
    *,
    directory: str | Path = ".",
    namespace: Mapping[str, Any] | None = None,
    budget_seconds: float = 20.0,
    minimum_inputs: int = 20,
    on_progress: OnProgress | None = None,
    sandbox: Sandbox | None = None,
    seed: int = 0,
) -> Verification:
    """Compares a candidate with its original.

    Args:
        original: the cell.
        candidate: the rewrite and the outputs it promises.
        directory: the working directory with the inputs; nothing in it is changed.
        namespace: the notebook's variables before the cell.
        budget_seconds: time for the changed inputs; the essential kinds of change may take up to three times as long.
        minimum_inputs: changed versions that the original must accept.
        on_progress: is told about every version.
        sandbox: a running sandbox to use.
        seed: of the changed inputs.

    Raises:
        SandboxError: the sandbox itself does not work.
    """
    promised = [output.name for output in candidate.outputs if output.kind == "file"]
    refused = [*check_policy(candidate.code, original=original, writes=promised), *check_lineage(candidate.code)]
    if refused:
        return Verification(verified=False, findings=tuple(refused))
    with ExitStack() as stack:
        if sandbox is None:
            sandbox = stack.enter_context(Sandbox(preload=preload_for(original + "\n" + candidate.code)))
        frozen = freeze_namespace(original, namespace)
        tree = InputTree(Path(directory), sandbox, original)
        observation = observe_in(
            sandbox,
            tree,
            original,
            frozen,
            outputs=[output.name for output in candidate.outputs if output.kind == "variable"],
            files=promised,
            timeout=_OBSERVATION_SECONDS,
        )
        obstacles = [
            *check_policy(candidate.code, original=original, writes=observation.writes),
            *_obstacles(candidate, observation),
        ]
        if obstacles:
            return Verification(verified=False, findings=(*obstacles, *observation.findings))
        tree.keep_only([*observation.reads, *observation.writes])
        carried = freeze_namespace(original + "\n" + candidate.code, namespace)
        versions = Versions(
            sandbox=sandbox,
            tree=tree,
            original=original,
            candidate=candidate,
            frozen=frozen,
            carried=carried,
            observation=observation,
        )
        return _Series(versions, observation, on_progress, budget_seconds, minimum_inputs).judge(seed)


def run_candidate(
    code: str,
    *,
    directory: str | Path = ".",
    namespace: Mapping[str, Any] | None = None,
    original: str = "",
    outputs: Sequence[str] | None = None,
    writes: Sequence[str] = (),
    timeout: float = 60.0,
    sandbox: Sandbox | None = None,
) -> CandidateRun:
    """Runs a rewrite once in the sandbox, on copies of the real inputs.

    Args:
        code: the rewrite.
        directory: the working directory with the inputs.
        namespace: the notebook's variables before the cell.
        original: the code it stands for (for the policy).
        outputs: variables to bring back; None for all that it makes.
        writes: files it may write.
        timeout: seconds.
        sandbox: a running sandbox to use.

    Raises:
        PolicyError: the code may not run.
        SandboxError: the sandbox itself does not work.
    """
    refused = check_policy(code, original=original, writes=writes)
    if refused:
        raise PolicyError(refused[0].message, hint=refused[0].hint)
    with ExitStack() as stack:
        if sandbox is None:
            sandbox = stack.enter_context(Sandbox(preload=preload_for(code)))
        frozen = freeze_namespace(code, namespace)
        tree = InputTree(Path(directory), sandbox, original or code)
        candidate = Candidate(code, ())
        versions = Versions(
            sandbox=sandbox,
            tree=tree,
            original=original,
            candidate=candidate,
            frozen=frozen,
            carried=frozen,
            observation=Observation(writes=tuple(writes)),
        )
        run = versions.run_rewrite(REAL, outputs=outputs, timeout=timeout)
    return CandidateRun(
        values={name: decode(message) for name, message in run.encoded.items()},
        files={name: file_text(data) for name, data in run.files.items()},
        unencodable=run.unencodable,
        error=run.failure,
        error_line=run.error_line,
        stdout=run.stdout,
    )


def _obstacles(candidate: Candidate, observation: Observation) -> list[Finding]:
    """Why nothing can be compared, whatever the rewrite does."""
    found = []
    if observation.stopped is not None:
        found.append(Finding("original-stopped", "error", f"The original was stopped: {observation.stopped}"))
    elif observation.error is not None:
        line = (observation.error_line, observation.error_line) if observation.error_line else None
        found.append(
            Finding(
                "original-raised", "error", f"The original raises {observation.error}", line, "correct the cell first"
            )
        )
    else:
        for output in candidate.outputs:
            if output.kind == "variable" and output.name in observation.unencodable:
                message = f"The output {output.name!r} cannot be checked. {observation.unencodable[output.name]}"
                found.append(Finding("not-comparable", "error", message))
            elif output.name not in (observation.values if output.kind == "variable" else observation.files):
                found.append(
                    Finding("output-missing", "error", f"The original does not make the {output.kind} {output.name!r}.")
                )
        if not candidate.outputs:
            found.append(Finding("output-missing", "error", "The rewrite promises no output that could be compared."))
    return found


class _Series:
    """One verification under way: the evidence so far, and what it amounts to."""

    def __init__(
        self, versions: Versions, observation: Observation, on_progress: OnProgress | None, budget: float, minimum: int
    ) -> None:
        self._versions = versions
        self._observation = observation
        self._on_progress = on_progress
        self._deadline = time.monotonic() + budget
        self._budget = budget
        self._minimum = minimum
        self._checked: list[CheckedInput] = []
        self._findings: list[Finding] = list(observation.findings)
        self._effective = 0
        self._accepted = 0
        self._surplus = 0
        self._mixtures = 0
        self._baseline = RunResult()

    def judge(self, seed: int) -> Verification:
        """Runs the real inputs twice, then changed ones, until a counterexample, enough evidence or the last second."""
        real = self._versions.run_original(REAL)
        self._baseline = real
        for name, chance in (("the real inputs", 0), ("the real inputs, with other seeds", 1)):
            rewritten = self._versions.run_rewrite(REAL, seed=chance)
            checked = judge(name, real, rewritten, self._versions)
            self._note(checked)
            if checked.outcome != "equal":
                return self._conclude(counterexample=checked)
            if chance == 0:
                self._side_notes(real, rewritten)
        exhausted = True
        for change in self._versions.changes(seed):
            exhausted = False
            if time.monotonic() > self._deadline + self._grace(change):
                self._out_of_time(change)
                break
            found = self._try(change)
            if found is not None:
                return self._conclude(counterexample=found)
            if change.mixed and self._enough():
                break
        return self._conclude(nothing_to_change=exhausted)

    def _try(self, change: Change) -> CheckedInput | None:
        """Checks one version and keeps the evidence; gives the counterexample if it is one."""
        checked, original = self._versions.compare(change)
        self._surplus += checked.outcome == "original-raised" and checked.detail.endswith(self._versions.SURPLUS)
        self._mixtures += change.mixed
        self._note(checked)
        if change.sample:
            self._baseline = original
        effective = original.encoded != self._baseline.encoded or original.files != self._baseline.files
        accepted = checked.outcome != "original-raised"
        self._versions.answers.note(change.place, accepted=accepted, effective=accepted and effective)
        if checked.outcome == "equal":
            self._accepted += 1
            self._effective += effective
            return None
        if not accepted:
            found = (self._try(part) for part in change.parts if time.monotonic() < self._deadline)
            return next((counterexample for counterexample in found if counterexample is not None), None)
        return shrink(change, checked, lambda smaller: self._versions.compare(smaller)[0])

    def _note(self, checked: CheckedInput) -> None:
        self._checked.append(checked)
        if self._on_progress is not None:
            self._on_progress(len(self._checked), checked)

    def _grace(self, change: Change) -> float:
        """More time for what a verdict cannot do without: a busy machine must not make a right rewrite unproven."""
        scarce = self._accepted < self._minimum or self._effective < HANDFUL
        return _GRACE * self._budget if change.essential or scarce else 0.0

    def _enough(self) -> bool:
        satisfied = self._accepted >= self._minimum and self._effective >= HANDFUL
        return (satisfied and self._mixtures >= _MIXTURES) or self._mixtures >= _MOST_MIXTURES

    def _side_notes(self, real: RunResult, rewritten: RunResult) -> None:
        for name in real.encoded:
            if real.encoded[name] != rewritten.encoded.get(name) and name in rewritten.encoded:
                note = side_note(real.value(name), rewritten.value(name))
                if note is not None:
                    message = f"The output {name!r} has the same content, but {note}."
                    self._findings.append(
                        Finding("side-note", "info", message, hint="look whether later cells rely on it")
                    )

    def _out_of_time(self, untried: Change) -> None:
        """Says that the series was cut; an error where too little of it was tried to call the rewrite verified."""
        satisfied = self._accepted >= self._minimum and self._effective >= HANDFUL
        essential = untried.essential and self._accepted < _PLENTY * self._minimum
        if satisfied and untried.mixed:
            return
        severity: Severity = "warning" if satisfied and not essential else "error"
        message = (
            f"The time budget of {self._budget:g} seconds ended after {self._accepted} changed inputs; "
            f"{'important' if untried.essential else 'rarer'} kinds of change are untried."
        )
        hint = "allow more time, or try it on smaller inputs"
        self._findings.append(Finding("time-budget", severity, message, hint=hint))

    def _conclude(self, *, counterexample: CheckedInput | None = None, nothing_to_change: bool = False) -> Verification:
        if counterexample is not None:
            if self._checked[-1] is not counterexample:
                self._checked[-1] = counterexample  # the smaller version tells more
            verb = "raises" if counterexample.outcome == "rewrite-raised" else "differs"
            message = f"The rewrite {verb} on {counterexample.name}: {counterexample.detail}"
            self._findings.insert(0, Finding("counterexample", "error", message))
            return Verification(False, tuple(self._checked), tuple(self._findings))
        doubts = [*self._chance(), *self._weakness(nothing_to_change=nothing_to_change)]
        self._findings += doubts
        if self._surplus:
            message = (
                f"On {self._surplus} changed inputs the original raises an error where the rewrite gives a result."
            )
            self._findings.append(Finding("original-raised", "warning", message))
        blocking = any(f.kind in _BLOCKING or f.severity == "error" for f in self._findings)
        return Verification(not blocking, tuple(self._checked), tuple(self._findings))

    def _chance(self) -> list[Finding]:
        if self._observation.deterministic or any(f.kind == "non-deterministic" for f in self._findings):
            return []
        return [
            Finding("non-deterministic", "error", "Two runs of the original differ.", hint="set the seeds in the cell")
        ]

    def _weakness(self, *, nothing_to_change: bool) -> list[Finding]:
        """What is missing from the evidence."""
        if nothing_to_change:
            if self._versions.has_inputs:
                message = "None of the inputs could be changed for a test: they are not text, tables or lists."
                return [Finding("weak-evidence", "error", message)]
            return [
                Finding("evidence", "info", "The cell has no inputs: the same result twice is all there is to see.")
            ]
        if any(f.kind == "time-budget" and f.severity == "error" for f in self._findings):
            return []
        if self._accepted < self._minimum:
            tried = len(self._checked) - 2
            message = (
                f"The original accepts only {self._accepted} of {tried} changed inputs; {self._minimum} are needed."
            )
            return [Finding("weak-evidence", "error", message)]
        if self._effective < HANDFUL:
            message = (
                f"The output of the original changed on only {self._effective} of {self._accepted} changed inputs, "
                f"so equality proves little; {HANDFUL} are needed."
            )
            return [Finding("weak-evidence", "error", message)]
        message = (
            f"Equal on the real inputs and on {self._accepted} changed ones; "
            f"on {self._effective} of them the output changed."
        )
        return [Finding("evidence", "info", message)]


_BLOCKING = frozenset({"external-call", "non-deterministic"})
"""Findings that keep a rewrite from being called verified, whatever their severity."""


def describe_evidence(verification: Verification) -> str:
    """One line for a status display: how many versions were equal, and how many did not count."""
    equal = sum(checked.outcome == "equal" for checked in verification.checked)
    skipped = sum(checked.outcome == "original-raised" for checked in verification.checked)
    state = "verified" if verification.verified else "not verified"
    return f"{state}: equal on {equal} versions of the inputs, {skipped} not accepted by the original"
