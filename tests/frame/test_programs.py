"""Random programs: results as plain pandas gives them, lineage as brute force finds it, plans that run again.

`LESTER_EXAMPLES=5000 pytest tests/frame/test_programs.py` looks longer than every day, at other programs each time.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from programs.program import ALL, Program, Run, programs, run, run_tokens
from programs.sources import other_records, other_values
from programs.values import key_of

import lester_jupyter as ld
from lester_jupyter.errors import PlanError
from lester_jupyter.plan import Scan

EXAMPLES = int(os.environ.get("LESTER_EXAMPLES", "0"))
pytestmark = pytest.mark.filterwarnings("ignore:You are merging on int and float")

FOLLOWING = tuple(k for k in ALL if k != "mask")
"""A mask made elsewhere does not follow when the sources change."""
DECIDED_BY_COLUMNS = tuple(k for k in FOLLOWING if k != "split")
"""A split is drawn by the whole record; that is chance, not lineage."""
CAN_BE_MONOTONE = (
    "filter",
    "drop_missing",
    "project",
    "assign",
    "select",
    "drop",
    "rename",
    "fill_missing",
    "cast",
    "join",
    "semi_join",
    "union",
    "sort",
    "explode",
    "split",
)
ORDER_COUNTS = ("aggregate", "rank", "shift", "window", "running")
"""The same rows in another order give them other values: first, last, cumsum, …"""


def examples(n: int) -> settings:
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    return settings(max_examples=EXAMPLES or n, derandomize=not EXAMPLES, deadline=None, suppress_health_check=checks)


@contextmanager
def ran(program: Program) -> Iterator[Run]:
    with tempfile.TemporaryDirectory() as directory:
        yield run(program, Path(directory))


def records(frame: ld.Frame) -> list[dict[str, Any]]:
    return [{str(k): key_of(v) for k, v in r.items()} for r in frame.to_dicts()]


def made_from(run: Run, frame: ld.Frame) -> list[set[tuple[str, int]]]:
    names, lineage = run.source_names(frame), frame.lineage
    return [{(names[s], int(r)) for s, found in lineage.backward(i).items() for r in found} for i in range(len(frame))]


def forward(run: Run, source: int, rows: int | range) -> set[int]:
    """The rows of the result that were made from these rows of a source."""
    names = {v: k for k, v in run.source_names(run.result).items()}
    name = names.get(f"source{source}")
    return set(run.result.lineage.forward(name, rows).tolist()) if name is not None else set()


# results and rows -----------------------------------------------------------------------------------------------------


@examples(70)
@given(programs())
def test_results_are_those_of_pandas(program: Program) -> None:
    with ran(program) as run:
        for frame, table in zip(run.frames, run.tables, strict=True):
            assert frame.columns == list(table.columns)
            pd.testing.assert_frame_equal(frame.df, table, check_index_type=False)


@examples(100)
@given(programs())
def test_row_lineage_is_that_of_brute_force(program: Program) -> None:
    with ran(program) as run:
        for frame, expected in zip(run.frames, run_tokens(run), strict=True):
            assert frame.columns == expected.columns
            assert records(frame) == [{n: key_of(v) for n, v in values.items()} for values, _ in expected.rows]
            assert made_from(run, frame) == [tokens for _, tokens in expected.rows]


@examples(40)
@given(programs())
def test_backward_and_forward_are_inverse(program: Program) -> None:
    with ran(program) as run:
        frame = run.result
        every = frame.lineage.backward(range(len(frame)))
        for name, source in run.source_names(frame).items():
            n_rows = len(run.frames[int(source.removeprefix("source"))])
            pairs = {(int(s), r) for r in range(len(frame)) for s in frame.lineage.backward(r)[name]}
            assert pairs == {(s, int(r)) for s in range(n_rows) for r in frame.lineage.forward(name, s)}
            # many at once is the union of one at a time, sorted and without repeats
            assert every[name].tolist() == sorted({s for s, _ in pairs})
            assert frame.lineage.forward(name, range(n_rows)).tolist() == sorted({r for _, r in pairs})
            assert every[name].dtype == np.int64


# deleting records -----------------------------------------------------------------------------------------------------


@examples(40)
@given(programs(CAN_BE_MONOTONE))
def test_deleting_a_record_deletes_the_rows_made_from_it_and_changes_no_others(program: Program) -> None:
    """For operators that say that they are monotone: no row comes up, none changes, none that is not the record's goes.

    Of the record's rows none stays, unless another partner keeps it in a semi join.
    """
    with ran(program) as before:
        assume(all(o.monotone for o in before.result.plan.operators))
        kinds = {step.kind for step in before.program.steps}
        old = records(before.result)
        for number, source in enumerate(program.sources):
            for row in range(len(source.table)):
                if "split" in kinds and before.frames[number].df.astype(str).duplicated(keep=False)[row]:
                    continue  # equal records are numbered: after the deletion the others of them are drawn again
                with ran(before.program.with_source(number, source.without(row))) as after:
                    gone = forward(before, number, row)
                    left = [r for i, r in enumerate(old) if i not in gone]
                    new = records(after.result)
                    if len(after.program.steps) < len(before.program.steps):
                        continue  # pandas cannot do it with the types it has without this record
                    if "semi_join" not in kinds:
                        assert new == left
                    else:
                        assert is_part_of(left, new)
                        assert is_part_of(new, old)


def is_part_of(part: list[Any], whole: list[Any]) -> bool:
    """Whether `part` is what stays of `whole` when items are taken out."""
    items = iter(whole)
    return all(any(p == item for item in items) for p in part)


# columns --------------------------------------------------------------------------------------------------------------


@examples(80)
@given(programs(DECIDED_BY_COLUMNS), st.data())
def test_a_column_that_moves_with_another_has_it_in_its_lineage(program: Program, data: st.DataObject) -> None:
    """Other values in one column of one source: what moves depends on it, by a `value` edge if rows stay the same."""
    assume(any(len(s.table) for s in program.sources))
    with ran(program) as before:
        number = data.draw(st.sampled_from([i for i, s in enumerate(program.sources) if len(s.table)]))
        column = data.draw(st.sampled_from(list(program.sources[number].table.columns)))
        changed = data.draw(other_values(program.sources[number], column))
        with ran(before.program.with_source(number, changed)) as after:
            assume(len(after.program.steps) == len(before.program.steps))
            names = {v: k for k, v in before.source_names(before.result).items()}
            origin = (names.get(f"source{number}"), column)
            ordered = any(step.kind in ORDER_COUNTS for step in before.program.steps)
            for name in before.result.columns:
                kind = before.result.lineage.columns(name).get(origin)
                old, new = (list(map(key_of, r.result.to_values(name))) for r in (before, after))
                if old != new:
                    assert kind is not None, f"{name} moves with {origin}"
                if kind == "control" and not ordered:
                    assert not moved(before, after, name), f"values of {name} move with {origin}"


def moved(before: Run, after: Run, name: str) -> bool:
    """Whether rows made of the same source rows, in the same ways, have other values in a column."""
    old, new = by_origin(before, name), by_origin(after, name)
    return any(old[key] != new[key] for key in old.keys() & new.keys())


def by_origin(run: Run, name: str) -> dict[Any, set[Any]]:
    """Values by what the row is made of; explode makes several rows of one, and how many is no value."""
    found: dict[Any, set[Any]] = {}
    frame = run.result
    for row, value in enumerate(frame.to_values(name)):
        key = tuple((o.source, o.row, o.path) for o in frame.lineage.occurrences(row))
        found.setdefault(key, set()).add(key_of(value))
    return found


# plans ----------------------------------------------------------------------------------------------------------------


def lineage_of(frame: ld.Frame) -> dict[str, list[list[int]]]:
    names = frame.plan.source_names.values()
    return {n: [frame.lineage.backward(i)[n].tolist() for i in range(len(frame))] for n in names}


@examples(40)
@given(programs())
def test_a_plan_executed_again_gives_the_frame(program: Program) -> None:
    with ran(program) as run:
        frame, again = run.result, run.result.plan.execute()
        pd.testing.assert_frame_equal(again.df, frame.df)
        assert again.plan.explain() == frame.plan.explain()
        assert lineage_of(again) == lineage_of(frame)


@examples(50)
@given(programs(FOLLOWING), st.data())
def test_a_plan_executed_on_other_sources_gives_what_the_code_would(program: Program, data: st.DataObject) -> None:
    with ran(program) as before:
        names = {v: k for k, v in before.source_names(before.result).items()}
        changed = before.program
        for number, source in enumerate(program.sources):
            changed = changed.with_source(number, data.draw(other_records(source)))
        with ran(changed) as after:
            assume(len(after.program.steps) == len(before.program.steps))
            given = {n: after.frames[int(s.removeprefix("source"))].df for s, n in names.items()}
            again = before.result.plan.execute(sources=given)
            pd.testing.assert_frame_equal(again.df, after.result.df)
            assert made_from_all(again, names) == made_from(after, after.result)
            pd.testing.assert_frame_equal(again.plan.execute().df, after.result.df)  # its plan is about what was given


def made_from_all(frame: ld.Frame, names: dict[str, str]) -> list[set[tuple[str, int]]]:
    """As `made_from`, of a plan that ran on given tables: its sources keep their names."""
    return [
        {(s, int(r)) for s, n in names.items() for r in frame.lineage.backward(i).get(n, ())} for i in range(len(frame))
    ]


@examples(40)
@given(programs())
def test_a_plan_survives_json(program: Program) -> None:
    with ran(program) as run:
        frame, plan = run.result, run.result.plan
        again = ld.Plan.from_json(plan.to_json())
        assert again.to_json() == plan.to_json()
        assert [o.kind for o in again.operators] == [o.kind for o in plan.operators]
        assert [o.columns for o in again.operators] == [o.columns for o in plan.operators]
        assert [edges_of(o) for o in again.operators] == [edges_of(o) for o in plan.operators]
        assert again.source_names == plan.source_names
        if '"node": "Function"' not in plan.to_json():  # functions are written by name only
            given = {
                plan.source_names[o.source]: run.frames[i].df
                for i, o in scans(run).items()
                if o.source in plan.source_names
            }
            if any(o.bound_to_rows for o in again.operators):  # nobody can tell that these are the same records
                with pytest.raises(PlanError, match="ready-made values"):
                    again.execute(sources=given)
            else:
                pd.testing.assert_frame_equal(again.execute(sources=given).df, frame.df)


def scans(run: Run) -> dict[int, Scan]:
    return {i: run.frames[i]._operator for i in range(len(run.program.sources))}


def edges_of(operator: Any) -> tuple[Any, ...]:
    kinds = (operator.value_edges, operator.control_edges, operator.column_control_edges, operator.fit_edges)
    return (*(list(edges()) for edges in kinds), operator.exact, operator.monotone, operator.deterministic)
