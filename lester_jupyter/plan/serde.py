"""Plans as JSON and back. The format is read off the fields of the dataclasses, so a new operator needs nothing here.

Functions are written by name and text only: a plan that was read from a file shows what they did, but cannot run them.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable
from dataclasses import fields, is_dataclass
from decimal import Decimal
from typing import Any

from lester_jupyter.errors import PlanError
from lester_jupyter.plan import expressions
from lester_jupyter.plan.graph import Plan
from lester_jupyter.plan.operators import OPERATORS, Operator
from lester_jupyter.plan.references import CodeReference, Function, Source

VERSION = 1
_PLAIN = (CodeReference, Function, Source)
_VALUES: dict[str, type] = {
    cls.__name__: cls
    for cls in (*_PLAIN, *vars(expressions).values())
    if isinstance(cls, type) and is_dataclass(cls)
}
_TEXT: dict[str, type] = {"datetime": datetime.datetime, "date": datetime.date, "Decimal": Decimal}


class Unreadable:
    """Stands in for a constant that JSON cannot hold; shows its text, equals nothing."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return self.text


def _encode(value: Any) -> Any:
    if value is None or isinstance(value, bool | str) or type(value) is int:
        return value
    if type(value) is float:
        return value if value - value == 0 else {"float": repr(value)}  # inf and nan are no JSON
    if isinstance(value, tuple | list):
        return {type(value).__name__: [_encode(v) for v in value]}
    if isinstance(value, set | frozenset):
        return {"set": sorted((_encode(v) for v in value), key=repr)}
    if type(value).__name__ in _VALUES:
        encoded = {f.name: _encode(getattr(value, f.name)) for f in fields(value) if f.compare}
        return {"type": type(value).__name__, **encoded}
    if type(value).__name__ in _TEXT:
        text = value.isoformat() if hasattr(value, "isoformat") else str(value)
        return {"text": type(value).__name__, "value": text}
    if isinstance(value, Unreadable):
        return {"unreadable": value.text}
    return {"unreadable": repr(value)[:200]}


def _decode(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if "type" in value:
        cls = _VALUES[value["type"]]
        return cls(**{k: _decode(v) for k, v in value.items() if k != "type"})
    if "text" in value:
        kind = _TEXT[value["text"]]
        read = kind.fromisoformat if hasattr(kind, "fromisoformat") else kind
        return read(value["value"])
    [(tag, content)] = value.items()
    if tag == "float":
        return float(content)
    if tag == "unreadable":
        return Unreadable(content)
    items: Iterable[Any] = (_decode(v) for v in content)
    return {"tuple": tuple, "list": list, "set": frozenset}[tag](items)


def to_json(plan: Plan, indent: int | None = None) -> str:
    """Writes a plan as JSON."""
    operators = []
    for key, operator in plan.by_id.items():
        own = {
            f.name: _encode(getattr(operator, f.name)) for f in fields(operator) if f.name not in ("inputs", "code")
        }
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
        if document["version"] != VERSION:
            raise PlanError(f"This plan has format version {document['version']}; version {VERSION} is read here.")
        by_kind = {cls.kind: cls for cls in OPERATORS}
        made: dict[str, Operator] = {}
        for entry in document["operators"]:
            cls = by_kind[entry["kind"]]
            own = {k: _decode(v) for k, v in entry.items() if k not in ("id", "kind", "inputs")}
            made[entry["id"]] = cls(inputs=tuple(made[i] for i in entry["inputs"]), **own)
        return Plan(made[r] for r in document["roots"])
    except PlanError:
        raise
    except (ValueError, KeyError, TypeError) as error:
        raise PlanError(f"This is not a plan in JSON: {error}.") from error
