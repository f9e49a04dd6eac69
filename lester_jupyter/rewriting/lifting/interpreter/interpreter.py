"""Runs the interpretation: twice, since how a file is read depends on how its records are used."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from lester_jupyter.rewriting.lifting.interpreter import expressions, rows, statements
from lester_jupyter.rewriting.lifting.interpreter.context import Context, Refusal
from lester_jupyter.rewriting.lifting.values import Value
from lester_jupyter.rewriting.types import Observation


class Interpreter(Context):
    """The context with its two entry points, expressions and statements, tied together."""

    def evaluate(self, node: ast.expr) -> Value:
        """The symbolic value of an expression; an `Opaque` where it is outside the fragment."""
        try:
            return expressions.evaluate(node, self)
        except Refusal as refusal:
            return replace(refusal.opaque, line=refusal.opaque.line or node.lineno)

    def execute(self, statements_: Sequence[ast.stmt]) -> None:
        """Interprets statements, in a loop over records or outside."""
        if self.row is not None:
            rows.run(self, statements_)
        else:
            statements.run(self, statements_)


def interpret(
    code: str,
    *,
    namespace: Mapping[str, object] | None = None,
    observation: Observation | None = None,
    directory: str | Path = ".",
) -> Context:
    """Interprets a cell.

    Raises:
        SyntaxError: code that is no Python.
    """
    known = None
    for _ in range(2):
        context = Interpreter(code, namespace=namespace, observation=observation, directory=directory, known=known)
        context.execute(context.tree.body)
        known = [source.facts for source in context.sources]
    return context
