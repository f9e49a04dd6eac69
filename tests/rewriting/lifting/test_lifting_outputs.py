"""Which names and files a cell leaves behind, and which names it needs."""

from __future__ import annotations

import pytest

from lester_jupyter.rewriting.lifting import detect_outputs, free_names
from lester_jupyter.rewriting.types import Observation, Output


def names(code: str, observation: Observation | None = None) -> list[str]:
    return [o.name for o in detect_outputs(code, observation)]


def test_outputs_are_the_collections_that_nothing_uses_up() -> None:
    code = (
        "lookup = {}\nfor line in open('a'):\n    lookup[line] = 1\ndata = []\nfor k in lookup:\n    data.append(k)\n"
    )
    assert detect_outputs(code) == (Output("data"),)


def test_outputs_that_are_printed_or_shown_stay_outputs() -> None:
    code = "data = []\nfor line in open('a'):\n    data.append(line)\nprint(len(data), data[:3])\ndata\n"
    assert names(code) == ["data"]


def test_outputs_of_one_loop_are_all_there_in_order() -> None:
    code = "texts, labels = [], []\nfor line in open('a'):\n    texts.append(line)\n    labels.append(1)\n"
    assert names(code) == ["texts", "labels"]


def test_outputs_leave_out_settings_and_what_loops_leave_behind() -> None:
    code = "wanted = ['UK']\nout = []\nfor line in open('a'):\n    parts = line.split(',')\n    out.append(parts[0])\n"
    assert names(code) == ["out"]


def test_outputs_leave_out_sets_that_only_serve_the_loop() -> None:
    code = "seen = set()\nout = []\nfor line in open('a'):\n    if line in seen:\n        continue\n"
    code += "    seen.add(line)\n    out.append(line)\n"
    assert names(code) == ["out"]


def test_outputs_are_the_last_values_of_names_that_are_used_again() -> None:
    code = "data = [line for line in open('a')]\nkeys = {}\nfor row in data:\n    keys[row] = 1\n"
    code += "data = []\nfor line in open('b'):\n    if line in keys:\n        data.append(line)\n"
    assert names(code) == ["data"]
    assert names("def f():\n    return rows\nrows = [1, x]\nout = [y for y in f()]\n") == ["out"]


def test_outputs_are_what_was_filled_last_where_everything_is_used_up() -> None:
    code = "a = [x]\nb = [x]\nfor r in b:\n    a.append(r)\ntext = str(a) + str(b)\n"
    assert names(code, Observation(variables={"a": "list", "b": "list", "text": "str"})) == ["a"]


@pytest.mark.parametrize("header", ["next(reader)", "f.readline().strip().split(',')"])
def test_outputs_leave_out_a_header_that_is_only_read_past(header: str) -> None:
    code = f"with open('a') as f:\n    reader = csv.reader(f)\n    header = {header}\n"
    kinds = Observation(variables={"header": "list", "rows": "list"})
    assert names(code + "    rows = []\n    for row in reader:\n        rows.append(row)\n", kinds) == ["rows"]
    assert names(code, kinds) == ["header"]


def test_outputs_that_are_only_extended_stay_outputs() -> None:
    kinds = Observation(variables={"known": "list", "first": "list"})
    assert names("first = [next(f) for _ in range(3)]\nknown += [x]\n", kinds) == ["first", "known"]


def test_outputs_include_written_files() -> None:
    code = "with open('b.txt', 'w') as out:\n    for line in open('a.txt'):\n        out.write(line)\n"
    assert detect_outputs(code) == (Output("b.txt", "file"),)


def test_outputs_follow_the_observation() -> None:
    code = "frame = load()\nsize = measure(frame)\nwrite(frame)\n"
    observation = Observation(writes=("out.csv",), variables={"frame": "DataFrame", "size": "int"})
    assert detect_outputs(code, observation) == (Output("frame"), Output("out.csv", "file")) or names(
        code, observation
    ) == ["out.csv"]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("y = x + 1\n", ("x",)),
        ("x = x + 1\n", ("x",)),
        ("import os\nprint(os.sep)\n", ()),
        ("def f(a):\n    return a + b\n\nb = 2\nf(1)\n", ()),
        ("def f(a):\n    return a + c\nf(1)\n", ("c",)),
        ("out = [t.lower() for t in texts if t in wanted]\n", ("texts", "wanted")),
        ("for row in rows:\n    last = row\nprint(last)\n", ("rows",)),
        ("total += 1\n", ("total",)),
    ],
)
def test_free_names_are_those_the_notebook_has_to_have(code: str, expected: tuple[str, ...]) -> None:
    assert free_names(code) == expected
