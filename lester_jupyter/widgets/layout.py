"""A small layered layout for the static drawing of a plan: no Graphviz, deterministic, good enough for a record.

The steps are those of Sugiyama's method: rank by longest path, put a dummy into each rank that an edge crosses,
order the ranks by barycentres, then place each rank near the centres of its neighbours.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

GAP_X = 20.0
GAP_Y = 26.0
_SWEEPS = 8


@dataclass(frozen=True)
class Box:
    """Where a card is: its centre and its size, in pixels."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Layout:
    """A drawing: cards by identifier, edges as (from, to, slot, points from top to bottom)."""

    width: float
    height: float
    boxes: Mapping[str, Box]
    edges: Sequence[tuple[str, str, int, list[tuple[float, float]]]]


@dataclass
class _Node:
    """A card, or a dummy (width 0) where an edge crosses a rank."""

    width: float
    height: float
    rank: int
    side: int = 0
    x: float = 0.0


def layered(
    sizes: Mapping[str, tuple[float, float]],
    inputs: Mapping[str, Sequence[str]],
    sides: Mapping[str, int] | None = None,
) -> Layout:
    """Lays a plan out top to bottom.

    Args:
        sizes: (width, height) of each card, in topological order.
        inputs: for each card the cards it reads, by slot.
        sides: -1 for cards that are to stand left of all others of their rank, 1 for right of them; 0 where left out.
    """
    side = sides or {}
    nodes = {name: _Node(*sizes[name], rank, side.get(name, 0)) for name, rank in _ranks(sizes, inputs).items()}
    chains = [
        (source, target, slot, _chain(nodes, source, target, slot))
        for target in sizes
        for slot, source in enumerate(inputs[target])
    ]
    links = [pair for *_, chain in chains for pair in itertools.pairwise(chain)]
    ranks = _ordered(nodes, links)
    _place(nodes, ranks, links)
    tops, height = _tops(nodes, ranks)
    left = min((n.x - n.width / 2 for n in nodes.values()), default=0.0)
    right = max((n.x + n.width / 2 for n in nodes.values()), default=0.0)
    middle = {name: tops[n.rank][0] + tops[n.rank][1] / 2 for name, n in nodes.items()}
    boxes = {m: Box(nodes[m].x - left, middle[m], *sizes[m]) for m in sizes}
    edges = []
    for source, target, slot, chain in chains:
        inner = [(nodes[m].x - left, middle[m]) for m in chain[1:-1]]
        start = (boxes[source].x, boxes[source].y + boxes[source].height / 2)
        spread = (slot - (len(inputs[target]) - 1) / 2) * min(36.0, boxes[target].width / 4)
        end = (boxes[target].x + spread, boxes[target].y - boxes[target].height / 2)
        edges.append((source, target, slot, [start, *inner, end]))
    return Layout(right - left, height, boxes, edges)


def _ranks(names: Iterable[str], inputs: Mapping[str, Sequence[str]]) -> dict[str, int]:
    ranks: dict[str, int] = {}
    for name in names:
        ranks[name] = 1 + max((ranks[i] for i in inputs[name]), default=-1)
    readers: dict[str, list[str]] = {name: [] for name in ranks}
    for name, before in inputs.items():
        for source in before:
            readers[source].append(name)
    for name in reversed(list(ranks)):  # a source stands right above what reads it, not at the top
        if not inputs[name] and readers[name]:
            ranks[name] = min(ranks[r] for r in readers[name]) - 1
    return ranks


def _chain(nodes: dict[str, _Node], source: str, target: str, slot: int) -> list[str]:
    """Adds the dummies of one edge and returns the edge as a path through them."""
    between = range(nodes[source].rank + 1, nodes[target].rank)
    dummies = [f"{source}\0{target}\0{slot}\0{rank}" for rank in between]
    side = nodes[source].side if nodes[source].side == nodes[target].side else 0
    for rank, name in zip(between, dummies, strict=True):
        nodes[name] = _Node(0.0, 0.0, rank, side)
    return [source, *dummies, target]


def _ordered(nodes: Mapping[str, _Node], links: Sequence[tuple[str, str]]) -> list[list[str]]:
    above, below = _neighbours(links)
    ranks: list[list[str]] = [[] for _ in range(1 + max((n.rank for n in nodes.values()), default=-1))]
    for name in _depth_first([n for n in nodes if n not in below], above):
        ranks[nodes[name].rank].append(name)
    for sweep in range(_SWEEPS):
        down = sweep % 2 == 0
        near = above if down else below
        place = {name: i for rank in ranks for i, name in enumerate(rank)}
        for rank in ranks if down else reversed(ranks):
            rank.sort(key=lambda n: (nodes[n].side, _mean([place[m] for m in near.get(n, ())], place[n])))
            place.update({name: i for i, name in enumerate(rank)})
    return ranks


def _depth_first(ends: Sequence[str], above: Mapping[str, Sequence[str]]) -> list[str]:
    """Names every node once, what it reads first and by slot: so a join's left input tends to stand on the left."""
    order: dict[str, None] = {}
    stack = [(name, False) for name in reversed(ends)]
    while stack:
        name, ready = stack.pop()
        if ready:
            order[name] = None
        elif name not in order:
            stack.append((name, True))
            stack.extend((before, False) for before in reversed(above.get(name, ())))
    return list(order)


def _place(nodes: Mapping[str, _Node], ranks: Sequence[list[str]], links: Sequence[tuple[str, str]]) -> None:
    above, below = _neighbours(links)
    for rank in ranks:
        _spread(nodes, rank, dict.fromkeys(rank, 0.0))
    for sweep in range(2 * _SWEEPS):
        down = sweep % 2 == 0
        near = above if down else below
        for rank in ranks if down else reversed(ranks):
            wanted = {m: _mean([nodes[n].x for n in near.get(m, ())], nodes[m].x) for m in rank}
            _spread(nodes, rank, wanted)


def _spread(nodes: Mapping[str, _Node], rank: Sequence[str], wanted: Mapping[str, float]) -> None:
    """Puts one rank as near to its wanted places as its order and the gaps allow."""
    if not rank:
        return
    offset, offsets = 0.0, []
    for before, name in zip([None, *rank], rank, strict=False):
        if before is not None:
            offset += (nodes[before].width + nodes[name].width) / 2 + GAP_X
        offsets.append(offset)
    # Pool adjacent violators: the least-squares places that keep the order.
    blocks: list[tuple[float, int]] = []
    for name, shift in zip(rank, offsets, strict=True):
        total, count = wanted[name] - shift, 1
        while blocks and blocks[-1][0] / blocks[-1][1] > total / count:
            more, size = blocks.pop()
            total, count = total + more, count + size
        blocks.append((total, count))
    bases = [total / count for total, count in blocks for _ in range(count)]
    for name, base, shift in zip(rank, bases, offsets, strict=True):
        nodes[name].x = base + shift


def _tops(nodes: Mapping[str, _Node], ranks: Sequence[Sequence[str]]) -> tuple[list[tuple[float, float]], float]:
    y, tops = 0.0, []
    for rank in ranks:
        height = max((nodes[name].height for name in rank), default=0.0)
        tops.append((y, height))
        y += height + GAP_Y
    return tops, max(0.0, y - GAP_Y)


def _neighbours(links: Sequence[tuple[str, str]]) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    above: dict[str, list[str]] = {}
    below: dict[str, list[str]] = {}
    for upper, lower in links:
        above.setdefault(lower, []).append(upper)
        below.setdefault(upper, []).append(lower)
    return above, below


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise
