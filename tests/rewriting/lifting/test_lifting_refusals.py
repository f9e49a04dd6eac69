"""Scripts that must not be lifted: each names the line and the reason in its first line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lester_jupyter.errors import NotLiftedError
from lester_jupyter.rewriting.lifting import lift

FIXTURES = sorted((Path(__file__).parent / "fixtures" / "refused").glob("*.py"), key=lambda p: p.stem)


@pytest.mark.parametrize("path", FIXTURES, ids=lambda p: p.stem)
def test_refused_with_line_and_reason(path: Path) -> None:
    code = path.read_text(encoding="utf-8")
    expected = re.match(r"# line (\d+): (.+)", code)
    assert expected is not None
    with pytest.raises(NotLiftedError, match=re.escape(expected[2])) as caught:
        lift(code)
    assert caught.value.line == int(expected[1])


def test_refused_cell_that_is_no_python() -> None:
    with pytest.raises(NotLiftedError, match="no Python") as caught:
        lift("data = []\nfor line in open('a.csv')\n    pass\n")
    assert caught.value.line == 2


@pytest.mark.parametrize("code", ["", "x = 1\n", "print('hello')\n", "import os\n"])
def test_refused_cell_without_output(code: str) -> None:
    with pytest.raises(NotLiftedError, match=r"nothing behind|No output"):
        lift(code)


def test_refused_output_that_does_not_exist() -> None:
    with pytest.raises(NotLiftedError, match="found nothing that makes 'other'"):
        lift("data = []\nfor line in open('a.txt'):\n    data.append(line.strip())\n", outputs=["other"])


def test_exploration_costs_nothing() -> None:
    code = (
        "count = 0\n"
        "kept = []\n"
        "for line in open('a.txt'):\n"
        "    count += 1\n"
        "    kept.append(line.strip())\n"
        "print(count, kept[:3])\n"
    )
    assert [o.name for o in lift(code).outputs] == ["kept"]
