"""The frame: a table that remembers how it was made. Every operation runs at once and gives a new frame."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pickle import PicklingError
from typing import Any, Literal, Never, overload

import numpy as np
import pandas as pd

from lester_jupyter.engines import Relation
from lester_jupyter.engines.pandas import PandasEngine
from lester_jupyter.errors import PlanError, UnknownColumnError
from lester_jupyter.frame.assigning import AssigningMethods, extended
from lester_jupyter.frame.callers import code_reference
from lester_jupyter.frame.column import Column
from lester_jupyter.frame.export import FrameExport
from lester_jupyter.frame.functions import function_of
from lester_jupyter.frame.grouping import GroupingMethods
from lester_jupyter.frame.habits import PandasHabits, refuse_unfit, require_values, unfit_key
from lester_jupyter.frame.lineage import FrameLineage
from lester_jupyter.frame.names import Names, names_of, some_names
from lester_jupyter.frame.opaque import OpaqueMethods
from lester_jupyter.frame.pandas_names import PandasNames
from lester_jupyter.frame.plan import ExecutablePlan
from lester_jupyter.frame.predicates import (
    TruthValues,
    column_expression,
    parameters_of,
    predicate_expression,
    value_expression,
)
from lester_jupyter.frame.recording import note
from lester_jupyter.frame.rows import RowMethods
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
from lester_jupyter.plan.operators.combining import JoinHow
from lester_jupyter.plan.references import Name

_ENGINE = PandasEngine()


class Frame(RowMethods, AssigningMethods, GroupingMethods, OpaqueMethods, FrameExport, PandasNames, PandasHabits):
    """A table of records with its plan and lineage. Made by `read_csv`, `from_pandas` and friends, never by hand.

    Rows are numbered 0 to n-1; there is no other index. A frame never changes.
    """

    def __init__(self, relation: Relation) -> None:
        self._relation = relation
        note(self)

    def __copy__(self) -> Frame:
        return self  # it never changes

    def __deepcopy__(self, memo: object) -> Frame:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        raise PicklingError("A frame cannot be pickled: its plan holds functions. Hint: pickle frame.to_pandas().")

    def _then(self, operator: Operator, *others: Frame) -> Frame:
        return Frame(_ENGINE.execute(operator, [f._relation for f in (self, *others)]))

    @property
    def _operator(self) -> Operator:
        return self._relation.step.operator

    @property
    def _table(self) -> pd.DataFrame:
        table: pd.DataFrame = self._relation.table
        return table

    # what it is --------------------------------------------------------------------------------------------------

    @property
    def df(self) -> pd.DataFrame:
        """The table as a pandas DataFrame (a copy-on-write view: changing it does not change the frame)."""
        return self._table.copy(deep=False)

    def to_pandas(self) -> pd.DataFrame:
        """The table as a pandas DataFrame of its own."""
        return self._table.copy()

    @property
    def columns(self) -> list[Name]:
        """The names of the columns, in order."""
        return list(self._operator.columns)

    @property
    def shape(self) -> tuple[int, int]:
        """Number of rows and of columns."""
        return self._table.shape

    def __len__(self) -> int:
        return len(self._table)

    @property
    def plan(self) -> ExecutablePlan:
        """The plan that made it."""
        return ExecutablePlan([self._operator], {self._operator: self._relation})

    @property
    def lineage(self) -> FrameLineage:
        """Where its rows and columns come from."""
        return FrameLineage(self._relation.step)

    def __repr__(self) -> str:
        return f"{self._table!r}"

    def _repr_html_(self) -> str | None:
        html: str | None = self._table._repr_html_()  # type: ignore[operator]
        return html

    # rows --------------------------------------------------------------------------------------------------------

    def filter(
        self,
        predicate: str | Column | Callable[..., Any] | TruthValues,
        source_columns: Names | None = None,
        *,
        vectorized: bool = False,
    ) -> Frame:
        """Keeps the rows for which the predicate holds; a missing truth value does not hold.

        Args:
            predicate: a string as for `DataFrame.query` (`@name` for a variable of the caller); or a function that
                gets one value a column and is true for rows to keep; or an expression like `frame["year"] > 2000`; or
                truth values made elsewhere, one a row.
            source_columns: the columns a function gets, in order; by default the names of its parameters.
            vectorized: whether the function takes whole columns (Series) and gives one truth value a row.

        Example:
            `frame.filter("country in @target_countries")`,
            `frame.filter(lambda raw_date: raw_date.startswith("2023"))`

        Raises:
            UnknownColumnError: a column that does not exist.
            PlanError: a string that is not a predicate.
        """
        expression = predicate_expression(self, predicate, names_of(source_columns), vectorized=vectorized)
        if isinstance(expression, ex.Apply) and callable(predicate):
            require_values(predicate, expression.columns(), self.columns, own=source_columns is None)
        return self._then(Filter(inputs=(self._operator,), code=code_reference(), predicate=expression))

    def distinct(self, subset: Names | None = None, keep: Literal["first", "last", False] = "first") -> Frame:
        """Keeps the first or last of the rows that agree on the subset (default: on all columns), in their order.

        Like `DataFrame.drop_duplicates`. `keep="last"` is what a dictionary does with repeated keys; `keep=False` keeps
        only rows that agree with no other.
        """
        names = tuple(self.columns if subset is None else names_of(subset))
        return self._then(Distinct(inputs=(self._operator,), code=code_reference(), subset=names, keep=keep))

    def split(
        self,
        train_fraction: float = 0.8,
        seed: int = 0,
        stratify: Names | None = None,
        group: Names | None = None,
    ) -> tuple[Frame, Frame]:
        """Splits into train and test by a hash of each row's records and the seed.

        The same seed gives the same split, and deleting a record moves no other row; of equal records, which nobody
        can tell apart, the last counts as the deleted one. The fraction is met on average,
        not to the row.

        Args:
            train_fraction: the share for training, between 0 and 1.
            seed: another seed draws another split.
            stratify: columns by whose values each group is split by itself: its share is exact to rounding. Then
                deleting a record may move one other row, of its own group. Missing values are a group of their own.
            group: columns by whose values rows stay together, in one part. Missing values are a group of their own.

        Returns:
            The train frame and the test frame.
        """
        if not isinstance(train_fraction, int | float | np.number) or not 0 < train_fraction < 1:
            raise PlanError(f"train_fraction is a share between 0 and 1, got {train_fraction!r:.80}.")
        if not isinstance(seed, int | np.integer):
            raise PlanError(f"The seed of a split is an integer, got {seed!r:.80}.")
        code = code_reference()
        train, test = (
            Split(
                inputs=(self._operator,),
                code=code,
                part=part,
                train_fraction=float(train_fraction),
                seed=int(seed),
                stratify=tuple(names_of(stratify) or ()),
                group=tuple(names_of(group) or ()),
            )
            for part in ("train", "test")
        )
        return self._then(train), self._then(test)

    # columns -----------------------------------------------------------------------------------------------------

    def project(
        self,
        target_column: Names,
        source_columns: Names | None = None,
        func: Callable[..., Any] | str | Column | None = None,
        *,
        vectorized: bool = False,
    ) -> Frame:
        """Adds a column, or replaces it, by a function of other columns or by an expression.

        Args:
            target_column: the new column; or several, then `func` gives a tuple with one value for each.
            source_columns: the columns that `func` gets, one argument each; an empty list for a constant; by default
                the names of its parameters.
            func: called once a row with Python values, or once with Series if `vectorized`. What it gives must depend
                on its arguments alone: a function that remembers earlier rows has lineage that nobody can see. Or an
                expression, as for `assign`.
            vectorized: whether `func` takes and gives whole columns. Its lineage is probed and counts as not exact,
                since nothing shows that it treats each row by itself.

        Example:
            `frame.project("title", ["mail_subject"], str.lower)`, `frame.project("total", func="price * n")`

        Raises:
            UnknownColumnError: a source column that does not exist.
            PlanError: a function that gives the wrong number of values.
        """
        targets, sources = some_names(target_column), names_of(source_columns)
        if isinstance(func, str | Column):
            return self._project_by(targets, sources, func)
        if func is None:
            raise PlanError(
                "project needs a function or an expression.",
                hint='frame.project("new", ["old"], function), or frame.project("new", func="old * 2")',
            )
        function = function_of(func, vectorized=vectorized)
        given = parameters_of(func, self.columns) if sources is None else sources
        require_values(func, given, self.columns, own=sources is None)
        return self._then(
            Extend(
                inputs=(self._operator,),
                code=code_reference(),
                targets=tuple(targets),
                sources=tuple(given),
                function=function,
            )
        )

    def _project_by(self, targets: list[Name], sources: list[Name] | None, expression: str | Column) -> Frame:
        if len(targets) != 1:
            raise PlanError(f"An expression makes one column, got {len(targets)} names.", hint="use assign")
        if isinstance(expression, Column):
            made = column_expression(self, expression)
        else:
            made = value_expression(self.columns, expression)
        others = [c for c in made.columns() if sources is not None and c not in sources]
        if others:
            raise PlanError(f"The expression reads {others[0]!r}, which is not among the source columns.")
        return extended(self, {targets[0]: made})

    def select(self, columns: Names) -> Frame:
        """Keeps these columns, in this order; like `frame[[…]]`."""
        names = tuple(some_names(columns))
        return self._then(Project(inputs=(self._operator,), code=code_reference(), names=names))

    def drop(self, columns: Names, **unfit: Never) -> Frame:
        """Keeps all columns but these."""
        refuse_unfit("drop", unfit)
        gone = some_names(columns)
        self._require(gone)
        return self.select([c for c in self.columns if c not in gone])

    def rename(self, columns: Mapping[Name, Name], **unfit: Never) -> Frame:
        """Renames columns, {old: new}, all at once, so that names can be swapped.

        Raises:
            UnknownColumnError: an old name that does not exist (pandas would ignore it silently).
        """
        refuse_unfit("rename", unfit)
        if not isinstance(columns, Mapping):
            raise PlanError("rename needs a mapping of names.", hint='frame.rename({"old": "new"})')
        kept = [c for c in self.columns if c not in columns]
        if taken := [new for old, new in columns.items() if old in self.columns and new in kept]:
            raise PlanError(
                f"rename would make more than one column named {taken[0]!r}.",
                hint=f"drop or rename the one that is there: frame.drop({taken[0]!r})",
            )
        return self._then(Rename(inputs=(self._operator,), code=code_reference(), names=tuple(columns.items())))

    def fill_missing(self, value: Any) -> Frame:
        """Puts a value where one is missing, in all columns or, given {column: value}, in these."""
        if pd.api.types.is_list_like(value) and not isinstance(value, Mapping):
            raise PlanError(
                f"fill_missing takes one value, or {{column: value}}, got {type(value).__name__}.",
                hint='for a list in every gap of a column, frame.fill_missing({"column": […]})',
            )
        values = tuple(value.items()) if isinstance(value, Mapping) else tuple((c, value) for c in self.columns)
        return self._then(FillMissing(inputs=(self._operator,), code=code_reference(), values=values))

    # several frames ----------------------------------------------------------------------------------------------

    def join(
        self,
        right: Frame,
        on: Names | None = None,
        how: JoinHow = "inner",
        *,
        left_on: Names | None = None,
        right_on: Names | None = None,
        suffixes: tuple[str | None, str | None] = ("_x", "_y"),
    ) -> Frame:
        """Joins on equal keys, as `DataFrame.merge` does: missing keys match each other, the left order is kept.

        After a "right" join the rows are in the right order, after an "outer" join in the order of their keys.

        Args:
            right: the other frame.
            on: key columns of the same name on both sides.
            how: "inner" keeps matching rows; "left" keeps all of this frame's, "right" all of the other's, "outer" all
                of both, with missing values where unmatched; "semi" keeps this frame's rows that have a match, each
                once, "anti" those that have none, both with this frame's columns alone.
            left_on: key columns of this frame, where the names differ.
            right_on: key columns of the other frame.
            suffixes: what is put after column names that both frames have.

        Raises:
            UnknownColumnError: a key that does not exist.
            PlanError: no keys, or keys of kinds that cannot be equal (text and numbers).
        """
        require_frames(right)
        left_keys, right_keys = (on, on) if left_on is right_on is None else (left_on, right_on)
        if left_keys is None or right_keys is None or (on is not None and left_keys is not on):
            raise PlanError("A join needs keys.", hint='pass on="key", or left_on= and right_on=')
        return self._then(
            Join(
                inputs=(self._operator, right._operator),
                code=code_reference(),
                how=how,
                left_on=tuple(names_of(left_keys)),
                right_on=tuple(names_of(right_keys)),
                suffixes=(suffixes[0], suffixes[1]),
            ),
            right,
        )

    def union(self, *others: Frame) -> Frame:
        """Puts the rows of other frames below this frame's, columns matched by name, as `pandas.concat` does."""
        require_frames(*others)
        inputs = (self._operator, *(f._operator for f in others))
        return self._then(Union(inputs=inputs, code=code_reference()), *others)

    # pandas habits -----------------------------------------------------------------------------------------------

    def __iter__(self) -> Iterator[Name]:
        return iter(self.columns)

    def __contains__(self, name: object) -> bool:
        return name in self.columns

    @overload
    def __getitem__(self, key: Name) -> Column: ...
    @overload
    def __getitem__(self, key: Column | TruthValues | list[Name] | list[str]) -> Frame: ...
    def __getitem__(self, key: Any) -> Frame | Column:
        is_names = isinstance(key, list) and not (key and all(isinstance(k, bool | np.bool_) for k in key))
        if is_names:
            return self.select(key)
        if isinstance(key, Column | pd.Series | np.ndarray | list):
            return self.filter(key)
        if hint := unfit_key(key):
            raise PlanError(
                f"A frame's brackets take names, a list of names or a condition, got {key!r:.80}.", hint=hint
            )
        self._require([key])
        return Column(self, ex.Column(key))

    def _require(self, names: Sequence[Name]) -> None:
        missing = [n for n in names if n not in self.columns]
        if missing:
            raise UnknownColumnError.of(missing, self.columns)


def require_frames(*frames: object) -> None:
    """Raises PlanError for what is no frame."""
    for frame in frames:
        if not isinstance(frame, Frame):
            raise PlanError(
                f"A frame is needed here, got {type(frame).__name__}.", hint="make one: lester_jupyter.from_pandas(df)"
            )
