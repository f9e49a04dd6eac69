"""Which columns each step has to give: everything else is not written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from lester_jupyter.rewriting.lifting.expressions import Column
from lester_jupyter.rewriting.lifting.generate.targets import Item, Target
from lester_jupyter.rewriting.lifting.steps import (
    Distinct,
    Extend,
    ForEach,
    Join,
    Source,
    Step,
    Union,
    reads_of,
    walk,
)

Columns = dict[Column, None]


@dataclass
class Needs:
    """What is needed of a plan.

    Attributes:
        order: the steps that are written, inputs first.
        columns: for each step (by id) the columns that what stands above it needs.
        users: how many steps and outputs take each step's rows.
    """

    order: list[Step] = field(default_factory=list)
    columns: dict[int, Columns] = field(default_factory=dict)
    users: dict[int, int] = field(default_factory=dict)

    def alive(self, step: Step) -> Step:
        """The step, or the one below it if nobody needs what it adds."""
        while isinstance(step, Extend) and not any(c in self.columns.get(id(step), {}) for c in step.columns):
            step = step.input
        return step

    def inputs(self, step: Step) -> tuple[Step, ...]:
        """The steps that a step takes its rows from, without those that are not written."""
        return tuple(self.alive(s) for s in step.inputs)


def needs_of(items: Sequence[Item], more: Sequence[tuple[Step, tuple[Column, ...]]] = ()) -> Needs:
    """What outputs (or a function's result) need."""
    needs = Needs()
    roots = [(t.plan, (*t.columns, *((t.key,) if t.key is not None else ()))) for t in items if isinstance(t, Target)]
    roots += list(more)
    for plan, columns in roots:
        needs.columns.setdefault(id(plan), {}).update(dict.fromkeys(columns))
    steps = list(walk(*(plan for plan, _ in roots)))
    for step in reversed(steps):
        wanted = needs.columns.setdefault(id(step), {})
        for below, asked in _below(step, wanted):
            needs.columns.setdefault(id(below), {}).update(asked)
    tops = [needs.alive(plan) for plan, _ in roots]
    needs.order = _reachable(needs, tops)
    for step in needs.order:
        for below in needs.inputs(step):
            needs.users[id(below)] = needs.users.get(id(below), 0) + 1
    return needs


def _reachable(needs: Needs, tops: Sequence[Step]) -> list[Step]:
    found: dict[int, Step] = {}

    def visit(step: Step) -> None:
        if id(step) in found:
            return
        # A loop over partitions writes its own steps, in a function.
        if not isinstance(step, ForEach):
            # What is looked up is read first, as in the original.
            for below in reversed(needs.inputs(step)) if isinstance(step, Join) else needs.inputs(step):
                visit(below)
        found[id(step)] = step

    for top in tops:
        visit(top)
    return list(found.values())


def _below(step: Step, wanted: Columns) -> list[tuple[Step, Columns]]:
    """What a step needs of each of its inputs."""
    if isinstance(step, Source):
        return []
    if isinstance(step, Join):
        brought = dict(step.brings)
        left = {c: None for c in wanted if c not in brought}
        right = {old: None for new, old in step.brings if new in wanted}
        left.update(dict.fromkeys(a for a, _ in step.keys))
        right.update(dict.fromkeys(b for _, b in step.keys))
        return [(step.left, left), (step.right, right)]
    if isinstance(step, Union):
        return [
            (part, {old[i]: None for new, old in step.columns if new in wanted}) for i, part in enumerate(step.parts)
        ]
    if isinstance(step, ForEach):
        return [(step.input, {old: None for new, old in step.columns if new in wanted})]
    below = {c: None for c in wanted if c not in step.made}
    if isinstance(step, Distinct):
        below.update(dict.fromkeys(step.columns))
    elif not (isinstance(step, Extend) and not any(c in wanted for c in step.columns)):
        below.update(dict.fromkeys(reads_of(step)))
    assert len(step.inputs) == 1
    return [(step.inputs[0], below)]
