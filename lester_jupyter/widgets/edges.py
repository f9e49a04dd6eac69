"""Column lineage in few words: a plan with 50,000 features says so once, not 50,000 times."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

Edge = tuple[int, int, int, int] | tuple[int, int, int, int, int]
"""Connections between neighbouring columns.

`(output, slot, input, n)`: n neighbours from n neighbours, one from one. `(output, slot, input, n, m)`: each of n
neighbours from all of m neighbours. `output` and `input` are the first ones.
"""

_Run = tuple[int, int, int]
"""Neighbouring input columns: (slot, first, how many)."""


def in_ranges(edges: Iterable[tuple[int, int, int]]) -> tuple[Edge, ...]:
    """Writes connections between single columns, (output, slot, input), as connections between neighbours.

    Args:
        edges: in any order; what is given twice counts once.
    """
    by_output: dict[int, set[tuple[int, int]]] = {}
    for output, slot, position in edges:
        by_output.setdefault(output, set()).add((slot, position))
    runs = {output: tuple(_runs(sorted(by_output[output]))) for output in sorted(by_output)}
    made: list[Edge] = []
    waiting = dict(runs)
    for output, mine in runs.items():
        if output not in waiting:
            continue
        alike = _count(runs, output, mine, 0)
        paired = _count(runs, output, ((*mine[0][:2], 1),), 1)
        n = max(alike, paired)
        made += [(output, *mine[0][:2], n)] if paired == n else [(output, slot, first, n, m) for slot, first, m in mine]
        for k in range(n):
            del waiting[output + k]
    return tuple(made)


def from_each(outputs: range, slot: int, inputs: Iterable[int]) -> tuple[Edge, ...]:
    """Connects each of some neighbouring outputs with all of these inputs of one slot."""
    if not outputs:
        return ()
    runs = _runs([(slot, i) for i in sorted(set(inputs))])
    return tuple((outputs.start, slot, first, len(outputs), n) for slot, first, n in runs)


def joined(edges: Iterable[Edge]) -> tuple[Edge, ...]:
    """Writes one-to-one connections that continue each other as one; the rest stays as it is."""
    made: list[Edge] = []
    for edge in edges:
        if edge[3:] not in ((1,), (1, 1)):
            made.append(edge)
            continue
        output, slot, position = edge[:3]
        last = made[-1] if made else (0, 0, 0, 0, 0)
        if len(last) == 4 and last[:3] == (output - last[3], slot, position - last[3]):
            made[-1] = (*last[:3], last[3] + 1)
        else:
            made.append((output, slot, position, 1))
    return tuple(made)


def inputs_of(edge: Edge) -> range:
    """The input columns that an edge starts from."""
    return range(edge[2], edge[2] + edge[-1])


def _runs(inputs: Sequence[tuple[int, int]]) -> Iterator[_Run]:
    start = 0
    for i in range(1, len(inputs) + 1):
        slot, position = inputs[i - 1]
        if i == len(inputs) or inputs[i] != (slot, position + 1):
            yield (slot, inputs[start][1], i - start)
            start = i


def _count(runs: Mapping[int, tuple[_Run, ...]], output: int, first: tuple[_Run, ...], step: int) -> int:
    """How many neighbours from an output on are made from such inputs, each from those `step` further than the last."""
    n = 0
    while runs.get(output + n) == tuple((slot, position + n * step, m) for slot, position, m in first):
        n += 1
    return n
