"""Entailment: what follows from the ontology is stated in it, since hardly any reader of a dump infers anything."""

from __future__ import annotations

from collections.abc import Sequence

import pyoxigraph as ox

from hankelod.rdf.graph import OWL, RDF, RDFS, SKOS, Index

NAMESPACE = "http://purl.org/vocab/vann/preferredNamespaceUri"

Supers = dict[str, tuple[str, ...]]
"""Super-classes by class, all of them, the nearest first."""


def superclasses(ontology: Index) -> Supers:
    """Return the super-classes of each class that has any (`rdfs:subClassOf`, transitively)."""
    supers: Supers = {}
    for cls, by in ontology.triples.items():
        found: dict[str, None] = {}
        waiting = [str(o) for o in by.get(RDFS + "subClassOf", ())]
        while waiting:
            each = waiting.pop(0)
            if each != cls and each not in found:
                found[each] = None
                waiting += [str(o) for o in ontology.objects(each, RDFS + "subClassOf")]
        if found:
            supers[cls] = tuple(found)
    return supers


def complete(ontology: Index, supers: Supers) -> None:
    """Add the triples that follow.

    Things are of the super-classes of their types; a concept without a broader one is a top concept of its scheme; a
    term is defined by the ontology whose namespace it is in, and its definition is a comment for who reads no SKOS.
    """
    namespaces = {
        str(space): head
        for head in ontology.subjects(RDF + "type", OWL + "Ontology")
        for space in (ontology.value(head, NAMESPACE), ontology.iri(head, NAMESPACE))
        if space
    }
    for subject, by in list(ontology.triples.items()):
        types = [str(o) for o in by.get(RDF + "type", ())]
        stated = list(dict.fromkeys(each for cls in types for each in supers.get(cls, ())))
        _add(ontology, subject, RDF + "type", stated)
        if SKOS + "Concept" in (*types, *stated):
            _complete_concept(ontology, subject)
        head = next((head for space, head in namespaces.items() if subject.startswith(space)), None)
        if head and types:
            _add(ontology, subject, RDFS + "isDefinedBy", [head])
            if RDFS + "comment" not in by:
                _add(ontology, subject, RDFS + "comment", by.get(SKOS + "definition", []))


def _complete_concept(ontology: Index, concept: str) -> None:
    broader = [str(o) for o in ontology.objects(concept, SKOS + "broader")]
    for each in broader:
        _add(ontology, each, SKOS + "narrower", [concept])
    schemes = [] if broader else [str(o) for o in ontology.objects(concept, SKOS + "inScheme")]
    _add(ontology, concept, SKOS + "topConceptOf", schemes)
    for each in schemes:
        _add(ontology, each, SKOS + "hasTopConcept", [concept])


def _add(ontology: Index, subject: str, predicate: str, objects: Sequence[object]) -> None:
    """Add triples that are not there yet."""
    present = ontology.objects(subject, predicate)
    for obj in objects:
        if obj not in present:
            ontology.triples.setdefault(subject, {}).setdefault(predicate, []).append(obj)
            present = ontology.objects(subject, predicate)
            term = obj if isinstance(obj, ox.Literal) else _node(str(obj))
            quad = ox.Quad(_node(subject), ox.NamedNode(predicate), term)
            ontology.by_subject.setdefault(subject, []).append(quad)


def _node(name: str) -> ox.NamedNode | ox.BlankNode:
    return ox.BlankNode(name[2:]) if name.startswith("_:") else ox.NamedNode(name)
