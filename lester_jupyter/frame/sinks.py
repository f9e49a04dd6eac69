"""Where frames write files to: the disk, or (while a rewrite is only tried) a dictionary."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

_captured: ContextVar[dict[str, str] | None] = ContextVar("captured files", default=None)


@contextmanager
def capture_files() -> Iterator[dict[str, str]]:
    """Within it, frames write to the dictionary it gives ({path as written: text}) instead of the disk."""
    files: dict[str, str] = {}
    token = _captured.set(files)
    try:
        yield files
    finally:
        _captured.reset(token)


def write(path: str | Path, text: str) -> None:
    """Writes a text file, in UTF-8 and with the line ends as they are."""
    files = _captured.get()
    if files is not None:
        files[str(path)] = text
        return
    Path(path).write_text(text, encoding="utf-8", newline="")
