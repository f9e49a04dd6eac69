"""What all operators of a plan have in common.

An operator knows its inputs, the names of its output columns, which input columns its values and its rows depend on
(by position, never by name), and whether what it says is exact. It checks its names when it is made, so a wrong name is
an error before anything runs. How it is computed is the engines' business; how it is shown, `format`'s.

Edges between columns:

- a *value* edge `(output, slot, input)`: the output column's values are computed from that input column;
- a *control* edge `(slot, input)`: which rows exist, or which meet, depends on that column (predicates, join keys).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

from lester_jupyter.errors import PlanError, UnknownColumnError
from lester_jupyter.plan.references import CodeReference, Name

ValueEdge = tuple[int, int, int]
ControlEdge = tuple[int, int]


@dataclass(frozen=True, eq=False, kw_only=True)
class Operator:
    """Base of all operators. Two operators are the same only if they are the same object.

    Attributes:
        inputs: the operators it reads; a slot is a position in this tuple.
        code: the lines of code it stands for.
    """

    inputs: tuple[Operator, ...] = ()
    code: CodeReference | None = None

    kind: ClassVar[str]
    arity: ClassVar[int | None] = 1  # None: one or more
    deterministic: ClassVar[bool] = True

    def __post_init__(self) -> None:
        expected = self.arity
        if (expected is None and not self.inputs) or (expected is not None and len(self.inputs) != expected):
            raise PlanError(f"{type(self).__name__} takes {expected or 'one or more'} inputs, got {len(self.inputs)}.")
        self.check()
        doubled = [name for name, times in Counter(self.columns).items() if times > 1]
        if doubled:
            raise PlanError(
                f"{type(self).__name__} would make more than one column named {doubled[0]!r}.",
                hint="rename columns first, or pass other suffixes to join",
            )

    def check(self) -> None:
        """Checks the operator's own fields against its inputs.

        Raises:
            PlanError: a field that makes no sense.
        """

    @cached_property
    def columns(self) -> tuple[Name, ...]:
        """Names of the output columns, in order."""
        return self.inputs[0].columns

    @property
    def exact(self) -> bool:
        """Whether its row and column lineage is exact (else it is an over-approximation)."""
        return True

    @property
    def monotone(self) -> bool:
        """Whether deleting input rows can only delete output rows, never create or change others."""
        return True

    def value_edges(self) -> Iterator[ValueEdge]:
        """Yields which input columns each output column is computed from."""
        for i in range(len(self.columns)):
            yield i, 0, i

    def control_edges(self) -> Iterator[ControlEdge]:
        """Yields the input columns that decide over rows."""
        yield from ()

    def position(self, name: Name, slot: int = 0) -> int:
        """The position of an input column.

        Raises:
            UnknownColumnError: the input of that slot has no such column.
        """
        self.require([name], slot)
        return self.inputs[slot].columns.index(name)

    def require(self, names: Iterable[Name], slot: int = 0) -> None:
        """Checks that an input has these columns.

        Raises:
            UnknownColumnError: it lacks some of them.
        """
        columns = self.inputs[slot].columns
        missing = [n for n in dict.fromkeys(names) if n not in columns]
        if missing:
            raise UnknownColumnError.of(missing, columns)
