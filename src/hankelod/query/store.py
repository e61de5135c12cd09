"""Stores for queries: the records of a dataset, or a dump, loaded into a store.

A store knows nothing of its origin, so that is kept with it: the base, derived from the IRIs in the store, and the
prefixes of the dataset at the working folder.
"""

from __future__ import annotations

import re
import zlib
from codecs import BOM_UTF8
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

import pyoxigraph as ox

from hankelod.messages.words import message
from hankelod.rdf import dumps, files, nesting
from hankelod.rdf.files import content
from hankelod.rdf.graph import RDF
from hankelod.rdf.sparql import CannotAsk
from hankelod.rdf.syntaxes import DUMPS

if TYPE_CHECKING:
    from hankelod.records.dataset import Dataset
    from hankelod.records.settings import Settings

CHUNK = 2_000
"""Records whose triples are loaded at a time, which bounds the memory for their N-Triples."""

THINGS = {"Project": "id/project/", "Programme": "id/programme/", "Theme": "id/concept/theme/"}
"""Classes whose instances show a dump's base: it is the part of their IRIs before this text."""

DEF = "https://w3id.org/hankelod/def#"

_PREFIX = re.compile(r"^\s*@prefix\s+([\w-]*):\s*<([^>\s]*)>\s*\.", re.MULTILINE)


class Opened(NamedTuple):
    """A graph and its origin: `base` IRI, `prefixes`, and `origin`, the path that was opened, for messages."""

    store: ox.Store
    base: str
    prefixes: dict[str, str]
    origin: str
    unread: int
    """Number of violations for which records, or values of them, are missing from the graph."""


def of_dataset(dataset: Dataset, origin: str) -> Opened:
    """Load the graph that the dataset's publication would have: the triples of its records, and the ontology."""
    from hankelod.mapping.mapping import Mapping

    mapping, store = Mapping(dataset.model), ox.Store()
    texts: list[str] = []

    def load() -> None:
        try:
            store.bulk_load("".join(texts).encode(), format=ox.RdfFormat.N_TRIPLES)
        except SyntaxError as error:
            raise CannotAsk(message("refusal-records-triples", origin=origin, why=error)) from error
        texts.clear()

    # The dataset's own description is in the catalogue, not in the dump.
    for cls in (c for c in dataset.model.entries() if not c.of_dataset):
        for record in dataset.read(cls):
            texts.append(mapping.text(cls, record.values))
            if len(texts) == CHUNK:
                load()
    load()
    store.bulk_extend(dataset.model.ontology.quads)
    unread = sum(p.severity == "violation" for p in dataset.reader.problems)
    return Opened(store, dataset.base, dataset.model.prefixes, origin, unread)


def dump_file(place: Path, name: str) -> Path:
    """Return the dump at a path: the file itself, or the one in a publication's folder. Raises CannotAsk.

    `name` is the path in messages.
    """
    if place.is_file():
        if not any(place.name.endswith((end, end + ".gz")) for end in DUMPS):
            raise CannotAsk(message("refusal-dump-ending", name=name, endings=", ".join(DUMPS)))
        return place
    if not place.exists():
        raise CannotAsk(message("refusal-path", path=name))
    folder = place / dumps.FOLDER
    names = [f"{dumps.FOLDER}/{each.name}" for each in folder.iterdir()] if folder.is_dir() else []
    for path in dumps.forms(names):
        if (place / path).is_file():
            return place / path
    raise CannotAsk(message("refusal-nothing-to-ask", name=name))


def of_dump(file: Path, origin: str, here: Path) -> Opened:
    """Load a dump into memory. Its base is derived from its IRIs, or else is the default. Raises CannotAsk."""
    store = ox.Store()
    load_dump(store, file, origin)
    return opened(store, origin, here)


@contextmanager
def _unpacked(file: Path) -> Iterator[BinaryIO]:
    """Open a dump for reading, decompressed where it ends in `.gz`. Raises OSError, Unfit."""
    with ExitStack() as stack:
        opened = stack.enter_context(files.opened(file))
        if file.suffix == ".gz":
            import gzip

            opened = stack.enter_context(gzip.GzipFile(fileobj=opened))  # type: ignore[assignment]
        yield opened


def load_dump(store: ox.Store, file: Path, origin: str) -> None:
    """Load a dump into a store, in memory or on disk. Raises CannotAsk."""
    from hankelod.records.folder import BASE

    kind = DUMPS[Path(file.stem if file.suffix == ".gz" else file.name).suffix]
    try:
        with _unpacked(file) as stream:
            marked = stream.read(len(BOM_UTF8)) == BOM_UTF8
            stream.seek(0)
            nesting.check_file(stream, kind == ox.RdfFormat.JSON_LD)
        if marked or file.suffix == ".gz":
            with _unpacked(file) as stream:
                stream.seek(len(BOM_UTF8) if marked else 0)
                store.bulk_load(stream, format=kind, base_iri=BASE)
        else:  # several threads read a path
            store.bulk_load(path=str(file), format=kind, base_iri=BASE)
    except SyntaxError as error:
        at = f":{error.lineno}:{error.offset}" if error.lineno else ""
        raise CannotAsk(message("refusal-dump-unread", place=f"{origin}{at}", why=error.msg)) from error
    except files.Unfit as error:
        raise CannotAsk(message("refusal-dump-unread", place=origin, why=files.why(error))) from error
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise CannotAsk(message("refusal-dump-unread", place=origin, why=error)) from error


def opened(store: ox.Store, origin: str, here: Path) -> Opened:
    """Return a store that holds a dump with its origin: the base of its IRIs, the prefixes of the dataset at `here`.

    Raises CannotAsk if the dataset's settings or area pack cannot be read.
    """
    from hankelod.records.folder import BASE

    texts = (content(file).decode("utf-8", "replace") for file in _model_files(root(here)))
    prefixes = dict(_PREFIX.findall("\n".join(texts)))
    return Opened(store, _base(store) or BASE, dict(sorted(prefixes.items())), origin, 0)


def _model_files(folder: Path) -> list[Path]:
    """Return the Turtle files of the model of the dataset in a folder, those of later layers last. Raises CannotAsk."""
    from hankelod.records import packs
    from hankelod.records.folder import NotADataset
    from hankelod.records.sources import pattern, sources

    config, alone = settings_at(folder)
    try:
        pack = packs.find(config, folder, folder, alone)
    except NotADataset as error:
        raise CannotAsk(error.texts) from error
    return [*([pattern()] if pack.rows else []), *sources(folder, config, pack).files]


def settings_at(folder: Path) -> tuple[Settings, bool]:
    """Return the settings of the dataset in a folder; without a dataset those for records alone, and True.

    Raises CannotAsk if they cannot be read.
    """
    from hankelod.records import settings
    from hankelod.records.folder import DATASET, NotADataset

    file = folder / "data" / DATASET
    if not file.is_file():
        return settings.alone(), True
    try:
        return settings.read(folder, file, f"data/{DATASET}"), False
    except NotADataset as error:
        raise CannotAsk(error.texts) from error


def _base(store: ox.Store) -> str | None:
    """The base IRI of the first instance of `THINGS`, or None."""
    for name, before in THINGS.items():
        quad = next(store.quads_for_pattern(None, ox.NamedNode(RDF + "type"), ox.NamedNode(DEF + name)), None)
        if quad is not None and isinstance(quad.subject, ox.NamedNode) and before in quad.subject.value:
            return quad.subject.value.rpartition(before)[0]
    return None


def root(here: Path) -> Path:
    """Return the dataset folder at or above `here`, else `here` itself."""
    from hankelod.records.folder import find

    return find(here.absolute()) or here
