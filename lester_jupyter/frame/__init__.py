"""The declarative DataFrame: pandas' habits, with a plan and lineage behind every frame."""

from lester_jupyter.frame.capture import Capture, record
from lester_jupyter.frame.frame import Frame
from lester_jupyter.frame.plan import ExecutablePlan
from lester_jupyter.frame.readers import (
    from_pandas,
    from_records,
    read_csv,
    read_json,
    read_lines,
    read_parquet,
    read_text,
    union,
)

__all__ = [
    "Capture",
    "ExecutablePlan",
    "Frame",
    "from_pandas",
    "from_records",
    "read_csv",
    "read_json",
    "read_lines",
    "read_parquet",
    "read_text",
    "record",
    "union",
]
