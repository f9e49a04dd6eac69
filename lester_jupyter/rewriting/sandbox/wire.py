"""Values to bytes and back without pickle: what crosses the border of the sandbox.

A message is `LSTR1`, the length of a JSON text, the JSON text, and then the blobs it refers to: Arrow IPC for columns,
`.npy` for arrays. Plain JSON values stand for themselves; everything else is an object whose "$" names its type.
Decoding builds values and never runs code: no pickle, no import by name. What has no place here is refused by name,
never guessed: a value that was only nearly carried over could make a wrong rewrite look right.
"""

from __future__ import annotations

import json
import math
import struct
import uuid
from collections import deque
from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import singledispatch
from pathlib import Path, PurePath
from typing import Any

import numpy as np
import pandas as pd

from lester_jupyter.errors import LesterError
from lester_jupyter.rewriting.sandbox.blobs import Blobs, pack_array, pack_column, unpack_array, unpack_column

MAGIC = b"LSTR1"
LIMIT_BYTES = 256 * 1024 * 1024
LIMIT_DEPTH = 80  # nested lists; also what stops a list that contains itself
_EXACT_JSON_INT = 2**63
_TAG = "$"


class NotEncodableError(LesterError):
    """A value that cannot be carried over and so not be compared; the message names its type."""

    @classmethod
    def of(cls, value: object) -> NotEncodableError:
        """Names the type of a value, with its module unless it is a built-in one."""
        kind = type(value)
        name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
        return cls(f"Not comparable: {name}.")


class WireError(LesterError):
    """Bytes that are no message of ours: cut short, too large or tampered with."""


def encode(value: Any, *, limit: int = LIMIT_BYTES) -> bytes:
    """Encodes one value.

    Args:
        value: any combination of the supported types.
        limit: most bytes the message may have.

    Raises:
        NotEncodableError: the value, or something in it, has no encoding, or it is too large or too deep.
    """
    packer = _Packer(limit)
    head = json.dumps(packer.pack(value), ensure_ascii=True, allow_nan=False, separators=(",", ":")).encode()
    blobs = packer.blobs.dump()
    if len(head) + len(blobs) > limit:
        raise NotEncodableError(f"Not comparable: larger than {limit // 2**20} MiB.")
    return MAGIC + struct.pack("<Q", len(head)) + head + blobs


def decode(data: bytes, *, limit: int = LIMIT_BYTES * 4) -> Any:
    """Decodes one message of `encode`.

    Raises:
        WireError: the bytes are not a whole message.
    """
    start = len(MAGIC) + 8
    if len(data) > limit:
        raise WireError(f"A message of {len(data)} bytes is over the limit of {limit}.")
    if len(data) < start or not data.startswith(MAGIC):
        raise WireError("These bytes are not a message of the sandbox.")
    (length,) = struct.unpack("<Q", data[len(MAGIC) : start])
    try:
        tree = json.loads(data[start : start + length])
        return _unpack(tree, Blobs.load(data[start + length :]))
    except (ValueError, KeyError, TypeError, IndexError, OverflowError, RecursionError, ArithmeticError) as error:
        raise WireError(f"A message of the sandbox cannot be read: {error}.") from error


class _Packer:
    """One encoding under way: the blobs so far, the depth, and a running size that stops endless values early."""

    def __init__(self, limit: int) -> None:
        self.blobs = Blobs()
        self._room = limit
        self._depth = 0

    def pack(self, value: Any) -> Any:
        """The JSON tree of a value."""
        kind = type(value)
        if value is None or kind is bool:
            return value
        self._room -= 8 if kind is not str else 8 + len(value)
        if self._room < 0:
            raise NotEncodableError("Not comparable: the value is too large.")
        if self._depth > LIMIT_DEPTH:
            raise NotEncodableError(f"Not comparable: nested more than {LIMIT_DEPTH} levels deep, or endless.")
        self._depth += 1
        packed = _pack(value, self)
        self._depth -= 1
        return packed

    def items(self, values: Iterable[Any]) -> list[Any]:
        """The JSON trees of several values."""
        return [self.pack(value) for value in values]


def _tagged(tag: str, payload: Any) -> dict[str, Any]:
    return {_TAG: tag, "v": payload}


@singledispatch
def _pack(value: Any, packer: _Packer) -> Any:
    if value is pd.NA:
        return _tagged("NA", None)
    if type(value).__module__.startswith("scipy.sparse") and hasattr(value, "tocsr"):
        rows = value.tocsr()
        parts = [
            pack_array(np.asarray(part), packer.blobs, packer.items) for part in (rows.data, rows.indices, rows.indptr)
        ]
        return _tagged("sparse", [value.format, list(value.shape), parts])
    raise NotEncodableError.of(value)


@_pack.register
def _(value: int, _packer: _Packer) -> Any:
    number = int(value)
    return number if -_EXACT_JSON_INT <= number < _EXACT_JSON_INT else _tagged("int", hex(number))


@_pack.register
def _(value: float, _packer: _Packer) -> Any:
    number = float(value)
    return number if math.isfinite(number) else _tagged("float", repr(number))


@_pack.register
def _(value: str, _packer: _Packer) -> Any:
    text = str(value)
    try:
        text.encode()
    except UnicodeEncodeError:  # lone surrogates: JSON would merge two neighbouring halves into one character
        return _tagged("str", [ord(character) for character in text])
    return text


@_pack.register
def _(value: bytes, packer: _Packer) -> Any:
    return _tagged("bytes", packer.blobs.add(bytes(value)))


@_pack.register
def _(value: list, packer: _Packer) -> Any:  # type: ignore[type-arg]
    return packer.items(value)


@_pack.register
def _(value: tuple, packer: _Packer) -> Any:  # type: ignore[type-arg]
    return _tagged("tuple", packer.items(value))


@_pack.register
def _(value: dict, packer: _Packer) -> Any:  # type: ignore[type-arg]
    return _tagged("dict", [packer.items(pair) for pair in value.items()])


@_pack.register
def _(value: set, packer: _Packer) -> Any:  # type: ignore[type-arg]
    return _tagged("set", packer.items(value))


@_pack.register
def _(value: frozenset, packer: _Packer) -> Any:  # type: ignore[type-arg]
    return _tagged("frozenset", packer.items(value))


@_pack.register
def _(value: deque, packer: _Packer) -> Any:  # type: ignore[type-arg]
    return _tagged("deque", packer.items(value))


@_pack.register
def _(value: range, _packer: _Packer) -> Any:
    return _tagged("range", [value.start, value.stop, value.step])


@_pack.register
def _(value: complex, packer: _Packer) -> Any:
    return _tagged("complex", packer.items([value.real, value.imag]))


@_pack.register
def _(value: Decimal, _packer: _Packer) -> Any:
    return _tagged("decimal", str(value))


@_pack.register
def _(value: date, _packer: _Packer) -> Any:
    return _tagged("date", value.isoformat())


@_pack.register
def _(value: datetime, _packer: _Packer) -> Any:
    return _tagged("datetime", value.isoformat())


@_pack.register
def _(value: pd.Timestamp, _packer: _Packer) -> Any:
    return _tagged("timestamp", value.isoformat())


@_pack.register
def _(value: pd.Timedelta, _packer: _Packer) -> Any:
    return _tagged("timedelta64", int(value.as_unit("ns").value))


@_pack.register(type(pd.NaT))  # a datetime by inheritance, though it has no date
def _(_value: Any, _packer: _Packer) -> Any:
    return _tagged("NaT", None)


@_pack.register
def _(value: time, _packer: _Packer) -> Any:
    return _tagged("time", value.isoformat())


@_pack.register
def _(value: timedelta, _packer: _Packer) -> Any:
    return _tagged("timedelta", [value.days, value.seconds, value.microseconds])


@_pack.register
def _(value: uuid.UUID, _packer: _Packer) -> Any:
    return _tagged("uuid", value.hex)


@_pack.register
def _(value: PurePath, _packer: _Packer) -> Any:
    return _tagged("path", str(value))


@_pack.register
def _(value: np.generic, packer: _Packer) -> Any:
    if isinstance(value, (np.datetime64, np.timedelta64)):
        return packer.pack(pd.Timestamp(value) if isinstance(value, np.datetime64) else pd.Timedelta(value))
    item = value.item()
    if isinstance(item, np.generic):  # long double has no Python equal; structured records have no scalar
        raise NotEncodableError.of(value)
    return packer.pack(item)


@_pack.register
def _(value: np.ndarray, packer: _Packer) -> Any:
    if isinstance(value, np.ma.MaskedArray):
        raise NotEncodableError.of(value)
    return _tagged("array", pack_array(np.asarray(value), packer.blobs, packer.items))


@_pack.register
def _(value: pd.Series, packer: _Packer) -> Any:
    column = pack_column(value, packer.blobs, packer.items)
    return _tagged("series", [packer.pack(value.name), packer.pack(value.index), column])


@_pack.register
def _(value: pd.Index, packer: _Packer) -> Any:
    if isinstance(value, pd.RangeIndex):
        return _tagged("rangeindex", [value.start, value.stop, value.step, packer.pack(value.name)])
    if isinstance(value, pd.MultiIndex):
        return _tagged("multiindex", [packer.items(value.names), packer.items(value.tolist())])
    return _tagged("index", [packer.pack(value.name), pack_column(value.to_series(), packer.blobs, packer.items)])


@_pack.register
def _(value: pd.DataFrame, packer: _Packer) -> Any:
    columns = [pack_column(value.iloc[:, i], packer.blobs, packer.items) for i in range(value.shape[1])]
    labels = packer.pack(value.columns.tolist())
    return _tagged("frame", [labels, packer.items(value.columns.names), packer.pack(value.index), columns])


Unpacked = Callable[[Any, Blobs], Any]


def _unpack(tree: Any, blobs: Blobs) -> Any:
    if isinstance(tree, list):
        return [_unpack(item, blobs) for item in tree]
    if not isinstance(tree, dict):
        return tree
    return _UNPACKERS[tree[_TAG]](tree["v"], blobs)


def _items(trees: Any, blobs: Blobs) -> list[Any]:
    return [_unpack(tree, blobs) for tree in trees]


def _unpack_sparse(payload: Any, blobs: Blobs) -> Any:
    from scipy import sparse

    layout, shape, parts = payload
    data, indices, indptr = (unpack_array(part, blobs, _items) for part in parts)
    return sparse.csr_matrix((data, indices, indptr), shape=tuple(shape)).asformat(layout)


def _unpack_series(payload: Any, blobs: Blobs) -> Any:
    name, index, column = payload
    values = unpack_column(column, blobs, _items)
    values.index = _unpack(index, blobs)
    return values.rename(_unpack(name, blobs))


def _unpack_index(payload: Any, blobs: Blobs) -> Any:
    name, column = payload
    values = unpack_column(column, blobs, _items)
    return pd.Index(values.array, dtype=values.dtype, name=_unpack(name, blobs), tupleize_cols=False)


def _unpack_multiindex(payload: Any, blobs: Blobs) -> Any:
    names, rows = payload
    return pd.MultiIndex.from_tuples(_items(rows, blobs), names=_items(names, blobs))


def _unpack_rangeindex(payload: Any, blobs: Blobs) -> Any:
    start, stop, step, name = payload
    return pd.RangeIndex(start, stop, step, name=_unpack(name, blobs))


def _unpack_frame(payload: Any, blobs: Blobs) -> Any:
    labels, names, index, columns = payload
    rows = _unpack(index, blobs)
    series = {}
    for i, column in enumerate(columns):  # as Series, because pandas guesses anew at the types of bare arrays
        series[i] = unpack_column(column, blobs, _items)
        series[i].index = rows
    frame = pd.DataFrame(series, index=rows, copy=False)
    plain = _unpack(labels, blobs)
    heads = _items(names, blobs)
    multi = len(heads) > 1
    frame.columns = (
        pd.MultiIndex.from_tuples(plain, names=heads) if multi else pd.Index(plain, name=heads[0], tupleize_cols=False)
    )
    return frame


_UNPACKERS: dict[str, Unpacked] = {
    "NA": lambda _v, _b: pd.NA,
    "NaT": lambda _v, _b: pd.NaT,
    "int": lambda v, _b: int(v, 16),
    "float": lambda v, _b: float(v),
    "str": lambda v, _b: "".join(map(chr, v)),
    "bytes": lambda v, b: b.get(v),
    "tuple": lambda v, b: tuple(_items(v, b)),
    "dict": lambda v, b: {_unpack(key, b): _unpack(item, b) for key, item in v},
    "set": lambda v, b: set(_items(v, b)),
    "frozenset": lambda v, b: frozenset(_items(v, b)),
    "deque": lambda v, b: deque(_items(v, b)),
    "range": lambda v, _b: range(*v),
    "complex": lambda v, b: complex(*_items(v, b)),
    "decimal": lambda v, _b: Decimal(v),
    "date": lambda v, _b: date.fromisoformat(v),
    "datetime": lambda v, _b: datetime.fromisoformat(v),
    "timestamp": lambda v, _b: pd.Timestamp(v),
    "time": lambda v, _b: time.fromisoformat(v),
    "timedelta": lambda v, _b: timedelta(*v),
    "timedelta64": lambda v, _b: pd.Timedelta(v, unit="ns"),
    "uuid": lambda v, _b: uuid.UUID(hex=v),
    "path": lambda v, _b: Path(v),
    "array": lambda v, b: unpack_array(v, b, _items),
    "sparse": _unpack_sparse,
    "series": _unpack_series,
    "index": _unpack_index,
    "multiindex": _unpack_multiindex,
    "rangeindex": _unpack_rangeindex,
    "frame": _unpack_frame,
}
