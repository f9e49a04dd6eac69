"""Columns as conditions, frames as plain values and files, names and texts of functions, and captures."""

from __future__ import annotations

import csv
from functools import partial
from pathlib import Path

import pandas as pd
import pytest

import lester_jupyter as ld
from lester_jupyter.errors import LineageError, SourceError, UnknownColumnError
from lester_jupyter.frame.functions import function_of


@pytest.fixture
def frame() -> ld.Frame:
    return ld.from_pandas(pd.DataFrame({"x": [1, 2, 3], "y": [0.5, 1.0, 2.0], "s": ["a", "b,c", 'd"']}), "A")


# columns ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda f: f["x"] + f["y"] * 2 - 1, "(x + (y * 2)) - 1"),
        (lambda f: 10 - f["x"], "10 - x"),
        (lambda f: 1 + f["x"], "1 + x"),
        (lambda f: 2 * f["x"], "2 * x"),
        (lambda f: 6 / f["x"], "6 / x"),
        (lambda f: f["x"] // 2 + f["x"] % 2 + f["x"] / f["y"], "((x // 2) + (x % 2)) + (x / y)"),
        (lambda f: -f["x"], "-x"),
        (lambda f: (f["x"] > 1) & (f["y"] <= 1) | ~(f["s"] == "a"), "(x > 1 and y <= 1) or (not (s == 'a'))"),
        (lambda f: (f["x"] >= 1) & (f["x"] < 3) & (f["x"] != 2), "(x >= 1 and x < 3) and x != 2"),
        (lambda f: f["s"].isin({"b,c", "a"}), "s in ['a', 'b,c']"),
        (lambda f: f["s"].isna() | f["s"].notna(), "s.isna() or s.notna()"),
        (lambda f: 2 < f["x"], "x > 2"),  # noqa: SIM300
    ],
)
def test_columns_combine_like_series(frame: ld.Frame, make: object, text: str) -> None:
    column = make(frame)
    assert repr(column).splitlines()[0] == text
    pd.testing.assert_series_equal(column.to_pandas(), make(frame.df), check_names=False)
    assert column.tolist() == make(frame.df).tolist()
    assert len(column) == 3


def test_columns_are_no_values(frame: ld.Frame) -> None:
    with pytest.raises(TypeError, match="unhashable"):
        hash(frame["x"])


# exports ------------------------------------------------------------------------------------------------------------


def test_exports_give_plain_python_values(frame: ld.Frame) -> None:
    assert frame.to_tuples(["s", "x"]) == [("a", 1), ("b,c", 2), ('d"', 3)]
    assert frame.to_lists(["x", "y"]) == [[1, 0.5], [2, 1.0], [3, 2.0]]
    assert frame.to_dicts()[0] == {"x": 1, "y": 0.5, "s": "a"}
    assert frame.to_values("x") == [1, 2, 3]
    assert frame.to_dict("s", "x") == {"a": 1, "b,c": 2, 'd"': 3}
    assert frame.to_dict("s", ["x", "y"])["a"] == (1, 0.5)
    assert frame.to_tuples([]) == [(), (), ()]
    assert {type(v) for record in frame.to_tuples() for v in record} == {int, float, str}
    assert ld.from_records([("k", 1), ("k", 2)], ["a", "b"]).to_dict("a", "b") == {"k": 2}


def test_written_files_are_those_of_plain_python(frame: ld.Frame, tmp_path: Path) -> None:
    frame.write_text(tmp_path / "t.txt", sep="\t", columns=["x", "s"], header=True, end="\r\n")
    assert (tmp_path / "t.txt").read_bytes() == b'x\ts\r\n1\ta\r\n2\tb,c\r\n3\td"\r\n'
    frame.write_csv(tmp_path / "ours.csv", header=True)
    with (tmp_path / "plain.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(frame.columns)
        writer.writerows(frame.to_tuples())
    assert (tmp_path / "ours.csv").read_bytes() == (tmp_path / "plain.csv").read_bytes()
    assert ld.read_text(tmp_path / "ours.csv", ["x", "y", "s"], quoting=True, header=True).to_values(
        "s"
    ) == frame.to_values("s")
    with pytest.raises(UnknownColumnError):
        frame.write_csv(tmp_path / "none.csv", ["nothing"])
    assert not (tmp_path / "none.csv").exists()


def test_records_of_all_shapes_become_frames() -> None:
    expected = [(1, "a"), (2, None)]
    assert ld.from_records([(1, "a"), [2, None]], ["n", "s"]).to_tuples() == expected
    assert ld.from_records([{"n": 1, "s": "a"}, {"n": 2}]).to_tuples() == expected
    assert ld.from_records(({"n": i, "x": 0} for i in (1, 2)), ["n"]).to_tuples() == [(1,), (2,)]


# functions ----------------------------------------------------------------------------------------------------------


class Scorer:
    def __call__(self, value: int) -> int:
        return value

    def method(self, value: int) -> int:
        return value


def test_functions_are_named_as_the_reader_would() -> None:
    def local(value: int) -> int:
        return value

    calls = [str.lower, local, Scorer().method, Scorer(), partial(local, 1), lambda v: v, int, len, Scorer]
    names = [function_of(c, vectorized=False).name for c in calls]
    assert names == ["str.lower", "local", "Scorer.method", "Scorer", "local", "lambda", "int", "len", "Scorer"]


def test_functions_cut_out_of_longer_expressions_do_no_harm(frame: ld.Frame, tmp_path: Path) -> None:
    """`inspect.getsource` fails in its own ways on lambdas inside of brackets."""
    script = tmp_path / "script.py"
    script.write_text(
        """
made = [
    frame.project("a", ["x"], (lambda v:
        (v +
         1))),
    frame.project("b", ["x"], lambda v: [
        v, '''
    text'''
    ]), frame.filter(
        lambda x: (
            x > 1)),
    frame.project(
        "c", "x", lambda v: v)]
"""
    )
    names = {"frame": frame}
    exec(compile(script.read_text(), str(script), "exec"), names)
    assert [len(f) for f in names["made"]] == [3, 3, 2, 3]
    exec("f = frame.project('d', 'x', lambda v: v)", names)  # and without a file
    assert names["f"].plan.operators[-1].function.source is None


# captures -----------------------------------------------------------------------------------------------------------


def test_a_capture_is_all_that_was_made(frame: ld.Frame) -> None:
    with ld.record() as frames:
        big = frame.filter("x > 1")
        both = big.union(frame)
        other = frame[["s"]]
    capture = ld.Capture(frames)
    assert [f.columns for f in capture.results] == [both.columns, other.columns]
    assert [o.kind for o in capture.plan.operators] == ["scan", "filter", "union", "project"]
    assert [capture.rows(i) for i in capture.plan.by_id] == [3, 2, 5, 3]
    assert capture.table("o2").equals(big.df)
    assert capture.table("o1").equals(frame.df)  # made before the recording
    traced = {k: (role, rows.tolist()) for k, (role, rows) in capture.trace("o2", 1).items()}
    assert traced == {"o1": ("back", [2]), "o2": ("self", [1]), "o3": ("forward", [1])}
    with pytest.raises(LineageError, match=r"There is no operator 'o9'\. Available: o1, o2, o3, o4\."):
        capture.table("o9")


def test_a_capture_computes_what_it_did_not_see_again_from_files_that_did_not_change(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("k\n1\n2\n")
    before = ld.read_csv(path).filter("k > 1")
    with ld.record() as frames:
        before.distinct()
    assert ld.Capture(frames).table("o1")["k"].tolist() == [1, 2]
    path.write_text("k\n5\n")
    with pytest.raises(SourceError, match=r"a\.csv has changed since it was read"):
        ld.Capture(frames).table("o1")


def test_a_capture_of_a_plan_that_ran_twice_keeps_the_runs_apart(frame: ld.Frame) -> None:
    with ld.record() as frames:
        one = frame.filter("x > 1")
        two = one.plan.execute(sources={"A": frame.df.head(2)})
    capture = ld.Capture(frames)
    assert [len(capture.table(capture.plan.ids[f._operator])) for f in (one, two)] == [2, 1]


def test_a_capture_knows_the_lines_of_both_codes() -> None:
    names: dict[str, object] = {}
    with ld.record() as frames:
        exec(compile("import lester_jupyter as ld\nf = ld.from_records([(1,)],\n  ['x'])", "<c>", "exec"), names)
    capture = ld.Capture(frames, line_map={2: [7, 8, 12], 3: [8, 9]})
    assert capture.code_lines("o1") == {"original": [(7, 9), (12, 12)], "rewritten": [(2, 3)]}


def test_a_capture_of_nothing_is_empty() -> None:
    capture = ld.Capture([])
    assert (capture.plan.operators, capture.plan.completeness, capture.plan.explain()) == ((), 0.0, "")
