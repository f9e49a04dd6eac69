"""What hands used to pandas type and a frame does not have: each gets an error that says what to do instead."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, NoReturn

import pandas as pd

from lester_jupyter.errors import PlanError, UnknownAttributeError, UnknownColumnError
from lester_jupyter.plan.references import Name

_NO_INDEX = "a frame has no index, its rows are numbered from 0"
_COLUMN_BY_COLUMN = 'frame.project("new", ["old"], function), or frame.assign(new="old * 2")'
_SOME_ROWS = 'frame.filter("price > 3") for rows, frame.select(["price"]) for columns, frame.limit(n, offset) by number'
_WHOLE_TABLE = "frame.opaque(lambda df: df.{name}(…)) runs it on the whole table"
_AS_VALUES = "frame.to_dicts() or frame.to_tuples() for the records, or frame.df.{name}"

_INSTEAD: Mapping[str, str] = {
    **dict.fromkeys(
        ("groupby", "agg"), 'frame.aggregate("key", total=("price", "sum")), or frame.window(…) for a value in each row'
    ),
    **dict.fromkeys(("value_counts",), 'frame.aggregate("key", n="size")'),
    **dict.fromkeys(("query", "where", "mask"), 'frame.filter("price > 3")'),
    **dict.fromkeys(("loc", "iloc", "at", "iat"), _SOME_ROWS),
    **dict.fromkeys(("apply", "map", "applymap", "transform", "replace", "eval", "insert"), _COLUMN_BY_COLUMN),
    **dict.fromkeys(("iterrows", "itertuples", "items", "values", "to_numpy"), _AS_VALUES),
    **dict.fromkeys(("concat", "append"), "frame.union(other)"),
    **dict.fromkeys(("nlargest", "nsmallest"), 'frame.sort("price", ascending=False).limit(n)'),
    **dict.fromkeys(("pivot", "pivot_table", "melt", "stack", "unstack", "resample", "transpose"), _WHOLE_TABLE),
    **dict.fromkeys(("index", "set_index", "reset_index", "sort_index", "reindex"), _NO_INDEX),
    **dict.fromkeys(("rolling", "expanding"), 'frame.window("new", "price", "mean", rows=3)'),
    **dict.fromkeys(("sum", "mean", "median", "min", "max", "std"), 'frame.aggregate(None, made=("price", "{name}"))'),
    **dict.fromkeys(("isna", "isnull", "notna"), 'frame["price"].isna() for a column, or frame.df.{name}()'),
    "to_csv": 'frame.write_csv("a.csv", header=True)',
    "copy": "a frame never changes, so none is needed",
}

_REASONS: Mapping[str, str] = {
    "inplace": "a frame never changes, the method gives a new one",
    "copy": "a frame never changes, the method gives a new one",
    "axis": "a frame has no index, and rows and columns have methods of their own",
    "index": _NO_INDEX,
    "ignore_index": _NO_INDEX,
    "left_index": _NO_INDEX,
    "right_index": _NO_INDEX,
    "level": _NO_INDEX,
    "kind": "equal rows always keep their order",
}
_OTHER_WAYS: Mapping[str, str] = {
    "inplace": "frame = frame.{method}(…)",
    "axis": "frame.drop_missing() for rows, frame.drop([…]) or frame.select([…]) for columns",
    "method": 'frame.window("new", "old", "ffill"), or "bfill"',
    "key": "make a column of the key first, and sort by it",
    "indicator": 'two joins tell it: how="semi" for rows with a match, how="anti" for those without',
    "index": "frame.filter(…) keeps rows",
}


def refuse_unfit(method: str, unfit: Mapping[str, object]) -> None:
    """Raises PlanError for an argument that pandas takes and a frame does not."""
    for name in unfit:
        reason = _REASONS.get(name, "a frame has no such option")
        hint = _OTHER_WAYS.get(name, "leave it out").format(method=method)
        raise PlanError(f"{name}= is not taken by {method}: {reason}.", hint=hint)


def require_values(function: Callable[..., Any], names: Sequence[Name], columns: Sequence[Name], *, own: bool) -> None:
    """Raises for a function that cannot be called with one value of each of these columns.

    Args:
        function: what the user passed.
        names: the columns it is to get.
        columns: those that there are.
        own: whether the names are those of its parameters.

    Raises:
        PlanError: parameters that take no value by position.
        UnknownColumnError: parameters that are named like no column.
    """
    try:
        parameters = inspect.signature(function).parameters.values()
    except (ValueError, TypeError):  # written in C: nothing is known, and nothing to complain of
        return
    by_name = [p.name for p in parameters if p.kind is p.KEYWORD_ONLY and p.default is p.empty]
    if by_name:
        raise PlanError(
            f"The function gets its values by position, but takes {by_name[0]!r} by name only.",
            hint=f"leave out the * before {by_name[0]}",
        )
    missing = [name for name in names if name not in columns] if own else []
    if missing:
        error = UnknownColumnError.of(missing, columns)
        raise (
            error
            if error.hint
            else UnknownColumnError.of(
                missing,
                columns,
                hint="a function gets the values of columns, not a row: name its parameters like columns, "
                'or pass the columns, as in (…, ["old"], lambda value: …)',
            )
        )


class PandasHabits:
    """The part of a frame that answers to what pandas has and a frame has not."""

    if TYPE_CHECKING:

        @property
        def columns(self) -> list[Name]:
            """Its column names."""
    else:  # hidden from type checkers, which know by themselves what there is

        def __getattr__(self, name: str) -> NoReturn:
            if hasattr(type(self), name):  # a property failed on its own: let it say so again
                object.__getattribute__(self, name)
            raise _no_attribute(name, [] if name.startswith("_") else self.columns, type(self))

        def __setattr__(self, name: str, value: object) -> None:
            if not name.startswith("_"):
                raise UnknownAttributeError(f"A frame never changes: {name} cannot be set.", hint=_assigned(name))
            super().__setattr__(name, value)

    def __setitem__(self, key: object, value: object) -> NoReturn:
        raise PlanError(f"A frame never changes: {_short(key)} cannot be set.", hint=_assigned(key))

    def __delitem__(self, key: object) -> NoReturn:
        raise PlanError(
            f"A frame never changes: {_short(key)} cannot be deleted.", hint=f"frame = frame.drop({_short(key)})"
        )


def _no_attribute(name: str, columns: Sequence[Name], cls: type) -> UnknownAttributeError:
    """What a frame says of an attribute that it has not; names with underscores are asked for by protocols."""
    if name in columns:
        return UnknownAttributeError(f"A frame has no attribute {name!r}, but a column.", hint=f'frame["{name}"]')
    if name.startswith("_"):
        return UnknownAttributeError(f"A frame has no attribute {name!r}.")
    return UnknownAttributeError(f"A frame has no attribute {name!r}.", hint=_instead(name, columns, cls))


def _instead(name: str, columns: Sequence[Name], cls: type) -> str:
    if name in _INSTEAD:
        return _INSTEAD[name].format(name=name)
    if hasattr(pd.DataFrame, name):
        return f"frame.df.{name}{'()' if callable(getattr(pd.DataFrame, name)) else ''}"
    own = [method for method in dir(cls) if not method.startswith("_")]
    close = get_close_matches(name, [*own, *map(str, columns)], n=1)
    if not close:
        return ""
    return f'did you mean frame["{close[0]}"]?' if close[0] in columns else f"did you mean frame.{close[0]}?"


def no_column_method(name: str, column: Name | None) -> UnknownAttributeError:
    """What a column says of an attribute that it has not.

    Args:
        name: of the attribute.
        column: the column's name; None for what is computed from columns.
    """
    if name.startswith("_"):
        return UnknownAttributeError(f"A column has no attribute {name!r}.")
    values = "column.to_pandas()" if column is None else f'frame.df["{column}"]'
    source = "old" if column is None else column
    per_row = {
        "str": f'frame.project("new", ["{source}"], str.lower) for new texts, or {values}.str',
        "dt": f'frame.project("new", ["{source}"], lambda time: time.year) for new values, or {values}.dt',
    }
    made = f'frame.project("new", ["{source}"], function)'
    per_row |= dict.fromkeys(("apply", "map", "replace", "fillna", "astype"), f"{made}, or {values}.{name}(…)")
    known = callable(getattr(pd.Series, name, None))
    return UnknownAttributeError(
        f"A column has no attribute {name!r}.", hint=per_row.get(name, f"{values}.{name}{'()' if known else ''}")
    )


def _assigned(key: object) -> str:
    if isinstance(key, str) and key.isidentifier():
        return f'frame = frame.assign({key}="old * 2"), or frame.project({key!r}, ["old"], function)'
    return _COLUMN_BY_COLUMN


def unfit_key(key: object) -> str:
    """What to do instead of putting this between the brackets of a frame."""
    if isinstance(key, slice):
        return "frame.limit(n, offset) for rows by number, frame.select([…]) for columns"
    if isinstance(key, tuple):
        return f"frame.select({list(key)!r:.200}) for columns, frame.filter(…) for rows"
    if callable(key):
        return "frame.filter(function) for rows"
    return ""


def _short(key: object) -> str:
    return f"{key!r:.80}"
