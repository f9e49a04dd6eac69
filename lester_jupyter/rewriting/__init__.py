"""Rewrites messy cells into declarative code, and lets none be called verified without evidence."""
