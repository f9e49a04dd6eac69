"""Rewrites that were found before: `.lester/rewrites/<hash>.json`, readable and fit for version control.

A file holds code and no data: no values, no schemas, no counterexamples, no keys, no paths but those in the code.
What it says is never trusted: a rewrite from the cache is judged again before it is called verified.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from lester_jupyter.rewriting.llm.prompts import PROMPT_VERSION
from lester_jupyter.rewriting.task import Task
from lester_jupyter.rewriting.types import Candidate, Finding, Output

FORMAT = 1
"""Version of the files; others are ignored."""


@dataclass(frozen=True)
class CachedRewrite:
    """One file of the cache.

    Attributes:
        candidate: the rewrite.
        rewriter: who made it: "rules", or "llm" with its model.
        verified: whether it was verified when it was stored.
        accepted: whether the user accepted it.
    """

    candidate: Candidate
    rewriter: str
    verified: bool
    accepted: bool


@dataclass(frozen=True)
class Lookup:
    """The answer of the cache: a rewrite or None, and findings about files that could not be read."""

    rewrite: CachedRewrite | None = None
    findings: tuple[Finding, ...] = ()


class RewriteCache:
    """The rewrites of one project.

    Args:
        directory: where the files are, or will be.
    """

    def __init__(self, directory: str | Path) -> None:
        self._directory = Path(directory)

    def accepted(self, task: Task) -> Lookup:
        """The rewrite that the user accepted for this cell, whoever made it."""
        findings: list[Finding] = []
        for path in sorted(self._directory.glob(f"{cell_hash(task)}-*.json")):
            found = _read(path)
            findings.extend(found.findings)
            if found.rewrite is not None and found.rewrite.accepted:
                return Lookup(found.rewrite, tuple(findings))
        return Lookup(None, tuple(findings))

    def find(self, task: Task, rewriter: str) -> Lookup:
        """What `rewriter` (with its model) made of this cell before."""
        path = self._path(task, rewriter)
        return _read(path) if path.exists() else Lookup()

    def store(
        self, task: Task, candidate: Candidate, rewriter: str, *, verified: bool, accepted: bool = False
    ) -> Finding | None:
        """Stores a rewrite; an accepted one takes the place of any other accepted one for this cell.

        Returns:
            A finding where the file could not be written, which is no reason to fail.
        """
        stored = {
            "format": FORMAT,
            "accepted": accepted,
            "verified": verified,
            "rewriter": rewriter,
            "stage": task.stage,
            "prompt_version": PROMPT_VERSION,
            "original": task.code.split("\n"),
            "code": candidate.code.split("\n"),
            "outputs": [asdict(output) for output in candidate.outputs],
            "frames": dict(candidate.frames),
            "line_map": {str(line): _join(candidate.line_map[line]) for line in sorted(candidate.line_map)},
        }
        try:
            if accepted:
                self._unaccept(task)
            _write(self._path(task, rewriter), stored)
        except OSError as error:
            return Finding(
                "cache", "warning", f"The rewrite could not be stored in {self._directory.name} ({error.strerror})."
            )
        return None

    def forget(self, task: Task) -> Finding | None:
        """Takes back that a rewrite of this cell was accepted; the rewrites themselves stay.

        Returns:
            A finding where a file could not be written.
        """
        try:
            self._unaccept(task)
        except OSError as error:
            return Finding(
                "cache", "warning", f"The rewrite in {self._directory.name} is still accepted ({error.strerror})."
            )
        return None

    def _unaccept(self, task: Task) -> None:
        for path in self._directory.glob(f"{cell_hash(task)}-*.json"):
            found = _load(path)
            if isinstance(found, dict) and found.get("accepted"):
                _write(path, {**found, "accepted": False})

    def _path(self, task: Task, rewriter: str) -> Path:
        return self._directory / f"{cell_hash(task)}-{_digest(PROMPT_VERSION, rewriter)[:8]}.json"


def cell_hash(task: Task) -> str:
    """What makes two cells the same: code, stage, outputs, and the shapes of the inputs (12 hexadecimal digits)."""
    outputs = [[output.name, output.kind] for output in task.outputs]
    return _digest(task.code, task.stage, outputs, [schema.identity for schema in task.schemas])[:12]


def _digest(*parts: object) -> str:
    return hashlib.sha256(json.dumps(parts, ensure_ascii=True).encode()).hexdigest()


def _join(lines: tuple[int, ...]) -> str:
    return ", ".join(map(str, lines))


def _read(path: Path) -> Lookup:
    stored = _load(path)
    try:
        if stored["format"] != FORMAT:
            return Lookup()
        return Lookup(_decode(stored))
    except (TypeError, KeyError, ValueError, AttributeError):
        # Somebody's merge conflict or editor: the rewrite is made anew, and the user told why.
        return Lookup(
            None,
            (
                Finding(
                    "cache",
                    "warning",
                    f"The cached rewrite {path.name} is damaged and was ignored.",
                    hint="delete the file, or restore it from version control.",
                ),
            ),
        )


def _load(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None


def _decode(stored: Mapping[str, Any]) -> CachedRewrite:
    candidate = Candidate(
        code="\n".join(_texts(stored["code"])),
        outputs=tuple(Output(str(o["name"]), _kind(o["kind"])) for o in stored["outputs"]),
        frames={str(name): str(frame) for name, frame in stored["frames"].items()},
        line_map={int(line): tuple(int(n) for n in text.split(",")) for line, text in stored["line_map"].items()},
    )
    return CachedRewrite(
        candidate, str(stored["rewriter"]), verified=stored["verified"] is True, accepted=stored["accepted"] is True
    )


def _texts(lines: Any) -> list[str]:
    if not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):
        raise TypeError("lines")
    return lines


def _kind(kind: Any) -> Any:
    if kind not in ("variable", "file"):
        raise ValueError(kind)
    return kind


def _write(path: Path, stored: Mapping[str, Any]) -> None:
    """Writes a whole file or nothing: a killed process leaves the last good state."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(stored, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        temporary.write_text(text, encoding="utf-8", newline="\n")
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
