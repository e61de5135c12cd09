"""Catalogue of a publication for data portals: DCAT-AP 3.0.1, in Turtle and JSON-LD.

The dataset's own description is its record; the rest is derived from the records and the files as written. Texts and
terms of the EU authority tables are in `dcat.ttl`. There are no blank nodes, so equal data gives equal bytes.
"""

from __future__ import annotations

import re
from functools import cached_property
from pathlib import Path

import pyoxigraph as ox

from hankelod.exports.areas import schema_path
from hankelod.exports.hosting import CSVW
from hankelod.exports.quality import add_left_out
from hankelod.exports.summary import Summary, summary
from hankelod.mapping.mapping import Mapping
from hankelod.messages.catalogue import Entry, Text, in_language
from hankelod.model import complete
from hankelod.model.model import Class
from hankelod.publication import formats
from hankelod.publication.files import Edition, Entries, File, Files, to_json
from hankelod.rdf import dumps, graph
from hankelod.rdf.graph import OWL, RDF, RDFS, SKOS, Index
from hankelod.rdf.statements import Statements, Triples, count, jsonld_document, literal
from hankelod.rdf.turtle import document
from hankelod.records.areas import kinds
from hankelod.records.dataset import Dataset
from hankelod.records.record import Record, completed, dumped, references
from hankelod.validation.leftout import NOTHING, LeftOut

DCAT = "http://www.w3.org/ns/dcat#"

DCTERMS = "http://purl.org/dc/terms/"

FOAF = "http://xmlns.com/foaf/0.1/"

SPDX = "http://spdx.org/rdf/terms#"

VCARD = "http://www.w3.org/2006/vcard/ns#"

PROV = "http://www.w3.org/ns/prov#"

EU = "http://publications.europa.eu/resource/authority/"

IANA = "https://www.iana.org/assignments/media-types/"

FEED = "changes/feed.trig"
"""The change feed, the one distribution that does not lie under `dump/`."""

AVAILABILITY = "http://data.europa.eu/r5r/availability"

CONCEPT = SKOS + "Concept"

PUBLISHER_TYPES = "http://purl.org/adms/publishertype/"


class Catalogue:
    """Context shared by catalogue, VoID and provenance: the dataset's record, its IRIs and the template of texts."""

    def __init__(
        self,
        dataset: Dataset,
        mapping: Mapping,
        records: list[Record],
        edition: Edition,
        whole: Summary | None = None,
        left: LeftOut = NOTHING,
    ) -> None:
        """Collect the context.

        `records` include the dataset's own and those that it refers to. `whole` is the summary of all records; it is
        computed from `records` if missing, and must be given if they are not all. `left` is what is left out.
        """
        self.dataset, self.mapping, self.records, self.edition = dataset, mapping, records, edition
        self.left = left
        self.whole = whole or summary(dataset.model, dumped(records))
        self.template: Index = graph.read_resource("hankelod.exports", "dcat.ttl", dataset.base)
        self.record = next(r for r in records if r.cls.of_dataset)
        self.values = self.record.values
        self.things = dataset.model.things
        self.iri = mapping.subject(self.record)
        self.site = str(self.values.get("site") or dataset.base)
        self.version = str(self.values["version"])

    @property
    def vocabulary(self) -> str | None:
        """The IRI of the ontology, None if it has no header."""
        ontology = self.dataset.model.ontology
        return next(iter(ontology.subjects(RDF + "type", OWL + "Ontology")), None)

    def add_standard(self, triples: Statements, of: str, standard: str, title: Text | None = None) -> None:
        """State that `of` conforms to a standard; its title is in the template if it is not given."""
        triples.add(of, DCTERMS + "conformsTo", standard)
        triples.add(standard, RDF + "type", DCTERMS + "Standard")
        triples.add_text(standard, DCTERMS + "title", title or {})

    def add_vocabulary(self, triples: Statements, of: str) -> None:
        """State that `of` conforms to the vocabulary."""
        if self.vocabulary:
            title = self.dataset.model.ontology.text(self.vocabulary, DCTERMS + "title")
            self.add_standard(triples, of, self.vocabulary, title)

    def text(self, block: str, key: str, /, **values: Text) -> Text:
        """Return a text of the template (`title`, `description`) by language, `values` filled in."""
        texts = self.template.text(self.dataset.base + block, DCTERMS + key)
        return {
            lang: text.format_map({k: in_language(v, lang) for k, v in values.items()}) for lang, text in texts.items()
        }

    def versioned(self, version: str) -> str:
        """Return the IRI of one edition of the dataset."""
        return f"{self.iri}/version/{version}"

    def setting(self, key: str) -> list[str]:
        """Return the values of a setting, IRIs in full; nothing where it is unset."""
        field = self.record.cls.field(key)
        value = self.values.get(key, self.dataset.setting(key))
        values = value if isinstance(value, list) else [] if value is None else [value]
        return [completed(field, str(each)) if field else str(each) for each in values]

    def spatial(self) -> list[str]:
        """Return the area that the dataset is about: the one that it names, else the country of its areas."""
        country = self.dataset.pack.country
        return self.setting("spatial") or ([f"{EU}country/{country}"] if country else [])

    @cached_property
    def _languages(self) -> dict[str, str]:
        """The IRIs of the EU authority table by language."""
        terms = (s for s in self.template.triples if s.startswith(f"{EU}language/"))
        return {str(self.template.value(s, SKOS + "notation")): s for s in terms}

    def languages(self) -> list[str]:
        """Return the dataset's languages as IRIs of the EU authority table."""
        return [self._languages[code] for code in self.dataset.languages if code in self._languages]

    def add_languages(self, triples: Statements) -> None:
        """Add the names of the dataset's languages, as far as the catalogue of messages has them."""
        for code in self.dataset.languages:
            if code in self._languages:
                triples.add_text(self._languages[code], SKOS + "prefLabel", Entry("site", "language", code) or {})

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
        text = document(triples, self.dataset.base, prefixes)
        yield File(f"{path}.ttl", text.encode(), count(triples))
        yield File(f"{path}.jsonld", to_json(jsonld_document(triples, self.dataset.base, prefixes), 2), count(triples))


def catalogue(about: Catalogue, entries: Entries) -> Files:
    """Files `catalog.ttl` and `catalog.jsonld`; `entries` are those of the manifest, by path."""
    triples = Statements({})
    _catalogue(about, triples)
    _dataset(about, triples)
    _versions(about, triples)
    add_left_out(triples, about.iri, about.things, about.left)
    _people(about, triples)
    for path in sorted(entries):
        if formats.of(path).ending != f".csv{CSVW}" and (path.startswith("dump/") or path == FEED):
            _distribution(about, triples, path, entries)
    for kind in kinds(about.dataset.model):
        if schema_path(kind.cls) in entries:
            _of_areas(about, triples, kind.cls)
    if "endpoint" in about.values:
        _service(about, triples, str(about.values["endpoint"]))
    about.complete(triples)
    yield from about.files("catalog", triples.triples)


def _catalogue(about: Catalogue, triples: Statements) -> None:
    this = f"{about.things}catalogue"
    values = about.values
    triples.add(this, DCAT + "dataset", about.iri)
    triples.add(this, DCTERMS + "publisher", *_publisher(about))
    triples.add(this, DCTERMS + "license", values.get("licence"))
    triples.add(this, DCTERMS + "language", *about.languages())
    triples.add(this, DCTERMS + "spatial", *about.spatial())
    triples.add(this, FOAF + "homepage", about.site)
    for key in ("issued", "modified"):
        triples.add(this, DCTERMS + key, literal(values[key], "date"))
    triples.add(about.site, RDF + "type", FOAF + "Document")
    if "licence" in values:
        triples.add(str(values["licence"]), RDF + "type", DCTERMS + "LicenseDocument")


def _dataset(about: Catalogue, triples: Statements) -> None:
    """Add the dataset: the triples of its record, and what is derived from the other records."""
    for line in ox.parse("".join(about.mapping.ntriples(about.record)), format=ox.RdfFormat.N_TRIPLES):
        if line.predicate.value != AVAILABILITY:  # which is said of each distribution
            triples.add(line.subject.value, line.predicate.value, _term(line.object))  # type: ignore[union-attr]
    this, series = about.iri, f"{about.things}dataset-series/{about.record.id}"
    triples.add(this, DCTERMS + "identifier", literal(this))
    triples.add(this, DCTERMS + "language", *about.languages())
    triples.add(this, DCTERMS + "accrualPeriodicity", *about.setting("frequency"))
    triples.add(this, DCTERMS + "accessRights", f"{EU}access-right/PUBLIC")
    triples.add(this, DCTERMS + "spatial", *about.spatial())
    triples.add(this, DCAT + "landingPage", about.site)
    triples.add(this, DCAT + "theme", *(about.setting("themes") or _themes(about)))
    for key, cls in (("spatial", DCTERMS + "Location"), ("frequency", DCTERMS + "Frequency"), ("themes", CONCEPT)):
        for term in about.spatial() if key == "spatial" else about.setting(key):
            triples.add(term, RDF + "type", cls)
            if term.startswith(f"{EU}country/"):
                triples.add(term, RDF + "type", CONCEPT)
                triples.add_text(term, SKOS + "prefLabel", Entry("country", term.rpartition("/")[2]))
    triples.add(this, DCAT + "keyword", *map(literal, about.setting("keywords")))
    for text in [] if about.setting("keywords") else _keywords(about):
        triples.add_text(this, DCAT + "keyword", text)
    about.add_languages(triples)
    _period(about, triples)
    triples.add(this, DCAT + "inSeries", series)
    about.add_vocabulary(triples, this)
    about.add_standard(triples, this, f"{about.dataset.base}shapes")
    triples.add(series, RDF + "type", DCAT + "DatasetSeries")
    shared = (DCTERMS + name for name in ("title", "description", "publisher", "spatial", "temporal"))
    for predicate in (*shared, DCAT + "contactPoint"):
        triples.add(series, predicate, *triples.triples[this].get(predicate, ()))
    triples.add(series, DCAT + "last", this)
    triples.add(this, PROV + "wasGeneratedBy", activity(about))
    triples.add(activity(about), RDF + "type", PROV + "Activity")
    triples.add(activity(about), PROV + "wasAssociatedWith", software(triples))
    triples.add(activity(about), RDFS + "seeAlso", f"{about.dataset.base}provenance.ttl")
    triples.add(this, PROV + "wasDerivedFrom", *sources(about))


def _versions(about: Catalogue, triples: Statements) -> None:
    """Add the versions of the dataset, this one and those before it, so that their IRIs are described for ever."""
    this = about.iri
    current, previous = about.versioned(about.version), about.edition.previous
    dates = dict(about.edition.versions) | {about.version: str(about.values["modified"])}
    triples.add(this, DCAT + "hasCurrentVersion", current)
    if previous:
        triples.add(this, DCAT + "previousVersion", about.versioned(previous))
    for version in [*dates, *([previous] if previous and previous not in dates else [])]:
        each = about.versioned(version)
        triples.add(each, DCAT + "version", literal(version))
        triples.add(each, DCAT + "isVersionOf", this)
        if version in dates:
            triples.add(each, DCTERMS + "issued", literal(dates[version], "date"))


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
    """Add the temporal coverage: from the first month of any project to the last, open where a project has no end."""
    if about.whole.first is None:
        return
    last = None if about.whole.open else about.whole.last
    this = f"{about.iri}/period"
    triples.add(about.iri, DCTERMS + "temporal", this)
    triples.add(this, RDF + "type", DCTERMS + "PeriodOfTime")
    triples.add(this, DCAT + "startDate", literal(about.whole.first, "gYearMonth"))
    triples.add(this, DCAT + "endDate", last and literal(last, "gYearMonth"))


def _publisher(about: Catalogue) -> list[str]:
    cls = about.dataset.model.by_name("Organisation")
    identifier = about.values.get("publisher")
    return [about.dataset.model.iri(cls, str(identifier))] if identifier else []


def _people(about: Catalogue, triples: Statements) -> None:
    """Add the publisher as an agent with its name, and type the contact points."""
    for agent in _publisher(about):
        record = next((r for r in about.records if about.mapping.subject(r) == agent), None)
        triples.add(agent, RDF + "type", FOAF + "Agent")
        if record is not None:
            triples.add_text(agent, FOAF + "name", record.values.get("name", {}))  # type: ignore[arg-type]
            triples.add(agent, DCTERMS + "type", _kind_of_publisher(about, record))
            triples.add(agent, FOAF + "homepage", record.values.get("homepage"))
            for page in (record.values.get("homepage"),):
                if page:
                    triples.add(str(page), RDF + "type", FOAF + "Document")
    for contact in triples.triples[about.iri].get(DCAT + "contactPoint", ()):
        triples.add(str(contact), RDF + "type", VCARD + "Kind")


def _kind_of_publisher(about: Catalogue, record: Record) -> str | None:
    """Return the type of publisher (ADMS) to which the organisation's kind is mapped, or None."""
    ontology = about.dataset.model.ontology
    for cls, concept in references(about.dataset.model, record.values, record.cls):
        if cls.concept:
            this = about.dataset.model.iri(cls, concept)
            for match in (SKOS + "exactMatch", SKOS + "closeMatch", SKOS + "broadMatch"):
                for other in ontology.objects(this, match):
                    if str(other).startswith(PUBLISHER_TYPES):
                        return str(other)
    return None


### Distributions


def _distribution(about: Catalogue, triples: Statements, path: str, entries: Entries) -> None:
    """Add the distribution of one file."""
    name = path.rpartition("/")[2]
    this = _begun(about, triples, name)
    inner, packing = formats.unpacked(path)
    bare = path.removesuffix(".gz") if packing else path
    _texts(about, triples, this, bare.rpartition("/")[2], packing is not None)
    _standards(about, triples, this, bare, entries)
    triples.add(this, DCTERMS + "format", f"{EU}file-type/{inner.file_type}")
    for predicate, form in (("mediaType", inner), ("compressFormat", packing)):
        if form is not None and form.registered:
            triples.add(this, DCAT + predicate, IANA + form.media_type)
            triples.add(IANA + form.media_type, RDF + "type", DCTERMS + "MediaType")
    triples.add(this, DCAT + "accessURL", about.site + path)
    triples.add(this, DCAT + "downloadURL", about.site + path)
    triples.add(this, DCAT + "byteSize", literal(entries[path]["bytes"], "nonNegativeInteger"))
    checksum(triples, this, str(entries[path]["sha256"]))


def _of_areas(about: Catalogue, triples: Statements, cls: Class) -> None:
    """Add the distribution in a JSON file for each area, which the pages of the areas link to."""
    this = _begun(about, triples, f"{cls.segment}-projects")
    for key in ("title", "description"):
        text = about.text("text/area-projects", key, area=cls.label, segment={"": cls.segment})
        triples.add_text(this, DCTERMS + key, text)
    title = about.text("text/area-schema", "title", area=cls.label)
    about.add_standard(triples, this, about.dataset.base + schema_path(cls), title)
    triples.add(this, DCTERMS + "format", f"{EU}file-type/JSON")
    triples.add(this, DCAT + "mediaType", f"{IANA}application/json")
    triples.add(f"{IANA}application/json", RDF + "type", DCTERMS + "MediaType")
    triples.add(this, DCAT + "accessURL", about.site)


def _begun(about: Catalogue, triples: Statements, name: str) -> str:
    """Add what all distributions share, and return the IRI."""
    this, values = f"{about.things}distribution/{name}", about.values
    triples.add(about.iri, DCAT + "distribution", this)
    triples.add(this, RDF + "type", DCAT + "Distribution")
    triples.add(this, DCTERMS + "license", values.get("licence"))
    triples.add(this, DCTERMS + "modified", literal(values["modified"], "date"))
    triples.add(this, DCTERMS + "language", *about.languages())
    triples.add(this, AVAILABILITY, values.get("availability"))
    return this


def _texts(about: Catalogue, triples: Statements, this: str, name: str, packed: bool) -> None:
    """Add title and description: those of this name, those of records of a class, else the name."""
    cls = _records_of(about, name)
    ending = name.removeprefix(f"{about.record.id}.")
    whole = f"whole.{ending}" if dumps.dump(about.record.id, f".{ending}") == f"{dumps.FOLDER}/{name}" else name
    for key in ("title", "description"):
        text = about.text(f"text/{whole}" if whole != name else f"id/distribution/{name}", key)
        table = re.fullmatch(r"projects\.([a-z]+)\.csv", name)
        if not text and cls is not None:
            text = about.text("text/records", key, label=cls.label)
        elif not text and table:
            language = Entry("site", "language", table[1])
            text = about.text("text/spreadsheet", key, language=language or {table[1]: table[1]})
        if packed and text:
            text = about.text("text/packed", key, text=text)
        triples.add_text(this, DCTERMS + key, text or {})
        if not text and key == "title":
            triples.add(this, DCTERMS + key, literal(name))


def _records_of(about: Catalogue, name: str) -> Class | None:
    """Return the class whose complete records a file of this name holds, or None."""
    stem, _, ending = name.partition(".")
    classes = about.dataset.model.entries() if ending == "jsonl" else []
    return next((c for c in classes if stem in (c.folder, Path(str(c.file)).stem)), None)


def _standards(about: Catalogue, triples: Statements, this: str, path: str, entries: Entries) -> None:
    """Add what a file conforms to: the vocabulary, a schema, the description of its columns, a specification."""
    base, name = about.dataset.base, path.rpartition("/")[2]
    cls = _records_of(about, name)
    if path == dumps.dump(about.record.id, formats.of(path).ending):
        about.add_vocabulary(triples, this)
    if cls is not None:
        title = about.text("text/schema", "title", label=cls.label)
        about.add_standard(triples, this, base + complete.path(cls), title)
    if path + CSVW in entries:
        about.add_standard(triples, this, base + path + CSVW, about.text("text/columns", "title", name={"": name}))


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
    triples.add(this, DCAT + "endpointDescription", address)  # without a query it describes itself
    triples.add(this, DCAT + "servesDataset", about.iri)
    triples.add(this, DCAT + "contactPoint", *triples.triples[about.iri].get(DCAT + "contactPoint", ()))
    triples.add(this, DCTERMS + "accessRights", f"{EU}access-right/PUBLIC")
    triples.add(this, DCTERMS + "license", about.values.get("licence"))
    triples.add(this, DCTERMS + "publisher", *_publisher(about))
