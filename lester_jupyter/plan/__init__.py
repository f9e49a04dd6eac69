"""The logical query plan: operators, expressions, their text and their JSON. Standard library only."""

from lester_jupyter.plan.expressions import Expression
from lester_jupyter.plan.graph import Plan
from lester_jupyter.plan.operator import Operator
from lester_jupyter.plan.operators import (
    OPERATORS,
    Distinct,
    Extend,
    FillMissing,
    Filter,
    Join,
    Opaque,
    Project,
    Rename,
    Scan,
    Split,
    Union,
)
from lester_jupyter.plan.references import CodeReference, Function, Source

__all__ = [
    "OPERATORS",
    "CodeReference",
    "Distinct",
    "Expression",
    "Extend",
    "FillMissing",
    "Filter",
    "Function",
    "Join",
    "Opaque",
    "Operator",
    "Plan",
    "Project",
    "Rename",
    "Scan",
    "Source",
    "Split",
    "Union",
]
