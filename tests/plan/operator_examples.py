"""One operator of each kind, as a plan holds it; tests of all operators walk these."""

from __future__ import annotations

import pandas as pd
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression

from lester_jupyter.plan import (
    Aggregate,
    Aggregation,
    Cast,
    ConcatFeatures,
    Distinct,
    DropMissing,
    Estimator,
    Explode,
    Extend,
    FeatureBlock,
    FillMissing,
    Filter,
    FitModel,
    FitTransform,
    Function,
    Join,
    Label,
    Limit,
    Opaque,
    Operator,
    Predict,
    Project,
    Rename,
    Scan,
    Score,
    Sort,
    Source,
    Split,
    Transform,
    Union,
    Window,
)
from lester_jupyter.plan.expressions import Column, Compare, Constant

SCAN = Scan(source=Source("A", "memory#1", "memory"), names=("k", "x", "s"))
OTHER = Scan(source=Source("B", "memory#2", "memory"), names=("k", "z"))
TABLES = {
    SCAN.source: pd.DataFrame({"k": [1, 1, 2], "x": [1.0, None, 3.0], "s": ["a b", "a", "b"]}),
    OTHER.source: pd.DataFrame({"k": [1, 3], "z": [["a"], ["b", "c"]]}),
}
"""Records for the two sources: a repeated key, a missing value, a key without a partner, lists."""

WORDS = Estimator(
    "CountVectorizer()",
    "sklearn.feature_extraction.text.CountVectorizer",
    unfitted=CountVectorizer(token_pattern=r"\w"),
)
MODEL = Estimator("LogisticRegression()", "sklearn.linear_model.LogisticRegression", unfitted=LogisticRegression())
ABOVE = Compare(">", Column("x"), Constant(1))
LABELLED = Label(inputs=(SCAN,), targets=("y",), sources=("x",), expressions=(ABOVE,))
FITTED = FitTransform(
    inputs=(LABELLED, LABELLED),
    name="words",
    estimator=WORDS,
    sources=("s",),
    n_features=2,
    origins=(FeatureBlock(0, 2, values=(0,), fits=(0,)),),
    one_dimensional=True,
)
FEATURES = ConcatFeatures(inputs=(FITTED, FITTED))
FIT = FitModel(inputs=(FEATURES, LABELLED), estimator=MODEL, label="y")
PREDICTED = Predict(inputs=(FEATURES, FIT))

EXAMPLES: tuple[Operator, ...] = (
    SCAN,
    Filter(inputs=(SCAN,), predicate=ABOVE),
    Extend(inputs=(SCAN,), targets=("y",), sources=("k",), function=Function("abs", call=abs)),
    Project(inputs=(SCAN,), names=("x",)),
    Rename(inputs=(SCAN,), names=(("x", "y"),)),
    Join(inputs=(SCAN, OTHER), how="inner", left_on=("k",), right_on=("k",)),
    Union(inputs=(SCAN, OTHER)),
    Aggregate(inputs=(SCAN,), by=("k",), aggregations=(Aggregation("n", None, "size"), Aggregation("m", "x", "mean"))),
    Distinct(inputs=(SCAN,), subset=("k",)),
    Sort(inputs=(SCAN,), by=("k", "x"), ascending=(False, True)),
    Limit(inputs=(SCAN,), n=2),
    FillMissing(inputs=(SCAN,), values=(("x", 0),)),
    DropMissing(inputs=(SCAN,), subset=("x",)),
    Cast(inputs=(SCAN,), types=(("k", "float64"),)),
    Explode(inputs=(OTHER,), names=("z",)),
    Window(inputs=(SCAN,), target="r", source="x", function="rank", by=("k",)),
    Split(inputs=(SCAN,), part="train", train_fraction=0.8, seed=1),
    LABELLED,
    FITTED,
    Transform(
        inputs=(SCAN, FITTED),
        name="words",
        estimator=WORDS,
        sources=("s",),
        n_features=2,
        origins=FITTED.origins,
        one_dimensional=True,
    ),
    FEATURES,
    FIT,
    PREDICTED,
    Score(inputs=(PREDICTED, LABELLED), label="y", metrics=("accuracy",)),
    Opaque(
        inputs=(SCAN,),
        names=("o",),
        source="magic()",
        reason="a call",
        function=Function("magic", "magic()", True, lambda table: table.iloc[:, :1].set_axis(["o"], axis=1)),
    ),
)
"""In the order of `OPERATORS`."""
