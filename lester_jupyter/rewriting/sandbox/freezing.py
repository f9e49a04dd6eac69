"""Takes from a notebook's namespace what one cell needs, in a form that crosses into the sandbox.

Functions and classes go as source text, modules as import statements, everything else as values of the wire format.
"""

from __future__ import annotations

import ast
import builtins
import inspect
import textwrap
from collections.abc import Mapping
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any, NamedTuple

from lester_jupyter.rewriting.sandbox.wire import NotEncodableError, encode
from lester_jupyter.rewriting.types import Finding


class Frozen(NamedTuple):
    """What the code needs from before.

    Attributes:
        source: imports, functions and classes, in the order in which they can be defined.
        values: input variables by name.
        findings: names that the code uses but that cannot be carried over.
    """

    source: str
    values: Mapping[str, Any]
    findings: tuple[Finding, ...]


def freeze_namespace(code: str, namespace: Mapping[str, Any] | None) -> Frozen:
    """Freezes the free names of `code`, and those of the functions and classes it uses.

    Args:
        code: the cell.
        namespace: the notebook's variables; None or empty when the cell stands alone.
    """
    freezer = _Freezer(namespace or {})
    freezer.add_names(code)
    return Frozen("\n".join([*freezer.imports, *freezer.definitions]), freezer.values, tuple(freezer.findings))


def free_names(code: str) -> list[str]:
    """Names that a source text reads before it has surely assigned them, in the order of their first use."""
    try:
        tree = ast.parse(code)
    except SyntaxError:
        return []
    found: dict[str, None] = {}
    _read_block(tree.body, set(), found)
    return [name for name in found if not hasattr(builtins, name)]


def _read_block(body: list[ast.stmt], bound: set[str], found: dict[str, None]) -> None:
    """Notes the free names of statements in order; `bound` grows by what they surely assign."""
    for statement in body:
        blocks = [block for name in ("body", "orelse", "finalbody") if (block := getattr(statement, name, None))]
        blocks += [handler.body for handler in getattr(statement, "handlers", [])]
        blocks += [case.body for case in getattr(statement, "cases", [])]
        inner = {node for block in blocks for part in block for node in ast.walk(part)}
        own = [node for node in ast.walk(statement) if node not in inner]
        hidden = bound | _local_names(own)
        for node in own:
            read = isinstance(node, ast.Name) and (
                isinstance(node.ctx, ast.Load) or isinstance(statement, ast.AugAssign)
            )
            if read and node.id not in hidden:  # type: ignore[attr-defined]
                found.setdefault(node.id)  # type: ignore[attr-defined]
        stored = {node.id for node in own if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
        stored |= {
            (a.asname or a.name).partition(".")[0] for node in own if isinstance(node, ast.alias) for a in (node,)
        }
        scope = bound | stored
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            bound.add(statement.name)
            arguments = {node.arg for node in own if isinstance(node, ast.arg)}
            _read_block(statement.body, bound | arguments, found)
            continue
        if isinstance(statement, (ast.With, ast.AsyncWith)):
            bound |= stored
            _read_block(statement.body, bound, found)
            continue
        scope |= {handler.name for handler in getattr(statement, "handlers", []) if handler.name}
        for block in blocks:  # what a branch or a loop assigns is sure inside it, but not after it
            _read_block(block, set(scope), found)
        if not isinstance(statement, (ast.For, ast.AsyncFor)):
            bound |= stored


def _local_names(nodes: list[ast.AST]) -> set[str]:
    """Names that comprehensions and lambdas bind for themselves."""
    targets = [node.target for node in nodes if isinstance(node, ast.comprehension)]
    names = {n.id for target in targets for n in ast.walk(target) if isinstance(n, ast.Name)}
    return names | {
        a.arg for node in nodes if isinstance(node, ast.Lambda) for a in ast.walk(node.args) if isinstance(a, ast.arg)
    }


class _Freezer:
    def __init__(self, namespace: Mapping[str, Any]) -> None:
        self._namespace = namespace
        self._seen: set[str] = set()
        self.imports: list[str] = []
        self.definitions: list[str] = []
        self.values: dict[str, Any] = {}
        self.findings: list[Finding] = []

    def add_names(self, code: str) -> None:
        """Freezes every name of the namespace that the source text mentions."""
        for name in free_names(code):
            if name in self._namespace and name not in self._seen:
                self._seen.add(name)
                self._add(name, self._namespace[name])

    def _add(self, name: str, value: Any) -> None:
        if isinstance(value, ModuleType):
            self.imports.append(f"import {value.__name__} as {name}" if value.__name__ != name else f"import {name}")
        elif isinstance(value, (FunctionType, type, BuiltinFunctionType)) or _is_library_callable(value):
            self._add_definition(name, value)
        else:
            self._add_value(name, value)

    def _add_definition(self, name: str, value: Any) -> None:
        home = getattr(value, "__module__", None)
        original = getattr(value, "__qualname__", name)
        if home not in {None, "__main__", "builtins"} and "<" not in original and "." not in original:
            self.imports.append(f"from {home} import {original} as {name}")
            return
        source = _source(name, value)
        if source is None:
            self._refuse(name, "its source text is not available")
            return
        if getattr(value, "__closure__", None):
            self._refuse(name, "it uses variables of the function that made it")
            return
        self.add_names(source)  # what it calls comes first
        self.definitions.append(source)

    def _add_value(self, name: str, value: Any) -> None:
        try:
            encode(value)
        except NotEncodableError as error:
            self._refuse(name, error.message.rstrip("."))
        else:
            self.values[name] = value

    def _refuse(self, name: str, reason: str) -> None:
        message = f"The variable {name!r} cannot be taken into the sandbox: {reason}."
        self.findings.append(Finding("input-not-carried", "warning", message, hint="define it in this cell"))


def _is_library_callable(value: Any) -> bool:
    """Such as NumPy's ufuncs: callables that are found by their name in their module."""
    return type(value).__name__ == "ufunc"


def _source(name: str, value: Any) -> str | None:
    """The definition of a function or class as it was typed, or None where it is unknown or defines something else."""
    try:
        source = textwrap.dedent(inspect.getsource(value))
        tree = ast.parse(source)
    except (OSError, TypeError, SyntaxError, IndentationError):
        return None
    first = tree.body[0] if len(tree.body) == 1 else None
    if isinstance(first, (ast.FunctionDef, ast.ClassDef)):
        return source if first.name == name else f"{source}\n{name} = {first.name}"
    named = isinstance(first, ast.Assign) and any(isinstance(t, ast.Name) and t.id == name for t in first.targets)
    return source if named else None
