"""The dataset described for programs that query it (VoID, W3C Interest Group Note of 3 March 2011)."""

from __future__ import annotations

from hankelod.exports.dcat import DCTERMS, FOAF, Catalogue
from hankelod.publication.files import NAME, Entries, File, Files
from hankelod.rdf.counts import Counts
from hankelod.rdf.graph import RDF
from hankelod.rdf.statements import Statements, count, literal, turtle_document

PATH = ".well-known/void"

VOID = "http://rdfs.org/ns/void#"

FORMATS = {".nt": "N-Triples", ".ttl": "Turtle", ".jsonld": "JSON-LD"}


def void(about: Catalogue, counted: Counts, entries: Entries) -> Files:
    """`.well-known/void`: counts, partitions by class and property, vocabularies, examples, dumps.

    `counted` are the counts of the dump; `entries` tell which dumps there are.
    """
    told = Statements({})
    this, page = about.iri, about.dataset.base + PATH
    told.add(page, FOAF + "primaryTopic", this)
    told.add(this, RDF + "type", VOID + "Dataset")
    told.add_text(this, DCTERMS + "title", about.values["title"])  # type: ignore[arg-type]
    told.add(this, DCTERMS + "license", about.values.get("licence"))
    told.add(this, DCTERMS + "modified", literal(about.values["modified"], "date"))
    told.add(this, FOAF + "homepage", about.site)
    told.add(this, VOID + "uriSpace", literal(about.things))
    told.add(this, VOID + "sparqlEndpoint", about.edition.service)
    for ending, name in FORMATS.items():
        for path in (f"dump/{NAME}{ending}", f"dump/{NAME}{ending}.gz"):
            if path in entries:
                told.add(this, VOID + "dataDump", about.site + path)
                told.add(this, VOID + "feature", f"http://www.w3.org/ns/formats/{name}")
    _counts(about, told, counted)
    told.add(this, VOID + "exampleResource", *about.whole.examples.values())
    about.complete(told)
    text = turtle_document(told.triples, about.dataset.base, about.template.prefixes)
    yield File(PATH, text.encode(), count(told.triples))


def _counts(about: Catalogue, told: Statements, counted: Counts) -> None:
    """How many triples, subjects, objects; how many of each class and property."""
    members, uses, this = counted.members, counted.uses, about.iri
    total = {
        "triples": counted.triples,
        "entities": about.whole.entities,
        "distinctSubjects": counted.subjects,
        "distinctObjects": counted.objects,
        "properties": len(uses),
        "classes": len(members),
    }
    for name, number in total.items():
        told.add(this, VOID + name, literal(number, "integer"))
    namespaces = set()
    for kind, numbers, unit in (("class", members, "entities"), ("property", uses, "triples")):
        for term, number in sorted(numbers.items()):
            namespaces.add(_namespace(term))
            part = f"{this}/{kind}-partition/{_short(about, term)}"
            told.add(this, f"{VOID}{kind}Partition", part)
            told.add(part, VOID + kind, term)
            told.add(part, VOID + unit, literal(number, "integer"))
    told.add(this, VOID + "vocabulary", *sorted(namespaces))


def _namespace(term: str) -> str:
    cut = max(term.rfind("#"), term.rfind("/")) + 1
    return term[:cut]


def _short(about: Catalogue, term: str) -> str:
    """A term's name as a step of an IRI: its prefix and local name where it has a prefix, else its own steps."""
    space = _namespace(term)
    known = {n: p for p, n in {**about.template.prefixes, **about.dataset.model.prefixes}.items()}
    if space in known:
        return f"{known[space]}-{term[len(space) :]}"
    return term.partition("://")[2].replace("/", "-").replace("#", "-")
