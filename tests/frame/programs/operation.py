"""What one operation of a random program is: how it is drawn, and the three ways to run it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import pandas as pd
from hypothesis import strategies as st

import lester_jupyter as ld
from lester_jupyter.plan import Operator

Schema = dict[str, str]
"""The columns of a table and what is in them.

"number" (integers and halves, whatever pandas' type for them is), "fraction" (floats that are not added up: their sum
depends on the order), "text", "truth", "time", "list" (of numbers), "item" (of a list), and "any" (a mixture).
"""
Arguments = Mapping[str, Any]
Token = tuple[str, int]
Row = tuple[dict[str, Any], frozenset[Token]]
NAMES = ("k", "s", "x", "y", "z")


@dataclass(frozen=True)
class Rows:
    """A table in plain Python: the names of its columns, and its rows with the source rows they are made of."""

    columns: list[str]
    rows: list[Row]

    def values(self, name: str) -> list[Any]:
        return [values[name] for values, _ in self.rows]

    def taken(self, rows: Sequence[Row]) -> Rows:
        return Rows(self.columns, list(rows))


@dataclass(frozen=True)
class Drawn:
    """An operation with its arguments: the frames it reads (by number), and the columns it is going to have."""

    inputs: tuple[int, ...]
    arguments: Arguments
    schema: Schema


class Operation(ABC):
    """One operation. `ours` runs it on frames, `pandas` in plain pandas, `tokens` as loops over plain values.

    Attributes:
        kind: what programs call it.
        makes: the operators that it puts on the plan.
    """

    kind: ClassVar[str]
    makes: ClassVar[tuple[type[Operator], ...]]

    @abstractmethod
    def drawn(self, draw: st.DrawFn, schemas: list[Schema], at: int) -> Drawn | None:
        """Draws arguments for the frame `at`; None where its columns do not allow the operation."""

    @abstractmethod
    def ours(self, a: Arguments, frames: list[ld.Frame]) -> ld.Frame: ...

    @abstractmethod
    def pandas(self, a: Arguments, tables: list[pd.DataFrame], made: ld.Frame) -> pd.DataFrame:
        """The same in pandas. `made` is what `ours` gave: of a split, pandas cannot know which rows were drawn."""

    @abstractmethod
    def tokens(self, a: Arguments, inputs: list[Rows], made: ld.Frame) -> Rows: ...


def column(draw: st.DrawFn, schema: Schema, *kinds: str) -> str | None:
    """A column of one of these kinds (default: of any), or None where there is none."""
    fitting = [c for c in schema if not kinds or schema[c] in kinds]
    return draw(st.sampled_from(fitting)) if fitting else None


def some_columns(draw: st.DrawFn, schema: Schema, *kinds: str, least: int = 1, most: int = 2) -> list[str] | None:
    """Different columns of these kinds (default: of any), or None where there are too few."""
    fitting = [c for c in schema if not kinds or schema[c] in kinds]
    if len(fitting) < least:
        return None
    return draw(
        st.lists(st.sampled_from(fitting or [""]), min_size=least, max_size=min(most, len(fitting)), unique=True)
    )


ORDERED = ("number", "fraction", "text", "truth", "time")
"""Kinds whose values can be compared with each other, and grouped by."""
