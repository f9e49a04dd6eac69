"""Pipelines over real tables: bit-equal to plain scikit-learn, and column lineage as an oracle sees it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.base import clone
from sklearn.compose import ColumnTransformer, make_column_selector
from sklearn.decomposition import TruncatedSVD
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_extraction.text import HashingVectorizer, TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge, SGDClassifier
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import FunctionTransformer, KBinsDiscretizer, OneHotEncoder, StandardScaler

import lester_jupyter as ld
from lester_jupyter.lineage.matrices import column_matrices

REAL_DATA = Path(__file__).parents[3] / "shared" / "data" / "benchmark"
pytestmark = [
    pytest.mark.real_data,
    pytest.mark.skipif(not REAL_DATA.is_dir(), reason="the real data is not there"),
]


@dataclass(frozen=True)
class Case:
    """A pipeline over one file, and what it must say of itself."""

    file: str
    prepare: Callable[[ld.Frame], ld.Frame]
    label: Any
    encoder: Callable[[], Any]
    model: Callable[[], Any]
    least: tuple[str, float]


def words(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.apply(lambda column: column.str.count(" ") + 1)


CASES = {
    "titanic": Case(
        "titanic_featurisation.csv",
        lambda table: (
            table.drop_missing(["Embarked"])
            .project("title", ["Name"], lambda name: name.split(",")[1].split(".")[0].strip())
            .project("family", ["SibSp", "Parch"], lambda siblings, parents: siblings + parents + 1)
            .drop("PassengerId")
        ),
        "Survived",
        lambda: ColumnTransformer(
            [
                (
                    "ages",
                    make_pipeline(
                        SimpleImputer(add_indicator=True), KBinsDiscretizer(4, quantile_method="averaged_inverted_cdf")
                    ),
                    ["Age"],
                ),
                ("numbers", make_pipeline(SimpleImputer(), StandardScaler()), ["Fare", "family"]),
                (
                    "classes",
                    OneHotEncoder(handle_unknown="ignore", min_frequency=10),
                    ["Pclass", "Sex", "Embarked", "title"],
                ),
                (
                    "cabin",
                    make_pipeline(
                        SimpleImputer(strategy="constant", fill_value="?"),
                        OneHotEncoder(handle_unknown="ignore", max_categories=5),
                    ),
                    ["Cabin"],
                ),
            ],
        ),
        lambda: RandomForestClassifier(20),
        ("accuracy", 0.7),
    ),
    "creditcard": Case(
        "creditcard_featurisation.csv",
        lambda table: table.filter("country in ['UK', 'FR', 'DE']").project("length", ["title"], len),
        "sentiment",
        lambda: ColumnTransformer(
            [
                ("title", HashingVectorizer(n_features=64), "title"),
                ("text", make_pipeline(TfidfVectorizer(min_df=2), TruncatedSVD(8)), "text"),
                ("country", OneHotEncoder(), ["country"]),
                ("length", StandardScaler(), ["length"]),
                ("premium", "passthrough", ["is_premium"]),
            ]
        ),
        lambda: SGDClassifier(loss="hinge"),
        ("accuracy", 0.9),
    ),
    "reviews": Case(
        "ldb_featurisation.csv",
        lambda table: table.rename({"product_category": "category"}).drop("product_id"),
        lambda rating: rating >= 4,
        lambda: ColumnTransformer(
            [
                (
                    "review",
                    FeatureUnion(
                        [
                            ("words", TfidfVectorizer()),
                            ("letters", TfidfVectorizer(analyzer="char", ngram_range=(2, 3))),
                        ]
                    ),
                    "review",
                ),
                ("category", OneHotEncoder(handle_unknown="ignore"), make_column_selector("category")),
                ("lengths", FunctionTransformer(words), ["review", "product_name"]),
            ],
            transformer_weights={"lengths": 0.01},
        ),
        lambda: LogisticRegression(max_iter=500),
        ("accuracy", 0.6),
    ),
    "ratings": Case(
        "ldb_featurisation.csv",
        lambda table: table,
        "rating",
        lambda: ColumnTransformer([("review", TfidfVectorizer(), "review")]),
        Ridge,
        ("r2", -1.0),
    ),
}


@pytest.fixture(scope="module", params=CASES)
def case(request: pytest.FixtureRequest) -> Case:
    return CASES[request.param]


@pytest.fixture(scope="module")
def run(case: Case) -> ld.PipelineRun:
    pipeline = ld.Pipeline(case.file, prepare=case.prepare, label=case.label, encode=case.encoder, model=case.model)
    return pipeline.run({"table": REAL_DATA / case.file})


def dense(matrix: Any) -> np.ndarray:
    return matrix.toarray() if sparse.issparse(matrix) else np.asarray(matrix)


def seeded(estimator: Any) -> Any:
    plain = clone(estimator)
    states = {k: 42 for k, v in plain.get_params().items() if k.endswith("random_state") and v is None}
    return plain.set_params(**states)


def given(run: ld.PipelineRun, part: ld.Frame) -> pd.DataFrame:
    [label] = next(o for o in run.plan.operators if o.kind == "label").targets
    return part.df.drop(columns=label)


def test_real_pipelines_are_bit_equal_to_plain_scikit_learn(case: Case, run: ld.PipelineRun) -> None:
    encoder, model = seeded(case.encoder()), seeded(case.model())
    X_train = encoder.fit_transform(given(run, run.train), run.y_train)
    X_test = encoder.transform(given(run, run.test))
    assert dense(run.X_train).tobytes() == dense(X_train).tobytes()
    assert dense(run.X_test).tobytes() == dense(X_test).tobytes()
    model.fit(X_train, run.y_train)
    assert run.predictions.tolist() == model.predict(X_test).tolist()
    name, least = case.least
    assert run.metrics[name] > least
    assert run.metrics["accuracy" if name == "accuracy" else "r2"] == pytest.approx(model.score(X_test, run.y_test))


def test_real_features_move_with_the_columns_they_come_from(run: ld.PipelineRun) -> None:
    """The oracle: with the fitted encoder frozen, a column moves down by a row, and exactly its features move."""
    table = given(run, run.train)
    before = dense(run.encoder.transform(table))  # rounded otherwise than by fit_transform
    prepared = run.train.plan.roots[0]
    origins = [o for part in run.encoding.parts for o in part.step.operator.origins]
    exact = np.concatenate([np.full(o.stop - o.start, o.exact) for o in origins])
    assert exact.mean() > 0.9
    said = column_matrices(run.encoding.features.step.operator)[prepared]
    for column in table.columns:
        rolled = table.assign(**{column: np.roll(table[column].to_numpy(), 1)}).astype(table.dtypes)
        moved = np.any(dense(run.encoder.transform(rolled)) != before, axis=0)
        values = said.column(prepared.columns.index(column))["value"]
        varies = np.ptp(before, axis=0) > 0
        assert (moved <= values).all(), column
        assert (moved == (values & varies))[exact].all(), column


def test_real_rows_lead_back_to_their_lines(case: Case, run: ld.PipelineRun) -> None:
    raw = pd.read_csv(REAL_DATA / case.file)
    for part in (run.train, run.test):
        rows = np.concatenate([part.lineage.backward(i)["table"] for i in range(len(part))])
        for column in set(raw.columns) & set(part.columns):
            pd.testing.assert_series_equal(
                raw[column].iloc[rows].reset_index(drop=True), part.df[column], check_names=False, obj=column
            )
    origin = run.lineage.prediction(len(run.test) - 1)
    [line] = origin.rows["table"]
    reach = run.lineage.forward("table", int(line))
    assert reach.predictions.tolist() == [len(run.test) - 1]
    assert not reach.model
    everything = run.lineage.forward("table", range(len(raw)))
    assert everything.model
    assert len(everything.train) == len(run.train)
    assert len(everything.test) == len(run.test)


def test_real_runs_repeat(case: Case, run: ld.PipelineRun) -> None:
    again = run.plan.execute()
    assert dense(again.X_train).tobytes() == dense(run.X_train).tobytes()
    assert again.metrics == run.metrics
    other = run.plan.execute({"table": REAL_DATA / case.file})
    assert other.metrics == run.metrics
