"""Lifts a cell: from imperative code to a declarative rewrite, or an honest refusal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from lester_jupyter.errors import NotLiftedError
from lester_jupyter.rewriting.lifting.generate.program import program
from lester_jupyter.rewriting.lifting.generate.targets import Kept, targets_of
from lester_jupyter.rewriting.lifting.interpreter.interpreter import interpret
from lester_jupyter.rewriting.lifting.outputs import as_outputs, detect_outputs
from lester_jupyter.rewriting.types import Candidate, Observation


def lift(
    code: str,
    *,
    outputs: Sequence[str] | None = None,
    observation: Observation | None = None,
    namespace: Mapping[str, object] | None = None,
    directory: str | Path = ".",
) -> Candidate:
    """Rewrites a cell by rules.

    Args:
        code: the cell.
        outputs: the variables and files it has to leave behind; found by analysis when not given.
        observation: what was seen when the cell ran.
        namespace: values of names that the notebook defines earlier.
        directory: where relative paths start.

    Returns:
        The rewrite, not yet verified.

    Raises:
        NotLiftedError: something that reaches an output is outside of what the rules cover; it names the line.
    """
    try:
        return _lift(code, outputs, observation, namespace, directory)
    except SyntaxError as error:
        raise NotLiftedError(f"The cell is no Python: {error.msg}.", line=error.lineno) from None
    except RecursionError:
        raise NotLiftedError("The cell is nested too deeply for the rules.") from None
    except (AssertionError, AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        # A program of a form that nobody thought of must not break the notebook: that it is not covered is the truth.
        raise NotLiftedError(f"The rules do not understand the cell ({type(error).__name__}: {error}).") from error


def _lift(
    code: str,
    outputs: Sequence[str] | None,
    observation: Observation | None,
    namespace: Mapping[str, object] | None,
    directory: str | Path,
) -> Candidate:
    ctx = interpret(code, namespace=namespace, observation=observation, directory=directory)
    wanted = as_outputs(outputs, ctx) if outputs is not None else detect_outputs(code, observation)
    if not wanted:
        raise NotLiftedError(
            "The cell leaves nothing behind that is made of records.",
            hint="name its results with --output, if it has any",
        )
    items = targets_of(ctx, wanted)
    if all(isinstance(i, Kept) for i in items):
        raise NotLiftedError("No output of the cell is made of records.", hint="name another output with --output")
    return program(ctx, items, wanted)
