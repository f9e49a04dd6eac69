"""Reads JSON: one record a line, or a document."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pandas as pd
from pandas.io.common import get_handle  # type: ignore[import-not-found]  # not in the stubs

from lester_jupyter.engines.pandas.integers import with_exact_integers
from lester_jupyter.engines.pandas.unreadable import reading
from lester_jupyter.errors import SourceError
from lester_jupyter.plan.references import Name

_BYTES = 4 * 2**20
_HALF = re.compile(rb"\\u[dD][89aAbB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])")
"""The first half of a character without its second: pandas leaves it out, so it must not come to that."""
_ESCAPED = re.compile(r"\\u[dD][89a-fA-F]")


def read_json(path: Path, names: tuple[Name, ...] | None, options: Mapping[str, Any]) -> pd.DataFrame:
    """Reads with pandas; see `lester_jupyter.read_json`."""
    del names
    given: dict[str, Any] = {k: list(v) if isinstance(v, tuple) else v for k, v in options.items()}
    file = _File(path, given.get("compression", "infer"), given.get("encoding") or "utf-8")
    with reading(path, "JSON"):
        told = given.get("lines") is not None
        first = file.first_character()
        if not first:
            raise SourceError(f"{path} is empty: there is no record to take columns from.")
        given["lines"] = given["lines"] if told else first != "["
        if file.matches(_HALF):
            file.check(given["lines"])
        try:
            table = pd.read_json(path, **given)
        except (ValueError, TypeError, AttributeError, RecursionError):
            file.check(given["lines"])
            raise
        _refuse_other_shapes(path, table, guessed=not told and given["lines"])
        asked = given["dtype"] if isinstance(given.get("dtype"), Mapping) else {}
        return with_exact_integers(table, lambda: file.columns(given), frozenset(asked)).reset_index(drop=True)


def _refuse_other_shapes(path: Path, table: Any, *, guessed: bool) -> None:
    if not isinstance(table, pd.DataFrame):
        raise SourceError(f"{path} was not read as a table.", hint='leave out typ="series"')
    if not len(table.columns):
        raise SourceError(f"{path} has no records with fields, and so no columns.")
    if guessed and len(table) == 1 and all(isinstance(v, dict | list) for v in table.iloc[0]):
        raise SourceError(
            f"{path} can be read as one record or as a table of columns.",
            hint="say which: read_json(path, lines=True) for records, lines=False for columns",
        )
    if not table.index.equals(pd.RangeIndex(len(table))):
        raise SourceError(
            f"{path} names its rows, and a frame has no index.",
            hint="from_pandas(pandas.read_json(path, …).reset_index()) makes a column of the names",
        )


class _File:
    """The text of a JSON file, read again with Python's own parser where pandas' says too little.

    Args:
        path: the file.
        compression: as for pandas.
        encoding: of the text.
    """

    def __init__(self, path: Path, compression: Any, encoding: str) -> None:
        self._path = path
        self._compression = compression
        self._encoding = encoding

    @contextmanager
    def _opened(self) -> Iterator[Any]:
        with get_handle(self._path, "rb", compression=self._compression, is_text=False) as handles:
            yield handles.handle

    def first_character(self) -> str:
        """The first character that is not white space; empty where there is none."""
        with self._opened() as file:
            while block := file.read(_BYTES):
                if found := block.decode(self._encoding, "ignore").lstrip("\ufeff \t\r\n"):
                    return str(found[0])
        return ""

    def matches(self, pattern: re.Pattern[bytes]) -> bool:
        """Whether a pattern of a few bytes is somewhere in the file; also true of one that a block's end cuts off."""
        with self._opened() as file:
            before = b""
            while block := file.read(_BYTES):
                if pattern.search(before + block):
                    return True
                before = block[-16:]
        return False

    def check(self, lines: bool) -> None:
        """Finds what is wrong with the file, with the line.

        Raises:
            SourceError: what is wrong; nothing is raised where Python's parser takes it all.
        """
        for _ in self._documents(lines):
            pass

    def _documents(self, lines: bool) -> Iterator[Any]:
        with self._opened() as file:
            text = io.TextIOWrapper(file, encoding=self._encoding, newline="\n")  # pandas splits at nothing else
            try:
                if not lines:
                    yield self._parse(text.read(), None)
                    return
                for number, line in enumerate(text, start=1):
                    if line.strip():
                        yield self._parse(line.rstrip("\r\n"), number)
            finally:
                text.detach()  # whoever opened the file closes it

    def _parse(self, text: str, line: int | None) -> Any:
        subject = "it" if line is None else f"line {line}"
        try:
            found = json.loads(text, parse_int=partial(self._integer, subject))
        except json.JSONDecodeError as error:
            place = f"line {error.lineno}, column {error.colno}" if line is None else f"column {error.colno}"
            hint = "lines=False reads a document of several lines" if line == 1 else ""
            hint = 'encoding="utf-8-sig" reads past the byte-order mark' if text.startswith("\ufeff") else hint
            raise self._fault(f"{subject} is malformed at {place}: {error.msg}", hint) from None
        except RecursionError:
            raise self._fault(f"{subject} is nested too deeply") from None
        if line is not None and not isinstance(found, dict | list):
            raise self._fault(f"{subject} is a {type(found).__name__}, expected an object")
        if _ESCAPED.search(text):
            try:
                json.dumps(found, ensure_ascii=False).encode()
            except UnicodeEncodeError as error:
                half = error.object[error.start]
                raise self._fault(f"{subject} has half of a character ({half!a}), which is no text") from None
        return found

    def _integer(self, subject: str, digits: str) -> int:
        if len(digits) <= 20 and -(2**63) <= int(digits) < 2**64:
            return int(digits)
        shown = digits if len(digits) <= 25 else digits[:25] + "…"
        hint = "from_records([json.loads(line) for line in open(path)]) keeps it"
        raise self._fault(f"{subject} has an integer of more than 64 bits, {shown}", hint)

    def _fault(self, what: str, hint: str = "") -> SourceError:
        return SourceError(f"{self._path} cannot be read as JSON: {what}.", hint=hint)

    def columns(self, options: Mapping[str, Any]) -> Sequence[Sequence[Any]]:
        """The values of all columns as they stand in the file, column by column."""
        documents = list(self._documents(options["lines"]))
        if options["lines"]:
            return _columns(documents[: options.get("nrows")])
        [document] = documents
        return _columns(_ROWS.get(options.get("orient"), lambda found: found)(document))


_ROWS: dict[str | None, Callable[[Any], Any]] = {
    "index": lambda found: list(found.values()),
    "split": lambda found: found["data"],
    "table": lambda found: [
        {k: v for k, v in row.items() if k not in found["schema"].get("primaryKey", ())} for row in found["data"]
    ],
}
"""What else than rows, or columns by their names, a document holds for each `orient` of pandas."""


def _columns(found: Any) -> list[list[Any]]:
    if isinstance(found, dict):
        rows = list(dict.fromkeys(row for column in found.values() if isinstance(column, dict) for row in column))
        return [[c.get(r) for r in rows] if isinstance(c, dict) else c for c in found.values()]
    if all(isinstance(row, dict) for row in found):
        return [[row.get(k) for row in found] for k in dict.fromkeys(k for row in found for k in row)]
    if all(isinstance(row, list) for row in found):
        return [list(column) for column in zip_longest(*found)]
    return [found]
