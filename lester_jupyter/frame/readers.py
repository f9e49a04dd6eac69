"""Where frames come from: files and values in memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import count
from os import PathLike
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from lester_jupyter.engines.pandas import PandasEngine
from lester_jupyter.engines.pandas.scan import missing_file
from lester_jupyter.engines.pandas.scan import read_csv as read_table
from lester_jupyter.engines.pandas.values import to_series
from lester_jupyter.errors import PlanError, SourceError
from lester_jupyter.frame.callers import code_reference
from lester_jupyter.frame.digests import file_digest
from lester_jupyter.frame.frame import Frame
from lester_jupyter.plan import Scan, Source
from lester_jupyter.plan.references import Name

AnyPath = str | PathLike[str]


def read_csv(path: AnyPath, sep: str = ",", *, name: str | None = None, **options: Any) -> Frame:
    """Reads a CSV file with pandas, with pandas' options and defaults (types and missing values are inferred).

    Args:
        path: the file.
        sep: what stands between fields.
        name: what lineage calls the source; by default the file's name without its ending.
        **options: as for `pandas.read_csv` (header, names, dtype, usecols, keep_default_na, quoting, encoding, …).

    Raises:
        SourceError: a file that is missing, empty or malformed.
    """
    given = {"sep": sep, **options}
    for unfit in ("index_col", "chunksize", "iterator"):
        if given.pop(unfit, None) is not None:
            raise PlanError(f"read_csv cannot take {unfit}: a frame has no index and is read as a whole.")
    location = Path(path).resolve()
    table = read_table(location, None, given)
    return _scan(table, _file_source(location, "csv", given, name))


def read_text(
    path: AnyPath,
    columns: Sequence[str],
    sep: str | None = ",",
    *,
    quoting: bool = False,
    strip: Literal["both", "left", "right"] | None = None,
    header: bool = False,
    extra: Literal["error", "drop", "join", "skip"] = "error",
    short: Literal["error", "skip"] = "error",
    blank: Literal["error", "skip"] = "error",
    encoding: str | None = None,
    name: str | None = None,
) -> Frame:
    """Reads delimited text as plain Python would: every field is the text in the file, nothing is inferred.

    Without quoting this is `line.split(sep)` for each line of the file; with it, what `csv.reader` gives.

    Args:
        path: the file.
        columns: names of the fields, by position.
        sep: what stands between fields; None splits at white space.
        quoting: whether quotes protect separators and line ends, as in `csv.reader`.
        strip: strips each line before it is split (`line.strip()` is "both"); not with quoting.
        header: whether the first record is a header, to be left out.
        extra: a record with more fields than columns is an error; "drop" leaves further fields out, "join" keeps the
            rest of the line in the last column (`line.split(sep, n)`), "skip" leaves the record out.
        short: a record with fewer fields is an error, or left out ("skip").
        blank: a blank line counts as a record with one field, or is left out ("skip").
        encoding: of the file; by default what `open` uses.
        name: what lineage calls the source; by default the file's name without its ending.

    Raises:
        SourceError: a file that is missing, or a record that does not fit.
    """
    if quoting and strip:
        raise PlanError("Lines cannot be stripped before csv.reader sees them.", hint="use quoting=False, or no strip")
    if quoting and (sep is None or extra == "join"):
        raise PlanError('quoting=True needs a separator, and cannot be combined with extra="join".')
    options = {
        "sep": sep,
        "quoting": quoting,
        "strip": strip,
        "header": header,
        "extra": extra,
        "short": short,
        "blank": blank,
        "encoding": encoding,
    }
    return _read_file(path, "text", tuple(columns), options, name)


def read_lines(path: AnyPath, *, encoding: str | None = None, name: str | None = None) -> Frame:
    """Reads a text file into one column, `line`, without the line ends."""
    return _read_file(path, "lines", ("line",), {"encoding": encoding}, name)


def _read_file(
    path: AnyPath, kind: str, names: tuple[Name, ...], options: Mapping[str, Any], name: str | None
) -> Frame:
    location = Path(path).resolve()
    if not location.exists():
        raise missing_file(location)
    source = _file_source(location, kind, options, name)
    scan = Scan(source=source, names=names, code=code_reference())
    return Frame(PandasEngine().execute(scan, ()))


def _file_source(location: Path, kind: str, options: Mapping[str, Any], name: str | None) -> Source:
    kept = tuple(sorted((k, tuple(v) if isinstance(v, list) else v) for k, v in options.items()))
    return Source(name or location.stem, str(location), kind, kept, file_digest(location))


def from_pandas(df: pd.DataFrame, name: str = "df") -> Frame:
    """Makes a frame of a pandas DataFrame; its index is not kept (use `reset_index` to keep it as a column).

    Args:
        df: the table; it is copied (on write), so changing it later changes nothing here.
        name: what lineage calls the source.
    """
    if isinstance(df.columns, pd.MultiIndex):
        raise SourceError("A frame has one level of column names.", hint="flatten df.columns first")
    return _scan(df.copy().reset_index(drop=True), _memory_source(name))


def from_records(records: Iterable[Any], columns: Sequence[str] | None = None, name: str = "records") -> Frame:
    """Makes a frame of a list of dictionaries, tuples or lists; values stay as they are.

    Args:
        records: the records; dictionaries may lack keys (then the value is None).
        columns: names of the fields; needed for tuples and lists, optional for dictionaries.
        name: what lineage calls the source.

    Raises:
        SourceError: records of different lengths, or without names.
    """
    rows = list(records)
    if rows and isinstance(rows[0], Mapping):
        names = list(columns or dict.fromkeys(k for r in rows for k in r))
        values = [[r.get(n) for r in rows] for n in names]
    elif columns is None:
        raise SourceError("Records without names need columns.", hint='from_records(rows, columns=["a", "b"])')
    else:
        names = list(columns)
        wrong = next((i for i, r in enumerate(rows) if len(r) != len(names)), None)
        if wrong is not None:
            raise SourceError(f"Record {wrong} has {len(rows[wrong])} values, expected {len(names)}.")
        values = [[r[i] for r in rows] for i in range(len(names))]
    table = pd.DataFrame({n: to_series(v) for n, v in zip(names, values, strict=True)}, columns=names)
    return _scan(table, _memory_source(name))


_memory_numbers = count(1)


def _memory_source(name: str) -> Source:
    """A source of its own for each table: two tables of one name are never taken for each other."""
    return Source(name, f"memory#{next(_memory_numbers)}", "memory")


def union(frames: Sequence[Frame]) -> Frame:
    """Puts the rows of several frames one below the other; see `Frame.union`."""
    if not frames:
        raise PlanError("There is nothing to unite: the list of frames is empty.")
    return frames[0].union(*frames[1:]) if len(frames) > 1 else frames[0]


def _scan(table: pd.DataFrame, source: Source) -> Frame:
    scan = Scan(source=source, names=tuple(table.columns), code=code_reference())
    return Frame(PandasEngine({source: table}).execute(scan, ()))
