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
    a added after all an and any are argument arguments around as at attribute available base be before blank
    blanked both but by byte call callable can cannot case changed changes character column columns constant
    convert copy could crlf data dataframe dates deleted dict different does duplicate duplicated each empty end
    ends error every everything exactly exchanged exist expected false fewer field fields file files first float
    for format found from function got half has have header hint in index indices input inputs inside int
    integer integers into invalid is it item items iterable its join key keys last left length limit limits line
    lines list literal longer many mark match memory middle missing mixed more must name named names nan neither
    no none not nothing null number numbers object of on once one only or order original other out outside parse
    positional quote quoted quotes raised range read real record records removed repeated replaced required
    result rewrite right row rows same second seconds seeds sequence shape short shorter shuffled slice some
    source spaces stopped str string subscriptable supported swapped text than that the there time times to too
    took true tuple twice type types umlauts unexpected unpack unsupported used value values was were while with
    without word written zero
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


def describe_difference(original: str | None, rewritten: str | None, vocabulary: Vocabulary, detail: str = "") -> str:
    """Where and how two rows differ, without their values.

    Args:
        original: the row of the original's output, as text, or None where it has no such row.
        rewritten: the same of the rewrite.
        vocabulary: decides which keys and column names may be named.
        detail: the sentence for the user, of which only the place is used, where the rows alone do not show it.
    """
    if original is None and rewritten is None:
        return "The outputs differ as a whole (their type, or their number of rows)."
    if original is None:
        return "The rewrite has a row here that the original does not have."
    if rewritten is None:
        return "The original has a row here that the rewrite does not have."
    left, right = _parse(original), _parse(rewritten)
    # Long rows are cut off where they are shown: then only the positions that both have can be compared.
    cut = original.endswith("…") or rewritten.endswith("…")
    places = _places(left, right, common=cut)
    field = _named_field(detail, vocabulary)
    if field is not None and (cut or places is None):
        return field
    if places is None:
        return f"The original has {_kind(left)} here, the rewrite has {_kind(right)}: {_how(left, right)}."
    differing = [
        f"{place if isinstance(place, int) or vocabulary.knows(str(place)) else '…'}"
        f" ({_kind(a)} in the original, {_kind(b)} in the rewrite: {_how(a, b)})"
        for place, a, b in places
        if a != b or type(a) is not type(b)
    ]
    if not differing:
        return "The rows differ in a later position." if cut else "The rows read the same but are different values."
    return "These positions of the row differ (counted from 0): " + "; ".join(differing) + "."


_FIELD = re.compile(
    r"[^'\"]* differs: (?:field (?P<number>\d+)|(?P<name>'[^']*'))"
    r" is (?P<left>.+) in the original and (?P<right>.+) in the rewrite",
    re.DOTALL,
)


def _named_field(detail: str, vocabulary: Vocabulary) -> str | None:
    """The place and kind of a difference that a sentence like "Row 3 differs: field 1 is 'a' in …" speaks of."""
    match = _FIELD.match(detail)
    if match is None:
        return None
    name = match["name"]
    place = match["number"] or (name if vocabulary.knows(name) else "'…'")
    left, right = _parse(match["left"]), _parse(match["right"].rstrip("."))
    told = f"({_kind(left)} in the original, {_kind(right)} in the rewrite: {_how(left, right)})"
    return f"This position or column of the row differs (positions are counted from 0): {place} {told}."


_MISSING = object()


def _parse(text: str) -> object:
    try:
        return ast.literal_eval(text.strip())
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        # A row that is not written as a Python literal (a line of a file, a timestamp) is compared as text.
        return _beginning(text) if text.endswith("…") else text


def _beginning(text: str) -> object:
    """The elements that a cut-off literal has in full; the text itself where it is not the beginning of a literal."""
    closing = {"(": ",)", "[": "]", "{": "}"}.get(text[:1])
    commas = _top_level_commas(text)
    if closing is None or not commas:
        return text
    try:
        return ast.literal_eval(text[: commas[-1]] + closing)
    except (ValueError, SyntaxError):
        return text


def _top_level_commas(text: str) -> list[int]:
    found, depth, quote, escaped = [], 0, "", False
    for position, character in enumerate(text):
        if quote:
            if not escaped and character == quote:
                quote = ""
            escaped = character == "\\" and not escaped
        elif character in "'\"":
            quote = character
        elif character in "([{":
            depth += 1
        elif character in ")]}":
            depth -= 1
        elif character == "," and depth == 1:
            found.append(position)
    return found


def _places(left: object, right: object, *, common: bool) -> list[tuple[object, object, object]] | None:
    if isinstance(left, tuple | list) and isinstance(right, tuple | list):
        size = (min if common else max)(len(left), len(right))
        return [(i, _at(left, i), _at(right, i)) for i in range(size)]
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        keys = [key for key in dict.fromkeys([*left, *right]) if not common or (key in left and key in right)]
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
        (
            "the rewrite has only the beginning or the end of it",
            bool(right) and (left.startswith(right) or left.endswith(right)),
        ),
        (
            "the rewrite has more text before or after it",
            bool(left) and (right.startswith(left) or right.endswith(left)),
        ),
        ("the rewrite has it empty", not right),
        ("the original has it empty", not left),
    ):
        if same:
            return relation
    return "other text"
