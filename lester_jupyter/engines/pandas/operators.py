"""What runs an operator on pandas: one function an operator, registered by the modules beside this one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import singledispatch
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from lester_jupyter.errors import PlanError
from lester_jupyter.lineage import RowEdge, Step, Take
from lester_jupyter.lineage.rows import Rows, index_dtype
from lester_jupyter.lineage.steps import Again, Hashes
from lester_jupyter.plan import Operator
from lester_jupyter.plan.references import Name

Tables = Sequence[Any]
Steps = Sequence[Step]


@dataclass(frozen=True)
class Result:
    """What an operator gave.

    Attributes:
        table: the rows; of the learning operators a matrix, a model, or scores.
        edges: the row edge to each input slot.
        anchors: see `Step.anchors`.
        own_identity: see `Step.own_identity`.
        alternatives: see `Step.alternatives`.
    """

    table: Any
    edges: tuple[RowEdge, ...]
    anchors: tuple[RowEdge | None, ...] | None = None
    own_identity: Callable[[], Hashes] | None = None
    alternatives: Callable[[Again], RowEdge] | None = None


@singledispatch
def run(operator: Operator, tables: Tables, steps: Steps) -> Result:
    """Runs an operator on the tables of its inputs; `steps` are asked for row identities only."""
    raise PlanError(f"The pandas engine cannot run {operator.kind!r} on {len(tables)} of {len(steps)} tables.")


def columns_of(table: pd.DataFrame, names: Sequence[Name]) -> pd.DataFrame:
    """As `table[list(names)]`, without pandas' look-up of several names, which costs more than a small operator."""
    places: dict[Any, int] = {name: place for place, name in enumerate(table.columns.tolist())}
    return table.take([places[name] for name in names], axis=1)


def take(table: pd.DataFrame, chosen: npt.NDArray[np.bool_]) -> Result:
    """The rows that are chosen, in their order."""
    places = np.flatnonzero(chosen)
    made = table.take(places)  # with numpy's own integers, or it would convert them for each column
    made.index = pd.RangeIndex(len(places))
    index: Rows = places.astype(index_dtype(len(table)))
    return Result(made, (Take(index, len(table)),))


def taken(table: pd.DataFrame, n_input: int) -> Result:
    """A new table whose index still says which of the input's rows each row is; its rows are numbered anew."""
    index: Rows = np.asarray(table.index, dtype=index_dtype(n_input))
    table.index = pd.RangeIndex(len(table))
    return Result(table, (Take(index, n_input),))
