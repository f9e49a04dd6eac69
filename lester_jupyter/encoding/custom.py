"""Transformers that no rule knows: declared by their class, or everything from everything.

A class declares the column lineage of its features with one method, and needs nothing of this package for it:

    class Embedding(TransformerMixin, BaseEstimator):
        def lester_feature_origins(self, n_inputs):
            return [[0]] * 384          # for each feature column, the input columns it is computed from

The label and the columns that shaped the fit are then over-approximated: all input columns, unless the class says that
it learns nothing (scikit-learn's tag `requires_fit`); the label, unless `fit` never reads `y`. A class that knows
better returns `FeatureBlock`s instead, which say it all.
"""

from __future__ import annotations

import dis
from collections.abc import Sequence
from types import FunctionType
from typing import Any

from sklearn.base import TransformerMixin

from lester_jupyter.encoding.blocks import origins_of
from lester_jupyter.encoding.connections import Connections, Positions
from lester_jupyter.encoding.inputs import Inputs
from lester_jupyter.encoding.origins import Origins
from lester_jupyter.errors import LineageError
from lester_jupyter.plan import FeatureBlock


def custom_origins(fitted: Any, inputs: Inputs) -> Origins:
    """What its class declares; else every output from every column, exact only where there is one column."""
    declared = getattr(fitted, "lester_feature_origins", None)
    if declared is not None:
        return _declared(fitted, list(declared(inputs.n)), inputs.n)
    values = Connections.all_to_all(inputs.width_of(fitted), inputs.n)
    return Origins.of(values, _fits(fitted, values), exact=inputs.n == 1, label=may_read_label(fitted))


def _declared(fitted: Any, told: Sequence[Any], n_inputs: int) -> Origins:
    if told and all(isinstance(block, FeatureBlock) for block in told):
        edges = [edge for block in told for edge in (block.start, block.stop)]
        if edges[0] != 0 or edges != sorted(edges) or edges[1:-1:2] != edges[2::2]:
            raise LineageError(
                f"The blocks that {type(fitted).__name__}.lester_feature_origins gives leave gaps or overlap.",
                hint="the first starts at 0, and each other where the one before it stops.",
            )
        _check_positions(fitted, [b.values + b.fits for b in told], n_inputs)
        return origins_of(told, n_inputs)
    rows = [sorted(set(row)) for row in told]
    _check_positions(fitted, rows, n_inputs)
    values = Connections.of_rows(rows, n_inputs)
    return Origins.of(values, _fits(fitted, values), label=may_read_label(fitted))


def _check_positions(fitted: Any, rows: Sequence[Positions], n_inputs: int) -> None:
    wrong = [p for row in rows for p in row if not 0 <= p < n_inputs]
    if wrong:
        raise LineageError(
            f"{type(fitted).__name__}.lester_feature_origins names the column {wrong[0]}, "
            f"but the transformer is given {n_inputs}.",
            hint="columns are positions from 0 on.",
        )


def _fits(fitted: Any, values: Connections) -> Connections:
    """All columns may have shaped the fit, unless the class says that it learns nothing."""
    from sklearn.utils import get_tags

    if hasattr(fitted, "__sklearn_tags__") and not get_tags(fitted).requires_fit:
        return Connections.none(values.n_outputs, values.n_inputs)
    return Connections.all_to_all(values.n_outputs, values.n_inputs)


_HANDED_ON = (TransformerMixin.fit_transform,)
"""Methods that hand `y` to `fit` and do nothing else with it."""


def may_read_label(fitted: Any) -> bool:
    """False only if neither fit nor fit_transform of the class reads its parameter `y`, as their bytecode shows."""
    return any(_may_read(getattr(type(fitted), name, None)) for name in ("fit", "fit_transform"))


def _may_read(method: Any) -> bool:
    if method is None or method in _HANDED_ON:
        return False
    if not isinstance(method, FunctionType) or hasattr(method, "__wrapped__"):
        return True
    code = method.__code__
    if code.co_flags & 0x0C:  # *args or **kwargs may carry it
        return True
    named = code.co_varnames[1 : code.co_argcount + code.co_kwonlyargcount][1:]  # past self and X
    if set(named) & set(code.co_cellvars):
        return True
    return any(n in named for i in dis.get_instructions(code) if i.opname.startswith("LOAD") for n in _names(i.argval))


def _names(argument: Any) -> tuple[Any, ...]:
    """The names an instruction loads: newer Pythons load two in one."""
    return argument if isinstance(argument, tuple) else (argument,)
