"""What a rewriter is asked to do: one cell, and all that is known about it before anything is proposed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lester_jupyter.rewriting.schemas import FileSchema
from lester_jupyter.rewriting.types import Observation, Output


@dataclass(frozen=True)
class Task:
    """One cell to rewrite.

    Attributes:
        code: the messy code.
        directory: where it runs.
        observation: what happened when it ran in the sandbox.
        outputs: what it leaves behind that the rewrite has to re-create.
        schemas: the shapes of the files it read.
        namespace: the variables it finds.
        stage: which stage of a pipeline it is.
        hint: what the user says about it, or an empty string.
        obstacle: why the embedded rules did not get through, or an empty string.
    """

    code: str
    directory: Path
    observation: Observation
    outputs: tuple[Output, ...]
    schemas: tuple[FileSchema, ...] = ()
    namespace: Mapping[str, Any] = field(default_factory=dict, repr=False)
    stage: str = "dataprep"
    hint: str = ""
    obstacle: str = ""
