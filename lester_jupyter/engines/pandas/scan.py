"""Reads sources into tables."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from lester_jupyter.engines.pandas.values import to_series
from lester_jupyter.errors import SourceError
from lester_jupyter.plan import Scan


def read(scan: Scan) -> pd.DataFrame:
    """Reads a scan's source.

    Raises:
        SourceError: a file that is missing or malformed, or a source in memory whose table is not at hand.
    """
    source, options = scan.source, dict(scan.source.options)
    if source.format == "memory":
        raise SourceError(
            f"The records of {source.name!r} were in memory and are not part of the plan.",
            hint=f"pass them: plan.execute(sources={{{source.name!r}: frame}})",
        )
    return _READERS[source.format](Path(source.location), scan.names, options)


def read_csv(path: Path, names: tuple[Any, ...] | None, options: dict[str, Any]) -> pd.DataFrame:
    """Reads with pandas; `names` None takes the columns from the file."""
    del names
    try:
        return pd.read_csv(path, **options)
    except FileNotFoundError:
        raise missing_file(path) from None
    except pd.errors.EmptyDataError:
        raise SourceError(f"{path} is empty: there is not even a header to read.") from None
    except (pd.errors.ParserError, UnicodeDecodeError) as error:
        raise SourceError(f"{path} cannot be read as CSV: {error}.", hint="see pandas.read_csv's options") from error


def missing_file(path: Path) -> SourceError:
    """The error for a file that does not exist; names its neighbours with the same ending."""
    near = sorted(p.name for p in path.parent.glob(f"*{path.suffix}"))[:8] if path.parent.is_dir() else []
    return SourceError(f"There is no file {path}.", available=near or None)


def read_text(path: Path, names: tuple[Any, ...] | None, options: dict[str, Any]) -> pd.DataFrame:
    """Reads delimited text exactly as `line.split(sep)` or `csv.reader` would: every field is the text in the file."""
    assert names is not None
    records = list(_fields(path, len(names), **options))
    columns = zip(*records, strict=True) if records else ([] for _ in names)
    return pd.DataFrame({name: to_series(list(values), str) for name, values in zip(names, columns, strict=True)})


def read_lines(path: Path, names: tuple[Any, ...] | None, options: dict[str, Any]) -> pd.DataFrame:
    """Reads one column of lines without their line ends."""
    assert names is not None
    return pd.DataFrame({names[0]: to_series(list(_lines(path, options.get("encoding"))), str)})


def _lines(path: Path, encoding: str | None) -> Iterator[str]:
    try:
        with path.open(encoding=encoding) as file:
            for line in file:
                yield line[:-1] if line.endswith("\n") else line
    except FileNotFoundError:
        raise missing_file(path) from None
    except UnicodeDecodeError as error:
        raise SourceError(f"{path} is not text in the encoding {error.encoding}: {error}.") from error


def _csv_records(path: Path, sep: str, encoding: str | None) -> Iterator[list[str]]:
    try:
        with path.open(encoding=encoding, newline="") as file:
            yield from csv.reader(file, delimiter=sep)
    except FileNotFoundError:
        raise missing_file(path) from None
    except (csv.Error, UnicodeDecodeError) as error:
        raise SourceError(f"{path} cannot be read as CSV: {error}.") from error


_STRIP = {None: lambda line: line, "both": str.strip, "left": str.lstrip, "right": str.rstrip}


def _fields(
    path: Path,
    width: int,
    *,
    sep: str,
    quoting: bool,
    strip: str | None,
    header: bool,
    extra: str,
    short: str,
    blank: str,
    encoding: str | None,
) -> Iterator[list[str]]:
    """Yields the fields of each record that is data; see `lester_jupyter.read_text` for the options."""
    maxsplit = width - 1 if extra == "join" else -1
    if quoting:
        records = ((not r, r) for r in _csv_records(path, sep, encoding))
    else:
        clean = _STRIP[strip]
        records = (
            (not line.strip(), clean(line).split(sep or None, maxsplit)) for line in _lines(path, encoding)
        )
    if header:
        next(records, None)
    for number, (is_blank, fields) in enumerate(records, start=1 + header):
        if is_blank and blank == "skip":
            continue
        if len(fields) < width:
            if short == "skip":
                continue
            raise _malformed(path, number, len(fields), width)
        if len(fields) > width:
            if extra == "skip":
                continue
            if extra == "error":
                raise _malformed(path, number, len(fields), width)
        yield fields[:width]


def _malformed(path: Path, number: int, found: int, expected: int) -> SourceError:
    return SourceError(
        f"{path}: record {number} has {found} fields, expected {expected}.",
        hint='short="skip" or extra="drop" read past such records',
    )


_READERS = {"csv": read_csv, "text": read_text, "lines": read_lines}
