"""The plan of a run: an executable plan whose execution fits everything again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from lester_jupyter.engines import Relation
from lester_jupyter.errors import PlanError
from lester_jupyter.frame import ExecutablePlan
from lester_jupyter.frame.plan import Given
from lester_jupyter.plan import Operator

if TYPE_CHECKING:
    from lester_jupyter.pipeline.run import PipelineRun


class PipelinePlan(ExecutablePlan):
    """One plan from the files to the score.

    Args:
        roots: the score.
        ran: its relation, where it has run.
        run: the run it belongs to; None for a plan that was read from a file.
    """

    def __init__(
        self,
        roots: Iterable[Operator],
        ran: Mapping[Operator, Relation] | None = None,
        run: PipelineRun | None = None,
    ) -> None:
        super().__init__(roots, ran)
        self._run = run

    def execute(  # type: ignore[override]
        self, sources: Mapping[str, Given] | None = None, engine: str = "pandas"
    ) -> PipelineRun:
        """Runs everything again, as the pipeline would: prepares, labels, splits, fits, scores.

        What is learned from other records has other features, so the run that comes out has a plan of its own.

        Args:
            sources: for a source's name, another table or file to use instead.
            engine: which engine prepares the records; the learning is scikit-learn's.

        Raises:
            PlanError: an engine or source that does not exist, or a plan that was read from a file: it holds the
                names of functions and estimators, not themselves.
            SourceError: a source that is gone.
        """
        if self._run is None:
            raise PlanError(
                "This plan was read from a file: it names the estimators, but does not hold them.",
                hint="run the pipeline again",
            )
        labelled = self._run.prepared
        return self._run.again(labelled.plan.execute(sources, engine))
