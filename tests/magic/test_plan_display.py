"""`ld.show`, and what IPython displays for runs and plans."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import lester_jupyter as ld
from lester_jupyter.errors import UsageError
from lester_jupyter.magic.display import view_of
from lester_jupyter.widgets.messages import PLAN_MIME

TABLE = pd.DataFrame({"country": ["UK", "DE", "UK"], "n": [1, 2, 3]})


@pytest.fixture
def frame():
    return ld.from_pandas(TABLE, "people").filter("n > 1")


def bundle(shell, value):
    return shell.display_formatter.format(value)[0]


def test_show_displays_the_plan_of_a_frame(frame, shell, capsys):
    assert ld.show(frame) is None  # or a cell that ends with it would display it twice
    said = capsys.readouterr().out
    assert "▤ people" in said
    assert "σ n > 1" in said


def test_show_takes_captures_and_plans_that_ran(frame):
    for thing in (frame.plan, ld.Capture([frame])):
        view = view_of(thing)
        assert [o["rows"] for o in view.plan["operators"]] == [3, 2]
        page = view._queries._source.records("o2", np.array([1]), 200)
        assert page.to_dict("records") == [{"country": "UK", "n": 3}]


def test_show_of_anything_else_says_what_it_takes(frame):
    with pytest.raises(UsageError, match=r"no plan behind DataFrame.*show takes a frame"):
        ld.show(TABLE)
    with pytest.raises(UsageError, match=r"has not run.*plan\.execute"):
        ld.show(ld.Plan.from_json(frame.plan.to_json()))


def test_the_extension_displays_plans_and_captures_as_views(shell, frame):
    for thing in (frame.plan, ld.Capture([frame])):
        data = bundle(shell, thing)
        assert PLAN_MIME in data
        assert data["image/svg+xml"].startswith("<svg")
        assert "people" in data["text/plain"]


def test_frames_are_still_displayed_as_tables(shell, frame):
    data = bundle(shell, frame)
    assert PLAN_MIME not in data
    assert "<table" in data["text/html"]


def test_a_plan_that_has_not_run_is_displayed_as_text(shell, frame):
    read = ld.Plan.from_json(frame.plan.to_json())
    data = bundle(shell, read)
    assert PLAN_MIME not in data
    assert data["text/plain"] == read.explain()


def test_unloading_the_extension_leaves_text(shell, frame):
    shell.run_line_magic("unload_ext", "lester_jupyter")
    assert PLAN_MIME not in bundle(shell, frame.plan)
    shell.run_line_magic("load_ext", "lester_jupyter")
    assert PLAN_MIME in bundle(shell, frame.plan)
