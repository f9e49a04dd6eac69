"""One JupyterLab and one Chromium for all browser tests; skipped (or, in CI, failed) where there is no Chromium."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from lab import CHROMIUM, FLAGS, Lab, running_lab
from playwright.sync_api import Browser, Page, sync_playwright

from lester_jupyter.widgets import assets

sys.path.append(str(Path(__file__).parent.parent / "widgets"))  # view_source, shared with the tests of the widgets


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    missing = []
    if not Path(CHROMIUM).exists():
        missing.append(f"{CHROMIUM} is missing (Debian: apt-get install chromium fonts-dejavu)")
    if not assets.built():
        missing.append(assets.HINT)
    if missing and os.environ.get("CI"):
        pytest.fail("; ".join(missing))
    if missing:
        pytest.skip("; ".join(missing))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def lab(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    root, home = tmp_path_factory.mktemp("notebooks"), tmp_path_factory.mktemp("home")
    with running_lab(root, home) as lab:
        yield lab


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 1440, "height": 1000})
    page.set_default_timeout(30_000)
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    yield page
    page.evaluate("window.jupyterapp?.serviceManager.sessions.shutdownAll()")
    page.close()
    assert problems == []
