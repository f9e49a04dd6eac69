"""The conversation with a language model: ask, judge, tell it what was wrong, ask again; give up openly."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from lester_jupyter.errors import ProviderError
from lester_jupyter.rewriting.judging import Judge, Verdict
from lester_jupyter.rewriting.llm import prompts
from lester_jupyter.rewriting.llm.reply import Reply, read_reply
from lester_jupyter.rewriting.progress import OnProgress, silent
from lester_jupyter.rewriting.providers.provider import Completion, Provider
from lester_jupyter.rewriting.task import Task
from lester_jupyter.rewriting.types import Attempt, Finding

_REPORT_EVERY_SECONDS = 0.2


@dataclass(frozen=True)
class Outcome:
    """What a rewriter achieved.

    Attributes:
        best: the verified candidate, else the one that equals the original on most inputs, else None.
        rewriter: where it comes from ("rules", "llm", "cache").
        maker: who made it, also if it comes from the cache ("rules", or "llm" with the model): its key there.
        attempts: every try, in order.
        findings: what else the user should know: refusals, failures of the service, damaged cache files.
    """

    best: Verdict | None = None
    rewriter: str = ""
    maker: str = ""
    attempts: tuple[Attempt, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def verified(self) -> bool:
        """Whether the best candidate is verified."""
        return self.best is not None and self.best.verified


def converse(
    task: Task,
    provider: Provider,
    judge: Judge,
    *,
    rounds: int = 3,
    share_samples: bool = False,
    on_progress: OnProgress = silent,
) -> Outcome:
    """Asks the model until a candidate is verified, at most `rounds` times.

    Every reply costs a round, also an unusable one. The conversation keeps all turns, so that the model sees what it
    tried before. A refusal or a failure of the service ends it at once.

    Raises:
        RewriteError: there is no prompt for the task's stage.
    """
    messages = list(prompts.first_messages(task))
    attempts: list[Attempt] = []
    verdicts: list[Verdict] = []
    findings: list[Finding] = []
    lines = task.code.count("\n") + 1
    for number in range(1, rounds + 1):
        asked = messages[-1]["content"] if attempts else prompts.render(messages)
        on_progress("rewrite", "running", f"asking {provider.name}, attempt {number} of {rounds}")
        try:
            completion = provider.complete(messages, on_token=_counter(on_progress, number, rounds))
        except ProviderError as error:
            attempts.append(Attempt(number, "llm", asked, "", "provider", str(error)))
            findings.append(Finding("provider", "error", error.message, hint=error.hint))
            break
        reply = read_reply(completion, task.outputs, lines)
        if reply.candidate is None:
            attempts.append(_unusable(number, asked, completion, reply))
            if reply.refused or number == rounds:
                findings.append(_refusal(reply))
                break
            again = prompts.unusable_message(reply.problem)
        else:
            on_progress("check", "running", f"checking attempt {number}")
            verdict = judge(task, reply.candidate)
            verdicts.append(verdict)
            attempts.append(_judged(number, asked, completion, verdict))
            # Where nothing can be concluded, another candidate would not change that.
            if verdict.outcome in ("verified", "failed"):
                break
            again = _ask_again(task, verdict, share_samples=share_samples)
        messages.append({"role": "assistant", "content": completion.text})
        messages.append({"role": "user", "content": again})
    origin, maker = ("llm", maker_name(provider)) if verdicts else ("", "")
    return Outcome(best_of(verdicts), origin, maker, tuple(attempts), tuple(findings))


def maker_name(provider: Provider) -> str:
    """How the cache calls what this provider made."""
    return f"llm: {provider.name}"


def best_of(verdicts: Sequence[Verdict]) -> Verdict | None:
    """The verified one, else the one equal on most inputs; of equals the last."""
    return max(reversed(verdicts), key=lambda v: (v.verified, v.equal_inputs), default=None)


def _ask_again(task: Task, verdict: Verdict, *, share_samples: bool) -> str:
    counterexample = verdict.verification.counterexample
    if counterexample is None:
        # Against the policy: the reason comes from reading the model's own code, and cannot hold data.
        return prompts.forbidden_message(verdict.reason)
    return prompts.difference_message(task, verdict.candidate.code, counterexample, share_samples=share_samples)


def _unusable(number: int, asked: str, completion: Completion, reply: Reply) -> Attempt:
    outcome = "refused" if reply.refused else "unparsable"
    return Attempt(number, "llm", asked, "", outcome, reply.problem, completion.tokens)  # type: ignore[arg-type]


def _judged(number: int, asked: str, completion: Completion, verdict: Verdict) -> Attempt:
    return Attempt(number, "llm", asked, verdict.candidate.code, verdict.outcome, verdict.reason, completion.tokens)


def _refusal(reply: Reply) -> Finding:
    if reply.refused:
        return Finding("provider", "error", reply.problem, hint="try another model, or give a hint about the cell.")
    return Finding("provider", "error", reply.problem, hint="try again, or name another model in LESTER_MODEL.")


class _Counter:
    """Reports how much of a reply has arrived, a few times a second."""

    def __init__(self, on_progress: OnProgress, number: int, rounds: int) -> None:
        self._report = on_progress
        self._where = f"attempt {number} of {rounds}"
        self._pieces = 0
        self._last = time.monotonic()

    def __call__(self, _piece: str) -> None:
        self._pieces += 1
        now = time.monotonic()
        if self._pieces == 1 or now - self._last > _REPORT_EVERY_SECONDS:
            self._last = now
            # Services stream about one token a piece; the exact count comes at the end, if at all.
            self._report("rewrite", "running", f"{self._where}: about {self._pieces} tokens")


def _counter(on_progress: OnProgress, number: int, rounds: int) -> _Counter:
    return _Counter(on_progress, number, rounds)
