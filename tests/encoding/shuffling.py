"""The oracle of column lineage: freeze a fitted transformer, change one input column, see which outputs move."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse
from sklearn.base import clone

from lester_jupyter.encoding import FeatureBlock

NOISE = 1e-9
"""Outputs that differ by less have not visibly moved: the order of a sum changes with the layout in memory."""


def transformed(fitted: Any, table: Any) -> np.ndarray:
    """What a frozen copy makes of a table: transforming twice gives the same, even with random states inside."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made = copy.deepcopy(fitted).transform(table)
    made = made.toarray() if sparse.issparse(made) else np.asarray(made)
    return made.reshape(len(made), -1)


def width(table: Any) -> int:
    return table.shape[1] if isinstance(table, pd.DataFrame) else 1


def shuffled(table: Any, column: int, rng: np.random.Generator) -> Any:
    """The table with the values of one column in another order; a sequence is its only column."""
    order = rng.permutation(len(table))
    if isinstance(table, pd.Series):
        return table.iloc[order].reset_index(drop=True)
    if not isinstance(table, pd.DataFrame):
        return [table[i] for i in order]
    columns = [table.iloc[:, i] for i in range(table.shape[1])]
    columns[column] = columns[column].iloc[order].reset_index(drop=True)
    return pd.concat(columns, axis=1)


def moved(before: np.ndarray, after: np.ndarray, noise: float = 0) -> set[int]:
    """Positions of the output columns that differ; missing values are equal to their like."""
    if "O" in before.dtype.kind + after.dtype.kind:
        pairs = zip(before.T.tolist(), after.T.tolist(), strict=True)
        return {k for k, (a, b) in enumerate(pairs) if not all(map(_equal, a, b))}
    same = (before == after) | (np.isnan(before) & np.isnan(after))
    size = 1 + np.nan_to_num(np.maximum(np.abs(before), np.abs(after)))
    far = ~(np.abs(before.astype(float) - after) <= noise * size) & ~same
    return set(np.flatnonzero(far.any(axis=0)).tolist())


def _equal(a: Any, b: Any) -> bool:
    return a == b or (pd.isna(a) and pd.isna(b))


def by_feature(blocks: Sequence[FeatureBlock]) -> list[FeatureBlock]:
    """The block of each feature; fails unless the blocks lie end to end and no two neighbours could be one."""
    assert [b.start for b in blocks] == [0, *(b.stop for b in blocks)][: len(blocks)]
    assert all(len(b) > 0 for b in blocks)
    told = [(b.values, b.fits, b.exact, b.label) for b in blocks]
    assert all(a != b for a, b in pairwise(told))
    return [b for b in blocks for _ in range(len(b))]


def check_values(fitted: Any, table: Any, blocks: Sequence[FeatureBlock], trials: int = 40) -> None:
    """Fails if an output moves with a column that is not in its lineage, or an exact lineage has one that never moves.

    Args:
        fitted: the transformer.
        table: what it transforms: a DataFrame, or a sequence where it takes one column.
        blocks: the lineage to check.
        trials: how often each column is shuffled at most.
    """
    rng = np.random.default_rng(0)
    before = transformed(fitted, table)
    features = by_feature(blocks)
    assert len(features) == before.shape[1]
    for column in range(width(table)):
        said = {k for k, b in enumerate(features) if column in b.values}
        exactly = {k for k in said if features[k].exact}
        seen: set[int] = set()
        for trial in range(trials):
            after = transformed(fitted, shuffled(table, column, rng))
            surely = moved(before, after)
            assert surely <= said, f"column {column} moves {sorted(surely - said)}, which do not name it"
            seen |= moved(before, after, NOISE)
            if exactly <= seen and trial >= 1:
                break
        assert exactly <= seen, f"column {column} never moves {sorted(exactly - seen)}, which name it exactly"


def check_fits(
    unfitted: Any, table: Any, y: Any, fitted: Any, blocks: Sequence[FeatureBlock], *, trials: int = 3
) -> int:
    """Refits with one column, or the label, changed: on unchanged data only features that say so may move.

    Args:
        unfitted: the transformer as it was before fitting.
        table: what it was fitted on.
        y: the label it was fitted with, or None.
        fitted: the transformer.
        blocks: the lineage to check.
        trials: how often each column is changed.

    Returns:
        In how many of the refits any feature moved.
    """
    rng = np.random.default_rng(1)
    before = transformed(fitted, table)
    features = by_feature(blocks)
    n_moved = 0
    for column in range(width(table)):
        allowed = {k for k, b in enumerate(features) if column in b.fits}
        for other in [shuffled(table, column, rng) for _ in range(trials)] + stretched(table, column):
            after = _refitted(unfitted, other, y, table)
            if after.shape != before.shape:
                continue  # another number of features: positions are of other things
            found = moved(before, after, NOISE)
            assert found <= allowed, f"the fit of {sorted(found - allowed)} hangs on column {column}"
            n_moved += bool(found)
    if y is not None:
        allowed = {k for k, b in enumerate(features) if b.label}
        for _ in range(trials):
            after = _refitted(unfitted, table, np.asarray(y)[rng.permutation(len(y))], table)
            if after.shape == before.shape:
                found = moved(before, after, NOISE)
                assert found <= allowed, f"the fit of {sorted(found - allowed)} hangs on the label"
    return n_moved


def stretched(table: Any, column: int) -> list[Any]:
    """The table with one numeric column on another scale; nothing for other kinds."""
    if not isinstance(table, pd.DataFrame) or table.dtypes.iloc[column].kind != "f":
        return []
    columns = [table.iloc[:, i] for i in range(table.shape[1])]
    columns[column] = columns[column] ** 2 + 0.5
    return [pd.concat(columns, axis=1)]


def fit(unfitted: Any, table: Any, y: Any = None) -> Any:
    """A fitted clone; not to have converged on a toy is no matter here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return clone(unfitted).fit(table, y)


def _refitted(unfitted: Any, table: Any, y: Any, unchanged: Any) -> np.ndarray:
    return transformed(fit(unfitted, table, y), unchanged)
