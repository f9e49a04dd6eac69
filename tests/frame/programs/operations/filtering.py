"""Filters in all their forms, masks, and rows with missing values."""

from __future__ import annotations

import datetime
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import strategies as st

import lester_jupyter as ld
from lester_jupyter import plan
from programs.operation import Arguments, Drawn, Operation, Row, Rows, Schema, column, some_columns
from programs.values import is_missing, is_present

BOUNDS: dict[str, list[Any]] = {
    "number": [0, 1, 2],
    "fraction": [0, 1],
    "truth": [True, False],
    "time": [datetime.datetime.fromisoformat("2024-02-29")],
}
"""What columns are compared with; all other kinds are compared with texts."""


class Filter(Operation):
    kind = "filter"
    makes = (plan.Filter,)

    def drawn(self, draw: st.DrawFn, schemas: list[Schema], at: int) -> Drawn | None:
        schema = schemas[at]
        form = draw(st.sampled_from(["string", "callable", "column", "in", "and", "missing"]))
        wanted = column(draw, schema)
        kind = schema[wanted]
        if kind == "list":
            form = draw(st.sampled_from(["callable", "missing"]))
        a = {
            "form": form,
            "column": wanted,
            "other": column(draw, schema),
            "value": draw(st.sampled_from(BOUNDS.get(kind, ["a", "b", ""]))),
            "op": draw(st.sampled_from(["==", "!=", *(["<", ">="] if kind in ("number", "fraction", "time") else [])])),
        }
        return Drawn((at,), a, schema)

    def ours(self, a: Arguments, frames: list[ld.Frame]) -> ld.Frame:
        [frame] = frames
        name, value = a["column"], a["value"]
        bound = [value, *_more(value)]  # noqa: F841 - found by its name
        if a["form"] == "string":
            return frame.filter(f"{name} {a['op']} @value")
        if a["form"] == "in":
            return frame.filter(f"{name} not in @bound")
        if a["form"] == "and":
            return frame.filter(f"{name} {a['op']} @value or `{a['other']}`.isna() & not {name} == @value")
        if a["form"] == "callable":
            return frame.filter(is_present, [name])
        if a["form"] == "column":
            return frame[~(frame[name] == value) & frame[a["other"]].notna()]
        return frame[frame[name].isna()]

    def pandas(self, a: Arguments, tables: list[pd.DataFrame], made: ld.Frame) -> pd.DataFrame:
        [df] = tables
        values, value = df[a["column"]], a["value"]
        compared = {"==": values.eq, "!=": values.ne, "<": values.lt, ">=": values.ge}
        if a["form"] == "string":
            return df[compared[a["op"]](value)]
        if a["form"] == "in":
            return df[~values.isin([value, *_more(value)])]
        if a["form"] == "and":
            return df[compared[a["op"]](value) | (df[a["other"]].isna() & ~(values == value))]
        if a["form"] == "callable":
            return df[values.notna()]
        if a["form"] == "column":
            return df[(values != value) & df[a["other"]].notna()]
        return df[values.isna()]

    def tokens(self, a: Arguments, inputs: list[Rows], made: ld.Frame) -> Rows:
        return inputs[0].taken([r for r in inputs[0].rows if _holds(a, r[0])])


def _more(value: Any) -> list[Any]:
    return ["c"] if isinstance(value, str) else [3] if type(value) is int else []


def _holds(a: Arguments, values: dict[str, Any]) -> bool:
    value, bound = values[a["column"]], a["value"]
    if a["form"] == "callable":
        return is_present(value)
    if a["form"] == "missing":
        return is_missing(value)
    equal = is_present(value) and value == bound
    if a["form"] == "column":
        return not equal and is_present(values[a["other"]])
    if a["form"] == "in":
        return is_missing(value) or value not in (bound, *_more(bound))
    if a["op"] in ("==", "!="):
        compared = equal == (a["op"] == "==")
    else:
        compared = is_present(value) and (value < bound if a["op"] == "<" else value >= bound)
    if a["form"] == "string":
        return compared
    return compared or (is_missing(values[a["other"]]) and not equal)


class Mask(Operation):
    """Truth values made elsewhere: they do not follow when the sources change."""

    kind = "mask"
    makes = (plan.Filter,)

    def drawn(self, draw: st.DrawFn, schemas: list[Schema], at: int) -> Drawn | None:
        return Drawn((at,), {"mask": draw(st.lists(st.booleans(), min_size=1, max_size=5))}, schemas[at])

    def ours(self, a: Arguments, frames: list[ld.Frame]) -> ld.Frame:
        return frames[0][np.resize(a["mask"], len(frames[0]))]

    def pandas(self, a: Arguments, tables: list[pd.DataFrame], made: ld.Frame) -> pd.DataFrame:
        return tables[0][np.resize(a["mask"], len(tables[0])).astype(bool)]

    def tokens(self, a: Arguments, inputs: list[Rows], made: ld.Frame) -> Rows:
        mask = a["mask"]
        return inputs[0].taken([r for i, r in enumerate(inputs[0].rows) if mask[i % len(mask)]])


class DropMissing(Operation):
    kind = "drop_missing"
    makes = (plan.DropMissing,)

    def drawn(self, draw: st.DrawFn, schemas: list[Schema], at: int) -> Drawn | None:
        subset = some_columns(draw, schemas[at], most=3) if draw(st.booleans()) else None
        options = draw(st.sampled_from([{}, {"how": "any"}, {"how": "all"}, {"thresh": 1}, {"thresh": 2}]))
        return Drawn((at,), {"subset": subset, "options": options}, schemas[at])

    def ours(self, a: Arguments, frames: list[ld.Frame]) -> ld.Frame:
        return frames[0].drop_missing(a["subset"], **a["options"])

    def pandas(self, a: Arguments, tables: list[pd.DataFrame], made: ld.Frame) -> pd.DataFrame:
        return tables[0].dropna(subset=a["subset"], **a["options"])

    def tokens(self, a: Arguments, inputs: list[Rows], made: ld.Frame) -> Rows:
        names = a["subset"] or inputs[0].columns

        def stays(row: Row) -> bool:
            there = [is_present(row[0][n]) for n in names]
            if "thresh" in a["options"]:
                return sum(there) >= a["options"]["thresh"]
            return any(there) if a["options"].get("how") == "all" else all(there)

        return inputs[0].taken([r for r in inputs[0].rows if stays(r)])
