"""Random ColumnTransformers against the shuffle oracle.

`LESTER_EXAMPLES=2000 pytest tests/encoding/test_column_transformers.py` looks longer than every day.
"""

from __future__ import annotations

import os

import numpy as np
from column_transformers import LABEL, Encoder, encoders
from hypothesis import HealthCheck, given, settings
from shuffling import by_feature, check_fits, check_values, fit, transformed

from lester_jupyter.encoding import feature_blocks, named_blocks
from lester_jupyter.encoding.columns import positions

EXAMPLES = int(os.environ.get("LESTER_EXAMPLES", "0"))


def examples(n: int) -> settings:
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large]
    return settings(max_examples=EXAMPLES or n, derandomize=not EXAMPLES, deadline=None, suppress_health_check=checks)


@examples(15)
@given(encoders())
def test_lineage_is_what_the_shuffle_oracle_sees(encoder: Encoder) -> None:
    fitted = fit(encoder.transformer, encoder.table, LABEL)
    blocks = feature_blocks(fitted, list(encoder.table))
    check_values(fitted, encoder.table, blocks)
    check_fits(encoder.transformer, encoder.table, LABEL, fitted, blocks, trials=1)


@examples(20)
@given(encoders())
def test_named_blocks_are_the_blocks_by_transformer(encoder: Encoder) -> None:
    fitted = fit(encoder.transformer, encoder.table, LABEL)
    columns = list(encoder.table)
    named = named_blocks(fitted, columns)
    features = by_feature(feature_blocks(fitted, columns))
    assert [(n.start, n.stop) for n in named] == [
        (s.start, s.stop) for s in sorted(fitted.output_indices_.values(), key=lambda s: s.start) if s.stop > s.start
    ]
    for entry in named:
        assert fitted.output_indices_[entry.name] == slice(entry.start, entry.stop)
        assert list(entry.columns) == list(fitted._transformer_to_input_indices[entry.name])
        for block in entry.blocks:
            assert set(block.values + block.fits) <= set(entry.columns)
            for k in range(block.start, block.stop):
                assert (features[k].values, features[k].fits) == (block.values, block.fits)


@examples(20)
@given(encoders())
def test_column_specifications_are_read_as_scikit_learn_reads_them(encoder: Encoder) -> None:
    fitted = fit(encoder.transformer, encoder.table, LABEL)
    for name, _, spec in fitted.transformers_:
        found = positions(spec, list(fitted.feature_names_in_), fitted.n_features_in_)
        assert list(found) == [int(i) for i in fitted._transformer_to_input_indices[name]]


@examples(10)
@given(encoders())
def test_a_table_in_another_order_with_more_columns_is_read_by_name(encoder: Encoder) -> None:
    fitted = fit(encoder.transformer, encoder.table, LABEL)
    other = encoder.table.assign(extra=1.0)[["extra", *list(encoder.table)[::-1]]]
    np.testing.assert_array_equal(transformed(fitted, other), transformed(fitted, encoder.table))
    check_values(fitted, other, feature_blocks(fitted, list(other)))
