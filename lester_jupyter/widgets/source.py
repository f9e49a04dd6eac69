"""What the view needs from something that ran: a plan, its tables, and row lineage. `magic.source` implements it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from lester_jupyter.widgets.edges import Edge

Role = Literal["self", "back", "forward"]
"""What a traced row is: the record itself, one that made it, or one made from it."""


class PlanOperator(Protocol):
    """One operator of a plan, as far as the view looks at it."""

    @property
    def id(self) -> str:
        """Its identifier within the plan: "o1"."""

    @property
    def kind(self) -> str:
        """Its kind: "filter"."""

    @property
    def label(self) -> str:
        """Its meaning in a few words: "country in [UK, DE, FR]"."""

    @property
    def brief(self) -> tuple[str, str] | None:
        """What it reads and makes, for encoders that share a card: ("subject", "TfidfVectorizer → 100")."""

    @property
    def part(self) -> str | None:
        """Of a split: which part it is, "train" or "test"."""

    @property
    def inputs(self) -> Sequence[str]:
        """Identifiers of the operators it reads, by slot."""

    @property
    def fit_slots(self) -> Sequence[int]:
        """The slots it only learns from."""

    @property
    def columns(self) -> Sequence[str]:
        """Names of its output columns, by position: the first of them, where there are very many."""

    @property
    def width(self) -> int:
        """How many columns it has."""

    @property
    def values(self) -> Sequence[Edge]:
        """Where values come from."""

    @property
    def fits(self) -> Sequence[Edge]:
        """What shaped something learned that values were computed with."""

    @property
    def own_controls(self) -> Sequence[Edge]:
        """What decides about single columns without being computed with: the partition of a window."""

    @property
    def controls(self) -> Sequence[tuple[int, int]]:
        """What decides which rows there are (keys, predicates): (input slot, input position)."""

    @property
    def exact(self) -> bool:
        """False where its lineage is not known to be exact."""


class PlanOfOperators(Protocol):
    """A plan: its operators in topological order."""

    @property
    def operators(self) -> Sequence[PlanOperator]:
        """The operators, inputs before the operators that read them."""


class PlanSource(Protocol):
    """A plan that has run: its tables and their lineage can be asked for."""

    @property
    def plan(self) -> PlanOfOperators:
        """The plan that ran."""

    def rows(self, operator: str, /) -> int:
        """Returns the number of rows of an operator's table."""

    def records(self, operator: str, rows: NDArray[np.integer[Any]], most: int, /) -> pd.DataFrame:
        """Returns these rows of an operator's table, as many columns of them as are to be looked at.

        Args:
            operator: its identifier.
            rows: positions, from 0 to `rows(operator)`.
            most: how many columns are shown at most; a wide matrix may give fewer.

        Returns:
            A table of those rows in that order. Its columns are the operator's first ones, under the names that say
            most (the word that a feature stands for); a model may add what else there is to say of it.
        """

    def trace(self, operator: str, rows: Sequence[int], /) -> Mapping[str, tuple[Role, NDArray[np.integer[Any]]]]:
        """Returns the role and the sorted rows of every table that the given rows touch."""

    def code_lines(self, operator: str, /) -> Mapping[str, Sequence[tuple[int, int]]]:
        """Returns the lines of `original` and `rewritten` code behind an operator, 1-based and inclusive."""
