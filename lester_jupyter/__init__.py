"""lester_jupyter: messy notebook cells become verified declarative pipelines with lineage.

`%load_ext lester_jupyter`, then `%%lester` on top of a cell; or the declarative frames of this module by hand.
"""

from typing import Any

from lester_jupyter import errors
from lester_jupyter._version import __version__
from lester_jupyter.frame import (
    Capture,
    Frame,
    from_pandas,
    from_records,
    read_csv,
    read_lines,
    read_text,
    record,
    union,
)
from lester_jupyter.frame import ExecutablePlan as Plan

__all__ = [
    "Capture",
    "Frame",
    "Plan",
    "__version__",
    "errors",
    "from_pandas",
    "from_records",
    "load_ipython_extension",
    "read_csv",
    "read_lines",
    "read_text",
    "record",
    "rewrite",
    "union",
    "unload_ipython_extension",
]


def rewrite(code: str, **options: Any) -> Any:
    """Rewrites a messy cell; see `lester_jupyter.rewriting.rewrite.rewrite`, loaded on first use."""
    from lester_jupyter.rewriting.rewrite import rewrite as rewrite_code

    return rewrite_code(code, **options)


def load_ipython_extension(ipython: Any) -> None:
    """`%load_ext lester_jupyter`: registers the magics."""
    from lester_jupyter.magic import load

    load(ipython)


def unload_ipython_extension(ipython: Any) -> None:
    """`%unload_ext lester_jupyter`: takes them away again."""
    from lester_jupyter.magic import unload

    unload(ipython)
