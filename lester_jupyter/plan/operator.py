"""What all operators of a plan have in common.

An operator knows its inputs, the names of its output columns, which input columns its values and its rows depend on
(by position, never by name), and whether what it says is exact. It checks its names when it is made, so a wrong name is
an error before anything runs. How it is computed is the engines' business; how it is shown, `format`'s.

Edges between columns:

- a *value* edge `(output, slot, input)`: the output column's values are computed from that input column;
- a *control* edge `(slot, input)`: which rows exist, which meet, or in which order they stand, depends on that column
  (predicates, keys, what is sorted by);
- a *column control* edge `(output, slot, input)`: the same for one output column alone (the partition of a window);
- a *fit* edge `(output, slot, input)`: the column shaped something learned that the output was computed with.

Slots in `fit_slots` are read to learn from, not to be turned into rows: every row that was learned from shaped every
row that comes out. Such a connection is real, but it says nothing about a single row, so look-ups keep it apart.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
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

    inputs: tuple[Operator, ...] = field(default=(), repr=False)  # what is shared would be written over and over
    code: CodeReference | None = None

    kind: ClassVar[str]
    arity: ClassVar[int | None] = 1  # None: one or more
    fit_slots: ClassVar[frozenset[int]] = frozenset()

    def __post_init__(self) -> None:
        expected = self.arity
        if (expected is None and not self.inputs) or (expected is not None and len(self.inputs) != expected):
            raise PlanError(f"{type(self).__name__} takes {expected or 'one or more'} inputs, got {len(self.inputs)}.")
        self.check()
        self.check_names()

    def check_names(self) -> None:
        """Requires that all output columns have names of their own.

        Raises:
            PlanError: two columns of one name.
        """
        if len(set(self.columns)) < len(self.columns):
            doubled = [name for name, times in Counter(self.columns).items() if times > 1]
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
    def n_columns(self) -> int:
        """How many output columns there are, without naming them (of features there may be millions)."""
        return len(self.columns)

    @property
    def exact(self) -> bool:
        """Whether its row and column lineage is exact (else it may be too much or, where only probed, too little)."""
        return True

    @property
    def monotone(self) -> bool:
        """Whether deleting input rows can only delete output rows, never create or change others."""
        return True

    @property
    def deterministic(self) -> bool:
        """Whether it gives the same again on the same input; functions are taken to depend on their arguments alone."""
        return True

    @property
    def bound_to_rows(self) -> bool:
        """Whether it holds ready-made values, one a row, that are true of the records they were made for alone."""
        return False

    @property
    def row_slots(self) -> tuple[int, ...]:
        """The slots whose rows become its rows; for what only learns (a model), all that it learns from."""
        return tuple(s for s in range(len(self.inputs)) if s not in self.fit_slots) or tuple(range(len(self.inputs)))

    def value_edges(self) -> Iterator[ValueEdge]:
        """Yields which input columns each output column is computed from."""
        for i in range(len(self.columns)):
            yield i, 0, i

    def control_edges(self) -> Iterator[ControlEdge]:
        """Yields the input columns that decide over rows."""
        yield from ()

    def column_control_edges(self) -> Iterator[ValueEdge]:
        """Yields the input columns that decide over one output column's values without being computed with."""
        yield from ()

    def fit_edges(self) -> Iterator[ValueEdge]:
        """Yields the input columns that shaped what an output column was computed with."""
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
