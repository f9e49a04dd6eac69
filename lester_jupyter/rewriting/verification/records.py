"""Inputs as records with fields, whatever they come as: text files, JSON lines, DataFrames, lists, dictionaries.

A text line is split at its separator and joined again, without a thought of quotes: what a change does to a quoted
field is a change as good as any. Every edit makes a new `Records`; the user's values are never touched.
"""

from __future__ import annotations

import hashlib
import json
import random
import re
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

Row = tuple[Any, ...]
Build = Callable[[Sequence[Row]], Any]
_SEPARATORS = ("\t", "|", ";", ",", "::", ":")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}.*)?")
_NAME = re.compile(r"[A-Za-z_][\w .()/-]{0,40}")
_LARGEST = 2_000
_KEPT = 400


@dataclass(frozen=True)
class Records:
    """The records of one input.

    Attributes:
        name: file name or variable name.
        rows: the fields of each record (further, hidden items of a row stay with it untouched).
        width: number of fields most records have.
        header: the first line of a text file where it looks like one.
        separator: between the fields of a text line; "" for one field a line.
        keys: of the objects, for JSON lines.
        line_end, tail, last_end, mark: layout of a text file.
        build: makes the value of an input variable out of rows; None for a file.
        convert: turns a text into what fits a column of the variable; None where nothing fits.
        untyped: whether any value may stand anywhere, as in JSON and in lists; columns of files and tables have types.
    """

    name: str
    rows: tuple[Row, ...]
    width: int
    header: str | None = None
    separator: str = ""
    keys: tuple[str, ...] | None = None
    line_end: str = "\n"
    tail: str = ""
    last_end: bool = True
    mark: str = ""
    build: Build | None = None
    convert: Callable[[int, str], Any] | None = None
    untyped: bool = False

    @property
    def is_file(self) -> bool:
        """Whether it is a text file (else it is an input variable)."""
        return self.build is None

    @property
    def has_header(self) -> bool:
        """Whether the first line seems to name the columns."""
        return self.header is not None

    def replaced(self, rows: Sequence[Row], *, header: bool = True) -> Records:
        """The same input with other records."""
        return replace(self, rows=tuple(rows), header=self.header if header else None)

    def laid_out(self, **marks: Any) -> Records:
        """The same records in a file with other line ends and marks."""
        return replace(self, **marks)

    def with_field(self, row: Row, column: int, text: str) -> Row:
        """A row with another field; unchanged where the text cannot stand in that column."""
        value = text if self.convert is None else self.convert(column, text)
        return row if value is _UNFIT else (*row[:column], value, *row[column + 1 :])

    def with_fields_of(self, row: Row, other: Row, columns: Collection[int]) -> Row:
        """A row with some fields of another."""
        return tuple(other[i] if i in columns and i < len(other) else value for i, value in enumerate(row))

    def with_altered(self, row: Row, column: int) -> Row:
        """A row with a value in one column that is like the others but new."""
        if column >= len(row):
            return row
        value = row[column]
        if isinstance(value, str):
            if _DATE.fullmatch(value):
                return self.with_field(row, column, f"{1987 + column}{value[4:]}")
            return self.with_field(row, column, f"{value}7" if _NUMBER.fullmatch(value) else f"{value}-new")
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return (*row[:column], type(value)(value + 1001), *row[column + 1 :])
        return row

    def column(self, column: int) -> list[str]:
        """The fields of one column, as text."""
        return [str(row[column]) for row in self.rows if column < min(len(row), self.width)]

    def holds(self, text: str) -> bool:
        """Whether some field is this text."""
        return any(text in self.column(c) for c in range(self.width))

    def number_columns(self) -> list[int]:
        """Columns of which most fields look like numbers."""
        return [c for c in range(self.width) if _share(self.column(c), _NUMBER) > 0.6]

    def date_columns(self) -> list[int]:
        """Columns of which most fields look like ISO dates."""
        return [c for c in range(self.width) if _share(self.column(c), _DATE) > 0.6]

    def column_like(self, text: str, rng: random.Random) -> int | None:
        """A column in which a text is at home: where it occurs, else one of its type, else one of few values."""
        if not self.rows or not self.width:
            return None
        counts = {c: self.column(c).count(text) for c in range(self.width)}
        best = max(counts, key=lambda c: counts[c])
        if counts[best]:
            return best
        if _DATE.fullmatch(text):
            return rng.choice(self.date_columns()) if self.date_columns() else None
        numbers = self.number_columns()
        if _NUMBER.fullmatch(text):
            return rng.choice(numbers) if numbers else None
        texts = [c for c in range(self.width) if c not in numbers and c not in self.date_columns()]
        few = [c for c in texts if len(set(self.column(c))) <= max(2, len(self.rows) // 2)]
        return rng.choice(few or texts or list(range(self.width)))

    def to_bytes(self) -> bytes:
        """The file."""
        lines = [*([self.header] if self.header is not None else []), *map(self._line, self.rows)]
        text = self.mark + self.line_end.join(lines)
        if lines and self.last_end:
            text += self.line_end
        return (text + self.tail.replace("\n", self.line_end)).encode("utf-8", errors="surrogateescape")

    def to_value(self) -> Any:
        """The input variable."""
        assert self.build is not None
        return self.build(self.rows)

    def fingerprint(self) -> str:
        """The same for the same content."""
        data = self.to_bytes() if self.is_file else repr(self.rows).encode("utf-8", errors="surrogatepass")
        return hashlib.sha256(data).hexdigest()

    def _line(self, row: Row) -> str:
        if self.keys is None:
            return self.separator.join(row)
        if row == ("",):
            return ""
        present = {key: value for key, value in zip(self.keys, row, strict=False) if value is not _ABSENT}
        return json.dumps(present, ensure_ascii=False)


class _Mark:
    def __init__(self, name: str) -> None:
        self._name = name

    def __repr__(self) -> str:
        return self._name

    def __str__(self) -> str:
        return ""


_UNFIT = _Mark("unfit")
_ABSENT = _Mark("absent")


def parse(name: str, data: bytes) -> Records | None:
    """The records of a text file, or None for what is no text."""
    if b"\x00" in data[:4096]:
        return None
    try:
        text = data.decode("utf-8-sig" if data.startswith(b"\xef\xbb\xbf") else "utf-8")
    except UnicodeDecodeError:
        text = data.decode("utf-8", errors="surrogateescape")  # some other encoding: bytes stay as they are
    mark = "\ufeff" if data.startswith(b"\xef\xbb\xbf") else ""
    line_end = "\r\n" if "\r\n" in text else "\n"
    lines = text.split(line_end)
    last_end = lines[-1] == ""
    lines = lines[:-1] if last_end else lines
    if not lines:
        return None
    layout = {"line_end": line_end, "last_end": last_end, "mark": mark}
    objects = _json_objects(lines)
    if objects is not None:
        keys = tuple(dict.fromkeys(key for item in objects for key in item))
        rows = tuple(tuple(item.get(key, _ABSENT) for key in keys) for item in objects)
        return Records(name, rows, len(keys), keys=keys, convert=_converter(rows), untyped=True, **layout)  # type: ignore[arg-type]
    if _is_document(text.strip()):
        return None
    separator = _separator(lines)
    split = [tuple(line.split(separator)) if separator else (line,) for line in lines]
    width = Counter(map(len, split)).most_common(1)[0][0]
    header = lines[0] if _is_header(split) else None
    return Records(name, tuple(split[1:] if header is not None else split), width, header, separator, **layout)  # type: ignore[arg-type]


def parse_value(name: str, value: Any) -> Records | None:
    """The records of an input variable, or None for what has none."""
    if isinstance(value, pd.DataFrame):
        return _of_frame(name, value)
    if isinstance(value, pd.Series):
        frame = value.to_frame("value")
        made = _of_frame(name, frame)
        inner = made.build
        assert inner is not None

        def build(rows: Sequence[Row]) -> Any:
            return inner(rows)["value"].rename(value.name)

        return replace(made, build=build)
    if isinstance(value, np.ndarray) and value.ndim in {1, 2} and value.dtype.kind in "biufUO" and len(value):
        return _of_array(name, value)
    if isinstance(value, list) and value:
        return _of_list(name, value)
    if isinstance(value, dict) and len(value) > 1:
        rows = tuple((key, item) for key, item in value.items())
        return Records(
            name,
            rows,
            2 if all(isinstance(v, str) for v in value.values()) else 1,
            build=_dict_of,
            convert=_converter(rows),
        )
    return None


def reduce_records(sources: list[Records], rng: random.Random) -> list[Records]:
    """Fewer records of very large inputs, chosen so that they still have keys in common."""
    if all(len(source.rows) <= _LARGEST for source in sources):
        return sources
    shared: set[str] = set()
    reduced = []
    for source in sorted(sources, key=lambda s: len(s.rows)):
        rows = list(source.rows)
        if len(rows) > _LARGEST:
            related = [row for row in rows if shared.intersection(map(str, row[: source.width]))]
            chosen = rng.sample(related, min(len(related), _KEPT))
            rows = [*chosen, *rng.sample(rows, _KEPT // 4 if related else _KEPT)]
        shared |= _rare_values(source.replaced(rows))
        reduced.append(source.replaced(rows))
    by_name = {source.name: source for source in reduced}
    return [by_name[source.name] for source in sources]


def _rare_values(source: Records) -> set[str]:
    counts = Counter(str(field) for row in source.rows for field in row[: source.width])
    return {value for value, count in counts.items() if len(value) > 1 and count <= 20}


def _share(fields: list[str], pattern: re.Pattern[str]) -> float:
    return sum(bool(pattern.fullmatch(field.strip())) for field in fields) / len(fields) if fields else 0.0


def _json_objects(lines: list[str]) -> list[dict[str, Any]] | None:
    if not lines[0].lstrip().startswith("{"):
        return None
    objects = []
    for line in lines:
        try:
            item = json.loads(line) if line.strip() else {}
        except ValueError:
            return None
        if not isinstance(item, dict):
            return None
        objects.append(item)
    return objects


def _is_document(text: str) -> bool:
    """Whether a text is one JSON or XML document, whose lines are no records; logs, too, begin with [ or <."""
    if text.startswith("<"):
        return text.endswith(">")
    if not text.startswith(("{", "[")):
        return False
    try:
        json.loads(text)
    except ValueError:
        return False
    except RecursionError:
        return True
    return True


def _separator(lines: list[str]) -> str:
    sample = [line for line in lines[:200] if line.strip()]
    if not sample:
        return ""
    found = [s for s in _SEPARATORS if sum(s in line for line in sample) > 0.9 * len(sample)]
    return found[0] if found else ""


def _is_header(rows: list[Row]) -> bool:
    """Whether the first line names the columns: names over a column of numbers or dates, and nowhere else found."""
    if len(rows) < 2:
        return False
    first, others = rows[0], rows[1:200]
    names = [field.strip().strip('"') for field in first]
    if len(set(names)) < len(names) or not all(_NAME.fullmatch(name) for name in names):
        return False
    columns = [[row[i] for row in others if i < len(row)] for i in range(len(first))]
    typed = any(max(_share(column, _NUMBER), _share(column, _DATE)) > 0.6 for column in columns)
    return typed and not any(first[i] in column for i, column in enumerate(columns))


def _of_frame(name: str, frame: pd.DataFrame) -> Records:
    plain = isinstance(frame.index, pd.RangeIndex)
    columns = [frame.iloc[:, i].tolist() for i in range(frame.shape[1])]
    labels = [] if plain else [frame.index.tolist()]  # a hidden last item: rows keep their labels
    rows = tuple(zip(*columns, *labels, strict=True)) if columns else ()
    dtypes = list(frame.dtypes)

    def build(new: Sequence[Row]) -> pd.DataFrame:
        made = {}
        for i, dtype in enumerate(dtypes):
            column = pd.Series([row[i] for row in new], dtype=object)
            try:
                made[i] = column.astype(dtype)
            except (TypeError, ValueError, OverflowError):
                made[i] = column.infer_objects()
        result = pd.DataFrame(made, index=None if plain else pd.Index([row[-1] for row in new], name=frame.index.name))
        if not plain:
            for i, column in made.items():
                result[i] = column.to_numpy()
        result.columns = frame.columns
        return result

    def convert(column: int, text: str) -> Any:
        return _fit(text, dtypes[column])

    return Records(name, rows, frame.shape[1], build=build, convert=convert)


def _fit(text: str, dtype: Any) -> Any:
    """A text as a value of a DataFrame's column."""
    kind = getattr(dtype, "kind", "O")
    if kind in "OUST" or isinstance(dtype, pd.StringDtype):
        return text
    if text.strip() in {"", "NA", "null", "nan", "None"}:
        return _UNFIT if kind in "iub" and isinstance(dtype, np.dtype) else None
    if kind in "iuf":
        number = float(text) if _NUMBER.fullmatch(text) else None
        if number is None or (kind in "iu" and (number != int(number) or abs(number) > 2**62)):
            return _UNFIT
        return int(text) if kind in "iu" and text.lstrip("+-").isdigit() else number
    if kind == "M" and _DATE.fullmatch(text) and text[:4] not in {"0001", "9999"}:
        return pd.Timestamp(text)
    return _UNFIT


def _of_array(name: str, array: Any) -> Records:
    flat = array.ndim == 1
    rows = tuple((item,) for item in array.tolist()) if flat else tuple(tuple(item) for item in array.tolist())

    def build(new: Sequence[Row]) -> Any:
        items = [row[0] for row in new] if flat else [list(row) for row in new]
        shape = (0,) if flat else (0, array.shape[1])
        return (
            np.array(items, dtype=array.dtype if array.dtype.kind != "U" else None)
            if items
            else np.empty(shape, array.dtype)
        )

    return Records(
        name, rows, 1 if flat else array.shape[1], build=build, convert=lambda _column, text: _fit(text, array.dtype)
    )


def _of_list(name: str, items: list[Any]) -> Records:
    first = items[0]
    if all(isinstance(item, dict) for item in items):
        keys = tuple(dict.fromkeys(key for item in items for key in item))
        rows = tuple(tuple(item.get(key, _ABSENT) for key in keys) for item in items)

        def build(new: Sequence[Row]) -> Any:
            return [{k: v for k, v in zip(keys, row, strict=False) if v is not _ABSENT} for row in new]

        return Records(name, rows, len(keys), build=build, convert=_converter(rows), untyped=True)
    if all(isinstance(item, (list, tuple)) and type(item) is type(first) for item in items):
        shape: Callable[[Row], Any] = list if isinstance(first, list) else tuple
        rows = tuple(tuple(item) for item in items)
        width = Counter(map(len, rows)).most_common(1)[0][0]
        return Records(
            name, rows, width, build=lambda new: [shape(row) for row in new], convert=_converter(rows), untyped=True
        )
    rows = tuple((item,) for item in items)
    return Records(name, rows, 1, build=lambda new: [row[0] for row in new], convert=_converter(rows), untyped=True)


def _converter(rows: Sequence[Row]) -> Callable[[int, str], Any]:
    """Fits a text to the type that a column of Python values has; mixed columns take texts, and every column None."""

    def convert(column: int, text: str) -> Any:
        values = [row[column] for row in rows if column < len(row)]
        kinds = {type(value) for value in values if value is not None and value is not _ABSENT}
        if text == "None":
            return None
        if kinds <= {int, float} and kinds:
            if text == "nan" and float in kinds:
                return float("nan")
            if text in {"", "NA"}:
                return None if text == "NA" else _UNFIT
            if not _NUMBER.fullmatch(text):
                return _UNFIT
            return int(text) if text.lstrip("+-").isdigit() else float(text)
        return text if str in kinds or not kinds else _UNFIT

    return convert


def _dict_of(rows: Sequence[Row]) -> Any:
    return {row[0]: row[1] for row in rows}
