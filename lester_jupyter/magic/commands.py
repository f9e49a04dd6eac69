"""What `%lester COMMAND` does: one function a command, each a thin face of the Python API."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from lester_jupyter.errors import UsageError
from lester_jupyter.magic.session import Session
from lester_jupyter.plan.format import describe, explain


@dataclass(frozen=True)
class Call:
    """One use of `%lester`.

    Attributes:
        shell: the IPython shell.
        session: the last `%%lester` cell.
        words: what followed the command.
        options: the parsed options.
    """

    shell: Any
    session: Session
    words: Sequence[str]
    options: Any


def accept(call: Call) -> None:
    """Puts the declarative code in place of this cell and remembers it, so that no model is needed any more."""
    code = call.session.accept(force=call.options.force)
    call.shell.set_next_input(code, replace=True)
    print(f"Accepted; the declarative code stands in place of this cell. {call.session.view.message}".rstrip())


def reject(call: Call) -> None:
    """Drops the rewrite."""
    call.session.reject()
    print("Rejected; the cell stays as it is.")


def retry(call: Call) -> None:
    """Tries again, with --hint for the language model."""
    call.session.view.show()
    call.session.retry(call.options.hint)


def status(call: Call) -> None:
    """Says what became of the last cell."""
    session = call.session
    print(f"{session.status}: {session.rewrite or session.view.message}")
    for finding in session.findings:
        where = f"lines {finding.lines[0]}-{finding.lines[1]}: " if finding.lines else ""
        print(f"  {finding.severity}: {where}{finding.message}" + (f" Hint: {finding.hint}" if finding.hint else ""))


def plan(call: Call) -> None:
    """Prints the plan as a numbered list."""
    capture = call.session.capture
    rows = {key: capture.rows(key) for key in capture.plan.by_id}
    print(explain(capture.plan, rows))


def records(call: Call) -> Any:
    """Shows the records of an operator: `%lester records 3` (default: of the result)."""
    capture = call.session.capture
    return capture.table(_operator(call, call.words[0] if call.words else None))


def trace(call: Call) -> None:
    """Prints where a record came from and went: `%lester trace 0` (row 0 of the result), `%lester trace 3 17`."""
    if not call.words:
        raise UsageError("trace needs a row.", hint="%lester trace 0, or %lester trace OPERATOR ROW")
    capture = call.session.capture
    key = _operator(call, call.words[0] if len(call.words) > 1 else None)
    row = _number(call.words[-1])
    signs = {"back": "▲", "self": "◆", "forward": "▼"}
    for name, (role, rows) in capture.trace(key, row).items():
        shown = ", ".join(map(str, rows[:6])) + (f" … ({len(rows)} rows)" if len(rows) > 6 else "")
        label = describe(capture.plan.by_id[name], capture.plan)
        lines = ", ".join(f"{a}-{b}" if a != b else str(a) for a, b in capture.code_lines(name)["original"])
        where = f"  (your lines {lines})" if lines else ""
        print(f"{signs[role]} {name[1:]:>3} {label:<44} row {shown}{where}")


def code(call: Call) -> None:
    """Prints the declarative code."""
    rewrite = call.session.rewrite
    print(rewrite.code if rewrite is not None and rewrite.code else "There is no rewrite.")


def show(call: Call) -> None:
    """Shows the view again."""
    call.session.view.show()


_COMMANDS: dict[str, Callable[[Call], Any]] = {
    f.__name__: f for f in (accept, reject, retry, status, plan, records, trace, code, show)
}


def execute(name: str, call: Call) -> Any:
    """Runs a command.

    Raises:
        UsageError: there is no such command.
    """
    if name not in _COMMANDS:
        raise UsageError(f"There is no command {name!r}.", available=list(_COMMANDS))
    return _COMMANDS[name](call)


def _number(word: str) -> int:
    if not word.isdigit():
        raise UsageError(f"{word!r} is no number of a row or operator.", hint="rows are numbered from 0")
    return int(word)


def _operator(call: Call, word: str | None) -> str:
    plan = call.session.capture.plan
    if word is None:
        return plan.ids[plan.roots[-1]]
    key = f"o{_number(word.removeprefix('o'))}"
    if key not in plan.by_id:
        raise UsageError(f"The plan has no operator {word}.", available=[k[1:] for k in plan.by_id])
    return key
