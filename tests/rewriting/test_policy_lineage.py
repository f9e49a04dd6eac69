"""Rewritten code that gives the right values with the wrong lineage is not accepted."""

from __future__ import annotations

import pytest

from lester_jupyter.rewriting.policy.lineage import check_lineage

HEAD = "import lester_jupyter as ld\nframe = ld.read_text('n.csv', ['n'])\n"

STATE = {
    "a global total": "t = 0\ndef f(n):\n    global t\n    t += int(n)\n    return t\nframe = frame.project('t', ['n'], f)",
    "a list outside": "seen = []\ndef f(n):\n    seen.append(n)\n    return len(seen)\nframe = frame.project('t', ['n'], f)",
    "a mutable default": "def f(n, acc=[]):\n    acc.append(int(n))\n    return sum(acc)\nframe = frame.project('t', ['n'], f)",
    "a loop over values": "t, out = 0, []\nfor n in frame.to_values('n'):\n    t += int(n)\n    out.append(t)",
    "records made by hand": "out = ld.from_records([(n,) for n in frame.to_values('n')], ['n'])",
    "a table made by hand": "table = frame.to_pandas()\ntable['t'] = table.n.cumsum()\nout = ld.from_pandas(table)",
    "an iterator": "it = iter(range(9))\nframe = frame.filter(lambda n: next(it) % 2 == 0)",
    "randomness": "import random\nframe = frame.project('r', ['n'], lambda n: random.random())",
    "a while loop": "values = frame.to_values('n')\nwhile values:\n    values.pop()",
}

FINE = {
    "functions of their arguments": "def f(n):\n    words = []\n    words.append(n)\n    return words\nframe = frame.project('w', ['n'], f)",
    "groups of an exported frame": "groups = {}\nfor key, value in frame.to_tuples(['n', 'n']):\n    groups.setdefault(key, []).append(value)",
    "records that are written down": "people = [('ann', 1)]\nframe = ld.from_records(people, ['name', 'n'])",
    "records of the notebook": "frame = ld.from_records(rows, ['n'])",
    "a constant that a loop fills": "names = []\nfor n in ['a', 'b']:\n    names.append(n)",
}


@pytest.mark.parametrize("code", STATE.values(), ids=STATE.keys())
def test_wrong_lineage_is_refused_with_its_line(code):
    found = check_lineage(HEAD + code)
    assert found
    assert {f.severity for f in found} == {"error"}
    assert all(f.message.startswith("Line ") and f.hint for f in found)


@pytest.mark.parametrize("code", FINE.values(), ids=FINE.keys())
def test_what_the_plan_covers_is_accepted(code):
    assert check_lineage(HEAD + code) == []
