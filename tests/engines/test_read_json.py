"""`read_json` is pandas' read_json, but for integers, which stay the same number, and for errors, which name the line."""

from __future__ import annotations

import gzip
import json
import tempfile
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import lester_jupyter as ld
from lester_jupyter.engines.pandas import documents
from lester_jupyter.errors import PlanError, SourceError

BIG = 2**53 + 1
RECORDS: list[dict[str, Any]] = [
    {"id": 1, "name": "a", "when": "2024-01-01", "updated_at": 1700000000000, "x": 0.5},
    {"id": 2, "name": None, "when": "2024-01-02", "updated_at": 1700000001000, "x": 1e-7},
    {"id": 3, "name": "007", "when": "", "tags": ["a", {"b": None}], "x": -1.0},
]
OPTIONS: list[dict[str, Any]] = [
    {},
    {"dtype": False},
    {"convert_dates": False},
    {"convert_dates": ["when"]},
    {"keep_default_dates": False},
    {"dtype": {"name": "str", "id": "float64"}},
    {"dtype_backend": "pyarrow"},
    {"dtype_backend": "numpy_nullable"},
    {"precise_float": True},
    {"date_unit": "ms"},
    {"encoding": "utf-8"},
]


def write(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def as_lines(records: list[Any]) -> str:
    return "".join(json.dumps(r, ensure_ascii=False) + "\n" for r in records)


@pytest.mark.filterwarnings(
    "ignore:The '(convert_dates|keep_default_dates|date_unit)' keyword in read_json is deprecated"
)
@pytest.mark.parametrize("options", OPTIONS, ids=repr)
@pytest.mark.parametrize("lines", [True, False])
def test_read_json_gives_what_pandas_gives_and_again_when_the_plan_runs(
    tmp_path: Path, options: dict[str, Any], lines: bool
) -> None:
    path = write(tmp_path / "f.json", as_lines(RECORDS) if lines else json.dumps(RECORDS, indent=1))
    expected = pd.read_json(path, lines=lines, **options)
    for frame in (ld.read_json(path, lines=lines, **options), ld.read_json(path, **options)):
        pd.testing.assert_frame_equal(frame.df, expected)
        pd.testing.assert_frame_equal(frame.plan.execute().df, expected)
        pd.testing.assert_frame_equal(ld.Plan.from_json(frame.plan.to_json()).execute().df, expected)
        assert frame.lineage.backward(1)["f"].tolist() == [1]


def test_read_json_takes_lines_only_options_and_compressed_files(tmp_path: Path) -> None:
    path = write(tmp_path / "f.jsonl.gz", gzip.compress(as_lines(RECORDS).encode()))
    assert ld.read_json(path, lines=True, nrows=2, name="records").to_values("id") == [1, 2]
    assert ld.read_json(path).plan.sources[0].format == "json"


@pytest.mark.parametrize("orient", ["split", "values", "table", "records", "columns"])
def test_read_json_takes_documents_of_any_orient_without_row_names(tmp_path: Path, orient: str) -> None:
    table = pd.DataFrame({"a": [1, 2], "b": ["x", "y"]})
    path = tmp_path / "f.json"
    table.to_json(path, orient=orient)
    frame = ld.read_json(path, orient, lines=False)
    pd.testing.assert_frame_equal(frame.df, pd.read_json(path, orient=orient), check_names=False)


def test_a_plan_runs_on_another_file_or_table(tmp_path: Path) -> None:
    frame = ld.read_json(write(tmp_path / "f.jsonl", '{"a": 1}\n{"a": 2}\n')).filter("a > 1")
    other = write(tmp_path / "g.json", '[{"a": 5}]')
    for plan in (frame.plan, ld.Plan.from_json(frame.plan.to_json())):
        assert plan.execute(sources={"f": other}).to_values("a") == [5]
        assert plan.execute(sources={"f": pd.DataFrame({"a": [0, 9]})}).to_values("a") == [9]
        assert plan.execute().to_values("a") == [2]


# integers ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "dtype"),
    [
        ([BIG, 2], "int64"),
        ([BIG, None], "object"),
        ([BIG, 1.5], "object"),
        ([BIG, 2.0], "object"),
        ([2**63, 1], "uint64"),
        ([2**63 + 1, -1], "object"),
        ([-(2**63), None], "float64"),  # a power of two: the float is the same number
        ([1, None], "float64"),
        ([1e300, 2.0], "float64"),
        (["1" * 400, "2"], "str"),
        ([str(BIG), None], "object"),
        ([str(BIG), "2"], "int64"),
        ([str(BIG), "1.5"], "str"),
    ],
)
@pytest.mark.parametrize("lines", [True, False])
def test_integers_stay_the_same_number(tmp_path: Path, values: list[Any], dtype: str, lines: bool) -> None:
    records = [{"k": i, "v": v} for i, v in enumerate(values)]
    path = write(tmp_path / "f.json", as_lines(records) if lines else json.dumps(records))
    column = ld.read_json(path).df["v"]
    assert str(column.dtype) == dtype
    for found, value in zip(column.tolist(), values, strict=True):
        if value is None:
            assert pd.isna(found)
        else:
            assert found == value or str(found) == value


@pytest.mark.parametrize(
    ("orient", "document"),
    [
        (None, {"a": {"0": BIG, "1": None}, "b": {"1": 2, "0": 1}}),
        ("split", {"columns": ["a", "b"], "data": [[BIG, 1], [None, 2]]}),
        ("values", [[BIG, 1], [None, 2]]),
        ("index", {"0": {"a": BIG, "b": 1}, "1": {"a": None, "b": 2}}),
    ],
)
def test_integers_stay_the_same_number_in_documents_of_any_orient(
    tmp_path: Path, orient: str | None, document: Any
) -> None:
    path = write(tmp_path / "f.json", json.dumps(document))
    assert ld.read_json(path, orient, lines=False).to_tuples() == [(BIG, 1), (None, 2)]


def test_types_that_were_asked_for_are_kept(tmp_path: Path) -> None:
    path = write(tmp_path / "f.jsonl", as_lines([{"a": BIG}, {"a": None}]))
    assert ld.read_json(path, dtype={"a": "float64"}).df["a"].dtype == "float64"
    exact = ld.read_json(path, dtype={"a": "Int64"}).df["a"]
    assert (str(exact.dtype), exact[0]) == ("Int64", BIG)


def test_times_made_of_inexact_integers_are_not_times(tmp_path: Path) -> None:
    path = write(tmp_path / "f.jsonl", as_lines([{"date": 1700000000123456789}, {"date": None}]))
    assert ld.read_json(path).to_values("date") == [1700000000123456789, None]


VALUES = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.integers(2**53 - 2, 2**53 + 2)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=4)
    | st.sampled_from(["1", "007", str(BIG), "1.5", "NA", ""])
    | st.lists(st.integers(0, 3), max_size=2)
)


@settings(max_examples=120, derandomize=True, deadline=None)
@given(
    st.lists(st.dictionaries(st.sampled_from(["a", "b", "c", "1", "date"]), VALUES, min_size=1), min_size=1, max_size=6)
)
def test_read_json_equals_pandas_on_random_records_but_for_inexact_integers(records: list[dict[str, Any]]) -> None:
    with tempfile.TemporaryDirectory() as directory:
        path = write(Path(directory) / "f.jsonl", as_lines(records))
        try:
            expected = pd.read_json(path, lines=True)
        except (ValueError, OverflowError, TypeError):
            with pytest.raises(SourceError):
                ld.read_json(path, lines=True)
            return
        found = ld.read_json(path, lines=True).df
    assert list(found.columns) == list(expected.columns)
    keys = list(dict.fromkeys(k for r in records for k in r))
    for position, key in enumerate(keys):
        ours, theirs = found.iloc[:, position], expected.iloc[:, position]
        values = [r.get(key) for r in records]
        if ours.dtype == theirs.dtype and ours.equals(theirs):
            for value, read in zip(values, ours.tolist(), strict=True):
                if isinstance(value, int) and not isinstance(read, str | pd.Timestamp):
                    assert pd.isna(read) or read == value
        else:
            assert [None if isinstance(v, float) and pd.isna(v) else v for v in ours.tolist()] == values
            assert any(isinstance(v, int | str) and str(v).lstrip("-").isdigit() and int(v) != float(v) for v in values)


# values that are no scalars -----------------------------------------------------------------------------------------------


def test_lists_and_objects_stay_what_they_are(tmp_path: Path) -> None:
    path = write(tmp_path / "f.jsonl", '{"a": [1, "x"], "b": {"c": [null]}}\n{"a": [], "b": {}}\n')
    assert ld.read_json(path, lines=True).to_tuples() == [([1, "x"], {"c": [None]}), ([], {})]


def test_of_doubled_keys_the_last_one_counts(tmp_path: Path) -> None:
    assert ld.read_json(write(tmp_path / "f.jsonl", '{"a": 1, "a": 2}\n')).to_values("a") == [2]


def test_a_large_field_with_null_characters(tmp_path: Path) -> None:
    value = "é\0" * 5_000_000
    assert ld.read_json(write(tmp_path / "f.jsonl", json.dumps({"a": value}))).to_values("a") == [value]


# errors -------------------------------------------------------------------------------------------------------------------

WRONG: list[tuple[str | bytes, str]] = [
    ('{"a": 1}\n\n{"a": 2', r"cannot be read as JSON: line 3 is malformed at column 8: Expecting ',' delimiter\.$"),
    ('{"a": 1}\n{"a" 2}\n', r"line 2 is malformed at column 6: Expecting ':' delimiter"),
    ('{\n"a": 1\n}', r"line 1 is malformed .* Hint: lines=False reads a document of several lines"),
    ('[\n{"a": 1},\n{"a": }]', r"it is malformed at line 3, column 7: Expecting value"),
    ('{"a": 1}\n"x"\n', "line 2 is a str, expected an object"),
    ('\ufeff{"a": 1}', r'Unexpected UTF-8 BOM.* Hint: encoding="utf-8-sig" reads past the byte-order mark'),
    (b'{"a": 1}\n{"a": "\xff"}', "cannot be read as JSON: 'utf-8' codec can't decode byte 0xff"),
    ('{"a": "\\ud800"}', r"line 1 has half of a character \('\\ud800'\), which is no text"),
    ('{"a": "1."}\n{"a": "x\\uDC00"}', r"line 2 has half of a character \('\\udc00'\)"),
    (
        '{"a": 18446744073709551616}',
        r"line 1 has an integer of more than 64 bits, 18446744073709551616\. Hint: from_rec",
    ),
    ('[{"a": -%s}]' % ("1" * 9999), r"it has an integer of more than 64 bits, -1{24}…\."),
    ('{"a": ' + "[" * 100_000 + "]" * 100_000 + "}", "line 1 is nested too deeply"),
    ("", r"f\.json is empty: there is no record to take columns from\.$"),
    (" \n\r\n", "is empty"),
    ("[]", "has no records with fields, and so no columns"),
    ("{}\n{}\n", "has no records with fields"),
    (
        '{"a": {"0": 1, "1": 2}}',
        r"one record or as a table of columns\. Hint: say which: read_json\(path, lines=True\)",
    ),
]


@pytest.mark.parametrize(("content", "said"), WRONG, ids=[said[:40] for _, said in WRONG])
def test_read_json_says_what_is_wrong(tmp_path: Path, content: str | bytes, said: str) -> None:
    with pytest.raises(SourceError, match=said):
        ld.read_json(write(tmp_path / "f.json", content))


def test_half_of_a_character_is_found_wherever_a_block_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = write(tmp_path / "whole.jsonl", json.dumps({"a": "😀" * 9 + "\\ud800"}) + "\n")
    half = write(tmp_path / "half.jsonl", '{"a": "' + "\\ud83d\\ude00" * 9 + '\\ud83d."}\n')
    for size in range(6, 40):
        monkeypatch.setattr(documents, "_BYTES", size)
        assert ld.read_json(whole, lines=True).to_values("a") == ["😀" * 9 + "\\ud800"]
        with pytest.raises(SourceError, match="half of a character"):
            ld.read_json(half, lines=True)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"lines": False}, r"names its rows, and a frame has no index\. Hint: from_pandas\(pandas\.read_json"),
        ({"lines": False, "typ": "series"}, r"was not read as a table\. Hint: leave out typ"),
        ({"encoding": "klingon"}, "unknown encoding: klingon"),
        ({"compression": "gzip"}, "cannot be read: Not a gzipped file"),
    ],
)
def test_read_json_refuses_what_makes_no_frame(tmp_path: Path, options: dict[str, Any], said: str) -> None:
    path = write(tmp_path / "f.json", '{"a": {"x": 1, "y": 2}}')
    with pytest.raises(SourceError, match=said):
        ld.read_json(path, **options)


def test_read_json_reads_files_as_a_whole(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match=r"read_json cannot take chunksize: a frame is read as a whole\."):
        ld.read_json(tmp_path / "f.json", lines=True, chunksize=2)


def test_read_json_of_no_file(tmp_path: Path) -> None:
    (tmp_path / "mails.json").write_text("[]")
    with pytest.raises(SourceError, match=r"There is no file .*mail\.json\. Available: mails\.json\.$"):
        ld.read_json(tmp_path / "mail.json")
    with pytest.raises(SourceError, match="cannot be read: Is a directory"):
        ld.read_json(tmp_path)
