"""`@name` is found where the reader sees it, and nowhere else; lines of code are those of the call."""

# ruff: noqa: F841 - predicates find variables by their names
from __future__ import annotations

import os
import runpy
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import lester_jupyter as ld
from lester_jupyter.errors import PlanError

threshold = 15  # at the top level of a module


@pytest.fixture
def frame() -> ld.Frame:
    return ld.from_pandas(pd.DataFrame({"x": [10, 20, 30]}))


def test_filter_sees_local_variables_before_global_ones(frame: ld.Frame) -> None:
    threshold = 25
    assert frame.filter("x > @threshold").to_values("x") == [30]


def test_filter_sees_global_variables(frame: ld.Frame) -> None:
    assert frame.filter("x > @threshold").to_values("x") == [20, 30]


def test_filter_sees_variables_of_a_closure_that_the_function_uses(frame: ld.Frame) -> None:
    limit = 25

    def inner() -> ld.Frame:
        assert limit
        return frame.filter("x > @limit")

    assert inner().to_values("x") == [30]


def test_filter_sees_the_variables_of_a_comprehension_and_around_it(frame: ld.Frame) -> None:
    lowest = 15
    found = [frame.filter("x > @lowest and x < @highest") for highest in (25, 35)]
    assert [f.to_values("x") for f in found] == [[20], [20, 30]]
    nested = [[len(frame.filter("x > @lowest and x < @a + @b")) for a in (10, 20)] for b in (10, 20)]
    assert nested == [[0, 1], [1, 2]]
    by_name = {top: frame.filter("x < @top") for top in (25,)}
    assert by_name[25].to_values("x") == [10, 20]
    assert [len(f) for f in (frame.filter("x < @top and x > @lowest") for top in (25, 35))] == [1, 2]
    assert len(ld.union(frame.filter("x < @top") for top in (25, 35))) == 5


def test_filter_does_not_see_the_variables_of_the_callers_caller(frame: ld.Frame) -> None:
    secret = 25

    def helper(f: ld.Frame) -> ld.Frame:
        return f.filter("x > @secret")

    assert secret
    with pytest.raises(PlanError, match="names the variable @secret, which does not exist here"):
        helper(frame)
    with pytest.raises(PlanError, match="does not exist here"):
        next(helper(f) for f in [frame])


def test_filter_sees_class_bodies_attributes_and_items(frame: ld.Frame) -> None:
    class Settings:
        least = 25
        kept = frame.filter("x > @least")

    limits = {"x": [5, 15]}
    assert Settings.kept.to_values("x") == [30]
    assert frame.filter("x > @Settings.least").to_values("x") == [30]
    assert frame.filter("x > @limits['x'][1]").to_values("x") == [20, 30]


SCRIPT = """
import lester_jupyter as ld
limit = 15
frame = ld.from_records([(10,), (20,), (30,)], ["x"])
kept = frame.filter("x > @limit")
parts = [frame.filter("x > @limit and x < @top") for top in (25, 35)]
"""


def test_filter_sees_the_top_level_of_a_script_by_exec(frame: ld.Frame) -> None:
    names: dict[str, object] = {}
    exec(compile(SCRIPT, "<cell>", "exec"), names)
    assert names["kept"].to_values("x") == [20, 30]
    local: dict[str, object] = {"frame": frame}
    exec("limit = 25\nkept = frame.filter('x > @limit')", {"limit": 5}, local)
    assert local["kept"].to_values("x") == [30]
    assert eval("frame.filter('x > @limit')", {"frame": frame, "limit": 25}).to_values("x") == [30]


def test_filter_sees_the_top_level_of_a_script_by_runpy_and_as_a_process(tmp_path: Path) -> None:
    script = tmp_path / "lester_jupyter_demo.py"  # a name that begins like ours
    script.write_text(SCRIPT + "print(kept.to_values('x'), [len(p) for p in parts])\n")
    names = runpy.run_path(str(script))
    assert names["kept"].to_values("x") == [20, 30]
    root = Path(ld.__file__).parent.parent
    out = subprocess.run(
        [sys.executable, script],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(root)},
    )
    assert out.stdout.split("\n")[0] == "[20, 30] [1, 2]"


def test_filter_changes_nobodys_variables(frame: ld.Frame) -> None:
    names = {"frame": frame, "limit": 15}
    before = dict(names)
    eval("frame.filter('x > @limit')", names)
    assert {k: v for k, v in names.items() if k != "__builtins__"} == before
    mine = dict(globals())
    frame.filter("x > @threshold")
    assert dict(globals()) == mine


def test_variables_are_read_when_the_filter_runs_and_not_later(frame: ld.Frame) -> None:
    wanted = [10, 20]
    kept = frame.filter("x in @wanted")
    wanted.append(30)
    assert kept.plan.execute().to_values("x") == [10, 20]
    assert "[10, 20]" in kept.plan.explain()


def test_sets_and_numpy_values_become_plain_ones_in_a_settled_order(frame: ld.Frame) -> None:
    names, low, many = {"b", "a", "c"}, np.int64(15), np.array([10, 30])
    texts = ld.from_records([("a",), ("z",)], ["s"])
    assert "s in ['a', 'b', 'c']" in texts.filter("s in @names").plan.explain()
    assert "x > 15" in frame.filter("x > @low").plan.explain()
    assert "x > 15" in frame[frame["x"] > low].plan.explain()
    kept = frame.filter("x in @many")
    assert kept.to_values("x") == [10, 30]
    assert '"unreadable"' not in kept.plan.to_json() + frame.filter("x > @low").plan.to_json()


def test_code_references_are_the_lines_of_the_call() -> None:
    code = """
import lester_jupyter as ld
kept = (
    ld.from_records([(1,), (2,)], ["x"])
    .filter("x > 1")
    .project(
        "y",
        ["x"],
        str,
    )
)
"""
    names: dict[str, object] = {}
    exec(compile(code, "<cell>", "exec"), names)
    lines = [(o.kind, o.code.file, o.code.first, o.code.last) for o in names["kept"].plan.operators]
    assert lines == [("scan", "<cell>", 4, 4), ("filter", "<cell>", 5, 5), ("extend", "<cell>", 6, 10)]


def test_code_references_point_at_the_caller_of_every_method(frame: ld.Frame) -> None:
    made = [
        frame.filter("x > 1"),
        frame[frame["x"] > 1],
        frame.distinct(),
        frame.drop([]),
        frame[["x"]],
        frame.rename({}),
        frame.fill_missing(0),
        frame.join(frame, "x"),
        frame.union(frame),
        ld.union([frame, frame]),
        frame.split()[0],
        frame.project("y", "x", str),
    ]
    assert {f._operator.code.file for f in made} == {__file__}
    lines = [f._operator.code.first for f in made]
    assert lines == list(range(lines[0], lines[0] + len(made)))
