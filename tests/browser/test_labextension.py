"""The JupyterLab extension: accepted code goes into the cell, and a reopened notebook shows the record."""

from __future__ import annotations

import json

import pytest
from lab import ROOT, shot
from playwright.sync_api import expect

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not (ROOT / "lester_jupyter" / "labextension" / "package.json").exists(),
        reason="The JupyterLab extension is not built. Hint: run `pip install -e .`",
    ),
]

# A stand-in for the magic: only its name matters to the extension.
MAGIC = """
from view_source import complaints, ORIGINAL, REWRITTEN
from lester_jupyter.widgets import RewriteView, plan_payload
accepted = []
def lester(line, cell):
    global view
    source = complaints()
    view = RewriteView(
        plan=plan_payload(source, plan_id="p1", title="complaints", original=cell, rewritten=REWRITTEN),
        original=cell, rewritten=REWRITTEN, status="verified", title="complaints", source=source,
        verification={"verified": True, "changed": 24, "counterexample": None, "findings": []},
        on_accept=lambda code: accepted.append((code, view.placed)),
    )
    view.show()
get_ipython().register_magic_function(lester, "cell")
"""
CELL = "%%lester\ntotal = 0\nfor i in range(3):\n    total += i\n"


def cell_source(page) -> str:
    return page.evaluate("window.jupyterapp.shell.currentWidget.content.widgets[1].model.sharedModel.getSource()")


def run(lab, page, name: str) -> None:
    lab.open(page, lab.write(name, MAGIC, CELL))
    lab.run_all(page)
    expect(page.locator(".lj")).to_be_visible(timeout=60_000)


def test_accepted_code_takes_the_place_of_the_cell_and_can_be_undone(lab, page):
    run(lab, page, "accept.ipynb")
    page.get_by_role("button", name="Accept", exact=True).click()
    expect(page.locator(".lj")).to_have_attribute("data-status", "accepted")
    assert cell_source(page).startswith("import lester_jupyter as ld\n")
    assert cell_source(page).endswith("data = complaints.to_tuples()")
    kept = page.evaluate("window.jupyterapp.shell.currentWidget.content.widgets[1].model.getMetadata('lester')")
    assert kept == {"original": CELL}
    assert lab.execute(page, "print(accepted[0][1], accepted[0][0][:6])") == "True import\n"
    shot(page, "accepted")
    page.locator(".jp-CodeCell .cm-content").nth(1).click()
    page.keyboard.press("Control+z")
    assert cell_source(page) == CELL


def test_code_is_not_placed_into_a_cell_without_the_magic(lab, page):
    run(lab, page, "other.ipynb")
    page.evaluate("window.jupyterapp.shell.currentWidget.content.widgets[1].model.sharedModel.setSource('x = 1')")
    page.get_by_role("button", name="Accept", exact=True).click()
    expect(page.locator(".lj")).to_have_attribute("data-status", "accepted")
    assert cell_source(page) == "x = 1"
    assert lab.execute(page, "print(accepted[0][1])") == "False\n"


def test_a_newer_record_leaves_the_live_view_as_it_is(lab, page):
    run(lab, page, "kept.ipynb")
    expect(page.locator(".lester-output")).to_have_attribute("data-state", "live")
    page.locator(".lj").evaluate("e => { e.dataset.touched = 'yes' }")
    lab.execute(page, "view.message = 'newer'; view.keep_record()")
    expect(page.locator(".lj-message")).to_have_text("newer")
    page.wait_for_timeout(500)
    expect(page.locator(".lj")).to_have_attribute("data-touched", "yes")
    lab.save(page)
    saved = json.loads((lab.root / "kept.ipynb").read_text())
    assert "newer" in "".join(saved["cells"][1]["outputs"][0]["data"]["text/html"])


def test_a_reopened_notebook_shows_the_record(lab, page):
    run(lab, page, "reopened.ipynb")
    expect(page.locator(".lester-output")).to_have_attribute("data-state", "live")
    lab.save(page)
    saved = json.loads((lab.root / "reopened.ipynb").read_text())
    assert "application/vnd.lester.rewrite+json" in saved["cells"][1]["outputs"][0]["data"]
    page.evaluate("window.jupyterapp.serviceManager.sessions.shutdownAll()")
    page.goto("about:blank")
    lab.open(page, "reopened.ipynb", workspace="again")
    record = page.locator(".lester-output .lester-record")
    expect(record).to_contain_text("Verified: equal on the real inputs and on 24 changed inputs")
    page.wait_for_timeout(9_000)  # longer than all tries for a live view together
    expect(record).to_be_visible()
    expect(page.locator(".lester-output")).to_have_attribute("data-state", "record")
    expect(page.get_by_text("model not found")).to_have_count(0)
    record.evaluate("e => e.scrollIntoView({ block: 'start' })")
    shot(page, "reopened")


def test_a_reloaded_page_with_its_kernel_alive_shows_the_view_again(lab, page):
    run(lab, page, "reloaded.ipynb")
    lab.save(page)
    page.reload()
    expect(page.locator(".lester-output")).to_have_attribute("data-state", "live", timeout=40_000)
    expect(page.locator(".lj-badge")).to_contain_text("Verified")
