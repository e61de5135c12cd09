"""The wall behind the guard: what a worker's process cannot do, tried in a process of its own."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

if sys.platform != "linux" or platform.machine() not in ("x86_64", "aarch64"):
    pytest.skip("namespaces and seccomp are Linux's; the filter knows x86-64 and arm64", allow_module_level=True)

START = """
import os, socket, sys
listener = socket.create_server(("127.0.0.1", 0))
port = listener.getsockname()[1]
listener.settimeout(0.3)
child = os.fork()
if child:
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    try:
        listener.accept()
        print("somebody called")
    except TimeoutError:
        print("nobody called")
    sys.exit(status)
from hankelod.rdf import confinement
"""


def confined(code: str, isolate: str = "confinement.isolate()") -> str:
    """Run code in a confined child and return its output; the parent listens at `port` and reports connections."""
    done = subprocess.run(
        [sys.executable, "-c", START + isolate + "\n" + code], capture_output=True, encoding="utf-8", timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


FILTER_ALONE = "import ctypes; assert confinement._filter(ctypes.CDLL(None, use_errno=True))"


@pytest.mark.parametrize("isolate", ["assert 'seccomp' in confinement.isolate()", FILTER_ALONE], ids=["all", "filter"])
def test_no_way_to_the_network(isolate):
    code = """
for family in (socket.AF_INET, socket.AF_INET6, socket.AF_UNIX, socket.AF_NETLINK):
    try:
        socket.socket(family, socket.SOCK_STREAM)
        print("a socket")
    except PermissionError:
        print("none")
"""
    assert confined(code, isolate).split("\n")[:-1] == ["none"] * 4 + ["nobody called"]


def test_the_engine_itself_cannot_call_out():
    """`SERVICE`, past the guard: the query fails, or finds nothing, and nobody is called."""
    code = """
import pyoxigraph as ox
for silent in ("", "SILENT "):
    try:
        rows = list(ox.Store().query("SELECT * { SERVICE %s<http://127.0.0.1:%d/> { ?s ?p ?o } }" % (silent, port)))
        print("rows", [r for r in rows if r["s"] is not None])
    except Exception as error:
        print("refused")
"""
    assert confined(code) == "refused\nrows []\nnobody called\n"


def test_without_the_wall_the_engine_does_call():
    """So that the test above can fail."""
    code = """
import pyoxigraph as ox, threading
def ask():
    try:
        list(ox.Store().query("SELECT * { SERVICE <http://127.0.0.1:%d/> { ?s ?p ?o } }" % port))
    except Exception:
        pass
threading.Thread(target=ask, daemon=True).start()
import time; time.sleep(0.4); os._exit(0)
"""
    assert "somebody called" in confined(code, "")


def test_no_process_no_file_no_memory(tmp_path):
    code = f"""
confinement.bound(64 * 2**20)
try:
    os.execv("/bin/true", ["true"])
except PermissionError:
    print("no process")
try:
    with open({str(tmp_path / "file")!r}, "w") as file:
        file.write("x")
except OSError:
    print("no file")
try:
    bytearray(256 * 2**20)
except MemoryError:
    print("no memory")
bytearray(16 * 2**20)
os.fork() or os._exit(0)
"""
    assert confined(code) == "no process\nno file\nno memory\nnobody called\n"
