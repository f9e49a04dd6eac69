"""What is known about the columns a fitted transformer is given."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from lester_jupyter.encoding.undisturbed import copied, undisturbed
from lester_jupyter.errors import LineageError

Sample = Callable[[], Any]
"""Makes a few rows of a table when they are asked for."""


class UnknownWidthError(LineageError):
    """How many features a transformer makes is not known."""


@dataclass(frozen=True)
class Inputs:
    """The columns given to a transformer.

    Attributes:
        n: how many; 1 for a single column given as a sequence (texts, dictionaries).
        names: their names, where they are still those of a table; None after a step that makes new columns.
        sample: makes some rows of them, if a sample of the table is at hand.
        n_outputs: how many features come out, where the caller knows.
    """

    n: int
    names: tuple[str | int, ...] | None = None
    sample: Sample | None = None
    n_outputs: int | None = None

    def width_of(self, fitted: Any) -> int:
        """How many features a transformer makes that does not tell it in a way of its own.

        Asks, in this order: the caller, `get_feature_names_out`, a run over the sample.

        Raises:
            UnknownWidthError: nothing of that is there.
        """
        if self.n_outputs is not None:
            return self.n_outputs
        named = _count_of_names(fitted)
        if named is not None:
            return named
        if self.sample is not None:
            made = np.shape(_asked(fitted, self.sample))
            return int(made[1]) if len(made) > 1 else 1
        raise UnknownWidthError(
            f"How many features {type(fitted).__name__} makes is not known.",
            hint="give it get_feature_names_out, or pass some rows as table_sample.",
        )

    def transformed(self, fitted: Any) -> Sample | None:
        """The sample after a transformer."""
        sample = self.sample
        return None if sample is None else cache(lambda: _asked(fitted, sample))

    def taken(self, positions: Sequence[int], one_dimensional: bool, n_outputs: int | None) -> Inputs:
        """Some of the columns, as a ColumnTransformer hands them on."""
        sample, chosen = self.sample, list(positions)
        return Inputs(
            len(chosen),
            None if self.names is None else tuple(self.names[p] for p in chosen),
            None if sample is None else cache(lambda: _columns(sample(), chosen, one_dimensional)),
            n_outputs,
        )


def _asked(fitted: Any, sample: Sample) -> Any:
    """What a transformer makes of the sample; a copy is asked, unless there can be none."""
    copy = copied(fitted)
    with undisturbed():
        return (fitted if copy is None else copy).transform(sample())


def _count_of_names(fitted: Any) -> int | None:
    """How many names get_feature_names_out gives, or None: many transformers have it only in some configurations."""
    try:
        return len(fitted.get_feature_names_out())
    except (AttributeError, NotImplementedError, TypeError, ValueError):
        return None


def _columns(table: Any, positions: list[int], one_dimensional: bool) -> Any:
    wanted: Any = positions[0] if one_dimensional else positions
    return table.iloc[:, wanted] if isinstance(table, pd.DataFrame) else table[:, wanted]
