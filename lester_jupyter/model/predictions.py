"""What a model says of some rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy.typing as npt


@dataclass(frozen=True, eq=False)
class Predicted:
    """What a model says of some rows.

    Attributes:
        values: shape (n_rows,).
        model: the fitted model: scorers ask it for more than labels.
        matrix: the features it was asked about, shape (n_rows, n_features).
    """

    values: npt.NDArray[Any]
    model: Any = field(repr=False)
    matrix: Any = field(repr=False)
