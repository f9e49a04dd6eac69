from __future__ import annotations

import datetime as dt
import math
import uuid
from collections import Counter, OrderedDict, defaultdict, deque
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from lester_jupyter.rewriting.sandbox.wire import MAGIC, NotEncodableError, WireError, decode, encode

EXACT = [
    None,
    True,
    0,
    2**53 + 1,
    -(2**63),
    2**4000,
    1.5,
    -0.0,
    5e-324,
    math.inf,
    -math.inf,
    "",
    "é😀\x00",
    "\ud800\udc00",
    b"\x00\xff",
    [],
    [1, (2, [3])],
    {"b": 1, "a": 2, 3: None, (1, 2): {"x"}, None: frozenset({1})},
    {1, "a", None},
    dt.date(1, 1, 1),
    dt.datetime(2022, 1, 5, 7, 8, 9, 10),  # noqa: DTZ001
    dt.datetime(2022, 1, 5, tzinfo=dt.UTC),
    dt.time(1, 2),
    dt.timedelta(days=-1, microseconds=3),
    Decimal("1.10"),
    Path("a/b"),
    uuid.UUID(int=7),
    range(2, 9, 3),
    complex(1, -2),
    deque([1, 2]),
    pd.Timestamp("2020-01-01 00:00:00.000000001"),
    pd.Timedelta(5, unit="ns"),
]


@pytest.mark.parametrize("value", EXACT, ids=repr)
def test_decode_of_encode_is_the_same_value_and_type(value):
    again = decode(encode(value))
    assert again == value
    assert type(again) is type(value)


def test_negative_zero_keeps_its_sign():
    assert math.copysign(1, decode(encode(-0.0))) == -1


def test_dictionaries_keep_their_order_and_lose_their_class():
    assert list(decode(encode({"b": 1, "a": 2}))) == ["b", "a"]
    for value in (Counter("aab"), defaultdict(list, {"a": [1]}), OrderedDict(a=1)):
        assert decode(encode(value)) == dict(value)
        assert type(decode(encode(value))) is dict


def test_missing_values_stay_apart():
    values = decode(encode([None, float("nan"), pd.NA, pd.NaT]))
    assert values[0] is None
    assert math.isnan(values[1])
    assert values[2] is pd.NA
    assert values[3] is pd.NaT


def test_numpy_scalars_become_python_scalars():
    assert decode(encode([np.int64(2**62), np.float32(0.5), np.bool_(True), np.str_("a")])) == [2**62, 0.5, True, "a"]


FRAMES = [
    pd.DataFrame(
        {"a": [1, 2], "b": ["x", None], "c": [1.5, np.nan], "d": pd.to_datetime(["2020-01-01", None])}, index=[5, 7]
    ),
    pd.DataFrame({"mixed": [1, "x", None, (1, 2)], "big": [2**70, 1, 2, 3]}),
    pd.DataFrame({"cat": pd.Categorical(["x", None, "y"], ordered=True), "int": pd.array([1, None, 3], dtype="Int64")}),
    pd.DataFrame(
        {"zone": pd.to_datetime(["2020-01-01", None]).tz_localize("Europe/Berlin"), "delta": pd.to_timedelta([1, 2])}
    ),
    pd.DataFrame([[1, 2], [3, 4]], columns=["same", "same"]),
    pd.DataFrame({("a", "b"): [1], ("a", "c"): [2]}),
    pd.DataFrame({"k": list("aab"), "v": [1, 2, 3]}).groupby("k").agg(["sum", "max"]),
    pd.DataFrame({"k": list("aab"), "x": [1, 2, 3], "v": [1, 2, 3]}).groupby(["k", "x"]).sum(),
    pd.DataFrame({"s": ["\ud800", "b"]}, dtype=object),
    pd.DataFrame({"n": pd.array(["a", None], dtype="string"), "u": np.array([1, 255], dtype="uint8")}),
]


@pytest.mark.parametrize("frame", FRAMES, ids=lambda frame: "/".join(map(str, frame.columns)))
def test_frames_keep_values_dtypes_labels_and_index(frame):
    pd.testing.assert_frame_equal(decode(encode(frame)), frame)


def test_empty_frames_and_series_round_trip():
    assert decode(encode(pd.DataFrame())).shape == (0, 0)
    assert decode(encode(pd.DataFrame({"a": []}))).columns.tolist() == ["a"]
    assert decode(encode(pd.DataFrame(index=[1, 2]))).shape == (2, 0)
    pd.testing.assert_series_equal(
        decode(encode(pd.Series([1, 2], ["a", "b"], name="s"))), pd.Series([1, 2], ["a", "b"], name="s")
    )


@pytest.mark.parametrize(
    "array",
    [
        np.arange(6).reshape(2, 3),
        np.array(["a", "ßß"]),
        np.array([None, "x", 1], dtype=object),
        np.array([[1, 2], [3, 4]], dtype=object),
        np.array(["2020-01-01", "NaT"], dtype="M8[D]"),
        np.zeros((0, 4), dtype="float32"),
        np.array(5),
    ],
    ids=str,
)
def test_arrays_keep_values_shape_and_dtype(array):
    again = decode(encode(array))
    assert again.dtype == array.dtype
    np.testing.assert_array_equal(again, array)


def test_sparse_matrices_keep_format_and_values():
    matrix = sparse.csc_matrix(np.eye(3))
    again = decode(encode(matrix))
    assert again.format == "csc"
    assert (again != matrix).nnz == 0


class Sly:
    def __reduce__(self):
        return (print, ("pickled!",))


def _endless():
    endless = []
    endless.append(endless)
    return endless


@pytest.mark.parametrize(
    "value",
    [
        object(),
        Sly(),
        [Sly()],
        {"a": lambda: 1},
        print,
        iter([]),
        _endless(),
        np.ma.masked_array([1], [True]),
        np.array([Sly()]),
    ],
)
def test_what_has_no_encoding_is_named(value):
    with pytest.raises(NotEncodableError, match="Not comparable: "):
        encode(value)


def test_the_type_of_what_has_no_encoding_is_in_the_message():
    with pytest.raises(NotEncodableError, match=r"^Not comparable: .*test_wire\.Sly\.$"):
        encode({"deep": [Sly()]})


def test_too_large_values_are_refused_early():
    with pytest.raises(NotEncodableError, match="large"):
        encode(["x" * 100] * 1000, limit=10_000)
    with pytest.raises(NotEncodableError, match="larger than"):
        encode(np.zeros(100_000), limit=10_000)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        MAGIC,
        encode([1, 2])[:-3],
        encode(np.zeros(9))[:-3],
        encode("x").replace(b'"x"', b'{"$":"eval","v":1}'),
        b"\x80\x04N.",
    ],
)
def test_broken_messages_are_refused(data):
    with pytest.raises(WireError):
        decode(data)


def test_arrays_with_pickled_objects_are_never_loaded():
    evil = encode(np.zeros(3)).replace(b"'descr': '<f8'", b"'descr': '|O' ")
    with pytest.raises(WireError, match="allow_pickle"):
        decode(evil)


scalars = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(st.characters()) | st.binary()
)
keys = st.text() | st.integers() | st.tuples(st.integers(), st.text())
values = st.recursive(
    scalars, lambda inner: st.lists(inner) | st.lists(inner).map(tuple) | st.dictionaries(keys, inner), max_leaves=25
)


@settings(max_examples=150, deadline=None)
@given(values)
def test_any_nested_value_round_trips(value):
    assert decode(encode(value)) == value
