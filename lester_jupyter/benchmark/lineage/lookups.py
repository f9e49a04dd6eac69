"""How long it takes to ask a frame for its lineage: the first time, and later on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

import lester_jupyter as ld
from lester_jupyter.benchmark.lineage.cases import Case, Inputs
from lester_jupyter.benchmark.lineage.measuring import Latency, latency
from lester_jupyter.plan import Scan

ONE_ROW_GOAL = 0.005
MANY_ROWS_GOAL = 0.025
_MANY = 10_000
_TIMES_ONE, _TIMES_MANY = 200, 40


@dataclass(frozen=True)
class LookUp:
    """A kind of question to one pipeline's frame.

    Attributes:
        name: which pipeline.
        question: what is asked ("backward", "forward", "trace") and of how many rows.
        n_asked: of how many rows.
        latency: how long the answers take.
        goal: what 95 of 100 answers should stay below, seconds.
    """

    name: str
    question: str
    n_asked: int
    latency: Latency
    goal: float


def look_ups(case: Case, inputs: Inputs) -> list[LookUp]:
    """Runs our side of a pipeline once, then asks for rows of its result and of its largest source."""
    with ld.record() as frames:
        result = case.ours(*case.frames(inputs))
    capture = ld.Capture(frames, results=[result])
    scans = {key: o for key, o in capture.plan.by_id.items() if isinstance(o, Scan)}
    largest = max(scans, key=capture.rows)
    source = capture.plan.source_names[scans[largest].source]
    root = capture.plan.ids[capture.plan.roots[0]]
    lineage = result.lineage
    asked: list[tuple[str, int, Callable[[Any], object]]] = [
        ("backward", len(result), lineage.backward),
        ("forward", capture.rows(largest), lambda rows: lineage.forward(source, rows)),
        ("trace of the result", len(result), lambda rows: capture.trace(root, rows)),
        ("trace of a source", capture.rows(largest), lambda rows: capture.trace(largest, rows)),
    ]
    name = case.name.partition(": ")[2]
    return list(_measured(name, asked))


def _measured(name: str, asked: Sequence[tuple[str, int, Callable[[Any], object]]]) -> Iterator[LookUp]:
    draw = np.random.default_rng(0)
    for n_asked, times, goal in ((1, _TIMES_ONE, ONE_ROW_GOAL), (_MANY, _TIMES_MANY, MANY_ROWS_GOAL)):
        for question, n_rows, look_up in asked:
            size = min(n_asked, n_rows)
            questions = [draw.choice(n_rows, size, replace=False, shuffle=False) for _ in range(times)]
            yield LookUp(name, question, size, latency(look_up, questions), goal)
