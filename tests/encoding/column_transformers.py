"""Random ColumnTransformers over one table, for the property tests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import strategies as st
from sklearn.compose import ColumnTransformer, make_column_selector
from sklearn.decomposition import PCA, TruncatedSVD
from sklearn.feature_extraction.text import CountVectorizer, HashingVectorizer, TfidfVectorizer
from sklearn.feature_selection import SelectKBest
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    KBinsDiscretizer,
    Normalizer,
    OneHotEncoder,
    OrdinalEncoder,
    PolynomialFeatures,
    StandardScaler,
    TargetEncoder,
)

ROWS = 40
_RNG = np.random.default_rng(4)


def _with_gaps(share: float) -> np.ndarray:
    return np.where(_RNG.random(ROWS) < share, np.nan, _RNG.normal(size=ROWS))


TABLE = pd.DataFrame(
    {
        "n0": _with_gaps(0.1),
        "n1": _with_gaps(0.1) * 3,
        "g0": _with_gaps(0.3),
        "c0": _RNG.choice(["x", "y", "z"], ROWS),
        "c1": _RNG.choice(["yes", "no"], ROWS),
        "t0": [" ".join(_RNG.choice(["red", "green", "blue"], 3)) for _ in range(ROWS)],
    }
)
LABEL = _RNG.integers(0, 2, ROWS)
NUMBERS, CATEGORIES, TEXTS = ["n0", "n1", "g0"], ["c0", "c1"], ["t0"]


@dataclass(frozen=True)
class Encoder:
    """A ColumnTransformer with the table it is fitted on (the columns of TABLE in some order)."""

    transformer: ColumnTransformer
    table: pd.DataFrame


def _imputed(*steps: Any) -> Pipeline:
    return make_pipeline(SimpleImputer(), *steps)


def _numeric(draw: Any, n: int, depth: int) -> Any:
    plain = [
        "passthrough",
        StandardScaler(),
        SimpleImputer(add_indicator=True),
        MissingIndicator(features="all"),
        FunctionTransformer(),
        _imputed(PolynomialFeatures(2, include_bias=draw(st.booleans()))),
        _imputed(Normalizer()),
        _imputed("passthrough", PCA(1)),
        _imputed(
            KBinsDiscretizer(
                3, quantile_method="averaged_inverted_cdf", encode=draw(st.sampled_from(["onehot", "ordinal"]))
            )
        ),
        _imputed(SelectKBest(k=1)),
        FeatureUnion([("a", StandardScaler()), ("b", "passthrough"), ("c", SimpleImputer())]),
    ]
    if depth and n > 1:
        inner = [("first", _numeric(draw, 1, depth - 1), [0]), ("last", "drop", [-1])]
        nested = ColumnTransformer(
            inner[: draw(st.integers(1, 2))], remainder=draw(st.sampled_from(["drop", "passthrough", StandardScaler()]))
        )
        plain += [
            nested,
            make_pipeline(nested, StandardScaler()),
            FeatureUnion([("a", nested), ("b", StandardScaler())]),
        ]
    return draw(st.sampled_from(plain))


def _categorical(draw: Any) -> Any:
    return draw(
        st.sampled_from(
            [
                OneHotEncoder(),
                OneHotEncoder(drop="first", sparse_output=False),
                OneHotEncoder(drop="if_binary", max_categories=2),
                OrdinalEncoder(),
                TargetEncoder(random_state=0),
                make_pipeline(OneHotEncoder(), TruncatedSVD(1, random_state=0)),
                make_pipeline(OneHotEncoder(sparse_output=False), SelectKBest(k=2), StandardScaler()),
            ]
        )
    )


def _textual(draw: Any) -> Any:
    counting = make_pipeline(CountVectorizer(), TruncatedSVD(1, random_state=0))
    return draw(
        st.sampled_from([CountVectorizer(), TfidfVectorizer(), HashingVectorizer(n_features=2, norm=None), counting])
    )


def _spec(draw: Any, chosen: list[str], order: list[str]) -> Any:
    """One of the ways to name these columns."""
    spots = [order.index(c) for c in chosen]
    ways: list[Any] = [
        chosen,
        spots,
        [s - len(order) for s in spots],
        np.array(spots),
        pd.Index(chosen),
        lambda table: chosen,
        lambda table: [table.columns.get_loc(c) for c in chosen],
    ]
    if spots == sorted(spots):
        mask = [c in chosen for c in order]
        ways += [mask, np.array(mask), make_column_selector("^(" + "|".join(chosen) + ")$")]
        if spots == list(range(spots[0], spots[-1] + 1)):
            ways += [
                slice(spots[0], spots[-1] + 1),
                slice(chosen[0], chosen[-1]),
                slice(spots[0], spots[-1] - len(order) + 1 or None),
            ]
    return draw(st.sampled_from(ways))


@st.composite
def encoders(draw: Any) -> Encoder:
    """A fittable ColumnTransformer of one to four transformers, which may share columns."""
    order = draw(st.permutations(list(TABLE)))
    parts, used = [], set()
    for i in range(draw(st.integers(1, 4))):
        kind = draw(st.sampled_from([NUMBERS, NUMBERS, CATEGORIES, TEXTS]))
        chosen = list(draw(st.lists(st.sampled_from(kind), min_size=1, unique=True)))
        used.update(chosen)
        if kind is TEXTS:
            parts.append(
                (f"p{i}", _textual(draw), draw(st.sampled_from(["t0", order.index("t0"), lambda table: "t0"])))
            )
        else:
            part = _numeric(draw, len(chosen), 1) if kind is NUMBERS else _categorical(draw)
            parts.append((f"p{i}", part, _spec(draw, chosen, order)))
    numeric_rest = set(order) - used <= set(NUMBERS)
    remainder = draw(
        st.sampled_from(
            [
                "drop",
                OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1),
                *(["passthrough", SimpleImputer()] if numeric_rest else []),
            ]
        )
    )
    threshold = draw(st.sampled_from([0, 0.3, 1.0]))
    return Encoder(ColumnTransformer(parts, remainder=remainder, sparse_threshold=threshold), TABLE[order])
