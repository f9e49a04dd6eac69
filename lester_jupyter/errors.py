"""Every error a user can meet. Each says what happened, what is available, and what to do next.

LesterError
├── PlanError            an operator, expression or plan file that makes no sense
│   ├── UnknownColumnError
│   └── UnknownAttributeError
├── SourceError          a file or value that cannot be read
├── LineageError         rows or sources that do not exist
├── RewriteError         a cell that cannot be rewritten
│   ├── NotLiftedError   the embedded rules do not cover the code
│   ├── PolicyError      rewritten code that is not allowed to run
│   ├── SandboxError     code that was stopped: time, memory, a crash
│   └── ProviderError    the language model's service failed
└── UsageError           a magic, option or function used in a way that cannot work
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

_SHOWN = 20
"""How many alternatives a message lists; all of them are in `LesterError.available`."""


class LesterError(Exception):
    """Base of all errors; its text is written for users and is shown without a stack trace in a notebook.

    Args:
        message: what happened, one sentence.
        available: what could have been named instead.
        hint: what to do next.
    """

    def __init__(self, message: str, *, available: Iterable[str] | None = None, hint: str = "") -> None:
        self.message = message
        self.available = tuple(available) if available is not None else ()
        self.hint = hint
        parts = [message]
        if self.available:
            more = f" and {len(self.available) - _SHOWN} more" if len(self.available) > _SHOWN else ""
            parts.append(f"Available: {', '.join(self.available[:_SHOWN])}{more}.")
        if hint:
            parts.append("Hint: " + hint)
        super().__init__(" ".join(parts))

    def _render_traceback_(self) -> list[str]:
        """IPython's protocol: a user's mistake is one readable line, not a stack of our frames."""
        return [f"{type(self).__name__}: {self}"]


class PlanError(LesterError):
    """An operator, an expression or a plan file that makes no sense."""


class UnknownColumnError(PlanError):
    """A column that the frame does not have."""

    @classmethod
    def of(cls, missing: Sequence[str | int], available: Sequence[str | int], *, hint: str = "") -> UnknownColumnError:
        """Names the missing columns and those that exist; without a hint, also what the first may be a slip of."""
        names = ", ".join(repr(m) for m in missing)
        spellings: dict[str, str | int] = {str(a).casefold(): a for a in reversed(available)}
        close = get_close_matches(str(missing[0]).casefold(), spellings, n=1)
        hint = hint or (f"did you mean {spellings[close[0]]!r}?" if close else "")
        what = "is no column" if len(missing) == 1 else "are no columns"
        return cls(f"There {what} {names}.", available=map(str, available), hint=hint)


class UnknownAttributeError(PlanError, AttributeError):
    """A method that a frame or a column does not have; an AttributeError too, for `hasattr` and its like."""


class SourceError(LesterError):
    """A file or value that cannot be read as records."""


class LineageError(LesterError):
    """Rows or sources that do not exist."""


class RewriteError(LesterError):
    """A cell that cannot be rewritten."""


class NotLiftedError(RewriteError):
    """The embedded rules do not cover the code; `line` says where they stopped."""

    def __init__(self, message: str, *, line: int | None = None, hint: str = "") -> None:
        self.line = line
        super().__init__(message, hint=hint)


class PolicyError(RewriteError):
    """Rewritten code that is not allowed to run."""


class SandboxError(RewriteError):
    """Code that had to be stopped, or a sandbox that could not be started."""


class ProviderError(RewriteError):
    """The language model's service failed, or answered with something unusable."""


class UsageError(LesterError):
    """A magic, an option or a function used in a way that cannot work."""
