"""Record identity: the same record has the same hash wherever it stands, different ones have different hashes."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from lester_jupyter.lineage.identity import record_identity
from lester_jupyter.lineage.steps import mix


def test_identity_tells_records_apart_and_numbers_equal_ones() -> None:
    table = pd.DataFrame({"a": ["x", "x", "y", "x"], "b": [1, 1, 1, 2]})
    found = record_identity(table)
    assert len(set(found)) == 4
    alone = record_identity(table.iloc[[0, 2, 3]])
    assert alone.tolist() == found[[0, 2, 3]].tolist()


def test_identity_knows_which_column_a_value_is_in() -> None:
    ab, ba = (record_identity(pd.DataFrame({"a": [x], "b": [y]}))[0] for x, y in (("1", "2"), ("2", "1")))
    assert ab != ba


def test_identity_of_missing_values_and_of_their_names_in_text_differ() -> None:
    values = pd.Series(["", "nan", "None", "0", None], dtype=object)
    assert len(set(record_identity(values.to_frame()))) == 5


def test_identity_is_the_same_for_all_types_that_hold_a_value() -> None:
    for column in (
        pd.Series([1, 7]),
        pd.Series([1.0, 7.0]),
        pd.Series(["1", "007"]),
        pd.Series([1, "7"], dtype=object),
    ):
        assert record_identity(column.to_frame()).tolist() == record_identity(pd.DataFrame({"x": [1, 7]})).tolist()
    for dtype in ("Int64", "float32", "int64[pyarrow]", "uint8"):
        typed = pd.Series([1, 7], dtype=dtype)
        assert record_identity(typed.to_frame()).tolist() == record_identity(pd.DataFrame({"x": [1, 7]})).tolist()
    for column in (pd.Series([True, False]), pd.Series(["True", "FALSE"]), pd.Series([True, False], dtype="boolean")):
        assert (
            record_identity(column.to_frame()).tolist()
            == record_identity(pd.DataFrame({"x": ["true", "false"]})).tolist()
        )


def test_identity_is_fixed_for_ever() -> None:
    """Splits that people have published must not move with a release; if this fails, the split is another one."""
    table = pd.DataFrame({"a": ["x", None], "b": [1, 2.5]})
    assert [hex(h) for h in record_identity(table)] == ["0x3b20d14ff2c22f90", "0x3c8ad6f1505ea2a5"]


@settings(max_examples=80, derandomize=True, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 3) | st.none()), max_size=8), st.data())
def test_identity_of_the_others_stays_when_a_record_goes(records: list[tuple[str, int]], data: st.DataObject) -> None:
    table = pd.DataFrame(records, columns=["a", "b"])
    whole = record_identity(table)
    for row in range(len(table)):
        if table.duplicated(keep=False)[row]:
            continue
        assert record_identity(table.drop(index=row)).tolist() == np.delete(whole, row).tolist()


def test_mix_spreads_neighbours() -> None:
    drawn = mix(np.arange(100_000, dtype=np.uint64)) / 2.0**64
    assert abs(drawn.mean() - 0.5) < 0.005
    assert np.histogram(drawn, 10)[0].min() > 9_600
