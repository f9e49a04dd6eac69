from __future__ import annotations

import json

import pytest
from view_source import complaints, learning

from lester_jupyter.widgets import PlanView, RewriteView, assets
from lester_jupyter.widgets.messages import PLAN_MIME, REWRITE_MIME


@pytest.fixture
def view():
    view = PlanView(learning(), title="learning")
    view.sent = []
    view.send = lambda message, buffers=None: view.sent.append(message)
    yield view
    view.close()


def ask(view, **fields):
    view._receive(view, {"kind": "lester", "id": 1, "view": "v", **fields}, [])
    return view.sent[-1]


def test_a_plan_has_no_diff_and_shares_the_module_of_rewrites(view):
    assert view.tabs == ["plan", "records"]
    assert RewriteView().tabs == ["diff", "plan", "records"]
    assert (PlanView._esm, PlanView._css) == (RewriteView._esm, RewriteView._css)


def test_records_and_traces_are_answered(view):
    page = ask(view, type="page", table="o7", offset=0, limit=10)
    assert (page["rows"], page["names"], page["columns"]) == ([0], ["model", "C"], [["LogisticRegression()"], ["1.0"]])
    traced = {t["table"]: (t["role"], t["count"]) for t in ask(view, type="trace", table="o2", rows=[0])["tables"]}
    assert traced["o1"] == ("back", 1)
    assert traced["o7"] == ("forward", 1)
    assert "o11" not in traced  # the model is reached, not what it says of others


def test_there_is_nothing_to_accept(view):
    assert ask(view, type="accept", code="x")["error"] == "This view takes no AcceptRequest."


def test_the_layout_is_kept(view):
    layout = {"direction": "TB", "width": 1, "height": 1, "nodes": {}, "edges": []}
    ask(view, type="layout", plan=view.plan["id"], layout=layout)
    assert view.plan["layout"] == layout


def test_equal_plans_have_one_id_and_others_another():
    first, again, other = (PlanView(source).plan["id"] for source in (learning(), learning(), complaints()))
    assert first == again != other


def test_what_is_kept_needs_no_kernel(view):
    data = view.frozen()
    assert data["text/plain"] == repr(view)
    text = data["text/plain"].splitlines()
    assert text[0] == "learning"
    assert text[6].startswith("  6 ⊞ 2 columns → 3 features")
    assert text[7].endswith("⇠ [6], [2]")  # the model learns from them
    assert text[8].endswith("← [3]  ⇠ [4]")
    assert "OneHotEncoder → 2" in data["image/svg+xml"]
    assert data["image/svg+xml"].count('stroke-dasharray="4 3"') == 4
    assert "learns from 6 and 2" in data["text/html"]
    assert data[PLAN_MIME]["version"] == 2
    assert REWRITE_MIME not in data
    json.dumps(data)


def test_without_a_build_there_is_a_hint(view, monkeypatch):
    monkeypatch.setattr(assets, "built", lambda: False)
    assert view.frozen()["text/plain"].endswith(assets.HINT)
