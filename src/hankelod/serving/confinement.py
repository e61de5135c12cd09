"""What a worker may not do, whatever a query does to it: no network, no new process, no file written, no more memory.

The guard refuses `SERVICE` and `LOAD` before a worker sees a query; this is the wall behind it. Each measure holds
alone, and holds for all children: `confine` tells which of them this system allowed.

- A network namespace of its own, with no interface up (Linux; as root, or where user namespaces are allowed).
- A seccomp filter under which socket(2), connect(2) and their like fail with EPERM (Linux on x86-64 and arm64, needs no
  privilege): also no execve, no ptrace, no io_uring, which could open sockets without those calls.
- Limits of the process: address space, no core dump, no byte written to a file.

Elsewhere (macOS, BSD) the limits of the process alone hold, and the guard alone keeps queries from the network.
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
# bind, listen, execve, ptrace, io_uring_setup, execveat. The worker's one socket is open already: it is read and
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
    """Take the network away from this process and its children. Returns what holds: `namespace`, `seccomp`."""
    held = []
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.unshare(NEW_NETWORK) == 0 or libc.unshare(NEW_USER | NEW_NETWORK) == 0:
            held.append("namespace")
        if _filter(libc):
            held.append("seccomp")
    return held


def _filter(libc: ctypes.CDLL) -> bool:
    """Have the calls above fail with EPERM. False where the system or its processor is not known here."""
    known = ARCHITECTURES.get(platform.machine())
    if known is None or libc.prctl(SET_NO_NEW_PRIVILEGES, 1, 0, 0, 0) != 0:
        return False
    architecture, calls = known
    # seccomp_data: nr at 0, arch at 4. Jumps count the instructions to pass over.
    program = [(LOAD, 0, 0, 4), (JUMP_EQUAL, 1, 0, architecture), (RETURN, 0, 0, KILL), (LOAD, 0, 0, 0)]
    program.append((JUMP_AT_LEAST, len(calls) + 1, 0, X32))
    program += [(JUMP_EQUAL, len(calls) - n, 0, call) for n, call in enumerate(calls)]
    program += [(RETURN, 0, 0, ALLOW), (RETURN, 0, 0, FAIL | errno.EPERM)]
    code = b"".join(struct.pack("=HBBI", *instruction) for instruction in program)
    buffer = ctypes.create_string_buffer(code, len(code))
    header = struct.pack("@HP", len(program), ctypes.addressof(buffer))
    return bool(libc.prctl(SET_SECCOMP, MODE_FILTER, ctypes.create_string_buffer(header, len(header)), 0, 0) == 0)


def bound(memory: int) -> None:
    """Let this process have `memory` bytes more than it has, write no file and leave no core dump."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # A write beyond the limit would send SIGXFSZ; ignored, it fails with EFBIG instead.
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    size = _address_space()
    if size:
        resource.setrlimit(resource.RLIMIT_AS, (size + memory, size + memory))


def _address_space() -> int:
    """The bytes of address space that this process has; 0 where the system does not tell."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError):
        return 0


def die_with_parent() -> None:
    """Have this process killed when the one that forked it ends (Linux; elsewhere it sees its socket close)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(SET_PARENT_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)
