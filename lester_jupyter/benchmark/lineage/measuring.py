"""CPU time and peak memory of two ways to do one thing, measured in one run so that they meet the same machine.

Times are CPU times of the process: other programs on the machine move them little. The two sides take turns
(A B B A, then B A A B), and what is compared is the ratio of each round, so that a machine that grows slower while it
is measured favours nobody.
"""

from __future__ import annotations

import ctypes
import gc
import math
import multiprocessing
import sys
import time
import traceback
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection
from typing import Any

import numpy as np

from lester_jupyter.errors import LesterError

_WORTH_TIMING = 0.02  # seconds: what is quicker is run several times in a row


class BenchmarkError(LesterError):
    """Something that was to be measured did not run, or did not give the same on both sides."""


@dataclass(frozen=True)
class Pair:
    """How two sides compare.

    Attributes:
        ours: median of our side, seconds or bytes.
        plain: median of plain pandas.
        ratio: median of the rounds' ratios ours / plain.
        low: the lower quartile of the ratios.
        high: the upper quartile.
    """

    ours: float
    plain: float
    ratio: float
    low: float
    high: float


def in_child(work: Callable[[], Any]) -> Any:
    """Runs something in a forked process of its own and hands back what it gives.

    The child starts with all that is in memory here, and leaves nothing behind.

    Raises:
        BenchmarkError: it failed there; the message says how and where.
    """
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_report, args=(work, sender))
    with warnings.catch_warnings():
        # Python 3.12 warns of threads when it forks: those of pyarrow's pool, which it starts anew in the child
        warnings.simplefilter("ignore", DeprecationWarning)
        process.start()
    sender.close()
    try:
        done, value = receiver.recv()
    except EOFError:
        process.join()
        raise BenchmarkError(f"The measuring process ended with {process.exitcode} (-9: out of memory).") from None
    process.join()
    if not done:
        raise BenchmarkError(value)
    return value


def _report(work: Callable[[], Any], sender: Connection) -> None:
    gc.freeze()  # what was in memory before is no garbage: looking through it would copy it, and take most of the time
    try:
        sender.send((True, work()))
    except BaseException as error:  # noqa: BLE001 - whatever it is, the parent raises it
        place = traceback.extract_tb(error.__traceback__)[-1]
        sender.send((False, f"{type(error).__name__} in {place.name} ({place.filename}:{place.lineno}): {error}"))


def paired_times(ours: Callable[[], object], plain: Callable[[], object], repeat: int) -> Pair:
    """CPU seconds of both sides; each of the `repeat` rounds runs each side twice."""
    number = math.ceil(_WORTH_TIMING / max(_seconds(plain, 1), _seconds(ours, 1), _WORTH_TIMING / 500))
    times: dict[bool, list[float]] = {True: [], False: []}
    for turn in range(repeat):
        first = turn % 2 == 0
        for is_ours in (first, not first, not first, first):
            times[is_ours].append(_seconds(ours if is_ours else plain, number))
    rounds = [np.reshape(times[side], (repeat, 2)).sum(axis=1) for side in (True, False)]
    ratios = rounds[0] / rounds[1]
    low, middle, high = np.quantile(ratios, [0.25, 0.5, 0.75])
    return Pair(float(np.median(times[True])), float(np.median(times[False])), float(middle), float(low), float(high))


def _seconds(work: Callable[[], object], number: int) -> float:
    """CPU seconds of one of `number` runs in a row; the garbage of earlier runs is gone before."""
    gc.collect()
    started = time.process_time()
    for _ in range(number):
        made = work()
    ended = time.process_time()
    del made
    return (ended - started) / number


def paired_memory(ours: Callable[[], object], plain: Callable[[], object], inputs: int, repeat: int) -> Pair | None:
    """Peak bytes of both sides: their inputs, and what the process grew by, each run in a process of its own.

    The kernel's high-water mark of resident memory counts what numpy and Arrow allocate too.

    Args:
        ours: our side.
        plain: plain pandas.
        inputs: bytes that both sides begin with.
        repeat: how often.

    Returns:
        None on systems that do not say (those other than Linux).
    """
    if sys.platform != "linux":
        return None
    _give_back_free_memory()
    peaks = np.array([[inputs + in_child(partial(_growth, side)) for side in (ours, plain)] for _ in range(repeat)])
    low, middle, high = np.quantile(peaks[:, 0] / np.maximum(peaks[:, 1], 1), [0.25, 0.5, 0.75])
    mine, others = np.median(peaks, axis=0)
    return Pair(float(mine), float(others), float(middle), float(low), float(high))


def _growth(work: Callable[[], object]) -> int:
    """By how many bytes the peak of this process's resident memory grows while the work is done."""
    import resource

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    made = work()
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    del made
    return grown * 1024  # Linux counts in KiB


def _give_back_free_memory() -> None:
    """Empties the allocators' stocks: else what a child takes from them would not show as growth."""
    import pyarrow as pa

    gc.collect()
    pa.default_memory_pool().release_unused()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # only the GNU library has it
    if trim is not None:
        trim(0)


@dataclass(frozen=True)
class Latency:
    """How long single look-ups take, in CPU seconds.

    Attributes:
        first: the very first one.
        p50: median of the later ones.
        p95: what 95 of 100 of them stay below.
        wall_p95: the same by the clock on the wall, other programs included.
    """

    first: float
    p50: float
    p95: float
    wall_p95: float


def latency(look_up: Callable[[Any], object], questions: Sequence[Any]) -> Latency:
    """Asks one question after the other."""
    gc.collect()
    cpu, wall = [], []
    for question in questions:
        cpu_started, wall_started = time.process_time(), time.perf_counter()
        look_up(question)
        cpu.append(time.process_time() - cpu_started)
        wall.append(time.perf_counter() - wall_started)
    later, later_wall = cpu[1:] or cpu, wall[1:] or wall
    p50, p95 = np.quantile(later, [0.5, 0.95])
    return Latency(cpu[0], float(p50), float(p95), float(np.quantile(later_wall, 0.95)))
