"""The built front end: the small module saved with every widget, and the large ones sent once a page."""

from __future__ import annotations

import gzip
from functools import lru_cache
from pathlib import Path

from lester_jupyter.errors import UsageError

STATIC = Path(__file__).parent.parent / "static"
SENT = ("rewrite-core.js", "viz.js")
"""Modules a view may ask for; nothing else of the file system can be reached."""

HINT = "The interactive view is not built. Hint: run `pip install -e .` (or `npm ci && npm run build` in js/)."

_MISSING = "export default { render({ el }) { el.textContent = %r; } };\n"


def built() -> bool:
    """Tells whether every module of the view is there; a source checkout without a build has none."""
    return all((STATIC / name).is_file() for name in ("rewrite.js", "rewrite.css", *SENT))


def module() -> str:
    """Returns the module that anywidget saves with each widget."""
    return (STATIC / "rewrite.js").read_text(encoding="utf-8") if built() else _MISSING % HINT


def style() -> str:
    """Returns the style sheet that anywidget saves with each widget."""
    return (STATIC / "rewrite.css").read_text(encoding="utf-8") if built() else ""


def packed(name: str) -> bytes:
    """Returns a module gzipped.

    Raises:
        UsageError: it is not one of the view's modules, or the view is not built.
    """
    if name not in SENT:
        raise UsageError(f"There is no asset {name!r}.", available=SENT)
    path = STATIC / name
    if not path.is_file():
        raise UsageError(HINT)
    return _packed(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=4)
def _packed(path: Path, _modified: int) -> bytes:
    return gzip.compress(path.read_bytes(), compresslevel=9, mtime=0)
