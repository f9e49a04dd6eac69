"""A plan that can run again, be written down and be drawn."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from lester_jupyter.engines import Relation
from lester_jupyter.engines.pandas import PandasEngine
from lester_jupyter.engines.pandas.scan import read
from lester_jupyter.errors import PlanError, SourceError
from lester_jupyter.frame.digests import file_digest
from lester_jupyter.lineage import topological
from lester_jupyter.plan import Operator, Plan, Scan, Source
from lester_jupyter.plan.format import describe, explain
from lester_jupyter.plan.serde import from_json, to_json

if TYPE_CHECKING:
    from lester_jupyter.frame.frame import Frame


class ExecutablePlan(Plan):
    """The plan of a frame or of a whole cell.

    Args:
        roots: the operators whose output is a result.
        ran: their relations, where they have run.
    """

    def __init__(self, roots: Iterable[Operator], ran: Mapping[Operator, Relation] | None = None) -> None:
        super().__init__(roots)
        self._ran = dict(ran or {})

    def execute(
        self, sources: Mapping[str, pd.DataFrame | str | Path] | None = None, engine: str = "pandas"
    ) -> Frame:
        """Runs the plan again, on the same sources or on others.

        Args:
            sources: for a source's name, another table or file to use instead.
            engine: which engine runs it.

        Returns:
            The result of the (only) root.

        Raises:
            PlanError: an engine or source that does not exist, or a plan with several results.
        """
        from lester_jupyter.frame.frame import Frame

        if engine != "pandas":
            raise PlanError(f"There is no engine {engine!r}.", available=["pandas"])
        if len(self.roots) != 1:
            raise PlanError(f"This plan has {len(self.roots)} results.", hint="execute the plan of one frame")
        runner = PandasEngine(self.tables(sources or {}))
        done: dict[Operator, Relation] = {}
        for operator in self.operators:
            done[operator] = runner.execute(operator, [done[i] for i in operator.inputs])
        return Frame(done[self.roots[0]])

    def tables(self, given: Mapping[str, pd.DataFrame | str | Path]) -> dict[Source, pd.DataFrame]:
        """The tables of all sources that are not read from where they were: those given, and those in memory."""
        names = set(self.source_names.values())
        unknown = [n for n in given if n not in names]
        if unknown:
            raise PlanError(f"The plan has no source {unknown[0]!r}.", available=sorted(names))
        tables: dict[Source, pd.DataFrame] = {}
        for operator in self.operators:
            if not isinstance(operator, Scan):
                continue
            replacement = given.get(self.source_names[operator.source])
            if isinstance(replacement, pd.DataFrame):
                tables[operator.source] = replacement
            elif replacement is not None:
                moved = Source(operator.source.name, str(replacement), operator.source.format, operator.source.options)
                tables[operator.source] = read(Scan(source=moved, names=operator.names))
            elif operator.source.format == "memory":
                tables[operator.source] = self._recorded(operator)
        return tables

    def _recorded(self, scan: Scan) -> pd.DataFrame:
        for relation in self._ran.values():
            for step in topological([relation.step]):
                if step.operator is scan and step.source_table is not None:
                    table: pd.DataFrame = step.source_table
                    return table
        raise SourceError(
            f"The records of {scan.source.name!r} were in memory and are not part of the plan.",
            hint=f"pass them: plan.execute(sources={{{scan.source.name!r}: table}})",
        )

    def changed_sources(self) -> list[str]:
        """The sources whose file is gone or has other content than when it was read."""
        return [
            name
            for source, name in self.source_names.items()
            if source.digest is not None and file_digest(Path(source.location)) != source.digest
        ]

    def explain(self) -> str:
        """The plan as a numbered list of operators, with row counts where it has run."""
        rows: dict[str, int] = {}
        for relation in self._ran.values():
            rows |= {self.ids[s.operator]: s.n_rows for s in topological([relation.step])}
        return explain(self, rows)

    def to_json(self, indent: int | None = None) -> str:
        """The plan as JSON; functions are written by name and text only."""
        return to_json(self, indent)

    @classmethod
    def from_json(cls, text: str) -> ExecutablePlan:
        """Reads a plan that `to_json` wrote."""
        return cls(from_json(text).roots)

    def to_dot(self) -> str:
        """The plan in Graphviz' DOT language."""
        return self.to_graphviz().source

    def to_graphviz(self) -> Any:
        """The plan as a `graphviz.Digraph`, one node an operator, with its id."""
        import graphviz

        graph = graphviz.Digraph("plan", node_attr={"shape": "box"})
        for key, operator in self.by_id.items():
            graph.node(key, graphviz.escape(describe(operator)), id=key)
            for slot, operand in enumerate(operator.inputs):
                graph.edge(self.ids[operand], key, headlabel="LR"[slot] if operator.kind == "join" else "")
        return graph

    def __repr__(self) -> str:
        return self.explain()
