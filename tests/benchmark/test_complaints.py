"""The running example's data hold the traps they promise, and are the same each time."""

from __future__ import annotations

import csv

import pytest

from lester_jupyter.benchmark import complaints


def test_the_same_seed_writes_the_same_bytes(tmp_path):
    first, second = (complaints.generate(tmp_path / name) for name in ("a", "b"))
    assert [p.read_bytes() for p in first] == [p.read_bytes() for p in second]


def test_another_seed_writes_others(tmp_path):
    first = complaints.generate(tmp_path / "a", seed=1)
    second = complaints.generate(tmp_path / "b", seed=2)
    assert first[1].read_bytes() != second[1].read_bytes()


def test_the_data_have_the_traps(tmp_path):
    customers, mails = complaints.generate(tmp_path)
    text = customers.read_text(encoding="utf-8")
    rows = [r for r in csv.reader(text.splitlines()) if r]
    emails = [r[1] for r in rows]
    assert '"Smith, Jones and Co"' in text
    assert len(set(emails)) < len(emails)
    assert {"", "NA"} <= {r[3] for r in rows}
    assert text.endswith("\n\n")
    lines = mails.read_text(encoding="utf-8").splitlines()
    assert "" in lines
    assert "truncated,record" in lines
    assert any(line.count(",") > 4 for line in lines)
    assert any(line.split(",")[2:3] == [""] for line in lines)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # messy: it never closes a file
def test_the_messy_cell_runs_on_them(tmp_path, monkeypatch, capsys):
    complaints.generate(tmp_path)
    monkeypatch.chdir(tmp_path)
    names: dict = {}
    exec(complaints.MESSY, names)
    data = names[complaints.OUTPUT]
    assert len(data) == 120
    assert {len(record) for record in data} == {6}
    assert "120 mails" in capsys.readouterr().out
