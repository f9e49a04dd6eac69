"""What accepting a rewrite does not keep is said."""

from __future__ import annotations

from lester_jupyter.rewriting.leftovers import left_behind
from lester_jupyter.rewriting.types import Candidate, Output

CODE = """\
import lester_jupyter as ld
limits = [1, 2]
people = ld.read_text("people.csv", ["name", "age"])
people = people.filter("age in @limits")
names = people.to_values("name")
"""
CANDIDATE = Candidate(CODE, (Output("names"),), {"names": "people"})


def messages(variables):
    return [f.message for f in left_behind(variables, CANDIDATE)]


def test_outputs_and_kept_constants_are_no_matter():
    assert messages({"names": "list", "limits": "list", "f": "function", "csv": "module", "_": "int"}) == []


def test_a_variable_that_becomes_a_frame_is_named_with_what_it_was():
    assert messages({"names": "list", "people": "dict"}) == [
        "Once accepted, these variables hold frames: people (dict)."
    ]


def test_variables_that_are_no_longer_set_are_named():
    assert messages({"n": "int", "line": "str"}) == ["Once accepted, these variables are no longer set: line, n."]


def test_a_long_list_is_cut_with_its_number():
    [message] = messages({f"v{i:02}": "int" for i in range(11)})
    assert message.endswith("v07 and 3 more.")
