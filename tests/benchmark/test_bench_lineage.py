"""`lester-jupyter bench lineage`: covers every relational operator, compares equal results, hides nothing."""

from __future__ import annotations

import json

import numpy as np
import pytest

from lester_jupyter.benchmark.lineage import bench
from lester_jupyter.benchmark.lineage.cases import OPERATORS
from lester_jupyter.benchmark.lineage.lookups import LookUp
from lester_jupyter.benchmark.lineage.measuring import (
    BenchmarkError,
    Latency,
    Pair,
    in_child,
    paired_memory,
    paired_times,
)
from lester_jupyter.benchmark.lineage.report import Comparison, Report
from lester_jupyter.cli import main
from lester_jupyter.plan.operator import Operator
from lester_jupyter.plan.operators import columns, combining, grouping, rows, sources


def relational_kinds() -> set[str]:
    modules = (sources, rows, columns, combining, grouping)
    classes = [c for m in modules for c in vars(m).values() if isinstance(c, type) and c.__module__ == m.__name__]
    return {c.kind for c in classes if issubclass(c, Operator)}


def test_every_relational_operator_is_measured():
    assert {case.operator for case in OPERATORS} == relational_kinds()
    names = {case.name for case in OPERATORS}
    assert len(names) == len(OPERATORS)
    assert {f"join: {how}" for how in ("inner", "left", "right", "outer", "semi", "anti")} <= names


@pytest.mark.slow
def test_bench_measures_every_case_and_every_result_is_equal(tmp_path, capsys):
    file = tmp_path / "numbers.json"
    assert main(["bench", "lineage", "--rows", "1000", "--repeat", "1", "--json", str(file)]) == 0
    shown = capsys.readouterr()
    numbers = json.loads(file.read_text(encoding="utf-8"))
    assert "Not measured: 0." in shown.out
    assert all(c["error"] is None and c["time"]["ratio"] > 0 for c in numbers["comparisons"])
    assert {found["question"] for found in numbers["look_ups"]} >= {"backward", "forward"}
    assert len(numbers["overheads"]) == sum(case.operator != "scan" for case in OPERATORS)
    assert shown.err.count("1,000 rows, ") == len(numbers["comparisons"]) + 3


def test_only_names_and_markdown(capsys):
    assert main(["bench", "lineage", "--rows", "50", "--repeat", "1", "--only", "rename", "--markdown"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if line.startswith("| 50 | rename | ")]
    assert len([line for line in lines if line.startswith("| ")]) == 3


def test_an_unknown_name_says_what_there_is(capsys):
    assert main(["bench", "lineage", "--only", "warp"]) == 1
    assert "nothing of that name" in capsys.readouterr().err


def test_what_fails_is_reported_and_fails_the_run(monkeypatch):
    broken = Report({})
    broken.comparisons.append(Comparison("sort", "sort", 10, 1.3, error="it broke"))
    assert "Not measured: 1.\n10 rows, sort: it broke" in broken.to_text()
    monkeypatch.setattr("lester_jupyter.benchmark.lineage.bench", lambda *_: broken)
    assert main(["bench", "lineage"]) == 1


def test_different_results_are_an_error():
    case = next(c for c in OPERATORS if c.name == "rename")
    wrong = type(case)("wrong", "rename", case.inputs, case.ours, lambda d: d)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("lester_jupyter.benchmark.lineage.run.OPERATORS", (wrong,))
        report = bench([20], 1, ["wrong"], tell=lambda _: None)
    assert report.errors
    assert "AssertionError" in report.errors[0]


def test_goals_are_printed_met_or_missed_by_how_much():
    report = Report({"pandas": "3"})
    slow, lean = Pair(2.6, 1.0, 2.6, 2.5, 2.7), Pair(100, 100, 1.0, 1.0, 1.0)
    report.comparisons.append(Comparison("sort", "sort", 1_000_000, 1.3, slow, lean))
    report.look_ups.append((1_000_000, LookUp("long", "backward", 1, Latency(0.1, 0.004, 0.010, 0.02), 0.005)))
    text = report.to_text()
    assert "≤ 1.3: missed by 100%" in text
    assert "≤ 1.05: met" in text
    assert "< 5 ms: missed by 100%" in text
    assert "Goals met: 1, missed: 2." in text


def test_goals_are_judged_from_the_sizes_that_the_report_names():
    report, large = Report({}), Pair(2, 1, 2, 2, 2)
    slow = LookUp("long", "backward", 1, Latency(0.1, 0.004, 0.010, 0.02), 0.005)
    for n_rows in (1_000, 10_000, 100_000, 1_000_000):
        report.comparisons.append(Comparison("sort", "sort", n_rows, 1.3, large, large))
        report.look_ups.append((n_rows, slow))
    text = report.to_text()
    assert "from 10,000 rows on for time, and from 100,000 rows on for memory" in text
    assert "judged from 1,000,000 rows on" in text
    assert text.count("10.00") == 4  # every look-up is shown
    assert "Goals met: 0, missed: 6." in text  # 3 of time, 2 of memory, 1 of look-ups


def test_a_child_hands_back_its_result_or_says_how_it_failed():
    assert in_child(lambda: {"a": 1}) == {"a": 1}
    with pytest.raises(BenchmarkError, match="ZeroDivisionError in <lambda>"):
        in_child(lambda: 1 // 0)


def test_memory_counts_what_numpy_allocates():
    pair = paired_memory(lambda: np.ones(4_000_000), lambda: np.ones(1_000_000), inputs=0, repeat=1)
    if pair is None:
        pytest.skip("this system does not say")
    assert 30e6 < pair.ours < 40e6
    assert 7e6 < pair.plain < 12e6


def test_times_are_of_the_side_they_are_said_to_be_of():
    pair = paired_times(lambda: sum(range(40_000)), lambda: sum(range(4_000)), repeat=2)
    assert pair.ours > pair.plain
    assert pair.ratio > 1
