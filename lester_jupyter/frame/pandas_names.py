"""pandas' own names for what a frame calls otherwise, since that is what hands will type.

Each is one line and takes pandas' arguments in pandas' order, as far as a frame without an index has a use for them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, Never

from lester_jupyter.errors import PlanError
from lester_jupyter.frame.habits import refuse_unfit
from lester_jupyter.frame.names import Names

if TYPE_CHECKING:
    from lester_jupyter.frame.frame import Frame
    from lester_jupyter.plan.operators.combining import JoinHow

_JOINS: Mapping[str, JoinHow] = {"left_anti": "anti", "left_semi": "semi"}


_NOT_GIVEN = object()


class PandasNames:
    """pandas' own names for what a frame calls otherwise. Its other arguments are refused, with a reason."""

    if TYPE_CHECKING:
        # what is called here
        columns: Any
        sort: Any
        distinct: Any
        drop_missing: Any
        fill_missing: Any
        cast: Any
        join: Any

    def sort_values(
        self,
        by: Names,
        *,
        ascending: bool | Sequence[bool] = True,
        na_position: Literal["first", "last"] = "last",
        **unfit: Never,
    ) -> Frame:
        """As `sort`."""
        refuse_unfit("sort_values", unfit)
        frame: Frame = self.sort(by, ascending, na_position)
        return frame

    def drop_duplicates(
        self, subset: Names | None = None, *, keep: Literal["first", "last", False] = "first", **unfit: Never
    ) -> Frame:
        """As `distinct`."""
        refuse_unfit("drop_duplicates", unfit)
        frame: Frame = self.distinct(subset, keep)
        return frame

    def dropna(
        self,
        *,
        how: Literal["any", "all"] = "any",
        thresh: int | None = None,
        subset: Names | None = None,
        **unfit: Never,
    ) -> Frame:
        """As `drop_missing`."""
        refuse_unfit("dropna", unfit)
        frame: Frame = self.drop_missing(subset, how, thresh)
        return frame

    def fillna(self, value: Any = _NOT_GIVEN, **unfit: Never) -> Frame:
        """As `fill_missing`."""
        refuse_unfit("fillna", unfit)
        if value is _NOT_GIVEN:
            raise PlanError("fillna needs a value.", hint='frame.fillna(0), or frame.fillna({"price": 0})')
        frame: Frame = self.fill_missing(value)
        return frame

    def astype(self, dtype: Any, **unfit: Never) -> Frame:
        """As `cast`."""
        refuse_unfit("astype", unfit)
        frame: Frame = self.cast(dtype)
        return frame

    def merge(
        self,
        right: Frame,
        how: JoinHow | Literal["left_anti", "left_semi"] = "inner",
        on: Names | None = None,
        left_on: Names | None = None,
        right_on: Names | None = None,
        *,
        suffixes: tuple[str | None, str | None] = ("_x", "_y"),
        **unfit: Never,
    ) -> Frame:
        """As `join`, but without keys on all columns that both frames have."""
        refuse_unfit("merge", unfit)
        if on is left_on is right_on is None:
            on = [c for c in self.columns if c in right]
            if not on:
                raise PlanError("The frames have no column in common to be merged on.", hint="pass left_on=, right_on=")
        how = _JOINS.get(how, how)
        frame: Frame = self.join(right, on, left_on=left_on, right_on=right_on, how=how, suffixes=suffixes)
        return frame
