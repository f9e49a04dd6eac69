"""Operators that make and change columns: what pandas gives, in values and types, row by row."""

from __future__ import annotations

import datetime
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typed_tables import KINDS, assert_same, assert_traced, examples, outcome, tables

import lester_jupyter as ld
from lester_jupyter.errors import PlanError, UnknownColumnError
from lester_jupyter.plan.expressions import METHODS, Arithmetic, Column, Constant


@pytest.fixture
def frame() -> ld.Frame:
    return ld.from_pandas(
        pd.DataFrame({"price": [1.5, 2.0, None], "n": [2, 3, 4], "s": ["a", "B", None], "two words": [1, 0, 1]}), "A"
    )


# cast ---------------------------------------------------------------------------------------------------------------

TYPES = ["int64", "int", "float64", "float32", "int8", "bool", "str", "object", "string", "category", "Int64", "Float64",
         "boolean", "datetime64[ns]", "datetime64[ns, UTC]", "timedelta64[ns]", "int64[pyarrow]",
         int, float, str, bool, object, np.int32, pd.Int64Dtype()]  # fmt: skip


@examples(300)
@given(tables("a"), st.sampled_from(TYPES))
def test_cast_is_astype(table: pd.DataFrame, dtype: object) -> None:
    frame = ld.from_pandas(table, "A")
    expected = outcome(lambda: table.astype({"a": dtype}))
    if expected is None:
        with pytest.raises(PlanError, match="The column 'a'"):
            frame.cast({"a": dtype})
        return
    made = frame.cast({"a": dtype})
    assert_same(made, expected)
    assert_traced(made, "A", [[row] for row in range(len(table))])
    assert_same(made.plan.execute(), expected)


@pytest.mark.parametrize(
    ("values", "dtype", "message"),
    [
        (["1", "2", "abc", "x"], int, "The column 'a' cannot become int64: row 2 is 'abc'."),
        ([1.0, None], int, "row 1 is nan. Hint: drop_missing or fill_missing first; 'Int64'"),
        ([1.0, 2.5], "Int64", "The column 'a' cannot become Int64: row 1 is 2.5."),
        (["2024-01-01", "soon"], "datetime64[ns]", "cannot become datetime64[ns]: row 1 is 'soon'."),
        ([2**80, 1], "int64", f"row 0 is {2**80}."),
        ([[1], 2], "int64", "row 0 is [1]."),
        ([pd.Timestamp("2024-01-01")], "float64", "The column 'a' (datetime64[us]) cannot become float64: "),
    ],
)
def test_cast_names_the_value_and_the_row_that_cannot_be_cast(
    values: list[object], dtype: object, message: str
) -> None:
    frame = ld.from_pandas(pd.DataFrame({"a": values}))
    with pytest.raises(PlanError) as raised:
        frame.cast({"a": dtype})
    assert message in str(raised.value)


def test_cast_finds_the_first_of_many_values_that_cannot_be_cast() -> None:
    values = [str(i) for i in range(1000)]
    values[617] = values[900] = "?"
    with pytest.raises(PlanError, match=r"row 617 is '\?'"):
        ld.from_pandas(pd.DataFrame({"a": values})).cast(int)


def test_cast_of_all_columns_and_of_unknown_ones(frame: ld.Frame) -> None:
    assert_same(frame[["n", "two words"]].cast("float64"), frame.df[["n", "two words"]].astype("float64"))
    assert "price as str, n as float64" in frame.cast({"price": str, "n": float}).plan.explain()
    assert frame.cast({"n": str}).lineage.columns("n") == {("A", "n"): "value"}
    with pytest.raises(UnknownColumnError, match=r"no column 'q'\. Available: price, n"):
        frame.cast({"q": int})
    with pytest.raises(PlanError, match=r"There is no type 'integer8'.* Available: int64, Int64"):
        frame.cast({"n": "integer8"})
    with pytest.raises(PlanError, match="cannot be written into a plan by its name"):
        frame.cast({"s": pd.CategoricalDtype(["a", "B"])})


# assign and project with expressions --------------------------------------------------------------------------------

EXPRESSIONS = ["a + b", "a - b * 2", "a / b", "a // 2", "-a", "a > b", "(a == b) | (a == 1)", "a >= 0 and b < 2",
               "a.isna()", "not a.isna()", "a % 3 + 1", "a in [1, 2]", "a ** 2", "a.abs() + row", "7", "'text'", "b"]  # fmt: skip


@examples(120)
@given(tables("ab", kinds=("int", "float", "nullable int")), st.sampled_from(EXPRESSIONS))
@pytest.mark.filterwarnings("ignore:divide by zero:RuntimeWarning")
def test_expressions_mean_what_they_mean_in_eval(table: pd.DataFrame, text: str) -> None:
    frame = ld.from_pandas(table, "A")
    by_python = text.replace("not ", "~").replace(" and ", ") & (").join(["(", ")"]) if " and " in text else text
    by_python = by_python.replace("not ", "~").replace("a in [1, 2]", "a.isin([1, 2])")
    expected = table.assign(c=eval(by_python, {}, dict(table.items())))
    for made in (frame.assign(c=text), frame.project("c", func=text), frame.project("c", ["a", "b", "row"], text)):
        assert_same(made, expected)
        assert_traced(made, "A", [[row] for row in range(len(table))])
        assert made.plan.operators[-1].exact
        assert_same(made.plan.execute(), expected)


@pytest.mark.parametrize("method", sorted(METHODS))
def test_methods_in_expressions_are_those_of_series(method: str) -> None:
    table = pd.DataFrame({"t": [" ab c", "AB7", "", None, "7"], "x": [1.25, -2.5, None, 0.0, 3.75]})
    arguments = {"round": "1", "str.replace": "'b', 'x'", "str.zfill": "3", "str.contains": "'b'"}.get(method, "")
    arguments = "'A'" if method in ("str.startswith", "str.endswith") else arguments
    column = "t" if method.startswith("str.") else "x"
    expected = eval(f"{column}.{method}({arguments})", {}, dict(table.items()))
    assert_same(ld.from_pandas(table).assign(made=f"{column}.{method}({arguments})"), table.assign(made=expected))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("price * n", "c = price * n"),
        ("`two words` + n", "c = `two words` + n"),
        (lambda f: f["price"] * f["n"], "c = price * n"),
        (lambda f: "n + 1", "c = n + 1"),
        (7, "c = 7"),
        ("'all'", "c = 'all'"),
        (lambda f: None, "c = None"),
    ],
)
def test_assign_takes_strings_columns_functions_and_constants(frame: ld.Frame, value: object, text: str) -> None:
    made = frame.assign(c=value)
    assert text in made.plan.explain()
    assert made.columns == [*frame.columns, "c"]


def test_assign_gives_what_pandas_gives(frame: ld.Frame) -> None:
    rate, settings = 2, {"vat": 0.5}
    df = frame.df
    made = frame.assign(total="price * n", gross=lambda f: f["total"] * 1.5, net="total / @rate", n=0, kind="'x'", up="s.str.upper()")  # fmt: skip
    expected = df.assign(
        total=df["price"] * df["n"],
        gross=lambda d: d["total"] * 1.5,
        net=lambda d: d["total"] / rate,
        n=0,
        kind="x",
        up=df["s"].str.upper(),
    )
    assert_same(made, expected)
    assert_same(frame.assign(v="n * @settings['vat']"), df.assign(v=df["n"] * settings["vat"]))
    assert_same(frame.assign(), df)


@pytest.mark.parametrize(
    "value", [1, 1.5, True, None, float("nan"), "text", 2**70, Decimal("1.5"), datetime.date(2024, 1, 1),
              pd.Timestamp("2024-01-01").to_pydatetime(), pd.Timestamp("2024-01-01", tz="UTC"), pd.NA, pd.NaT, b"x", np.int32(3)]
)  # fmt: skip
@pytest.mark.parametrize("n_rows", [0, 3])
def test_constants_are_repeated_as_pandas_repeats_them(value: object, n_rows: int) -> None:
    table = pd.DataFrame({"a": [1, 2, 3]}).head(n_rows)
    made = ld.from_pandas(table).assign(c=lambda frame: repr(value) if isinstance(value, str) else value)
    expected = table.assign(c=value)
    if isinstance(value, np.generic):  # a plan holds Python's own numbers
        expected = table.assign(c=value.item())
    assert_same(made, expected)
    assert made.lineage.columns("c") == {}


def test_assign_sees_what_it_made_before_but_a_column_is_that_of_the_frame(frame: ld.Frame) -> None:
    made = frame.assign(n="n + 1", m="n * 10")
    assert made.to_tuples(["n", "m"]) == [(3, 30), (4, 40), (5, 50)]
    made = frame.assign(n="n + 1", m=frame["n"] * 10)
    assert made.to_tuples(["n", "m"]) == [(3, 20), (4, 30), (5, 40)]
    assert [o.kind for o in made.plan.operators] == ["scan", "extend"]  # one step where one is enough
    with pytest.raises(PlanError, match="k would read 'n', which was replaced before"):
        frame.assign(n="n + 1", m="n * 10", k=frame["n"])


def test_expressions_have_exact_lineage(frame: ld.Frame) -> None:
    made = frame.assign(total="price * n", flag=lambda f: f["s"].isna())
    assert made.lineage.columns("total") == {("A", "price"): "value", ("A", "n"): "value"}
    assert made.lineage.columns("flag") == {("A", "s"): "value"}
    assert made.lineage.columns("n") == {("A", "n"): "value"}
    assert made.plan.completeness == 1.0
    extend = frame.project("total", ["price", "n"], "price * n").plan.operators[-1]
    assert extend.expressions == (Arithmetic("*", Column("price"), Column("n")),)
    assert frame.project("c", func=frame["n"] + 1).plan.operators[-1].expressions[0].right == Constant(1)


def test_project_takes_sources_from_the_names_of_parameters(frame: ld.Frame) -> None:
    made = frame.project("total", func=lambda n, price: (n, price))
    assert made.to_values("total")[:2] == [(2, 1.5), (3, 2.0)]
    assert made.lineage.columns("total") == {("A", "price"): "value", ("A", "n"): "value"}
    with pytest.raises(PlanError, match="The parameters of this function do not name columns"):
        frame.project("up", func=str.upper)


def outer_column(frame: ld.Frame) -> object:
    return frame.filter("n > 2")["n"]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda f: f.assign(c=[1, 2, 3]), "c cannot be a list: nobody would know where its values come from"),
        (lambda f: f.assign(c=f.df["n"]), "c cannot be a Series"),
        (lambda f: f.assign(c=lambda d: d.df["n"]), "c cannot be a Series"),
        (lambda f: f.assign(c=outer_column(f)), "another frame"),
        (lambda f: f.assign(c="UK"), "There is no column 'UK'. Available: price, n, s, two words."),
        (lambda f: f.assign(c="n +"), "The expression 'n +' is not an expression. Hint: write it as for DataFrame.eval"),
        (lambda f: f.assign(c="n * @nowhere"), "The expression 'n * @nowhere' names the variable @nowhere"),
        (lambda f: f.assign(c="open(n)"), "which cannot be part of a plan. Hint: pass a function of named columns instead: frame.project"),
        (lambda f: f.assign(c="s * s"), "cannot be computed"),
        (lambda f: f.project("c", ["n"], "n + price"), "reads 'price', which is not among the source columns"),
        (lambda f: f.project(["c", "d"], None, "n + price"), "An expression makes one column, got 2 names"),
        (lambda f: f.project("c", ["n"]), "project needs a function or an expression"),
        (lambda f: f.project("c", ["n"], 3), "A function is needed here, got 3"),
    ],
)  # fmt: skip
def test_expressions_say_what_is_wrong(frame: ld.Frame, make: object, message: str) -> None:
    with pytest.raises(PlanError) as raised:
        make(frame)
    assert message in str(raised.value)


# project with functions, rename, fill -------------------------------------------------------------------------------


@examples(150)
@given(tables("ab"), st.permutations(["a", "b", "row"]), st.integers(1, 3))
def test_selecting_and_renaming_are_those_of_pandas(table: pd.DataFrame, names: list[str], n: int) -> None:
    frame = ld.from_pandas(table, "A")
    assert_same(frame[names[:n]], table[names[:n]])
    assert_same(frame.drop(names[:n]), table.drop(columns=names[:n]))
    ring = dict(zip(names[:n], names[1:n] + names[:1], strict=True))
    assert_same(frame.rename(ring), table.rename(columns=ring))
    assert frame.rename(ring).lineage.columns(ring[names[0]]) == {("A", names[0]): "value"}


@examples(200)
@given(tables("a"), st.data())
def test_fill_missing_is_fillna_where_the_value_fits_the_type(table: pd.DataFrame, data: st.DataObject) -> None:
    kind = next(k for k, (_, dtype) in KINDS.items() if table["a"].dtype == dtype)
    value = data.draw(st.sampled_from([v for v in KINDS[kind][0] if not pd.isna(v)]))
    made = ld.from_pandas(table, "A").fill_missing({"a": value})
    assert made.df["a"].tolist() == table["a"].fillna(value).tolist()
    if table["a"].dtype != object:
        assert_same(made, table.fillna({"a": value}))
    assert_traced(made, "A", [[row] for row in range(len(table))])
