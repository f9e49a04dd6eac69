"""Idioms: what a loop does to its own collections, recognised as a whole. The first that matches wins."""

from lester_jupyter.rewriting.lifting.idioms.first_wins import first_wins
from lester_jupyter.rewriting.lifting.idioms.grouped import grouped
from lester_jupyter.rewriting.lifting.idioms.header_flag import header_flag
from lester_jupyter.rewriting.lifting.idioms.nested_loop import nested_loop
from lester_jupyter.rewriting.lifting.idioms.seen import seen

IDIOMS = (header_flag, seen, first_wins, grouped, nested_loop)

__all__ = ["IDIOMS"]
