"""Runs originals and rewrites, and compares what they leave behind."""

from __future__ import annotations

import contextlib
import io
import math
import os
from pathlib import Path
from typing import Any

import pandas as pd


def run(
    code: str, directory: Path, outputs: tuple[str, ...], namespace: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Runs code in a directory; the values of its variables and the text of its files, by name."""
    before = Path.cwd()
    scope: dict[str, Any] = {"__name__": "__main__", **(namespace or {})}
    os.chdir(directory)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            exec(compile(code, "<cell>", "exec"), scope)
    finally:
        os.chdir(before)
    found = {}
    for name in outputs:
        if name in scope:
            found[name] = scope[name]
        else:
            with (directory / name).open(newline="", encoding="utf-8") as file:
                found[name] = file.read()
            (directory / name).unlink()
    return found


def plain(value: Any) -> Any:
    """A value that `==` compares as the project does: missing values are equal, types of collections count."""
    if isinstance(value, pd.DataFrame):
        return ("table", list(value.columns), plain(value.to_numpy(dtype=object).tolist()))
    if isinstance(value, dict):
        return ("dict", list(value.items()) and [(plain(k), plain(v)) for k, v in value.items()])
    if isinstance(value, set):
        return ("set", frozenset(map(plain, value)))
    if isinstance(value, list | tuple):
        return (type(value).__name__, [plain(v) for v in value])
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "missing"
    return value if isinstance(value, str) else (type(value).__name__.removeprefix("numpy."), value)
