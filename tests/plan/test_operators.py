"""What operators say about themselves, and that every operator has all its parts."""

from __future__ import annotations

import inspect
from dataclasses import fields
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import lester_jupyter as ld
from lester_jupyter.engines.pandas import PandasEngine
from lester_jupyter.engines.pandas.operators import run
from lester_jupyter.errors import PlanError, UnknownColumnError
from lester_jupyter.frame.frame import Frame
from lester_jupyter.lineage.rows import All, Identity, Segment, Take
from lester_jupyter.plan import (
    OPERATORS,
    Distinct,
    Extend,
    FillMissing,
    Filter,
    Function,
    Join,
    Opaque,
    Operator,
    Plan,
    Project,
    Rename,
    Scan,
    Source,
    Split,
    Union,
)
from lester_jupyter.plan.expressions import Column, Compare, Constant
from lester_jupyter.plan.format import GLYPHS, _describe, describe, explain
from lester_jupyter.plan.serde import from_json, to_json

SCAN = Scan(source=Source("A", "memory#1", "memory"), names=("k", "x"))
OTHER = Scan(source=Source("B", "memory#2", "memory"), names=("k", "z"))
UPPER = Function("str.upper", call=str.upper)

EXAMPLES: tuple[Operator, ...] = (
    SCAN,
    Filter(inputs=(SCAN,), predicate=Compare(">", Column("x"), Constant(1))),
    Extend(inputs=(SCAN,), targets=("y",), sources=("x",), function=Function("abs", call=abs)),
    Project(inputs=(SCAN,), names=("x",)),
    Rename(inputs=(SCAN,), names=(("x", "y"),)),
    Join(inputs=(SCAN, OTHER), how="inner", left_on=("k",), right_on=("k",)),
    Union(inputs=(SCAN, OTHER)),
    Distinct(inputs=(SCAN,), subset=("k",)),
    FillMissing(inputs=(SCAN,), values=(("x", 0),)),
    Split(inputs=(SCAN,), part="train", train_fraction=0.8, seed=1),
    Opaque(inputs=(SCAN,), names=("o",), source="magic()", reason="a call"),
)
"""One of each kind; a new operator must be added here, which runs it through everything below."""

FRAME_METHODS = {
    "filter": "filter",
    "extend": "project",
    "project": "select",
    "rename": "rename",
    "join": "join",
    "union": "union",
    "distinct": "distinct",
    "fill_missing": "fill_missing",
    "split": "split",
}
NO_METHOD = {"scan": "made by the readers", "opaque": "made by rewriting only"}
NO_ENGINE = {"opaque": "code that was not understood cannot run on its own"}
EDGES = {  # the row edges that an operator may give
    "scan": (),
    "filter": (Take, All),
    "extend": (Identity, All),
    "project": (Identity,),
    "rename": (Identity,),
    "join": (Take,),
    "union": (Segment,),
    "distinct": (Take,),
    "fill_missing": (Identity,),
    "split": (Take,),
    "opaque": (All,),
}

each = pytest.mark.parametrize("operator", EXAMPLES, ids=lambda o: o.kind)


# completeness -------------------------------------------------------------------------------------------------------


def test_every_operator_has_an_example_here_and_a_kind_of_its_own() -> None:
    assert [type(e) for e in EXAMPLES] == list(OPERATORS)
    assert len({cls.kind for cls in OPERATORS}) == len(OPERATORS)
    declared = {cls for cls in Operator.__subclasses__() if cls.__module__.startswith("lester_jupyter.")}
    assert declared == set(OPERATORS)


@each
def test_every_operator_explains_itself(operator: Operator) -> None:
    assert inspect.getdoc(type(operator)), "no docstring"
    assert type(operator).__doc__ != Operator.__doc__
    assert GLYPHS[operator.kind], "no glyph"
    assert _describe.dispatch(type(operator)) is not _describe.dispatch(object), "no label"
    assert describe(operator)
    assert "\n" not in describe(operator)


@each
def test_every_operator_survives_json(operator: Operator) -> None:
    plan = Plan([operator])
    again = from_json(to_json(plan))
    assert to_json(again) == to_json(plan)
    assert explain(again) == explain(plan)
    assert type(again.roots[0]) is type(operator)
    for field in fields(operator):
        if field.name != "inputs":
            assert getattr(again.roots[0], field.name) == getattr(operator, field.name)


@each
def test_every_operator_has_lineage_for_every_column(operator: Operator) -> None:
    edges = list(operator.value_edges())
    for out, slot, position in edges:
        assert 0 <= out < len(operator.columns)
        assert 0 <= position < len(operator.inputs[slot].columns)
    for slot, position in operator.control_edges():
        assert 0 <= position < len(operator.inputs[slot].columns)
    if operator.inputs:
        assert {out for out, _, _ in edges} == set(range(len(operator.columns)))


@each
def test_every_operator_runs_on_the_engine_and_gives_an_edge_for_every_input(operator: Operator) -> None:
    if operator.kind in NO_ENGINE:
        with pytest.raises(PlanError, match="cannot run 'opaque'"):
            run(operator, [pd.DataFrame({"k": [1], "x": [1]})], [])
        return
    engine = PandasEngine(
        {
            SCAN.source: pd.DataFrame({"k": [1, 1, 2], "x": [1.0, None, 3.0]}),
            OTHER.source: pd.DataFrame({"k": [1, 3], "z": ["a", "b"]}),
        }
    )
    inputs = [engine.execute(i, ()) for i in operator.inputs]
    relation = engine.execute(operator, inputs)
    assert tuple(relation.table.columns) == operator.columns
    assert relation.table.index.equals(pd.RangeIndex(len(relation.table)))
    assert relation.step.n_rows == len(relation.table)
    assert len(relation.step.edges) == len(operator.inputs)
    for edge, parent in zip(relation.step.edges, inputs, strict=True):
        assert type(edge) in EDGES[operator.kind]
        assert (edge.n_input, edge.n_output) == (len(parent.table), len(relation.table))
        assert len(relation.step.identity) == len(relation.table)


@each
def test_every_operator_has_a_frame_method_with_a_docstring(operator: Operator) -> None:
    if operator.kind in NO_METHOD:
        return
    assert inspect.getdoc(getattr(Frame, FRAME_METHODS[operator.kind]))


@each
def test_every_operator_is_in_the_random_programs_or_has_its_own_tests(operator: Operator) -> None:
    programs = (Path(__file__).parent.parent / "frame" / "programs.py").read_text()
    drawn = {"extend": "project", "project": "select", "fill_missing": "fill"}.get(operator.kind, operator.kind)
    assert f'"{drawn}": _{drawn}' in programs or operator.kind in {"scan", "opaque"}


# what they say ------------------------------------------------------------------------------------------------------


def test_exact_and_monotone_say_what_deleting_rows_can_do() -> None:
    left = Join(inputs=(SCAN, OTHER), how="left", left_on=("k",), right_on=("k",))
    whole = Extend(inputs=(SCAN,), targets=("y",), sources=("x",), function=Function("f", vectorized=True))
    assert {o.kind: (o.exact, o.monotone, o.deterministic) for o in EXAMPLES} == {
        **{o.kind: (True, True, True) for o in EXAMPLES},
        "distinct": (True, False, True),
        "opaque": (False, False, False),
    }
    assert (left.exact, left.monotone) == (True, False)
    assert (whole.exact, whole.monotone) == (False, False)


def test_operators_are_immutable_and_equal_only_to_themselves() -> None:
    one, two = (Project(inputs=(SCAN,), names=("x",)) for _ in range(2))
    assert one != two
    assert len({one, two}) == 2
    with pytest.raises(AttributeError):
        one.names = ("k",)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Project(inputs=(SCAN,), names=("u",)), "There is no column 'u'. Available: k, x."),
        (lambda: Project(inputs=(SCAN,), names=("u", "v")), "There are no columns 'u', 'v'. Available: k, x."),
        (lambda: Distinct(inputs=(SCAN,), subset=("u",)), "There is no column 'u'. Available: k, x."),
        (lambda: FillMissing(inputs=(SCAN,), values=(("u", 1),)), "There is no column 'u'. Available: k, x."),
        (lambda: Rename(inputs=(SCAN,), names=(("u", "v"),)), "There is no column 'u'. Available: k, x."),
        (lambda: Filter(inputs=(SCAN,), predicate=Column("u")), "There is no column 'u'. Available: k, x."),
        (
            lambda: Join(inputs=(SCAN, OTHER), how="inner", left_on=("k",), right_on=("x",)),
            "There is no column 'x'. Available: k, z.",
        ),
    ],
)
def test_operators_check_their_columns_when_they_are_made(make: object, message: str) -> None:
    with pytest.raises(UnknownColumnError) as raised:
        make()
    assert str(raised.value) == message


def test_operators_check_the_number_of_their_inputs() -> None:
    with pytest.raises(PlanError, match="Join takes 2 inputs, got 1"):
        Join(inputs=(SCAN,), how="inner", left_on=("k",), right_on=("k",))
    with pytest.raises(PlanError, match="Union takes one or more inputs, got 0"):
        Union()


# plans --------------------------------------------------------------------------------------------------------------


def test_a_plan_lists_each_operator_once_inputs_first_and_numbers_them_alike() -> None:
    union = Union(inputs=(EXAMPLES[1], SCAN, EXAMPLES[1]))
    plan = Plan([union, EXAMPLES[3], union])
    assert plan.operators == (SCAN, EXAMPLES[1], union, EXAMPLES[3])
    assert plan.by_id == {"o1": SCAN, "o2": EXAMPLES[1], "o3": union, "o4": EXAMPLES[3]}
    assert plan.ids[union] == "o3"
    assert Plan([union, EXAMPLES[3]]).by_id == plan.by_id


def test_a_deep_plan_needs_no_recursion() -> None:
    frame = ld.from_pandas(pd.DataFrame({"x": np.arange(3)}))
    for _ in range(1500):
        frame = frame.rename({"x": "x"})
    assert len(frame.plan.operators) == 1501
    assert frame.lineage.backward(2)["df"].tolist() == [2]
    assert frame.lineage.columns("x") == {("df", "x"): "value"}
    assert len(frame.split(0.5)[0]) + len(frame.split(0.5)[1]) == 3
    assert ld.Plan.from_json(frame.plan.to_json()).to_json() == frame.plan.to_json()


def test_completeness_is_the_share_of_exact_operators() -> None:
    assert Plan([EXAMPLES[1]]).completeness == 1.0
    assert Plan([Opaque(inputs=(EXAMPLES[1],), names=("o",), source="", reason="")]).completeness == pytest.approx(
        2 / 3
    )
