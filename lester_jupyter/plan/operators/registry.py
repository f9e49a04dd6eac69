"""All operators in one tuple."""

from __future__ import annotations

from lester_jupyter.plan.operator import Operator
from lester_jupyter.plan.operators.columns import Cast, Extend, FillMissing, Project, Rename
from lester_jupyter.plan.operators.combining import Join, Union
from lester_jupyter.plan.operators.grouping import Aggregate, Window
from lester_jupyter.plan.operators.learning import (
    ConcatFeatures,
    FitModel,
    FitTransform,
    Label,
    Predict,
    Score,
    Transform,
)
from lester_jupyter.plan.operators.opaque import Opaque
from lester_jupyter.plan.operators.rows import Distinct, DropMissing, Explode, Filter, Limit, Sort, Split
from lester_jupyter.plan.operators.sources import Scan

OPERATORS: tuple[type[Operator], ...] = (
    Scan,
    Filter,
    Extend,
    Project,
    Rename,
    Join,
    Union,
    Aggregate,
    Distinct,
    Sort,
    Limit,
    FillMissing,
    DropMissing,
    Cast,
    Explode,
    Window,
    Split,
    Label,
    FitTransform,
    Transform,
    ConcatFeatures,
    FitModel,
    Predict,
    Score,
    Opaque,
)
"""Every operator there is; the completeness test walks this tuple."""
