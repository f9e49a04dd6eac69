"""The functions users call: what they give for unusual encoders, and what they say when they cannot."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from shuffling import check_values
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import PCA
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, MinMaxScaler, OneHotEncoder, StandardScaler

from lester_jupyter.encoding import FeatureBlock, feature_blocks, named_blocks
from lester_jupyter.errors import LineageError, UnknownColumnError

TABLE = pd.DataFrame({"a": [1.0, 2, 4, 8], "b": [0.5, 0, 1, 3], "c": ["x", "y", "x", "y"], "t": ["u v", "v", "u", ""]})
TOKENS = CountVectorizer(token_pattern=r"\w")


def block(start: int, stop: int, values: tuple[int, ...], fits: tuple[int, ...], **flags: bool) -> FeatureBlock:
    return FeatureBlock(start, stop, values, fits, **{"exact": True, **flags})


def test_a_pipeline_that_ends_in_a_model_counts_up_to_it() -> None:
    encoder = ColumnTransformer([("s", StandardScaler(), ["a", "b"])])
    whole = make_pipeline(encoder, LogisticRegression()).fit(TABLE, [0, 1, 0, 1])
    assert feature_blocks(whole, list(TABLE)) == (block(0, 1, (0,), (0,)), block(1, 2, (1,), (1,)))
    assert [entry.name for entry in named_blocks(whole, list(TABLE))] == ["s"]


def test_named_blocks_of_unions_pipelines_and_single_transformers() -> None:
    numbers = TABLE[["a", "b"]]
    union = FeatureUnion([("s", StandardScaler()), ("d", "drop"), ("p", "passthrough")]).fit(numbers)
    named = named_blocks(union, ["a", "b"])
    assert [(n.name, n.columns, n.start, n.stop) for n in named] == [("s", (0, 1), 0, 2), ("p", (0, 1), 2, 4)]
    assert named[1].blocks == (block(2, 3, (0,), ()), block(3, 4, (1,), ()))
    assert isinstance(named[1].estimator, FunctionTransformer)  # what scikit-learn puts in place of the word
    for single in (PCA(1).fit(numbers), make_pipeline(StandardScaler(), PCA(1)).fit(numbers)):
        (entry,) = named_blocks(single, ["a", "b"])
        assert (entry.name, entry.estimator) == (type(single).__name__.lower(), single)
        assert entry.blocks == (block(0, 1, (0, 1), (0, 1)),)
    inside = Pipeline([("nothing", None), ("u", union)]).fit(numbers)
    assert [n.name for n in named_blocks(inside, ["a", "b"])] == ["s", "p"]


def test_transformers_without_columns_or_output_give_no_block() -> None:
    encoder = ColumnTransformer(
        [("none", StandardScaler(), []), ("mask", StandardScaler(), [False] * 4), ("s", MinMaxScaler(), ["b"])]
    ).fit(TABLE)
    assert feature_blocks(encoder, list(TABLE)) == (block(0, 1, (1,), (1,)),)
    assert [n.name for n in named_blocks(encoder, list(TABLE))] == ["s"]
    nothing = ColumnTransformer([("d", "drop", ["a"])]).fit(TABLE)
    assert feature_blocks(nothing, list(TABLE)) == ()
    assert named_blocks(nothing, list(TABLE)) == ()
    constant = TABLE.assign(c="x")
    gone = ColumnTransformer([("c", OneHotEncoder(drop="first"), ["c"]), ("s", MinMaxScaler(), ["b"])]).fit(constant)
    assert feature_blocks(gone, list(TABLE)) == (block(0, 1, (1,), (1,)),)
    assert [(n.name, n.start, n.stop) for n in named_blocks(gone, list(TABLE))] == [("c", 0, 0), ("s", 0, 1)]


def test_arrays_go_by_position() -> None:
    encoder = ColumnTransformer([("s", StandardScaler(), [1]), ("m", MinMaxScaler(), [-1, 0])]).fit(np.eye(3))
    expected = (block(0, 1, (1,), (1,)), block(1, 2, (2,), (2,)), block(2, 3, (0,), (0,)))
    assert feature_blocks(encoder, range(3)) == expected
    assert feature_blocks(encoder, ["x", "y", "z"]) == expected


def test_columns_that_were_dropped_may_be_missing_later() -> None:
    encoder = ColumnTransformer([("s", StandardScaler(), ["b"]), ("d", "drop", ["a"])]).fit(TABLE)
    assert feature_blocks(encoder, ["new", "b"]) == (block(0, 1, (1,), (1,)),)


def test_an_identity_function_passes_the_names_on() -> None:
    encoder = ColumnTransformer([("s", StandardScaler(), ["b"]), ("m", MinMaxScaler(), ["a"])])
    whole = make_pipeline(FunctionTransformer(), encoder).fit(TABLE)
    other = TABLE[["t", "b", "c", "a"]]
    blocks = feature_blocks(whole, list(other))
    assert blocks == (block(0, 1, (1,), (1,)), block(1, 2, (3,), (3,)))
    check_values(whole, other, blocks)


def test_a_weight_of_zero_is_not_exact() -> None:
    for encoder in (
        ColumnTransformer([("s", StandardScaler(), ["a", "b"])], transformer_weights={"s": 0}),
        FeatureUnion([("s", StandardScaler())], transformer_weights={"s": 0}),
    ):
        fitted = encoder.fit(TABLE[["a", "b"]])
        assert [b.exact for b in feature_blocks(fitted, ["a", "b"])] == [False, False]


def _upper(column: Any) -> Any:
    return column.str.upper() if isinstance(column, pd.Series) else column.iloc[:, 0].str.upper()


def test_functions_before_a_vectorizer_need_no_sample() -> None:
    pipeline = make_pipeline(FunctionTransformer(_upper), CountVectorizer(token_pattern=r"\w"))
    encoder = ColumnTransformer([("t", pipeline, "t"), ("l", FunctionTransformer(lambda x: x * 2), ["a"])]).fit(TABLE)
    assert feature_blocks(encoder, list(TABLE)) == (block(0, 2, (3,), (3,)), block(2, 3, (0,), ()))


def test_the_one_branch_of_a_union_that_does_not_tell_its_width_has_what_is_left() -> None:
    lengths = FunctionTransformer(lambda x: np.array([[len(t), 0] for t in x]))
    encoder = ColumnTransformer([("t", FeatureUnion([("l", lengths), ("t", TOKENS)]), "t")]).fit(TABLE)
    assert feature_blocks(encoder, list(TABLE)) == (block(0, 2, (3,), ()), block(2, 4, (3,), (3,)))


def test_a_width_nobody_tells_is_found_with_a_sample() -> None:
    twice = FunctionTransformer(lambda x: np.hstack([x, x])).fit(TABLE[["a", "b"]])
    with pytest.raises(LineageError) as error:
        feature_blocks(twice, ["a", "b"])
    assert str(error.value) == (
        "How many features FunctionTransformer makes is not known. "
        "Hint: give it get_feature_names_out, or pass some rows as table_sample."
    )
    assert feature_blocks(twice, ["a", "b"], TABLE[["a", "b"]].head(1)) == (block(0, 4, (0, 1), (), exact=False),)
    chained = Pipeline([("s", MinMaxScaler()), ("f", twice)]).fit(TABLE[["a", "b"]])
    assert feature_blocks(chained, ["a", "b"], TABLE[["a", "b"]]) == (block(0, 4, (0, 1), (0, 1), exact=False),)


@pytest.mark.parametrize(
    "unfitted",
    [
        StandardScaler(),
        ColumnTransformer([("s", StandardScaler(), ["a"])]),
        make_pipeline(StandardScaler(), PCA()),
        FeatureUnion([("s", OneHotEncoder())]),
        CountVectorizer(),
    ],
    ids=lambda t: type(t).__name__,
)
def test_an_unfitted_encoder_is_refused(unfitted: Any) -> None:
    with pytest.raises(LineageError, match="is not fitted, so its features are not known"):
        feature_blocks(unfitted, ["a"])


def test_columns_that_do_not_fit_are_refused() -> None:
    scaler = StandardScaler().fit(TABLE[["a", "b"]])
    with pytest.raises(LineageError, match="StandardScaler was fitted on 2 columns, but is given 3"):
        feature_blocks(scaler, [0, 1, 2])
    with pytest.raises(LineageError, match="was fitted on other columns, or in another order: a, b"):
        feature_blocks(scaler, ["b", "a"])
    encoder = ColumnTransformer([("s", scaler, ["b"])]).fit(TABLE)
    with pytest.raises(UnknownColumnError, match="There is no column 'b'"):
        feature_blocks(encoder, ["a", "c", "t"])
    with pytest.raises(LineageError, match="ColumnTransformer was fitted on 4 columns, but is given 3"):
        feature_blocks(encoder, range(3))
