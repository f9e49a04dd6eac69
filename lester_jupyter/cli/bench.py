"""`lester-jupyter bench lineage`: prints the tables; every number goes to a file where one is named."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path


def bench_lineage(
    *, rows: Sequence[int] | None, repeat: int | None, only: Sequence[str], json: Path | None, markdown: bool
) -> int:
    """Measures; progress goes to the standard error.

    Returns:
        0 if everything could be measured, whether or not it met its goal; else 1.
    """
    from lester_jupyter.benchmark.lineage import bench  # not before it is asked for: other commands start quicker
    from lester_jupyter.benchmark.lineage.run import REPEAT, SIZES

    report = bench(rows or SIZES, repeat or REPEAT, only)
    if json is not None:
        json.write_text(report.to_json() + "\n", encoding="utf-8")
        print(f"All numbers are in {json}.", file=sys.stderr)
    print(report.to_markdown() if markdown else report.to_text(), end="")
    return 1 if report.errors else 0
