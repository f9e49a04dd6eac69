"""Random programs: results as plain pandas gives them, row lineage as brute force finds it.

`LESTER_EXAMPLES=5000 pytest tests/frame/test_programs.py` looks longer than every day.
"""

from __future__ import annotations

import os
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, assume, given, settings
from programs import ALL, MONOTONE, Program, key_of, programs, run_frames, run_pandas, run_tokens

import lester_jupyter as ld

EXAMPLES = int(os.environ.get("LESTER_EXAMPLES", "0"))
pytestmark = pytest.mark.filterwarnings("ignore:You are merging on int and float")


def examples(n: int) -> settings:
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    return settings(max_examples=EXAMPLES or n, derandomize=not EXAMPLES, deadline=None, suppress_health_check=checks)


def records(frame: ld.Frame) -> list[dict[str, object]]:
    return [{k: key_of(v) for k, v in r.items()} for r in frame.to_dicts()]


def source_names(program: Program, frames: list[ld.Frame], result: ld.Frame) -> dict[str, str]:
    """The oracle's name of each source, for the name it has in the result's lineage."""
    names = result.plan.source_names
    sources = [frames[i]._operator.source for i in range(len(program.sources))]
    return {names[s]: f"source{i}" for i, s in enumerate(sources) if s in names}


def without(program: Program, source: int, row: int) -> Program:
    """The program with one record deleted from one source."""
    sources = list(program.sources)
    name, table, csv = sources[source]
    sources[source] = (name, table.drop(index=row).reset_index(drop=True), csv)
    return replace(program, sources=tuple(sources))


@examples(120)
@given(programs(ALL))
def test_results_are_those_of_pandas(program: Program) -> None:
    with tempfile.TemporaryDirectory() as directory:
        frames = run_frames(program, Path(directory))
        expected = run_pandas(program, frames, Path(directory))
    for frame, table in zip(frames, expected, strict=True):
        assert frame.columns == list(table.columns)
        pd.testing.assert_frame_equal(frame.df, table, check_index_type=False)


@examples(150)
@given(programs(ALL))
def test_row_lineage_is_that_of_brute_force(program: Program) -> None:
    with tempfile.TemporaryDirectory() as directory:
        frames = run_frames(program, Path(directory))
    for frame, rows in zip(frames, run_tokens(program, frames), strict=True):
        assert records(frame) == [{k: key_of(v) for k, v in values.items()} for values, _ in rows]
        names = source_names(program, frames, frame)
        lineage = frame.lineage
        made_from = [
            {(names[s], int(r)) for s, found in lineage.backward(i).items() for r in found} for i in range(len(frame))
        ]
        assert made_from == [tokens for _, tokens in rows]


@examples(70)
@given(programs(ALL))
def test_backward_and_forward_are_inverse(program: Program) -> None:
    with tempfile.TemporaryDirectory() as directory:
        frames = run_frames(program, Path(directory))
    frame = frames[-1]
    every = frame.lineage.backward(range(len(frame)))
    for i, source in enumerate(frames[: len(program.sources)]):
        name = {v: k for k, v in source_names(program, frames, frame).items()}.get(f"source{i}")
        if name is None:
            continue
        pairs = {(int(s), r) for r in range(len(frame)) for s in frame.lineage.backward(r)[name]}
        assert pairs == {(s, int(r)) for s in range(len(source)) for r in frame.lineage.forward(name, s)}
        # many at once is the union of one at a time, sorted and without repeats
        assert every[name].tolist() == sorted({s for s, _ in pairs})
        assert frame.lineage.forward(name, range(len(source))).tolist() == sorted({r for _, r in pairs})
        assert every[name].dtype == np.int64


@examples(80)
@given(programs(MONOTONE))
def test_deleting_a_record_deletes_the_rows_made_from_it_and_no_others(program: Program) -> None:
    """For operators that are monotone; masks and left joins are not."""
    assume(all(op.args.get("form") != "mask" and op.args.get("how") != "left" for op in program.ops))
    with tempfile.TemporaryDirectory() as directory:
        frames = run_frames(program, Path(directory))
        assert all(o.monotone for o in frames[-1].plan.operators)
        for source, (_, table, _) in enumerate(program.sources):
            for row in range(len(table)):
                if any(op.kind == "split" for op in program.ops) and frames[source].df.duplicated(keep=False)[row]:
                    continue  # equal records are numbered: after the deletion the others of them are drawn again
                again = run_frames(without(program, source, row), Path(directory))[-1]
                names = {v: k for k, v in source_names(program, frames, frames[-1]).items()}
                name = names.get(f"source{source}")
                gone = set(frames[-1].lineage.forward(name, row).tolist()) if name else set()
                left = [r for i, r in enumerate(records(frames[-1])) if i not in gone]
                assert records(again) == left


@examples(70)
@given(programs(ALL))
def test_a_plan_executed_again_gives_the_frame(program: Program) -> None:
    with tempfile.TemporaryDirectory() as directory:
        frame = run_frames(program, Path(directory))[-1]
        again = frame.plan.execute()
        pd.testing.assert_frame_equal(again.df, frame.df)
        assert again.plan.explain() == frame.plan.explain()
        assert {k: v.tolist() for k, v in again.lineage.backward(range(len(again))).items()} == {
            k: v.tolist() for k, v in frame.lineage.backward(range(len(frame))).items()
        }


@examples(70)
@given(programs(tuple(k for k in ALL if k != "filter")))
def test_a_plan_executed_on_other_sources_gives_what_the_code_would(program: Program) -> None:
    """Filters are left out only because a mask cannot follow; they are in the test above."""
    with tempfile.TemporaryDirectory() as directory:
        frames = run_frames(program, Path(directory))
        names = {v: k for k, v in source_names(program, frames, frames[-1]).items()}
        changed = program
        for source, (_, table, csv) in enumerate(program.sources):
            if len(table) > 1 + csv:
                changed = without(changed, source, len(table) - 1)
        other = {
            names[f"source{i}"]: frame.df
            for i, frame in enumerate(run_frames(changed, Path(directory))[: len(program.sources)])
            if f"source{i}" in names
        }
        again = frames[-1].plan.execute(sources=other)
        expected = run_frames(changed, Path(directory))[-1]
        pd.testing.assert_frame_equal(again.df, expected.df)
        pd.testing.assert_frame_equal(again.plan.execute().df, expected.df)  # and its own plan is about what was given


@examples(70)
@given(programs(ALL))
def test_a_plan_survives_json(program: Program) -> None:
    with tempfile.TemporaryDirectory() as directory:
        plan = run_frames(program, Path(directory))[-1].plan
    again = ld.Plan.from_json(plan.to_json())
    assert again.to_json() == plan.to_json()
    assert [o.kind for o in again.operators] == [o.kind for o in plan.operators]
    assert [o.columns for o in again.operators] == [o.columns for o in plan.operators]
    assert [list(o.value_edges()) for o in again.operators] == [list(o.value_edges()) for o in plan.operators]
    assert again.source_names == plan.source_names
