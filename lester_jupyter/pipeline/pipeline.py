"""The pipeline as a user states it, and its run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field
from typing import Any

import numpy as np

from lester_jupyter.errors import PlanError
from lester_jupyter.frame.callers import caller_lookup, code_reference
from lester_jupyter.frame.names import Names
from lester_jupyter.model.metrics import Metrics
from lester_jupyter.pipeline.labels import Labelling, Variables, label_of, labelled_by
from lester_jupyter.pipeline.learning import Recipe, learn
from lester_jupyter.pipeline.progress import OnProgress, silent, telling
from lester_jupyter.pipeline.run import PipelineRun
from lester_jupyter.pipeline.sources import Given, Prepare, prepared_by
from lester_jupyter.plan import CodeReference


@dataclass(frozen=True, eq=False)
class Pipeline:
    """Prepare → label → encode → model: what is learned from which records, said once and run on any sources.

    Args:
        name: what it is called.
        prepare: a function whose parameters are named like the sources and get frames, and which gives a frame; or a
            function without parameters that reads by itself; or a ready frame.
        label: what the model is to predict:

            - a column of the prepared frame: `"sentiment"`;
            - an expression, with the variables of the code that makes the pipeline: `"rating >= @least"`;
            - columns and a function of their values, called once a row: `(["rating"], lambda r: r >= 4)`;
            - a function whose parameters are named like columns, called once a row: `lambda rating: rating >= 4`;
            - a function of the frame (its parameter is named like no column) that gives the frame with one column
              more, or a column, `lambda frame: frame["rating"] >= 4`, or one value a record. In the last case nothing
              shows where the values come from, and the lineage is marked as over-approximate.

            Unless it is a column of the prepared frame, the label is called "label".
        encode: an unfitted transformer of scikit-learn's kind, most often a ColumnTransformer; or a function that gives
            one. It is given the prepared columns without the label (positions count so, too), as a DataFrame, and is
            fitted on the train part only.
        model: an unfitted classifier or regressor, or a function that gives one.

    The estimators are copied before they are fitted. Wherever one of them, or a part of it, has `random_state=None`,
    the copy has the seed of the run instead, so that two runs with one seed are bit-equal.

    Example:
        ```
        pipeline = ld.Pipeline(
            "reviews",
            prepare=lambda reviews: reviews.filter("votes > 3"),
            label="rating >= 4",
            encode=ColumnTransformer([("text", TfidfVectorizer(), "text")]),
            model=LogisticRegression(),
        )
        run = pipeline.run(sources={"reviews": "reviews.csv"})
        run.metrics, run.lineage.features("reviews", "text")
        ```
    """

    name: str
    _: KW_ONLY
    prepare: Prepare
    label: Labelling = field(repr=False)
    encode: Any
    model: Any
    _code: CodeReference | None = field(default_factory=code_reference, init=False, repr=False)
    _variables: Variables = field(default_factory=caller_lookup, init=False, repr=False)

    def run(
        self,
        sources: Mapping[str, Given] | None = None,
        train_fraction: float = 0.8,
        seed: int = 42,
        store: Any = None,
        *,
        stratify: Names | None = None,
        group: Names | None = None,
        metrics: Metrics | None = None,
        on_progress: OnProgress | None = None,
    ) -> PipelineRun:
        """Runs the pipeline in memory: prepares, labels, splits, fits on the train part, scores on the test part.

        Args:
            sources: for each source a path (.csv, .tsv, .json, .jsonl, .parquet), a DataFrame, a frame or a list of
                records. Lineage calls the source by this name; a frame keeps the names it has.
            train_fraction: the share for training. Which part a record is in depends on a hash of its content and the
                seed, so that deleting a record moves no other one.
            seed: of the split, and of all estimators without a `random_state` of their own.
            store: where to keep the run; not there yet.
            stratify: columns (the label among them) by whose values each group is split by itself.
            group: columns by whose values records stay together in one part.
            metrics: names of scikit-learn's scorers, or functions of `(y_true, y_pred)`; one, several, or a dictionary
                of functions. By default accuracy (and ROC AUC for two classes), or R² and the mean absolute error.
            on_progress: is called with a stage, its state and a sentence, as the run goes on.

        Raises:
            PlanError: a pipeline that cannot run on these sources; the message says what to do.
            SourceError: a source that cannot be read.
        """
        if store is not None:
            raise PlanError(
                f"The run cannot be kept in {store!r}: there is no artifact store yet, runs are kept in memory.",
                hint="leave store= out",
            )
        if isinstance(seed, bool) or not isinstance(seed, int | np.integer):
            raise PlanError(f"The seed of a run is an integer, got {seed!r:.80}.")
        if not isinstance(train_fraction, int | float | np.number):
            raise PlanError(f"train_fraction is a share between 0 and 1, got {train_fraction!r:.80}.")
        tell = on_progress or silent
        with telling(tell, "prepare", "running prepare") as done:
            prepared = prepared_by(self.prepare, sources)
            done.append(f"{len(prepared):,} records, {len(prepared.columns)} columns")
        with telling(tell, "label", "making the label") as done:
            labelled = labelled_by(self.label, prepared, self._variables, self._code)
            done.append(f"the label is {label_of(labelled)!r}")
        recipe = Recipe(self.name, self.encode, self.model, float(train_fraction), int(seed), stratify, group, metrics)
        return learn(labelled, recipe, tell)
