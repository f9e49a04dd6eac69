"""Column names as users pass them, one or several, and what goes with each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import overload

import numpy as np

from lester_jupyter.plan.references import Name

Names = Name | Sequence[Name]


@overload
def names_of(names: Names) -> list[Name]: ...
@overload
def names_of(names: Names | None) -> list[Name] | None: ...
def names_of(names: Names | None) -> list[Name] | None:
    """The names as a list; None stays None."""
    if names is None:
        return None
    return [names] if isinstance(names, str | int) else list(names)


def directions_of(ascending: bool | Sequence[bool], n_names: int) -> tuple[bool, ...]:
    """One direction a column; numpy's truth values and 0 and 1 count as Python's."""
    if isinstance(ascending, bool | np.bool_ | int):
        return (bool(ascending),) * n_names
    return tuple(map(bool, ascending))
