"""A frame never changes, whatever is done to what went in or came out; an exception leaves nothing behind."""

from __future__ import annotations

import contextlib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import lester_jupyter as ld
from lester_jupyter.frame.recording import _frames
from lester_jupyter.frame.sinks import _captured, capture_files


@pytest.fixture
def frame() -> ld.Frame:
    return ld.from_pandas(pd.DataFrame({"x": [1, 2, 3], "s": ["a", "b", None]}), "A")


def spoil(df: pd.DataFrame) -> None:
    """Everything one can do to a table in place."""
    df.loc[0, "x"] = 99
    df.iloc[1, 0] = 98
    df["s"] = "spoiled"
    df["new"] = 1
    df.columns = ["a", "b", "c"]


@pytest.mark.parametrize("get", [lambda f: f.df, lambda f: f.to_pandas()], ids=["df", "to_pandas"])
def test_changing_a_table_that_came_out_changes_no_frame(frame: ld.Frame, get: object) -> None:
    derived = frame.filter("x > 1")
    before, before_derived = frame.to_tuples(), derived.to_tuples()
    spoil(get(frame))
    spoil(get(derived.union(frame)))
    assert frame.to_tuples() == before
    assert derived.to_tuples() == before_derived
    assert frame.plan.execute().to_tuples() == before


def test_changing_the_table_that_went_in_changes_no_frame() -> None:
    table = pd.DataFrame({"x": [1, 2, 3], "s": ["a", "b", None]})
    frame = ld.from_pandas(table)
    before = frame.to_tuples()
    spoil(table)
    assert frame.to_tuples() == before


def test_changing_a_replacement_source_changes_no_frame(frame: ld.Frame) -> None:
    table = pd.DataFrame({"x": [5, 6, 7], "s": ["c", "d", "e"]})
    again = frame.plan.execute(sources={"A": table})
    before = again.to_tuples()
    spoil(table)
    assert again.to_tuples() == again.plan.execute().to_tuples() == before


def test_changing_arrays_under_a_table_is_refused(frame: ld.Frame) -> None:
    with pytest.raises(ValueError, match="read-only"):
        frame.df["x"].to_numpy()[0] = 99
    with pytest.raises(ValueError, match="read-only"):
        frame.df["x"].values[0] = 99


def test_a_vectorised_function_that_writes_into_its_argument_changes_only_its_result(frame: ld.Frame) -> None:
    def spoiler(x: pd.Series) -> pd.Series:
        x += 1
        x.iloc[0] = 100
        return x

    assert frame.project("y", "x", spoiler, vectorized=True).to_tuples(["x", "y"]) == [(1, 100), (2, 3), (3, 4)]
    assert frame.to_values("x") == [1, 2, 3]


def test_an_array_that_a_function_gave_and_changes_later_changes_no_frame(frame: ld.Frame) -> None:
    kept = np.array([1, 2, 3])
    series = pd.Series([1, 2, 3])
    made = frame.project("y", "x", lambda _: kept, vectorized=True).project("z", "x", lambda _: series, vectorized=True)
    kept[0], series.iloc[0] = 99, 99
    assert made.to_tuples(["y", "z"]) == [(1, 1), (2, 2), (3, 3)]


def test_changing_lineage_that_came_out_changes_no_lineage(frame: ld.Frame) -> None:
    derived = frame.filter("x > 1").union(frame)
    asked = np.array([0, 1])
    found = derived.lineage.backward(asked)
    found["A"][:] = 77
    found.clear()
    derived.lineage.forward("A", [1])[:] = 77
    derived.lineage.columns("x").clear()
    assert asked.tolist() == [0, 1]
    assert derived.lineage.backward([0, 1])["A"].tolist() == [1, 2]
    assert derived.lineage.forward("A", [1]).tolist() == [0, 3]
    assert derived.lineage.columns("x") == {("A", "x"): "value"}
    with pytest.raises(ValueError, match="read-only"):
        frame.filter("x > 1")._relation.step.edges[0].index[0] = 5


def test_columns_and_plans_that_came_out_are_copies(frame: ld.Frame) -> None:
    frame.columns.append("new")
    assert frame.columns == ["x", "s"]
    with pytest.raises(AttributeError):
        frame.plan.operators[0].names = ("z",)


def test_an_exception_leaves_no_recording_behind(frame: ld.Frame) -> None:
    with pytest.raises(ZeroDivisionError), ld.record() as frames:
        frame.filter("x > 1").project("y", "x", lambda x: x / 0)
    assert [f.to_values("x") for f in frames] == [[2, 3]]
    frame.filter("x > 2")
    assert len(frames) == 1
    assert _frames.get() is None


def test_an_operation_that_fails_is_not_recorded(frame: ld.Frame) -> None:
    with ld.record() as frames:
        with pytest.raises(ld.errors.PlanError):
            frame.filter("nothing > 1")
        with pytest.raises(ZeroDivisionError):
            frame.project("y", "x", lambda x: x / 0)
    assert frames == []


def test_recordings_nest_and_the_inner_one_takes_the_frames(frame: ld.Frame) -> None:
    with ld.record() as outer:
        first = frame.filter("x > 1")
        with ld.record() as inner:
            second = frame.filter("x > 2")
        third = frame.distinct()
    assert (outer, inner) == ([first, third], [second])


def _written_and_failed(frame: ld.Frame, target: Path) -> dict[str, str]:
    with contextlib.suppress(ZeroDivisionError), capture_files() as files:
        frame.write_text(target)
        raise ZeroDivisionError
    return files


def test_an_exception_leaves_no_capture_of_files_behind(frame: ld.Frame, tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    files = _written_and_failed(frame, target)
    assert files == {str(target): "1,a\n2,b\n3,nan\n"}
    assert not target.exists()
    assert _captured.get() is None
    frame.write_csv(target, ["x"], header=True)
    assert target.read_bytes() == b"x\r\n1\r\n2\r\n3\r\n"
