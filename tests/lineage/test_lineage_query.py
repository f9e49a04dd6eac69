"""Look-ups over a graph of steps, and what they accept as rows."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import lester_jupyter as ld
from lester_jupyter.errors import LineageError, UnknownColumnError
from lester_jupyter.lineage import backward, forward, topological, trace
from lester_jupyter.lineage.query import as_rows


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (2, [2]),
        (np.int64(2), [2]),
        ([3, 0, 3], [0, 3]),
        ((1,), [1]),
        (range(3), [0, 1, 2]),
        ({3, 1}, [1, 3]),
        ((i for i in (2, 1)), [1, 2]),
        (np.array([4, 0], np.uint8), [0, 4]),
        (pd.Series([4, 0]), [0, 4]),
        ([], []),
        (np.array([]), []),
    ],
)
def test_rows_may_come_in_any_shape_and_order(rows: object, expected: list[int]) -> None:
    found = as_rows(rows, 5, "it")
    assert found.tolist() == expected
    assert found.dtype == np.int64


@pytest.mark.parametrize("rows", [True, [True, False], 1.0, [0.5], "1", ["a"], None, [[1], [2, 3]], [[1, 2], [3, 4]]])
def test_rows_that_are_no_positions_are_an_error(rows: object) -> None:
    with pytest.raises(LineageError, match=r"Rows are integer positions, got .* Hint: pass 3, or \[0, 3, 7\]"):
        as_rows(rows, 5, "it")


@pytest.mark.parametrize(("rows", "wrong"), [(5, 5), (-1, -1), ([0, 9], 9), ([-3, 9], -3)])
def test_rows_out_of_range_are_an_error(rows: object, wrong: int) -> None:
    with pytest.raises(LineageError, match=rf"it has no row {wrong}\. Hint: rows are 0 to 4"):
        as_rows(rows, 5, "it")
    with pytest.raises(LineageError, match=r"it has no row 0\. Hint: it is empty"):
        as_rows(0, 0, "it")


@pytest.fixture
def program() -> dict[str, ld.Frame]:
    a = ld.from_pandas(pd.DataFrame({"k": [1, 2, 3]}), "a")
    b = ld.from_pandas(pd.DataFrame({"k": [3, 2, 2]}), "b")
    kept = a.filter("k > 1")
    joined = kept.join(b, "k")
    other = kept.project("m", ["k"], str)
    return {"a": a, "b": b, "kept": kept, "joined": joined, "other": other, "both": joined.union(kept)}


def test_trace_gives_ancestors_and_descendants_but_no_cousins(program: dict[str, ld.Frame]) -> None:
    steps = {name: f._relation.step for name, f in program.items()}
    names = {step: name for name, step in steps.items()}
    found = trace(steps["kept"], np.array([0]), topological(steps.values()))
    assert {names[s]: r.tolist() for s, r in found.back.items()} == {"a": [1]}
    assert {names[s]: r.tolist() for s, r in found.forward.items()} == {
        "joined": [0, 1],
        "other": [0],
        "both": [0, 1, 3],
    }
    assert backward(steps["both"], np.array([0]))[steps["b"]].tolist() == [1]
    assert steps["b"] not in forward(steps["a"], np.array([1]), topological(steps.values()))


def test_steps_without_rows_are_left_out_of_a_trace(program: dict[str, ld.Frame]) -> None:
    step = program["a"]._relation.step
    assert list(forward(step, np.array([0]), topological([program["both"]._relation.step]))) == [step]


def test_frame_lineage_names_every_source_even_without_rows(program: dict[str, ld.Frame]) -> None:
    assert {k: v.tolist() for k, v in program["both"].lineage.backward(3).items()} == {"a": [1], "b": []}
    assert program["both"].lineage.forward("b", [0, 1]).tolist() == [0, 2]


def test_frame_lineage_of_unknown_things_is_an_error(program: dict[str, ld.Frame]) -> None:
    lineage = program["both"].lineage
    with pytest.raises(LineageError, match=r"This frame has no source 'c'\. Available: a, b\."):
        lineage.forward("c", 0)
    with pytest.raises(LineageError, match=r"a has no row 3\. Hint: rows are 0 to 2"):
        lineage.forward("a", 3)
    with pytest.raises(LineageError, match=r"This frame has no row 9\. Hint: rows are 0 to 4"):
        lineage.backward([0, 9])
    with pytest.raises(LineageError, match=r"This frame has no row 9"):
        lineage.occurrences(9)
    with pytest.raises(UnknownColumnError, match=r"There is no column 'u'\. Available: k\."):
        lineage.columns("u")


def test_column_kinds_a_value_path_beats_a_control_path() -> None:
    frame = ld.from_pandas(pd.DataFrame({"x": [1, 2], "y": [3, 4], "z": [5, 6]}), "A")
    derived = frame.filter("x > 0 and z > 0").project("s", ["x", "y"], lambda x, y: x + y).distinct("z")
    assert derived.lineage.columns("s") == {("A", "x"): "value", ("A", "y"): "value", ("A", "z"): "control"}
    assert derived.lineage.columns("y") == {("A", "x"): "control", ("A", "y"): "value", ("A", "z"): "control"}


def test_what_only_decides_over_rows_stays_control_however_it_was_computed() -> None:
    frame = ld.from_pandas(pd.DataFrame({"x": [1, 2], "y": [3, 4]}), "A")
    flagged = frame.project("flag", ["x"], lambda x: x > 1).filter("flag").drop("flag")
    assert flagged.lineage.columns("y") == {("A", "x"): "control", ("A", "y"): "value"}


def test_columns_are_followed_by_position_and_not_by_name() -> None:
    frame = ld.from_pandas(pd.DataFrame({"x": [1], "y": [2]}), "A")
    swapped = frame.rename({"x": "y", "y": "x"}).drop("x").rename({"y": "x"})
    assert swapped.lineage.columns("x") == {("A", "x"): "value"}


def test_columns_of_a_file_without_header_are_numbers(tmp_path: object) -> None:
    path = tmp_path / "a.csv"
    path.write_text("1,2\n3,4\n")
    frame = ld.read_csv(path, header=None)
    assert frame.columns == [0, 1]
    assert frame.project("s", [0, 1], lambda a, b: a + b).to_values("s") == [3, 7]
    assert frame.lineage.columns(1) == {("a", "1"): "value"}
    assert frame.filter(lambda a: a > 1, [0]).to_tuples() == [(3, 4)]
