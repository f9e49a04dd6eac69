"""Plans as JSON and back. The format is read off the fields of the dataclasses, so a new operator needs nothing here.

Functions are written by name and text only: a plan that was read from a file shows what they did, but cannot run them.
"""

from __future__ import annotations

import base64
import datetime
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from decimal import Decimal
from typing import Any

from lester_jupyter.errors import PlanError
from lester_jupyter.plan import expressions
from lester_jupyter.plan.graph import Plan
from lester_jupyter.plan.operator import Operator
from lester_jupyter.plan.operators import OPERATORS, Aggregation, FeatureBlock
from lester_jupyter.plan.references import CodeReference, Estimator, Function, Snapshot, Source, Unreadable

VERSION = 1
_NODES: dict[str, type] = {
    cls.__name__: cls
    for cls in (CodeReference, Function, Estimator, Source, Aggregation, FeatureBlock, *vars(expressions).values())
    if isinstance(cls, type) and is_dataclass(cls)
}
_TEXTS: dict[str, type] = {"datetime": datetime.datetime, "date": datetime.date, "Decimal": Decimal}
_CLASSES: dict[str, type] = {cls.__name__: cls for cls in (str, int, float, bool, object)}  # dtypes in readers' options


def _encode(value: Any) -> Any:
    """A value as JSON: plain ones as they are, all others as an object that names their kind."""
    if value is None or isinstance(value, bool | str) or type(value) is int:
        return value
    if type(value) is float:
        return value if math.isfinite(value) else {"float": repr(value)}
    if isinstance(value, tuple):
        return {"tuple": [_encode(v) for v in value]}
    if isinstance(value, list):
        return {"list": [_encode(v) for v in value]}
    if isinstance(value, dict):
        return {"dict": [[_encode(k), _encode(v)] for k, v in value.items()]}
    if isinstance(value, bytes):
        return {"bytes": base64.b64encode(value).decode()}
    if isinstance(value, Snapshot):
        return {"snapshot": value.digest}
    if isinstance(value, set | frozenset):
        return {"set": sorted((_encode(v) for v in value), key=repr)}
    name = type(value).__name__
    if is_dataclass(value) and _NODES.get(name) is type(value):
        return {"node": name, **{f.name: _encode(getattr(value, f.name)) for f in fields(value) if f.compare}}
    if isinstance(value, type) and _CLASSES.get(value.__name__) is value:
        return {"class": value.__name__}
    return _encode_text(value)


def _encode_text(value: Any) -> dict[str, str]:
    for name, kind in _TEXTS.items():
        if isinstance(value, kind):
            text = value.isoformat() if hasattr(value, "isoformat") else str(value)
            try:
                if _from_text(name, text) == value:
                    return {"text": name, "value": text}
            except ValueError:  # pandas' own times may be finer, or no time at all
                break
    return {"unreadable": value.text if isinstance(value, Unreadable) else repr(value)[:200]}


def _from_text(name: str, text: str) -> Any:
    kind = _TEXTS[name]
    return kind.fromisoformat(text) if hasattr(kind, "fromisoformat") else kind(text)


_CONTENTS: dict[str, Callable[[Any], Any]] = {
    "float": float,
    "unreadable": Unreadable,
    "bytes": base64.b64decode,
    "snapshot": Snapshot,
    "class": _CLASSES.__getitem__,
    "tuple": lambda items: tuple(map(_decode, items)),
    "list": lambda items: list(map(_decode, items)),
    "set": lambda items: frozenset(map(_decode, items)),
    "dict": lambda pairs: {_decode(k): _decode(v) for k, v in pairs},
}


def _known(table: Mapping[str, Any], key: Any, what: str) -> Any:
    """What a table has by that name.

    Raises:
        PlanError: a name that it does not have.
    """
    if not isinstance(key, str) or key not in table:
        raise PlanError(
            f"This plan in JSON is damaged: it names {what} {key!r:.80}, and there is none.", available=sorted(table)
        )
    return table[key]


def _decode(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if "node" in value:
        cls = _known(_NODES, value["node"], "the expression")
        return cls(**{k: _decode(v) for k, v in value.items() if k != "node"})
    if "text" in value:
        return _from_text(value["text"], value["value"])
    [(tag, content)] = value.items()
    return _CONTENTS[tag](content)


def to_json(plan: Plan, indent: int | None = None) -> str:
    """Writes a plan as JSON."""
    operators = []
    for key, operator in plan.by_id.items():
        own = {f.name: _encode(getattr(operator, f.name)) for f in fields(operator) if f.name not in ("inputs", "code")}
        operators.append(
            {
                "id": key,
                "kind": operator.kind,
                "inputs": [plan.ids[i] for i in operator.inputs],
                "code": _encode(operator.code),
                **own,
            }
        )
    document = {"version": VERSION, "roots": [plan.ids[r] for r in plan.roots], "operators": operators}
    return json.dumps(document, indent=indent, ensure_ascii=False)


def from_json(text: str) -> Plan:
    """Reads a plan that `to_json` wrote.

    Raises:
        PlanError: text that is no such plan.
    """
    try:
        document = json.loads(text)
        version = document["version"]
    except (ValueError, KeyError, TypeError) as error:
        hint = "write one with frame.plan.to_json()"
        raise PlanError(f"This is not a plan in JSON: {type(error).__name__}, {error}.", hint=hint) from error
    if version != VERSION:
        raise PlanError(f"This plan has format version {version}; version {VERSION} is read here.")
    try:
        by_kind = {cls.kind: cls for cls in OPERATORS}
        made: dict[str, Operator] = {}
        for entry in document["operators"]:
            cls = _known(by_kind, entry["kind"], "the operator")
            own = {k: _decode(v) for k, v in entry.items() if k not in ("id", "kind", "inputs")}
            made[entry["id"]] = cls(inputs=tuple(_known(made, i, "the input") for i in entry["inputs"]), **own)
        return Plan(_known(made, r, "the result") for r in document["roots"])
    except KeyError as error:
        raise PlanError(f"This plan in JSON is damaged: {error} is missing, or of an unknown kind.") from error
    except (ValueError, TypeError, AttributeError) as error:
        raise PlanError(f"This plan in JSON is damaged: {str(error).rstrip('.')}.") from error
