"""Dispatches operators to their functions, and checks that what they give is what the plan announces."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

import pandas as pd

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
            table = read_source(operator.source, operator.names) if given is None else given.reset_index(drop=True)
            kept = table if operator.source.format == "memory" else None
            identity = cache(lambda: record_identity(table))
            step = Step(operator, len(table), source_identity=identity, source_table=kept)
        else:
            result = run(operator, [i.table for i in inputs], [i.step for i in inputs])
            table = result.table
            step = Step(operator, len(table), tuple(i.step for i in inputs), result.edges)
        if tuple(table.columns) != operator.columns:
            subject = f"The source {operator.source.name!r}" if isinstance(operator, Scan) else operator.kind
            raise PlanError(f"{subject} has the columns {list(table.columns)}, expected {list(operator.columns)}.")
        return Relation(table, step)
