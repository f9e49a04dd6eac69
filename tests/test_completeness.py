"""An operator is complete, or the build fails: each part that a new one needs is asked for here.

`missing_parts` walks the code, not a list of names kept by hand: an operator class in `OPERATORS` is looked for in the
engine, among the frame's methods (by running them), in the plan's texts, in the view's table, in the random programs
and in the tests. The last tests give it operators that lack everything, or one thing.
"""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pandas as pd
import pytest
from operator_examples import EXAMPLES, TABLES
from programs.operations.catalog import OPERATIONS

import lester_jupyter as ld
import lester_jupyter.encoding.operators
import lester_jupyter.model.operators  # both register what the engine runs
from lester_jupyter.engines import Relation
from lester_jupyter.engines.pandas import PandasEngine
from lester_jupyter.engines.pandas.operators import run
from lester_jupyter.errors import LesterError
from lester_jupyter.frame.frame import Frame
from lester_jupyter.lineage.rows import Codes, Identity, RowEdge
from lester_jupyter.plan import OPERATORS, Aggregate, Operator, Plan, Scan, operators
from lester_jupyter.plan.format import GLYPHS, _describe, describe
from lester_jupyter.plan.serde import from_json, to_json

TESTS = Path(__file__).parent
NOT_DRAWN = {Scan: "sources are drawn as such"}
CONSTANT = {("aggregate", "n"): "a number of rows is computed from no column"}

# what makes each operator ------------------------------------------------------------------------------------------


def _frame() -> ld.Frame:
    return ld.from_pandas(pd.DataFrame({"k": [1, 1, 2], "x": [1.0, None, 3.0], "l": [[1], [], [2, 3]]}), "A")


METHODS: dict[str, Callable[[ld.Frame], Any]] = {
    "filter": lambda f: f.filter("x > 1"),
    "project": lambda f: f.project("y", ["x"], abs),
    "assign": lambda f: f.assign(y=f["x"] + 1),
    "select": lambda f: f.select(["x"]),
    "drop": lambda f: f.drop("x"),
    "rename": lambda f: f.rename({"x": "y"}),
    "fill_missing": lambda f: f.fill_missing(0),
    "cast": lambda f: f.cast({"k": "float64"}),
    "join": lambda f: f.join(f, "k"),
    "union": lambda f: f.union(f),
    "distinct": lambda f: f.distinct("k"),
    "sort": lambda f: f.sort("x"),
    "limit": lambda f: f.limit(2),
    "head": lambda f: f.head(2),
    "tail": lambda f: f.tail(2),
    "drop_missing": lambda f: f.drop_missing(),
    "explode": lambda f: f.explode("l"),
    "split": lambda f: f.split(0.5)[0],
    "aggregate": lambda f: f.aggregate("k", {"n": ("x", "sum")}),
    "rank": lambda f: f.rank("r", "x"),
    "shift": lambda f: f.shift("p", "x"),
    "diff": lambda f: f.diff("p", "x"),
    "window": lambda f: f.window("w", "x", "sum"),
    "opaque": lambda f: f.opaque(lambda df: df[["x"]]),
    # pandas' own names
    "sort_values": lambda f: f.sort_values("x"),
    "drop_duplicates": lambda f: f.drop_duplicates("k"),
    "dropna": lambda f: f.dropna(),
    "fillna": lambda f: f.fillna(0),
    "astype": lambda f: f.astype({"k": "float64"}),
    "merge": lambda f: f.merge(f, on="k"),
}
"""Uses of the frame's methods; a method that gives a frame and is not here fails a test."""


def _pipeline() -> Plan:
    from sklearn.compose import ColumnTransformer
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    table = pd.DataFrame({"x": np.arange(40.0), "c": list("ab") * 20})
    pipeline = ld.Pipeline(
        "tiny",
        prepare=lambda A: ld.from_pandas(A, "A") if isinstance(A, pd.DataFrame) else A,
        label=lambda frame: frame.project("y", ["x"], lambda x: x % 3 > 0),
        encode=ColumnTransformer([("x", StandardScaler(), ["x"]), ("c", OneHotEncoder(), ["c"])]),
        model=LogisticRegression(),
    )
    return pipeline.run(sources={"A": table}, train_fraction=0.5, seed=1).plan


@cache
def makers() -> dict[type[Operator], list[str]]:
    """For each operator the public methods that make it, found by running them."""
    found: dict[type[Operator], list[str]] = {}
    for name, use in METHODS.items():
        if hasattr(Frame, name):
            found.setdefault(type(use(_frame()).plan.roots[0]), []).append(f"Frame.{name}")
    found.setdefault(type(_frame().plan.roots[0]), []).append("from_pandas")
    for operator in _pipeline().operators:
        found.setdefault(type(operator), []).append("Pipeline")
    return found


# the parts -----------------------------------------------------------------------------------------------------------


def _example(cls: type[Operator]) -> Operator:
    [example] = [e for e in EXAMPLES if type(e) is cls]
    return example


@cache
def _executed(example: Operator) -> tuple[Relation, tuple[Relation, ...]]:
    """The relation of an example and those of its inputs."""
    done: dict[Operator, Relation] = {}
    for operator in Plan([example]).operators:
        done[operator] = PandasEngine(TABLES).execute(operator, [done[i] for i in operator.inputs])
    return done[example], tuple(done[i] for i in example.inputs)


def has_an_example(cls: type[Operator]) -> None:
    assert [type(e) for e in EXAMPLES].count(cls) == 1


def has_a_kind_of_its_own(cls: type[Operator]) -> None:
    assert "kind" in vars(cls)
    assert [c.kind for c in {*OPERATORS, cls}].count(cls.kind) == 1


def runs_on_the_engine(cls: type[Operator]) -> None:
    assert cls is Scan or run.dispatch(cls) is not run.dispatch(object)
    relation, _ = _executed(_example(cls))
    if isinstance(relation.table, pd.DataFrame):
        assert tuple(relation.table.columns) == relation.step.operator.columns
        assert relation.table.index.equals(pd.RangeIndex(relation.step.n_rows))


def has_row_lineage(cls: type[Operator]) -> None:
    relation, inputs = _executed(_example(cls))
    step = relation.step
    assert len(step.edges) == len(inputs) == len(relation.step.operator.inputs)
    for edge, parent in zip(step.edges, inputs, strict=True):
        assert (edge.n_input, edge.n_output) == (parent.step.n_rows, step.n_rows)
        _answers_both_ways(edge)
    assert len(step.identity) == step.n_rows


def _answers_both_ways(edge: RowEdge) -> None:
    back = {(int(i), o) for o in range(edge.n_output) for i in edge.backward(np.array([o]))}
    assert back == {(i, int(o)) for i in range(edge.n_input) for o in edge.forward(np.array([i]))}


def has_column_lineage(cls: type[Operator]) -> None:
    operator = _example(cls)
    made = set()
    for edges in (operator.value_edges(), operator.fit_edges(), operator.column_control_edges()):
        for out, slot, position in edges:
            assert 0 <= out < operator.n_columns
            assert 0 <= position < operator.inputs[slot].n_columns
            made.add(operator.columns[out])
    for slot, position in operator.control_edges():
        assert 0 <= position < operator.inputs[slot].n_columns
    if operator.inputs:
        constant = {name for kind, name in CONSTANT if kind == operator.kind}
        assert made == set(operator.columns) - constant


def answers_what_it_promises(cls: type[Operator]) -> None:
    operator = _example(cls)
    assert {type(a) for a in (operator.exact, operator.monotone, operator.deterministic)} == {bool}
    assert set(operator.row_slots) <= set(range(len(operator.inputs)))
    assert operator.row_slots or not operator.inputs


def explains_itself_and_its_fields(cls: type[Operator]) -> None:
    assert cls.__doc__, "no docstring"
    assert not cls.__doc__.startswith(f"{cls.__name__}("), "the docstring is the one that dataclass writes"
    documented = {f for base in cls.__mro__ for f in _attributes(base)}
    undocumented = [f.name for f in fields(cls) if f.name not in documented]
    assert not undocumented, f"no Attributes: entry for {undocumented}"


def _attributes(cls: type) -> Iterator[str]:
    _, _, section = (inspect.getdoc(cls) or "" if "__doc__" in vars(cls) else "").partition("Attributes:\n")
    yield from re.findall(r"^ {4}(\w+): ", section, re.MULTILINE)


def has_one_glyph(cls: type[Operator]) -> None:
    shown = json.loads(files("lester_jupyter.widgets").joinpath("kinds.json").read_text(encoding="utf-8"))["kinds"]
    assert GLYPHS[cls.kind] == shown[cls.kind]["glyph"]
    assert shown[cls.kind]["verb"]


def is_described(cls: type[Operator]) -> None:
    assert _describe.dispatch(cls) is not _describe.dispatch(object)
    assert re.fullmatch(r"[^\n]+", describe(_example(cls)))


def survives_json(cls: type[Operator]) -> None:
    plan = Plan([_example(cls)])
    again = from_json(to_json(plan))
    assert to_json(again) == to_json(plan)
    assert [type(o) for o in again.operators] == [type(o) for o in plan.operators]
    for field in fields(cls):
        if field.name != "inputs":
            assert getattr(again.roots[0], field.name) == getattr(plan.roots[0], field.name)


def is_made_by_a_documented_method(cls: type[Operator]) -> None:
    assert makers().get(cls), "nothing public makes it"
    for name in makers()[cls]:
        assert inspect.getdoc(getattr(Frame, name.removeprefix("Frame."), getattr(ld, name, None))), name


def is_in_the_random_programs(cls: type[Operator]) -> None:
    learns = cls.__module__ == operators.learning.__name__  # their lineage is checked with scikit-learn's own
    if not learns and cls not in NOT_DRAWN:
        assert cls in {made for operation in OPERATIONS.values() for made in operation.makes}


def is_named_by_a_test_of_its_own(cls: type[Operator]) -> None:
    """A test module, other than those that walk all operators, that uses it or a method that makes it."""
    walking = {Path(__file__).name, "test_operators.py", "test_programs.py"}
    names = [cls.__name__, *(rf"\.{m.removeprefix('Frame.')}\(" for m in makers().get(cls, []) if "." in m)]
    pattern = re.compile("|".join(rf"\b{n}\b" if n.isidentifier() else n for n in names))
    modules = [p for p in TESTS.rglob("test_*.py") if p.name not in walking]
    assert any(pattern.search(p.read_text(encoding="utf-8")) for p in modules)


PARTS: tuple[Callable[[type[Operator]], None], ...] = (
    has_an_example,
    has_a_kind_of_its_own,
    runs_on_the_engine,
    has_row_lineage,
    has_column_lineage,
    answers_what_it_promises,
    explains_itself_and_its_fields,
    has_one_glyph,
    is_described,
    survives_json,
    is_made_by_a_documented_method,
    is_in_the_random_programs,
    is_named_by_a_test_of_its_own,
)


# the tests -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("part", PARTS, ids=lambda p: p.__name__)
@pytest.mark.parametrize("cls", OPERATORS, ids=lambda c: c.kind)
def test_every_operator(cls: type[Operator], part: Callable[[type[Operator]], None]) -> None:
    part(cls)


def test_every_class_of_operator_is_listed() -> None:
    def leaves(cls: type[Operator]) -> Iterator[type[Operator]]:
        for sub in cls.__subclasses__():
            if sub.__module__.startswith("lester_jupyter.") and not sub.__name__.startswith("_"):
                yield sub
            yield from leaves(sub)

    assert set(leaves(Operator)) == set(OPERATORS)
    assert [type(e) for e in EXAMPLES] == list(OPERATORS)


def test_every_method_that_gives_a_frame_is_used_here() -> None:
    def gives_frames(name: str) -> bool:
        method = inspect.getattr_static(Frame, name)
        return inspect.isfunction(method) and method.__annotations__.get("return") in ("Frame", "tuple[Frame, Frame]")

    assert {n for n in dir(Frame) if not n.startswith("_") and gives_frames(n)} == set(METHODS)


@dataclass(frozen=True, eq=False, kw_only=True)
class Forgotten(Operator):
    kind: ClassVar[str] = "forgotten"

    size: int = 1


@dataclass(frozen=True, eq=False, kw_only=True)
class Copied(Aggregate):
    """An operator that has all from its base, and nothing of its own."""


@pytest.mark.parametrize("part", PARTS, ids=lambda p: p.__name__)
def test_an_operator_that_is_only_listed_fails_each_part(
    part: Callable[[type[Operator]], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    if part is has_a_kind_of_its_own:
        with pytest.raises(AssertionError):
            part(Copied)
        return
    if part is has_an_example:
        with pytest.raises(AssertionError):
            part(Forgotten)
        return
    fake = Forgotten(inputs=(EXAMPLES[0],))
    if part is answers_what_it_promises:
        monkeypatch.setattr(Forgotten, "monotone", None)
    elif part is has_column_lineage:
        monkeypatch.setattr(Forgotten, "value_edges", lambda self: iter([(0, 0, 0)]))
    monkeypatch.setitem(globals(), "EXAMPLES", (*EXAMPLES, fake))
    with pytest.raises((AssertionError, LesterError, TypeError, KeyError)):
        part(Forgotten)


def test_edges_of_another_size_are_no_row_lineage(monkeypatch: pytest.MonkeyPatch) -> None:
    def forgets(edge: RowEdge) -> Callable[..., Any]:
        def execute(self: PandasEngine, operator: Operator, inputs: Any) -> Relation:
            relation = original(self, operator, inputs)
            if isinstance(operator, Aggregate):
                object.__setattr__(relation.step, "edges", (edge,))
            return relation

        return execute

    original = PandasEngine.execute
    for edge in (Identity(2), Codes(np.array([0, 1], np.int32), 2)):
        _executed.cache_clear()
        monkeypatch.setattr(PandasEngine, "execute", forgets(edge))
        with pytest.raises(AssertionError):
            has_row_lineage(Aggregate)
    _executed.cache_clear()
