"""How an operator of each kind looks: one table (`kinds.json`), read here and by the view's TypeScript alike."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

Shape = Literal["pill", "box", "cut"]


@dataclass(frozen=True)
class Family:
    """Operators that do the same sort of thing; they share a silhouette and a colour.

    Attributes:
        key: its name in `kinds.json`.
        name: what the legend calls it.
        shape: `pill`, `box` or `cut` (corners), so that colour is never alone.
        light: colour on a light background, `#rrggbb`.
        dark: colour on a dark background.
    """

    key: str
    name: str
    shape: Shape
    light: str
    dark: str


@dataclass(frozen=True)
class Kind:
    """The look of one kind of operator: its glyph, its verb, and the family that gives shape and colour."""

    glyph: str
    verb: str
    family: Family


@cache
def _table() -> dict[str, Kind]:
    raw = json.loads(files(__package__).joinpath("kinds.json").read_text(encoding="utf-8"))
    families = {key: Family(key=key, **fields) for key, fields in raw["families"].items()}
    entries = {**raw["kinds"], "": raw["unknown"]}
    return {name: Kind(e["glyph"], e["verb"], families[e["family"]]) for name, e in entries.items()}


def kind_of(name: str) -> Kind:
    """Returns the look of a kind; one that is not in the table gets a neutral look under its own name."""
    known = _table()
    if name in known and name:
        return known[name]
    unknown = known[""]
    verb = name.replace("_", " ").capitalize() or unknown.verb
    return Kind(unknown.glyph, verb, unknown.family)
