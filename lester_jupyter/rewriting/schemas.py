"""What the input files look like, without what they say: separators, fields, headers, types.

A schema is shown to the language model, so it must not contain data. Types and numbers of fields are not data. The
first line of a file may be: it is taken for column names only where the code itself reads it as such, and otherwise a
name of it is shown only if the code names it too.
"""

from __future__ import annotations

import ast
import csv
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Literal

SAMPLED_LINES = 500
"""How much of a file is looked at."""

SHARED_LINES = 3
"""How many lines are sent where the user allows it."""

_SEPARATORS = ("\t", "|", ";", ",")
_TYPES = (
    ("integer", re.compile(r"[+-]?\d+")),
    ("decimal", re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")),
    ("date (YYYY-MM-DD)", re.compile(r"\d{4}-\d{2}-\d{2}")),
    ("date and time", re.compile(r"\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}(:\d{2}.*)?")),
)


@dataclass(frozen=True)
class Column:
    """One column: its name where one may be shown, its type, and whether it is ever blank."""

    name: str | None
    type: str
    blank: bool


@dataclass(frozen=True)
class FileSchema:
    """The shape of one input file.

    Attributes:
        path: as the code names it, relative to the working directory where it lies below it.
        format: what kind of text it is, or `unreadable`.
        separator: between fields, for delimited text.
        fields: the different numbers of fields that lines have, ascending.
        header: whether the first line holds names; None where that cannot be told.
        columns: by position, for the most common number of fields.
        quoted: whether double quotes occur.
        blank_lines: whether blank lines occur.
        samples: the first lines, only where the user shares them.
    """

    path: str
    format: Literal["delimited", "lines", "json-lines", "unreadable"]
    separator: str | None = None
    fields: tuple[int, ...] = ()
    header: bool | None = None
    columns: tuple[Column, ...] = ()
    quoted: bool = False
    blank_lines: bool = False
    samples: tuple[str, ...] = ()

    @property
    def identity(self) -> tuple[object, ...]:
        """What makes a cached rewrite apply to other data of the same shape: not how many fields were blank today."""
        return self.path, self.format, self.separator, len(self.columns), [c.name for c in self.columns]


def observe_schemas(
    code: str, reads: Sequence[str], directory: str | Path, *, share_samples: bool = False
) -> tuple[FileSchema, ...]:
    """The schemas of the files that `code` read when it ran in `directory`."""
    words = _constants(code)
    readers = _header_readers(code)
    return tuple(_schema(path, Path(directory) / path, words, readers, share_samples=share_samples) for path in reads)


def _schema(
    name: str, path: Path, words: frozenset[str], header_readers: bool | None, *, share_samples: bool
) -> FileSchema:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = [line.rstrip("\r\n") for line in islice(file, SAMPLED_LINES)]
    except (OSError, UnicodeDecodeError):
        # A file that cannot be looked at is still named: the model can read it through the API.
        return FileSchema(name, "unreadable")
    filled = [line for line in lines if line.strip()]
    samples = tuple(filled[:SHARED_LINES]) if share_samples else ()
    quoted, blank_lines = any('"' in line for line in filled), len(filled) < len(lines)
    keys = _json_keys(filled)
    if keys is not None:
        columns = tuple(Column(key if key in words or share_samples else None, kind, blank=False) for key, kind in keys)
        return FileSchema(name, "json-lines", columns=columns, blank_lines=blank_lines, samples=samples)
    separator = _separator(filled, words)
    if separator is None:
        return FileSchema(name, "lines", quoted=quoted, blank_lines=blank_lines, samples=samples)
    records = _split(filled, separator)
    counts = [len(record) for record in records]
    width = max(sorted(set(counts)), key=counts.count)
    first = records[0]
    header = _header(first, records[1:], words, header_readers)
    shown = tuple(n if header and (header_readers or n in words or share_samples) else None for n in first)
    body = [r for r in records[1 if header else 0 :] if len(r) == width]
    columns = tuple(_column(shown[i] if i < len(shown) else None, [record[i] for record in body]) for i in range(width))
    return FileSchema(
        name, "delimited", separator, tuple(sorted(set(counts))), header, columns, quoted, blank_lines, samples
    )


def _column(name: str | None, values: Iterable[str]) -> Column:
    found = list(values)
    filled = [value.strip() for value in found if value.strip()]
    kind = next((k for k, pattern in _TYPES if filled and all(pattern.fullmatch(v) for v in filled)), "text")
    return Column(name, kind if filled else "always blank", blank=len(filled) < len(found))


def _separator(lines: Sequence[str], words: frozenset[str]) -> str | None:
    """The most regular separator; those the code names come first."""
    from_code = sorted(w for w in words if 0 < len(w) <= 3 and not any(c.isalnum() or c in "\"'\n." for c in w))
    scored = []
    for candidate in dict.fromkeys([*(w for w in from_code if w.strip() or w == "\t"), *_SEPARATORS]):
        counts = [len(record) for record in _split(lines, candidate)]
        usual = max(sorted(set(counts)), key=counts.count, default=1)
        if usual > 1:
            scored.append((counts.count(usual) / len(counts), candidate))
    return max(scored, key=lambda pair: pair[0])[1] if scored else None


def _split(lines: Sequence[str], separator: str) -> list[list[str]]:
    if len(separator) == 1:
        try:
            return list(csv.reader(lines, delimiter=separator))
        except csv.Error:
            # An unbalanced quote is no reason to know nothing about the file.
            return [line.split(separator) for line in lines]
    return [line.split(separator) for line in lines]


def _header(
    first: Sequence[str], rest: Sequence[Sequence[str]], words: frozenset[str], header_readers: bool | None
) -> bool | None:
    if any(re.fullmatch(pattern, value.strip()) for value in first for _, pattern in _TYPES):
        return False
    # A value that the code compares with can stand in a record too: most of the line has to be named.
    named = sum(value.strip() in words for value in first)
    if header_readers or 2 * named > len(first):
        return True
    return None if rest else False


def _constants(code: str) -> frozenset[str]:
    """Every text that the code spells out, with its identifiers."""
    tree = ast.parse(code)
    texts = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    attributes = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    return frozenset(texts | attributes)


def _header_readers(code: str) -> bool | None:
    """Whether all of the code's readers take the first line as names: True, False, or None where it mixes."""
    verdicts = set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            options = {keyword.arg for keyword in node.keywords}
            if called in ("read_csv", "read_table"):
                verdicts.add(not options & {"header", "names"})
            if called == "DictReader":
                verdicts.add(len(node.args) < 2 and "fieldnames" not in options)
            if called in ("reader", "split", "readlines", "readline"):
                verdicts.add(False)
    return verdicts.pop() if len(verdicts) == 1 else None


def _json_keys(lines: Sequence[str]) -> list[tuple[str, str]] | None:
    if not lines or not lines[0].lstrip().startswith("{"):
        return None
    try:
        records = [json.loads(line) for line in lines]
    except ValueError:
        return None
    kinds: dict[str, set[str]] = {}
    for record in records:
        if not isinstance(record, Mapping):
            return None
        for key, value in record.items():
            kinds.setdefault(key, set()).add(type(value).__name__)
    return [(key, " or ".join(sorted(found))) for key, found in kinds.items()]
