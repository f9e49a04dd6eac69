"""The command line: what it prints, what it returns."""

from __future__ import annotations

import pytest

from lester_jupyter import __version__
from lester_jupyter.cli import main

MESSY = """\
kept = []
for line in open('people.csv'):
    name, country = line.strip().split(',')
    if country == 'UK':
        kept.append(name)
"""


@pytest.fixture
def script(tmp_path):
    (tmp_path / "people.csv").write_text("ann,UK\nbob,DE\ncem,UK\ndot,FR\n", encoding="utf-8")
    (tmp_path / "messy.py").write_text(MESSY, encoding="utf-8")
    return tmp_path / "messy.py"


def test_rewrite_prints_the_code_alone_on_the_standard_output(script, capsys):
    assert main(["rewrite", str(script), "--rewriter", "rules"]) == 0
    shown = capsys.readouterr()
    names: dict = {}
    assert "Rewrite(verified" in shown.err
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(script.parent)
        exec(shown.out, names)
    assert names["kept"] == ["ann", "cem"]


def test_rewrite_leaves_the_directory_as_it_was(script):
    before = {p.name: p.read_bytes() for p in script.parent.iterdir()}
    main(["rewrite", str(script), "--rewriter", "rules", "--diff"])
    assert {p.name: p.read_bytes() for p in script.parent.iterdir()} == before


def test_what_cannot_be_rewritten_returns_one_and_says_why(script, capsys):
    script.write_text("x = 1\n", encoding="utf-8")
    assert main(["rewrite", str(script), "--rewriter", "rules"]) == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "error:" in shown.err


def test_a_missing_file_is_one_line(capsys):
    assert main(["rewrite", "nowhere.py"]) == 1
    assert capsys.readouterr().err.splitlines() == [
        "lester-jupyter: nowhere.py cannot be read: No such file or directory."
    ]


def test_the_demo_lays_out_its_notebook_once(tmp_path, capsys):
    assert main(["demo", "--directory", str(tmp_path / "demo"), "--only-files"]) == 0
    notebook = tmp_path / "demo" / "01_rewrite.ipynb"
    notebook.write_text("mine", encoding="utf-8")
    main(["demo", "--directory", str(tmp_path / "demo"), "--only-files"])
    assert notebook.read_text(encoding="utf-8") == "mine"
    assert "01_rewrite.ipynb" in capsys.readouterr().out


def test_version_and_wrong_words(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert __version__ in capsys.readouterr().out
    with pytest.raises(SystemExit) as ended:
        main(["fly"])
    assert ended.value.code == 2
