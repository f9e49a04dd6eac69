"""Where the features of a fitted transformer come from, feature by feature, and how that composes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lester_jupyter.encoding.connections import Connections

Flags = npt.NDArray[np.bool]


@dataclass(frozen=True, eq=False)
class Origins:
    """Column lineage of one fitted transformer, by position; see `FeatureBlock` for the meaning of each part.

    Attributes:
        values: outputs x inputs.
        fits: outputs x inputs.
        exact: shape (n_outputs,).
        label: shape (n_outputs,).
    """

    values: Connections
    fits: Connections
    exact: Flags
    label: Flags

    @classmethod
    def of(
        cls, values: Connections, fits: Connections | None = None, *, exact: bool = True, label: bool = False
    ) -> Origins:
        """Origins with one `exact` and one `label` for all outputs; without `fits`, nothing was learned."""
        n = values.n_outputs
        return cls(values, fits or Connections.none(n, values.n_inputs), np.full(n, exact), np.full(n, label))

    @classmethod
    def stack(cls, parts: Sequence[Origins], n_inputs: int) -> Origins:
        """The outputs of all parts, one part after the other, over the same inputs."""
        return cls(
            Connections.stack([p.values for p in parts], n_inputs),
            Connections.stack([p.fits for p in parts], n_inputs),
            np.concatenate([np.zeros(0, bool), *(p.exact for p in parts)]),
            np.concatenate([np.zeros(0, bool), *(p.label for p in parts)]),
        )

    @property
    def n_outputs(self) -> int:
        """How many features there are."""
        return self.values.n_outputs

    @property
    def n_inputs(self) -> int:
        """How many columns the transformer is given."""
        return self.values.n_inputs

    def after(self, earlier: Origins) -> Origins:
        """The lineage of this step applied to the outputs of an earlier one.

        With V and F the matrices of values and fits: V = V2 V1; F = V2 F1 + F2 (V1 + F1), since whatever shaped or made
        the earlier features has gone into both the values and the fit of this step.
        """
        return Origins(
            self.values @ earlier.values,
            self.values @ earlier.fits | self.fits @ (earlier.values | earlier.fits),
            self.exact & ~self.values.any_of(~earlier.exact),
            self.label | (self.values | self.fits).any_of(earlier.label),
        )
