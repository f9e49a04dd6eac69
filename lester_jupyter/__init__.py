"""lester_jupyter: messy notebook cells become verified declarative pipelines with lineage.

`%load_ext lester_jupyter`, then `%%lester` on top of a cell; or the declarative frames of this module by hand.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lester_jupyter import errors
from lester_jupyter._version import __version__
from lester_jupyter.frame import (
    Capture,
    Frame,
    from_pandas,
    from_records,
    read_csv,
    read_json,
    read_lines,
    read_parquet,
    read_text,
    record,
    union,
)
from lester_jupyter.frame import ExecutablePlan as Plan

if TYPE_CHECKING:
    from lester_jupyter.encoding import PerDistinctValue
    from lester_jupyter.pipeline import Pipeline, PipelineRun
    from lester_jupyter.rewriting.rewrite import Rewrite

__all__ = [
    "Capture",
    "Frame",
    "PerDistinctValue",
    "Pipeline",
    "PipelineRun",
    "Plan",
    "__version__",
    "errors",
    "from_pandas",
    "from_records",
    "load_ipython_extension",
    "read_csv",
    "read_json",
    "read_lines",
    "read_parquet",
    "read_text",
    "record",
    "rewrite",
    "show",
    "union",
    "unload_ipython_extension",
]


_LATE = {
    "PerDistinctValue": "lester_jupyter.encoding",
    "Pipeline": "lester_jupyter.pipeline",
    "PipelineRun": "lester_jupyter.pipeline",
}


def __getattr__(name: str) -> Any:
    """Loads what needs scikit-learn when it is first asked for: that takes a second."""
    if name not in _LATE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_LATE[name]), name)


def rewrite(  # noqa: PLR0917 - the agreed surface
    code: str,
    directory: str | Path = ".",
    stage: str | None = None,
    rewriter: str | None = None,
    namespace: Mapping[str, Any] | None = None,
    hint: str | None = None,
    **options: Any,
) -> Rewrite:
    """Rewrites a messy cell and verifies the rewrite; what `%%lester` calls.

    Args:
        code: the cell.
        directory: where it runs; its files are read from there and never changed.
        stage: its stage in a pipeline; recognised where it is not named.
        rewriter: "auto" (default), "rules" or "llm".
        namespace: the variables the cell finds.
        hint: what a language model is told about the cell.
        **options: `outputs`, `provider`, `settings`, `on_progress`: see `lester_jupyter.rewriting.rewrite.rewrite`.

    Raises:
        UsageError: an unknown stage, rewriter or setting. What is wrong with the cell is in `.findings`.
    """
    from lester_jupyter.rewriting.rewrite import rewrite as rewrite_cell  # not needed to run a rewrite: loaded late

    return rewrite_cell(code, directory, stage, rewriter, namespace, hint, **options)


def show(thing: Any) -> None:
    """Displays the plan of something that ran, with its records and their lineage.

    Args:
        thing: the run of a pipeline, a frame, a plan that ran, or a capture.

    Raises:
        UsageError: something without a plan, or a plan that has not run.
    """
    from lester_jupyter.magic import show as show_view  # needs the widgets

    show_view(thing)


def load_ipython_extension(ipython: Any) -> None:
    """`%load_ext lester_jupyter`: registers the magics."""
    from lester_jupyter.magic import load

    load(ipython)


def unload_ipython_extension(ipython: Any) -> None:
    """`%unload_ext lester_jupyter`: takes them away again."""
    from lester_jupyter.magic import unload

    unload(ipython)


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    """Tells JupyterLab where the built extension lies."""
    return [{"src": "labextension", "dest": "lester-jupyter"}]
