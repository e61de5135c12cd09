"""VoID: statistics and access points of the dataset (W3C Interest Group Note of 3 March 2011)."""

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
    """File `.well-known/void`: counts, partitions by class and property, vocabularies, examples, dumps.

    `counted` are the counts of the dump; `entries` are those of the manifest, by path.
    """
    triples = Statements({})
    this, page = about.iri, about.dataset.base + PATH
    triples.add(page, FOAF + "primaryTopic", this)
    triples.add(this, RDF + "type", VOID + "Dataset")
    triples.add_text(this, DCTERMS + "title", about.values["title"])  # type: ignore[arg-type]
    triples.add(this, DCTERMS + "license", about.values.get("licence"))
    triples.add(this, DCTERMS + "modified", literal(about.values["modified"], "date"))
    triples.add(this, FOAF + "homepage", about.site)
    triples.add(this, VOID + "uriSpace", literal(about.things))
    triples.add(this, VOID + "sparqlEndpoint", about.edition.service)
    for ending, name in FORMATS.items():
        for path in (f"dump/{NAME}{ending}", f"dump/{NAME}{ending}.gz"):
            if path in entries:
                triples.add(this, VOID + "dataDump", about.site + path)
                triples.add(this, VOID + "feature", f"http://www.w3.org/ns/formats/{name}")
    _statistics(about, triples, counted)
    triples.add(this, VOID + "exampleResource", *about.whole.examples.values())
    about.complete(triples)
    text = turtle_document(triples.triples, about.dataset.base, about.template.prefixes)
    yield File(PATH, text.encode(), count(triples.triples))


def _statistics(about: Catalogue, triples: Statements, counted: Counts) -> None:
    """Add the numbers of triples, subjects and objects, and the partitions by class and property."""
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
        triples.add(this, VOID + name, literal(number, "integer"))
    namespaces = set()
    for kind, numbers, unit in (("class", members, "entities"), ("property", uses, "triples")):
        for term, number in sorted(numbers.items()):
            namespaces.add(_namespace(term))
            part = f"{this}/{kind}-partition/{_short(about, term)}"
            triples.add(this, f"{VOID}{kind}Partition", part)
            triples.add(part, VOID + kind, term)
            triples.add(part, VOID + unit, literal(number, "integer"))
    triples.add(this, VOID + "vocabulary", *sorted(namespaces))


def _namespace(term: str) -> str:
    cut = max(term.rfind("#"), term.rfind("/")) + 1
    return term[:cut]


def _short(about: Catalogue, term: str) -> str:
    """Return a term as one segment of an IRI: prefix and local name if it has a prefix, else host and path."""
    space = _namespace(term)
    prefixes = {n: p for p, n in {**about.template.prefixes, **about.dataset.model.prefixes}.items()}
    if space in prefixes:
        return f"{prefixes[space]}-{term[len(space) :]}"
    return term.partition("://")[2].replace("/", "-").replace("#", "-")
