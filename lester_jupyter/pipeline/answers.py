"""What the lineage of a run answers with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from lester_jupyter.lineage import EdgeKind

RowNumbers: TypeAlias = npt.NDArray[np.int64]
SourceRows: TypeAlias = Mapping[str, RowNumbers]
SourceCells: TypeAlias = Mapping[tuple[str, str], RowNumbers]
ColumnKinds: TypeAlias = Mapping[tuple[str, str], EdgeKind]
Ranges: TypeAlias = list[tuple[int, int]]

_SHOWN = 6


@dataclass(frozen=True, eq=False, repr=False)
class CellOrigin:
    """Where a feature, or all features of a row, come from.

    Attributes:
        part: "train" or "test".
        row: the row of that part.
        feature: the column of X; None for all of them.
        rows: for each source, the records that made the row.
        columns: the source columns behind it, with the strongest kind of connection.
        cells: for each (source, column) whose values went in, the records with those values.
    """

    part: str
    row: int
    feature: int | None
    rows: SourceRows
    columns: ColumnKinds
    cells: SourceCells

    def __repr__(self) -> str:
        what = "all features" if self.feature is None else f"feature {self.feature}"
        return f"CellOrigin({self.part} row {self.row}, {what}: {_told(self.cells)})"


@dataclass(frozen=True, eq=False, repr=False)
class PredictionOrigin:
    """Where a prediction comes from.

    Attributes:
        row: the row of the test part.
        value: what the model said.
        rows: for each source, the records that made the row.
        columns: the source columns behind its features, with the strongest kind of connection.
        cells: for each (source, column) whose values went into its features, the records with those values.
        n_learned_from: how many rows the model learned from.
        learned_from: for each source, the records that these were made of.
    """

    row: int
    value: Any
    rows: SourceRows
    columns: ColumnKinds
    cells: SourceCells
    n_learned_from: int
    learned_from: SourceRows

    def __repr__(self) -> str:
        taught = ", ".join(f"{len(rows):,} of {source}" for source, rows in self.learned_from.items())
        return (
            f"PredictionOrigin(test row {self.row} → {self.value!r}: {_told(self.cells)}; "
            f"the model learned from {self.n_learned_from:,} rows, records: {taught})"
        )


@dataclass(frozen=True, eq=False, repr=False)
class Reach:
    """What was made from some records of a source.

    Attributes:
        source: the source.
        rows: its records that were asked about.
        prepared: rows of `run.prepared` made from them.
        train: rows of the train part with features made from them.
        test: rows of the test part with features made from them.
        features: half-open ranges of columns of X whose values come from columns of the source.
        encoders: names of the transformers that learned from these rows.
        model: whether the model learned from them; then every prediction hangs on them.
        predictions: test rows that were predicted from them.
    """

    source: str
    rows: RowNumbers
    prepared: RowNumbers
    train: RowNumbers
    test: RowNumbers
    features: Ranges
    encoders: tuple[str, ...]
    model: bool
    predictions: RowNumbers

    def __repr__(self) -> str:
        features = ", ".join(f"{a}:{b}" for a, b in self.features) or "none"
        learned = f"learned from them, as did {', '.join(self.encoders) or 'no encoder'}" if self.model else "did not"
        return (
            f"Reach({self.source} {_rows(self.rows)} → prepared {_rows(self.prepared)}, train {_rows(self.train)}, "
            f"test {_rows(self.test)}, features {features}; the model {learned})"
        )


def _told(cells: SourceCells) -> str:
    """The cells in words; columns of the same records of a source are named together."""
    together: dict[tuple[str, str], list[str]] = {}
    for (source, column), rows in cells.items():
        together.setdefault((source, _rows(rows)), []).append(column)
    return "; ".join(f"{s} {rows} {', '.join(columns)}" for (s, rows), columns in together.items()) or "nothing"


def _rows(rows: RowNumbers) -> str:
    more = f", … {len(rows):,} in all" if len(rows) > _SHOWN else ""
    return f"[{', '.join(map(str, rows[:_SHOWN]))}{more}]"
