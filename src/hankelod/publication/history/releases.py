"""Releases: what each publication changed, in files (`changes/releases/<n>.json`) that are read piece by piece."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple, Protocol

from hankelod.messages import words
from hankelod.publication.files import to_json
from hankelod.publication.history.diff import Change, as_json, from_json
from hankelod.publication.history.feed import page_path, release_path, time
from hankelod.publication.manifest import BadManifest

HEAD_END = b'\n "changes": ['
"""End of what comes before the changes in a release file."""

ENTRY_END = b"\n  },"
"""End of the entry of a change, if another one follows."""

FILE_END = b"\n  }\n ]\n}\n"
"""End of the entry of the last change, and of the file."""

TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{3})?Z")
"""Time of a member."""

PORTION = 2**16
"""Bytes that are written at a time, about."""


class Span(NamedTuple):
    """A page of the feed, with the numbers and the times of its first and last member."""

    page: int
    first: int
    last: int
    since: str
    until: str


class Changes(Protocol):
    """The changes of a release in the order of their things, which can be read again and again."""

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[Change]: ...


class Release(NamedTuple):
    """A publication that changed something, with the pages of its members; no pages if only the version is new.

    `forgotten` lists the things whose earlier versions this release removed from the history.
    """

    number: int
    base: str
    version: str
    modified: str
    pages: tuple[Span, ...]
    changes: Changes
    forgotten: tuple[str, ...]


class WrittenChanges:
    """Changes in a release file, which is read anew each time."""

    def __init__(self, pieces: Callable[[], Iterable[bytes]], count: int) -> None:
        """`pieces` opens the file, `count` is the number of its changes."""
        self._pieces, self._count = pieces, count

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Change]:
        entries = _entries(self._pieces())
        next(entries)
        return (from_json(json.loads(each)) for each in entries)


def previous_version(releases: tuple[Release, ...]) -> Release | None:
    """The last release of the version before the newest one, for `dcat:previousVersion`; None if there is none."""
    return next((r for r in reversed(releases) if r.version != releases[-1].version), None)


### Writing


def entry(change: Change) -> bytes:
    """A change as it is written in a release file."""
    if change.change == "create" and not change.title and not change.fields:
        text = f'{{\n "thing": {json.dumps(change.thing, ensure_ascii=False)},\n "change": "create"\n}}'
    else:
        text = json.dumps(as_json(change), ensure_ascii=False, indent=1)
    return f"  {text}".replace("\n", "\n  ").encode()


def release_file(release: Release, entries: Iterable[bytes]) -> Iterator[bytes]:
    """The bytes of `changes/releases/<n>.json`, in pieces: the changes by record and field, independent of language.

    `entries` are the changes of the release, each as `entry` writes it.
    """
    whole = {
        "release": release.number,
        "base": release.base,
        "version": release.version,
        "modified": release.modified,
        "pages": [
            {"page": page_path(s.page), "first": s.first, "last": s.last, "from": s.since, "to": s.until}
            for s in release.pages
        ],
        "forgotten": list(release.forgotten),
        "changes": [],
    }
    content = to_json(whole, 1)
    piece, separator = bytearray(content.removesuffix(b"]\n}\n")), b"\n"
    for each in entries:
        piece += separator + each
        separator = b",\n"
        if len(piece) > PORTION:
            yield bytes(piece)
            piece.clear()
    piece += b"\n ]\n}\n" if separator == b",\n" else b"]\n}\n"
    yield bytes(piece)


### Reading


def release(path: str, pieces: Callable[[], Iterable[bytes]]) -> Release:
    """The release in a file, every change of which is read once. Raises BadManifest if it is not valid, OSError."""
    try:
        entries = _entries(pieces())
        head = json.loads(next(entries))
        result = Release(
            number=int(head["release"]),
            base=str(head["base"]),
            version=str(head["version"]),
            modified=time(str(head["modified"]), 0)[:10],
            pages=tuple(_span(p, str(head["modified"])) for p in head["pages"]),
            changes=WrittenChanges(pieces, sum(1 for each in entries if from_json(json.loads(each)))),
            forgotten=tuple(str(thing) for thing in head["forgotten"]),
        )
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError) as error:
        raise BadManifest(words.message("damage-unread", path=path, why=error)) from error
    if path != release_path(result.number):
        raise BadManifest(words.message("damage-other-release", path=path))
    return result


def _entries(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The parts of a release file in JSON: first all but the changes, then each change. Raises ValueError."""
    rest, inside = b"", False
    for piece in pieces:
        rest += piece
        if not inside:
            head, inside_now, tail = rest.partition(HEAD_END)
            if not inside_now:
                continue
            yield head.rstrip(b",") + b"}"
            rest, inside = tail, True
        *whole, rest = rest.split(ENTRY_END)
        for each in whole:
            yield each + b"}"
    if not inside:
        raise ValueError("no changes")
    if rest != b"]\n}\n":
        if not rest.endswith(FILE_END):
            raise ValueError("its changes do not end")
        yield rest.removesuffix(FILE_END) + b"}"


def _span(values: dict[str, object], day: str) -> Span:
    """The page that a release file lists. The members of a page without times are all of midnight of this day."""
    path = str(values["page"])
    number = int(path.rpartition("/")[2].removesuffix(".trig"))
    if number < 1 or path != page_path(number):
        raise ValueError(f"{path} is no page")
    since, until = (str(values.get(end, f"{day}T00:00:00Z")) for end in ("from", "to"))
    if not (TIME.fullmatch(since) and TIME.fullmatch(until)):
        raise ValueError(f"{since}, {until} are no times")
    return Span(number, int(str(values["first"])), int(str(values["last"])), since, until)
