"""One column of a frame, as part of a predicate: `frame[frame["year"] >= 2022]`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NoReturn

import pandas as pd

from lester_jupyter.engines.pandas.expressions import evaluate
from lester_jupyter.engines.pandas.values import to_python
from lester_jupyter.errors import PlanError
from lester_jupyter.frame.callers import plain_value
from lester_jupyter.frame.habits import no_column_method
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

    def _binary(self, make: Any, op: str, other: Any, *, reflected: bool = False) -> Column:
        mine, others = self.expression, self._operand(other)
        return Column(self.frame, make(op, others, mine) if reflected else make(op, mine, others))

    def _operand(self, value: Any) -> ex.Expression:
        if isinstance(value, Column):
            if value.frame is not self.frame:
                raise PlanError(
                    "These columns belong to different frames.", hint="join the frames first, or use one of them"
                )
            return value.expression
        if pd.api.types.is_list_like(value):
            raise PlanError(
                f"A column goes together with one value or a column of its frame, got {type(value).__name__}.",
                hint="for one of several values, use isin",
            )
        return ex.Constant(plain_value(value))

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

    def __floordiv__(self, other: Any) -> Column:
        return self._binary(ex.Arithmetic, "//", other)

    def __mod__(self, other: Any) -> Column:
        return self._binary(ex.Arithmetic, "%", other)

    def __radd__(self, other: Any) -> Column:
        return self._binary(ex.Arithmetic, "+", other, reflected=True)

    def __rsub__(self, other: Any) -> Column:
        return self._binary(ex.Arithmetic, "-", other, reflected=True)

    def __rmul__(self, other: Any) -> Column:
        return self._binary(ex.Arithmetic, "*", other, reflected=True)

    def __rtruediv__(self, other: Any) -> Column:
        return self._binary(ex.Arithmetic, "/", other, reflected=True)

    def __neg__(self) -> Column:
        return Column(self.frame, ex.Negate(self.expression))

    def __and__(self, other: Any) -> Column:
        return Column(self.frame, ex.Logical("and", (self.expression, self._operand(other))))

    def __or__(self, other: Any) -> Column:
        return Column(self.frame, ex.Logical("or", (self.expression, self._operand(other))))

    def __invert__(self) -> Column:
        return Column(self.frame, ex.Not(self.expression))

    def __bool__(self) -> bool:
        raise PlanError("A column has no single truth value.", hint="combine conditions with & | ~, in parentheses")

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> NoReturn:
            plain = not name.startswith("_") and isinstance(self.expression, ex.Column)
            raise no_column_method(name, self.expression.name if plain else None)

    def isin(self, values: Iterable[Any]) -> Column:
        """Whether the value is one of these."""
        if not pd.api.types.is_list_like(values):
            raise PlanError(f"isin needs a collection of values, got {values!r}.")
        return Column(self.frame, ex.IsIn.of(self.expression, plain_value(values)))

    def isna(self) -> Column:
        """Whether the value is missing."""
        return Column(self.frame, ex.Method("isna", self.expression))

    def notna(self) -> Column:
        """Whether there is a value."""
        return Column(self.frame, ex.Method("notna", self.expression))

    def to_pandas(self) -> pd.Series:
        """The values, one a row of the frame."""
        values = evaluate(self.expression, self.frame.df)
        return values if isinstance(values, pd.Series) else pd.Series([values] * len(self.frame))

    def tolist(self) -> list[Any]:
        """The values as Python objects."""
        return to_python(self.to_pandas())

    def __len__(self) -> int:
        return len(self.frame)

    def __repr__(self) -> str:
        return f"{ex.to_text(self.expression)}\n{self.to_pandas()!r}"
