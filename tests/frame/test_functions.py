"""How functions read in a plan."""

from __future__ import annotations

from lester_jupyter.frame.functions import function_of


def applied(call, *columns):
    return function_of(call, vectorized=False).applied(list(columns))


def test_a_lambda_reads_as_its_body_with_the_columns_in_it():
    assert applied(lambda d: int(d[:4]), "raw_date") == "int(raw_date[:4])"


def test_two_lambdas_on_one_line_are_told_apart():
    both = [lambda a: a + 1, lambda a: a * 2]
    assert [applied(f, "x") for f in both] == ["x + 1", "x * 2"]


def test_a_lambda_over_several_lines_and_with_umlauts_before_it():
    both = {"ä ö ü": lambda a, b: (
        a,
        b,
    )}  # fmt: skip
    assert applied(both["ä ö ü"], "x", "y") == "(x, y)"


def test_names_of_functions_and_of_what_has_no_text():
    def own(x):
        return x

    assert applied(own, "x") == "own(x)"
    assert applied(str.lower, "x") == "str.lower(x)"
    assert applied(eval("lambda q: q"), "x") == "lambda(x)"
