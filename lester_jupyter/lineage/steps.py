"""A step: one operator as it ran once, with the row edges to its inputs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from lester_jupyter.lineage.rows import All, RowEdge, Segment, Take
from lester_jupyter.plan import Operator

Hashes: TypeAlias = npt.NDArray[np.uint64]
_ABSENT = np.uint64(0x9E3779B97F4A7C15)  # stands for "no row of that input"; 2**64 / golden ratio


@dataclass(frozen=True, eq=False)
class Step:
    """One execution of an operator.

    Attributes:
        operator: what ran.
        n_rows: how many rows it gave.
        inputs: the steps it read, slot by slot.
        edges: the row edge to each of them.
        source_identity: for sources: gives one hash a record that tells it from all others of the source.
        source_table: for sources in memory: the records, so that the plan can run again.
    """

    operator: Operator
    n_rows: int
    inputs: tuple[Step, ...] = ()
    edges: tuple[RowEdge, ...] = ()
    source_identity: Callable[[], Hashes] | None = field(default=None, repr=False)
    source_table: Any = field(default=None, repr=False)

    @cached_property
    def identity(self) -> Hashes:
        """One hash a row, made from the records the row is made of and from nothing else."""
        return row_identity(self)


def topological(roots: Iterable[Step]) -> tuple[Step, ...]:
    """All steps that reach the roots, inputs first, each once."""
    done: dict[Step, None] = {}
    for root in roots:
        stack: list[tuple[Step, bool]] = [(root, False)]
        while stack:
            step, expanded = stack.pop()
            if expanded:
                done.setdefault(step)
            elif step not in done:
                stack.append((step, True))
                stack.extend((i, False) for i in reversed(step.inputs))
    return tuple(done)


def mix(values: Hashes) -> Hashes:
    """Scrambles 64-bit values (the finaliser of splitmix64, Steele et al. 2014)."""
    with np.errstate(over="ignore"):
        z = values + np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return z ^ (z >> np.uint64(31))


def row_identity(step: Step) -> Hashes:
    """Combines the identities of the records behind each row, slot by slot, down from the sources."""
    memo: dict[Step, Hashes] = {}
    for node in topological([step]):
        if node.source_identity is not None:
            memo[node] = node.source_identity()
            continue
        parts = [_pull(memo[parent], edge) for parent, edge in zip(node.inputs, node.edges, strict=True)]
        memo[node] = parts[0] if len(parts) == 1 else _combine(node, parts)
    return memo[step]


def _pull(parent: Hashes, edge: RowEdge) -> Hashes:
    """The parent's hashes, one for each output row the edge covers."""
    if isinstance(edge, Take):
        return np.append(parent, _ABSENT)[edge.index]  # index -1 reads the last slot
    if isinstance(edge, All):  # nothing tells the rows apart but their position
        return mix(np.arange(edge.n_output, dtype=np.uint64))
    return parent


def _combine(node: Step, parts: list[Hashes]) -> Hashes:
    """Mixes what came in by each slot; the slot is part of the hash, so that a self-join tells its sides apart."""
    combined = np.zeros(node.n_rows, np.uint64)
    for slot, (part, edge) in enumerate(zip(parts, node.edges, strict=True)):
        salted = mix(part ^ mix(np.full(1, slot, np.uint64)))
        if isinstance(edge, Segment):
            combined[edge.offset : edge.offset + edge.n_input] = salted
        else:
            combined = mix(combined ^ salted)
    return combined
