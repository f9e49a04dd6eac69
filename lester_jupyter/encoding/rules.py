"""The rules of column lineage: for each class of transformer one function, found by the class of the fitted object.

A rule is a function `(fitted, inputs) -> Origins`, registered with `@rule(Class, …)`; its docstring is its
line in the documentation. The rule of a class also holds for a subclass that changes nothing about
what is computed; any other class is treated as unknown (`custom.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from inspect import getdoc
from typing import Any, Literal, TypeAlias

from lester_jupyter.encoding.inputs import Inputs
from lester_jupyter.encoding.origins import Origins
from lester_jupyter.errors import LineageError

Precision = Literal["exact", "over-approximate", "mixed", "as its parts", "no features"]
RuleFunction: TypeAlias = Callable[[Any, Inputs], Origins]

_HARMLESS = {"__init__", "__repr__", "get_feature_names_out"}
"""Methods a subclass may have of its own and still compute what its base does."""


@dataclass(frozen=True)
class Rule:
    """How the lineage of a family of transformers is found.

    Attributes:
        origins: the function.
        precision: whether its blocks are exact as a rule (the words tell the exceptions); "mixed" if that differs by
            block or by what it is given.
    """

    origins: RuleFunction
    precision: Precision

    @property
    def words(self) -> str:
        """The rule in one or two sentences."""
        return " ".join((getdoc(self.origins) or "").split())


RULES: dict[type, Rule] = {}
"""The rule of each class; filled when `lester_jupyter.encoding.transformers` is imported."""


def rule(*classes: type, precision: Precision = "exact") -> Callable[[RuleFunction], RuleFunction]:
    """Registers a rule for classes of transformers."""

    def register(function: RuleFunction) -> RuleFunction:
        RULES.update(dict.fromkeys(classes, Rule(function, precision)))
        return function

    return register


def rule_of(kind: type) -> Rule | None:
    """The rule that holds for a class, or None.

    A subclass inherits a rule only while every class in between defines no method that could change what is computed.
    """
    for base in kind.__mro__:
        if base in RULES:
            return RULES[base]
        if any(callable(member) and name not in _HARMLESS for name, member in vars(base).items()):
            return None
    return None


def origins(fitted: Any, inputs: Inputs) -> Origins:
    """Column lineage of one fitted transformer.

    Args:
        fitted: a fitted transformer of any kind.
        inputs: the columns it is given.

    Returns:
        The lineage of its features, in terms of these columns.

    Raises:
        LineageError: it is not fitted, takes another number of columns, or makes no features.
    """
    from lester_jupyter.encoding.custom import custom_origins

    found = None if hasattr(fitted, "lester_feature_origins") else rule_of(type(fitted))
    if found is not None and found.precision != "as its parts":
        _check_inputs(fitted, inputs)
    try:
        result = (custom_origins if found is None else found.origins)(fitted, inputs)
    except AttributeError as error:
        if not _is_unfitted(fitted):
            raise
        raise LineageError(
            f"{type(fitted).__name__} is not fitted, so its features are not known.", hint="call fit first."
        ) from error
    _check_outputs(fitted, inputs, result)
    return result


def _is_unfitted(fitted: Any) -> bool:
    from sklearn.exceptions import NotFittedError
    from sklearn.utils.validation import check_is_fitted

    try:
        check_is_fitted(fitted)
    except (NotFittedError, TypeError):
        return True
    return False


def _check_inputs(fitted: Any, inputs: Inputs) -> None:
    """Refuses columns that the transformer would refuse: the lineage would silently be about others."""
    given = inputs.names or ()
    names = [str(name) for name in getattr(fitted, "feature_names_in_", ())]
    # positions (of an array) are not compared with names, and a FunctionTransformer does not look at them
    named = names and given and all(isinstance(g, str) for g in given)
    if named and type(fitted).__name__ != "FunctionTransformer" and names != list(given):
        raise LineageError(
            f"{type(fitted).__name__} was fitted on other columns, or in another order: {', '.join(names[:10])}.",
            hint="pass the columns of the table that the encoder transforms, in its order.",
        )
    n = getattr(fitted, "n_features_in_", inputs.n)
    if n != inputs.n:
        raise wrong_number(fitted, n, inputs.n)


def wrong_number(fitted: Any, n_fitted: int, n_given: int) -> LineageError:
    """The error for a transformer that was fitted on another number of columns."""
    return LineageError(
        f"{type(fitted).__name__} was fitted on {n_fitted} columns, but is given {n_given}.",
        hint="pass the columns of the table that the encoder transforms, in its order.",
    )


def _check_outputs(fitted: Any, inputs: Inputs, result: Origins) -> None:
    """Refuses lineage of another shape than what comes out."""
    if result.n_inputs != inputs.n:
        raise wrong_number(fitted, result.n_inputs, inputs.n)
    if inputs.n_outputs is not None and result.n_outputs != inputs.n_outputs:
        raise LineageError(
            f"{type(fitted).__name__} makes {inputs.n_outputs} features, but its lineage tells of {result.n_outputs}.",
            hint="if the class declares lester_feature_origins, it must give one entry a feature.",
        )
