"""Runs code over whole tables that nobody looks into: each row of its result may be made of all rows of its inputs."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from lester_jupyter.engines.pandas.functions import callable_of
from lester_jupyter.engines.pandas.operators import Result, Steps, Tables, run
from lester_jupyter.errors import PlanError
from lester_jupyter.lineage import All
from lester_jupyter.lineage.identity import record_identity
from lester_jupyter.plan import Function, Opaque


def call_opaque(function: Function, tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Calls a function of whole tables; it gets copies, and its result's index is not kept.

    Raises:
        PlanError: it gives something else than a DataFrame with columns of different names.
    """
    made = callable_of(function)(*(t.copy(deep=False) for t in tables))
    if not isinstance(made, pd.DataFrame):
        raise PlanError(
            f"{function.name} gave {type(made).__name__}, expected a DataFrame.",
            hint="series.to_frame() makes one of a Series",
        )
    if made.columns.duplicated().any() or not all(isinstance(c, str | int) for c in made.columns):
        raise PlanError(
            f"{function.name} gave the columns {list(made.columns)!r:.200}: name each by a text of its own."
        )
    return made.reset_index(drop=True)


def opaque_result(table: pd.DataFrame, inputs: Sequence[pd.DataFrame]) -> Result:
    """The table with an edge from everything; who a row is says its content, since nothing else can."""
    edges = tuple(All(len(i), len(table)) for i in inputs)
    return Result(table, edges, own_identity=lambda: record_identity(table))


@run.register
def _(operator: Opaque, tables: Tables, steps: Steps) -> Result:
    del steps
    if operator.function is None:
        raise PlanError(
            f"The code of an opaque step is not part of its plan: {operator.reason}.",
            hint="run the code that made the plan",
        )
    return opaque_result(call_opaque(operator.function, tables), tables)
