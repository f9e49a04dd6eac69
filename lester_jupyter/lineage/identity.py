"""Which record is which, across re-reads: a hash of a record's content and of how many equal ones came before it.

Positions would not do: they move when a record is deleted. The hash of one column's value does not depend on the other
rows either: pandas types a column by all of its values, so a number hashes the same whether its column was read as
integers, floats or text, and so does a truth value. (Integers past 2**53 hash as their nearest float, as they would be
read beside a missing value.) Nothing here depends on the process, the platform or a library's own hash function.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from lester_jupyter.lineage.steps import Hashes, mix
from lester_jupyter.lineage.texts import edge_bytes, text_hashes

_MISSING = np.uint64(0xD1B54A32D192ED03)
_TIME = np.uint64(0x8CB92BA72F3D8DD7)
_TRUTH_VALUES = {True: ("True", "TRUE", "true"), False: ("False", "FALSE", "false")}  # as pandas reads them
_NUMBER = (
    r"^[ \t\r\n\v\f]*[+-]?"
    r"(([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?|[iI][nN][fF]([iI][nN][iI][tT][yY])?)"
    r"[ \t\r\n\v\f]*$"
)
"""Texts that pandas reads as numbers."""
_FIRST, _LAST = (
    np.isin(np.arange(256), list(edge)) for edge in (b"0123456789+-. \t\r\n\v\fiI", b"0123456789. \t\r\n\v\ffFyY")
)
"""For each byte, whether a number can begin or end with it."""
_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)


def record_identity(table: pd.DataFrame) -> Hashes:
    """One 64-bit hash a record, shape (n_rows,); equal records are numbered in their order."""
    content = content_identity(table)
    return mix(content ^ mix(_occurrence(content)))


def content_identity(table: pd.DataFrame) -> Hashes:
    """One 64-bit hash a record, shape (n_rows,); equal records have the same."""
    content = np.zeros(len(table), np.uint64)
    for position in range(table.shape[1]):
        content = mix(content ^ _value_hashes(table.iloc[:, position]))
    return content


def _occurrence(content: Hashes) -> Hashes:
    """How many equal values stand before each."""
    ordered = np.sort(content)
    if not (ordered[1:] == ordered[:-1]).any():
        return np.zeros(len(content), np.uint64)
    repeated = np.flatnonzero(pd.Series(content).duplicated(keep=False).to_numpy())
    values = pd.Series(content[repeated])
    before = np.zeros(len(content), np.uint64)
    before[repeated] = values.groupby(values).cumcount().to_numpy()
    return before


def _value_hashes(values: pd.Series) -> Hashes:
    """One hash a value; the same for equal values of any type."""
    dtype = values.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        known = _value_hashes(pd.Series(values.cat.categories))
        return np.append(known, _MISSING)[values.cat.codes.to_numpy()]
    if _holds_text(dtype):
        hashed = _text_column(values)
    elif pd.api.types.is_bool_dtype(dtype):
        true, false = (hashed[0] for hashed in _truth_hashes())
        hashed = np.where(values.to_numpy(dtype=bool, na_value=False), true, false)
    elif pd.api.types.is_numeric_dtype(dtype) and not pd.api.types.is_complex_dtype(dtype):
        hashed = _number_hashes(values.to_numpy(dtype=np.float64, na_value=np.nan))
    elif isinstance(dtype, pd.DatetimeTZDtype) or pd.api.types.is_datetime64_dtype(dtype):
        hashed = _datetime_column(values)
    else:
        hashed = _object_column(values.tolist())
    missing = values.isna().to_numpy(dtype=bool)
    return np.where(missing, _MISSING, hashed) if missing.any() else hashed


def _holds_text(dtype: Any) -> bool:
    return isinstance(dtype, pd.StringDtype) or (
        isinstance(dtype, pd.ArrowDtype)
        and (pa.types.is_string(dtype.pyarrow_dtype) or pa.types.is_large_string(dtype.pyarrow_dtype))
    )


def _number_hashes(numbers: npt.NDArray[np.float64]) -> Hashes:
    return mix((numbers + 0.0).view(np.uint64))  # + 0.0: -0.0 is 0.0


def _text_column(values: pd.Series) -> Hashes:
    """Hashes of text; of what a number or a truth value reads as, where it reads as one. Missing ones are arbitrary."""
    try:
        column = pa.array(values.array)
    except UnicodeEncodeError:  # lone surrogates, which pandas' Python-backed text can hold
        return _object_column(values.tolist())
    chunks = column.chunks if isinstance(column, pa.ChunkedArray) else [column]
    return np.concatenate([np.zeros(0, np.uint64), *map(_text_chunk, chunks)])


@cache
def _truth_hashes() -> tuple[Hashes, ...]:
    """The hashes of the texts that are read as true, and of those that are read as false."""
    return tuple(text_hashes(pa.array(names)) for names in _TRUTH_VALUES.values())


def _text_chunk(texts: pa.Array) -> Hashes:
    hashed = text_hashes(texts)
    for meant, *spelled in _truth_hashes():
        for other in spelled:
            hashed[hashed == other] = meant
    first, last = edge_bytes(texts)
    rows = np.flatnonzero(_FIRST[first] & _LAST[last])
    if len(rows):
        likely = texts if len(rows) == len(texts) else texts.take(pa.array(rows))
        numeric = pc.fill_null(pc.match_substring_regex(likely, _NUMBER), False)
        written = pc.ascii_trim_whitespace(likely.filter(numeric))
        hashed[rows[numeric.to_numpy(zero_copy_only=False)]] = _number_hashes(pc.cast(written, pa.float64()).to_numpy())
    return hashed


def _datetime_column(values: pd.Series) -> Hashes:
    """Hashes of points in time, whatever the unit of the column."""
    utc = values.dt.tz_convert(None) if isinstance(values.dtype, pd.DatetimeTZDtype) else values
    times = utc.to_numpy()
    seconds = times.astype("datetime64[s]")
    return _time_hashes(seconds.astype(np.int64), (times - seconds).astype("timedelta64[ns]").astype(np.int64))


def _time_hashes(seconds: npt.NDArray[np.int64], nanoseconds: npt.NDArray[np.int64]) -> Hashes:
    return mix(mix(seconds.view(np.uint64) ^ _TIME) ^ nanoseconds.view(np.uint64))


def _object_column(values: Sequence[Any]) -> Hashes:
    """Hashes of Python objects: of points in time, and of all others' text."""
    texts: list[bytes] = []
    times: list[tuple[int, int, int]] = []
    for row, value in enumerate(values):
        if isinstance(value, datetime.datetime) and value == value:  # noqa: PLR0124 - NaT
            times.append((row, *_since_epoch(value)))
        texts.append(_text(value).encode("utf-8", "surrogatepass"))
    whole = pa.array(texts, pa.large_binary())
    try:
        hashed = _text_chunk(whole.cast(pa.large_string()))
    except pa.ArrowInvalid:  # lone surrogates: text that is no text
        hashed = np.concatenate(
            [text_hashes(pa.array([t], pa.large_binary())) if b"\xed" in t else _text_chunk(_as_text(t)) for t in texts]
        )
    if times:
        rows, seconds, nanoseconds = np.array(times, np.int64).T.copy()
        hashed[rows] = _time_hashes(seconds, nanoseconds)
    return hashed


def _as_text(encoded: bytes) -> pa.Array:
    return pa.array([encoded.decode()], pa.large_string())


def _since_epoch(value: datetime.datetime) -> tuple[int, int]:
    """Seconds and nanoseconds since 1970; times without a zone are read as UTC."""
    distance = (value if value.tzinfo else value.replace(tzinfo=datetime.UTC)) - _EPOCH
    nanoseconds = distance.microseconds * 1000 + getattr(value, "nanosecond", 0)
    return distance.days * 86_400 + distance.seconds, nanoseconds


def _text(value: Any) -> str:
    """The text of a value, without what differs from process to process: the order of sets, and addresses."""
    if isinstance(value, str):
        return value
    if isinstance(value, set | frozenset):
        return str(sorted(map(_text, value)))
    if isinstance(value, np.ndarray):
        return str(value.tolist())  # its own text leaves out the middle
    text = str(value)
    return type(value).__qualname__ if f"{id(value):x}" in text else text
