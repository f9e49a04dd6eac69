from __future__ import annotations

import pytest

from lester_jupyter.rewriting.policy.check import check_policy

REFUSED = {
    "import os": "import os\nx = os.getcwd()",
    "import os.path as p": "import os.path as p",
    "from os import system": "from os import system",
    "import sys": "import sys",
    "import subprocess": "import subprocess",
    "import socket": "import socket",
    "import ctypes": "import ctypes",
    "import importlib": "import importlib",
    "import builtins": "import builtins",
    "import pickle": "import pickle",
    "import shutil": "import shutil",
    "import requests": "import requests",
    "import unknown": "import some_unknown_package",
    "relative import": "from . import secrets",
    "star import": "from numpy import *",
    "pandas.io": "import pandas.io.common as c\nc.os.system('x')",
    "pandas attribute walk": "import pandas as pd\npd.io.common.os.system('x')",
    "from pandas.io": "from pandas.io.common import os",
    "np.ctypeslib": "import numpy as np\nnp.ctypeslib.load_library('c', '.')",
    "json.decoder os": "import json\njson.decoder.sys",
    "collections._sys": "import collections\ncollections._sys.exit()",
    "random._os": "import random\nrandom._os",
    "exec": "exec('x=1')",
    "eval": "y = eval('1')",
    "eval by name": "f = eval",
    "compile": "compile('1', '', 'eval')",
    "__import__": "__import__('os')",
    "open": "open('x').read()",
    "input": "input()",
    "globals": "globals()['x'] = 1",
    "locals": "locals()",
    "vars": "vars()",
    "breakpoint": "breakpoint()",
    "computed getattr": "getattr(1, 'a' + 'b')",
    "dunder getattr": "getattr(1, '__class__')",
    "getattr as value": "g = getattr",
    "setattr": "setattr(1, 'a', 2)",
    "subclasses": "().__class__.__bases__[0].__subclasses__()",
    "function globals": "def f(): pass\nf.__globals__",
    "frames": "def g(): yield\ng().gi_frame.f_back",
    "traceback frames": "try:\n    1/0\nexcept Exception as e:\n    e.__traceback__.tb_frame",
    "builtins name": "__builtins__",
    "format walk": '"{0.__class__}".format(1)',
    "format on a computed string": "s = 'a'\ns.format(1)",
    "format as a function": "f = '{}'.format",
    "format_map": "'{a}'.format_map({})",
    "string.Formatter": "import string\nstring.Formatter()",
    "attrgetter": "from operator import attrgetter",
    "operator.attrgetter": "import operator\noperator.attrgetter('a')",
    "dunder text": "x = '__subclasses__'",
    "pd.read_pickle": "import pandas as pd\npd.read_pickle('x')",
    "pd.read_csv": "import pandas as pd\npd.read_csv('x')",
    "from pandas read_csv": "from pandas import read_csv",
    "pd.eval": "import pandas as pd\npd.eval('1')",
    "df.eval": "df.eval('a = 1')",
    "to_pickle": "df.to_pickle('x')",
    "to_csv with a path": "df.to_csv('x.csv')",
    "to_csv with a keyword": "df.to_csv(path_or_buf='x.csv')",
    "apply by name": "df.apply('to_csv', path_or_buf='x')",
    "computed query": "df.query('a' + b)",
    "np.load": "import numpy as np\nnp.load('x')",
    "from numpy import load": "from numpy import load",
    "np.fromfile": "import numpy as np\nnp.fromfile('x')",
    "tofile": "import numpy as np\nnp.zeros(1).tofile('x')",
    "np.save": "import numpy as np\nnp.save('x', 1)",
    "sklearn.datasets": "from sklearn.datasets import fetch_openml",
    "joblib": "import joblib",
    "pathlib without the original": "from pathlib import Path",
    "asynchronous": "async def f(): pass",
    "decorator": "import numpy as np\n@np.vectorize\ndef f(x): return x",
    "metaclass": "class A(metaclass=type): pass",
    "dunder method": "class A:\n    def __reduce__(self): return print, ()",
    "type with three arguments": "type('A', (), {})",
    "monkey patch": "import pandas as pd\npd.merge = None",
    "deep monkey patch": "import pandas as pd\npd.DataFrame.merge = None",
    "setting of the module": "import lester_jupyter as ld\nld.read_csv = None",
    "ld internals": "import lester_jupyter as ld\nld.rewriting",
    "ld submodule": "import lester_jupyter.rewriting.sandbox.sandbox",
    "ld rewrite": "from lester_jupyter import rewrite",
    "ld as a value": "import lester_jupyter as ld\nx = [ld]",
    "address": "import lester_jupyter as ld\nld.read_csv('http://example.com/x?' + secret)",
    "computed file": "import lester_jupyter as ld\nld.read_csv(make())",
    "write elsewhere": "import lester_jupyter as ld\nld.from_records([]).write_csv('other.csv')",
    "write to a computed file": "frame.write_text('a' + 'b')",
    "pathlib's write_text": "x.write_text('data')",
    "print to a file": "print(1, file=f)",
    "get_ipython": "get_ipython().system('ls')",
    "overwritten module": "import pandas as pd\npd = 3",
    "not Python": "Sure! Here is the code:",
    "null byte": "x = 1\x00",
    "too deep": "(" * 500 + ")" * 500,
}


@pytest.mark.parametrize("code", REFUSED.values(), ids=REFUSED.keys())
def test_policy_refuses(code):
    found = check_policy(code, writes=["out.csv"])
    assert found
    assert {(finding.kind, finding.severity) for finding in found} == {("policy", "error")}
    assert all(finding.message.endswith(".") and finding.hint for finding in found)


ALLOWED = {
    "frames": """
import lester_jupyter as ld
target = ["UK", "DE"]
customers = ld.read_text("customers.csv", ["id", "email", "country"], strip="both")
customers = customers.filter("country in @target").distinct(["email"], keep="last")
data = customers.to_tuples(["email", "country"])
""",
    "plain modules": "import re, math, json, datetime\nfrom collections import Counter\nx = json.loads('[1]')\ny = re.sub('a', 'b', 'c')",
    "sklearn": "from sklearn.preprocessing import StandardScaler\nimport numpy as np\nX = StandardScaler().fit_transform(np.zeros((2, 2)))",
    "functions": "def parse(x):\n    return x.strip().split(',')[0].replace('a', 'b')\ny = parse('q')",
    "literal format": "x = '{:.2f} {}'.format(1.0, 2)",
    "f-string": "x = f'{1:>5} {[1][0]}'",
    "own class": "class A:\n    def __init__(self, x):\n        self._x = x\n    def f(self):\n        return self._x",
    "named tuple": "from typing import NamedTuple\nclass P(NamedTuple):\n    a: int\nq = P(1)._replace(a=2)._asdict()",
    "cache": "from functools import lru_cache\n@lru_cache\ndef f(x): return x",
    "write an original's file": "import lester_jupyter as ld\nld.from_records([]).write_csv('out.csv')",
    "write by a constant": "import lester_jupyter as ld\nOUT = './out.csv'\nld.from_records([]).write_text(OUT, sep='|')",
    "data with underscores": "label = x == '__label2__'",
    "csv text": "text = df.to_csv(index=False)",
    "getattr with a literal": "y = getattr(x, 'name', None)",
    "partitions": "import lester_jupyter as ld\nframes = ld.union([ld.read_text(f'products-{p}.tsv', ['a'], sep='\\t') for p in range(3)])",
    "glob": "import glob\nimport lester_jupyter as ld\nparts = [ld.read_lines(p) for p in sorted(glob.glob('reviews-*.tsv'))]",
    "main guard": "if __name__ == '__main__':\n    x = 1",
}


@pytest.mark.parametrize("code", ALLOWED.values(), ids=ALLOWED.keys())
def test_policy_lets_honest_rewrites_pass(code):
    assert check_policy(code, writes=["out.csv"]) == []


def test_imports_of_the_original_are_allowed_unless_dangerous():
    assert check_policy("import nltk.tokenize", original="import nltk") == []
    assert check_policy("import subprocess", original="import subprocess")


def test_only_the_harmless_parts_of_os_follow_the_original():
    original = "import os\np = os.path.join('a', 'b')"
    assert check_policy("import os\nx = os.path.join('a', 'b')\ny = sorted(os.listdir('a'))", original=original) == []
    for code in (
        "import os\nos.remove('a')",
        "import os\nf = os",
        "import os\nos.path.os.remove('a')",
        "from os import remove",
    ):
        assert check_policy(code, original=original)


def test_pathlib_follows_the_original_without_its_writers():
    original = "from pathlib import Path"
    assert check_policy("from pathlib import Path\nx = Path('a') / 'b'", original=original) == []
    for call in (
        "unlink()",
        "write_text('x')",
        "replace('b')",
        "open('w')",
        "touch()",
        "write_bytes(b'')",
        "rename_('x').chmod(1)",
    ):
        assert check_policy(f"from pathlib import Path\nPath('a').{call}", original=original), call


def test_addresses_and_computed_names_of_the_original_may_be_used_again():
    original = "url = 'https://example.com/a.csv'\nout = f'out-{n}.csv'"
    assert check_policy("u = 'https://example.com/a.csv'", original=original) == []
    assert check_policy("u = 'https://example.com/b.csv'", original=original)
    assert check_policy("f.write_csv(f'out-{n}.csv')", original=original, writes=["out-1.csv"]) == []
    assert check_policy("f.write_csv(f'out-{m}.csv')", original=original, writes=["out-1.csv"])


def test_finding_says_what_and_what_to_do_with_its_line():
    (finding,) = check_policy("x = 1\ny = open('a')\n")
    assert finding.lines == (2, 2)
    assert finding.message == "`open` is not allowed in a rewrite."
    assert finding.hint == "compute with frames, and read files with ld.read_text or ld.read_csv"
