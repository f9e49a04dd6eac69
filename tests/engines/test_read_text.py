"""`read_text` gives the fields that plain Python code would see: the code stands here, and random files go through both."""

from __future__ import annotations

import csv
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import lester_jupyter as ld
from lester_jupyter.engines.pandas import blocks
from lester_jupyter.errors import SourceError

NAMES = ["a", "b", "c"]

# bytes that parsers trip over: separators, quotes, blanks, line ends of all kinds, form feeds, NUL, a byte-order mark
PIECES = [",", ",", "\n", "\n", "\r\n", "\r", '"', '""', " ", "\t", "x", "007", "NA", "null", "é", "😀"]
PIECES += ["\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\0", "\ufeff", "'", "\\", "1.50", "a,b,c\n", '"q,\n",b,c\n']
CONTENTS = st.lists(st.sampled_from(PIECES), max_size=25).map("".join)
DEFAULTS: dict[str, Any] = {
    "sep": ",",
    "quoting": False,
    "strip": None,
    "header": False,
    "extra": "error",
    "short": "error",
    "blank": "error",
}


def by_hand(path: Path, width: int, o: dict[str, Any]) -> list[list[str]]:
    """What a notebook would do; a record that does not fit raises ValueError where the options do not skip it."""
    out = []
    for is_blank, parts in _csv(path, o) if o["quoting"] else _lines(path, width, o):
        if is_blank and o["blank"] == "skip":
            continue
        if len(parts) < width and o["short"] == "skip":
            continue
        if len(parts) > width and o["extra"] == "skip":
            continue
        if len(parts) < width or (len(parts) > width and o["extra"] != "drop"):
            raise ValueError(parts)
        out.append([parts[i] for i in range(width)])
    return out


def _lines(path: Path, width: int, o: dict[str, Any]) -> Iterator[tuple[bool, list[str]]]:
    with path.open() as file:
        if o["header"]:
            next(file, None)
        for line in file:
            text = line.rstrip("\n")
            text = {"both": text.strip, "left": text.lstrip, "right": text.rstrip, None: lambda t=text: t}[o["strip"]]()
            parts = text.split(o["sep"], width - 1) if o["extra"] == "join" else text.split(o["sep"])
            yield not line.strip(), parts


def _csv(path: Path, o: dict[str, Any]) -> Iterator[tuple[bool, list[str]]]:
    with path.open(newline="") as file:
        reader = csv.reader(file, delimiter=o["sep"])
        if o["header"]:
            next(reader, None)
        for record in reader:
            yield not record, record


def outcome(read: Callable[[], list[list[str]]]) -> list[list[str]] | str:
    try:
        return read()
    except (ValueError, SourceError, csv.Error):
        return "an error"


def check(content: str, width: int, **options: Any) -> list[list[str]] | str:
    o = {**DEFAULTS, **options}
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "file.csv"
        path.write_bytes(content.encode())
        ours = outcome(lambda: ld.read_text(path, NAMES[:width], **o).to_lists())
        assert ours == outcome(lambda: by_hand(path, width, o))
    return ours


@settings(max_examples=300, derandomize=True, deadline=None)
@example("a,b\n\n", 1, {})
@example('"a\n', 1, {"quoting": True})
@given(
    CONTENTS,
    st.integers(1, 3),
    st.fixed_dictionaries(
        {},
        optional={
            "quoting": st.booleans(),
            "strip": st.sampled_from([None, "both", "left", "right"]),
            "header": st.booleans(),
            "extra": st.sampled_from(["error", "drop", "join", "skip", "skip"]),
            "short": st.sampled_from(["error", "skip", "skip"]),
            "blank": st.sampled_from(["error", "skip"]),
            "sep": st.sampled_from([",", "\t", " ", ";"]),
        },
    ),
)
def test_read_text_equals_plain_python_on_random_files(content: str, width: int, options: dict[str, Any]) -> None:
    if options.get("quoting"):
        options = {k: v for k, v in options.items() if k != "strip" and (k, v) != ("extra", "join")}
    check(content, width, **options)


@settings(max_examples=100, derandomize=True, deadline=None)
@given(st.lists(st.lists(st.text(max_size=4), min_size=2, max_size=2), max_size=6))
def test_read_text_with_quoting_reads_back_what_csv_writer_wrote(records: list[list[str]]) -> None:
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "file.csv"
        try:
            with path.open("w", newline="", encoding="utf-8") as file:
                csv.writer(file).writerows(records)
        except UnicodeEncodeError:  # lone surrogates are no text of a file
            return
        assert ld.read_text(path, ["a", "b"], quoting=True).to_lists() == records


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (",,\n", [["", "", ""]]),
        ("NA,null,007\n", [["NA", "null", "007"]]),
        ('"x",y"z,\'\n', [['"x"', 'y"z', "'"]]),
        ("a,b,c  \n", [["a", "b", "c  "]]),
        ("\ufeffa,b,c\n", [["\ufeffa", "b", "c"]]),
        ("a,b,c\r\nd,e,f\r\n", [["a", "b", "c"], ["d", "e", "f"]]),
        ("a,b,c\rd,e,f", [["a", "b", "c"], ["d", "e", "f"]]),
        ("a,b,c", [["a", "b", "c"]]),
        ("a\x0c,b\x0b,c\x1c\n", [["a\x0c", "b\x0b", "c\x1c"]]),
        ("a\u2028,b\x85,c\n", [["a\u2028", "b\x85", "c"]]),
        ("a\0,\0,c\n", [["a\0", "\0", "c"]]),
        ("", []),
        ("a,b\n", "an error"),
        ("a,b,c,d\n", "an error"),
        ("a,b,c\n\n", "an error"),
    ],
    ids=repr,
)
def test_read_text_gives_every_field_as_it_stands_in_the_file(content: str, expected: object) -> None:
    assert check(content, 3) == expected


@pytest.mark.parametrize(
    ("content", "options", "expected"),
    [
        (" a,b,c \n", {"strip": "both"}, [["a", "b", "c"]]),
        (" a,b,c \n", {"strip": "right"}, [[" a", "b", "c"]]),
        ("h,h,h\na,b,c\n", {"header": True}, [["a", "b", "c"]]),
        ("a,b,c,d\n", {"extra": "drop"}, [["a", "b", "c"]]),
        ("a,b,c,d\n", {"extra": "join"}, [["a", "b", "c,d"]]),
        ("a,b,c,d\na,b,c\n", {"extra": "skip"}, [["a", "b", "c"]]),
        ("a,b\na,b,c\n", {"short": "skip"}, [["a", "b", "c"]]),
        ("\n  \na,b,c\n", {"blank": "skip"}, [["a", "b", "c"]]),
        ('"a,1","b\nc",d\n', {"quoting": True}, [["a,1", "b\nc", "d"]]),
        ('\n"a",b,c\n', {"quoting": True, "blank": "skip"}, [["a", "b", "c"]]),
    ],
)
def test_read_text_options_say_what_the_code_did(content: str, options: dict[str, Any], expected: object) -> None:
    assert check(content, 3, **options) == expected


def test_read_text_splits_at_white_space_like_split_without_arguments(tmp_path: Path) -> None:
    path = tmp_path / "t.txt"
    path.write_text("  a   b\tc  \n")
    assert ld.read_text(path, NAMES, None).to_lists() == [["a", "b", "c"]]


def test_read_text_keeps_text_a_string_column_and_takes_other_encodings(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes("é,007\n".encode("latin-1"))
    frame = ld.read_text(path, ["a", "b"], encoding="latin-1")
    assert frame.to_tuples() == [("é", "007")]
    assert [str(d) for d in frame.df.dtypes] == ["str", "str"]


@settings(max_examples=100, derandomize=True, deadline=None)
@given(CONTENTS)
def test_read_lines_gives_the_lines_of_the_file(content: str) -> None:
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "file.txt"
        path.write_bytes(content.encode())
        with path.open() as file:
            expected = [line.removesuffix("\n") for line in file]
        assert ld.read_lines(path).to_values("line") == expected


@settings(max_examples=150, derandomize=True, deadline=None)
@given(CONTENTS, st.integers(1, 40), st.sampled_from([{}, {"quoting": True}, {"extra": "join", "blank": "skip"}]))
def test_it_does_not_matter_where_blocks_end(content: str, size: int, options: dict[str, Any]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks, "_SMALLEST", size)
        patch.setattr(blocks, "_LARGEST", size)
        for short in ("error", "skip"):
            check(content, 2, short=short, **options)
        test_read_lines_gives_the_lines_of_the_file.hypothesis.inner_test(content)


@pytest.mark.parametrize("sep", [", ", "::", "é", "\x01", "\n", "\r", "\ud800", "aa", "\0"])
def test_read_text_splits_at_any_separator(tmp_path: Path, sep: str) -> None:
    path = tmp_path / "t.txt"
    path.write_bytes("1, 2\n3::4é5\x016\r7\0aaa8\r\n".encode())
    with path.open() as file:
        expected = [line.removesuffix("\n").split(sep, 1) for line in file]
    found = ld.read_text(path, ["a", "b"], sep, extra="join", short="skip").to_lists()
    assert found == [fields for fields in expected if len(fields) == 2]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "latin-1", "cp1252", "shift_jis", "utf-7", "ascii"])
@pytest.mark.parametrize("quoting", [True, False])
def test_read_text_in_other_encodings(tmp_path: Path, encoding: str, quoting: bool) -> None:
    path = tmp_path / "t.txt"
    text = "a,b\r\nc,d\re,f" + ("" if encoding in ("ascii", "shift_jis") else ",é")
    path.write_bytes(text.encode(encoding))
    found = ld.read_text(path, ["x", "y"], encoding=encoding, quoting=quoting, extra="drop").to_lists()
    assert found == [["a", "b"], ["c", "d"], ["e", "f"]]


def test_read_text_takes_fields_of_any_size_but_those_that_csv_reader_refuses(tmp_path: Path) -> None:
    path, field = tmp_path / "t.txt", "\0é" * 5_000_000
    path.write_text(f"a,{field}\n\nb,c\n")
    found = ld.read_text(path, ["x", "y"], short="skip")
    assert found.to_lists() == [["a", field], ["b", "c"]]
    with pytest.raises(SourceError, match=r"cannot be read as text: field larger than field limit \(131072\)"):
        ld.read_text(path, ["x", "y"], quoting=True, blank="skip")


def test_the_record_that_does_not_fit_has_the_same_number_in_every_block(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "t.txt"
    path.write_text("h,h\n" + "a,b\n" * 7 + "c\n")
    for size in (3, 9, 1000):
        monkeypatch.setattr(blocks, "_SMALLEST", size)
        monkeypatch.setattr(blocks, "_LARGEST", size)
        for header in (True, False):
            with pytest.raises(SourceError, match="record 9 has 1 fields, expected 2"):
                ld.read_text(path, ["x", "y"], header=header)


def test_white_space_is_that_of_python() -> None:
    assert "".join(c for c in map(chr, range(sys.maxunicode + 1)) if c.isspace()) == blocks.WHITE
    assert not blocks.WHITE.strip()
