"""The part of a frame that orders, cuts, drops or repeats rows, as pandas does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from lester_jupyter.errors import PlanError
from lester_jupyter.frame.callers import code_reference
from lester_jupyter.frame.names import Names, directions_of, names_of, some_names
from lester_jupyter.plan import DropMissing, Explode, Limit, Sort

if TYPE_CHECKING:
    from lester_jupyter.frame.frame import Frame
    from lester_jupyter.plan import Operator


class RowMethods:
    """The part of a frame that orders, cuts, drops or repeats rows, as pandas does."""

    if TYPE_CHECKING:

        @property
        def _operator(self) -> Operator: ...
        def _then(self, operator: Operator, *others: Frame) -> Frame: ...

    def sort(
        self,
        by: Names,
        ascending: bool | Sequence[bool] = True,
        na_position: Literal["first", "last"] = "last",
    ) -> Frame:
        """Orders the rows by columns, the first of them counts most; like `sort_values(kind="stable")`.

        Rows that compare equal keep their order. (pandas' default leaves the order of ties to the processor.)

        Args:
            by: the columns.
            ascending: one direction for all, or one a column.
            na_position: where missing values go, whatever the direction.

        Raises:
            PlanError: values of kinds that have no order, such as texts and numbers in one column.
        """
        names = tuple(some_names(by))
        directions = directions_of(ascending, len(names))
        return self._then(
            Sort(
                inputs=(self._operator,),
                code=code_reference(),
                by=names,
                ascending=directions,
                na_position=na_position,
            )
        )

    def limit(self, n: int, offset: int = 0) -> Frame:
        """Keeps `n` rows after leaving out `offset`; fewer where there are not so many. Like `iloc[offset:offset + n]`.

        Raises:
            PlanError: a number below zero.
        """
        return self._cut(n, offset)

    def head(self, n: int = 5) -> Frame:
        """Keeps the first `n` rows."""
        return self._cut(n)

    def tail(self, n: int = 5) -> Frame:
        """Keeps the last `n` rows."""
        return self._cut(n, end=True)

    def _cut(self, n: int, offset: int = 0, *, end: bool = False) -> Frame:
        code = code_reference()
        return self._then(
            Limit(inputs=(self._operator,), code=code, n=_count("n", n), offset=_count("offset", offset), end=end)
        )

    def drop_missing(
        self, subset: Names | None = None, how: Literal["any", "all"] = "any", thresh: int | None = None
    ) -> Frame:
        """Drops the rows with missing values in the subset (default: in any column); like `dropna`.

        Args:
            subset: the columns to look at.
            how: whether one missing value is enough ("any"), or all must be missing ("all").
            thresh: instead of `how`: how many values must be there for a row to stay.
        """
        if thresh is not None and how != "any":
            raise PlanError("drop_missing takes how or thresh, not both.")
        return self._then(
            DropMissing(
                inputs=(self._operator,),
                code=code_reference(),
                subset=self._operator.columns if subset is None else tuple(names_of(subset)),
                how=how,
                thresh=None if thresh is None else _count("thresh", thresh),
            )
        )

    def explode(self, columns: Names) -> Frame:
        """Makes one row of each item of a column's lists, the other values repeated; like `DataFrame.explode`.

        An empty list gives one row with a missing value; what is no list stays as it is. Several columns go together,
        first items with first items.

        Raises:
            PlanError: several columns whose lists differ in length in some row.
        """
        names = tuple(some_names(columns))
        return self._then(Explode(inputs=(self._operator,), code=code_reference(), names=names))


def _count(name: str, value: int) -> int:
    """A number of rows or values, as Python's own integer.

    Raises:
        PlanError: something else.
    """
    try:
        number = value.__index__()
    except (AttributeError, TypeError):
        raise PlanError(f"{name} is a number of rows or values, got {value!r:.80}.") from None
    if number < 0 or isinstance(value, bool):
        raise PlanError(
            f"{name} is a number from 0 on, got {value}.",
            hint="counting from the end is not offered: frame.tail(n), or frame.limit(len(frame) - n)",
        )
    return number
