"""Keeps values of the data out of what is sent to a language model.

Two means. A *vocabulary* lets through only words that the conversation has anyway (the user's code, our own
documentation) or that belong to the language of error messages; every other word becomes "…". And differences between
rows are described by position and kind, never by content.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_WORD = re.compile(r"\w+(?:\.\w+)*")

_ERROR_WORDS = frozenset(
    """
    a all an and any are argument arguments as at attribute base be blank blanked both but by call callable can cannot
    changed changes character column columns constant convert copy could data deleted dict different does duplicated
    duplicate each empty end error exactly exist expected false field fields file files first float for format found
    from function got has have header hint in index indices input inputs int integer integers into invalid is it
    iterable its join key keys last length limit line lines list literal longer many match memory missing more must
    name named names nan neither no none not null number object of on one only or order other out outside parse
    positional quote quoted raised range read real record records repeated replaced required result row rows second
    seconds sequence shape short shorter shuffled slice source stopped str string subscriptable supported swapped text
    than that the there time times to took too true tuple twice type types unexpected unpack unsupported
    used value values was were while with without word written zero available
    """.split()  # noqa: SIM905 - a list of 150 quoted words would be unreadable
)


@dataclass(frozen=True)
class Vocabulary:
    """The words that may be sent."""

    words: frozenset[str]

    @classmethod
    def of(cls, *texts: str) -> Vocabulary:
        """All words of texts that are sent anyway (dotted names also count as their parts)."""
        found = {word for text in texts for match in _WORD.findall(text) for word in (match, *match.split("."))}
        return cls(frozenset(found))

    def knows(self, name: str) -> bool:
        """Whether `name` consists of nothing but words that may be sent."""
        return self.withhold(name) == name

    def withhold(self, text: str) -> str:
        """`text` with every word that may not be sent replaced by "…"."""
        kept = _WORD.sub(lambda match: match[0] if self._may(match[0]) else "…", text)
        return re.sub(r"…(?:[^\w\n'\"]*…)+", "…", kept)

    def _may(self, word: str) -> bool:
        if word in self.words or word.lower() in _ERROR_WORDS:
            return True
        # An exception's class is never data.
        return bool(re.fullmatch(r"[A-Z][A-Za-z]*(Error|Exception|Warning)", word))


def describe_difference(original: str | None, rewritten: str | None, vocabulary: Vocabulary) -> str:
    """Where and how two rows differ, without their values.

    Args:
        original: the row of the original's output, as text, or None where it has no such row.
        rewritten: the same of the rewrite.
        vocabulary: decides which keys and column names may be named.
    """
    if original is None and rewritten is None:
        return "The outputs differ as a whole (their type, or their number of rows)."
    if original is None:
        return "The rewrite has a row here that the original does not have."
    if rewritten is None:
        return "The original has a row here that the rewrite does not have."
    left, right = _parse(original), _parse(rewritten)
    places = _places(left, right)
    if places is None:
        return f"The original has {_kind(left)} here, the rewrite has {_kind(right)}: {_how(left, right)}."
    differing = [
        f"{place if isinstance(place, int) or vocabulary.knows(str(place)) else '…'}"
        f" ({_kind(a)} in the original, {_kind(b)} in the rewrite: {_how(a, b)})"
        for place, a, b in places
        if a != b or type(a) is not type(b)
    ]
    if not differing:
        return "The rows read the same but are different values."
    return "These positions of the row differ (counted from 0): " + "; ".join(differing) + "."


_MISSING = object()
_UNREADABLE = object()


def _parse(text: str) -> object:
    try:
        return ast.literal_eval(text.strip())
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        # A row that is not written as a Python literal (a line of a file, a timestamp) is compared as text.
        return text


def _places(left: object, right: object) -> list[tuple[object, object, object]] | None:
    if isinstance(left, tuple | list) and isinstance(right, tuple | list):
        size = max(len(left), len(right))
        return [(i, _at(left, i), _at(right, i)) for i in range(size)]
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        keys = list(dict.fromkeys([*left, *right]))
        return [(str(key), left.get(key, _MISSING), right.get(key, _MISSING)) for key in keys]
    return None


def _at(values: Any, index: int) -> object:
    return values[index] if index < len(values) else _MISSING


def _kind(value: object) -> str:
    return "nothing" if value is _MISSING else type(value).__name__


def _how(left: object, right: object) -> str:
    if type(left) is not type(right):
        return "other type"
    if not isinstance(left, str) or not isinstance(right, str):
        return "other value"
    for relation, same in (
        ("only blanks around it differ", left.strip() == right.strip()),
        ("only the case of letters differs", left.lower() == right.lower()),
        ("only blanks inside differ", left.split() == right.split()),
        ("the rewrite has only the beginning or the end of it", bool(right) and (left.startswith(right) or left.endswith(right))),
        ("the rewrite has more text before or after it", bool(left) and (right.startswith(left) or right.endswith(left))),
        ("the rewrite has it empty", not right),
        ("the original has it empty", not left),
    ):
        if same:
            return relation
    return "other text"
