"""The sandbox's server process: isolates itself, imports the libraries once, then forks one process per job.

Runs as a script, started by `sandbox`, and speaks JSON lines on its standard input and output: one path of a job's
directory in, one line on how the job's process ended out. Importing pandas takes most of a second and a fork some
milliseconds, so that dozens of versions of the inputs can be tried while a user waits. The user's code never runs in
this process. Standard library only until the namespaces are entered, because that needs a process with one thread.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import importlib.util
import json
import os
import select
import signal
import sys
import time
from pathlib import Path
from types import ModuleType
from typing import Any, TextIO


def main(config: dict[str, Any]) -> None:
    """Serves jobs until the input ends.

    Args:
        config: `path` (entries of sys.path), `scratch` (the only writable directory), `preload` (modules to import
            ahead of the jobs), `isolate` (whether to enter namespaces), `job` (run just this one in this process and
            end: where there is no fork).
    """
    sys.path[:] = config["path"]
    if "job" in config:
        _run_job(config["job"], isolated=False)
    kernel = _load_kernel()
    began = time.monotonic()
    isolated = config["isolate"] and kernel.enter_namespaces()
    if isolated:  # only a child is inside the new PID namespace; as its first process it takes all others with it
        _become_first_process(kernel)
        isolated = kernel.lock_file_systems(config["scratch"])
    requests, answers = _private_streams()
    for name in ("lester_jupyter.rewriting.sandbox.job", "lester_jupyter", *config["preload"]):
        with contextlib.suppress(Exception):  # a module that cannot be imported fails in the job, where it is reported
            importlib.import_module(name)
    with contextlib.suppress(Exception):
        sys.modules["lester_jupyter.rewriting.sandbox.job"].warm_up()
    gc.freeze()  # what is imported is shared with every fork: the collector need not touch, and so copy, its pages
    _answer(answers, {"ready": True, "isolated": isolated, "seconds": time.monotonic() - began})
    for line in requests:
        request = json.loads(line)
        _answer(answers, _fork_job(request, (requests, answers), isolated=isolated))


def _load_kernel() -> ModuleType:
    """Loads `kernel` by its file: importing the package would import pandas, and pandas starts threads."""
    spec = importlib.util.spec_from_file_location("kernel", Path(__file__).with_name("kernel.py"))
    if spec is None or spec.loader is None:
        raise ImportError("kernel.py is not beside child.py.")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _become_first_process(kernel: ModuleType) -> None:
    child = os.fork()
    if child:
        os.close(0)
        os.close(1)
        _, status = os.waitpid(child, 0)
        os._exit(os.waitstatus_to_exitcode(status) & 0xFF)
    kernel.die_with_parent()


def _private_streams() -> tuple[TextIO, TextIO]:
    """Moves the conversation away from the standard streams, which jobs would otherwise share."""
    requests = os.fdopen(os.dup(0), "r", encoding="utf-8")
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    null = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(null, standard)
    os.close(null)
    return requests, answers


def _answer(answers: TextIO, message: dict[str, Any]) -> None:
    answers.write(json.dumps(message) + "\n")
    answers.flush()


def _fork_job(request: dict[str, Any], streams: tuple[TextIO, TextIO], *, isolated: bool) -> dict[str, Any]:
    began = time.monotonic()
    pid = os.fork()
    if pid == 0:
        for stream in streams:
            os.close(stream.fileno())
        os.setsid()
        _run_job(request["job"], isolated=isolated)
    if not _ends_within(pid, request["timeout"]):
        for kill in (os.killpg, os.kill):  # the group, and the process itself if it had not made its group yet
            with contextlib.suppress(ProcessLookupError):
                kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        return {"stopped": "time", "seconds": time.monotonic() - began}
    _, status, usage = os.wait4(pid, 0)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)  # whatever it left behind
    code = os.waitstatus_to_exitcode(status)
    stopped = {-signal.SIGXCPU: "time", -signal.SIGKILL: "killed"}.get(code, "" if code == 0 else "crash")
    return {"stopped": stopped, "code": code, "seconds": time.monotonic() - began, "peak_kib": usage.ru_maxrss}


def _ends_within(pid: int, seconds: float) -> bool:
    """Waits for a child, without reaping it."""
    watch = os.pidfd_open(pid)
    try:
        ready, _, _ = select.select([watch], [], [], seconds)
    finally:
        os.close(watch)
    return bool(ready)


def _run_job(directory: str, *, isolated: bool) -> None:
    from lester_jupyter.rewriting.sandbox.job import run

    try:
        run(Path(directory), isolated=isolated)
    except BaseException as error:  # noqa: BLE001 - a fault of ours: told to the parent, and never into the server loop
        with contextlib.suppress(OSError):
            (Path(directory) / "fault").write_text(f"{type(error).__name__}: {error}", encoding="utf-8")
        os._exit(70)
    os._exit(0)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
