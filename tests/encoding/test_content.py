"""Keys by content: equal only if the content, and the code, is the same."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
import pytest
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from lester_jupyter.encoding.content import content_of


def _key(thing: Any) -> bytes:
    content = content_of(thing)
    assert content is not None
    return content.key


def in_notebook(code: str, **names: Any) -> dict[str, Any]:
    """Runs a cell of a notebook."""
    space = {"__name__": "__main__", **names}
    exec(code, space)
    return space


def test_equal_fits_have_equal_keys_and_others_have_not() -> None:
    rows = np.arange(6.0).reshape(3, 2)
    assert _key(StandardScaler().fit(rows)) == _key(StandardScaler().fit(rows.copy()))
    assert _key(StandardScaler().fit(rows)) != _key(StandardScaler().fit(rows + 1))
    assert _key(CountVectorizer().fit(["a b", "cd ef"])) != _key(CountVectorizer().fit(["a b", "cd eg"]))
    assert _key(np.zeros(1000)) != _key(np.append(np.zeros(999), 1))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("def f(x): return x + 1", "def f(x): return x + 2"),
        ("f = lambda x: x", "f = lambda x: -x"),
        ("def make(n):\n return lambda x: x * n\nf = make(2)", "def make(n):\n return lambda x: x * n\nf = make(3)"),
        ("def f(x, n=1): return x * n", "def f(x, n=2): return x * n"),
        ("N = 1\ndef f(x): return [N for _ in x]", "N = 2\ndef f(x): return [N for _ in x]"),
        ("class f:\n def transform(self, x): return x", "class f:\n def transform(self, x): return -x"),
    ],
)
def test_what_was_written_anew_has_another_key(before: str, after: str) -> None:
    first, second = in_notebook(before)["f"], in_notebook(after)["f"]
    assert _key(first) != _key(second)
    assert _key(first) == _key(first)


def test_a_function_changed_in_place_has_another_key() -> None:
    """As automatic reloading of modules does it."""

    def embed(x):
        return x

    before = _key(FunctionTransformer(embed))
    embed.__code__ = (lambda x: -x).__code__
    assert _key(FunctionTransformer(embed)) != before


@pytest.mark.parametrize(
    "code", ["class f:\n n = 1\n def transform(self, x): return x * self.n", "def f(x): return x * f.n\nf.n = 1"]
)
def test_what_the_notebook_sets_on_a_class_or_function_is_content(code: str) -> None:
    thing = in_notebook(code)["f"]
    before = _key(thing)
    thing.n = 2
    assert _key(thing) != before
    thing.n = 1
    assert _key(thing) == before


def test_functions_that_call_themselves_and_empty_cells_have_keys() -> None:
    space = in_notebook("import math\ndef f(n): return 1 if n < 1 else math.floor(n * f(n - 1))")
    assert _key(space["f"]) == _key(space["f"])

    def outer():
        def inner():
            return later

        found = _key(inner)
        later = 1
        return found, _key(inner), later

    empty, filled, _ = outer()
    assert empty != filled


def test_what_cannot_be_pickled_has_no_content() -> None:
    assert content_of(threading.Lock()) is None
    assert content_of(FunctionTransformer(kw_args={"lock": threading.Lock()})) is None
    assert content_of(iter(range(3)) for _ in range(2)) is None
