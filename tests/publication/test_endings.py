"""Ends of a publisher: told to end, interrupted after the exchange, out of its depth; and servers that do not end."""

from __future__ import annotations

import errno
import gzip
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import zlib
from pathlib import Path

import pytest

from hankelod.cli import endings
from hankelod.cli.parser import main
from hankelod.messages.refusal import CannotPublish
from hankelod.publication import exchange, folder, manifest
from hankelod.publication.history import previous
from hankelod.publication.history.previous import CODINGS, RemoteOrigin, _contents
from hankelod.publication.manifest import BadManifest
from support.commands import hankelod
from support.publishing import published, small

posix = pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")

### Signals

WAIT = """
import sys, time
from pathlib import Path
from hankelod.publication import exchange
real = exchange._sync
def slow(folder):
    Path({ready!r}).touch()
    time.sleep(30)
    real(folder)
exchange._sync = slow
from hankelod.cli.parser import main
sys.exit(main(["-C", {dataset!r}, "--lang", "en", "publish", "--only", "dumps", "--out", {out!r}]))
"""


@posix
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_publisher_that_is_told_to_end_leaves_nothing(tmp_path, number):
    dataset, out, ready = small(tmp_path / "small"), tmp_path / "place/dist", tmp_path / "ready"
    code = WAIT.format(ready=str(ready), dataset=str(dataset), out=str(out))
    running = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE, encoding="utf-8")
    for _ in range(600):
        if ready.exists():
            break
        time.sleep(0.1)
    running.send_signal(number)
    _, told = running.communicate(timeout=60)
    assert running.returncode == 2
    assert told == "hankelod: interrupted; nothing was changed\n"
    assert list(out.parent.iterdir()) == []


@posix
def test_an_interrupt_after_the_exchange(tmp_path, monkeypatch, capsys):
    dataset, out = small(tmp_path / "small"), tmp_path / "dist"
    published(dataset, out, only=("dumps",))
    real, done = exchange._exchange, []

    def exchanged(*paths: Path) -> None:
        real(*paths)
        done.append(1)
        os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(exchange, "_exchange", exchanged)
    assert main(["-C", str(dataset), "--lang", "en", "publish", "--only", "dumps", "--out", str(out)]) == 0
    assert done and "the new publication is in place" in capsys.readouterr().err
    assert (out / "manifest.json").exists()
    assert not [p.name for p in tmp_path.iterdir() if p.name.startswith(".dist")]


def test_an_interrupt_while_the_old_folder_is_cleared_away(tmp_path, monkeypatch, capsys):
    dataset, out = small(tmp_path / "small"), tmp_path / "dist"
    published(dataset, out, only=("dumps",))
    real, calls = shutil.rmtree, []

    def interrupted(path, *arguments, **others):
        if Path(path).name == ".dist.building" and not calls:
            calls.append(1)
            raise KeyboardInterrupt
        real(path, *arguments, **others)

    monkeypatch.setattr(exchange.shutil, "rmtree", interrupted)
    assert main(["-C", str(dataset), "--lang", "en", "publish", "--only", "dumps", "--out", str(out)]) == 0
    assert "the new publication is in place" in capsys.readouterr().err
    assert not (tmp_path / ".dist.building").exists()


def test_an_interrupt_between_the_two_renames(tmp_path, monkeypatch):
    dataset, out = small(tmp_path / "small"), tmp_path / "dist"
    published(dataset, out, only=("dumps",))
    before = (out / "manifest.json").read_bytes()
    monkeypatch.setattr(exchange, "_renameat2", lambda *paths: False)
    real = Path.rename

    def rename(self, target):
        if self.name == ".dist.building":
            raise KeyboardInterrupt
        return real(self, target)

    monkeypatch.setattr(Path, "rename", rename)
    with pytest.raises(KeyboardInterrupt):
        published(dataset, out, only=("dumps",))
    assert (out / "manifest.json").read_bytes() == before


### Refusals with words


@pytest.mark.parametrize(
    ("number", "word"), [(errno.EBUSY, "mount point"), (errno.EXDEV, "layer"), (errno.EIO, "error")]
)
def test_a_folder_that_cannot_be_exchanged(tmp_path, monkeypatch, number, word):
    dataset, out = small(tmp_path / "small"), tmp_path / "dist"
    published(dataset, out, only=("dumps",))

    def refused(*paths: Path) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(exchange, "_exchange", refused)
    with pytest.raises(CannotPublish, match=word) as caught:
        published(dataset, out, only=("dumps",))
    assert "nothing was changed" in str(caught.value)


def test_a_mount_point_is_told_of_before_the_work(tmp_path, monkeypatch):
    monkeypatch.setattr(Path, "is_mount", lambda self: True)
    with pytest.raises(CannotPublish, match="mount"), folder.locked(tmp_path / "dist"):
        pass


ERRORS = [
    PermissionError(13, "Permission denied", "x"),
    OSError(36, "File name too long"),
    RecursionError(),
    MemoryError(),
    KeyError("x"),
    ValueError("year 0 is out of range"),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda e: type(e).__name__)
@pytest.mark.parametrize("lang", ["fi", "sv", "en"])
def test_no_error_is_a_traceback(capsys, monkeypatch, error, lang):
    monkeypatch.delenv(endings.TRACEBACK, raising=False)

    def run(lang: str) -> int:
        raise error

    assert endings.ended(run, lang, "validate") == 2
    told = capsys.readouterr().err
    assert told.startswith("hankelod: ") and "Traceback" not in told


def test_a_fault_shows_its_traceback_where_that_is_asked_for(monkeypatch):
    monkeypatch.setenv(endings.TRACEBACK, "1")

    def run(lang: str) -> int:
        return {}["x"]

    with pytest.raises(KeyError):
        endings.ended(run, "en", "validate")


@pytest.mark.parametrize("epoch", ["-100000000000", "9999999999999", "9" * 400, "x", "1e5"])
def test_a_day_that_no_calendar_has(tmp_path, epoch):
    dataset = small(tmp_path / "small")
    done = hankelod("-C", str(dataset), "--lang", "en", "publish", "--only", "dumps", SOURCE_DATE_EPOCH=epoch)
    assert done.returncode == 2 and "SOURCE_DATE_EPOCH" in done.stderr


@pytest.mark.parametrize("name", ["x.foo", "x", "x.gz", "x.rq", "x.nt.zst"])
def test_a_file_of_an_unknown_format(tmp_path, name):
    dataset, out = small(tmp_path / "small"), tmp_path / "dist"
    published(dataset, out, only=("dumps",))
    whole = json.loads((out / "manifest.json").read_text())
    (out / name).write_bytes(b"x")
    whole["files"][name] = {"sha256": "0" * 64, "bytes": 1, "mediaType": "text/plain"}
    whole["build"] = manifest.build_id(whole["files"])
    (out / "manifest.json").write_text(json.dumps(whole))
    done = hankelod("verify", str(out))
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert name in done.stdout


### Manifests

ENTRY = {"sha256": "0", "bytes": 1, "mediaType": "x"}

HOSTILE = [
    b"",
    b"[]",
    b"null",
    b"{}",
    b'{"build": 1, "files": {}}',
    b'{"build": "x", "files": []}',
    b'{"build": "x", "files": {"a": []}}',
    b'{"build": "x", "files": {"a": {"sha256": 1, "bytes": 1, "mediaType": "x"}}}',
    b'{"build": "x", "files": {"a": {"sha256": "x", "bytes": true, "mediaType": "x"}}}',
    b'{"build": "x", "files": {"a": {"sha256": "x", "bytes": -1, "mediaType": "x"}}}',
    b'{"build": "x", "files": {"a": {"sha256": "x", "bytes": 1e3, "mediaType": "x"}}}',
    b'{"build": "x", "files": {"a": {"sha256": "x", "bytes": ' + b"9" * 5000 + b', "mediaType": "x"}}}',
    b'{"build": "x", "files": ' + b'{"a":' * 100_000,
    b"[" * 100_000,
    b"\xff",
    b'{"build": "x", "files": {"\\ud800": {}}}',
    json.dumps({"build": "x", "files": {"../x": ENTRY}}).encode(),
    json.dumps({"build": "x", "files": {"a\x1b": ENTRY}}).encode(),
]


@pytest.mark.parametrize("content", HOSTILE, ids=lambda c: c[:70])
def test_a_hostile_manifest(content):
    with pytest.raises(BadManifest):
        manifest.read(content)


def test_a_large_manifest_of_something_else_takes_little_memory():
    import tracemalloc

    content = b'{"files": {"a": [' + b"[]," * 3_000_000 + b"[]]}}"
    tracemalloc.start()
    with pytest.raises(BadManifest):
        manifest.read(content)
    assert tracemalloc.get_traced_memory()[1] < 10_000_000
    tracemalloc.stop()


def test_what_stands_beside_is_passed_over():
    entries = {"a.txt": {"sha256": "0" * 64, "bytes": 1, "mediaType": "text/plain"}}
    whole = {"build": manifest.build_id(entries), "files": entries, "later": [1, {"x": None}]}
    assert manifest.read(json.dumps(whole).encode()).files["a.txt"].bytes == 1


### Servers


class Serving:
    """A server of one connection after the other that answers by a function of the socket."""

    def __init__(self, answer) -> None:
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self.listening.getsockname()[1]}"
        self.answer = answer
        threading.Thread(target=self.run, daemon=True).start()

    def run(self) -> None:
        while True:
            try:
                connection, _ = self.listening.accept()
            except OSError:
                return
            threading.Thread(target=self.one, args=(connection,), daemon=True).start()

    def one(self, connection: socket.socket) -> None:
        try:
            connection.recv(65536)
            self.answer(connection)
        except OSError:
            pass
        finally:
            connection.close()


def drip(start: bytes, piece: bytes, every: float = 0.2):
    def answer(connection: socket.socket) -> None:
        connection.sendall(start)
        while True:
            connection.sendall(piece)
            time.sleep(every)

    return answer


ENDLESS = {
    "head": drip(b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n", 0.5),
    "line of a head": drip(b"HTTP/1.1 200 OK\r\nX-A: ", b"b"),
    "status": drip(b"", b"H"),
    "continue": drip(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "body": drip(b"HTTP/1.1 200 OK\r\n\r\n", b" "),
    "chunk size": drip(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"0"),
    "chunk extension": drip(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;a=", b"b"),
    "trailer": drip(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", b"X: y\r\n"),
    "silence": lambda connection: time.sleep(60),
    "empty gzip": drip(
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n\x1f\x8b\x08\0\0\0\0\0\0\xff", b"\0\0\0\xff\xff"
    ),
}


@pytest.mark.parametrize("kind", ENDLESS)
def test_a_server_without_end(monkeypatch, kind):
    monkeypatch.setattr(previous, "SECONDS", 2)
    start = time.monotonic()
    with pytest.raises((BadManifest, OSError)):
        b"".join(RemoteOrigin(Serving(ENDLESS[kind]).address).pieces("manifest.json", 2**20))
    assert time.monotonic() - start < 15


def answered(head: bytes, body: bytes):
    def answer(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n" + head + b"\r\n" + body)

    return answer


CONTENT = b"content " * 100_000

CODED = {
    "gzip": (b"Content-Encoding: gzip\r\n", gzip.compress(CONTENT)),
    "x-gzip": (b"Content-Encoding: X-GZIP\r\n", gzip.compress(CONTENT)),
    "deflate": (b"Content-Encoding: deflate\r\n", zlib.compress(CONTENT)),
    "members": (
        b"Content-Encoding: gzip\r\n",
        b"".join(gzip.compress(CONTENT[n : n + 7]) for n in range(0, 70, 7)) + gzip.compress(CONTENT[70:]),
    ),
    "filled up": (b"Content-Encoding: gzip\r\n", gzip.compress(CONTENT) + bytes(1000)),
    "identity": (b"Content-Encoding: identity\r\n", CONTENT),
    "none": (b"", CONTENT),
}


@pytest.mark.parametrize("coding", CODED)
def test_what_a_server_packs_is_unpacked(coding):
    origin = RemoteOrigin(Serving(answered(*CODED[coding])).address)
    assert b"".join(origin.pieces("x", len(CONTENT))) == CONTENT


@pytest.mark.parametrize("size", [1, 13, 100, 2**20])
def test_a_packed_file_is_the_same_however_it_arrives(size):
    """Members and the zeros behind them may be parted anywhere."""
    packed = gzip.compress(b"first\n") + bytes(600) + gzip.compress(b"second\n") + bytes(600)
    pieces = (packed[n : n + size] for n in range(0, len(packed), size))
    assert b"".join(_contents(pieces, CODINGS["gzip"])) == b"first\nsecond\n"


def test_a_bomb_is_stopped_at_its_size():
    bomb = gzip.compress(bytes(200_000_000), 9)
    origin = RemoteOrigin(Serving(answered(b"Content-Encoding: gzip\r\n", bomb)).address)
    with pytest.raises(BadManifest):
        b"".join(origin.pieces("x", 2**20))


@pytest.mark.parametrize(
    ("head", "body"),
    [
        (b"Content-Encoding: br\r\n", b"x"),
        (b"Content-Encoding: gzip\r\n", b"no gzip"),
        (b"Content-Encoding: gzip\r\n", gzip.compress(CONTENT)[:-100]),
        (b"Content-Encoding: gzip\r\n", gzip.compress(CONTENT) + gzip.compress(CONTENT)[:-9]),
        (b"Content-Encoding: deflate\r\n", zlib.compress(CONTENT)[2:-4]),
    ],
)
def test_what_cannot_be_unpacked_is_told(head, body):
    """In every language, in words of ours."""
    with pytest.raises(BadManifest) as error:
        b"".join(RemoteOrigin(Serving(answered(head, body)).address).pieces("x", 2**24))
    assert len({error.value.text(lang) for lang in ("fi", "sv", "en")}) == 3
