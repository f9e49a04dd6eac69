"""The split is a draw by the hash of each row's records: repeatable, and a deletion moves no other record."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import lester_jupyter as ld
from lester_jupyter.errors import PlanError

N = 2_000


def people(n: int = N) -> pd.DataFrame:
    rng = np.random.default_rng(7)
    return pd.DataFrame(
        {
            "id": np.arange(n),
            "age": rng.integers(18, 80, n),
            "income": rng.random(n) * 1e5,
            "city": rng.choice(["Berlin", "Paris", "", "007"], n),
        }
    )


def parts(frame: ld.Frame, key: str = "id", **options: object) -> dict[object, str]:
    train, test = frame.split(**options)
    return {**dict.fromkeys(train.to_values(key), "train"), **dict.fromkeys(test.to_values(key), "test")}


def test_split_is_a_partition_in_order_and_repeatable() -> None:
    frame = ld.from_pandas(people())
    train, test = frame.split(0.7, seed=3)
    assert sorted(train.to_values("id") + test.to_values("id")) == list(range(N))
    assert train.to_values("id") == sorted(train.to_values("id"))
    again = ld.from_pandas(people()).split(0.7, seed=3)
    assert again[0].df.equals(train.df)
    assert again[1].df.equals(test.df)


def test_split_records_seed_and_fraction_in_the_plan() -> None:
    train, test = ld.from_pandas(people(5)).split(0.7, seed=3)
    assert "train 70%, seed 3" in train.plan.explain()
    assert "test 30%, seed 3" in test.plan.explain()


def test_another_seed_gives_another_split() -> None:
    frame = ld.from_pandas(people())
    one, two = parts(frame, seed=1), parts(frame, seed=2)
    agree = sum(one[k] == two[k] for k in one) / N
    assert 0.6 < agree < 0.76  # independent draws with 0.8 agree in 0.68 of the rows


@pytest.mark.parametrize("fraction", [0.1, 0.5, 0.8, 0.99])
def test_the_fraction_is_met_on_average(fraction: float) -> None:
    train, test = ld.from_pandas(people(10_000)).split(fraction, seed=11)
    assert len(train) + len(test) == 10_000
    assert abs(len(train) / 10_000 - fraction) < 4 * (fraction * (1 - fraction) / 10_000) ** 0.5


def test_deleting_records_of_a_dataframe_moves_no_other_record() -> None:
    whole = people()
    before = parts(ld.from_pandas(whole))
    kept = whole.drop(index=[0, 5, 77, N - 1])
    after = parts(ld.from_pandas(kept))
    assert after == {k: before[k] for k in kept["id"]}


@pytest.mark.parametrize("read", [ld.read_csv, lambda p: ld.read_text(p, ["id", "age", "income", "city"], header=True)])
def test_deleting_records_of_a_csv_moves_no_other_record(tmp_path: Path, read: object) -> None:
    path = tmp_path / "people.csv"
    whole = people()
    whole.to_csv(path, index=False)
    before = parts(read(path))
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(line for i, line in enumerate(lines) if i not in (1, 50, 51)))
    after = parts(read(path))
    assert len(after) == N - 3
    assert after == {k: before[k] for k in after}


@pytest.mark.parametrize(
    "odd",
    ["", "x", "1.5", "NA", "TRUE"],  # the one value that makes the column floats, text, objects
)
@pytest.mark.parametrize("values", [["1", "2", "30", "-4"], ["1.25", "-0", "1e3", "12"], ["TRUE", "False", "true"]])
def test_a_column_that_changes_its_type_by_a_deletion_moves_no_record(odd: str, values: list[str]) -> None:
    rows = [f"{i},{values[i % len(values)]}" for i in range(60)]
    with_odd = pd.read_csv(io.StringIO("\n".join(["id,v", *rows, f"999,{odd}"])))
    without = pd.read_csv(io.StringIO("\n".join(["id,v", *rows])))
    before, after = parts(ld.from_pandas(with_odd)), parts(ld.from_pandas(without))
    del before[999]
    assert before == after


@settings(max_examples=60, derandomize=True, deadline=None)
@given(
    st.lists(
        st.floats(allow_nan=False).map(repr) | st.integers(-(10**20), 10**20).map(str) | st.sampled_from(["", "NA"]),
        min_size=8,
        max_size=8,
    )
)
def test_numbers_of_any_size_stay_where_they_are_when_their_column_becomes_text(values: list[str]) -> None:
    rows = [f"{i},{v}" for i, v in enumerate(values)]
    text = pd.read_csv(io.StringIO("\n".join(["id,v", *rows, "999,word"])))
    numbers = pd.read_csv(io.StringIO("\n".join(["id,v", *rows])))
    before, after = parts(ld.from_pandas(text)), parts(ld.from_pandas(numbers))
    del before[999]
    assert before == after


@settings(max_examples=60, derandomize=True, deadline=None)
@given(st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=12), st.data())
def test_of_equal_records_a_deletion_takes_one_away_and_moves_none(values: list[str], data: st.DataObject) -> None:
    table = pd.DataFrame({"v": values})
    row = data.draw(st.integers(0, len(values) - 1))
    before = [Counter(p.to_values("v")) for p in ld.from_pandas(table).split(0.5)]
    after = [Counter(p.to_values("v")) for p in ld.from_pandas(table.drop(index=row)).split(0.5)]
    lost = [b - a for b, a in zip(before, after, strict=True)]
    assert lost[0] + lost[1] == Counter([values[row]])
    assert not any(a - b for b, a in zip(before, after, strict=True))


def test_equal_records_are_drawn_one_by_one() -> None:
    train, test = ld.from_pandas(pd.DataFrame({"v": ["same"] * 100})).split(0.5)
    assert 30 < len(train) < 70
    assert len(train) + len(test) == 100


def test_split_after_a_join_depends_on_the_records_and_not_on_positions() -> None:
    left = pd.DataFrame({"k": np.arange(300) % 30, "id": np.arange(300)})
    right = pd.DataFrame({"k": np.arange(30), "w": np.arange(30) * 2})

    def joined(left: pd.DataFrame, right: pd.DataFrame) -> dict[object, str]:
        return parts(ld.from_pandas(left, "l").join(ld.from_pandas(right, "r"), "k").project("id", ["id"], int))

    before = joined(left, right)
    after = joined(left.drop(index=[3, 9]), right.drop(index=[4]))
    assert after == {k: v for k, v in before.items() if k % 30 != 4 and k not in (3, 9)}


def test_both_sides_of_a_self_union_are_drawn_apart() -> None:
    frame = ld.from_pandas(people(200))
    train, _ = frame.union(frame).split(0.5)
    assert max(Counter(train.to_values("id")).values()) == 2
    assert min(Counter(train.to_values("id")).values()) == 1


def test_what_happens_between_source_and_split_does_not_matter() -> None:
    frame = ld.from_pandas(people(500))
    changed = frame.filter("age > 30").rename({"city": "town"}).drop("income").project("age", ["age"], float)
    before, after = parts(frame), parts(changed)
    assert after == {k: before[k] for k in after}


def test_values_that_cannot_be_hashed_can_be_split() -> None:
    frame = ld.from_records([([1, 2], {"a": i}) for i in range(50)], ["l", "d"])
    train, test = frame.split(0.5)
    assert 0 < len(train) < 50
    assert len(train) + len(test) == 50


@pytest.mark.parametrize("fraction", [0, 1, -0.1, 1.5, float("nan")])
def test_a_fraction_outside_of_0_to_1_is_an_error(fraction: float) -> None:
    with pytest.raises(PlanError, match="train_fraction is a share between 0 and 1"):
        ld.from_pandas(people(3)).split(fraction)


def test_a_seed_is_an_integer() -> None:
    with pytest.raises(PlanError, match=r"seed of a split is an integer, got '1'"):
        ld.from_pandas(people(3)).split(0.5, seed="1")
    assert len(ld.from_pandas(people(50)).split(0.5, seed=-1)[0]) > 0


@pytest.mark.parametrize(
    "make",
    [
        lambda f: f.project("z", ["income"], lambda income: income - income.mean(), vectorized=True),
        lambda f: f.project("z", ["income"], lambda income: income.shift(), vectorized=True),
        lambda f: f.filter(lambda income: income >= income.min(), vectorized=True),
        lambda f: f.project("z", [], lambda: 1, vectorized=True),
    ],
)
def test_deletion_moves_no_other_record_behind_functions_of_whole_columns(make: Callable[[ld.Frame], ld.Frame]) -> None:
    before = parts(make(ld.from_pandas(people(300))), train_fraction=0.5)
    for gone in (0, 150):
        after = parts(make(ld.from_pandas(people(300).drop(index=gone))), train_fraction=0.5)
        assert after == {key: part for key, part in before.items() if key in after}
