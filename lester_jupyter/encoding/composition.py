"""Transformers made of transformers: their lineage is the product or the stack of their parts'."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Any

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.feature_extraction import DictVectorizer, FeatureHasher
from sklearn.feature_extraction.text import CountVectorizer, HashingVectorizer
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.preprocessing import FunctionTransformer

from lester_jupyter.encoding.columns import is_single, positions
from lester_jupyter.encoding.connections import Connections
from lester_jupyter.encoding.inputs import Inputs, UnknownWidthError
from lester_jupyter.encoding.origins import Origins
from lester_jupyter.encoding.rules import origins, rule, wrong_number


@dataclass(frozen=True)
class Branch:
    """One of the transformers that work side by side.

    Attributes:
        name: in the union.
        estimator: fitted; None passes the columns through.
        columns: positions of the columns it is given.
        origins: of its features, in terms of all columns of the union.
    """

    name: str
    estimator: Any
    columns: tuple[int, ...]
    origins: Origins


@rule(Pipeline, precision="as its parts")
def _pipeline(fitted: Pipeline, inputs: Inputs) -> Origins:
    """The product of its steps; "passthrough" changes nothing."""
    steps = [step for _, step in fitted.steps if not is_passed_through(step)]
    made = passed_through(inputs.n)
    given = replace(inputs, n_outputs=None)
    for step, following in zip_longest(steps, steps[1:]):
        if not hasattr(step, "transform") and following is None:
            break  # a model at the end predicts; the features are those before it
        n_outputs = inputs.n_outputs if following is None else accepted_width(following)
        now = origins(step, replace(given, n_outputs=n_outputs))
        made = now.after(made)
        kept = isinstance(step, FunctionTransformer) and step.func is None
        given = Inputs(made.n_outputs, given.names if kept else None, given.transformed(step))
    return made


@rule(FeatureUnion, precision="as its parts")
def _feature_union(fitted: FeatureUnion, inputs: Inputs) -> Origins:
    """Its branches one after the other; "drop" gives nothing."""
    return Origins.stack([b.origins for b in union_branches(fitted, inputs)], inputs.n)


@rule(ColumnTransformer, precision="as its parts")
def _column_transformer(fitted: ColumnTransformer, inputs: Inputs) -> Origins:
    """Its transformers in output order, each over its own columns; then the remainder."""
    return Origins.stack([b.origins for b in column_branches(fitted, inputs)], inputs.n)


def union_branches(fitted: FeatureUnion, inputs: Inputs) -> Iterator[Branch]:
    """The branches of a FeatureUnion that give features."""
    everything = tuple(range(inputs.n))
    weights = fitted.transformer_weights or {}
    parts = [(name, part) for name, part in fitted.transformer_list if not (isinstance(part, str) and part == "drop")]
    told = [_or_unknown(part, replace(inputs, n_outputs=None)) for _, part in parts]
    missing = [made for made in told if isinstance(made, UnknownWidthError)]
    if len(missing) > 1 or (missing and inputs.n_outputs is None):
        raise missing[0]
    # the one branch that does not tell its width has what the others leave
    left = (inputs.n_outputs or 0) - sum(made.n_outputs for made in told if isinstance(made, Origins))
    for (name, part), made in zip(parts, told, strict=True):
        known = made if isinstance(made, Origins) else origins(part, replace(inputs, n_outputs=left))
        yield Branch(name, None if is_passed_through(part) else part, everything, _weighted(known, weights.get(name)))


def _or_unknown(part: Any, inputs: Inputs) -> Origins | UnknownWidthError:
    """The lineage of one part, or the error that its width is not known."""
    try:
        return passed_through(inputs.n) if is_passed_through(part) else origins(part, inputs)
    except UnknownWidthError as error:
        return error


def column_branches(fitted: ColumnTransformer, inputs: Inputs) -> Iterator[Branch]:
    """The transformers of a ColumnTransformer that are given columns, in output order, the remainder last."""
    fitted_names = getattr(fitted, "feature_names_in_", None)
    names = None if fitted_names is None else [str(n) for n in fitted_names]
    place = _places(fitted, names, inputs)
    weights = fitted.transformer_weights or {}
    for name, part, spec in fitted.transformers_:
        chosen = positions(spec, names, fitted.n_features_in_)
        if not chosen or (isinstance(part, str) and part == "drop"):
            continue
        columns = tuple(place(c) for c in chosen)
        out = fitted.output_indices_[name]
        given = inputs.taken(columns, is_single(spec), out.stop - out.start)
        made = passed_through(given.n) if is_passed_through(part) else origins(part, given)
        made = made.after(Origins.of(Connections.pick(columns, inputs.n)))
        yield Branch(name, None if is_passed_through(part) else part, columns, _weighted(made, weights.get(name)))


def passed_through(n: int) -> Origins:
    """Lineage of columns that nothing is done to."""
    return Origins.of(Connections.identity(n))


def accepted_width(step: Any) -> int | None:
    """How many columns a fitted step takes, None if it does not know; those that take records take one."""
    first = step
    while isinstance(first, Pipeline):
        inner = [s for _, s in first.steps if not is_passed_through(s)]
        if not inner:
            return None
        first = inner[0]
    if isinstance(first, FeatureUnion):
        widths = {accepted_width(p) for _, p in first.transformer_list if not isinstance(p, str)} - {None}
        return widths.pop() if len(widths) == 1 else None
    if isinstance(first, CountVectorizer | HashingVectorizer | DictVectorizer | FeatureHasher):
        return 1
    n: int | None = getattr(first, "n_features_in_", None)
    return n


def is_passed_through(part: Any) -> bool:
    """True for the ways scikit-learn has to say that nothing is done."""
    return part is None or (isinstance(part, str) and part == "passthrough")


def _weighted(made: Origins, weight: float | None) -> Origins:
    """A weight of 0 leaves zeros of the features: that they hang on their columns is then too much."""
    return replace(made, exact=np.zeros_like(made.exact)) if weight == 0 else made


def _places(fitted: ColumnTransformer, names: list[str] | None, inputs: Inputs) -> Callable[[int], int]:
    """Where a column of the fit stands in the given table: in a table with names scikit-learn looks it up by name."""
    n, given = fitted.n_features_in_, inputs.names
    if names is None or given is None or list(given) == names or not all(isinstance(g, str) for g in given):
        if n != inputs.n:
            raise wrong_number(fitted, n, inputs.n)
        return int
    return lambda column: positions(names[column], given, inputs.n)[0]
