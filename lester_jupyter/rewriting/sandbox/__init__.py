"""Runs code apart from the user's process: what it reads and writes is watched, what it may do is limited."""
