"""A step: one operator as it ran once, with the row edges to its inputs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from lester_jupyter.lineage.rows import All, Identity, RowEdge, Segment, Stretch, Take
from lester_jupyter.plan import Operator

Hashes: TypeAlias = npt.NDArray[np.uint64]
Again: TypeAlias = Callable[[], Any]
"""Computes the table of a step's input once more."""
_ABSENT = np.uint64(0x9E3779B97F4A7C15)  # stands for "no row of that input"; 2**64 / golden ratio


@dataclass(frozen=True, eq=False)
class Step:
    """One execution of an operator.

    Attributes:
        operator: what ran.
        n_rows: how many rows it gave.
        inputs: the steps it read, slot by slot.
        edges: the row edge to each of them.
        anchors: which input row each row stands for, slot by slot, where that is not what `edges` say: a window's row
            is its own input row, whatever its neighbours are. None for a slot that says nothing about who a row is.
        own_identity: gives one hash a row, for steps whose rows are no rows of their inputs: records, groups.
        source_table: for sources in memory: the records, so that the plan can run again.
        alternatives: for steps that keep one of several rows: gives the edge to all rows that each row stands for. It
            is computed when it is asked for, from the input's table if anybody still holds that, else from one that is
            computed again.
    """

    operator: Operator
    n_rows: int
    inputs: tuple[Step, ...] = ()
    edges: tuple[RowEdge, ...] = ()
    anchors: tuple[RowEdge | None, ...] | None = field(default=None, repr=False)
    own_identity: Callable[[], Hashes] | None = field(default=None, repr=False)
    source_table: Any = field(default=None, repr=False)
    alternatives: Callable[[Again], RowEdge] | None = field(default=None, repr=False)

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
        if node.own_identity is not None:
            memo[node] = node.own_identity()
            continue
        edges = node.edges if node.anchors is None else node.anchors
        parts = [
            (slot, edge, _pull(memo[parent], edge))
            for slot, (parent, edge) in enumerate(zip(node.inputs, edges, strict=True))
            if edge is not None
        ]
        memo[node] = parts[0][2] if len(parts) == 1 else _combine(node.n_rows, parts)
    return memo[step]


def _pull(parent: Hashes, edge: RowEdge) -> Hashes:
    """The parent's hashes, one for each output row the edge covers."""
    if isinstance(edge, Take):
        return np.append(parent, _ABSENT)[edge.index]  # index -1 reads the last slot
    if isinstance(edge, Stretch):
        return parent[edge.offset : edge.offset + edge.n_output]
    if isinstance(edge, All):  # nothing tells the rows apart but their position
        return mix(np.arange(edge.n_output, dtype=np.uint64))
    if isinstance(edge, Identity | Segment):
        return parent
    raise TypeError(f"{type(edge).__name__} does not say which row is which: the step needs anchors or an own identity")


def _combine(n_rows: int, parts: list[tuple[int, RowEdge, Hashes]]) -> Hashes:
    """Mixes what came in by each slot; the slot is part of the hash, so that a self-join tells its sides apart."""
    combined = np.zeros(n_rows, np.uint64)
    for slot, edge, part in parts:
        salted = mix(part ^ mix(np.full(1, slot, np.uint64)))
        if isinstance(edge, Segment):
            combined[edge.offset : edge.offset + edge.n_input] = salted
        else:
            combined = mix(combined ^ salted)
    return combined
