"""Which output columns hang on which input columns, as a boolean matrix that stays small.

The matrix (outputs x inputs) is kept as a product of two sparse ones, `spread` (outputs x groups) and `gather`
(groups x inputs): "every output from every input" is one group, not outputs times inputs cells. So a vocabulary of
100,000 words through a normalisation costs 200,000 cells, not 10**10.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import sparse

Matrix: TypeAlias = sparse.csr_array[np.bool, tuple[int, int]]
Positions: TypeAlias = Sequence[int] | npt.NDArray[np.integer[Any]]


@dataclass(frozen=True, eq=False)
class Connections:
    """The boolean matrix `spread @ gather`.

    Attributes:
        spread: shape (n_outputs, n_groups).
        gather: shape (n_groups, n_inputs).
    """

    spread: Matrix
    gather: Matrix

    @classmethod
    def identity(cls, n: int) -> Connections:
        """Output i from input i."""
        return cls.pick(np.arange(n), n)

    @classmethod
    def all_to_all(cls, n_outputs: int, n_inputs: int) -> Connections:
        """Every output from every input."""
        return cls(_csr(np.ones((n_outputs, 1), bool)), _csr(np.ones((1, n_inputs), bool)))

    @classmethod
    def none(cls, n_outputs: int, n_inputs: int) -> Connections:
        """No output from any input."""
        return cls(_csr((n_outputs, 0)), _csr((0, n_inputs)))

    @classmethod
    def pick(cls, positions: Positions, n_inputs: int) -> Connections:
        """Output k from input positions[k]."""
        index = np.asarray(positions, dtype=np.intp)
        starts = np.arange(len(index) + 1)
        spread = _csr((np.ones(len(index), bool), index, starts), shape=(len(index), n_inputs))
        return cls(spread, _csr(sparse.eye_array(n_inputs)))

    @classmethod
    def of_rows(cls, rows: Sequence[Positions], n_inputs: int) -> Connections:
        """Output k from all inputs of rows[k]."""
        columns = np.array([c for row in rows for c in row], dtype=np.intp)
        starts = np.cumsum([0, *map(len, rows)])
        gather = _csr((np.ones(len(columns), bool), columns, starts), shape=(len(rows), n_inputs))
        return cls(_csr(sparse.eye_array(len(rows))), gather)

    @classmethod
    def of_weights(cls, weights: Any) -> Connections:
        """Outputs from the inputs that have a weight other than 0 in a linear map.

        Args:
            weights: dense or sparse, shape (n_outputs, n_inputs).
        """
        mask = weights != 0
        if not sparse.issparse(mask) and bool(np.all(mask)):
            return cls.all_to_all(*mask.shape)
        gather = _csr(mask)
        return cls(_csr(sparse.eye_array(gather.shape[0])), gather)

    @classmethod
    def stack(cls, parts: Sequence[Connections], n_inputs: int) -> Connections:
        """The outputs of all parts, one part after the other, over the same inputs."""
        if not parts:
            return cls.none(0, n_inputs)
        return cls(
            _csr(sparse.block_diag([p.spread for p in parts])),
            _csr(sparse.vstack([p.gather for p in parts])),
        )

    @property
    def n_outputs(self) -> int:
        """Rows of the matrix."""
        return int(self.spread.shape[0])

    @property
    def n_inputs(self) -> int:
        """Columns of the matrix."""
        return int(self.gather.shape[1])

    def __matmul__(self, earlier: Connections) -> Connections:
        """What the outputs hang on through an earlier step whose outputs are these inputs."""
        middle = self.gather @ earlier.spread
        if middle.shape[0] <= middle.shape[1]:  # keep the fewer groups of the two
            return Connections(self.spread, _csr(middle @ earlier.gather))
        return Connections(_csr(self.spread @ middle), earlier.gather)

    def __or__(self, other: Connections) -> Connections:
        """Connected here or there."""
        return Connections(
            _csr(sparse.hstack([self.spread, other.spread])),
            _csr(sparse.vstack([self.gather, other.gather])),
        )

    def repeat(self, times: Positions) -> Connections:
        """Output k stands times[k] times in a row."""
        rows = np.repeat(np.arange(self.n_outputs), times)
        return Connections(_csr(self.spread[rows]), self.gather)

    def any_of(self, flags: npt.NDArray[np.bool]) -> npt.NDArray[np.bool]:
        """For each output, whether it hangs on any input that is flagged.

        Args:
            flags: shape (n_inputs,).
        """
        found: npt.NDArray[np.bool] = np.asarray(self.spread @ (self.gather @ flags), dtype=bool)
        return found

    def matrix(self) -> Matrix:
        """The matrix itself, shape (n_outputs, n_inputs), its column indices ascending."""
        product = _csr(self.spread @ self.gather)
        product.sort_indices()
        return product


def _csr(content: Any, shape: tuple[int, int] | None = None) -> Matrix:
    """A boolean matrix by rows, of whatever scipy can make one of."""
    matrix: Matrix = sparse.csr_array(content, shape=shape, dtype=bool)
    return matrix
