"""Transformers that take one thing a row: a text, a dictionary, a list of tokens."""

from __future__ import annotations

from typing import Any

from sklearn.feature_extraction import DictVectorizer, FeatureHasher
from sklearn.feature_extraction.text import CountVectorizer, HashingVectorizer, TfidfTransformer, TfidfVectorizer

from lester_jupyter.encoding.connections import Connections
from lester_jupyter.encoding.inputs import Inputs
from lester_jupyter.encoding.origins import Origins
from lester_jupyter.encoding.rules import rule


@rule(CountVectorizer, TfidfVectorizer, DictVectorizer)
def _vocabulary(fitted: Any, _inputs: Inputs) -> Origins:
    """All tokens or keys from the one column, which also shaped the vocabulary."""
    every = Connections.all_to_all(len(fitted.vocabulary_), 1)
    learned = getattr(fitted, "vocabulary", None) is None or isinstance(fitted, TfidfVectorizer)
    return Origins.of(every, every if learned else None)


@rule(HashingVectorizer, FeatureHasher)
def _hashed(fitted: Any, _inputs: Inputs) -> Origins:
    """All buckets from the one column; nothing is learned."""
    return Origins.of(Connections.all_to_all(fitted.n_features, 1))


@rule(TfidfTransformer)
def _tfidf(fitted: TfidfTransformer, inputs: Inputs) -> Origins:
    """Each output from all columns, since rows are normalised; without a norm from its own column."""
    own = Connections.identity(inputs.n)
    connected = own if fitted.norm is None else Connections.all_to_all(inputs.n, inputs.n)
    return Origins.of(connected, connected if fitted.use_idf else None)
