"""How a run tells what it is doing: six stages, each with a state and a sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal

Stage = Literal["prepare", "label", "split", "encode", "model", "score"]
State = Literal["running", "done", "failed"]
OnProgress = Callable[[Stage, State, str], None]
"""Is called with the stage, its state, and one sentence about it."""

STAGES: tuple[Stage, ...] = ("prepare", "label", "split", "encode", "model", "score")
"""The stages in their order."""


def silent(stage: Stage, state: State, detail: str) -> None:
    """Tells nobody."""


@contextmanager
def telling(tell: OnProgress, stage: Stage, doing: str) -> Iterator[list[str]]:
    """Within it a stage runs; what is appended to the list it gives is said when the stage is done.

    Args:
        tell: whom to tell.
        stage: which stage.
        doing: what is said at its start.
    """
    tell(stage, "running", doing)
    done: list[str] = []
    try:
        yield done
    except Exception as error:
        tell(stage, "failed", str(error) or type(error).__name__)
        raise
    tell(stage, "done", " ".join(done))
