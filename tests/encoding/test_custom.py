"""Transformers that no rule knows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from shuffling import check_fits, check_values, fit
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.feature_selection import SelectKBest
from sklearn.preprocessing import OneHotEncoder, StandardScaler, TargetEncoder

from lester_jupyter.encoding import FeatureBlock, feature_blocks
from lester_jupyter.encoding.custom import may_read_label
from lester_jupyter.errors import LineageError

TABLE = pd.DataFrame(np.random.default_rng(0).normal(size=(20, 3)), columns=["a", "b", "c"])


class Differences(TransformerMixin, BaseEstimator):
    """Each column less the one before it; knows its number of features."""

    def fit(self, X, y=None):
        self.n_features_in_ = X.shape[1]
        return self

    def transform(self, X):
        return np.diff(np.asarray(X, float), axis=1)

    def get_feature_names_out(self, input_features=None):
        return np.array([f"d{i}" for i in range(self.n_features_in_ - 1)], dtype=object)


class Declared(Differences):
    def lester_feature_origins(self, n_inputs):
        return [(i + 1, i) for i in range(n_inputs - 1)]


class Stateless(Declared):
    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.requires_fit = False
        return tags


class Told(Differences):
    def lester_feature_origins(self, n_inputs):
        return [FeatureBlock(0, 1, (0, 1), (), exact=True), FeatureBlock(1, 2, (1, 2), (2,), exact=False, label=True)]


def blocks(kind: type, columns: list[str] | None = None) -> tuple[FeatureBlock, ...]:
    table = TABLE if columns is None else TABLE[columns]
    return feature_blocks(fit(kind(), table), list(table))


def test_an_unknown_transformer_is_all_to_all() -> None:
    assert blocks(Differences) == (FeatureBlock(0, 2, (0, 1, 2), (0, 1, 2), exact=False),)


def test_an_unknown_transformer_of_one_column_is_exact_as_to_columns() -> None:
    class Squared(Differences):
        def transform(self, X):
            return np.asarray(X) ** 2

        def get_feature_names_out(self, input_features=None):
            return np.array(["squared"], dtype=object)

    assert blocks(Squared, ["b"]) == (FeatureBlock(0, 1, (0,), (0,), exact=True),)


def test_a_declared_transformer_is_as_it_says() -> None:
    every = (0, 1, 2)
    assert blocks(Declared) == (
        FeatureBlock(0, 1, (0, 1), every, exact=True),
        FeatureBlock(1, 2, (1, 2), every, exact=True),
    )
    assert blocks(Stateless) == (FeatureBlock(0, 1, (0, 1), (), exact=True), FeatureBlock(1, 2, (1, 2), (), exact=True))
    assert blocks(Told) == (
        FeatureBlock(0, 1, (0, 1), (), exact=True),
        FeatureBlock(1, 2, (1, 2), (2,), exact=False, label=True),
    )
    check_values(fit(Stateless(), TABLE), TABLE, blocks(Stateless))


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ([[0], [3]], "Wrong.lester_feature_origins names the column 3, but the transformer is given 3"),
        ([[-1], [0]], "names the column -1"),
        ([FeatureBlock(0, 1, (0,), (), exact=True), FeatureBlock(2, 3, (0,), (), exact=True)], "leave gaps or overlap"),
        ([FeatureBlock(1, 2, (0,), (), exact=True)], "leave gaps or overlap"),
        ([FeatureBlock(0, 2, (0,), (7,), exact=True)], "names the column 7"),
    ],
)
def test_a_declaration_that_cannot_be_is_refused(said: list[Any], message: str) -> None:
    class Wrong(Differences):
        def lester_feature_origins(self, n_inputs):
            return said

    with pytest.raises(LineageError, match=message):
        blocks(Wrong)


def test_a_declaration_of_too_few_features_is_refused_where_their_number_is_known() -> None:
    from sklearn.compose import ColumnTransformer

    class Short(Differences):
        def lester_feature_origins(self, n_inputs):
            return [[0]]

    encoder = ColumnTransformer([("s", Short(), ["a", "b", "c"])]).fit(TABLE)
    with pytest.raises(LineageError, match="Short makes 2 features, but its lineage tells of 1"):
        feature_blocks(encoder, list(TABLE))


def test_a_subclass_that_changes_nothing_keeps_the_rule() -> None:
    class Renamed(StandardScaler):
        def get_feature_names_out(self, input_features=None):
            return super().get_feature_names_out(input_features) + "_scaled"

    assert blocks(Renamed) == feature_blocks(StandardScaler().fit(TABLE), list(TABLE))


def test_a_subclass_that_computes_something_else_is_unknown() -> None:
    class Crossed(StandardScaler):
        def transform(self, X, copy=None):
            return super().transform(X)[:, ::-1]

    class Helped(OneHotEncoder):
        def _fit(self, *args, **kwargs):
            return super()._fit(*args, **kwargs)

    class Mixed:
        def transform(self, X):
            return np.asarray(X)[:, ::-1]

    class Both(Mixed, StandardScaler):
        pass

    for kind in (Crossed, Helped, Both):
        assert {b.exact for b in blocks(kind)} == {False}
    check_values(fit(Crossed(), TABLE), TABLE, blocks(Crossed))


class ByLabel(Differences):
    """Centres by the rows of label 1."""

    def fit(self, X, y=None):
        super().fit(X)
        self.mean_ = np.asarray(X)[np.asarray(y) == 1].mean()
        return self

    def transform(self, X):
        return super().transform(X) * self.mean_


class HandsOn(Differences):
    def fit(self, X, y=None, **parameters):
        return super().fit(X)


class InTransform(Differences):
    def fit_transform(self, X, y=None):
        def shift():
            return np.mean(y)

        return self.fit(X).transform(X) + shift()


class NoLabel(Differences):
    def fit(self, X):
        return super().fit(X)


def test_the_label_counts_unless_the_code_never_reads_it() -> None:
    kinds = (Differences, NoLabel, ByLabel, HandsOn, InTransform)
    assert [may_read_label(kind()) for kind in kinds] == [False, False, True, True, True]
    label = np.arange(20) % 2
    fitted = fit(ByLabel(), TABLE, label)
    (block,) = feature_blocks(fitted, list(TABLE))
    assert block.label
    check_fits(ByLabel(), TABLE, label, fitted, (block,))


def test_the_label_of_an_inherited_fit_is_not_lost() -> None:
    class Doubled(TargetEncoder):
        def transform(self, X: Any) -> Any:
            return super().transform(X) * 2

    class Selected(SelectKBest):
        def transform(self, X: Any) -> Any:
            return super().transform(X) + 1

    y = np.array([0, 1, 0, 1] * 5)
    texts, numbers = (
        pd.DataFrame({"c": list("abab") * 5}),
        pd.DataFrame({"a": y * 2.0 + np.arange(20.0), "b": np.arange(20.0)}),
    )
    assert all(b.label for b in feature_blocks(Doubled().fit(texts, y), ["c"]))
    assert all(b.label for b in feature_blocks(Selected(k=1).fit(numbers, y), ["a", "b"]))
