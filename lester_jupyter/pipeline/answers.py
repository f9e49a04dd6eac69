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
    """

    part: str
    row: int
    feature: int | None
    rows: SourceRows
    columns: ColumnKinds

    @property
    def cells(self) -> dict[str, tuple[RowNumbers, list[str]]]:
        """For each source whose values went in: the records and the columns."""
        return _cells(self.rows, self.columns)

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
        n_learned_from: how many rows the model learned from.
        learned_from: for each source, the records that these were made of.
    """

    row: int
    value: Any
    rows: SourceRows
    columns: ColumnKinds
    n_learned_from: int
    learned_from: SourceRows

    @property
    def cells(self) -> dict[str, tuple[RowNumbers, list[str]]]:
        """For each source whose values went in: the records and the columns."""
        return _cells(self.rows, self.columns)

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


def _cells(rows: SourceRows, columns: ColumnKinds) -> dict[str, tuple[RowNumbers, list[str]]]:
    named: dict[str, list[str]] = {}
    for (source, column), kind in columns.items():
        if kind == "value":
            named.setdefault(source, []).append(column)
    return {source: (rows[source], names) for source, names in named.items() if len(rows[source])}


def _told(cells: Mapping[str, tuple[RowNumbers, list[str]]]) -> str:
    return (
        "; ".join(f"{source} {_rows(rows)} {', '.join(names)}" for source, (rows, names) in cells.items()) or "nothing"
    )


def _rows(rows: RowNumbers) -> str:
    more = f", … {len(rows):,} in all" if len(rows) > _SHOWN else ""
    return f"[{', '.join(map(str, rows[:_SHOWN]))}{more}]"
