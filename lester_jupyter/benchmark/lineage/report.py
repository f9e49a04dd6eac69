"""The measurements as text, Markdown and JSON, with the goals beside them: met, or missed by how much."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from lester_jupyter.benchmark.lineage.lookups import LookUp
from lester_jupyter.benchmark.lineage.measuring import Pair

MEMORY_GOAL = 1.05
_TIME_GOAL_FROM = 10_000
_MEMORY_GOAL_FROM = 100_000
_LOOK_UP_GOAL_FROM = 1_000_000
"""Rows from which on the goals hold. With less, the stocks that allocators keep are larger than the tables."""

Table = Sequence[Sequence[str]]


@dataclass(frozen=True)
class Comparison:
    """One case at one size: pairs of CPU seconds and of peak bytes, or what went wrong."""

    name: str
    operator: str
    n_rows: int
    goal: float
    time: Pair | None = None
    memory: Pair | None = None
    error: str | None = None


@dataclass(frozen=True)
class Overhead:
    """What one operator costs on a frame of ten rows: CPU seconds of both sides; or what went wrong."""

    name: str
    ours: float = 0.0
    plain: float = 0.0
    error: str | None = None


@dataclass
class Report:
    """All that was measured in one run, and on what."""

    machine: dict[str, str]
    comparisons: list[Comparison] = field(default_factory=list)
    look_ups: list[tuple[int, LookUp]] = field(default_factory=list)
    overheads: list[Overhead] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    @property
    def errors(self) -> list[str]:
        """Everything that could not be measured."""
        compared = [f"{c.n_rows:,} rows, {c.name}: {c.error}" for c in self.comparisons if c.error]
        return [*compared, *(f"plan capture, {o.name}: {o.error}" for o in self.overheads if o.error), *self.failures]

    def to_json(self) -> str:
        """Every number, times in seconds and memory in bytes."""
        look_ups = [{"n_rows": n, **asdict(found)} for n, found in self.look_ups]
        return json.dumps({**asdict(self), "look_ups": look_ups}, indent=1)

    def to_text(self) -> str:
        """For a terminal: columns in line."""
        return self._written(_aligned)

    def to_markdown(self) -> str:
        """For a document."""
        return self._written(_markdown)

    def _written(self, write: Callable[[Table], str]) -> str:
        tables = ((_TIME_NOTE, self._times()), (_LOOK_UP_NOTE, self._look_ups()), (_OVERHEAD_NOTE, self._overheads()))
        parts = [f"{note}\n\n{write(table)}" for note, table in tables if len(table) > 1]
        parts.append("Measured with " + ", ".join(f"{k} {v}" for k, v in self.machine.items()) + ".")
        parts.append(self._summary())
        return "\n\n".join(parts) + "\n"

    def _times(self) -> Table:
        head = ("rows", "what", "pandas", "ours", "CPU ratio", "spread", "goal", "peak MB", "ours MB", "memory", "goal")
        return [head, *(_compared(c) for c in self.comparisons)]

    def _look_ups(self) -> Table:
        head = ("rows", "pipeline", "question", "of rows", "first ms", "p50 ms", "p95 ms", "p95 wall", "goal")
        return [head, *(_answered(n, found) for n, found in self.look_ups)]

    def _overheads(self) -> Table:
        rows = [(o.name, *map(_micro, (o.plain, o.ours, o.ours - o.plain))) for o in self.overheads if not o.error]
        return [("what", "pandas µs", "ours µs", "more µs"), *rows]

    def _summary(self) -> str:
        verdicts = [
            *(v for c in self.comparisons for v in (_time_verdict(c), _memory_verdict(c))),
            *(_look_up_verdict(n, found) for n, found in self.look_ups),
        ]
        met, missed = (sum(word in v for v in verdicts) for word in ("met", "missed"))
        return "\n".join((f"Goals met: {met}, missed: {missed}. Not measured: {len(self.errors)}.", *self.errors))


_TIME_NOTE = (
    "CPU time and peak memory beside plain pandas. Ratios are medians of paired rounds, the spread is their quartiles; "
    f"memory counts the inputs. Goals are judged from {_TIME_GOAL_FROM:,} rows on for time, and from "
    f"{_MEMORY_GOAL_FROM:,} rows on for memory."
)
_LOOK_UP_NOTE = (
    "Lineage look-ups, CPU time. The goal is for the 95th percentile, judged from "
    f"{_LOOK_UP_GOAL_FROM:,} rows on; a first question may build an index."
)
_OVERHEAD_NOTE = "Plan capture: one operator on a frame of ten rows."


def _verdict(value: float, goal: float) -> str:
    """Whether a value is within its goal; else by how many per cent it is not."""
    return "met" if value <= goal else f"missed by {value / goal - 1:.0%}"


def _time_verdict(case: Comparison) -> str:
    if case.time is None or case.n_rows < _TIME_GOAL_FROM:
        return ""
    return f"≤ {case.goal:g}: {_verdict(case.time.ratio, case.goal)}"


def _memory_verdict(case: Comparison) -> str:
    if case.memory is None or case.n_rows < _MEMORY_GOAL_FROM:
        return ""
    return f"≤ {MEMORY_GOAL:g}: {_verdict(case.memory.ratio, MEMORY_GOAL)}"


def _look_up_verdict(n_rows: int, found: LookUp) -> str:
    if n_rows < _LOOK_UP_GOAL_FROM:
        return ""
    return f"< {1000 * found.goal:g} ms: {_verdict(found.latency.p95, found.goal)}"


def _compared(case: Comparison) -> tuple[str, ...]:
    rows = f"{case.n_rows:,}"
    if case.time is None:
        return (rows, case.name, *[""] * 4, "failed", *[""] * 4)
    time, memory = case.time, case.memory
    spread = f"{time.low:.2f}-{time.high:.2f}"
    measured = (_span(time.plain), _span(time.ours), f"{time.ratio:.2f}", spread, _time_verdict(case))
    if memory is None:
        return (rows, case.name, *measured, "", "", "", "")
    peak = (_mega(memory.plain), _mega(memory.ours), f"{memory.ratio:.2f}", _memory_verdict(case))
    return (rows, case.name, *measured, *peak)


def _answered(n_rows: int, found: LookUp) -> tuple[str, ...]:
    times = found.latency
    shown = [f"{1000 * t:.2f}" for t in (times.first, times.p50, times.p95, times.wall_p95)]
    verdict = _look_up_verdict(n_rows, found)
    return (f"{n_rows:,}", found.name, found.question, f"{found.n_asked:,}", *shown, verdict)


def _span(seconds: float) -> str:
    for unit, factor in (("s", 1.0), ("ms", 1e3)):
        if seconds * factor >= 1:
            return f"{seconds * factor:.3g} {unit}"
    return f"{seconds * 1e6:.3g} µs"


def _mega(size: float) -> str:
    return f"{size / 1e6:.1f}"


def _micro(seconds: float) -> str:
    return f"{seconds * 1e6:.0f}"


def _aligned(table: Table) -> str:
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return "\n".join("  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip() for row in table)


def _markdown(table: Table) -> str:
    def line(cells: Iterable[Any]) -> str:
        return "| " + " | ".join(cells) + " |"

    return "\n".join([line(table[0]), line("---" for _ in table[0]), *map(line, table[1:])])
