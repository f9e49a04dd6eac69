"""What hands used to pandas type in a hurry: each gets one clear error, with what to do instead."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from IPython.core.formatters import DisplayFormatter
from sklearn.compose import ColumnTransformer
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

import lester_jupyter as ld
from lester_jupyter.errors import LesterError, PlanError, SourceError, UnknownAttributeError, UnknownColumnError
from lester_jupyter.frame import ExecutablePlan

Use = Callable[[ld.Frame], Any]
HUGE = 10**30


@pytest.fixture
def frame() -> ld.Frame:
    table = {"k": [1, 2, 1], "x": [1.0, 2.0, 3.0], "s": ["a", "b", "c"]}
    return ld.from_pandas(pd.DataFrame(table), "orders")


@pytest.fixture
def other() -> ld.Frame:
    return ld.from_pandas(pd.DataFrame({"k": [1, 3], "z": [8, 9]}), "shops")


def raised_by(use: Use, frame: ld.Frame) -> LesterError:
    with pytest.raises(LesterError) as raised:
        use(frame)
    assert "\n" not in str(raised.value)
    return raised.value


# arguments ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("given", [pd.DataFrame({"x": [1]}), "a.csv", [1, 2]])
def test_sources_without_a_name_are_told_how_to_be_named(frame: ld.Frame, given: Any) -> None:
    error = raised_by(lambda f: f.plan.execute(given), frame)
    assert error.message == f"execute takes other sources by their names, got {type(given).__name__}."
    assert (error.available, error.hint) == (("orders",), 'plan.execute({"orders": df})')
    for prepare in (frame, lambda orders: orders):
        pipeline = ld.Pipeline("p", prepare=prepare, label="k", encode=OneHotEncoder(), model=LogisticRegression())
        error = raised_by(lambda _, pipeline=pipeline: pipeline.run(given), frame)
        assert error.message == f"run takes the sources by their names, got {type(given).__name__}."
        assert (error.available, error.hint) == (("orders",), 'run(sources={"orders": df})')


@pytest.mark.parametrize("given", ["sum", ["sum"], np.sum])
def test_aggregations_that_name_no_column(frame: ld.Frame, given: Any) -> None:
    error = raised_by(lambda f: f.aggregate("k", given), frame)
    assert "mapping of columns to functions" in error.message
    assert '{"price": "sum"}' in error.hint
    assert 'total=("price", "sum")' in error.hint


@pytest.mark.parametrize("given", [None, "desc", ["desc"], 0.5])
@pytest.mark.parametrize("method", ["sort", "sort_values"])
def test_directions_that_are_none(frame: ld.Frame, method: str, given: Any) -> None:
    error = raised_by(lambda f: getattr(f, method)("x", ascending=given), frame)
    assert error.message.startswith("ascending is True or False")
    assert "ascending=False" in error.hint


def test_directions_of_numpy_are_taken(frame: ld.Frame) -> None:
    down = [3.0, 2.0, 1.0]
    assert frame.sort("x", np.bool_(False)).to_values("x") == down
    assert frame.sort("x", np.array([False])).to_values("x") == down  # type: ignore[arg-type]
    assert frame.sort("x", [0]).to_values("x") == down


def test_readers_name_the_option_that_does_not_exist(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pd.DataFrame({"a": [1]}).to_parquet(path)
    with pytest.raises(PlanError, match=r"read_parquet takes no option 'foo'\. Hint: .*pandas\.read_parquet"):
        ld.read_parquet(path, foo=1)
    for reader, known in ((ld.read_csv, "skiprows"), (ld.read_json, "precise_float")):
        with pytest.raises(PlanError, match="takes no option 'foo'") as raised:
            reader("not read.csv", foo=1)
        assert known in raised.value.available
    with pytest.raises(PlanError, match=r"did you mean skiprows=\?"):
        ld.read_csv("not read.csv", skip_rows=1)


def test_join_takes_how_by_position(frame: ld.Frame, other: ld.Frame) -> None:
    joined = frame.join(other, "k", "left")
    pd.testing.assert_frame_equal(joined.df, frame.join(other, "k", how="left").df)
    assert len(joined) == 3 > len(frame.join(other, "k"))
    assert "There is no join 'z'" in str(raised_by(lambda f: f.join(other, "k", "z"), frame))


def test_join_on_keys_that_cannot_be_equal_advises_a_cast(frame: ld.Frame) -> None:
    texts = ld.from_pandas(pd.DataFrame({"k": ["1", "2"]}))
    error = raised_by(lambda f: f.join(texts, "k"), frame)
    assert "int64 and str columns" in error.message
    assert "concat" not in str(error)
    assert "frame.cast({'k': \"str\"})" in error.hint
    assert len(frame.cast({"k": "str"}).join(texts, "k")) == 3  # the advice helps


@pytest.mark.parametrize(
    ("use", "refused", "reason", "hint"),
    [
        (
            lambda f: f.sort_values("x", inplace=True),
            "inplace= is not taken by sort_values",
            "never changes",
            "frame =",
        ),
        (lambda f: f.sort_values("x", ignore_index=True), "ignore_index=", "has no index", ""),
        (lambda f: f.sort_values("x", key=abs), "key=", "", "make a column"),
        (lambda f: f.drop_duplicates(inplace=True), "inplace= is not taken by drop_dup", "never changes", "frame ="),
        (lambda f: f.dropna(axis=1), "axis= is not taken by dropna", "has no index", "frame.drop"),
        (lambda f: f.fillna(method="ffill"), "method= is not taken by fillna", "", '"ffill"'),
        (lambda f: f.fillna(0, inplace=True), "inplace= is not taken by fillna", "never changes", "frame ="),
        (lambda f: f.merge(f, on="k", indicator=True), "indicator= is not taken by merge", "", 'how="semi"'),
        (lambda f: f.merge(f, left_index=True), "left_index=", "has no index", ""),
        (lambda f: f.drop("x", axis=1), "axis= is not taken by drop", "has no index", "frame.drop"),
        (lambda f: f.rename(columns={"x": "y"}, inplace=True), "inplace= is not taken by rename", "never", "frame ="),
        (
            lambda f: f.astype("str", errors="ignore"),
            "errors= is not taken by astype",
            "no such option",
            "leave it out",
        ),
    ],
)
def test_arguments_of_pandas_that_are_not_taken(
    frame: ld.Frame, use: Use, refused: str, reason: str, hint: str
) -> None:
    error = raised_by(use, frame)
    assert isinstance(error, PlanError)
    assert refused in error.message
    assert reason in error.message
    assert hint in error.hint
    assert error.hint
    assert "frame.fillna(0)" in raised_by(lambda f: f.fillna(), frame).hint


# attributes and brackets --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("groupby", "frame.aggregate("),
        ("query", "frame.filter("),
        ("loc", "frame.filter("),
        ("iloc", "frame.limit("),
        ("apply", "frame.project("),
        ("dtypes", "frame.df.dtypes"),
        ("describe", "frame.df.describe()"),
        ("iterrows", "frame.df.iterrows"),
        ("values", "frame.to_tuples()"),
        ("pivot_table", "frame.opaque(lambda df: df.pivot_table(…))"),
        ("mean", 'frame.aggregate(None, made=("price", "mean"))'),
        ("index", "no index"),
        ("x", 'frame["x"]'),
        ("filtr", "did you mean frame.filter?"),
    ],
)
def test_attributes_of_pandas_say_what_to_do_instead(frame: ld.Frame, name: str, hint: str) -> None:
    error = raised_by(lambda f: getattr(f, name), frame)
    assert isinstance(error, UnknownAttributeError)
    assert error.message.startswith(f"A frame has no attribute {name!r}")
    assert hint in error.hint


def test_every_hint_for_an_attribute_is_needed(frame: ld.Frame) -> None:
    from lester_jupyter.frame.habits import _INSTEAD

    assert [name for name in _INSTEAD if hasattr(frame, name)] == []


def test_protocols_go_on_working(frame: ld.Frame) -> None:
    column = frame["x"]
    for thing in (frame, column):
        assert not hasattr(thing, "groupby")
        assert not hasattr(thing, "_repr_latex_")
        assert getattr(thing, "nothing", 3) == 3
    assert copy.copy(frame) is copy.deepcopy(frame) is frame
    assert copy.copy(column).to_pandas().tolist() == [1.0, 2.0, 3.0]
    with pytest.raises(pickle.PicklingError, match=r"frame\.to_pandas"):
        pickle.dumps(frame)
    formats, _ = DisplayFormatter().format(frame)
    assert set(formats) == {"text/plain", "text/html"}
    assert not hasattr(object.__new__(ld.Frame), "_relation")  # asking a frame that is not made yet does not recurse


def test_a_property_that_fails_tells_its_own_failure(frame: ld.Frame, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ld.Frame, "plan", property(lambda self: self._operator.nothing_like_that))
    with pytest.raises(AttributeError, match="nothing_like_that"):
        _ = frame.plan


def test_a_frame_is_not_assigned_to(frame: ld.Frame) -> None:
    def put(f: Any) -> None:
        f["y"] = 1

    def take(f: Any) -> None:
        del f["x"]

    def attach(f: Any) -> None:
        f.y = 1

    for use, hint in ((put, "frame.assign(y="), (take, "frame = frame.drop('x')"), (attach, "frame.assign(y=")):
        error = raised_by(use, frame)
        assert error.message.startswith("A frame never changes")
        assert hint in error.hint
    assert frame.columns == ["k", "x", "s"]


@pytest.mark.parametrize(
    ("use", "hint"),
    [
        (lambda f: f["x"].mean(), 'frame.df["x"].mean()'),
        (lambda f: f["x"].values, 'frame.df["x"].values'),
        (lambda f: f["s"].str.upper(), 'frame.project("new", ["s"], str.lower)'),
        (lambda f: f["s"].dt, 'frame.df["s"].dt'),
        (lambda f: f["s"].map(len), 'frame.project("new", ["s"], function)'),
        (lambda f: (f["x"] + 1).mean(), "column.to_pandas().mean()"),
    ],
)
def test_methods_of_columns_lead_to_pandas(frame: ld.Frame, use: Use, hint: str) -> None:
    error = raised_by(use, frame)
    assert isinstance(error, UnknownAttributeError)
    assert hint in error.hint


@pytest.mark.parametrize(
    ("key", "hint"),
    [
        (slice(0, 2), "frame.limit(n, offset)"),
        (("x",), "frame.select(['x'])"),
        (lambda f: f, "frame.filter(function)"),
    ],
)
def test_brackets_that_take_no_such_thing(frame: ld.Frame, key: Any, hint: str) -> None:
    error = raised_by(lambda f: f[key], frame)
    assert error.message.startswith("A frame's brackets take names")
    assert hint in error.hint


# functions and names ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "use", [lambda f: f.project("y", func=lambda row: row["x"]), lambda f: f.filter(lambda row: row["x"] > 1)]
)
def test_functions_of_rows_are_told_that_they_get_values(frame: ld.Frame, use: Use) -> None:
    error = raised_by(use, frame)
    assert isinstance(error, UnknownColumnError)
    assert error.message == "There is no column 'row'."
    assert "values of columns, not a row" in error.hint


@pytest.mark.parametrize(
    "use",
    [
        lambda f: f.project("y", func=lambda *, x: x),
        lambda f: f.project("y", ["x"], lambda *, x: x),
        lambda f: f.filter(lambda *, x: x > 1),
    ],
)
def test_functions_with_parameters_by_name_only(frame: ld.Frame, use: Use) -> None:
    error = raised_by(use, frame)
    assert "takes 'x' by name only" in error.message
    assert error.hint == "leave out the * before x"


def test_rename_to_a_name_that_exists(frame: ld.Frame) -> None:
    error = raised_by(lambda f: f.rename({"x": "s"}), frame)
    assert error.message == "rename would make more than one column named 's'."
    assert "frame.drop('s')" in error.hint
    assert frame.rename({"x": "s", "s": "x"}).columns == ["k", "s", "x"]


@pytest.mark.parametrize(
    "use",
    [
        lambda f: f.project(1.5, ["x"], abs),
        lambda f: f.project("y", 1.5, abs),
        lambda f: f.select(None),
        lambda f: f.select([None]),
        lambda f: f.drop(None),
        lambda f: f.sort(f["x"]),
        lambda f: f.explode(None),
        lambda f: f.distinct([f["x"]]),
    ],
)
def test_names_that_are_none(frame: ld.Frame, use: Use) -> None:
    assert raised_by(use, frame).message.startswith("Columns are named by text or integers, got ")


def test_sources_are_named_by_text(frame: ld.Frame, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a\n1\n")
    for make in (
        lambda _: ld.from_pandas(frame.df, 5),  # type: ignore[arg-type]
        lambda _: ld.from_records([{"a": 1}], name=5),  # type: ignore[arg-type]
        lambda _: ld.read_csv(path, name=5),  # type: ignore[arg-type]
    ):
        error = raised_by(make, frame)
        assert isinstance(error, SourceError)
        assert error.message == "A source is named by text, got 5."


# numbers ------------------------------------------------------------------------------------------------------------


def test_integers_of_numpy_are_numbers(frame: ld.Frame) -> None:
    for mine, theirs in zip(frame.split(0.5, 3), frame.split(np.float64(0.5), np.int64(3)), strict=True):
        pd.testing.assert_frame_equal(mine.df, theirs.df)
        written = json.loads(theirs.plan.to_json())["operators"][-1]
        assert (written["seed"], written["train_fraction"]) == (3, 0.5)
    assert frame.shift("y", "x", np.int64(1)).to_values("y")[1:] == [1.0, 2.0]
    assert frame.window("y", "x", "sum", rows=np.int64(2)).to_values("y")[1:] == [3.0, 5.0]  # type: ignore[arg-type]


@pytest.mark.parametrize("share", ["x", None, [0.5], 1.5])
def test_shares_that_are_none(frame: ld.Frame, share: Any) -> None:
    assert raised_by(lambda f: f.split(share), frame).message.startswith("train_fraction is a share between 0 and 1")


@pytest.mark.parametrize(
    "use",
    [
        lambda f: f.shift("y", "x", HUGE),
        lambda f: f.diff("y", "x", -HUGE),
        lambda f: f.window("y", "x", "mean", rows=HUGE),
    ],
)
def test_more_rows_than_any_table_has(frame: ld.Frame, use: Use) -> None:
    assert raised_by(use, frame).message.endswith(f"{HUGE} rows.")


# plans in JSON ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda d: d["operators"][0].update(kind="zzz"), "it names the operator 'zzz', and there is none"),
        (lambda d: d["operators"][1].update(inputs=["zzz"]), "it names the input 'zzz', and there is none"),
        (
            lambda d: d["operators"][1]["predicate"].update(node="zzz"),
            "it names the expression 'zzz', and there is none",
        ),
        (lambda d: d.update(roots=["zzz"]), "it names the result 'zzz', and there is none"),
        (lambda d: d.pop("operators"), "'operators' is missing"),
    ],
)
def test_a_damaged_plan_says_where(frame: ld.Frame, damage: Callable[[Any], object], said: str) -> None:
    document = json.loads(frame.filter("x > 1").plan.to_json())
    damage(document)
    error = raised_by(lambda _: ExecutablePlan.from_json(json.dumps(document)), frame)
    assert said in error.message
    assert "KeyError" not in str(error)


# encoders -----------------------------------------------------------------------------------------------------------


def _run(encode: Any) -> ld.PipelineRun:
    records = pd.DataFrame({"t": [f"word{i}" for i in range(400)], "y": [0, 1] * 200})
    pipeline = ld.Pipeline("p", prepare=lambda d: d, label="y", encode=encode, model=LogisticRegression())
    return pipeline.run(sources={"d": records})


@pytest.mark.parametrize("vectorizer", [TfidfVectorizer(), make_pipeline("passthrough", TfidfVectorizer())])
def test_a_column_of_texts_named_in_a_list(vectorizer: Any) -> None:
    with pytest.raises(PlanError, match="empty vocabulary") as raised:
        _run(ColumnTransformer([("words", vectorizer, ["t"])]))
    assert raised.value.hint == (
        "TfidfVectorizer takes one column as text, not as a list: ('words', TfidfVectorizer(), 't')"
    )
    assert _run(ColumnTransformer([("words", vectorizer, "t")])).metrics  # the advice helps


def test_unknown_categories_are_not_all_listed() -> None:
    with pytest.raises(PlanError, match="Found unknown categories") as raised:
        _run(ColumnTransformer([("t", OneHotEncoder(), ["t"])]))
    assert raised.value.message.count("word") == 5
    assert "…] in column 0" in raised.value.message
    assert 'OneHotEncoder(handle_unknown="ignore")' in raised.value.hint
