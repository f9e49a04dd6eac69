"""The stages of a pipeline, and which of them a cell belongs to.

dataprep → label → features → model. A cell can span several; today only dataprep is rewritten, and the others are
recognised so that the refusal says what the cell is instead of failing somewhere inside it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from lester_jupyter.errors import UsageError
from lester_jupyter.rewriting.types import Finding

STAGES = ("dataprep", "label", "features", "model")
"""All stages, in the order of a pipeline."""

SUPPORTED = ("dataprep",)
"""Those that can be rewritten."""

_ALIASES = {"prepare": "dataprep", "prep": "dataprep", "encode": "features", "featurise": "features", "train": "model"}

_STAGE_OF_MODULE = {
    "sklearn.preprocessing": "features",
    "sklearn.compose": "features",
    "sklearn.feature_extraction": "features",
    "sklearn.decomposition": "features",
    "sklearn.impute": "features",
    "sklearn.pipeline": "features",
    "sklearn.linear_model": "model",
    "sklearn.svm": "model",
    "sklearn.ensemble": "model",
    "sklearn.tree": "model",
    "sklearn.neighbors": "model",
    "sklearn.naive_bayes": "model",
    "sklearn.neural_network": "model",
    "torch.nn": "model",
    "torch.optim": "model",
    "xgboost": "model",
    "lightgbm": "model",
}
_LABELERS = frozenset({"LabelEncoder", "label_binarize", "LabelBinarizer"})


def named(stage: str) -> str:
    """The stage that a user's word means.

    Raises:
        UsageError: there is no such stage.
    """
    resolved = _ALIASES.get(stage, stage)
    if resolved not in STAGES:
        raise UsageError(f"There is no stage {stage!r}.", available=STAGES)
    return resolved


def recognise(code: str) -> tuple[str, ...]:
    """The stages that `code` does work of, in the order of a pipeline; dataprep where nothing says otherwise.

    A library counts only where something imported from it is used, since cells often import for all later ones.
    """
    tree = ast.parse(code)
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    found = {stage for name, stage in _imported(tree) if name in used}
    ordered = tuple(stage for stage in STAGES if stage in found)
    return ordered or ("dataprep",)


def unsupported(stages: tuple[str, ...]) -> Finding | None:
    """The refusal for a cell of `stages`, or None where all of them can be rewritten."""
    missing = [stage for stage in stages if stage not in SUPPORTED]
    if not missing:
        return None
    return Finding(
        kind="stage-unsupported",
        severity="error",
        message=f"The cell is {' and '.join(missing)} code, which cannot be rewritten yet; only data preparation can.",
        hint="put data preparation into a cell of its own, or pass stage='dataprep' if the cell is nothing else.",
    )


def _imported(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Every name that an import binds, with the stage its module belongs to."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                stage = "label" if alias.name in _LABELERS else _stage_of(f"{node.module}.{alias.name}")
                if stage:
                    yield alias.asname or alias.name, stage
        if isinstance(node, ast.Import):
            for alias in node.names:
                stage = _stage_of(alias.name)
                if stage:
                    yield alias.asname or alias.name.split(".")[0], stage


def _stage_of(module: str) -> str | None:
    return next((s for prefix, s in _STAGE_OF_MODULE.items() if f"{module}.".startswith(f"{prefix}.")), None)
