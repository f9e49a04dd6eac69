"""What operators refer to outside the plan: lines of code, Python functions, files and values."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Name = str | int
"""A column's name. Integers appear where a file has no header (pandas numbers the columns)."""


@dataclass(frozen=True)
class CodeReference:
    """The lines of one file or cell that an operator stands for (1-based, inclusive)."""

    file: str
    first: int
    last: int


@dataclass(frozen=True)
class Function:
    """A Python function used by an operator.

    Attributes:
        name: what to call it when showing the plan.
        source: its text where it can be had, for reading; it is never executed from here.
        vectorized: whether it takes whole columns (Series) instead of one record's values.
        call: the function itself, or None in a plan that was read from a file.
    """

    name: str
    source: str | None = None
    vectorized: bool = False
    call: Callable[..., Any] | None = field(default=None, compare=False, repr=False)

    def applied(self, arguments: Sequence[str]) -> str:
        """How its use on these columns reads: `f(a, b)`, or for a lambda its body with the columns in it."""
        if self.name == "lambda" and self.source is not None:
            try:
                tree = ast.parse(self.source, mode="eval").body
            except SyntaxError:
                tree = None
            if isinstance(tree, ast.Lambda) and len(tree.args.args) == len(arguments):
                names = {a.arg: c for a, c in zip(tree.args.args, arguments, strict=True)}
                return ast.unparse(_Renamed(names).visit(tree.body))
        return f"{self.name}({', '.join(arguments)})"


@dataclass(frozen=True)
class Estimator:
    """A transformer or a model of scikit-learn's kind.

    Attributes:
        name: its class and parameters as one would write them ("TfidfVectorizer(max_features=100)").
        path: the full path of its class.
        stateless: whether fitting it learns nothing.
        deterministic: whether it draws no random numbers, or draws them from a seed.
        unfitted: the object itself, never fitted, or None in a plan that was read from a file.
    """

    name: str
    path: str
    stateless: bool = False
    deterministic: bool = True
    unfitted: Any = field(default=None, compare=False, repr=False)


class _Renamed(ast.NodeTransformer):
    """Puts column names in place of parameters."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = names

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return ast.copy_location(ast.Name(self._names.get(node.id, node.id), node.ctx), node)


class OneEachRow(list[Any]):
    """The values of an array or a Series: beside a column they stand for its rows, where a list stands for a choice."""


class OtherwiseNumbered(list[Any]):
    """The values of a Series whose index is not that of a frame: nobody knows for which rows they stand."""


class Unreadable:
    """Stands in for a value that a plan's JSON cannot hold: it shows its text, equals nothing and computes nothing."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return self.text


class Snapshot:
    """The content of a file when it was read.

    Args:
        digest: SHA-256 of the content in hex, or None where it was lost before anybody asked: equal to no other.
    """

    def __init__(self, digest: str | None) -> None:
        self._digest = digest

    @property
    def digest(self) -> str | None:
        """SHA-256 of the content in hex, or None."""
        return self._digest

    def __eq__(self, other: object) -> bool:
        if self is other or not isinstance(other, Snapshot):
            return self is other
        return self.digest is not None and self.digest == other.digest

    __hash__ = None  # type: ignore[assignment]  # a hash would have to read the file

    def __reduce__(self) -> tuple[type[Snapshot], tuple[str | None]]:
        return Snapshot, (self.digest,)  # copies are of what is known, not of how to find out


@dataclass(frozen=True)
class Source:
    """Where records come from.

    Attributes:
        name: how lineage speaks of it ("customers"); unique within a plan.
        location: the resolved path of a file, or "memory#1", "memory#2", … for values of the program.
        format: "csv", "text", "lines", "json", "parquet" or "memory".
        options: how to read it, as sorted (name, value) pairs.
        content: what the file held when it was read; None for values of the program, and for pipes.
    """

    name: str
    location: str
    format: str
    options: tuple[tuple[str, Any], ...] = field(default=(), hash=False)  # pandas' options may hold lists
    content: Snapshot | None = field(default=None, hash=False, repr=False)

    @property
    def digest(self) -> str | None:
        """SHA-256 of its content when it was read, in hex; None where there is none, or where it was lost."""
        return None if self.content is None else self.content.digest
