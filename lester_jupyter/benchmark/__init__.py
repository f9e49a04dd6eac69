"""Messy pipelines with generated data: for the demo, for measurements, and for others to add to."""
