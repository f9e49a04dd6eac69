"""How a value is built, in Python's words and without its content: "list of 57 tuple[str, str, bool]"."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from lester_jupyter.rewriting.llm.privacy import Vocabulary

_LOOKED_AT = 1000
_DEPTH = 3
_VARIANTS = 5


def describe_shape(value: Any, vocabulary: Vocabulary) -> str:
    """The shape of a value.

    Args:
        value: an output of the original, or a variable it uses.
        vocabulary: decides which names of columns may be shown; the others are numbered.
    """
    if _is_frame(value):
        names = [str(c) if vocabulary.knows(str(c)) else f"column {i}" for i, c in enumerate(value.columns)]
        columns = ", ".join(f"{name} ({kind})" for name, kind in zip(names, value.dtypes, strict=True))
        return f"pandas DataFrame of {len(value)} rows with columns {columns}"
    if isinstance(value, Mapping):
        keys, values = _element(value.keys(), vocabulary), _element(value.values(), vocabulary)
        return f"{type(value).__name__} of {len(value)} entries: {keys} -> {values}"
    if isinstance(value, list | tuple | set | frozenset):
        return f"{type(value).__name__} of {len(value)} {_element(value, vocabulary)}"
    return type(value).__name__


def _is_frame(value: Any) -> bool:
    return type(value).__name__ == "DataFrame" and hasattr(value, "dtypes") and hasattr(value, "columns")


def _element(values: Iterable[Any], vocabulary: Vocabulary, depth: int = 1) -> str:
    found = dict.fromkeys(_type(v, vocabulary, depth) for v, _ in zip(values, range(_LOOKED_AT), strict=False))
    variants = list(found)
    more = ["…"] if len(variants) > _VARIANTS else []
    return " | ".join(variants[:_VARIANTS] + more) or "nothing"


def _type(value: Any, vocabulary: Vocabulary, depth: int) -> str:
    kind = type(value).__name__
    if depth >= _DEPTH:
        return kind
    if isinstance(value, tuple):
        return f"{kind}[{', '.join(_type(v, vocabulary, depth + 1) for v in value)}]"
    if isinstance(value, Mapping):
        # Inside a collection a dictionary is a record: its keys are names, as far as they may be shown.
        entries = (
            f"{key!r}: {_type(v, vocabulary, depth + 1)}" if vocabulary.knows(str(key)) else "…"
            for key, v in value.items()
        )
        return f"{kind}{{{', '.join(entries)}}}"
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return f"{kind}[{_element(value, vocabulary, depth + 1)}]"
    return kind
