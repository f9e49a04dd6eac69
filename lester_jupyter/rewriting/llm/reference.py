"""The section of the prompt that explains the declarative API, generated from the docstrings of the frame."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from lester_jupyter import frame

MODULE_FUNCTIONS = (
    "read_csv",
    "read_text",
    "read_lines",
    "read_json",
    "read_parquet",
    "from_pandas",
    "from_records",
    "union",
)
"""The functions of `lester_jupyter` that a rewrite may call."""

HIDDEN_METHODS = frozenset({"plan", "lineage", "opaque"})
"""Members of a frame that explain it, or that would hide what a rewrite does."""


class MissingDocstringError(Exception):
    """A public function of the API that nobody could use, since nothing says what it does."""


@cache
def reference() -> str:
    """The API: every public function and method, with its signature and its documentation."""
    functions = [document(f"ld.{name}", getattr(frame, name)) for name in MODULE_FUNCTIONS]
    methods = [document(f"frame.{name}", member) for name, member in public_members(frame.Frame)]
    return "\n\n".join([*functions, *methods])


def document(name: str, member: Callable[..., Any] | property) -> str:
    """One entry: `name(arguments)`, then the docstring, indented.

    Raises:
        MissingDocstringError: there is no docstring.
    """
    text = inspect.getdoc(member)
    if not text:
        raise MissingDocstringError(f"{name} has no docstring, so the prompt cannot explain it.")
    signature = "" if isinstance(member, property) else _signature(member)
    body = "\n".join(f"    {line}".rstrip() for line in text.splitlines())
    return f"{name}{signature}\n{body}"


_UNTOLD = ("self", "unfit")
"""Parameters that nobody passes: `unfit` is there to be refused."""


def _signature(function: Callable[..., Any]) -> str:
    signature = inspect.signature(function)
    kept = [p.replace(annotation=inspect.Parameter.empty) for n, p in signature.parameters.items() if n not in _UNTOLD]
    plain = signature.replace(parameters=kept, return_annotation=inspect.Signature.empty)
    returned = signature.return_annotation
    arrow = "" if returned is inspect.Signature.empty else f" -> {_annotation(returned)}"
    return f"{plain}{arrow}"


def _annotation(annotation: Any) -> str:
    text = annotation if isinstance(annotation, str) else getattr(annotation, "__name__", str(annotation))
    return re.sub(r"\b(typing|collections\.abc|pd)\.", "", text)


def public_members(kind: type) -> Iterator[tuple[str, Any]]:
    """Methods and properties in the order of their definition, inherited ones last, without those that only explain."""
    seen = set(HIDDEN_METHODS)
    for part in kind.__mro__[:-1]:
        for name, member in vars(part).items():
            if name.startswith("_") or name in seen:
                continue
            seen.add(name)
            unwrapped = member.__func__ if isinstance(member, classmethod | staticmethod) else member
            if isinstance(unwrapped, property) or callable(unwrapped):
                yield name, unwrapped
