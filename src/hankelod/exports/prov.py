"""Provenance of a publication (PROV-O): its input files with checksums, and the version of hankelod.

The only date is that of the dataset's record; a commit is included only if `publish --revision` names it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from hankelod.exports.dcat import DCTERMS, PROV, Catalogue, activity, checksum, software, sources
from hankelod.publication.files import File, Files
from hankelod.rdf.files import opened
from hankelod.rdf.graph import RDF, RDFS
from hankelod.rdf.statements import Statements, count, literal
from hankelod.rdf.turtle import document
from hankelod.records.dataset import BULK, Dataset
from hankelod.records.folder import DATASET, PROFILES
from hankelod.records.settings import PROFILE
from hankelod.records.sources import PATTERN, pattern


def provenance(about: Catalogue) -> Files:
    """File `provenance.ttl`: the activity, its agent, each input file with checksum and the entity derived from it."""
    triples = Statements({})
    work = activity(about)
    triples.add(about.iri, RDF + "type", PROV + "Entity")
    triples.add(about.iri, PROV + "wasGeneratedBy", work)
    triples.add(about.iri, PROV + "wasDerivedFrom", *sources(about))
    triples.add(work, RDF + "type", PROV + "Activity")
    triples.add(work, PROV + "wasAssociatedWith", software(triples))
    triples.add(work, DCTERMS + "date", literal(about.values["modified"], "date"))
    files = dict(inputs(about.dataset))
    triples.add(work, PROV + "used", *(f"{about.things}source-file/{name}" for name in files))
    folders = {cls.folder: cls for cls in about.dataset.model.entries() if cls.folder}
    for name, path in files.items():
        entity = f"{about.things}source-file/{name}"
        triples.add(entity, RDF + "type", PROV + "Entity")
        triples.add(entity, RDFS + "label", literal(name))
        checksum(triples, entity, _sha256(path))
        match name.split("/"):
            case ["data", folder, file] if folder in folders:
                subject = about.dataset.model.iri(folders[folder], file.removesuffix(".yml"))
                triples.add(subject, PROV + "wasDerivedFrom", entity)
    if about.edition.revision:
        entity = f"{about.things}revision/{about.edition.revision}"
        triples.add(work, PROV + "used", entity)
        triples.add(entity, RDF + "type", PROV + "Entity")
        triples.add(entity, DCTERMS + "identifier", literal(about.edition.revision))
    about.complete(triples)
    text = document(triples.triples, about.dataset.base, about.template.prefixes)
    yield File("provenance.ttl", text.encode(), count(triples.triples))


def _sha256(path: Path) -> str:
    with opened(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]


def inputs(dataset: Dataset) -> Iterator[tuple[str, Path]]:
    """Input files of a publication by their names in a dataset (`data/…`, `ontology/…`, `shapes/…`), in order."""
    paths = {f"data/{DATASET}": dataset.data / DATASET}
    for cls in dataset.model.entries():
        for path in dataset.files(cls):
            if path.exists():
                home = dataset.pack.home if path.parent == dataset.pack.folder else "data"
                paths[f"{home}/{cls.folder}/{path.name}" if cls.folder else f"{home}/{path.name}"] = path
        for ending in BULK if cls.folder else ():
            path = dataset.data / f"{cls.folder}{ending}"
            if path.exists():
                paths[f"data/{path.name}"] = path
    paths |= {name: path for path, name in dataset.sources.names.items()}
    if dataset.pack.rows:
        paths[f"shapes/{PATTERN}"] = pattern()
    profile = dataset.config.profile
    if (profile.folder / PROFILE).exists():
        paths[f"shapes/{PROFILES}/{profile.name}/{PROFILE}"] = profile.folder / PROFILE
    paths |= {f"{dataset.pack.home}/{name}": dataset.pack.folder / name for name in dataset.pack.names()}
    yield from sorted(paths.items())
