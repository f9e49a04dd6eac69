"""Copies of the user's input files for the sandbox: the originals are read once and never written.

tree = InputTree(Path("."), sandbox, code)
with tree.laid({"mails.csv": b"..."}) as work:
    sandbox.run(Job(code, work=work, place=tree.directory))
"""

from __future__ import annotations

import ast
import os
import shutil
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from lester_jupyter.rewriting.sandbox.sandbox import Sandbox

_SKIPPED = frozenset({"__pycache__", "node_modules", "venv", "env", "site-packages"})
_WHOLE_BYTES = 64 * 2**20
_WHOLE_FILES = 2000
_LARGEST_FILE = 2 * 2**30
_LINKED_FROM = 256 * 1024  # unchanged files at least as large are linked to one read-only copy, not copied per version


class InputTree:
    """The files of a directory that some code may read.

    Args:
        directory: the working directory of the notebook.
        sandbox: whose scratch directory takes the copies.
        code: where the directory is too large to copy, only files that this code seems to name are copied.
    """

    def __init__(self, directory: Path, sandbox: Sandbox, code: str) -> None:
        self.directory = directory.resolve()
        self._sandbox = sandbox
        self._base = (
            sandbox.root
            / "base"
            / str(len(list((sandbox.root / "base").glob("*"))) if (sandbox.root / "base").exists() else 0)
        )
        self._base.mkdir(parents=True)
        self._names = tuple(self._choose(code))
        for name in self._names:
            target = self._base / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(self.directory / name, target)

    @property
    def names(self) -> tuple[str, ...]:
        """The copied files, relative to the directory."""
        return self._names

    def read(self, name: str) -> bytes:
        """The bytes of one input as the user has it."""
        return (self._base / name).read_bytes()

    def outside(self, reads: Collection[str]) -> dict[str, bytes]:
        """The files that were read elsewhere (`../data/mails.csv`), by absolute path."""
        found = {name: Path(name) for name in reads if os.path.isabs(name)}  # noqa: PTH117
        return {
            name: path.read_bytes()
            for name, path in found.items()
            if path.is_file() and path.stat().st_size <= _WHOLE_BYTES and self.directory not in path.parents
        }

    def keep_only(self, names: Collection[str]) -> None:
        """Forgets large files that the original turned out not to read, so that versions are quick to lay.

        Small files stay: code that lists the directory must find what it found.
        """
        large = {name for name in self._names if (self._base / name).stat().st_size >= _LINKED_FROM}
        self._names = tuple(name for name in self._names if name not in large or name in names)

    @contextmanager
    def laid(self, changes: Mapping[str, bytes] | None = None, *, link: bool = True) -> Iterator[Path]:
        """A directory with one version of the inputs, removed afterwards.

        Args:
            changes: files whose bytes differ in this version.
            link: False copies large files too, because the code may write them.
        """
        changes = changes or {}
        work = self._sandbox.directory()
        try:
            for name in self._names:
                target = work / name
                target.parent.mkdir(parents=True, exist_ok=True)
                source = self._base / name
                if name in changes:
                    target.write_bytes(changes[name])
                elif link and source.stat().st_size >= _LINKED_FROM:
                    target.symlink_to(source)
                else:
                    shutil.copyfile(source, target)
            yield work
        finally:
            shutil.rmtree(work, ignore_errors=True)

    def _choose(self, code: str) -> list[str]:
        found: dict[str, int] = {}
        for name, size in _walk(self.directory):
            found[name] = size
            if len(found) > _WHOLE_FILES * 10:
                break
        if len(found) <= _WHOLE_FILES and sum(found.values()) <= _WHOLE_BYTES:
            return sorted(found)
        pieces = _text_pieces(code)
        return sorted(name for name, size in found.items() if size <= _LARGEST_FILE and _named(name, pieces))


def _walk(directory: Path) -> Iterator[tuple[str, int]]:
    for folder, folders, files in os.walk(directory):
        folders[:] = sorted(f for f in folders if not f.startswith(".") and f not in _SKIPPED)
        for file in sorted(files):
            path = Path(folder) / file
            if path.is_file() and not file.startswith("."):
                yield str(path.relative_to(directory)), path.stat().st_size


def _text_pieces(code: str) -> set[str]:
    """Every string of the code, and the fixed parts of its f-strings: what file names could be made of."""
    try:
        tree = ast.parse(code)
    except SyntaxError:
        return set()
    return {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value
    }


def _named(name: str, pieces: set[str]) -> bool:
    file = Path(name)
    if file.suffix == ".py" and file.parent == Path():  # modules beside the notebook
        return True
    stem = file.name.rstrip("0123456789")
    for piece in pieces:
        parts = [part for part in Path(piece.replace("*", "/")).name.split("{") if len(part) >= 3]
        if (
            file.name in piece
            or piece in {file.name, name}
            or any(part in file.name and part not in {".csv", ".tsv", ".txt"} for part in parts)
        ):
            return True
    return stem in pieces
