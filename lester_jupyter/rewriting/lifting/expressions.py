"""Python expressions over the columns of a relation: trees in which a column is a name nobody can write.

`§3§str§email` is column 3, holding strings, best called `email`. So a tree can be copied, compared and unparsed with
the standard library alone, and columns never clash with variables of the program.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, cast

Kind = Literal["str", "int", "float", "bool", "list", "cell", "unknown"]

_MARK = "§"


@dataclass(frozen=True)
class Column:
    """One column of one relation; two columns are the same when their numbers are.

    Attributes:
        number: unique within one lift.
        hint: the name its maker would give it, or an empty string.
        kind: what its values are certain to be; `cell` is a value of a DataFrame (a scalar, or missing).
    """

    number: int
    hint: str = field(default="", compare=False)
    kind: Kind = field(default="unknown", compare=False)


def reference(column: Column) -> ast.expr:
    """The expression that is just this column."""
    return ast.Name(id=f"{_MARK}{column.number}{_MARK}{column.kind}{_MARK}{column.hint}", ctx=ast.Load())


def as_column(node: ast.AST) -> Column | None:
    """The column that the expression is, or None when it is more than that."""
    if not (isinstance(node, ast.Name) and node.id.startswith(_MARK)):
        return None
    _, number, kind, hint = node.id.split(_MARK, 3)
    return Column(int(number), hint, cast("Kind", kind))


def columns_of(node: ast.AST) -> tuple[Column, ...]:
    """The columns an expression reads, in order of first use."""
    found: dict[Column, None] = {}
    for part in ast.walk(node):
        column = as_column(part)
        if column is not None:
            found.setdefault(column)
    return tuple(sorted(found, key=lambda c: _position(node, c)))


def _position(node: ast.AST, column: Column) -> int:
    return ast.unparse(node).find(f"{_MARK}{column.number}{_MARK}")


def names_of(node: ast.AST) -> frozenset[str]:
    """The variables of the program an expression reads."""
    return frozenset(
        n.id
        for n in ast.walk(node)
        if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load) and not n.id.startswith(_MARK)
    )


class _Rename(ast.NodeTransformer):
    def __init__(self, of: Callable[[Column], ast.expr | None]) -> None:
        self._of = of

    def visit_Name(self, node: ast.Name) -> ast.expr:
        column = as_column(node)
        new = self._of(column) if column is not None else None
        return copy.deepcopy(new) if new is not None else node


def substitute(node: ast.expr, new: Mapping[Column, ast.expr]) -> ast.expr:
    """The expression with some columns replaced by expressions."""
    return cast("ast.expr", _Rename(new.get).visit(copy.deepcopy(node)))


def render(node: ast.expr, names: Mapping[Column, str]) -> str:
    """The text of an expression, with every column under its name."""
    named = _Rename(lambda c: ast.Name(id=names[c], ctx=ast.Load())).visit(copy.deepcopy(node))
    return ast.unparse(ast.fix_missing_locations(named))


def negate(node: ast.expr) -> ast.expr:
    """The opposite of a condition, written as one would write it."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return node.operand
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        # Orderings are not turned round: a < b and a >= b are both false for NaN.
        opposite = _OPPOSITES.get(type(node.ops[0]))
        if opposite is not None:
            return ast.Compare(left=node.left, ops=[opposite()], comparators=node.comparators)
    return ast.UnaryOp(op=ast.Not(), operand=node)


_OPPOSITES: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
_OPPOSITE_ORDER: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.GtE,
    ast.GtE: ast.Lt,
    ast.Gt: ast.LtE,
    ast.LtE: ast.Gt,
}


def negate_ordering(node: ast.expr) -> ast.expr:
    """As `negate`, for operands that are totally ordered (whole numbers, strings)."""
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        opposite = _OPPOSITE_ORDER.get(type(node.ops[0]))
        if opposite is not None:
            return ast.Compare(left=node.left, ops=[opposite()], comparators=node.comparators)
    return negate(node)


def same(a: ast.AST, b: ast.AST) -> bool:
    """Whether two trees are equal, wherever they stand and whether they are read or written."""
    return _shape(a) == _shape(b)


def _shape(node: ast.AST) -> str:
    return ast.dump(node).replace("Store()", "Load()")


def lines_of(node: ast.AST) -> tuple[int, ...]:
    """The lines of the original that a node covers; for a compound statement, those of its header."""
    first = getattr(node, "lineno", None)
    if first is None:
        return ()
    last = getattr(node, "end_lineno", first)
    body = getattr(node, "body", None)
    if isinstance(body, list) and body:
        last = max(first, body[0].lineno - 1) if body[0].lineno > first else first
        header = [n for n in (getattr(node, part, None) for part in ("test", "iter", "target")) if n is not None]
        last = max([first, *(h.end_lineno for h in header)]) if header else last
    return tuple(range(first, last + 1))
