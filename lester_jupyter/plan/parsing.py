"""Reads a predicate written as in `DataFrame.query` into an expression tree.

Like pandas: bare names are columns, `` `any name` `` is a column, `@name` is a variable of the caller, `&` and `|` bind
as weakly as `and` and `or`, chained comparisons are conjunctions, and `==` with a list means `in`. Variables are looked
up here, while parsing; nothing is evaluated and nobody's namespace is touched.
"""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Callable, Collection, Iterator
from typing import Any, cast

from lester_jupyter.errors import PlanError, UnknownColumnError
from lester_jupyter.plan.expressions import (
    METHODS,
    Arithmetic,
    ArithmeticOp,
    Column,
    Compare,
    CompareOp,
    Constant,
    Expression,
    IsIn,
    Logical,
    Method,
    Negate,
    Not,
)
from lester_jupyter.plan.references import Name

_COMPARE: dict[type[ast.cmpop], CompareOp] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}
_ARITHMETIC: dict[type[ast.operator], ArithmeticOp] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.Pow: "**",
}
_SYNONYMS = {"isnull": "isna", "notnull": "notna"}
_LOCAL = "__lester_local_"
_QUOTED = "__lester_column_"


def parse_predicate(text: str, columns: Collection[Name], lookup: Callable[[str], Any]) -> Expression:
    """Parses a predicate.

    Args:
        text: the predicate, as for `DataFrame.query`.
        columns: the columns it may name.
        lookup: gives the value of a variable `@name`; raises KeyError where there is none.

    Returns:
        The expression tree, with variables replaced by their values.

    Raises:
        PlanError: text that is no expression, or uses something an engine could not take over.
        UnknownColumnError: a bare name that is no column.
    """
    quoted: list[str] = []
    try:
        source = "".join(_python_tokens(text, quoted))
        tree = ast.parse(source.strip(), mode="eval")
    except (SyntaxError, tokenize.TokenError) as error:
        raise PlanError(
            f"The predicate {text!r} is not an expression.", hint="write it as for DataFrame.query, or pass a function"
        ) from error
    return _Reader(text, columns, lookup, quoted).read(tree.body)


def _python_tokens(text: str, quoted: list[str]) -> Iterator[str]:
    """Rewrites the query dialect to Python: quoted columns, @variables, & and |."""
    pieces = text.split("`")
    if len(pieces) % 2 == 0:
        raise SyntaxError("a backtick is not closed")
    joined = ""
    for i, piece in enumerate(pieces):
        if i % 2:
            joined += f" {_QUOTED}{len(quoted)} "
            quoted.append(piece)
        else:
            joined += piece
    position = (1, 0)
    after_at = False
    for token in tokenize.generate_tokens(io.StringIO(joined.strip()).readline):
        if token.type in (tokenize.NEWLINE, tokenize.NL, tokenize.ENDMARKER):
            continue
        gap = " " if token.start != position else ""
        position = token.end
        if token.string == "@":
            after_at = True
            yield gap
            continue
        replaced = {"&": " and ", "|": " or "}.get(token.string, token.string)
        yield (_LOCAL + replaced) if after_at else gap + replaced
        after_at = False


class _Reader:
    """Turns the Python syntax tree of one predicate into our own."""

    def __init__(self, text: str, columns: Collection[Name], lookup: Callable[[str], Any], quoted: list[str]) -> None:
        self._text, self._columns, self._lookup, self._quoted = text, columns, lookup, quoted

    def read(self, node: ast.expr) -> Expression:
        reader = getattr(self, f"_{type(node).__name__}", None)
        if reader is None:
            raise self._unsupported(node)
        return cast("Expression", reader(node))

    def _unsupported(self, node: ast.AST) -> PlanError:
        what = ast.unparse(node).replace(_LOCAL, "@")
        return PlanError(
            f"The predicate {self._text!r} uses {what!r}, which cannot be part of a plan.",
            hint="pass a function of named columns instead: frame.filter(lambda column: …)",
        )

    def _Name(self, node: ast.Name) -> Expression:
        if node.id.startswith(_LOCAL):
            name = node.id.removeprefix(_LOCAL)
            try:
                return Constant(self._lookup(name))
            except KeyError:
                raise PlanError(
                    f"The predicate {self._text!r} names the variable @{name}, which does not exist here."
                ) from None
        name = self._quoted[int(node.id.removeprefix(_QUOTED))] if node.id.startswith(_QUOTED) else node.id
        if name not in self._columns:
            raise UnknownColumnError.of([name], [str(c) for c in self._columns])
        return Column(name)

    def _Constant(self, node: ast.Constant) -> Expression:
        return Constant(node.value)

    def _List(self, node: ast.List) -> Expression:
        return Constant([self._value(e) for e in node.elts])

    _Tuple = _Set = _List

    def _Attribute(self, node: ast.Attribute) -> Expression:
        base = self.read(node.value)
        if isinstance(base, Constant):  # @settings.threshold
            return Constant(getattr(base.value, node.attr))
        raise self._unsupported(node)

    def _Subscript(self, node: ast.Subscript) -> Expression:
        base = self.read(node.value)
        if isinstance(base, Constant):  # @limits["age"]
            return Constant(base.value[self._value(node.slice)])
        raise self._unsupported(node)

    def _value(self, node: ast.expr) -> Any:
        read = self.read(node)
        if isinstance(read, Negate) and isinstance(read.operand, Constant):
            return -read.operand.value
        if not isinstance(read, Constant):
            raise self._unsupported(node)
        return read.value

    def _UnaryOp(self, node: ast.UnaryOp) -> Expression:
        operand = self.read(node.operand)
        if isinstance(node.op, ast.USub):
            return Negate(operand)
        if isinstance(node.op, ast.Not | ast.Invert):
            return Not(operand)
        return operand

    def _BoolOp(self, node: ast.BoolOp) -> Expression:
        op: Any = "and" if isinstance(node.op, ast.And) else "or"
        return Logical(op, tuple(self.read(v) for v in node.values))

    def _BinOp(self, node: ast.BinOp) -> Expression:
        op = _ARITHMETIC.get(type(node.op))
        if op is None:
            raise self._unsupported(node)
        return Arithmetic(op, self.read(node.left), self.read(node.right))

    def _Compare(self, node: ast.Compare) -> Expression:
        parts: list[Expression] = []
        left = node.left
        for op, right in zip(node.ops, node.comparators, strict=True):
            parts.append(self._comparison(node, left, op, right))
            left = right
        return parts[0] if len(parts) == 1 else Logical("and", tuple(parts))

    def _comparison(self, node: ast.Compare, left: ast.expr, op: ast.cmpop, right: ast.expr) -> Expression:
        a, b = self.read(left), self.read(right)
        collection = isinstance(b, Constant) and not isinstance(b.value, str) and hasattr(b.value, "__iter__")
        if isinstance(op, ast.In | ast.NotIn) or (isinstance(op, ast.Eq | ast.NotEq) and collection):
            if not collection or not isinstance(b, Constant):
                raise self._unsupported(node)
            member = IsIn(a, tuple(b.value))
            return member if isinstance(op, ast.In | ast.Eq) else Not(member)
        if type(op) not in _COMPARE:
            raise self._unsupported(node)
        return Compare(_COMPARE[type(op)], a, b)

    def _Call(self, node: ast.Call) -> Expression:
        if not isinstance(node.func, ast.Attribute) or node.keywords:
            raise self._unsupported(node)
        target, name = node.func.value, node.func.attr
        if isinstance(target, ast.Attribute) and target.attr == "str":
            target, name = target.value, f"str.{name}"
        name = _SYNONYMS.get(name, name)
        operand = self.read(target)
        arguments = tuple(self._value(a) for a in node.args)
        if name == "isin":
            return IsIn(operand, tuple(arguments[0]))
        if name == "between":
            low, high = arguments
            return Logical("and", (Compare(">=", operand, Constant(low)), Compare("<=", operand, Constant(high))))
        if name not in METHODS:
            raise self._unsupported(node)
        return Method(name, operand, arguments)
