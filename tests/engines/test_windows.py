"""Windows: values and types as pandas has them, and the rows that each row sees as plain loops find them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pytest
from grouping_tables import BIG, KEYS, VALUES, tables
from hypothesis import given, settings
from hypothesis import strategies as st

import lester_jupyter as ld
from lester_jupyter.errors import PlanError
from lester_jupyter.lineage.rows import All, Codes, Identity, Several
from lester_jupyter.lineage.windows import Neighbours
from lester_jupyter.plan.operators import WINDOWS

examples = lambda n: settings(max_examples=n, derandomize=True, deadline=None)

CUMULATIVE = ("cumsum", "cumprod", "cummax", "cummin", "cumcount", "ffill", "bfill")
OFFSET = ("shift", "diff", "pct_change")
ORDER = ["k_float", "k_str", "k_date", "k_cat"]


def span(values: pd.Series) -> float:
    return values.max() - values.min()


@dataclass(frozen=True)
class Drawn:
    """A window over a table, in our words."""

    table: pd.DataFrame
    source: str
    function: Any
    by: tuple[str, ...]
    order_by: tuple[str, ...]
    ascending: tuple[bool, ...]
    rows: Any  # "all", "expanding", a number of rows; of offsets the distance
    min_periods: int | None = None
    center: bool = False
    options: tuple[tuple[str, Any], ...] = ()

    def __repr__(self) -> str:
        shown = {k: v for k, v in vars(self).items() if k != "table"}
        return f"{self.table.to_dict('list')} {self.table.dtypes.to_dict()} {shown}"

    def ours(self, table: pd.DataFrame | None = None) -> ld.Frame:
        frame = ld.from_pandas(self.table if table is None else table, "A")
        order = {"by": list(self.by), "order_by": list(self.order_by), "ascending": list(self.ascending)}
        if self.function == "rank":
            return frame.rank("t", self.source, list(self.by), **dict(self.options))
        if self.function in ("shift", "diff"):
            return getattr(frame, self.function)("t", self.source, self.rows, **order, **dict(self.options))
        if self.function in (*CUMULATIVE, *OFFSET):
            return frame.window("t", self.source, self.function, **order)
        moving = {"rows": self.rows, "min_periods": self.min_periods, "center": self.center}
        return frame.window("t", self.source, self.function, **order, **moving)


@st.composite
def windows(draw: st.DrawFn, sources: Sequence[str] = tuple(VALUES)) -> Drawn:
    by = draw(st.lists(st.sampled_from(list(KEYS)), max_size=2, unique=True))
    order = draw(st.lists(st.sampled_from(ORDER), max_size=2, unique=True))
    source = draw(st.sampled_from(sources))
    table = draw(tables(list(dict.fromkeys([*by, *order, source]))))
    extent = draw(st.sampled_from(list(WINDOWS)))
    function = draw(
        st.sampled_from(WINDOWS[extent])
        if extent in ("remaining", "offset")
        else st.nothing() | st.sampled_from([*WINDOWS[extent], span])
    )
    rows: Any = {"partition": "all", "expanding": "expanding"}.get(extent, 1)
    options: dict[str, Any] = {}
    least, center = None, False
    if extent == "rolling":
        rows, center = draw(st.integers(1, 4)), draw(st.booleans())
        least = draw(st.none() | st.integers(0, rows))
    if extent == "expanding" and function not in CUMULATIVE:
        least = draw(st.none() | st.integers(0, 3))
    if function in ("shift", "diff"):
        rows = draw(st.integers(-3, 3))
    if function == "rank":
        order = []
        options = {
            "method": draw(st.sampled_from(["average", "min", "max", "first", "dense"])),
            "ascending": draw(st.booleans()),
            "na_option": draw(st.sampled_from(["keep", "top", "bottom"])),
            "pct": draw(st.booleans()),
        }
    directions = tuple(draw(st.lists(st.booleans(), min_size=len(order), max_size=len(order))))
    return Drawn(
        table, source, function, tuple(by), tuple(order), directions, rows, least, center, tuple(options.items())
    )


def by_pandas(w: Drawn) -> pd.Series:
    """The same in pandas: rows are sorted, computed with, and put back to where they stood by their index."""
    ordered = w.table
    if w.order_by:
        ordered = ordered.sort_values(list(w.order_by), ascending=list(w.ascending), kind="stable")
    subject: Any = ordered.groupby(list(w.by))[w.source] if w.by else ordered[w.source]
    if w.function == "rank":
        made = subject.rank(**dict(w.options))
    elif w.function == "cumcount" and not w.by:
        made = pd.Series(range(len(ordered)), ordered.index, dtype="int64")
    elif w.function in CUMULATIVE:
        made = getattr(subject, w.function)()
    elif w.function in OFFSET:
        made = getattr(subject, w.function)(w.rows)
    elif w.rows == "all":
        made = (
            subject.transform(w.function)
            if w.by
            else pd.Series([subject.agg(w.function)] * len(ordered), ordered.index)
        )
    else:
        there = ordered.dropna(subset=list(w.by)) if w.by else ordered  # pandas' moving windows trip over missing keys
        subject = there.groupby(list(w.by))[w.source] if w.by else there[w.source]
        moving = (
            subject.expanding(1 if w.min_periods is None else w.min_periods)
            if w.rows == "expanding"
            else subject.rolling(w.rows, min_periods=w.min_periods, center=w.center)
        )
        made = moving.apply(w.function) if callable(w.function) else getattr(moving, w.function)()
        made = made.droplevel(list(range(len(w.by)))) if w.by else made
    return made.reindex(w.table.index)


ERRORS = (TypeError, ValueError, NotImplementedError, pd.errors.DataError)


@examples(250)
@given(windows())
def test_windows_give_the_values_and_types_of_pandas(w: Drawn) -> None:
    whole = w.rows == "all" and not w.by and w.function not in (*CUMULATIVE, "rank")
    if whole and w.function in ("first", "last"):  # a column has no such method
        return
    try:
        expected = by_pandas(w)
    except ERRORS:
        with pytest.raises((PlanError, TypeError)):  # the function's own error passes
            w.ours()
        return
    made = w.ours().df["t"]
    if whole and not len(w.table):
        assert len(made) == 0
        return
    pd.testing.assert_series_equal(made, expected, check_names=False, check_dtype=not whole, check_exact=not whole)


# row lineage --------------------------------------------------------------------------------------------------------


def in_order(w: Drawn) -> list[int]:
    """The rows in the window's order: missing values last, equal ones as they stand."""
    rows = list(range(len(w.table)))
    for name, up in reversed(list(zip(w.order_by, w.ascending, strict=True))):
        column = w.table[name]
        values = column.cat.codes.tolist() if isinstance(column.dtype, pd.CategoricalDtype) else column.tolist()
        there = [r for r in rows if not pd.isna(column[r])]
        rows = sorted(there, key=lambda r: values[r], reverse=not up) + [r for r in rows if pd.isna(column[r])]
    return rows


def seen(w: Drawn) -> list[set[int]]:
    """The rows that each row's value comes from, and the row itself."""
    keys = [tuple(w.table[name].tolist()[r] for name in w.by) for r in range(len(w.table))]
    alone = [any(map(pd.isna, key)) for key in keys]
    present = w.table[w.source].notna().tolist()
    out = []
    for row in range(len(w.table)):
        if alone[row]:
            out.append({row})
            continue
        members = [r for r in in_order(w) if not alone[r] and keys[r] == keys[row]]
        at = members.index(row)
        if w.function == "ffill":
            first = max((p for p in range(at + 1) if present[members[p]]), default=0)
            out.append(set(members[first : at + 1]))
        elif w.function == "bfill":
            last = min((p for p in range(at, len(members)) if present[members[p]]), default=len(members))
            out.append(set(members[at : last + 1]))
        elif w.function in OFFSET:
            other = at - w.rows
            out.append({row} | ({members[other]} if 0 <= other < len(members) else set()))
        elif w.function in CUMULATIVE or w.rows == "expanding":
            out.append(set(members[: at + 1]))
        elif w.rows == "all" or w.function == "rank":
            out.append(set(members))
        else:
            last = at + (w.rows - 1) // 2 if w.center else at
            out.append(set(members[max(0, last - w.rows + 1) : last + 1]))
    return out


@examples(100)
@given(windows(["x", "i", "n"]))
def test_a_row_is_made_from_the_rows_that_its_window_sees(w: Drawn) -> None:
    frame, expected = w.ours(), seen(w)
    for row, rows in enumerate(expected):
        assert frame.lineage.backward(row)["A"].tolist() == sorted(rows)
        assert row in rows
    for row in range(len(expected)):
        assert frame.lineage.forward("A", row).tolist() == [o for o, rows in enumerate(expected) if row in rows]


def alike(a: Any, b: Any) -> bool:
    return bool(pd.isna(a) == pd.isna(b) and (pd.isna(a) or a == b))


@examples(100)
@given(windows(["x", "i", "n"]), st.data())
def test_values_of_rows_that_a_window_does_not_see_never_change_it(w: Drawn, data: st.DataObject) -> None:
    if not len(w.table) or w.source in w.order_by:
        return
    row = data.draw(st.integers(0, len(w.table) - 1))
    value = data.draw(st.sampled_from([1, 5, -3]) | (st.nothing() if w.source == "i" else st.just(None)))
    changed = w.table.copy()
    changed[w.source] = pd.Series(
        [value if r == row else v for r, v in enumerate(changed[w.source].tolist())], dtype=changed[w.source].dtype
    )
    before, after = w.ours(), w.ours(changed)
    reached = before.lineage.forward("A", row).tolist()
    for out in range(len(w.table)):
        if out not in reached:
            assert alike(before.df["t"][out], after.df["t"][out])


@examples(120)
@given(windows(["i"]), st.sampled_from(["sum", "diff", "shift", "cumsum"]))
def test_lineage_is_what_a_sum_of_powers_of_two_is_made_of(w: Drawn, function: str) -> None:
    """The bits of the sum say which rows are in it, so here the lineage is neither too small nor too large."""
    table = w.table.assign(i=[2**r for r in range(len(w.table))])
    least = 1 if isinstance(w.rows, int) else None
    rows = max(1, w.rows) if isinstance(w.rows, int) and function not in OFFSET else w.rows
    if function in OFFSET and not isinstance(rows, int):
        rows = 1
    w = Drawn(
        table,
        "i",
        function,
        w.by,
        w.order_by,
        w.ascending,
        rows,
        least if function == "sum" else None,
        w.center and least == 1,
    )
    if w.center and not isinstance(rows, int):
        return
    frame = w.ours()
    for row, made in enumerate(frame.to_values("t")):
        lineage = set(frame.lineage.backward(row)["A"].tolist())
        if pd.isna(made):
            assert lineage == {row}
            continue
        bits = int(made) if function != "diff" else 2**row - int(made)
        assert {r for r in range(len(table)) if bits >> r & 1} | {row} == lineage


@examples(100)
@given(windows(["x", "i", "n"]), st.data())
def test_deleting_a_row_changes_only_the_windows_that_saw_it(w: Drawn, data: st.DataObject) -> None:
    if not len(w.table) or (w.function in OFFSET and abs(w.rows) > 1):  # a row between two that meet moves one of them
        return
    row = data.draw(st.integers(0, len(w.table) - 1))
    frame = w.ours()
    again = w.ours(w.table.drop(index=row).reset_index(drop=True)).to_values("t")
    reached = frame.lineage.forward("A", row).tolist()
    for out, value in enumerate(frame.to_values("t")):
        if out not in reached:
            assert alike(value, again[out - (out > row)])


# the edges themselves -----------------------------------------------------------------------------------------------


@pytest.fixture
def frame() -> ld.Frame:
    return ld.from_pandas(pd.DataFrame({"k": [1.0, 2.0, None], "full": [1, 2, 1], "x": [1.5, 2.5, 3.5]}), "A")


@pytest.mark.parametrize(
    ("make", "kinds"),
    [
        (lambda f: f.rank("t", "x"), All),
        (lambda f: f.rank("t", "x", "full"), Codes),
        (lambda f: f.rank("t", "x", "k"), (Identity, Codes)),
        (lambda f: f.shift("t", "x"), (Identity, Neighbours)),
        (lambda f: f.window("t", "x", "mean", rows=2), Neighbours),
        (lambda f: f.window("t", "x", "cumsum"), Neighbours),
        (lambda f: f.window("t", "x", "ffill", by="k"), Neighbours),
    ],
)
def test_edges_are_compact_and_a_row_stays_itself(make: Any, kinds: Any, frame: ld.Frame) -> None:
    step = make(frame)._relation.step
    [edge] = step.edges
    assert (tuple(map(type, edge.edges)) if isinstance(edge, Several) else type(edge)) == kinds
    assert step.anchors == (Identity(3),)
    assert (step.identity == frame._relation.step.identity).all()


def test_what_nobody_asks_for_is_not_computed(frame: ld.Frame) -> None:
    [edge] = frame.window("t", "x", "cumsum", by="full")._relation.step.edges
    assert "intervals" not in vars(edge)
    assert edge.codes.dtype == np.int32


def test_integers_past_53_bits_stay_exact_where_pandas_keeps_them() -> None:
    frame = ld.from_pandas(pd.DataFrame({"k": [1, 1], "i": [BIG, 4]}))
    assert frame.window("t", "i", "cumsum", by="k").to_values("t") == [BIG, BIG + 4]
    assert frame.window("t", "i", "sum").to_values("t") == [BIG + 4] * 2
    assert frame.shift("t", "i", fill_value=0).to_values("t") == [0, BIG]


def test_a_function_of_a_whole_partition_gives_one_value_or_one_a_row(frame: ld.Frame) -> None:
    for by in (None, "full"):
        scaled = frame.window("t", "x", lambda s: s - s.min(), by=by).to_values("t")
        assert scaled == ([0.0, 1.0, 2.0] if by is None else [0.0, 0.0, 2.0])
        assert frame.window("t", "x", lambda s: s.max(), by=by).to_values("t")[0] == 3.5
        with pytest.raises(PlanError):
            frame.window("t", "x", lambda s: [1.0] * (len(s) + 1), by=by)


def test_a_function_of_all_rows_sees_them_in_order(frame: ld.Frame) -> None:
    ordered = frame.window("t", "x", lambda s: np.arange(len(s)), order_by="x", ascending=False)
    assert ordered.to_values("t") == [2, 1, 0]


def test_what_a_users_function_raises_passes_with_a_note(frame: ld.Frame) -> None:
    def broken(values: pd.Series) -> float:
        raise ValueError("no")

    for options in ({"rows": 2}, {"by": "full"}):
        with pytest.raises(ValueError, match="no") as raised:
            frame.window("t", "x", broken, **options)
        assert any("broken raised this for" in note for note in raised.value.__notes__)


def test_windows_may_name_a_column_to_order_by_twice() -> None:
    frame = ld.from_pandas(pd.DataFrame({"x": [2, 1, 3]}))
    assert frame.window("s", "x", "cumsum", order_by=["x", "x"]).to_values("s") == [3, 1, 6]
