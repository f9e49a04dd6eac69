"""Edges whose truth is found out when somebody asks: once, the same for everybody, and then nothing is kept alive."""

from __future__ import annotations

import gc
import threading
import time
import weakref

import numpy as np
import pandas as pd
import pytest

import lester_jupyter as ld
from lester_jupyter.lineage.rows import All, Identity
from lester_jupyter.lineage.supposed import Supposed


@pytest.mark.parametrize(("holds", "origin"), [(True, [1]), (False, [0, 1, 2])])
def test_the_first_question_decides_for_both_directions(holds: bool, origin: list[int]) -> None:
    asked: list[None] = []
    edge = Supposed(Identity(3), lambda: asked.append(None) or holds)
    assert (edge.n_input, edge.n_output, asked) == (3, 3, [])
    for look_up in (edge.backward, edge.forward, edge.backward):
        assert look_up(np.array([1])).tolist() == origin
    assert len(asked) == 1
    assert edge.known == (Identity(3) if holds else All(3, 3))


def test_threads_that_ask_at_once_get_one_answer() -> None:
    answers = iter([False, True, True, True])

    def holds() -> bool:
        answer = next(answers)
        time.sleep(0.05)
        return answer

    edge = Supposed(Identity(2), holds)
    found: list[list[int]] = []
    threads = [threading.Thread(target=lambda: found.append(edge.backward(np.array([0])).tolist())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [[0, 1]] * 4


def test_a_vectorised_function_is_called_once_until_somebody_asks() -> None:
    calls: list[int] = []

    def double(x: pd.Series) -> pd.Series:
        calls.append(len(x))
        return x * 2

    frame = ld.from_pandas(pd.DataFrame({"x": np.arange(50.0)})).project("y", ["x"], double, vectorized=True)
    kept = frame.filter(lambda y: y > 10, vectorized=True)
    assert calls == [50]
    assert kept.lineage.backward(0)["df"].tolist() == [6]
    asked = len(calls)
    assert asked > 1
    assert kept.lineage.backward([1, 2])["df"].tolist() == [7, 8]
    assert len(calls) == asked


def test_a_function_that_cannot_be_asked_again_connects_all_rows() -> None:
    settings = {"by": 2.0}
    frame = ld.from_pandas(pd.DataFrame({"x": np.arange(1.0, 6.0)}))
    made = frame.project("y", ["x"], lambda x: x * settings["by"], vectorized=True)
    other = frame.project("y", ["x"], lambda x: x * settings["by"], vectorized=True)
    settings["by"] = 3.0
    assert made.lineage.backward(0)["df"].tolist() == [0, 1, 2, 3, 4]
    settings.clear()
    assert other.lineage.backward(0)["df"].tolist() == [0, 1, 2, 3, 4]
    assert other.to_values("y") == [2.0, 4.0, 6.0, 8.0, 10.0]


def test_text_is_not_kept_alive_for_a_question_that_may_never_come() -> None:
    texts = pd.DataFrame({"x": pd.Series(["a", "b", "c"], dtype="str")})
    calls: list[int] = []
    made = ld.from_pandas(texts).project("y", ["x"], lambda x: calls.append(len(x)) or x.str.upper(), vectorized=True)
    asked = len(calls)
    assert asked > 1
    assert made.lineage.backward(1)["df"].tolist() == [1]
    assert len(calls) == asked


def test_what_the_answer_was_found_with_is_let_go() -> None:
    class Probe:
        def __call__(self) -> bool:
            return True

    probe = Probe()
    edge, alive = Supposed(Identity(1), probe), weakref.ref(probe)
    del probe
    gc.collect()
    assert alive() is not None
    edge.forward(np.array([0]))
    gc.collect()
    assert alive() is None
