from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lester_jupyter.rewriting.llm.privacy import Vocabulary, describe_difference

WORDS = Vocabulary.of("customers = read('customers.csv')\nbank = 5", "title text")


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("KeyError: 'anna@mills.example'", "KeyError: '…'"),
        ("could not convert string to float: 'abc'", "could not convert string to float: '…'"),
        ("There is no column 'bank'. Available: title, text.", "There is no column 'bank'. Available: title, text."),
        ("customers.csv: row 3 deleted", "customers.csv: row … deleted"),
        ("ValueError: bad iban DE89 3704 0044", "ValueError: …"),
        ("expected 5 fields, got 6", "expected 5 fields, got …"),
    ],
)
def test_withhold_keeps_known_words_only(text, kept):
    assert WORDS.withhold(text) == kept


@given(st.text(alphabet="xyzXYZ890 '\".,@-", min_size=1))
def test_withhold_lets_no_unknown_word_through(secret):
    # No word of this alphabet is in the vocabulary.
    shown = WORDS.withhold(f"ValueError: {secret}")
    assert not set("xyzXYZ890") & set(shown)


AT = "These positions of the row differ (counted from 0): "
CASE = "(str in the original, str in the rewrite: only the case of letters differs)"
BLANKS = "(str in the original, str in the rewrite: only blanks around it differ)"
ONE_TEXT = "The original has str here, the rewrite has str: the rewrite has only the beginning or the end of it."


@pytest.mark.parametrize(
    ("original", "rewritten", "told"),
    [
        (None, None, "The outputs differ as a whole (their type, or their number of rows)."),
        (None, "('a',)", "The rewrite has a row here that the original does not have."),
        ("('a',)", None, "The original has a row here that the rewrite does not have."),
        (
            "('secret', 'Hello', 7)",
            "('secret', 'hello', '7')",
            f"{AT}1 {CASE}; 2 (int in the original, str in the rewrite: other type).",
        ),
        (
            "{'title': ' a', 'pin': 1}",
            "{'title': 'a'}",
            f"{AT}title {BLANKS}; … (int in the original, nothing in the rewrite: other type).",
        ),
        ("('Hi', 'a, \\'long\\' text (it', 'on…", "('hi', 'a, \\'long\\' text (it', 'on…", f"{AT}0 {CASE}."),
        ("['a', 'b', 'secr…", "['a', 'b', 'secrecy']", "The rows differ in a later position."),
        ("'abcdef'", "'abc'", ONE_TEXT),
        ("secret;x", "secret;", ONE_TEXT),
        ("(1, 2)", "(1,)", f"{AT}1 (int in the original, nothing in the rewrite: other type)."),
        ("(1, True)", "(1, 1)", f"{AT}1 (bool in the original, int in the rewrite: other type)."),
    ],
)
def test_describe_difference_says_where_and_how_without_values(original, rewritten, told):
    assert describe_difference(original, rewritten, WORDS) == told


@pytest.mark.parametrize(
    ("detail", "place"),
    [
        ("data: Row 0 differs: field 3 is 'Medina' in the original and 'medina' in the rewrite.", "3"),
        ("df: Row 7 differs: 'bank' is 'Medina' in the original and 'medina' in the rewrite.", "'bank'"),
        ("df: Row 7 differs: 'pin' is 'Medina' in the original and 'medina' in the rewrite.", "'…'"),
    ],
)
def test_describe_difference_finds_the_place_in_long_rows(detail, place):
    told = describe_difference("('same', 'and so…", "('same', 'and so…", WORDS, detail)
    expected = "This position or column of the row differs (positions are counted from 0): "
    assert told == f"{expected}{place} {CASE}."


def test_describe_difference_takes_no_place_from_within_a_value():
    detail = "data: Row 0 is 'x differs: field 44 is 'q' in the original and 'r' in the rewrite."
    assert "44" not in describe_difference("('a…", "('b…", WORDS, detail)


@given(st.lists(st.text(alphabet="qxzQXZ ", min_size=1), min_size=1, max_size=4), st.randoms())
def test_describe_difference_shows_no_value(values, random):
    changed = [value.swapcase() if random.random() < 0.5 else value + "q" for value in values]
    told = describe_difference(repr(tuple(values)), repr(tuple(changed)), WORDS)
    assert not set("qxzQXZ") & set(told) - set("x")
