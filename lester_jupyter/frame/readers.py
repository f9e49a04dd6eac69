"""Where frames come from: files and values in memory."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from difflib import get_close_matches
from os import PathLike
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from lester_jupyter.engines.pandas import PandasEngine
from lester_jupyter.engines.pandas.values import to_series
from lester_jupyter.errors import PlanError, SourceError
from lester_jupyter.frame.callers import code_reference
from lester_jupyter.frame.frame import Frame
from lester_jupyter.frame.sources import memory_source, read_file
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
    given = {"sep": options.pop("delimiter", sep), **options}
    _require_options("read_csv", pd.read_csv, options)
    for unfit in ("chunksize", "iterator", "index_col"):
        _refuse("read_csv", given, unfit, "a frame has no index and is read as a whole")
    return _read_file(path, "csv", None, given, name)


def read_json(
    path: AnyPath, orient: str | None = None, *, lines: bool | None = None, name: str | None = None, **options: Any
) -> Frame:
    """Reads JSON with pandas, with pandas' options and defaults: one record a line, or one document of all.

    Types are pandas' guesses: text that reads as numbers becomes numbers ("007" is 7), and columns named like times
    (`date`, `…_at`, `…_time`) become times; `dtype=False` keeps the values of the file. Other than in pandas, an
    integer is never another number afterwards: where a missing value or a fraction beside it would make it an inexact
    float, the column keeps the values of the file. Lists and objects stay lists and dictionaries.

    Args:
        path: the file.
        orient: what a document looks like, as for `pandas.read_json`; by default records or columns.
        lines: whether each line is a record. By default a file that begins with "[" is a document, any other lines.
        name: what lineage calls the source; by default the file's name without its ending.
        **options: as for `pandas.read_json` (dtype, precise_float, encoding, compression, nrows, …).

    Raises:
        SourceError: a file that is missing, empty or malformed (with the line), or whose rows have names.
    """
    given = {"lines": lines, "orient": orient, **options}
    _require_options("read_json", pd.read_json, options)
    _refuse("read_json", given, "chunksize", "a frame is read as a whole")
    return _read_file(path, "json", None, {k: v for k, v in given.items() if v is not None}, name)


def read_parquet(
    path: AnyPath, columns: Sequence[str] | None = None, *, name: str | None = None, **options: Any
) -> Frame:
    """Reads a Parquet file with pandas, with pandas' options and defaults.

    An index that has a name becomes a column; one without is left out. Integers beside missing values become floats as
    in pandas, except where they would be another number: then the column keeps the integers.

    Args:
        path: the file.
        columns: which columns to read; by default all.
        name: what lineage calls the source; by default the file's name without its ending.
        **options: as for `pandas.read_parquet` (engine, filters, dtype_backend, …).

    Raises:
        SourceError: a file that is missing or malformed, or lacks a column.
    """
    given = {"columns": None if columns is None else list(columns), **options}
    return _read_file(path, "parquet", None, {k: v for k, v in given.items() if v is not None}, name)


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
    _require_one_of("strip", strip, (None, "both", "left", "right"))
    _require_one_of("extra", extra, ("error", "drop", "join", "skip"))
    _require_one_of("short", short, ("error", "skip"))
    _require_one_of("blank", blank, ("error", "skip"))
    if isinstance(columns, str) or not columns:
        raise PlanError("read_text needs the names of the fields.", hint='read_text("a.txt", ["id", "name"])')
    if sep == "" or (quoting and (sep is None or len(sep) != 1)):
        raise PlanError(f"{sep!r} cannot stand between fields.", hint="with quoting=True it is one character")
    if quoting and strip:
        raise PlanError("Lines cannot be stripped before csv.reader sees them.", hint="use quoting=False, or no strip")
    if quoting and extra == "join":
        raise PlanError('csv.reader splits whole records: extra="join" needs quoting=False.')
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


def _refuse(reader: str, given: Mapping[str, Any], unfit: str, reason: str) -> None:
    value = given.get(unfit)
    if value is not None and value is not False:
        raise PlanError(f"{reader} cannot take {unfit}: {reason}.")


def _require_options(reader: str, of_pandas: Callable[..., Any], options: Mapping[str, Any]) -> None:
    known = list(inspect.signature(of_pandas).parameters)[1:]
    for option in options:
        if option not in known:
            close = get_close_matches(option, known, n=1)
            raise PlanError(
                f"{reader} takes no option {option!r}.",
                available=known,
                hint=f"did you mean {close[0]}=?" if close else f"the options are those of pandas.{reader}",
            )


def _require_name(name: object) -> None:
    if not isinstance(name, str):
        raise SourceError(f"A source is named by text, got {name!r:.80}.", hint='name="customers"')


def _require_one_of(option: str, value: object, allowed: tuple[str | None, ...]) -> None:
    if value not in allowed:
        raise PlanError(f"read_text knows no {option}={value!r}.", available=map(repr, allowed))


def _read_file(
    path: AnyPath, kind: str, names: tuple[Name, ...] | None, options: Mapping[str, Any], name: str | None
) -> Frame:
    """Reads a file once; `names` None takes the columns from the file."""
    if not isinstance(path, str | PathLike):
        raise SourceError(
            f"A file is named by its path, got {type(path).__name__}.", hint="from_pandas takes what pandas can read"
        )
    if "://" in str(path):
        raise SourceError(f"{path} is not a file of this machine.", hint="from_pandas(pandas.read_csv(url)) reads it")
    if name is not None:
        _require_name(name)
    location = Path(path).expanduser() if kind not in ("text", "lines") else Path(path)  # as pandas does, not open
    try:
        source, table = read_file(location, kind, names, options, name)
    except TypeError as error:
        _, unexpected, option = str(error).partition("unexpected keyword argument ")
        if not unexpected:
            raise
        raise PlanError(
            f"read_{kind} takes no option {option}.", hint=f"the options are those of pandas.read_{kind}"
        ) from error
    return _scan(source, table)


def from_pandas(df: pd.DataFrame, name: str = "df") -> Frame:
    """Makes a frame of a pandas DataFrame; its index is not kept (use `reset_index` to keep it as a column).

    Args:
        df: the table; changing it later changes nothing here (pandas copies on write).
        name: what lineage calls the source.
    """
    if not isinstance(df, pd.DataFrame):
        raise SourceError(
            f"from_pandas takes a DataFrame, got {type(df).__name__}.", hint="series.to_frame(), or from_records(list)"
        )
    _require_name(name)
    return _scan(memory_source(name), df)


def from_records(records: Iterable[Any], columns: Sequence[str] | None = None, name: str = "records") -> Frame:
    """Makes a frame of a list of dictionaries, tuples or lists; values stay as they are.

    Args:
        records: the records; dictionaries may lack keys (then the value is None).
        columns: names of the fields; needed for tuples and lists, optional for dictionaries.
        name: what lineage calls the source.

    Raises:
        SourceError: records of different lengths, or without names.
    """
    if not isinstance(records, Iterable) or isinstance(records, str | bytes | Mapping):
        raise SourceError(f"Records are a list of dictionaries, tuples or lists, got {type(records).__name__}.")
    _require_name(name)
    rows = list(records)
    if columns is None:
        if not rows or not all(isinstance(r, Mapping) for r in rows):
            raise SourceError("Records without names need columns.", hint='from_records(rows, columns=["a", "b"])')
        names: list[Name] = list(dict.fromkeys(k for r in rows for k in r))
    else:
        names = list(columns)
    if len(set(names)) < len(names):
        raise SourceError(f"The names of the columns are not different: {names}.")
    values = [_values(number, row, names) for number, row in enumerate(rows)]
    data = {name: to_series([v[i] for v in values]) for i, name in enumerate(names)}
    return _scan(memory_source(name), pd.DataFrame(data, columns=names, index=pd.RangeIndex(len(rows))))


def _values(number: int, record: Any, names: Sequence[Name]) -> Sequence[Any]:
    if isinstance(record, Mapping):
        return [record.get(n) for n in names]
    if not isinstance(record, Sequence) or isinstance(record, str | bytes):
        raise SourceError(f"Record {number} is a {type(record).__name__}, expected a tuple, list or dictionary.")
    if len(record) != len(names):
        raise SourceError(f"Record {number} has {len(record)} values, expected {len(names)}.")
    return record


def union(frames: Iterable[Frame]) -> Frame:
    """Puts the rows of several frames one below the other; see `Frame.union`."""
    operands = list(frames)
    if not operands:
        raise PlanError("There is nothing to unite: the list of frames is empty.")
    return operands[0].union(*operands[1:]) if len(operands) > 1 else operands[0]


def _scan(source: Source, table: pd.DataFrame) -> Frame:
    names = tuple(table.columns.tolist())
    if not all(isinstance(n, str | int) for n in names):
        raise SourceError(
            f"The columns of a frame are named by text or integers, {source.name!r} has {list(names)!r:.200}.",
            hint="flatten or rename df.columns first",
        )
    if len(set(names)) < len(names):  # not Index.is_unique, which builds a hash table that nobody needs again
        doubled = next(n for n in names if names.count(n) > 1)
        raise SourceError(f"{source.name!r} has more than one column named {doubled!r}.", hint="rename them first")
    scan = Scan(source=source, names=names, code=code_reference())
    return Frame(PandasEngine({source: table}).execute(scan, ()))
