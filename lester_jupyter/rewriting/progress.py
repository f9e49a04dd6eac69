"""How a rewrite tells what it is doing: four steps, each with a state and a sentence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

Step = Literal["inspect", "rewrite", "check", "run"]
State = Literal["running", "done", "failed", "skipped"]
OnProgress = Callable[[Step, State, str], None]
"""Is called with the step, its state, and one sentence about it (tokens so far, inputs checked, …)."""

STEPS: dict[Step, str] = {
    "inspect": "inspect inputs",
    "rewrite": "rewrite",
    "check": "check",
    "run": "run",
}
"""The steps in their order, with their titles."""


def silent(step: Step, state: State, detail: str) -> None:
    """Tells nobody."""
