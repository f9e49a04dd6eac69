"""Lineage of a run: from source records and columns to features, model and predictions, and back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from lester_jupyter.errors import LineageError, UnknownColumnError
from lester_jupyter.frame.lineage import named_cells
from lester_jupyter.lineage import EdgeKind, Step, backward, forward, topological
from lester_jupyter.lineage.cells import cell_origins
from lester_jupyter.lineage.matrices import Dependence, Flags, column_matrices
from lester_jupyter.lineage.query import as_rows
from lester_jupyter.lineage.rows import Rows
from lester_jupyter.pipeline.answers import CellOrigin, PredictionOrigin, Ranges, Reach, RowNumbers
from lester_jupyter.plan import FitTransform, Scan
from lester_jupyter.plan.references import Name

if TYPE_CHECKING:
    from lester_jupyter.pipeline.run import PipelineRun

Part = Literal["train", "test"]
_KINDS: tuple[EdgeKind, ...] = ("control", "fit", "value")  # the stronger, the later


class PipelineLineage:
    """Answers where features and predictions come from, and what was made from a record or a column.

    Rows of sources are positions of records, rows of a part are positions in `run.train` and `run.test`, features are
    positions of columns of X. Kinds of connections between columns are those of `frame.lineage.columns`, and of several
    the strongest counts: `value` (computed from it), `fit` (it shaped what an encoder learned), `control` (it decides
    which records there are).

    Args:
        run: the run.
    """

    def __init__(self, run: PipelineRun) -> None:
        self._run = run

    # columns -----------------------------------------------------------------------------------------------------

    def features(self, source: str, column: Name, kind: EdgeKind | None = "value") -> Ranges:
        """The features that depend on a column of a source.

        Args:
            source: the source.
            column: its column.
            kind: how they depend on it; None for any way.

        Returns:
            Half-open ranges (start, stop) of columns of X, in order.

        Raises:
            LineageError: a source or a kind that does not exist.
            UnknownColumnError: a column that the source does not have.
        """
        if kind is not None and kind not in _KINDS:
            raise LineageError(f"There is no kind of connection {kind!r}.", available=[*_KINDS, "None"])
        scans = self._scans_of(source)
        known = [str(c) for c in scans[0].operator.columns]
        if str(column) not in known:
            raise UnknownColumnError.of([column], known)
        strength = np.zeros(self._n_features, np.int8)
        for scan in scans:
            by_kind = self._dependence(scan).column(known.index(str(column)))
            strength = np.maximum(strength, _strength(by_kind))
        return _ranges(strength > 0 if kind is None else strength == _KINDS.index(kind) + 1)

    def columns(self, feature: int) -> dict[tuple[str, str], EdgeKind]:
        """The source columns that a feature depends on, with the kind of the connection.

        Args:
            feature: a column of X.

        Returns:
            {(source, column): kind}.

        Raises:
            LineageError: a feature that does not exist.
        """
        return self._columns(self._feature(feature))

    def _columns(self, features: Rows) -> dict[tuple[str, str], EdgeKind]:
        found: dict[tuple[str, str], int] = {}
        for scan, name in self._scans.items():
            for column, strength in zip(
                scan.operator.columns, _strength(self._dependence(scan).rows(features)).tolist(), strict=True
            ):
                key = (name, str(column))
                found[key] = max(found.get(key, 0), strength)
        return {key: _KINDS[strength - 1] for key, strength in found.items() if strength}

    # rows --------------------------------------------------------------------------------------------------------

    def backward(self, part: Part, row: int, column: int | None = None) -> CellOrigin:
        """The records and columns behind a feature, or behind all features of a row.

        Args:
            part: "train" or "test".
            row: the row of X_train or X_test.
            column: the column of X; None for all.

        Raises:
            LineageError: a part, row or column that does not exist.
        """
        parts = {"train": self._run.encoding.features.step, "test": self._run.test_features.step}
        if part not in parts:
            raise LineageError(f"There is no part {part!r}.", available=list(parts))
        number = _row(row, parts[part].n_rows, part)
        features = np.arange(self._n_features) if column is None else self._feature(column)
        step = parts[part]
        cells = self._cells(step, number, features)
        return CellOrigin(part, number, column, self._origin(step, [number]), self._columns(features), cells)

    def prediction(self, row: int) -> PredictionOrigin:
        """The records and columns behind a prediction, and what the model learned from.

        Args:
            row: the row of the test part.

        Raises:
            LineageError: a row that does not exist.
        """
        run = self._run
        step, train = run.predicted.step, run.train._relation.step
        number = _row(row, step.n_rows, "test")
        return PredictionOrigin(
            row=number,
            value=run.predictions[[number]].tolist()[0],
            rows=self._origin(step, [number]),
            columns=self._columns(np.arange(self._n_features)),
            cells=self._cells(run.test_features.step, number, np.arange(self._n_features)),
            n_learned_from=train.n_rows,
            learned_from=self._origin(train, range(train.n_rows)),
        )

    def forward(self, source: str, rows: int | Sequence[int] | Rows) -> Reach:
        """What was made from records of a source: prepared rows, matrix rows, the model, predictions.

        Args:
            source: the source.
            rows: positions of its records.

        Raises:
            LineageError: a source or a record that does not exist.
        """
        run, graph = self._run, topological([self._run.scored.step])
        scans = self._scans_of(source)
        asked = as_rows(rows, scans[0].n_rows, source)
        found = [forward(scan, asked, graph) for scan in scans]

        def reached(step: Step) -> RowNumbers:
            parts = [f[step] for f in found if step in f]
            return np.unique(np.concatenate([np.empty(0, np.int64), *parts])).astype(np.int64)

        train = reached(run.encoding.features.step)
        return Reach(
            source=source,
            rows=asked.astype(np.int64),
            prepared=reached(run.prepared._relation.step),
            train=train,
            test=reached(run.test_features.step),
            features=self._features_of(scans),
            encoders=self._learners if len(train) else (),
            model=bool(len(reached(run.fitted.step))),
            predictions=reached(run.predicted.step),
        )

    def _features_of(self, scans: Iterable[Step]) -> Ranges:
        made = np.zeros(self._n_features, bool)
        for scan in scans:
            made |= np.asarray(self._dependence(scan).reached["value"].sum(axis=1), bool).ravel()
        return _ranges(made)

    def _origin(self, step: Step, rows: Sequence[int]) -> dict[str, RowNumbers]:
        found = backward(step, np.asarray(rows, np.int64))
        out: dict[str, RowNumbers] = {}
        for scan, name in self._scans.items():
            own = np.asarray(found.get(scan, np.empty(0, np.int64)), np.int64)
            out[name] = np.union1d(out[name], own) if name in out else own
        return out

    def _cells(self, step: Step, row: int, features: Rows) -> dict[tuple[str, str], RowNumbers]:
        return named_cells(cell_origins(step, np.array([row]), features), self._scans)

    # the graph behind it -----------------------------------------------------------------------------------------

    @cached_property
    def _scans(self) -> dict[Step, str]:
        names = self._run.plan.source_names
        steps = topological([self._run.scored.step])
        return {s: names[s.operator.source] for s in steps if isinstance(s.operator, Scan)}

    def _scans_of(self, source: str) -> list[Step]:
        found = [step for step, name in self._scans.items() if name == source]
        if not found:
            raise LineageError(
                f"This run has no source {source!r}.", available=list(dict.fromkeys(self._scans.values()))
            )
        return found

    @property
    def _learners(self) -> tuple[str, ...]:
        """The names of the transformers that learned something."""
        fits = [part.step.operator for part in self._run.encoding.parts]
        return tuple(f.name for f in fits if isinstance(f, FitTransform) and len(f.inputs) > 1)

    @property
    def _n_features(self) -> int:
        return self._run.encoding.features.step.operator.n_columns

    def _feature(self, number: int) -> Rows:
        if isinstance(number, bool) or not isinstance(number, int | np.integer):
            raise LineageError(f"A feature is named by its position in X, got {number!r:.80}.")
        if not 0 <= number < self._n_features:
            raise LineageError(f"X has no column {number}.", hint=f"its columns are 0 to {self._n_features - 1}")
        return np.array([number])

    @cached_property
    def _matrices(self) -> dict[Any, Dependence]:
        return column_matrices(self._run.encoding.features.step.operator)

    def _dependence(self, scan: Step) -> Dependence:
        return self._matrices[scan.operator]

    def __repr__(self) -> str:
        return f"PipelineLineage({', '.join(dict.fromkeys(self._scans.values()))} → {self._n_features:,} features)"


def _row(row: int, n_rows: int, part: str) -> int:
    """One row of a part."""
    found = as_rows(row, n_rows, f"The {part} part")
    if len(found) != 1:
        raise LineageError(f"This is asked for one row, got {row!r:.80}.")
    return int(found[0])


def _strength(by_kind: dict[EdgeKind, Flags]) -> npt.NDArray[np.int8]:
    """The kinds as numbers from 1 (control) to 3 (value), 0 for no connection."""
    numbers = np.zeros(len(by_kind["value"]), np.int8)
    for number, kind in enumerate(_KINDS, start=1):
        numbers[by_kind[kind]] = number
    return numbers


def _ranges(flags: Flags) -> Ranges:
    """Half-open ranges of the positions that are flagged."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(np.int8), [0]])))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]
