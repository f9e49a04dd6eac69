"""One column of a frame, as part of a predicate: `frame[frame["year"] >= 2022]`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import pandas as pd

from lester_jupyter.plan import expressions as ex

if TYPE_CHECKING:
    from lester_jupyter.frame.frame import Frame


class Column:
    """An expression over a frame's columns. Operators and methods build larger ones; nothing is computed until needed.

    Args:
        frame: the frame it belongs to.
        expression: what it stands for.
    """

    __hash__ = None  # type: ignore[assignment]

    def __init__(self, frame: Frame, expression: ex.Expression) -> None:
        self.frame, self.expression = frame, expression

    def _binary(self, make: Any, op: str, other: Any) -> Column:
        return Column(self.frame, make(op, self.expression, _expression(other)))

    def __eq__(self, other: object) -> Column:  # type: ignore[override]
        return self._binary(ex.Compare, "==", other)

    def __ne__(self, other: object) -> Column:  # type: ignore[override]
        return self._binary(ex.Compare, "!=", other)

    def __lt__(self, other: Any) -> Column:
        return self._binary(ex.Compare, "<", other)

    def __le__(self, other: Any) -> Column:
        return self._binary(ex.Compare, "<=", other)

    def __gt__(self, other: Any) -> Column:
        return self._binary(ex.Compare, ">", other)

    def __ge__(self, other: Any) -> Column:
        return self._binary(ex.Compare, ">=", other)

    def __add__(self, other: Any) -> Column:
        return self._binary(ex.Arithmetic, "+", other)

    def __sub__(self, other: Any) -> Column:
        return self._binary(ex.Arithmetic, "-", other)

    def __mul__(self, other: Any) -> Column:
        return self._binary(ex.Arithmetic, "*", other)

    def __truediv__(self, other: Any) -> Column:
        return self._binary(ex.Arithmetic, "/", other)

    def __mod__(self, other: Any) -> Column:
        return self._binary(ex.Arithmetic, "%", other)

    def __and__(self, other: Any) -> Column:
        return Column(self.frame, ex.Logical("and", (self.expression, _expression(other))))

    def __or__(self, other: Any) -> Column:
        return Column(self.frame, ex.Logical("or", (self.expression, _expression(other))))

    def __invert__(self) -> Column:
        return Column(self.frame, ex.Not(self.expression))

    def __bool__(self) -> bool:
        raise ValueError("A column has no single truth value. Hint: combine conditions with & | ~, in parentheses.")

    def isin(self, values: Iterable[Any]) -> Column:
        """Whether the value is one of these."""
        return Column(self.frame, ex.IsIn(self.expression, tuple(values)))

    def isna(self) -> Column:
        """Whether the value is missing."""
        return Column(self.frame, ex.Method("isna", self.expression))

    def notna(self) -> Column:
        """Whether there is a value."""
        return Column(self.frame, ex.Method("notna", self.expression))

    def to_pandas(self) -> pd.Series:
        """The values, one a row of the frame."""
        from lester_jupyter.engines.pandas.expressions import evaluate

        values = evaluate(self.expression, self.frame.df)
        return values if isinstance(values, pd.Series) else pd.Series([values] * len(self.frame))

    def tolist(self) -> list[Any]:
        """The values as Python objects."""
        return self.to_pandas().tolist()

    def __len__(self) -> int:
        return len(self.frame)

    def __repr__(self) -> str:
        return f"{ex.to_text(self.expression)}\n{self.to_pandas()!r}"


def _expression(value: Any) -> ex.Expression:
    return value.expression if isinstance(value, Column) else ex.Constant(value)
