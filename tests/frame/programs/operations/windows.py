"""Windows: a value in each row from several rows of its partition, written out over lists of places."""

from __future__ import annotations

from typing import Any, ClassVar

import pandas as pd
from hypothesis import strategies as st

import lester_jupyter as ld
from lester_jupyter import plan
from programs.operation import NAMES, ORDERED, Arguments, Drawn, Operation, Rows, Schema, column, some_columns
from programs.operations.aggregating import FUNCTIONS, named
from programs.values import is_missing, is_present, key_of, ordered

Partition = list[int]
"""The rows of one partition, in the order in which windows move over them."""


def partitions(a: Arguments, table: Rows) -> list[Partition]:
    """Rows that miss a key are in no partition."""
    groups: dict[Any, Partition] = {}
    for i, (values, _) in enumerate(table.rows):
        key = [values[n] for n in a["by"] or []]
        if not any(map(is_missing, key)):
            groups.setdefault(tuple(map(key_of, key)), []).append(i)
    by = a.get("order_by") or []
    directions = [a["ascending"]] * len(by) if by else []
    return [ordered(g, [[table.rows[i][0][n] for i in g] for n in by], directions) for g in groups.values()]


def with_target(a: Arguments, table: Rows, made: dict[int, tuple[Any, list[int]]], nothing: Any = None) -> Rows:
    """The table with the target: for each row its value and the rows it sees; a row sees itself in any case."""
    rows = []
    for i, (values, tokens) in enumerate(table.rows):
        value, seen = made.get(i, (nothing, []))
        rows.append(({**values, a["target"]: value}, tokens.union(*(table.rows[j][1] for j in seen))))
    return Rows(list(dict.fromkeys([*table.columns, a["target"]])), rows)


def moving(a: Arguments, df: pd.DataFrame) -> tuple[pd.DataFrame, Any]:
    """In pandas: the rows in the order in which windows move, and the source column, grouped if there are groups."""
    if a.get("order_by"):
        df = df.sort_values(a["order_by"], ascending=a["ascending"], kind="stable")
    source = a["source"] or df.columns[0]
    return df, df.groupby(a["by"], sort=False)[source] if a["by"] else df[source]


def drawn_order(draw: st.DrawFn, schema: Schema) -> dict[str, Any]:
    order_by = some_columns(draw, schema, *ORDERED) if draw(st.booleans()) else None
    return {"order_by": order_by, "ascending": draw(st.booleans())}


def drawn_by(draw: st.DrawFn, schema: Schema) -> list[str] | None:
    return some_columns(draw, schema, *ORDERED) if draw(st.booleans()) else None


class Rank(Operation):
    kind = "rank"
    makes = (plan.Window,)

    def drawn(self, draw: st.DrawFn, schemas: list[Schema], at: int) -> Drawn | None:
        source = column(draw, schemas[at], "number", "fraction", "text")  # of times, pandas ranks NaT in some groups
        if source is None:
            return None
        options = {
            "method": draw(st.sampled_from(["average", "min", "max", "first", "dense"])),
            "ascending": draw(st.booleans()),
            "na_option": draw(st.sampled_from(["keep", "top", "bottom"])),
            "pct": draw(st.booleans()),
        }
        a = {"target": draw(st.sampled_from(["r", source])), "source": source, "by": drawn_by(draw, schemas[at])}
        made = "fraction" if options["pct"] else "number"
        return Drawn((at,), {**a, "options": options}, {**schemas[at], a["target"]: made})

    def ours(self, a: Arguments, frames: list[ld.Frame]) -> ld.Frame:
        return frames[0].rank(a["target"], a["source"], a["by"], **a["options"])

    def pandas(self, a: Arguments, tables: list[pd.DataFrame], made: ld.Frame) -> pd.DataFrame:
        df, source = moving(a, tables[0])
        return df.assign(**{a["target"]: source.rank(**a["options"])})

    def tokens(self, a: Arguments, inputs: list[Rows], made: ld.Frame) -> Rows:
        out = {}
        for partition in partitions(a, inputs[0]):
            ranks = ranked([inputs[0].rows[i][0][a["source"]] for i in partition], **a["options"])
            out |= {i: (rank, partition) for i, rank in zip(partition, ranks, strict=True)}
        return with_target(a, inputs[0], out)


def ranked(values: list[Any], method: str, ascending: bool, na_option: str, pct: bool) -> list[Any]:
    """Ranks by counting: how many are better, how many are equal, how many of those stand before."""
    missing = {"top": 0, "bottom": 2, "keep": None}[na_option]
    keys: list[Any] = [missing if is_missing(v) else 1 for v in values]
    taking_part = [i for i, k in enumerate(keys) if k is not None]

    def better(i: int, j: int) -> bool:
        """Whether i comes before j."""
        if keys[i] != keys[j] or keys[i] != 1:
            return keys[i] < keys[j]
        return values[i] < values[j] if ascending else values[i] > values[j]

    ranks: list[Any] = [None] * len(values)
    for i in taking_part:
        before = [j for j in taking_part if better(j, i)]
        same = [j for j in taking_part if not better(j, i) and not better(i, j)]
        steps = {(keys[j], key_of(values[j])) for j in before}
        ranks[i] = {
            "average": len(before) + (len(same) + 1) / 2,
            "min": len(before) + 1,
            "max": len(before) + len(same),
            "first": len(before) + 1 + sum(j < i for j in same),
            "dense": len(steps) + 1,
        }[method]
    if pct:
        whole = max([r for r in ranks if r is not None], default=1) if method == "dense" else len(taking_part)
        ranks = [None if r is None else r / whole for r in ranks]
    return ranks


class Shift(Operation):
    kind = "shift"
    makes = (plan.Window,)

    def drawn(self, draw: st.DrawFn, schemas: list[Schema], at: int) -> Drawn | None:
        schema = schemas[at]
        differs = draw(st.booleans())
        source = column(draw, schema, "number") if differs else column(draw, schema, *ORDERED)
        if source is None:
            return None
        filled = not differs and schema[source] == "number" and draw(st.booleans())
        by = drawn_by(draw, schema)
        a = {
            "method": "diff" if differs else "shift",
            "target": draw(st.sampled_from([*NAMES, source])),
            "source": source,
            # by 0 rows pandas gives each row its own value, also where a key is missing
            "periods": draw(st.sampled_from([1, 1, 2, -1] if by else [1, 1, 2, -1, 0])),
            "by": by,
            "options": {"fill_value": 9} if filled else {},
        }
        return Drawn((at,), {**a, **drawn_order(draw, schema)}, {**schema, a["target"]: schema[source]})

    def ours(self, a: Arguments, frames: list[ld.Frame]) -> ld.Frame:
        order = {"order_by": a["order_by"], "ascending": a["ascending"]}
        method = getattr(frames[0], a["method"])
        return method(a["target"], a["source"], a["periods"], a["by"], **a["options"], **order)

    def pandas(self, a: Arguments, tables: list[pd.DataFrame], made: ld.Frame) -> pd.DataFrame:
        _, source = moving(a, tables[0])
        return tables[0].assign(**{a["target"]: getattr(source, a["method"])(a["periods"], **a["options"])})

    def tokens(self, a: Arguments, inputs: list[Rows], made: ld.Frame) -> Rows:
        out, nothing = {}, a["options"].get("fill_value")
        for partition in partitions(a, inputs[0]):
            for place, i in enumerate(partition):
                other = place - a["periods"]
                there = 0 <= other < len(partition)
                value = inputs[0].rows[partition[other]][0][a["source"]] if there else nothing
                if a["method"] == "diff":
                    own = inputs[0].rows[i][0][a["source"]]
                    value = None if is_missing(value) or is_missing(own) else own - value
                out[i] = (value, [partition[other]] if there else [])
        return with_target(a, inputs[0], out, nothing)


class Window(Operation):
    kind = "window"
    makes = (plan.Window,)

    OF_NUMBERS = ("sum", "mean", "median", "min", "max", "count", "nunique")
    OF_ALL: ClassVar[dict[str, tuple[str, ...]]] = {
        "number": (*OF_NUMBERS, "first", "last", "span"),
        "fraction": ("min", "max", "count"),
    }
    OF_THEM = ("min", "max", "count", "nunique", "first", "last")

    def drawn(self, draw: st.DrawFn, schemas: list[Schema], at: int) -> Drawn | None:
        schema = schemas[at]
        rows = draw(st.sampled_from(["all", 1, 2, 3, "expanding"]))
        source = column(draw, schema, "number", *(("fraction", "text", "time") if rows == "all" else ()))
        if source is None:
            return None
        if rows != "all":
            function = draw(st.sampled_from([*self.OF_NUMBERS, "span"]))
        else:
            function = draw(st.sampled_from(self.OF_ALL.get(schema[source], self.OF_THEM)))
        counts = function in ("count", "nunique", "size")
        made = "number" if counts else "fraction" if function == "mean" else schema[source]
        a = {
            "target": draw(st.sampled_from([*NAMES, source])),
            "source": source,
            "function": function,
            "rows": rows,
            "by": drawn_by(draw, schema),
            "min_periods": draw(st.none() | st.integers(1, rows)) if isinstance(rows, int) else None,
            "center": isinstance(rows, int) and draw(st.booleans()),
        }
        return Drawn((at,), {**a, **drawn_order(draw, schema)}, {**schema, a["target"]: made})

    def ours(self, a: Arguments, frames: list[ld.Frame]) -> ld.Frame:
        options = {k: a[k] for k in ("by", "order_by", "ascending", "rows", "min_periods", "center")}
        return frames[0].window(a["target"], a["source"], named(a["function"]), **options)

    def pandas(self, a: Arguments, tables: list[pd.DataFrame], made: ld.Frame) -> pd.DataFrame:
        df, source = moving(a, tables[0])
        function = named(a["function"])
        if a["rows"] == "all":
            if a["by"]:
                values = source.transform(function)
            elif not len(df):
                values = made.df[a["target"]]  # no values; pandas, which has no such method, would say no type either
            else:
                values = df.assign(everything=0).groupby("everything")[a["source"]].transform(function)
        else:
            if a["by"]:  # pandas refuses functions of moving windows where a key is missing
                source = df.dropna(subset=a["by"]).groupby(a["by"], sort=False)[a["source"]]
            moved = source.expanding() if a["rows"] == "expanding" else self._rolling(a, source)
            values = moved.apply(function) if callable(function) else getattr(moved, function)()
            if a["by"]:
                values = values.droplevel(list(range(len(a["by"])))).reindex(df.index)
        return tables[0].assign(**{a["target"]: values})

    def _rolling(self, a: Arguments, source: Any) -> Any:
        return source.rolling(a["rows"], min_periods=a["min_periods"], center=a["center"])

    def tokens(self, a: Arguments, inputs: list[Rows], made: ld.Frame) -> Rows:
        out = {}
        for partition in partitions(a, inputs[0]):
            for place, i in enumerate(partition):
                seen = partition[self._first(a, place) : self._stop(a, place, len(partition))]
                values = [inputs[0].rows[j][0][a["source"]] for j in seen]
                enough = len(values) if a["function"] == "count" else sum(map(is_present, values))
                least = {"all": 0, "expanding": 1}.get(a["rows"], a["min_periods"] or a["rows"])
                out[i] = (FUNCTIONS[a["function"]](values) if enough >= least else None, seen)
        return with_target(a, inputs[0], out)

    def _first(self, a: Arguments, place: int) -> int:
        if not isinstance(a["rows"], int):
            return 0
        return max(0, place + self._after(a) - a["rows"] + 1)

    def _stop(self, a: Arguments, place: int, n_rows: int) -> int:
        if a["rows"] == "all":
            return n_rows
        return min(n_rows, place + self._after(a) + 1)

    def _after(self, a: Arguments) -> int:
        """How many rows after its own a window sees."""
        return (a["rows"] - 1) // 2 if a["center"] else 0


class Running(Operation):
    """Functions that say by their name which rows they see."""

    kind = "running"
    makes = (plan.Window,)

    def drawn(self, draw: st.DrawFn, schemas: list[Schema], at: int) -> Drawn | None:
        schema = schemas[at]
        function = draw(st.sampled_from(["cumsum", "cummin", "cummax", "cumcount", "ffill", "bfill"]))
        kinds = ORDERED if function in ("ffill", "bfill") else ("number",)
        source = None if function == "cumcount" else column(draw, schema, *kinds)
        if source is None and function != "cumcount":
            return None
        a = {
            "target": draw(st.sampled_from([*NAMES, source or "n"])),
            "source": source,
            "function": function,
            "by": drawn_by(draw, schema),
        }
        made = "number" if source is None else schema[source]
        return Drawn((at,), {**a, **drawn_order(draw, schema)}, {**schema, a["target"]: made})

    def ours(self, a: Arguments, frames: list[ld.Frame]) -> ld.Frame:
        options = {k: a[k] for k in ("by", "order_by", "ascending")}
        return frames[0].window(a["target"], a["source"], a["function"], **options)

    def pandas(self, a: Arguments, tables: list[pd.DataFrame], made: ld.Frame) -> pd.DataFrame:
        df, source = moving(a, tables[0])
        if a["function"] == "cumcount" and not a["by"]:
            values = pd.Series(range(len(df)), index=df.index, dtype="int64")
        else:
            values = getattr(source, a["function"])()
            if a["function"] == "cumcount":
                of_partition = df[a["by"]].notna().all(axis=1)
                values = values if of_partition.all() else values.where(of_partition)
        return tables[0].assign(**{a["target"]: values})

    def tokens(self, a: Arguments, inputs: list[Rows], made: ld.Frame) -> Rows:
        out = {}
        for partition in partitions(a, inputs[0]):
            values = [inputs[0].rows[i][0].get(a["source"]) for i in partition]
            for place, i in enumerate(partition):
                out[i] = self._seen(a["function"], partition, values, place)
        return with_target(a, inputs[0], out)

    def _seen(self, function: str, partition: Partition, values: list[Any], place: int) -> tuple[Any, list[int]]:
        """The value, and the rows that it is from; a filled value is from the rows up to the one that has it."""
        if function == "cumcount":
            return place, partition[: place + 1]
        if function == "ffill":
            there = [p for p in range(place + 1) if is_present(values[p])]
            return (values[there[-1]], partition[there[-1] : place + 1]) if there else (None, partition[: place + 1])
        if function == "bfill":
            there = [p for p in range(place, len(values)) if is_present(values[p])]
            return (values[there[0]], partition[place : there[0] + 1]) if there else (None, partition[place:])
        if is_missing(values[place]):
            return None, partition[: place + 1]
        return FUNCTIONS[function.removeprefix("cum")](values[: place + 1]), partition[: place + 1]
