"""Where a publication comes from: the files that it was built of, by which version of hankelod (PROV-O).

No time is told but that of the dataset's record; a commit only where `publish --revision` names it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from hankelod.exports.dcat import DCTERMS, PROV, Catalogue, activity, checksum, software, sources
from hankelod.publication.files import File, Files
from hankelod.rdf.graph import RDF, RDFS
from hankelod.rdf.statements import Statements, count, literal, turtle_document
from hankelod.records.dataset import BULK, Dataset
from hankelod.records.folder import DATASET


def provenance(about: Catalogue) -> Files:
    """`provenance.ttl`: the activity, its agent, each file used with its checksum, and what came from it."""
    told = Statements({})
    work = activity(about)
    told.add(about.iri, RDF + "type", PROV + "Entity")
    told.add(about.iri, PROV + "wasGeneratedBy", work)
    told.add(about.iri, PROV + "wasDerivedFrom", *sources(about))
    told.add(work, RDF + "type", PROV + "Activity")
    told.add(work, PROV + "wasAssociatedWith", software(told))
    told.add(work, DCTERMS + "date", literal(about.values["modified"], "date"))
    files = dict(inputs(about.dataset))
    for name, path in files.items():
        this = f"{about.things}source-file/{name}"
        told.add(work, PROV + "used", this)
        told.add(this, RDF + "type", PROV + "Entity")
        told.add(this, RDFS + "label", literal(name))
        checksum(told, this, _sha256(path))
        subject = _described(about.dataset, name)
        if subject is not None:
            told.add(subject, PROV + "wasDerivedFrom", this)
    if about.edition.revision:
        this = f"{about.things}revision/{about.edition.revision}"
        told.add(work, PROV + "used", this)
        told.add(this, RDF + "type", PROV + "Entity")
        told.add(this, DCTERMS + "identifier", literal(about.edition.revision))
    about.complete(told)
    text = turtle_document(told.triples, about.dataset.base, about.template.prefixes)
    yield File("provenance.ttl", text.encode(), count(told.triples))


def _described(dataset: Dataset, name: str) -> str | None:
    """The IRI of the thing that a file of this name describes, None where it holds several or none."""
    steps = name.split("/")
    cls = next((c for c in dataset.model.entries() if c.folder and len(steps) == 3 and c.folder == steps[1]), None)
    return f"{dataset.base}id/{cls.identifies}{steps[2].removesuffix('.yml')}" if cls and steps[0] == "data" else None


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def inputs(dataset: Dataset) -> Iterator[tuple[str, Path]]:
    """The files that a publication is built of, under the names that they have in a dataset, wherever they stand."""
    found = {f"data/{DATASET}": dataset.data / DATASET}
    for cls in dataset.model.entries():
        for path in dataset.files(cls):
            if path.exists():
                found[f"data/{cls.folder}/{path.name}" if cls.folder else f"data/{path.name}"] = path
        for ending in BULK if cls.folder else ():
            path = dataset.data / f"{cls.folder}{ending}"
            if path.exists():
                found[f"data/{path.name}"] = path
    for folder, files in (("ontology", dataset.ontology_files), ("shapes", dataset.shapes_files)):
        for path in files:
            found[f"{folder}/{path.relative_to(dataset.folder(folder)).as_posix()}"] = path
    yield from sorted(found.items())
