"""Makes a counterexample smaller: the fewer records original and rewrite differ on, the quicker it is understood."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from lester_jupyter.rewriting.types import CheckedInput
from lester_jupyter.rewriting.verification.mutation import Change
from lester_jupyter.rewriting.verification.records import Records, parse, parse_value

_SECONDS = 2.0
_TRIES = 40


def shrink(change: Change, checked: CheckedInput, check: Callable[[Change], CheckedInput]) -> CheckedInput:
    """Deletes records from the changed inputs while the difference stays.

    Args:
        change: the version on which they differ.
        checked: the verdict on it.
        check: gives the verdict on another version.

    Returns:
        The verdict on the smallest version found; the given one if none is smaller.
    """
    sources = [r for name, data in change.files.items() if (r := parse(name, data)) is not None]
    sources += [r for name, value in change.values.items() if (r := parse_value(name, value)) is not None]
    whole = sum(len(source.rows) for source in sources)
    deadline = time.monotonic() + _SECONDS
    best, tries = checked, 0
    for index, source in enumerate(sources):
        size = max(1, len(source.rows) // 2)
        while size >= 1 and len(sources[index].rows) > 1:
            start, removed = 0, False
            while start < len(sources[index].rows):
                if tries >= _TRIES or time.monotonic() > deadline:
                    return _named(best, change, sources, whole)
                rows = sources[index].rows
                smaller = sources[index].replaced([*rows[:start], *rows[start + size :]])
                tries += 1
                found = check(_version(change, [*sources[:index], smaller, *sources[index + 1 :]]))
                if smaller.rows and found.outcome == checked.outcome:
                    best, sources[index], removed = found, smaller, True
                else:
                    start += size
            size = size if removed and size > 1 and size < len(sources[index].rows) else size // 2
    return _named(best, change, sources, whole)


def _version(change: Change, sources: list[Records]) -> Change:
    files = {source.name: source.to_bytes() for source in sources if source.is_file}
    values = {source.name: source.to_value() for source in sources if not source.is_file}
    return replace(change, files={**change.files, **files}, values={**change.values, **values})


def _named(best: CheckedInput, change: Change, sources: list[Records], whole: int) -> CheckedInput:
    left = sum(len(source.rows) for source in sources)
    if left == whole:
        return best
    return replace(best, name=f"{change.name}; cut down from {whole} to {left} changed records")
