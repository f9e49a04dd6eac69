"""The constants of a piece of code that its inputs are compared with: worth trying as inputs, with their neighbours."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

_MOST = 14
_FILE_NAME = re.compile(r".*\.(csv|tsv|txt|jsonl?|data|log|parquet|dat|xml|gz|py)$", re.IGNORECASE)


def constants_of(code: str) -> tuple[str, ...]:
    """Texts to put into fields, the most telling first.

    Numbers come with both neighbours, so that `>=` and `>` part; a year comes as the first and last day that it
    includes or excludes.
    """
    try:
        tree = ast.parse(code)
    except SyntaxError:
        return ()
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    compared: list[str] = []
    other: list[str] = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or isinstance(
            parents.get(node), (ast.Subscript, ast.JoinedStr, ast.Expr)
        ):
            continue
        telling = any(isinstance(ancestor, ast.Compare) for ancestor in _ancestors(node, parents)) or _in_collection(
            node, parents
        )
        (compared if telling else other).extend(_texts(node.value, telling=telling))
    return tuple(dict.fromkeys([*_interleaved(compared), *other]))[:_MOST]


def _ancestors(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> Iterator[ast.AST]:
    for _ in range(4):
        if node not in parents:
            return
        node = parents[node]
        yield node


def _in_collection(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> bool:
    return isinstance(parents.get(node), (ast.List, ast.Set, ast.Tuple, ast.Dict))


def _texts(value: object, *, telling: bool) -> list[str]:
    if isinstance(value, str):
        usable = (
            len(value) >= (1 if telling else 2)
            and len(value) <= 60
            and value.strip() == value
            and not _FILE_NAME.match(value)
        )
        return [value] if usable and "\n" not in value and "%" not in value else []
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not telling:
        return []
    if isinstance(value, float):
        step = max(abs(value) / 100, 0.01)
        return [f"{value:g}", f"{value - step:g}", f"{value + step:g}"]
    texts = [str(value), str(value - 1), str(value + 1)]
    if 1900 < value < 2100:
        texts += [f"{value}-01-01", f"{value - 1}-12-31", f"{value + 1}-01-01"]
    return texts


def _interleaved(texts: list[str]) -> list[str]:
    """Words before numbers: a filter on a word is the one that random data misses most often."""
    return sorted(texts, key=lambda text: text[:1].isdigit() or text[:1] == "-")
