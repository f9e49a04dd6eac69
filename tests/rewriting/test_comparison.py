from __future__ import annotations

import datetime as dt
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from lester_jupyter.rewriting.verification.comparison import Difference, compare, compare_text, side_note

NAN = float("nan")

SAME = [
    (1, 1.0),
    (True, 1),
    (np.int64(3), 3),
    (Decimal(2), 2.0),
    (None, NAN),
    (pd.NaT, pd.NA),
    ([1, None], [1.0, NAN]),
    (0.1 + 0.2, 0.3),
    (1e300, 1e300 * (1 + 1e-12)),
    (dt.date(2022, 1, 5), "2022-01-05"),
    (pd.Timestamp("2022-01-05 07:00"), dt.datetime(2022, 1, 5, 7)),  # noqa: DTZ001
    ({1: 2, NAN: 3}, {float("nan"): 3, 1: 2}),
    ({1, 2}, {2, 1}),
    (np.array([1.0, 2]), np.array([1, 2 + 1e-7])),
    (np.array([1, 0]), np.array([True, False])),
    (sparse.csr_matrix(np.eye(2)), sparse.csc_matrix(np.eye(2))),
    (pd.DataFrame({"a": [1, 2], "b": ["x", None]}), pd.DataFrame({"b": ["x", NAN], "a": [1.0, 2.0]})),
    (pd.DataFrame({"a": [1, 2, 3]}).query("a != 2"), pd.DataFrame({"a": [1, 3]})),
    (pd.Series([1, 2]), pd.Series([1.0, 2.0], index=[4, 9])),
    (pd.DataFrame({"d": pd.to_datetime(["2022-01-05"])}), pd.DataFrame({"d": [dt.datetime(2022, 1, 5)]}, dtype=object)),  # noqa: DTZ001
    ([], []),
    (pd.DataFrame({"a": []}), pd.DataFrame({"a": []}, dtype=object)),
]

DIFFERENT = [
    ("0042", 42),
    ("0042", "42"),
    ("", None),
    ("", NAN),
    ("NA", None),
    ("1.0", 1.0),
    ("True", True),
    ("a ", "a"),
    ("a", b"a"),
    (2**53 + 1, 2**53),
    (2**53 + 1, float(2**53)),
    (1.0, 1.0 + 1e-8),
    (float("inf"), 1e308),
    (dt.datetime(2022, 1, 5), dt.date(2022, 1, 5)),  # noqa: DTZ001
    (dt.date(2022, 1, 5), "05.01.2022"),
    ([(1, 2)], [[1, 2]]),
    ([1, 2], (1, 2)),
    ([1, 2], [2, 1]),
    ([1], [1, 1]),
    ([], {}),
    ([], None),
    ([("a", 1), ("b", 2)], [("a", 1), ("b", 3)]),
    ({"a": 1}, {"a": 2}),
    ({"a": 1}, {"a": 1, "b": None}),
    ({"a": 1, "b": 2}, {"a": 1}),
    ({1}, {1, 2}),
    (np.zeros((2, 2)), np.zeros((2, 3))),
    (np.zeros(2), np.array([0, 1e-3])),
    (np.array([2**53 + 1]), np.array([2**53])),
    (np.array(["a"]), np.array(["b"])),
    (np.zeros(2), [0, 0]),
    (sparse.csr_matrix(np.eye(2)), np.eye(2)),
    (sparse.csr_matrix(np.eye(2)), sparse.csr_matrix(np.eye(2) * 2)),
    (pd.DataFrame({"a": [1]}), pd.DataFrame({"b": [1]})),
    (pd.DataFrame({"a": [1]}), pd.DataFrame({"a": [1], "b": [1]})),
    (pd.DataFrame({"a": [1, 2]}), pd.DataFrame({"a": [2, 1]})),
    (pd.DataFrame({"a": [1]}), [{"a": 1}]),
    (pd.Series([1, 2], ["a", "b"]), pd.Series([1, 2], ["a", "c"])),
    (pd.Series([1], name="a"), pd.Series([1], name="b")),
    (pd.Series([1, 2], pd.Index([1, 2], name="k")), pd.Series([1, 2])),
]


@pytest.mark.parametrize(("a", "b"), SAME, ids=str)
def test_same_values_in_other_types_are_equal_in_both_directions(a, b):
    assert compare(a, b) is None
    assert compare(b, a) is None


@pytest.mark.parametrize(("a", "b"), DIFFERENT, ids=str)
def test_different_values_differ_in_both_directions(a, b):
    assert isinstance(compare(a, b), Difference)
    assert isinstance(compare(b, a), Difference)


def test_difference_of_rows_names_position_field_and_both_rows():
    assert compare([("a", 1), ("b", "0042")], [("a", 1), ("b", 42)]) == Difference(
        "Row 1 differs: field 1 is '0042' in the original and 42 in the rewrite.", 1, "('b', '0042')", "('b', 42)"
    )


def test_difference_of_frames_names_the_column():
    original = pd.DataFrame({"k": [1, 2], "city": ["Bonn", "Köln"]})
    assert compare(original, original.assign(city=["Bonn", ""])) == Difference(
        "Row 1 differs: 'city' is 'Köln' in the original and '' in the rewrite.", 1, "k=2, city='Köln'", "k=2, city=''"
    )


def test_missing_rows_say_how_many_there_are():
    assert compare([(1,), (2,)], [(1,)]) == Difference(
        "Row 1 is only in the original. The original has 2 rows, the rewrite 1.", 1, "(2,)", None
    )


def test_missing_key_is_named():
    assert compare({"a": 1, "b": 2}, {"a": 1}) == Difference(
        "The key 'b' is missing in the rewrite.", 1, "'b': 2", None
    )


def test_undefined_order_compares_as_a_multiset():
    assert compare([3, 1, 1], [1, 3, 1], ordered=False) is None
    assert compare([3, 1, 1], [1, 3, 3], ordered=False) is not None
    assert compare([(0.1 + 0.2,), (1,)], [(1,), (0.3,)], ordered=False) is None
    frame = pd.DataFrame({"a": [1, 2], "b": ["x", "y"]})
    assert compare(frame, frame[::-1], ordered=False) is None
    assert compare(frame, frame[::-1].assign(b=["x", "y"]), ordered=False) is not None


def test_text_files_compare_line_by_line_whatever_the_line_ends():
    assert compare_text("a\r\nb\n", "a\nb\n") is None
    assert compare_text("a\nb\nc\n", "a\nx\nc\n") == Difference(
        "Line 2 differs: 'b' in the original, 'x' in the rewrite.", 1, "'b'", "'x'"
    )
    assert compare_text("a\n", "a") is not None
    assert compare_text("a\nb\n", "b\na\n") is not None
    assert compare_text("a\nb\n", "b\na\n", ordered=False) is None


def test_side_notes_name_what_equality_leaves_out():
    frame = pd.DataFrame({"a": [1, 2], "b": [3, 4]})
    assert "index" in (side_note(frame.set_axis([3, 4]), frame) or "")
    assert "columns" in (side_note(frame, frame[["b", "a"]]) or "")
    assert "keys" in (side_note({1: 1, 2: 2}, {2: 2, 1: 1}) or "")
    assert side_note(frame, frame.copy()) is None


cells = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4) | st.dates()
rows = st.lists(st.tuples(cells, cells), max_size=8)


@settings(max_examples=150, deadline=None)
@given(rows)
def test_every_value_equals_itself(data):
    assert compare(data, [tuple(row) for row in data]) is None
    assert compare(data, list(reversed(data)), ordered=False) is None
    frame = pd.DataFrame(data, columns=["a", "b"], dtype=object)
    assert compare(frame, frame[["b", "a"]]) is None


@settings(max_examples=150, deadline=None)
@given(rows, st.data())
def test_dropping_or_changing_one_row_is_noticed(data, draw):
    if data:
        position = draw.draw(st.integers(0, len(data) - 1))
        assert compare(data, data[:position] + data[position + 1 :]) is not None
        changed = [*data[:position], (data[position][0], "new!"), *data[position + 1 :]]
        assert compare(data, changed) is not None
        assert compare(data, changed, ordered=False) is not None
