"""The edits that changed inputs are made of: each takes records and gives other records, or None where it cannot.

An edit never alters its argument, and takes all its choices from a seeded `Draw`.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from lester_jupyter.rewriting.verification.records import Records, Row

_REFUSALS = 3
_IDLE = 5


@dataclass
class Answers:
    """What the original did with changes of single columns, told by the caller while it goes through the series."""

    refused: Counter[tuple[str, int]] = field(default_factory=Counter)
    accepted: Counter[tuple[str, int]] = field(default_factory=Counter)
    effective: Counter[tuple[str, int]] = field(default_factory=Counter)

    def note(self, place: tuple[str, int] | None, *, accepted: bool, effective: bool) -> None:
        """Notes whether the original accepted a change of one column, and whether its output changed."""
        if place is not None:
            self.accepted[place] += accepted
            self.refused[place] += not accepted
            self.effective[place] += effective

    def leave_alone(self, place: tuple[str, int]) -> bool:
        """Whether a column has only ever made the original raise, or never changed its output."""
        if not self.accepted[place]:
            return self.refused[place] >= _REFUSALS
        return self.accepted[place] >= _IDLE and not self.effective[place]


class Draw(random.Random):
    """A repeatable source of choices that also knows which columns are not worth more changes.

    The original that parses a date column raises on 'NA' there, and on 'null', and on 'True': after some such answers
    the column is left alone, and the time goes where a change can tell something.
    """

    def __init__(self, seed: int | str, answers: Answers) -> None:
        super().__init__(seed)
        self.answers = answers


@dataclass(frozen=True)
class Edited:
    """An input after one edit, and what the edit did; `parts` are smaller edits of the kind, should it be too much."""

    records: Records
    what: str
    column: int | None = None
    parts: tuple[Edited, ...] = ()


Edit = Callable[[Records, Draw], Edited | None]


def core_edits(width: int) -> Iterator[Edit]:
    """What reveals most, for an input of some columns: repeated keys, and records more, less or in another order."""
    yield from (repeat_records(column) for column in range(width))
    yield from (delete_record, duplicate_record, shuffle_records, exchange_fields)


def first_edits(width: int) -> Iterator[Edit]:
    """What reveals much: unknown values, repeated keys once more, numbers equal to nothing, the commonest odd texts."""
    yield from (column_edit(_UNKNOWN, column) for column in range(width))
    yield from (repeat_key(column) for column in range(width))
    yield from (column_edit(_NO_NUMBER, column) for column in range(width))
    yield from (column_edit(_MISSING, column) for column in range(width))
    yield delete_half
    yield from (column_edit(_ALTERATIONS[0], column) for column in range(width))
    yield from (column_edit(_texts(*_FIELDS[0]), column) for column in range(width))
    yield from (column_edit(_texts(*_FIELDS[1]), column) for column in range(width))
    yield from (one_record, blank_last_line)


def later_edits(width: int) -> Iterator[Edit]:
    """What reveals less often: rare texts, the layout of files, limits of types."""
    for texts, what in _FIELDS[2:]:
        yield from (column_edit(_texts(texts, what), column) for column in range(width))
    yield from (blank_middle_line, one_field_more, one_field_less)
    for alteration in _ALTERATIONS[1:]:
        yield from (column_edit(alteration, column) for column in range(width))
    yield from (crlf, byte_order_mark, no_records, only_first_line, no_last_line_end, one_record)
    yield from (exchange_fields, duplicate_record, delete_half, delete_record)


def random_column_edit(source: Records, rng: Draw) -> Edited | None:
    """One of the edits of single columns, for mixtures."""
    if not source.width:
        return None
    alterations = (_UNKNOWN, *_ALTERATIONS, *(_texts(*group) for group in _FIELDS))
    return column_edit(rng.choice(alterations), rng.randrange(source.width))(source, rng)


# New texts of fields, and how they are called. Each is what some reader takes for something else; those that a parser
# of numbers accepts stand apart from those that it does not, or one refusal would hide them all.
_FIELDS: tuple[tuple[tuple[str, ...], str], ...] = (
    (("",), "blank"),
    (("NA", "null", " ", "True"), "the words NA, null, True or one space"),
    (("None",), "None"),
    (("007", "0", "-1", "9007199254740993"), "007, 0, -1 or 2**53 + 1"),
    (("nan",), "the word nan"),
    (("1e3", "1.50", "1e308"), "1e3, 1.50 or 1e308"),
    (
        ("ABC xyz Äöß", "it's", "#comment", "a\\nb\\t", "שלום\u200f עולם"),
        "odd texts (umlauts, ', #, backslashes, right-to-left)",
    ),
    (("x" * 20_000,), "20,000 characters"),
)


@dataclass(frozen=True)
class Alteration:
    """A way to alter a field of a row, and what it is called; `kind` limits it to columns of numbers or dates."""

    alter: Callable[[Records, Row, int, int], Row]
    what: str
    kind: Literal["any", "number", "date"] = "any"


def column_edit(alteration: Alteration, column: int) -> Edit:
    """Alters one column in most records, and in few of them should that be too much for the original.

    One column at a time, or the first one that does not take a text would hide what the others make of it.
    """

    def edit(source: Records, rng: Draw) -> Edited | None:
        place = (source.name, column)
        homes = {"number": source.number_columns, "date": source.date_columns}.get(alteration.kind)
        if not source.rows or column >= source.width or rng.answers.leave_alone(place):
            return None
        if homes is not None and column not in homes():
            return None
        many = _most(source, rng)
        few = [rng.sample(range(len(source.rows)), k=1 + len(source.rows) // 50) for _ in range(_FEW_TRIES)]
        whole, *parts = (_altered(source, alteration, column, places, rng) for places in (many, *few))
        return replace(whole, parts=tuple(parts))

    return edit


def _altered(source: Records, alteration: Alteration, column: int, places: list[int], rng: Draw) -> Edited:
    rows = list(source.rows)
    for turn, position in enumerate(places, start=rng.randrange(60)):
        if column < len(rows[position]):
            rows[position] = alteration.alter(source, rows[position], column, turn)
    return Edited(source.replaced(rows), f"{alteration.what} in field {column} of {_records(places)}", column)


_FEW_TRIES = 2
_NONE_OR_NAN = (None, float("nan"))
_MOST_FIELDS = 60


def _missing(source: Records, row: Row, column: int, turn: int) -> Row:
    """None and NaN in turn, where any value may stand: Python tells them apart, and pandas not always."""
    if not source.untyped:
        return row
    return (*row[:column], _NONE_OR_NAN[turn % 2], *row[column + 1 :])


_MISSING = Alteration(_missing, "None and NaN in turn")


def _texts(texts: tuple[str, ...], what: str, kind: Literal["any", "number", "date"] = "any") -> Alteration:
    def alter(source: Records, row: Row, column: int, turn: int) -> Row:
        return source.with_field(row, column, texts[turn % len(texts)])

    return Alteration(alter, what, kind)


def _rewritten(rewrite: Callable[[str], str], what: str) -> Alteration:
    def alter(source: Records, row: Row, column: int, _turn: int) -> Row:
        text = row[column]
        return source.with_field(row, column, rewrite(text)) if isinstance(text, str) else row

    return Alteration(alter, what)


def _quoted(source: Records, row: Row, column: int, _turn: int) -> Row:
    text = row[column]
    separator = source.separator if source.is_file else ","
    return source.with_field(row, column, f'"{text}{separator}more"') if isinstance(text, str) else row


_UNKNOWN = Alteration(
    lambda source, row, column, _turn: source.with_altered(row, column), "values that occur nowhere else"
)
# No key of a dictionary or set finds it again, and neither side of a comparison holds.
_NO_NUMBER = _texts(("nan",), "the number nan", "number")
_ALTERATIONS = (
    _rewritten(lambda text: f" {text}  ", "blanks around the text"),
    _rewritten(str.swapcase, "the other case"),
    _rewritten(lambda text: text[:1] + '"' + text[1:], "a quotation mark"),
    Alteration(_quoted, "a quoted text with a separator"),
    _texts(("0", "-1", "9007199254740993", "0.1", "1e308"), "numbers at limits", "number"),
    _texts(("1999-12-31", "2000-01-01", "2024-02-29", "0001-01-01", "9999-12-31"), "dates at limits", "date"),
)


def word_edit(word: str, *, near: bool = False) -> Edit:
    """Puts a constant of the code (or texts that are nearly it) into a column: filters rarely match by chance."""

    def edit(source: Records, rng: Draw) -> Edited | None:
        column = source.column_like(word, rng)
        if near and (word[:1].isdigit() or word[:1] == "-"):
            return None  # numbers come with their neighbours
        if near and rng.random() < 0.5:
            texts = [c for c in range(source.width) if c not in {*source.number_columns(), *source.date_columns()}]
            column = rng.choice(texts) if texts else column
        if column is None:
            return None
        rows = list(source.rows)
        places = _most(source, rng) if near else rng.sample(range(len(rows)), k=min(len(rows), max(2, len(rows) // 3)))
        for turn, position in enumerate(places, start=rng.randrange(60)):
            if column < len(rows[position]):
                nearly = _near(word, str(rows[position][column]))
                rows[position] = source.with_field(rows[position], column, nearly[turn % len(nearly)] if near else word)
        return Edited(
            source.replaced(rows), f"field {column} of {_records(places)} is {'nearly ' if near else ''}{word!r}"
        )

    return edit


def _near(word: str, text: str) -> tuple[str, ...]:
    """Texts that a comparison, a prefix, a suffix or a search tells apart from the word."""
    return (f"{word}x", f"x{word}", f"{text} {word}", f"{word} {text}", word.swapcase(), f" {word}", f"{word}{word}")


def repeat_records(column: int) -> Edit:
    """Adds copies of the records with another value in one column, anywhere: which one wins, or are all kept?

    Whatever other column is the key, it is repeated; the new value is one of the others, or one that occurs nowhere.
    """

    def edit(source: Records, rng: Draw) -> Edited | None:
        if not source.rows or column >= source.width:
            return None
        rows = list(source.rows)
        places = _most(source, rng)
        for turn, position in enumerate(places):
            row = source.rows[position]
            other = source.with_altered(row, column)
            if turn % 2 or other == row:
                other = source.with_fields_of(row, rng.choice(source.rows), {column})
            rows.insert(rng.randint(0, len(rows)), other)
        return Edited(source.replaced(rows), f"{_records(places)} repeated with another field {column}")

    return edit


def repeat_key(column: int) -> Edit:
    """Adds records that share one column with a record and take the other fields from others."""

    def edit(source: Records, rng: Draw) -> Edited | None:
        if len(source.rows) < 2 or column >= source.width:
            return None
        rows = list(source.rows)
        places = _most(source, rng)
        for position in places:
            row = source.with_fields_of(rng.choice(source.rows), source.rows[position], {column})
            rows.insert(rng.randint(0, len(rows)), row)
        return Edited(source.replaced(rows), f"field {column} of {_records(places)} repeated with other values")

    return edit


def _repeat_any_key(source: Records, rng: Draw) -> Edited | None:
    if not source.width:
        return None
    return rng.choice((repeat_key, repeat_records))(rng.randrange(source.width))(source, rng)


def _most(source: Records, rng: Draw) -> list[int]:
    """Three quarters of the records: those that reach the output are among them, and some stay as they are."""
    count = len(source.rows)
    return rng.sample(range(count), k=min(_MOST_FIELDS, (count * 3 + 3) // 4))


def delete_record(source: Records, rng: Draw) -> Edited | None:
    """Deletes one record."""
    if not source.rows:
        return None
    position = rng.randrange(len(source.rows))
    return Edited(
        source.replaced([*source.rows[:position], *source.rows[position + 1 :]]), f"record {position} deleted"
    )


def delete_half(source: Records, rng: Draw) -> Edited | None:
    """Keeps a random half of the records."""
    rows = [row for row in source.rows if rng.random() < 0.5]
    return Edited(source.replaced(rows), f"{len(source.rows) - len(rows)} records deleted") if rows else None


def duplicate_record(source: Records, rng: Draw) -> Edited | None:
    """Writes some records twice, the copy anywhere."""
    if not source.rows:
        return None
    rows = list(source.rows)
    places = rng.sample(range(len(rows)), k=max(min(4, len(rows)), len(rows) // 5))
    for position in places:
        rows.insert(rng.randint(0, len(rows)), source.rows[position])
    return Edited(source.replaced(rows), f"{_records(places)} duplicated")


def shuffle_records(source: Records, rng: Draw) -> Edited | None:
    """Another order of the records."""
    rows = list(source.rows)
    rng.shuffle(rows)
    return Edited(source.replaced(rows), "records in another order")


def exchange_fields(source: Records, rng: Draw) -> Edited | None:
    """Gives each column of some records the value of another record: combinations that the data does not have."""
    if len(source.rows) < 2 or not source.width:
        return None
    rows = list(source.rows)
    places = rng.sample(range(len(rows)), k=max(1, len(rows) // 3))
    for position in places:
        column = rng.randrange(source.width)
        others = [row for row in source.rows if row[column : column + 1] != rows[position][column : column + 1]]
        if others:
            rows[position] = source.with_fields_of(rows[position], rng.choice(others), {column})
    return Edited(source.replaced(rows), f"fields of {_records(places)} exchanged with other records")


def one_record(source: Records, rng: Draw) -> Edited | None:
    """A single record is left."""
    return Edited(source.replaced([rng.choice(source.rows)]), "a single record") if len(source.rows) > 1 else None


def no_records(source: Records, _rng: Draw) -> Edited | None:
    """No record, no header."""
    return Edited(source.replaced([], header=False), "empty")


def only_first_line(source: Records, _rng: Draw) -> Edited | None:
    """The first line alone: the header, where there is one."""
    return Edited(source.replaced(list(source.rows[: 0 if source.has_header else 1])), "the first line alone")


def _layout(what: str, **marks: Any) -> Edit:
    def edit(source: Records, _rng: Draw) -> Edited | None:
        return Edited(source.laid_out(**marks), what) if source.is_file else None

    return edit


blank_last_line = _layout("a blank last line", tail="\n")
crlf = _layout("line ends of Windows", line_end="\r\n")
byte_order_mark = _layout("a byte-order mark", mark="\ufeff")
no_last_line_end = _layout("no line end after the last record", tail="", last_end=False)


def blank_middle_line(source: Records, rng: Draw) -> Edited | None:
    """An empty line between two records."""
    if not source.is_file or len(source.rows) < 2:
        return None
    position = rng.randint(1, len(source.rows) - 1)
    return Edited(
        source.replaced([*source.rows[:position], ("",), *source.rows[position:]]),
        f"a blank line before record {position}",
    )


def one_field_more(source: Records, rng: Draw) -> Edited | None:
    """A record with a field too many."""
    return _ragged(source, rng, lambda row: (*row, "extra"), "one field more")


def one_field_less(source: Records, rng: Draw) -> Edited | None:
    """A record with a field missing."""
    return _ragged(source, rng, lambda row: row[:-1], "one field less")


def _ragged(
    source: Records, rng: Draw, alter: Callable[[tuple[Any, ...]], tuple[Any, ...]], what: str
) -> Edited | None:
    if not source.is_file or not source.rows or source.width < 2:
        return None
    rows = list(source.rows)
    places = rng.sample(range(len(rows)), k=min(_MOST_FIELDS, (len(rows) + 2) // 3))
    for position in places:
        rows[position] = alter(tuple(rows[position]))
    return Edited(source.replaced(rows), f"{what} in {_records(places)}")


MIXED: tuple[Edit, ...] = (
    _repeat_any_key,
    delete_record,
    duplicate_record,
    shuffle_records,
    exchange_fields,
    delete_half,
)
"""Harmless edits, which the original nearly always accepts: several of them make a mixture."""


def _records(places: list[int]) -> str:
    """`record 3`, or `records 1, 4, 6`."""
    return f"record{'s' if len(set(places)) > 1 else ''} {_positions(places)}"


def _positions(places: list[int]) -> str:
    distinct = sorted(set(places))
    return ", ".join(map(str, distinct[:6])) + (", …" if len(distinct) > 6 else "")
