"""Models in a run: fitted as scikit-learn fits them, with the labels as they are, and refused where that makes no sense."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.cluster import KMeans
from sklearn.compose import ColumnTransformer
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import StackingClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression, SGDClassifier
from sklearn.metrics import f1_score, roc_auc_score
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.svm import SVC, LinearSVC
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

import lester_jupyter as ld
from lester_jupyter.encoding.estimators import described
from lester_jupyter.encoding.operators import Encoded
from lester_jupyter.engines import Relation
from lester_jupyter.engines.pandas import PandasEngine
from lester_jupyter.errors import LesterError, PlanError
from lester_jupyter.lineage import All, Identity, Step
from lester_jupyter.plan import ConcatFeatures, FitModel, Predict, Score

N = 90
rng = np.random.default_rng(5)
TABLE = pd.DataFrame({"a": rng.normal(size=N), "b": rng.normal(size=N)})
TABLE["zero_one"] = (TABLE["a"] + rng.normal(scale=0.5, size=N) > 0).astype(int)
TABLE["name"] = np.where(TABLE["zero_one"] == 1, "yes", "no")
TABLE["three"] = pd.cut(TABLE["a"], 3, labels=["low", "mid", "high"]).astype(str)
TABLE["number"] = TABLE["a"] * 2 + TABLE["b"]
ENCODER = ColumnTransformer([("n", StandardScaler(), ["a", "b"])])


def run(model: Any, label: Any = "zero_one", table: pd.DataFrame = TABLE, **options: Any) -> ld.PipelineRun:
    pipeline = ld.Pipeline("p", prepare=lambda t: t, label=label, encode=ENCODER, model=model)
    return pipeline.run({"t": table}, **options)


def fails(match: str, model: Any, kind: type[LesterError] = PlanError, **options: Any) -> str:
    with pytest.raises(kind, match=match) as error:
        run(model, **options)
    return str(error.value)


@pytest.mark.parametrize(
    "model",
    [SGDClassifier(loss="hinge", alpha=0.02, penalty="l1"), LinearSVC(loss="hinge", C=0.25)],
    ids=["sgd", "svc"],
)
def test_a_hinge_model_on_labels_0_and_1_works_and_keeps_its_penalty(model: Any) -> None:
    made = run(model)
    given = {**model.get_params(), "random_state": 42}
    assert made.model.get_params() == given
    assert set(made.y_train.tolist()) == set(made.predictions.tolist()) == {0, 1}
    plain = type(model)(**given).fit(made.X_train, made.y_train)
    assert made.model.coef_.tobytes() == plain.coef_.tobytes()
    assert made.metrics["accuracy"] > 0.7
    stronger = run(model.set_params(**({"alpha": 5.0} if "alpha" in given else {"C": 0.001})))
    assert np.abs(stronger.model.coef_).sum() < np.abs(made.model.coef_).sum()


@pytest.mark.parametrize("label", ["zero_one", "name", "three"])
@pytest.mark.parametrize(
    "model", [DecisionTreeClassifier(), SVC(), make_pipeline(StandardScaler(), LogisticRegression())]
)
def test_labels_are_given_as_they_are(model: Any, label: str) -> None:
    made = run(model, label)
    assert isinstance(made.y_train, np.ndarray)
    assert made.y_train.shape == (len(made.train),)
    assert made.y_train.tolist() == made.train.df[label].tolist()
    assert made.y_test.tolist() == made.test.df[label].tolist()
    assert set(made.predictions.tolist()) <= set(made.y_train.tolist())
    assert list(made.model.classes_) == sorted(set(made.y_train.tolist()))


def test_a_regressor_predicts_numbers() -> None:
    made = run(DecisionTreeRegressor(), "number")
    assert made.predictions.dtype == float
    plain = DecisionTreeRegressor(random_state=42).fit(made.X_train, made.y_train)
    assert made.predictions.tobytes() == plain.predict(made.X_test).tobytes()


def test_one_class_is_nothing_to_learn() -> None:
    table = TABLE.assign(name=["yes"] * (N - 1) + ["no"])
    frame = ld.from_pandas(table)
    seed = next(s for s in range(100) if "no" in frame.split(0.8, s)[1].to_values("name"))
    text = fails("records of the train part have the label 'yes'", SVC(), label="name", table=table, seed=seed)
    assert "stratify=" in text
    fails("records of the train part", DecisionTreeClassifier(), label="name", table=TABLE.assign(name="yes"))
    assert run(LinearRegression(), "number", TABLE.assign(number=1.0)).metrics["mean_absolute_error"] == 0


def test_labels_that_are_missing_are_counted() -> None:
    table = TABLE.assign(name=["yes", None, "no"] * (N // 3))
    assert "drop_missing(['name'])" in fails("labels in 'name' are missing", SVC(), label="name", table=table)


def test_models_that_do_not_fit_are_explained() -> None:
    assert "LogisticRegression()" in fails("model= needs an estimator", "logistic")
    fails("model= is called without arguments, but 'fit_transform' needs some", ENCODER.fit_transform)
    fails("model could not be fitted: .*Unknown label type", SVC(), label="number")
    fails("model could not be fitted: .*alpha", SGDClassifier(alpha=-1))
    fails("is neither a classifier nor a regressor", KMeans(2))
    assert run(KMeans(2), metrics="rand_score").metrics["rand_score"] > 0
    fails("no predict", StandardScaler(), label="number")


def test_a_users_own_model_is_used_and_its_errors_pass_through() -> None:
    class Mine(ClassifierMixin, BaseEstimator):
        def __init__(self, broken: bool = False) -> None:
            self.broken = broken

        def fit(self, X: Any, y: Any) -> Mine:
            if self.broken:
                raise ValueError("mine")
            self.classes_ = np.unique(y)
            return self

        def predict(self, X: Any) -> Any:
            return np.full(len(X), self.classes_[0])

    made = run(Mine())
    assert set(made.predictions.tolist()) == {0}
    assert list(made.metrics) == ["accuracy"]  # it gives no scores for a curve
    with pytest.raises(ValueError, match=r"^mine$"):
        run(Mine(broken=True))


def test_a_model_that_compares_rows_predicts_from_all_of_them() -> None:
    class AboveAverage(ClassifierMixin, BaseEstimator):
        def fit(self, X: Any, y: Any) -> AboveAverage:
            self.classes_ = np.unique(y)
            return self

        def predict(self, X: Any) -> Any:
            return (X[:, 0] > X[:, 0].mean()).astype(int)

    class Positive(AboveAverage):
        def predict(self, X: Any) -> Any:
            return (X[:, 0] > 0).astype(int)

    made = run(AboveAverage())
    assert made.lineage.prediction(0).rows["t"].size == len(made.test)
    assert made.plan.completeness < 1
    alone = run(Positive())
    assert alone.lineage.prediction(0).rows["t"].size == 1
    assert alone.plan.completeness < 1  # it was tried, not proven
    assert run(SVC()).plan.completeness == 1


def test_metrics_are_of_the_predictions_that_the_run_has() -> None:
    """A model that draws would say something else if it were asked again."""

    class Drawing(LogisticRegression):
        def predict(self, X: Any) -> Any:
            self.generator_ = getattr(self, "generator_", np.random.RandomState(0))
            return self.generator_.choice(self.classes_, len(X))

    made = run(Drawing(), metrics=["accuracy", "roc_auc", "f1"])
    assert made.metrics["accuracy"] == np.mean(made.predictions == made.y_test)
    assert made.metrics["f1"] == f1_score(made.y_test, made.predictions)
    assert made.metrics["roc_auc"] == roc_auc_score(made.y_test, made.model.decision_function(made.X_test))


def test_what_a_search_has_put_into_a_model_counts() -> None:
    """A step that compares rows is not among the model's parameters, only among the tried ones."""
    centred = FunctionTransformer(lambda X: X - X.mean(axis=0))
    search = GridSearchCV(
        Pipeline([("step", "passthrough"), ("model", LogisticRegression())]), {"step": [centred]}, cv=2
    )
    made = run(search)
    assert made.lineage.prediction(0).rows["t"].size == len(made.test)
    assert not made.predicted.step.operator.exact
    assert run(GridSearchCV(LogisticRegression(), {"C": [1, 2]}, cv=2)).predicted.step.operator.exact


@pytest.mark.parametrize("strategy", ["stratified", "uniform"])
def test_predictions_that_are_drawn_hang_on_the_rows_before(strategy: str) -> None:
    made = run(DummyClassifier(strategy=strategy))
    assert made.lineage.prediction(0).rows["t"].size == len(made.test)
    assert not made.predicted.step.operator.exact
    assert run(DummyClassifier()).predicted.step.operator.exact


@pytest.mark.parametrize("wrap", [lambda model: model, lambda model: make_pipeline(StandardScaler(), model)])
def test_a_stack_is_a_model_though_it_tells_only_once_it_is_fitted(wrap: Any) -> None:
    stack = StackingClassifier([("a", LogisticRegression()), ("b", DecisionTreeClassifier(random_state=1))], cv=2)
    made = run(wrap(stack))
    plain = wrap(stack).fit(made.X_train, made.y_train)
    np.testing.assert_array_equal(made.predictions, plain.predict(made.X_test))


def test_the_operators_run_on_the_engine_by_themselves() -> None:
    made, engine = run(SVC(), metrics=["accuracy", "f1"]), PandasEngine()
    train, test = made.train._relation, made.test._relation
    features = made.encoding.features
    fit, predict, score = (r.step.operator for r in (made.fitted, made.predicted, made.scored))
    assert (type(fit), type(predict), type(score)) == (FitModel, Predict, Score)
    model = engine.execute(fit, [features, train])
    assert model.table is not made.model
    assert model.step.n_rows == 1
    assert model.step.edges == (All(len(made.train), 1), All(len(made.train), 1))
    said = engine.execute(predict, [made.test_features, model])
    assert said.table.values.tolist() == made.predictions.tolist()
    assert said.step.edges == (Identity(len(made.test)), All(1, len(made.test)))
    scored = engine.execute(score, [said, test])
    assert scored.table.to_dict("records") == [made.metrics]
    assert scored.step.edges == (All(len(made.test), 1), All(len(made.test), 1))


def test_an_operator_of_a_plan_from_a_file_cannot_run() -> None:
    frame = ld.from_pandas(TABLE)
    features = Relation(Encoded.of(TABLE[["a", "b"]].to_numpy()), Step(ConcatFeatures(inputs=(frame._operator,)), N))
    estimator = described(SVC())
    lost = type(estimator)(estimator.name, estimator.path)
    fit = FitModel(inputs=(features.step.operator, frame._operator), estimator=lost, label="zero_one")
    with pytest.raises(PlanError, match=r"The estimator SVC\(\) is not part of a plan"):
        PandasEngine().execute(fit, [features, frame._relation])


def test_descriptions_say_what_counts() -> None:
    said = described(SGDClassifier(alpha=0.5))
    assert said.name == "SGDClassifier(alpha=0.5)"
    assert said.path == "sklearn.linear_model._stochastic_gradient.SGDClassifier"
    assert not said.deterministic
    assert described(SGDClassifier(random_state=1)).deterministic
    assert described(LinearRegression()).deterministic
    assert described(FunctionTransformer()).name == "passthrough"
    fitted = LinearRegression().fit([[0.0], [1.0]], [0, 1])
    assert not hasattr(described(fitted).unfitted, "coef_")


def test_a_model_that_writes_into_its_features_does_not_change_the_runs() -> None:
    from sklearn.linear_model import Ridge

    table = pd.DataFrame({"x": np.arange(40.0) ** 2, "z": np.arange(40.0), "y": np.arange(40.0) * 3})
    encode = ColumnTransformer([("all", "passthrough", ["x", "z"])])
    made = ld.Pipeline("r", prepare=lambda t: t, label="y", encode=encode, model=Ridge(copy_X=False)).run({"t": table})
    assert made.X_train.tolist() == made.encoder.transform(made.train.df.drop(columns="y")).tolist()
