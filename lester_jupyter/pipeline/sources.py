"""Brings the sources of a pipeline and its `prepare` together."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from os import PathLike
from pathlib import Path
from typing import Any, TypeAlias

import pandas as pd

from lester_jupyter.errors import PlanError
from lester_jupyter.frame import Frame, from_pandas, from_records, readers

Given: TypeAlias = str | PathLike[str] | pd.DataFrame | Frame | Iterable[Any]
"""A source: a file, a table, a frame, or a list of records."""
Prepare: TypeAlias = Frame | Callable[..., Frame]


def prepared_by(prepare: Prepare, sources: Mapping[str, Given] | None) -> Frame:
    """The prepared frame.

    Args:
        prepare: a function whose parameters are named like the sources and get frames; or one without parameters, or a
            ready frame. What reads by itself runs again on the sources that are given, by their names in its plan.
        sources: by name.

    Raises:
        PlanError: sources that are missing or that nobody asks for, or something that gives no frame.
    """
    if sources is not None and not isinstance(sources, Mapping):
        raise _unnamed(sources, _names(prepare))
    given = dict(sources or {})
    if isinstance(prepare, Frame):
        return _on_others(prepare, given)
    if not callable(prepare):
        raise PlanError(
            f"prepare= is a function that gives a frame, or a frame, got {type(prepare).__name__}.",
            hint="for a DataFrame: lester_jupyter.from_pandas(df)",
        )
    asked, optional, takes_all = _parameters(prepare)
    if not asked and not optional and not takes_all:
        return _on_others(_frame(prepare()), given)
    missing = [name for name in asked if name not in given]
    if missing:
        raise PlanError(
            f"prepare asks for the source {missing[0]!r}, which is not given.",
            available=list(given) or None,
            hint=f'run(sources={{"{missing[0]}": "path.csv"}})',
        )
    strange = [] if takes_all else [name for name in given if name not in (*asked, *optional)]
    if strange:
        raise PlanError(f"prepare has no parameter for the source {strange[0]!r}.", available=[*asked, *optional])
    return _frame(prepare(**{name: read(name, value) for name, value in given.items()}))


def _unnamed(given: object, names: list[str]) -> PlanError:
    return PlanError(
        f"run takes the sources by their names, got {type(given).__name__}.",
        available=names or None,
        hint=f'run(sources={{"{names[0] if names else "name"}": df}})',
    )


def _names(prepare: Prepare) -> list[str]:
    """The names of the sources, as far as they are known before anything has run."""
    if isinstance(prepare, Frame):
        return sorted(prepare.plan.source_names.values())
    asked, optional, _ = _parameters(prepare) if callable(prepare) else ([], [], False)
    return [*asked, *optional]


def _parameters(prepare: Callable[..., Frame]) -> tuple[list[str], list[str], bool]:
    """The parameters that must be given, those that may be, and whether any others are taken."""
    try:
        parameters = inspect.signature(prepare).parameters.values()
    except (ValueError, TypeError) as error:
        raise PlanError("The parameters of prepare cannot be read.", hint="wrap it: lambda mails: …") from error
    if any(p.kind in (p.POSITIONAL_ONLY, p.VAR_POSITIONAL) for p in parameters):
        raise PlanError("The parameters of prepare must have names, those of the sources.", hint="no * and no /")
    named = [p for p in parameters if p.kind is not p.VAR_KEYWORD]
    return (
        [p.name for p in named if p.default is p.empty],
        [p.name for p in named if p.default is not p.empty],
        len(named) < len(parameters),
    )


def _frame(made: Any) -> Frame:
    if not isinstance(made, Frame):
        raise PlanError(
            f"prepare gave {type(made).__name__}, expected a frame.",
            hint="read with lester_jupyter.read_csv and stay with frames, so that lineage reaches the files",
        )
    return made


def _on_others(frame: Frame, given: Mapping[str, Given]) -> Frame:
    """The frame, made again where other sources are given."""
    if not given:
        return frame
    files = {n: v if isinstance(v, str | PathLike) else read(n, v).df for n, v in given.items()}
    return frame.plan.execute({n: Path(v) if isinstance(v, str | PathLike) else v for n, v in files.items()})


def read(name: str, value: Given) -> Frame:
    """A source as a frame that lineage knows by that name; a frame stays as it is.

    Raises:
        PlanError: a file of an unknown kind, or something that holds no records.
        SourceError: a file that cannot be read.
    """
    if isinstance(value, Frame):
        return value
    if isinstance(value, pd.DataFrame):
        return from_pandas(value, name)
    if isinstance(value, str | PathLike):
        ending = Path(value).suffix.lower()
        if ending not in _READERS:
            raise PlanError(
                f"The kind of the source {name!r} cannot be told from the ending of {str(value)!r}.",
                available=list(_READERS),
                hint=f'read it: sources={{"{name}": lester_jupyter.read_csv(path)}}',
            )
        return _READERS[ending](value, name)
    if isinstance(value, Iterable) and not isinstance(value, Mapping):
        return from_records(value, name=name)
    raise PlanError(
        f"The source {name!r} is {type(value).__name__}.",
        hint="give a path, a DataFrame, a frame or a list of records",
    )


_READERS: dict[str, Callable[[Any, str], Frame]] = {
    ".csv": lambda path, name: readers.read_csv(path, name=name),
    ".tsv": lambda path, name: readers.read_csv(path, sep="\t", name=name),
    ".json": lambda path, name: readers.read_json(path, name=name),
    ".jsonl": lambda path, name: readers.read_json(path, name=name),
    ".parquet": lambda path, name: readers.read_parquet(path, name=name),
}
