"""Several tables: joins of all sorts, and unions."""

from __future__ import annotations

from typing import Any

import pandas as pd
from hypothesis import strategies as st

import lester_jupyter as ld
from lester_jupyter import plan
from programs.operation import ORDERED, Arguments, Drawn, Operation, Row, Rows, Schema
from programs.values import is_missing, key_of, ordered


class Join(Operation):
    kind = "join"
    makes = (plan.Join,)
    hows: tuple[str, ...] = ("inner", "left", "right", "outer")

    def drawn(self, draw: st.DrawFn, schemas: list[Schema], at: int) -> Drawn | None:
        right = draw(st.integers(0, len(schemas) - 1))  # itself, too
        pairs = [(a, b) for a, t in schemas[at].items() for b, u in schemas[right].items() if t == u and t in ORDERED]
        same = [p for p in pairs if p[0] == p[1]]
        if not pairs:
            return None
        keys = draw(st.lists(st.sampled_from(same or pairs), min_size=1, max_size=2, unique=True))
        if draw(st.booleans()):
            keys = [draw(st.sampled_from(pairs))]
        if len({a for a, _ in keys}) < len(keys) or len({b for _, b in keys}) < len(keys):
            keys = keys[:1]
        columns = self.columns(schemas[at], schemas[right], keys)
        if len(dict(columns)) < len(columns) or len(columns) > 12:
            return None
        a = {
            "how": draw(st.sampled_from(self.hows)),
            "keys": keys,
            "times": [schemas[at][k] == "time" for k, _ in keys],
        }
        return Drawn((at, right), a, dict(columns))

    def columns(self, left: Schema, right: Schema, keys: list[tuple[str, str]]) -> list[tuple[str, str]]:
        shared = {a for a, b in keys if a == b}
        clash = (set(left) & set(right)) - shared
        columns = [(f"{c}_x" if c in clash else c, t) for c, t in left.items()]
        return columns + [(f"{c}_y" if c in clash else c, t) for c, t in right.items() if c not in shared]

    def ours(self, a: Arguments, frames: list[ld.Frame]) -> ld.Frame:
        left_on, right_on = ([k[i] for k in a["keys"]] for i in (0, 1))
        return frames[0].join(frames[1], left_on=left_on, right_on=right_on, how=a["how"])

    def pandas(self, a: Arguments, tables: list[pd.DataFrame], made: ld.Frame) -> pd.DataFrame:
        left_on, right_on = ([k[i] for k in a["keys"]] for i in (0, 1))
        return tables[0].merge(tables[1], left_on=left_on, right_on=right_on, how=a["how"])

    def tokens(self, a: Arguments, inputs: list[Rows], made: ld.Frame) -> Rows:
        left, right = inputs
        how, nobody = a["how"], frozenset()
        pairs: list[tuple[Row, Row]] = []
        if how == "right":
            for r in right.rows:
                found = [le for le in left.rows if _match(a, le, r)]
                pairs += [(le, r) for le in found or [(dict.fromkeys(left.columns), nobody)]]
        else:
            for le in left.rows:
                found = [r for r in right.rows if _match(a, le, r)]
                if not found and how in ("left", "outer"):
                    found = [(dict.fromkeys(right.columns), nobody)]
                pairs += [(le, r) for r in found]
        if how == "outer":
            lonely = [r for r in right.rows if not any(_match(a, le, r) for le in left.rows)]
            pairs += [((dict.fromkeys(left.columns), nobody), r) for r in lonely]
            keys = [[_either(le[0][x], r[0][y]) for le, r in pairs] for x, y in a["keys"]]
            pairs = ordered(pairs, keys, [True] * len(keys), a["times"])  # pandas puts NaT first, NaN last
        shared = {x for x, y in a["keys"] if x == y}
        clash = (set(left.columns) & set(right.columns)) - shared
        rows = []
        for (lv, lt), (rv, rt) in pairs:
            values = {(f"{n}_x" if n in clash else n): x for n, x in lv.items()}
            values |= {n: _either(lv[n], rv[n]) for n in shared}
            values |= {(f"{n}_y" if n in clash else n): x for n, x in rv.items() if n not in shared}
            rows.append((values, lt | rt))
        names = [
            n for n, _ in self.columns(dict.fromkeys(left.columns, ""), dict.fromkeys(right.columns, ""), a["keys"])
        ]
        return Rows(names, rows)


def _match(a: Arguments, left: Row, right: Row) -> bool:
    return all(key_of(left[0][x]) == key_of(right[0][y]) for x, y in a["keys"])


def _either(left: Any, right: Any) -> Any:
    return right if is_missing(left) else left


class SemiJoin(Join):
    """Rows of the left side by whether they have a match: the columns of the right side do not come along."""

    kind = "semi_join"
    hows = ("semi", "anti")

    def columns(self, left: Schema, right: Schema, keys: list[tuple[str, str]]) -> list[tuple[str, str]]:
        return list(left.items())

    def pandas(self, a: Arguments, tables: list[pd.DataFrame], made: ld.Frame) -> pd.DataFrame:
        left, right = tables
        left_on, right_on = ([k[i] for k in a["keys"]] for i in (0, 1))
        keys = right[right_on].drop_duplicates().set_axis([f"key{i}" for i in range(len(right_on))], axis=1)
        numbered = left.set_axis([f"column{i}" for i in range(len(left.columns))], axis=1)
        wanted = [f"column{list(left.columns).index(c)}" for c in left_on]
        found = (
            numbered.merge(keys, how="left", left_on=wanted, right_on=list(keys), indicator=True)["_merge"] == "both"
        )
        return left[found.to_numpy() == (a["how"] == "semi")]

    def tokens(self, a: Arguments, inputs: list[Rows], made: ld.Frame) -> Rows:
        left, right = inputs
        rows = []
        for le in left.rows:
            found = [r for r in right.rows if _match(a, le, r)]
            if bool(found) == (a["how"] == "semi"):
                rows.append((le[0], le[1].union(*(tokens for _, tokens in found))))
        return left.taken(rows)


class Union(Operation):
    kind = "union"
    makes = (plan.Union,)

    def drawn(self, draw: st.DrawFn, schemas: list[Schema], at: int) -> Drawn | None:
        others = draw(st.lists(st.integers(0, len(schemas) - 1), min_size=1, max_size=2))  # itself, too
        merged: Schema = {}
        for schema in (schemas[i] for i in (at, *others)):
            for name, kind in schema.items():
                merged[name] = kind if merged.get(name, kind) == kind else "any"
        return Drawn((at, *others), {}, merged)

    def ours(self, a: Arguments, frames: list[ld.Frame]) -> ld.Frame:
        return frames[0].union(*frames[1:])

    def pandas(self, a: Arguments, tables: list[pd.DataFrame], made: ld.Frame) -> pd.DataFrame:
        return pd.concat(tables)

    def tokens(self, a: Arguments, inputs: list[Rows], made: ld.Frame) -> Rows:
        names = list(dict.fromkeys(n for part in inputs for n in part.columns))
        return Rows(names, [({n: v.get(n) for n in names}, t) for part in inputs for v, t in part.rows])
