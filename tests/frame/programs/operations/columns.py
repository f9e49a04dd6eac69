"""Columns: computed, kept, dropped, renamed, filled, and changed in type."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any, ClassVar

import pandas as pd
from hypothesis import strategies as st

import lester_jupyter as ld
from lester_jupyter import plan
from programs.operation import NAMES, Arguments, Drawn, Operation, Rows, Schema, column, some_columns
from programs.values import is_missing, text_of

NATIVE = {int: "int64", float: "float64", str: "str", bool: "bool"}


def column_of(values: list[Any]) -> pd.Series:
    """A column with pandas' type for the values if they have one type, else of Python objects."""
    kinds = {type(v) for v in values}
    return pd.Series(values, dtype=NATIVE.get(kinds.pop(), object) if len(kinds) == 1 else object)


def nothing() -> int:
    return 7


def double(value: Any) -> Any:
    return None if is_missing(value) else value * 2


def both(a: Any, b: Any) -> str:
    return f"{text_of(a)}|{text_of(b)}"


def swap(a: Any, b: Any) -> tuple[Any, Any]:
    return b, a


ANY = ("number", "fraction", "text", "truth", "time", "list", "item", "any")
FUNCTIONS: list[tuple[Callable[..., Any], tuple[str, ...], int, int, str]] = [
    (nothing, (), 0, 1, "number"),
    (text_of, ANY, 1, 1, "text"),
    (double, ("number", "text", "item"), 1, 1, "any"),
    (both, ANY, 2, 1, "text"),
    (swap, ANY, 2, 2, "any"),
]
"""Functions with the kinds of columns they take, how many they take and give, and the kind of what they give."""


class Project(Operation):
    kind = "project"
    makes = (plan.Extend,)

    def drawn(self, draw: st.DrawFn, schemas: list[Schema], at: int) -> Drawn | None:
        schema = schemas[at]
        function, kinds, n_sources, n_targets, made = draw(st.sampled_from(FUNCTIONS))
        sources = [column(draw, schema, *kinds) for _ in range(n_sources)]
        if None in sources:
            return None
        targets = draw(st.lists(st.sampled_from(NAMES), min_size=n_targets, max_size=n_targets, unique=True))
        a = {"targets": targets, "sources": sources, "function": function}
        return Drawn((at,), a, {**schema, **dict.fromkeys(targets, made)})

    def ours(self, a: Arguments, frames: list[ld.Frame]) -> ld.Frame:
        return frames[0].project(a["targets"], a["sources"], a["function"])

    def pandas(self, a: Arguments, tables: list[pd.DataFrame], made: ld.Frame) -> pd.DataFrame:
        out = tables[0].copy()
        rows = list(zip(*(out[s].tolist() for s in a["sources"]), strict=True)) if a["sources"] else [()] * len(out)
        results = [a["function"](*r) for r in rows]
        columns = [results] if len(a["targets"]) == 1 else [[r[i] for r in results] for i in range(len(a["targets"]))]
        for target, values in zip(a["targets"], columns, strict=True):
            out[target] = column_of(values)
        return out

    def tokens(self, a: Arguments, inputs: list[Rows], made: ld.Frame) -> Rows:
        rows = []
        for values, tokens in inputs[0].rows:
            results = a["function"](*(values[s] for s in a["sources"]))
            results = (results,) if len(a["targets"]) == 1 else results
            rows.append(({**values, **dict(zip(a["targets"], results, strict=True))}, tokens))
        return Rows(list(dict.fromkeys([*inputs[0].columns, *a["targets"]])), rows)


class Assign(Operation):
    """Columns made by expressions, written as text or with the frame's columns; the second may read the first."""

    kind = "assign"
    makes = (plan.Extend,)

    FORMS: ClassVar[dict[str, tuple[tuple[str, ...], str, Callable[[Any, Any], Any]]]] = {
        "plus": (("number",), "number", lambda v, w: None if is_missing(v) else v + 1),
        "times": (("number",), "number", lambda v, w: None if is_missing(v) or is_missing(w) else v * w),
        "above": (("number", "fraction"), "truth", lambda v, w: not is_missing(v) and v > 1),
        "gone": (ANY, "truth", lambda v, w: is_missing(v)),
        "upper": (("text",), "text", lambda v, w: None if is_missing(v) else v.upper()),
        "constant": (ANY, "text", lambda v, w: "c"),
    }
    """For each form the kinds of columns it takes, the kind it makes, and what it computes of two columns' values."""

    def drawn(self, draw: st.DrawFn, schemas: list[Schema], at: int) -> Drawn | None:
        schema = schemas[at]
        form = draw(st.sampled_from(sorted(self.FORMS)))
        kinds, made, _ = self.FORMS[form]
        sources = [column(draw, schema, *kinds) for _ in range(2)]
        if None in sources:
            return None
        target = draw(st.sampled_from(NAMES))
        a = {"form": form, "sources": sources, "target": target, "second": draw(st.sampled_from([None, "e"]))}
        return Drawn((at,), a, {**schema, target: made, **({"e": "truth"} if a["second"] else {})})

    def ours(self, a: Arguments, frames: list[ld.Frame]) -> ld.Frame:
        [frame], (one, two) = frames, a["sources"]
        made = {
            "plus": lambda: frame[one] + 1,
            "times": lambda: f"`{one}` * `{two}`",
            "above": lambda: f"`{one}` > 1",
            "gone": lambda: lambda f: f[one].isna(),
            "upper": lambda: f"`{one}`.str.upper()",
            "constant": lambda: "'c'",
        }[a["form"]]()
        second = {a["second"]: lambda f: f[a["target"]].notna()} if a["second"] else {}
        return frame.assign(**{a["target"]: made}, **second)

    def pandas(self, a: Arguments, tables: list[pd.DataFrame], made: ld.Frame) -> pd.DataFrame:
        [df], (one, two) = tables, a["sources"]
        values = {
            "plus": lambda: df[one] + 1,
            "times": lambda: df[one] * df[two],
            "above": lambda: df[one] > 1,
            "gone": lambda: df[one].isna(),
            "upper": lambda: df[one].str.upper(),
            "constant": lambda: "c",
        }[a["form"]]()
        second = {a["second"]: lambda d: d[a["target"]].notna()} if a["second"] else {}
        return df.assign(**{a["target"]: values}, **second)

    def tokens(self, a: Arguments, inputs: list[Rows], made: ld.Frame) -> Rows:
        function = self.FORMS[a["form"]][2]
        rows = []
        for values, tokens in inputs[0].rows:
            value = function(*(values[s] for s in a["sources"]))
            second = {a["second"]: not is_missing(value)} if a["second"] else {}
            rows.append(({**values, a["target"]: value, **second}, tokens))
        second_name = [a["second"]] if a["second"] else []
        return Rows(list(dict.fromkeys([*inputs[0].columns, a["target"], *second_name])), rows)


class Select(Operation):
    kind = "select"
    makes = (plan.Project,)

    def drawn(self, draw: st.DrawFn, schemas: list[Schema], at: int) -> Drawn | None:
        names = some_columns(draw, schemas[at], most=len(schemas[at]))
        return Drawn((at,), {"names": names}, {n: schemas[at][n] for n in names})

    def ours(self, a: Arguments, frames: list[ld.Frame]) -> ld.Frame:
        return frames[0][a["names"]]

    def pandas(self, a: Arguments, tables: list[pd.DataFrame], made: ld.Frame) -> pd.DataFrame:
        return tables[0][a["names"]]

    def tokens(self, a: Arguments, inputs: list[Rows], made: ld.Frame) -> Rows:
        return Rows(a["names"], [({n: v[n] for n in a["names"]}, t) for v, t in inputs[0].rows])


class Drop(Operation):
    kind = "drop"
    makes = (plan.Project,)

    def drawn(self, draw: st.DrawFn, schemas: list[Schema], at: int) -> Drawn | None:
        if len(schemas[at]) < 2:
            return None
        gone = column(draw, schemas[at])
        return Drawn((at,), {"name": gone}, {n: k for n, k in schemas[at].items() if n != gone})

    def ours(self, a: Arguments, frames: list[ld.Frame]) -> ld.Frame:
        return frames[0].drop(a["name"])

    def pandas(self, a: Arguments, tables: list[pd.DataFrame], made: ld.Frame) -> pd.DataFrame:
        return tables[0].drop(columns=a["name"])

    def tokens(self, a: Arguments, inputs: list[Rows], made: ld.Frame) -> Rows:
        left = [n for n in inputs[0].columns if n != a["name"]]
        return Rows(left, [({n: v[n] for n in left}, t) for v, t in inputs[0].rows])


class Rename(Operation):
    kind = "rename"
    makes = (plan.Rename,)

    def drawn(self, draw: st.DrawFn, schemas: list[Schema], at: int) -> Drawn | None:
        schema = schemas[at]
        old = some_columns(draw, schema, most=len(schema))
        new = draw(st.permutations(old))  # a swap or a longer ring
        if draw(st.booleans()):
            fresh = [n for n in NAMES if n not in schema]
            if not fresh:
                return None
            new = [*new[:-1], fresh[0]] if new[-1] == old[-1] else [fresh[0], *old[1:]]
        mapping = dict(zip(old, new, strict=True))
        names = [mapping.get(c, c) for c in schema]
        if len(set(names)) < len(names):
            return None
        return Drawn((at,), {"mapping": mapping}, dict(zip(names, schema.values(), strict=True)))

    def ours(self, a: Arguments, frames: list[ld.Frame]) -> ld.Frame:
        return frames[0].rename(a["mapping"])

    def pandas(self, a: Arguments, tables: list[pd.DataFrame], made: ld.Frame) -> pd.DataFrame:
        return tables[0].rename(columns=a["mapping"])

    def tokens(self, a: Arguments, inputs: list[Rows], made: ld.Frame) -> Rows:
        names = [a["mapping"].get(n, n) for n in inputs[0].columns]
        return Rows(names, [({a["mapping"].get(n, n): x for n, x in v.items()}, t) for v, t in inputs[0].rows])


class FillMissing(Operation):
    kind = "fill_missing"
    makes = (plan.FillMissing,)

    def drawn(self, draw: st.DrawFn, schemas: list[Schema], at: int) -> Drawn | None:
        name = column(draw, schemas[at])
        fitting = {"number": 0, "text": "", "truth": False, "time": datetime.datetime.fromisoformat("2024-01-01")}
        value = draw(st.sampled_from([*fitting.values(), 0.5]))
        kind = schemas[at][name]
        same = isinstance(value, type(fitting.get(kind))) or (kind == "number" and type(value) is float)
        kept = kind if (same and type(value) is not bool) or (kind == "truth" and type(value) is bool) else "any"
        return Drawn((at,), {"column": name, "value": value}, {**schemas[at], name: kept})

    def ours(self, a: Arguments, frames: list[ld.Frame]) -> ld.Frame:
        return frames[0].fill_missing({a["column"]: a["value"]})

    def pandas(self, a: Arguments, tables: list[pd.DataFrame], made: ld.Frame) -> pd.DataFrame:
        """As fillna where pandas' type holds the value; else Python objects, or one type if that is what they are."""
        values, value = tables[0][a["column"]], a["value"]
        if not values.isna().any():
            return tables[0]
        numbers = values.dtype.kind == "f" and type(value) in (int, float)
        times = values.dtype.kind == "M" and isinstance(value, datetime.datetime)
        if numbers or times or (values.dtype == "str" and isinstance(value, str)):
            return tables[0].assign(**{a["column"]: values.fillna(value)})
        return tables[0].assign(**{a["column"]: column_of([value if is_missing(v) else v for v in values.tolist()])})

    def tokens(self, a: Arguments, inputs: list[Rows], made: ld.Frame) -> Rows:
        name = a["column"]
        return inputs[0].taken(
            [({**v, name: a["value"] if is_missing(v[name]) else v[name]}, t) for v, t in inputs[0].rows]
        )


class Cast(Operation):
    kind = "cast"
    makes = (plan.Cast,)

    TYPES: ClassVar[dict[str, list[tuple[str, Callable[[Any], Any], str]]]] = {
        "number": [("float64", float, "number"), ("int64", int, "number"), ("object", lambda v: v, "number")],
        "truth": [("object", lambda v: v, "truth"), ("int64", int, "number")],
        "text": [("object", lambda v: v, "text"), ("str", str, "text")],
        "item": [("float64", float, "number")],
    }

    def drawn(self, draw: st.DrawFn, schemas: list[Schema], at: int) -> Drawn | None:
        name = column(draw, schemas[at], *self.TYPES)
        if name is None:
            return None
        dtype, function, made = draw(st.sampled_from(self.TYPES[schemas[at][name]]))
        a = {"column": name, "type": dtype, "function": function}
        return Drawn((at,), a, {**schemas[at], name: made})

    def ours(self, a: Arguments, frames: list[ld.Frame]) -> ld.Frame:
        return frames[0].cast({a["column"]: a["type"]})

    def pandas(self, a: Arguments, tables: list[pd.DataFrame], made: ld.Frame) -> pd.DataFrame:
        return tables[0].astype({a["column"]: a["type"]})

    def tokens(self, a: Arguments, inputs: list[Rows], made: ld.Frame) -> Rows:
        name = a["column"]

        def cast(value: Any) -> Any:
            return value if is_missing(value) else a["function"](value)

        return inputs[0].taken([({**v, name: cast(v[name])}, t) for v, t in inputs[0].rows])
