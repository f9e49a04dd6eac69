from __future__ import annotations

import gzip
import threading

import pytest
from view_source import ORIGINAL, REWRITTEN, complaints, protocol

from lester_jupyter.widgets import RewriteView, assets, plan_payload
from lester_jupyter.widgets.messages import PLAN_MIME

WIDGET = "application/vnd.jupyter.widget-view+json"


class Sent(list):
    """What the kernel sent back: (message, buffers)."""

    def __call__(self, message, buffers=None):
        self.append((message, buffers))


@pytest.fixture
def source():
    return complaints()


@pytest.fixture
def view(source):
    plan = plan_payload(source, plan_id="p1", title="complaints", original=ORIGINAL, rewritten=REWRITTEN)
    view = RewriteView(
        plan=plan, original=ORIGINAL, rewritten=REWRITTEN, status="verified", title="complaints", source=source
    )
    view.send = Sent()
    yield view
    view.close()


def ask(view, **fields):
    """Sends a request as the front end does, and returns the answer without its envelope."""
    view._receive(view, {"kind": "lester", "id": 7, "view": "v1", **fields}, [])
    message, buffers = view.send[-1]
    assert {k: message.pop(k) for k in ("kind", "id", "view")} == {"kind": "lester", "id": 7, "view": "v1"}
    return message, buffers


def test_view_answers_pages_and_traces(view):
    page, _ = ask(view, type="page", table="o1", offset=0, limit=2, within=None)
    assert page["rows"] == [0, 1]
    trace, buffers = ask(view, type="trace", table="o6", rows=[2])
    assert {t["table"]: t["role"] for t in trace["tables"]}["o4"] == "back"
    assert len(buffers) == len(trace["tables"])


def test_view_answers_errors_with_one_line(view):
    view._receive(view, {**protocol("trace_request"), "table": "o99"}, [])
    message, _ = view.send[-1]
    assert message["error"].startswith("There is no operator 'o99'")
    assert "\n" not in message["error"]
    assert ask(view, type="shutdown")[0]["error"].startswith("The view sent a message of unknown type 'shutdown'.")


def test_view_answers_errors_of_the_source(view, source, monkeypatch):
    monkeypatch.setattr(source, "trace", lambda *_: 1 / 0)
    assert ask(view, type="trace", table="o6", rows=[2])[0] == {"error": "ZeroDivisionError: division by zero"}


def test_view_without_a_source_says_so(view):
    view.set_source(None)
    assert "no records behind this view" in ask(view, type="trace", table="o6", rows=[2])[0]["error"]


@pytest.mark.parametrize("message", [None, "text", {}, {"method": "custom"}, {"kind": "other", "id": 1}])
def test_view_leaves_the_messages_of_others_alone(view, message):
    view._receive(view, message, [])
    assert view.send == []


@pytest.mark.parametrize("name", ["../errors.py", "/etc/passwd", "rewrite.js", ""])
def test_view_sends_its_own_modules_only(view, name):
    assert "There is no asset" in ask(view, type="asset", name=name)[0]["error"]


def test_view_sends_modules_gzipped(view, monkeypatch, tmp_path):
    monkeypatch.setattr(assets, "STATIC", tmp_path)
    (tmp_path / "viz.js").write_text("export const plain = 1;")
    _, (packed,) = ask(view, type="asset", name="viz.js")
    assert gzip.decompress(packed) == b"export const plain = 1;"


def test_accept_calls_back_with_the_code_and_where_it_stands(source):
    seen = []
    view = RewriteView(source=source, on_accept=lambda code: seen.append((code, view.placed)))
    view.send = Sent()
    assert ask(view, type="accept", code="edited", placed=True) == ({}, [])
    assert seen == [("edited", True)]
    assert (view.status, view.rewritten) == ("accepted", "edited")


def test_reject_and_retry_call_back(source):
    seen = []
    view = RewriteView(
        source=source, on_reject=lambda: seen.append("reject"), on_retry=lambda hint, code: seen.append((hint, code))
    )
    view.send = Sent()
    ask(view, type="reject")
    assert view.status == "rejected"
    ask(view, type="retry", hint="keep the last", code="A")
    assert (view.status, seen) == ("working", ["reject", ("keep the last", "A")])


def test_retry_without_a_callback_is_refused(view):
    assert "cannot be tried again" in ask(view, type="retry", hint="", code="")[0]["error"]
    assert view.status == "verified"


def test_a_failing_callback_is_shown(source):
    def fail(code):
        raise RuntimeError("disk full\nmore")

    view = RewriteView(source=source, on_accept=fail)
    view.send = Sent()
    assert ask(view, type="accept", code="x") == ({}, [])
    assert (view.status, view.message) == ("failed", "RuntimeError: disk full")


def test_layout_is_kept_with_its_plan_only(view):
    layout = protocol("layout_request")["layout"]
    ask(view, type="layout", plan="another", layout=layout)
    assert view.plan["layout"] is None
    ask(view, type="layout", plan="p1", layout=layout)
    assert view.plan["layout"] == layout


def test_record_stands_beside_the_live_view(view, monkeypatch):
    monkeypatch.setattr(assets, "built", lambda: True)
    data, _ = view._repr_mimebundle_()
    assert WIDGET in data
    assert data["text/plain"] == repr(view)
    assert data["text/html"].startswith('<div class="lester-record"')
    assert data["image/svg+xml"].startswith("<svg")
    assert data[PLAN_MIME]["id"] == "p1"


def test_without_a_build_the_record_stands_alone_with_a_hint(view, monkeypatch):
    monkeypatch.setattr(assets, "built", lambda: False)
    data, _ = view._repr_mimebundle_()
    assert WIDGET not in data
    assert "pip install -e ." in data["text/html"]
    assert data["text/plain"].endswith(assets.HINT)
    assert "textContent" in assets.module()


def test_text_of_two_equal_views_is_equal(source):
    assert repr(RewriteView(source=source, title="a")) == repr(RewriteView(source=source, title="a")) == "a · Working"


def test_requests_from_threads_are_all_answered(view):
    def work(i):
        view._receive(view, {"kind": "lester", "id": i, "view": "v", "type": "trace", "table": "o4", "rows": [i]}, [])

    threads = [threading.Thread(target=work, args=(i,)) for i in range(20)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert sorted(m["id"] for m, _ in view.send) == list(range(20))


@pytest.mark.skipif(not assets.built(), reason=assets.HINT)
def test_what_is_saved_with_a_widget_is_small():
    assert len((assets.module() + assets.style()).encode()) < 60_000
