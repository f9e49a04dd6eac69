"""Random programs over frames, run three ways: ours, plain pandas, and plain Python with tokens."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd
from hypothesis import strategies as st

import lester_jupyter as ld
from lester_jupyter.errors import LesterError
from programs.operation import Drawn, Rows
from programs.operations.catalog import OPERATIONS
from programs.sources import Source, sources

ALL = tuple(OPERATIONS)


@dataclass(frozen=True)
class Step:
    """One step of a program: which operation, and what was drawn for it."""

    kind: str
    drawn: Drawn


@dataclass(frozen=True)
class Program:
    """Sources, then steps; frames are numbered in this order, and the last one is the result."""

    sources: tuple[Source, ...]
    steps: tuple[Step, ...]

    def __repr__(self) -> str:
        read = [
            f"  {i}: {'csv' if s.csv else 'memory'} {s.name} = {s.table.to_dict('list')} {dict(s.table.dtypes.map(str))}"
            for i, s in enumerate(self.sources)
        ]
        done = [
            f"  {i}: {s.kind}{s.drawn.inputs} {dict(s.drawn.arguments)}"
            for i, s in enumerate(self.steps, start=len(self.sources))
        ]
        return "\n".join(["Program", *read, *done])

    def with_source(self, number: int, source: Source) -> Program:
        changed = list(self.sources)
        changed[number] = source
        return replace(self, sources=tuple(changed))


@st.composite
def programs(draw: st.DrawFn, kinds: tuple[str, ...] = ALL, most: int = 8) -> Program:
    """Programs whose steps are of these kinds; steps that the columns do not allow are left out."""
    read = [draw(sources(i)) for i in range(draw(st.integers(1, 3)))]
    schemas = [s.schema for s in read]
    steps: list[Step] = []
    for _ in range(draw(st.integers(1, most))):
        kind = draw(st.sampled_from(kinds))
        at = draw(st.integers(max(0, len(schemas) - 3), len(schemas) - 1))
        drawn = OPERATIONS[kind].drawn(draw, schemas, at)
        if drawn is not None:
            steps.append(Step(kind, drawn))
            schemas.append(drawn.schema)
    return Program(tuple(read), tuple(steps))


@dataclass(frozen=True)
class Run:
    """A program as it ran: the frame and the plain table of each source and step.

    Attributes:
        program: the program, up to the first step that pandas refuses too (text that is to be a number, …).
    """

    program: Program
    frames: list[ld.Frame]
    tables: list[pd.DataFrame]

    @property
    def result(self) -> ld.Frame:
        return self.frames[-1]

    def source_names(self, frame: ld.Frame) -> dict[str, str]:
        """For the name of each source in the frame's lineage, the one it has in tokens."""
        names = frame.plan.source_names
        found = [self.frames[i]._operator.source for i in range(len(self.program.sources))]
        return {names[s]: f"source{i}" for i, s in enumerate(found) if s in names}


def run(program: Program, directory: Path) -> Run:
    """Runs a program on frames and in plain pandas, step by step; what one of them refuses, both must refuse."""
    frames = [s.frame(directory) for s in program.sources]
    tables = [s.in_pandas(directory) for s in program.sources]
    for number, step in enumerate(program.steps):
        operation, arguments, inputs = OPERATIONS[step.kind], step.drawn.arguments, step.drawn.inputs
        try:
            frame = operation.ours(arguments, [frames[i] for i in inputs])
        except LesterError as refused:
            try:
                operation.pandas(arguments, [tables[i] for i in inputs], frames[0])
            except Exception:  # noqa: BLE001 - whatever pandas raises
                return Run(replace(program, steps=program.steps[:number]), frames, tables)
            raise AssertionError(f"{step.kind} refuses what pandas does") from refused
        tables.append(operation.pandas(arguments, [tables[i] for i in inputs], frame).reset_index(drop=True))
        frames.append(frame)
    return Run(program, frames, tables)


def run_tokens(run: Run) -> list[Rows]:
    """Each frame's rows with the tokens they are made of; a token is ("source" and its number, row)."""
    out: list[Rows] = []
    for number in range(len(run.program.sources)):
        records = run.frames[number].to_dicts()
        rows = [(dict(r), frozenset({(f"source{number}", i)})) for i, r in enumerate(records)]
        out.append(Rows([str(c) for c in run.frames[number].columns], rows))
    for number, step in enumerate(run.program.steps, start=len(run.program.sources)):
        inputs = [out[i] for i in step.drawn.inputs]
        out.append(OPERATIONS[step.kind].tokens(step.drawn.arguments, inputs, run.frames[number]))
    return out
