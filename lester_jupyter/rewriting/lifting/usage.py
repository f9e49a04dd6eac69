"""Which names code reads, binds and changes: what a syntax tree says without being run."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable, Iterator, Sequence

MUTATORS = frozenset(
    [
        "add",
        "append",
        "appendleft",
        "clear",
        "discard",
        "extend",
        "insert",
        "pop",
        "popitem",
        "remove",
        "reverse",
        "setdefault",
        "sort",
        "update",
        "write",
        "writelines",
        "writerow",
        "writerows",
        "__setitem__",
    ]
)
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def root(node: ast.expr) -> str | None:
    """The variable at the bottom of `a.b[c].d`, or None."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call | ast.Starred):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else None


def dotted(node: ast.expr) -> str | None:
    """`a.b.c` as text, or None for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        base = dotted(node.value)
        return f"{base}.{node.attr}" if base is not None else None
    return None


def own(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes below, without the bodies of functions, classes and comprehensions (which bind names of their own)."""
    yield node
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (*_SCOPES, *_COMPREHENSIONS)):
            yield child
        else:
            yield from own(child)


def bound(nodes: Iterable[ast.AST]) -> dict[str, int]:
    """The names that statements (re)bind, each with its first line."""
    found: dict[str, int] = {}
    for node in nodes:
        for part in own(node):
            if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store | ast.Del):
                found.setdefault(part.id, part.lineno)
            elif isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                found.setdefault(part.name, part.lineno)
            elif isinstance(part, ast.Import | ast.ImportFrom):
                for alias in part.names:
                    found.setdefault(alias.asname or alias.name.split(".")[0], part.lineno)
            elif isinstance(part, ast.ExceptHandler) and part.name:
                found.setdefault(part.name, part.lineno)
    return found


def changed(nodes: Iterable[ast.AST]) -> dict[str, int]:
    """The names whose objects statements change in place (`x.append(…)`, `x[k] = …`, `del x[k]`), with their lines."""
    found: dict[str, int] = {}
    for node in nodes:
        for part in ast.walk(node):
            name: str | None = None
            if isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute) and part.func.attr in MUTATORS:
                name = root(part.func.value)
            elif isinstance(part, ast.Subscript | ast.Attribute) and isinstance(part.ctx, ast.Store | ast.Del):
                name = root(part)
            elif isinstance(part, ast.keyword) and part.arg == "file":
                name = root(part.value)
            if name is not None:
                found.setdefault(name, getattr(part, "lineno", getattr(node, "lineno", 1)))
    return found


def reads(node: ast.AST, hidden: frozenset[str] = frozenset()) -> dict[str, int]:
    """The names that code reads from outside itself, with the line of the first read; functions' bodies count."""
    found: dict[str, int] = {}
    _collect(node, hidden, found)
    return found


def _collect(node: ast.AST, hidden: frozenset[str], found: dict[str, int]) -> None:
    if isinstance(node, ast.Name):
        if isinstance(node.ctx, ast.Load) and node.id not in hidden:
            found.setdefault(node.id, node.lineno)
        return
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        arguments = node.args
        for default in (*arguments.defaults, *(d for d in arguments.kw_defaults if d is not None)):
            _collect(default, hidden, found)
        names = {a.arg for a in ast.walk(arguments) if isinstance(a, ast.arg)}
        body: Sequence[ast.AST] = node.body if isinstance(node.body, list) else [node.body]
        free = {n for part in body for p in ast.walk(part) if isinstance(p, ast.Global) for n in p.names}
        local = frozenset(names | (set(bound(body)) - free))
        for part in (*body, *getattr(node, "decorator_list", [])):
            _collect(part, hidden | local, found)
        return
    if isinstance(node, _COMPREHENSIONS):
        local = frozenset(n.id for g in node.generators for n in ast.walk(g.target) if isinstance(n, ast.Name))
        _collect(node.generators[0].iter, hidden, found)
        for child in ast.iter_child_nodes(node):
            _collect(child, hidden | local, found)
        return
    for child in ast.iter_child_nodes(node):
        _collect(child, hidden, found)
    if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name) and node.target.id not in hidden:
        found.setdefault(node.target.id, node.lineno)


def carried(body: Sequence[ast.stmt], given: Iterable[str]) -> dict[str, int]:
    """The names a loop's body binds and may read before it has bound them: state carried from row to row.

    Args:
        body: the statements of the loop.
        given: the names of its target.

    Returns:
        Each such name and the line that reads the previous row's value.
    """
    flow = _Flow(frozenset(bound(body)))
    flow.run(body, set(given))
    return flow.early


class _Flow:
    """Definite assignment within one iteration."""

    def __init__(self, bound_names: frozenset[str]) -> None:
        self._bound = bound_names
        self.early: dict[str, int] = {}

    def _use(self, node: ast.AST, sure: set[str]) -> None:
        for name, line in reads(node).items():
            if name in self._bound and name not in sure:
                self.early.setdefault(name, line)

    def run(self, body: Sequence[ast.stmt], sure: set[str]) -> set[str] | None:
        """The names surely bound after the statements; None when the end is never reached."""
        now: set[str] | None = set(sure)
        for statement in body:
            if now is None:
                return None
            now = self._statement(statement, now)
        return now

    def _statement(self, s: ast.stmt, sure: set[str]) -> set[str] | None:
        if isinstance(s, ast.Continue | ast.Break | ast.Return | ast.Raise):
            for child in ast.iter_child_nodes(s):
                self._use(child, sure)
            return None
        if isinstance(s, ast.If):
            self._use(s.test, sure)
            ends = [e for e in (self.run(s.body, sure), self.run(s.orelse, sure)) if e is not None]
            return set.intersection(*ends) if ends else None
        if isinstance(s, ast.For):
            self._use(s.iter, sure)
            self.run(s.body, sure | {n.id for n in ast.walk(s.target) if isinstance(n, ast.Name)})
            return self.run(s.orelse, sure) or sure
        if isinstance(s, ast.While):
            self._use(s.test, sure)
            self.run(s.body, sure)
            return sure
        if isinstance(s, ast.Try):
            blocks = ([*s.body, *s.orelse], *(h.body for h in s.handlers))
            reached = [e for block in blocks if (e := self.run(block, sure)) is not None]
            after = set.intersection(*reached) if reached else None
            return self.run(s.finalbody, after if after is not None else sure) if reached else None
        if isinstance(s, ast.With):
            for item in s.items:
                self._use(item.context_expr, sure)
            return self.run(s.body, sure | set(bound([i.optional_vars for i in s.items if i.optional_vars])))
        self._use(s, sure)
        return sure | set(bound([s]))


def free_names_of(tree: ast.Module) -> tuple[str, ...]:
    """The names a cell needs from the notebook, in order of first use; builtins are not among them."""
    defined: set[str] = set()
    found: dict[str, None] = {}
    later = set(bound(tree.body))
    for statement in tree.body:
        inner = isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        early = {} if inner else carried([statement], ())
        names = reads(statement)
        for name in names:
            known = name in defined or (inner and name in later) or (not inner and name in bound([statement]))
            if (not known or (name in early and name not in defined)) and not hasattr(builtins, name):
                found.setdefault(name)
        defined |= set(bound([statement]))
    return tuple(found)
