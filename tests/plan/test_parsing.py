"""Predicates as text: what they mean (as in DataFrame.query), how they print, what is refused."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import lester_jupyter as ld
from lester_jupyter.errors import PlanError, UnknownColumnError
from lester_jupyter.plan.expressions import (
    Arithmetic,
    Column,
    Compare,
    Constant,
    Expression,
    IsIn,
    Logical,
    Method,
    Negate,
    Not,
    to_text,
)
from lester_jupyter.plan.parsing import parse_predicate

COLUMNS = ["a", "b", "two words", "class"]
VARIABLES: dict[str, Any] = {"limit": 3, "names": ["x", "y"], "letters": {"z", "y"}, "limits": {"low": [1]}}


def parse(text: str) -> Expression:
    return parse_predicate(text, COLUMNS, VARIABLES.__getitem__)


a, b = Column("a"), Column("b")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a > @limit", Compare(">", a, Constant(3))),
        ("a>1&b<2|a==3", Logical("or", (Logical("and", (Compare(">", a, Constant(1)), Compare("<", b, Constant(2)))), Compare("==", a, Constant(3))))),
        ("1 < a <= b", Logical("and", (Compare("<", Constant(1), a), Compare("<=", a, b)))),
        ("a in @names", IsIn(a, ("x", "y"))),
        ("a not in ('x', -1)", Not(IsIn(a, ("x", -1)))),
        ("a == [1, 2]", IsIn(a, (1, 2))),
        ("a != @names", Not(IsIn(a, ("x", "y")))),
        ("a in @letters", IsIn(a, ("y", "z"))),
        ("`two words` == 'a`b'", IsIn(Column("two words"), ("a`b",))),
        ("`class` == 1", Compare("==", Column("class"), Constant(1))),
        ("not a > 1 and ~(b > 2)", Logical("and", (Not(Compare(">", a, Constant(1))), Not(Compare(">", b, Constant(2)))))),
        ("a.isnull()", Method("isna", a)),
        ("a.str.contains('x')", Method("str.contains", a, ("x",))),
        ("a.isin([1])", IsIn(a, (1,))),
        ("a.between(1, @limit)", Logical("and", (Compare(">=", a, Constant(1)), Compare("<=", a, Constant(3))))),
        ("-a + 2 * b ** 2 > +1", Compare(">", Arithmetic("+", Negate(a), Arithmetic("*", Constant(2), Arithmetic("**", b, Constant(2)))), Constant(1))),
        ("a > @limits['low'][0]", Compare(">", a, Constant(1))),
        ("a > @limit.real", Compare(">", a, Constant(3))),
        ("a > 1\n  and b > 2", Logical("and", (Compare(">", a, Constant(1)), Compare(">", b, Constant(2))))),
        ("a == '@limit & |'", IsIn(a, ("@limit & |",))),
        ("'x' != a", Not(IsIn(a, ("x",)))),
        ("a.str.lower() == 'x'", IsIn(Method("str.lower", a), ("x",))),
        ("a + 'y' == 'xy'", Compare("==", Arithmetic("+", a, Constant("y")), Constant("xy"))),
        ("a == b'x'", Compare("==", a, Constant(b"x"))),
    ],
)  # fmt: skip
def test_parsing_reads_the_query_dialect(text: str, expected: Expression) -> None:
    assert parse(text) == expected


@pytest.mark.parametrize(
    "text", ["a >", "a b", "`a > 1", "", "a; b", "import os", "a @ b", "a\0", "(a", "a = 1", "a > 1) or (b > 1", '"']
)
def test_parsing_text_that_is_no_expression_says_so(text: str) -> None:
    with pytest.raises(PlanError, match=r"The predicate .* is not an expression\. Hint: write it as for"):
        parse(text)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("f(a)", r"'f\(a\)'"),
        ("a.dt.year > 1", r"'a\.dt'"),
        ("a.str.cat() == 1", r"'a\.str\.cat\(\)'"),
        ("@limit(a)", r"'@limit\(a\)'"),
        ("a if b else 1", "'a if b else 1'"),
        ("a in b", "'a in b'"),
        ("a in 'text'", "\"a in 'text'\""),
        ("(lambda: 1)() > a", r"'\(lambda: 1\)\(\)'"),
        ("a ^ b", r"'a \^ b'"),
        ("a is None", "'a is None'"),
        ("`two words`.dt.year > 1", r"'`two words`\.dt'"),
        ("a.isin()", r"'a\.isin\(\)'"),
        ("a.between(1)", r"'a\.between\(1\)'"),
        ("a in [b]", "'b'"),
        ("[x for x in a]", r"'\[x for x in a\]'"),
        ("a.str.contains('x', regex=False)", "regex"),
    ],
)
def test_parsing_names_the_part_that_cannot_be_in_a_plan(text: str, part: str) -> None:
    with pytest.raises(PlanError, match=f"uses .*{part}.*which cannot be part of a plan.*Hint: pass a function"):
        parse(text)


def test_parsing_runs_nothing() -> None:
    with pytest.raises(PlanError):
        parse("__import__('os').system('exit 1') == a")


def test_parsing_an_unknown_name_hints_at_the_column_or_the_variable() -> None:
    with pytest.raises(UnknownColumnError, match=r"There is no column 'clas'\..*did you mean 'class'\?"):
        parse("clas > 1")
    with pytest.raises(UnknownColumnError, match=r"There is no column 'limit'\..*write @limit"):
        parse("a > limit")


@pytest.mark.parametrize(
    ("text", "why"),
    [("a > @limits['high']", "'high'"), ("a > @limit.nope", "no attribute 'nope'"), ("a > @names[7]", "out of range")],
)
def test_parsing_a_variable_without_that_part_says_which(text: str, why: str) -> None:
    with pytest.raises(PlanError, match=f"which does not exist: .*{why}"):
        parse(text)


# random trees: printing and parsing again gives the same tree, and it means what DataFrame.query makes of it ---------

NUMBER = st.sampled_from([a, b]) | st.integers(-3, 9).filter(lambda i: i >= 0).map(Constant)
ARITHMETIC = st.recursive(
    NUMBER,
    lambda inner: st.builds(Arithmetic, st.sampled_from(["+", "-", "*"]), inner, inner) | st.builds(Negate, inner),
    max_leaves=4,
)
COMPARISONS = (
    st.builds(Compare, st.sampled_from(["==", "!=", "<", "<=", ">", ">="]), st.sampled_from([a, b]), ARITHMETIC)
    | st.builds(IsIn, st.sampled_from([a, b]), st.lists(st.integers(-2, 3), max_size=3).map(tuple))
    | st.builds(
        IsIn, st.sampled_from([a, b]), st.lists(st.sampled_from(["x", "2", ""]), min_size=1, max_size=2).map(tuple)
    )
    | st.builds(Method, st.sampled_from(["isna", "notna"]), st.sampled_from([a, b]))
)
PREDICATES = st.recursive(
    COMPARISONS,
    lambda inner: (
        st.builds(Not, inner)
        | st.builds(Logical, st.sampled_from(["and", "or"]), st.lists(inner, min_size=2, max_size=3).map(tuple))
    ),
    max_leaves=5,
)


@settings(max_examples=150, derandomize=True, deadline=None)
@given(PREDICATES)
def test_text_of_an_expression_parses_to_the_same_expression(tree: Expression) -> None:
    assert parse(to_text(tree)) == tree


@settings(max_examples=100, derandomize=True, deadline=None)
@given(PREDICATES)
def test_a_predicate_keeps_the_rows_that_query_keeps(tree: Expression) -> None:
    table = pd.DataFrame({"a": [0, 1, 2, 3, -1, 2], "b": [0.0, 1.5, None, 2.0, None, -2.0]})
    expected = table.query(to_text(tree), engine="python").reset_index(drop=True)
    pd.testing.assert_frame_equal(ld.from_pandas(table).filter(to_text(tree)).df, expected)
