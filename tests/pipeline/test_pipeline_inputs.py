"""What a pipeline can be given: sources, prepare, labels; and what it says where that does not fit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

import lester_jupyter as ld
from lester_jupyter.errors import LesterError, PlanError, SourceError, UnknownColumnError

N = 60
REVIEWS = pd.DataFrame(
    {"id": range(N), "rating": [i % 5 + 1 for i in range(N)], "votes": [i * 7 % 11 for i in range(N)]}
)
GOOD = [r >= 4 for r in REVIEWS["rating"]]


def pipeline(**changes: Any) -> ld.Pipeline:
    said = {
        "prepare": lambda reviews: reviews,
        "label": "rating >= 4",
        "encode": ColumnTransformer([("votes", StandardScaler(), ["votes"])]),
        "model": LogisticRegression(),
    }
    return ld.Pipeline("reviews", **{**said, **changes})


def message(error: pytest.ExceptionInfo[LesterError]) -> str:
    return str(error.value)


def fails(match: str, kind: type[LesterError] = PlanError, *, sources: Any = "given", **changes: Any) -> str:
    given = {"reviews": REVIEWS} if sources == "given" else sources
    with pytest.raises(kind, match=match) as error:
        pipeline(**changes).run(given)
    return message(error)


# sources and prepare ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", ["csv", "tsv", "jsonl", "json", "parquet"])
def test_a_path_is_read_by_its_ending_and_named_by_its_key(ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"file.{ending}"
    write = {
        "csv": lambda: REVIEWS.to_csv(path, index=False),
        "tsv": lambda: REVIEWS.to_csv(path, index=False, sep="\t"),
        "jsonl": lambda: REVIEWS.to_json(path, orient="records", lines=True),
        "json": lambda: REVIEWS.to_json(path, orient="records", lines=True),
        "parquet": lambda: REVIEWS.to_parquet(path),
    }
    write[ending]()
    for given in (path, str(path)):
        run = pipeline().run({"reviews": given})
        assert run.prepared.df["votes"].tolist() == REVIEWS["votes"].tolist()
        assert run.lineage.features("reviews", "votes") == [(0, 1)]


def test_tables_records_and_frames_are_sources_too() -> None:
    expected = pipeline().run({"reviews": REVIEWS})
    for given in (REVIEWS.to_dict("records"), ld.from_pandas(REVIEWS, "mine")):
        run = pipeline().run({"reviews": given})
        assert run.X_train.tolist() == expected.X_train.tolist()
    assert run.lineage.features("mine", "votes") == [(0, 1)]  # a frame keeps the name it has


def test_prepare_may_read_by_itself_or_be_a_frame(tmp_path: Path) -> None:
    REVIEWS.to_csv(tmp_path / "reviews.csv", index=False)
    REVIEWS.head(40).to_csv(tmp_path / "fewer.csv", index=False)

    def read() -> ld.Frame:
        return ld.read_csv(tmp_path / "reviews.csv").filter("votes > 1")

    expected = pipeline(prepare=lambda reviews: reviews.filter("votes > 1")).run({"reviews": REVIEWS})
    for prepare in (read, read()):
        run = pipeline(prepare=prepare).run()
        assert run.X_train.tolist() == expected.X_train.tolist()
        fewer = pipeline(prepare=prepare).run({"reviews": tmp_path / "fewer.csv"})
        assert len(fewer.prepared) == (REVIEWS["votes"].head(40) > 1).sum()
        with pytest.raises(PlanError, match=r"no source 'mails'.*Available: reviews"):
            pipeline(prepare=prepare).run({"mails": REVIEWS})


def test_prepare_with_defaults_and_with_any_source() -> None:
    def some(reviews: ld.Frame, more: ld.Frame | None = None) -> ld.Frame:
        return reviews if more is None else reviews.union(more)

    assert len(pipeline(prepare=some).run({"reviews": REVIEWS}).prepared) == N
    assert len(pipeline(prepare=some).run({"reviews": REVIEWS, "more": REVIEWS}).prepared) == 2 * N
    anything = pipeline(prepare=lambda **all_of_them: ld.union(all_of_them.values()))
    assert len(anything.run({"a": REVIEWS, "b": REVIEWS}).prepared) == 2 * N


def test_sources_that_do_not_fit_are_named() -> None:
    assert "run(sources=" in fails("asks for the source 'reviews', which is not given", sources=None)
    assert "Available: ratings" in fails("asks for the source 'reviews'", sources={"ratings": REVIEWS})
    wrong = {"reviews": REVIEWS, "users": REVIEWS}
    assert "Available: reviews" in fails("no parameter for the source 'users'", sources=wrong)
    assert ".parquet" in fails("kind of the source 'reviews' cannot be told", sources={"reviews": "a.xlsx"})
    fails("no file", SourceError, sources={"reviews": "nowhere/reviews.csv"})
    fails("The source 'reviews' is int", sources={"reviews": 3})
    fails("The source 'reviews' is dict", sources={"reviews": {"rating": [1]}})


def test_prepare_that_gives_no_frame_is_told_what_to_do() -> None:
    assert "stay with frames" in fails("prepare gave DataFrame", prepare=lambda reviews: reviews.df)
    fails("prepare= is a function that gives a frame", prepare=REVIEWS)
    fails("must have names", prepare=lambda *frames: frames[0])
    fails("no prepared records", prepare=lambda reviews: reviews.filter("votes > 100"))


def test_an_error_in_users_own_code_passes_through_untouched() -> None:
    def prepare(reviews: ld.Frame) -> ld.Frame:
        raise ZeroDivisionError("mine")

    def label(frame: ld.Frame) -> ld.Frame:
        raise KeyError("mine too")

    with pytest.raises(ZeroDivisionError, match=r"^mine$"):
        pipeline(prepare=prepare).run({"reviews": REVIEWS})
    with pytest.raises(KeyError, match="mine too"):
        pipeline(label=label).run({"reviews": REVIEWS})
    with pytest.raises(TypeError, match="unsupported operand"):
        pipeline(label=(["rating"], lambda r: r + "x")).run({"reviews": REVIEWS})


# labels -------------------------------------------------------------------------------------------------------------

LEAST = 4
LABELS: dict[str, Any] = {
    "expression": "rating >= 4",
    "expression with a variable": "rating >= @LEAST",
    "function of columns": (["rating"], lambda r: r >= 4),
    "function of one column": ("rating", lambda r: r >= 4),
    "function with the names of columns": lambda rating: rating >= 4,
    "column": lambda frame: frame["rating"] >= 4,
    "frame": lambda frame: frame.project("label", ["rating"], lambda r: r >= 4),
    "frame by expression": lambda frame: frame.assign(label="rating >= 4"),
}


@pytest.mark.parametrize("label", LABELS.values(), ids=LABELS)
def test_every_way_to_say_a_label_says_the_same(label: Any) -> None:
    run = pipeline(label=label).run({"reviews": REVIEWS})
    assert run.prepared.columns == ["id", "rating", "votes", "label"]
    assert run.prepared.df["label"].tolist() == GOOD
    [operator] = [o for o in run.plan.operators if o.kind == "label"]
    assert operator.sources == ("rating",)
    assert operator.exact
    assert [o.kind for o in run.plan.operators][:2] == ["scan", "label"]
    assert run.prepared.lineage.columns("label") == {("reviews", "rating"): "value"}
    assert run.plan.completeness == 1


@pytest.mark.parametrize("given", [list, np.array, pd.Series], ids=lambda g: g.__name__)
def test_a_label_made_of_the_whole_table_is_over_approximate(given: Any) -> None:
    above = REVIEWS["rating"] > REVIEWS["rating"].mean()
    run = pipeline(label=lambda frame: given(frame.df["rating"] > frame.df["rating"].mean())).run({"reviews": REVIEWS})
    assert run.prepared.df["label"].tolist() == above.tolist()
    [operator] = [o for o in run.plan.operators if o.kind == "label"]
    assert not operator.exact
    assert set(run.prepared.lineage.columns("label").values()) == {"value"}
    assert len(run.prepared.lineage.columns("label")) == 3
    assert run.prepared.lineage.backward(0)["reviews"].tolist() == list(range(N))
    assert run.plan.completeness < 1
    fewer = run.plan.execute({"reviews": REVIEWS.head(40)})
    expected = REVIEWS["rating"].head(40)
    assert fewer.prepared.df["label"].tolist() == (expected > expected.mean()).tolist()


def test_a_label_that_is_a_column_stays_in_its_place() -> None:
    table = REVIEWS.assign(rating=GOOD)[["id", "rating", "votes"]]
    run = pipeline(label="rating").run({"reviews": table})
    assert run.prepared.columns == ["id", "rating", "votes"]
    assert run.y_train.dtype == bool
    assert "label rating" in run.plan.explain()


def test_a_label_may_take_several_steps_and_leave_records_out() -> None:
    def label(frame: ld.Frame) -> ld.Frame:
        return frame.filter("rating != 3").project("good", ["rating"], lambda r: r > 3).drop("id")

    run = pipeline(label=label).run({"reviews": REVIEWS})
    assert run.prepared.columns == ["rating", "votes", "good"]
    assert run.prepared.df["good"].tolist() == [r > 3 for r in REVIEWS["rating"] if r != 3]
    assert run.prepared.lineage.backward(2)["reviews"].tolist() == [3]
    assert run.plan.execute().prepared.df.equals(run.prepared.df)


def test_the_label_takes_a_name_that_is_free() -> None:
    run = pipeline().run({"reviews": REVIEWS.assign(label=0)})
    assert run.prepared.columns[-2:] == ["label", "label_2"]


def test_a_function_of_rows_runs_once_a_record() -> None:
    calls = []

    def good(rating: int) -> bool:
        calls.append(rating)
        return rating >= 4

    pipeline(label=lambda frame: frame.project("good", ["rating"], good)).run({"reviews": REVIEWS})
    assert len(calls) == N


def test_labels_that_make_no_sense_are_explained() -> None:
    assert "Available: id, rating, votes" in fails("ratings", UnknownColumnError, label="ratings")
    fails("stars", UnknownColumnError, label=(["stars"], len))
    fails("is not an expression", label="rating >=")
    assert 'label="rating >= 4"' in fails("label= cannot be 3.5", label=3.5)
    fails("name no columns: stars, votes", label=lambda stars, votes: stars)
    fails("name no columns: it has none", label=lambda: 1)
    fails("added 0 columns", label=lambda frame: frame)
    fails("added 2 columns to the frame: a, b", label=lambda frame: frame.assign(a="1", b="2"))
    fails("gave list of 2 values for 60 records", label=lambda frame: [1, 2])
    fails("gave bool for 60 records", label=lambda frame: True)
    other = ld.from_pandas(REVIEWS)
    fails("belongs to another frame", label=lambda frame: other["rating"] > 3)
    assert "drop_missing" in fails(
        "12 of .* labels in 'label' are missing|labels in 'label' are missing",
        label=(["rating"], lambda r: None if r == 3 else r > 3),
    )


def test_a_frame_and_a_column_of_it_make_a_pipeline() -> None:
    frame = ld.from_pandas(REVIEWS)
    run = pipeline(prepare=frame, label=frame["rating"] >= 4).run()
    assert run.prepared.df["label"].tolist() == GOOD


# the run ------------------------------------------------------------------------------------------------------------


def test_the_split_is_that_of_the_frame() -> None:
    run = pipeline().run({"reviews": REVIEWS}, train_fraction=0.6, seed=5)
    train, test = run.prepared.split(0.6, 5)
    assert run.train.df.equals(train.df)
    assert run.test.df.equals(test.df)


def test_stratify_and_group_are_those_of_split() -> None:
    run = pipeline().run({"reviews": REVIEWS}, stratify="label", train_fraction=0.5)
    assert abs(int(run.y_train.sum()) - sum(GOOD) / 2) <= 1
    grouped = pipeline().run({"reviews": REVIEWS}, group="votes", train_fraction=0.5)
    assert not set(grouped.train.to_values("votes")) & set(grouped.test.to_values("votes"))
    assert grouped.lineage.columns(0) == {("reviews", "votes"): "value"}


def test_parts_without_records_say_what_to_do() -> None:
    with pytest.raises(PlanError, match=r"test part is empty: 3 records.*smaller train_fraction"):
        pipeline().run({"reviews": REVIEWS.head(3)}, train_fraction=0.999)
    with pytest.raises(PlanError, match=r"train part is empty: 3 records.*larger train_fraction"):
        pipeline().run({"reviews": REVIEWS.head(3)}, train_fraction=0.001)
    with pytest.raises(PlanError, match="train_fraction is a share"):
        pipeline().run({"reviews": REVIEWS}, train_fraction=1.5)


def test_a_store_is_refused_openly() -> None:
    with pytest.raises(PlanError, match="no artifact store yet"):
        pipeline().run({"reviews": REVIEWS}, store=".lester")


def test_progress_is_told_stage_by_stage() -> None:
    told: list[tuple[str, str, str]] = []
    pipeline().run({"reviews": REVIEWS}, on_progress=lambda *event: told.append(event))
    stages = ["prepare", "label", "split", "encode", "model", "score"]
    assert [(stage, state) for stage, state, _ in told] == [(s, state) for s in stages for state in ("running", "done")]
    assert "60 records" in told[1][2]
    told.clear()
    with pytest.raises(PlanError):
        pipeline(label="nothing").run({"reviews": REVIEWS}, on_progress=lambda *event: told.append(event))
    assert told[-1][:2] == ("label", "failed")


def test_the_plan_points_at_the_lines_of_the_user() -> None:
    run = pipeline(prepare=lambda reviews: reviews.filter("votes > 1")).run({"reviews": REVIEWS})
    files = {o.code.file for o in run.plan.operators if o.code is not None}
    assert files == {__file__}
    assert {o.kind for o in run.plan.operators if o.code is None} <= {
        "fit_transform", "transform", "concat_features", "fit_model", "predict", "score",
    }  # fmt: skip


def test_a_plan_from_a_file_shows_everything_and_says_that_it_cannot_learn() -> None:
    run = pipeline().run({"reviews": REVIEWS})
    again = type(run.plan).from_json(run.plan.to_json())
    assert again.to_json() == run.plan.to_json()
    with pytest.raises(PlanError, match="names the estimators, but does not hold them"):
        again.execute({"reviews": REVIEWS})
    with pytest.raises(PlanError, match=r"The estimator StandardScaler\(\) is not part of a plan"):
        ld.Plan.from_json(run.plan.to_json()).execute({"reviews": REVIEWS})


def test_importing_the_package_does_not_import_scikit_learn() -> None:
    import subprocess
    import sys

    script = (
        "import sys, lester_jupyter as ld;print('sklearn' in sys.modules); ld.Pipeline; print('sklearn' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[:2] == ["False", "True"]
    with pytest.raises(AttributeError, match="no attribute 'Pipelines'"):
        ld.Pipelines  # type: ignore[attr-defined]
