"""Runs the operators that make features, on pandas tables; importing this module registers them with the engine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from lester_jupyter.encoding.estimators import explaining, unfitted
from lester_jupyter.encoding.row_by_row import seems_so
from lester_jupyter.engines.pandas.operators import Result, Steps, Tables, run
from lester_jupyter.errors import PlanError
from lester_jupyter.lineage import All, Identity, RowEdge
from lester_jupyter.plan import ConcatFeatures, FitTransform, Transform


@dataclass(frozen=True, eq=False)
class Encoded:
    """Features of some rows: a range of columns of a matrix.

    Attributes:
        whole: the matrix, dense or sparse, shape (n_rows, n_features of the whole encoder).
        start: the first column that is meant.
        stop: the column after the last.
        fitted: the transformer that made them; None where several did.
    """

    whole: Any = field(repr=False)
    start: int
    stop: int
    fitted: Any = None

    @classmethod
    def of(cls, matrix: Any, fitted: Any = None) -> Encoded:
        """All columns of a matrix."""
        return cls(matrix, 0, width(matrix), fitted)

    @property
    def n_rows(self) -> int:
        """How many rows the matrix has."""
        return int(self.whole.shape[0])

    @property
    def matrix(self) -> Any:
        """The columns; a view where the matrix is dense, else a copy that nobody keeps."""
        if (self.start, self.stop) == (0, width(self.whole)):
            return self.whole
        if isinstance(self.whole, pd.DataFrame):
            return self.whole.iloc[:, self.start : self.stop]
        whole = self.whole.tocsr() if hasattr(self.whole, "tocsr") else self.whole
        return whole[:, self.start : self.stop]


def width(matrix: Any) -> int:
    """How many columns a matrix has."""
    return int(matrix.shape[1])


def check_matrix(matrix: Any, n_rows: int, transformer: Any) -> None:
    """Requires one row of features a record.

    Raises:
        PlanError: anything else, such as a vectoriser of texts that took the table's column names for its texts.
    """
    shape = np.shape(matrix)
    if not hasattr(matrix, "shape"):
        raise PlanError(
            f"{type(transformer).__name__} made a {type(matrix).__name__} of {n_rows} records, not a matrix.",
            hint="its transform is to give an array, a sparse matrix or a DataFrame",
        )
    if len(shape) != 2 or shape[0] != n_rows:
        raise PlanError(
            f"{type(transformer).__name__} made something of shape {shape} from {n_rows} records.",
            hint='a transformer of texts takes one column: ColumnTransformer([("text", TfidfVectorizer(), "text")])',
        )


def feature_edges(n_rows: int, n_learned_from: int, *, n_slots: int, row_by_row: bool = True) -> tuple[RowEdge, ...]:
    """The row edges of features.

    Args:
        n_rows: how many rows they have.
        n_learned_from: how many rows were learned from.
        n_slots: 2 if there is something to learn, else 1.
        row_by_row: whether each row is made from its own record alone, and not from all.
    """
    own: RowEdge = Identity(n_rows) if row_by_row else All(n_rows, n_rows)
    return (own, All(n_learned_from, n_rows))[:n_slots]


def given_to(operator: FitTransform | Transform, table: pd.DataFrame) -> Any:
    """The columns that the transformer reads, as it takes them."""
    return table[operator.sources[0]] if operator.one_dimensional else table[list(operator.sources)]


def _weighted(operator: FitTransform | Transform, matrix: Any, n_rows: int, fitted: Any) -> Encoded:
    check_matrix(matrix, n_rows, fitted)
    if width(matrix) != operator.n_features:
        raise PlanError(
            f"{operator.name!r} makes {width(matrix)} features of this table; the plan has {operator.n_features}.",
            hint="run the pipeline again: what is learned decides how many features there are",
        )
    return Encoded.of(matrix if operator.weight == 1 else matrix * operator.weight, fitted)


@run.register
def _(operator: FitTransform, tables: Tables, steps: Steps) -> Result:
    del steps
    table: pd.DataFrame = tables[0]
    transformer = unfitted(operator.estimator)
    labels = None if operator.label is None else table[operator.label].to_numpy()
    with explaining(f"The transformer {operator.name!r} could not be fitted"):
        matrix = transformer.fit_transform(given_to(operator, table), labels)
    made = _weighted(operator, matrix, len(table), transformer)
    given = given_to(operator, table)
    alone = operator.row_by_row or seems_so(transformer, "transform", given, made.matrix, operator.weight)
    return Result(made, feature_edges(len(table), len(table), n_slots=len(tables), row_by_row=alone))


@run.register
def _(operator: Transform, tables: Tables, steps: Steps) -> Result:
    table: pd.DataFrame = tables[0]
    given = given_to(operator, table)
    with explaining(f"The transformer {operator.name!r} cannot transform these rows"):
        # what learns nothing need not have been fitted on anything else
        fitted = tables[1].fitted if len(tables) == 2 else unfitted(operator.estimator).fit(given)
        matrix = fitted.transform(given)
    n_learned_from = steps[1].n_rows if len(steps) == 2 else 0
    made = _weighted(operator, matrix, len(table), fitted)
    alone = operator.row_by_row or seems_so(fitted, "transform", given, made.matrix, operator.weight)
    return Result(made, feature_edges(len(table), n_learned_from, n_slots=len(tables), row_by_row=alone))


@run.register
def _(operator: ConcatFeatures, tables: Tables, steps: Steps) -> Result:
    del operator, steps
    parts: Sequence[Encoded] = tables
    whole, n_rows = parts[0].whole, parts[0].n_rows
    bounds = [0, *(p.stop for p in parts)]
    if all(p.whole is whole for p in parts) and [p.start for p in parts] == bounds[:-1] and bounds[-1] == width(whole):
        made = Encoded.of(whole)  # they were never apart
    else:
        made = Encoded.of(_stacked([p.matrix for p in parts]))
    return Result(made, (Identity(n_rows),) * len(parts))


def _stacked(matrices: list[Any]) -> Any:
    """Matrices side by side; sparse if one of them is."""
    from scipy import sparse

    if any(sparse.issparse(m) for m in matrices):
        return sparse.csr_matrix(sparse.hstack(matrices, format="csr"))
    return np.hstack(matrices)
