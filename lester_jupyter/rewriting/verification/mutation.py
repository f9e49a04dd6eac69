"""Changed inputs: versions on which a rewrite that matched the real data by luck will differ.

Records are lines of text files, rows of DataFrames and items of lists. The most revealing changes come first, because
a user's time budget may end the series: values that the code itself names ('UK', 2022) in records that lacked them,
repeated keys with other values, records deleted and doubled; then the odd forms of fields (blank, NA, quotes, 007);
then the shape of the file (line ends, blank lines, ragged records, one record, none). After the fixed list, random
mixtures follow without end. The same seed gives the same series.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from lester_jupyter.rewriting.verification.constants import constants_of
from lester_jupyter.rewriting.verification.edits import (
    MIXED,
    Answers,
    Draw,
    Edit,
    Edited,
    core_edits,
    first_edits,
    later_edits,
    random_column_edit,
    word_edit,
)
from lester_jupyter.rewriting.verification.records import Records, parse, parse_value, reduce_records


@dataclass(frozen=True)
class Change:
    """One version of the inputs.

    Attributes:
        name: what was changed, for the user: "customers.csv: record 3 deleted".
        files: new bytes of the changed files.
        values: new values of the changed input variables.
        parts: smaller changes of the same kind, for when the original does not accept this one.
        mixed: True for a random mixture, which the fixed list is over before.
        place: input and column that are changed, where it is one column.
        essential: True for what has to be tried before equality means much; the rest is rarer.
        sample: True for the version that only has fewer records; all later ones are changes of it.
    """

    name: str
    files: Mapping[str, bytes] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)
    parts: tuple[Change, ...] = ()
    mixed: bool = False
    place: tuple[str, int] | None = None
    essential: bool = False
    sample: bool = False


def changes(
    files: Mapping[str, bytes],
    values: Mapping[str, Any],
    code: str,
    *,
    seed: int = 0,
    answers: Answers | None = None,
) -> Iterator[Change]:
    """Yields changed versions of the inputs, the most revealing first, without end.

    Args:
        files: the text files that the original reads (others are left alone).
        values: its input variables.
        code: the original: its constants are put into records.
        seed: of all choices.
        answers: where the caller notes what the original made of each change; the series goes by it.

    Yields:
        Versions; nothing at all when no input can be changed.
    """
    sources = [source for name, data in files.items() if (source := parse(name, data)) is not None]
    sources += [source for name, value in values.items() if (source := parse_value(name, value)) is not None]
    if not sources:
        return
    answers = answers if answers is not None else Answers()
    rng = Draw(seed, answers)
    base = Change("")
    smaller = reduce_records(sources, rng)
    if smaller is not sources:  # very large inputs: all versions are changes of a sample, or each would take too long
        sources = smaller
        base = _change("a sample of the records", sources)
        yield replace(base, sample=True)
    words = constants_of(code)
    seen: set[tuple[str, str]] = {(source.name, source.fingerprint()) for source in sources}
    for essential, (source, edit) in _rounds(sources, words):
        edited = edit(source, rng)
        if edited is not None and (source.name, edited.records.fingerprint()) not in seen:
            seen.add((source.name, edited.records.fingerprint()))
            parts = tuple(replace(_described(source, part, base), place=None) for part in edited.parts)
            yield replace(_described(source, edited, base), parts=parts, essential=essential)
    for number in itertools.count(1):
        yield _mixture(sources, words, Draw(f"{seed}/{number}", answers), number)


def _described(source: Records, edited: Edited, base: Change) -> Change:
    change = _change(f"{source.name}: {edited.what}", [edited.records])
    place = (source.name, edited.column) if edited.column is not None else None
    return replace(change, files={**base.files, **change.files}, values={**base.values, **change.values}, place=place)


def _change(name: str, sources: list[Records]) -> Change:
    files = {source.name: source.to_bytes() for source in sources if source.is_file}
    values = {source.name: source.to_value() for source in sources if not source.is_file}
    return Change(name, files, values)


def _rounds(sources: list[Records], words: tuple[str, ...]) -> Iterator[tuple[bool, tuple[Records, Edit]]]:
    """The fixed list, its essential part first; a round goes over all sources, so none waits for another's rarities."""
    for number, steps in enumerate(_steps(sources, words)):
        yield from ((number < _ESSENTIAL_ROUNDS, step) for step in steps)


_ESSENTIAL_ROUNDS = 3


def _steps(sources: list[Records], words: tuple[str, ...]) -> Iterator[Iterator[tuple[Records, Edit]]]:
    yield _in_turn(sources, [list(core_edits(source.width)) for source in sources])
    yield ((source, word_edit(word)) for word in words for source in _homes(word, sources))
    yield _in_turn(sources, [list(first_edits(source.width)) for source in sources])
    yield ((source, word_edit(word, near=True)) for word in words for source in _homes(word, sources))
    yield _in_turn(sources, [list(later_edits(source.width)) for source in sources])


def _homes(word: str, sources: list[Records]) -> list[Records]:
    """The inputs that have a word already; all of them where none has."""
    return [source for source in sources if source.holds(word)] or sources


def _in_turn(sources: list[Records], edits: list[list[Edit]]) -> Iterator[tuple[Records, Edit]]:
    for turn in itertools.zip_longest(*edits):
        yield from ((source, edit) for source, edit in zip(sources, turn, strict=True) if edit is not None)


def _mixture(sources: list[Records], words: tuple[str, ...], rng: Draw, number: int) -> Change:
    """Several harmless edits at once, on all sources: what the original nearly always accepts."""
    edited = []
    for source in sources:
        records = source
        for _ in range(rng.randint(1, 4)):
            kind = rng.random()
            edit = random_column_edit if kind < 0.15 else rng.choice(MIXED)
            if words and kind > 0.65:
                edit = word_edit(rng.choice(words))
            done = edit(records, rng)
            records = done.records if done is not None and len(done.records.rows) else records
        edited.append(records)
    name = f"several records deleted, doubled, exchanged and changed (mixture {number})"
    return replace(_change(name, edited), mixed=True)
