"""Rows: duplicates, order, limits, lists taken apart, and splits."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

import pandas as pd
from hypothesis import strategies as st

import lester_jupyter as ld
from lester_jupyter import plan
from programs.operation import ORDERED, Arguments, Drawn, Operation, Rows, Schema, some_columns
from programs.values import is_missing, key_of, ordered


class Distinct(Operation):
    kind = "distinct"
    makes = (plan.Distinct,)

    def drawn(self, draw: st.DrawFn, schemas: list[Schema], at: int) -> Drawn | None:
        subset = some_columns(draw, schemas[at]) if draw(st.booleans()) else None
        compared = subset or list(schemas[at])
        if len(compared) == 1 and schemas[at][compared[0]] not in ORDERED[:3]:
            return None  # in one column of Python objects pandas tells None from NaN; the oracle does not
        return Drawn((at,), {"subset": subset, "keep": draw(st.sampled_from(["first", "last", False]))}, schemas[at])

    def ours(self, a: Arguments, frames: list[ld.Frame]) -> ld.Frame:
        return frames[0].distinct(a["subset"], a["keep"])

    def pandas(self, a: Arguments, tables: list[pd.DataFrame], made: ld.Frame) -> pd.DataFrame:
        return tables[0].drop_duplicates(a["subset"], keep=a["keep"])

    def tokens(self, a: Arguments, inputs: list[Rows], made: ld.Frame) -> Rows:
        rows = inputs[0].rows
        keys = [tuple(key_of(v[n]) for n in a["subset"] or inputs[0].columns) for v, _ in rows]
        times = Counter(keys)
        if a["keep"] is False:
            return inputs[0].taken([r for r, key in zip(rows, keys, strict=True) if times[key] == 1])
        chosen: dict[Any, int] = {}
        for i, key in enumerate(keys):
            if a["keep"] == "last" or key not in chosen:
                chosen[key] = i
        return inputs[0].taken([rows[i] for i in sorted(chosen.values())])


class Sort(Operation):
    kind = "sort"
    makes = (plan.Sort,)

    def drawn(self, draw: st.DrawFn, schemas: list[Schema], at: int) -> Drawn | None:
        by = some_columns(draw, schemas[at], *ORDERED, most=3)
        if by is None:
            return None
        ascending = draw(st.booleans() | st.lists(st.booleans(), min_size=len(by), max_size=len(by)))
        a = {"by": by, "ascending": ascending, "na_position": draw(st.sampled_from(["first", "last"]))}
        return Drawn((at,), a, schemas[at])

    def ours(self, a: Arguments, frames: list[ld.Frame]) -> ld.Frame:
        return frames[0].sort(a["by"], ascending=a["ascending"], na_position=a["na_position"])

    def pandas(self, a: Arguments, tables: list[pd.DataFrame], made: ld.Frame) -> pd.DataFrame:
        return tables[0].sort_values(a["by"], ascending=a["ascending"], na_position=a["na_position"], kind="stable")

    def tokens(self, a: Arguments, inputs: list[Rows], made: ld.Frame) -> Rows:
        keys = [inputs[0].values(name) for name in a["by"]]
        ascending = a["ascending"] if isinstance(a["ascending"], list) else [a["ascending"]] * len(keys)
        return inputs[0].taken(ordered(inputs[0].rows, keys, ascending, [a["na_position"] == "first"] * len(keys)))


class Limit(Operation):
    kind = "limit"
    makes = (plan.Limit,)

    def drawn(self, draw: st.DrawFn, schemas: list[Schema], at: int) -> Drawn | None:
        a = {
            "form": draw(st.sampled_from(["limit", "head", "tail"])),
            "n": draw(st.integers(0, 6)),
            "offset": draw(st.integers(0, 3)),
        }
        return Drawn((at,), a, schemas[at])

    def ours(self, a: Arguments, frames: list[ld.Frame]) -> ld.Frame:
        if a["form"] == "limit":
            return frames[0].limit(a["n"], a["offset"])
        return frames[0].head(a["n"]) if a["form"] == "head" else frames[0].tail(a["n"])

    def pandas(self, a: Arguments, tables: list[pd.DataFrame], made: ld.Frame) -> pd.DataFrame:
        if a["form"] == "limit":
            return tables[0].iloc[a["offset"] : a["offset"] + a["n"]]
        return tables[0].head(a["n"]) if a["form"] == "head" else tables[0].tail(a["n"])

    def tokens(self, a: Arguments, inputs: list[Rows], made: ld.Frame) -> Rows:
        rows = inputs[0].rows
        first = {"limit": a["offset"], "head": 0, "tail": max(0, len(rows) - a["n"])}[a["form"]]
        return inputs[0].taken([r for i, r in enumerate(rows) if first <= i < first + a["n"]])


class Explode(Operation):
    kind = "explode"
    makes = (plan.Explode,)

    def drawn(self, draw: st.DrawFn, schemas: list[Schema], at: int) -> Drawn | None:
        names = some_columns(draw, schemas[at], "list")
        if names is None:
            return None
        return Drawn((at,), {"names": names}, {**schemas[at], **dict.fromkeys(names, "item")})

    def ours(self, a: Arguments, frames: list[ld.Frame]) -> ld.Frame:
        return frames[0].explode(a["names"] if len(a["names"]) > 1 else a["names"][0])

    def pandas(self, a: Arguments, tables: list[pd.DataFrame], made: ld.Frame) -> pd.DataFrame:
        return tables[0].explode(a["names"])

    def tokens(self, a: Arguments, inputs: list[Rows], made: ld.Frame) -> Rows:
        rows = []
        for values, tokens in inputs[0].rows:
            lists = [[None] if is_missing(values[n]) or not values[n] else values[n] for n in a["names"]]
            together = zip(*lists, strict=True)
            rows += [({**values, **dict(zip(a["names"], items, strict=True))}, tokens) for items in together]
        return inputs[0].taken(rows)


class Split(Operation):
    """Which rows are drawn is taken from ours, for no oracle can know it; that the draw keeps its promises is checked."""

    kind = "split"
    makes = (plan.Split,)

    def drawn(self, draw: st.DrawFn, schemas: list[Schema], at: int) -> Drawn | None:
        options = {}
        variant = draw(st.sampled_from(["", "stratify", "group"]))
        names = some_columns(draw, schemas[at], *ORDERED)
        if variant and names is not None:
            options = {variant: names}
        a = {"part": draw(st.sampled_from([0, 1])), "seed": draw(st.integers(0, 3)), "options": options}
        return Drawn((at,), {**a, "fraction": draw(st.sampled_from([0.5, 0.7]))}, schemas[at])

    def ours(self, a: Arguments, frames: list[ld.Frame]) -> ld.Frame:
        parts = frames[0].split(a["fraction"], a["seed"], **a["options"])
        assert sum(map(len, parts)) == len(frames[0])
        return parts[a["part"]]

    def pandas(self, a: Arguments, tables: list[pd.DataFrame], made: ld.Frame) -> pd.DataFrame:
        return tables[0].iloc[made._relation.step.edges[0].index]

    def tokens(self, a: Arguments, inputs: list[Rows], made: ld.Frame) -> Rows:
        drawn = made._relation.step.edges[0].index.tolist()
        assert drawn == sorted(set(drawn))  # rows keep their order, none comes twice
        names = a["options"].get("stratify") or a["options"].get("group") or []
        groups: defaultdict[Any, list[bool]] = defaultdict(list)
        for i, (values, _) in enumerate(inputs[0].rows):
            groups[tuple(key_of(values[n]) for n in names)].append(i in drawn)
        share = a["fraction"] if a["part"] == 0 else 1 - a["fraction"]
        if "group" in a["options"]:
            assert all(len(set(members)) == 1 for members in groups.values())
        if "stratify" in a["options"]:
            assert all(abs(sum(members) - share * len(members)) < 1 for members in groups.values())
        return inputs[0].taken([inputs[0].rows[i] for i in drawn])


class Opaque(Operation):
    """Rows in reverse, by a function that nobody looks into: each may be made of all."""

    kind = "opaque"
    makes = (plan.Opaque,)

    def drawn(self, draw: st.DrawFn, schemas: list[Schema], at: int) -> Drawn | None:
        other = draw(st.none() | st.integers(0, len(schemas) - 1))
        return Drawn((at,) if other is None else (at, other), {}, schemas[at])

    def ours(self, a: Arguments, frames: list[ld.Frame]) -> ld.Frame:
        return frames[0].opaque(lambda table, *_: table.iloc[::-1], *frames[1:])

    def pandas(self, a: Arguments, tables: list[pd.DataFrame], made: ld.Frame) -> pd.DataFrame:
        return tables[0].iloc[::-1]

    def tokens(self, a: Arguments, inputs: list[Rows], made: ld.Frame) -> Rows:
        everything = frozenset(t for i in inputs for _, tokens in i.rows for t in tokens)
        return inputs[0].taken([(values, everything) for values, _ in reversed(inputs[0].rows)])
