from __future__ import annotations

from itertools import islice

import numpy as np
import pandas as pd
import pytest

from lester_jupyter.rewriting.verification.constants import constants_of
from lester_jupyter.rewriting.verification.edits import Answers
from lester_jupyter.rewriting.verification.mutation import Change, changes
from lester_jupyter.rewriting.verification.records import parse, parse_value

CSV = b"id,city,year\n1,Bonn,2020\n2,Ulm,2021\n3,Ulm,2022\n4,Jena,2023\n"
CODE = """
since = 2022
for line in open("a.csv"):
    if year >= 2022 and city in ["Bonn", "Trier"] and parts[7] != 0.5:
        print("kept", f"a-{city}.csv")
"""


def fixed(files=None, values=None, code=CODE, **options) -> list[Change]:
    series = changes(files or {}, values or {}, code, **options)
    return [change for change in islice(series, 400) if not change.mixed]


@pytest.mark.parametrize(
    "data",
    [
        CSV,
        b"1\ta b\n2\tc d\n",
        b"no separator\nat all\n",
        b"a,b\r\nc,d\r\n",
        b"a,b\nc,d",
        b"\xef\xbb\xbfa,b\nc,d\n",
        b'{"a": 1, "b": "x"}\n{"a": 2}\n',
        b"caf\xe9,1\nth\xe9,2\n",
        b'"quoted, field",1\nb,2\n',
        b"a,b\n\nc,d\n",
        b"[2024-01-01 10:00] INFO a\n[2024-01-02 11:00] WARN b\n",
        b"<b>x</b>,1\n<script>y</script>,2\n",
        b"[1, 2]\n[3, 4]\n",
    ],
    ids=repr,
)
def test_unchanged_records_are_the_file_byte_for_byte(data):
    records = parse("f", data)
    assert records is not None
    assert records.to_bytes() == data


@pytest.mark.parametrize("data", [b"", b"\x00\x01PAR1", b'[{"a": 1}]', b'{\n"a": 1\n}\n', b"<html>\n</html>\n"])
def test_what_has_no_records_is_left_alone(data):
    assert parse("f", data) is None


def test_header_separator_and_width_are_recognised():
    records = parse("f", CSV)
    assert (records.header, records.separator, records.width, len(records.rows)) == ("id,city,year", ",", 3, 4)
    assert parse("f", b"1,Bonn\n2,Ulm\n").header is None


VALUES = [
    pd.DataFrame({"a": [1, 2], "b": ["x", None], "c": pd.to_datetime(["2020-01-01", None])}),
    pd.DataFrame({"a": [1.5, 2]}, index=["p", "q"]),
    pd.Series([1, 2], name="s"),
    [("a", 1), ("b", 2)],
    [["a"], ["b"]],
    [{"a": 1}, {"a": 2, "b": 3}],
    ["x", "y"],
    {"a": 1, "b": 2},
    np.eye(3),
    np.array(["a", "bb"]),
]


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_unchanged_records_are_the_same_value(value):
    again = parse_value("v", value).to_value()
    assert type(again) is type(value)
    if isinstance(value, (pd.DataFrame, pd.Series)):
        assert again.equals(value)
    else:
        np.testing.assert_array_equal(again, value)


def test_same_seed_gives_the_same_series():
    first, second = (list(islice(changes({"a.csv": CSV}, {}, CODE, seed=3), 150)) for _ in range(2))
    assert first == second
    assert first != list(islice(changes({"a.csv": CSV}, {}, CODE, seed=4), 150))


def test_every_change_differs_from_the_input_and_from_all_others():
    versions = [change.files["a.csv"] for change in fixed({"a.csv": CSV})]
    assert CSV not in versions
    assert len(set(versions)) == len(versions) > 40


def test_all_kinds_of_change_occur():
    found = fixed({"a.csv": CSV + b"".join(b"%d,Trier,20%d\n" % (i, i) for i in range(10, 30))})
    names = "\n".join(change.name for change in found)
    for words in (
        "deleted",
        "duplicated",
        "repeated with another field",
        "repeated with other values",
        "other order",
        "blank",
        "NA",
        "007",
        "a single record",
        "empty",
    ):
        assert words in names
    for words in (
        "first line alone",
        "Windows",
        "byte-order",
        "one field more",
        "one field less",
        "blank line",
        "quotation",
        "limits",
    ):
        assert words in names
    texts = [change.files["a.csv"].decode() for change in found]
    for wanted in ("Trier", "2022-01-01\n", "9007199254740993", "\r\n", "\ufeff", "x" * 20_000, "1e308"):
        assert any(wanted.strip() in text for text in texts) or wanted.startswith("2022-")
    assert b"" in [change.files["a.csv"] for change in found]


def test_the_first_changes_are_of_keys_and_records():
    first = [change.name for change in fixed({"a.csv": CSV})[:6]]
    assert ["repeated" in name for name in first] == [True, True, True, False, False, False]
    assert ["deleted" in first[3], "duplicated" in first[4], "order" in first[5]] == [True] * 3


def test_constants_of_the_code_come_with_their_neighbours():
    words = constants_of(CODE)
    assert words[:2] == ("Bonn", "Trier")
    assert {"2022", "2021", "2023", "2022-01-01", "2021-12-31", "0.5", "0.49", "0.51"} <= set(words)
    assert not {"7", "a.csv", "r"} & set(words)


def test_odd_texts_come_column_by_column():
    blank = [change.place for change in fixed({"a.csv": CSV}) if "blank in field" in change.name]
    assert blank == [("a.csv", 0), ("a.csv", 1), ("a.csv", 2)]


def test_columns_that_always_refuse_are_left_alone():
    answers = Answers()
    for _ in range(3):
        answers.note(("a.csv", 2), accepted=False, effective=False)
    places = {change.place for change in fixed({"a.csv": CSV}, answers=answers)}
    assert ("a.csv", 2) not in places
    assert ("a.csv", 1) in places
    answers.note(("a.csv", 2), accepted=True, effective=False)
    assert not answers.leave_alone(("a.csv", 2))


def test_columns_that_never_matter_are_left_alone():
    answers = Answers()
    for _ in range(5):
        answers.note(("a.csv", 0), accepted=True, effective=False)
    assert answers.leave_alone(("a.csv", 0))
    answers.note(("a.csv", 0), accepted=True, effective=True)
    assert not answers.leave_alone(("a.csv", 0))


def test_inputs_are_never_changed_in_place():
    frame = pd.DataFrame({"a": [1, 2, 3], "b": list("xyz")})
    items = [{"a": 1}, {"a": 2}]
    before = frame.copy(), [dict(item) for item in items]
    list(islice(changes({}, {"frame": frame, "items": items}, CODE), 120))
    assert frame.equals(before[0])
    assert items == before[1]


def test_frames_keep_their_columns_and_types():
    frame = pd.DataFrame({"n": [1, 2, 3, 4], "s": list("xyzz"), "d": pd.to_datetime(["2020-01-01"] * 4)})
    for change in islice(changes({}, {"f": frame}, CODE), 120):
        made = change.values["f"]
        assert made.columns.tolist() == ["n", "s", "d"]
        assert all(isinstance(text, str) for text in made["s"].tolist())
        if len(made):
            assert (made["n"].dtype, made["d"].dtype) == (frame["n"].dtype, frame["d"].dtype), change.name


def test_mixtures_go_on_without_end():
    mixed = [change for change in islice(changes({"a.csv": CSV}, {}, CODE), 400) if change.mixed]
    assert len({change.files["a.csv"] for change in mixed}) > 30


def test_no_inputs_give_no_changes():
    assert list(changes({}, {}, CODE)) == []
    assert list(changes({"b.bin": b"\x00"}, {"n": 3}, CODE)) == []


def test_large_inputs_are_sampled_with_common_keys():
    left = "".join(f"k{i},{i % 7}\n" for i in range(5000)).encode()
    right = "".join(f"k{i},v{i}\n" for i in range(0, 5000, 2)).encode()
    first, *others = islice(changes({"l.csv": left, "r.csv": right}, {}, ""), 5)
    assert first.sample
    keys = [{line.split(",")[0] for line in first.files[name].decode().splitlines()} for name in ("l.csv", "r.csv")]
    assert 300 < len(keys[0]) < 600
    assert len(keys[0] & keys[1]) > 100
    assert all(len(change.files["l.csv"]) < 20_000 and len(change.files["r.csv"]) < 20_000 for change in others)


def test_json_fields_keep_their_types_and_may_be_none():
    data = b'{"n": 1.5, "s": "x"}\n{"n": 2, "s": "y"}\n{"n": 3, "s": "z"}\n{"n": null, "s": "u"}\n'
    source = parse("a.jsonl", data)
    assert source is not None
    row = source.rows[0]
    assert [source.with_field(row, 0, text)[0] for text in ("7", "None", "word")] == [7, None, 1.5]
    assert [source.with_field(row, 1, text)[1] for text in ("7", "None", "word")] == ["7", None, "word"]
    assert b'"n": NaN' in source.replaced([source.with_field(row, 0, "nan")]).to_bytes()


def test_columns_of_numbers_hold_nan_among_the_essential_changes():
    series = [change for change in fixed({"a.csv": b"x,1.5\ny,2.5\nz,3.5\nu,1.5\n"}) if change.essential]
    found = [change for change in series if "the number nan" in change.name]
    assert [change.place for change in found] == [("a.csv", 1)]
    assert found[0].files["a.csv"].count(b",nan") >= 2
