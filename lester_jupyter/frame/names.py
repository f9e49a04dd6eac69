"""Column names as users pass them, one or several, and what goes with each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, overload

import numpy as np

from lester_jupyter.errors import PlanError
from lester_jupyter.plan.references import Name

Names = Name | Sequence[Name]


@overload
def names_of(names: Names) -> list[Name]: ...
@overload
def names_of(names: Names | None) -> list[Name] | None: ...
def names_of(names: Names | None) -> list[Name] | None:
    """The names as a list; None stays None.

    Raises:
        PlanError: something that names no columns.
    """
    if names is None:
        return None
    if isinstance(names, str | int):
        return [names]
    named = list(names) if isinstance(names, Iterable) else [names]
    strange = [name for name in named if not isinstance(name, str | int | np.integer)]
    if strange:
        raise PlanError(
            f"Columns are named by text or integers, got {_shown(strange[0])}.", hint='"price", or ["price", "n"]'
        )
    return named


def some_names(names: Names) -> list[Name]:
    """The names as a list, where there is no default for them.

    Raises:
        PlanError: None, or something that names no columns.
    """
    if names is None:
        raise PlanError("Columns are named by text or integers, got None.", hint='"price", or ["price", "n"]')
    return names_of(names)


def _shown(value: object) -> str:
    plain = isinstance(value, float | tuple) or value is None
    return f"{value!r:.80}" if plain else f"a {type(value).__name__}"


def directions_of(ascending: bool | Sequence[bool], n_names: int) -> tuple[bool, ...]:
    """One direction a column; numpy's truth values and 0 and 1 count as Python's.

    Raises:
        PlanError: something else.
    """
    if isinstance(ascending, bool | np.bool_ | int):
        return (bool(ascending),) * n_names
    given: Any = ascending
    each = list(given) if isinstance(given, Iterable) and not isinstance(given, str) else [given]
    for direction in each:
        if not isinstance(direction, bool | np.bool_ | int | np.integer):
            raise PlanError(
                f"ascending is True or False, or one of them a column, got {ascending!r:.80}.",
                hint="ascending=False puts the largest first",
            )
    return tuple(map(bool, each))
