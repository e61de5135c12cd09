"""The whole publication: the order of its steps. Readers see the old one or the new one (`hankelod.atomic`)."""

from __future__ import annotations

import contextlib
import hashlib
import itertools
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from hankelod import areas, atomic, changes, csvw, dumps, formats, history, hosting, manifests, tables
from hankelod.atomic import CannotPublish
from hankelod.cards import Cards
from hankelod.catalogue import Catalogue, Edition, Entries, catalogue
from hankelod.dataset import Dataset
from hankelod.diffs import Things, graph
from hankelod.history import Previous, dated, previous_version
from hankelod.manifests import MANIFEST, BadManifest, build_id
from hankelod.mapping import Mapping
from hankelod.problems import Problem
from hankelod.provenance import provenance
from hankelod.records import Record
from hankelod.reports import Report, as_turtle, extended, triples
from hankelod.summary import counts
from hankelod.void import void

FIRST = Edition()


class Published(NamedTuple):
    """What was done: the number of files, whether the history begins here, and what the publisher should look at."""

    files: int
    first: bool
    warnings: list[Problem]


def publish(
    dataset: Dataset,
    records: list[Record],
    report: Report,
    out: Path,
    only: frozenset[str],
    edition: Edition = FIRST,
    previous: str | None = None,
    forget: Sequence[str] = (),
) -> Published:
    """Write the publication of checked records to `out`, whole or not at all.

    `only` names the parts to write (`dumps`, `documents`, `site`); empty means all. `edition` tells what the records don't.
    `previous` is the folder or the address of the publication whose history goes on, by default the one in `out`;
    `forget` the ids of records whose earlier versions leave the history. The caller has seen that `report` conforms.
    Raises CannotPublish.
    """
    assert report.conforms(), "a violation must stop a publication before this"
    with locked(out):
        things = Things(dataset.model)
        before = _before(things, dataset, out, previous)
        steps = _Steps(dataset, things, dated(records), before, [things.iri(i) for i in forget])
        return steps.write(report, out, only, edition)


@contextlib.contextmanager
def locked(out: Path) -> Iterator[None]:
    """Hold the lock of a folder in which a publication may be put. Raises CannotPublish."""
    _refuse_foreign(out)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with atomic.locked(out):
            yield
    except OSError as error:
        raise CannotPublish(f"{out}: {error.strerror or error}; nothing was changed") from error


@contextlib.contextmanager
def replacing(out: Path) -> Iterator[Path]:
    """A new folder to fill, which takes the place of `out` when the block ends well. Raises CannotPublish."""
    with locked(out), atomic.replacing(out) as building:
        yield building


def _before(things: Things, dataset: Dataset, out: Path, previous: str | None) -> Previous | None:
    """The publication whose history goes on, None where there is none."""
    if previous is not None:
        return history.read(things, history.source(previous, dataset.working), previous)
    return history.read(things, history.Folder(out), str(out)) if (out / MANIFEST).is_file() else None


class _Steps:
    """The steps of one publication, and what they share."""

    def __init__(
        self, dataset: Dataset, things: Things, records: list[Record], before: Previous | None, forget: list[str]
    ) -> None:
        self.dataset, self.things, self.records = dataset, things, records
        self.mapping = Mapping(dataset.model)
        self.lines = dumps.ntriples(dataset, self.mapping, records)
        self.first = changes.begins(things, before)
        self.history = changes.carried_on(things, before, graph(self.lines), records, forget)
        self.entries: Entries = {}

    def write(self, report: Report, out: Path, only: frozenset[str], edition: Edition) -> Published:
        warnings = changes.warnings(self.dataset, self.things, self.records, self.history)
        before = previous_version(self.history.releases)
        edition = edition._replace(previous=before.version if before else edition.previous)
        steps = (
            self._data(only),
            self._report(extended(report, warnings)),
            changes.files(self.dataset, self.things, self.records, self.history),
            self._described(edition),
            self._site(report, only),
            hosting.files(self.dataset, self.records, self.entries),
        )
        with atomic.replacing(out) as building:
            for file in itertools.chain(*steps):
                atomic.write(building / file.path, file.content)
                sha256 = hashlib.sha256(file.content).hexdigest()
                self.entries[file.path] = entry(file.path, sha256, len(file.content), file.triples)
            atomic.write(building / MANIFEST, manifest(self.entries))
        return Published(len(self.entries) + 1, self.first, warnings)

    def _data(self, only: frozenset[str]) -> dumps.Files:
        cards = Cards(self.dataset, self.records)
        if not only or "dumps" in only:
            yield from dumps.dumps(self.dataset, self.mapping, self.records, self.lines)
            yield from tables.tables(cards)
            yield from csvw.descriptions(cards)
            yield from areas.points(cards)
        if not only or "documents" in only:
            yield from dumps.documents(self.dataset, self.mapping, self.records)
            yield from areas.documents(cards)
        yield from dumps.descriptions(self.dataset, self.mapping)

    def _report(self, report: Report) -> dumps.Files:
        yield dumps.File("report.ttl", as_turtle(report).encode(), triples(report))

    def _described(self, edition: Edition) -> dumps.Files:
        """What describes the files that are written: catalogue, provenance, VoID."""
        about = Catalogue(self.dataset, self.mapping, self.records, edition)
        entries = dict(self.entries)
        yield from catalogue(about, entries)
        yield from provenance(about)
        yield from void(about, counts(self.lines.split(b"\n")[:-1]), entries)

    def _site(self, report: Report, only: frozenset[str]) -> dumps.Files:
        """The site, which tells of the other files. Raises CannotPublish."""
        from hankelod import site

        if only and "site" not in only:
            return
        try:
            yield from site.files(self.dataset, self.records, report, dict(self.entries), self.history.releases)
        except site.NotBoundaries as error:
            raise CannotPublish(f"{error}; nothing was changed") from error


def entry(path: str, sha256: str, size: int, triples: int | None) -> dict[str, object]:
    """A file's entry in the manifest: `triples` is None for what is no RDF."""
    told: dict[str, object] = {"sha256": sha256, "bytes": size, "mediaType": formats.of(path).media_type}
    return told if triples is None else {**told, "triples": triples}


def manifest(entries: Entries) -> bytes:
    """`manifest.json`: every file but itself; the build id is a hash over the entries."""
    return dumps.to_json({"build": build_id(entries), "files": dict(sorted(entries.items()))}, 2)


LITTER = frozenset((".DS_Store", "Thumbs.db", "desktop.ini"))
"""What file managers leave behind: nobody misses it."""


def _is_empty(path: Path) -> bool:
    """Whether this is a folder with nothing but folders in it."""
    return path.is_dir() and not path.is_symlink() and all(_is_empty(inner) for inner in path.iterdir())


def _refuse_foreign(out: Path) -> None:
    """A publication takes the place of the whole folder, so there must be nothing in it that hankelod did not write.

    A folder with a `manifest.json` may be somebody's web application, or a checkout with its `.git`.
    Raises CannotPublish.
    """
    refusal = CannotPublish(
        f"{out}: this is no publication of hankelod; --out names a new folder, or one that it wrote"
    )
    if out.is_symlink() or (out.exists() and not out.is_dir()):
        raise refusal
    if not out.exists() or not any(out.iterdir()):
        return
    try:
        found = manifests.read(manifests.content(out, MANIFEST, manifests.LARGEST))
    except (BadManifest, OSError) as error:
        raise refusal from error
    strangers = (path for path in manifests.foreign(out, found) if path.rpartition("/")[2] not in LITTER)
    stranger = next((path for path in strangers if not _is_empty(out / path)), None)
    if stranger is not None:
        raise CannotPublish(f"{out}: {stranger!r} is not of this publication and would be lost; move it away, or let --out name another folder")  # fmt: skip
