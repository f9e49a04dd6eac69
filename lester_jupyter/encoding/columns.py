"""The column specifications of a ColumnTransformer, as positions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from lester_jupyter.errors import LineageError, UnknownColumnError


def positions(spec: Any, names: Sequence[str | int] | None, n: int) -> tuple[int, ...]:
    """The columns that a specification selects, in its order.

    Args:
        spec: as scikit-learn takes it once callables have been called (`transformers_` has them called): a name or a
            position; a sequence of either; a boolean mask; a slice, whose stop is included if it is a name.
        names: names of the columns, None if they have none.
        n: how many columns there are.

    Returns:
        Positions from 0 on; negative ones count from the end.

    Raises:
        UnknownColumnError: it names a column that is not there.
        LineageError: it is of none of these kinds.
    """
    if callable(spec):
        raise LineageError(
            "A callable column specification was not called yet.", hint="fit the ColumnTransformer first."
        )
    if isinstance(spec, slice):
        return _sliced(spec, names, n)
    if is_single(spec):
        return (_position(spec, names, n),)
    members = list(spec)
    if members and all(isinstance(m, bool | np.bool) for m in members):
        if len(members) != n:
            raise LineageError(f"A mask of {len(members)} columns does not fit a table of {n}.")
        return tuple(i for i, chosen in enumerate(members) if chosen)
    return tuple(_position(m, names, n) for m in members)


def is_single(spec: Any) -> bool:
    """True for a name or a position that stands alone: the transformer is then given one column as a sequence."""
    return isinstance(spec, str | int | np.integer) and not isinstance(spec, bool)


def _position(member: Any, names: Sequence[str | int] | None, n: int) -> int:
    if isinstance(member, str):
        if names is None or member not in names:
            raise UnknownColumnError.of([member], list(names or []))
        if list(names).count(member) > 1:
            raise LineageError(f"There are several columns {member!r}.", hint="rename them, so that one can be meant.")
        return list(names).index(member)
    position = int(member)
    if not -n <= position < n:
        raise UnknownColumnError.of([position], list(range(n)))
    return position % n


def _sliced(spec: slice, names: Sequence[str | int] | None, n: int) -> tuple[int, ...]:
    if not isinstance(spec.start, str) and not isinstance(spec.stop, str):
        return tuple(range(n)[spec])
    start = None if spec.start is None else _position(spec.start, names, n)
    stop = None if spec.stop is None else _position(spec.stop, names, n) + 1  # names include the last, as in .loc
    return tuple(range(n)[slice(start, stop, spec.step)])
