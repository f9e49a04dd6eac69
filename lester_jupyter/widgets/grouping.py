"""What stands together in the drawing: encoders of one fit on one card, and the two sides of a split in lanes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lester_jupyter.widgets.source import PlanOperator

_ENCODERS = ("fit_transform", "transform")


def cards(operators: Sequence[PlanOperator]) -> dict[str, str]:
    """For each operator the one on whose card it is drawn: its own, or that of the features it is one part of.

    Encoders side by side are one step to whoever reads a pipeline, however many they are. They stand on the card of
    `concat_features` where nothing else reads their features; other operators may well use what they learned.
    """
    kinds = {o.id: o.kind for o in operators}
    readers: dict[str, set[str]] = {o.id: set() for o in operators}
    for o in operators:
        for slot, before in enumerate(o.inputs):
            if slot not in o.fit_slots:
                readers[before].add(o.id)
    found = {o.id: o.id for o in operators}
    for o in operators:
        # only alike ones: mixed, two such cards could each need something of the other first
        if o.kind != "concat_features" or len({kinds[i] for i in o.inputs}) != 1:
            continue
        if kinds[o.inputs[0]] in _ENCODERS and all(readers[i] == {o.id} for i in o.inputs):
            found.update(dict.fromkeys(o.inputs, o.id))
    return found


def lanes(operators: Sequence[PlanOperator]) -> dict[str, str | None]:
    """The side of the split ("train", "test") that all rows of an operator come from; None where there is no one side.

    There are lanes only if the plan splits once: with several splits, a record's side would depend on which is meant.
    """
    splits = [o for o in operators if o.part is not None]
    found: dict[str, str | None] = {o.id: None for o in operators}
    if len({tuple(o.inputs) for o in splits}) != 1 or len({o.part for o in splits}) != len(splits):
        return found
    parts = {o.id: o.part for o in splits}
    for o in operators:
        found[o.id] = parts[o.id] if o.id in parts else _common(o, found)
    return found


def _common(operator: PlanOperator, lane: Mapping[str, str | None]) -> str | None:
    """The lane of all that an operator's rows come from; for what only learns, of all that it learns from."""
    slots = [s for s in range(len(operator.inputs)) if s not in operator.fit_slots] or range(len(operator.inputs))
    of = {lane[operator.inputs[s]] for s in slots}
    return of.pop() if len(of) == 1 else None
