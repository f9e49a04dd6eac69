from __future__ import annotations

import pytest

from lester_jupyter.rewriting.schemas import Column, FileSchema, observe_schemas

SPLIT = "for line in open('people.csv'):\n    name, age = line.split(',')\n"


@pytest.fixture
def schema(tmp_path):
    def observe(code: str, text: str, *, share_samples: bool = False) -> FileSchema:
        (tmp_path / "people.csv").write_text(text, encoding="utf-8", newline="")
        found = observe_schemas(code, ("people.csv",), tmp_path, share_samples=share_samples)
        assert len(found) == 1
        return found[0]

    return observe


def test_delimited_text(schema):
    found = schema(SPLIT, 'anna,44,2.5,2024-01-31,,yes\n"b, c",7,-1e3,2024-02-01,,\n\n')
    assert found == FileSchema(
        "people.csv",
        "delimited",
        ",",
        (6,),
        header=False,
        columns=(
            Column(None, "text", blank=False),
            Column(None, "integer", blank=False),
            Column(None, "decimal", blank=False),
            Column(None, "date (YYYY-MM-DD)", blank=False),
            Column(None, "always blank", blank=True),
            Column(None, "text", blank=True),
        ),
        quoted=True,
        blank_lines=True,
    )


def test_ragged_lines_show_the_range(schema):
    found = schema(SPLIT, "a,1\nb,2,x\nc,3\n")
    assert found.fields == (2, 3)
    assert len(found.columns) == 2


@pytest.mark.parametrize(
    ("separator", "code"), [("\t", SPLIT), ("|", SPLIT), ("::", "x.split('::')"), (" ~ ", "x.split(' ~ ')")]
)
def test_separators_are_found_also_those_only_the_code_knows(schema, separator, code):
    found = schema(code, f"a{separator}1,5\nb{separator}2\n")
    assert (found.format, found.separator, found.fields) == ("delimited", separator, (2,))


def test_text_without_separator_is_lines(schema):
    assert schema(SPLIT, "one\ntwo\n") == FileSchema("people.csv", "lines")


def test_an_empty_file_is_lines(schema):
    assert schema(SPLIT, "") == FileSchema("people.csv", "lines")


@pytest.mark.parametrize(
    "code",
    [
        "import csv\nrows = csv.DictReader(open('people.csv'))",
        "import pandas as pd\ndf = pd.read_csv('people.csv')",
    ],
)
def test_names_are_shown_where_the_code_reads_them_as_names(schema, code):
    found = schema(code, "name,age\nanna,44\n")
    assert found.header is True
    assert found.columns == (Column("name", "text", blank=False), Column("age", "integer", blank=False))


@pytest.mark.parametrize(
    "code",
    [
        SPLIT,
        "import pandas as pd\ndf = pd.read_csv('people.csv', header=None)",
        "import csv\nrows = csv.DictReader(open('people.csv'), fieldnames=['a', 'b'])",
        "import csv\nrows = csv.DictReader(open('x'))\nother = csv.reader(open('people.csv'))",
    ],
)
def test_a_first_line_that_could_be_data_is_never_shown(schema, code):
    found = schema(code, "zoraya,berlin\nquentin,paris\n")
    assert "zoraya" not in repr(found)
    assert found.header is None


def test_names_are_shown_where_the_code_names_most_of_them(schema):
    found = schema("a = row['name']\nb = row['age']\nx.split(',')", "name,age,secret\nanna,44,x\n")
    assert found.header is True
    assert [column.name for column in found.columns] == ["name", "age", None]


def test_a_value_the_code_compares_with_makes_no_header(schema):
    found = schema(SPLIT + "if age == 'berlin': pass", "zoraya,berlin,x\nquentin,paris,y\n")
    assert found.header is None
    assert "berlin" not in repr(found)


def test_json_lines_show_the_keys_the_code_names(schema):
    found = schema(
        "import json\nr = json.loads(line)\nr['name']", '{"name": "zoraya", "pin": 1}\n{"name": "q", "pin": null}\n'
    )
    assert found.format == "json-lines"
    assert found.columns == (Column("name", "str", blank=False), Column(None, "NoneType or int", blank=False))


def test_samples_are_only_taken_where_the_user_shares_them(schema):
    text = "zoraya,1\nquentin,2\nc,3\nd,4\n"
    assert schema(SPLIT, text).samples == ()
    assert schema(SPLIT, text, share_samples=True).samples == ("zoraya,1", "quentin,2", "c,3")


def test_what_is_no_text_is_still_named(tmp_path):
    (tmp_path / "people.bin").write_bytes(b"\xff\xfe\x00\x01\x80")
    assert observe_schemas(SPLIT, ("people.bin", "gone.csv"), tmp_path) == (
        FileSchema("people.bin", "unreadable"),
        FileSchema("gone.csv", "unreadable"),
    )


def test_identity_is_that_of_the_shape_not_of_todays_rows(schema):
    before = schema(SPLIT, "anna,44\n")
    assert schema(SPLIT, "anna,\nb,x\n\nc,d,e\nf,g\n").identity == before.identity
    assert schema(SPLIT, "anna;44\n").identity != before.identity
