"""Sources are known by the content that was read: changed files are noticed, and hashing keeps nobody waiting."""

from __future__ import annotations

import copy
import hashlib
import os
import pickle
import subprocess
import sys
import threading
import time
from pathlib import Path

import pandas as pd
import pytest

import lester_jupyter as ld
from lester_jupyter.engines.pandas import scan
from lester_jupyter.errors import SourceError
from lester_jupyter.frame import snapshots, sources
from lester_jupyter.frame.snapshots import FileSnapshot, Stamp, snapshot
from lester_jupyter.plan import Source
from lester_jupyter.plan.references import Snapshot


@pytest.fixture
def busy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is hashed in the background."""
    monkeypatch.setattr(snapshots._background, "_work", lambda: None)
    snapshots._background._waiting.clear()
    while any(t.name == "lester-snapshots" for t in threading.enumerate()):
        time.sleep(0.01)


@pytest.fixture
def settled(tmp_path: Path) -> Path:
    """A file that was written long enough ago for its times to be relied on."""
    path = tmp_path / "a.csv"
    path.write_text("k\n1\n2\n")
    wait(path)
    return path


def wait(path: Path) -> None:
    while not Stamp.of(path).settled:
        time.sleep(0.005)


def sha(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def source(frame: ld.Frame) -> Source:
    return frame.plan.sources[0]


def known(frame: ld.Frame) -> bool:
    return source(frame).content.is_known


def count_hashes(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    hashed: list[Path] = []
    hash_file = snapshots._hash_file

    def counted(path: Path, *args: object) -> str | None:
        if path.name == "a.csv":
            hashed.append(path)
        return hash_file(path, *args)

    monkeypatch.setattr(snapshots, "_hash_file", counted)
    return hashed


# what the digest is ---------------------------------------------------------------------------------------------------


def test_the_digest_is_the_sha256_of_what_was_read(settled: Path) -> None:
    frame = ld.read_csv(settled)
    assert source(frame).digest == sha(settled)
    settled.write_text("k\n3\n")
    assert source(frame).digest != sha(settled)


def test_a_file_written_a_moment_ago_is_hashed_at_once(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("k\n1\n")
    frame = ld.read_csv(path)
    before = sha(path)
    path.write_text("k\n2\n")
    assert source(frame).digest == before


@pytest.mark.usefixtures("busy")
def test_reading_does_not_wait_for_the_hash(settled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hashed = count_hashes(monkeypatch)
    frames = [ld.read_csv(settled), ld.read_csv(settled)]
    assert not known(frames[0])
    assert ld.union(frames).plan.changed_sources() == []
    assert hashed == []
    assert source(frames[0]).digest == source(frames[1]).digest
    assert hashed == [settled]


def test_the_hash_is_computed_in_the_background_and_its_thread_goes_away(settled: Path) -> None:
    frame = ld.read_csv(settled)
    deadline = time.monotonic() + 20
    while not known(frame) or any(t.name == "lester-snapshots" for t in threading.enumerate()):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    wanted = sha(settled)
    settled.write_text("k\n3\n")
    assert source(frame).digest == wanted


@pytest.mark.usefixtures("busy")
def test_many_readings_of_one_file_are_hashed_once(settled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hashed = count_hashes(monkeypatch)
    assert len({source(ld.read_csv(settled)).digest for _ in range(5)}) == 1
    assert hashed == [settled]


@pytest.mark.usefixtures("busy")
def test_a_digest_that_is_lost_is_never_another_one(settled: Path) -> None:
    frame, old = ld.read_csv(settled), settled.read_text()
    settled.write_text("k\n1\n3\n")
    assert source(frame).digest is None
    assert frame.plan.changed_sources() == ["a"]
    settled.write_text(old)  # nobody can tell any more that it is as it was
    assert source(frame).digest is None
    assert frame.plan.changed_sources() == ["a"]
    again = ld.Plan.from_json(frame.plan.to_json())
    assert again.sources[0].digest is None
    assert again.changed_sources() == ["a"]


def test_a_file_that_changes_while_it_is_hashed_has_no_digest(settled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stamp = Stamp.of(settled)
    one = FileSnapshot(settled, stamp)

    def write() -> bool:
        settled.write_text("k\n9\n2\n")
        return False

    assert snapshots._hash_file(settled, stamp, write) is None
    assert one.digest is None


# what changed ---------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("busy")
def test_unchanged_files_are_not_read_again(settled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    frame = ld.read_csv(settled)
    assert source(frame).digest
    hashed = count_hashes(monkeypatch)
    assert frame.plan.changed_sources() == []
    assert hashed == []


def test_a_file_with_other_times_and_the_same_content_is_unchanged(settled: Path) -> None:
    frame = ld.read_csv(settled)
    assert source(frame).digest
    os.utime(settled, (0, 0))
    assert frame.plan.changed_sources() == []
    copied = settled.with_name("b.csv")
    copied.write_bytes(settled.read_bytes())
    copied.replace(settled)
    assert frame.plan.changed_sources() == []


def test_a_change_that_keeps_size_and_time_is_noticed(settled: Path) -> None:
    frame = ld.read_csv(settled)
    assert source(frame).digest
    before = settled.stat()
    settled.write_text("k\n3\n2\n")
    os.utime(settled, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert frame.plan.changed_sources() == ["a"]


def test_quick_changes_of_one_size_are_noticed(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    for i in range(200):
        path.write_text(f"k\n{i % 10}\n")
        frame = ld.read_csv(path)
        assert frame.to_values("k") == [i % 10]
        path.write_text(f"k\n{(i + 1) % 10}\n")
        assert frame.plan.changed_sources() == ["a"]
        path.write_text(f"k\n{i % 10}\n")
        assert frame.plan.changed_sources() == ([] if source(frame).digest else ["a"])  # lost on a slow machine


def test_a_plan_from_json_notices_changes_by_the_hash(settled: Path) -> None:
    plan = ld.Plan.from_json(ld.read_csv(settled).plan.to_json())
    assert plan.sources[0].digest == sha(settled)
    assert plan.changed_sources() == []
    settled.touch()
    assert plan.changed_sources() == []
    settled.write_text("k\n7\n")
    assert plan.changed_sources() == ["a"]
    settled.unlink()
    assert plan.changed_sources() == ["a"]
    settled.mkdir()
    assert plan.changed_sources() == ["a"]


# which sources are the same -------------------------------------------------------------------------------------------


def test_the_same_content_is_the_same_source_however_it_came_there(settled: Path) -> None:
    before = ld.read_csv(settled)
    assert source(before).digest
    settled.write_text("k\n1\n2\n")
    assert source(before) == source(ld.read_csv(settled))
    assert source(before) == ld.Plan.from_json(before.plan.to_json()).sources[0]
    settled.write_text("k\n1\n3\n")
    after = ld.read_csv(settled)
    assert source(before) != source(after)
    assert list(before.union(after).lineage.backward(3)) == ["a", "a#2"]


def test_snapshots_without_a_digest_are_equal_to_themselves_only() -> None:
    lost = Snapshot(None)
    assert lost == lost  # noqa: PLR0124
    assert lost != Snapshot(None)
    assert Snapshot("a") == Snapshot("a") != Snapshot("b")


def test_sources_can_be_copied_and_sent(settled: Path) -> None:
    one = source(ld.read_csv(settled))
    for other in (copy.deepcopy(one), pickle.loads(pickle.dumps(one))):
        assert other == one
        assert hash(other) == hash(one)
        assert other.digest == sha(settled)


# files that move while they are read ----------------------------------------------------------------------------------


def test_a_file_that_changes_while_it_is_read_is_read_again(settled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = sources.read_source

    def slow(*args: object) -> pd.DataFrame:
        table = read(*args)
        if settled.read_text() == "k\n1\n2\n":
            settled.write_text("k\n8\n9\n")
        return table

    monkeypatch.setattr(sources, "read_source", slow)
    frame = ld.read_csv(settled)
    assert frame.to_values("k") == [8, 9]
    assert source(frame).digest == sha(settled)


def test_a_file_that_never_stops_changing_is_an_error(settled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = sources.read_source

    def slow(*args: object) -> pd.DataFrame:
        table = read(*args)
        settled.write_text(settled.read_text() + "3\n")
        return table

    monkeypatch.setattr(sources, "read_source", slow)
    with pytest.raises(
        SourceError, match=r"a\.csv is being written while it is read\. Hint: wait until it is complete"
    ):
        ld.read_csv(settled)


def test_a_file_that_is_gone_after_reading_is_an_error(settled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = sources.read_source

    def last(*args: object) -> pd.DataFrame:
        table = read(*args)
        settled.unlink()
        return table

    monkeypatch.setattr(sources, "read_source", last)
    with pytest.raises(SourceError, match=r"There is no file .*a\.csv"):
        ld.read_csv(settled)


def test_a_disk_that_fails_is_an_error_and_has_no_digest(settled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args: object, **_options: object) -> pd.DataFrame:
        raise TimeoutError(110, "Connection timed out")

    frame = ld.read_csv(settled)
    monkeypatch.setattr(scan.pd, "read_csv", fail)
    with pytest.raises(SourceError, match=r"a\.csv cannot be read: Connection timed out\."):
        ld.read_csv(settled)
    monkeypatch.setattr(snapshots.Path, "open", fail)
    assert source(frame).digest is None


@pytest.mark.parametrize("name", ["a\0b.csv", "loop"])
def test_a_path_that_can_be_no_file(tmp_path: Path, name: str) -> None:
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(SourceError, match=r"cannot be a file: |There is no file"):
        ld.read_csv(tmp_path / name)


def test_a_pipe_is_read_once_and_has_no_digest(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_text, args=("k\n1\n",))
    writer.start()
    frame = ld.read_csv(path)
    writer.join()
    assert frame.to_values("k") == [1]
    assert source(frame).digest is None
    assert frame.plan.changed_sources() == []


# processes ------------------------------------------------------------------------------------------------------------


def test_processes_end_and_fork_while_a_hash_runs(tmp_path: Path) -> None:
    """No waiting, no warnings, nothing on the error stream; the child of a fork computes its own."""
    path = tmp_path / "big.csv"
    path.write_bytes(b"k\n" + b"1\n" * 20_000_000)
    wait(path)
    code = """if True:
        import os, sys, time
        import lester_jupyter as ld
        from lester_jupyter.frame import snapshots
        snapshots.QUIET = 0.0
        snapshots._BLOCK = 4096  # slow
        frame = ld.read_csv(sys.argv[1], nrows=2)
        source = frame.plan.sources[0]
        time.sleep(0.02)
        assert not source.content.is_known
        if os.fork() == 0:
            snapshots._BLOCK = 1 << 22
            assert len(ld.read_csv(sys.argv[1], nrows=2).plan.sources[0].digest) == 64
            os._exit(7)
        assert os.waitstatus_to_exitcode(os.wait()[1]) == 7
        ld.read_csv(sys.argv[1], nrows=3)
        print("end")
    """
    command = [sys.executable, "-X", "dev", "-W", "error", "-W", "ignore::DeprecationWarning", "-c", code, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.stdout, done.stderr, done.returncode) == ("end\n", "", 0)


def test_hashing_leaves_no_file_open(settled: Path) -> None:
    frame = ld.read_csv(settled)
    assert source(frame).digest
    opened = {os.path.realpath(link) for link in Path("/proc/self/fd").iterdir()}
    assert str(settled) not in opened


def test_without_threads_files_are_hashed_when_somebody_asks(settled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_self: object) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(snapshots.Thread, "start", refuse)
    assert source(ld.read_csv(settled)).digest == sha(settled)


def test_snapshots_are_not_remembered_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshots, "_REMEMBERED", 3)
    path = tmp_path / "a"
    path.write_text("x")
    wait(path)
    for i in range(10):
        snapshot(tmp_path / str(i), Stamp.of(path))
    assert len(snapshots._remembered) <= 3
