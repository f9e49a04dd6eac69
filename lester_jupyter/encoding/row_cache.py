"""Rows that an expensive transformer has made, kept by content within a limit of bytes."""

from __future__ import annotations

import weakref
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, field
from threading import Lock, RLock
from typing import Any

import numpy as np
import numpy.typing as npt

_OVERHEAD = 400
"""Bytes that an entry costs beside its numbers: measured for the digest, the arrays' heads and the dictionary."""
_MAX_SHELVES = 256


@dataclass(frozen=True, eq=False)
class Row:
    """One row that a transformer made.

    Attributes:
        values: all its values, or those that are not zero.
        indices: their columns if the row is sparse, else None.
        n_columns: how many columns there are.
        sparse_type: the class of the sparse matrix it was in, else None.
    """

    values: npt.NDArray[Any]
    indices: npt.NDArray[Any] | None
    n_columns: int
    sparse_type: type | None

    def dense(self) -> npt.NDArray[Any]:
        """All values."""
        if self.indices is None:
            return self.values
        full = np.zeros(self.n_columns, self.values.dtype)
        full[self.indices] = self.values
        return full

    @property
    def n_bytes(self) -> int:
        """What keeping it costs."""
        return _OVERHEAD + self.values.nbytes + (0 if self.indices is None else self.indices.nbytes)


@dataclass(eq=False)
class Shelf:
    """The rows of one fitted transformer and kind of input.

    Attributes:
        lock: held while its transformer works, so that no two threads make the same row.
        checked: whether the transformer was seen to make each row from that row alone.
        owner: of a transformer whose content cannot be compared: itself.
        parts: what the shelf's key names by address (see `Content`); kept alive as long as the shelf.
    """

    lock: RLock = field(default_factory=RLock)
    checked: bool = False
    owner: weakref.ref[Any] | None = None
    parts: tuple[Any, ...] = ()


class RowCache:
    """Rows by shelf and content; the ones used longest ago go first. Safe to use from several threads.

    Args:
        max_bytes: limit of what is kept.
    """

    def __init__(self, max_bytes: int) -> None:
        self.max_bytes = max_bytes
        self.n_bytes = 0
        self._lock = Lock()
        self._rows: OrderedDict[tuple[Shelf, bytes], Row] = OrderedDict()
        self._shelves: OrderedDict[Hashable, Shelf] = OrderedDict()

    def __len__(self) -> int:
        return len(self._rows)

    def shelf(self, key: Hashable, parts: tuple[Any, ...] = (), owner: Any = None) -> Shelf:
        """The shelf with this key; a new one if there is none, or if it was of an owner that is gone."""
        with self._lock:
            found = self._shelves.get(key)
            if found is None or (found.owner is not None and found.owner() is not owner):
                found = Shelf(owner=None if owner is None else weakref.ref(owner), parts=parts)
            self._place(key, found)
            return found

    def alias(self, key: Hashable, shelf: Shelf, parts: tuple[Any, ...]) -> None:
        """Lets a shelf be found by another key too, unless that key has one."""
        with self._lock:
            if key not in self._shelves:
                shelf.parts += tuple(p for p in parts if not any(p is known for known in shelf.parts))
                self._place(key, shelf)

    def get(self, shelf: Shelf, key: bytes) -> Row | None:
        """A row, if it is still there."""
        with self._lock:
            row = self._rows.get((shelf, key))
            if row is not None:
                self._rows.move_to_end((shelf, key))
            return row

    def put(self, shelf: Shelf, key: bytes, row: Row) -> None:
        """Keeps a row, and lets go of the oldest ones past the limit."""
        with self._lock:
            if (shelf, key) not in self._rows:
                self._rows[shelf, key] = row
                self.n_bytes += row.n_bytes
            while self.n_bytes > self.max_bytes:
                _, oldest = self._rows.popitem(last=False)
                self.n_bytes -= oldest.n_bytes

    def drop(self, shelf: Shelf) -> None:
        """Forgets the rows of a shelf."""
        with self._lock:
            for key in [k for k in self._rows if k[0] is shelf]:
                self.n_bytes -= self._rows.pop(key).n_bytes

    def clear(self) -> None:
        """Forgets everything."""
        with self._lock:
            self._rows.clear()
            self._shelves.clear()
            self.n_bytes = 0

    def _place(self, key: Hashable, shelf: Shelf) -> None:
        self._shelves[key] = shelf
        self._shelves.move_to_end(key)
        while len(self._shelves) > _MAX_SHELVES:
            self._shelves.popitem(last=False)
