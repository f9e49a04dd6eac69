"""Reads predicates as in `DataFrame.query` and values as in `DataFrame.eval` into expression trees.

Like pandas: bare names are columns, `` `any name` `` is a column, `@name` is a variable of the caller, `&` and `|` bind
as weakly as `and` and `or`, chained comparisons are conjunctions, and `==` with a list or a text means `in`. Variables
are looked up here, while parsing; nothing is evaluated and nobody's namespace is touched.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import singledispatchmethod
from typing import Any, TypeGuard

from lester_jupyter.errors import PlanError, UnknownColumnError
from lester_jupyter.plan.expressions import (
    MASK_HINT,
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
    is_collection,
    is_list,
    to_text,
)
from lester_jupyter.plan.references import Name, OneEachRow, OtherwiseNumbered

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
_OUR_OWN = re.compile("[@&|]")  # what may be an operator of the dialect
_TEXT_OR_QUOTED = re.compile(r"""('(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")|`([^`]*)`""")


@dataclass(frozen=True)
class _Words:
    """What messages call the text, and what they advise."""

    subject: str
    manner: str
    instead: str


_PREDICATE = _Words(
    "predicate",
    "write it as for DataFrame.query, or pass a function",
    "pass a function of named columns instead: frame.filter(lambda column: …)",
)
_VALUE = _Words(
    "expression",
    "write it as for DataFrame.eval, or pass a function",
    'pass a function of named columns instead: frame.project("new", func=lambda column: …)',
)


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
    return _parse(text, columns, lookup, _PREDICATE)


def parse_expression(text: str, columns: Collection[Name], lookup: Callable[[str], Any]) -> Expression:
    """Parses an expression for a value, as for `DataFrame.eval`; otherwise as `parse_predicate`."""
    return _parse(text, columns, lookup, _VALUE)


def _parse(text: str, columns: Collection[Name], lookup: Callable[[str], Any], words: _Words) -> Expression:
    quoted: list[str] = []
    try:
        tree = ast.parse(_python(text, quoted), mode="eval")
    except (SyntaxError, tokenize.TokenError, ValueError) as error:  # ValueError: a null byte
        raise PlanError(f"The {words.subject} {text!r} is not an expression.", hint=words.manner) from error
    return _Reader(text, columns, lookup, quoted, words).read(tree.body)


def _python(text: str, quoted: list[str]) -> str:
    """Rewrites the query dialect to Python: quoted columns, @variables, & and |."""

    def placeholder(match: re.Match[str]) -> str:
        if match[1] is not None:  # a text, in which backticks mean nothing
            return match[1]
        quoted.append(match[2])
        return f" {_QUOTED}{len(quoted) - 1} "

    joined = _TEXT_OR_QUOTED.sub(placeholder, text).replace("\n", " ").strip()
    if not _OUR_OWN.search(joined):  # Python as it is
        return joined
    out: list[str] = []
    for token in tokenize.generate_tokens(io.StringIO(joined).readline):
        word = {"&": "and", "|": "or"}.get(token.string, token.string)
        if out and out[-1] == "@":
            out[-1] = _LOCAL + word
        else:
            out.append(word)
    return " ".join(out).strip()


class _Reader:
    """Turns the Python syntax tree of one predicate or value into our own."""

    def __init__(
        self,
        text: str,
        columns: Collection[Name],
        lookup: Callable[[str], Any],
        quoted: list[str],
        words: _Words,
    ) -> None:
        self._columns, self._lookup, self._quoted = columns, lookup, quoted
        self._words, self._subject = words, f"The {words.subject} {text!r}"

    @singledispatchmethod
    def read(self, node: ast.AST) -> Expression:
        """One node of Python's tree as an expression; the forms that it may have are registered below."""
        raise self._unsupported(node)

    def _unsupported(self, node: ast.AST) -> PlanError:
        what = ast.unparse(node).replace(_LOCAL, "@")
        for i, name in enumerate(self._quoted):
            what = what.replace(f"{_QUOTED}{i}", f"`{name}`")
        return PlanError(
            f"{self._subject} uses {what!r}, which cannot be part of a plan.",
            hint=self._words.instead,
        )

    def _constant(self, node: ast.AST) -> Any:
        """The value of something that must not depend on columns."""
        read = self.read(node)
        if (
            isinstance(read, Negate)
            and isinstance(read.operand, Constant)
            and isinstance(read.operand.value, int | float)
        ):
            return -read.operand.value
        if not isinstance(read, Constant):
            raise self._unsupported(node)
        return read.value

    def _part(self, node: ast.Attribute | ast.Subscript, get: Callable[[Any], Any]) -> Expression:
        """An attribute or item of a variable's value: `@settings.threshold`, `@limits["age"]`."""
        whole = self.read(node.value)
        if not isinstance(whole, Constant):
            raise self._unsupported(node)
        try:
            return Constant(get(whole.value))
        except (AttributeError, LookupError, TypeError) as error:
            what = ast.unparse(node).replace(_LOCAL, "@")
            raise PlanError(f"{self._subject} uses {what}, which does not exist: {error}.") from error

    @read.register
    def _name(self, node: ast.Name) -> Expression:
        if node.id.startswith(_LOCAL):
            name = node.id.removeprefix(_LOCAL)
            try:
                return Constant(self._lookup(name))
            except KeyError:
                raise PlanError(
                    f"{self._subject} names the variable @{name}, which does not exist here.",
                    hint="inside a function or lambda, only its own variables and global ones are seen",
                ) from None
        column = self._quoted[int(node.id.removeprefix(_QUOTED))] if node.id.startswith(_QUOTED) else node.id
        if column not in self._columns:
            hint = f"for the variable of that name, write @{column}" if self._is_variable(column) else ""
            raise UnknownColumnError.of([column], list(self._columns), hint=hint)
        return Column(column)

    def _is_variable(self, name: str) -> bool:
        try:
            self._lookup(name)
        except KeyError:
            return False
        return True

    @read.register
    def _literal(self, node: ast.Constant) -> Expression:
        return Constant(node.value)

    @read.register(ast.List)
    @read.register(ast.Tuple)
    @read.register(ast.Set)
    def _collection(self, node: ast.List | ast.Tuple | ast.Set) -> Expression:
        return Constant([self._constant(e) for e in node.elts])

    @read.register
    def _attribute(self, node: ast.Attribute) -> Expression:
        return self._part(node, lambda whole: getattr(whole, node.attr))

    @read.register
    def _item(self, node: ast.Subscript) -> Expression:
        key = self._constant(node.slice)
        return self._part(node, lambda whole: whole[key])

    @read.register
    def _unary(self, node: ast.UnaryOp) -> Expression:
        operand = self.read(node.operand)
        if isinstance(node.op, ast.USub):
            return Negate(operand)
        return Not(operand) if isinstance(node.op, ast.Not | ast.Invert) else operand

    @read.register
    def _logical(self, node: ast.BoolOp) -> Expression:
        return Logical("and" if isinstance(node.op, ast.And) else "or", tuple(self.read(v) for v in node.values))

    @read.register
    def _arithmetic(self, node: ast.BinOp) -> Expression:
        op = _ARITHMETIC.get(type(node.op))
        if op is None:
            raise self._unsupported(node)
        left, right = self.read(node.left), self.read(node.right)
        if wrong := next((side for side in (left, right) if is_list(side) and not _stands_for_rows(side)), None):
            raise self._misplaced(wrong, "arithmetic is done with columns, one value, or an array with one value a row")
        return Arithmetic(op, left, right)

    def _misplaced(self, node: Expression, hint: str) -> PlanError:
        return PlanError(f"{self._subject} uses the collection {to_text(node):.80}.", hint=f"{hint}. {MASK_HINT}")

    @read.register
    def _comparisons(self, node: ast.Compare) -> Expression:
        operands = (node.left, *node.comparators)
        parts = [self._comparison(node, *p) for p in zip(operands, node.ops, node.comparators, strict=False)]
        return parts[0] if len(parts) == 1 else Logical("and", tuple(parts))

    def _comparison(self, node: ast.Compare, left: ast.expr, op: ast.cmpop, right: ast.expr) -> Expression:
        a, b = self.read(left), self.read(right)
        if isinstance(op, ast.Eq | ast.NotEq):
            return self._equality(op, a, b)
        if isinstance(op, ast.In | ast.NotIn) and isinstance(b, Constant) and is_collection(b.value):
            among = IsIn.of(a, b.value)
            return among if isinstance(op, ast.In) else Not(among)
        if type(op) not in _COMPARE:
            raise self._unsupported(node)
        return Compare(_COMPARE[type(op)], a, b)

    def _equality(self, op: ast.Eq | ast.NotEq, a: Expression, b: Expression) -> Expression:
        """`==` and `!=`: membership beside a list or a text, as in `DataFrame.query`; otherwise a comparison."""
        if _is_choice(a) and not _is_choice(b):
            a, b = b, a
        if not _is_choice(b) or (_is_text(b) and not isinstance(a, Column | Method)):
            return Compare("==" if isinstance(op, ast.Eq) else "!=", a, b)
        if not isinstance(a, Column | Method):
            raise self._misplaced(b, "for one of several values, write in")
        among = IsIn.of(a, [b.value] if _is_text(b) else b.value)
        return among if isinstance(op, ast.Eq) else Not(among)

    @read.register
    def _method(self, node: ast.Call) -> Expression:
        if not isinstance(node.func, ast.Attribute) or node.keywords:
            raise self._unsupported(node)
        target, name = node.func.value, node.func.attr
        if isinstance(target, ast.Attribute) and target.attr == "str":
            target, name = target.value, f"str.{name}"
        name = _SYNONYMS.get(name, name)
        operand, arguments = self.read(target), tuple(self._constant(a) for a in node.args)
        if name == "isin" and len(arguments) == 1 and is_collection(arguments[0]):
            return IsIn.of(operand, arguments[0])
        if name == "between" and len(arguments) == 2:
            low, high = arguments
            return Logical("and", (Compare(">=", operand, Constant(low)), Compare("<=", operand, Constant(high))))
        if name not in METHODS:
            raise self._unsupported(node)
        if wrong := next((Constant(a) for a in arguments if isinstance(a, list)), None):
            raise self._misplaced(wrong, f"{name} takes single values")
        return Method(name, operand, arguments)


def _stands_for_rows(node: Constant) -> bool:
    return isinstance(node.value, OneEachRow)


def _is_text(node: Expression) -> TypeGuard[Constant]:
    return isinstance(node, Constant) and isinstance(node.value, str)


def _is_choice(node: Expression) -> TypeGuard[Constant]:
    """Whether `==` with it means `in`: texts and lists, not arrays, whose values are compared row by row."""
    if not isinstance(node, Constant) or isinstance(node.value, OneEachRow | OtherwiseNumbered):
        return False
    return isinstance(node.value, str | list)
