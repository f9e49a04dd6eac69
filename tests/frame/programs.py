"""Random small programs over frames, and three ways to run them: ours, plain pandas, and plain Python with tokens.

The plain Python run is the oracle for row lineage: every source row is a token, every row carries the set of tokens it
is made of, and joins, unions and duplicates are written out as loops.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import strategies as st

import lester_jupyter as ld

MISSING = object()


@dataclass(frozen=True)
class Op:
    """One step: its kind, the frames it reads (by number), and its arguments."""

    kind: str
    inputs: tuple[int, ...] = ()
    args: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Program:
    """Sources (name, table, whether it is a CSV file), then steps; the last frame is the result."""

    sources: tuple[tuple[str, pd.DataFrame, bool], ...]
    ops: tuple[Op, ...]

    def __repr__(self) -> str:
        sources = [f"  {n} ({'csv' if c else 'memory'}) = {t.to_dict('list')}" for n, t, c in self.sources]
        steps = [f"  {i}: {o}" for i, o in enumerate(self.ops, start=len(self.sources))]
        return "\n".join(["Program", *sources, *steps])


# how programs are drawn ------------------------------------------------------------------------------------------

NUMBERS = st.sampled_from([0, 1, 1, 2, 2, 3, None])
WORDS = st.sampled_from(["a", "a", "b", "bb", "c", "", None])
NAMES = ["k", "s", "x", "y", "z"]


def _nothing() -> int:
    return 7


def _double(value: Any) -> Any:
    return None if _is_missing(value) else value * 2


def _text(value: Any) -> str:
    """A text that does not show whether pandas made floats of integers (it does in unions and left joins)."""
    if isinstance(value, int | float) and not _is_missing(value):
        return f"{value:g}"
    return "nothing" if _is_missing(value) else str(value)


def _both(a: Any, b: Any) -> str:
    return f"{_text(a)}|{_text(b)}"


def _swap(a: Any, b: Any) -> tuple[Any, Any]:
    return b, a


def _is_present(value: Any) -> bool:
    return not _is_missing(value)


def _is_missing(value: Any) -> bool:
    return value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value))


@st.composite
def tables(draw: st.DrawFn, csv: bool) -> pd.DataFrame:
    n = draw(st.integers(0, 7))
    kinds = {"k": NUMBERS, "s": WORDS, "x": NUMBERS, "y": WORDS}
    names = draw(st.permutations(["k", "s", *draw(st.sets(st.sampled_from(["x", "y"])))]))
    columns = {}
    for name in names:
        values = draw(st.lists(kinds[name], min_size=n, max_size=n))
        number = kinds[name] is NUMBERS
        columns[name] = pd.Series(values, dtype=(float if None in values else int) if number else "str")
    table = pd.DataFrame(columns)
    if csv and n:  # at least one value a column, or pandas would read it as numbers
        table.loc[0, [c for c in names if kinds[c] is WORDS]] = "w"
    return table


def _types(table: pd.DataFrame) -> dict[str, str]:
    return {c: "number" if c in ("k", "x") else "text" for c in table.columns}


@st.composite
def programs(draw: st.DrawFn, kinds: tuple[str, ...], most: int = 6) -> Program:
    """Programs whose steps are of these kinds; steps that the schemas do not allow are left out."""
    sources = []
    for i in range(draw(st.integers(1, 3))):
        csv = draw(st.booleans())
        name = draw(st.sampled_from(["a", "b"])) if not csv else f"file{i}"
        sources.append((name, draw(tables(csv)), csv))
    schemas = [_types(t) for _, t, _ in sources]
    ops: list[Op] = []
    for _ in range(draw(st.integers(1, most))):
        kind = draw(st.sampled_from(kinds))
        at = draw(st.integers(max(0, len(schemas) - 3), len(schemas) - 1))
        made = draw(_STEPS[kind](schemas, at))
        if made is not None:
            op, schema = made
            ops.append(op)
            schemas.append(schema)
    return Program(tuple(sources), tuple(ops))


def _column(schema: dict[str, str], kind: str | None = None) -> st.SearchStrategy[str]:
    return st.sampled_from([c for c in schema if kind in (None, schema[c])])


@st.composite
def _filter(draw: st.DrawFn, schemas: list[dict[str, str]], at: int) -> tuple[Op, dict[str, str]] | None:
    schema = schemas[at]
    form = draw(st.sampled_from(["string", "callable", "column", "mask", "in", "and", "missing"]))
    column = draw(_column(schema))
    other = draw(_column(schema))
    value = draw(st.sampled_from([0, 1, 2])) if schema[column] == "number" else draw(st.sampled_from(["a", "b", ""]))
    op = draw(st.sampled_from(["==", "!="] if schema[column] != "number" else ["==", "!=", "<", ">="]))
    mask = draw(st.lists(st.booleans(), min_size=1, max_size=5))
    return Op(
        "filter", (at,), {"form": form, "column": column, "other": other, "value": value, "op": op, "mask": mask}
    ), schema


@st.composite
def _project(draw: st.DrawFn, schemas: list[dict[str, str]], at: int) -> tuple[Op, dict[str, str]] | None:
    schema = schemas[at]
    function, n_in, n_out = draw(
        st.sampled_from([(_nothing, 0, 1), (_text, 1, 1), (_double, 1, 1), (_both, 2, 1), (_swap, 2, 2)])
    )
    sources = [draw(_column(schema)) for _ in range(n_in)]
    targets = draw(st.lists(st.sampled_from(NAMES), min_size=n_out, max_size=n_out, unique=True))
    result = {_nothing: "number", _text: "text", _both: "text"}.get(function, "any")
    args = {"targets": targets, "sources": sources, "function": function}
    return Op("project", (at,), args), {**schema, **dict.fromkeys(targets, result)}


@st.composite
def _select(draw: st.DrawFn, schemas: list[dict[str, str]], at: int) -> tuple[Op, dict[str, str]] | None:
    names = draw(st.lists(_column(schemas[at]), min_size=1, unique=True))
    return Op("select", (at,), {"names": names}), {n: schemas[at][n] for n in names}


@st.composite
def _drop(draw: st.DrawFn, schemas: list[dict[str, str]], at: int) -> tuple[Op, dict[str, str]] | None:
    if len(schemas[at]) < 2:
        return None
    gone = draw(_column(schemas[at]))
    return Op("drop", (at,), {"name": gone}), {n: t for n, t in schemas[at].items() if n != gone}


@st.composite
def _rename(draw: st.DrawFn, schemas: list[dict[str, str]], at: int) -> tuple[Op, dict[str, str]] | None:
    schema = schemas[at]
    old = draw(st.lists(_column(schema), min_size=1, unique=True))
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
    return Op("rename", (at,), {"mapping": mapping}), dict(zip(names, schema.values(), strict=True))


@st.composite
def _join(draw: st.DrawFn, schemas: list[dict[str, str]], at: int) -> tuple[Op, dict[str, str]] | None:
    right = draw(st.integers(0, len(schemas) - 1))  # itself, too
    how = draw(st.sampled_from(["inner", "left"]))
    pairs = [(a, b) for a, t in schemas[at].items() for b, u in schemas[right].items() if t == u != "any"]
    same = [p for p in pairs if p[0] == p[1]]
    if not pairs:
        return None
    keys = draw(st.lists(st.sampled_from(same or pairs), min_size=1, max_size=2, unique=True))
    if draw(st.booleans()):
        keys = [draw(st.sampled_from(pairs))]
    if len({a for a, _ in keys}) < len(keys) or len({b for _, b in keys}) < len(keys):
        keys = keys[:1]
    shared = {a for a, b in keys if a == b}
    clash = (set(schemas[at]) & set(schemas[right])) - shared
    columns = [(f"{c}_x" if c in clash else c, t) for c, t in schemas[at].items()]
    columns += [(f"{c}_y" if c in clash else c, t) for c, t in schemas[right].items() if c not in shared]
    if len(dict(columns)) < len(columns) or len(columns) > 12:
        return None
    return Op("join", (at, right), {"how": how, "keys": keys}), dict(columns)


@st.composite
def _union(draw: st.DrawFn, schemas: list[dict[str, str]], at: int) -> tuple[Op, dict[str, str]] | None:
    others = draw(st.lists(st.integers(0, len(schemas) - 1), min_size=1, max_size=2))  # itself, too
    merged: dict[str, str] = {}
    for schema in (schemas[i] for i in (at, *others)):
        for name, kind in schema.items():
            merged[name] = kind if merged.get(name, kind) == kind else "any"
    return Op("union", (at, *others)), merged


@st.composite
def _distinct(draw: st.DrawFn, schemas: list[dict[str, str]], at: int) -> tuple[Op, dict[str, str]] | None:
    subset = draw(st.none() | st.lists(_column(schemas[at]), min_size=1, max_size=2, unique=True))
    return Op("distinct", (at,), {"subset": subset, "keep": draw(st.sampled_from(["first", "last"]))}), schemas[at]


@st.composite
def _fill(draw: st.DrawFn, schemas: list[dict[str, str]], at: int) -> tuple[Op, dict[str, str]] | None:
    column = draw(_column(schemas[at]))
    value = draw(st.sampled_from([0, "", 1.5]))
    fits = isinstance(value, str) == (schemas[at][column] == "text") and schemas[at][column] != "any"
    return Op("fill", (at,), {"column": column, "value": value}), {
        **schemas[at],
        column: schemas[at][column] if fits else "any",
    }


@st.composite
def _split(draw: st.DrawFn, schemas: list[dict[str, str]], at: int) -> tuple[Op, dict[str, str]] | None:
    args = {"part": draw(st.sampled_from([0, 1])), "seed": draw(st.integers(0, 3)), "fraction": 0.5}
    return Op("split", (at,), args), schemas[at]


_STEPS = {
    "filter": _filter,
    "project": _project,
    "select": _select,
    "drop": _drop,
    "rename": _rename,
    "join": _join,
    "union": _union,
    "distinct": _distinct,
    "fill": _fill,
    "split": _split,
}
ALL = tuple(_STEPS)
MONOTONE = tuple(k for k in _STEPS if k != "distinct")


# ours ------------------------------------------------------------------------------------------------------------


def run_frames(program: Program, directory: Path) -> list[ld.Frame]:
    """All frames of the program, sources first."""
    frames = []
    for name, table, csv in program.sources:
        if csv:
            path = directory / f"{name}.csv"
            table.to_csv(path, index=False)
            frames.append(ld.read_csv(path))
        else:
            frames.append(ld.from_pandas(table, name))
    for op in program.ops:
        frames.append(_ours(op, [frames[i] for i in op.inputs]))
    return frames


def _ours(op: Op, inputs: list[ld.Frame]) -> ld.Frame:
    frame, a = inputs[0], op.args
    if op.kind == "filter":
        column, value = a["column"], a["value"]
        bound = [value, "c", 3]  # noqa: F841 - found by its name
        if a["form"] == "string":
            return frame.filter(f"{column} {a['op']} @value")
        if a["form"] == "in":
            return frame.filter(f"{column} not in @bound")
        if a["form"] == "and":
            return frame.filter(f"{column} {a['op']} {value!r} or `{a['other']}`.isna() & not {column} == {value!r}")
        if a["form"] == "callable":
            return frame.filter(_is_present, [column])
        if a["form"] == "column":
            return frame[~(frame[column] == value) & frame[a["other"]].notna()]
        if a["form"] == "missing":
            return frame[frame[column].isna()]
        return frame[np.resize(a["mask"], len(frame))]
    if op.kind == "project":
        return frame.project(a["targets"], a["sources"], a["function"])
    if op.kind == "select":
        return frame[a["names"]]
    if op.kind == "drop":
        return frame.drop(a["name"])
    if op.kind == "rename":
        return frame.rename(a["mapping"])
    if op.kind == "join":
        left_on, right_on = ([k[i] for k in a["keys"]] for i in (0, 1))
        return frame.join(inputs[1], left_on=left_on, right_on=right_on, how=a["how"])
    if op.kind == "union":
        return frame.union(*inputs[1:])
    if op.kind == "distinct":
        return frame.distinct(a["subset"], a["keep"])
    if op.kind == "fill":
        return frame.fill_missing({a["column"]: a["value"]})
    return frame.split(a["fraction"], a["seed"])[a["part"]]


# plain pandas ----------------------------------------------------------------------------------------------------


def run_pandas(program: Program, frames: list[ld.Frame], directory: Path) -> list[pd.DataFrame]:
    """The same in pandas. Which rows a split draws is taken from ours: it has tests of its own."""
    out = [pd.read_csv(directory / f"{n}.csv") if csv else t for n, t, csv in program.sources]
    for number, op in enumerate(program.ops, start=len(program.sources)):
        out.append(_pandas(op, [out[i] for i in op.inputs], frames[number]).reset_index(drop=True))
    return out


def _pandas(op: Op, inputs: list[pd.DataFrame], ours: ld.Frame) -> pd.DataFrame:
    df, a = inputs[0], op.args
    if op.kind == "filter":
        column, value = df[a["column"]], a["value"]
        compared = {"==": column.eq, "!=": column.ne, "<": column.lt, ">=": column.ge}
        if a["form"] == "string":
            return df[compared[a["op"]](value)]
        if a["form"] == "in":
            return df[~column.isin([value, "c", 3])]
        if a["form"] == "and":
            return df[compared[a["op"]](value) | (df[a["other"]].isna() & ~(column == value))]
        if a["form"] == "callable":
            return df[column.notna()]
        if a["form"] == "column":
            return df[(column != value) & df[a["other"]].notna()]
        if a["form"] == "missing":
            return df[column.isna()]
        return df[np.resize(a["mask"], len(df)).astype(bool)]
    if op.kind == "project":
        rows = df[a["sources"]].astype(object).to_numpy().tolist() if a["sources"] else [[]] * len(df)
        made = [a["function"](*r) for r in rows]
        columns = [made] if len(a["targets"]) == 1 else [[m[i] for m in made] for i in range(len(a["targets"]))]
        out = df.copy()
        for target, values in zip(a["targets"], columns, strict=True):
            kinds = {type(v) for v in values}
            dtype = {int: "int64", float: "float64", str: "str", bool: "bool"}.get(*kinds) if len(kinds) == 1 else None
            out[target] = pd.Series(values, dtype=dtype or object)
        return out
    if op.kind in ("select", "drop"):
        return df[a["names"]] if op.kind == "select" else df.drop(columns=a["name"])
    if op.kind == "rename":
        return df.rename(columns=a["mapping"])
    if op.kind == "join":
        left_on, right_on = ([k[i] for k in a["keys"]] for i in (0, 1))
        return df.merge(inputs[1], left_on=left_on, right_on=right_on, how=a["how"])
    if op.kind == "union":
        return pd.concat(inputs)
    if op.kind == "distinct":
        return df.drop_duplicates(a["subset"], keep=a["keep"])
    if op.kind == "fill":
        return df.assign(**{a["column"]: _filled(df[a["column"]], a["value"])})
    return df.iloc[ours._relation.step.edges[0].index]


def _filled(column: pd.Series, value: Any) -> pd.Series:
    """As fillna where pandas' type holds the value; else Python objects, or one type if that is what they are."""
    if not column.isna().any():
        return column
    if (column.dtype == float and not isinstance(value, str)) or (column.dtype == "str" and isinstance(value, str)):
        return column.fillna(value)
    values = [value if _is_missing(v) else v for v in column.tolist()]
    kinds = {type(v) for v in values}
    native = {int: "int64", float: "float64", str: "str", bool: "bool"}
    return pd.Series(values, dtype=native.get(kinds.pop(), object) if len(kinds) == 1 else object)


# plain Python with tokens ----------------------------------------------------------------------------------------

Token = tuple[str, int]
Row = tuple[dict[str, Any], frozenset[Token]]


def run_tokens(program: Program, frames: list[ld.Frame]) -> list[list[Row]]:
    """Rows with the tokens they are made of; a token is (name of the source in the result's lineage, row)."""
    out: list[list[Row]] = []
    for number in range(len(program.sources)):
        records = frames[number].to_dicts()
        out.append([(dict(r), frozenset({(f"source{number}", i)})) for i, r in enumerate(records)])
    for number, op in enumerate(program.ops, start=len(program.sources)):
        inputs = [out[i] for i in op.inputs]
        columns = [frames[i].columns for i in op.inputs]
        out.append(_tokens(op, inputs, columns, frames[number]))
    return out


def key_of(value: Any) -> Any:
    """What decides whether two values are equal; missing values equal each other."""
    return MISSING if _is_missing(value) else value


def _tokens(op: Op, inputs: list[list[Row]], columns: list[list[str]], ours: ld.Frame) -> list[Row]:
    rows, a = inputs[0], op.args
    if op.kind == "filter":
        if a["form"] == "mask":
            return [r for i, r in enumerate(rows) if a["mask"][i % len(a["mask"])]]
        return [r for r in rows if _holds(a, r[0])]
    if op.kind == "project":
        out = []
        for values, tokens in rows:
            made = a["function"](*(values[s] for s in a["sources"]))
            made = (made,) if len(a["targets"]) == 1 else made
            out.append(({**values, **dict(zip(a["targets"], made, strict=True))}, tokens))
        return out
    if op.kind == "select":
        return [({n: v[n] for n in a["names"]}, t) for v, t in rows]
    if op.kind == "drop":
        return [({n: x for n, x in v.items() if n != a["name"]}, t) for v, t in rows]
    if op.kind == "rename":
        return [({a["mapping"].get(n, n): x for n, x in v.items()}, t) for v, t in rows]
    if op.kind == "join":
        return _nested_loops(a, rows, inputs[1], *columns)
    if op.kind == "union":
        names = list(dict.fromkeys(n for c in columns for n in c))
        return [({n: v.get(n) for n in names}, t) for part in inputs for v, t in part]
    if op.kind == "distinct":
        order = rows if a["keep"] == "first" else rows[::-1]
        kept: dict[tuple[Any, ...], int] = {}
        for i, (values, _) in enumerate(order):
            kept.setdefault(tuple(key_of(values[n]) for n in a["subset"] or values), i)
        chosen = sorted(i if a["keep"] == "first" else len(rows) - 1 - i for i in kept.values())
        return [rows[i] for i in chosen]
    if op.kind == "fill":
        name = a["column"]
        return [({**v, name: a["value"] if _is_missing(v[name]) else v[name]}, t) for v, t in rows]
    return [rows[i] for i in ours._relation.step.edges[0].index]


def _holds(a: dict[str, Any], values: dict[str, Any]) -> bool:
    value, bound = values[a["column"]], a["value"]
    if a["form"] == "callable":
        return not _is_missing(value)
    if a["form"] == "missing":
        return _is_missing(value)
    equal = not _is_missing(value) and value == bound
    if a["form"] == "column":
        return not equal and not _is_missing(values[a["other"]])
    if a["form"] == "in":
        return _is_missing(value) or value not in (bound, "c", 3)
    if a["op"] in ("==", "!="):
        compared = equal == (a["op"] == "==")
    else:
        compared = not _is_missing(value) and (value < bound if a["op"] == "<" else value >= bound)
    if a["form"] == "string":
        return compared
    return compared or (_is_missing(values[a["other"]]) and not equal)


def _nested_loops(
    a: dict[str, Any], left: list[Row], right: list[Row], left_names: list[str], right_names: list[str]
) -> list[Row]:
    shared = {x for x, y in a["keys"] if x == y}
    clash = (set(left_names) & set(right_names)) - shared
    out = []
    for lv, lt in left:
        matches = [r for r in right if all(key_of(lv[x]) == key_of(r[0][y]) for x, y in a["keys"])]
        if not matches and a["how"] == "left":
            matches = [(dict.fromkeys(right_names), frozenset())]
        for rv, rt in matches:
            values = {(f"{n}_x" if n in clash else n): x for n, x in lv.items()}
            values |= {(f"{n}_y" if n in clash else n): x for n, x in rv.items() if n not in shared}
            out.append((values, lt | rt))
    return out
