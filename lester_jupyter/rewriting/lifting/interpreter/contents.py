"""Finished collections as plans: the rows that loops have put into a list, dict or set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from lester_jupyter.rewriting.lifting.expressions import reference
from lester_jupyter.rewriting.lifting.interpreter.context import Context, Refusal
from lester_jupyter.rewriting.lifting.interpreter.shapes import columns_for, columns_in, renamed, shape
from lester_jupyter.rewriting.lifting.steps import Distinct, Step, Union
from lester_jupyter.rewriting.lifting.values import Collection, Contribution, Mode, Scalar, Value


@dataclass(frozen=True)
class Contents:
    """All rows of a collection.

    Attributes:
        plan: the rows, in the order in which they were put in.
        element: what each row put in.
        key: under which key, for dictionaries.
        mode: how rows with one key meet.
        lines: of the statements that put them in.
    """

    plan: Step
    element: Value
    key: Value | None
    mode: Mode
    lines: tuple[int, ...]


def contents_of(ctx: Context, collection: Collection, line: int) -> Contents:
    """The rows of a finished collection.

    Raises:
        Refusal: one whose contents are not known, still being filled, or never were rows.
    """
    if collection.spoiled is not None:
        raise Refusal(collection.spoiled.line, collection.spoiled.reason, collection.spoiled.hint)
    if not collection.contents:
        raise Refusal(line, f"`{collection.name}` never receives a record")
    modes = {c.mode for c in collection.contents}
    if len(modes) > 1:
        raise Refusal(collection.contents[-1].lines[0], f"`{collection.name}` is filled in different ways")
    parts = [_part(c) for c in collection.contents]
    lines = tuple(sorted({n for p in parts for n in p.lines}))
    if len(parts) == 1:
        return parts[0]
    return _union(ctx, collection, parts, lines)


def _part(part: Contribution) -> Contents:
    return Contents(part.plan, part.element, part.key, part.mode, part.lines)


def _union(ctx: Context, collection: Collection, parts: list[Contents], lines: tuple[int, ...]) -> Contents:
    if len({repr((shape(p.element), p.key and shape(p.key))) for p in parts}) > 1:
        raise Refusal(lines[-1], f"`{collection.name}` receives records of different shapes")
    plans: list[Step] = []
    columns: list[tuple[Value, Value | None]] = []
    for part in parts:
        plan, element = columns_for(part.plan, part.element, ctx, part.lines)
        key = part.key
        if key is not None:
            plan, key = columns_for(plan, key, ctx, part.lines)
        plans.append(plan)
        columns.append((element, key))
    lists = [columns_in(e) + (columns_in(k) if k is not None else ()) for e, k in columns]
    pairs: dict[tuple[object, ...], Scalar] = {}
    made = []
    for position, old in enumerate(zip(*lists, strict=True)):
        if old not in pairs:
            kinds = {c.kind for c in old}
            if kinds == {"int", "float"}:
                raise Refusal(
                    lines[-1], f"`{collection.name}` receives whole numbers from one loop, others from another"
                )
            new = ctx.column(old[0].hint, kinds.pop() if len(kinds) == 1 else "unknown")
            pairs[old] = Scalar(reference(new), new.kind)
            made.append((new, old))
        del position
    step = Union(parts=tuple(plans), columns=tuple(made), lines=lines)
    first = {old[0]: reference(new) for new, old in made}
    if len(first) < len(made):
        raise Refusal(lines[-1], f"`{collection.name}` receives one value twice in a record")
    element, key = columns[0]
    return Contents(step, renamed(element, first), None if key is None else renamed(key, first), parts[0].mode, lines)


def distinct(
    plan: Step, columns: Value, keep: Literal["first", "last"], lines: tuple[int, ...], called: str = ""
) -> Step:
    """One row for each value of the given columns."""
    chosen = tuple(dict.fromkeys(columns_in(columns)))
    return Distinct(input=plan, columns=chosen, keep=keep, lines=lines, called=called)
