"""Groups of rows: what is computed of each group, written out over lists of values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
from hypothesis import strategies as st

import lester_jupyter as ld
from lester_jupyter import plan
from programs.operation import ORDERED, Arguments, Drawn, Operation, Row, Rows, Schema, column, some_columns
from programs.values import is_missing, is_present, key_of, ordered


def span(values: pd.Series) -> Any:
    """A function of a group's Series: the distance between its largest and its smallest value."""
    return values.max() - values.min()


def median(there: list[Any]) -> Any:
    """Of values that are there; missing where there are none."""
    if not there:
        return None
    low, high = sorted(there)[(len(there) - 1) // 2], sorted(there)[len(there) // 2]
    return (low + high) / 2


def present(function: Callable[[list[Any]], Any]) -> Callable[[list[Any]], Any]:
    """Of the values that are there; missing where there are none."""

    def computed(values: list[Any]) -> Any:
        there = [v for v in values if is_present(v)]
        return function(there) if there else None

    return computed


FUNCTIONS: dict[str, Callable[[list[Any]], Any]] = {
    "count": lambda values: sum(map(is_present, values)),
    "size": len,
    "nunique": lambda values: len({v for v in values if is_present(v)}),
    "first": present(lambda there: there[0]),
    "last": present(lambda there: there[-1]),
    "min": present(min),
    "max": present(max),
    "sum": lambda values: sum(v for v in values if is_present(v)),
    "mean": present(lambda there: sum(there) / len(there)),
    "median": present(median),
    "any": lambda values: any(v for v in values if is_present(v)),
    "all": lambda values: all(v for v in values if is_present(v)),
    "list": list,
    "span": present(lambda there: max(there) - min(there)),
}
"""What each aggregation gives for the values of a group, in the order of the rows."""

OF_ALL_KINDS = {"count": "number", "nunique": "number", "first": "", "last": ""}
MADE: dict[str, dict[str, str]] = {
    "number": {
        **OF_ALL_KINDS,
        "min": "",
        "max": "",
        "sum": "",
        "mean": "fraction",
        "median": "",
        "span": "",
        "list": "list",
    },
    "fraction": {**OF_ALL_KINDS, "min": "", "max": ""},
    "text": {**OF_ALL_KINDS, "min": "", "max": ""},
    "time": {**OF_ALL_KINDS, "min": "", "max": ""},
    "truth": {**OF_ALL_KINDS, "any": "", "all": ""},
}
"""For each kind of column, the functions it can be given, and the kind of what they make ("": the same)."""


def named(function: str) -> Any:
    return {"span": span, "list": list}.get(function, function)


class Aggregate(Operation):
    kind = "aggregate"
    makes = (plan.Aggregate,)

    def drawn(self, draw: st.DrawFn, schemas: list[Schema], at: int) -> Drawn | None:
        schema = schemas[at]
        by = some_columns(draw, schema, *ORDERED) if draw(st.integers(0, 4)) else []
        if by is None:
            return None
        computed: list[tuple[str, str | None, str]] = []
        made: Schema = {name: schema[name] for name in by}
        for target in [n for n in ("m", "n", "p") if n not in by][: draw(st.integers(0 if by else 1, 3))]:
            source = column(draw, schema, *MADE)
            if source is None or draw(st.integers(0, 5)) == 0:
                computed.append((target, None, "size"))
                made[target] = "number"
                continue
            fitting = [f for f in MADE[schema[source]] if by or f not in ("any", "all")]
            function = draw(st.sampled_from(fitting))
            computed.append((target, source, function))
            made[target] = MADE[schema[source]][function] or schema[source]
        a = {"by": by, "computed": computed, "dropna": draw(st.booleans()), "sort": draw(st.booleans())}
        a["keywords"] = draw(st.booleans())
        return Drawn((at,), a, made)

    def ours(self, a: Arguments, frames: list[ld.Frame]) -> ld.Frame:
        options = {"dropna": a["dropna"], "sort": a["sort"]}
        if a["keywords"]:
            made = {t: "size" if s is None else (s, named(f)) for t, s, f in a["computed"]}
            return frames[0].aggregate(a["by"], **made, **options)
        made = {t: (s or frames[0].columns[0], named(f)) for t, s, f in a["computed"]}
        return frames[0].aggregate(a["by"] or None, made, **options)

    def pandas(self, a: Arguments, tables: list[pd.DataFrame], made: ld.Frame) -> pd.DataFrame:
        [df] = tables
        if not a["by"]:
            return self._of_all(a, df, made)
        grouped = df.groupby(a["by"], dropna=a["dropna"], sort=a["sort"], as_index=False)
        if not a["computed"]:
            return grouped.size()[a["by"]]
        out = grouped.agg(**{t: (s or a["by"][0], named(f)) for t, s, f in a["computed"]})
        return out.astype({t: object for t, _, f in a["computed"] if f == "list"})  # also where there are no groups

    def _of_all(self, a: Arguments, df: pd.DataFrame, made: ld.Frame) -> pd.DataFrame:
        if len(df):
            one = df.assign(everything=0).groupby("everything")
            return one.agg(**{t: (s or df.columns[0], named(f)) for t, s, f in a["computed"]}).reset_index(drop=True)
        # of no rows pandas makes no group; that ours is what the columns' own methods give, the brute force says
        return made.df

    def tokens(self, a: Arguments, inputs: list[Rows], made: ld.Frame) -> Rows:
        groups: dict[Any, list[Row]] = {} if a["by"] else {(): []}
        for row in inputs[0].rows:
            values = [row[0][n] for n in a["by"]]
            if not (a["dropna"] and any(map(is_missing, values))):
                groups.setdefault(tuple(map(key_of, values)), []).append(row)
        rows = []
        for members in groups.values():
            values = {n: members[0][0][n] for n in a["by"]}
            for target, source, function in a["computed"]:
                of = [None if source is None else v[source] for v, _ in members]
                values[target] = FUNCTIONS[function](of)
            rows.append((values, frozenset().union(*(t for _, t in members))))
        if a["sort"] and any(is_missing(v[n]) for v, _ in rows for n in a["by"]):
            # where keys are Python objects pandas leaves missing ones, and all others, in an order of its own
            found = [tuple(map(key_of, key)) for key in made.to_tuples(a["by"])]
            rows = sorted(rows, key=lambda row: found.index(tuple(key_of(row[0][n]) for n in a["by"])))
        elif a["sort"] and a["by"]:
            rows = ordered(rows, [[v[n] for v, _ in rows] for n in a["by"]], [True] * len(a["by"]))
        return Rows([*a["by"], *(t for t, _, _ in a["computed"])], rows)
