"""The catalogue of a publication for data portals: DCAT-AP 3.0.1, in Turtle and JSON-LD.

The dataset's own description is its record; the rest follows from the records and from the files as written. Texts and
terms of the EU's authority tables stand in `catalogue.ttl`. Everything has an IRI, so equal data gives equal bytes.
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
    """What catalogue, VoID and provenance all need: the dataset's record, its IRIs, its people and its texts."""

    def __init__(
        self, dataset: Dataset, mapping: Mapping, records: list[Record], edition: Edition, whole: Summary | None = None
    ) -> None:
        """`records` hold the dataset's own and those that it names; `whole` tells of all records, where these are not all."""
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
        """The IRI of one edition of the dataset."""
        return f"{self.iri}/version/{version}"

    def languages(self) -> list[str]:
        """The dataset's languages as terms of the EU's table."""
        by_code = {
            self.template.value(s, SKOS + "notation"): s
            for s in self.template.triples
            if s.startswith(f"{EU}language/")
        }
        return [by_code[code] for code in self.dataset.languages if code in by_code]

    def complete(self, told: Statements) -> None:
        """Bring in what the template says of everything that is pointed to."""
        seen: set[str] = set()
        while True:
            named = {
                o for by in told.triples.values() for objects in by.values() for o in objects if isinstance(o, str)
            }
            new = sorted((named | set(told.triples)) & set(self.template.triples) - seen)
            if not new:
                return
            for subject in new:
                for predicate, objects in self.template.triples[subject].items():
                    told.add(subject, predicate, *objects)
            seen |= set(new)

    def files(self, path: str, told: Triples) -> Files:
        """These statements in Turtle and JSON-LD."""
        prefixes = self.template.prefixes
        text = turtle_document(told, self.dataset.base, prefixes)
        yield File(f"{path}.ttl", text.encode(), count(told))
        yield File(f"{path}.jsonld", to_json(jsonld_document(told, self.dataset.base, prefixes), 2), count(told))


def catalogue(about: Catalogue, entries: Entries) -> Files:
    """`catalog.ttl` and `catalog.jsonld`."""
    told = Statements({})
    _catalogue(about, told)
    _dataset(about, told)
    _people(about, told)
    for path in sorted(entries):
        if path.startswith("dump/") and formats.of(path).ending != ".csv-metadata.json":
            _distribution(about, told, path, entries[path])
    if about.edition.service:
        _service(about, told, about.edition.service)
    about.complete(told)
    yield from about.files("catalog", told.triples)


def _catalogue(about: Catalogue, told: Statements) -> None:
    this = f"{about.things}catalogue"
    values = about.values
    told.add(this, DCAT + "dataset", about.iri)
    told.add(this, DCTERMS + "publisher", *_publisher(about))
    told.add(this, DCTERMS + "license", values.get("licence"))
    told.add(this, DCTERMS + "language", *about.languages())
    told.add(this, DCTERMS + "spatial", f"{EU}country/FIN")
    told.add(this, FOAF + "homepage", about.site)
    for key in ("issued", "modified"):
        told.add(this, DCTERMS + key, literal(values[key], "date"))
    told.add(about.site, RDF + "type", FOAF + "Document")
    if "licence" in values:
        told.add(str(values["licence"]), RDF + "type", DCTERMS + "LicenseDocument")


def _dataset(about: Catalogue, told: Statements) -> None:
    """The dataset: what its record says, as its record is mapped, and what follows from the others."""
    for line in ox.parse("".join(about.mapping.ntriples(about.record)), format=ox.RdfFormat.N_TRIPLES):
        told.add(line.subject.value, line.predicate.value, _term(line.object))  # type: ignore[union-attr]
    this, series, edition = about.iri, f"{about.things}dataset-series/{about.record.id}", about.edition
    told.add(this, DCTERMS + "identifier", literal(this))
    told.add(this, DCTERMS + "language", *about.languages())
    told.add(this, DCTERMS + "accrualPeriodicity", f"{EU}frequency/IRREG")  # when a record changes
    told.add(this, DCTERMS + "accessRights", f"{EU}access-right/PUBLIC")
    told.add(this, DCTERMS + "spatial", f"{EU}country/FIN")  # areas are those of Finland
    told.add(this, DCAT + "landingPage", about.site)
    told.add(this, DCAT + "theme", *_themes(about))
    for text in _keywords(about):
        told.add_text(this, DCAT + "keyword", text)
    _period(about, told)
    told.add(this, DCAT + "inSeries", series)
    told.add(this, DCAT + "hasCurrentVersion", about.versioned(about.version))
    told.add(about.versioned(about.version), DCAT + "version", literal(about.version))
    if edition.previous:
        told.add(this, DCAT + "previousVersion", about.versioned(edition.previous))
        told.add(about.versioned(edition.previous), DCAT + "version", literal(edition.previous))
    told.add(series, RDF + "type", DCAT + "DatasetSeries")
    for predicate in ("title", "description", "publisher"):
        told.add(series, DCTERMS + predicate, *told.triples[this].get(DCTERMS + predicate, ()))
    told.add(series, DCAT + "last", this)
    told.add(this, PROV + "wasGeneratedBy", activity(about))
    told.add(activity(about), RDF + "type", PROV + "Activity")
    told.add(activity(about), PROV + "wasAssociatedWith", software(told))
    told.add(activity(about), RDFS + "seeAlso", f"{about.dataset.base}provenance.ttl")
    told.add(this, PROV + "wasDerivedFrom", *sources(about))


def _term(term: object) -> object:
    return term if isinstance(term, ox.Literal) else term.value  # type: ignore[attr-defined]


def activity(about: Catalogue) -> str:
    """The IRI of the work that made this edition."""
    return f"{about.versioned(about.version)}/publication"


def software(told: Statements) -> str:
    """The IRI of this version of hankelod, told of as an agent."""
    from hankelod import __version__

    this = f"https://w3id.org/hankelod/software/{__version__}"
    told.add(this, RDF + "type", PROV + "SoftwareAgent")
    told.add(this, RDFS + "label", literal(f"hankelod {__version__}"))
    told.add(this, "https://schema.org/softwareVersion", literal(__version__))
    return this


def sources(about: Catalogue) -> list[str]:
    """The documents on which the projects' records rest, unless there are too many to tell."""
    return sorted(about.whole.sources or ())


def _concepts(about: Catalogue) -> list[str]:
    """The themes in use, as IRIs."""
    return sorted(about.whole.themes)


def _themes(about: Catalogue) -> list[str]:
    """The EU data themes that the themes in use fall under."""
    ontology = about.dataset.model.ontology
    broad = {str(o) for c in _concepts(about) for o in ontology.objects(c, SKOS + "broadMatch")}
    return sorted(t for t in broad if t in about.template.triples)


def _keywords(about: Catalogue) -> list[Text]:
    return [about.dataset.model.ontology.text(c, SKOS + "prefLabel") for c in _concepts(about)]


def _period(about: Catalogue, told: Statements) -> None:
    """From the first month of a project to the last."""
    if about.whole.first is None or about.whole.last is None:
        return
    this = f"{about.iri}/period"
    told.add(about.iri, DCTERMS + "temporal", this)
    told.add(this, RDF + "type", DCTERMS + "PeriodOfTime")
    told.add(this, DCAT + "startDate", literal(about.whole.first, "gYearMonth"))
    told.add(this, DCAT + "endDate", literal(about.whole.last, "gYearMonth"))


def _publisher(about: Catalogue) -> list[str]:
    cls = about.dataset.model.by_name("Organisation")
    identifier = about.values.get("publisher")
    return [f"{about.things}{cls.identifies}{identifier}"] if identifier else []


def _people(about: Catalogue, told: Statements) -> None:
    """The publisher as an agent with a name, and the contact as a card."""
    for agent in _publisher(about):
        record = next((r for r in about.records if about.mapping.subject(r) == agent), None)
        told.add(agent, RDF + "type", FOAF + "Agent")
        if record is not None:
            told.add_text(agent, FOAF + "name", record.values.get("name", {}))  # type: ignore[arg-type]
            told.add(agent, FOAF + "homepage", record.values.get("homepage"))
            for page in (record.values.get("homepage"),):
                if page:
                    told.add(str(page), RDF + "type", FOAF + "Document")
    for contact in told.triples[about.iri].get(DCAT + "contactPoint", ()):
        told.add(str(contact), RDF + "type", VCARD + "Kind")


def _distribution(about: Catalogue, told: Statements, path: str, entry: dict[str, object]) -> None:
    name = path.removeprefix("dump/")
    this = f"{about.things}distribution/{name}"
    inner, packing = formats.unpacked(path)
    values = about.values
    told.add(about.iri, DCAT + "distribution", this)
    told.add(this, RDF + "type", DCAT + "Distribution")
    told.add(this, DCTERMS + "license", values.get("licence"))
    told.add(this, DCTERMS + "modified", literal(values["modified"], "date"))
    told.add(this, DCTERMS + "language", *about.languages())
    told.add(this, DCTERMS + "format", f"{EU}file-type/{inner.file_type}")
    for predicate, known in (("mediaType", inner), ("compressFormat", packing)):
        if known is not None and known.registered:
            told.add(this, DCAT + predicate, IANA + known.media_type)
            told.add(IANA + known.media_type, RDF + "type", DCTERMS + "MediaType")
    told.add(this, DCAT + "accessURL", about.site + path)
    told.add(this, DCAT + "downloadURL", about.site + path)
    told.add(this, DCAT + "byteSize", literal(entry["bytes"], "nonNegativeInteger"))
    checksum(told, this, str(entry["sha256"]))


def checksum(told: Statements, of: str, sha256: str) -> None:
    """The SHA-256 of a file (SPDX)."""
    this = f"{of}/checksum"
    told.add(of, SPDX + "checksum", this)
    told.add(this, RDF + "type", SPDX + "Checksum")
    told.add(this, SPDX + "algorithm", SPDX + "checksumAlgorithm_sha256")
    told.add(this, SPDX + "checksumValue", literal(sha256, "hexBinary"))


def _service(about: Catalogue, told: Statements, address: str) -> None:
    this = f"{about.things}service/sparql"
    told.add(f"{about.things}catalogue", DCAT + "service", this)
    told.add(this, DCAT + "endpointURL", address)
    told.add(this, DCAT + "servesDataset", about.iri)
    told.add(this, DCTERMS + "license", about.values.get("licence"))
    told.add(this, DCTERMS + "publisher", *_publisher(about))
