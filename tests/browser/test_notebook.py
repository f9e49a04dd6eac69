"""The project's own notebook, run in a real JupyterLab: what a stranger sees first."""

from __future__ import annotations

import json
import shutil

import pytest
from lab import ARTIFACTS, ROOT, shot
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NOTEBOOK = ROOT / "notebooks" / "01_rewrite.ipynb"
PIPELINE = ROOT / "notebooks" / "02_pipeline.ipynb"

# Roles of the cards as Python works them out, from the session that the magic left in the notebook.
ROLES = """
import json
capture = _lester.capture
result = list(capture.plan.by_id)[-1]
print(json.dumps({"result": result, "roles": {k: r for k, (r, rows) in capture.trace(result, [0]).items() if len(rows)}}))
"""


def test_a_record_of_the_running_example_is_traced_to_both_files(lab, page):
    shutil.copy(NOTEBOOK, lab.root)
    lab.open(page, NOTEBOOK.name)
    lab.run_all(page)
    page.wait_for_selector(".lj[data-status=verified]", state="attached", timeout=120_000)
    view = page.locator(".lj")
    view.evaluate("e => e.scrollIntoView({ block: 'start' })")
    expect(view.locator(".lj-badge")).to_contain_text("Verified: equal on the real inputs and on")
    expect(view.locator(".lj-editor")).to_contain_text("import lester_jupyter as ld")
    shot(page, "notebook-diff")

    page.click(".lj-top [data-tab=plan]")
    page.wait_for_selector(".lj-graph[data-drawn]")
    expected = json.loads(lab.execute(page, ROLES))
    page.click(f".lj-op[data-operator={expected['result']}]")
    page.click(".lj-inspector tr[data-row='0'] td >> nth=1")
    page.wait_for_selector(f".lj-op[data-operator={expected['result']}][data-role=self]")
    view.evaluate("e => e.scrollIntoView({ block: 'start' })")
    lit = page.locator(".lj-op").evaluate_all(
        "cards => Object.fromEntries(cards.filter(c => c.dataset.role).map(c => [c.dataset.operator, c.dataset.role]))"
    )
    assert lit == expected["roles"]
    sources = page.locator(".lj-op[data-kind=scan]")
    expect(sources).to_have_count(2)
    for i in range(2):
        expect(sources.nth(i)).to_have_attribute("data-role", "back")
    shot(page, "notebook-trace")

    page.click(".lj-inspector [data-tab=trace]")
    expect(page.locator(".lj-inspector .lj-journey li")).to_have_count(len(expected["roles"]))
    shot(page, "notebook-journey")
    page.click(".lj-inspector [data-tab=code]")
    for version in ("original", "rewritten"):
        lines = page.locator(f".lj-lines[data-version={version}] [data-role=back]")
        assert lines.count() > 0, version
        expect(page.locator(f".lj-lines[data-version={version}] [data-picked]").first).to_be_visible()
    shot(page, "notebook-code")
    page.wait_for_function(
        "window.jupyterapp.shell.currentWidget.context.sessionContext.session.kernel.status === 'idle'", timeout=60_000
    )
    errors = page.locator(".jp-OutputArea-output[data-mime-type='application/vnd.jupyter.stderr']")
    assert errors.count() == 0


REACHED = """
import json
from lester_jupyter.magic.source import source_of
source = source_of(run)
[customers] = [o.id for o in source.plan.operators if o.label == "customers"]
found = source.trace(customers, [7])
print(json.dumps({"customers": customers, "rows": {k: len(rows) for k, (_, rows) in found.items()}}))
"""


def test_a_customer_of_the_second_notebook_is_followed_to_the_model(lab, page):
    shutil.copy(PIPELINE, lab.root)
    lab.open(page, PIPELINE.name)
    lab.run_all(page)
    page.wait_for_selector(".lj-graph[data-drawn]", timeout=120_000)
    view = page.locator(".lj")
    expected = json.loads(lab.execute(page, REACHED))
    source = page.locator(f".lj-op[data-operator={expected['customers']}]")
    source.click()
    page.click(".lj-inspector tr[data-row='7'] td >> nth=1")
    expect(source).to_have_attribute("data-role", "self")
    expect(page.locator(".lj-op[data-kind=fit_model]")).to_have_attribute("data-role", "forward")
    expect(page.locator(".lj-status").first).to_contain_text("reaches train, test and the model")
    train = next(c for c in page.locator(".lj-op[data-kind=split]").all() if "train" in c.text_content())
    rows = expected["rows"][train.get_attribute("data-operator")]
    expect(train).to_contain_text(f"▼ {rows} of ")
    view.evaluate("e => e.scrollIntoView({ block: 'start' })")
    shot(page, "notebook-run")
    view.screenshot(path=ARTIFACTS / "notebook-run-view.png")
