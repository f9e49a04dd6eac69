"""Compares an output of the original with the rewrite's, and explains the first difference as a row.

Tables compare columns by name and rows in order (as a multiset where the original's own order is undefined); see
`equality` for single values. Row labels of a frame are compared where they carry data (named, or not integers): the
leftover integers of a filter are not data.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from lester_jupyter.rewriting.verification.equality import MATRIX, TABLE, Tolerance, keyed, same, unmatched

_SHOWN = 300


@dataclass(frozen=True)
class Difference:
    """The first difference between two outputs.

    Attributes:
        detail: one sentence with both values.
        row: position (0-based) of the first row, item, key or line that differs, where there is one.
        original_row: that row of the original as text; None when it has no such row.
        rewritten_row: that row of the rewrite as text; None when it has no such row.
    """

    detail: str
    row: int | None = None
    original_row: str | None = None
    rewritten_row: str | None = None


def compare(original: Any, rewritten: Any, *, ordered: bool = True) -> Difference | None:
    """Compares two values.

    Args:
        original: the original's output.
        rewritten: the rewrite's.
        ordered: False where the original itself leaves its order to chance (it walked a set).

    Returns:
        None when they are the same under the rules of verification.
    """
    kind, other = _kind(original), _kind(rewritten)
    if kind != other:
        return Difference(
            f"The original is {_described(original)}, the rewrite {_described(rewritten)}.",
            None,
            shown(original),
            shown(rewritten),
        )
    return _COMPARERS[kind](original, rewritten, ordered)


def compare_text(original: str, rewritten: str, *, ordered: bool = True) -> Difference | None:
    """Compares two text files: every line exactly, with all kinds of line ends alike."""
    ours, theirs = _lines(original), _lines(rewritten)
    if ours == theirs:
        return None
    if not ordered:
        return _unordered(ours, theirs, "line")
    position = next(
        (i for i, (a, b) in enumerate(zip(ours, theirs, strict=False)) if a != b), min(len(ours), len(theirs))
    )
    left, right = (lines[position] if position < len(lines) else None for lines in (ours, theirs))
    sizes = (
        "" if len(ours) == len(theirs) else f" The original has {_count(len(ours), 'line')}, the rewrite {len(theirs)}."
    )
    return Difference(
        f"Line {position + 1} differs: {_or_nothing(left)} in the original, {_or_nothing(right)} in the rewrite."
        + sizes,
        position,
        None if left is None else shown(left),
        None if right is None else shown(right),
    )


def side_note(original: Any, rewritten: Any) -> str | None:
    """What two equal outputs still do not share, for a user whose later cells depend on it."""
    tables = (pd.DataFrame, pd.Series)
    if isinstance(original, tables) and isinstance(rewritten, tables) and not original.index.equals(rewritten.index):
        return "its row labels (the index) are not those of the original"
    if (
        isinstance(original, pd.DataFrame)
        and isinstance(rewritten, pd.DataFrame)
        and original.columns.tolist() != rewritten.columns.tolist()
    ):
        return "its columns stand in another order"
    if isinstance(original, dict) and isinstance(rewritten, dict) and list(keyed(original)) != list(keyed(rewritten)):
        return "its keys stand in another order"
    return None


def shown(value: Any) -> str:
    """A value as short text."""
    if isinstance(value, (pd.DataFrame, pd.Series)):
        return _described(value)
    text = repr(value)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def _kind(value: Any) -> str:
    for name, types in _KINDS:
        if isinstance(value, types):
            return name
    return "sparse" if type(value).__module__.startswith("scipy.sparse") else "scalar"


_KINDS: tuple[tuple[str, Any], ...] = (
    ("frame", pd.DataFrame),
    ("series", pd.Series),
    ("index", pd.Index),
    ("array", np.ndarray),
    ("list", list),
    ("tuple", tuple),
    ("dict", dict),
    ("set", (set, frozenset)),
)


def _described(value: Any) -> str:
    if isinstance(value, pd.DataFrame):
        return f"a DataFrame of {_count(len(value), 'row')} and {_count(value.shape[1], 'column')}"
    if isinstance(value, (np.ndarray, pd.Series)) or _kind(value) == "sparse":
        size = " × ".join(map(str, value.shape))
        return f"a {type(value).__name__} of {size} values"
    if isinstance(value, (list, tuple, dict, set, frozenset)):
        return f"a {type(value).__name__} of {_count(len(value), 'item')}"
    return f"{shown(value)} ({type(value).__name__})"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _or_nothing(value: str | None) -> str:
    return "nothing" if value is None else shown(value)


def _lines(text: str) -> list[str]:
    unified = text.replace("\r\n", "\n").replace("\r", "\n")
    return unified.split("\n")  # a missing last line end shows as a missing empty line


def _rows(
    ours: Sequence[Any],
    theirs: Sequence[Any],
    *,
    noun: str = "row",
    tolerance: Tolerance = TABLE,
    show: Callable[[Any], str] = shown,
    why: Callable[[Any, Any], str] | None = None,
) -> Difference | None:
    """The first position at which two sequences differ, with both rows."""
    pairs = enumerate(zip(ours, theirs, strict=False))
    position = next((i for i, (a, b) in pairs if not same(a, b, tolerance)), None)
    if position is None and len(ours) == len(theirs):
        return None
    position = min(len(ours), len(theirs)) if position is None else position
    left = show(ours[position]) if position < len(ours) else None
    right = show(theirs[position]) if position < len(theirs) else None
    sizes = (
        "" if len(ours) == len(theirs) else f" The original has {_count(len(ours), noun)}, the rewrite {len(theirs)}."
    )
    if left is None or right is None:
        detail = f"{noun.capitalize()} {position} is only in the {'rewrite' if left is None else 'original'}.{sizes}"
    else:
        reason = why(ours[position], theirs[position]) if why else _inner(ours[position], theirs[position], tolerance)
        detail = f"{noun.capitalize()} {position} differs: {reason}.{sizes}"
    return Difference(detail, position, left, right)


def _inner(ours: Any, theirs: Any, tolerance: Tolerance) -> str:
    """Where two differing rows differ, as far down as one step tells."""
    if isinstance(ours, (list, tuple)) and type(ours) is type(theirs) and len(ours) == len(theirs):
        field = next((i for i, (a, b) in enumerate(zip(ours, theirs, strict=True)) if not same(a, b, tolerance)), None)
        if field is not None:
            return f"field {field} is {shown(ours[field])} in the original and {shown(theirs[field])} in the rewrite"
    if isinstance(ours, (list, tuple, dict, set)):
        return f"{_described(ours)} in the original and {_described(theirs)} in the rewrite"
    return f"{shown(ours)} in the original and {shown(theirs)} in the rewrite"


def _unordered(
    ours: Sequence[Any], theirs: Sequence[Any], noun: str, show: Callable[[Any], str] = shown
) -> Difference | None:
    missing, extra = unmatched(ours, theirs)
    if not missing and not extra:
        return None
    parts = [f"{_count(len(missing), noun)} of the original missing in the rewrite"] if missing else []
    parts += [f"{_count(len(extra), noun)} only in the rewrite"] if extra else []
    row = next((i for i, value in enumerate(ours) if missing and value is missing[0]), None)
    example = f": {show(missing[0] if missing else extra[0])}"
    return Difference(
        " and ".join(parts) + example + ".",
        row,
        show(missing[0]) if missing else None,
        show(extra[0]) if extra else None,
    )


def _compare_sequence(original: Any, rewritten: Any, ordered: bool) -> Difference | None:
    if ordered:
        return _rows(original, rewritten, noun="item" if not _is_table(original) else "row")
    return _unordered(list(original), list(rewritten), "row")


def _is_table(value: Any) -> bool:
    return any(isinstance(item, (list, tuple, dict)) for item in value)


def _compare_dict(original: Any, rewritten: Any, _ordered: bool) -> Difference | None:
    ours, theirs = keyed(original), keyed(rewritten)
    for position, (key, value) in enumerate(ours.items()):
        if key not in theirs:
            return Difference(
                f"The key {shown(key)} is missing in the rewrite.", position, f"{shown(key)}: {shown(value)}", None
            )
        if not same(value, theirs[key]):
            inner = compare(value, theirs[key])
            detail = inner.detail if inner else "the values differ."
            return Difference(
                f"At key {shown(key)}: {detail}",
                position,
                f"{shown(key)}: {shown(value)}",
                f"{shown(key)}: {shown(theirs[key])}",
            )
    extra = next((key for key in theirs if key not in ours), None) if len(theirs) > len(ours) else None
    if len(theirs) > len(ours):
        return Difference(
            f"The key {shown(extra)} is only in the rewrite.", None, None, f"{shown(extra)}: {shown(theirs[extra])}"
        )
    return None


def _compare_set(original: Any, rewritten: Any, _ordered: bool) -> Difference | None:
    return _unordered(list(original), list(rewritten), "element")


def _compare_scalar(original: Any, rewritten: Any, _ordered: bool) -> Difference | None:
    if same(original, rewritten):
        return None
    return Difference(
        f"The original is {_described(original)}, the rewrite {_described(rewritten)}.",
        None,
        shown(original),
        shown(rewritten),
    )


def _compare_array(original: Any, rewritten: Any, _ordered: bool) -> Difference | None:
    if original.shape != rewritten.shape:
        return Difference(f"The original is {_described(original)}, the rewrite {_described(rewritten)}.")
    if (
        original.dtype.kind in "biuf"
        and rewritten.dtype.kind in "biuf"
        and "f" in original.dtype.kind + rewritten.dtype.kind
    ):
        close = np.isclose(rewritten, original, rtol=MATRIX.relative, atol=MATRIX.absolute, equal_nan=True)
        if bool(close.all()):
            return None
    return (
        _rows(original.tolist(), rewritten.tolist(), tolerance=MATRIX)
        if original.ndim
        else _compare_scalar(original.item(), rewritten.item(), True)
    )


def _compare_sparse(original: Any, rewritten: Any, _ordered: bool) -> Difference | None:
    if original.shape != rewritten.shape:
        return Difference(f"The original is {_described(original)}, the rewrite {_described(rewritten)}.")
    ours, theirs = original.tocsr(), rewritten.tocsr()
    gap = abs(ours - theirs)
    scale = abs(ours).maximum(abs(theirs))
    wrong = (gap - MATRIX.relative * scale).tocoo()
    rows = wrong.row[(wrong.data > MATRIX.absolute) | np.isnan(wrong.data)]
    if not len(rows):
        return None
    first = int(rows.min())
    left, right = (shown(matrix[first].toarray().ravel().tolist()) for matrix in (ours, theirs))
    return Difference(f"Row {first} differs: {left} in the original and {right} in the rewrite.", first, left, right)


def _compare_index(original: Any, rewritten: Any, ordered: bool) -> Difference | None:
    return _compare_sequence(original.tolist(), rewritten.tolist(), ordered)


def _carries_data(index: Any) -> bool:
    return (
        isinstance(index, pd.MultiIndex) or index.name is not None or (len(index) > 0 and index.dtype.kind not in "iu")
    )


def _compare_labels(original: Any, rewritten: Any) -> Difference | None:
    if not _carries_data(original.index) and not _carries_data(rewritten.index):
        return None
    names, others = list(original.index.names), list(rewritten.index.names)
    if names != others:
        return Difference(f"The row labels are named {names} in the original and {others} in the rewrite.")
    return _rows(original.index.tolist(), rewritten.index.tolist(), noun="row label")


def _compare_series(original: Any, rewritten: Any, ordered: bool) -> Difference | None:
    if original.name is not None and original.name != rewritten.name:
        return Difference(
            f"The Series is named {original.name!r} in the original and {rewritten.name!r} in the rewrite."
        )
    if not ordered:
        return _unordered(_with_labels(original), _with_labels(rewritten), "value")
    found = _rows(original.tolist(), rewritten.tolist(), noun="row")
    return found or _compare_labels(original, rewritten)


def _with_labels(series: Any) -> list[Any]:
    return (
        list(zip(series.index.tolist(), series.tolist(), strict=True))
        if _carries_data(series.index)
        else series.tolist()
    )


def _compare_frame(original: Any, rewritten: Any, ordered: bool) -> Difference | None:
    ours, theirs = original.columns.tolist(), rewritten.columns.tolist()
    unique = len(set(ours)) == len(ours) and len(set(theirs)) == len(theirs)
    if (set(ours) != set(theirs)) if unique else (ours != theirs):
        missing, extra = [c for c in ours if c not in theirs], [c for c in theirs if c not in ours]
        parts = [f"missing {shown(missing)}"] if missing else []
        parts += [f"only in the rewrite {shown(extra)}"] if extra else []
        return Difference(
            f"The columns differ: {', '.join(parts) or 'other order of equal names'}.", None, shown(ours), shown(theirs)
        )
    aligned = rewritten[ours] if unique else rewritten
    left, right = _records(original), _records(aligned)

    def show(row: Sequence[Any]) -> str:
        text = ", ".join(f"{name}={value!r}" for name, value in zip(ours, row, strict=True))
        return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"

    def why(a: Sequence[Any], b: Sequence[Any]) -> str:
        column = next(i for i, (x, y) in enumerate(zip(a, b, strict=True)) if not same(x, y))
        return f"{ours[column]!r} is {shown(a[column])} in the original and {shown(b[column])} in the rewrite"

    if not ordered:
        return _unordered(left, right, "row", show)
    return _rows(left, right, show=show, why=why) or _compare_labels(original, aligned)


def _records(frame: Any) -> list[tuple[Any, ...]]:
    columns = [frame.iloc[:, i].tolist() for i in range(frame.shape[1])]
    return list(zip(*columns, strict=True)) if columns else [()] * len(frame)


_COMPARERS: dict[str, Callable[[Any, Any, bool], Difference | None]] = {
    "frame": _compare_frame,
    "series": _compare_series,
    "index": _compare_index,
    "array": _compare_array,
    "sparse": _compare_sparse,
    "list": _compare_sequence,
    "tuple": _compare_sequence,
    "dict": _compare_dict,
    "set": _compare_set,
    "scalar": _compare_scalar,
}
