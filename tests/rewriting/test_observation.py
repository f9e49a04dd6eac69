from __future__ import annotations

import collections
import datetime
import math

import numpy as np
import pandas as pd
import pytest
from rewriting_sandboxes import shared_sandbox

from lester_jupyter.rewriting.sandbox.freezing import free_names, freeze_namespace
from lester_jupyter.rewriting.types import Observation
from lester_jupyter.rewriting.verification.observation import observe, preload_for

threshold = 3


def helper(x):
    return inner(x) + threshold


def inner(x):
    return math.floor(x)


def closing(y):
    return lambda: y


class Point:
    def __init__(self, x):
        self.x = helper(x)


def look(code: str, directory, **options) -> Observation:
    return observe(code, directory=directory, sandbox=shared_sandbox(), **options)


@pytest.fixture
def data(tmp_path):
    (tmp_path / "in.csv").write_text("1,a\n2,b\n")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "x.txt").write_text("deep")
    return tmp_path


def test_files_variables_values_and_output_are_observed(data):
    code = "rows = [l.strip().split(',') for l in open('in.csv')]\nopen('out.txt', 'w').write('hi')\nprint(len(rows))\nopen('sub/x.txt')"
    found = look(code, data)
    assert found.reads == ("in.csv", "sub/x.txt")
    assert found.writes == ("out.txt",)
    assert found.files == {"out.txt": "hi"}
    assert found.values == {"rows": [["1", "a"], ["2", "b"]]}
    assert (found.stdout, found.error, found.deterministic, found.findings) == ("2\n", None, True, ())
    assert sorted(path.name for path in data.iterdir()) == ["in.csv", "sub"]


def test_own_files_survive_a_cell_that_overwrites_and_deletes_them(data):
    found = look("import os\nopen('in.csv', 'w').write('gone')\nos.remove('sub/x.txt')", data)
    assert found.error is None
    assert found.files == {"in.csv": "gone"}
    assert (data / "in.csv").read_text() == "1,a\n2,b\n"
    assert (data / "sub" / "x.txt").read_text() == "deep"


def test_error_is_part_of_the_observation(data):
    found = look("x = 1\ny = {}['k']", data)
    assert (found.error, found.error_line) == ("KeyError: 'k'", 2)
    assert found.values == {"x": 1}
    assert (
        look("open('missing.csv')", data).error
        == "FileNotFoundError: [Errno 2] No such file or directory: 'missing.csv'"
    )
    assert look("x = (", data).error_line == 1


def test_endless_code_is_stopped_and_said_so(data):
    assert look("while True: pass", data, timeout=1.0).stopped == "It did not end within 1 seconds."


@pytest.mark.parametrize(
    "code",
    [
        "import random\nx = random.random()",
        "import numpy as np\nx = np.random.rand()",
        "x = hash('a')",
        "import time\nx = time.time_ns()",
        "import uuid\nx = str(uuid.uuid4())",
        "x = [[list({'a', 'b', 'c', 'd', 'e', 'f'})]]",
        "import random\nopen('o.txt', 'w').write(str(random.random()))",
        "import random\nif random.Random(hash('a')).random() < 2: x = hash('b')",
    ],
)
def test_chance_is_noticed(code, data):
    found = look(code, data)
    assert not found.deterministic
    assert {(finding.kind, finding.severity) for finding in found.findings} == {("non-deterministic", "error")}
    assert "rewrite" not in found.findings[0].message


def test_seeded_chance_is_none(data):
    assert look("import random\nrandom.seed(1)\nx = random.random()", data).deterministic


def test_order_of_a_set_is_told_from_chance(data):
    found = look("x = list({'a', 'b', 'c', 'd', 'e', 'f', 'g'})\nopen('o.txt', 'w').write('\\n'.join(x))", data)
    assert found.deterministic
    assert set(found.unordered) == {"x", "o.txt"}
    assert [finding.kind for finding in found.findings] == ["order-undefined"] * 2


def test_external_calls_are_findings(data):
    found = look(
        "import urllib.request\ntry:\n    urllib.request.urlopen('http://example.com')\nexcept OSError: pass\nx = 1",
        data,
    )
    assert found.external == ("network call urllib.Request('http://example.com', 'GET')",)
    assert found.findings[0].kind == "external-call"
    assert found.values == {"x": 1}


def test_values_that_cannot_be_carried_are_named(data):
    found = look("import re\np = re.compile('a')\nx = 1\ndef f(): pass", data)
    assert found.values == {"x": 1}
    assert found.unencodable == {"p": "Not comparable: re.Pattern."}


def test_only_the_outputs_asked_for_come_back(data):
    found = look("x = 1\ny = 2", data, outputs=["y"])
    assert found.values == {"y": 2}
    assert found.variables == {"x": "int", "y": "int"}


def test_namespace_goes_along(data):
    frame = pd.DataFrame({"a": [1.5]})
    namespace = {
        "frame": frame,
        "helper": helper,
        "inner": inner,
        "threshold": threshold,
        "math": math,
        "np": np,
        "Point": Point,
    }
    found = look("frame['b'] = helper(frame['a'][0])\nx = Point(2.5).x\ny = np.exp(0)", data, namespace=namespace)
    assert found.error is None
    assert found.values["frame"].to_dict("list") == {"a": [1.5], "b": [4]}
    assert (found.values["x"], found.values["y"]) == (5, 1.0)
    assert "threshold" not in found.variables
    assert frame.columns.tolist() == ["a"]


def test_freezing_takes_only_what_is_needed_in_order(monkeypatch):
    for function in (helper, inner):
        monkeypatch.setattr(function, "__module__", "__main__")
    namespace = {
        "helper": helper,
        "inner": inner,
        "threshold": 3,
        "math": math,
        "other": 4,
        "Counter": collections.Counter,
        "dt": datetime,
    }
    frozen = freeze_namespace("x = helper(1)\ny = Counter()\nz = dt.date(1, 1, 1)", namespace)
    assert frozen.values == {"threshold": 3}
    assert frozen.source.index("def inner") < frozen.source.index("def helper")
    assert {"import math", "from collections import Counter as Counter", "import datetime as dt"} <= set(
        frozen.source.splitlines()
    )
    assert frozen.findings == ()


def test_what_cannot_be_frozen_is_a_finding():
    namespace = {"generator": iter([1]), "closure": closing(1)}
    frozen = freeze_namespace("generator\nclosure()", namespace)
    assert frozen.values == {}
    assert [finding.kind for finding in frozen.findings] == ["input-not-carried"] * 2


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("x = 1\ny = x + z", ["z"]),
        ("for a in b:\n    c = a\n    d(c)", ["b", "d"]),
        ("x = x + 1", ["x"]),
        ("x += 1", ["x"]),
        ("[i for i in n if i != m]", ["n", "m"]),
        ("f = lambda a: a + b", ["b"]),
        ("def f(a, q=r):\n    k = 1\n    return a + k + g\nf(1)", ["r", "g"]),
        ("if c:\n    v = 1\nprint(v)", ["c", "v"]),
        ("import a.b\nfrom c import d as e\na, e", []),
        ("with open(p) as f:\n    t = f.read()\nt", ["p"]),
        ("try:\n    v = 1\nexcept E as e:\n    raise e", ["E"]),
        ("data = []\nfor l in src:\n    data.append(l)", ["src"]),
        ("class A:\n    x = y\n    def f(self): return self.x + z", ["y", "z"]),
        ("syntax error here", []),
    ],
)
def test_free_names_are_what_is_read_before_it_is_assigned(code, names):
    assert free_names(code) == names


def test_slow_libraries_are_imported_ahead():
    assert preload_for("import pandas\nfrom sklearn.svm import SVC\nimport os") == ("sklearn.svm",)
