"""Names a plan's sources: files by their path and content, values of the program by a number."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from itertools import count
from pathlib import Path
from typing import Any

from lester_jupyter.plan import Source

_memory_numbers = count(1)


def file_digest(path: Path) -> str | None:
    """SHA-256 of the content in hex (processors have instructions for it); None where there is no readable file."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None


def file_source(location: Path, kind: str, options: Mapping[str, Any], name: str | None = None) -> Source:
    """The source for a file as it is now; the same file by another path is the same source."""
    place = location.resolve()
    kept = tuple(sorted((k, tuple(v) if isinstance(v, list) else v) for k, v in options.items()))
    return Source(name or place.stem, str(place), kind, kept, file_digest(place))


def memory_source(name: str) -> Source:
    """A source of its own for each table: two tables of one name are never taken for each other."""
    return Source(name, f"memory#{next(_memory_numbers)}", "memory")
