"""The lifter's own small plan: what a loop does to records, step by step.

Steps are compared by identity, since two equal loops are still two loops. Every step knows the lines of the original it
stands for. Columns are numbered once per lift (`Column`), so a step never renames: names are chosen when code is
written.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from lester_jupyter.rewriting.lifting.expressions import Column, columns_of

Strip = Literal["both", "right", "left"]


@dataclass(frozen=True, eq=False, kw_only=True)
class Step:
    """One step; `lines` are those of the original, `called` is a name for its rows, if the program has one."""

    lines: tuple[int, ...] = ()
    called: str = ""

    @property
    def inputs(self) -> tuple[Step, ...]:
        """The steps it takes its rows from."""
        return ()

    @property
    def made(self) -> tuple[Column, ...]:
        """The columns it adds."""
        return ()


@dataclass(frozen=True, eq=False, kw_only=True)
class Source(Step):
    """A step that reads rows.

    Attributes:
        stem: what the records are called: the file's or variable's name.
        columns: its columns, by position.
    """

    stem: str
    columns: tuple[Column, ...]

    @property
    def made(self) -> tuple[Column, ...]:
        """The columns it adds."""
        return self.columns


@dataclass(frozen=True, eq=False, kw_only=True)
class ReadText(Source):
    """`ld.read_text`: split lines or csv records, by position.

    Attributes:
        path: the path, an expression of the program.
        options: keyword arguments that differ from the defaults, in order.
    """

    path: ast.expr
    options: tuple[tuple[str, ast.expr], ...] = ()


@dataclass(frozen=True, eq=False, kw_only=True)
class ReadLines(Source):
    """`ld.read_lines`: one column of lines without their line ends."""

    path: ast.expr


@dataclass(frozen=True, eq=False, kw_only=True)
class ReadTable(Source):
    r"""A table whose columns are addressed by name: `ld.read_csv`, `ld.from_pandas`, `ld.from_records`.

    Attributes:
        call: the call without its module, such as `read_csv("mails.csv", sep="\\t")`.
        by_name: the columns the program asked for, by their names.
        picks: only these are read, so that further fields of a record do no harm (csv.DictReader).
        header: for csv.DictReader, all names by position, if they are known; then the file is read as text.
        options: for that, the keyword arguments.
    """

    call: ast.Call
    picks: bool = False
    header: tuple[str, ...] = ()
    options: tuple[tuple[str, ast.expr], ...] = ()
    by_name: dict[str, Column] = field(default_factory=dict)

    @property
    def made(self) -> tuple[Column, ...]:
        """The columns it adds."""
        return (*self.columns, *self.by_name.values())


@dataclass(frozen=True, eq=False, kw_only=True)
class Unary(Step):
    """A step over one input."""

    input: Step

    @property
    def inputs(self) -> tuple[Step, ...]:
        """The steps it takes its rows from."""
        return (self.input,)


@dataclass(frozen=True, eq=False, kw_only=True)
class Filter(Unary):
    """Keeps the rows where `predicate` is true."""

    predicate: ast.expr


@dataclass(frozen=True, eq=False, kw_only=True)
class Extend(Unary):
    """Adds columns: `value` for one target, a tuple of that many for several."""

    columns: tuple[Column, ...]
    value: ast.expr

    @property
    def made(self) -> tuple[Column, ...]:
        """The columns it adds."""
        return self.columns


@dataclass(frozen=True, eq=False, kw_only=True)
class Distinct(Unary):
    """Keeps the first or last row of each combination of values."""

    columns: tuple[Column, ...]
    keep: Literal["first", "last"]


@dataclass(frozen=True, eq=False, kw_only=True)
class Join(Step):
    """An equality join; the rows of `left` keep their order.

    Attributes:
        keys: pairs of equal columns, left and right.
        brings: pairs of a new column and the column of `right` it copies.
        how: `inner` or `left`.
        filled: for a left join, the constants that stand where there is no partner, by new column.
        required: a left row without a partner is an error (`d[key]` without a guard).
    """

    left: Step
    right: Step
    keys: tuple[tuple[Column, Column], ...]
    brings: tuple[tuple[Column, Column], ...] = ()
    how: Literal["inner", "left"] = "inner"
    filled: tuple[tuple[Column, ast.expr], ...] = ()
    required: bool = False

    @property
    def inputs(self) -> tuple[Step, ...]:
        """The steps it takes its rows from."""
        return (self.left, self.right)

    @property
    def made(self) -> tuple[Column, ...]:
        """The columns it adds."""
        return tuple(new for new, _ in self.brings)


@dataclass(frozen=True, eq=False, kw_only=True)
class Union(Step):
    """All rows of the parts, one part after the other.

    Attributes:
        parts: the steps.
        columns: each new column, and the column of every part it continues.
    """

    parts: tuple[Step, ...]
    columns: tuple[tuple[Column, tuple[Column, ...]], ...]

    @property
    def inputs(self) -> tuple[Step, ...]:
        """The steps it takes its rows from."""
        return self.parts

    @property
    def made(self) -> tuple[Column, ...]:
        """The columns it adds."""
        return tuple(new for new, _ in self.columns)


@dataclass(frozen=True, eq=False, kw_only=True)
class ForEach(Unary):
    """The same steps for each value of a list, one result after the other (a loop over partitions).

    Attributes:
        input: the steps, which read `variable`.
        variable: the loop's target, a name or a tuple of names.
        values: what it runs over.
        columns: pairs of a new column and the column of `input` it continues.
    """

    variable: ast.expr
    values: ast.expr
    columns: tuple[tuple[Column, Column], ...]

    @property
    def made(self) -> tuple[Column, ...]:
        """The columns it adds."""
        return tuple(new for new, _ in self.columns)


def expressions(step: Step) -> tuple[ast.expr, ...]:
    """The expressions of a step (not of its inputs), for what they read."""
    own = [getattr(step, name, None) for name in ("path", "call", "predicate", "value", "values")]
    options = [value for _, value in getattr(step, "options", ())]
    filled = [value for _, value in getattr(step, "filled", ())]
    return tuple(e for e in (*own, *options, *filled) if e is not None)


def walk(*roots: Step) -> Iterator[Step]:
    """Every step below the roots once, inputs first."""
    seen: set[int] = set()

    def visit(step: Step) -> Iterator[Step]:
        if id(step) in seen:
            return
        seen.add(id(step))
        for below in step.inputs:
            yield from visit(below)
        yield step

    for root in roots:
        yield from visit(root)


def keeps_rows(step: Step) -> Step | None:
    """The step below that has exactly the same rows in the same order, or None."""
    return step.input if isinstance(step, Extend) else None


def reads_of(step: Step) -> tuple[Column, ...]:
    """The columns of its inputs that a step's own expressions read."""
    return tuple(dict.fromkeys(c for e in expressions(step) for c in columns_of(e)))
