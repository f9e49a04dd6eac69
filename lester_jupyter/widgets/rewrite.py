"""The widget under a `%%lester` cell: diff, plan and records of one rewrite."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, cast

import anywidget
import traitlets as t

from lester_jupyter.errors import LesterError, UsageError
from lester_jupyter.widgets import assets, messages
from lester_jupyter.widgets.queries import Queries
from lester_jupyter.widgets.static import Record, as_text, bundle
from lester_jupyter.widgets.threads import on_main

if TYPE_CHECKING:
    from lester_jupyter.widgets.source import PlanSource

Answer = tuple[dict[str, Any], list[bytes]]


class RewriteView(anywidget.AnyWidget):
    """Shows a rewrite while it is made, and lets the user accept it, drop it or ask again.

    Set the traits as the work goes on; the view follows. Questions of the view are answered from `source`.

    Args:
        plan: the plan (`payload.plan_payload`), or an empty dict before there is one.
        original: the cell as the user wrote it.
        rewritten: the declarative code, or "" when there is none.
        status: where the rewrite stands.
        verification: the verdict (`payload.verification_payload`), or an empty dict before there is one.
        progress: the steps of the work (`messages.StepPayload`).
        message: one line about the last action, or "".
        title: heading of the view.
        tab: the tab shown first: "diff", "plan" or "records".
        source: the plan that ran; without one, records cannot be paged or traced.
        on_accept: called on the main thread with the accepted code; `placed` tells whether it stands in the cell.
        on_reject: called on the main thread when the user drops the rewrite.
        on_retry: called on the main thread with the user's hint and the code as edited.
    """

    _esm = assets.module()
    _css = assets.style()

    plan = t.Dict().tag(sync=True)
    original = t.Unicode("").tag(sync=True)
    rewritten = t.Unicode("").tag(sync=True)
    status = t.Enum(
        ["working", "verified", "unverified", "refused", "failed", "accepted", "rejected"], default_value="working"
    ).tag(sync=True)
    verification = t.Dict().tag(sync=True)
    progress = t.List(t.Dict()).tag(sync=True)
    message = t.Unicode("").tag(sync=True)
    title = t.Unicode("").tag(sync=True)
    tab = t.Enum(["diff", "plan", "records"], default_value="diff").tag(sync=True)

    def __init__(
        self,
        *,
        source: PlanSource | None = None,
        on_accept: Callable[[str], None] | None = None,
        on_reject: Callable[[], None] | None = None,
        on_retry: Callable[[str, str], None] | None = None,
        **traits: Any,
    ) -> None:
        super().__init__(**traits)
        self.placed = False
        self._queries = Queries(source) if source is not None else None
        self._on_accept, self._on_reject, self._on_retry = on_accept, on_reject, on_retry
        self._layout_lock = threading.Lock()
        self._display: Any = None
        self.on_msg(self._receive)

    def set_source(self, source: PlanSource | None) -> None:
        """Answers from another run from now on; traces of the former one are forgotten."""
        self._queries = Queries(source) if source is not None else None

    def record(self) -> Record:
        """Returns what a saved notebook keeps of the view."""
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

    def show(self) -> None:
        """Displays the view in the running cell."""
        from IPython.display import display

        self._display = display(self, display_id=True)

    def keep_record(self) -> None:
        """Brings the record in the cell's output up to date; call it once when the work has ended."""
        if self._display is not None:
            self._display.update(self)

    def __repr__(self) -> str:
        return as_text(self.record())

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]] | None:
        record = bundle(self.record())
        if not assets.built():
            return record, {}
        live = super()._repr_mimebundle_(**kwargs)
        data, metadata = live if isinstance(live, tuple) else (live or {}, {})
        return {**data, **record}, metadata

    def _receive(self, _: object, message: object, _buffers: object) -> None:
        """Answers one message; an error becomes an answer, never a silent time-out."""
        if not isinstance(message, Mapping) or message.get("kind") != messages.KIND:
            return
        head = {"kind": messages.KIND, "id": message.get("id"), "view": message.get("view")}
        try:
            body, buffers = self._answer(messages.parse_request(message))
        except LesterError as error:
            body, buffers = {"error": str(error)}, []
        except Exception as error:  # noqa: BLE001 - whatever a query meets, the view must get an answer
            body, buffers = {"error": f"{type(error).__name__}: {error}".splitlines()[0]}, []
        self.send({**head, **body}, buffers=buffers)

    def _answer(self, request: messages.Request) -> Answer:
        return _ANSWERS[type(request)](self, request)

    def _page(self, request: messages.PageRequest) -> Answer:
        return dict(self._asked().page(request)), []

    def _trace(self, request: messages.TraceRequest) -> Answer:
        answer, buffers = self._asked().trace(request)
        return dict(answer), buffers

    def _asset(self, request: messages.AssetRequest) -> Answer:
        return {"name": request.name}, [assets.packed(request.name)]

    def _layout(self, request: messages.LayoutRequest) -> Answer:
        with self._layout_lock:
            if self.plan.get("id") == request.plan:
                self.plan = {**self.plan, "layout": request.layout}
        return {}, []

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

    def _asked(self) -> Queries:
        if self._queries is None:
            raise UsageError("There are no records behind this view.", hint="run the cell again.")
        return self._queries


_ANSWERS: dict[type, Callable[[RewriteView, Any], Answer]] = {
    messages.PageRequest: RewriteView._page,
    messages.TraceRequest: RewriteView._trace,
    messages.AssetRequest: RewriteView._asset,
    messages.LayoutRequest: RewriteView._layout,
    messages.AcceptRequest: RewriteView._accept,
    messages.RejectRequest: RewriteView._reject,
    messages.RetryRequest: RewriteView._retry,
}
