"""What is measured: for each relational operator of the plan, its use on a frame beside the same in plain pandas.

Plain pandas is what a good engineer writes: boolean masks for predicates, a list comprehension over Python values for
functions of one record. Both sides give the same table, with rows numbered from 0, or the case fails.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import lester_jupyter as ld
from lester_jupyter.benchmark.lineage import data

OPERATOR_GOAL = 1.3
PIPELINE_GOAL = 1.05

Inputs = tuple[Any, ...]


@dataclass(frozen=True)
class Case:
    """One thing that is done in two ways.

    Attributes:
        name: what it is called in tables and after `--only`.
        operator: the kind of operator in the plan, or "pipeline".
        inputs: makes the tables or files both sides begin with, for a number of rows, in a folder.
        ours: does it with frames; gets a frame for each table.
        plain: does it with pandas.
        goal: at most this many times the CPU time of plain pandas.
        fresh: whether frames are made anew for each run, since they remember what is measured (identities of records).
        chance: whether the results need not be the same: each side draws its own rows.
    """

    name: str
    operator: str
    inputs: Callable[[int, Path], Inputs]
    ours: Callable[..., Any]
    plain: Callable[..., Any]
    goal: float = OPERATOR_GOAL
    fresh: bool = False
    chance: bool = False

    def frames(self, inputs: Inputs) -> Inputs:
        """The inputs for our side: tables become frames."""
        return tuple(ld.from_pandas(i) if isinstance(i, pd.DataFrame) else i for i in inputs)


def _one(n_rows: int, folder: Path) -> Inputs:
    del folder
    return (data.records(n_rows),)


def _two(n_rows: int, folder: Path) -> Inputs:
    del folder
    return data.records(n_rows), data.partners(n_rows)


def _lists(n_rows: int, folder: Path) -> Inputs:
    del folder
    return (data.lists(n_rows),)


def _renumbered(table: pd.DataFrame) -> pd.DataFrame:
    return table.reset_index(drop=True)


def _with(table: pd.DataFrame, name: str, values: Any) -> pd.DataFrame:
    out = table.copy(deep=False)
    out[name] = values
    return out


def _split_lines(path: Path) -> pd.DataFrame:
    names = ["number", "key", "name", "word", "x", "y", "flag"]
    with path.open() as file:
        return pd.DataFrame([line.removesuffix("\n").split(",") for line in file], columns=names, dtype="str")


def _drawn(table: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    in_train = np.random.default_rng(0).random(len(table)) < 0.8
    return _renumbered(table[in_train]), _renumbered(table[~in_train])


def _drawn_by_content(table: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """As `_drawn`, but deleting a record moves no other one."""
    in_train = pd.util.hash_pandas_object(table, index=False).to_numpy() < 0.8 * 2.0**64
    return _renumbered(table[in_train]), _renumbered(table[~in_train])


_NAMES = ["number", "key", "name", "word", "x", "y", "flag"]

SCANS = (
    Case("read_csv", "scan", lambda n, f: (data.csv_file(n, f),), ld.read_csv, pd.read_csv),
    Case(
        "read_json",
        "scan",
        lambda n, f: (data.json_file(n, f),),
        lambda path: ld.read_json(path, lines=True),
        lambda path: pd.read_json(path, lines=True),
    ),
    Case(
        "read_parquet",
        "scan",
        lambda n, f: (data.parquet_file(n, f),),
        ld.read_parquet,
        pd.read_parquet,
    ),
    Case(
        "read_text", "scan", lambda n, f: (data.csv_file(n, f),), lambda path: ld.read_text(path, _NAMES), _split_lines
    ),
)

COLUMNS = (
    Case(
        "project: scalar function",
        "extend",
        _one,
        lambda f: f.project("upper", ["word"], str.upper),
        lambda d: _with(d, "upper", [str.upper(w) for w in d["word"].to_list()]),
    ),
    Case(
        "project: two columns, lambda",
        "extend",
        _one,
        lambda f: f.project("z", ["y", "number"], lambda y, number: y + number),
        lambda d: _with(
            d, "z", [y + number for y, number in zip(d["y"].to_list(), d["number"].to_list(), strict=True)]
        ),
    ),
    Case(
        "project: vectorised function",
        "extend",
        _one,
        lambda f: f.project("z", ["x"], lambda x: x * 2 + 1, vectorized=True),
        lambda d: _with(d, "z", d["x"] * 2 + 1),
    ),
    Case(
        "assign: expression",
        "extend",
        _one,
        lambda f: f.assign(z="x * 2 + y"),
        lambda d: d.assign(z=d["x"] * 2 + d["y"]),
    ),
    Case("select", "project", _one, lambda f: f[["x", "word", "key"]], lambda d: d[["x", "word", "key"]]),
    Case(
        "rename",
        "rename",
        _one,
        lambda f: f.rename({"x": "y", "y": "x"}),
        lambda d: d.rename(columns={"x": "y", "y": "x"}),
    ),
    Case("fill_missing", "fill_missing", _one, lambda f: f.fill_missing({"x": 0.0}), lambda d: d.fillna({"x": 0.0})),
    Case("cast", "cast", _one, lambda f: f.cast({"y": "float64"}), lambda d: d.astype({"y": "float64"})),
)

ROWS = (
    Case(
        "filter: predicate",
        "filter",
        _one,
        lambda f: f.filter("x > 0 and y < 500"),
        lambda d: _renumbered(d[(d["x"] > 0) & (d["y"] < 500)]),
    ),
    Case(
        "filter: lambda",
        "filter",
        _one,
        lambda f: f.filter(lambda word: word.endswith("1 of a sentence")),
        lambda d: _renumbered(d[[w.endswith("1 of a sentence") for w in d["word"].to_list()]]),
    ),
    Case(
        "filter: vectorised function",
        "filter",
        _one,
        lambda f: f.filter(lambda y: y % 2 == 0, vectorized=True),
        lambda d: _renumbered(d[d["y"] % 2 == 0]),
    ),
    Case(
        "filter: ready-made mask",
        "filter",
        _one,
        lambda f: f[f.df["y"].to_numpy() < 500],
        lambda d: _renumbered(d[d["y"].to_numpy() < 500]),
    ),
    Case(
        "distinct",
        "distinct",
        _one,
        lambda f: f.distinct(["name"]),
        lambda d: d.drop_duplicates(["name"], ignore_index=True),
    ),
    Case(
        "sort",
        "sort",
        _one,
        lambda f: f.sort(["key", "x"]),
        lambda d: d.sort_values(["key", "x"], ignore_index=True),
    ),
    Case("limit", "limit", _one, lambda f: f.limit(len(f) // 2), lambda d: d.head(len(d) // 2)),
    Case("drop_missing", "drop_missing", _one, lambda f: f.drop_missing(), lambda d: d.dropna(ignore_index=True)),
    Case("explode", "explode", _lists, lambda f: f.explode("tags"), lambda d: d.explode("tags", ignore_index=True)),
    Case("split: beside a random draw", "split", _one, lambda f: f.split(0.8), _drawn, fresh=True, chance=True),
    Case(
        "split: beside a hash of content",
        "split",
        _one,
        lambda f: f.split(0.8),
        _drawn_by_content,
        fresh=True,
        chance=True,
    ),
)


def _join(how: str) -> Case:
    return Case(
        f"join: {how}",
        "join",
        _two,
        lambda f, g: f.join(g, on="key", how=how),
        lambda d, e: d.merge(e, on="key", how=how),
    )


COMBINING = (
    *map(_join, ("inner", "left", "right", "outer")),
    Case(
        "join: semi",
        "join",
        _two,
        lambda f, g: f.join(g, on="key", how="semi"),
        lambda d, e: _renumbered(d[d["key"].isin(e["key"])]),
    ),
    Case(
        "join: anti",
        "join",
        _two,
        lambda f, g: f.join(g, on="key", how="anti"),
        lambda d, e: _renumbered(d[~d["key"].isin(e["key"])]),
    ),
    Case(
        "join: text key",
        "join",
        lambda n, _: (data.records(n), data.records(n // 4)[["name", "flag"]].drop_duplicates("name")),
        lambda f, g: f.join(g, on="name"),
        lambda d, e: d.merge(e, on="name"),
    ),
    Case(
        "union",
        "union",
        lambda n, _: (data.records(n - n // 2), data.records(n // 2)),
        lambda f, g: f.union(g),
        lambda d, e: pd.concat([d, e], ignore_index=True),
    ),
    Case(
        "union of twenty",
        "union",
        lambda n, _: tuple(data.records(n // 20) for _ in range(20)),
        lambda f, *others: f.union(*others),
        lambda *parts: pd.concat(parts, ignore_index=True),
    ),
)

GROUPING = (
    Case(
        "aggregate",
        "aggregate",
        _one,
        lambda f: f.aggregate("key", total=("x", "sum"), most=("y", "max")),
        lambda d: d.groupby("key", as_index=False).agg(total=("x", "sum"), most=("y", "max")),
    ),
    Case(
        "rank",
        "window",
        _one,
        lambda f: f.rank("place", "x", by="key"),
        lambda d: _with(d, "place", d.groupby("key")["x"].rank()),
    ),
    Case(
        "shift",
        "window",
        _one,
        lambda f: f.shift("before", "y", by="key"),
        lambda d: _with(d, "before", d.groupby("key")["y"].shift()),
    ),
    Case(
        "rolling",
        "window",
        _one,
        lambda f: f.window("mean", "x", "mean", by="key", rows=3),
        lambda d: _with(d, "mean", d.groupby("key")["x"].rolling(3).mean().droplevel(0)),
    ),
)

OPERATORS = (*SCANS, *COLUMNS, *ROWS, *COMBINING, *GROUPING)
