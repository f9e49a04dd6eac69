"""Reads the command line, runs one command, and turns every known error into one line."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from lester_jupyter._version import __version__
from lester_jupyter.cli.bench import bench_lineage
from lester_jupyter.cli.demo import DemoError, demo
from lester_jupyter.cli.rewriting import rewrite_file
from lester_jupyter.errors import LesterError


def parser() -> argparse.ArgumentParser:
    """The commands and their options."""
    top = argparse.ArgumentParser(prog="lester-jupyter", description="Verified declarative pipelines from messy code.")
    top.add_argument("--version", action="version", version=f"lester_jupyter {__version__}")
    commands = top.add_subparsers(required=True, metavar="COMMAND")

    show = commands.add_parser("demo", help="rewrite the running example in a notebook and print what happened")
    show.add_argument("--directory", type=Path, default=Path("demo"), help="where the data and results go (demo)")
    show.add_argument("--only-files", action="store_true", help="only lay out the notebook and its data")
    show.set_defaults(run=lambda given: demo(given.directory, only_files=given.only_files))

    one = commands.add_parser("rewrite", help="rewrite a Python file and print the declarative code")
    one.add_argument("file", type=Path, help="the messy code; it is executed in a sandbox, next to its data")
    one.add_argument("--directory", type=Path, help="where its data are (default: the file's folder)")
    one.add_argument("--rewriter", choices=["auto", "rules", "llm"], help="who rewrites (auto)")
    one.add_argument("--output", action="append", help="a variable or file to re-create; may be repeated")
    one.add_argument("--diff", action="store_true", help="print the difference instead of the code")
    one.set_defaults(
        run=lambda g: rewrite_file(
            g.file, directory=g.directory, rewriter=g.rewriter, outputs=g.output, show_diff=g.diff
        )
    )

    bench = commands.add_parser("bench", help="measure, and print goals beside numbers")
    what = bench.add_subparsers(required=True, metavar="WHAT")
    lineage = what.add_parser("lineage", help="CPU time, memory and look-ups of frames beside plain pandas")
    lineage.add_argument("--rows", type=_positive, nargs="+", help="numbers of rows (10000 100000 1000000)")
    lineage.add_argument("--repeat", type=_positive, help="rounds a case; each runs both sides twice (5)")
    lineage.add_argument("--only", nargs="+", default=[], metavar="NAME", help="only what has this in its name")
    lineage.add_argument("--json", type=Path, help="a file for all numbers")
    lineage.add_argument("--markdown", action="store_true", help="print Markdown tables")
    lineage.set_defaults(
        run=lambda g: bench_lineage(rows=g.rows, repeat=g.repeat, only=g.only, json=g.json, markdown=g.markdown)
    )
    return top


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is not 1 or more")
    return number


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command.

    Args:
        arguments: the words after the program's name; by default those of the process.

    Returns:
        0 where it worked, 1 where it did not, 2 for words that make no sense.
    """
    given = parser().parse_args(arguments)
    try:
        code: int = given.run(given)
    except (LesterError, DemoError) as error:
        print(f"lester-jupyter: {error}", file=sys.stderr)
        return 1
    return code
