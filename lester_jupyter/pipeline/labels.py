"""Puts a label on prepared records, in whichever way a user says what it is."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from itertools import count
from typing import Any, TypeAlias

import pandas as pd

from lester_jupyter.engines import Relation
from lester_jupyter.errors import PlanError
from lester_jupyter.frame import Frame, from_pandas
from lester_jupyter.frame.column import Column
from lester_jupyter.frame.functions import function_of
from lester_jupyter.frame.names import names_of
from lester_jupyter.frame.recording import recording
from lester_jupyter.plan import CodeReference, Expression, Extend, Function, Label
from lester_jupyter.plan import expressions as ex
from lester_jupyter.plan.parsing import parse_expression
from lester_jupyter.plan.references import Name

Labelling: TypeAlias = Name | Column | tuple[Any, Callable[..., Any]] | Callable[..., Any]
Variables: TypeAlias = Callable[[str], Any]


def labelled_by(label: Labelling, prepared: Frame, variables: Variables, code: CodeReference | None) -> Frame:
    """The prepared frame with a `Label` operator on top; its only target is the label column.

    Args:
        label: see `Pipeline`.
        prepared: the frame.
        variables: looks up `@name` in an expression.
        code: the lines that say what the label is.

    Raises:
        PlanError: something that makes no label.
        UnknownColumnError: a column that does not exist.
    """
    if isinstance(label, str | int) and label in prepared.columns:
        return _by_expression(prepared, label, ex.Column(label), code)
    if isinstance(label, str):
        name = _free_name(prepared)
        return _by_expression(prepared, name, parse_expression(label, prepared.columns, variables), code)
    if isinstance(label, Column):
        return _by_expression(prepared, _free_name(prepared), _expression(label, prepared), code)
    if isinstance(label, tuple) and len(label) == 2 and callable(label[1]):
        return _by_function(prepared, names_of(label[0]), function_of(label[1], vectorized=False), code)
    if not callable(label):
        raise PlanError(f"label= cannot be {label!r:.80}.", available=map(str, prepared.columns), hint=_FORMS)
    names = _parameters(label)
    if names and all(name in prepared.columns for name in names):
        return _by_function(prepared, names, function_of(label, vectorized=False), code)
    if len(names) != 1:
        raise PlanError(
            f"The parameters of the label's function name no columns: {', '.join(names) or 'it has none'}.",
            available=map(str, prepared.columns),
            hint=_FORMS,
        )
    return _by_call(prepared, label, code)


def label_of(labelled: Frame) -> Name:
    """The label column of a frame that `labelled_by` gave."""
    operator = labelled._operator
    if not isinstance(operator, Label):
        raise PlanError("This frame has no label.", available=map(str, labelled.columns))
    return operator.targets[0]


_FORMS = 'label="column", label="rating >= 4", label=(["rating"], function), or a function of the frame'


def _parameters(call: Callable[..., Any]) -> list[str]:
    try:
        parameters = inspect.signature(call).parameters.values()
    except (ValueError, TypeError) as error:
        raise PlanError("The parameters of the label's function cannot be read.", hint=_FORMS) from error
    return [p.name for p in parameters if p.default is p.empty and p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]


def _free_name(prepared: Frame) -> str:
    numbered = ("label" if i == 1 else f"label_{i}" for i in count(1))
    return next(name for name in numbered if name not in prepared.columns)


def _by_expression(prepared: Frame, name: Name, expression: Expression, code: CodeReference | None) -> Frame:
    sources = tuple(expression.columns())
    operator = prepared._operator
    return prepared._then(
        Label(inputs=(operator,), code=code, targets=(name,), sources=sources, expressions=(expression,))
    )


def _by_function(prepared: Frame, sources: Sequence[Name], function: Function, code: CodeReference | None) -> Frame:
    name, operator = _free_name(prepared), prepared._operator
    return prepared._then(
        Label(inputs=(operator,), code=code, targets=(name,), sources=tuple(sources), function=function)
    )


def _expression(column: Column, prepared: Frame) -> Expression:
    if column.frame is not prepared:
        raise PlanError(
            "The label belongs to another frame than the prepared one.", hint='pass label=lambda frame: frame["…"] == 1'
        )
    return column.expression


def _by_call(prepared: Frame, label: Callable[[Frame], Any], code: CodeReference | None) -> Frame:
    """Asks a function of the frame; it may give a frame with the label, a column, or one value a record."""
    made = label(prepared)
    if isinstance(made, Column):
        return _by_expression(prepared, _free_name(prepared), _expression(made, prepared), code)
    if isinstance(made, Frame):
        return _on_top(made, prepared, code)
    if not pd.api.types.is_list_like(made) or isinstance(made, dict) or len(made) != len(prepared):
        size = f" of {len(made)} values" if hasattr(made, "__len__") and not isinstance(made, str) else ""
        raise PlanError(
            f"The label's function gave {type(made).__name__}{size} for {len(prepared)} records.",
            hint="it may give a frame with one column more, a column, or one value a record",
        )
    names = prepared.columns

    def again(*columns: pd.Series) -> Any:
        """Calls the function with a frame of these columns: nothing shows which rows and columns it looks at."""
        with recording():  # this frame is nobody's step
            frame = from_pandas(pd.DataFrame(dict(zip(names, columns, strict=True))), "records")
            return label(frame)

    function = replace(function_of(label, vectorized=True), call=again)
    return _by_function(prepared, names, function, code)


def _on_top(made: Frame, prepared: Frame, code: CodeReference | None) -> Frame:
    """The frame that a function made, its last step being the `Label`."""
    new = [c for c in made.columns if c not in prepared.columns]
    if len(new) != 1:
        raise PlanError(
            f"The label's function added {len(new)} columns to the frame: {', '.join(map(str, new)) or 'none'}.",
            hint="the one column that it adds is the label",
        )
    step, [name] = made._relation.step, new
    last = step.operator
    if type(last) is not Extend or last.targets != (name,):
        return _by_expression(made, name, ex.Column(name), code)
    # a single projection is the label itself: it has run, and only its name in the plan changes
    operator = Label(**{f.name: getattr(last, f.name) for f in fields(last)})
    return Frame(Relation(made._relation.table, replace(step, operator=operator)))
