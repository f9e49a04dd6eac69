"""`rewrite(code)`: from a messy cell to a verified declarative one; what `%%lester` calls."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from lester_jupyter.errors import RewriteError, UsageError
from lester_jupyter.rewriting.cache import RewriteCache
from lester_jupyter.rewriting.evidence import sandbox_judge
from lester_jupyter.rewriting.inspecting import Inspection, inspect_cell
from lester_jupyter.rewriting.leftovers import left_behind
from lester_jupyter.rewriting.lifting import lift
from lester_jupyter.rewriting.llm import prompts
from lester_jupyter.rewriting.llm.repair import Outcome
from lester_jupyter.rewriting.llm.reply import to_candidate
from lester_jupyter.rewriting.progress import OnProgress, silent
from lester_jupyter.rewriting.providers.openai import OpenAIProvider, is_configured
from lester_jupyter.rewriting.providers.provider import Provider
from lester_jupyter.rewriting.rewriter import STRATEGIES, Tools
from lester_jupyter.rewriting.running import StageRun, execute
from lester_jupyter.rewriting.settings import Settings
from lester_jupyter.rewriting.types import Attempt, Candidate, Finding, Observation, Output, Verification


@dataclass(frozen=True, repr=False)
class Rewrite:
    """A rewritten cell, or the reasons why there is none.

    Attributes:
        original: the messy code.
        candidate: the best rewrite that was found, or None.
        verification: on what evidence it may be called verified.
        observation: what happened when the original ran in the sandbox.
        findings: what the user should know, errors first.
        attempts: every try, with what was asked and why it was not enough.
        rewriter: who made it: "rules", "llm", "cache", or empty.
        stage: which stage of a pipeline it is.
    """

    original: str
    candidate: Candidate | None
    verification: Verification
    observation: Observation
    findings: tuple[Finding, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    rewriter: str = ""
    stage: str = ""
    _inspection: Inspection = field(default=Inspection(None, Observation()), compare=False)
    _maker: str = field(default="", compare=False)
    _cache: RewriteCache | None = field(default=None, compare=False)

    @property
    def verified(self) -> bool:
        """Whether it equals the original on the real inputs and on changed ones."""
        return self.candidate is not None and self.verification.verified

    @property
    def code(self) -> str:
        """The declarative code; empty where there is none."""
        return self.candidate.code if self.candidate is not None else ""

    @property
    def outputs(self) -> tuple[Output, ...]:
        """What the original leaves behind, and the rewrite re-creates."""
        if self.candidate is not None:
            return self.candidate.outputs
        return self._inspection.task.outputs if self._inspection.task is not None else ()

    @property
    def tokens(self) -> int:
        """What all attempts cost, in tokens; 0 where the service does not count them."""
        return sum(attempt.tokens for attempt in self.attempts)

    def diff(self) -> str:
        """The change as a unified diff; empty where there is no rewrite."""
        if self.candidate is None:
            return ""
        lines = difflib.unified_diff(
            self.original.splitlines(), self.code.splitlines(), "original", "rewrite", lineterm=""
        )
        return "\n".join(lines) + "\n"

    def run(
        self,
        directory: str | Path = ".",
        namespace: Mapping[str, Any] | None = None,
        *,
        force: bool = False,
        write_files: bool = False,
        on_progress: OnProgress = silent,
    ) -> StageRun:
        """Executes the rewrite in this process.

        Args:
            directory: the working directory meanwhile.
            namespace: the variables it finds; the mapping itself is not changed.
            force: executes it although it is not verified, which is the caller's decision and risk.
            write_files: whether files are written to the disk; otherwise their text is only given in the outputs.
            on_progress: is told about the step `run`.

        Raises:
            RewriteError: there is no rewrite, or it is not verified. What the code itself raises comes through.
        """
        if self.candidate is None:
            reason = next((f.message for f in self.findings if f.severity == "error"), "")
            raise RewriteError(f"There is no rewrite to run. {reason}".rstrip())
        if not self.verified and not force:
            raise RewriteError(
                "The rewrite is not verified, so it is not run.",
                hint="look at .verification.counterexample, or pass force=True to run it all the same.",
            )
        on_progress("run", "running", "running the rewrite")
        try:
            result = execute(self.candidate, directory=directory, namespace=namespace, write_files=write_files)
        except Exception as error:
            on_progress("run", "failed", f"the rewrite raised {type(error).__name__}")
            raise
        on_progress("run", "done", _count(len(result.plan.operators), "operator"))
        return result

    def accept(self, code: str | None = None) -> tuple[Finding, ...]:
        """Stores the rewrite as accepted, so that this cell needs no rewriter any more.

        Args:
            code: the rewrite as the user edited it; it counts as not verified until it is checked the next time.

        Returns:
            A finding where it could not be stored.

        Raises:
            RewriteError: there is no rewrite, or the edited code is not valid Python.
        """
        task = self._inspection.task
        if self.candidate is None or task is None or self._cache is None:
            raise RewriteError("There is no rewrite to accept.")
        if code is None or code == self.code:
            problem = self._cache.store(task, self.candidate, self._maker, verified=self.verified, accepted=True)
        else:
            problem = self._cache.store(task, self._edited(code), "user", verified=False, accepted=True)
        return (problem,) if problem is not None else ()

    def reject(self) -> tuple[Finding, ...]:
        """Drops the rewrite: if it, or another of this cell, was accepted, it no longer is.

        Returns:
            A finding where this could not be stored.
        """
        task = self._inspection.task
        problem = self._cache.forget(task) if task is not None and self._cache is not None else None
        return (problem,) if problem is not None else ()

    def _edited(self, code: str) -> Candidate:
        try:
            return to_candidate(code, self.outputs, len(self.original.splitlines()))
        except SyntaxError as error:
            raise RewriteError(
                f"The edited code is not valid Python: {error.msg} in line {error.lineno}.", hint="correct it first."
            ) from None

    def __repr__(self) -> str:
        if self.candidate is None:
            return f"Rewrite(none: {next((f.kind for f in self.findings if f.severity == 'error'), 'not found')})"
        names = ", ".join(output.name for output in self.outputs)
        state = "verified" if self.verified else "not verified"
        inputs = _count(self.verification.changed_equal, "changed input")
        lines = _count(len(self.code.splitlines()), "line")
        return f"Rewrite({state}, equal on {inputs}, {lines}, outputs: {names})"


def rewrite(  # noqa: PLR0917 - the agreed surface
    code: str,
    directory: str | Path = ".",
    stage: str | None = None,
    rewriter: str | None = None,
    namespace: Mapping[str, Any] | None = None,
    hint: str | None = None,
    outputs: Sequence[str | Output] | None = None,
    provider: Provider | None = None,
    settings: Settings | None = None,
    on_progress: OnProgress | None = None,
) -> Rewrite:
    """Rewrites a messy cell into declarative code, and verifies it against the original.

    The original is executed in a sandbox only. Nothing that is wrong with the cell, with a candidate or with the
    model's service raises: it is in the findings.

    Args:
        code: the cell.
        directory: where it runs.
        stage: its stage in a pipeline; recognised where it is not named.
        rewriter: "auto", "rules" or "llm"; by default what the settings say.
        namespace: the variables the cell finds.
        hint: what the user tells the model about the cell; it makes a fresh attempt.
        outputs: names of the variables or files to re-create; found by observation where they are not named.
        provider: the language model to ask; by default the OpenAI-compatible service of the settings.
        settings: all decisions; by default collected as `Settings.load` says.
        on_progress: is told about each step.

    Raises:
        UsageError: an unknown stage, rewriter or setting, or a directory that does not exist.
    """
    if not Path(directory).is_dir():
        raise UsageError(
            f"There is no directory {str(directory)!r}.", hint="pass the directory in which the cell runs."
        )
    chosen = settings if settings is not None else Settings.load(directory)
    if rewriter is not None:
        chosen = replace(chosen, rewriter=rewriter)
    tell = on_progress or silent
    tell("inspect", "running", "running the cell in the sandbox")
    inspection = inspect_cell(
        code,
        directory=directory,
        namespace=namespace or {},
        stage=stage,
        outputs=outputs,
        hint=hint or "",
        share_samples=chosen.share_samples,
    )
    if inspection.task is None:
        tell("inspect", "failed", inspection.obstacle)
        return Rewrite(code, None, Verification(verified=False), inspection.observation, inspection.findings)
    task = inspection.task
    tell("inspect", "done", f"{_count(len(task.schemas), 'input')}, {_count(len(task.outputs), 'output')}")
    asked = provider if provider is not None else _provider(chosen, tell)
    tools = Tools(
        settings=chosen,
        judge=sandbox_judge(chosen, tell),
        recheck=sandbox_judge(chosen, tell, quick=True),
        lift=lift,
        cache=RewriteCache(Path(directory) / chosen.store / "rewrites"),
        on_progress=tell,
        provider=asked if provider is not None or is_configured(chosen.base_url) else None,
    )
    outcome = STRATEGIES[chosen.rewriter](tools, asked).rewrite(task)
    _tell_end(tell, outcome)
    best = outcome.best
    return Rewrite(
        original=code,
        candidate=best.candidate if best is not None else None,
        verification=best.verification if best is not None else Verification(verified=False),
        observation=inspection.observation,
        findings=_findings(inspection, outcome),
        attempts=outcome.attempts,
        rewriter=outcome.rewriter,
        stage=task.stage,
        _inspection=inspection,
        _maker=outcome.maker,
        _cache=tools.cache,
    )


def dry_run(
    code: str,
    directory: str | Path = ".",
    *,
    stage: str | None = None,
    namespace: Mapping[str, Any] | None = None,
    hint: str | None = None,
    outputs: Sequence[str | Output] | None = None,
    settings: Settings | None = None,
) -> str:
    """Exactly what would be sent to a language model for this cell; nothing is sent.

    Raises:
        RewriteError: the cell cannot be rewritten, so nothing would be sent.
        UsageError: an unknown stage or setting.
    """
    chosen = settings if settings is not None else Settings.load(directory)
    inspection = inspect_cell(
        code,
        directory=directory,
        namespace=namespace or {},
        stage=stage,
        outputs=outputs,
        hint=hint or "",
        share_samples=chosen.share_samples,
    )
    if inspection.task is None:
        raise RewriteError(f"Nothing would be sent. {inspection.obstacle}")
    return prompts.render(prompts.first_messages(inspection.task))


def _provider(settings: Settings, on_progress: OnProgress) -> Provider:
    return OpenAIProvider(
        settings.model,
        settings.base_url,
        timeout_seconds=settings.timeout_seconds,
        on_wait=lambda sentence: on_progress("rewrite", "running", sentence),
    )


def _tell_end(tell: OnProgress, outcome: Outcome) -> None:
    if outcome.best is None:
        reason = next((f.message for f in outcome.findings if f.severity == "error"), "no rewrite was found")
        tell("rewrite", "failed", reason)
        tell("check", "skipped", "there is nothing to check")
        return
    tell("rewrite", "done", _count(len(outcome.best.candidate.code.splitlines()), "line"))
    if outcome.verified:
        changed = _count(outcome.best.verification.changed_equal, "changed input")
        tell("check", "done", f"equal on the real inputs and on {changed}")
    else:
        tell("check", "failed", outcome.best.reason)


def _findings(inspection: Inspection, outcome: Outcome) -> tuple[Finding, ...]:
    """All findings once each, errors first."""
    best = outcome.best
    evidence = (*best.candidate.findings, *best.verification.findings) if best is not None else ()
    left = left_behind(inspection.observation.variables, best.candidate) if best is not None else ()
    collected = [*outcome.findings, *evidence, *inspection.findings, *left]
    if best is not None and not best.verified and not any(f.severity == "error" for f in evidence):
        kind = {"different": "counterexample", "policy": "policy"}.get(best.outcome, "not-verified")
        collected.insert(0, Finding(kind, "error", best.reason))
    order = {"error": 0, "warning": 1, "info": 2}
    unique = list({(f.kind, f.lines, f.message): f for f in reversed(collected)}.values())[::-1]
    return tuple(sorted(unique, key=lambda finding: order[finding.severity]))


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
