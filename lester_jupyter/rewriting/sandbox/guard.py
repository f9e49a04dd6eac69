"""The audit hook of a sandboxed process: notes what the code does, and refuses what it may not do.

Python raises an audit event before every open, socket, subprocess and the like, whichever module asked, so a back door
to `os` meets the same guard as `import os`. A hook cannot be removed once it is installed.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

_WRITE_FLAGS = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_NETWORK = ("socket", "urllib", "http", "ftplib", "smtplib", "imaplib", "poplib", "telnetlib", "nntplib", "webbrowser")
_HARMLESS = frozenset({"socket.gethostname", "socket.__new__"})
_PROGRAMS = frozenset(
    {
        "subprocess.Popen",
        "os.system",
        "os.exec",
        "os.posix_spawn",
        "os.spawn",
        "os.fork",
        "os.forkpty",
        "os.startfile",
        "pty.spawn",
    }
)
_SIGNALS = frozenset({"os.kill", "os.killpg", "signal.pthread_kill"})
_LIMITS = frozenset({"resource.setrlimit", "resource.prlimit"})
_NATIVE = frozenset(
    {"ctypes.dlopen", "ctypes.dlsym", "ctypes.call_function", "ctypes.string_at", "ctypes.wstring_at", "ctypes.cdata"}
)
# event → (position of the path, position of its dir_fd or None), for every path the call changes
_CHANGES: Mapping[str, tuple[tuple[int, int | None], ...]] = {
    "os.remove": ((0, 1),),
    "os.rmdir": ((0, 1),),
    "os.mkdir": ((0, 2),),
    "os.rename": ((0, 2), (1, 3)),
    "os.link": ((0, 2), (1, 3)),
    "os.symlink": ((0, None), (1, 2)),
    "os.truncate": ((0, None),),
    "os.chmod": ((0, 2),),
    "os.chown": ((0, 3),),
    "os.utime": ((0, 3),),
    "os.chflags": ((0, None),),
    "os.setxattr": ((0, None),),
    "os.removexattr": ((0, None),),
    "sqlite3.connect": ((0, None),),
}
_SYSTEM_FILES = (
    "/usr/share/zoneinfo",
    "/usr/lib",
    "/lib",
    "/etc/localtime",
    "/etc/timezone",
    "/etc/mime.types",
    "/proc/self",
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/proc/stat",
    "/sys/devices",
    "/sys/fs/cgroup",
    "/dev/null",
    "/dev/urandom",
)
_CODE_SUFFIXES = (".py", ".pyc", ".so", ".pyd")


class BlockedError(PermissionError):
    """The sandbox refused a call. Code under test sees an ordinary `PermissionError`."""


@dataclass
class Guard:
    """What one run did, and the rules it runs under.

    Attributes:
        work: the directory the code works in, as the code sees it.
        scratch: further directories it may read and write (temporary files).
        strict: True for rewritten code: it reads only its inputs and writes only `writable`.
        writable: absolute paths that strict code may write.
        readable: absolute directories and files that strict code may read besides `work`.
        reads, writes: files in the order of first use, relative to `work` where they lie below it.
        external: network and program calls it tried, one sentence each.
        denied: everything else that was refused, one sentence each.
    """

    work: str
    scratch: tuple[str, ...] = ()
    strict: bool = False
    writable: frozenset[str] = frozenset()
    readable: tuple[str, ...] = ()
    reads: list[str] = field(default_factory=list)
    writes: list[str] = field(default_factory=list)
    external: list[str] = field(default_factory=list)
    denied: list[str] = field(default_factory=list)

    def install(self) -> None:
        """Puts the guard in force for the rest of the process."""
        handlers: dict[str, Callable[[str, tuple[Any, ...]], None]] = {
            "open": self._open,
            "os.listdir": self._list,
            "os.scandir": self._list,
        }
        handlers |= dict.fromkeys(_PROGRAMS, self._program)
        handlers |= dict.fromkeys(_SIGNALS | _LIMITS, self._control)
        handlers |= dict.fromkeys(_NATIVE, self._native)
        handlers |= dict.fromkeys(_CHANGES, self._change)
        handlers |= {"pickle.find_class": self._unpickle, "os.chdir": self._chdir, "os.fchdir": self._chdir}
        network = self._network

        def hook(event: str, args: tuple[Any, ...]) -> None:
            handler = handlers.get(event)
            if handler is not None:
                handler(event, args)
            elif event.partition(".")[0] in _NETWORK and event not in _HARMLESS:
                network(event, args)

        self._libraries = _library_directories()
        sys.addaudithook(hook)

    def _refuse(self, book: list[str], sentence: str) -> None:
        if sentence not in book and len(book) < 100:
            book.append(sentence)
        raise BlockedError(f"Lester's sandbox refused it: {sentence}")

    def _network(self, event: str, args: tuple[Any, ...]) -> None:
        shown = ", ".join(_short(a) for a in args if isinstance(a, (str, bytes, int, tuple)) and a is not None)
        self._refuse(self.external, f"network call {event}({shown})")

    def _program(self, event: str, args: tuple[Any, ...]) -> None:
        shown = ", ".join(_short(a) for a in args[:2] if a is not None)
        self._refuse(self.external, f"other program or process {event}({shown})")

    def _control(self, event: str, args: tuple[Any, ...]) -> None:
        self._refuse(self.denied, f"{event}{_short(args)}")

    def _unpickle(self, event: str, args: tuple[Any, ...]) -> None:
        if self.strict:
            self._refuse(self.denied, f"{event}{_short(args)}")

    def _chdir(self, event: str, args: tuple[Any, ...]) -> None:
        if self.strict:
            self._refuse(self.denied, f"{event}({_short(args[0])})")

    def _native(self, event: str, args: tuple[Any, ...]) -> None:
        frame: FrameType | None = sys._getframe(2)
        for _ in range(8):  # scikit-learn asks threadpoolctl for the number of BLAS threads: harmless, and in every fit
            if frame is None:
                break
            if os.path.basename(frame.f_code.co_filename) == "threadpoolctl.py" and self._is_library(  # noqa: PTH119
                frame.f_code.co_filename
            ):
                return
            frame = frame.f_back
        self._refuse(self.denied, f"native code {event}({_short(args[0]) if args else ''})")

    def _open(self, _event: str, args: tuple[Any, ...]) -> None:
        path, mode, flags = args
        if isinstance(path, int) or path is None:
            return
        if mode is not None:
            writing = any(letter in mode for letter in "wax+")
            reading = "r" in mode or "+" in mode
        else:
            writing = bool(flags & _WRITE_FLAGS)
            reading = not flags & os.O_WRONLY
        place = self._absolute(path)
        if writing:
            self._check_write(place)
            if reading and mode is not None and "r" in mode:
                self._note_read(place)
            self._note(self.writes, place)
            return
        if mode is None and os.path.isdir(place) and not self._inside(os.path.realpath(place)):  # noqa: PTH112
            self._refuse(self.denied, f"directory handle on {place!r}")  # with it, dir_fd would step around the paths
        self._check_read(place)
        self._note_read(place)

    def _list(self, event: str, args: tuple[Any, ...]) -> None:
        if self.strict and not isinstance(args[0], int):
            place = self._absolute(args[0] or ".")
            if not (self._inside(os.path.realpath(place)) or self._is_library(place)):
                self._refuse(self.denied, f"{event}({place!r})")

    def _change(self, event: str, args: tuple[Any, ...]) -> None:
        for position, directory in _CHANGES[event]:
            path = args[position] if position < len(args) else None
            if isinstance(path, int) or path is None or path in {":memory:", ""}:
                continue
            base = args[directory] if directory is not None and directory < len(args) else -1
            place = self._absolute(path, base)
            if event == "os.mkdir" and os.path.isdir(place):  # noqa: PTH112
                continue  # makedirs(exist_ok=True)
            if self.strict and not _below(os.path.realpath(place), self.scratch):
                self._refuse(self.denied, f"{event}({place!r})")
            self._check_write(place)

    def _absolute(self, path: Any, directory: int = -1) -> str:
        text = os.fsdecode(path)
        if directory >= 0 and not os.path.isabs(text):  # noqa: PTH117
            text = os.path.join(os.readlink(f"/proc/self/fd/{directory}"), text)  # noqa: PTH115, PTH118
        return os.path.abspath(text)  # noqa: PTH100

    def _inside(self, real: str) -> bool:
        return _below(real, (os.path.realpath(self.work), *self.scratch, *self.readable))

    def _check_write(self, place: str) -> None:
        real = os.path.realpath(place)
        if real == "/dev/null":
            return
        allowed = _below(real, self.scratch)
        if not allowed:
            allowed = (
                place in self.writable and real == place
                if self.strict
                else _below(real, (os.path.realpath(self.work),))
            )
        if not allowed:
            where = (
                "outside its copy of the working directory" if not self.strict else "that the original does not write"
            )
            self._refuse(self.denied, f"writing {self._shown(place)!r}, a file {where}")

    def _check_read(self, place: str) -> None:
        if not self.strict:
            return
        real = os.path.realpath(place)
        if not (self._inside(real) or self._is_library(place) or self._is_library(real)):
            self._refuse(self.denied, f"reading {place!r}, which is not an input")

    def _note_read(self, place: str) -> None:
        if self._is_library(place) or _below(place, self.scratch) or not os.path.isfile(place):  # noqa: PTH113
            return
        if self._shown(place) not in self.writes:
            self._note(self.reads, place)

    def _note(self, book: list[str], place: str) -> None:
        shown = self._shown(place)
        if shown not in book and not _below(place, self.scratch) and place != "/dev/null":
            book.append(shown)

    def _shown(self, place: str) -> str:
        return place[len(self.work) + 1 :] if _below(place, (self.work,)) and place != self.work else place

    def _is_library(self, place: str) -> bool:
        whole, code = self._libraries
        return _below(place, whole) or (place.endswith(_CODE_SUFFIXES) and _below(place, code))


def _library_directories() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Directories where every file belongs to a library, and those where only code files do."""
    whole = {sys.prefix, sys.base_prefix, *_SYSTEM_FILES, os.path.dirname(os.path.dirname(os.path.dirname(__file__)))}  # noqa: PTH120
    code: set[str] = set()
    for entry in sys.path:
        (whole if entry.endswith(("-packages", ".zip")) else code).add(os.path.abspath(entry))  # noqa: PTH100
    whole |= {os.path.realpath(entry) for entry in whole}
    return tuple(sorted(whole)), tuple(sorted(code))


def _below(place: str, directories: tuple[str, ...]) -> bool:
    return any(place == directory or place.startswith(directory.rstrip("/") + "/") for directory in directories)


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 120 else text[:117] + "…"
