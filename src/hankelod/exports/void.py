"""VoID: statistics and access points of the dataset (W3C Interest Group Note of 3 March 2011)."""

from __future__ import annotations

from hankelod.exports import datasets
from hankelod.exports.datasets import VOID
from hankelod.exports.dcat import DCTERMS, FOAF, Catalogue
from hankelod.exports.hosting import VOID as PATH
from hankelod.publication.files import Entries, File, Files
from hankelod.rdf import dumps
from hankelod.rdf.counts import Counts
from hankelod.rdf.graph import RDF, SKOS, format_iri
from hankelod.rdf.statements import Statements, count, literal
from hankelod.rdf.syntaxes import TRIPLES
from hankelod.rdf.turtle import document


def void(about: Catalogue, counted: Counts, entries: Entries) -> Files:
    """File `.well-known/void`: counts, partitions by class and property, link sets, vocabularies, examples, dumps.

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
    triples.add(this, VOID + "uriSpace", literal(about.dataset.base))
    triples.add(this, VOID + "sparqlEndpoint", about.values.get("endpoint"))
    for ending, syntax in TRIPLES.items():
        whole = dumps.dump(about.record.id, ending)
        for path in (whole, whole + dumps.PACKED):
            if path in entries:
                triples.add(this, VOID + "dataDump", about.site + path)
                triples.add(this, VOID + "feature", format_iri(syntax))
    _statistics(about, triples, counted)
    _linksets(about, triples, counted)
    triples.add(this, VOID + "exampleResource", *about.whole.examples.values())
    about.complete(triples)
    text = document(triples.triples, about.dataset.base, about.template.prefixes)
    yield File(PATH, text.encode(), count(triples.triples))


def _statistics(about: Catalogue, triples: Statements, counted: Counts) -> None:
    """Add the numbers of triples, subjects and objects, and the partitions by class and property."""
    members, uses, this = counted.members, counted.uses, about.iri
    total = {
        "triples": counted.triples,
        "entities": counted.subjects,  # all have IRIs: there are no blank nodes
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


def _linksets(about: Catalogue, triples: Statements, counted: Counts) -> None:
    """Add the sets of links to known datasets, one for each property."""
    known, by_space = datasets.known(), datasets.by_space()
    for link, number in sorted(counted.links.items()):
        predicate, _, space = link.partition(" ")
        target = by_space[space]
        part = f"{about.iri}/linkset/{known.value(target, SKOS + 'notation')}/{_short(about, predicate)}"
        triples.add(about.iri, VOID + "subset", part)
        triples.add(part, RDF + "type", VOID + "Linkset")
        triples.add(part, VOID + "subjectsTarget", about.iri)
        triples.add(part, VOID + "objectsTarget", target)
        triples.add(part, VOID + "linkPredicate", predicate)
        triples.add(part, VOID + "triples", literal(number, "integer"))
        for property_, objects in known.triples[target].items():
            triples.add(target, property_, *objects)


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
