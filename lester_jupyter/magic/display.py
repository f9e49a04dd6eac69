"""Shows plans that ran: `ld.show(…)`, and what stands under a cell whose last value is the run of a pipeline."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from lester_jupyter.errors import UsageError
from lester_jupyter.magic.source import source_of
from lester_jupyter.widgets import PlanView

_SHOWN = (
    ("lester_jupyter.pipeline.run", "PipelineRun"),
    ("lester_jupyter.pipeline.plan", "PipelinePlan"),
    ("lester_jupyter.frame.plan", "ExecutablePlan"),
    ("lester_jupyter.frame.capture", "Capture"),
)
"""What is displayed as a view. Frames are not: they are looked at as tables."""


def view_of(thing: Any) -> PlanView:
    """A view of the plan behind something that ran; see `show`."""
    if type(thing).__module__.startswith("lester_jupyter.pipeline"):
        import_module("lester_jupyter.magic.runs")  # only now: it takes a second, if no pipeline did so before
    return PlanView(source_of(thing), title=str(getattr(thing, "name", "")))


def show(thing: Any) -> None:
    """Displays the plan of something that ran, with its records and their lineage, under the running cell.

    Args:
        thing: the run of a pipeline, a frame, a plan that ran, or a capture.

    Raises:
        UsageError: something without a plan, or a plan that has not run.
    """
    view_of(thing).show()


def register(shell: Any) -> None:
    """Has IPython display runs and plans as views."""
    formatter = shell.display_formatter.mimebundle_formatter
    for module, name in _SHOWN:
        formatter.for_type_by_name(module, name, _bundle)


def unregister(shell: Any) -> None:
    """Has IPython display them as text again."""
    formatter = shell.display_formatter.mimebundle_formatter
    for module, name in _SHOWN:
        formatter.pop(f"{module}.{name}", None)


def _bundle(thing: Any, **kwargs: Any) -> Any:
    try:
        view = view_of(thing)
    except UsageError:  # a plan that has not run: its text is all there is
        return None
    return view._repr_mimebundle_(**kwargs)
