"""What can stand on the line of `%%lester` and `%lester`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from IPython.core.magic_arguments import argument, magic_arguments

COMMANDS = ("accept", "reject", "retry", "status", "plan", "records", "trace", "code", "show")
"""What `%lester` can be asked to do with the last rewrite."""

_ARGUMENTS = (
    argument("command", nargs="*", help="Without a cell: " + ", ".join(COMMANDS) + "."),
    argument("-r", "--rewriter", default=None, help="auto (default), rules or llm."),
    argument("-m", "--model", default=None, help="Name of the language model."),
    argument("-s", "--stage", default=None, help="What the cell does: dataprep, label, features or model."),
    argument("-o", "--output", action="append", default=None, help="A variable or file to re-create; may be repeated."),
    argument("--hint", default=None, help="Tell the language model what to do differently."),
    argument("--verify-seconds", type=float, default=None, help="Time for checking on changed inputs."),
    argument("--share-samples", action="store_true", help="Allow values of the data in what is sent to the model."),
    argument("--dry-run", action="store_true", help="Print what would be sent to the model; send nothing."),
    argument("--force", action="store_true", help="With accept: take a rewrite that is not verified."),
)


def lester_arguments(function: Callable[..., Any]) -> Callable[..., Any]:
    """Declares the options on the magic's function, so that `%%lester?` explains them."""
    for declare in reversed(_ARGUMENTS):
        function = declare(function)
    decorated: Callable[..., Any] = magic_arguments()(function)
    return decorated
