"""What the policy needs to know of a syntax tree before it judges: names, constants, and what the original says."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from string import Formatter

from lester_jupyter.rewriting.policy import rules


class Original:
    """What the original already says, and a rewrite may say again."""

    def __init__(self, code: str) -> None:
        try:
            tree = ast.parse(code)
        except (SyntaxError, ValueError, RecursionError):
            tree = ast.Module(body=[], type_ignores=[])
        self.modules: set[str] = set()
        self.strings: set[str] = set()
        self.expressions: set[str] = set()
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                self.modules |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                self.modules.add(node.module)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                self.strings.add(node.value)
            elif isinstance(node, (ast.JoinedStr, ast.BinOp, ast.Call)):
                self.expressions.add(ast.dump(node))


def imports(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Each name that an import binds, and what it stands for."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield (alias.asname, alias.name) if alias.asname else (alias.name.partition(".")[0],) * 2
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield alias.asname or alias.name, f"{node.module}.{alias.name}"


def module_aliases(tree: ast.AST) -> set[str]:
    """Names that stand for whole modules."""
    return {
        alias.asname or alias.name.partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    }


def text_constants(tree: ast.Module) -> dict[str, str]:
    """Names that are assigned one text, once."""
    found: dict[str, list[str | None]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.setdefault(node.id, []).append(None)
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            value = node.value.value if isinstance(node.value, ast.Constant) else None
            if isinstance(value, str) and len(found[node.targets[0].id]) == 1:
                found[node.targets[0].id] = [value]
    return {name: texts[0] for name, texts in found.items() if texts[0] is not None}


def root_name(node: ast.expr) -> str:
    """The first name of a chain of attributes, or nothing."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def is_denied(dotted: str) -> bool:
    """Whether a dotted name lies in a part of a library that a rewrite may not use."""
    return any(dotted == name or dotted.startswith(name + ".") for name in rules.SUBMODULES_DENIED)


def normal_path(path: str) -> str:
    """`./a.csv` and `a.csv` are one file."""
    return path.removeprefix("./")


def walks_to_internals(text: str) -> bool:
    """Whether a format string would walk from a value to its attributes, as `"{0.__class__}"` does."""
    if any(name in text for name in rules.DUNDERS if "{" in text or "@" in text):
        return True
    try:
        fields = [field for _, field, _, _ in Formatter().parse(text) if field]
    except ValueError:
        return False
    return any("._" in field or "[_" in field for field in fields)
