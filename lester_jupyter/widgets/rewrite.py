"""The widget under a `%%lester` cell: diff, plan and records of one rewrite."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

import traitlets as t

from lester_jupyter.errors import UsageError
from lester_jupyter.widgets import assets, messages
from lester_jupyter.widgets.static import Record, bundle
from lester_jupyter.widgets.threads import on_main
from lester_jupyter.widgets.view import Answer, View

if TYPE_CHECKING:
    from lester_jupyter.widgets.source import PlanSource


class RewriteView(View):
    """Shows a rewrite while it is made, and lets the user accept it, drop it or ask again.

    Set the traits as the work goes on; the view follows.

    Args:
        plan: see `View`; so are `title`, `tab` and `source`.
        original: the cell as the user wrote it.
        rewritten: the declarative code, or "" when there is none.
        status: where the rewrite stands.
        verification: the verdict (`payload.verification_payload`), or an empty dict before there is one.
        progress: the steps of the work (`messages.StepPayload`).
        message: one line about the last action, or "".
        on_accept: called on the main thread with the accepted code; `placed` tells whether it stands in the cell.
        on_reject: called on the main thread when the user drops the rewrite.
        on_retry: called on the main thread with the user's hint and the code as edited.
    """

    tabs = t.List(t.Unicode(), ["diff", "plan", "records"]).tag(sync=True)
    tab = t.Enum(["diff", "plan", "records"], default_value="diff").tag(sync=True)
    original = t.Unicode("").tag(sync=True)
    rewritten = t.Unicode("").tag(sync=True)
    status = t.Enum(
        ["working", "verified", "unverified", "refused", "failed", "accepted", "rejected"], default_value="working"
    ).tag(sync=True)
    verification = t.Dict().tag(sync=True)
    progress = t.List(t.Dict()).tag(sync=True)
    message = t.Unicode("").tag(sync=True)

    def __init__(
        self,
        *,
        source: PlanSource | None = None,
        on_accept: Callable[[str], None] | None = None,
        on_reject: Callable[[], None] | None = None,
        on_retry: Callable[[str, str], None] | None = None,
        **traits: Any,
    ) -> None:
        super().__init__(source=source, **traits)
        self.placed = False
        self._on_accept, self._on_reject, self._on_retry = on_accept, on_reject, on_retry

    def record(self) -> Record:
        """Returns what there is to say of the rewrite without a kernel."""
        return Record(
            title=self.title,
            status=cast("messages.Status", self.status),
            original=self.original,
            rewritten=self.rewritten,
            verification=cast("messages.VerificationPayload | None", self.verification or None),
            plan=cast("messages.PlanPayload | None", self.plan or None),
            message=self.message,
            hint="" if assets.built() else assets.HINT,
        )

    def frozen(self) -> dict[str, Any]:
        """Returns the record in every form a notebook can keep."""
        return bundle(self.record())

    def _accept(self, request: messages.AcceptRequest) -> Answer:
        self.rewritten, self.placed = request.code, request.placed
        self._act("accepted", lambda: self._on_accept and self._on_accept(request.code))
        return {}, []

    def _reject(self, _: messages.RejectRequest) -> Answer:
        self._act("rejected", lambda: self._on_reject and self._on_reject())
        return {}, []

    def _retry(self, request: messages.RetryRequest) -> Answer:
        if self._on_retry is None:
            raise UsageError("This rewrite cannot be tried again.", hint="run the cell again.")
        retry = self._on_retry
        self.status = "working"
        self._act(None, lambda: retry(request.hint, request.code))
        return {}, []

    def _act(self, status: messages.Status | None, action: Callable[[], object]) -> None:
        """Runs a callback on the main thread; it may set another status, or a message, itself."""

        def run() -> None:
            if status is not None:
                self.status = status
            try:
                action()
            except Exception as error:  # noqa: BLE001 - a failing callback is shown in the view, not lost in a log
                self.status = "failed"
                self.message = f"{type(error).__name__}: {error}".splitlines()[0]
            self.keep_record()

        on_main(run)


RewriteView.answers = {
    **View.answers,
    messages.AcceptRequest: RewriteView._accept,
    messages.RejectRequest: RewriteView._reject,
    messages.RetryRequest: RewriteView._retry,
}
