"""The strategies: embedded rules, a language model, and `auto`, which prefers what is cheaper and surer.

`auto`: a rewrite that the user accepted → the rules, if the result is verified → the language model, if one is
configured → the best that was found, unverified, with its counterexample; or the refusal.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from lester_jupyter.errors import NotLiftedError
from lester_jupyter.rewriting.cache import CachedRewrite, Lookup, RewriteCache
from lester_jupyter.rewriting.judging import Judge, Verdict
from lester_jupyter.rewriting.llm.repair import Outcome, best_of, converse, maker_name
from lester_jupyter.rewriting.progress import OnProgress
from lester_jupyter.rewriting.providers.provider import Provider
from lester_jupyter.rewriting.settings import Settings
from lester_jupyter.rewriting.task import Task
from lester_jupyter.rewriting.types import Attempt, Candidate, Finding, Observation

_WITHOUT_MODEL = "a language model may cover it: set OPENAI_API_KEY or OPENAI_BASE_URL."


class Lift(Protocol):
    """The embedded rules: `lester_jupyter.rewriting.lifting.lift`."""

    def __call__(
        self,
        code: str,
        *,
        outputs: Sequence[str] | None,
        observation: Observation | None,
        namespace: Mapping[str, Any],
        directory: str | Path,
    ) -> Candidate:
        """A candidate that does what the code does.

        Raises:
            NotLiftedError: the rules do not cover the code.
        """
        ...


class Rewriter(Protocol):
    """A strategy."""

    def rewrite(self, task: Task) -> Outcome:
        """Tries to find a verified rewrite. What fails is told in the outcome; it raises nothing for it."""
        ...


@dataclass(frozen=True)
class Tools:
    """What the strategies work with.

    Attributes:
        settings: the user's decisions.
        judge: judges a fresh candidate.
        recheck: judges a rewrite from the cache, within a smaller budget.
        lift: the embedded rules.
        cache: rewrites found before.
        on_progress: is told what happens.
        provider: the language model, or None where none is configured.
    """

    settings: Settings
    judge: Judge
    recheck: Judge
    lift: Lift
    cache: RewriteCache
    on_progress: OnProgress
    provider: Provider | None = None


@dataclass(frozen=True)
class RulesRewriter:
    """The embedded rules: no key, no network."""

    tools: Tools

    def rewrite(self, task: Task) -> Outcome:
        """Lifts the cell and judges the result."""
        tools = self.tools
        tools.on_progress("rewrite", "running", "applying the embedded rules")
        asked = "the embedded rules"
        try:
            candidate = tools.lift(
                task.code,
                outputs=[output.name for output in task.outputs],
                observation=task.observation,
                namespace=task.namespace,
                directory=task.directory,
            )
        except NotLiftedError as error:
            lines = None if error.line is None else (error.line, error.line)
            hint = error.hint or ("" if tools.provider is not None else _WITHOUT_MODEL)
            finding = Finding("not-lifted", "error", error.message, lines, hint)
            return Outcome(attempts=(Attempt(1, "rules", asked, "", "refused", error.message),), findings=(finding,))
        except Exception as error:  # noqa: BLE001 - a fault of the rules is told, and leaves the model a chance
            told = f"The embedded rules failed on this cell ({type(error).__name__}: {error})."
            fault = Finding("internal", "error", told, hint="please report the cell; your code is not at fault.")
            return Outcome(attempts=(Attempt(1, "rules", asked, "", "failed", told),), findings=(fault,))
        tools.on_progress("check", "running", "checking the rewrite of the rules")
        verdict = tools.judge(task, candidate)
        attempt = Attempt(1, "rules", asked, candidate.code, verdict.outcome, verdict.reason)
        return Outcome(verdict, "rules", "rules", (attempt,))


@dataclass(frozen=True)
class LlmRewriter:
    """A language model, with its earlier verified rewrites taken from the cache."""

    tools: Tools
    provider: Provider

    def rewrite(self, task: Task) -> Outcome:
        """Asks the model, unless it was asked before and its answer still holds."""
        tools = self.tools
        name = maker_name(self.provider)
        # A hint means that the user was not content with what there is.
        known = Lookup() if task.hint else tools.cache.find(task, name)
        if known.rewrite is not None:
            verdict = _rechecked(tools, task, known.rewrite)
            if verdict.verified:
                return Outcome(verdict, "cache", name, findings=known.findings)
        outcome = converse(
            task,
            self.provider,
            tools.judge,
            rounds=tools.settings.rounds,
            share_samples=tools.settings.share_samples,
            on_progress=tools.on_progress,
        )
        findings = [*known.findings, *outcome.findings]
        if outcome.best is not None and outcome.verified:
            problem = tools.cache.store(task, outcome.best.candidate, name, verified=True)
            findings.extend([problem] if problem else [])
        return replace(outcome, findings=tuple(findings))


@dataclass(frozen=True)
class AutoRewriter:
    """What users get when they choose nothing."""

    tools: Tools

    def rewrite(self, task: Task) -> Outcome:
        """Accepted rewrite, rules, language model, or the best that was found."""
        tools = self.tools
        tried: list[Outcome] = []
        if not task.hint:
            accepted = self._accepted(task)
            if accepted.best is not None:
                return accepted
            tried.append(accepted)
        # Only a model understands a hint.
        if not task.hint or tools.provider is None:
            tried.append(RulesRewriter(tools).rewrite(task))
            best = tried[-1].best
            # Where nothing can be concluded about the cell, another candidate would not change that.
            if best is not None and best.outcome in ("verified", "failed"):
                return combine(tried)
        if tools.provider is not None:
            tried.append(LlmRewriter(tools, tools.provider).rewrite(replace(task, obstacle=_obstacle(tried))))
        return combine(tried)

    def _accepted(self, task: Task) -> Outcome:
        found = self.tools.cache.accepted(task)
        if found.rewrite is None:
            return Outcome(findings=found.findings)
        verdict = _rechecked(self.tools, task, found.rewrite)
        # One that was accepted although it was not verified stays the user's decision; it is still not called verified.
        if verdict.verified or not found.rewrite.verified:
            return Outcome(verdict, "cache", found.rewrite.rewriter, findings=found.findings)
        stale = Finding(
            "cache",
            "warning",
            f"The accepted rewrite no longer equals the original, so it is made anew. {verdict.reason}",
        )
        return Outcome(findings=(*found.findings, stale))


def combine(outcomes: Sequence[Outcome]) -> Outcome:
    """One outcome of several: the best candidate, all attempts numbered through, and the findings that still matter."""
    attempts = [attempt for outcome in outcomes for attempt in outcome.attempts]
    best = best_of([outcome.best for outcome in outcomes if outcome.best is not None])
    source = next((outcome for outcome in outcomes if best is not None and outcome.best is best), Outcome())
    findings = [finding for outcome in outcomes for finding in outcome.findings]
    if best is not None and best.verified:
        # What stopped one rewriter is no error once another has succeeded.
        findings = [replace(f, severity="info") if f.severity == "error" else f for f in findings]
    numbered = tuple(replace(attempt, number=number) for number, attempt in enumerate(attempts, 1))
    return Outcome(best, source.rewriter, source.maker, numbered, tuple(findings))


STRATEGIES: Mapping[str, Callable[[Tools, Provider], Rewriter]] = {
    "auto": lambda tools, _provider: AutoRewriter(tools),
    "rules": lambda tools, _provider: RulesRewriter(tools),
    "llm": LlmRewriter,
}
"""The strategies by the names that users write; `llm` is given a provider even where none is configured, since its
failure tells the user what to set."""


def _obstacle(tried: Sequence[Outcome]) -> str:
    """Where the rules stopped. Such findings speak about code only, so a model may see them."""
    return next((f.message for outcome in tried for f in outcome.findings if f.kind == "not-lifted"), "")


def _rechecked(tools: Tools, task: Task, cached: CachedRewrite) -> Verdict:
    tools.on_progress("rewrite", "done", f"found in the cache, made by {cached.rewriter}")
    tools.on_progress("check", "running", "checking the cached rewrite")
    return tools.recheck(task, cached.candidate)
