"""Estimators as users give them: made ready to be fitted, described for the plan, and their failures explained."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any

from lester_jupyter.encoding.folds import SeededFolds
from lester_jupyter.errors import LesterError, PlanError
from lester_jupyter.plan import Estimator

_FUNCTION = re.compile(r"<function (?:\S*<locals>\.)?(\S+) at 0x[0-9a-f]+>")
_ADDRESS = re.compile(r" at 0x[0-9a-f]+")
_LONG_LIST = re.compile(r"\[([^\[\],]*(?:,[^\[\],]*){4}),[^\[\],]*,[^\[\]]*\]")  # of seven items or more
_UNKNOWN_HINT = (
    'OneHotEncoder(handle_unknown="ignore"), or OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)'
)
_LIBRARIES = frozenset({"lester_jupyter", "sklearn", "scipy", "numpy", "pandas", "joblib", *sys.stdlib_module_names})


def ready(given: Any, what: str, seed: int) -> Any:
    """An unfitted copy of an estimator, so that the user's object is never changed.

    Random numbers come from the seed: wherever `random_state` is None, in the estimator or in any part of it, the copy
    has `random_state=seed` (modulo 2**32, as scikit-learn takes it).

    Args:
        given: an estimator, or a function or class that gives one when called without arguments.
        what: what it is for ("encode", "model"), for the messages.
        seed: of the run.

    Raises:
        PlanError: something that is no estimator.
    """
    from sklearn.base import clone

    made = _called(given, what) if isinstance(given, type) or not hasattr(given, "fit") else given
    if isinstance(made, type) or not hasattr(made, "fit"):
        raise PlanError(
            f"{what}= needs an estimator of scikit-learn's kind, got {type(made).__name__}.",
            hint=f"pass an unfitted estimator, or a function that gives one: {_EXAMPLES.get(what, what)}",
        )
    try:
        copy = clone(made)
    except (TypeError, RuntimeError) as error:
        raise PlanError(
            f"{type(made).__name__} cannot be copied before it is fitted: {error}.",
            hint="derive it from sklearn.base.BaseEstimator, and let __init__ only store its parameters",
        ) from error
    return _seeded(copy, seed % 2**32)


def _called(given: Any, what: str) -> Any:
    """What a function or class gives; anything else as it is."""
    if not callable(given):
        return given
    try:
        inspect.signature(given).bind()
    except TypeError as error:
        raise PlanError(
            f"{what}= is called without arguments, but {getattr(given, '__name__', given)!r:.80} needs some: {error}.",
            hint=f"pass an unfitted estimator: {_EXAMPLES.get(what, what)}",
        ) from error
    except ValueError:  # written in C: its parameters are not known
        pass
    return given()


_EXAMPLES = {
    "encode": 'ColumnTransformer([("price", StandardScaler(), ["price"])])',
    "model": "LogisticRegression()",
}


def _seeded(estimator: Any, seed: int) -> Any:
    from sklearn.preprocessing import TargetEncoder

    for part in _unfrozen((estimator, *parts_of(estimator))):
        for name, value in part.get_params(deep=False).items():
            if name == "random_state" and value is None:
                part.set_params(random_state=seed)
            elif getattr(value, "random_state", seed) is None and not hasattr(value, "get_params"):
                value.random_state = seed  # what deals out the folds of a cross-validation; the copy has its own
        if isinstance(part, TargetEncoder) and part.random_state == "deprecated" and isinstance(part.cv, int):
            part.set_params(cv=SeededFolds(part.cv, seed, stratified=part.target_type != "continuous"))
    return estimator


def _unfrozen(parts: Iterable[Any]) -> list[Any]:
    """The parts that were copied: what is frozen stays the user's own object, and is fitted already."""
    from sklearn.frozen import FrozenEstimator

    parts = list(parts)
    kept = [part for part in parts if isinstance(part, FrozenEstimator)]
    frozen = {id(inner) for part in kept for inner in (part, *parts_of(part))}
    return [part for part in parts if id(part) not in frozen]


def parts_of(estimator: Any) -> list[Any]:
    """The estimators that an estimator is made of, at any depth."""
    inner = estimator.get_params(deep=True).values()
    return [part for part in inner if hasattr(part, "get_params") and not isinstance(part, type)]


def described(estimator: Any, *, stateless: bool = False) -> Estimator:
    """An estimator as the plan has it; only an unfitted copy is kept.

    Args:
        estimator: fitted or not; None for columns that are passed through.
        stateless: whether fitting it learns nothing.
    """
    from sklearn.base import clone
    from sklearn.preprocessing import FunctionTransformer

    if estimator is None:
        return Estimator("passthrough", "passthrough", stateless=True, unfitted=FunctionTransformer())
    cls = type(estimator)
    passed_through = cls is FunctionTransformer and estimator.func is None  # as a fitted ColumnTransformer has it
    return Estimator(
        name="passthrough" if passed_through else _written(estimator),
        path=f"{cls.__module__}.{cls.__qualname__}",
        stateless=stateless,
        deterministic=_is_deterministic(estimator),
        unfitted=clone(estimator),
    )


def _written(estimator: Any) -> str:
    """Class and parameters in one line, the same in every process."""
    from sklearn.base import BaseEstimator

    whole = isinstance(estimator, BaseEstimator)  # else scikit-learn cuts out the middle
    text = estimator.__repr__(N_CHAR_MAX=100_000) if whole else repr(estimator)
    return _ADDRESS.sub("", _FUNCTION.sub(r"\1", " ".join(text.split())))


def _is_deterministic(estimator: Any) -> bool:
    """Whether no part draws random numbers without a seed, as far as parameters tell."""
    parts = (estimator, *parts_of(estimator))
    return all(part.get_params(deep=False).get("random_state", 0) is not None for part in parts)


def unfitted(estimator: Estimator) -> Any:
    """A copy of the plan's estimator, ready to be fitted.

    Raises:
        PlanError: a plan that was read from a file has its name only.
    """
    from sklearn.base import clone

    if estimator.unfitted is None:
        raise PlanError(
            f"The estimator {estimator.name} is not part of a plan that was read from a file.",
            hint="run the code that made the plan",
        )
    return clone(estimator.unfitted)


@contextmanager
def explaining(what: str, hint: str = "") -> Iterator[None]:
    """Within it, a library's complaint about its input becomes one clear error; errors of users' own code pass through.

    Args:
        what: what is being done, as the subject of the message ("The encoder could not be fitted").
        hint: what to do next.
    """
    try:
        yield
    except LesterError:
        raise
    except (ValueError, TypeError, IndexError, KeyError, AttributeError) as error:
        if _passed_users_code(error.__traceback__):
            raise
        text = _LONG_LIST.sub(r"[\1, …]", " ".join(str(error).split())).rstrip(".")
        raise PlanError(f"{what}: {text:.600}.", hint=_UNKNOWN_HINT if "unknown categor" in text else hint) from error


def _passed_users_code(traceback: TracebackType | None) -> bool:
    while traceback is not None:
        if str(traceback.tb_frame.f_globals.get("__name__")).split(".", maxsplit=1)[0] not in _LIBRARIES:
            return True
        traceback = traceback.tb_next
    return False
