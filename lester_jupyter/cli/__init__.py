"""The command line, for those without a notebook: `lester-jupyter demo`, `lester-jupyter rewrite FILE`."""

from lester_jupyter.cli.main import main

__all__ = ["main"]
