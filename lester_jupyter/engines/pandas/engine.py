"""Dispatches operators to their functions, and checks that what they give is what the plan announces."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

import pandas as pd

from lester_jupyter.engines.pandas import columns, combining, grouping, opaque, rows, windows  # noqa: F401 - runs
from lester_jupyter.engines.pandas.operators import run
from lester_jupyter.engines.pandas.scan import read_source
from lester_jupyter.engines.protocol import Relation
from lester_jupyter.errors import PlanError
from lester_jupyter.lineage import Step
from lester_jupyter.lineage.identity import record_identity
from lester_jupyter.plan import Operator, Scan, Source


class PandasEngine:
    """Runs operators on pandas.

    Args:
        tables: ready-made tables for sources; other sources are read from their location.
    """

    name = "pandas"

    def __init__(self, tables: Mapping[Source, pd.DataFrame] | None = None) -> None:
        self._tables = dict(tables or {})

    def execute(self, operator: Operator, inputs: Sequence[Relation]) -> Relation:
        """Runs an operator; see `Engine.execute`.

        Raises:
            PlanError: a source or result that does not have the columns of the plan (nothing wrong is passed on).
        """
        if isinstance(operator, Scan):
            given = self._tables.get(operator.source)
            table = read_source(operator.source, operator.names) if given is None else given
            kept = None
            if operator.source.format == "memory":
                table = kept = table.reset_index(drop=True)  # a copy (on write): the caller's may change
            identity = cache(lambda: record_identity(table))
            step = Step(operator, len(table), own_identity=identity, source_table=kept)
        else:
            result = run(operator, [i.table for i in inputs], [i.step for i in inputs])
            table = result.table
            n_rows = result.edges[0].n_output
            parents = tuple(i.step for i in inputs)
            step = Step(
                operator,
                n_rows,
                parents,
                result.edges,
                result.anchors,
                result.own_identity,
                alternatives=result.alternatives,
            )
        if isinstance(table, pd.DataFrame) and tuple(table.columns.tolist()) != operator.columns:
            subject = f"The source {operator.source.name!r}" if isinstance(operator, Scan) else operator.kind
            raise PlanError(f"{subject} has the columns {list(table.columns)}, expected {list(operator.columns)}.")
        return Relation(table, step)
