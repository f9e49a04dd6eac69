"""What scikit-learn calls transformers but makes no features of a table."""

from __future__ import annotations

from typing import Any, NoReturn

from sklearn.feature_extraction.image import PatchExtractor
from sklearn.preprocessing import LabelBinarizer, LabelEncoder, MultiLabelBinarizer

from lester_jupyter.encoding.inputs import Inputs
from lester_jupyter.encoding.rules import rule
from lester_jupyter.errors import LineageError


@rule(LabelBinarizer, LabelEncoder, MultiLabelBinarizer, precision="no features")
def _label(fitted: Any, _inputs: Inputs) -> NoReturn:
    """It encodes the label, not features."""
    raise LineageError(
        f"{type(fitted).__name__} encodes labels, and makes no features.",
        hint="for columns of features there are OneHotEncoder and OrdinalEncoder.",
    )


@rule(PatchExtractor, precision="no features")
def _patches(_fitted: PatchExtractor, _inputs: Inputs) -> NoReturn:
    """It cuts images into patches, which are not rows of a table."""
    raise LineageError("PatchExtractor gives several patches an image, so its rows are not those of a table.")
