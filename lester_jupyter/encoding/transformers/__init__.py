"""The rules for the transformers of scikit-learn, one module a family; importing this package registers them."""

from lester_jupyter.encoding import composition
from lester_jupyter.encoding.transformers import (
    categories,
    combining,
    ensembles,
    expanding,
    functions,
    imputing,
    labels,
    linear,
    own_column,
    records,
    selecting,
    trees,
    wrappers,
)

__all__ = [
    "categories",
    "combining",
    "composition",
    "ensembles",
    "expanding",
    "functions",
    "imputing",
    "labels",
    "linear",
    "own_column",
    "records",
    "selecting",
    "trees",
    "wrappers",
]
