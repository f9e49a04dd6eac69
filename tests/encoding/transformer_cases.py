"""Configurations of every transformer, each with data on which all it is computed from can be seen to matter."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn import (
    cluster,
    cross_decomposition,
    decomposition,
    discriminant_analysis,
    ensemble,
    feature_extraction,
    feature_selection,
    impute,
    isotonic,
    kernel_approximation,
    linear_model,
    manifold,
    neighbors,
    neural_network,
    preprocessing,
    random_projection,
    tree,
)
from sklearn.compose import ColumnTransformer
from sklearn.feature_extraction import text
from sklearn.frozen import FrozenEstimator
from sklearn.metrics.pairwise import rbf_kernel
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline

ROWS = 36
RNG = np.random.default_rng(11)


def frame(values: Any) -> pd.DataFrame:
    return pd.DataFrame(values, columns=[f"c{i}" for i in range(np.shape(values)[1])])


def _with_gaps(table: pd.DataFrame, share: float = 0.25) -> pd.DataFrame:
    return table.mask(np.random.default_rng(3).random(table.shape) < share)


MIX = np.array([[1, 0.5, 0.2, 0.3], [0, 1, 0.4, 0.2], [0, 0, 1, 0.6], [0, 0, 0, 1]])
NUMBERS = frame(RNG.normal(size=(ROWS, 4)) @ MIX + [0, 1, 2, 3])
POSITIVE = NUMBERS.abs() + 0.1
BITS = frame((RNG.random((ROWS, 4)) < 0.5).astype(float))
COUNTS = frame(RNG.poisson(2, size=(ROWS, 4)).astype(float))
GAPS = _with_gaps(NUMBERS)
EMPTY = GAPS.assign(c1=np.nan)
HALF_GAPS = NUMBERS.assign(c0=GAPS["c0"], c2=GAPS["c2"])
GRAM = frame(rbf_kernel(NUMBERS))
LETTERS = pd.DataFrame(
    {
        "a": RNG.choice(["x", "y", "z"], ROWS),
        "b": RNG.choice(["yes", "no"], ROWS),
        "c": RNG.choice([*"ppppqqqqrrrrst"], ROWS),
    }
)
SOME_MISSING = LETTERS.astype(object).mask(np.random.default_rng(5).random(LETTERS.shape) < 0.2, other=None)
TEXTS = pd.Series([" ".join(RNG.choice(["red", "green", "blue", "grey"], 4)) for _ in range(ROWS)], name="text")
DICTS = [{"size": float(i), "colour": c} for i, c in enumerate(RNG.choice(["red", "blue"], ROWS))]
BINARY = RNG.integers(0, 2, ROWS)
CLASSES = RNG.integers(0, 3, ROWS)
SCORES = NUMBERS.to_numpy() @ [1.0, -2, 0.5, 0.7] + RNG.normal(size=ROWS) / 5
SEVERAL = np.column_stack([SCORES, RNG.normal(size=ROWS)])


@dataclass(frozen=True)
class Case:
    """A transformer with data for it.

    Attributes:
        make: makes it, unfitted.
        table: a DataFrame, or a sequence where it takes one column.
        y: the label, or None.
        later: what it transforms, where that should have more in it than what it was fitted on.
    """

    make: Callable[[], Any]
    table: Any
    y: Any = None
    later: Any = None


def _case(kind: Any, table: Any, y: Any = None, later: Any = None, **parameters: Any) -> Case:
    return Case(lambda: kind(**parameters), table, y, later)


def _first_two(table: pd.DataFrame) -> pd.DataFrame:
    return table.iloc[:, :2] * 2


def _ends(column: Any) -> np.ndarray:
    return np.array([[ord(str(v)[0]), ord(str(v)[-1]) ** 2] for v in np.ravel(column)], dtype=float)


p, fs, ka = preprocessing, feature_selection, kernel_approximation
ridge = linear_model.Ridge

CASES: dict[str, Case] = {
    # each column by itself
    "StandardScaler": _case(p.StandardScaler, NUMBERS),
    "StandardScaler-missing": _case(p.StandardScaler, GAPS, with_mean=False),
    "MinMaxScaler": _case(p.MinMaxScaler, NUMBERS, clip=True),
    "MaxAbsScaler": _case(p.MaxAbsScaler, NUMBERS),
    "RobustScaler": _case(p.RobustScaler, NUMBERS, unit_variance=True),
    "QuantileTransformer": _case(p.QuantileTransformer, NUMBERS, n_quantiles=10, output_distribution="normal"),
    "PowerTransformer": _case(p.PowerTransformer, NUMBERS),
    "PowerTransformer-boxcox": _case(p.PowerTransformer, POSITIVE, method="box-cox"),
    "Binarizer": _case(p.Binarizer, NUMBERS, threshold=1.0),
    "OrdinalEncoder": _case(p.OrdinalEncoder, LETTERS),
    "OrdinalEncoder-missing": _case(p.OrdinalEncoder, SOME_MISSING, min_frequency=4, encoded_missing_value=-1),
    "IsotonicRegression": _case(isotonic.IsotonicRegression, NUMBERS[["c0"]], SCORES, out_of_bounds="clip"),
    # categories
    "OneHotEncoder": _case(p.OneHotEncoder, LETTERS),
    "OneHotEncoder-first": _case(p.OneHotEncoder, LETTERS, drop="first", sparse_output=False),
    "OneHotEncoder-binary": _case(p.OneHotEncoder, LETTERS, drop="if_binary"),
    "OneHotEncoder-drop": _case(p.OneHotEncoder, LETTERS, drop=["y", "no", "q"]),
    "OneHotEncoder-max": _case(p.OneHotEncoder, LETTERS, max_categories=3),
    "OneHotEncoder-rare": _case(p.OneHotEncoder, LETTERS, min_frequency=5, handle_unknown="infrequent_if_exist"),
    "OneHotEncoder-rare-first": _case(p.OneHotEncoder, LETTERS, min_frequency=5, drop="first"),
    "OneHotEncoder-missing": _case(p.OneHotEncoder, SOME_MISSING, handle_unknown="ignore", drop="first"),
    "OneHotEncoder-given": _case(
        p.OneHotEncoder, LETTERS[["b", "a"]], categories=[["no", "yes"], ["z", "y", "x"]], handle_unknown="warn"
    ),
    "TargetEncoder-binary": _case(p.TargetEncoder, LETTERS, BINARY, random_state=0),
    "TargetEncoder-classes": _case(p.TargetEncoder, LETTERS, CLASSES, random_state=0),
    "TargetEncoder-continuous": _case(p.TargetEncoder, LETTERS, SCORES, random_state=0),
    "KBinsDiscretizer": _case(
        p.KBinsDiscretizer, NUMBERS, n_bins=[2, 3, 4, 2], quantile_method="averaged_inverted_cdf"
    ),
    "KBinsDiscretizer-dense": _case(p.KBinsDiscretizer, NUMBERS, n_bins=3, encode="onehot-dense", strategy="uniform"),
    "KBinsDiscretizer-ordinal": _case(p.KBinsDiscretizer, NUMBERS, n_bins=3, encode="ordinal", strategy="kmeans"),
    # missing values
    "SimpleImputer": _case(impute.SimpleImputer, GAPS),
    "SimpleImputer-empty": _case(impute.SimpleImputer, EMPTY, later=GAPS),
    "SimpleImputer-indicator": _case(impute.SimpleImputer, EMPTY, later=GAPS, add_indicator=True, strategy="median"),
    "SimpleImputer-keep": _case(impute.SimpleImputer, EMPTY, later=GAPS, add_indicator=True, keep_empty_features=True),
    "SimpleImputer-half": _case(impute.SimpleImputer, HALF_GAPS, add_indicator=True),
    "SimpleImputer-texts": _case(impute.SimpleImputer, SOME_MISSING, missing_values=None, strategy="most_frequent"),
    "SimpleImputer-constant": _case(
        impute.SimpleImputer, SOME_MISSING, missing_values=None, strategy="constant", fill_value="?", add_indicator=True
    ),
    "MissingIndicator": _case(impute.MissingIndicator, HALF_GAPS),
    "MissingIndicator-all": _case(impute.MissingIndicator, GAPS, features="all", sparse=True),
    "KNNImputer": _case(impute.KNNImputer, GAPS, n_neighbors=2),
    "KNNImputer-empty": _case(impute.KNNImputer, EMPTY, later=GAPS, n_neighbors=2, add_indicator=True),
    "IterativeImputer": _case(impute.IterativeImputer, GAPS, max_iter=2, random_state=0),
    "IterativeImputer-half": _case(
        impute.IterativeImputer, HALF_GAPS, later=GAPS, max_iter=2, random_state=0, add_indicator=True
    ),
    "IterativeImputer-empty": _case(
        impute.IterativeImputer, EMPTY, later=GAPS, max_iter=2, random_state=0, add_indicator=True
    ),
    "IterativeImputer-complete": _case(
        impute.IterativeImputer, HALF_GAPS, later=GAPS, max_iter=2, random_state=0, skip_complete=True
    ),
    "IterativeImputer-nearest": _case(
        impute.IterativeImputer, GAPS, max_iter=1, random_state=0, n_nearest_features=1, sample_posterior=True
    ),
    "IterativeImputer-none": _case(impute.IterativeImputer, GAPS, max_iter=0, add_indicator=True),
    "IterativeImputer-single": _case(impute.IterativeImputer, GAPS[["c0"]]),
    "IterativeImputer-tree": _case(
        impute.IterativeImputer, GAPS, max_iter=1, random_state=0, estimator=tree.DecisionTreeRegressor(max_depth=1)
    ),
    # selections
    "VarianceThreshold": _case(fs.VarianceThreshold, NUMBERS * [1, 0.1, 1, 0.01], threshold=0.1),
    "SelectKBest": _case(fs.SelectKBest, NUMBERS, CLASSES, k=2),
    "SelectPercentile": _case(fs.SelectPercentile, NUMBERS, CLASSES, percentile=50),
    "SelectFpr": _case(fs.SelectFpr, NUMBERS, SCORES, score_func=fs.f_regression),
    "SelectFdr": _case(fs.SelectFdr, NUMBERS, SCORES, score_func=fs.f_regression),
    "SelectFwe": _case(fs.SelectFwe, NUMBERS, SCORES, score_func=fs.f_regression),
    "GenericUnivariateSelect": _case(fs.GenericUnivariateSelect, NUMBERS, CLASSES, mode="k_best", param=3),
    "RFE": _case(fs.RFE, NUMBERS, SCORES, estimator=ridge(), n_features_to_select=2),
    "RFECV": _case(fs.RFECV, NUMBERS, SCORES, estimator=ridge(), cv=2),
    "SelectFromModel": _case(fs.SelectFromModel, NUMBERS, SCORES, estimator=ridge()),
    "SequentialFeatureSelector": _case(
        fs.SequentialFeatureSelector, NUMBERS, SCORES, estimator=ridge(), n_features_to_select=2, cv=2
    ),
    # records
    "CountVectorizer": _case(text.CountVectorizer, TEXTS),
    "CountVectorizer-grams": _case(text.CountVectorizer, TEXTS, analyzer="char_wb", ngram_range=(2, 3), max_features=9),
    "CountVectorizer-given": _case(text.CountVectorizer, TEXTS, vocabulary=["red", "blue"]),
    "TfidfVectorizer": _case(text.TfidfVectorizer, TEXTS, sublinear_tf=True),
    "HashingVectorizer": _case(text.HashingVectorizer, TEXTS, n_features=3, norm=None, ngram_range=(1, 3)),
    "TfidfTransformer": _case(text.TfidfTransformer, COUNTS),
    "TfidfTransformer-no-norm": _case(text.TfidfTransformer, COUNTS, norm=None),
    "TfidfTransformer-no-idf": _case(text.TfidfTransformer, COUNTS, use_idf=False),
    "DictVectorizer": _case(feature_extraction.DictVectorizer, DICTS),
    "FeatureHasher": _case(feature_extraction.FeatureHasher, DICTS, n_features=2),
    # by formula
    "PolynomialFeatures": _case(p.PolynomialFeatures, NUMBERS, degree=3),
    "PolynomialFeatures-interactions": _case(
        p.PolynomialFeatures, NUMBERS, degree=(2, 3), interaction_only=True, include_bias=False
    ),
    "SplineTransformer": _case(p.SplineTransformer, NUMBERS, n_knots=4, degree=2),
    "SplineTransformer-quantile": _case(
        p.SplineTransformer, NUMBERS, knots="quantile", include_bias=False, extrapolation="linear", sparse_output=True
    ),
    "SplineTransformer-periodic": _case(p.SplineTransformer, NUMBERS, degree=2, extrapolation="periodic"),
    "AdditiveChi2Sampler": _case(ka.AdditiveChi2Sampler, POSITIVE, sample_steps=2),
    "AdditiveChi2Sampler-3": _case(ka.AdditiveChi2Sampler, POSITIVE, sample_steps=3),
    "FunctionTransformer": _case(p.FunctionTransformer, NUMBERS),
    "FunctionTransformer-one": _case(p.FunctionTransformer, LETTERS[["a"]], func=_ends),
    "FunctionTransformer-many": _case(p.FunctionTransformer, NUMBERS, func=_first_two),
    # linear maps
    "PCA": _case(decomposition.PCA, NUMBERS, n_components=3),
    "PCA-whiten": _case(decomposition.PCA, NUMBERS, n_components=2, whiten=True, svd_solver="full"),
    "IncrementalPCA": _case(decomposition.IncrementalPCA, NUMBERS, n_components=2),
    "TruncatedSVD": _case(decomposition.TruncatedSVD, NUMBERS, n_components=2, random_state=0),
    "FactorAnalysis": _case(decomposition.FactorAnalysis, NUMBERS, n_components=2),
    "FastICA": _case(decomposition.FastICA, NUMBERS, n_components=3, random_state=0),
    "BernoulliRBM": _case(neural_network.BernoulliRBM, BITS, n_components=2, n_iter=3, random_state=0),
    "CCA": _case(cross_decomposition.CCA, NUMBERS, SEVERAL, n_components=2),
    "PLSCanonical": _case(cross_decomposition.PLSCanonical, NUMBERS, SEVERAL, n_components=2),
    "PLSRegression": _case(cross_decomposition.PLSRegression, NUMBERS, SCORES, n_components=2),
    "PLSSVD": _case(cross_decomposition.PLSSVD, NUMBERS, SEVERAL, n_components=2),
    "LinearDiscriminantAnalysis": _case(discriminant_analysis.LinearDiscriminantAnalysis, NUMBERS, CLASSES),
    "LinearDiscriminantAnalysis-eigen": _case(
        discriminant_analysis.LinearDiscriminantAnalysis, NUMBERS, CLASSES, solver="eigen", n_components=1
    ),
    "NeighborhoodComponentsAnalysis": _case(
        neighbors.NeighborhoodComponentsAnalysis, NUMBERS, CLASSES, n_components=2, max_iter=5, random_state=0
    ),
    "GaussianRandomProjection": _case(
        random_projection.GaussianRandomProjection, NUMBERS, n_components=2, random_state=0
    ),
    "SparseRandomProjection": _case(
        random_projection.SparseRandomProjection, NUMBERS, n_components=3, density=0.3, random_state=0
    ),
    "RBFSampler": _case(ka.RBFSampler, NUMBERS, n_components=5, random_state=0),
    "RBFSampler-scale": _case(ka.RBFSampler, NUMBERS, n_components=5, gamma="scale", random_state=0),
    "SkewedChi2Sampler": _case(ka.SkewedChi2Sampler, POSITIVE, n_components=5, random_state=0),
    "FeatureAgglomeration": _case(cluster.FeatureAgglomeration, NUMBERS, n_clusters=2),
    "FeatureAgglomeration-own": _case(
        cluster.FeatureAgglomeration, NUMBERS, n_clusters=2, pooling_func=lambda x, axis: np.take(x, 0, axis=axis)
    ),
    # the whole row
    "Normalizer": _case(p.Normalizer, NUMBERS, norm="l2"),
    "Normalizer-l1": _case(p.Normalizer, NUMBERS, norm="l1"),
    "Birch": _case(cluster.Birch, NUMBERS, n_clusters=2),
    "BisectingKMeans": _case(cluster.BisectingKMeans, NUMBERS, n_clusters=3, random_state=0),
    "KMeans": _case(cluster.KMeans, NUMBERS, n_clusters=3, n_init=1, random_state=0),
    "MiniBatchKMeans": _case(cluster.MiniBatchKMeans, NUMBERS, n_clusters=3, n_init=1, random_state=0),
    "Isomap": _case(manifold.Isomap, NUMBERS, n_neighbors=8),
    "LocallyLinearEmbedding": _case(manifold.LocallyLinearEmbedding, NUMBERS, n_neighbors=8, random_state=0),
    "KernelPCA": _case(decomposition.KernelPCA, NUMBERS, n_components=2, kernel="rbf", random_state=0),
    "KernelCenterer": _case(p.KernelCenterer, GRAM),
    "KNeighborsTransformer": _case(neighbors.KNeighborsTransformer, NUMBERS, n_neighbors=20),
    "RadiusNeighborsTransformer": _case(neighbors.RadiusNeighborsTransformer, NUMBERS, radius=6.0),
    "RadiusNeighborsTransformer-own": _case(
        neighbors.RadiusNeighborsTransformer, NUMBERS, radius=6.0, metric=lambda a, b: abs(a[0] - b[0])
    ),
    "LatentDirichletAllocation": _case(
        decomposition.LatentDirichletAllocation, COUNTS, n_components=2, max_iter=3, random_state=0
    ),
    "Nystroem": _case(ka.Nystroem, NUMBERS, n_components=4, random_state=0),
    "DictionaryLearning": _case(decomposition.DictionaryLearning, NUMBERS, n_components=2, max_iter=5, random_state=0),
    "MiniBatchDictionaryLearning": _case(
        decomposition.MiniBatchDictionaryLearning, NUMBERS, n_components=2, max_iter=5, random_state=0
    ),
    "NMF": _case(decomposition.NMF, POSITIVE, n_components=2, max_iter=50, random_state=0),
    "MiniBatchNMF": _case(decomposition.MiniBatchNMF, POSITIVE, n_components=2, max_iter=20, random_state=0),
    "SparsePCA": _case(decomposition.SparsePCA, NUMBERS, n_components=2, max_iter=5, random_state=0),
    "MiniBatchSparsePCA": _case(decomposition.MiniBatchSparsePCA, NUMBERS, n_components=2, max_iter=5, random_state=0),
    "SparseCoder": _case(decomposition.SparseCoder, NUMBERS, dictionary=np.eye(4)[:3], transform_n_nonzero_coefs=2),
    "PolynomialCountSketch": _case(ka.PolynomialCountSketch, NUMBERS, n_components=7, random_state=0),
    # trees and ensembles
    "RandomTreesEmbedding": _case(ensemble.RandomTreesEmbedding, NUMBERS, n_estimators=3, max_depth=2, random_state=0),
    "VotingClassifier": _case(
        ensemble.VotingClassifier, NUMBERS, CLASSES, estimators=[("t", tree.DecisionTreeClassifier(max_depth=1))]
    ),
    "VotingClassifier-soft": _case(
        ensemble.VotingClassifier, NUMBERS, BINARY, estimators=[("t", tree.DecisionTreeClassifier())], voting="soft"
    ),
    "VotingRegressor": _case(
        ensemble.VotingRegressor, NUMBERS, SCORES, estimators=[("a", ridge()), ("b", tree.DecisionTreeRegressor())]
    ),
    "StackingClassifier": _case(
        ensemble.StackingClassifier,
        NUMBERS,
        BINARY,
        estimators=[("a", linear_model.LogisticRegression()), ("b", "drop"), ("c", tree.DecisionTreeClassifier())],
        cv=2,
        passthrough=True,
    ),
    "StackingRegressor": _case(ensemble.StackingRegressor, NUMBERS, SCORES, estimators=[("a", ridge())], cv=2),
    # composed
    "Pipeline": Case(
        lambda: make_pipeline(
            impute.SimpleImputer(add_indicator=True), "passthrough", p.PolynomialFeatures(2), fs.VarianceThreshold()
        ),
        EMPTY,
        later=GAPS,
    ),
    "Pipeline-empty": Case(lambda: Pipeline([("nothing", "passthrough")]), NUMBERS),
    "Pipeline-text": Case(
        lambda: make_pipeline(
            text.CountVectorizer(), text.TfidfTransformer(), decomposition.TruncatedSVD(2, random_state=0)
        ),
        TEXTS,
    ),
    "Pipeline-selected": Case(
        lambda: make_pipeline(p.StandardScaler(), fs.SelectKBest(k=2), p.Normalizer()), NUMBERS, CLASSES
    ),
    "FeatureUnion": Case(
        lambda: FeatureUnion(
            [("a", p.StandardScaler()), ("b", "drop"), ("c", "passthrough"), ("d", decomposition.PCA(2))]
        ),
        NUMBERS,
    ),
    "ColumnTransformer": Case(
        lambda: ColumnTransformer(
            [
                ("a", p.StandardScaler(), ["c1"]),
                ("b", "passthrough", [3]),
                ("c", p.Normalizer(), [0, 1]),
                ("d", "drop", [1]),
            ],
            remainder=p.KBinsDiscretizer(3, quantile_method="averaged_inverted_cdf"),
            transformer_weights={"c": 2.0},
        ),
        NUMBERS,
    ),
    "FrozenEstimator": Case(lambda: FrozenEstimator(p.PolynomialFeatures(2).fit(NUMBERS)), NUMBERS),
    "GridSearchCV": Case(
        lambda: GridSearchCV(
            make_pipeline(p.StandardScaler(), decomposition.PCA()), {"pca__n_components": [1, 2]}, cv=2
        ),
        NUMBERS,
    ),
}
