"""The notebooks give what they show: each is executed anew and compared, output by output."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

NOTEBOOKS = sorted((Path(__file__).resolve().parents[2] / "notebooks").glob("*.ipynb"))

# How many changed inputs fit into the time depends on the machine; that they were all equal does not.
SANITIZE = """\
[numbers of checked inputs]
regex: \\d+ changed (ones|inputs)
replace: N changed inputs

[on how many the output changed]
regex: on \\d+ of them
replace: on N of them
"""


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda p: p.name)
def test_a_notebook_gives_what_it_shows(notebook, tmp_path):
    shutil.copyfile(notebook, tmp_path / notebook.name)
    (tmp_path / "sanitize.cfg").write_text(SANITIZE, encoding="utf-8")
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("OPENAI_", "LESTER_"))}
    result = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "--nbval", notebook.name, "-q", "-p", "no:cacheprovider"),
            *("--nbval-sanitize-with", "sanitize.cfg", "--nbval-cell-timeout", "300", "--rootdir", str(tmp_path)),
        ],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout[-6000:]
    assert " passed" in result.stdout


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda p: p.name)
def test_a_notebook_is_stored_executed_and_without_traces_of_a_machine(notebook):
    book = nbformat.read(notebook, as_version=4)
    text = notebook.read_text(encoding="utf-8")
    assert all(c.outputs for c in book.cells if c.cell_type == "code" and not c.source.startswith("%load_ext"))
    assert str(Path.home()) + "/" not in text
    assert "/tmp/" not in text


def test_there_are_notebooks():
    assert NOTEBOOKS
