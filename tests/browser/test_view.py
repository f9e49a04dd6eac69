"""The view in a real JupyterLab, on a plan of the tests' own (`view_source`)."""

from __future__ import annotations

import re

import pytest
from lab import AXE, Lab, shot, violations
from playwright.sync_api import Browser, Page, expect
from view_source import complaints

pytestmark = pytest.mark.browser

SHOW = """
from view_source import complaints, big, ORIGINAL, REWRITTEN, protocol
from lester_jupyter.widgets import RewriteView, plan_payload
seen = []
def show(source, **changes):
    given = dict(
        plan=plan_payload(source, plan_id="p1", title="complaints", original=ORIGINAL, rewritten=REWRITTEN),
        original=ORIGINAL, rewritten=REWRITTEN, status="verified", title="complaints", source=source,
        verification={"verified": True, "changed": 24, "counterexample": None, "findings": []},
        on_accept=lambda code: seen.append(("accept", code)), on_reject=lambda: seen.append(("reject",)),
        on_retry=lambda hint, code: seen.append(("retry", hint)))
    view = RewriteView(**(given | changes))
    view.show()
    return view
"""


def open_view(lab: Lab, page: Page, name: str, cell: str = "view = show(complaints())", tab: str = "plan") -> None:
    """Runs a notebook that shows a view, and waits until the wanted tab stands."""
    lab.open(page, lab.write(f"{name}.ipynb", SHOW + cell))
    lab.run_all(page)
    expect(page.locator(".lj").first).to_be_visible(timeout=60_000)
    page.locator(".lj").first.evaluate("e => e.scrollIntoView({ block: 'start' })")
    if tab != "diff":
        page.locator(f".lj-top [data-tab={tab}]").first.click()
    if tab == "plan":
        page.wait_for_selector(".lj-graph[data-drawn]", state="attached")


def roles(page: Page) -> dict[str, str]:
    """Role of each card that is lit."""
    return page.locator(".lj-op").evaluate_all(
        "cards => Object.fromEntries(cards.filter(c => c.dataset.role).map(c => [c.dataset.operator, c.dataset.role]))"
    )


def expect_roles(page: Page, operator: str, row: int) -> None:
    """The lit cards are those that the source itself says are connected to the row."""
    expected = {name: role for name, (role, rows) in complaints().trace(operator, [row]).items() if len(rows)}
    page.wait_for_selector(f".lj-op[data-operator={operator}][data-role=self]")
    assert roles(page) == expected


def test_the_diff_shows_the_verdict_and_takes_edits(lab, page):
    open_view(lab, page, "diff", tab="diff")
    expect(page.locator(".lj-badge")).to_have_text("Verified: equal on the real inputs and on 24 changed inputs")
    expect(page.locator(".lj .cm-editor .cm-deletedChunk")).to_contain_text("customers = {}")
    expect(page.locator(".lj .cm-changedLine").first).to_contain_text("import lester_jupyter as ld")
    shot(page, "diff")
    page.locator(".lj .cm-line", has_text="countries = ").click()
    page.keyboard.press("Home")
    page.keyboard.type("# dd\n")  # two d's would delete the cell if JupyterLab's shortcuts heard them
    expect(page.locator(".lj-diff")).to_contain_text("Edited by you: your version has not been verified.")
    page.get_by_role("button", name="Accept", exact=True).click()
    expect(page.locator(".lj")).to_have_attribute("data-status", "accepted")
    expect(page.locator(".lj-badge")).to_contain_text("Accepted")
    assert "# dd\\ncountries" in lab.execute(page, "print(seen)")
    expect(page.get_by_role("button", name="Accept", exact=True)).to_be_disabled()


def test_an_unverified_rewrite_shows_its_counterexample_and_takes_a_hint(lab, page):
    cell = "view = show(complaints(), plan={}, status='unverified', verification=protocol('verification'))"
    open_view(lab, page, "unverified", cell, tab="diff")
    expect(page.locator(".lj-badge")).to_have_text("Not verified")
    expect(page.locator(".lj-example p")).to_contain_text("customers.csv: row 3 deleted: row 0 of")
    expect(page.locator(".lj-example tr[data-version=original]")).to_contain_text("('hello', 'UK')")
    expect(page.locator(".lj-example tr[data-version=rewritten] mark")).to_have_text("DE")
    expect(page.locator(".lj-findings li").first).to_contain_text("lines 4–6: A counter runs across rows. Hint: Use")
    for tab in ("plan", "records"):
        expect(page.locator(f".lj-top [data-tab={tab}]")).to_be_disabled()
    shot(page, "unverified")
    page.get_by_label("Hint for the next attempt").fill("keep the last")
    page.get_by_role("button", name="Retry").click()
    expect(page.locator(".lj")).to_have_attribute("data-status", "working")
    assert lab.execute(page, "print(seen)") == "[('retry', 'keep the last')]\n"


def test_the_view_follows_the_work(lab, page):
    cell = "view = show(complaints(), plan={}, rewritten='', verification={}, status='working', progress=protocol('progress'))"
    open_view(lab, page, "working", cell, tab="diff")
    states = page.locator(".lj-progress li").evaluate_all("items => items.map(i => i.dataset.state)")
    assert states == ["done", "running", "waiting"]
    shot(page, "working")
    lab.execute(
        page,
        "source = complaints(); view.set_source(source); view.rewritten = REWRITTEN\n"
        "view.plan = plan_payload(source, plan_id='p2', original=ORIGINAL, rewritten=REWRITTEN)\n"
        "view.verification = {'verified': True, 'changed': 1, 'counterexample': None, 'findings': []}\n"
        "view.status = 'verified'; view.keep_record()",
    )
    expect(page.locator(".lj-badge")).to_have_text("Verified: equal on the real inputs and on 1 changed input")
    expect(page.locator(".lj-progress")).to_have_count(0)
    page.click(".lj-top [data-tab=plan]")
    expect(page.locator(".lj-op")).to_have_count(11)


def test_a_refused_rewrite_says_why(lab, page):
    finding = {"kind": "not-lifted", "severity": "error", "message": "A while loop is not understood.", "lines": [3, 5]}
    verification = {
        "verified": False,
        "changed": 0,
        "counterexample": None,
        "findings": [{**finding, "hint": "Use for."}],
    }
    cell = f"view = show(complaints(), plan={{}}, rewritten='', status='refused', verification={verification!r})"
    open_view(lab, page, "refused", cell, tab="diff")
    expect(page.locator(".lj-badge")).to_have_text("Not rewritten")
    expect(page.locator(".lj-findings")).to_contain_text("lines 3–5: A while loop is not understood. Hint: Use for.")
    expect(page.locator(".lj-plaincode")).to_contain_text("customers = {}")
    expect(page.get_by_role("button", name="Accept", exact=True)).to_be_disabled()
    shot(page, "refused")


def test_a_click_on_a_record_lights_up_what_made_it_and_what_was_made_of_it(lab, page):
    open_view(lab, page, "trace")
    shot(page, "plan")
    page.click(".lj-op[data-operator=o6]")
    expect(page.locator(".lj-inspector")).to_have_attribute("data-operator", "o6")
    page.click(".lj-inspector tr[data-row='2'] td >> nth=2")
    expect_roles(page, "o6", 2)
    expect(page.locator(".lj-op[data-operator=o4] .lj-t2")).to_have_text("▲ 1 of 24 rows")
    expect(page.locator(".lj-op[data-operator=o6] .lj-t2")).to_have_text("◆ 1 of 20 rows")
    expect(page.locator(".lj-edge[data-from=o4][data-to=o5]")).to_have_attribute("data-role", "back")
    dim = page.locator(".lj-op:not([data-role])")
    expect(dim).to_have_count(1)  # the record went into the test part only
    assert dim.evaluate("e => getComputedStyle(e).opacity") == "0.34"
    expect(page.locator(".lj-plan .lj-status")).to_have_text(re.compile("row 2 of .*: 5 operators up, 4 down"))
    expect(page.locator(".lj-inspector tr[data-row='2']")).to_have_attribute("data-role", "self")
    shot(page, "trace")
    page.keyboard.press("Escape")
    expect(page.locator(".lj-op[data-role]")).to_have_count(0)


def test_the_trace_is_followed_through_tables_values_and_code(lab, page):
    open_view(lab, page, "journey")
    page.click(".lj-op[data-operator=o3]")
    page.click(".lj-inspector tr[data-row='0'] td >> nth=1")
    expect_roles(page, "o3", 0)
    page.click(".lj-op[data-operator=o6]")
    traced = complaints().trace("o3", [0])["o6"][1]
    expect(page.locator(".lj-inspector .lj-ticks")).to_have_attribute("data-ticks", str(len(traced)))
    page.get_by_label("only traced").first.check()
    expect(page.locator(".lj-inspector tbody tr")).to_have_count(len(traced))
    expect(page.locator(".lj-inspector tbody tr[data-row]")).to_have_count(len(traced))  # they come from the kernel
    shown = page.locator(".lj-inspector tbody tr").evaluate_all("rows => rows.map(r => Number(r.dataset.row))")
    assert shown == traced.tolist()
    page.click(".lj-inspector [data-tab=trace]")
    steps = page.locator(".lj-inspector .lj-journey li")
    expect(steps.first).to_contain_text("email=bo0@example.org")
    assert steps.evaluate_all("items => items.map(i => i.dataset.operator)") == sorted(
        complaints().trace("o3", [0]), key=lambda name: int(name[1:])
    )
    assert page.locator(".lj-journey li[data-operator=o7] .lj-field").first.text_content().startswith("title=")
    shot(page, "journey")
    page.click(".lj-inspector [data-tab=code]")
    line = page.locator(".lj-lines[data-version=original] [data-line='12']")
    expect(line).to_have_attribute("data-role", "forward")
    expect(line).to_have_attribute("data-picked", "")
    expect(page.locator(".lj-lines[data-version=rewritten] [data-line='8']")).to_have_attribute("data-picked", "")
    page.locator(".lj-lines[data-version=rewritten] [data-line='9']").click()
    expect(page.locator(".lj-inspector")).to_have_attribute("data-operator", "o7")
    expect(page.locator(".lj-op[data-operator=o7]")).to_have_attribute("aria-pressed", "true")
    shot(page, "code")


def test_a_column_is_followed_by_value_and_by_control(lab, page):
    open_view(lab, page, "columns")
    page.click(".lj-op[data-operator=o7]")
    page.click(".lj-inspector [data-tab=columns]")
    expect(page.locator(".lj-columns [data-column=title]")).to_contain_text("from subject")
    page.click(".lj-columns [data-column=title]")
    expect(page.locator(".lj-op[data-operator=o4]")).to_have_attribute("data-role", "value")
    expect(page.locator(".lj-op[data-operator=o4] .lj-t2")).to_contain_text("subject")
    expect(page.locator(".lj-op[data-operator=o2]")).to_have_attribute("data-role", "control")
    expect(page.locator(".lj-op[data-operator=o9]")).to_have_attribute("data-role", "value")
    dashes = page.locator(".lj-op[data-operator=o2] .lj-rim").evaluate("e => getComputedStyle(e).strokeDasharray")
    assert dashes != "none"
    shot(page, "columns")


def test_the_keyboard_alone_traces_a_record(lab, page):
    open_view(lab, page, "keyboard")
    page.locator(".lj-op[tabindex='0']").focus()
    page.keyboard.press("ArrowUp")  # from a split to the select above it
    page.keyboard.press("ArrowUp")
    focused = page.evaluate("document.activeElement.dataset.operator")
    assert focused == "o8"
    page.keyboard.press("Enter")
    expect(page.locator(".lj-inspector table")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect_roles(page, "o8", 2)
    shot(page, "keyboard")
    page.keyboard.press("/")
    expect(page.get_by_label("Find operator or column")).to_be_focused()
    page.keyboard.type("mails")
    expect(page.locator(".lj-op[data-found=true]")).to_have_count(1)
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.dataset.operator") == "o4"
    page.keyboard.press("Escape")
    expect(page.locator(".lj-op[data-role]")).to_have_count(0)
    before = float(page.locator(".lj-svg").get_attribute("data-scale"))
    assert before >= 0.8
    page.keyboard.press("+")
    assert float(page.locator(".lj-svg").get_attribute("data-scale")) > before
    assert (
        lab.execute(page, "print(len(view.plan['operators']))") == "11\n"
    )  # the notebook was not changed by a shortcut
    assert page.locator(".jp-Cell").count() == 1


def test_the_wheel_scrolls_the_page_and_zooms_with_control_only(lab, page):
    open_view(lab, page, "wheel")
    scale = lambda: float(page.locator(".lj-svg").get_attribute("data-scale"))
    before = scale()
    page.hover(".lj-op[data-operator=o6]")
    page.mouse.wheel(0, 60)
    assert scale() == before
    page.keyboard.down("Control")
    page.mouse.wheel(0, -120)
    page.keyboard.up("Control")
    page.wait_for_function("before => Number(document.querySelector('.lj-svg').dataset.scale) > before", arg=before)
    page.mouse.down()
    page.mouse.move(700, 500, steps=5)
    page.mouse.up()
    expect(page.locator(".lj-inspector")).not_to_have_attribute("data-operator", "o6")  # a drag is no click


HOSTILE = """
evil = "<img src=x onerror='window.hacked=1'><script>window.hacked=1</script>"
source = complaints(first_subject=evil)
source.tables["o6"].loc[1, "subject"] = "x" * 1_000_000
source.tables["o6"].loc[2, "subject"] = "\u05e9\u05dc\u05d5\u05dd abc \u202eevil"
source.tables["o6"].loc[3, "subject"] = "\\U0001F469\u200d\\U0001F52C tab\\there\\nnew line"
source.tables["o6"].loc[4, "subject"] = None
import dataclasses
operators = source.plan.operators
operators[0] = dataclasses.replace(operators[0], label=evil, columns=[evil, *operators[0].columns[1:]])
view = show(source, title=evil, message=evil)
"""


def test_hostile_values_are_text(lab, page):
    open_view(lab, page, "hostile", HOSTILE)
    page.click(".lj-op[data-operator=o6]")
    cell = lambda row: page.locator(f".lj-inspector tr[data-row='{row}'] td").nth(3)
    expect(cell(0)).to_have_text("<img src=x onerror='window.hacked=1'><script>window.hacked=1</script>")
    expect(cell(1)).to_contain_text("… 1,000,000 characters")
    expect(cell(2)).to_have_text("שלום abc ⟨U+202E⟩evil")
    expect(cell(3)).to_contain_text("tab⇥here↵new line")
    expect(cell(4)).to_have_text("∅")
    heights = page.locator(".lj-inspector tbody tr").evaluate_all("rows => rows.map(r => r.offsetHeight)")
    assert set(heights) == {24}
    cell(0).click()
    page.click(".lj-inspector [data-tab=trace]")
    expect(page.locator(".lj-inspector .lj-journey")).to_contain_text("<img src=x")
    page.click(".lj-op[data-operator=o1]")
    for tab in ("records", "columns", "code"):
        page.click(f".lj-inspector [data-tab={tab}]")
    page.click(".lj-inspector [data-tab=records]")
    shot(page, "hostile")
    assert page.locator(".lj img, .lj script").count() == 0
    assert page.evaluate("window.hacked") is None


def test_a_million_rows_are_scrolled_and_traced(lab, page):
    open_view(lab, page, "million", "view = show(big())")
    page.click(".lj-op[data-operator=o1]")
    scroller = page.locator(".lj-inspector .lj-scroller")
    scroller.evaluate("e => { e.scrollTop = e.scrollHeight; }")
    last = page.locator(".lj-inspector tr[data-row='999999']")
    expect(last.locator("td").first).to_have_text("999999")
    assert scroller.evaluate("e => e.scrollHeight") <= 8_000_000
    last.locator("td").first.click()
    expect(page.locator(".lj-op[data-operator=o2] .lj-t2")).to_have_text("▼ 1 of 333k rows")
    page.click(".lj-op[data-operator=o2]")
    expect(page.locator(".lj-inspector tr[data-row='333333']")).to_have_attribute("data-role", "forward")
    shot(page, "million")
    took = page.evaluate(
        """async () => {
          const cell = document.querySelector(".lj-inspector tr[data-role] td");
          const start = performance.now();
          cell.click();
          const done = () => document.querySelector(".lj-op[data-operator=o2][data-role=self]");
          while (!done()) await new Promise(requestAnimationFrame);
          return performance.now() - start;
        }"""
    )
    print(f"\nclick to light at 1M rows: {took:.0f} ms")
    assert took < 2000


def test_the_dark_theme_is_followed(lab, page):
    open_view(lab, page, "dark")
    page.click(".lj-op[data-operator=o6]")
    page.click(".lj-inspector tr[data-row='2'] td >> nth=2")
    page.evaluate("window.jupyterapp.commands.execute('apputils:change-theme', { theme: 'JupyterLab Dark' })")
    try:
        expect(page.locator(".lj")).to_have_attribute("data-theme", "dark", timeout=20_000)
        page.wait_for_timeout(300)
        shot(page, "dark")
        page.click(".lj-top [data-tab=diff]")
        page.wait_for_timeout(300)
        shot(page, "dark-diff")
        background = page.locator(".lj .cm-editor").evaluate("e => getComputedStyle(e).backgroundColor")
        assert background == "rgb(17, 20, 24)"
        assert violations(page) == []
    finally:
        page.evaluate("window.jupyterapp.commands.execute('apputils:change-theme', { theme: 'JupyterLab Light' })")
    expect(page.locator(".lj")).to_have_attribute("data-theme", "light", timeout=20_000)


def test_a_narrow_view_is_a_list(lab, browser: Browser):
    page = browser.new_page(viewport={"width": 520, "height": 900})
    page.set_default_timeout(30_000)
    open_view(lab, page, "narrow")
    page.evaluate("window.jupyterapp.shell.collapseLeft(); window.jupyterapp.shell.collapseRight()")
    expect(page.locator(".lj-plan")).to_have_attribute("data-narrow", "")
    expect(page.locator(".lj-graph")).to_be_hidden()
    items = page.locator(".lj-outline button")
    expect(items).to_have_count(11)
    expect(items.nth(5)).to_contain_text("inner on sender = email")
    expect(items.nth(5)).to_contain_text("← 5, 3")
    background = lambda: items.nth(3).evaluate("e => getComputedStyle(e).backgroundColor")
    before = background()
    items.nth(5).click()
    page.click(".lj-inspector tr[data-row='2'] td >> nth=0")
    expect(page.locator(".lj-outline [data-operator=o4]")).to_have_attribute("data-role", "back")
    expect(page.locator(".lj-outline [data-operator=o4]")).to_contain_text("▲ 1 of 24 rows")
    assert background() != before
    page.locator(".lj").evaluate("e => e.scrollIntoView({ block: 'start' })")
    shot(page, "narrow")
    page.close()


def test_the_records_tab_shows_tables_and_the_journey(lab, page):
    open_view(lab, page, "records", tab="records")
    page.get_by_label("Table", exact=True).select_option("o6")
    page.click(".lj-table-view tr[data-row='2'] td >> nth=2")
    expect(page.locator(".lj-table-view .lj-journey li")).to_have_count(10)
    expect(page.locator(".lj-table-view tr[data-row='2']")).to_have_attribute("data-role", "self")
    shot(page, "records")


def test_views_of_one_page_share_the_modules_and_one_plan_its_layout(lab, page):
    open_view(lab, page, "shared", "view = show(complaints()); show(complaints()); view.show()")
    expect(page.locator(".lj")).to_have_count(3)
    expect(page.locator(".lj-graph[data-drawn='11']")).to_have_count(3)
    shared = page.evaluate("[...globalThis.__lester_jupyter__.keys()].sort().map(k => k.replace(/ [0-9a-f]{12}$/, ''))")
    assert shared == ["asset rewrite-core.js", "asset viz.js", "core", "graphviz"]
    kept = lab.execute(page, "print(sorted(view.plan['layout']['nodes']))")
    assert kept == f"{sorted(f'o{i}' for i in range(1, 12))}\n"


def test_a_kernel_that_is_gone_is_said(lab, page):
    open_view(lab, page, "restarted")
    expect(page.locator(".lj-inspector tr[data-row]").first).to_be_visible()  # what was asked is answered
    page.evaluate("window.jupyterapp.shell.currentWidget.context.sessionContext.session.kernel.restart()")
    page.wait_for_timeout(1500)
    page.click(".lj-op[data-operator=o10]")
    rows = page.locator(".lj-inspector tbody tr")
    expect(rows.first).to_be_visible()
    if rows.first.get_attribute("data-row"):
        page.click(".lj-inspector tr[data-row='0'] td >> nth=0")
        expect(page.locator(".lj-plan .lj-status")).to_contain_text("kernel", timeout=10_000)


@pytest.mark.skipif(not AXE.exists(), reason="needs npm ci in js/")
def test_axe_finds_nothing(lab, page):
    open_view(lab, page, "axe", tab="diff")
    assert violations(page) == []
    page.click(".lj-top [data-tab=plan]")
    page.wait_for_selector(".lj-graph[data-drawn]")
    page.click(".lj-op[data-operator=o6]")
    page.click(".lj-inspector tr[data-row='2'] td >> nth=2")
    page.wait_for_selector(".lj-op[data-role=self]")
    for tab in ("records", "trace", "columns", "code"):
        page.click(f".lj-inspector [data-tab={tab}]")
        assert violations(page) == [], tab
    page.click(".lj-top [data-tab=records]")
    assert violations(page) == []
