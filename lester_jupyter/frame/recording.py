"""Keeps hold of the frames that some code makes, so that all of its steps can be looked at afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lester_jupyter.frame.frame import Frame

_frames: ContextVar[list[Frame] | None] = ContextVar("recorded frames", default=None)


@contextmanager
def recording() -> Iterator[list[Frame]]:
    """Within it, every frame that is made is put into the list it gives, in order."""
    frames: list[Frame] = []
    token = _frames.set(frames)
    try:
        yield frames
    finally:
        _frames.reset(token)


def note(frame: Frame) -> None:
    """Adds a frame to the list of the recording that is on, if one is."""
    frames = _frames.get()
    if frames is not None:
        frames.append(frame)
