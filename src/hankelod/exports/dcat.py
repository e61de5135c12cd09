"""Catalogue of a publication for data portals: DCAT-AP 3.0.1, in Turtle and JSON-LD.

The dataset's own description is its record; the rest is derived from the records and the files as written. Texts and
terms of the EU authority tables are in `dcat.ttl`. There are no blank nodes, so equal data gives equal bytes.
"""

from __future__ import annotations

import pyoxigraph as ox

from hankelod.exports.summary import Summary, summary
from hankelod.mapping.mapping import Mapping
from hankelod.messages.catalogue import Text
from hankelod.publication import formats
from hankelod.publication.files import Edition, Entries, File, Files, to_json
from hankelod.rdf import graph
from hankelod.rdf.graph import RDF, RDFS, SKOS, Index
from hankelod.rdf.statements import Statements, Triples, count, jsonld_document, literal, turtle_document
from hankelod.records.dataset import Dataset
from hankelod.records.record import Record, dumped

DCAT = "http://www.w3.org/ns/dcat#"

DCTERMS = "http://purl.org/dc/terms/"

FOAF = "http://xmlns.com/foaf/0.1/"

SPDX = "http://spdx.org/rdf/terms#"

VCARD = "http://www.w3.org/2006/vcard/ns#"

PROV = "http://www.w3.org/ns/prov#"

EU = "http://publications.europa.eu/resource/authority/"

IANA = "https://www.iana.org/assignments/media-types/"


class Catalogue:
    """Context shared by catalogue, VoID and provenance: the dataset's record, its IRIs and the template of texts."""

    def __init__(
        self, dataset: Dataset, mapping: Mapping, records: list[Record], edition: Edition, whole: Summary | None = None
    ) -> None:
        """Collect the context.

        `records` include the dataset's own and those that it refers to. `whole` is the summary of all records; it is
        computed from `records` if missing, and must be given if they are not all.
        """
        self.dataset, self.mapping, self.records, self.edition = dataset, mapping, records, edition
        self.whole = whole or summary(dataset.model, dumped(records))
        self.template: Index = graph.read_resource("hankelod.exports", "dcat.ttl", dataset.base)
        self.record = next(r for r in records if r.cls.file == "dataset.yml")
        self.values = self.record.values
        self.things = f"{dataset.base}id/"
        self.iri = mapping.subject(self.record)
        self.site = str(self.values.get("site") or dataset.base)
        self.version = str(self.values["version"])

    def versioned(self, version: str) -> str:
        """Return the IRI of one edition of the dataset."""
        return f"{self.iri}/version/{version}"

    def languages(self) -> list[str]:
        """Return the dataset's languages as IRIs of the EU authority table."""
        by_code = {
            self.template.value(s, SKOS + "notation"): s
            for s in self.template.triples
            if s.startswith(f"{EU}language/")
        }
        return [by_code[code] for code in self.dataset.languages if code in by_code]

    def complete(self, triples: Statements) -> None:
        """Add the template's triples for every IRI that is used, until no more are found."""
        seen: set[str] = set()
        while True:
            named = {
                o for by in triples.triples.values() for objects in by.values() for o in objects if isinstance(o, str)
            }
            new = sorted((named | set(triples.triples)) & set(self.template.triples) - seen)
            if not new:
                return
            for subject in new:
                for predicate, objects in self.template.triples[subject].items():
                    triples.add(subject, predicate, *objects)
            seen |= set(new)

    def files(self, path: str, triples: Triples) -> Files:
        """Files with the triples in Turtle and JSON-LD."""
        prefixes = self.template.prefixes
        text = turtle_document(triples, self.dataset.base, prefixes)
        yield File(f"{path}.ttl", text.encode(), count(triples))
        yield File(f"{path}.jsonld", to_json(jsonld_document(triples, self.dataset.base, prefixes), 2), count(triples))


def catalogue(about: Catalogue, entries: Entries) -> Files:
    """Files `catalog.ttl` and `catalog.jsonld`; the distributions are the entries under `dump/`."""
    triples = Statements({})
    _catalogue(about, triples)
    _dataset(about, triples)
    _people(about, triples)
    for path in sorted(entries):
        if path.startswith("dump/") and formats.of(path).ending != ".csv-metadata.json":
            _distribution(about, triples, path, entries[path])
    if about.edition.service:
        _service(about, triples, about.edition.service)
    about.complete(triples)
    yield from about.files("catalog", triples.triples)


def _catalogue(about: Catalogue, triples: Statements) -> None:
    this = f"{about.things}catalogue"
    values = about.values
    triples.add(this, DCAT + "dataset", about.iri)
    triples.add(this, DCTERMS + "publisher", *_publisher(about))
    triples.add(this, DCTERMS + "license", values.get("licence"))
    triples.add(this, DCTERMS + "language", *about.languages())
    triples.add(this, DCTERMS + "spatial", f"{EU}country/FIN")
    triples.add(this, FOAF + "homepage", about.site)
    for key in ("issued", "modified"):
        triples.add(this, DCTERMS + key, literal(values[key], "date"))
    triples.add(about.site, RDF + "type", FOAF + "Document")
    if "licence" in values:
        triples.add(str(values["licence"]), RDF + "type", DCTERMS + "LicenseDocument")


def _dataset(about: Catalogue, triples: Statements) -> None:
    """Add the dataset: the triples of its record, and what is derived from the other records."""
    for line in ox.parse("".join(about.mapping.ntriples(about.record)), format=ox.RdfFormat.N_TRIPLES):
        triples.add(line.subject.value, line.predicate.value, _term(line.object))  # type: ignore[union-attr]
    this, series, edition = about.iri, f"{about.things}dataset-series/{about.record.id}", about.edition
    triples.add(this, DCTERMS + "identifier", literal(this))
    triples.add(this, DCTERMS + "language", *about.languages())
    triples.add(this, DCTERMS + "accrualPeriodicity", f"{EU}frequency/IRREG")  # published when a record changes
    triples.add(this, DCTERMS + "accessRights", f"{EU}access-right/PUBLIC")
    triples.add(this, DCTERMS + "spatial", f"{EU}country/FIN")  # all areas are in Finland
    triples.add(this, DCAT + "landingPage", about.site)
    triples.add(this, DCAT + "theme", *_themes(about))
    for text in _keywords(about):
        triples.add_text(this, DCAT + "keyword", text)
    _period(about, triples)
    triples.add(this, DCAT + "inSeries", series)
    triples.add(this, DCAT + "hasCurrentVersion", about.versioned(about.version))
    triples.add(about.versioned(about.version), DCAT + "version", literal(about.version))
    if edition.previous:
        triples.add(this, DCAT + "previousVersion", about.versioned(edition.previous))
        triples.add(about.versioned(edition.previous), DCAT + "version", literal(edition.previous))
    triples.add(series, RDF + "type", DCAT + "DatasetSeries")
    for predicate in ("title", "description", "publisher"):
        triples.add(series, DCTERMS + predicate, *triples.triples[this].get(DCTERMS + predicate, ()))
    triples.add(series, DCAT + "last", this)
    triples.add(this, PROV + "wasGeneratedBy", activity(about))
    triples.add(activity(about), RDF + "type", PROV + "Activity")
    triples.add(activity(about), PROV + "wasAssociatedWith", software(triples))
    triples.add(activity(about), RDFS + "seeAlso", f"{about.dataset.base}provenance.ttl")
    triples.add(this, PROV + "wasDerivedFrom", *sources(about))


def _term(term: object) -> object:
    return term if isinstance(term, ox.Literal) else term.value  # type: ignore[attr-defined]


def activity(about: Catalogue) -> str:
    """Return the IRI of the activity that generated this edition."""
    return f"{about.versioned(about.version)}/publication"


def software(triples: Statements) -> str:
    """Add this version of hankelod as a software agent and return its IRI."""
    from hankelod import __version__

    this = f"https://w3id.org/hankelod/software/{__version__}"
    triples.add(this, RDF + "type", PROV + "SoftwareAgent")
    triples.add(this, RDFS + "label", literal(f"hankelod {__version__}"))
    triples.add(this, "https://schema.org/softwareVersion", literal(__version__))
    return this


def sources(about: Catalogue) -> list[str]:
    """Return the IRIs of the documents cited by projects; empty if there are more than `summary.SOURCES`."""
    return sorted(about.whole.sources or ())


def _concepts(about: Catalogue) -> list[str]:
    """Return the IRIs of the themes in use."""
    return sorted(about.whole.themes)


def _themes(about: Catalogue) -> list[str]:
    """Return the EU data themes to which the themes in use are mapped."""
    ontology = about.dataset.model.ontology
    broad = {str(o) for c in _concepts(about) for o in ontology.objects(c, SKOS + "broadMatch")}
    return sorted(t for t in broad if t in about.template.triples)


def _keywords(about: Catalogue) -> list[Text]:
    return [about.dataset.model.ontology.text(c, SKOS + "prefLabel") for c in _concepts(about)]


def _period(about: Catalogue, triples: Statements) -> None:
    """Add the temporal coverage: from the first month of any project to the last."""
    if about.whole.first is None or about.whole.last is None:
        return
    this = f"{about.iri}/period"
    triples.add(about.iri, DCTERMS + "temporal", this)
    triples.add(this, RDF + "type", DCTERMS + "PeriodOfTime")
    triples.add(this, DCAT + "startDate", literal(about.whole.first, "gYearMonth"))
    triples.add(this, DCAT + "endDate", literal(about.whole.last, "gYearMonth"))


def _publisher(about: Catalogue) -> list[str]:
    cls = about.dataset.model.by_name("Organisation")
    identifier = about.values.get("publisher")
    return [f"{about.things}{cls.identifies}{identifier}"] if identifier else []


def _people(about: Catalogue, triples: Statements) -> None:
    """Add the publisher as an agent with its name, and type the contact points."""
    for agent in _publisher(about):
        record = next((r for r in about.records if about.mapping.subject(r) == agent), None)
        triples.add(agent, RDF + "type", FOAF + "Agent")
        if record is not None:
            triples.add_text(agent, FOAF + "name", record.values.get("name", {}))  # type: ignore[arg-type]
            triples.add(agent, FOAF + "homepage", record.values.get("homepage"))
            for page in (record.values.get("homepage"),):
                if page:
                    triples.add(str(page), RDF + "type", FOAF + "Document")
    for contact in triples.triples[about.iri].get(DCAT + "contactPoint", ()):
        triples.add(str(contact), RDF + "type", VCARD + "Kind")


def _distribution(about: Catalogue, triples: Statements, path: str, entry: dict[str, object]) -> None:
    name = path.removeprefix("dump/")
    this = f"{about.things}distribution/{name}"
    inner, packing = formats.unpacked(path)
    values = about.values
    triples.add(about.iri, DCAT + "distribution", this)
    triples.add(this, RDF + "type", DCAT + "Distribution")
    triples.add(this, DCTERMS + "license", values.get("licence"))
    triples.add(this, DCTERMS + "modified", literal(values["modified"], "date"))
    triples.add(this, DCTERMS + "language", *about.languages())
    triples.add(this, DCTERMS + "format", f"{EU}file-type/{inner.file_type}")
    for predicate, form in (("mediaType", inner), ("compressFormat", packing)):
        if form is not None and form.registered:
            triples.add(this, DCAT + predicate, IANA + form.media_type)
            triples.add(IANA + form.media_type, RDF + "type", DCTERMS + "MediaType")
    triples.add(this, DCAT + "accessURL", about.site + path)
    triples.add(this, DCAT + "downloadURL", about.site + path)
    triples.add(this, DCAT + "byteSize", literal(entry["bytes"], "nonNegativeInteger"))
    checksum(triples, this, str(entry["sha256"]))


def checksum(triples: Statements, of: str, sha256: str) -> None:
    """Add the SHA-256 checksum of the file `of` (SPDX)."""
    this = f"{of}/checksum"
    triples.add(of, SPDX + "checksum", this)
    triples.add(this, RDF + "type", SPDX + "Checksum")
    triples.add(this, SPDX + "algorithm", SPDX + "checksumAlgorithm_sha256")
    triples.add(this, SPDX + "checksumValue", literal(sha256, "hexBinary"))


def _service(about: Catalogue, triples: Statements, address: str) -> None:
    this = f"{about.things}service/sparql"
    triples.add(f"{about.things}catalogue", DCAT + "service", this)
    triples.add(this, DCAT + "endpointURL", address)
    triples.add(this, DCAT + "servesDataset", about.iri)
    triples.add(this, DCTERMS + "license", about.values.get("licence"))
    triples.add(this, DCTERMS + "publisher", *_publisher(about))
