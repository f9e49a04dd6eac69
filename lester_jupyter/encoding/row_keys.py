"""What makes two rows of a transformer's input the same: every value, with its type."""

from __future__ import annotations

import struct
from collections.abc import Hashable, Sequence
from functools import singledispatch
from hashlib import blake2b
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from lester_jupyter.encoding.content import content_of
from lester_jupyter.errors import UsageError


def row_keys(table: Any) -> list[bytes]:
    """A digest of each row. Missing values are values: NaN is NaN, but neither None nor an empty text.

    Args:
        table: a DataFrame, Series, array of one or two dimensions, sparse matrix, or a sequence of values.

    Raises:
        UsageError: a value has no content that can be compared.
    """
    if is_sparse(table):
        matrix = sparse.csr_array(table)
        matrix.sort_indices()
        edges = pairwise(matrix.indptr)
        return [_digest([matrix.indices[a:b].tobytes(), matrix.data[a:b].tobytes()]) for a, b in edges]
    rows = list(zip(*(_encoded_column(column) for column in _columns(table)), strict=True))
    digests = {row: _digest(row) for row in set(rows)}
    return [digests[row] for row in rows]


def as_table(table: Any) -> Any:
    """The table itself, or an array of it if it is of a kind whose rows cannot be taken here."""
    known = isinstance(table, pd.DataFrame | pd.Series | np.ndarray) or is_sparse(table)
    return np.asarray(table) if hasattr(table, "__array__") and not known else table


def layout_of(table: Any) -> tuple[Any, ...]:
    """What rows of equal content may still differ in for a transformer: the kind of table, its names and types."""
    if isinstance(table, pd.DataFrame):
        return (pd.DataFrame, tuple(table.columns), tuple(map(_layout_of_type, table.dtypes)))
    if isinstance(table, pd.Series):
        return (pd.Series, table.name, _layout_of_type(table.dtype))
    if isinstance(table, np.ndarray) or is_sparse(table):
        return (type(table), table.shape[1:], str(table.dtype))
    return (type(table),)


def _layout_of_type(dtype: Any) -> Hashable:
    """A type of a column; the text of a type of categories does not tell which ones, nor their order."""
    if not isinstance(dtype, pd.CategoricalDtype):
        return str(dtype)
    return dtype.ordered, str(dtype.categories.dtype), tuple(row_keys(dtype.categories))


def take_rows(table: Any, positions: Sequence[int]) -> Any:
    """The rows at these positions, in a table of the same kind."""
    if isinstance(table, pd.DataFrame | pd.Series):
        return table.iloc[list(positions)]
    if isinstance(table, np.ndarray):
        return table[list(positions)]
    if is_sparse(table):
        return table.tocsr()[list(positions)]
    return [table[p] for p in positions]


def is_sparse(table: Any) -> bool:
    """Whether a table is a sparse matrix or array of scipy."""
    found: bool = sparse.issparse(table)
    return found


def _columns(table: Any) -> list[list[Any]]:
    if isinstance(table, pd.DataFrame):
        return [table.iloc[:, i].tolist() for i in range(table.shape[1])]
    if isinstance(table, np.ndarray) and table.ndim > 1:
        return [list(column) for column in table.reshape(len(table), -1).T.tolist()]
    return [table.tolist() if isinstance(table, np.ndarray | pd.Series) else list(table)]


def _encoded_column(column: list[Any]) -> list[bytes]:
    texts = {value: encoded(value) for value in {value for value in column if type(value) is str}}  # each text once
    return [texts[value] if type(value) is str else encoded(value) for value in column]


def _digest(parts: Sequence[bytes]) -> bytes:
    """Of several byte strings, told apart by their lengths."""
    digest = blake2b(digest_size=16)
    for part in parts:
        digest.update(struct.pack("<q", len(part)))
        digest.update(part)
    return digest.digest()


@singledispatch
def encoded(value: Any) -> bytes:
    """A value as bytes that no value of another type or content shares; any object by its content."""
    content = content_of(value)
    if content is None or not all(isinstance(part, type) for part in content.parts):
        raise UsageError(
            f"A {type(value).__name__} cannot be told apart by its content, so it cannot be transformed once.",
            hint="turn it into text or numbers first, or use the transformer without PerDistinctValue.",
        )
    return b"o" + content.key


@encoded.register
def _(value: str) -> bytes:
    return b"s" + value.encode("utf-8", "surrogatepass")


@encoded.register
def _(value: bytes) -> bytes:
    return b"b" + value


@encoded.register
def _(value: bool) -> bytes:
    return b"t" if value else b"u"


@encoded.register
def _(value: int) -> bytes:
    return b"i%d" % value


@encoded.register
def _(value: float) -> bytes:
    return b"n" if value != value else b"f" + struct.pack("<d", value)  # noqa: PLR0124 - NaN


@encoded.register(type(None))
@encoded.register(type(pd.NA))
@encoded.register(type(pd.NaT))
def _(value: Any) -> bytes:
    return b"0" + str(value).encode()
