"""Random tables with keys and values of every type, for the tests of groups and windows."""

from __future__ import annotations

import pandas as pd
from hypothesis import strategies as st

BIG = 2**53 + 1


def _dates(values: list[str | None]) -> pd.Series:
    return pd.Series(pd.to_datetime(pd.Series(values, dtype="str")))


KEYS = {
    "k_int": (st.sampled_from([1, 2, 3]), lambda v: pd.Series(v, dtype="int64")),
    "k_float": (st.sampled_from([1.0, 2.0, None]), lambda v: pd.Series(v, dtype="float64")),
    "k_str": (st.sampled_from(["a", "b", "", None]), lambda v: pd.Series(v, dtype="str")),
    "k_bool": (st.booleans(), lambda v: pd.Series(v, dtype="bool")),
    "k_cat": (
        st.sampled_from(["z", "a", None]),
        lambda v: pd.Series(pd.Categorical(v, categories=["z", "unused", "a"])),
    ),
    "k_date": (st.sampled_from(["2024-01-01", "2023-01-01", None]), _dates),
    "k_mixed": (st.sampled_from([1, "a", None, 2]), lambda v: pd.Series(v, dtype=object)),
    "k_null": (st.sampled_from([1, 2, None]), lambda v: pd.Series(v, dtype="Int64")),
}
VALUES = {
    "x": (st.sampled_from([0.5, 1.0, -2.0, 3.0, None]), lambda v: pd.Series(v, dtype="float64")),
    "i": (st.sampled_from([0, 1, -2, 7]), lambda v: pd.Series(v, dtype="int64")),
    "big": (st.sampled_from([BIG, -BIG - 2, 1]), lambda v: pd.Series(v, dtype="int64")),
    "s": (st.sampled_from(["a", "b", "", None]), lambda v: pd.Series(v, dtype="str")),
    "v": (st.booleans(), lambda v: pd.Series(v, dtype="bool")),
    "n": (st.sampled_from([1, 2, None]), lambda v: pd.Series(v, dtype="Int64")),
    "d": (st.sampled_from(["2024-01-01", "2023-05-05", None]), _dates),
    "c": (st.sampled_from(["u", "w", None]), lambda v: pd.Series(pd.Categorical(v, categories=["w", "u", "y"]))),
    "o": (st.sampled_from([1, 2.5, None]), lambda v: pd.Series(v, dtype=object)),
    "m": (st.sampled_from([1, "a"]), lambda v: pd.Series(v, dtype=object)),
    "small": (st.sampled_from([1, 2, 3]), lambda v: pd.Series(v, dtype="int8")),
}


@st.composite
def tables(draw: st.DrawFn, names: list[str], most: int = 9) -> pd.DataFrame:
    """A table with these columns of the above."""
    n = draw(st.integers(0, most))
    made = {}
    for name in names:
        values, make = {**KEYS, **VALUES}[name]
        made[name] = make(draw(st.lists(values, min_size=n, max_size=n)))
    return pd.DataFrame(made)
