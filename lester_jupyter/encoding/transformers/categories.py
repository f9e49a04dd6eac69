"""Encoders of categories and of intervals: each column becomes a block of features."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from sklearn.preprocessing import KBinsDiscretizer, OneHotEncoder, TargetEncoder

from lester_jupyter.encoding.connections import Connections
from lester_jupyter.encoding.inputs import Inputs
from lester_jupyter.encoding.origins import Origins
from lester_jupyter.encoding.rules import rule


@rule(OneHotEncoder)
def _one_hot(fitted: OneHotEncoder, _inputs: Inputs) -> Origins:
    """Each column becomes a block with a feature a category: less a dropped one, the infrequent ones together."""
    return _blocks_of_columns(one_hot_widths(fitted))


@rule(TargetEncoder)
def _target(fitted: TargetEncoder, _inputs: Inputs) -> Origins:
    """Each column becomes one feature, with several classes one a class; the column and the label shaped it."""
    per_column = len(fitted.classes_) if fitted.target_type_ == "multiclass" else 1
    return _blocks_of_columns([per_column] * fitted.n_features_in_, label=True)


@rule(KBinsDiscretizer)
def _intervals(fitted: KBinsDiscretizer, _inputs: Inputs) -> Origins:
    """Each column becomes a feature with the number of its interval, or a block with a feature an interval."""
    ordinal = fitted.encode == "ordinal"
    return _blocks_of_columns([1] * fitted.n_features_in_ if ordinal else fitted.n_bins_)


def one_hot_widths(fitted: OneHotEncoder) -> list[int]:
    """How many features a OneHotEncoder makes of each column."""
    dropped = [None] * len(fitted.categories_) if fitted.drop_idx_ is None else fitted.drop_idx_
    # the attribute exists only where grouping is switched on
    infrequent = getattr(fitted, "infrequent_categories_", None) or [None] * len(fitted.categories_)
    return [
        len(categories) - (0 if rare is None else len(rare) - 1) - (drop is not None)
        for categories, rare, drop in zip(fitted.categories_, infrequent, dropped, strict=True)
    ]


def _blocks_of_columns(widths: Sequence[int] | np.ndarray, label: bool = False) -> Origins:
    own = Connections.identity(len(widths)).repeat(widths)
    return Origins.of(own, own, label=label)
