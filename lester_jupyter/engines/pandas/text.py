"""Reads delimited text exactly as plain Python code would: every field is the text in the file.

Where the encoding and the separator are plain enough, whole blocks of lines are split at once (see `blocks`); all else
goes record by record through the functions that a notebook would use.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from lester_jupyter.engines.pandas.blocks import Layout, holds_quotes, line_blocks, plain_encoding, split_block
from lester_jupyter.engines.pandas.unreadable import reading
from lester_jupyter.engines.pandas.values import to_series
from lester_jupyter.plan.references import Name

_BATCH = 10_000
"""Records held as lists at a time: many small lists alive at once keep the garbage collector busy."""


def read_text(path: Path, names: tuple[Name, ...] | None, options: Mapping[str, Any]) -> pd.DataFrame:
    """Reads delimited text exactly as `line.split(sep)` or `csv.reader` would; see `lester_jupyter.read_text`."""
    assert names is not None
    given = dict(options)
    encoding, header = given.pop("encoding"), given.pop("header")
    layout = Layout(path, len(names), **given)
    with reading(path, "text"):
        plain = plain_encoding(path, encoding, layout.sep)
        if plain is not None and not (layout.quoting and holds_quotes(path)):
            columns = _columns_of_blocks(layout, plain, header=header)
        else:
            columns = _columns_of_records(layout, encoding, header=header)
    return pd.DataFrame(dict(zip(names, columns, strict=True)))


def read_lines(path: Path, names: tuple[Name, ...] | None, options: Mapping[str, Any]) -> pd.DataFrame:
    """Reads one column of lines without their line ends."""
    assert names is not None
    encoding = options["encoding"]
    with reading(path, "text"):
        plain = plain_encoding(path, encoding)
        if plain is not None:
            column = _text_column(list(line_blocks(path, plain)))
        else:
            column = to_series(list(_lines(path, encoding)), str)
    return pd.DataFrame({names[0]: column})


def _columns_of_blocks(layout: Layout, encoding: str, *, header: bool) -> list[pd.Series]:
    chunks: list[list[pa.Array]] = [[] for _ in range(layout.width)]
    number = 1
    for lines in line_blocks(layout.path, encoding):
        records = lines[1:] if header and number == 1 else lines
        for chunk, fields in zip(chunks, split_block(records, layout, number + len(lines) - len(records)), strict=True):
            chunk.append(fields)
        number += len(lines)
    return list(map(_text_column, chunks))


def _text_column(chunks: list[pa.Array]) -> pd.Series:
    return pd.Series(pd.array(pa.chunked_array(chunks, pa.large_string()), dtype="str"))


def _columns_of_records(layout: Layout, encoding: str | None, *, header: bool) -> list[pd.Series]:
    columns: list[list[str]] = [[] for _ in range(layout.width)]
    records = _fields(layout, encoding, header=header)
    while batch := list(islice(records, _BATCH)):
        for i, column in enumerate(columns):
            column.extend([fields[i] for fields in batch])
    return [to_series(values, str) for values in columns]


def _lines(path: Path, encoding: str | None) -> Iterator[str]:
    with path.open(encoding=encoding) as file:
        for line in file:
            yield line.removesuffix("\n")


def _csv_records(path: Path, sep: str, encoding: str | None) -> Iterator[list[str]]:
    with path.open(encoding=encoding, newline="") as file:
        yield from csv.reader(file, delimiter=sep)


_STRIP: dict[str | None, Callable[[str], str]] = {
    None: lambda line: line,
    "both": str.strip,
    "left": str.lstrip,
    "right": str.rstrip,
}


def _fields(layout: Layout, encoding: str | None, *, header: bool) -> Iterator[list[str]]:
    """Yields the fields of each record that is data."""
    if layout.quoting:
        assert layout.sep is not None
        records = ((not r, r) for r in _csv_records(layout.path, layout.sep, encoding))
    else:
        clean = _STRIP[layout.strip]
        lines = _lines(layout.path, encoding)
        records = ((not line.strip(), clean(line).split(layout.sep, layout.maxsplit)) for line in lines)
    if header:
        next(records, None)
    for number, (is_blank, fields) in enumerate(records, start=1 + header):
        if is_blank and layout.blank == "skip":
            continue
        if len(fields) < layout.width:
            if layout.short == "skip":
                continue
            raise layout.malformed(number, len(fields))
        if len(fields) > layout.width:
            if layout.extra == "skip":
                continue
            if layout.extra == "error":
                raise layout.malformed(number, len(fields))
        yield fields[: layout.width]
