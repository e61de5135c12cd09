"""Confinement of a process, whatever its parser or engine does: no network, no program, no file, bounded memory.

The guard refuses `SERVICE` and `LOAD` before a worker gets a query; this is the second line of defence. Each measure
works alone, and for all child processes: `isolate` returns those that this system allows.

- A network namespace of its own, with no interface up (Linux; as root, or where user namespaces are allowed).
- A seccomp filter under which socket(2), connect(2) and their like fail with EPERM (Linux on x86-64 and arm64, needs no
  privilege): also no execve, no ptrace, no io_uring, which could open sockets without those calls.
- Limits of the process: address space, no core dump, no byte written to a file.

Elsewhere (macOS, BSD) only the limits of the process apply, and only the guard keeps queries from the network.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import resource
import signal
import struct
import sys
from pathlib import Path

NEW_USER, NEW_NETWORK = 0x10000000, 0x40000000

SET_PARENT_DEATH_SIGNAL, SET_NO_NEW_PRIVILEGES, SET_SECCOMP, MODE_FILTER = 1, 38, 22, 2

# linux/audit.h, and the numbers of calls (asm/unistd_64.h; asm-generic/unistd.h): socket, connect, sendto, sendmsg,
# bind, listen, execve, ptrace, io_uring_setup, execveat. The only socket of a worker is open before: it is read and
# written as a file.
ARCHITECTURES = {
    "x86_64": (0xC000003E, (41, 42, 44, 46, 49, 50, 59, 101, 425, 322)),
    "aarch64": (0xC00000B7, (198, 203, 206, 211, 200, 201, 221, 117, 425, 281)),
}

X32 = 0x40000000
"""The bit that marks calls of the x32 ABI, which has numbers of its own."""

LOAD, JUMP_EQUAL, JUMP_AT_LEAST, RETURN = 0x20, 0x15, 0x35, 0x06

ALLOW, KILL, FAIL = 0x7FFF0000, 0x80000000, 0x00050000


def isolate() -> list[str]:
    """Cut this process and its children off from the network. Returns the measures in force: `namespace`, `seccomp`."""
    measures = []
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.unshare(NEW_NETWORK) == 0 or libc.unshare(NEW_USER | NEW_NETWORK) == 0:
            measures.append("namespace")
        if _filter(libc):
            measures.append("seccomp")
    return measures


def _filter(libc: ctypes.CDLL) -> bool:
    """Make the calls of ARCHITECTURES fail with EPERM. False if the processor is unknown or the system refuses."""
    entry = ARCHITECTURES.get(platform.machine())
    if entry is None or libc.prctl(SET_NO_NEW_PRIVILEGES, 1, 0, 0, 0) != 0:
        return False
    architecture, calls = entry
    # seccomp_data: nr at 0, arch at 4. A jump counts the instructions to skip.
    program = [(LOAD, 0, 0, 4), (JUMP_EQUAL, 1, 0, architecture), (RETURN, 0, 0, KILL), (LOAD, 0, 0, 0)]
    program.append((JUMP_AT_LEAST, len(calls) + 1, 0, X32))
    program += [(JUMP_EQUAL, len(calls) - n, 0, call) for n, call in enumerate(calls)]
    program += [(RETURN, 0, 0, ALLOW), (RETURN, 0, 0, FAIL | errno.EPERM)]
    code = b"".join(struct.pack("=HBBI", *instruction) for instruction in program)
    buffer = ctypes.create_string_buffer(code, len(code))
    header = struct.pack("@HP", len(program), ctypes.addressof(buffer))
    return bool(libc.prctl(SET_SECCOMP, MODE_FILTER, ctypes.create_string_buffer(header, len(header)), 0, 0) == 0)


def bound(memory: int | None) -> None:
    """Limit this process: `memory` bytes more than it has now (None: any), no written file, no core dump."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # A write beyond the limit would raise SIGXFSZ; with the signal ignored it fails with EFBIG instead.
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    size = _address_space()
    if size and memory is not None:
        resource.setrlimit(resource.RLIMIT_AS, (size + memory, size + memory))


def _address_space() -> int:
    """The address space of this process in bytes; 0 if the system does not report it."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError):
        return 0


def die_with_parent() -> None:
    """Have this process killed when its parent ends (Linux; elsewhere it ends when its socket closes)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(SET_PARENT_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)
