"""Runs code that is not trusted in processes of its own, and brings back what it did.

    with Sandbox() as sandbox:
        result = sandbox.run(Job(code="x = 1", work=directory))

A `Sandbox` owns a scratch directory and one server process per hash seed (see `child`); both end with it.
Results come back in the wire format only. What holds the code: the guard (`guard`) everywhere, and the
operating system (`kernel`) where it can; `Sandbox.isolated` says which.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Any, Literal, Self

from lester_jupyter.errors import SandboxError
from lester_jupyter.rewriting.sandbox.wire import WireError, decode

Profile = Literal["original", "rewrite"]
_START_SECONDS = 60.0
_GRACE_SECONDS = 5.0
_OUTPUT_FILE_LIMIT = 64 * 2**20
# Settings that change what Python or a library does with the same bytes; everything else, keys above all, stays out.
_KEPT_VARIABLES = (
    "PATH",
    "LANG",
    "LANGUAGE",
    "LC_ALL",
    "LC_CTYPE",
    "LC_NUMERIC",
    "LC_TIME",
    "TZ",
    "PYTHONUTF8",
    "PYTHONIOENCODING",
    "SYSTEMROOT",
)


@dataclass(frozen=True)
class Job:
    """Code to run once.

    Attributes:
        code: the source text.
        work: a scratch directory made by `Sandbox.directory()`, holding copies of the inputs; the code works in it.
        profile: "original" (reads anything, writes below `work`) or "rewrite" (reads `work`, writes only `writes`).
        prelude: source text run before the code: imports, functions and classes of the notebook.
        values: file with the wire message of a dict of input variables, or None.
        outputs: names of the variables to bring back; None for every new or changed one.
        writes: files below `work` that a rewrite may write.
        readable: further files that a rewrite may read, by absolute path.
        overlays: (copy, place) of further files: the code sees the copy at the place, where the system can.
        place: the user's own directory that `work` is a copy of: the code sees the copy there, where the system can.
        seed: of `random` and `numpy.random`.
        hash_seed: of Python's string hashes.
        timeout: seconds on the clock.
        memory_mb: memory on top of what the libraries take.
    """

    code: str
    work: Path
    profile: Profile = "original"
    prelude: str = ""
    values: Path | None = None
    outputs: tuple[str, ...] | None = None
    writes: tuple[str, ...] = ()
    readable: tuple[str, ...] = ()
    overlays: tuple[tuple[str, str], ...] = ()
    place: Path | None = None
    seed: int = 0
    hash_seed: int = 0
    timeout: float = 30.0
    memory_mb: int = 2048


@dataclass(frozen=True)
class RunResult:
    """What a job did.

    Attributes:
        variables: type name of each new or changed variable.
        encoded: wire message of each variable asked for.
        unencodable: why a variable asked for could not be brought back.
        files: bytes of each file it wrote.
        reads, writes, external, denied, stdout, error, error_line: see `Observation` and `Guard`.
        stopped: why the run was ended from outside, one sentence, or None.
        seconds: wall time.
    """

    variables: Mapping[str, str] = field(default_factory=dict)
    encoded: Mapping[str, bytes] = field(default_factory=dict)
    unencodable: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)
    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    external: tuple[str, ...] = ()
    denied: tuple[str, ...] = ()
    stdout: str = ""
    error: str | None = None
    error_line: int | None = None
    stopped: str | None = None
    seconds: float = 0.0

    @property
    def failure(self) -> str | None:
        """Why there are no outputs: the error or the reason of the stop; None for a run that went through."""
        return self.stopped or self.error

    def value(self, name: str) -> Any:
        """Decodes one variable."""
        return decode(self.encoded[name])


class Sandbox:
    """Server processes and scratch directory for a series of jobs.

    Args:
        preload: modules to import ahead of all jobs (a fork then starts with them).
        isolate: False leaves the namespaces of the operating system out, for systems on which they make trouble.
    """

    def __init__(self, *, preload: tuple[str, ...] = (), isolate: bool = True) -> None:
        self._preload = preload
        self._isolate = isolate
        self._root = Path(tempfile.mkdtemp(prefix="lester-sandbox-")).resolve()
        self._count = 0
        self._servers: dict[int, _Server] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends the server processes and removes the scratch directory."""
        for server in self._servers.values():
            server.stop()
        self._servers.clear()
        shutil.rmtree(self._root, ignore_errors=True)

    @property
    def root(self) -> Path:
        """The scratch directory."""
        return self._root

    def isolated(self, hash_seed: int = 0) -> bool:
        """Whether the operating system isolates the jobs (network, processes, read-only files), not the guard alone."""
        return self._server(hash_seed).isolated

    def directory(self) -> Path:
        """A new empty directory to lay a job's inputs in."""
        self._count += 1
        path = self._root / f"d{self._count}"
        path.mkdir()
        return path

    def run(self, job: Job) -> RunResult:
        """Runs one job to its end, or to its time-out.

        Raises:
            SandboxError: the sandbox itself does not work; whatever the code does is in the result.
        """
        place = self.directory()
        (place / "request.json").write_text(json.dumps(_request(job, self._root)), encoding="utf-8")
        answer = self._server(job.hash_seed).run(place, job.timeout)
        if not answer.get("alive", True):
            self._servers.pop(job.hash_seed).stop()
        result = _collect(job, place, answer)
        shutil.rmtree(place, ignore_errors=True)
        return result

    def _server(self, hash_seed: int) -> _Server:
        if hash_seed not in self._servers:
            self._servers[hash_seed] = _Server(self._root, self._preload, hash_seed, isolate=self._isolate)
        return self._servers[hash_seed]


class _Server:
    """One server process: the parent's end."""

    def __init__(self, root: Path, preload: tuple[str, ...], hash_seed: int, *, isolate: bool) -> None:
        self._root = root
        self._forks = sys.platform.startswith("linux")  # elsewhere a fork after numpy is not safe: a process per job
        self._environment = _environment(hash_seed)
        self._config = {"path": _import_path(), "scratch": str(root), "preload": list(preload), "isolate": isolate}
        self._process: subprocess.Popen[str] | None = None
        self._answers: SimpleQueue[str] = SimpleQueue()
        self.isolated = False
        if self._forks:
            self._start()

    def _start(self) -> None:
        self._process = self._spawn(self._config)
        threading.Thread(target=self._listen, args=(self._process, self._answers), daemon=True).start()
        ready = self._next(_START_SECONDS)
        if ready is None:
            self.stop()
            raise SandboxError(
                "The sandbox process did not start.", hint="see whether `python -c 'import pandas'` works here"
            )
        self.isolated = bool(ready["isolated"])

    def _spawn(self, config: dict[str, Any]) -> subprocess.Popen[str]:
        script = Path(__file__).with_name("child.py")
        return subprocess.Popen(  # noqa: S603 - our own script, run by the same Python
            [sys.executable, "-s", "-P", "-B", str(script), json.dumps(config)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=self._environment,
            cwd=self._root,
            text=True,
            start_new_session=True,
        )

    @staticmethod
    def _listen(process: subprocess.Popen[str], answers: SimpleQueue[str]) -> None:
        if process.stdout is not None:
            for line in process.stdout:
                answers.put(line)
        answers.put("")

    def _next(self, seconds: float) -> dict[str, Any] | None:
        try:
            line = self._answers.get(timeout=seconds)
        except Empty:
            return None
        return dict(json.loads(line)) if line.startswith("{") else None

    def run(self, place: Path, timeout: float) -> dict[str, Any]:
        """Has one job run; the answer's `alive` is False when the server has to be replaced."""
        if not self._forks:
            return self._run_once(place, timeout)
        process = self._process
        if process is None or process.stdin is None:
            raise SandboxError("The sandbox process has been stopped.")
        try:
            process.stdin.write(json.dumps({"job": str(place), "timeout": timeout}) + "\n")
            process.stdin.flush()
        except OSError:
            return {"stopped": "crash", "alive": False}
        answer = self._next(timeout + _GRACE_SECONDS)
        return answer if answer is not None else {"stopped": "crash", "alive": False}

    def _run_once(self, place: Path, timeout: float) -> dict[str, Any]:
        began = time.monotonic()
        process = self._spawn({**self._config, "job": str(place)})
        try:
            process.communicate(timeout=timeout + _GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            _kill(process)
            return {"stopped": "time", "seconds": time.monotonic() - began}
        return {"stopped": "" if process.returncode == 0 else "crash", "seconds": time.monotonic() - began}

    def stop(self) -> None:
        """Ends the process and everything it started."""
        if self._process is not None:
            _kill(self._process)
            self._process = None


def _kill(process: subprocess.Popen[str]) -> None:
    with suppress(ProcessLookupError, PermissionError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            with suppress(OSError):
                stream.close()


def _environment(hash_seed: int) -> dict[str, str]:
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    one_thread = dict.fromkeys(
        ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "LOKY_MAX_CPU_COUNT"), "1"
    )
    return {**kept, **one_thread, "PYTHONHASHSEED": str(hash_seed), "MALLOC_ARENA_MAX": "2", "MPLBACKEND": "Agg"}


def _import_path() -> list[str]:
    """The parent's sys.path without the working directory: the job adds its own copy of that."""
    here = os.path.realpath(".")
    package_root = str(Path(__file__).resolve().parents[3])
    entries = [os.path.abspath(entry) for entry in sys.path if entry and os.path.realpath(entry) != here]  # noqa: PTH100
    return [*entries, *(() if package_root in entries else (package_root,))]


def _request(job: Job, root: Path) -> dict[str, Any]:
    place = job.place.resolve() if job.place is not None else None
    return {
        "code": job.code,
        "work": str(job.work),
        "profile": job.profile,
        "prelude": job.prelude,
        "values": str(job.values) if job.values else "",
        "outputs": list(job.outputs) if job.outputs is not None else None,
        "writes": list(job.writes),
        "readable": [str(root / "base"), *job.readable],  # large unchanged inputs are kept once, and linked to
        "overlays": [list(pair) for pair in job.overlays],
        "place": str(place) if place is not None and _can_cover(place, root) else "",
        "home": os.path.expanduser("~") if job.profile == "original" else "",  # noqa: PTH111
        "seed": job.seed,
        "timeout": job.timeout,
        "memory": job.memory_mb * 2**20,
    }


@lru_cache(maxsize=16)
def _can_cover(place: Path, root: Path) -> bool:
    """Whether a copy may be laid over a directory: not when Python itself or the scratch directory lies in it."""
    entries: list[str] = [*_import_path(), sys.prefix, sys.base_prefix, sys.executable, str(root)]
    needed = [Path(entry).resolve() for entry in entries]
    return not any(path == place or place in path.parents for path in needed)


def _collect(job: Job, place: Path, answer: Mapping[str, Any]) -> RunResult:
    seconds = float(answer.get("seconds", 0.0))
    stopped = answer.get("stopped", "")
    if stopped:
        return RunResult(stopped=_why(stopped, job, place, answer), seconds=seconds)
    try:
        message = decode((place / "result").read_bytes())
        return RunResult(
            variables=message["variables"],
            encoded=message["values"],
            unencodable=message["unencodable"],
            files=_written(job.work, message["writes"]),
            reads=tuple(message["reads"]),
            writes=tuple(message["writes"]),
            external=tuple(message["external"]),
            denied=tuple(message["denied"]),
            stdout=message["stdout"],
            error=message["error"],
            error_line=message["line"],
            seconds=seconds,
        )
    except (OSError, WireError, KeyError, TypeError):
        return RunResult(stopped="The code ended its process before it was finished.", seconds=seconds)


def _why(stopped: str, job: Job, place: Path, answer: Mapping[str, Any]) -> str:
    fault = place / "fault"
    reasons = {
        "time": f"It did not end within {job.timeout:g} seconds.",
        "killed": "It was killed, most likely for the memory it used.",
        "crash": f"Its process ended by itself (exit code {answer.get('code', 'unknown')}).",
    }
    told = (
        fault.read_text(encoding="utf-8", errors="replace")[:500] if fault.is_file() and not fault.is_symlink() else ""
    )
    return reasons.get(stopped, stopped) + (f" {told}" if told else "")


def _written(work: Path, writes: list[str]) -> dict[str, bytes]:
    """The files a job wrote below its directory; links are not followed, because they may lead anywhere."""
    found = {}
    for name in writes:
        path = work / name
        if os.path.isabs(name) or path.is_symlink() or not path.is_file():  # noqa: PTH117
            continue
        if work.resolve() in path.resolve().parents and path.stat().st_size <= _OUTPUT_FILE_LIMIT:
            found[name] = path.read_bytes()
    return found
