"""Asks fitted estimators once more without leaving a trace: neither in them, nor in the process's random numbers."""

from __future__ import annotations

import random
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from copy import deepcopy
from typing import Any

import numpy as np

_probing: ContextVar[bool] = ContextVar("probing", default=False)


def is_probing() -> bool:
    """Whether an estimator is asked once more only to see what it looks at."""
    return _probing.get()


def copied(fitted: Any) -> Any | None:
    """A fitted estimator with a state of its own, or None if it cannot be copied.

    A transformer that counts its calls, or draws random numbers from a generator that it keeps, would give its next
    rows other features if it were asked in between.
    """
    try:
        return deepcopy(fitted)
    except Exception:  # noqa: BLE001 - what users' classes hold (handles, locks, clients) may raise anything
        return None


@contextmanager
def undisturbed() -> Iterator[None]:
    """Within it nobody is warned, and afterwards the global random numbers go on as if nothing had happened."""
    token = _probing.set(True)
    before, before_numpy = random.getstate(), np.random.get_state()  # noqa: NPY002 - users' code may draw from it
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # whatever there is to warn of was said when all rows went through
            yield
    finally:
        _probing.reset(token)
        random.setstate(before)
        np.random.set_state(before_numpy)  # noqa: NPY002
