"""Column lineage of all columns of a result at once, as boolean sparse matrices composed by product.

It says the same as `columns.column_origins`, which follows one column edge by edge; of tens of thousands of features
only this is quick. For each kind k there is a matrix R_k (result columns x columns of an operator) with the pairs that
some path connects whose weakest edge is at least k; with V, F, C the value, fit and column control edges to an input:

    R_value(input)   |=  R_value(operator) V
    R_fit(input)     |=  R_fit(operator) (V | F)
    R_control(input) |=  R_control(operator) (V | F | C)

Columns that decide over rows decide over every result column; they are kept as one vector, not as full columns.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import singledispatch
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt

from lester_jupyter.lineage.columns import EdgeKind
from lester_jupyter.plan import ConcatFeatures, FitModel, FitTransform, Operator, Plan, Predict, Transform

if TYPE_CHECKING:
    from scipy import sparse

    Matrix: TypeAlias = sparse.csr_array[np.bool, tuple[int, int]]

Flags: TypeAlias = npt.NDArray[np.bool]
Indices: TypeAlias = npt.NDArray[np.integer[Any]]

_KINDS: tuple[EdgeKind, ...] = ("value", "fit", "control")  # strongest first


@dataclass(frozen=True, eq=False)
class SlotEdges:
    """The edges between an operator's columns and those of one input; each of shape (columns, columns of the input)."""

    value: Matrix
    fit: Matrix
    control: Matrix

    def at_least(self, kind: EdgeKind) -> Matrix:
        """The edges of a kind or stronger."""
        parts = {"value": (self.value,), "fit": (self.value, self.fit), "control": (self.value, self.fit, self.control)}
        return _any(parts[kind])


@dataclass(frozen=True, eq=False)
class Dependence:
    """How the columns of a result depend on the columns of one operator upstream.

    Attributes:
        reached: for each kind, the pairs (result column, upstream column) connected by that kind or a stronger one.
        always: shape (upstream columns,): columns that every result column depends on at least by control.
    """

    reached: dict[EdgeKind, Matrix]
    always: Flags

    def column(self, position: int) -> dict[EdgeKind, Flags]:
        """For one upstream column, which result columns depend on it by each kind, the strongest connection counting.

        Returns:
            Flags of shape (result columns,), disjoint.
        """
        found = {k: np.asarray(m[:, [position]].todense(), bool).ravel() for k, m in self.reached.items()}
        return self._strongest(found, bool(self.always[position]))

    def row(self, position: int) -> dict[EdgeKind, Flags]:
        """For one result column, which upstream columns it depends on by each kind, the strongest connection counting.

        Returns:
            Flags of shape (upstream columns,), disjoint.
        """
        return self.rows(np.array([position]))

    def rows(self, positions: Indices) -> dict[EdgeKind, Flags]:
        """For several result columns taken together, which upstream columns any of them depends on, by each kind."""
        found = {k: _columns_of(m, positions) for k, m in self.reached.items()}
        return self._strongest(found, self.always)

    @staticmethod
    def _strongest(found: dict[EdgeKind, Flags], always: Flags | bool) -> dict[EdgeKind, Flags]:
        return {
            "value": found["value"],
            "fit": found["fit"] & ~found["value"],
            "control": (found["control"] | always) & ~found["fit"],
        }


def column_matrices(operator: Operator) -> dict[Operator, Dependence]:
    """How all columns of an operator's output depend on the columns of every operator upstream, itself included.

    Args:
        operator: the operator whose columns are asked about.
    """
    from scipy import sparse

    n = operator.n_columns
    own: Matrix = sparse.eye_array(n, dtype=np.bool, format="csr")
    reached: dict[Operator, dict[EdgeKind, Matrix]] = {operator: dict.fromkeys(_KINDS, own)}
    order = tuple(reversed(Plan([operator]).operators))  # readers before their inputs: each is final when it is met
    always: dict[Operator, Flags] = {step: np.zeros(step.n_columns, bool) for step in order}
    for step in order:
        for slot, parent in enumerate(step.inputs):
            edges = slot_edges(step, slot)
            through = _products(reached[step], {k: edges.at_least(k) for k in _KINDS})
            before = reached.get(parent)
            reached[parent] = through if before is None else {k: _any((before[k], through[k])) for k in _KINDS}
            passed: Flags = always[step] @ edges.at_least("control")
            always[parent] |= passed.astype(bool)
        for slot, position in step.control_edges():
            always[step.inputs[slot]][position] = True
    return {step: Dependence(reached[step], always[step]) for step in order}


def _columns_of(matrix: Matrix, rows: Indices) -> Flags:
    """Which columns any of the rows has something in."""
    everything = len(rows) == matrix.shape[0] and np.array_equal(rows, np.arange(matrix.shape[0]))
    chosen = matrix if everything else matrix[rows]  # taking a million rows out costs seconds
    found = np.zeros(matrix.shape[1], bool)
    found[chosen.indices] = True
    return found


def _products(reached: dict[EdgeKind, Matrix], edges: dict[EdgeKind, Matrix]) -> dict[EdgeKind, Matrix]:
    """The products kind by kind; where two kinds have the same matrices, it is computed once."""
    made: dict[tuple[int, int], Matrix] = {}
    for kind in _KINDS:
        factors = id(reached[kind]), id(edges[kind])
        if factors not in made:
            made[factors] = reached[kind] @ edges[kind]
    return {kind: made[id(reached[kind]), id(edges[kind])] for kind in _KINDS}


def _any(parts: tuple[Matrix, ...]) -> Matrix:
    """Where any of the matrices holds; the same matrix again where the others are empty."""
    total, *others = [part for part in parts if part.nnz] or parts[:1]
    for part in others:
        total = total + part  # of truth values: or
    return total


@singledispatch
def slot_edges(operator: Operator, slot: int) -> SlotEdges:
    """The edges between an operator's columns and those of one input, as it yields them."""
    shape = (operator.n_columns, operator.inputs[slot].n_columns)
    return SlotEdges(
        _collected(operator.value_edges(), slot, shape),
        _collected(operator.fit_edges(), slot, shape),
        _collected(operator.column_control_edges(), slot, shape),
    )


def _collected(edges: Iterable[tuple[int, int, int]], slot: int, shape: tuple[int, int]) -> Matrix:
    pairs = [(out, position) for out, at, position in edges if at == slot]
    found = np.array(pairs, np.intp).reshape(-1, 2)
    return _matrix(found[:, 0], found[:, 1], shape)


def _matrix(outputs: Indices, inputs: Indices, shape: tuple[int, int]) -> Matrix:
    from scipy import sparse

    made: Matrix = sparse.csr_array((np.ones(len(outputs), bool), (outputs, inputs)), shape=shape)
    made.sum_duplicates()
    return made


# Operators with as many columns as a vocabulary has words say it in ranges; nothing is yielded feature by feature.


@slot_edges.register
def _(operator: FitTransform, slot: int) -> SlotEdges:
    shape = (operator.n_columns, operator.inputs[slot].n_columns)
    read = [operator.position(s) for s in operator.sources]
    label = [] if operator.label is None else [operator.position(operator.label)]
    values = [[read[i] for i in o.values] for o in operator.origins]
    fits = [[read[i] for i in o.fits] + (label if o.label else []) for o in operator.origins]
    nothing: list[list[int]] = [[] for _ in operator.origins]
    return SlotEdges(
        _ranges(operator, values if slot == 0 else nothing, shape),
        _ranges(operator, fits if slot == 1 else nothing, shape),
        _ranges(operator, nothing, shape),
    )


@slot_edges.register
def _(operator: Transform, slot: int) -> SlotEdges:
    from scipy import sparse

    shape = (operator.n_columns, operator.inputs[slot].n_columns)
    nothing: list[list[int]] = [[] for _ in operator.origins]
    if slot == 1:  # what shaped a feature of the fit shaped this one
        none = _ranges(operator, nothing, shape)
        return SlotEdges(none, sparse.eye_array(operator.n_columns, dtype=np.bool, format="csr"), none)
    read = [operator.position(s) for s in operator.sources]
    values = [[read[i] for i in o.values] for o in operator.origins]
    return SlotEdges(
        _ranges(operator, values, shape), _ranges(operator, nothing, shape), _ranges(operator, nothing, shape)
    )


def _ranges(operator: FitTransform | Transform, inputs: list[list[int]], shape: tuple[int, int]) -> Matrix:
    """Every feature of a range with the inputs of its range."""
    lengths = [o.stop - o.start for o in operator.origins]
    starts = [o.start for o in operator.origins]
    outputs = [np.repeat(np.arange(s, s + n), len(i)) for s, n, i in zip(starts, lengths, inputs, strict=True)]
    columns = [np.tile(np.array(i, np.intp), n) for n, i in zip(lengths, inputs, strict=True)]
    empty = np.empty(0, np.intp)
    return _matrix(np.concatenate([empty, *outputs]), np.concatenate([empty, *columns]), shape)


@slot_edges.register
def _(operator: ConcatFeatures, slot: int) -> SlotEdges:
    n = operator.inputs[slot].n_columns
    shape = (operator.n_columns, n)
    none = _matrix(np.empty(0, np.intp), np.empty(0, np.intp), shape)
    return SlotEdges(_matrix(np.arange(n) + operator.offsets[slot], np.arange(n), shape), none, none)


@slot_edges.register(FitModel)
@slot_edges.register(Predict)
def _(operator: FitModel | Predict, slot: int) -> SlotEdges:
    n = operator.inputs[slot].n_columns
    none = _matrix(np.empty(0, np.intp), np.empty(0, np.intp), (1, n))
    read = np.arange(n) if slot == 0 or isinstance(operator, Predict) else [operator.position(operator.label, slot)]
    every = _matrix(np.zeros(len(read), np.intp), np.asarray(read), (1, n))
    is_value = isinstance(operator, Predict) and slot == 0
    return SlotEdges(every, none, none) if is_value else SlotEdges(none, every, none)
