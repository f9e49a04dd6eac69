"""Goes through the cases, each in a process of its own, and tells how far it is."""

from __future__ import annotations

import os
import platform
import sys
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from lester_jupyter._version import __version__
from lester_jupyter.benchmark.lineage.cases import OPERATORS, Case
from lester_jupyter.benchmark.lineage.lookups import LookUp, look_ups
from lester_jupyter.benchmark.lineage.measuring import (
    BenchmarkError,
    in_child,
    paired_memory,
    paired_times,
)
from lester_jupyter.benchmark.lineage.pipelines import PIPELINES
from lester_jupyter.benchmark.lineage.report import Comparison, Overhead, Report

SIZES = (10_000, 100_000, 1_000_000)
REPEAT = 5
LOOK_UPS = "look-ups"
OVERHEAD = "plan capture"
_COMPARED_ROWS = 2_000
_TINY = 10
_MEMORY_RUNS = 3


def bench(
    sizes: Sequence[int] = SIZES,
    repeat: int = REPEAT,
    only: Sequence[str] = (),
    tell: Callable[[str], object] = lambda line: print(line, file=sys.stderr),  # noqa: T201 - progress
) -> Report:
    """Measures frames against plain pandas.

    Args:
        sizes: numbers of rows.
        repeat: rounds a case; each runs both sides twice.
        only: parts of names; what has none of them in its name is left out.
        tell: is told what is being measured.

    Raises:
        BenchmarkError: no case has such a name.
    """
    cases = [c for c in (*OPERATORS, *PIPELINES) if _wanted(c.name, only)]
    asked = [c for c in PIPELINES if _wanted(f"{LOOK_UPS}: {c.name.partition(': ')[2]}", only)]
    captured = [c for c in OPERATORS if c.operator != "scan"] if _wanted(OVERHEAD, only) else []
    if not (cases or asked or captured):
        names = [c.name for c in (*OPERATORS, *PIPELINES)]
        raise BenchmarkError("There is nothing of that name to measure.", available=[*names, LOOK_UPS, OVERHEAD])
    report = Report(_machine())
    with tempfile.TemporaryDirectory(prefix="lester-bench-") as name:
        folder = Path(name)
        for case in captured:
            tell(f"{OVERHEAD}, {case.name}")
            report.overheads.append(_overhead(case, folder, repeat))
        for n_rows in sizes:
            for case in cases:
                tell(f"{n_rows:,} rows, {case.name}")
                report.comparisons.append(_comparison(case, n_rows, folder, repeat))
            for case in asked:
                tell(f"{n_rows:,} rows, {LOOK_UPS}, {case.name}")
                _ask(case, n_rows, folder, report)
    report.machine["load at the end"] = _load()
    return report


def _wanted(name: str, only: Sequence[str]) -> bool:
    return not only or any(part in name for part in only)


def _machine() -> dict[str, str]:
    return {
        "lester_jupyter": __version__,
        "python": platform.python_version(),
        "pandas": pd.__version__,
        "numpy": np.__version__,
        "processors": str(os.cpu_count()),
        "load at the start": _load(),
    }


def _load() -> str:
    return f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"


def _sides(case: Case, inputs: tuple[Any, ...]) -> tuple[Callable[[], Any], Callable[[], Any]]:
    if case.fresh:
        return lambda: case.ours(*case.frames(inputs)), lambda: case.plain(*inputs)
    frames = case.frames(inputs)
    return lambda: case.ours(*frames), lambda: case.plain(*inputs)


def _compare(case: Case, folder: Path, n_rows: int) -> None:
    """Checks that both sides give the same; this also loads all that is imported late.

    Raises:
        AssertionError: they do not.
    """
    ours, plain = (side() for side in _sides(case, case.inputs(n_rows, folder)))
    if not case.chance:
        pd.testing.assert_frame_equal(ours.to_pandas(), plain.reset_index(drop=True))


def _comparison(case: Case, n_rows: int, folder: Path, repeat: int) -> Comparison:
    def measure() -> Comparison:
        _compare(case, folder, min(n_rows, _COMPARED_ROWS))
        inputs = case.inputs(n_rows, folder)
        size = sum(int(i.memory_usage(deep=True).sum()) for i in inputs if isinstance(i, pd.DataFrame))
        ours, plain = _sides(case, inputs)
        memory = paired_memory(ours, plain, size, min(repeat, _MEMORY_RUNS))
        return Comparison(case.name, case.operator, n_rows, case.goal, paired_times(ours, plain, repeat), memory)

    try:
        in_child(partial(case.inputs, n_rows, folder))  # files are made here, so that their making leaves no memory
        made: Comparison = in_child(measure)
    except BenchmarkError as error:
        return Comparison(case.name, case.operator, n_rows, case.goal, error=str(error))
    return made


def _overhead(case: Case, folder: Path, repeat: int) -> Overhead:
    def measure() -> Overhead:
        _compare(case, folder, _TINY)
        pair = paired_times(*_sides(case, case.inputs(_TINY, folder)), repeat)
        return Overhead(case.name, pair.ours, pair.plain)

    try:
        made: Overhead = in_child(measure)
    except BenchmarkError as error:
        return Overhead(case.name, error=str(error))
    return made


def _ask(case: Case, n_rows: int, folder: Path, report: Report) -> None:
    def measure() -> list[LookUp]:
        return look_ups(case, case.inputs(n_rows, folder))

    try:
        in_child(partial(case.inputs, n_rows, folder))
        report.look_ups.extend((n_rows, found) for found in in_child(measure))
    except BenchmarkError as error:
        report.failures.append(f"{n_rows:,} rows, {LOOK_UPS}, {case.name}: {error}")
