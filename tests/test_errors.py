"""One test a message, for what people really do wrong: what happened, what there is, what to do next."""

from __future__ import annotations

import traceback
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import lester_jupyter as ld
from lester_jupyter import errors
from lester_jupyter.errors import LesterError, LineageError, PlanError, SourceError, UnknownColumnError


@pytest.fixture
def frame() -> ld.Frame:
    return ld.from_pandas(pd.DataFrame({"country": ["UK", "DE"], "level": [1, 2]}), "customers")


def message(raised: pytest.ExceptionInfo[BaseException]) -> str:
    return str(raised.value)


# the tree -----------------------------------------------------------------------------------------------------------


def test_the_tree_at_the_top_of_the_module_is_the_real_one() -> None:
    classes = [c for c in vars(errors).values() if isinstance(c, type) and issubclass(c, LesterError)]
    drawn = [line.replace("│", " ") for line in (errors.__doc__ or "").splitlines() if "Error" in line]
    names = [line.strip(" ├└─").split()[0] for line in drawn]
    depth = {n: (len(line) - len(line.lstrip(" ├└─"))) // 4 for n, line in zip(names, drawn, strict=True)}
    assert sorted(c.__name__ for c in classes) == sorted(n for n in names if n.endswith("Error"))
    assert {c.__name__: sum(issubclass(k, LesterError) for k in c.__mro__) - 1 for c in classes} == depth


def test_an_error_is_one_line_in_a_notebook(frame: ld.Frame) -> None:
    with pytest.raises(UnknownColumnError) as raised:
        frame.select("contry")
    assert raised.value._render_traceback_() == [
        "UnknownColumnError: There is no column 'contry'. Available: country, level. Hint: did you mean 'country'?"
    ]


def test_an_error_lists_not_more_than_twenty_alternatives() -> None:
    wide = ld.from_pandas(pd.DataFrame({f"c{i}": [0] for i in range(50)}))
    with pytest.raises(UnknownColumnError, match=r"c18, c19 and 30 more\.") as raised:
        wide.select("nothing")
    assert len(raised.value.available) == 50


# columns ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "use",
    [
        lambda f: f["contry"],
        lambda f: f[["contry"]],
        lambda f: f.select("contry"),
        lambda f: f.drop("contry"),
        lambda f: f.distinct("contry"),
        lambda f: f.fill_missing({"contry": ""}),
        lambda f: f.project("x", ["contry"], str.lower),
        lambda f: f.rename({"contry": "c"}),
        lambda f: f.filter("contry == 'UK'"),
        lambda f: f.filter(lambda contry: contry == "UK"),
        lambda f: f.filter(str.isupper, ["contry"]),
        lambda f: f.join(f, "contry"),
        lambda f: f.join(f, left_on="country", right_on="contry"),
        lambda f: f.to_values("contry"),
        lambda f: f.to_tuples(["contry"]),
        lambda f: f.to_dict("contry", "level"),
        lambda f: f.lineage.columns("contry"),
    ],
)
def test_an_unknown_column_names_the_others_and_the_nearest(frame: ld.Frame, use: object) -> None:
    with pytest.raises(UnknownColumnError) as raised:
        use(frame)
    assert message(raised) == ("There is no column 'contry'. Available: country, level. Hint: did you mean 'country'?")


def test_an_unknown_column_in_other_capitals_is_recognised(frame: ld.Frame) -> None:
    with pytest.raises(UnknownColumnError, match="did you mean 'level'"):
        frame.select("LEVEL")


def test_an_unknown_column_that_is_a_number_in_the_frame_is_recognised(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("1,2\n")
    with pytest.raises(UnknownColumnError) as raised:
        ld.read_csv(path, header=None).select("1")
    assert message(raised) == "There is no column '1'. Available: 0, 1. Hint: did you mean 1?"


def test_a_variable_without_its_at_sign_is_recognised(frame: ld.Frame) -> None:
    wanted = 1
    with pytest.raises(
        UnknownColumnError, match=r"There is no column 'wanted'.*for the variable of that name, write @wanted"
    ):
        frame.filter("level == wanted")
    assert wanted


# predicates and functions -------------------------------------------------------------------------------------------


def test_a_predicate_that_is_no_expression(frame: ld.Frame) -> None:
    with pytest.raises(PlanError) as raised:
        frame.filter("level >")
    assert message(raised) == (
        "The predicate 'level >' is not an expression. Hint: write it as for DataFrame.query, or pass a function"
    )


def test_a_variable_that_does_not_exist(frame: ld.Frame) -> None:
    with pytest.raises(PlanError, match="names the variable @nothing, which does not exist here"):
        frame.filter("level == @nothing")


def test_a_predicate_over_values_that_do_not_compare(frame: ld.Frame) -> None:
    with pytest.raises(
        PlanError, match=r"The expression \"country > 3\" cannot be computed: |'country > 3' cannot be computed"
    ):
        frame.filter("country > 3")
    with pytest.raises(PlanError, match="cannot be computed"):
        frame[frame["country"] + 1 == 2]
    with pytest.raises(PlanError, match=r"'level\.str\.lower\(\)' cannot be computed: Can only use .str accessor"):
        frame.filter("level.str.lower() == 'x'")


def test_a_predicate_that_is_nothing_of_the_kind(frame: ld.Frame) -> None:
    with pytest.raises(PlanError, match="A function is needed here, got 3"):
        frame.filter(3)
    with pytest.raises(PlanError, match="There is no column 'upper'"):  # a text is an expression
        frame.project("c", ["country"], "upper")


def test_a_function_whose_parameters_name_no_columns(frame: ld.Frame) -> None:
    for function in (str.isupper, lambda *values: values, max):
        with pytest.raises(PlanError, match=r"do not name columns\. Available: country, level\. Hint: name them: "):
            frame.filter(function)


@pytest.mark.parametrize("mask", [[True], np.array([True] * 3), pd.Series([True])], ids=["list", "array", "Series"])
def test_a_mask_of_another_length(frame: ld.Frame, mask: object) -> None:
    with pytest.raises(PlanError, match=r"The mask has \d truth values for 2 rows"):
        frame[mask]


def test_a_mask_that_does_not_fit_in_other_ways(frame: ld.Frame) -> None:
    with pytest.raises(PlanError, match="A mask is made of truth values, got int64 values"):
        frame[np.array([0, 1])]
    with pytest.raises(PlanError, match=r"numbered in another way than the frame\. Hint: pass mask.to_numpy\(\)"):
        frame[pd.Series([True, False], index=[5, 6])]


def test_a_condition_of_another_frame(frame: ld.Frame) -> None:
    other = frame.distinct()
    for use in (lambda: frame[other["level"] > 1], lambda: frame.filter(other["level"] > 1)):
        with pytest.raises(PlanError, match="This condition belongs to another frame"):
            use()
    with pytest.raises(PlanError, match="These columns belong to different frames"):
        _ = frame["level"] > other["level"]


def test_a_column_as_a_truth_value(frame: ld.Frame) -> None:
    with pytest.raises(PlanError, match=r"no single truth value\. Hint: combine conditions with & | ~"):
        frame[frame["level"] > 1 and frame["country"] == "UK"]


def test_a_column_with_a_list(frame: ld.Frame) -> None:
    with pytest.raises(PlanError, match=r"one value or a column of its frame, got list\. Hint: .*use isin"):
        _ = frame["country"] == ["UK", "DE"]
    with pytest.raises(PlanError, match="isin needs a collection of values, got 'UK'"):
        frame["country"].isin("UK")


def test_a_function_that_gives_another_number_of_values(frame: ld.Frame) -> None:
    with pytest.raises(PlanError) as raised:
        frame.project(["a", "b"], ["level"], lambda x: (x, x) if x < 2 else (x, x, x))
    assert message(raised) == "lambda gave (2, 2, 2) for row 1, but 2 columns were named: a, b."
    with pytest.raises(PlanError, match=r"lambda gave 1 for row 0, but 2 columns were named"):
        frame.project(["a", "b"], ["level"], lambda x: x)
    with pytest.raises(PlanError, match="lambda gave 3 columns, expected 2"):
        frame.project(["a", "b"], ["level"], lambda x: (x, x, x), vectorized=True)
    with pytest.raises(PlanError, match="lambda gave 1 values for 2 rows"):
        frame.project("a", ["level"], lambda x: x.head(1), vectorized=True)
    with pytest.raises(PlanError, match="lambda gave 3 values for 2 rows"):
        frame.filter(lambda level: [True] * 3, vectorized=True)


def test_a_function_that_raises_passes_its_error_on_and_names_the_row() -> None:
    frame = ld.from_records([(i,) for i in range(30)], ["x"])

    def risky(x: int) -> float:
        return 1 / (x - 17)

    for use in (
        lambda: frame.project("y", ["x"], risky),
        lambda: frame.project("y", ["x", "x"], lambda x, _: risky(x)),
        lambda: frame.filter(risky, ["x"]),
    ):
        with pytest.raises(ZeroDivisionError, match="division by zero") as raised:
            use()
        [note] = raised.value.__notes__
        assert note.endswith("raised this for row 17 of the frame (counted from 0).")
        assert "in risky" in "".join(traceback.format_tb(raised.tb))


def test_a_function_that_stops_an_iteration_does_not_cut_the_frame_short() -> None:
    frame = ld.from_records([(i,) for i in range(5)], ["x"])
    for use in (
        lambda: frame.project("y", "x", lambda x: next(iter([x][: 3 - x]))),
        lambda: frame.filter(lambda x: next(iter([]))),
    ):
        with pytest.raises(StopIteration) as raised:
            use()
        assert "raised this for row" in raised.value.__notes__[0]


def test_a_function_without_arguments_that_raises_names_the_row() -> None:
    def fail() -> None:
        raise KeyError("gone")

    with pytest.raises(KeyError, match="gone") as raised:
        ld.from_records([(1,), (2,)], ["x"]).project("y", [], fail)
    assert "row 0" in raised.value.__notes__[0]


def test_a_vectorised_function_that_raises_passes_its_error_on(frame: ld.Frame) -> None:
    with pytest.raises(ZeroDivisionError):
        frame.project("y", ["level"], lambda _: 1 / 0, vectorized=True)


# joins, unions and other operators ----------------------------------------------------------------------------------


@pytest.mark.parametrize("keys", [{}, {"left_on": "level"}, {"right_on": "level"}, {"on": "level", "left_on": "level"}])
def test_a_join_without_its_keys(frame: ld.Frame, keys: dict[str, str]) -> None:
    with pytest.raises(PlanError, match=r'A join needs keys\. Hint: pass on="key", or left_on= and right_on='):
        frame.join(frame, **keys)


def test_a_join_with_different_numbers_of_keys(frame: ld.Frame) -> None:
    with pytest.raises(PlanError, match="same number of keys, at least one, on both sides"):
        frame.join(frame, left_on=["level"], right_on=["level", "country"])
    with pytest.raises(PlanError, match="same number of keys, at least one, on both sides"):
        frame.join(frame, [])


def test_a_join_of_text_and_numbers(frame: ld.Frame) -> None:
    with pytest.raises(PlanError, match=r"inner join on country: You are trying to merge on str and int64"):
        frame.join(frame, left_on="country", right_on="level")


def test_a_join_that_does_not_exist(frame: ld.Frame) -> None:
    with pytest.raises(PlanError, match=r"no join 'cross'\. Available: inner, left, right, outer, semi, anti\."):
        frame.join(frame, "level", how="cross")


def test_a_join_that_would_make_one_name_twice(frame: ld.Frame) -> None:
    with pytest.raises(PlanError, match=r"more than one column named 'level'\. Hint: .*other suffixes"):
        frame.join(frame, "country", suffixes=("", ""))


def test_a_dataframe_where_a_frame_is_needed(frame: ld.Frame) -> None:
    for use in (lambda: frame.join(frame.df, "level"), lambda: frame.union(frame.df), lambda: frame.union(frame, None)):
        with pytest.raises(PlanError, match=r"A frame is needed here, got (DataFrame|NoneType)\. Hint: .*from_pandas"):
            use()


def test_other_operators_used_in_ways_that_cannot_work(frame: ld.Frame) -> None:
    with pytest.raises(PlanError, match="the list of frames is empty"):
        ld.union([])
    with pytest.raises(PlanError, match=r"distinct cannot keep 'none'\. Available: first, last"):
        frame.distinct(keep="none")
    with pytest.raises(PlanError, match=r"distinct needs at least one column to compare\. Available: country, level"):
        frame.distinct([])
    with pytest.raises(PlanError, match="distinct cannot compare these values: unhashable type: 'list'"):
        frame.project("l", [], list).distinct()
    with pytest.raises(PlanError, match="would make more than one column named 'level'"):
        frame.rename({"country": "level"})
    with pytest.raises(PlanError, match="would make more than one column named 'level'"):
        frame[["level", "level"]]
    with pytest.raises(PlanError, match=r"project needs different names for the columns it makes, got \['a', 'a'\]"):
        frame.project(["a", "a"], ["level"], lambda x: (x, x))
    with pytest.raises(PlanError, match=r"project needs different names for the columns it makes, got \[\]"):
        frame.project([], ["level"], lambda x: x)
    with pytest.raises(PlanError, match="rename needs a mapping of names"):
        frame.rename(str.upper)


# files --------------------------------------------------------------------------------------------------------------

readers = pytest.mark.parametrize(
    "read", [ld.read_csv, lambda p, **o: ld.read_text(p, ["a", "b"], **o), ld.read_lines], ids=["csv", "text", "lines"]
)


@readers
def test_a_missing_file_lists_its_neighbours(tmp_path: Path, read: object) -> None:
    (tmp_path / "customers.csv").write_text("")
    (tmp_path / "notes.txt").write_text("")
    with pytest.raises(SourceError) as raised:
        read(tmp_path / "custmers.csv")
    assert message(raised) == f"There is no file {tmp_path}/custmers.csv. Available: customers.csv."
    with pytest.raises(SourceError, match=r"There is no file .*nowhere/a\.csv\.$"):
        read(tmp_path / "nowhere" / "a.csv")


@readers
def test_a_folder_or_another_thing_instead_of_a_file(tmp_path: Path, read: object) -> None:
    with pytest.raises(SourceError, match="cannot be read: Is a directory"):
        read(tmp_path)
    with pytest.raises(SourceError, match=r"named by its path, got DataFrame\. Hint: from_pandas"):
        read(pd.DataFrame())
    with pytest.raises(
        SourceError, match=r"is not a file of this machine\. Hint: from_pandas\(pandas.read_csv\(url\)\)"
    ):
        read("https://example.org/a.csv")


@readers
def test_a_file_in_another_encoding(tmp_path: Path, read: object) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("é,1\n".encode("latin-1"))
    with pytest.raises(SourceError, match=r"a\.csv cannot be read as (CSV|text): .*can't decode byte 0xe9"):
        read(path, encoding="utf-8")
    with pytest.raises(SourceError, match="unknown encoding: klingon"):
        read(path, encoding="klingon")


def test_an_empty_csv_file(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("")
    with pytest.raises(SourceError, match=r"a\.csv is empty: there is not even a header to read\."):
        ld.read_csv(path)


def test_a_malformed_csv_file(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,b\n1,2\n3,4,5\n")
    with pytest.raises(SourceError, match=r"cannot be read as CSV: .*Expected 2 fields in line 3, saw 3"):
        ld.read_csv(path)
    with pytest.raises(SourceError, match="cannot be read as CSV: Duplicate names are not allowed"):
        ld.read_csv(path, names=["a", "a"])


@pytest.mark.parametrize("first", ["7", "0", "x"])
def test_a_csv_file_with_more_fields_than_names(tmp_path: Path, first: str) -> None:
    """Where pandas would silently make an index of the first column, which here would be the row numbers or worse."""
    path = tmp_path / "a.csv"
    path.write_text(f"a,b\n{first},2,3\n1,5,6\n")
    with pytest.raises(SourceError, match=r"a\.csv has records with more fields than names\. Hint: name all of them"):
        ld.read_csv(path)
    assert ld.read_csv(path, header=0, names=["x", "y", "z"]).to_values("z") == [3, 6]
    with pytest.warns(pd.errors.ParserWarning, match="Length of header"):
        assert ld.read_csv(path, index_col=False).columns == ["a", "b"]


def test_a_csv_file_with_a_separator_at_the_end_of_each_line_is_fine(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,b\n1,2,\n3,4,\n")
    assert ld.read_csv(path).to_tuples() == [(1, 2), (3, 4)]


@pytest.mark.parametrize("option", [{"index_col": 0}, {"chunksize": 10}, {"iterator": True}])
def test_options_of_read_csv_that_make_no_frame(tmp_path: Path, option: dict[str, object]) -> None:
    with pytest.raises(PlanError, match=f"read_csv cannot take {next(iter(option))}: a frame has no index"):
        ld.read_csv(tmp_path / "a.csv", **option)


def test_text_with_records_that_do_not_fit(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("h,h\n1,2\n3\n")
    with pytest.raises(SourceError) as raised:
        ld.read_text(path, ["a", "b"], header=True)
    assert message(raised) == (
        f'{path}: record 3 has 1 fields, expected 2. Hint: short="skip" or extra="drop" read past such records'
    )


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"extra": "ignore"}, r"read_text knows no extra='ignore'\. Available: 'error', 'drop', 'join', 'skip'"),
        ({"short": "drop"}, r"read_text knows no short='drop'\. Available: 'error', 'skip'"),
        ({"strip": True}, r"read_text knows no strip=True\. Available: None, 'both', 'left', 'right'"),
        ({"blank": None}, r"read_text knows no blank=None"),
        ({"quoting": True, "strip": "both"}, r"cannot be stripped before csv\.reader sees them"),
        ({"quoting": True, "extra": "join"}, r"extra=\"join\" needs quoting=False"),
        ({"quoting": True, "sep": None}, r"None cannot stand between fields"),
        ({"quoting": True, "sep": "::"}, r"'::' cannot stand between fields\. Hint: with quoting=True"),
        ({"sep": ""}, r"'' cannot stand between fields"),
        ({"columns": "abc"}, r"read_text needs the names of the fields\. Hint: read_text\("),
        ({"columns": []}, r"read_text needs the names of the fields"),
    ],
)
def test_options_of_read_text_that_make_no_sense(tmp_path: Path, options: dict[str, object], said: str) -> None:
    with pytest.raises(PlanError, match=said):
        ld.read_text(tmp_path / "a.csv", **{"columns": ["a", "b"], **options})


# values -------------------------------------------------------------------------------------------------------------


def test_tables_that_make_no_frame() -> None:
    with pytest.raises(SourceError, match=r"from_pandas takes a DataFrame, got Series\. Hint: series\.to_frame\(\)"):
        ld.from_pandas(pd.Series([1]))
    with pytest.raises(SourceError, match=r"'df' has more than one column named 'a'\. Hint: rename them first"):
        ld.from_pandas(pd.DataFrame([[1, 2]], columns=["a", "a"]))
    with pytest.raises(SourceError, match=r"named by text or integers, 'df' has \[\('a', 'b'\)\]\. Hint: flatten"):
        ld.from_pandas(pd.DataFrame([[1]], columns=pd.MultiIndex.from_tuples([("a", "b")])))


def test_records_that_make_no_frame() -> None:
    with pytest.raises(SourceError, match=r"Records without names need columns\. Hint: from_records\(rows, columns="):
        ld.from_records([(1, 2)])
    with pytest.raises(SourceError, match="Records without names need columns"):
        ld.from_records([{"a": 1}, (2,)])
    with pytest.raises(SourceError, match="Record 1 has 1 values, expected 2"):
        ld.from_records([(1, 2), (3,)], ["a", "b"])
    with pytest.raises(SourceError, match="Record 0 is a str, expected a tuple, list or dictionary"):
        ld.from_records(["ab"], ["a", "b"])
    with pytest.raises(SourceError, match="Record 0 is a int, expected a tuple, list or dictionary"):
        ld.from_records([1], ["a"])
    with pytest.raises(SourceError, match=r"names of the columns are not different: \['a', 'a'\]"):
        ld.from_records([(1, 2)], ["a", "a"])


# lineage and plans --------------------------------------------------------------------------------------------------


def test_rows_and_sources_that_do_not_exist(frame: ld.Frame) -> None:
    with pytest.raises(LineageError) as raised:
        frame.lineage.backward(2)
    assert message(raised) == "This frame has no row 2. Hint: rows are 0 to 1"
    with pytest.raises(LineageError) as raised:
        frame.lineage.forward("mails", 0)
    assert message(raised) == "This frame has no source 'mails'. Available: customers."


def test_plans_executed_in_ways_that_cannot_work(frame: ld.Frame) -> None:
    with pytest.raises(PlanError, match=r"There is no engine 'polars'\. Available: pandas\."):
        frame.plan.execute(engine="polars")
    with pytest.raises(PlanError, match=r"The plan has no source 'mails'\. Available: customers\."):
        frame.plan.execute(sources={"mails": frame.df})
    with pytest.raises(PlanError, match=r"source 'customers' has the columns \['x'\], expected \['country', 'level'\]"):
        frame.plan.execute(sources={"customers": pd.DataFrame({"x": [1]})})
    with pytest.raises(PlanError, match=r"'customers' was a table in memory; give a DataFrame, not str"):
        frame.plan.execute(sources={"customers": "customers.csv"})
    with pytest.raises(PlanError, match=r"This plan has 2 results\. Hint: execute the plan of one frame"):
        ld.Plan([f._operator for f in frame.split()]).execute()
    with pytest.raises(
        PlanError, match=r"ready-made values, one a row \(a mask of 2 rows\), and its records are others now"
    ):
        frame[[True, False]].plan.execute(sources={"customers": frame.df.head(1)})


def test_a_source_that_is_gone_when_its_plan_runs_again(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("k\n1\n")
    frame = ld.read_csv(path)
    path.unlink()
    with pytest.raises(SourceError, match=r"There is no file .*a\.csv"):
        frame.plan.execute()
