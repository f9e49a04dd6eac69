"""Cell lineage: what moves when one cell of a source changes, and nothing else."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import lester_jupyter as ld
from lester_jupyter.errors import LineageError, UnknownColumnError

MAILS = pd.DataFrame(
    {"id": range(8), "email": list("abacabda"), "subject": list("STUVWXYZ"), "size": [3, 1, 4, 1, 5, 9, 2, 6]}
)
CUSTOMERS = pd.DataFrame({"email": list("abc"), "country": ["UK", "DE", "FR"]})


def prepared(mails: pd.DataFrame, customers: pd.DataFrame) -> ld.Frame:
    given = ld.from_pandas(mails, "mails")
    sent = given.aggregate("email", sent=("id", "count"), total=("size", "sum"))
    joined = given.join(ld.from_pandas(customers, "customers"), on="email").join(sent, on="email")
    ranked = joined.rank("place", "size", by="country").shift("before", "subject", by="email")
    centred = ranked.project("centred", ["size"], lambda size: size - size.mean(), vectorized=True)
    return centred.project("title", ["subject"], str.lower).sort("id", ascending=False)


def cells(frame: ld.Frame, row: int, column: str) -> set[tuple[str, str, int]]:
    found = frame.lineage.cells(row, column)
    return {(source, name, int(r)) for (source, name), rows in found.items() for r in rows}


def test_a_title_is_made_of_one_cell_whatever_was_counted_beside_it() -> None:
    frame = prepared(MAILS, CUSTOMERS)
    row = frame.to_values("id").index(4)
    assert cells(frame, row, "title") == {("mails", "subject", 4)}
    assert cells(frame, row, "country") == {("customers", "country", 0)}
    assert cells(frame, row, "sent") == {("mails", "id", r) for r in (0, 2, 4, 7)}
    assert cells(frame, row, "total") == {("mails", "size", r) for r in (0, 2, 4, 7)}
    assert cells(frame, row, "before") == {("mails", "subject", 2)}
    assert len(frame.lineage.backward(row)["mails"]) > 4  # the record as a whole


def test_a_shifted_value_is_of_the_other_row_a_difference_of_both_and_a_missing_one_of_none() -> None:
    frame = ld.from_pandas(pd.DataFrame({"x": [1.0, 2.0, 4.0], "k": [None, "a", "a"]}), "s")
    made = frame.shift("p", "x").diff("d", "x").window("m", "x", "mean", by="k")
    assert [cells(made, row, "p") for row in (0, 1)] == [set(), {("s", "x", 0)}]
    assert cells(made, 1, "d") == {("s", "x", 0), ("s", "x", 1)}
    assert [cells(made, row, "m") for row in (0, 1)] == [set(), {("s", "x", 1), ("s", "x", 2)}]
    assert cells(made, 0, "x") == {("s", "x", 0)}


def test_many_rows_are_the_union() -> None:
    frame = prepared(MAILS, CUSTOMERS)
    every = {c for row in range(len(frame)) for c in cells(frame, row, "total")}
    found = frame.lineage.cells(range(len(frame)), "total")
    assert {(*key, int(r)) for key, rows in found.items() for r in rows} == every


@settings(max_examples=25, derandomize=True, deadline=None)
@given(st.sampled_from(["subject", "size", "country"]), st.integers(0, 7))
def test_a_changed_cell_moves_only_what_is_made_of_it(column: str, row: int) -> None:
    """The values of keys stay, or other rows would meet."""
    mails, customers = MAILS.copy(), CUSTOMERS.copy()
    table, source = (customers, "customers") if column == "country" else (mails, "mails")
    row %= len(table)
    before = prepared(mails, customers)
    table[column] = [("?" if isinstance(v, str) else 77) if i == row else v for i, v in enumerate(table[column])]
    after = prepared(mails, customers)
    decides = {"place"} if column == "country" else set()  # the partition of a rank is control: it is no value of it
    for name in before.columns:
        values = zip(before.to_values(name), after.to_values(name), strict=True)
        moved = {i for i, (a, b) in enumerate(values) if a != b and not (pd.isna(a) and pd.isna(b))}
        claimed = {i for i in range(len(before)) if (source, column, row) in cells(before, i, name)}
        assert name in decides or moved <= claimed, (name, moved, claimed)


@pytest.mark.parametrize(
    ("ask", "error"),
    [
        (lambda f: f.lineage.cells(99, "title"), LineageError),
        (lambda f: f.lineage.cells(0, "titel"), UnknownColumnError),
    ],
)
def test_what_does_not_exist_is_a_clear_error(ask: Callable[[ld.Frame], object], error: type[Exception]) -> None:
    with pytest.raises(error, match=r"99|titel"):
        ask(prepared(MAILS, CUSTOMERS))
