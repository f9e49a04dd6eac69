"""The binary side of the wire format: columns as Arrow IPC, arrays as `.npy`, both readable without running code."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

Pack = Callable[[Iterable[Any]], list[Any]]
Unpack = Callable[[Any, "Blobs"], list[Any]]


class Blobs:
    """The byte strings a message refers to by position."""

    def __init__(self, parts: list[bytes] | None = None) -> None:
        self._parts = parts if parts is not None else []

    def add(self, data: bytes) -> int:
        """Keeps a byte string and returns its position."""
        self._parts.append(data)
        return len(self._parts) - 1

    def get(self, position: int) -> bytes:
        """The byte string at a position."""
        if position < 0:
            raise IndexError(position)
        return self._parts[position]

    def dump(self) -> bytes:
        """All byte strings, each with its length in front."""
        return b"".join(struct.pack("<Q", len(part)) + part for part in self._parts)

    @classmethod
    def load(cls, data: bytes) -> Blobs:
        """Splits what `dump` joined.

        Raises:
            ValueError: the data is cut short.
        """
        parts = []
        start = 0
        while start < len(data):
            if start + 8 > len(data):
                raise ValueError("a blob is cut short")
            (length,) = struct.unpack("<Q", data[start : start + 8])
            start += 8
            if start + length > len(data):
                raise ValueError("a blob is cut short")
            parts.append(data[start : start + length])
            start += length
        return cls(parts)


def pack_array(array: np.ndarray, blobs: Blobs, pack: Pack) -> Any:
    """An array as `.npy`, or, when it holds Python objects, as its shape and packed items."""
    if array.dtype.hasobject:
        return {"shape": list(array.shape), "items": pack(array.ravel().tolist())}
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=False)
    return {"npy": blobs.add(buffer.getvalue())}


def unpack_array(tree: Any, blobs: Blobs, unpack: Unpack) -> np.ndarray:
    """The array of `pack_array`."""
    if "npy" in tree:
        loaded: np.ndarray = np.load(io.BytesIO(blobs.get(tree["npy"])), allow_pickle=False)
        return loaded
    return _objects(unpack(tree["items"], blobs)).reshape(tree["shape"])


def pack_column(column: pd.Series, blobs: Blobs, pack: Pack) -> Any:
    """One column: its dtype, and its values as Arrow where that is exact, else packed one by one."""
    dtype = column.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        codes = _arrow(pa.array(column.cat.codes.to_numpy()), blobs)
        categories = pack_column(column.cat.categories.to_series(), blobs, pack)
        return {"dtype": "category", "codes": codes, "categories": categories, "ordered": bool(dtype.ordered)}
    if isinstance(dtype, pd.DatetimeTZDtype):
        utc = column.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy().view("i8")
        return {"dtype": "datetimetz", "unit": dtype.unit, "zone": str(dtype.tz), "arrow": _arrow(pa.array(utc), blobs)}
    if isinstance(dtype, np.dtype) and dtype.kind in "biuf" and dtype.itemsize <= 8:
        return {"dtype": str(dtype), "arrow": _arrow(pa.array(column.to_numpy()), blobs)}
    if isinstance(dtype, np.dtype) and dtype.kind in "mM":
        return {"dtype": str(dtype), "ticks": _arrow(pa.array(column.to_numpy().view("i8")), blobs)}
    values = column.tolist()
    text = _text(values, keep_missing=not isinstance(dtype, pd.StringDtype))
    if text is not None:
        return {"dtype": str(dtype), "text": _arrow(text, blobs)}
    return {"dtype": str(dtype), "items": pack(values)}


def unpack_column(tree: Any, blobs: Blobs, unpack: Unpack) -> pd.Series:
    """The column of `pack_column`, with a plain index."""
    dtype = tree["dtype"]
    if dtype == "category":
        categories = unpack_column(tree["categories"], blobs, unpack)
        codes = _unarrow(tree["codes"], blobs).to_numpy(zero_copy_only=False)
        kept = pd.Index(categories.array, tupleize_cols=False)
        return pd.Series(pd.Categorical.from_codes(codes, categories=kept, ordered=tree["ordered"]))
    if dtype == "datetimetz":
        ticks = _unarrow(tree["arrow"], blobs).to_numpy(zero_copy_only=False)
        naive = pd.Series(ticks.view(f"datetime64[{tree['unit']}]"))
        return naive.dt.tz_localize("UTC").dt.tz_convert(tree["zone"])
    if "arrow" in tree:
        return pd.Series(_unarrow(tree["arrow"], blobs).to_numpy(zero_copy_only=False).astype(dtype, copy=False))
    if "ticks" in tree:
        return pd.Series(_unarrow(tree["ticks"], blobs).to_numpy(zero_copy_only=False).view(dtype))
    values = _unarrow(tree["text"], blobs).to_pylist() if "text" in tree else unpack(tree["items"], blobs)
    if dtype == "object":
        return pd.Series(_objects(values), dtype=object)
    try:
        return pd.Series(pd.array(values, dtype=dtype))
    except (TypeError, ValueError, NotImplementedError):  # a dtype that values alone cannot rebuild: compare the values
        return pd.Series(_objects(values), dtype=object)


def _objects(values: list[Any]) -> np.ndarray:
    array = np.empty(len(values), dtype=object)
    for position, value in enumerate(values):  # item by item: numpy would turn equal-length lists into a matrix
        array[position] = value
    return array


def _text(values: list[Any], *, keep_missing: bool) -> pa.Array | None:
    """Strings as Arrow, or None where something else is among them (in object columns NaN is not None)."""
    kinds = set(map(type, values))
    if not kinds <= ({str, type(None)} if keep_missing else {str, type(None), float, type(pd.NA)}):
        return None
    try:
        return pa.array([value if type(value) is str else None for value in values], type=pa.large_string())
    except (UnicodeEncodeError, pa.ArrowInvalid):  # lone surrogates
        return None


def _arrow(array: pa.Array, blobs: Blobs) -> int:
    batch = pa.record_batch([array], names=["0"])
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    return blobs.add(sink.getvalue().to_pybytes())


def _unarrow(position: int, blobs: Blobs) -> pa.Array:
    with pa.ipc.open_stream(blobs.get(position)) as reader:
        batch = reader.read_next_batch()
    batch.validate(full=True)
    return batch.column(0)
