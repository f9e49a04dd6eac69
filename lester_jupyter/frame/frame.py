"""The frame: a table that remembers how it was made. Every operation runs at once and gives a new frame."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, overload

import numpy as np
import pandas as pd

from lester_jupyter.engines import Relation
from lester_jupyter.engines.pandas import PandasEngine
from lester_jupyter.errors import PlanError, UnknownColumnError
from lester_jupyter.frame.callers import code_reference
from lester_jupyter.frame.column import Column
from lester_jupyter.frame.export import FrameExport
from lester_jupyter.frame.functions import function_of
from lester_jupyter.frame.lineage import FrameLineage
from lester_jupyter.frame.plan import ExecutablePlan
from lester_jupyter.frame.predicates import predicate_expression
from lester_jupyter.frame.recording import note
from lester_jupyter.plan import (
    Distinct,
    Extend,
    FillMissing,
    Filter,
    Join,
    Operator,
    Project,
    Rename,
    Split,
    Union,
)
from lester_jupyter.plan import expressions as ex
from lester_jupyter.plan.references import Name

Names = Name | Sequence[Name]
_ENGINE = PandasEngine()


class Frame(FrameExport):
    """A table of records with its plan and lineage. Made by `read_csv`, `from_pandas` and friends, never by hand.

    Rows are numbered 0 to n-1; there is no other index. A frame never changes.
    """

    def __init__(self, relation: Relation) -> None:
        self._relation = relation
        note(self)

    def _then(self, operator: Operator, *others: Frame) -> Frame:
        return Frame(_ENGINE.execute(operator, [f._relation for f in (self, *others)]))

    @property
    def _operator(self) -> Operator:
        return self._relation.step.operator

    # what it is --------------------------------------------------------------------------------------------------

    @property
    def df(self) -> pd.DataFrame:
        """The table as a pandas DataFrame (a copy-on-write view: changing it does not change the frame)."""
        return self._relation.table.copy(deep=False)

    def to_pandas(self) -> pd.DataFrame:
        """The table as a pandas DataFrame of its own."""
        return self._relation.table.copy()

    @property
    def columns(self) -> list[Name]:
        """The names of the columns, in order."""
        return list(self._operator.columns)

    @property
    def shape(self) -> tuple[int, int]:
        """Number of rows and of columns."""
        return self._relation.table.shape

    def __len__(self) -> int:
        return len(self._relation.table)

    @property
    def plan(self) -> ExecutablePlan:
        """The plan that made it."""
        return ExecutablePlan([self._operator], {self._operator: self._relation})

    @property
    def lineage(self) -> FrameLineage:
        """Where its rows and columns come from."""
        return FrameLineage(self._relation.step)

    def __repr__(self) -> str:
        return f"{self._relation.table!r}"

    def _repr_html_(self) -> str | None:
        html: str | None = self._relation.table._repr_html_()  # type: ignore[operator]  # noqa: SLF001 - the display protocol
        return html

    # rows --------------------------------------------------------------------------------------------------------

    def filter(
        self,
        predicate: str | Column | Callable[..., Any],
        source_columns: Names | None = None,
        *,
        vectorized: bool = False,
    ) -> Frame:
        """Keeps the rows for which the predicate holds; a missing truth value does not hold.

        Args:
            predicate: a string as for `DataFrame.query` (`@name` for a variable of the caller); or a function that
                gets one value a column and is true for rows to keep; or an expression like `frame["year"] > 2000`.
            source_columns: the columns a function gets, in order; by default the names of its parameters.
            vectorized: whether the function takes whole columns (Series) and gives one truth value a row.

        Example:
            `frame.filter("country in @target_countries")`,
            `frame.filter(lambda raw_date: raw_date.startswith("2023"))`

        Raises:
            UnknownColumnError: a column that does not exist.
            PlanError: a string that is not a predicate.
        """
        expression = predicate_expression(predicate, _names(source_columns), self.columns, vectorized=vectorized)
        return self._then(Filter(inputs=(self._operator,), code=code_reference(), predicate=expression))

    def distinct(self, subset: Names | None = None, keep: Literal["first", "last"] = "first") -> Frame:
        """Keeps the first or last of the rows that agree on the subset (default: on all columns), in their order.

        Like `DataFrame.drop_duplicates`. `keep="last"` is what a dictionary does with repeated keys.
        """
        names = tuple(_names(subset) or self.columns)
        return self._then(Distinct(inputs=(self._operator,), code=code_reference(), subset=names, keep=keep))

    def split(self, train_fraction: float = 0.8, seed: int = 0) -> tuple[Frame, Frame]:
        """Splits into train and test by a hash of each row's records and the seed.

        The same seed gives the same split, and deleting a record moves no other row. The fraction is met on average,
        not to the row.

        Args:
            train_fraction: the share for training, between 0 and 1.
            seed: another seed draws another split.

        Returns:
            The train frame and the test frame.
        """
        if not 0 < train_fraction < 1:
            raise PlanError(f"train_fraction is a share between 0 and 1, got {train_fraction!r}.")
        code = code_reference()
        train, test = (
            Split(inputs=(self._operator,), code=code, part=part, train_fraction=train_fraction, seed=seed)
            for part in ("train", "test")
        )
        return self._then(train), self._then(test)

    # columns -----------------------------------------------------------------------------------------------------

    def project(
        self, target_column: Names, source_columns: Names, func: Callable[..., Any], *, vectorized: bool = False
    ) -> Frame:
        """Adds a column, or replaces it, by a function of other columns.

        Args:
            target_column: the new column; or several, then `func` gives a tuple with one value for each.
            source_columns: the columns that `func` gets, one argument each; an empty list for a constant.
            func: called once a row with Python values, or once with Series if `vectorized`.
            vectorized: whether `func` takes and gives whole columns. Its lineage counts as over-approximate, since
                nothing shows that it treats each row by itself.

        Example:
            `frame.project("title", ["mail_subject"], str.lower)`

        Raises:
            UnknownColumnError: a source column that does not exist.
            PlanError: a function that gives the wrong number of values.
        """
        return self._then(
            Extend(
                inputs=(self._operator,),
                code=code_reference(),
                targets=tuple(_names(target_column) or ()),
                sources=tuple(_names(source_columns) or ()),
                function=function_of(func, vectorized=vectorized),
            )
        )

    def select(self, columns: Names) -> Frame:
        """Keeps these columns, in this order; like `frame[[…]]`."""
        names = tuple(_names(columns) or ())
        return self._then(Project(inputs=(self._operator,), code=code_reference(), names=names))

    def drop(self, columns: Names) -> Frame:
        """Keeps all columns but these."""
        gone = _names(columns) or []
        missing = [c for c in gone if c not in self.columns]
        if missing:
            raise UnknownColumnError.of([str(m) for m in missing], [str(c) for c in self.columns])
        return self.select([c for c in self.columns if c not in gone])

    def rename(self, columns: Mapping[Name, Name]) -> Frame:
        """Renames columns, {old: new}, all at once, so that names can be swapped.

        Raises:
            UnknownColumnError: an old name that does not exist (pandas would ignore it silently).
        """
        return self._then(Rename(inputs=(self._operator,), code=code_reference(), names=tuple(columns.items())))

    def fill_missing(self, value: Any) -> Frame:
        """Puts a value where one is missing, in all columns or, given {column: value}, in these."""
        values = tuple(value.items()) if isinstance(value, Mapping) else tuple((c, value) for c in self.columns)
        return self._then(FillMissing(inputs=(self._operator,), code=code_reference(), values=values))

    # several frames ----------------------------------------------------------------------------------------------

    def join(
        self,
        right: Frame,
        on: Names | None = None,
        *,
        left_on: Names | None = None,
        right_on: Names | None = None,
        how: Literal["inner", "left"] = "inner",
        suffixes: tuple[str, str] = ("_x", "_y"),
    ) -> Frame:
        """Joins on equal keys, as `DataFrame.merge` does: missing keys match each other, the left order is kept.

        Args:
            right: the other frame.
            on: key columns of the same name on both sides.
            left_on: key columns of this frame, where the names differ.
            right_on: key columns of the other frame.
            how: "inner" keeps matching rows; "left" keeps all of this frame's, with missing values where unmatched.
            suffixes: what is put after column names that both frames have.

        Raises:
            UnknownColumnError: a key that does not exist.
        """
        left_keys, right_keys = _names(on if left_on is None else left_on), _names(on if right_on is None else right_on)
        if left_keys is None or right_keys is None:
            raise PlanError("A join needs keys.", hint='pass on="key", or left_on= and right_on=')
        return self._then(
            Join(
                inputs=(self._operator, right._operator),
                code=code_reference(),
                how=how,
                left_on=tuple(left_keys),
                right_on=tuple(right_keys),
                suffixes=suffixes,
            ),
            right,
        )

    def union(self, *others: Frame) -> Frame:
        """Puts the rows of other frames below this frame's, columns matched by name, as `pandas.concat` does."""
        inputs = (self._operator, *(f._operator for f in others))
        return self._then(Union(inputs=inputs, code=code_reference()), *others)

    # pandas habits -----------------------------------------------------------------------------------------------

    @overload
    def __getitem__(self, key: Name) -> Column: ...
    @overload
    def __getitem__(self, key: Column | list[Name] | list[str] | pd.Series | np.ndarray[Any, Any]) -> Frame: ...
    def __getitem__(self, key: Any) -> Frame | Column:
        if isinstance(key, list) and not all(isinstance(k, bool | np.bool_) for k in key):
            return self.select(key)
        if isinstance(key, Column):
            if key.frame is not self:
                raise PlanError("This condition belongs to another frame.", hint="make it from the frame you filter")
            return self.filter(key)
        if isinstance(key, pd.Series | np.ndarray | list):
            mask = ex.Mask(tuple(bool(k) for k in key))
            return self._then(Filter(inputs=(self._operator,), code=code_reference(), predicate=mask))
        if key not in self.columns:
            raise UnknownColumnError.of([str(key)], [str(c) for c in self.columns])
        return Column(self, ex.Column(key))


def _names(names: Names | None) -> list[Name] | None:
    if names is None:
        return None
    return [names] if isinstance(names, str | int) else list(names)
