"""Column lineage of a fitted encoder: from each feature column to the columns of the table it was given."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import FeatureUnion, Pipeline

import lester_jupyter.encoding.transformers as _rules
from lester_jupyter.encoding.blocks import NamedBlock, blocks_of
from lester_jupyter.encoding.composition import Branch, column_branches, is_passed_through, union_branches
from lester_jupyter.encoding.inputs import Inputs
from lester_jupyter.encoding.rules import origins
from lester_jupyter.plan import FeatureBlock

assert _rules  # importing it registers the rules


def feature_blocks(
    fitted: Any, columns: Sequence[str | int], table_sample: pd.DataFrame | None = None
) -> tuple[FeatureBlock, ...]:
    """Where every feature of a fitted transformer comes from.

    Args:
        fitted: a fitted transformer: of scikit-learn, composed of such, or any object with `transform`. A Pipeline
            that ends in a model counts up to it.
        columns: names (or positions) of the columns of the table it transforms, in the table's order.
        table_sample: some rows of that table, for transformers that do not say how many features they make.

    Returns:
        Blocks that cover the feature columns 0..n without gaps, in order; neighbours with equal origins are one.
        Without features, no blocks.

    Raises:
        LineageError: the transformer is not fitted, does not fit the columns, or its number of features is unknown.
        UnknownColumnError: it was fitted on a column that is not among `columns`.
    """
    return blocks_of(origins(fitted, _inputs(columns, table_sample)))


def named_blocks(
    fitted: Any, columns: Sequence[str | int], table_sample: pd.DataFrame | None = None
) -> tuple[NamedBlock, ...]:
    """The same by transformer: one entry for each that works side by side with others, in output order.

    A ColumnTransformer gives an entry for each transformer that makes features, the remainder last; a FeatureUnion one
    for each branch; a Pipeline of one of these (and nothing that follows it) as they do; anything else a single entry
    with the name of its class.

    Args:
        fitted: as in `feature_blocks`.
        columns: as in `feature_blocks`.
        table_sample: as in `feature_blocks`.

    Raises:
        LineageError: as in `feature_blocks`.
    """
    inputs = _inputs(columns, table_sample)
    entries, start = [], 0
    for branch in _branches(fitted, inputs):
        stop = start + branch.origins.n_outputs
        blocks = tuple(block.moved(start) for block in blocks_of(branch.origins))
        entries.append(NamedBlock(branch.name, branch.estimator, branch.columns, start, stop, blocks))
        start = stop
    return tuple(entries)


def _inputs(columns: Sequence[str | int], table_sample: pd.DataFrame | None) -> Inputs:
    sample = None if table_sample is None else lambda: table_sample
    return Inputs(len(columns), tuple(columns), sample)


def _branches(fitted: Any, inputs: Inputs) -> Sequence[Branch]:
    whole = fitted
    while isinstance(whole, Pipeline):
        steps = [step for _, step in whole.steps if not is_passed_through(step)]
        if len(steps) > 1 and not hasattr(steps[-1], "transform"):
            steps = steps[:-1]
        if len(steps) != 1:
            break
        whole = steps[0]
    if isinstance(whole, ColumnTransformer):
        return list(column_branches(whole, inputs))
    if isinstance(whole, FeatureUnion):
        return list(union_branches(whole, inputs))
    name = type(fitted).__name__.lower()
    return [Branch(name, fitted, tuple(range(inputs.n)), origins(fitted, inputs))]
