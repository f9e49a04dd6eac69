"""Values as the oracles see them: plain Python, in which all missing values are alike."""

from __future__ import annotations

import math
from typing import Any

MISSING = object()
"""Stands for every missing value where values are compared: missing values equal each other and nothing else."""


def is_missing(value: Any) -> bool:
    """None, NaN, NaT and pandas' NA; written without pandas, which is what is tested."""
    if isinstance(value, float):
        return math.isnan(value)
    return value is None or type(value).__name__ in ("NaTType", "NAType")


def is_present(value: Any) -> bool:
    return not is_missing(value)


def key_of(value: Any) -> Any:
    """What decides whether two values are equal; lists become tuples, which dictionaries can look up."""
    if isinstance(value, list):
        return tuple(map(key_of, value))
    return MISSING if is_missing(value) else value


def text_of(value: Any) -> str:
    """A text that does not show whether pandas made floats of integers (it does in unions and outer joins)."""
    if isinstance(value, int | float) and not is_missing(value):
        return f"{value:g}"
    return "nothing" if is_missing(value) else str(value)


def ordered(
    rows: list[Any], keys: list[list[Any]], ascending: list[bool], missing_first: list[bool] | None = None
) -> list[Any]:
    """The rows in order of their keys (one list of values a key, the first counts most); ties keep their order.

    Python's sort is stable and has no place for missing values, so they are put aside, key by key from the last.
    """
    order = list(range(len(rows)))
    first = missing_first or [False] * len(keys)
    for values, up, is_first in reversed(list(zip(keys, ascending, first, strict=True))):
        there = [i for i in order if is_present(values[i])]
        gone = [i for i in order if is_missing(values[i])]
        there = sorted(there, key=lambda i, v=values: v[i], reverse=not up)  # `reverse` keeps ties in their order
        order = [*gone, *there] if is_first else [*there, *gone]
    return [rows[i] for i in order]
