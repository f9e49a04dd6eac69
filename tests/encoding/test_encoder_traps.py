"""What goes wrong in column lineage through encoders, one test a trap; each against the shuffle oracle."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from shuffling import by_feature, check_fits, check_values, fit, moved, shuffled, transformed
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.compose import ColumnTransformer, make_column_selector, make_column_transformer
from sklearn.decomposition import PCA
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, Normalizer, OneHotEncoder, StandardScaler

from lester_jupyter.benchmark.complaints import generate
from lester_jupyter.encoding import FeatureBlock, PerDistinctValue, feature_blocks, named_blocks

ROWS = 30
RNG = np.random.default_rng(8)
TABLE = pd.DataFrame(
    {
        "title": [" ".join(RNG.choice(["urgent", "thanks", "help"], 2)) for _ in range(ROWS)],
        "age": np.where(RNG.random(ROWS) < 0.2, np.nan, RNG.normal(40, 9, ROWS)),
        "country": RNG.choice(["UK", "DE", "FR"], ROWS),
        "empty": np.full(ROWS, np.nan),
        "size": RNG.normal(size=ROWS),
        "kind": RNG.permutation([*"aaaaaaaabbbbbbbbccccccccddddde"]),
    }
)
TITLE, AGE, COUNTRY, EMPTY, SIZE, KIND = range(6)
LATER = TABLE.assign(empty=np.where(RNG.random(ROWS) < 0.5, np.nan, RNG.normal(size=ROWS)))
"""What is transformed: there is something in the column that was empty when all was fitted."""


def checked(unfitted: Any, table: pd.DataFrame = TABLE, later: pd.DataFrame = LATER) -> list[FeatureBlock]:
    """The block of each feature, after the oracle has agreed."""
    fitted = fit(unfitted, table)
    blocks = feature_blocks(fitted, list(table))
    check_values(fitted, later, blocks)
    check_fits(unfitted, table, None, fitted, blocks)
    return by_feature(blocks)


def values(features: list[FeatureBlock]) -> list[tuple[int, ...]]:
    assert all(f.exact for f in features)
    return [f.values for f in features]


def test_a_string_is_one_column_and_a_list_is_a_table() -> None:
    text = ColumnTransformer([("t", CountVectorizer(), "title")])
    numbers = ColumnTransformer([("s", StandardScaler(), ["size"])])
    assert values(checked(text)) == [(TITLE,)] * 3
    assert values(checked(numbers)) == [(SIZE,)]
    (entry,) = named_blocks(fit(text, TABLE), list(TABLE))
    assert (entry.columns, entry.start, entry.stop) == ((TITLE,), 0, 3)


def test_two_encoders_on_one_column_both_come_from_it() -> None:
    both = ColumnTransformer(
        [("t", TfidfVectorizer(), "title"), ("c", OneHotEncoder(), ["country"]), ("again", CountVectorizer(), "title")]
    )
    assert values(checked(both)) == [(TITLE,)] * 3 + [(COUNTRY,)] * 3 + [(TITLE,)] * 3


def test_one_hot_after_other_blocks_stands_at_its_offset() -> None:
    encoder = ColumnTransformer(
        [
            ("t", CountVectorizer(), "title"),
            ("n", StandardScaler(), ["size"]),
            ("c", OneHotEncoder(), ["kind", "country"]),
        ]
    )
    assert values(checked(encoder)) == [(TITLE,)] * 3 + [(SIZE,)] + [(KIND,)] * 5 + [(COUNTRY,)] * 3


@pytest.mark.parametrize(
    ("options", "widths"),
    [
        ({"drop": "first"}, (4, 2)),
        ({"drop": "if_binary"}, (5, 3)),
        ({"drop": ["b", "UK"]}, (4, 2)),
        ({"max_categories": 3}, (3, 3)),
        ({"min_frequency": 4}, (5, 3)),
        ({"min_frequency": 4, "drop": "first"}, (4, 2)),
        ({"max_categories": 3, "drop": "first", "handle_unknown": "infrequent_if_exist"}, (2, 2)),
    ],
)
def test_dropped_and_infrequent_categories_are_counted(options: dict[str, Any], widths: tuple[int, int]) -> None:
    encoder = ColumnTransformer([("c", OneHotEncoder(**options), ["kind", "country"])], remainder="drop")
    assert values(checked(encoder)) == [(KIND,)] * widths[0] + [(COUNTRY,)] * widths[1]


def test_imputer_indicators_and_all_missing_columns() -> None:
    encoder = ColumnTransformer([("i", SimpleImputer(add_indicator=True), ["size", "empty", "age"])])
    assert values(checked(encoder)) == [(SIZE,), (AGE,), (EMPTY,), (AGE,)]
    kept = ColumnTransformer(
        [("i", SimpleImputer(add_indicator=True, keep_empty_features=True), ["size", "empty", "age"])]
    )
    assert values(checked(kept)) == [(SIZE,), (EMPTY,), (AGE,), (EMPTY,), (AGE,)]


def test_the_remainder_is_what_no_transformer_took() -> None:
    passed = make_column_transformer((OneHotEncoder(), ["country"]), remainder="passthrough")
    assert values(checked(passed)) == [(COUNTRY,)] * 3 + [(TITLE,), (AGE,), (EMPTY,), (SIZE,), (KIND,)]
    left = make_column_transformer((OneHotEncoder(), [COUNTRY]), ("drop", [0, -1]), remainder=SimpleImputer())
    assert values(checked(left)) == [(COUNTRY,)] * 3 + [(AGE,), (SIZE,)]
    names = [entry.name for entry in named_blocks(fit(left, TABLE), list(TABLE))]
    assert names == ["onehotencoder", "remainder"]


@pytest.mark.parametrize(
    "spec",
    [
        slice(SIZE, SIZE + 1),
        slice("size", "size"),
        slice(-2, -1),
        -2,
        SIZE,
        [-2],
        [False, False, False, False, True, False],
        np.array([False, False, False, False, True, False]),
        lambda table: ["size"],
        lambda table: slice(SIZE, SIZE + 1),
        make_column_selector(pattern="^size"),
    ],
    ids=repr,
)
def test_slices_positions_masks_and_callables_name_columns(spec: Any) -> None:
    column = FunctionTransformer(lambda x: np.asarray(x, float).reshape(-1, 1))
    assert values(checked(ColumnTransformer([("f", column, spec)]))) == [(SIZE,)]


def test_a_function_of_several_columns_is_over_approximate() -> None:
    encoder = ColumnTransformer([("f", FunctionTransformer(lambda x: x[["size"]] * 2), ["size", "age"])])
    (feature,) = checked(encoder)
    assert (feature.values, feature.exact) == ((AGE, SIZE), False)


def test_pca_and_norms_mix_all_their_columns() -> None:
    numbers = make_pipeline(SimpleImputer(), StandardScaler(), PCA(2))
    features = checked(ColumnTransformer([("p", numbers, ["age", "size"]), ("k", OneHotEncoder(), ["kind"])]))
    assert values(features) == [(AGE, SIZE)] * 2 + [(KIND,)] * 5
    assert features[0].fits == (AGE, SIZE)
    normed = ColumnTransformer([("n", make_pipeline(SimpleImputer(), Normalizer()), ["age", "size"])])
    assert values(checked(normed)) == [(AGE, SIZE)] * 2


def test_a_bare_pipeline_needs_no_column_transformer() -> None:
    numbers = TABLE[["age", "empty", "size"]]
    pipeline = Pipeline([("i", SimpleImputer(add_indicator=True)), ("nothing", None), ("s", StandardScaler())])
    assert values(checked(pipeline, numbers, LATER[["age", "empty", "size"]])) == [(0,), (2,), (0,), (1,)]


@pytest.mark.parametrize("threshold", [0.0, 1.0])
def test_sparse_output_changes_no_lineage(threshold: float) -> None:
    encoder = ColumnTransformer(
        [("t", CountVectorizer(), "title"), ("n", StandardScaler(), ["size"])], sparse_threshold=threshold
    )
    assert sparse.issparse(fit(encoder, TABLE).transform(TABLE)) == bool(threshold)
    assert values(checked(encoder)) == [(TITLE,)] * 3 + [(SIZE,)]


def test_nested_column_transformers_count_in_the_columns_of_the_table() -> None:
    inner = ColumnTransformer(
        [("c", OneHotEncoder(), ["country"]), ("s", StandardScaler(), ["size"])], remainder="passthrough"
    )
    union = FeatureUnion([("inner", inner), ("again", SimpleImputer(strategy="most_frequent"))])
    outer = ColumnTransformer(
        [("t", CountVectorizer(), "title"), ("u", union, ["size", "kind", "country"])], remainder="drop"
    )
    expected = [(TITLE,)] * 3 + [(COUNTRY,)] * 3 + [(SIZE,), (KIND,)] + [(SIZE,), (KIND,), (COUNTRY,)]
    assert values(checked(outer)) == expected


class HashEmbedding(TransformerMixin, BaseEstimator):
    """A stand-in for a language model: numbers from a digest of the text, the same in every run."""

    def __init__(self, n_dimensions: int = 16) -> None:
        self.n_dimensions = n_dimensions

    def fit(self, X, y=None):
        self.fitted_ = True
        return self

    def transform(self, X):
        digests = [hashlib.blake2b(str(text).encode(), digest_size=self.n_dimensions).digest() for text in X]
        return np.array([list(digest) for digest in digests]) / 255

    def get_feature_names_out(self, input_features=None):
        return np.array([f"dim{i}" for i in range(self.n_dimensions)], dtype=object)


def text_length(column: pd.DataFrame) -> np.ndarray:
    return column.map(len).to_numpy(float)


def complaints(directory: Path) -> pd.DataFrame:
    """The columns that the running example's cell prepares."""
    customer_file, mail_file = generate(directory)
    mails = [line.split(",", 4) for line in mail_file.read_text().splitlines()]
    people = pd.read_csv(customer_file, header=None, names=["id", "email", "bank", "country", "level"], na_filter=False)
    countries = {p.email: p.country for p in people.itertuples() if p.country in {"UK", "DE", "FR"}}
    rows = [
        (subject.lower(), text.replace("  ", " "), countries[email], len(text) % 2 == 0)
        for _, email, day, subject, text in (m for m in mails if len(m) == 5)
        if email in countries and day >= "2022"
    ]
    return pd.DataFrame(rows, columns=["title", "text", "country", "is_premium"])


def test_the_running_example_traces_each_block_to_its_column_and_no_other(tmp_path: Path) -> None:
    table = complaints(tmp_path).head(60)
    encoder = ColumnTransformer(
        [
            ("title", PerDistinctValue(HashEmbedding()), "title"),
            ("length", FunctionTransformer(text_length), ["title"]),
            ("text", PerDistinctValue(HashEmbedding()), "text"),
            ("country", OneHotEncoder(), ["country"]),
        ]
    )
    fitted = fit(encoder, table)
    blocks = feature_blocks(fitted, list(table))
    lengths = [(b.start, b.stop, b.values) for b in blocks]
    assert lengths == [(0, 16, (0,)), (16, 17, (0,)), (17, 33, (1,)), (33, 36, (2,))]
    assert all(b.exact and not b.label for b in blocks)
    check_values(fitted, table, blocks)
    # title: its embedding block and the length column, and so on: what the oracle sees, and nothing else
    rng, before = np.random.default_rng(0), transformed(fitted, table)
    seen = [moved(before, transformed(fitted, shuffled(table, column, rng))) for column in range(4)]
    assert seen == [set(range(17)), set(range(17, 33)), set(range(33, 36)), set()]
    named = {entry.name: (entry.start, entry.stop, entry.columns) for entry in named_blocks(fitted, list(table))}
    assert named == {
        "title": (0, 16, (0,)),
        "length": (16, 17, (0,)),
        "text": (17, 33, (1,)),
        "country": (33, 36, (2,)),
    }
