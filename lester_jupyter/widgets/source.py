"""What the view needs from a captured run: a plan, its tables, and row lineage. `frame.capture` implements it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

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
    def inputs(self) -> Sequence[str]:
        """Identifiers of the operators it reads, by slot."""

    @property
    def columns(self) -> Sequence[str]:
        """Names of its output columns, by position."""

    @property
    def value_edges(self) -> Sequence[tuple[int, int, int]]:
        """Where values come from: (output position, input slot, input position)."""

    @property
    def control_edges(self) -> Sequence[tuple[int, int]]:
        """What decides which rows there are (keys, predicates): (input slot, input position)."""

    @property
    def exact(self) -> bool:
        """False where its lineage is an over-approximation."""


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

    def table(self, operator: str, /) -> pd.DataFrame:
        """Returns an operator's table; rows are 0..n-1 in order."""

    def trace(self, operator: str, rows: Sequence[int], /) -> Mapping[str, tuple[Role, NDArray[np.integer[Any]]]]:
        """Returns the role and the sorted rows of every table that the given rows touch."""

    def code_lines(self, operator: str, /) -> Mapping[str, Sequence[tuple[int, int]]]:
        """Returns the lines of `original` and `rewritten` code behind an operator, 1-based and inclusive."""
