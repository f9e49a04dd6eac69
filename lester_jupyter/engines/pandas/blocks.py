"""Splits text into lines and fields, a block at a time, in Arrow: the same fields as `line.split(sep)` gives.

Every record still is what Python makes of it: line ends are those of `open`, white space is that of `str.strip`.
"""

from __future__ import annotations

import codecs
import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lester_jupyter.errors import SourceError

_WHOLE = 2**21
"""Bytes up to which a file is one block."""
_PARTS, _SMALLEST, _LARGEST = 32, 2**18, 2**22
"""In so many blocks a larger file is split, of no fewer and no more bytes than these: for one block ten times its size
is in use at once, but a column takes longer to work with the more blocks it was made of."""
_PLAIN = frozenset({"utf-8", "ascii", "iso8859-1", "cp1252"})
"""Encodings in which the byte of a line end is nothing else, and which keep no state."""
WHITE = "".join(filter(str.isspace, map(chr, range(0x3001))))
"""All white space there is; what follows U+3000 is none."""
_STRIP: dict[str, Callable[[pa.Array, str], pa.Array]] = {
    "both": pc.utf8_trim,
    "left": pc.utf8_ltrim,
    "right": pc.utf8_rtrim,
}


@dataclass(frozen=True)
class Layout:
    """How the records of a text file are laid out; see `lester_jupyter.read_text` for the options.

    Attributes:
        path: the file.
        width: the number of fields.
    """

    path: Path
    width: int
    sep: str | None
    quoting: bool
    strip: str | None
    extra: str
    short: str
    blank: str

    @property
    def maxsplit(self) -> int:
        """At how many separators a line is split; -1 for all."""
        return self.width - 1 if self.extra == "join" else -1

    def malformed(self, number: int, found: int) -> SourceError:
        """The error for a record with another number of fields."""
        return SourceError(
            f"{self.path}: record {number} has {found} fields, expected {self.width}.",
            hint='short="skip" or extra="drop" read past such records',
        )


def plain_encoding(path: Path, encoding: str | None, sep: str | None = ",") -> str | None:
    """The encoding of a file that can be split in blocks; None where the encoding or the separator holds surprises.

    Raises:
        LookupError: an encoding that does not exist.
    """
    with path.open(encoding=encoding) as file:  # None: what `open` makes of it
        name = codecs.lookup(file.encoding).name
    ordinary = sep is not None and (sep.isascii() or sep.isprintable()) and not {"\r", "\n"} & set(sep)
    return name if ordinary and name in _PLAIN else None


def holds_quotes(path: Path) -> bool:
    """Whether there is a quote in the file; without one, csv records are lines."""
    with path.open("rb", buffering=0) as file:
        return any(b'"' in block for block in iter(lambda: file.read(_LARGEST), b""))


def line_blocks(path: Path, encoding: str) -> Iterator[pa.Array]:
    """Yields the lines of a file, without their ends, one block at a time."""
    whole = path.stat().st_size
    size = min(max(whole if whole <= _WHOLE else whole // _PARTS, _SMALLEST), _LARGEST)
    with path.open("rb", buffering=0) as file:
        rest = b""
        while data := file.read(size):
            lines, end, rest = (rest + data).rpartition(b"\n")
            if end:
                yield _lines(lines + end, encoding)
        if rest:
            yield _lines(rest, encoding)


def _lines(block: bytes, encoding: str) -> pa.Array:
    if b"\r" in block:
        block = block.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    text = block.decode(encoding)
    lines = pc.split_pattern(pa.array([text], pa.large_string()), "\n").flatten()
    return lines[:-1] if text.endswith("\n") else lines


def split_block(lines: pa.Array, layout: Layout, first: int) -> list[pa.Array]:
    """The fields of some lines, one array a column.

    Args:
        lines: the lines.
        layout: what they look like.
        first: the number of the first of them, for errors.

    Raises:
        SourceError: a record that does not fit.
        csv.Error: a field that `csv.reader` would not take.
    """
    records = _STRIP[layout.strip](lines, WHITE) if layout.strip else lines
    splits = None if layout.maxsplit < 0 else layout.maxsplit
    lists = pc.split_pattern(records, layout.sep, max_splits=splits) if splits != 0 else _whole(records)
    counts = pc.list_value_length(lists).to_numpy().astype(np.int64)
    starts = np.cumsum(counts) - counts
    fields = lists.flatten()
    if layout.quoting:
        longest = pc.max(pc.utf8_length(fields)).as_py() or 0
        if longest > csv.field_size_limit():
            raise csv.Error(f"field larger than field limit ({csv.field_size_limit()})")
        counts = np.where(pc.equal(lines, "").to_numpy(zero_copy_only=False), 0, counts)  # a blank line: no field
    kept = np.ones(len(counts), bool)
    if layout.blank == "skip":
        bare = lines if layout.quoting else pc.utf8_trim(lines, WHITE)
        kept = pc.not_equal(bare, "").to_numpy(zero_copy_only=False)
    refused = np.zeros(len(counts), bool)
    for wrong, meant in ((counts < layout.width, layout.short), (counts > layout.width, layout.extra)):
        if meant == "error":
            refused |= wrong & kept
        elif meant == "skip":
            kept = kept & ~wrong
    if refused.any():
        bad = int(refused.argmax())
        raise layout.malformed(first + bad, int(counts[bad]))
    starts = starts[kept]
    return [fields.take(pa.array(starts + i)) for i in range(layout.width)]


def _whole(lines: pa.Array) -> pa.Array:
    """Each line as its only field."""
    return pa.LargeListArray.from_arrays(np.arange(len(lines) + 1), lines)
