"""A plan: the operators that reach one or more results, each once, inputs before their readers."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from pathlib import PurePath

from lester_jupyter.plan.operator import Operator
from lester_jupyter.plan.operators import Scan
from lester_jupyter.plan.references import Source


class Plan:
    """A directed acyclic graph of operators.

    Args:
        roots: the operators whose output is a result.
    """

    def __init__(self, roots: Iterable[Operator]) -> None:
        self.roots = tuple(dict.fromkeys(roots))

    @cached_property
    def operators(self) -> tuple[Operator, ...]:
        """All operators in topological order; sources appear where they are first needed."""
        done: dict[Operator, None] = {}
        for root in self.roots:
            stack: list[tuple[Operator, bool]] = [(root, False)]
            while stack:
                operator, expanded = stack.pop()
                if expanded:
                    done.setdefault(operator)
                elif operator not in done:
                    stack.append((operator, True))
                    stack.extend((i, False) for i in reversed(operator.inputs))
        return tuple(done)

    @cached_property
    def by_id(self) -> dict[str, Operator]:
        """Operators by their id: "o1", "o2", … in topological order (the same plan has the same ids)."""
        return {f"o{i}": operator for i, operator in enumerate(self.operators, start=1)}

    @cached_property
    def ids(self) -> dict[Operator, str]:
        """The id of each operator."""
        return {operator: key for key, operator in self.by_id.items()}

    @property
    def sources(self) -> tuple[Source, ...]:
        """What it reads, each once."""
        return tuple(dict.fromkeys(o.source for o in self.operators if isinstance(o, Scan)))

    @cached_property
    def source_names(self) -> dict[Source, str]:
        """What to call each source: its name; more of its path, or a number, where several share a name."""
        names: dict[Source, str] = {}
        for source in self.sources:
            places = {s.location for s in self.sources if s.name == source.name}
            wanted = _distinguishing(source.location, places - {source.location}, source.name)
            numbered = (wanted, *(f"{wanted}#{i}" for i in range(2, len(self.sources) + 2)))
            names[source] = next(n for n in numbered if n not in names.values())
        return names

    @property
    def completeness(self) -> float:
        """Share of operators whose lineage is known to be exact, 0 to 1."""
        return sum(o.exact for o in self.operators) / max(1, len(self.operators))


def _distinguishing(path: str, others: set[str], name: str) -> str:
    """As much of the path's folders before the name as it takes to tell it from the others (often nothing)."""
    if not others:
        return name
    folders = PurePath(path).parent.parts
    for depth in range(1, len(folders) + 1):
        tail = folders[-depth:]
        if all(PurePath(o).parent.parts[-depth:] != tail for o in others):
            return "/".join((*tail, name))
    return name
