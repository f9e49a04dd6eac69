"""Names a plan's sources, and reads them: files by their path and content, values of the program by a number."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count
from pathlib import Path
from typing import Any

import pandas as pd

from lester_jupyter.engines.pandas.scan import read_source
from lester_jupyter.engines.pandas.unreadable import missing_file
from lester_jupyter.errors import SourceError
from lester_jupyter.frame.snapshots import FileSnapshot, Stamp, hash_soon, snapshot
from lester_jupyter.plan import Source
from lester_jupyter.plan.references import Name

_memory_numbers = count(1)


def read_file(
    location: Path, kind: str, names: tuple[Name, ...] | None, options: Mapping[str, Any], name: str | None = None
) -> tuple[Source, pd.DataFrame]:
    """Reads a file; the same file by another path is the same source.

    Args:
        location: the file.
        kind: the source's format.
        names: its columns, where the file does not name them.
        options: how to read it.
        name: what to call it; by default the file's name without its ending.

    Returns:
        The source, with a snapshot of the content that was read, and its records.

    Raises:
        SourceError: a file that is missing or malformed, or that is being written again and again.
    """
    place = _resolved(location)
    kept = tuple(sorted((k, tuple(v) if isinstance(v, list) else v) for k, v in options.items()))
    for _ in range(2):
        content = _content(place)
        source = Source(name or place.stem, str(place), kind, kept, content)
        table = read_source(source, names)
        if content is None:
            return source, table
        if content.is_current():
            hash_soon(content)
            return source, table
    raise SourceError(f"{place} is being written while it is read.", hint="wait until it is complete, or copy it first")


def _resolved(location: Path) -> Path:
    try:
        return location.resolve()
    except (
        OSError,
        RuntimeError,
        ValueError,
    ) as error:  # RuntimeError: links in a circle; ValueError: a null character
        raise SourceError(f"{str(location)!r} cannot be a file: {error}.") from error


def _content(place: Path) -> FileSnapshot | None:
    try:
        stamp = Stamp.of(place)
    except FileNotFoundError:
        raise missing_file(place) from None
    except OSError as error:
        raise SourceError(f"{place} cannot be read: {error.strerror or error}.") from error
    return None if stamp is None else snapshot(place, stamp)


def has_changed(source: Source) -> bool:
    """Whether a source's file is gone, or has other content than when it was read, or that cannot be told any more."""
    if source.content is None:  # not a file, or one that cannot be read twice
        return False
    if isinstance(source.content, FileSnapshot):
        return not source.content.is_current()
    try:
        now = _content(Path(source.location))
    except SourceError:
        return True
    return now != source.content


def memory_source(name: str) -> Source:
    """A source of its own for each table: two tables of one name are never taken for each other."""
    return Source(name, f"memory#{next(_memory_numbers)}", "memory")
