"""What an engine is: it runs one operator on the tables of its inputs and says how the rows hang together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from lester_jupyter.lineage import Step
from lester_jupyter.plan import Operator


@dataclass(frozen=True, eq=False)
class Relation:
    """A table with its past.

    Attributes:
        table: the rows, a DataFrame with positions 0 to n-1 as index; owned by the relation and never changed. Of the
            learning operators it is what they make: a matrix of features, a fitted model, predictions, scores.
        step: how it was made.
    """

    table: Any = field(repr=False)
    step: Step


class Engine(Protocol):
    """Runs operators one at a time."""

    name: str

    def execute(self, operator: Operator, inputs: Sequence[Relation]) -> Relation:
        """Runs an operator.

        Args:
            operator: what to run.
            inputs: the relation of each of its inputs, slot by slot.

        Returns:
            Its output.
        """
