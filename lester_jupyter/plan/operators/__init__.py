"""The operators of a plan: frozen dataclasses declared by their fields; `plan.operator` says what they all answer."""

from lester_jupyter.plan.operator import Operator
from lester_jupyter.plan.operators.columns import Cast, Extend, FillMissing, Project, Rename
from lester_jupyter.plan.operators.combining import Join, JoinHow, Union
from lester_jupyter.plan.operators.grouping import AGGREGATIONS, WINDOWS, Aggregate, Aggregation, Extent, Window
from lester_jupyter.plan.operators.learning import (
    ConcatFeatures,
    FeatureBlock,
    FitModel,
    FitTransform,
    Label,
    Predict,
    Score,
    Transform,
)
from lester_jupyter.plan.operators.opaque import Opaque
from lester_jupyter.plan.operators.registry import OPERATORS
from lester_jupyter.plan.operators.rows import Distinct, DropMissing, Explode, Filter, Limit, Sort, Split
from lester_jupyter.plan.operators.sources import Scan

__all__ = [
    "AGGREGATIONS",
    "OPERATORS",
    "WINDOWS",
    "Aggregate",
    "Aggregation",
    "Cast",
    "ConcatFeatures",
    "Distinct",
    "DropMissing",
    "Explode",
    "Extend",
    "Extent",
    "FeatureBlock",
    "FillMissing",
    "Filter",
    "FitModel",
    "FitTransform",
    "Join",
    "JoinHow",
    "Label",
    "Limit",
    "Opaque",
    "Operator",
    "Predict",
    "Project",
    "Rename",
    "Scan",
    "Score",
    "Sort",
    "Split",
    "Transform",
    "Union",
    "Window",
]
