"""The judge of the product: policy first, then original and rewrite in the sandbox, on real and changed inputs."""

from __future__ import annotations

import time

from lester_jupyter.errors import SandboxError
from lester_jupyter.rewriting.judging import Judge, Verdict, verdict_of
from lester_jupyter.rewriting.progress import OnProgress
from lester_jupyter.rewriting.settings import Settings
from lester_jupyter.rewriting.task import Task
from lester_jupyter.rewriting.types import Candidate, CheckedInput
from lester_jupyter.rewriting.verification.validation import verify

_REPORT_EVERY_SECONDS = 0.2


def sandbox_judge(settings: Settings, on_progress: OnProgress, *, quick: bool = False) -> Judge:
    """The judge of the product: runs original and rewrite in the sandbox, on real and changed inputs.

    Args:
        settings: time budget and number of changed inputs.
        on_progress: is told about each version of the inputs.
        quick: for a rewrite that was verified before: a quarter of the budget.
    """
    share = 4 if quick else 1

    def judge(task: Task, candidate: Candidate) -> Verdict:
        try:
            verification = verify(
                task.code,
                candidate,
                directory=task.directory,
                namespace=task.namespace,
                budget_seconds=settings.verify_seconds / share,
                minimum_inputs=max(1, settings.minimum_inputs // share),
                on_progress=_Report(on_progress),
            )
        except SandboxError as error:
            return Verdict(candidate, "failed", error.message)
        return verdict_of(candidate, verification)

    return judge


class _Report:
    """Tells how many versions of the inputs were checked, a few times a second."""

    def __init__(self, on_progress: OnProgress) -> None:
        self._on_progress = on_progress
        self._last = float("-inf")

    def __call__(self, number: int, checked: CheckedInput) -> None:
        now = time.monotonic()
        if now - self._last > _REPORT_EVERY_SECONDS:
            self._last = now
            self._on_progress("check", "running", f"{number} versions of the inputs; now {checked.name}")
