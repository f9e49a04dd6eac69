"""Prepare → label → encode → model, as one plan from the file to the score."""

from lester_jupyter.pipeline.answers import CellOrigin, PredictionOrigin, Reach
from lester_jupyter.pipeline.lineage import PipelineLineage
from lester_jupyter.pipeline.pipeline import Pipeline
from lester_jupyter.pipeline.run import PipelineRun

__all__ = ["CellOrigin", "Pipeline", "PipelineLineage", "PipelineRun", "PredictionOrigin", "Reach"]
