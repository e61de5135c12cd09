"""The whole publication: the order of its steps. Readers see the old one or the new one (`hankelod.atomic`)."""

from __future__ import annotations

import hashlib
import itertools
import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from hankelod import atomic, changes, dumps, history, hosting
from hankelod.atomic import CannotPublish
from hankelod.dataset import Dataset
from hankelod.diffs import Things, graph
from hankelod.history import Previous, modified
from hankelod.manifests import MANIFEST, build_id
from hankelod.mapping import Mapping
from hankelod.problems import Problem
from hankelod.records import Record
from hankelod.reports import Report, as_turtle, extended, triples

MEDIA_TYPES = {
    ".ttl": "text/turtle",
    ".nt": "application/n-triples",
    ".jsonld": "application/ld+json",
    ".json": "application/json",
    ".jsonl": "application/x-ndjson",
    ".trig": "application/trig",
    ".html": "text/html",
    ".md": "text/markdown",
    ".conf": "text/plain",
    ".htaccess": "text/plain",
    "": "text/plain",
}
"""By extension."""


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
    previous: str | None = None,
    forget: Sequence[str] = (),
) -> Published:
    """Write the publication of checked records to `out`, whole or not at all.

    `only` names the parts to write (`dumps`, `documents`); empty means all. `previous` is the folder or the address of
    the publication whose history goes on, by default the one in `out`; `forget` the ids of records whose earlier
    versions leave the history. The caller has seen that `report` conforms. Raises CannotPublish.
    """
    assert report.conforms(), "a violation must stop a publication before this"
    if out.is_symlink() or (out.exists() and not _is_publication(out)):
        raise CannotPublish(f"{out}: this is no publication of hankelod; --out names a new folder, or one that it wrote")  # fmt: skip
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with atomic.locked(out):
            return _write(dataset, records, report, out, only, previous, forget)
    except OSError as error:
        raise CannotPublish(f"{out}: {error.strerror or error}; nothing was changed") from error


def _write(
    dataset: Dataset,
    records: list[Record],
    report: Report,
    out: Path,
    only: frozenset[str],
    previous: str | None,
    forget: Sequence[str],
) -> Published:
    mapping, things = Mapping(dataset.model), Things(dataset.model)
    lines = dumps.ntriples(dataset, mapping, records)
    before = _before(things, dataset, out, previous)
    settings = dataset.settings()
    assert settings is not None, "a dataset without its description does not conform"
    version, day = str(settings.values.get("version")), modified(settings.values)
    carried = changes.carried_on(things, before, graph(lines), version, day, [things.iri(i) for i in forget])
    warnings = changes.warnings(dataset, things, records, carried)
    report = extended(report, warnings)
    entries: dict[str, dict[str, object]] = {}
    with atomic.replacing(out) as building:
        steps = (
            _files(dataset, mapping, records, report, lines, only),
            changes.files(dataset, things, records, carried),
            hosting.files(dataset, records, entries),
        )
        for file in itertools.chain(*steps):
            atomic.write(building / file.path, file.content)
            entries[file.path] = _entry(file)
        atomic.write(building / MANIFEST, manifest(entries))
    return Published(len(entries) + 1, changes.begins(things, before), warnings)


def _before(things: Things, dataset: Dataset, out: Path, previous: str | None) -> Previous | None:
    """The publication whose history goes on, None where there is none."""
    if previous is not None:
        return history.read(things, history.source(previous, dataset.working), previous)
    return history.read(things, history.Folder(out), str(out)) if (out / MANIFEST).is_file() else None


def _files(
    dataset: Dataset, mapping: Mapping, records: list[Record], report: Report, lines: bytes, only: frozenset[str]
) -> dumps.Files:
    if not only or "dumps" in only:
        yield from dumps.dumps(dataset, mapping, records, lines)
    if not only or "documents" in only:
        yield from dumps.documents(dataset, mapping, records)
    yield from dumps.descriptions(dataset, mapping)
    yield dumps.File("report.ttl", as_turtle(report).encode(), triples(report))


def _entry(file: dumps.File) -> dict[str, object]:
    entry: dict[str, object] = {
        "sha256": hashlib.sha256(file.content).hexdigest(),
        "bytes": len(file.content),
        "mediaType": MEDIA_TYPES[os.path.splitext(file.path)[1]],  # noqa: PTH122
    }
    return entry if file.triples is None else {**entry, "triples": file.triples}


def manifest(entries: dict[str, dict[str, object]]) -> bytes:
    """`manifest.json`: every file but itself; the build id is a hash over the entries."""
    return dumps.to_json({"build": build_id(entries), "files": dict(sorted(entries.items()))}, 2)


def _is_publication(folder: Path) -> bool:
    return folder.is_dir() and ((folder / MANIFEST).is_file() or not any(folder.iterdir()))
