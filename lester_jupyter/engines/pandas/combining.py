"""Operators that bring several tables together."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from lester_jupyter.engines.pandas.keys import key_codes
from lester_jupyter.engines.pandas.operators import Result, Steps, Tables, run, take
from lester_jupyter.errors import PlanError
from lester_jupyter.lineage import Codes, Identity, Nothing, RowEdge, Segment, Take
from lester_jupyter.lineage.rows import NONE, Rows, index_dtype
from lester_jupyter.plan import Join, Union
from lester_jupyter.plan.references import Name

_LEFT, _RIGHT = "__lester_left_row", "__lester_right_row"


@run.register
def _(operator: Join, tables: Tables, steps: Steps) -> Result:
    del steps
    left, right = tables
    if operator.how in ("semi", "anti"):
        return _only_left(operator, left, right)
    kept = _kept_whole(operator, left, right)
    names = _unused(_LEFT, left, right), _unused(_RIGHT, left, right)
    try:  # pandas joins; columns of row numbers ride along and are taken off again
        merged = (left if kept == 0 else _numbered(left, names[0])).merge(
            right if kept == 1 else _numbered(right, names[1]),
            how=operator.how,  # type: ignore[arg-type]  # semi and anti do not come here
            left_on=list(operator.left_on),
            right_on=list(operator.right_on),
            suffixes=operator.suffixes,
        )
    except (ValueError, TypeError) as error:
        raise _no_match(operator, error) from error
    takes = {
        slot: Take(_row_numbers(merged.pop(names[slot]), side), len(side))
        for slot, side in enumerate((left, right))
        if slot != kept
    }
    if merged.columns.dtype == object:
        merged.columns = merged.columns.infer_objects()  # numbered columns, which stood beside a name
    if kept == 0:
        return Result(merged, (_kept_edge(left, right, operator.right_on, takes[1].index), takes[1]))
    if kept == 1:
        return Result(merged, (takes[0], _kept_edge(right, left, operator.left_on, takes[0].index)))
    return Result(merged, (takes[0], takes[1]))


def _kept_whole(operator: Join, left: pd.DataFrame, right: pd.DataFrame) -> int | None:
    """The side (0 or 1) whose row numbers need not ride along: `_kept_edge` can tell them from those of the other."""
    side = {"left": 0, "right": 1}.get(operator.how)
    if side is None:
        return None
    same = all(_same_type(left[a], right[b]) for a, b in zip(operator.left_on, operator.right_on, strict=True))
    return side if same else None


def _kept_edge(kept: pd.DataFrame, other: pd.DataFrame, keys: Sequence[Name], matched: Rows) -> RowEdge:
    """The edge to the side of a left or right join whose rows are all kept, in their order.

    Each of its rows begins where it has no match, or its first one: matches of one row stand in their own order.

    Args:
        kept: that side.
        other: the other side.
        keys: the other side's keys.
        matched: for each output row the other side's row, or NONE.
    """
    if len(matched) == len(kept):
        return Identity(len(kept))
    is_first = np.append(~other.duplicated(list(keys)).to_numpy(), [True])  # the last place is for NONE
    rows: Rows = np.cumsum(is_first[matched], dtype=index_dtype(len(kept)))
    return Take(rows - 1, len(kept))


def _unused(name: str, *tables: pd.DataFrame) -> str:
    """The name, made longer until no table has such a column."""
    while any(name in table.columns for table in tables):
        name += "_"
    return name


def _numbered(table: pd.DataFrame, name: str) -> pd.DataFrame:
    numbered = table.copy(deep=False)
    numbered[name] = np.arange(len(table), dtype=index_dtype(len(table)))
    return numbered


def _row_numbers(found: pd.Series, side: pd.DataFrame) -> Rows:
    """Row numbers as merge gives them: floats, with NaN for "no row", where some rows have no match."""
    numbers = found.to_numpy()
    if numbers.dtype.kind == "f":
        numbers = np.fmax(numbers, NONE)  # of a number and NaN it takes the number
    rows: Rows = numbers.astype(index_dtype(len(side)), copy=False)
    return rows


def _no_match(operator: Join, error: Exception) -> PlanError:
    said, _, advice = str(error).strip().partition(" If you wish to proceed")  # pandas' advice would join nothing
    hint = f'cast one of them first: frame.cast({{{operator.left_on[0]!r}: "str"}})' if advice else ""
    return PlanError(f"{operator.how} join on {', '.join(map(str, operator.left_on))}: {said.rstrip('.')}.", hint=hint)


def _only_left(operator: Join, left: pd.DataFrame, right: pd.DataFrame) -> Result:
    """Semi and anti joins: the left rows that have a match, or have none, whatever the number of matches."""
    keys = [left[name] for name in operator.left_on]
    others = [right[name] for name in operator.right_on]
    try:
        chosen, matches = (_semi if operator.how == "semi" else _anti)(keys, others)
    except (ValueError, TypeError) as error:
        raise _no_match(operator, error) from error
    kept = take(left, chosen)
    return Result(kept.table, (*kept.edges, matches), anchors=(*kept.edges, None))


def _same_type(left: pd.Series, right: pd.Series) -> bool:
    """Whether keys can be compared as they are; else, and for objects, what equals what is left to merge."""
    return bool(left.dtype == right.dtype) and not pd.api.types.is_object_dtype(left.dtype)


Keys: TypeAlias = Sequence[pd.Series]
"""The key columns of one side; their names may be others than on the other side, or repeat."""


def _semi(left: Keys, right: Keys) -> tuple[npt.NDArray[np.bool_], RowEdge]:
    """Which left rows have a match, and the edge of these rows to the right."""
    n_right = len(right[0])
    if len(right) == 1 and _same_type(left[0], right[0]) and (index := pd.Index(right[0])).is_unique:
        rows = index.get_indexer(pd.Index(left[0])).astype(index_dtype(n_right))  # a look-up table: one row a key
        found = rows != NONE
        return found, Take(rows[found], n_right)
    of_left, of_right, n_groups = _codes(left, right)
    found = of_left != NONE
    return found, Codes(of_right, n_groups, of_left[found])


def _anti(left: Keys, right: Keys) -> tuple[npt.NDArray[np.bool_], RowEdge]:
    """Which left rows have no match, and the edge of these rows to the right."""
    if len(right) == 1 and _same_type(left[0], right[0]):
        alone = ~left[0].isin(right[0]).to_numpy(bool)
        if right[0].hasnans:  # isin does not find the missing values of all types
            alone &= ~left[0].isna().to_numpy(bool)
    else:
        alone = _codes(left, right)[0] == NONE
    return alone, Nothing(len(right[0]), int(alone.sum()))


def _codes(left: Keys, right: Keys) -> tuple[Rows, Rows, int]:
    """Numbers the keys of both sides alike.

    Returns:
        The code of each left row, NONE if its key is not on the right; that of each right row; how many there are.
    """
    same = all(map(_same_type, left, right))
    if same and len(right) == 1:
        return _codes_of_one(left[0], right[0])
    sides = (pd.DataFrame(dict(enumerate(keys))) for keys in (left, right))
    return (_codes_of_same if same else _codes_of_different)(*sides)


def _codes_of_one(left: pd.Series, right: pd.Series) -> tuple[Rows, Rows, int]:
    """See `_codes`: each different right key has one place in a look-up table."""
    of_right, different = pd.factorize(right, use_na_sentinel=False)
    dtype = index_dtype(len(right))
    of_left = pd.Index(different).get_indexer(pd.Index(left))
    return of_left.astype(dtype), of_right.astype(dtype), len(different)


def _codes_of_same(left: pd.DataFrame, right: pd.DataFrame) -> tuple[Rows, Rows, int]:
    """See `_codes`."""
    codes, _ = key_codes(pd.concat([right, left], ignore_index=True), list(right.columns))
    of_right, of_left = codes[: len(right)].copy(), codes[len(right) :]
    n_groups = int(of_right.max(initial=NONE)) + 1  # the right keys come first, so theirs are the first numbers
    return np.where(of_left < n_groups, of_left, NONE), of_right, n_groups


def _codes_of_different(left: pd.DataFrame, right: pd.DataFrame) -> tuple[Rows, Rows, int]:
    """See `_codes`; what equals what is left to merge."""
    of_right, n_groups = key_codes(right, list(right.columns))
    one_each = np.empty(n_groups, np.intp)
    one_each[of_right] = np.arange(len(right))
    keys = right.take(one_each).assign(**{_RIGHT: np.arange(n_groups)})
    matched = _numbered(left, _LEFT).merge(keys, on=list(left.columns))
    of_left = np.full(len(left), NONE, of_right.dtype)
    of_left[matched[_LEFT].to_numpy()] = matched[_RIGHT].to_numpy()
    return of_left, of_right, n_groups


@run.register
def _(operator: Union, tables: Tables, steps: Steps) -> Result:
    del steps
    table = pd.concat(list(tables), ignore_index=True)
    if tuple(table.columns.tolist()) != operator.columns:  # choosing columns may copy them
        table = table[list(operator.columns)]
    starts = accumulate(map(len, tables[:-1]), initial=0)
    return Result(table, tuple(Segment(len(t), len(table), s) for t, s in zip(tables, starts, strict=True)))
