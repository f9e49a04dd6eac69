"""One function an operator: its table and its row edges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import singledispatch
from itertools import accumulate
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from lester_jupyter.engines.pandas.expressions import known, truth
from lester_jupyter.engines.pandas.functions import call_columns, call_rows, is_elementwise
from lester_jupyter.engines.pandas.values import to_python, to_series
from lester_jupyter.errors import PlanError
from lester_jupyter.lineage import All, Identity, RowEdge, Segment, Step, Take
from lester_jupyter.lineage.rows import NONE, Rows, index_dtype
from lester_jupyter.lineage.steps import mix
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
from lester_jupyter.plan.expressions import Apply
from lester_jupyter.plan.references import Name

Tables = Sequence[pd.DataFrame]
Steps = Sequence[Step]


@dataclass(frozen=True)
class Result:
    """What an operator gave: its table, and an edge for each input slot."""

    table: pd.DataFrame
    edges: tuple[RowEdge, ...]


@singledispatch
def run(operator: Operator, tables: Tables, steps: Steps) -> Result:
    """Runs an operator on the tables of its inputs; `steps` are asked for row identities only."""
    raise PlanError(f"The pandas engine cannot run {operator.kind!r} on {len(tables)} of {len(steps)} tables.")


def take(table: pd.DataFrame, chosen: npt.NDArray[np.bool_]) -> Result:
    """The rows that are chosen, in their order."""
    index: Rows = np.flatnonzero(chosen).astype(index_dtype(len(table)))
    return Result(table.take(index).reset_index(drop=True), (Take(index, len(table)),))


@run.register
def _(operator: Filter, tables: Tables, steps: Steps) -> Result:
    del steps
    [table] = tables
    predicate = operator.predicate
    keep = truth(predicate, table)
    result = take(table, keep.to_numpy())
    if not (isinstance(predicate, Apply) and predicate.function.vectorized):
        return result
    columns = [table[c.name] for c in predicate.arguments]

    def compute(parts: Sequence[pd.Series], n_rows: int) -> list[pd.Series]:
        return [c.fillna(False).astype(bool) for c in call_columns(predicate.function, parts, n_rows, 1)]

    alone = is_elementwise(compute, columns, [keep])
    return result if alone else Result(result.table, (All(len(table), len(result.table)),))


@run.register
def _(operator: Extend, tables: Tables, steps: Steps) -> Result:
    del steps
    [table] = tables
    function, width = operator.function, len(operator.targets)
    columns = [table[s] for s in operator.sources]

    def compute(parts: Sequence[pd.Series], n_rows: int) -> list[pd.Series]:
        return call_columns(function, parts, n_rows, width)

    edge: RowEdge = Identity(len(table))
    if function.vectorized:
        made = compute(columns, len(table))
        if not is_elementwise(compute, columns, made):
            edge = All(len(table), len(table))
    else:
        made = _from_rows(operator, call_rows(function, columns, len(table)))
    return Result(_with_columns(table, dict(zip(operator.targets, made, strict=True))), (edge,))


def _from_rows(operator: Extend, made: list[Any]) -> list[pd.Series]:
    """One column a target, from what the function gave for each row."""
    width = len(operator.targets)
    if width == 1:
        return [to_series(made)]
    for row, value in enumerate(made):
        if not isinstance(value, tuple | list) or len(value) != width:
            raise PlanError(
                f"{operator.function.name} gave {value!r:.80} for row {row}, but {width} columns were named: "
                f"{', '.join(map(str, operator.targets))}."
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
    return Result(table[list(operator.names)], (Identity(len(table)),))


@run.register
def _(operator: Rename, tables: Tables, steps: Steps) -> Result:
    del steps
    [table] = tables
    return Result(table.set_axis(list(operator.columns), axis=1), (Identity(len(table)),))


_LEFT, _RIGHT = "__lester_left_row", "__lester_right_row"


@run.register
def _(operator: Join, tables: Tables, steps: Steps) -> Result:
    del steps
    left, right = tables
    try:  # pandas joins; two columns of row numbers ride along and are taken off again
        merged = _numbered(left, _LEFT).merge(
            _numbered(right, _RIGHT),
            how=operator.how,
            left_on=list(operator.left_on),
            right_on=list(operator.right_on),
            suffixes=operator.suffixes,
        )
    except (ValueError, TypeError) as error:
        raise PlanError(f"{operator.how} join on {', '.join(map(str, operator.left_on))}: {error}") from error
    edges = tuple(
        Take(_row_numbers(merged.pop(name), side), len(side)) for name, side in ((_LEFT, left), (_RIGHT, right))
    )
    return Result(merged, edges)


def _numbered(table: pd.DataFrame, name: str) -> pd.DataFrame:
    return table.assign(**{name: np.arange(len(table), dtype=index_dtype(len(table)))})


def _row_numbers(found: pd.Series, side: pd.DataFrame) -> Rows:
    """Row numbers as merge gives them: floats, with NaN for "no row", where some rows have no match."""
    numbers = found.to_numpy()
    if numbers.dtype.kind == "f":
        numbers = np.nan_to_num(numbers, nan=NONE)
    rows: Rows = numbers.astype(index_dtype(len(side)))
    return rows


@run.register
def _(operator: Union, tables: Tables, steps: Steps) -> Result:
    del steps
    table = pd.concat(list(tables), ignore_index=True)[list(operator.columns)]
    starts = accumulate(map(len, tables[:-1]), initial=0)
    return Result(table, tuple(Segment(len(t), len(table), s) for t, s in zip(tables, starts, strict=True)))


@run.register
def _(operator: Distinct, tables: Tables, steps: Steps) -> Result:
    del steps
    [table] = tables
    try:
        doubled = table.duplicated(list(operator.subset), keep=operator.keep)
    except TypeError as error:
        raise PlanError(f"distinct cannot compare these values: {error}.") from error
    return take(table, ~doubled.to_numpy())


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
    if isinstance(value, bool) or value is None or pd.api.types.is_object_dtype(dtype):
        return False
    if isinstance(dtype, pd.CategoricalDtype):
        return value in dtype.categories
    try:
        return bool(to_python(pd.Series([value], dtype=dtype))[0] == value)
    except (TypeError, ValueError, OverflowError):
        return False


@run.register
def _(operator: Split, tables: Tables, steps: Steps) -> Result:
    [table], [step] = tables, steps
    drawn = mix(step.identity ^ mix(np.full(1, operator.seed % 2**64, np.uint64)))
    in_train = drawn.astype(np.float64) / 2.0**64 < operator.train_fraction
    return take(table, in_train if operator.part == "train" else ~in_train)
