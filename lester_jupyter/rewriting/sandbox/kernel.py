"""What the operating system itself enforces on a sandboxed process: limits everywhere, isolation on Linux.

Every measure is best effort and reports whether it holds, because a container or another system may not offer it; the
audit hook of `guard` stands on its own in front of all of them. Where all hold, code in the sandbox has no
network (empty network namespace), sees and signals no other process (PID namespace), finds every file system read-only
but for the scratch directory (mount namespace), and can start no program (seccomp).
"""

from __future__ import annotations

import ctypes
import os
import platform
import struct
import sys
from collections.abc import Sequence

CLONE_NEWNS, CLONE_NEWIPC, CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = (
    0x00020000,
    0x08000000,
    0x10000000,
    0x20000000,
    0x40000000,
)
_MS_BIND, _MS_REC, _MS_PRIVATE, _MS_NOSUID_NODEV_NOEXEC = 0x1000, 0x4000, 0x40000, 0xE
_SYS_MOUNT_SETATTR, _AT_FDCWD, _AT_RECURSIVE, _MOUNT_ATTR_RDONLY = 442, -100, 0x8000, 1
_PR_SET_PDEATHSIG, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS, _SIGKILL = 1, 22, 38, 9
_EPERM, _ENOSYS = 1, 38

# Calls that leave the sandbox or make processes: fork, vfork, execve, execveat, socket, connect, ptrace, kill, tkill,
# mount, umount2, pivot_root, unshare, setns, bpf, process_vm_readv/writev, and (from 424) pidfd_send_signal,
# io_uring_setup, open_tree, move_mount, fsopen, pidfd_open, mount_setattr. `clone` is judged by its flags.
_COMMON = (424, 425, 428, 429, 430, 434, 442)
_SECCOMP: dict[str, tuple[int, int, tuple[int, ...]]] = {
    "x86_64": (
        0xC000003E,
        56,
        (57, 58, 59, 322, 41, 42, 101, 62, 200, 165, 166, 155, 272, 308, 321, 310, 311, *_COMMON),
    ),
    "aarch64": (0xC00000B7, 220, (221, 281, 198, 203, 117, 129, 130, 40, 39, 41, 97, 268, 280, 270, 271, *_COMMON)),
}
_CLONE3 = 435
_CLONE_THREAD = 0x10000


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def enter_namespaces() -> bool:
    """Moves this process into its own user, network, mount, IPC and (for its children) PID namespace.

    Returns:
        Whether it did. The caller must fork next: only the child is inside the PID namespace.
    """
    if not sys.platform.startswith("linux"):
        return False
    uid, gid = os.getuid(), os.getgid()
    wanted = CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC
    if _libc().unshare(wanted) != 0:
        return False
    try:
        for name, text in (("setgroups", "deny"), ("uid_map", f"{uid} {uid} 1"), ("gid_map", f"{gid} {gid} 1")):
            with open(f"/proc/self/{name}", "w", encoding="ascii") as file:  # noqa: PTH123 - a kernel file, before imports
                file.write(text)
    except OSError:
        return False
    return True


def lock_file_systems(scratch: str) -> bool:
    """Makes every mount read-only but `scratch`, and shows only this namespace's processes in /proc.

    Returns:
        Whether the file systems are locked.
    """
    libc = _libc()
    where = os.fsencode(scratch)
    if libc.mount(b"none", b"/", None, _MS_REC | _MS_PRIVATE, None) != 0:
        return False
    libc.mount(b"proc", b"/proc", b"proc", _MS_NOSUID_NODEV_NOEXEC, None)  # refused in some containers: no harm
    if libc.mount(where, where, None, _MS_BIND, None) != 0:
        return False
    read_only = struct.pack("QQQQ", _MOUNT_ATTR_RDONLY, 0, 0, 0)
    writable = struct.pack("QQQQ", 0, _MOUNT_ATTR_RDONLY, 0, 0)
    size = len(read_only)
    if libc.syscall(_SYS_MOUNT_SETATTR, _AT_FDCWD, b"/", _AT_RECURSIVE, read_only, size) != 0:
        return False
    return bool(libc.syscall(_SYS_MOUNT_SETATTR, _AT_FDCWD, where, _AT_RECURSIVE, writable, size) == 0)


def overlay(mounts: Sequence[tuple[str, str]]) -> bool:
    """Shows scratch copies in the place of the user's own files and directories, for this process only.

    Args:
        mounts: (copy, place) pairs; both must exist.
    """
    libc = _libc()
    if libc.unshare(CLONE_NEWNS) != 0:
        return False
    return all(libc.mount(os.fsencode(copy), os.fsencode(place), None, _MS_BIND, None) == 0 for copy, place in mounts)


def die_with_parent() -> None:
    """Asks the kernel to kill this process when its parent ends."""
    if sys.platform.startswith("linux"):
        _libc().prctl(_PR_SET_PDEATHSIG, _SIGKILL, 0, 0, 0)


def drop_rights() -> bool:
    """Gives up all capabilities and forbids new programs, processes and sockets; threads stay possible.

    Returns:
        Whether the system-call filter is in force.
    """
    if not sys.platform.startswith("linux"):
        return False
    libc = _libc()
    header = struct.pack("Ii", 0x20080522, 0)
    libc.capset(header, bytes(24))
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 or platform.machine() not in _SECCOMP:
        return False
    program = _filter(*_SECCOMP[platform.machine()])
    code = ctypes.create_string_buffer(program, len(program))
    spec = struct.pack("HxxxxxxQ", len(program) // 8, ctypes.addressof(code))
    return bool(libc.prctl(_PR_SET_SECCOMP, 2, spec, 0, 0) == 0)


def _filter(architecture: int, clone: int, denied: tuple[int, ...]) -> bytes:
    """The BPF program: allow, except the denied calls, and `clone` that would not make a thread."""
    load, equal, at_least, all_set, ret = 0x20, 0x15, 0x35, 0x45, 0x06
    allow, refuse, unknown, kill = 0x7FFF0000, 0x00050000 | _EPERM, 0x00050000 | _ENOSYS, 0x80000000
    tests: list[tuple[int, int, int]] = [(equal, number, refuse) for number in denied]
    tests += [(equal, _CLONE3, unknown), (at_least, 0x40000000, refuse)]  # glibc falls back to clone; x32 is closed
    steps: list[tuple[int, int, int, int]] = [
        (load, 0, 0, 4),
        (equal, 1, 0, architecture),
        (ret, 0, 0, kill),
        (load, 0, 0, 0),
    ]
    for operation, number, answer in tests:
        steps += [(operation, 0, 1, number), (ret, 0, 0, answer)]
    steps += [
        (equal, 0, 3, clone),
        (load, 0, 0, 16),
        (all_set, 1, 0, _CLONE_THREAD),
        (ret, 0, 0, refuse),
        (ret, 0, 0, allow),
    ]
    return b"".join(struct.pack("HBBI", *step) for step in steps)


def limit_resources(*, memory_bytes: int, cpu_seconds: int, file_bytes: int) -> None:
    """Caps what this process may use from here on; memory counts on top of what it already has."""
    try:
        import resource
    except ImportError:  # Windows: the parent's time-out is what is left
        return
    used = 0
    if sys.platform.startswith("linux"):
        with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123 - see enter_namespaces
            used = int(file.read().split()[0]) * resource.getpagesize()
    limits = {
        resource.RLIMIT_CPU: cpu_seconds,
        resource.RLIMIT_FSIZE: file_bytes,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NOFILE: 256,
    }
    if used:  # macOS counts address space in ways that would refuse everything
        limits[resource.RLIMIT_AS] = used + memory_bytes
    for kind, value in limits.items():
        hard = resource.getrlimit(kind)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)  # noqa: PLW2901
        resource.setrlimit(kind, (value, value))
