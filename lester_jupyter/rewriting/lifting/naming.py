"""Names for what the original left nameless: frames after their files, values after what makes them."""

from __future__ import annotations

import ast
import keyword
import re
from collections.abc import Collection

from lester_jupyter.rewriting.lifting.expressions import as_column, columns_of
from lester_jupyter.rewriting.lifting.usage import dotted

_VERBS = re.compile(r"^(get|compute|calc|calculate|extract|make|find|parse|to|determine|derive|detect|classify)_(?=.)")


def identifier(text: str, default: str = "records") -> str:
    """The nearest variable name, in lower case."""
    name = re.sub(r"\W+", "_", text).strip("_").lower()
    name = re.sub(r"(_\d+)+$", "", name) or name
    if not name or keyword.iskeyword(name) or name in ("data", "input", "file"):
        return default if not name else f"{name}_rows"
    return f"n_{name}" if name[0].isdigit() else name


def stem_of(path: ast.expr) -> str:
    """What the records of a file are called: the file's name without folder and ending."""
    texts = [n.value for n in ast.walk(path) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
    for text in reversed(texts):
        stem = text.rstrip("/").rsplit("/", 1)[-1]
        stem = re.sub(r"\.[A-Za-z]{1,7}$", "", stem)
        name = re.sub(r"\W+", "_", stem).strip("_")
        if name and not name.isdigit():
            return identifier(stem)
    names = [n.id for n in ast.walk(path) if isinstance(n, ast.Name)]
    for name in names:
        short = re.sub(r"_?(path|file|filename|name|csv|fn|fname)$", "", name.lower())
        if short:
            return identifier(short)
    return "records"


def suggest(node: ast.expr) -> str:
    """A column name for an expression without one: `title_lower`, `is_premium`, `sentiment`; else an empty string."""
    column = as_column(node)
    if column is not None:
        return column.hint
    columns = columns_of(node)
    base = columns[0].hint if len(columns) == 1 else ""
    if isinstance(node, ast.Call):
        function = dotted(node.func) if isinstance(node.func, ast.Name) else None
        if function is not None:
            short = {"len": "length", "int": "", "float": "", "str": ""}.get(function)
            if short is not None:
                return f"{base}_{short}".strip("_") if base else ""
            return _VERBS.sub("", function)
        if isinstance(node.func, ast.Attribute) and node.func.attr in ("split", "rsplit"):
            return "fields"
        if isinstance(node.func, ast.Attribute) and base:
            return base if node.func.attr in ("strip", "rstrip", "lstrip") else f"{base}_{node.func.attr}"
        return base
    if isinstance(node, ast.IfExp):
        return _condition(node.test) or base
    if isinstance(node, ast.Compare):
        return _condition(node)
    if isinstance(node, ast.Subscript) and base == "fields" and isinstance(node.slice, ast.Constant):
        return f"field_{node.slice.value!r}"
    if isinstance(node, ast.Subscript | ast.JoinedStr | ast.BinOp):
        return f"{base}_value" if base else "_".join(c.hint for c in columns if c.hint) if len(columns) == 2 else ""
    return base


def _condition(node: ast.expr) -> str:
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and isinstance(node.comparators[0], ast.Constant):
        value = node.comparators[0].value
        if isinstance(node.ops[0], ast.Eq) and isinstance(value, str) and value.isidentifier():
            return f"is_{value.lower()}"
    return ""


def unused(wanted: str, taken: Collection[str], more: Collection[str] = ()) -> str:
    """The wanted name, or the first of `more` that is free, or the name with a number."""
    for name in (wanted, *more):
        if name and name not in taken:
            return name
    number = 2
    while f"{wanted}_{number}" in taken:
        number += 1
    return f"{wanted}_{number}"
