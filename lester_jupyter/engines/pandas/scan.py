"""Reads sources into tables."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from lester_jupyter.engines.pandas.documents import read_json
from lester_jupyter.engines.pandas.parquet import read_parquet
from lester_jupyter.engines.pandas.text import read_lines, read_text
from lester_jupyter.engines.pandas.unreadable import reading
from lester_jupyter.errors import SourceError
from lester_jupyter.plan import Source
from lester_jupyter.plan.references import Name, Unreadable


def read_source(source: Source, names: tuple[Name, ...] | None) -> pd.DataFrame:
    """Reads a source.

    Args:
        source: the source.
        names: names of its columns, where the file does not name them itself.

    Raises:
        SourceError: a file that is missing or malformed, or a source in memory whose table is not at hand.
    """
    if source.format == "memory":
        raise records_not_at_hand(source.name)
    options = dict(source.options)
    lost = [name for name, value in options.items() if _is_lost(value)]
    if lost:
        raise SourceError(
            f"The option {lost[0]} of the source {source.name!r} is not part of a plan that was read from a file.",
            hint=f"pass the table: plan.execute(sources={{{source.name!r}: table}})",
        )
    return _READERS[source.format](Path(source.location), names, options)


def _is_lost(value: Any) -> bool:
    """Whether a value, or a part of it, could not be written to the plan's file."""
    if isinstance(value, dict):
        return any(map(_is_lost, value.values()))
    return isinstance(value, Unreadable) or (isinstance(value, tuple | list) and any(map(_is_lost, value)))


def records_not_at_hand(name: str) -> SourceError:
    """The error for a source in memory when only its plan is left."""
    return SourceError(
        f"The records of {name!r} were in memory and are not part of the plan.",
        hint=f"pass them: plan.execute(sources={{{name!r}: table}})",
    )


def read_csv(path: Path, names: tuple[Name, ...] | None, options: Mapping[str, Any]) -> pd.DataFrame:
    """Reads with pandas; the columns are those of the file, whatever `names` says."""
    del names
    given: dict[str, Any] = {k: list(v) if isinstance(v, tuple) else v for k, v in options.items()}  # plans hold tuples
    with reading(path, "CSV"), warnings.catch_warnings():
        if "index_col" not in given and given.get("engine") != "pyarrow":
            # by default pandas makes an index of fields without a name, and a frame has none
            given["index_col"] = False
            warnings.filterwarnings("error", "Length of header or names", pd.errors.ParserWarning)
        try:
            table: pd.DataFrame = pd.read_csv(path, **given)
        except pd.errors.ParserWarning:
            raise SourceError(
                f"{path} has records with more fields than names.",
                hint="name all of them: read_csv(path, header=0, names=[…]); or index_col=False leaves the rest out",
            ) from None
    return table


Reader = Callable[[Path, tuple[Name, ...] | None, Mapping[str, Any]], pd.DataFrame]
_READERS: dict[str, Reader] = {
    "csv": read_csv,
    "text": read_text,
    "lines": read_lines,
    "json": read_json,
    "parquet": read_parquet,
}
