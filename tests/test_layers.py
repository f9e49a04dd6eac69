"""The house's layers and sizes, checked by machine."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "lester_jupyter"
CORE = sorted(p for layer in ("plan", "lineage", "engines", "frame") for p in (PACKAGE / layer).rglob("*.py"))


def test_layers_import_only_downward() -> None:
    pytest.importorskip("importlinter")
    script = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("layer", sorted(p.stem for p in PACKAGE.iterdir() if p.suffix == ".py" or p.is_dir()))
def test_every_part_of_the_package_has_its_layer(layer: str) -> None:
    if layer in {"__init__", "__pycache__", "static", "labextension", "py"}:
        return
    assert f'"{layer}"' in _layers() or f'"({layer})"' in _layers() or layer in {"errors", "_version"}


def _layers() -> str:
    return (ROOT / "pyproject.toml").read_text().split("layers = [")[1].split("]")[0]


def test_the_plan_is_readable_without_pandas() -> None:
    """Whatever reads a plan (a viewer, a CI job) needs the standard library only; the package's front door is separate."""
    imported = {
        name.split(".")[0]
        for path in (PACKAGE / "plan").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        for name in _imports(node)
    }
    assert imported <= set(sys.stdlib_module_names) | {"lester_jupyter"}


def _imports(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [a.name for a in node.names]
    return [node.module or ""] if isinstance(node, ast.ImportFrom) else []


@pytest.mark.parametrize("path", CORE, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_modules_of_the_core_stay_small_and_say_what_they_are_for(path: Path) -> None:
    text = path.read_text()
    assert len(text.splitlines()) < 400
    assert ast.get_docstring(ast.parse(text))
    assert "import *" not in text


@pytest.mark.parametrize("path", [p for p in CORE if p.name == "__init__.py"], ids=lambda p: p.parent.name)
def test_packages_of_the_core_hold_no_logic(path: Path) -> None:
    allowed = (ast.Import, ast.ImportFrom, ast.Assign, ast.Expr)
    assert all(isinstance(node, allowed) for node in ast.parse(path.read_text()).body)
