"""`lester-jupyter rewrite FILE`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from lester_jupyter.errors import SourceError
from lester_jupyter.rewriting.rewrite import rewrite


def rewrite_file(
    file: Path, *, directory: Path | None, rewriter: str | None, outputs: Sequence[str] | None, show_diff: bool
) -> int:
    """Rewrites a Python file: the code goes to the standard output, all that is said about it to the standard error.

    Returns:
        0 if the rewrite is verified, else 1.

    Raises:
        SourceError: a file that cannot be read.
    """
    try:
        code = file.read_text(encoding="utf-8")
    except OSError as error:
        raise SourceError(f"{file} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise SourceError(f"{file} is not text in UTF-8.") from error

    def tell(step: str, state: str, detail: str) -> None:
        print(f"{step}: {detail or state}", file=sys.stderr)

    done = rewrite(
        code, directory=directory or file.resolve().parent, rewriter=rewriter, outputs=outputs, on_progress=tell
    )
    for finding in done.findings:
        where = f"lines {finding.lines[0]}-{finding.lines[1]}: " if finding.lines else ""
        hint = f" Hint: {finding.hint}" if finding.hint else ""
        print(f"{finding.severity}: {where}{finding.message}{hint}", file=sys.stderr)
    print(repr(done), file=sys.stderr)
    if done.code:
        print(done.diff() if show_diff else done.code, end="")
    return 0 if done.verified else 1
