"""Readers see the old publication or the new one, whole: after a kill, on a full disk, with two publishers."""

from __future__ import annotations

import errno
import json
import os
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hankelod.messages.refusal import CannotPublish
from hankelod.pipeline.traversal import publish
from hankelod.publication import exchange
from hankelod.publication.building import Output
from hankelod.publication.exchange import beside
from hankelod.publication.verification import verify
from hankelod.records.dataset import Dataset
from support.folders import ROOT, TESTS
from support.publishing import SMALL, contents, edit, published, small
from support.publishing import beside as litter

linux = pytest.mark.skipif(sys.platform != "linux", reason="the system call is Linux's")


@pytest.fixture
def states(tmp_path: Path) -> tuple[Path, Path]:
    """Two states of a dataset."""
    old, new = small(tmp_path / "old"), small(tmp_path / "new")
    edit(new, "projects/eka.yml", "totalCost: 1000", "totalCost: 1200")
    return old, new


@pytest.fixture
def out(tmp_path: Path) -> Path:
    place = tmp_path / "place"
    place.mkdir()
    return place / "dist"


### Killed


@linux
@pytest.mark.parametrize(("way", "count"), [("exchange", 200), ("renames", 60)])
def test_killed_at_any_moment(states, out, way, count):
    done = subprocess.run(
        [sys.executable, TESTS / "support" / "killing.py", *states, out, str(count), "20261124", way],
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), os.environ.get("PYTHONPATH", "")])},
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["bad"] == []
    assert told["killed"] + told["finished"] == count
    assert told["killed"] > count / 4, told
    assert told["old"] and told["new"], told
    assert (told["last"], told["litter"]) == ("old", [])


RENAMES = """
import os, sys
from pathlib import Path
sys.path.insert(0, {tests!r})
from hankelod.publication import exchange
from support.publishing import published
real, count = Path.rename, 0
def rename(self, target):
    global count
    count += 1
    if count == {at} and {before}:
        os._exit(9)
    real(self, target)
    if count == {at}:
        os._exit(9)
Path.rename = rename
exchange._renameat2 = lambda one, other: False
published(Path(sys.argv[1]), Path(sys.argv[2]), only=("dumps",))
"""


@pytest.mark.parametrize("at", [1, 2])
@pytest.mark.parametrize("before", [True, False])
def test_two_renames_are_finished_by_the_next_run(states, out, at, before):
    """Killed before and after each of the two renames, on a system that cannot exchange folders in one step."""
    published(states[0], out, only=("dumps",))
    old = contents(out)
    code = RENAMES.format(tests=str(TESTS), at=at, before=before)
    done = subprocess.run(
        [sys.executable, "-c", code, *states[1:], out], env={**os.environ, "PYTHONPATH": str(ROOT / "src")}
    )
    assert done.returncode == 9
    with exchange.locked(out):
        pass
    now = contents(out)
    assert litter(out) == []
    if (at, before) == (1, True):
        assert now == old
    else:
        assert b'"1200"' in now["dump/small.nt"]
        assert verify(out, "dist").problems == []


@pytest.mark.parametrize("way", ["exchange", "renames"])
def test_what_a_killed_run_left_is_cleared_away(states, out, monkeypatch, way):
    if way == "renames":
        monkeypatch.setattr(exchange, "_renameat2", lambda one, other: False)
    published(states[0], out, only=("dumps",))
    for what in ("building", "old"):
        beside(out, what).mkdir()
        (beside(out, what) / "half").write_text("x")
    beside(out, "lock").write_text("999999")
    published(states[1], out, only=("dumps",))
    assert litter(out) == []
    assert verify(out, "dist").problems == []


def test_an_old_folder_whose_journal_is_gone_comes_back(states, out):
    published(states[0], out, only=("dumps",))
    before = contents(out)
    out.rename(beside(out, "old"))
    with exchange.locked(out):
        pass
    assert contents(out) == before
    assert litter(out) == []


### Failing calls


CALLS = {
    "write": (Path, "write_bytes"),
    "mkdir": (Path, "mkdir"),
    "chmod": (Path, "chmod"),
    "rename": (Path, "rename"),
    "exchange": (exchange, "_renameat2"),
    "sync": (exchange, "_sync"),
    "stream": (Output, "_put"),
}


class Failing:
    """Makes the n-th call of a kind fail as on a full disk; a write leaves half of its bytes."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, kind: str, at: int, number: int) -> None:
        self.count, self.at = 0, at
        owner, name = CALLS[kind]
        real = getattr(owner, name)

        def call(*given, **named):
            if kind == "write" and not given[0].parent.is_dir():  # fails by itself, and is then made again
                return real(*given, **named)
            self.count += 1
            if self.count == at:
                if kind == "write":
                    real(given[0], given[1][: len(given[1]) // 2])
                raise OSError(number, os.strerror(number))
            return real(*given, **named)

        monkeypatch.setattr(owner, name, call)


@pytest.mark.parametrize("way", ["exchange", "renames"])
@pytest.mark.parametrize("kind", list(CALLS))
def test_every_call_may_fail(states, out, monkeypatch, kind, way):
    """A full disk at the n-th call of each kind, for every n: the old publication stays, and nothing else."""
    real = exchange._renameat2
    datasets = [Dataset(folder) for folder in states]

    def go(n: int) -> None:
        publish(datasets[n], out, only=("dumps",))

    go(0)
    before = contents(out)
    for at in range(1, 200):
        with monkeypatch.context() as patch:
            patch.setattr(exchange, "_renameat2", real if way == "exchange" else lambda one, other: False)
            failing = Failing(patch, kind, at, errno.ENOSPC)
            try:
                go(1)
            except CannotPublish as error:
                assert os.strerror(errno.ENOSPC) in str(error)
                assert "nothing was changed" in str(error)
        assert litter(out) == []
        if failing.count < at:
            break
        assert contents(out) == before, f"call {at}"
    else:
        pytest.fail("it never came through")
    assert at > 1 or (kind, way) == ("rename", "exchange")
    assert verify(out, "dist").problems == []


@linux
def test_a_failing_sync_of_the_file_system_is_told(states, out, monkeypatch):
    published(states[0], out, only=("dumps",))
    before = contents(out)

    def broken(folder: Path) -> bool:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(exchange, "_syncfs", broken)
    with pytest.raises(CannotPublish, match=os.strerror(errno.EIO)):
        published(states[1], out, only=("dumps",))
    assert contents(out) == before
    assert litter(out) == []


def test_without_the_call_each_file_is_synced(states, out, monkeypatch):
    monkeypatch.setattr(exchange, "_syncfs", lambda folder: False)
    published(states[0], out, only=("dumps",))
    assert verify(out, "dist").problems == []


### Full and read-only disks


@pytest.fixture
def disk(tmp_path: Path):
    """A small file system of its own."""
    place = tmp_path / "disk"
    place.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=32m", "tmpfs", place], capture_output=True)
    if made.returncode:
        pytest.skip("a file system can be mounted by root alone; the failing calls above stand for it")
    yield place
    subprocess.run(["umount", place], check=True)


@linux
def test_a_full_disk(states, disk, run):
    out = disk / "dist"
    assert run("-C", str(states[0]), "publish", "--out", str(out)).returncode == 0
    before = contents(out)
    (disk / "ballast").write_bytes(b"x" * (os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize - 200_000))
    done = run("-C", str(states[1]), "publish", "--out", str(out))
    assert done.returncode == 2
    assert os.strerror(errno.ENOSPC) in done.stderr
    assert contents(out) == before
    assert litter(out) == []


@linux
def test_a_read_only_disk(states, disk, run):
    out = disk / "dist"
    assert run("-C", str(states[0]), "publish", "--out", str(out)).returncode == 0
    before = contents(out)
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
    done = run("-C", str(states[1]), "publish", "--out", str(out))
    assert done.returncode == 2
    assert os.strerror(errno.EROFS) in done.stderr
    assert "nothing was changed" in done.stderr
    assert contents(out) == before


### Two publishers


HOLDER = """
import sys
from pathlib import Path
from hankelod.publication import exchange
with exchange.locked(Path(sys.argv[1])):
    print('held', flush=True)
    sys.stdin.read()
"""


def test_a_second_publisher_is_told_who_is_first(states, out):
    """At once, so that a build server does not hang: well under the two seconds that it may take."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, out],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
    ) as first:
        assert first.stdout and first.stdin
        assert first.stdout.readline() == b"held\n"
        start = time.monotonic()
        with pytest.raises(CannotPublish, match=rf"process {first.pid}\b"):
            published(states[1], out, only=("dumps",))
        assert time.monotonic() - start < 2
        assert not out.exists()
        first.stdin.close()
    published(states[1], out, only=("dumps",))
    assert litter(out) == []


def test_publishers_that_start_together(states, out):
    """Each publishes or is told; what stands there is whole, and nothing is left beside it."""
    code = "import sys\nfrom hankelod.cli.parser import main\nsys.exit(main(sys.argv[1:]))"
    command = [sys.executable, "-c", code, "publish", "--out", str(out), "--only", "dumps", "-C"]
    started = [
        subprocess.Popen(
            [*command, str(states[n % 2])],
            stderr=subprocess.PIPE,
            encoding="utf-8",
            env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        )
        for n in range(6)
    ]
    ended = [(p.communicate()[1], p.returncode) for p in started]
    assert {code for _, code in ended} <= {0, 2}
    assert 0 in {code for _, code in ended}
    assert all("another publisher is at work (process " in said for said, code in ended if code == 2)
    assert verify(out, "dist").problems == []
    assert litter(out) == []


@linux
def test_a_lock_that_is_removed_while_it_is_taken(states, out, monkeypatch):
    """Between opening and locking, the publisher before may remove the file: then the lock is taken anew."""
    import fcntl

    real, calls = fcntl.flock, []

    def flock(handle: int, operation: int) -> None:
        if not calls:
            beside(out, "lock").unlink()
        calls.append(operation)
        real(handle, operation)

    monkeypatch.setattr(fcntl, "flock", flock)
    with exchange.locked(out):
        assert len(calls) == 2
        assert beside(out, "lock").read_text() == str(os.getpid())
    assert litter(out) == []


@linux
def test_a_lock_that_is_a_link_is_not_followed(states, out, tmp_path):
    beside(out, "lock").symlink_to(tmp_path / "victim")
    with pytest.raises(CannotPublish):
        published(states[0], out, only=("dumps",))
    assert not (tmp_path / "victim").exists()


### The same bytes, whatever the settings


SETTINGS = [
    {"PYTHONHASHSEED": str(seed), "TZ": zone, "LC_ALL": locale}
    for seed, (zone, locale) in enumerate(
        zip(
            ["UTC", "Pacific/Kiritimati", "America/Adak", "Europe/Helsinki", "Asia/Kathmandu"] * 2,
            ["C", "tr_TR.UTF-8", "fi_FI.UTF-8", "sv_FI.UTF-8", "C.UTF-8", "POSIX"] * 2,
            strict=False,
        )
    )
]


def test_settings_change_no_byte_and_no_mode(tmp_path, run):
    """Two releases published step by step under ten hash seeds, time zones, locales, umasks and orders of files."""
    wanted: tuple[dict, dict] | None = None
    for n, environment in enumerate(SETTINGS):
        folder, out = small(tmp_path / f"data-{n}"), tmp_path / f"out-{n}/dist"
        names = sorted((SMALL / "data/organisations").iterdir(), reverse=bool(n % 2))
        for name in names:  # another order in the folder
            content = (folder / "data/organisations" / name.name).read_bytes()
            (folder / "data/organisations" / name.name).unlink()
            (folder / "data/organisations" / name.name).write_bytes(content)
        for step in ("first", "second"):
            if step == "second":
                edit(folder, "projects/eka.yml", "totalCost: 1000", "totalCost: 1200")
            done = subprocess.run(
                [sys.executable, "-m", "hankelod", "-C", folder, "publish", "--out", out],
                env={**os.environ, "PYTHONPATH": str(ROOT / "src"), **environment},
                umask=(0o022, 0o077, 0o000)[n % 3],
                capture_output=True,
                encoding="utf-8",
            )
            assert done.returncode == 0, done.stderr
        modes = {p.relative_to(out).as_posix(): stat.S_IMODE(p.stat().st_mode) for p in (out, *out.rglob("*"))}
        assert set(modes.values()) == {0o755, 0o644}
        found = (contents(out), modes)
        wanted = wanted or found
        assert found == wanted, environment


def test_the_day_may_be_given(states, out, run):
    """SOURCE_DATE_EPOCH stands for `modified` (reproducible-builds.org)."""
    assert run("-C", str(states[0]), "publish", "--out", str(out), SOURCE_DATE_EPOCH="1767225599").returncode == 0
    assert "2025-12-31T00:00:00.001Z" in (out / "changes/pages/1.trig").read_text("utf-8")
    done = run("-C", str(states[0]), "publish", "--out", str(out), SOURCE_DATE_EPOCH="soon")
    assert done.returncode == 2
    assert "SOURCE_DATE_EPOCH" in done.stderr
