"""The part of a frame that makes columns by expressions, and changes their types."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

import pandas as pd

from lester_jupyter.errors import PlanError
from lester_jupyter.frame.callers import code_reference, plain_value
from lester_jupyter.frame.column import Column
from lester_jupyter.frame.predicates import column_expression, value_expression
from lester_jupyter.plan import Cast, Expression, Extend
from lester_jupyter.plan import expressions as ex
from lester_jupyter.plan.references import Name

if TYPE_CHECKING:
    from lester_jupyter.frame.frame import Frame
    from lester_jupyter.plan import Operator


def extended(frame: Frame, expressions: Mapping[Name, Expression]) -> Frame:
    """The frame with a column for each expression, all computed from the frame as it is."""
    read = dict.fromkeys(c for e in expressions.values() for c in e.columns())
    return frame._then(
        Extend(
            inputs=(frame._operator,),
            code=code_reference(),
            targets=tuple(expressions),
            sources=tuple(read),
            expressions=tuple(expressions.values()),
        )
    )


class AssigningMethods:
    """The part of a frame that makes columns by expressions, and changes their types."""

    if TYPE_CHECKING:

        @property
        def _operator(self) -> Operator: ...
        def _require(self, names: Sequence[Name]) -> None: ...
        def _then(self, operator: Operator, *others: Frame) -> Frame: ...

    def assign(self, **columns: str | Column | Callable[[Frame], Any] | Any) -> Frame:
        """Adds or replaces columns by expressions; a later one may read what an earlier one made.

        Args:
            **columns: for each new column a string with an expression as for `DataFrame.eval` (`@name` for a variable
                of the caller); or an expression like `frame["price"] * 2`; or a function that gets the frame and gives
                one; or one value for all rows. A text for all rows is written with quotes inside: `kind="'mail'"`
                (pandas would take any string for such a text).

        Example:
            `frame.assign(total="price * n", share=lambda f: f["total"] / 100, year=2024)`

        Raises:
            UnknownColumnError: an expression that reads a column which does not exist.
            PlanError: lists and Series: nobody would know where their values come from.
        """
        start = frame = cast("Frame", self)
        made: dict[Name, Expression] = {}
        replaced: set[Name] = set()
        for name, value in columns.items():
            if isinstance(value, Column):  # of the frame as it was, not of what has been made of it
                expression = column_expression(start, value)
                if stale := replaced.intersection(expression.columns()):
                    raise PlanError(
                        f"{name} would read {min(stale, key=str)!r}, which was replaced before.",
                        hint="pass a function of the frame: lambda frame: …",
                    )
            else:
                if made and _reads(value, [*frame.columns, *made], made):
                    frame = extended(frame, made)
                    replaced.update(made)
                    made = {}
                expression = _expression(frame, name, value(frame) if callable(value) else value)
            made[name] = expression
        return extended(frame, made) if made else frame

    def cast(self, dtype: Any) -> Frame:
        """Changes the types of columns, as `astype` does: {column: type}, or one type for all columns.

        Args:
            dtype: types by name ("int64", "Int64", "str", "category", "datetime64[ns]", …) or class (`int`, `str`, …).

        Raises:
            PlanError: a type that does not exist, or a value that cannot be of it; the message names value and row.
        """
        wanted = dict(dtype) if isinstance(dtype, Mapping) else dict.fromkeys(self._operator.columns, dtype)
        self._require(list(wanted))
        types = tuple((name, _type_name(kind)) for name, kind in wanted.items())
        return self._then(Cast(inputs=(self._operator,), code=code_reference(), types=types))


def _reads(value: Any, columns: list[Name], made: Mapping[Name, Expression]) -> bool:
    """Whether a value may need what was made before it."""
    if isinstance(value, str):
        return not made.keys().isdisjoint(value_expression(columns, value).columns())
    return callable(value)


def _expression(frame: Frame, name: str, value: Any) -> Expression:
    if isinstance(value, Column):
        return column_expression(frame, value)
    if isinstance(value, str):
        return value_expression(frame.columns, value)
    if pd.api.types.is_list_like(value) or callable(value):
        raise PlanError(
            f"{name} cannot be a {type(value).__name__}: nobody would know where its values come from.",
            hint="write an expression, or project with a function of the columns it is computed from",
        )
    return ex.Constant(plain_value(value))


def _type_name(kind: Any) -> str:
    """The name of a type, from which pandas makes the same type again.

    Raises:
        PlanError: no type, or one that is more than its name.
    """
    try:
        dtype = pd.api.types.pandas_dtype(kind)
    except (TypeError, ValueError) as error:
        some = ["int64", "Int64", "float64", "bool", "boolean", "str", "category", "datetime64[ns]", "object"]
        raise PlanError(f"There is no type {kind!r:.80}: {error}.", available=some) from error
    name = str(dtype)
    if pd.api.types.pandas_dtype(name) != dtype:
        raise PlanError(
            f"The type {dtype!r:.80} cannot be written into a plan by its name.",
            hint="make the column with project(…, vectorized=True)",
        )
    return name
