"""The content of files at the moment they were read, known by its SHA-256, which costs the reader no time.

A file is taken for unchanged while its size, its times and its inode are (as git does it), so its content can be hashed
when somebody asks, and a moment after reading it is hashed in the background in any case. What was lost by then (the
file was written again within that moment) is said to be lost: such a source counts as changed, never as the same.

Times are coarse: what was written a few milliseconds ago can be written again without its time moving. Files as young
as that are hashed before and after they are read, and their times are never relied on.
"""

from __future__ import annotations

import hashlib
import os
import stat
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread

from lester_jupyter.plan.references import Snapshot

QUIET = 0.25
"""Seconds without reading before files are hashed in the background, so that no reader shares its processor."""
_LARGEST = 8 * 2**30
"""Bytes; a larger file is hashed only when somebody asks."""
_BLOCK = 4 * 2**20
_FINE, _COARSE = 20_000_000, 2_100_000_000
"""Nanoseconds for which a time is not relied on: kernels count in steps of up to 10 ms, FAT in steps of 2 s."""
_REMEMBERED = 512


@dataclass(frozen=True)
class Stamp:
    """What the file system says of a file's content.

    Attributes:
        place: the device and the inode.
        size: in bytes.
        times: of the last change of its content, and of anything about it; nanoseconds.
        settled: whether a change after this stamp was taken would have moved the times.
    """

    place: tuple[int, int]
    size: int
    times: tuple[int, int]
    settled: bool = field(compare=False)

    @classmethod
    def of(cls, file: Path | int) -> Stamp | None:
        """The stamp of a file, by its path or descriptor; None for a pipe or device, whose content cannot be had twice.

        Raises:
            OSError: there is no such file, or no right to see it.
        """
        found = os.stat(file)  # noqa: PTH116 - takes descriptors, too
        if not stat.S_ISREG(found.st_mode):
            return None
        times = (found.st_mtime_ns, found.st_ctime_ns)
        step = _FINE if times[0] % 1_000_000 else _COARSE
        settled = max(times) + step < time.time_ns()
        return cls((found.st_dev, found.st_ino), found.st_size, times, settled)


class FileSnapshot(Snapshot):
    """The content that a file had when its stamp was taken.

    Args:
        path: the file, resolved.
        stamp: its stamp.
        digest: its hash where it is known already.
    """

    def __init__(self, path: Path, stamp: Stamp, digest: str | None = None) -> None:
        super().__init__(digest)
        self.path = path
        self.stamp = stamp
        self.is_lost = False

    @property
    def digest(self) -> str | None:
        """SHA-256 in hex; waits for it where it is not known yet. None if the file changed before it was hashed."""
        if self._digest is None and not self.is_lost:
            self.compute()
        return self._digest

    @property
    def is_known(self) -> bool:
        """Whether there is nothing left to compute."""
        return self._digest is not None or self.is_lost

    def compute(self) -> None:
        """Hashes the file if it still is the one that was read. Two threads may both try: the first to end wins."""
        found = _hash_file(self.path, self.stamp, lambda: self.is_known)
        if not self.is_known:
            self._digest = found
            self.is_lost = found is None

    def is_current(self) -> bool:
        """Whether the file at the path has this content now."""
        try:
            now = Stamp.of(self.path)
        except OSError:
            return False
        if now is None or now.size != self.stamp.size:
            return False
        if now == self.stamp and self.stamp.settled:
            return True
        return self.digest is not None and snapshot(self.path, now).digest == self.digest

    def __eq__(self, other: object) -> bool:
        if isinstance(other, FileSnapshot):
            if self.path == other.path and self.stamp == other.stamp and self.stamp.settled and other.stamp.settled:
                return True
            if self.stamp.size != other.stamp.size:
                return False
        return super().__eq__(other)

    __hash__ = None  # equal contents may be known by different stamps


_remembered: OrderedDict[tuple[Path, Stamp], FileSnapshot] = OrderedDict()


def snapshot(path: Path, stamp: Stamp) -> FileSnapshot:
    """The snapshot for a file as its stamp describes it: that of an earlier reading, if the file is as it was then."""
    known = _remembered.get((path, stamp))
    if known is not None and not known.is_lost:
        return known
    if not stamp.settled:
        return FileSnapshot(path, stamp, _hash_file(path, stamp))
    made = _remembered[path, stamp] = FileSnapshot(path, stamp)
    while len(_remembered) > _REMEMBERED:
        _remembered.popitem(last=False)
    return made


def _hash_file(path: Path, stamp: Stamp, enough: Callable[[], bool] = bool) -> str | None:
    """SHA-256 of the file if it has this stamp before and after; None if not, or once there is `enough`."""
    try:
        with path.open("rb", buffering=0) as file:
            if Stamp.of(file.fileno()) != stamp:
                return None
            content = hashlib.sha256(usedforsecurity=False)
            block = memoryview(bytearray(min(_BLOCK, stamp.size + 1)))
            while n := file.readinto(block):
                content.update(block[:n])
                if enough():
                    return None
            return content.hexdigest() if Stamp.of(file.fileno()) == stamp else None
    except OSError:  # gone, or the disk is: there is no content to name
        return None


class _Background:
    """Hashes snapshots, one after the other, in a thread that lives only while there are some.

    There are no locks to be held over a fork: in a child the thread is not alive, and the next reading starts another.
    """

    def __init__(self) -> None:
        self._waiting: deque[FileSnapshot] = deque()
        self._last = 0.0
        self._thread: Thread | None = None

    def add(self, one: FileSnapshot) -> None:
        """Hashes a snapshot once it is quiet."""
        self._last = time.monotonic()
        if one.is_known or one.stamp.size > _LARGEST:
            return
        self._waiting.append(one)
        if self._thread is not None and self._thread.is_alive():
            return
        self._thread = Thread(target=self._work, name="lester-snapshots", daemon=True)
        try:
            self._thread.start()
        except RuntimeError:  # no more threads, or Python is ending: hashed when somebody asks
            self._thread = None

    def _work(self) -> None:
        while self._waiting:
            while (left := self._last + QUIET - time.monotonic()) > 0:
                time.sleep(left)
            try:
                one = self._waiting.popleft()
            except IndexError:  # another reader's thread took it
                return
            if not one.is_known:
                one.compute()


_background = _Background()


def hash_soon(one: FileSnapshot) -> None:
    """Has a file that was just read hashed in the background."""
    _background.add(one)
