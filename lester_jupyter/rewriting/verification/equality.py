"""When two values count as the same: the rules of verification for single cells and nested Python values.

int = float = bool by value; dates equal their ISO text; None = NaN = NaT = NA, while '' is a value of its own; strings
exactly; floats within a relative tolerance. A list is not a tuple: later cells would see the difference.
"""

from __future__ import annotations

import math
from collections import Counter, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

_EXACT_TYPES = frozenset({str, int, bool, bytes})
_NUMBERS = (int, float, Decimal, np.number, np.bool_)
_SEQUENCES = (list, tuple, deque)
_EXACT_FLOAT = 2**53
_PAIRED = 2000  # leftovers that are matched one against another when sets of rows are compared


@dataclass(frozen=True)
class Tolerance:
    """How far two floats may be apart: relative to the larger one, and absolutely (for what should be zero)."""

    relative: float
    absolute: float


TABLE = Tolerance(relative=1e-9, absolute=1e-12)
MATRIX = Tolerance(relative=1e-6, absolute=1e-9)


def is_missing(value: Any) -> bool:
    """None, NaN (of any number type), NaT and NA."""
    if value is None or value is pd.NA or value is pd.NaT:
        return True
    return isinstance(value, (float, Decimal, np.floating, np.datetime64, np.timedelta64)) and bool(value != value)  # noqa: PLR0124


def same(original: Any, rewritten: Any, tolerance: Tolerance = TABLE) -> bool:
    """Whether two values are the same under the rules of this module."""
    if original is rewritten:
        return True
    kind = type(original)
    if kind is type(rewritten) and kind in _EXACT_TYPES:
        return bool(original == rewritten)
    if is_missing(original) or is_missing(rewritten):
        return is_missing(original) and is_missing(rewritten)
    if isinstance(original, _NUMBERS) or isinstance(rewritten, _NUMBERS):
        both = isinstance(original, _NUMBERS) and isinstance(rewritten, _NUMBERS)
        return both and _same_number(original, rewritten, tolerance)
    for sequence in _SEQUENCES:
        if isinstance(original, sequence) or isinstance(rewritten, sequence):
            return (
                isinstance(original, sequence)
                and isinstance(rewritten, sequence)
                and _same_items(original, rewritten, tolerance)
            )
    if isinstance(original, dict) or isinstance(rewritten, dict):
        return isinstance(original, dict) and isinstance(rewritten, dict) and _same_dict(original, rewritten, tolerance)
    if isinstance(original, (set, frozenset)) and isinstance(rewritten, (set, frozenset)):
        return not any(unmatched(original, rewritten, tolerance))
    if isinstance(original, np.ndarray) or isinstance(rewritten, np.ndarray):
        both = isinstance(original, np.ndarray) and isinstance(rewritten, np.ndarray)
        return (
            both
            and original.shape == rewritten.shape
            and _same_items(original.ravel().tolist(), rewritten.ravel().tolist(), MATRIX)
        )
    if _is_date(original) or _is_date(rewritten):
        return _same_date(original, rewritten)
    if isinstance(original, complex) and isinstance(rewritten, complex):
        return _same_number(original.real, rewritten.real, tolerance) and _same_number(
            original.imag, rewritten.imag, tolerance
        )
    return _plainly_equal(original, rewritten)


def unmatched(
    original: Iterable[Any], rewritten: Iterable[Any], tolerance: Tolerance = TABLE
) -> tuple[list[Any], list[Any]]:
    """Compares two collections as multisets.

    Returns:
        What only the original has, and what only the rewrite has.
    """
    ours, theirs = list(original), list(rewritten)
    left, right = Counter(map(canonical, ours)), Counter(map(canonical, theirs))
    only_left, only_right = _surplus(ours, left - right), _surplus(theirs, right - left)
    if len(only_left) > _PAIRED or len(only_right) > _PAIRED:
        return only_left, only_right
    for value in list(only_left):  # floats that differ in their last digits
        partner = next((i for i, other in enumerate(only_right) if same(value, other, tolerance)), None)
        if partner is not None:
            only_left.remove(value)
            del only_right[partner]
    return only_left, only_right


def canonical(value: Any) -> str:
    """A text that values which are exactly the same share, whatever their types."""
    if is_missing(value):
        return "∅"
    if isinstance(value, str):
        return repr(str(value))
    if isinstance(value, _NUMBERS):
        number = value.item() if isinstance(value, np.generic) else value
        whole = math.isfinite(number) and number == int(number)
        return repr(int(number)) if whole else repr(float(number))
    if isinstance(value, (list, tuple)):
        return f"{'[' if isinstance(value, list) else '('}{','.join(map(canonical, value))})"
    if isinstance(value, dict):
        return "{" + ",".join(sorted(f"{canonical(k)}:{canonical(v)}" for k, v in value.items())) + "}"
    if isinstance(value, (set, frozenset)):
        return "{" + ",".join(sorted(map(canonical, value))) + "}"
    return repr(_iso(value)) if _is_date(value) else repr(value)


def _surplus(values: Sequence[Any], surplus: Counter[str]) -> list[Any]:
    found = []
    for value in values:
        key = canonical(value)
        if surplus[key] > 0:
            surplus[key] -= 1
            found.append(value)
    return found


def _same_number(original: Any, rewritten: Any, tolerance: Tolerance) -> bool:
    a = original.item() if isinstance(original, np.generic) else original
    b = rewritten.item() if isinstance(rewritten, np.generic) else rewritten
    if a == b:
        return True
    if isinstance(a, int) and isinstance(b, int):
        return False
    if isinstance(a, (int, Decimal)) and isinstance(b, (int, Decimal)):
        return False
    if max(abs(a), abs(b)) >= _EXACT_FLOAT and (isinstance(a, int) or isinstance(b, int)):
        return False  # an integer that a float no longer holds: the last digits are the point
    return math.isclose(float(a), float(b), rel_tol=tolerance.relative, abs_tol=tolerance.absolute)


def _same_items(original: Any, rewritten: Any, tolerance: Tolerance) -> bool:
    return len(original) == len(rewritten) and all(
        same(a, b, tolerance) for a, b in zip(original, rewritten, strict=True)
    )


def keyed(mapping: dict[Any, Any]) -> dict[Any, Any]:
    """The mapping with every kind of missing key made one (two NaN keys are never equal by themselves)."""
    return {(_MISSING_KEY if is_missing(key) else key): value for key, value in mapping.items()}


def _same_dict(original: dict[Any, Any], rewritten: dict[Any, Any], tolerance: Tolerance) -> bool:
    ours, theirs = keyed(original), keyed(rewritten)
    return ours.keys() == theirs.keys() and all(same(value, theirs[key], tolerance) for key, value in ours.items())


def _is_date(value: Any) -> bool:
    return isinstance(value, (date, np.datetime64))


def _iso(value: Any) -> str:
    if isinstance(value, np.datetime64):
        value = pd.Timestamp(value)
    return str(value.isoformat())


def _same_date(original: Any, rewritten: Any) -> bool:
    if isinstance(original, str) or isinstance(rewritten, str):
        text, moment = (original, rewritten) if isinstance(original, str) else (rewritten, original)
        return text == _iso(moment) or text == _iso(moment).replace("T", " ")
    if not (_is_date(original) and _is_date(rewritten)):
        return False
    if all(isinstance(value, datetime) and value.tzinfo is not None for value in (original, rewritten)):
        return bool(original == rewritten)
    return _iso(original) == _iso(rewritten)


def _plainly_equal(original: Any, rewritten: Any) -> bool:
    try:
        return bool(original == rewritten)
    except (TypeError, ValueError):  # values without a truth value: never called the same on a guess
        return False


class _MissingKey:
    def __repr__(self) -> str:
        return "missing"


_MISSING_KEY = _MissingKey()
