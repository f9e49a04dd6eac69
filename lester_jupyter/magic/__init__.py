"""The magics: `%%lester` on top of a cell, `%lester` for everything afterwards."""

from lester_jupyter.magic.display import show
from lester_jupyter.magic.magics import LesterMagics, load, unload

__all__ = ["LesterMagics", "load", "show", "unload"]
