"""Features in a run: equal to scikit-learn's, told apart by transformer, never of the label, and drawn from the seed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.cluster import KMeans
from sklearn.compose import ColumnTransformer, make_column_transformer
from sklearn.decomposition import NMF, PCA, TruncatedSVD
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import RandomForestClassifier
from sklearn.experimental import enable_iterative_imputer
from sklearn.feature_extraction.text import CountVectorizer, HashingVectorizer, TfidfVectorizer
from sklearn.feature_selection import SelectKBest
from sklearn.frozen import FrozenEstimator
from sklearn.impute import IterativeImputer
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.manifold import TSNE
from sklearn.model_selection import GridSearchCV, KFold, StratifiedKFold
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, Normalizer, OneHotEncoder, StandardScaler, TargetEncoder

import lester_jupyter as ld
from lester_jupyter.encoding.folds import SeededFolds
from lester_jupyter.encoding.operators import Encoded
from lester_jupyter.engines.pandas import PandasEngine
from lester_jupyter.errors import LesterError, PlanError, UnknownColumnError
from lester_jupyter.plan import FitTransform

assert enable_iterative_imputer  # importing it is what allows the import of IterativeImputer

N = 80
rng = np.random.default_rng(3)
TABLE = pd.DataFrame(
    {
        "text": rng.choice(["good day", "bad luck", "a nice thing", "awful bank"], N),
        "label": rng.choice([False, True], N),
        "country": rng.choice(["UK", "DE", "FR"], N),
        "age": rng.integers(18, 80, N),
        "income": rng.random(N) * 1e5,
    }
)


def run(encode: Any, table: pd.DataFrame = TABLE, model: Any = None, **options: Any) -> ld.PipelineRun:
    pipeline = ld.Pipeline(
        "p",
        prepare=lambda people: people,
        label="label",
        encode=encode,
        model=LogisticRegression() if model is None else model,
    )
    return pipeline.run({"people": table}, **options)


def dense(matrix: Any) -> np.ndarray:
    return matrix.toarray() if sparse.issparse(matrix) else np.asarray(matrix)


ENCODERS: dict[str, Any] = {
    "dense": ColumnTransformer([("n", StandardScaler(), ["age", "income"]), ("c", OneHotEncoder(), ["country"])]),
    "text": ColumnTransformer([("t", TfidfVectorizer(), "text"), ("n", "passthrough", ["income"])]),
    "text by position": ColumnTransformer([("t", CountVectorizer(), 0), ("n", StandardScaler(), slice(2, 4))]),
    "stateless": ColumnTransformer([("t", HashingVectorizer(n_features=16), "text")], remainder="drop"),
    "remainder": ColumnTransformer(
        [("t", CountVectorizer(), "text"), ("d", "drop", ["country"])], remainder=StandardScaler()
    ),
    "weights": ColumnTransformer(
        [("t", TfidfVectorizer(), "text"), ("n", StandardScaler(), ["age"])], transformer_weights={"t": 3.0}
    ),
    "pipelines": ColumnTransformer(
        [
            ("n", make_pipeline(StandardScaler(), PCA(2), Normalizer()), ["age", "income"]),
            ("t", make_pipeline(TfidfVectorizer(), TruncatedSVD(2)), "text"),
        ]
    ),
    "union": make_pipeline(
        ColumnTransformer([("n", "passthrough", ["age", "income"])]),
        FeatureUnion([("s", StandardScaler()), ("p", PCA(1))]),
    ),
    "bare union": FeatureUnion(
        [
            ("n", ColumnTransformer([("n", StandardScaler(), ["age"])])),
            ("c", ColumnTransformer([("c", OneHotEncoder(), ["country"])])),
        ]
    ),
    "one step": Pipeline([("only", ColumnTransformer([("t", CountVectorizer(), "text")]))]),
    "two encoders of one column": make_column_transformer((StandardScaler(), ["age"]), ("passthrough", ["age"])),
    "supervised": ColumnTransformer([("c", TargetEncoder(), ["country"]), ("n", "passthrough", ["age"])]),
    "nothing of a column": ColumnTransformer(
        [("none", FunctionTransformer(lambda X: X.iloc[:, :0]), ["age"]), ("n", StandardScaler(), ["income"])]
    ),
}
each = pytest.mark.parametrize("encoder", ENCODERS.values(), ids=ENCODERS)


def seeded_by_hand(encoder: Any) -> Any:
    """What `seed=42` means, written out for the encoders above."""
    plain = clone(encoder)
    for name, value in plain.get_params().items():
        if name.endswith("random_state") and value is None:
            plain.set_params(**{name: 42})
        if isinstance(value, TargetEncoder) and value.random_state == "deprecated":
            value.set_params(cv=StratifiedKFold(5, shuffle=True, random_state=42))
    return plain


# equal to scikit-learn ------------------------------------------------------------------------------------------------


@each
def test_matrices_are_bit_equal_to_plain_scikit_learn(encoder: Any) -> None:
    made = run(encoder)
    plain = seeded_by_hand(encoder)
    train, test = (part.df.drop(columns="label") for part in (made.train, made.test))
    X_train, X_test = plain.fit_transform(train, made.y_train), plain.transform(test)
    for ours, theirs in ((made.X_train, X_train), (made.X_test, X_test)):
        assert type(ours) is type(theirs)
        assert ours.dtype == theirs.dtype
        assert dense(ours).tobytes() == dense(theirs).tobytes()


@each
def test_each_transformer_alone_gives_its_features(encoder: Any) -> None:
    """Every operator of the plan runs by itself on the engine, and gives what the encoder gave as a whole."""
    made, engine = run(encoder), PandasEngine()
    train, test = made.train._relation, made.test._relation
    for part, transformed in zip(made.encoding.parts, made.test_features.step.inputs, strict=True):
        fit = part.step.operator
        assert isinstance(fit, FitTransform)
        alone = engine.execute(fit, [train] * len(fit.inputs))
        np.testing.assert_array_equal(dense(alone.table.matrix), dense(part.table.matrix))
        assert [type(e) for e in alone.step.edges] == [type(e) for e in part.step.edges]
        again = engine.execute(transformed.operator, [test, part][: len(transformed.inputs)])
        X = Encoded(made.X_test, part.table.start, part.table.stop).matrix
        np.testing.assert_array_equal(dense(again.table.matrix), dense(X))


@each
def test_the_parts_look_into_one_matrix_and_cover_it(encoder: Any) -> None:
    made = run(encoder)
    tables = [part.table for part in made.encoding.parts]
    assert all(table.whole is made.X_train for table in tables)
    assert [t.start for t in tables] == [0, *(t.stop for t in tables)][:-1]
    assert tables[-1].stop == made.X_train.shape[1]
    if isinstance(made.X_train, np.ndarray):
        assert all(np.shares_memory(t.matrix, made.X_train) for t in tables if t.stop > t.start)
    assert made.encoding.features.step.operator.n_columns == made.X_train.shape[1]


def test_features_that_were_apart_are_put_side_by_side() -> None:
    made, engine = run(ENCODERS["text"]), PandasEngine()
    train = made.train._relation
    apart = [engine.execute(p.step.operator, [train] * len(p.step.inputs)) for p in made.encoding.parts]
    joined = engine.execute(made.encoding.features.step.operator, apart)
    assert sparse.issparse(joined.table.matrix)
    np.testing.assert_array_equal(dense(joined.table.matrix), dense(made.X_train))


def test_sparse_features_stay_sparse() -> None:
    made = run(ColumnTransformer([("t", HashingVectorizer(), "text")]), model=DummyClassifier())
    assert sparse.issparse(made.X_train)
    assert made.X_train.shape == (len(made.train), 2**20)
    assert made.lineage.features("people", "text") == [(0, 2**20)]
    assert made.lineage.features("people", "text", kind="fit") == []
    assert made.lineage.columns(2**20 - 1) == {("people", "text"): "value"}


def test_an_encoder_may_give_tables() -> None:
    made = run(
        ColumnTransformer([("n", StandardScaler(), ["age"]), ("i", "passthrough", ["income"])]).set_output(
            transform="pandas"
        )
    )
    assert made.X_train.columns.tolist() == ["n__age", "i__income"]
    assert made.encoding.parts[1].table.matrix.columns.tolist() == ["i__income"]


def test_users_estimators_are_never_changed() -> None:
    encoder, model = ENCODERS["pipelines"], RandomForestClassifier(5)
    before = repr(encoder), repr(model), encoder.transformers
    made = run(encoder, model=model)
    assert (repr(encoder), repr(model), encoder.transformers) == before
    assert not hasattr(encoder, "transformers_")
    assert not hasattr(model, "estimators_")
    assert made.encoder is not encoder


def test_encode_and_model_may_be_what_gives_them() -> None:
    made = run(lambda: ENCODERS["dense"], model=RandomForestClassifier)
    assert made.X_train.shape[1] == 5
    assert isinstance(made.model, RandomForestClassifier)


# what an encoder is given ---------------------------------------------------------------------------------------------


def test_no_label_and_no_column_of_ours_reaches_an_encoder() -> None:
    seen: list[list[str]] = []

    class Looking(TransformerMixin, BaseEstimator):
        def fit(self, X: pd.DataFrame, y: object = None) -> Looking:
            self.fitted_ = seen.append(list(X.columns))
            return self

        def transform(self, X: pd.DataFrame) -> np.ndarray:
            seen.append(list(X.columns))
            return X[["age"]].to_numpy()

    run(Looking())
    assert {tuple(columns) for columns in seen} == {("text", "country", "age", "income")}
    passed = run(ColumnTransformer([("t", "drop", ["text", "country"])], remainder="passthrough"))
    np.testing.assert_array_equal(passed.X_train, passed.train.df[["age", "income"]].to_numpy())


def fails(match: str, encoder: Any, kind: type[LesterError] = PlanError, **options: Any) -> str:
    with pytest.raises(kind, match=match) as error:
        run(encoder, **options)
    return str(error.value)


@pytest.mark.parametrize(
    "wrap", [lambda e: e, lambda e: make_pipeline(e, StandardScaler()), lambda e: FeatureUnion([("u", e)])]
)
def test_an_encoder_that_asks_for_the_label_is_refused(wrap: Any) -> None:
    leaking = ColumnTransformer([("n", "passthrough", ["age", "label"])])
    assert "give it away" in fails("asks for 'label'", wrap(leaking))
    slip = ColumnTransformer([("n", "passthrough", ["ages"])])
    assert "did you mean 'age'" in fails("no column 'ages'", wrap(slip), UnknownColumnError)


def test_encoders_that_do_not_fit_are_explained() -> None:
    assert "ColumnTransformer([(" in fails("something of shape", TfidfVectorizer())
    fails("cannot transform rows it was not fitted on", TSNE())
    fails("makes no features", ColumnTransformer([("d", "drop", ["age"])]))
    fails("encoder could not be fitted: .*could not convert string to float", StandardScaler())
    fails("encode= needs an estimator", "age")
    fails("encode= needs an estimator", lambda: None)
    fails("cannot be copied before it is fitted", type("Bad", (), {"fit": None, "transform": None})())
    known = ColumnTransformer([("c", OneHotEncoder(categories=[["UK", "DE"]]), ["country"])])
    fails("could not be fitted: Found unknown categories", known)


def test_unknown_categories_in_the_test_part_are_explained() -> None:
    table = TABLE.assign(country=["UK"] * (N - 1) + ["XX"])
    frame = ld.from_pandas(table)
    seed = next(s for s in range(100) if "XX" in frame.split(0.8, s)[1].to_values("country"))
    encoder = ColumnTransformer([("c", OneHotEncoder(), ["country"])])
    fails("The encoder cannot transform these rows: Found unknown categories", encoder, table=table, seed=seed)


def test_an_error_in_a_users_transformer_passes_through() -> None:
    def mine(X: pd.DataFrame) -> pd.DataFrame:
        raise ValueError("mine")

    with pytest.raises(ValueError, match=r"^mine$"):
        run(FunctionTransformer(mine))


# what the plan says ---------------------------------------------------------------------------------------------------


def test_the_label_that_shaped_a_feature_is_fit_lineage() -> None:
    made = run(ENCODERS["supervised"])
    assert made.lineage.columns(0) == {("people", "country"): "value", ("people", "label"): "fit"}
    assert made.lineage.columns(1) == {("people", "age"): "value"}
    assert made.lineage.features("people", "label", kind="fit") == [(0, 1)]
    chosen = run(ColumnTransformer([("k", SelectKBest(k=1), ["age", "income"])]))
    assert chosen.lineage.columns(0)["people", "label"] == "fit"


def test_what_learns_nothing_hangs_on_no_other_rows() -> None:
    made = run(ColumnTransformer([("t", HashingVectorizer(n_features=8), "text"), ("n", StandardScaler(), ["age"])]))
    hashing, scaling = (p.step.operator for p in made.encoding.parts)
    assert len(hashing.inputs) == 1
    assert hashing.monotone
    assert len(scaling.inputs) == 2
    assert not scaling.monotone
    learned = made.lineage.forward("people", int(made.train.lineage.backward(0)["people"][0]))
    assert learned.encoders == ("n",)


def centred(X: pd.DataFrame) -> pd.DataFrame:
    return X - X.mean()


def doubled(X: pd.DataFrame) -> pd.DataFrame:
    return X * 2


def test_a_function_that_looks_at_other_rows_is_made_of_all_of_them() -> None:
    made = run(ColumnTransformer([("c", FunctionTransformer(centred), ["age"]), ("n", StandardScaler(), ["age"])]))
    everything = made.train.lineage.backward(range(len(made.train)))["people"].tolist()
    assert made.lineage.backward("train", 0).rows["people"].tolist() == everything
    assert made.lineage.prediction(0).rows["people"].size == len(made.test)
    reach = made.lineage.forward("people", everything[0])
    assert reach.prepared.tolist() == everything[:1]
    assert reach.train.tolist() == list(range(len(made.train)))
    assert reach.predictions.size == 0  # the test part is centred by itself
    mixing, scaling = (p.step.operator for p in made.encoding.parts)
    assert not mixing.exact
    assert not mixing.monotone
    assert scaling.exact
    assert made.plan.execute().lineage.backward("train", 0).rows["people"].tolist() == everything


WITH_GAPS = TABLE[["label", "country"]].assign(
    age=TABLE["age"].where(np.arange(N) % 11 != 4).astype(float), household=np.arange(N) * 7 % 50
)
GLANCES = {
    "the mean where one is missing": lambda X: X[["age"]].fillna(X[["age"]].mean()),
    "the value before where one is missing": lambda X: X[["age"]].ffill().fillna(0),
    "limits at a quantile": lambda X: X[["age"]].fillna(0).clip(upper=X["age"].quantile(0.95)),
    "the mean of a group": lambda X: X.groupby("household")[["age"]].transform("mean").fillna(0),
    "the size of a group": lambda X: X.groupby("household")[["household"]].transform("size").to_frame(),
    "outliers": lambda X: (X[["age"]] > X[["age"]].mean() + X[["age"]].std()).astype(float),
    "values of another row": lambda X: X["household"].isin(X["age"]).to_frame().astype(float),
    "the row before": lambda X: X[["household"]].shift(1).fillna(0),
    "the number of rows": lambda X: X[["household"]] * len(X),
}


@pytest.mark.parametrize("name", GLANCES)
def test_a_function_that_seldom_looks_at_other_rows_is_found_out(name: str) -> None:
    """The oracle: with one record less, only the rows that are said to come from it may change."""
    made = run(ColumnTransformer([("f", FunctionTransformer(GLANCES[name]), ["age", "household"])]), WITH_GAPS)
    for part, frame in (("train", made.train), ("test", made.test)):
        own = [frame.lineage.backward(row)["people"] for row in range(len(frame))]
        claimed = [set(made.lineage.backward(part, row).rows["people"].tolist()) for row in range(len(frame))]
        table = frame.df.drop(columns="label")
        whole = dense(made.encoder.transform(table))
        for out in range(len(frame)):
            others = np.delete(np.arange(len(frame)), out)
            less = dense(made.encoder.transform(table.iloc[others]))
            moved = others[(less != whole[others]).any(axis=1)]
            assert all(set(own[out].tolist()) <= claimed[row] for row in moved), (part, out)


def test_the_test_part_is_asked_about_too() -> None:
    """Nothing is missing in the train part, so only the test part shows what the function does."""
    table = TABLE.assign(household=np.arange(N) % 10)
    test = run(ENCODERS["dense"], table, group="household").test.df["household"].unique()
    gaps = table["household"].isin(test) & (np.arange(N) % 3 == 0)
    table["age"] = table["age"].mask(gaps).astype(float)
    fill = FunctionTransformer(lambda X: X.fillna(X.mean()))
    made = run(ColumnTransformer([("f", fill, ["age"])]), table, group="household")
    assert not made.train.df["age"].hasnans
    assert made.test.df["age"].hasnans
    assert made.lineage.backward("train", 0).rows["people"].size == 1
    assert made.lineage.backward("test", 0).rows["people"].size == len(made.test)


class Noise(TransformerMixin, BaseEstimator):
    """Draws from a generator that it keeps."""

    def __init__(self, random_state: int | None = None) -> None:
        self.random_state = random_state

    def fit(self, X: Any, y: Any = None) -> Noise:
        self.generator_ = np.random.RandomState(self.random_state)
        return self

    def transform(self, X: Any) -> Any:
        return np.asarray(X, float) + self.generator_.normal(size=np.shape(X))


class GlobalNoise(TransformerMixin, BaseEstimator):
    def fit(self, X: Any, y: Any = None) -> GlobalNoise:
        return self

    def transform(self, X: Any) -> Any:
        return np.asarray(X, float) + np.random.normal(size=np.shape(X))  # noqa: NPY002 - as users do

    def __sklearn_is_fitted__(self) -> bool:
        return True


@pytest.mark.parametrize("noise", [Noise(3), GlobalNoise()])
def test_asking_for_lineage_changes_no_random_number(noise: Any) -> None:
    encoder = ColumnTransformer([("n", noise, ["age", "income"])])
    np.random.seed(5)  # noqa: NPY002
    made = run(encoder)
    np.random.seed(5)  # noqa: NPY002
    by_hand = clone(encoder)
    train, test = (part.df.drop(columns="label") for part in (made.train, made.test))
    assert by_hand.fit_transform(train).tobytes() == made.X_train.tobytes()
    assert by_hand.transform(test).tobytes() == made.X_test.tobytes()
    assert not made.encoding.parts[0].step.operator.exact
    assert made.lineage.backward("test", 0).rows["people"].size == len(made.test)


def test_imputation_by_draws_hangs_on_the_rows_before() -> None:
    imputer = IterativeImputer(sample_posterior=True)
    made = run(ColumnTransformer([("i", imputer, ["age", "household"])]), WITH_GAPS)
    assert not made.encoding.parts[0].step.operator.exact
    assert made.lineage.backward("test", 0).rows["people"].size == len(made.test)


class Listing(GlobalNoise):
    def transform(self, X: Any) -> Any:
        return np.zeros(np.shape(X)).tolist()


def test_features_that_are_no_matrix_are_explained() -> None:
    with pytest.raises(PlanError, match="Listing made a list of 59 records, not a matrix"):
        run(Listing(), TABLE[["label", "age"]])


@pytest.mark.parametrize(
    "wrap", [lambda f: f, lambda f: make_pipeline(StandardScaler().set_output(transform="pandas"), f)]
)
def test_a_function_that_does_not_is_made_of_its_own_row_but_not_proven(wrap: Any) -> None:
    made = run(ColumnTransformer([("d", wrap(FunctionTransformer(doubled)), ["age"])]))
    for row in (0, 5):
        expected = made.train.lineage.backward(row)["people"].tolist()
        assert made.lineage.backward("train", row).rows["people"].tolist() == expected
    [operator] = (p.step.operator for p in made.encoding.parts)
    assert not operator.exact
    assert operator.origins[0].exact  # its column is known


def test_functions_of_numpy_and_scikit_learns_transformers_are_known_to_treat_rows_alone() -> None:
    for transformer in (
        FunctionTransformer(np.log1p),
        StandardScaler(),
        make_pipeline(StandardScaler(), PCA(1)),
        "passthrough",
    ):
        made = run(ColumnTransformer([("t", transformer, ["age", "income"])]))
        assert made.encoding.parts[0].step.operator.row_by_row
    approximate = run(ColumnTransformer([("t", NMF(1, tol=0.1), ["age", "income"])]))
    assert not approximate.encoding.parts[0].step.operator.row_by_row  # all rows decide together when to stop


def test_over_approximate_features_lower_the_completeness() -> None:
    exact = run(ENCODERS["dense"]).plan
    assert exact.completeness == 1
    rough = run(ColumnTransformer([("f", FunctionTransformer(lambda X: X * 2), ["age", "income"])])).plan
    assert rough.completeness < 1
    assert "(not exact)" in rough.explain()


def test_estimators_are_shown_without_addresses() -> None:
    def double(X: pd.DataFrame) -> pd.DataFrame:
        return X * 2

    text = run(ColumnTransformer([("f", FunctionTransformer(double), ["age"])])).plan.to_json()
    assert " at 0x" not in text
    assert "double" in text


# seeds ----------------------------------------------------------------------------------------------------------------


def test_random_states_that_are_none_come_from_the_seed() -> None:
    encoder = ColumnTransformer(
        [
            ("t", make_pipeline(TfidfVectorizer(), TruncatedSVD(2)), "text"),
            ("own", make_pipeline(StandardScaler(), KMeans(2, random_state=5)), ["age", "income"]),
        ]
    )
    model = GridSearchCV(SGDClassifier(), {"alpha": [0.1, 0.01]}, cv=KFold(3, shuffle=True))
    made = run(encoder, model=model, seed=7)
    assert made.encoder.named_transformers_["t"][-1].random_state == 7
    assert made.encoder.named_transformers_["own"][-1].random_state == 5
    assert made.model.estimator.random_state == 7
    assert made.model.cv.random_state == 7
    assert model.cv.random_state is None
    assert all(o.deterministic for o in made.plan.operators)
    again = run(encoder, model=model, seed=7)
    assert again.X_train.tobytes() == made.X_train.tobytes()
    assert again.model.best_estimator_.coef_.tobytes() == made.model.best_estimator_.coef_.tobytes()
    other = run(encoder, model=model, seed=8)
    assert other.model.estimator.random_state == 8


def test_cross_fitting_is_seeded_as_scikit_learn_would_do_it() -> None:
    for target in (TABLE["label"], TABLE["income"]):
        X, y = TABLE[["country"]], target.to_numpy()
        ours = TargetEncoder(cv=SeededFolds(5, 3)).fit_transform(X, y)
        kind = StratifiedKFold if target.dtype == bool else KFold
        theirs = TargetEncoder(cv=kind(5, shuffle=True, random_state=3)).fit_transform(X, y)
        assert ours.tobytes() == theirs.tobytes()
    one, two, three = (run(ENCODERS["supervised"], seed=42, train_fraction=0.8) for _ in range(3))
    assert one.X_train.tobytes() == two.X_train.tobytes() == three.X_train.tobytes()


def test_a_model_of_models_is_seeded_too() -> None:
    first, second = (run(ENCODERS["dense"], model=RandomForestClassifier(5), seed=3) for _ in range(2))
    np.testing.assert_array_equal(first.model.predict_proba(first.X_test), second.model.predict_proba(second.X_test))
    assert run(ENCODERS["dense"], model=SGDClassifier(), seed=-1).model.random_state == 2**32 - 1


def test_what_is_frozen_stays_as_the_user_has_fitted_it() -> None:
    forest = RandomForestClassifier(3).fit(TABLE[["age", "income"]].to_numpy(), TABLE["label"])
    made = run(ColumnTransformer([("n", "passthrough", ["age", "income"])]), model=FrozenEstimator(forest))
    assert forest.random_state is None
    np.testing.assert_array_equal(made.predictions, forest.predict(made.test.df[["age", "income"]].to_numpy()))


@pytest.mark.parametrize("seed", [np.int64(3), np.uint8(3)])
def test_a_seed_may_be_an_integer_of_numpy(seed: Any) -> None:
    made = run(ENCODERS["dense"], model=SGDClassifier(), seed=seed)
    assert made.X_test.tobytes() == run(ENCODERS["dense"], seed=3).X_test.tobytes()
    assert made.plan.from_json(made.plan.to_json()).to_json() == made.plan.to_json()


@pytest.mark.parametrize("options", [{"seed": "a"}, {"seed": None}, {"seed": 3.0}, {"train_fraction": "half"}])
def test_a_seed_or_fraction_of_another_kind_is_named(options: dict[str, Any]) -> None:
    with pytest.raises(PlanError, match=r"is an integer, got|is a share between 0 and 1, got 'half'"):
        run(ENCODERS["dense"], **options)
