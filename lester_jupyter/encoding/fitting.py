"""Fits an encoder as a whole, exactly as scikit-learn does it, and tells its features apart by transformer.

The parts look into one matrix, they hold no copies.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import FeatureUnion, Pipeline

from lester_jupyter.encoding.blocks import NamedBlock
from lester_jupyter.encoding.columns import is_single
from lester_jupyter.encoding.composition import is_passed_through
from lester_jupyter.encoding.estimators import described, explaining
from lester_jupyter.encoding.features import named_blocks
from lester_jupyter.encoding.operators import Encoded, check_matrix, feature_edges, given_to, width
from lester_jupyter.encoding.row_by_row import is_known, seems_so
from lester_jupyter.engines import Relation
from lester_jupyter.engines.pandas.operators import run
from lester_jupyter.errors import PlanError, UnknownColumnError
from lester_jupyter.lineage import Identity, Step
from lester_jupyter.plan import ConcatFeatures, FeatureBlock, FitTransform, Transform
from lester_jupyter.plan.references import Name


@dataclass(frozen=True, eq=False)
class Encoding:
    """A fitted encoder, and the features of the rows it learned from.

    Attributes:
        fitted: the encoder as a whole.
        columns: the columns of the table it is given, in order.
        features: of all its transformers side by side.
        parts: one relation a transformer, in the order of the features.
    """

    fitted: Any
    columns: tuple[Name, ...]
    features: Relation
    parts: tuple[Relation, ...]

    def transform(self, table: Relation) -> Relation:
        """The features of other rows.

        Args:
            table: the rows, with the columns of the table that the encoder was fitted on.

        Raises:
            PlanError: rows that the encoder cannot take.
        """
        with explaining("The encoder cannot transform these rows"):
            matrix = self.fitted.transform(table.table[list(self.columns)])
        check_matrix(matrix, len(table.table), self.fitted)
        made: list[Relation] = []
        for part in self.parts:
            fit: FitTransform = part.step.operator  # type: ignore[assignment]
            encoded: Encoded = part.table
            inputs = (table,) if fit.estimator.stateless else (table, part)
            operator = Transform(
                inputs=tuple(i.step.operator for i in inputs),
                name=fit.name,
                estimator=fit.estimator,
                sources=fit.sources,
                n_features=fit.n_features,
                origins=fit.origins,
                one_dimensional=fit.one_dimensional,
                weight=fit.weight,
                row_by_row=fit.row_by_row,
            )
            made_of = Encoded(matrix, encoded.start, encoded.stop, encoded.fitted)
            # these rows may be of another kind (with missing values) than those it was asked about before
            alone = fit.row_by_row or (
                isinstance(part.step.edges[0], Identity)
                and seems_so(encoded.fitted, "transform", given_to(fit, table.table), made_of.matrix, fit.weight)
            )
            edges = feature_edges(len(table.table), encoded.n_rows, n_slots=len(inputs), row_by_row=alone)
            step = Step(operator, len(table.table), tuple(i.step for i in inputs), edges)
            made.append(Relation(made_of, step))
        return _concatenated(made)


def fit_encoder(encoder: Any, table: Relation, label: Name) -> Encoding:
    """Fits an encoder on all columns of a table but the label.

    Args:
        encoder: unfitted; it is fitted in place.
        table: the rows to learn from, with their label.
        label: the label column, which is given to the fit as `y` and to nobody as a feature.

    Raises:
        PlanError: an encoder that cannot take these columns, asks for the label, or makes no features.
    """
    columns = tuple(c for c in table.step.operator.columns if c != label)
    rows: pd.DataFrame = table.table[list(columns)]
    _check_specs(encoder, columns, label)
    if not hasattr(encoder, "transform"):
        raise PlanError(
            f"{type(encoder).__name__} cannot transform rows it was not fitted on, so it cannot encode a test part.",
            hint="encode= is for transformers; a model at its end belongs into model=",
        )
    with explaining("The encoder could not be fitted", _hint(encoder)):
        fit = encoder.fit_transform if hasattr(encoder, "fit_transform") else _fit_then_transform(encoder)
        matrix = fit(rows, table.table[label].to_numpy())
    check_matrix(matrix, len(rows), encoder)
    if width(matrix) == 0:
        raise PlanError("The encoder makes no features.", hint="name the columns that it is to use")
    blocks = named_blocks(encoder, columns, rows.head(20))
    if not blocks or blocks[-1].stop != width(matrix):
        told = blocks[-1].stop if blocks else 0
        raise PlanError(f"The encoder makes {width(matrix)} features, but its lineage tells of {told}.")
    parts = tuple(_part(encoder, block, matrix, table, label) for block in blocks)
    return Encoding(encoder, columns, _concatenated(parts), parts)


def _fit_then_transform(encoder: Any) -> Any:
    return lambda rows, labels: encoder.fit(rows, labels).transform(rows)


def _check_specs(encoder: Any, columns: Sequence[Name], label: Name) -> None:
    """Names the columns that the encoder asks for and cannot have, before scikit-learn does."""
    for name, spec in _asked(encoder):
        asked = [spec] if isinstance(spec, str) else spec if isinstance(spec, list | tuple) else []
        missing = [a for a in asked if isinstance(a, str) and a not in columns]
        if label in missing:
            raise PlanError(
                f"The transformer {name!r} of the encoder asks for {label!r}: features made of the label give it away.",
                available=map(str, columns),
            )
        if missing:
            raise UnknownColumnError.of(missing, columns)


def _hint(encoder: Any) -> str:
    """What to do about an encoder that does not take the columns: texts most often are named in a list by mistake."""
    from sklearn.feature_extraction.text import CountVectorizer, HashingVectorizer

    for name, transformer, spec in encoder.transformers if isinstance(encoder, ColumnTransformer) else ():
        first = _first_step(transformer)
        if isinstance(first, CountVectorizer | HashingVectorizer) and isinstance(spec, list) and spec:
            kind = type(first).__name__
            return f"{kind} takes one column as text, not as a list: ({name!r}, {kind}(), {spec[0]!r})"
    return "it is given the prepared columns without the label"


def _asked(encoder: Any) -> Iterator[tuple[str, Any]]:
    """The names and column specifications of all transformers that take columns of the table by name."""
    if isinstance(encoder, ColumnTransformer):
        yield from ((name, spec) for name, _, spec in encoder.transformers)
    elif isinstance(encoder, FeatureUnion):
        for _, part in encoder.transformer_list:
            yield from _asked(part)
    elif isinstance(encoder, Pipeline):
        yield from _asked(_first_step(encoder))


def _first_step(transformer: Any) -> Any:
    """What is given the columns: the first step of a Pipeline that does something; anything else as it is."""
    while isinstance(transformer, Pipeline):
        transformer = next((step for _, step in transformer.steps if not is_passed_through(step)), None)
    return transformer


def _part(encoder: Any, block: NamedBlock, matrix: Any, table: Relation, label: Name) -> Relation:
    """The features of one of the transformers, as an operator that has run."""
    columns = [c for c in table.step.operator.columns if c != label]
    read = list(dict.fromkeys(block.columns))
    place = {position: i for i, position in enumerate(read)}
    origins = tuple(_within(b, block.start, place) for b in block.blocks)
    learns = any(o.fits or o.label for o in origins) or not origins
    inputs = (table, table) if learns else (table,)
    one_dimensional, weight = _manner(encoder, block.name)
    operator = FitTransform(
        inputs=tuple(i.step.operator for i in inputs),
        name=block.name,
        estimator=described(block.estimator, stateless=not learns),
        sources=tuple(columns[p] for p in read),
        n_features=block.stop - block.start,
        origins=origins,
        one_dimensional=one_dimensional,
        weight=weight,
        row_by_row=is_known(block.estimator),
        label=label if any(o.label for o in origins) else None,
    )
    n_rows = len(table.table)
    own = Encoded(matrix, block.start, block.stop).matrix
    alone = operator.row_by_row or seems_so(
        block.estimator, "transform", given_to(operator, table.table), own, operator.weight
    )
    edges = feature_edges(n_rows, n_rows, n_slots=len(inputs), row_by_row=alone)
    step = Step(operator, n_rows, tuple(i.step for i in inputs), edges)
    return Relation(Encoded(matrix, block.start, block.stop, block.estimator), step)


def _within(block: FeatureBlock, offset: int, place: dict[int, int]) -> FeatureBlock:
    """A block of the encoder as one of the transformer: its own features, and the columns that it was given."""
    values, fits = (tuple(sorted(place[p] for p in positions)) for positions in (block.values, block.fits))
    return replace(block.moved(-offset), values=values, fits=fits)


def _side_by_side(encoder: Any) -> Any:
    """What holds the transformers that work side by side: the encoder, or the only step of a Pipeline."""
    whole = encoder
    while isinstance(whole, Pipeline):
        steps = [step for _, step in whole.steps if not is_passed_through(step)]
        if len(steps) != 1:
            break
        whole = steps[0]
    return whole


def _manner(encoder: Any, name: str) -> tuple[bool, float]:
    """Whether a transformer is given one column as a sequence, and what its features are multiplied by."""
    whole = _side_by_side(encoder)
    if not isinstance(whole, ColumnTransformer | FeatureUnion):
        return False, 1.0
    specs = {n: spec for n, _, spec in whole.transformers_} if isinstance(whole, ColumnTransformer) else {}
    return is_single(specs.get(name, [])), float((whole.transformer_weights or {}).get(name, 1.0))


def _concatenated(parts: Sequence[Relation]) -> Relation:
    operator = ConcatFeatures(inputs=tuple(p.step.operator for p in parts))
    result = run(operator, [p.table for p in parts], [p.step for p in parts])
    return Relation(result.table, Step(operator, parts[0].table.n_rows, tuple(p.step for p in parts), result.edges))
