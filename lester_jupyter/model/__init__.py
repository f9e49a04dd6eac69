"""Models in the plan: fitted on features, asked for predictions, and scored."""

from lester_jupyter.model.metrics import Metrics, metrics_of, usual_metrics
from lester_jupyter.model.predictions import Predicted

__all__ = ["Metrics", "Predicted", "metrics_of", "usual_metrics"]
