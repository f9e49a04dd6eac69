"""What the widgets have in common: a plan, the questions about it, and the record beside the live view."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import anywidget
import traitlets as t

from lester_jupyter.errors import LesterError, UsageError
from lester_jupyter.widgets import assets, messages
from lester_jupyter.widgets.queries import Queries

if TYPE_CHECKING:
    from lester_jupyter.widgets.source import PlanSource

Answer = tuple[dict[str, Any], list[bytes]]


class View(anywidget.AnyWidget):
    """Shows a plan that has run; questions of the view are answered from `source`.

    Args:
        plan: the plan (`payload.plan_payload`), or an empty dict before there is one.
        title: heading of the view.
        tabs: the tabs there are, of "diff", "plan" and "records".
        tab: the tab shown first.
        source: the plan that ran; without one, records cannot be paged or traced.
    """

    _esm = assets.module()
    _css = assets.style()

    plan = t.Dict().tag(sync=True)
    title = t.Unicode("").tag(sync=True)
    tabs = t.List(t.Unicode(), ["plan", "records"]).tag(sync=True)
    tab = t.Enum(["diff", "plan", "records"], default_value="plan").tag(sync=True)

    answers: ClassVar[Mapping[type, Callable[[Any, Any], Answer]]] = {}
    """How each kind of request is answered; a class adds its own to those of `View`."""

    def __init__(self, *, source: PlanSource | None = None, **traits: Any) -> None:
        super().__init__(**traits)
        self._queries = Queries(source) if source is not None else None
        self._layout_lock = threading.Lock()
        self._display: Any = None
        self.on_msg(self._receive)

    def set_source(self, source: PlanSource | None) -> None:
        """Answers from another run from now on; traces of the former one are forgotten."""
        self._queries = Queries(source) if source is not None else None

    def frozen(self) -> dict[str, Any]:
        """Returns what a saved notebook keeps of the view, by MIME type; among it `text/plain`."""
        raise NotImplementedError

    def show(self) -> None:
        """Displays the view in the running cell."""
        from IPython.display import display

        self._display = display(self, display_id=True)

    def keep_record(self) -> None:
        """Brings the record in the cell's output up to date; call it once when the work has ended."""
        if self._display is not None:
            self._display.update(self)

    def __repr__(self) -> str:
        return str(self.frozen()["text/plain"])

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]] | None:
        record = self.frozen()
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
        answer = self.answers.get(type(request))
        if answer is None:
            raise UsageError(f"This view takes no {type(request).__name__}.")
        return answer(self, request)

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

    def _asked(self) -> Queries:
        if self._queries is None:
            raise UsageError("There are no records behind this view.", hint="run the cell again.")
        return self._queries


View.answers = {
    messages.PageRequest: View._page,
    messages.TraceRequest: View._trace,
    messages.AssetRequest: View._asset,
    messages.LayoutRequest: View._layout,
}
