"""Values as text that is safe to show: short, printable, and with nothing that could reorder or hide it.

A cell on the wire is one of three things, so that the view can tell them apart without parsing:
`None` for a missing value, a string shown as it is, or `{"text", "length"}` for the start of a longer one.
"""

from __future__ import annotations

import math
import reprlib
import unicodedata
from typing import TYPE_CHECKING, Any, TypedDict

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Sequence

LIMIT = 200
"""Characters of a value that are shown; the rest is counted, not sent."""

MISSING = "∅"
"""How a missing value is written where it cannot be styled; an empty string stays empty."""

_NAMED = {"\n": "↵", "\r": "␍", "\t": "⇥", "\x7f": "␡"}
# Characters that change the order of their neighbours (bidirectional controls) or that nobody can see.
# The zero-width joiners U+200C and U+200D stay: emoji and several scripts need them.
_INVISIBLE = frozenset(
    [*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C, 0x200B, 0x2060, 0xFEFF, 0x2028, 0x2029]
)


class CutText(TypedDict):
    """The start of a text that is too long to send."""

    text: str
    length: int


Cell = str | CutText | None


def visible(text: str) -> str:
    """Makes control, bidirectional and unpaired-surrogate characters visible; everything else stays as it is."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_visible_character, text))


def wire_safe(text: str) -> str:
    """Replaces what UTF-8 cannot carry (unpaired surrogates), and nothing else: for code, which must stay exact."""
    return text.encode("utf-8", "replace").decode("utf-8")


def cell(value: Any, limit: int = LIMIT) -> Cell:
    """Turns one value of a table into what the view shows."""
    if is_missing(value):
        return None
    text = _text(value, limit)
    if len(text) <= limit:
        return visible(text)
    return {"text": visible(text[:limit]), "length": len(text)}


def plain(value: Cell) -> str:
    """Writes a cell as plain text, for records without styling."""
    if value is None:
        return MISSING
    return value if isinstance(value, str) else f"{value['text']}…"


def cells(values: Sequence[Any]) -> list[Cell]:
    """Turns the values of one column into cells."""
    return [cell(v) for v in values]


def is_missing(value: Any) -> bool:
    """Tells whether a value is None, NaN, NaT or NA; containers are never missing."""
    if value is None:
        return True
    if isinstance(value, str):
        return False
    return bool(pd.api.types.is_scalar(value) and pd.isna(value))


def human(count: int) -> str:
    """Writes a count in four characters or so: 1,204 · 12k · 1.25M."""
    if count >= 1_000_000:
        return f"{count / 1e6:.2f}M"
    return f"{count / 1000:.0f}k" if count >= 10_000 else f"{count:,}"


def counted(count: int, noun: str) -> str:
    """Writes a count with its noun: 1 row, 12k rows."""
    return f"{human(count)} {noun}" if count == 1 else f"{human(count)} {noun}s"


def _visible_character(char: str) -> str:
    if char in _NAMED:
        return _NAMED[char]
    code = ord(char)
    if code < 0x20:
        return chr(0x2400 + code)
    if code in _INVISIBLE or 0xD800 <= code <= 0xDFFF or unicodedata.category(char) == "Cc":
        return f"⟨U+{code:04X}⟩"
    return char


def _text(value: Any, limit: int) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, float):
        return _float(value)
    try:
        if isinstance(value, (list, tuple, dict, set, frozenset, bytes, bytearray)):
            return _container(limit).repr(value)
        return str(value)
    except Exception as error:  # noqa: BLE001 - a user's class may fail in any way; its cell says so
        return f"⟨{type(value).__name__} cannot be shown: {type(error).__name__}⟩"


def _float(value: float) -> str:
    exact = repr(float(value))
    return exact if len(exact) <= 12 or not math.isfinite(value) else format(value, ".10g")


def _container(limit: int) -> reprlib.Repr:
    short = reprlib.Repr()
    short.maxlist = short.maxtuple = short.maxdict = short.maxset = short.maxfrozenset = 20
    short.maxstring = short.maxother = limit
    return short
