from __future__ import annotations

from datetime import date
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lester_jupyter.widgets.display import LIMIT, MISSING, cell, human, plain, visible, wire_safe


@pytest.mark.parametrize("value", [None, float("nan"), np.nan, pd.NA, pd.NaT, np.datetime64("NaT")])
def test_cell_of_a_missing_value_is_none(value):
    assert cell(value) is None
    assert plain(cell(value)) == MISSING


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("", ""),
        ("None", "None"),
        ("NaN", "NaN"),
        ("∅", "∅"),
        (0, "0"),
        (2**63 + 1, str(2**63 + 1)),
        (True, "True"),
        (0.1 + 0.2, "0.3"),
        (1e300, "1e+300"),
        (float("inf"), "inf"),
        (1234567.0, "1234567.0"),
        (Decimal("1.10"), "1.10"),
        (date(2023, 1, 5), "2023-01-05"),
        ([], "[]"),
        (("a", None), "('a', None)"),
        ("<img src=x onerror=alert(1)>", "<img src=x onerror=alert(1)>"),
        ("👩‍👩‍👧 שלום", "👩‍👩‍👧 שלום"),
    ],
)
def test_cell_of_a_value_is_its_text(value, shown):
    assert cell(value) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\nb\tc\rd", "a↵b⇥c␍d"),
        ("\x00\x1b[31m", "␀␛[31m"),
        ("\x7f\x85", "␡⟨U+0085⟩"),
        ("evil\u202etxt.exe", "evil⟨U+202E⟩txt.exe"),
        ("a\u2066b\u2069", "a⟨U+2066⟩b⟨U+2069⟩"),
        ("zero\u200bwidth\ufeff", "zero⟨U+200B⟩width⟨U+FEFF⟩"),
        ("lone \ud800", "lone ⟨U+D800⟩"),
    ],
)
def test_visible_shows_what_could_hide_or_reorder(text, shown):
    assert visible(text) == shown


def test_cell_of_a_long_text_is_cut_and_says_how_long_it_is():
    assert cell("x" * 1_000_000) == {"text": "x" * LIMIT, "length": 1_000_000}
    assert plain(cell("x" * 201)) == "x" * LIMIT + "…"
    assert cell("x" * LIMIT) == "x" * LIMIT


def test_cell_of_a_huge_container_is_worked_out_quickly():
    shown = cell([["x" * 1_000_000] * 1000] * 1000)
    assert len(plain(shown)) <= LIMIT + 1


def test_cell_of_an_object_that_cannot_be_shown_says_so():
    class Rude:
        def __str__(self) -> str:
            raise RuntimeError("no")

    assert cell(Rude()) == "⟨Rude cannot be shown: RuntimeError⟩"


@given(st.text(st.characters(), max_size=400))
def test_cell_of_any_text_survives_the_wire(text):
    shown = cell(text)
    flat = shown if isinstance(shown, str) else shown["text"]
    assert flat.encode("utf-8").decode("utf-8") == flat
    assert not any(ord(c) < 0x20 for c in flat)


def test_wire_safe_changes_nothing_but_unpaired_surrogates():
    assert wire_safe("a\t\u202e\n") == "a\t\u202e\n"
    assert wire_safe("a\ud800") == "a?"


@pytest.mark.parametrize(("count", "shown"), [(0, "0"), (9999, "9,999"), (12_345, "12k"), (1_250_000, "1.25M")])
def test_human_is_short(count, shown):
    assert human(count) == shown
