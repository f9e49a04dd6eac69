"""Compares a rewrite with its original, on the real and on changed inputs."""
