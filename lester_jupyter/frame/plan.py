"""A plan that can run again, be written down and be drawn."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import pandas as pd

from lester_jupyter.engines import Relation
from lester_jupyter.engines.pandas import PandasEngine
from lester_jupyter.engines.pandas.scan import records_not_at_hand
from lester_jupyter.errors import PlanError
from lester_jupyter.frame.sources import has_changed, memory_source, read_file
from lester_jupyter.lineage import Step, topological
from lester_jupyter.plan import Operator, Plan, Scan, Source
from lester_jupyter.plan.format import describe, explain
from lester_jupyter.plan.mermaid import to_mermaid
from lester_jupyter.plan.serde import from_json, to_json

if TYPE_CHECKING:
    from lester_jupyter.frame.frame import Frame

Given: TypeAlias = pd.DataFrame | str | Path
"""What can stand in for a source: a table, or a file to be read in the same way."""


class ExecutablePlan(Plan):
    """The plan of a frame or of a whole cell.

    Args:
        roots: the operators whose output is a result.
        ran: their relations, where they have run.
    """

    def __init__(self, roots: Iterable[Operator], ran: Mapping[Operator, Relation] | None = None) -> None:
        super().__init__(roots)
        self._ran = dict(ran or {})

    def execute(self, sources: Mapping[str, Given] | None = None, engine: str = "pandas") -> Frame:
        """Runs the plan again, as running its code again would: on the same sources, or on others.

        Values that the code computed outside of frames and handed in (a mean for `@limit`, a list for `isin`) are part
        of the plan as they were; they are not computed again.

        Args:
            sources: for a source's name, another table or file to use instead.
            engine: which engine runs it.

        Returns:
            The result of the (only) root, with a plan of its own; its sources keep the names they have in this plan.

        Raises:
            PlanError: an engine or source that does not exist, a plan with several results, or other records below a
                ready-made mask.
            SourceError: a source that is gone.
        """
        from lester_jupyter.frame.frame import Frame

        if engine != "pandas":
            raise PlanError(f"There is no engine {engine!r}.", available=["pandas"])
        if len(self.roots) != 1:
            raise PlanError(f"This plan has {len(self.roots)} results.", hint="execute the plan of one frame")
        if sources is not None and not isinstance(sources, Mapping):
            raise _unnamed(sources, sorted(self.source_names.values()))
        given = dict(sources or {})
        unknown = [n for n in given if n not in self.source_names.values()]
        if unknown:
            raise PlanError(f"The plan has no source {unknown[0]!r}.", available=sorted(self.source_names.values()))
        tables: dict[Source, tuple[Source, pd.DataFrame]] = {}
        done: dict[Operator, Relation] = {}
        moved: set[Operator] = set()
        for operator in self.operators:
            if not moved.isdisjoint(operator.inputs):
                moved.add(operator)
                if operator.bound_to_rows:
                    raise _mask_of_others(describe(operator, self))
            if isinstance(operator, Scan):
                if operator.source not in tables:
                    tables[operator.source] = self._source_now(operator, given)
                source, table = tables[operator.source]
                if source.location != operator.source.location or source.content != operator.source.content:
                    moved.add(operator)
                done[operator] = PandasEngine({source: table}).execute(replace(operator, source=source), ())
            else:
                inputs = [done[i] for i in operator.inputs]
                again = replace(operator, inputs=tuple(i.step.operator for i in inputs))
                done[operator] = PandasEngine().execute(again, inputs)
        return Frame(done[self.roots[0]])

    def _source_now(self, scan: Scan, given: Mapping[str, Given]) -> tuple[Source, pd.DataFrame]:
        """A source as it is now, or what was given in its place."""
        name = self.source_names[scan.source]
        other = given.get(name)
        if isinstance(other, pd.DataFrame):
            return memory_source(name), other
        if scan.source.format == "memory":
            if other is not None:
                raise PlanError(f"{name!r} was a table in memory; give a DataFrame, not {type(other).__name__}.")
            return replace(scan.source, name=name), self._recorded(scan)
        place = scan.source.location if other is None else other
        return read_file(Path(place), scan.source.format, scan.names, dict(scan.source.options), name)

    def _recorded(self, scan: Scan) -> pd.DataFrame:
        for step in self._steps():
            if step.operator is scan and step.source_table is not None:
                table: pd.DataFrame = step.source_table
                return table
        raise records_not_at_hand(self.source_names[scan.source])

    def _steps(self) -> tuple[Step, ...]:
        return topological(relation.step for relation in self._ran.values())

    def changed_sources(self) -> list[str]:
        """The sources whose file is gone or has other content than when it was read.

        Files whose size and times did not move are taken for unchanged, without reading them.
        """
        return [name for source, name in self.source_names.items() if has_changed(source)]

    def explain(self) -> str:
        """The plan as a numbered list of operators, with row counts where it has run."""
        return explain(self, {self.ids[s.operator]: s.n_rows for s in self._steps()})

    def to_json(self, indent: int | None = None) -> str:
        """The plan as JSON; functions are written by name and text only."""
        return to_json(self, indent)

    @classmethod
    def from_json(cls, text: str) -> ExecutablePlan:
        """Reads a plan that `to_json` wrote."""
        return cls(from_json(text).roots)

    def to_dot(self) -> str:
        """The plan in Graphviz' DOT language."""
        return str(self.to_graphviz().source)

    def to_mermaid(self) -> str:
        """The plan as a Mermaid flowchart."""
        return to_mermaid(self)

    def to_graphviz(self) -> Any:
        """The plan as a `graphviz.Digraph`, one node an operator, with its id."""
        import graphviz

        graph = graphviz.Digraph("plan", node_attr={"shape": "box"})
        for key, operator in self.by_id.items():
            graph.node(key, graphviz.escape(describe(operator, self)), id=key)
            for slot, operand in enumerate(operator.inputs):
                side = "LR"[slot] if operator.kind == "join" else ""
                graph.edge(self.ids[operand], key, headlabel=side, style="dotted" if slot in operator.fit_slots else "")
        return graph

    def __repr__(self) -> str:
        return self.explain()


def _unnamed(given: object, names: list[str]) -> PlanError:
    return PlanError(
        f"execute takes other sources by their names, got {type(given).__name__}.",
        available=names,
        hint=f'plan.execute({{"{names[0]}": df}})' if names else "",
    )


def _mask_of_others(what: str) -> PlanError:
    return PlanError(
        f"The plan holds ready-made values, one a row ({what}), and its records are others now.",
        hint="write the predicate as an expression or a function of columns; or run the code that made the plan",
    )
