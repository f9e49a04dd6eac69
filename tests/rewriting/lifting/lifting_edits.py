"""Changes to the lines of text files that tell a right rewrite from one that is right by luck."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

SEPARATORS = ("\t", "|", ";", ",")
WORDS = (
    "",
    " ",
    "NA",
    "null",
    "nan",
    "007",
    '"',
    'a "b" c',
    "'",
    "UK",
    "FR",
    "premium",
    "  x ",
    "0",
    "5",
    "2023-05-05",
    "é",
    "Kitchen",
)


class Edit(NamedTuple):
    """One change: what, in which file, at which line, in which field, with which word."""

    what: str
    file: int
    line: int
    field: int
    word: str


WHATS = ("delete", "double", "repeat key", "word", "blank line", "short", "long", "swap", "clear", "prefix")


def edited(files: Mapping[str, list[str]], edits: list[Edit]) -> dict[str, list[str]]:
    """The files with the edits made one after the other."""
    changed = {name: list(lines) for name, lines in files.items()}
    names = sorted(changed)
    for edit in edits:
        lines = changed[names[edit.file % len(names)]]
        if lines:
            _apply(lines, edit)
    return changed


def _apply(lines: list[str], edit: Edit) -> None:
    at = edit.line % len(lines)
    sep = next((s for s in SEPARATORS if s in lines[at]), ",")
    cells = lines[at].split(sep)
    field = edit.field % len(cells)
    other = lines[(at + 1) % len(lines)].split(sep)
    if edit.what == "delete":
        del lines[at]
    elif edit.what == "double":
        lines.insert(at, lines[at])
    elif edit.what == "repeat key":
        cells[field] = other[field % len(other)]
        lines.append(sep.join(cells))
    elif edit.what == "word":
        cells[field] = edit.word
        lines[at] = sep.join(cells)
    elif edit.what == "blank line":
        lines.insert(at, edit.word if not edit.word.strip() else "")
    elif edit.what == "short":
        lines[at] = sep.join(cells[:-1])
    elif edit.what == "long":
        lines[at] = sep.join((*cells, edit.word))
    elif edit.what == "swap":
        lines[at], lines[-1] = lines[-1], lines[at]
    elif edit.what == "clear":
        lines[1:] = []
    elif edit.what == "prefix":
        lines[at] = edit.word + lines[at]
