"""The run of a pipeline in a real JupyterLab: from a customer's record to the model that learned from it."""

from __future__ import annotations

import json

import pytest
from lab import AXE, ROOT, shot, violations
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

RUN = """
%load_ext lester_jupyter
import numpy as np
import pandas as pd
import lester_jupyter as ld
from sklearn.compose import ColumnTransformer
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import OneHotEncoder, StandardScaler

rng = np.random.default_rng(0)
customers = pd.DataFrame({
    "id": np.arange(40), "country": rng.choice(["UK", "DE", "FR", "US"], 40), "level": rng.choice(["gold", "basic"], 40)
})
mails = pd.DataFrame({
    "customer": rng.integers(0, 40, 300),
    "subject": rng.choice(["urgent question please", "thanks a lot", "my account is gone"], 300),
    "length": rng.normal(400, 90, 300).round(),
    "opened": rng.random(300) < 0.6,
})

def prepare(customers, mails):
    return mails.join(customers.filter("country != 'US'"), left_on="customer", right_on="id")

pipeline = ld.Pipeline(
    "opened mails",
    prepare=prepare,
    label="opened",
    encode=ColumnTransformer([
        ("who", OneHotEncoder(), ["country", "level"]),
        ("text", TfidfVectorizer(), "subject"),
        ("size", StandardScaler(), ["length"]),
    ]),
    model=LogisticRegression(),
)
run = pipeline.run(sources={"customers": customers, "mails": mails})
run
"""

# Where Python says that a record of the customers, or a mail, went.
TRACED = """
import json
from lester_jupyter.magic.source import source_of
source = source_of(run)
kinds = {{o.id: o.kind for o in source.plan.operators}}
print(json.dumps({{kinds[k] + ' ' + k: [role, len(rows)] for k, (role, rows) in source.trace({table!r}, [{row}]).items()}}))
"""


def open_run(lab, page: Page) -> None:
    lab.open(page, lab.write("run.ipynb", RUN))
    lab.run_all(page)
    page.wait_for_selector(".lj-graph[data-drawn]", timeout=90_000)
    page.locator(".lj").evaluate("e => e.scrollIntoView({ block: 'start' })")


def card(page: Page, kind: str, nth: int = 0):
    return page.locator(f".lj-op[data-kind={kind}]").nth(nth)


def test_a_customer_is_followed_to_the_model(lab, page):
    open_run(lab, page)
    expect(page.locator(".lj-top [role=tab]")).to_have_text(["Plan", "Records"])
    expect(page.locator(".lj-badge")).to_have_count(0)
    # encoders of one fit share a card, beside the side of the split that they belong to
    expect(card(page, "concat_features")).to_contain_text("4 columns → 15 features")
    expect(page.locator(".lj-op[data-kind=fit_transform]")).to_have_count(0)
    expect(page.locator(".lj-encoder")).to_have_count(6)
    expect(page.locator(".lj-lane")).to_have_count(2)
    assert page.locator(".lj-edge[data-fits]").count() == 4  # fit → fit, label → fit, encoders and model → test side
    shot(page, "run-plan")

    customers = page.locator(".lj-op[data-kind=scan]", has_text="customers")
    customers.click()
    page.click(".lj-inspector tr[data-row='1'] td >> nth=1")
    page.wait_for_selector(".lj-op[data-kind=scan][data-role=self]")
    shot(page, "run-trace")
    table = customers.get_attribute("data-operator")
    expected = json.loads(lab.execute(page, TRACED.format(table=table, row=1)))
    lit = page.locator(".lj-op").evaluate_all(
        "cards => Object.fromEntries(cards.filter(c => c.dataset.role)"
        ".map(c => [`${c.dataset.kind} ${c.dataset.operator}`, c.dataset.role]))"
    )
    on_cards = {k: role for k, (role, _) in expected.items() if k.split()[0] not in {"fit_transform", "transform"}}
    assert lit == on_cards
    expect(page.locator(".lj-plan .lj-status")).to_contain_text("reaches train, test and the model")
    model = card(page, "fit_model")
    expect(model).to_have_attribute("data-role", "forward")
    expect(model).to_have_attribute("data-tier", "through")
    expect(model.locator(".lj-t2")).to_have_text("▼ uses it")

    page.click(".lj-inspector [data-tab=trace]")
    expect(page.locator(".lj-inspector .lj-journey li")).to_have_count(len(on_cards))
    expect(page.locator(".lj-inspector .lj-journey li[data-tier]")).to_have_count(2)
    shot(page, "run-journey")
    page.click(".lj-inspector [data-tab=records]")
    model.click()
    expect(page.locator(".lj-inspector tbody tr")).to_have_count(1)
    expect(page.locator(".lj-inspector tbody tr td").first).to_have_text("LogisticRegression")
    page.locator(".lj-encoder", has_text="TfidfVectorizer").first.click()
    expect(page.locator(".lj-inspector thead")).to_contain_text("urgent")
    shot(page, "run-features")
    expect(page.locator(".lj-inspector [role=tab]")).to_have_text(["Records", "Trace", "Columns"])  # there is no code
    if AXE.exists():
        assert violations(page) == []
    page.get_by_title("Draw left to right").click()
    page.get_by_title("Show all (0)").click()
    shot(page, "run-sideways")


def test_a_record_of_the_train_side_reaches_the_model_and_no_prediction(lab, page):
    open_run(lab, page)
    train = page.locator(".lj-op[data-kind=split]", has_text="train")
    train.click()
    page.click(".lj-inspector tr[data-row='0'] td >> nth=1")
    page.wait_for_selector(".lj-op[data-kind=split][data-role=self]")
    expect(card(page, "fit_model")).to_have_attribute("data-role", "forward")
    expect(card(page, "predict")).not_to_have_attribute("data-role", "forward")
    # the edge over which the test side gets what was learned is not a record's way
    assert page.locator(".lj-edge[data-fits][data-role]").count() == 2

    card(page, "predict").click()
    page.click(".lj-inspector tr[data-row='0'] td >> nth=0")
    page.wait_for_selector(".lj-op[data-kind=predict][data-role=self]")
    expect(card(page, "fit_model")).not_to_have_attribute("data-role", "back")
    expect(page.locator(".lj-op[data-kind=scan][data-role=back]")).to_have_count(2)
    page.click(".lj-inspector thead button[data-column=prediction]")
    expect(card(page, "fit_model")).to_have_attribute("data-role", "fit")
    expect(train).to_have_attribute("data-role", "fit")
    shot(page, "run-column")


@pytest.mark.skipif(
    not (ROOT / "lester_jupyter" / "labextension" / "package.json").exists(),
    reason="The JupyterLab extension is not built. Hint: run `pip install -e .`",
)
def test_a_reopened_notebook_shows_the_plan_without_its_kernel(lab, page):
    open_run(lab, page)
    expect(page.locator(".lester-output")).to_have_attribute("data-state", "live")
    lab.save(page)
    page.evaluate("window.jupyterapp.serviceManager.sessions.shutdownAll()")
    page.goto("about:blank")
    lab.open(page, "run.ipynb", workspace="run-again")
    record = page.locator(".lester-output .lester-record")
    expect(record).to_contain_text("4 columns → 15 features")
    expect(page.get_by_text("model not found")).to_have_count(0)
    record.evaluate("e => e.scrollIntoView({ block: 'start' })")
    shot(page, "run-reopened")
