"""Engines run operators. They share the `Engine` protocol and know nothing of each other."""

from lester_jupyter.engines.protocol import Engine, Relation

__all__ = ["Engine", "Relation"]
