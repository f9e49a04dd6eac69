"""A pipeline's run as the view asks for it."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.compose import ColumnTransformer
from sklearn.feature_extraction.text import HashingVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler, TargetEncoder

import lester_jupyter as ld
from lester_jupyter.encoding.operators import Encoded
from lester_jupyter.magic.display import view_of
from lester_jupyter.magic.preview import FEATURES, preview
from lester_jupyter.widgets.messages import PLAN_MIME


def prepare(customers, mails):
    return mails.join(customers.filter("country != 'US'"), left_on="customer", right_on="id")


def doubled(values):
    return values * 2


def made(*encoders, n=200):
    rng = np.random.default_rng(0)
    customers = pd.DataFrame({"id": np.arange(20), "country": rng.choice(["UK", "DE", "US"], 20)})
    mails = pd.DataFrame(
        {
            "customer": rng.integers(0, 20, n),
            "subject": rng.choice(["urgent question", "thanks a lot", "my account"], n),
            "size": rng.normal(size=n),
            "opened": rng.random(n) < 0.5,
        }
    )
    pipeline = ld.Pipeline(
        "opened", prepare=prepare, label="opened", encode=ColumnTransformer(list(encoders)), model=LogisticRegression()
    )
    return pipeline.run(sources={"customers": customers, "mails": mails})


@pytest.fixture(scope="module")
def run():
    return made(
        ("who", OneHotEncoder(), ["country"]),
        ("text", TfidfVectorizer(), "subject"),
        ("size", StandardScaler(), ["size"]),
        ("twice", FunctionTransformer(doubled), ["size"]),
    )


@pytest.fixture(scope="module")
def view(run):
    return view_of(run)


@pytest.fixture(scope="module")
def source(view):
    return view._queries._source


def of_kind(source, kind):
    return [o.id for o in source.plan.operators if o.kind == kind]


def all_rows(source, operator):
    return np.arange(source.rows(operator))


def test_every_table_of_a_run_can_be_looked_at(run, source):
    for operator in source.plan.operators:
        records = source.records(operator.id, all_rows(source, operator.id)[:3], 200)
        assert len(records) == min(3, source.rows(operator.id)), operator.kind
    [model] = of_kind(source, "fit_model")
    assert source.records(model, np.array([0]), 200).loc[0, "model"] == "LogisticRegression"
    assert source.records(model, np.array([0]), 200).loc[0, "C"] == 1.0
    [predicted] = of_kind(source, "predict")
    shown = source.records(predicted, all_rows(source, predicted), 200)
    assert shown["prediction"].tolist() == run.predictions.tolist()
    [score] = of_kind(source, "score")
    assert source.records(score, np.array([0]), 200).iloc[0].to_dict() == run.metrics


def test_features_have_the_names_that_encoders_give_them(run, source):
    by_encoder = {
        o.label: list(source.records(o.id, np.array([0]), 200).columns)
        for o in source.plan.operators
        if o.kind == "transform"
    }
    names = dict(zip([label.split()[0] for label in by_encoder], by_encoder.values(), strict=True))
    assert names["country"] == ["country_DE", "country_UK"]
    assert names["subject"] == ["account", "lot", "my", "question", "thanks", "urgent"]
    assert ["twice_0"] in by_encoder.values()  # a function does not know what it makes
    for features, matrix in zip(of_kind(source, "concat_features"), (run.X_test, run.X_train), strict=True):
        shown = source.records(features, all_rows(source, features), 200)
        assert list(shown.columns[:3]) == ["who__country_DE", "who__country_UK", "text__account"]
        assert shown.columns[-1] == "twice_0"
        np.testing.assert_array_equal(shown.to_numpy(), matrix.toarray() if sparse.issparse(matrix) else matrix)


def test_features_of_one_encoder_are_its_part_of_the_matrix(run, source):
    start = 0
    for operator in [o for o in source.plan.operators if o.kind == "fit_transform"]:
        shown = source.records(operator.id, all_rows(source, operator.id), 200)
        part = run.X_train[:, start : start + operator.width]
        np.testing.assert_array_equal(shown.to_numpy(), part.toarray() if sparse.issparse(part) else part)
        start += operator.width
    assert start == run.X_train.shape[1]


def test_a_trace_is_the_lineage_of_the_run(run, source):
    customers = next(o.id for o in source.plan.operators if o.label == "customers")
    row = int(run.train.lineage.backward(0)["customers"][0])
    traced = source.trace(customers, [row])
    [model] = of_kind(source, "fit_model")
    assert traced[customers][0] == "self"
    assert traced[model][0] == "forward"
    reached = {o.part: traced[o.id][1].tolist() for o in source.plan.operators if o.kind == "split" and o.id in traced}
    expected = {
        part: frame.lineage.forward("customers", row).tolist()
        for part, frame in (("train", run.train), ("test", run.test))
    }
    assert {part: reached.get(part, []) for part in expected} == expected
    [predicted] = of_kind(source, "predict")
    assert traced.get(predicted, ("", np.empty(0)))[1].tolist() == expected["test"]


def test_a_record_of_the_train_side_reaches_the_model_but_no_prediction(source):
    train = next(o.id for o in source.plan.operators if o.part == "train")
    traced = source.trace(train, [0])
    assert {o.kind for o in source.plan.operators if traced.get(o.id, ("",))[0] == "forward"} == {
        "fit_transform",
        "concat_features",
        "fit_model",
    }
    [predicted] = of_kind(source, "predict")
    assert "fit_model" not in {o.kind for o in source.plan.operators if o.id in source.trace(predicted, [0])}


@pytest.mark.parametrize("of_labels", [False, True])
def test_column_edges_say_what_the_plan_says(run, of_labels):
    if of_labels:
        run = made(("label", TargetEncoder(), ["country"]), ("size", StandardScaler(), ["size", "customer"]))
    source = view_of(run)._queries._source
    for operator in source.plan.operators:
        original = run.plan.by_id[operator.id]
        for said, edges in ((operator.values, original.value_edges()), (operator.fits, original.fit_edges())):
            connections = {
                (out + i, slot, first + k)
                for out, slot, first, n, *m in said
                for i in range(n)
                for k in (range(m[0]) if m else [i])
            }
            assert connections == set(edges), operator.kind


def test_a_plan_with_50_000_features_stays_small():
    wide = made(("text", HashingVectorizer(n_features=50_000), "subject"), ("size", StandardScaler(), ["size"]), n=60)
    view = view_of(wide)
    sent = json.dumps(view.plan)
    features = [o for o in view.plan["operators"] if o["kind"] == "concat_features"]
    assert [o["width"] for o in features] == [50_001, 50_001]
    assert len(sent) < 30_000
    page = view._queries._source.records(features[0]["id"], np.array([0, 1]), 200)
    assert page.shape == (2, FEATURES)


@pytest.mark.parametrize("layout", [sparse.csr_matrix, sparse.csc_matrix, sparse.csr_array])
def test_a_preview_never_makes_a_matrix_dense(layout):
    # dense, this would be 400 GB
    n = 1_000_000
    cells = (np.arange(1, 4, dtype=float), (np.array([0, 5, n - 1]), np.array([2, 3, 49_999])))
    table = Encoded(layout(cells, shape=(n, 50_000)), 1, 50_000)
    shown = preview(table, np.array([5, n - 1, 0]), 200)
    assert shown.shape == (3, FEATURES)
    assert (shown.loc[0, 2], shown.loc[2, 1], shown.to_numpy().sum()) == (2.0, 1.0, 3.0)


def test_the_extension_displays_runs_as_views(shell, run):
    data = shell.display_formatter.format(run)[0]
    assert data[PLAN_MIME]["title"] == "opened"
    assert "3 columns → 10 features" in data["text/plain"]
    assert PLAN_MIME in shell.display_formatter.format(run.plan)[0]
