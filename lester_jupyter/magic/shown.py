"""A plan as the view sees it: operators by id, with their column lineage in ranges."""

from __future__ import annotations

from dataclasses import dataclass
from functools import singledispatch
from itertools import pairwise

from lester_jupyter.plan import (
    ConcatFeatures,
    Estimator,
    FitModel,
    FitTransform,
    Operator,
    Plan,
    Predict,
    Split,
    Transform,
)
from lester_jupyter.plan.format import describe
from lester_jupyter.widgets.edges import Edge, from_each, in_ranges, joined
from lester_jupyter.widgets.messages import NAMED_COLUMNS


@dataclass(frozen=True)
class ShownOperator:
    """One operator as the view sees it; see `widgets.source.PlanOperator`."""

    id: str
    kind: str
    label: str
    brief: tuple[str, str] | None
    part: str | None
    inputs: tuple[str, ...]
    fit_slots: tuple[int, ...]
    columns: tuple[str, ...]
    width: int
    values: tuple[Edge, ...]
    fits: tuple[Edge, ...]
    own_controls: tuple[Edge, ...]
    controls: tuple[tuple[int, int], ...]
    exact: bool


@dataclass(frozen=True)
class ShownPlan:
    """The operators, inputs first."""

    operators: tuple[ShownOperator, ...]


def shown(plan: Plan) -> ShownPlan:
    """A plan, by ids."""
    return ShownPlan(tuple(_shown(key, operator, plan) for key, operator in plan.by_id.items()))


def _shown(key: str, operator: Operator, plan: Plan) -> ShownOperator:
    return ShownOperator(
        id=key,
        kind=operator.kind,
        label=_label(operator, plan),
        brief=_brief(operator),
        part=operator.part if isinstance(operator, Split) else None,
        inputs=tuple(plan.ids[i] for i in operator.inputs),
        fit_slots=tuple(sorted(s for s in operator.fit_slots if s < len(operator.inputs))),
        columns=_names(operator),
        width=operator.n_columns,
        values=_values(operator),
        fits=_fits(operator),
        own_controls=in_ranges(operator.column_control_edges()),
        controls=tuple(operator.control_edges()),
        exact=operator.exact,
    )


def _label(operator: Operator, plan: Plan) -> str:
    """What an operator does; of a model the class alone, its parameters are among its records."""
    if isinstance(operator, FitModel):
        return f"{_class(operator.estimator)} learns {operator.label}"
    return describe(operator, plan)


def _class(estimator: Estimator) -> str:
    return estimator.name.split("(", maxsplit=1)[0]


def _brief(operator: Operator) -> tuple[str, str] | None:
    if not isinstance(operator, FitTransform | Transform):
        return None
    made = f"{_class(operator.estimator)} → {operator.n_features:,}"
    return ", ".join(map(str, operator.sources)), made


@singledispatch
def _names(operator: Operator) -> tuple[str, ...]:
    """Names of the first columns. Those of features are numbers, made here for as few as are shown."""
    return tuple(map(str, operator.columns[:NAMED_COLUMNS]))


@_names.register(FitTransform)
@_names.register(Transform)
def _(operator: FitTransform | Transform) -> tuple[str, ...]:
    return tuple(f"{operator.name}_{i}" for i in range(min(operator.n_features, NAMED_COLUMNS)))


@_names.register
def _(operator: ConcatFeatures) -> tuple[str, ...]:
    return tuple(f"x_{i}" for i in range(min(operator.n_columns, NAMED_COLUMNS)))


@singledispatch
def _values(operator: Operator) -> tuple[Edge, ...]:
    """Value edges. Those of features are written as the operator knows them, not one by one: there may be millions."""
    return in_ranges(operator.value_edges())


@_values.register(FitTransform)
@_values.register(Transform)
def _(operator: FitTransform | Transform) -> tuple[Edge, ...]:
    read = [operator.position(s) for s in operator.sources]
    return joined(
        edge for o in operator.origins for edge in from_each(range(o.start, o.stop), 0, [read[i] for i in o.values])
    )


@_values.register
def _(operator: ConcatFeatures) -> tuple[Edge, ...]:
    return tuple((first, slot, 0, last - first) for slot, (first, last) in enumerate(pairwise(operator.offsets)))


@_values.register
def _(operator: Predict) -> tuple[Edge, ...]:
    return from_each(range(1), 0, range(operator.inputs[0].n_columns))


@singledispatch
def _fits(operator: Operator) -> tuple[Edge, ...]:
    """Fit edges, likewise."""
    return in_ranges(operator.fit_edges())


@_fits.register
def _(operator: FitTransform) -> tuple[Edge, ...]:
    if len(operator.inputs) < 2:
        return ()
    read = [operator.position(s) for s in operator.sources]
    label = [] if operator.label is None else [operator.position(operator.label)]
    return joined(
        edge
        for o in operator.origins
        for edge in from_each(range(o.start, o.stop), 1, [*(read[i] for i in o.fits), *(label if o.label else ())])
    )


@_fits.register
def _(operator: Transform) -> tuple[Edge, ...]:
    return ((0, 1, 0, operator.n_features),) if len(operator.inputs) == 2 and operator.n_features else ()


@_fits.register
def _(operator: FitModel) -> tuple[Edge, ...]:
    features = from_each(range(1), 0, range(operator.inputs[0].n_columns))
    return (*features, (0, 1, operator.position(operator.label, 1), 1))
