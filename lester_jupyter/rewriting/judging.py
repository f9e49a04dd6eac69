"""Judges one candidate: may it run at all, and does it do what the original does?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from lester_jupyter.rewriting.task import Task
from lester_jupyter.rewriting.types import Candidate, CheckedInput, Verification


@dataclass(frozen=True)
class Verdict:
    """What became of a candidate.

    Attributes:
        candidate: what was judged.
        outcome: `verified`; `different` (a counterexample, or an error in the rewrite); `policy` (it may not run);
            `failed` (nothing can be concluded, whatever the candidate: the original is left to chance, its outputs
            cannot be compared, there is too little evidence or time, the sandbox did not start).
        reason: one sentence, empty if verified. It may quote data: it is for the user, not for a model.
        verification: the evidence; without any where the candidate was never executed.
    """

    candidate: Candidate
    outcome: Literal["verified", "different", "policy", "failed"]
    reason: str = ""
    verification: Verification = field(default_factory=lambda: Verification(verified=False))

    @property
    def verified(self) -> bool:
        """Whether it may be called verified."""
        return self.outcome == "verified"

    @property
    def equal_inputs(self) -> int:
        """On how many versions of the inputs it equals the original: the measure of the best of several."""
        return sum(checked.outcome == "equal" for checked in self.verification.checked)


Judge = Callable[[Task, Candidate], Verdict]
"""Judges a candidate; it raises nothing that a candidate can cause."""


def verdict_of(candidate: Candidate, verification: Verification) -> Verdict:
    """The verdict that the evidence allows."""
    if verification.verified:
        return Verdict(candidate, "verified", "", verification)
    counterexample = verification.counterexample
    if counterexample is not None:
        return Verdict(candidate, "different", _sentence(counterexample), verification)
    forbidden = [finding.message for finding in verification.findings if finding.kind == "policy"]
    if forbidden:
        return Verdict(candidate, "policy", " ".join(forbidden), verification)
    errors = [finding for finding in verification.findings if finding.severity == "error"]
    reason = errors[0].message if errors else "It could not be checked on enough inputs to be called verified."
    return Verdict(candidate, "failed", reason, verification)


def _sentence(checked: CheckedInput) -> str:
    where = "" if checked.row is None else f", row {checked.row}"
    verb = "raises" if checked.outcome == "rewrite-raised" else "differs"
    return f"The rewrite {verb} on {checked.name}{where}: {checked.detail}".rstrip(": ")
