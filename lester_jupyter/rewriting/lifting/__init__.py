"""The embedded rewriter: lifts messy loops to the declarative API without a language model."""

from lester_jupyter.rewriting.lifting.lift import lift
from lester_jupyter.rewriting.lifting.outputs import detect_outputs, free_names

__all__ = ["detect_outputs", "free_names", "lift"]
