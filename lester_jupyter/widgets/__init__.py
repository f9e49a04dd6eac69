"""The view: anywidget classes, typed wire messages, and the frozen record that a saved notebook keeps."""

from __future__ import annotations

from lester_jupyter.widgets.payload import plan_payload, verification_payload
from lester_jupyter.widgets.plan import PlanView
from lester_jupyter.widgets.rewrite import RewriteView
from lester_jupyter.widgets.source import PlanSource

__all__ = ["PlanSource", "PlanView", "RewriteView", "plan_payload", "verification_payload"]
