"""The cards of a plan as they are drawn: the encoders of one fit share one, and edges lead from card to card."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lester_jupyter.widgets.messages import OperatorPayload, PlanPayload


@dataclass(frozen=True)
class Arrow:
    """An edge into a card.

    Attributes:
        source: the card it comes from.
        slot: the input slot, where the target is not folded.
        fits: whether the target only learns from it.
    """

    source: str
    slot: int
    fits: bool


@dataclass(frozen=True)
class Card:
    """One card: an operator, the encoders that stand on it, and what leads to it."""

    operator: OperatorPayload
    encoders: tuple[OperatorPayload, ...]
    arrows: tuple[Arrow, ...]


def cards_of(plan: PlanPayload) -> list[Card]:
    """The cards of a plan, inputs first."""
    on = {o["id"]: o["card"] for o in plan["operators"]}
    encoders: dict[str, list[OperatorPayload]] = {}
    for o in plan["operators"]:
        if o["card"] != o["id"]:
            encoders.setdefault(o["card"], []).append(o)
    return _sorted(
        Card(o, tuple(encoders.get(o["id"], ())), _arrows(o, encoders.get(o["id"], []), on))
        for o in plan["operators"]
        if o["card"] == o["id"]
    )


def _sorted(cards: Iterable[Card]) -> list[Card]:
    """Cards, each after those it reads: a folded one stands where its last operator does, which may be too late."""
    waiting = {c.operator["id"]: c for c in cards}
    done: dict[str, Card] = {}

    def put(card: Card) -> None:
        for arrow in card.arrows:
            if arrow.source not in done:
                put(waiting[arrow.source])
        done.setdefault(card.operator["id"], card)

    for card in waiting.values():
        put(card)
    return list(done.values())


def _arrows(operator: OperatorPayload, encoders: list[OperatorPayload], on: dict[str, str]) -> tuple[Arrow, ...]:
    """Edges into a card; encoders' edges once, and none for learning from what is read in any case."""
    found = [
        Arrow(on[before], slot, slot in o["fit_slots"])
        for o in (operator, *encoders)
        for slot, before in enumerate(o["inputs"])
        if on[before] != operator["id"]
    ]
    read = {a.source for a in found if not a.fits}
    kept = [a for a in found if not (a.fits and a.source in read)]
    if encoders:
        kept = list({(a.source, a.fits): a for a in reversed(kept)}.values())[::-1]
    return tuple(kept)
