"""Expensive transformers see each distinct row once."""

from __future__ import annotations

import pickle
import threading
import time
import warnings
from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.compose import ColumnTransformer
from sklearn.feature_extraction.text import CountVectorizer, HashingVectorizer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler, TargetEncoder
from sklearn.utils.estimator_checks import check_estimator

from lester_jupyter.encoding import PerDistinctValue, feature_blocks
from lester_jupyter.encoding.distinct import _CACHE, forget_made_rows
from lester_jupyter.encoding.row_cache import Row, RowCache
from lester_jupyter.encoding.row_keys import row_keys
from lester_jupyter.encoding.undisturbed import undisturbed
from lester_jupyter.errors import UsageError

SEEN: Counter[Any] = Counter()
"""How often any `Embedding` was given each value; not part of its content."""


class Embedding(TransformerMixin, BaseEstimator):
    """A stand-in for a language model: three numbers from the text, the same for the same text."""

    def __init__(self, scale: float = 1.0, seconds: float = 0.0) -> None:
        self.scale = scale
        self.seconds = seconds

    def fit(self, X, y=None):
        self.n_features_in_ = 1
        return self

    def transform(self, X):
        values = np.ravel(X.to_numpy() if hasattr(X, "to_numpy") else np.asarray(X, dtype=object))
        time.sleep(self.seconds)
        SEEN.update(map(repr, values))
        return np.array([[self.scale * sum(map(ord, str(v))), len(str(v)), v is None] for v in values], dtype=float)

    def get_feature_names_out(self, input_features=None):
        return np.array(["e0", "e1", "e2"], dtype=object)


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    SEEN.clear()
    forget_made_rows()
    yield
    forget_made_rows()


TEXTS = pd.Series(["good", "bad", "good", "ugly", "good", "bad"])


def test_each_distinct_text_is_embedded_once() -> None:
    wrapped = PerDistinctValue(Embedding(), probe=0)
    first = wrapped.fit_transform(TEXTS)
    again = wrapped.transform(TEXTS)
    more = wrapped.transform(pd.Series(["bad", "new", "new"]))
    assert SEEN == {"'good'": 1, "'bad'": 1, "'ugly'": 1, "'new'": 1}
    np.testing.assert_array_equal(first, Embedding().fit(TEXTS).transform(TEXTS))
    np.testing.assert_array_equal(again, first)
    np.testing.assert_array_equal(more, Embedding().transform(pd.Series(["bad", "new", "new"])))


def test_the_check_embeds_only_a_few_rows_again_and_only_at_first() -> None:
    texts = pd.Series([f"text {i % 50}" for i in range(200)])
    wrapped = PerDistinctValue(Embedding()).fit(texts)
    wrapped.transform(texts)
    assert sum(SEEN.values()) == 50 + 3 + 1
    wrapped.transform(texts + "!")
    assert sum(SEEN.values()) == 50 + 3 + 1 + 50


def test_clones_copies_and_second_runs_share_what_was_made() -> None:
    encode = ColumnTransformer([("t", PerDistinctValue(Embedding(), probe=0), "t")])
    table = pd.DataFrame({"t": TEXTS})
    first = encode.fit_transform(table)  # it fits a clone
    second = clone(encode).fit(table)
    np.testing.assert_array_equal(second.transform(table), first)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(second)).transform(table), first)
    assert set(SEEN.values()) == {1}


def test_another_content_of_the_transformer_makes_its_own_rows() -> None:
    one = PerDistinctValue(Embedding(1.0)).fit_transform(TEXTS)
    two = PerDistinctValue(Embedding(2.0)).fit_transform(TEXTS)
    np.testing.assert_array_equal(two[:, 0], 2 * one[:, 0])


def test_another_fit_makes_its_own_rows() -> None:
    small, large = pd.DataFrame({"x": [1.0, 2, 3]}), pd.DataFrame({"x": [10.0, 20, 30]})
    for train in (small, large):
        wrapped = PerDistinctValue(StandardScaler()).fit(train)
        np.testing.assert_array_equal(wrapped.transform(small), StandardScaler().fit(train).transform(small))


def test_a_function_that_was_written_anew_is_another_one() -> None:
    """In a notebook a cell is edited and run again: same name, other code."""
    results = []
    for factor in (1, 2):
        space: dict[str, Any] = {"__name__": "__main__", "np": np}
        exec(f"FACTOR = {factor}\ndef embed(x): return np.asarray(x, float) * FACTOR", space)
        results.append(PerDistinctValue(FunctionTransformer(space["embed"])).fit_transform(np.array([[1.0], [2.0]])))
    np.testing.assert_array_equal(results[1], 2 * results[0])


def test_a_global_of_the_notebook_that_changed_makes_other_rows() -> None:
    space: dict[str, Any] = {"__name__": "__main__", "np": np, "FACTOR": 1}
    exec("def inner(x): return x * FACTOR\ndef embed(x): return inner(np.asarray(x, float))", space)
    wrapped = PerDistinctValue(FunctionTransformer(space["embed"])).fit(np.array([[1.0]]))
    rows = np.array([[1.0], [2.0]])
    np.testing.assert_array_equal(wrapped.transform(rows), rows)
    space["FACTOR"] = 3
    np.testing.assert_array_equal(wrapped.transform(rows), 3 * rows)


class Lazy(Embedding):
    """Loads its model when it is first needed, and counts its calls: its content changes with every call."""

    def transform(self, X):
        self.model_ = "loaded"
        self.calls_ = getattr(self, "calls_", 0) + 1
        return super().transform(X)


def test_a_model_that_is_loaded_on_first_use_keeps_its_rows() -> None:
    wrapped = PerDistinctValue(Lazy(), probe=0).fit(TEXTS)
    wrapped.transform(TEXTS)
    wrapped.transform(pd.Series(["good", "new"]))
    wrapped.transform(pd.Series(["new", "bad"]))
    assert set(SEEN.values()) == {1}


class Locked(Embedding):
    """Cannot be pickled."""

    def fit(self, X, y=None):
        self.lock_ = threading.Lock()
        return super().fit(X)


def test_a_transformer_that_cannot_be_pickled_has_its_rows_to_itself() -> None:
    one, other = (PerDistinctValue(Locked(), probe=0).fit(TEXTS) for _ in range(2))
    np.testing.assert_array_equal(one.transform(TEXTS), one.transform(TEXTS))
    assert set(SEEN.values()) == {1}
    other.transform(TEXTS)
    assert set(SEEN.values()) == {2}


def test_nothing_of_the_cache_is_pickled() -> None:
    texts = pd.Series([f"secret {i}" for i in range(500)])
    wrapped = PerDistinctValue(Embedding()).fit(texts)
    size = len(pickle.dumps(wrapped))
    wrapped.transform(texts)
    stored = pickle.dumps(wrapped)
    assert len(stored) == size
    assert b"secret" not in stored


def test_threads_make_no_row_twice() -> None:
    wrapped = PerDistinctValue(Embedding(seconds=0.02), probe=0).fit(TEXTS)
    results: list[np.ndarray] = []
    threads = [threading.Thread(target=lambda: results.append(wrapped.transform(TEXTS))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(SEEN.values()) == {1}
    assert len(results) == 8
    assert all(np.array_equal(r, results[0]) for r in results)


def test_missing_values_of_each_kind_are_values() -> None:
    column = pd.Series([None, float("nan"), "", "nan", "None", None, float("nan"), pd.NA, pd.NaT], dtype=object)
    wrapped = PerDistinctValue(Embedding(), probe=0).fit(column)
    made = wrapped.transform(column)
    assert dict(SEEN) == dict.fromkeys(["None", "nan", "''", "'nan'", "'None'", "<NA>", "NaT"], 1)
    np.testing.assert_array_equal(made, Embedding().transform(column))


def test_values_of_different_types_are_different() -> None:
    values = [1, 1.0, True, "1", b"1", np.float32(1), np.int64(1), pd.Timestamp(1), (1,), [1], "True", -0.0, 0.0, 0]
    assert len(set(row_keys(values))) == len(values)
    assert row_keys(["a", float("nan"), None]) == row_keys(["a", -float("nan"), None])
    assert row_keys(pd.DataFrame({"a": ["x", "xy"], "b": ["yz", "z"]}))[0] != row_keys(["x", "xyz"])[0]
    pairs = row_keys(pd.DataFrame({"a": ["x", "xy"], "b": ["yz", "z"]}))
    assert pairs[0] != pairs[1]


def test_sparse_outputs_stay_sparse() -> None:
    wrapped = PerDistinctValue(CountVectorizer()).fit(TEXTS)
    plain = CountVectorizer().fit_transform(TEXTS)
    for _ in range(2):
        made = wrapped.transform(TEXTS)
        assert type(made) is type(plain)
        np.testing.assert_array_equal(made.toarray(), plain.toarray())
        assert made.dtype == plain.dtype
    assert list(wrapped.get_feature_names_out()) == ["bad", "good", "ugly"]


def test_tables_arrays_lists_and_sparse_inputs_work() -> None:
    rows = np.array([[1.0, 2], [3, 4], [1, 2], [np.nan, 0]])
    for table in (rows, pd.DataFrame(rows), pd.DataFrame({"a": [1, 2, 1], "b": [0.5, np.nan, 0.5]})):
        plain = SimpleImputer().fit(table)
        np.testing.assert_array_equal(PerDistinctValue(SimpleImputer()).fit_transform(table), plain.transform(table))
    for kind in (sparse.csr_matrix, sparse.csc_array):
        table = kind(np.nan_to_num(rows))
        plain = StandardScaler(with_mean=False).fit(table)
        made = PerDistinctValue(StandardScaler(with_mean=False)).fit_transform(table)
        np.testing.assert_allclose(made.toarray(), plain.transform(table).toarray())
    hashed = PerDistinctValue(HashingVectorizer(n_features=8)).fit_transform(["a b", "b", "a b"])
    assert hashed.shape == (3, 8)
    assert PerDistinctValue(CountVectorizer()).fit(["one", "two"]).transform([]).shape == (0, 2)


def test_set_output_and_column_transformers_work() -> None:
    table = pd.DataFrame({"t": list(TEXTS), "c": list("xyzxyz")}, index=[5, 3, 1, 0, 2, 4])
    encode = ColumnTransformer(
        [("t", PerDistinctValue(Embedding()), "t"), ("c", PerDistinctValue(OneHotEncoder(sparse_output=False)), ["c"])]
    ).set_output(transform="pandas")
    made = encode.fit_transform(table)
    assert list(made.columns) == ["t__e0", "t__e1", "t__e2", "c__c_x", "c__c_y", "c__c_z"]
    assert list(made.index) == [5, 3, 1, 0, 2, 4]
    assert made.loc[3, "t__e1"] == 3
    alone = PerDistinctValue(OneHotEncoder(sparse_output=False)).set_output(transform="pandas")
    assert list(alone.fit_transform(table[["c"]]).columns) == ["c_x", "c_y", "c_z"]


def test_wrapping_leaves_the_transformer_as_it_was() -> None:
    inner = Embedding()
    wrapped = PerDistinctValue(inner).fit(TEXTS)
    assert wrapped.transformer is inner
    assert not hasattr(inner, "n_features_in_")
    assert wrapped.n_features_in_ == 1
    assert clone(wrapped).get_params(deep=True)["transformer__scale"] == 1.0


def test_its_column_lineage_is_that_of_the_transformer_inside() -> None:
    table = pd.DataFrame({"n": [1.0, 2, 3], "c": ["x", "y", "x"], "t": ["a b", "c", "a"]})
    plain = [("c", OneHotEncoder(), ["c"]), ("t", CountVectorizer(token_pattern=r"\w"), "t")]
    wrapped = [(name, PerDistinctValue(part), spec) for name, part, spec in plain]
    told = [feature_blocks(ColumnTransformer(parts).fit(table), list(table)) for parts in (plain, wrapped)]
    assert told[0] == told[1]


class Centred(TransformerMixin, BaseEstimator):
    """Looks at the whole batch."""

    def fit(self, X, y=None):
        return self

    def transform(self, X):
        return np.asarray(X, float) - np.mean(np.asarray(X, float), axis=0)


class Numbered(Centred):
    """Numbers the rows."""

    def transform(self, X):
        return np.arange(len(X), dtype=float)[:, None]


class Noisy(Centred):
    """Draws at random."""

    def transform(self, X):
        return np.random.default_rng().normal(size=(len(X), 1))


class Dropping(Centred):
    """Gives fewer rows."""

    def transform(self, X):
        return np.asarray(X)[1:]


@pytest.mark.parametrize("kind", [Centred, Numbered, Noisy, Dropping])
def test_a_transformer_that_does_not_work_row_by_row_is_refused(kind: type) -> None:
    wrapped = PerDistinctValue(kind()).fit(np.array([[1.0], [2], [4]]))
    for _ in range(2):  # and nothing wrong is kept for the next time
        with pytest.raises(UsageError, match=f"{kind.__name__} makes .*Hint: .*use it without"):
            wrapped.transform(np.array([[1.0], [2], [4], [1]]))
    assert len(_CACHE) == 0


def test_rows_that_came_one_by_one_are_checked_when_they_meet() -> None:
    wrapped = PerDistinctValue(Centred()).fit(np.array([[1.0]]))
    assert wrapped.transform(np.array([[1.0]])) == wrapped.transform(np.array([[2.0]])) == [[0.0]]
    with pytest.raises(UsageError, match="among other rows"):
        wrapped.transform(np.array([[1.0], [2.0]]))


class Rounded(Centred):
    """A network in single precision: the size of the batch changes the last digits."""

    def transform(self, X):
        return (np.asarray(X, np.float32) * np.float32(1 + 1e-6 * len(X))).astype(np.float32)


def test_rounding_of_single_precision_is_no_difference_and_a_tolerance_can_be_given() -> None:
    rows = np.array([[1.0], [2], [4]])
    assert PerDistinctValue(Rounded()).fit(rows).transform(rows).dtype == np.float32
    forget_made_rows()
    with pytest.raises(UsageError, match="tolerance"):
        PerDistinctValue(Rounded(), tolerance=1e-9).fit(rows).transform(rows)


def test_target_encoding_is_refused_even_inside_a_pipeline() -> None:
    table = pd.DataFrame({"c": list("xyxyxy")})
    with pytest.raises(UsageError, match="TargetEncoder encodes the rows it is fitted on by other rows"):
        PerDistinctValue(make_pipeline(TargetEncoder())).fit(table, [0, 1, 0, 1, 0, 1])


def test_the_cache_stays_within_its_limit_and_lets_the_oldest_go() -> None:
    row = Row(np.zeros(100), None, 100, None)
    cache = RowCache(max_bytes=10 * row.n_bytes)
    shelf = cache.shelf("transformer")
    for i in range(25):
        cache.put(shelf, b"%d" % i, row)
        cache.get(shelf, b"0")  # used all the time
    assert len(cache) == 10
    assert cache.n_bytes == 10 * row.n_bytes
    assert cache.get(shelf, b"0") is row
    assert cache.get(shelf, b"1") is None
    assert cache.get(shelf, b"24") is row
    cache.clear()
    assert (len(cache), cache.n_bytes) == (0, 0)


def test_a_cache_too_small_for_one_call_changes_no_result(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_CACHE, "max_bytes", 1000)
    texts = pd.Series([f"text {i % 50}" for i in range(100)])
    np.testing.assert_array_equal(PerDistinctValue(Embedding()).fit_transform(texts), Embedding().transform(texts))


def test_it_keeps_the_contract_of_scikit_learn() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        results = check_estimator(PerDistinctValue(StandardScaler()), on_fail=None)
    failed = {r["check_name"]: r["exception"] for r in results if r["status"] not in {"passed", "skipped"}}
    assert not failed
    assert sum(r["status"] == "passed" for r in results) > 30


@settings(max_examples=40, derandomize=True, deadline=None)
@given(st.lists(st.lists(st.sampled_from(["a", "b", "", None, 1, 1.0, True, float("nan")]), max_size=6), max_size=4))
def test_any_sequence_of_calls_gives_what_the_transformer_gives(calls: list[list[Any]]) -> None:
    forget_made_rows()
    wrapped = PerDistinctValue(Embedding()).fit(TEXTS)
    for values in calls:
        column = pd.Series(values, dtype=object)
        if values:
            np.testing.assert_array_equal(wrapped.transform(column), Embedding().transform(column))


def test_equal_texts_of_other_categories_are_other_rows() -> None:
    codes = PerDistinctValue(FunctionTransformer(lambda X: X.apply(lambda column: column.cat.codes).to_numpy()))
    first, second = (pd.DataFrame({"c": pd.Categorical(list("abab"), order)}) for order in (["a", "b"], ["b", "a"]))
    codes.fit(first)
    assert codes.transform(first).ravel().tolist() == [0, 1, 0, 1]
    assert codes.transform(second).ravel().tolist() == [1, 0, 1, 0]


def test_a_probe_asks_the_transformer_and_not_what_is_kept_of_it() -> None:
    asked: list[int] = []

    def counted(table: pd.DataFrame) -> pd.DataFrame:
        asked.append(len(table))
        return table * 2

    fitted = PerDistinctValue(FunctionTransformer(counted), probe=0)
    table = pd.DataFrame({"x": [1.0, 2.0, 1.0]})
    fitted.fit_transform(table)
    assert asked == [2]
    with undisturbed():
        fitted.transform(table)
    assert asked == [2, 3]
