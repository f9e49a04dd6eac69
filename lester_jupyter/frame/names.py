"""Column names as users pass them: one, or several."""

from __future__ import annotations

from collections.abc import Sequence
from typing import overload

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
