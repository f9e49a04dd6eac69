"""A key for what an object is made of: equal keys, equal content; different keys say nothing.

The content is what pickle would store, and beyond it the code: a function or class that was redefined (in a notebook
one edits and runs again) makes another key although its name is the same, and so does a changed global that a function
of the notebook reads.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from types import CodeType, FunctionType, ModuleType
from typing import Any

import numpy as np

_NOTEBOOK = "__main__"
_PLAIN = (bool, int, float, str, bytes, tuple, list, dict, set, frozenset, np.generic, np.ndarray, type(None))
"""What a notebook sets on its classes and changes there; methods are told by their code."""
_CANNOT = (pickle.PicklingError, TypeError, AttributeError, ValueError, NotImplementedError, RuntimeError)
"""What pickling raises for objects that cannot be: locks, handles, generators, and whatever their classes raise."""


@dataclass(frozen=True, eq=False)
class Content:
    """What an object was found to be made of.

    Attributes:
        key: its digest.
        parts: functions and classes that the key names by their address; while they live it belongs to nobody else.
    """

    key: bytes
    parts: tuple[Any, ...]


def content_of(thing: Any) -> Content | None:
    """The content of an object, or None if it cannot be pickled."""
    sink = _Digest()
    pickler = _Pickler(sink)
    try:
        pickler.dump(thing)
    except _CANNOT:
        return None
    return Content(sink.digest.digest(), tuple(pickler.parts))


class _Digest:
    """A file that keeps only the digest of what is written to it."""

    def __init__(self) -> None:
        self.digest = blake2b(digest_size=20)

    def write(self, data: Any) -> int:
        self.digest.update(data)
        return len(data)


class _Pickler(pickle.Pickler):
    def __init__(self, sink: _Digest) -> None:
        # arrays go straight to the digest, without a copy
        super().__init__(sink, protocol=5, buffer_callback=lambda buffer: sink.write(buffer.raw()) and None)
        self.parts: list[Any] = []

    def persistent_id(self, thing: Any) -> str | None:
        return thing.__name__ if isinstance(thing, ModuleType) else None

    def reducer_override(self, thing: Any) -> Any:
        state: Callable[[Any], Any] | None = next((s for kind, s in _STATES if isinstance(thing, kind)), None)
        if state is None:
            return NotImplemented
        self.parts.append(thing)
        # a built-in function stands for "made of": unlike a class it does not come by here again
        return len, (), (id(thing), state(thing))


def _state_of_function(function: FunctionType) -> tuple[Any, ...]:
    cells = [cell.cell_contents for cell in function.__closure__ or () if _is_filled(cell)]
    used: dict[str, Any] = {}
    if function.__module__ == _NOTEBOOK:
        used = {name: function.__globals__[name] for name in _names(function.__code__) if name in function.__globals__}
        used |= vars(function)
    return hash(function.__code__), function.__defaults__, function.__kwdefaults__, cells, used


def _state_of_class(kind: type) -> list[Any]:
    own = [member for member in vars(kind).values() if isinstance(member, FunctionType)]
    if kind.__module__ == _NOTEBOOK:
        plain = {name: member for name, member in vars(kind).items() if isinstance(member, _PLAIN) and name[:2] != "__"}
        return [own, kind.__bases__, plain]
    return [hash(member.__code__) for base in kind.__mro__ for member in vars(base).values() if _has_code(member)]


_STATES: tuple[tuple[type, Callable[[Any], Any]], ...] = ((FunctionType, _state_of_function), (type, _state_of_class))


def _has_code(member: Any) -> bool:
    return isinstance(member, FunctionType)


def _is_filled(cell: Any) -> bool:
    """False for a variable that has no value yet."""
    try:
        return cell.cell_contents is cell.cell_contents
    except ValueError:
        return False


def _names(code: CodeType) -> Iterator[str]:
    """Names that code looks up in its globals (or as attributes), the functions inside it included."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)
