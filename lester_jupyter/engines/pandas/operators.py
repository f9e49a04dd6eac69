"""One function an operator: its table and its row edges."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import singledispatch
from typing import Any

import numpy as np
import pandas as pd

from lester_jupyter.engines.pandas.expressions import truth
from lester_jupyter.engines.pandas.values import to_python, to_series
from lester_jupyter.errors import PlanError
from lester_jupyter.lineage import All, Identity, RowEdge, Segment, Step, Take
from lester_jupyter.lineage.rows import NONE, index_dtype
from lester_jupyter.lineage.steps import mix
from lester_jupyter.plan import (
    Distinct,
    Extend,
    FillMissing,
    Filter,
    Function,
    Join,
    Operator,
    Project,
    Rename,
    Split,
    Union,
)
from lester_jupyter.plan import expressions as ex
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
    raise PlanError(f"The pandas engine cannot run {operator.kind!r}.")


def take(table: pd.DataFrame, positions: np.ndarray[Any, np.dtype[Any]]) -> Result:
    """The rows at these positions, in this order."""
    index = positions.astype(index_dtype(len(table)))
    return Result(table.take(index).reset_index(drop=True), (Take(index, len(table)),))


@run.register
def _(operator: Filter, tables: Tables, steps: Steps) -> Result:
    del steps
    [table] = tables
    if isinstance(operator.predicate, ex.Mask) and len(operator.predicate.values) != len(table):
        raise PlanError(
            f"The mask has {len(operator.predicate.values)} truth values for {len(table)} rows.",
            hint="masks made elsewhere do not follow changed inputs; write the predicate as an expression",
        )
    keep = truth(operator.predicate, table).to_numpy()
    if len(keep) != len(table):
        raise PlanError(f"The predicate gave {len(keep)} truth values for {len(table)} rows.")
    result = take(table, np.flatnonzero(keep))
    mixes = any(
        not _elementwise(a.function, [table[c.name] for c in a.arguments], keep)
        for a in _applications(operator.predicate)
    )
    return Result(result.table, (All(len(table), len(result.table)),)) if mixes else result


def _applications(node: ex.Expression) -> list[ex.Apply]:
    own = [node] if isinstance(node, ex.Apply) else []
    return own + [a for child in node.children() for a in _applications(child)]


@run.register
def _(operator: Extend, tables: Tables, steps: Steps) -> Result:
    del steps
    [table] = tables
    function, columns = operator.function, [table[s] for s in operator.sources]
    if function.call is None:
        raise PlanError(
            f"The function {function.name!r} is not part of a plan that was read from a file.",
            hint="run the code that made the plan",
        )
    if function.vectorized:
        whole = function.call(*columns)
        values = [whole] if len(operator.targets) == 1 else list(whole)
        same = _elementwise(function, columns, whole if len(operator.targets) == 1 else None)
        edge: RowEdge = Identity(len(table)) if same else All(len(table), len(table))
    else:
        values = _scalars(operator, function.call, columns, len(table))
        edge = Identity(len(table))
    if len(values) != len(operator.targets):
        raise PlanError(
            f"{function.name} gave {len(values)} values for the {len(operator.targets)} columns "
            f"{', '.join(map(str, operator.targets))}."
        )
    return Result(_with_columns(table, dict(zip(operator.targets, values, strict=True))), (edge,))


def _with_columns(table: pd.DataFrame, columns: Mapping[Name, Any]) -> pd.DataFrame:
    """The table with columns added or replaced; the other columns share their memory with it."""
    out = table.copy(deep=False)
    for name, values in columns.items():
        out[name] = values
    return out


def _scalars(operator: Extend, call: Callable[..., Any], columns: list[pd.Series], n_rows: int) -> list[pd.Series]:
    """Calls the function once a row, with Python values."""
    if columns:
        made = [call(*row) for row in zip(*map(to_python, columns), strict=True)]
    else:
        made = [call() for _ in range(n_rows)]
    if len(operator.targets) == 1:
        return [to_series(made)]
    width = len(operator.targets)
    for row, value in enumerate(made):
        if not isinstance(value, tuple | list) or len(value) != width:
            raise PlanError(
                f"{operator.function.name} gave {value!r} for row {row}, but {width} columns were named: "
                f"{', '.join(map(str, operator.targets))}."
            )
    return [to_series([m[i] for m in made]) for i in range(width)]


def _elementwise(function: Function, columns: list[pd.Series], whole: Any, probe: int = 16) -> bool:
    """Probes whether a vectorised function treats each row by itself: half of the rows must give half of the result.

    A function that looks at the whole column (a mean, a rank) gives other values for a part of it. This is a test,
    not a proof: such operators are marked as over-approximate in any case.
    """
    if not function.vectorized:
        return True
    n = len(columns[0]) if columns else 0
    if n < 2 or whole is None or function.call is None:
        return False
    chosen = np.unique(np.linspace(0, n - 1, min(probe, (n + 1) // 2)).astype(int))
    part = function.call(*(c.iloc[chosen].reset_index(drop=True) for c in columns))
    expected, got = pd.Series(np.asarray(whole)[chosen]), pd.Series(np.asarray(part))
    return len(got) == len(expected) and bool(((expected == got) | (expected.isna() & got.isna())).all())


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
        merged = left.assign(**{_LEFT: np.arange(len(left))}).merge(
            right.assign(**{_RIGHT: np.arange(len(right))}),
            how=operator.how,
            left_on=list(operator.left_on),
            right_on=list(operator.right_on),
            suffixes=operator.suffixes,
        )
    except (ValueError, TypeError) as error:
        raise PlanError(f"{operator.how} join on {', '.join(map(str, operator.left_on))}: {error}") from error
    index = [
        merged[name].fillna(NONE).to_numpy(dtype=index_dtype(len(side)))
        for name, side in ((_LEFT, left), (_RIGHT, right))
    ]
    return Result(
        merged.drop(columns=[_LEFT, _RIGHT]), (Take(index[0], len(left)), Take(index[1], len(right)))
    )


@run.register
def _(operator: Union, tables: Tables, steps: Steps) -> Result:
    del steps
    table = pd.concat(list(tables), ignore_index=True)[list(operator.columns)]
    starts = np.cumsum([0, *map(len, tables)])
    return Result(table, tuple(Segment(len(t), len(table), int(s)) for t, s in zip(tables, starts, strict=False)))


@run.register
def _(operator: Distinct, tables: Tables, steps: Steps) -> Result:
    del steps
    [table] = tables
    try:
        doubled = table.duplicated(list(operator.subset), keep=operator.keep)
    except TypeError as error:
        raise PlanError(f"distinct cannot compare these values: {error}.") from error
    return take(table, np.flatnonzero(~doubled.to_numpy()))


@run.register
def _(operator: FillMissing, tables: Tables, steps: Steps) -> Result:
    del steps
    [table] = tables
    filled = {name: _fill(table[name], value) for name, value in operator.values}
    return Result(_with_columns(table, filled), (Identity(len(table)),))


def _fill(column: pd.Series, value: Any) -> pd.Series:
    if not column.isna().any():
        return column
    return to_series([value if missing else v for v, missing in zip(column.tolist(), column.isna(), strict=True)])


@run.register
def _(operator: Split, tables: Tables, steps: Steps) -> Result:
    [table], [step] = tables, steps
    drawn = mix(step.identity ^ mix(np.full(1, operator.seed % 2**64, np.uint64)))
    in_train = drawn.astype(np.float64) / 2.0**64 < operator.train_fraction
    return take(table, np.flatnonzero(in_train if operator.part == "train" else ~in_train))
