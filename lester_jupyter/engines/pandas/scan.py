"""Reads sources into tables."""

from __future__ import annotations

import csv
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import pandas as pd

from lester_jupyter.engines.pandas.values import to_series
from lester_jupyter.errors import SourceError
from lester_jupyter.plan import Source
from lester_jupyter.plan.references import Name, Unreadable


def read_source(source: Source, names: tuple[Name, ...] | None) -> pd.DataFrame:
    """Reads a source.

    Args:
        source: the source.
        names: names of its columns, where the file does not name them itself.

    Raises:
        SourceError: a file that is missing or malformed, or a source in memory whose table is not at hand.
    """
    if source.format == "memory":
        raise records_not_at_hand(source.name)
    options = dict(source.options)
    lost = [name for name, value in options.items() if _is_lost(value)]
    if lost:
        raise SourceError(
            f"The option {lost[0]} of the source {source.name!r} is not part of a plan that was read from a file.",
            hint=f"pass the table: plan.execute(sources={{{source.name!r}: table}})",
        )
    return _READERS[source.format](Path(source.location), names, options)


def _is_lost(value: Any) -> bool:
    """Whether a value, or a part of it, could not be written to the plan's file."""
    if isinstance(value, dict):
        return any(map(_is_lost, value.values()))
    return isinstance(value, Unreadable) or (isinstance(value, tuple | list) and any(map(_is_lost, value)))


def records_not_at_hand(name: str) -> SourceError:
    """The error for a source in memory when only its plan is left."""
    return SourceError(
        f"The records of {name!r} were in memory and are not part of the plan.",
        hint=f"pass them: plan.execute(sources={{{name!r}: table}})",
    )


@contextmanager
def _reading(path: Path, what: str) -> Iterator[None]:
    """Within it, whatever makes a file unreadable becomes one clear error."""
    try:
        yield
    except FileNotFoundError:
        raise missing_file(path) from None
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror or error}.") from error
    except pd.errors.EmptyDataError:
        raise SourceError(f"{path} is empty: there is not even a header to read.") from None
    except (csv.Error, ValueError, LookupError) as error:  # of pandas and of decoding; LookupError: no such encoding
        raise SourceError(f"{path} cannot be read as {what}: {str(error).strip().rstrip('.')}.") from error


def missing_file(path: Path) -> SourceError:
    """The error for a file that does not exist; names its neighbours with the same ending."""
    near = sorted(p.name for p in path.parent.glob(f"*{path.suffix}"))[:8] if path.parent.is_dir() else []
    return SourceError(f"There is no file {path}.", available=near or None)


def read_csv(path: Path, names: tuple[Name, ...] | None, options: dict[str, Any]) -> pd.DataFrame:
    """Reads with pandas; the columns are those of the file, whatever `names` says."""
    del names
    given: dict[str, Any] = {k: list(v) if isinstance(v, tuple) else v for k, v in options.items()}  # plans hold tuples
    with _reading(path, "CSV"), warnings.catch_warnings():
        if "index_col" not in given and given.get("engine") != "pyarrow":
            # by default pandas makes an index of fields without a name, and a frame has none
            given["index_col"] = False
            warnings.filterwarnings("error", "Length of header or names", pd.errors.ParserWarning)
        try:
            table: pd.DataFrame = pd.read_csv(path, **given)
        except pd.errors.ParserWarning:
            raise SourceError(
                f"{path} has records with more fields than names.",
                hint="name all of them: read_csv(path, header=0, names=[…]); or index_col=False leaves the rest out",
            ) from None
    return table


_BATCH = 10_000
"""Records held as lists at a time: many small lists alive at once keep the garbage collector busy."""


def read_text(path: Path, names: tuple[Name, ...] | None, options: dict[str, Any]) -> pd.DataFrame:
    """Reads delimited text exactly as `line.split(sep)` or `csv.reader` would: every field is the text in the file."""
    assert names is not None
    columns: list[list[str]] = [[] for _ in names]
    with _reading(path, "text"):
        records = _fields(path, len(names), **options)
        while batch := list(islice(records, _BATCH)):
            for i, column in enumerate(columns):
                column.extend([fields[i] for fields in batch])
    return pd.DataFrame({name: to_series(values, str) for name, values in zip(names, columns, strict=True)})


def read_lines(path: Path, names: tuple[Name, ...] | None, options: dict[str, Any]) -> pd.DataFrame:
    """Reads one column of lines without their line ends."""
    assert names is not None
    with _reading(path, "text"):
        return pd.DataFrame({names[0]: to_series(list(_lines(path, options["encoding"])), str)})


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


def _fields(
    path: Path,
    width: int,
    *,
    sep: Any,
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
        records = ((not line.strip(), clean(line).split(sep, maxsplit)) for line in _lines(path, encoding))
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
