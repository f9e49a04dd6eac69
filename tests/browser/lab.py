"""A real JupyterLab and a real Chromium for the browser tests."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page

ROOT = Path(__file__).parent.parent.parent
ARTIFACTS = ROOT / "tests" / "artifacts"
AXE = ROOT / "js" / "node_modules" / "axe-core" / "axe.min.js"
CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
START_LIMIT = 90

# The notebook is there, its session is ready and its kernel idle.
_READY = """name => {
  const widget = window.jupyterapp?.shell.currentWidget;
  if (widget?.context?.path !== name) return false;
  const session = widget.context.sessionContext;
  return session?.isReady && session?.session?.kernel?.status === "idle";
}"""


_EXECUTE = """async code => {
  const { kernel } = window.jupyterapp.shell.currentWidget.context.sessionContext.session;
  const future = kernel.requestExecute({ code, store_history: false });
  let text = "";
  future.onIOPub = ({ header, content }) => {
    if (header.msg_type === "stream") text += content.text;
    if (header.msg_type === "error") text += content.evalue;
  };
  await future.done;
  return text;
}"""


@dataclass(frozen=True)
class Lab:
    """A running JupyterLab: its address, and the directory it serves."""

    url: str
    root: Path

    def write(self, name: str, *sources: str) -> str:
        """Writes a notebook with these code cells and returns its name."""
        cells = [
            {"cell_type": "code", "id": f"c{i}", "metadata": {}, "execution_count": None, "outputs": [], "source": text}
            for i, text in enumerate(sources)
        ]
        kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
        notebook = {"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": kernel}, "cells": cells}
        (self.root / name).write_text(json.dumps(notebook), encoding="utf-8")
        return name

    def open(self, page: Page, name: str, workspace: str = "") -> None:
        """Opens a notebook in a workspace of its own and waits until its kernel is idle."""
        page.goto(f"{self.url}/lab/workspaces/{workspace or Path(name).stem}/tree/{name}")
        page.wait_for_function(_READY, arg=name, timeout=60_000)

    def run_all(self, page: Page) -> None:
        """Runs all cells, without waiting for their end."""
        page.evaluate("void window.jupyterapp.commands.execute('notebook:run-all-cells')")

    def execute(self, page: Page, code: str) -> str:
        """Runs code in the notebook's kernel, past its cells, and returns what it printed."""
        return str(page.evaluate(_EXECUTE, code))

    def save(self, page: Page) -> None:
        """Saves the notebook."""
        page.evaluate("window.jupyterapp.commands.execute('docmanager:save')")


@contextmanager
def running_lab(root: Path, home: Path) -> Iterator[Lab]:
    """Starts JupyterLab on a free port, with a configuration of its own, and stops it in the end."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    places = {
        "HOME": home,
        "JUPYTER_CONFIG_DIR": home / "config",
        "JUPYTER_DATA_DIR": home / "data",
        "JUPYTER_RUNTIME_DIR": home / "runtime",
        "JUPYTERLAB_SETTINGS_DIR": home / "settings",
        "JUPYTERLAB_WORKSPACES_DIR": home / "workspaces",
        "IPYTHONDIR": home / "ipython",
        "JUPYTER_PATH": _with_extension(home / "path"),
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests" / "widgets")]),
    }
    notifications = home / "settings" / "@jupyterlab" / "apputils-extension"
    notifications.mkdir(parents=True)
    (notifications / "notification.jupyterlab-settings").write_text('{"fetchNews": "false"}')
    options = [
        "--no-browser",
        "--allow-root",
        "--ip=127.0.0.1",
        f"--port={port}",
        f"--ServerApp.root_dir={root}",
        "--IdentityProvider.token=",
        "--ServerApp.password=",
        "--ServerApp.disable_check_xsrf=True",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--expose-app-in-browser",
    ]
    log = home / "lab.log"
    environment = {**os.environ, **{key: str(value) for key, value in places.items()}}
    with log.open("w") as out:
        server = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", *options], env=environment, stdout=out, stderr=subprocess.STDOUT
        )
    try:
        _wait(f"http://127.0.0.1:{port}/api/status", server, log)
        yield Lab(f"http://127.0.0.1:{port}", root)
    finally:
        server.terminate()
        server.wait(20)


def _with_extension(path: Path) -> Path:
    """Makes the checkout's own build of the JupyterLab extension the first one that is found."""
    (path / "labextensions").mkdir(parents=True)
    (path / "labextensions" / "lester-jupyter").symlink_to(ROOT / "lester_jupyter" / "labextension")
    return path


def _wait(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + START_LIMIT
    while time.monotonic() < end:
        if server.poll() is not None:
            break
        try:
            urllib.request.urlopen(url, timeout=1).close()
        except OSError:
            time.sleep(0.3)
        else:
            return
    raise RuntimeError(f"JupyterLab did not start:\n{log.read_text()}")


def shot(page: Page, name: str) -> Path:
    """Takes a screenshot of the whole window into the artifacts."""
    ARTIFACTS.mkdir(parents=True, exist_ok=True)
    path = ARTIFACTS / f"{name}.png"
    page.screenshot(path=path)
    return path


def violations(page: Page) -> list[str]:
    """What axe-core finds in the view, one line each."""
    page.add_script_tag(path=AXE)
    found = page.evaluate("async () => (await axe.run('.lj')).violations")
    return [f"{v['id']}: {n['html'][:120]} {n['failureSummary'][:200]}" for v in found for n in v["nodes"]]
