"""The widget of a plan that ran, without a rewrite: of a pipeline's run, or of frames made by hand."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, cast

from lester_jupyter.widgets import assets
from lester_jupyter.widgets.payload import plan_payload
from lester_jupyter.widgets.static import plan_bundle
from lester_jupyter.widgets.view import View

if TYPE_CHECKING:
    from lester_jupyter.widgets.messages import PlanPayload
    from lester_jupyter.widgets.source import PlanSource


class PlanView(View):
    """Shows the plan of something that ran, and its records.

    Args:
        source: what ran.
        title: heading of the view.
        code: the code that made it, if there is one text of it.
        tab: the tab shown first, "plan" or "records".
    """

    def __init__(self, source: PlanSource, *, title: str = "", code: str = "", tab: str = "plan") -> None:
        plan = plan_payload(source, plan_id="", title=title, rewritten=code)
        # equal plans share a layout, and a notebook that runs again gives the same output
        plan["id"] = hashlib.blake2b(json.dumps(plan).encode(), digest_size=8).hexdigest()
        super().__init__(source=source, plan=dict(plan), title=title, tab=tab)

    def frozen(self) -> dict[str, Any]:
        """Returns the record in every form a notebook can keep."""
        hint = "" if assets.built() else assets.HINT
        return plan_bundle(cast("PlanPayload", self.plan), title=self.title, hint=hint)
