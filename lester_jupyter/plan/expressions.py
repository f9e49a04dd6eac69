"""Typed expressions over the columns of one record: what predicates are made of.

They are trees, not strings, so that every engine can translate them and lineage can ask which columns they read.
"""

from __future__ import annotations

import keyword
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from functools import singledispatch
from typing import Any, Literal, TypeGuard

from lester_jupyter.plan.references import Function, Name

CompareOp = Literal["==", "!=", "<", "<=", ">", ">="]
ArithmeticOp = Literal["+", "-", "*", "/", "//", "%", "**"]
LogicalOp = Literal["and", "or"]


MASK_HINT = (
    "filter(mask) takes a mask; a column of the frame takes part in expressions by its name; x in @values asks for "
    "membership"
)
"""What to do with a list where an expression cannot use it."""


@dataclass(frozen=True)
class Expression:
    """Base of all expression nodes."""

    def children(self) -> Iterator[Expression]:
        """Yields the sub-expressions, left to right."""
        for f in fields(self):
            value = getattr(self, f.name)
            if isinstance(value, Expression):
                yield value
            elif isinstance(value, tuple):
                yield from (v for v in value if isinstance(v, Expression))

    def columns(self) -> tuple[Name, ...]:
        """The columns it reads, each once, in order of first use."""
        found: dict[Name, None] = {}
        stack: list[Expression] = [self]
        while stack:
            node = stack.pop()
            if isinstance(node, Column):
                found.setdefault(node.name)
            stack.extend(reversed(list(node.children())))
        return tuple(found)


@dataclass(frozen=True)
class Column(Expression):
    """The value of one column."""

    name: Name


@dataclass(frozen=True)
class Constant(Expression):
    """A Python value: a literal, or a variable of the caller as it was when the operator ran."""

    value: Any


@dataclass(frozen=True)
class Compare(Expression):
    """`left op right`."""

    op: CompareOp
    left: Expression
    right: Expression


@dataclass(frozen=True)
class Logical(Expression):
    """`a and b and …`, `a or b or …`."""

    op: LogicalOp
    operands: tuple[Expression, ...]


@dataclass(frozen=True)
class Not(Expression):
    """`not operand`."""

    operand: Expression


@dataclass(frozen=True)
class Arithmetic(Expression):
    """`left op right` on numbers, or `+` on text."""

    op: ArithmeticOp
    left: Expression
    right: Expression


@dataclass(frozen=True)
class Negate(Expression):
    """`-operand`."""

    operand: Expression


@dataclass(frozen=True)
class IsIn(Expression):
    """`operand in values` (`not in` is a `Not` around it)."""

    operand: Expression
    values: tuple[Any, ...]

    @classmethod
    def of(cls, operand: Expression, values: Iterable[Any]) -> IsIn:
        """Takes any collection; a set is put in order, or the plan would read differently in every process."""
        return cls(operand, tuple(sorted(values, key=repr) if isinstance(values, set | frozenset) else values))


@dataclass(frozen=True)
class Method(Expression):
    """A method of a column: `isna`, `notna`, `abs`, `str.lower`, `str.startswith`, …, with constant arguments."""

    name: str
    operand: Expression
    arguments: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Apply(Expression):
    """A Python function of columns."""

    function: Function
    arguments: tuple[Column, ...]


@dataclass(frozen=True)
class Mask(Expression):
    """Ready-made truth values, computed outside of the plan: nobody knows from which columns.

    Attributes:
        values: one byte a row, 1 for true and 0 for false.
    """

    values: bytes


def looks_at_one_row(node: Expression) -> bool:
    """Whether a row's value is known to depend on that row alone: not with masks and vectorised functions.

    Nor with a list of other values, one a row: which is whose depends on the rows before. (Values to choose from, as in
    `x in values`, are no list in this sense.)
    """
    if isinstance(node, Mask) or is_list(node) or (isinstance(node, Apply) and node.function.vectorized):
        return False
    return all(map(looks_at_one_row, node.children()))


def is_collection(value: Any) -> bool:
    """Whether it is many values, not one; a text is one."""
    return hasattr(value, "__iter__") and not isinstance(value, str | bytes)


def is_list(node: Expression) -> TypeGuard[Constant]:
    """Whether it is a constant of many values: beside a column they stand for its rows, elsewhere for nothing."""
    return isinstance(node, Constant) and is_collection(node.value)


def is_bound_to_rows(node: Expression) -> bool:
    """Whether it holds ready-made values, one a row: they are true of the records they were made for alone."""
    return isinstance(node, Mask) or is_list(node) or any(map(is_bound_to_rows, node.children()))


def is_text_comparison(node: IsIn) -> bool:
    """Whether it is how `DataFrame.query` understands `x == 'text'`."""
    return len(node.values) == 1 and isinstance(node.values[0], str) and isinstance(node.operand, Column | Method)


METHODS = frozenset(
    {
        "isna",
        "notna",
        "abs",
        "round",
        "str.lower",
        "str.upper",
        "str.title",
        "str.capitalize",
        "str.strip",
        "str.lstrip",
        "str.rstrip",
        "str.replace",
        "str.zfill",
        "str.len",
        "str.contains",
        "str.startswith",
        "str.endswith",
        "str.isdigit",
    }
)
"""Methods of a column that expressions know (names and meaning are those of pandas.Series)."""


@singledispatch
def to_text(node: Expression) -> str:
    """Writes an expression as one would in DataFrame.query, with constants in place of variables."""
    raise TypeError(f"no text for {type(node).__name__}")


def _operand(node: Expression) -> str:
    """The text of an expression inside a larger one: in parentheses, unless it is one word."""
    text = to_text(node)
    return f"({text})" if isinstance(node, Logical | Compare | Arithmetic | Negate | Not | IsIn) else text


@to_text.register
def _(node: Column) -> str:
    name = str(node.name)
    return name if name.isidentifier() and not keyword.iskeyword(name) else f"`{name}`"


@to_text.register
def _(node: Constant) -> str:
    return repr(node.value)


@to_text.register
def _(node: Compare) -> str:
    return f"{_operand(node.left)} {node.op} {_operand(node.right)}"


@to_text.register
def _(node: Logical) -> str:
    parts = (to_text(o) if isinstance(o, Compare | IsIn) else _operand(o) for o in node.operands)
    return f" {node.op} ".join(parts)


@to_text.register
def _(node: Not) -> str:
    if isinstance(node.operand, IsIn):
        if is_text_comparison(node.operand):
            return f"{to_text(node.operand.operand)} != {node.operand.values[0]!r}"
        return f"{_operand(node.operand.operand)} not in {list(node.operand.values)!r}"
    return f"not {_operand(node.operand)}"


@to_text.register
def _(node: Arithmetic) -> str:
    return f"{_operand(node.left)} {node.op} {_operand(node.right)}"


@to_text.register
def _(node: Negate) -> str:
    return f"-{_operand(node.operand)}"


@to_text.register
def _(node: IsIn) -> str:
    if is_text_comparison(node):
        return f"{to_text(node.operand)} == {node.values[0]!r}"
    return f"{_operand(node.operand)} in {list(node.values)!r}"


@to_text.register
def _(node: Method) -> str:
    return f"{_operand(node.operand)}.{node.name}({', '.join(map(repr, node.arguments))})"


@to_text.register
def _(node: Apply) -> str:
    return node.function.applied([to_text(a) for a in node.arguments])


@to_text.register
def _(node: Mask) -> str:
    return f"a mask of {len(node.values)} rows"
