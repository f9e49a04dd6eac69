"""Operators that keep, order or repeat rows."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from lester_jupyter.engines.pandas.expressions import truth
from lester_jupyter.engines.pandas.functions import call_columns, elementwise_edge
from lester_jupyter.engines.pandas.keys import duplicate_codes, key_codes
from lester_jupyter.engines.pandas.operators import Result, Steps, Tables, run, take, taken
from lester_jupyter.errors import LineageError, PlanError
from lester_jupyter.lineage import Codes, RowEdge, Stretch
from lester_jupyter.lineage.identity import content_identity
from lester_jupyter.lineage.steps import Again, Hashes, Step, mix
from lester_jupyter.plan import Distinct, DropMissing, Explode, Filter, Limit, Sort, Split
from lester_jupyter.plan.expressions import Apply
from lester_jupyter.plan.references import Name


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

    edge = elementwise_edge(result.edges[0], compute, columns, [keep])
    return Result(result.table, (edge,), anchors=result.edges)


@run.register
def _(operator: Distinct, tables: Tables, steps: Steps) -> Result:
    del steps
    [table] = tables
    try:
        chosen = _chosen(operator, table)
    except TypeError as error:
        raise PlanError(f"distinct cannot compare these values: {error}.") from error
    result = take(table, chosen)
    [edge] = result.edges
    return Result(result.table, result.edges, alternatives=_stand_for(operator, table, edge))


def _chosen(operator: Distinct, table: pd.DataFrame) -> npt.NDArray[np.bool_]:
    return ~table.duplicated(list(operator.subset), keep=operator.keep).to_numpy()


def _stand_for(operator: Distinct, table: pd.DataFrame, kept: RowEdge) -> Callable[[Again], RowEdge]:
    """See `Step.alternatives`. Nothing is computed and no table is held before somebody asks."""
    held = weakref.ref(table)

    def groups(again: Again) -> RowEdge:
        now = held()
        compared: pd.DataFrame = again() if now is None else now
        rows = np.flatnonzero(_chosen(operator, compared))
        if now is None and not np.array_equal(rows, kept.backward(np.arange(kept.n_output))):
            raise LineageError(
                "Computed again, distinct compares other rows than it did: something before it gives other values.",
                hint="keep the frame it is called on in a variable",
            )
        try:
            codes, n_groups = duplicate_codes(compared, operator.subset)
        except TypeError as error:
            raise LineageError(f"The rows that are alike cannot be numbered: {error}.") from error
        return Codes(codes, n_groups, codes[rows])

    return groups


@run.register
def _(operator: Sort, tables: Tables, steps: Steps) -> Result:
    del steps
    [table] = tables
    try:
        ordered = table.sort_values(
            list(operator.by), ascending=list(operator.ascending), na_position=operator.na_position, kind="stable"
        )
    except TypeError as error:
        raise PlanError(f"sort cannot compare the values of {_named(operator.by)}: {error}.") from error
    return taken(ordered, len(table))


@run.register
def _(operator: Limit, tables: Tables, steps: Steps) -> Result:
    del steps
    [table] = tables
    n_rows = len(table)
    first = max(n_rows - operator.n, 0) if operator.end else operator.offset
    kept = table.iloc[first : first + operator.n]
    kept.index = pd.RangeIndex(len(kept))
    return Result(kept, (Stretch(n_rows, len(kept), first),))


@run.register
def _(operator: DropMissing, tables: Tables, steps: Steps) -> Result:
    del steps
    [table] = tables
    subset = None if operator.subset == operator.columns else list(operator.subset)  # None: no look-up of names
    if operator.thresh is None:
        return taken(table.dropna(subset=subset, how=operator.how), len(table))
    return taken(table.dropna(subset=subset, thresh=operator.thresh), len(table))


@run.register
def _(operator: Explode, tables: Tables, steps: Steps) -> Result:
    del steps
    [table] = tables
    items = {name: table[name].explode() for name in operator.names}
    _require_same_lengths(items, len(table))
    rows = items[operator.names[0]].index
    repeated = table.drop(columns=list(operator.names)).take(rows)
    for name in sorted(items, key=operator.columns.index):  # in this order each finds its place
        repeated.insert(operator.columns.index(name), name, items[name])
    return taken(repeated, len(table))


def _require_same_lengths(items: dict[Name, pd.Series], n_rows: int) -> None:
    """Raises PlanError if the columns' lists differ in length somewhere; an empty list counts as one missing item."""
    (first, counts), *others = ((name, np.bincount(c.index, minlength=n_rows)) for name, c in items.items())
    for name, other in others:
        if len(different := np.flatnonzero(counts != other)):
            row = int(different[0])
            raise PlanError(
                f"explode needs lists of one length in each row, but row {row} has {counts[row]} in {first!r} and "
                f"{other[row]} in {name!r}.",
                hint="to combine all with all, explode one column after the other",
            )


@run.register
def _(operator: Split, tables: Tables, steps: Steps) -> Result:
    [table], [step] = tables, steps
    key = (operator.train_fraction, operator.seed, operator.stratify, operator.group)
    drawn_before, in_train = _DRAWN.pop(step, (None, None))
    if in_train is None or drawn_before != key:
        in_train = _drawn(operator, table, step)
        _DRAWN[step] = key, in_train
    return take(table, in_train if operator.part == "train" else ~in_train)


_Draw: TypeAlias = tuple[tuple[object, ...] | None, npt.NDArray[np.bool_] | None]
_DRAWN: weakref.WeakKeyDictionary[Step, _Draw] = weakref.WeakKeyDictionary()
"""What was drawn for one part of a split, until the other part asks for it."""


def _drawn(operator: Split, table: pd.DataFrame, step: Step) -> npt.NDArray[np.bool_]:
    """Which rows are for training."""
    who = content_identity(table[list(operator.group)]) if operator.group else step.identity
    drawn = mix(who ^ mix(np.full(1, operator.seed % 2**64, np.uint64)))
    if operator.stratify:
        return _first_of_each(operator, table, drawn)
    return drawn.astype(np.float64) / 2.0**64 < operator.train_fraction


def _first_of_each(operator: Split, table: pd.DataFrame, drawn: Hashes) -> npt.NDArray[np.bool_]:
    """Of each group its share, rounded: the rows with the smallest hashes (of equal ones, those that stand first)."""
    try:
        codes, n_groups = key_codes(table, operator.stratify)
    except TypeError as error:
        raise PlanError(f"split cannot compare the values of {_named(operator.stratify)}: {error}.") from error
    order = np.argsort(drawn, kind="stable")
    order = order[np.argsort(codes[order].astype(np.int16 if n_groups < 2**15 else codes.dtype), kind="stable")]
    sizes = np.bincount(codes, minlength=n_groups)
    place = np.arange(len(codes)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    quota = np.rint(operator.train_fraction * sizes)
    chosen = np.empty(len(codes), np.bool_)
    chosen[order] = place < np.repeat(quota, sizes)
    return chosen


def _named(names: Sequence[Name]) -> str:
    return ", ".join(map(repr, names))
