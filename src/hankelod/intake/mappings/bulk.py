"""JSON Lines files of imported records: what a new import adds and changes, and what a person edited.

Beside `projects.jsonl` stands a hidden file, `.projects.imported`, with a checksum of each imported value, from which
a later import knows the values that were edited by hand.
"""

from __future__ import annotations

import json
from collections.abc import Container, Iterable
from pathlib import Path
from typing import NamedTuple

from hankelod.intake import reimport, writing
from hankelod.intake.documents.lines import CannotImport
from hankelod.intake.reimport import ADD, REMOVE, UPDATE, Change
from hankelod.model.model import Class
from hankelod.rdf import files

MANY = 500
"""Most records that are written as a file each."""

LARGEST = 2_000_000_000
"""Most bytes of a file with records."""


class Bulk(NamedTuple):
    """A planned JSON Lines file: its new content and that of the file of checksums; None where it stays as it is.

    `changes` are those of the records that are there, by id.
    """

    path: Path
    text: bytes | None
    checksums: bytes | None
    new: int
    same: int
    changes: tuple[tuple[str, tuple[Change, ...]], ...]


def checksums_of(path: Path) -> Path:
    """Return the file of the checksums of a JSON Lines file."""
    return path.with_name(f".{path.stem}.imported")


def plan(
    records: Iterable[tuple[str, dict[str, object]]],
    path: Path,
    cls: Class,
    standing: Container[str],
    update: bool,
    overwrite: bool,
) -> Bulk:
    """Plan the records of a class in a JSON Lines file, by id and values.

    Records in `standing` are only referred to: they are left as they are unless an import wrote them. Changes of
    records that are there are made only with `update`, or with `overwrite` those of edited values too.
    Raises CannotImport where the file cannot be read.
    """
    there = _lines(path)
    known = marks(path)
    order = {key: n for n, key in enumerate(("id", *(f.key for f in cls.fields)))}
    lines: dict[str, bytes] = dict(there)
    changes: list[tuple[str, tuple[Change, ...]]] = []
    new = same = 0
    for identifier, values in records:
        before = there.get(identifier)
        if before is None:
            lines[identifier] = _line({"id": identifier, **values})
            known[identifier] = {key: writing.checksum(value) for key, value in values.items()}
            new += 1
            continue
        record = _parsed(before, path)
        now = {k: writing.stringified(v) for k, v in record.items() if k != "id"}
        its = known.get(identifier, {})
        if identifier in standing and not its:
            continue
        found = reimport.differences(now, values, its)
        if not found:
            same += 1
            continue
        changes.append((identifier, tuple(found)))
        applied = [c for c in found if overwrite or (update and c.what in (UPDATE, ADD, REMOVE))]
        for change in applied:
            its.pop(change.key, None)
            record.pop(change.key, None)
            if change.new is not None:
                record[change.key] = values[change.key]
                its[change.key] = writing.checksum(values[change.key])
        if applied:
            known[identifier] = its
            lines[identifier] = _line(dict(sorted(record.items(), key=lambda kv: order.get(kv[0], len(order)))))
    changed = lines != there
    text = b"\n".join([*lines.values(), b""]) if changed else None
    sums = "".join(f"{id} {_pairs(its)}\n" for id, its in known.items()).encode() if changed else None
    return Bulk(path, text, sums, new, same, tuple(changes))


def ids(path: Path) -> frozenset[str]:
    """Return the ids of the records in a JSON Lines file; none where there is none. Raises CannotImport."""
    return frozenset(_lines(path))


def _pairs(checksums: dict[str, str]) -> str:
    return " ".join(f"{key}={value}" for key, value in checksums.items())


def _line(values: dict[str, object]) -> bytes:
    return json.dumps(values, ensure_ascii=False, separators=(", ", ": ")).encode()


def _parsed(line: bytes, path: Path) -> dict[str, object]:
    """The record in a line, numbers as they are written. Raises CannotImport."""
    try:
        record = json.loads(line, parse_int=str, parse_float=str, parse_constant=str)
    except (ValueError, RecursionError) as error:
        raise CannotImport("standing-unreadable", name=str(path)) from error
    if not isinstance(record, dict):
        raise CannotImport("standing-unreadable", name=str(path))
    return record


def _content(path: Path) -> bytes:
    """The bytes of a file, none where there is none. Raises CannotImport."""
    try:
        return files.content(path, path.parent, LARGEST) if path.exists() or path.is_symlink() else b""
    except files.Unfit as error:
        raise CannotImport("standing-unreadable", name=str(path)) from error


def _lines(path: Path) -> dict[str, bytes]:
    """The lines of a file by the ids of their records. Raises CannotImport."""
    lines: dict[str, bytes] = {}
    for line in _content(path).removeprefix(b"\xef\xbb\xbf").splitlines():
        if line.strip():
            lines[str(_parsed(line, path).get("id"))] = line
    return lines


def marks(path: Path) -> dict[str, dict[str, str]]:
    """Return the checksums of imported values of a JSON Lines file, by id and key. Raises CannotImport."""
    found: dict[str, dict[str, str]] = {}
    for line in _content(checksums_of(path)).decode("utf-8", "replace").split("\n"):
        identifier, _, rest = line.partition(" ")
        if rest:
            found[identifier] = {key: value for key, _, value in (pair.partition("=") for pair in rest.split())}
    return found
