"""`lester-jupyter demo`: lays out the running example, executes its notebooks, and prints what happened."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nbformat import NotebookNode

NOTEBOOKS = ("01_rewrite.ipynb", "02_pipeline.ipynb")


class DemoError(Exception):
    """The demo cannot be shown; the message says why and what to do."""


def demo(directory: Path, *, only_files: bool = False) -> int:
    """Runs the demo.

    Args:
        directory: where the notebook, its data and the HTML export go.
        only_files: lays them out and executes nothing.

    Raises:
        DemoError: the notebook, or what executes it, is not there; or a cell failed.
    """
    directory.mkdir(parents=True, exist_ok=True)
    notebooks = [directory / name for name in NOTEBOOKS]
    for notebook in notebooks:
        if not (only_files and notebook.exists()):  # do not undo what somebody changed in the copy they look at
            shutil.copyfile(_shipped(notebook.name), notebook)
    if only_files:
        print(f"The notebooks are {' and '.join(map(str, notebooks))}.")
        return 0
    for notebook in notebooks:
        print(f"Executing {notebook} …", file=sys.stderr)
        executed = _execute(notebook)
        print(_outputs(executed))
        print(f"\nThe executed notebook as a page: {_export(executed, notebook)}\n")
    print("To click through the plans yourself: make lab   (or: jupyter lab " + str(directory) + ")")
    return 0


def _shipped(name: str) -> Path:
    package = Path(__file__).resolve().parent.parent
    for folder in (package / "notebooks", package.parent / "notebooks"):
        if (folder / name).exists():
            return folder / name
    raise DemoError(f"{name} was not installed. Run the demo from a checkout: make demo")


def _execute(path: Path) -> NotebookNode:
    try:
        import nbformat
        from nbclient import NotebookClient
        from nbclient.exceptions import CellExecutionError
    except ImportError as error:
        raise DemoError(f"{error.name} is missing. Install it: pip install 'lester_jupyter[lab]'") from error
    book: NotebookNode = nbformat.read(path, as_version=4)
    client = NotebookClient(
        book,
        timeout=600,
        kernel_name="python3",
        store_widget_state=False,
        resources={"metadata": {"path": path.parent}},
    )
    try:
        client.execute()
    except CellExecutionError as error:
        raise DemoError(f"A cell of {path} failed.\n{error}") from error
    nbformat.write(book, path)
    return book


def _outputs(book: NotebookNode) -> str:
    """What the code cells printed, as plain text, each below its first line."""
    parts = []
    for cell in book.cells:
        if cell.cell_type != "code" or not cell.outputs:
            continue
        texts = [o.get("text") or o.get("data", {}).get("text/plain", "") for o in cell.outputs]
        shown = "\n".join(t.rstrip("\n") for t in texts if t.strip())
        if shown:
            parts.append(f"── In [{cell.execution_count}]: {cell.source.splitlines()[0]}\n{shown}")
    return "\n\n".join(parts)


def _export(book: NotebookNode, notebook: Path) -> Path:
    from nbconvert import HTMLExporter

    body, _ = HTMLExporter().from_notebook_node(book)
    page = notebook.with_suffix(".html")
    page.write_text(body, encoding="utf-8")
    return page
