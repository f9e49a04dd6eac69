"""Imputers, with their indicators and without the columns they drop because nothing was ever in them."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.experimental import enable_iterative_imputer
from sklearn.impute import IterativeImputer, KNNImputer, MissingIndicator, SimpleImputer

from lester_jupyter.encoding.connections import Connections, Positions
from lester_jupyter.encoding.inputs import Inputs
from lester_jupyter.encoding.origins import Flags, Origins
from lester_jupyter.encoding.rules import rule

assert enable_iterative_imputer  # importing it is what allows the import of IterativeImputer


@rule(SimpleImputer)
def _simple(fitted: SimpleImputer, _inputs: Inputs) -> Origins:
    """Each output from its own column; columns that were all missing are dropped; indicators from their columns."""
    return _with_indicator(fitted, _own(_kept(fitted, _is_missing(fitted.statistics_)), fitted.n_features_in_))


@rule(MissingIndicator)
def _indicator(fitted: MissingIndicator, _inputs: Inputs) -> Origins:
    """Each output from its own column; by default only columns with missing values in the fit have one."""
    own = Connections.pick(fitted.features_, fitted.n_features_in_)
    return Origins.of(own, own if fitted.features == "missing-only" else None)


@rule(KNNImputer)
def _nearest(fitted: KNNImputer, _inputs: Inputs) -> Origins:
    """Each output from all columns that the neighbours have values in; indicators from their own columns."""
    n = fitted.n_features_in_
    empty = ~fitted._valid_mask  # there is no public name for it
    known = np.flatnonzero(~empty)
    # an all-missing column that is kept is filled with zeros, whatever comes
    rows: list[Positions] = [() if empty[column] else known for column in _kept(fitted, empty)]
    connected = Connections.of_rows(rows, n)
    # which columns count as empty is their own doing
    fits = connected | Connections.pick(_kept(fitted, empty), n)
    return _with_indicator(fitted, Origins.of(connected, fits, exact=fitted.metric == "nan_euclidean"))


@rule(IterativeImputer)
def _iterative(fitted: IterativeImputer, _inputs: Inputs) -> Origins:
    """An output of a column that is imputed from all columns its model uses, else from its own; indicators likewise.

    Over-approximate with an estimator of one's own, which may ignore columns.
    """
    n = fitted.n_features_in_
    kept = _kept(fitted, fitted._is_empty_feature)
    depends = np.eye(len(kept), dtype=bool)
    for step in fitted.imputation_sequence_ if fitted.n_iter_ else ():
        if not depends[step.feat_idx].all():
            depends[step.feat_idx] |= depends[step.neighbor_feat_idx].any(axis=0)
    connected = Connections.of_weights(depends) @ Connections.pick(kept, n)
    imputed = np.zeros(len(kept), bool)
    imputed[[step.feat_idx for step in fitted.imputation_sequence_]] = True
    exact = ~imputed | (fitted.estimator is None)
    # which columns a model uses, in which order and for how many rounds, hangs on all of them
    fits = Connections.of_weights(np.eye(len(kept), dtype=bool) | imputed[:, None]) @ Connections.pick(kept, n)
    return _with_indicator(fitted, Origins(connected, fits, exact, np.zeros(len(kept), bool)))


def _kept(fitted: Any, empty: Flags) -> Positions:
    """Positions of the columns an imputer keeps."""
    return np.arange(len(empty)) if fitted.keep_empty_features else np.flatnonzero(~empty)


def _is_missing(statistics: Any) -> Flags:
    """Where a statistic is NaN, the mark of an all-missing column; the statistics may be texts."""
    missing: Flags = np.array([s != s for s in statistics], dtype=bool)  # noqa: PLR0124 - only NaN differs from itself
    return missing


def _own(positions: Positions, n_inputs: int) -> Origins:
    own = Connections.pick(positions, n_inputs)
    return Origins.of(own, own)


def _with_indicator(fitted: Any, imputed: Origins) -> Origins:
    """Puts the indicators, if there are any, after the imputed columns."""
    if not fitted.add_indicator:
        return imputed
    n = fitted.n_features_in_
    return Origins.stack([imputed, _own(fitted.indicator_.features_, n)], n)
