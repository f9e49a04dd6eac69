from __future__ import annotations

import pytest

from lester_jupyter.errors import UsageError
from lester_jupyter.rewriting.stages import named, recognise, unsupported


@pytest.mark.parametrize(
    ("code", "stages"),
    [
        ("x = [line for line in open('a')]", ("dataprep",)),
        ("from sklearn.model_selection import train_test_split\na, b = train_test_split(x)", ("dataprep",)),
        ("from sklearn.linear_model import LogisticRegression\nrows = []", ("dataprep",)),
        ("from sklearn.linear_model import LogisticRegression as LR\nm = LR().fit(X, y)", ("model",)),
        ("import sklearn.svm\nm = sklearn.svm.SVC()", ("model",)),
        ("from sklearn import linear_model\nm = linear_model.Ridge()", ("model",)),
        ("from sklearn.preprocessing import label_binarize\ny = label_binarize(z)", ("label",)),
        (
            "from sklearn.svm import SVC\nfrom sklearn.preprocessing import StandardScaler\nSVC().fit(StandardScaler())",
            ("features", "model"),
        ),
        ("import torch.nn as nn\nm = nn.Linear(1, 1)", ("model",)),
    ],
)
def test_recognise_goes_by_what_is_used(code, stages):
    assert recognise(code) == stages


def test_named_takes_the_words_of_users():
    assert [named(word) for word in ("dataprep", "prepare", "encode", "label", "train")] == [
        "dataprep",
        "dataprep",
        "features",
        "label",
        "model",
    ]
    with pytest.raises(UsageError, match=r"There is no stage 'bake'\. Available: dataprep, label, features, model"):
        named("bake")


def test_only_data_preparation_is_supported():
    assert unsupported(("dataprep",)) is None
    assert unsupported(("features", "model")).message == (
        "The cell is features and model code, which cannot be rewritten yet; only data preparation can."
    )
