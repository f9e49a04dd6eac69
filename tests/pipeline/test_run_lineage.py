"""What the lineage of a run answers, against brute force and in its words."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.compose import ColumnTransformer
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import OneHotEncoder, StandardScaler

import lester_jupyter as ld
from lester_jupyter.errors import LineageError, UnknownColumnError

VISITS = pd.DataFrame(
    {"visit": range(40), "person": [i * 7 % 12 for i in range(40)], "spent": [float(i * 13 % 29) for i in range(40)]}
)
PEOPLE = pd.DataFrame({"person": range(10), "city": ["Lille", "Bonn", "Bath"] * 3 + ["Lille"], "age": range(20, 30)})
ENCODER = ColumnTransformer(
    [("city", OneHotEncoder(handle_unknown="ignore"), ["city"]), ("n", StandardScaler(), ["spent", "age"])]
)


def run(visits: pd.DataFrame = VISITS, people: pd.DataFrame = PEOPLE, **options: object) -> ld.PipelineRun:
    pipeline = ld.Pipeline(
        "visits",
        prepare=lambda visits, people: visits.filter("spent > 2").join(people, "person"),
        label="spent > 12",
        encode=ENCODER,
        model=LogisticRegression(),
    )
    return pipeline.run({"visits": visits, "people": people}, **options)


@pytest.fixture(scope="module")
def made() -> ld.PipelineRun:
    return run()


def visits_of(part: ld.Frame) -> list[int]:
    return part.df["visit"].tolist()


@pytest.mark.parametrize("person", range(10))
def test_forward_finds_what_a_record_went_into(made: ld.PipelineRun, person: int) -> None:
    reach = made.lineage.forward("people", person)
    kept = VISITS[(VISITS["spent"] > 2) & (VISITS["person"] == person)]["visit"].tolist()
    for part, rows in ((made.prepared, reach.prepared), (made.train, reach.train), (made.test, reach.test)):
        assert part.df["visit"].iloc[rows].tolist() == [v for v in visits_of(part) if v in kept]
    assert reach.predictions.tolist() == reach.test.tolist()
    assert reach.model == (len(reach.train) > 0)
    assert reach.features == [(0, 3), (4, 5)]
    assert reach.encoders == (("city", "n") if reach.model else ())


def test_forward_takes_several_records_and_none(made: ld.PipelineRun) -> None:
    some = made.lineage.forward("people", [3, 1])
    assert some.rows.tolist() == [1, 3]
    each = [made.lineage.forward("people", p).prepared.tolist() for p in (1, 3)]
    assert some.prepared.tolist() == sorted(each[0] + each[1])
    nothing = made.lineage.forward("visits", [])
    assert (nothing.prepared.size, nothing.model, nothing.encoders) == (0, False, ())
    unused = made.lineage.forward("visits", int(VISITS.index[VISITS["spent"] <= 2][0]))
    assert unused.prepared.size == 0
    assert not unused.model


@pytest.mark.parametrize("part", ["train", "test"])
def test_backward_finds_the_records_of_a_cell(made: ld.PipelineRun, part: str) -> None:
    frame = {"train": made.train, "test": made.test}[part]
    for row, visit in enumerate(visits_of(frame)):
        origin = made.lineage.backward(part, row, 3)
        assert origin.rows["visits"].tolist() == [visit]
        assert origin.rows["people"].tolist() == [VISITS["person"][visit]]
        assert {key: rows.tolist() for key, rows in origin.cells.items()} == {("visits", "spent"): [visit]}
        everything, person = made.lineage.backward(part, row), VISITS["person"][visit]
        assert {key: rows.tolist() for key, rows in everything.cells.items()} == {
            ("visits", "spent"): [visit],
            ("people", "city"): [person],
            ("people", "age"): [person],
        }


def test_kinds_of_connections_are_told_apart(made: ld.PipelineRun) -> None:
    assert made.lineage.columns(3) == {
        ("visits", "spent"): "value",
        ("visits", "person"): "control",
        ("people", "person"): "control",
    }
    assert made.lineage.columns(0) == {
        ("people", "city"): "value",
        ("visits", "spent"): "control",
        ("visits", "person"): "control",
        ("people", "person"): "control",
    }
    features = made.lineage.features
    assert features("visits", "spent") == [(3, 4)]
    assert features("visits", "spent", kind="control") == [(0, 3), (4, 5)]
    assert features("visits", "spent", kind=None) == [(0, 5)]
    assert features("visits", "spent", kind="fit") == []
    assert features("visits", "visit", kind=None) == []
    for feature in range(5):
        for (source, column), kind in made.lineage.columns(feature).items():
            assert any(a <= feature < b for a, b in features(source, column, kind))


def test_a_source_that_is_read_twice_counts_as_one() -> None:
    pipeline = ld.Pipeline(
        "twice",
        prepare=lambda people: people.join(people.rename({"age": "other", "city": "town"}), "person"),
        label="age > 25",
        encode=ColumnTransformer([("n", StandardScaler(), ["other"]), ("c", OneHotEncoder(), ["town"])]),
        model=DummyClassifier(),
    )
    made = pipeline.run({"people": PEOPLE}, train_fraction=0.5, seed=1)
    assert made.lineage.features("people", "age") == [(0, 1)]
    assert made.lineage.backward("test", 0).rows["people"].tolist() == [made.test.df["person"][0]]


def test_questions_that_make_no_sense_are_answered_with_what_there_is(made: ld.PipelineRun) -> None:
    lineage = made.lineage
    with pytest.raises(LineageError, match=r"no source 'cities'.*Available: visits, people"):
        lineage.features("cities", "name")
    with pytest.raises(UnknownColumnError, match=r"no column 'citty'.*did you mean 'city'"):
        lineage.features("people", "citty")
    with pytest.raises(LineageError, match=r"no kind of connection 'values'.*value"):
        lineage.features("people", "city", kind="values")  # type: ignore[arg-type]
    with pytest.raises(LineageError, match="people has no row 10"):
        lineage.forward("people", 10)
    with pytest.raises(LineageError, match="no source"):
        lineage.forward("nobody", 0)
    with pytest.raises(LineageError, match=r"no part 'all'.*train, test"):
        lineage.backward("all", 0)  # type: ignore[arg-type]
    with pytest.raises(LineageError, match=r"asked for one row, got \[1, 2\]"):
        lineage.backward("train", [1, 2])  # type: ignore[arg-type]
    with pytest.raises(LineageError, match="The test part has no row 99"):
        lineage.prediction(99)
    with pytest.raises(LineageError, match=r"X has no column 5\. Hint: its columns are 0 to 4"):
        lineage.columns(5)
    with pytest.raises(LineageError, match=r"X has no column -1"):
        lineage.backward("train", 0, -1)
    with pytest.raises(LineageError, match="A feature is named by its position in X"):
        lineage.columns("city")  # type: ignore[arg-type]


def test_answers_read_well(made: ld.PipelineRun) -> None:
    visit = visits_of(made.test)[0]
    person = VISITS["person"][visit]
    assert repr(made.lineage.backward("test", 0, 3)) == f"CellOrigin(test row 0, feature 3: visits [{visit}] spent)"
    said = repr(made.lineage.prediction(0))
    assert said.startswith(
        f"PredictionOrigin(test row 0 → {made.predictions[0]}: visits [{visit}] spent; people [{person}]"
    )
    assert f"the model learned from {len(made.train)} rows, records: {len(made.train)} of visits" in said
    everyone = repr(made.lineage.forward("people", range(10)))
    assert everyone.startswith("Reach(people [0, 1, 2, 3, 4, 5, … 10 in all] → prepared [0, 1, 2, 3, 4, 5, …")
    assert everyone.endswith("features 0:3, 4:5; the model learned from them, as did city, n)")
    assert repr(made.lineage.forward("people", [])).endswith("the model did not)")
    assert repr(made) == (
        f"PipelineRun('visits': {len(made.train)} records to train, {len(made.test)} to test, 5 features, "
        f"LogisticRegression; accuracy {made.metrics['accuracy']:.4g}, roc_auc {made.metrics['roc_auc']:.4g})"
    )
    assert repr(made.lineage) == "PipelineLineage(visits, people → 5 features)"


@settings(max_examples=8, derandomize=True, deadline=None)
@given(st.sets(st.integers(0, 39), max_size=6), st.integers(0, 3))
def test_deleting_records_leaves_the_rest_of_every_matrix_row_in_place(gone: set[int], seed: int) -> None:
    """What forward does not reach keeps its part and its unlearned features; what it reaches is gone."""
    before = run(seed=seed)
    reach = before.lineage.forward("visits", sorted(gone))
    after = run(visits=VISITS.drop(index=sorted(gone)), seed=seed)
    for old, new, reached in ((before.train, after.train, reach.train), (before.test, after.test, reach.test)):
        kept = np.setdiff1d(np.arange(len(old)), reached)
        assert new.df.to_dict("list") == old.df.iloc[kept].to_dict("list")
    if not reach.model and before.X_train.shape == after.X_train.shape:
        assert before.X_train.tobytes() == after.X_train.tobytes()
        assert before.model.coef_.tobytes() == after.model.coef_.tobytes()


def test_lineage_holds_no_copy_of_the_features() -> None:
    n, k = 4_000, 60
    rng = np.random.default_rng(0)
    wide = pd.DataFrame({f"c{i}": rng.normal(size=n) for i in range(k)}).assign(label=rng.random(n) > 0.5)
    encoder = ColumnTransformer([(f"s{i}", "passthrough", [f"c{i}"]) for i in range(k)])
    pipeline = ld.Pipeline("wide", prepare=lambda t: t, label="label", encode=encoder, model=DummyClassifier())
    made = pipeline.run({"t": wide})
    tracemalloc.start()
    try:
        matrices = [part.table.matrix for part in made.encoding.parts]
        made.lineage.forward("t", range(0, n, 3))
        made.lineage.features("t", "c7")
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(matrices) == k
    assert held < made.X_train.nbytes / 2
