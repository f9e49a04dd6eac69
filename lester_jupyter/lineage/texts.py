"""Hashes of text, whole columns at a time, straight from Arrow's buffers.

A text is read as little-endian words of 8 bytes, the last one filled up with zeros; each is mixed into the hash, which
starts from the length. The words of many texts are read at once: first all first words, then all second words, and so
on. Long texts, which would need a round of their own for each word, are hashed one by one with SHA-256.
"""

from __future__ import annotations

import hashlib
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lester_jupyter.lineage.steps import Hashes, mix

Bytes: TypeAlias = npt.NDArray[np.uint8]
_LONG = 256
"""Bytes from which on a text is hashed on its own."""
_BLOCK = 1 << 16
"""Texts at a time, so that what is computed on the way stays in the processor's cache."""


def text_hashes(texts: pa.Array) -> Hashes:
    """One 64-bit hash a text (or bytes) of an Arrow array, shape (n,); those of missing values are arbitrary."""
    data, offsets = _buffers(texts)
    hashed = np.empty(len(texts), np.uint64)
    for start in range(0, len(texts), _BLOCK):
        stop = min(start + _BLOCK, len(texts))
        hashed[start:stop] = _block(data, offsets[start : stop + 1])
    return hashed


def edge_bytes(texts: pa.Array) -> tuple[Bytes, Bytes]:
    """The first and the last byte of each text, shape (n,) each; 0 for an empty one, arbitrary for a missing one."""
    data, offsets = _buffers(texts)
    edges = np.zeros((2, len(texts)), np.uint8)
    filled = np.flatnonzero(offsets[1:] > offsets[:-1])
    edges[0, filled] = data[offsets[:-1][filled]]
    edges[1, filled] = data[offsets[1:][filled] - 1]
    return edges[0], edges[1]


def _buffers(texts: pa.Array) -> tuple[Bytes, npt.NDArray[np.int64]]:
    """The bytes of a column, and where in them each text begins; one offset more for the end of the last."""
    column = texts.cast(pa.large_binary())
    _, places, content = column.buffers()
    start, stop = column.offset, column.offset + len(column) + 1
    offsets = np.frombuffer(places, np.int64)[start:stop] if places is not None else np.zeros(1, np.int64)
    return np.frombuffer(content, np.uint8) if content is not None else np.zeros(0, np.uint8), offsets


def _block(data: Bytes, offsets: npt.NDArray[np.int64]) -> Hashes:
    low, high = offsets[0], offsets[-1]
    padded = np.zeros(high - low + 8, np.uint8)
    padded[:-8] = data[low:high]
    words: npt.NDArray[Any] = np.ndarray((len(padded) - 7,), "<u8", padded, strides=(1,))  # a word at every byte
    starts = offsets[:-1] - low
    lengths = np.diff(offsets)
    hashed = mix(lengths.astype(np.uint64))
    long = lengths > _LONG
    rows = np.flatnonzero((lengths > 0) & ~long)
    position = 0
    while len(rows):
        left = lengths[rows] - position
        read = words[starts[rows] + position].astype(np.uint64)
        beyond = np.uint64(8) * (np.uint64(8) - np.minimum(left, 8).astype(np.uint64))  # bits of the next text
        read = (read << beyond) >> beyond
        hashed[rows] = mix(hashed[rows] ^ read)
        position += 8
        rows = rows[left > 8]
    for row in np.flatnonzero(long):
        text = padded[starts[row] : starts[row] + lengths[row]].data
        digest = hashlib.sha256(text, usedforsecurity=False).digest()
        hashed[row] = int.from_bytes(digest[:8], "little")
    return hashed
