"""Frames as plain Python values and files: what the code around a pipeline expects."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lester_jupyter.engines.pandas.values import to_python
from lester_jupyter.errors import UnknownColumnError
from lester_jupyter.frame import sinks
from lester_jupyter.plan.references import Name

if TYPE_CHECKING:
    import pandas as pd


class FrameExport:
    """The part of a frame that hands its records out."""

    if TYPE_CHECKING:

        @property
        def df(self) -> pd.DataFrame:
            """The table."""

        @property
        def columns(self) -> list[Name]:
            """Its column names."""

    def to_values(self, column: Name) -> list[Any]:
        """One column as a list of Python values."""
        if column not in self.columns:
            raise UnknownColumnError.of([column], self.columns)
        return to_python(self.df[column])

    def to_tuples(self, columns: Sequence[Name] | None = None) -> list[tuple[Any, ...]]:
        """The records as a list of tuples, with these columns (default: all)."""
        names = self.columns if columns is None else list(columns)
        return list(zip(*(self.to_values(n) for n in names), strict=True)) if names else [()] * len(self.df)

    def to_lists(self, columns: Sequence[Name] | None = None) -> list[list[Any]]:
        """The records as a list of lists."""
        return [list(record) for record in self.to_tuples(columns)]

    def to_dicts(self, columns: Sequence[Name] | None = None) -> list[dict[Name, Any]]:
        """The records as a list of dictionaries."""
        names = self.columns if columns is None else list(columns)
        return [dict(zip(names, record, strict=True)) for record in self.to_tuples(names)]

    def to_dict(self, key: Name, values: Name | Sequence[Name]) -> dict[Any, Any]:
        """A dictionary from one column to another, or to tuples of several; the last of repeated keys wins."""
        found = self.to_values(values) if isinstance(values, str | int) else self.to_tuples(values)
        return dict(zip(self.to_values(key), found, strict=True))

    def write_text(
        self,
        path: str | Path,
        sep: str = ",",
        columns: Sequence[Name] | None = None,
        *,
        header: bool = False,
        end: str = "\n",
    ) -> None:
        """Writes one line a record, the values as `str` gives them, joined by `sep`; nothing is quoted."""
        names = self.columns if columns is None else list(columns)
        head = [names] if header else []
        lines = [sep.join(map(str, record)) + end for record in (*head, *self.to_tuples(names))]
        sinks.write(path, "".join(lines))

    def write_csv(
        self, path: str | Path, columns: Sequence[Name] | None = None, *, header: bool = False, sep: str = ","
    ) -> None:
        r"""Writes the records with `csv.writer` (quotes where needed, "\r\n" line ends)."""
        names = self.columns if columns is None else list(columns)
        text = io.StringIO(newline="")
        writer = csv.writer(text, delimiter=sep)
        if header:
            writer.writerow(names)
        writer.writerows(self.to_tuples(names))
        sinks.write(path, text.getvalue())
