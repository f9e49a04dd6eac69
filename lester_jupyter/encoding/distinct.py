"""Expensive transformers that see each distinct row once."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse
from sklearn.base import BaseEstimator, MetaEstimatorMixin, TransformerMixin, clone
from sklearn.preprocessing import TargetEncoder
from sklearn.utils import get_tags
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from lester_jupyter.encoding.content import content_of
from lester_jupyter.encoding.row_cache import Row, RowCache, Shelf
from lester_jupyter.encoding.row_keys import as_table, is_sparse, layout_of, row_keys, take_rows
from lester_jupyter.encoding.undisturbed import is_probing
from lester_jupyter.errors import UsageError

_CACHE = RowCache(max_bytes=512 * 2**20)
"""Shared by all instances of the process; nothing of it is ever written to a file."""
_TOLERANCES = {"float64": 1e-9, "float32": 1e-5, "float16": 1e-2}
"""How far a row may be from itself in other company, relative to its largest value: the rounding of its type."""


def forget_made_rows() -> None:
    """Empties the cache of all `PerDistinctValue` of this process, as the deletion of records asks for."""
    _CACHE.clear()


def _inner_names_features(wrapper: PerDistinctValue) -> bool:
    return hasattr(getattr(wrapper, "transformer_", wrapper.transformer), "get_feature_names_out")


class PerDistinctValue(MetaEstimatorMixin, TransformerMixin, BaseEstimator):  # type: ignore[misc]  # untyped bases
    """Hands an expensive transformer each distinct row once: in a call, over fit_transform and transform, and later.

        encode = ColumnTransformer([("title", PerDistinctValue(Embedding()), "title"), …])

    The transformer is fitted as without it, on all rows. What `transform` makes of a row is kept by the content of the
    row and of the fitted transformer, so clones, copies and second runs find it; the cache belongs to the process, is
    limited (512 MB), and is not part of the estimator: nothing of it is pickled.

    What the class reads from the globals of an imported module is not part of the content: after changing
    such a global, call `forget_made_rows()`.

    The transformer must make each output row from its input row alone. That is checked when it is first used: up to
    `probe` rows are transformed again, alone and in other company.

    Args:
        transformer: any transformer whose `transform` is expensive and works row by row. It may take a column or a
            table, and give a dense or a sparse matrix; a DataFrame that it gives becomes an array (`set_output` on
            this estimator makes DataFrames).
        probe: how many rows to check with; 0 trusts the transformer.
        tolerance: how far a row may be from itself in other company, relative to its largest value. None takes 1e-9
            for 64 bit floats, 1e-5 for 32 and 1e-2 for 16, and equality for everything else.

    Attributes:
        transformer_: the fitted transformer.

    Raises:
        UsageError: on use, if the transformer does not work row by row.
    """

    transformer_: Any

    def __init__(self, transformer: Any, *, probe: int = 3, tolerance: float | None = None) -> None:
        self.transformer = transformer
        self.probe = probe
        self.tolerance = tolerance

    def fit(self, X: Any, y: Any = None, **fit_params: Any) -> Self:  # noqa: N803 - scikit-learn's name
        """Fits a clone of the transformer on all rows.

        Args:
            X: as the transformer takes it.
            y: the label, or None.
            **fit_params: handed on.
        """
        parts = [self.transformer, *self.transformer.get_params(deep=True).values()]
        if any(isinstance(part, TargetEncoder) for part in parts):
            raise UsageError(
                "TargetEncoder encodes the rows it is fitted on by other rows, so it cannot work value by value.",
                hint="use it without PerDistinctValue; it is not expensive.",
            )
        self.transformer_ = clone(self.transformer).fit(X, y, **fit_params)
        return self

    def transform(self, X: Any) -> Any:  # noqa: N803 - scikit-learn's name
        """What the transformer makes of each row.

        Args:
            X: a DataFrame, Series, array, sparse matrix or sequence, as the transformer takes it.

        Returns:
            An array or sparse matrix with a row for each row of X.
        """
        check_is_fitted(self, "transformer_")
        table = as_table(X)
        if is_probing():  # what is kept would answer for the transformer
            return self.transformer_.transform(table)
        keys = row_keys(table)
        if not keys:
            return self.transformer_.transform(table)
        first: dict[bytes, int] = {}
        for position, key in enumerate(keys):
            first.setdefault(key, position)
        rows = self._rows(table, first)
        place = {key: i for i, key in enumerate(first)}
        return _assembled(list(rows.values()))[np.fromiter((place[k] for k in keys), np.intp, len(keys))]

    @available_if(_inner_names_features)  # type: ignore[untyped-decorator]
    def get_feature_names_out(self, input_features: Any = None) -> npt.NDArray[Any]:
        """The names that the transformer gives its features."""
        check_is_fitted(self, "transformer_")
        names: npt.NDArray[Any] = self.transformer_.get_feature_names_out(input_features)
        return names

    @property
    def n_features_in_(self) -> int:
        """As the transformer counts them."""
        n: int = self.transformer_.n_features_in_
        return n

    @property
    def feature_names_in_(self) -> npt.NDArray[Any]:
        """As the transformer has seen them."""
        names: npt.NDArray[Any] = self.transformer_.feature_names_in_
        return names

    def __sklearn_tags__(self) -> Any:
        tags, inner = super().__sklearn_tags__(), get_tags(self.transformer)
        tags.input_tags, tags.target_tags, tags.requires_fit = inner.input_tags, inner.target_tags, inner.requires_fit
        return tags

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "transformer_")

    def _rows(self, table: Any, first: dict[bytes, int]) -> dict[bytes, Row]:
        """The output row of each distinct input row: from the cache, else from the transformer."""
        shelf = self._shelf(table)
        with shelf.lock:
            rows = {key: _CACHE.get(shelf, key) for key in first}
            missing = [key for key, row in rows.items() if row is None]
            if missing:
                rows.update(zip(missing, self._made(table, [first[key] for key in missing]), strict=True))
            known = {key: row for key, row in rows.items() if row is not None}
            if self.probe and not shelf.checked and len(first) > 1:
                self._check(shelf, table, first, known)
            if missing:
                self._keep(shelf, table, {key: known[key] for key in missing})
            return known

    def _shelf(self, table: Any) -> Shelf:
        content, layout = content_of(self.transformer_), layout_of(table)
        if content is None:  # without content to compare, its rows are its own
            return _CACHE.shelf((id(self.transformer_), layout), owner=self.transformer_)
        return _CACHE.shelf((content.key, layout), content.parts)

    def _keep(self, shelf: Shelf, table: Any, rows: dict[bytes, Row]) -> None:
        for key, row in rows.items():
            _CACHE.put(shelf, key, row)
        # a model that is loaded, or a call that is counted, on first use: the transformer is another, its rows are not
        content = content_of(self.transformer_)
        if content is not None and shelf.owner is None:
            _CACHE.alias((content.key, layout_of(table)), shelf, content.parts)

    def _made(self, table: Any, positions: Sequence[int]) -> list[Row]:
        """The transformer's output for some rows of a table."""
        made = self.transformer_.transform(take_rows(table, positions))
        shape = np.shape(made)
        if len(shape) != 2 or shape[0] != len(positions):
            raise UsageError(
                f"{self._name} makes an output of shape {shape} from {len(positions)} rows, not a row for each.",
                hint="PerDistinctValue is for transformers that work row by row; use it without.",
            )
        return _split(made)

    def _check(self, shelf: Shelf, table: Any, first: dict[bytes, int], rows: dict[bytes, Row]) -> None:
        """Raises unless a few rows come out the same alone, and in other company and order."""
        keys = list(first)
        spots = sorted({round(i) for i in np.linspace(0, len(keys) - 1, max(self.probe, 2))}, reverse=True)
        chosen = [keys[spot] for spot in spots]
        for company in (chosen, chosen[:1]):
            again = self._made(table, [first[key] for key in company])
            for key, row in zip(company, again, strict=True):
                if not _same(rows[key].dense(), row.dense(), self.tolerance):
                    _CACHE.drop(shelf)
                    raise UsageError(
                        f"{self._name} makes something else of a row when it stands among other rows, so "
                        "PerDistinctValue would change its results.",
                        hint="use it without PerDistinctValue; if only rounding differs, pass a tolerance.",
                    )
        shelf.checked = True

    @property
    def _name(self) -> str:
        return type(self.transformer_).__name__


def _split(made: Any) -> list[Row]:
    """An output matrix as rows that do not hold on to it."""
    if not is_sparse(made):
        array = made.to_numpy() if isinstance(made, pd.DataFrame) else np.asarray(made)
        return [Row(array[i].copy(), None, array.shape[1], None) for i in range(len(array))]
    kind = sparse.csr_array if isinstance(made, sparse.sparray) else sparse.csr_matrix
    rows = sparse.csr_array(made)
    starts = rows.indptr
    return [Row(rows.data[a:b].copy(), rows.indices[a:b].copy(), rows.shape[1], kind) for a, b in pairwise(starts)]


def _assembled(rows: Sequence[Row]) -> Any:
    """The inverse of `_split`."""
    kinds = {row.sparse_type for row in rows}
    if None in kinds:
        return np.stack([row.dense() for row in rows])
    starts = np.cumsum([0, *(len(row.values) for row in rows)])
    values = np.concatenate([row.values for row in rows])
    indices = np.concatenate([row.indices for row in rows if row.indices is not None])
    return kinds.pop()((values, indices, starts), shape=(len(rows), rows[0].n_columns))  # type: ignore[misc]


def _same(a: npt.NDArray[Any], b: npt.NDArray[Any], tolerance: float | None) -> bool:
    if a.shape != b.shape:
        return False
    if a.dtype.kind not in "fc":
        return all(x == y or (x != x and y != y) for x, y in zip(a.tolist(), b.tolist(), strict=True))  # noqa: PLR0124
    relative = _TOLERANCES.get(str(a.dtype), 1e-9) if tolerance is None else tolerance
    size = float(np.max(np.abs(a), initial=0, where=np.isfinite(a)))
    return bool(np.allclose(a, b, rtol=0, atol=relative * size, equal_nan=True))
