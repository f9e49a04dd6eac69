"""Decides from the text of rewritten code alone whether it may run at all."""
