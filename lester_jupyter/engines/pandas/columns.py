"""Operators that make, keep, rename or change columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from lester_jupyter.engines.pandas.expressions import evaluate, known
from lester_jupyter.engines.pandas.functions import call_columns, call_rows, elementwise_edge
from lester_jupyter.engines.pandas.operators import Result, Steps, Tables, columns_of, run
from lester_jupyter.engines.pandas.values import to_python, to_series
from lester_jupyter.errors import PlanError
from lester_jupyter.lineage import All, Identity, RowEdge
from lester_jupyter.plan import Cast, Expression, Extend, FillMissing, Project, Rename
from lester_jupyter.plan.references import Function, Name


@run.register
def _(operator: Extend, tables: Tables, steps: Steps) -> Result:
    del steps
    [table] = tables
    if operator.function is None:
        computed = {t: _column(e, table) for t, e in zip(operator.targets, operator.expressions, strict=True)}
        row_by_row = Identity(len(table)) if operator.exact else All(len(table), len(table))
        return Result(_with_columns(table, computed), (row_by_row,), anchors=(Identity(len(table)),))
    function, width = operator.function, len(operator.targets)
    columns = [table[s] for s in operator.sources]

    def compute(parts: Sequence[pd.Series], n_rows: int) -> list[pd.Series]:
        return call_columns(function, parts, n_rows, width)

    edge: RowEdge = Identity(len(table))
    made: list[pd.Series]
    if function.vectorized:
        made = compute(columns, len(table))
        edge = elementwise_edge(edge, compute, [table[s] for s in operator.sources], made)
    else:
        made = _from_rows(operator.targets, function, call_rows(function, columns, len(table)))
    table = _with_columns(table, dict(zip(operator.targets, made, strict=True)))
    return Result(table, (edge,), anchors=(Identity(len(table)),))


def _column(expression: Expression, table: pd.DataFrame) -> Any:
    """What the expression gives: a column, or one value that pandas repeats."""
    values = evaluate(expression, table)
    alone = isinstance(values, pd.Series) or not pd.api.types.is_list_like(values)
    return values if alone else to_series([values] * len(table))


def _from_rows(targets: Sequence[Name], function: Function, made: list[Any]) -> list[pd.Series]:
    """One column a target, from what the function gave for each row."""
    width = len(targets)
    if width == 1:
        return [to_series(made)]
    for row, value in enumerate(made):
        if not isinstance(value, tuple | list) or len(value) != width:
            raise PlanError(
                f"{function.name} gave {value!r:.80} for row {row}, but {width} columns were named: "
                f"{', '.join(map(str, targets))}."
            )
    return [to_series([m[i] for m in made]) for i in range(width)]


def _with_columns(table: pd.DataFrame, columns: Mapping[Name, pd.Series]) -> pd.DataFrame:
    """The table with columns added or replaced; the other columns share their memory with it."""
    out = table.copy(deep=False)
    for name, values in columns.items():
        out[name] = values
    return out


@run.register
def _(operator: Project, tables: Tables, steps: Steps) -> Result:
    del steps
    [table] = tables
    return Result(columns_of(table, operator.names), (Identity(len(table)),))


@run.register
def _(operator: Rename, tables: Tables, steps: Steps) -> Result:
    del steps
    [table] = tables
    return Result(table.set_axis(list(operator.columns), axis=1), (Identity(len(table)),))


@run.register
def _(operator: FillMissing, tables: Tables, steps: Steps) -> Result:
    del steps
    [table] = tables
    filled = {name: _fill(table[name], known(value)) for name, value in operator.values}
    return Result(_with_columns(table, filled), (Identity(len(table)),))


def _fill(column: pd.Series, value: Any) -> pd.Series:
    """The column with a value put where one is missing; it keeps its type if the value fits in."""
    missing = column.isna()
    if not missing.any():
        return column
    if _fits(value, column):
        return column.fillna(value)
    return to_series([value if gone else v for v, gone in zip(to_python(column), missing, strict=True)])


def _fits(value: Any, column: pd.Series) -> bool:
    """Whether pandas' type for the column holds the value as it is (an integer among floats, text among text)."""
    dtype: Any = column.dtype
    if isinstance(value, bool) != pd.api.types.is_bool_dtype(dtype) and not isinstance(dtype, pd.CategoricalDtype):
        return False
    if value is None or pd.api.types.is_object_dtype(dtype):
        return False
    if isinstance(dtype, pd.CategoricalDtype):
        return value in dtype.categories
    try:
        return bool(to_python(pd.Series([value], dtype=dtype))[0] == value)
    except (TypeError, ValueError, OverflowError):
        return False


@run.register
def _(operator: Cast, tables: Tables, steps: Steps) -> Result:
    del steps
    [table] = tables
    cast = {name: _cast(name, table[name], kind) for name, kind in operator.types}
    return Result(_with_columns(table, cast), (Identity(len(table)),))


def _cast(name: Name, column: pd.Series, kind: str) -> pd.Series:
    made, error = _try_cast(column, kind)
    if made is not None:
        return made
    row = _first_failure(column, kind)
    if row is None:
        raise PlanError(f"The column {name!r} ({column.dtype}) cannot become {kind}: {error}.") from error
    value = to_python(column.iloc[row : row + 1])[0]
    missing = bool(column.iloc[row : row + 1].isna().all())
    hint = "drop_missing or fill_missing first; 'Int64', 'boolean' and 'float64' hold missing values"
    raise PlanError(
        f"The column {name!r} cannot become {kind}: row {row} is {value!r:.80}.", hint=hint if missing else ""
    ) from error


def _try_cast(column: pd.Series, kind: str) -> tuple[pd.Series | None, Exception | None]:
    try:
        return column.astype(kind), None  # type: ignore[call-overload]  # any name of a type that pandas knows
    except (TypeError, ValueError, ArithmeticError, NotImplementedError) as error:  # ArithmeticError: overflow, Decimal
        return None, error


def _first_failure(column: pd.Series, kind: str) -> int | None:
    """The first row whose value cannot be cast, by halving; None if it is not the values that fail."""
    if _try_cast(column.iloc[:0], kind)[0] is None:
        return None
    good, bad = 0, len(column)  # the rows before `good` can be cast, those before `bad` cannot
    while bad - good > 1:
        middle = (good + bad) // 2
        if _try_cast(column.iloc[good:middle], kind)[0] is None:
            bad = middle
        else:
            good = middle
    return good
