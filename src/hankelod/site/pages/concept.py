"""Code list pages: one for each concept scheme, and one for each concept with its uses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from hankelod.model.model import Class, Described
from hankelod.rdf.graph import SKOS
from hankelod.records.record import Record
from hankelod.site.language import Link, Words
from hankelod.site.listing import Row, collated, rows
from hankelod.site.pages.project_observations import Figure, additive, figure
from hankelod.site.portfolio import Portfolio
from hankelod.site.view import Page, Thing, View, capital

LONGEST = 100
"""Most uses listed on a concept's page."""


class Use(NamedTuple):
    """Use of a concept: the record, the anchor of the part, and the values that refer to the concept."""

    record: Record
    anchor: str
    values: dict[str, object]


class Uses:
    """Uses of concepts, by IRI of the class and id: the number, and the first LONGEST of them."""

    def __init__(self, portfolio: Portfolio) -> None:
        self.counts: dict[tuple[str, str], int] = {}
        self.first: dict[tuple[str, str], list[Use]] = {}
        self.model = portfolio.model
        for records in portfolio.by_class.values():
            for record in records.values():
                for part in self.model.walk(record.cls, record.values):
                    self._add(record, part)

    def _add(self, record: Record, part: Described) -> None:
        anchor = "-".join(str(part.values["id"]).split("/")[1:3]) if part.path else ""  # of the part of the record
        for target, identifier in self.model.references(part):
            if target.concept:
                key = (target.iri, identifier)
                self.counts[key] = self.counts.get(key, 0) + 1
                some = self.first.setdefault(key, [])
                if len(some) < LONGEST:
                    some.append(Use(record, anchor, part.values))


class ConceptEntry(NamedTuple):
    """Row of a concept in the list of its scheme."""

    link: Link
    definition: Words | None
    notation: str
    total: int


class SchemeContent(NamedTuple):
    """Content of the page of a concept scheme."""

    name: Words
    cls: Link | None
    entries: tuple[ConceptEntry, ...]
    themes: bool


class ConceptContent(NamedTuple):
    """Content of the page of a concept."""

    name: Words
    definition: Words | None
    notation: str
    scheme: Link
    broader: tuple[Link, ...]
    narrower: tuple[Link, ...]
    total: int
    projects: tuple[Row, ...]
    figures: tuple[tuple[Link, Figure], ...]
    uses: tuple[Link, ...]
    additive: bool


def concept_pages(view: View, uses: Uses) -> Iterator[Page]:
    """Pages of every scheme and every concept of the Model."""
    for cls in _filled(view):
        scheme = _scheme_link(view, cls)
        yield _scheme(view, cls, uses, scheme)
        for identifier in view.model.concepts[cls.iri]:
            yield _concept(view, cls, identifier, uses, scheme)


def _iri(view: View, cls: Class, identifier: str) -> str:
    return view.model.iri(cls, identifier)


def _scheme_iri(view: View, cls: Class) -> str:
    return view.model.things + cls.segment


def _scheme_link(view: View, cls: Class) -> Link:
    name = view.t.pick(view.ontology_text(_scheme_iri(view, cls), SKOS + "prefLabel"))
    return Link(f"doc/{cls.segment}.html", name or Words(view.class_label(cls)))


def schemes(view: View) -> list[Link]:
    """Return the links to all schemes."""
    return [_scheme_link(view, c) for c in _filled(view)]


def _filled(view: View) -> list[Class]:
    """Return the classes whose schemes have concepts: an empty one is not in the dump, and has no page."""
    return sorted(c for c in view.model.classes.values() if c.concept and view.model.concepts[c.iri])


def _scheme(view: View, cls: Class, uses: Uses, link: Link) -> Page:
    unsorted = [
        ConceptEntry(
            view.concept(cls.name, identifier),
            view.definition(_iri(view, cls, identifier)),
            identifier,
            uses.counts.get((cls.iri, identifier), 0),
        )
        for identifier in view.model.concepts[cls.iri]
    ]
    entries = tuple(sorted(unsorted, key=lambda e: (collated(e.link.words.text), e.notation)))
    own = Link(f"def.html#{cls.iri.rsplit('#', 1)[-1]}", Words(view.class_label(cls)))
    themes = cls.name == "Theme"
    crumbs = () if themes else (view.page_link("def.html", "nav.vocabulary"),)
    content = SchemeContent(link.words, own, entries, themes)
    iri = _scheme_iri(view, cls)
    return Page(
        link.path,
        "scheme.html",
        link.words.text,
        view.t("scheme.description", name=link.words.text, n=len(entries)),
        content,
        Thing(iri, f"doc/{cls.segment}"),
        crumbs=crumbs,
    )


def _concept(view: View, cls: Class, identifier: str, uses: Uses, scheme: Link) -> Page:
    iri, ontology = _iri(view, cls, identifier), view.model.ontology
    start = view.model.iri(cls, "")

    def others(iris: list[object]) -> tuple[Link, ...]:
        return tuple(view.concept(cls.name, str(i)[len(start) :]) for i in iris if str(i).startswith(start))

    first_uses = uses.first.get((cls.iri, identifier), [])
    projects = [u.record for u in first_uses if u.record.cls.main] if cls.name == "Theme" else []
    name = view.concept(cls.name, identifier).words
    definition = view.definition(iri)
    content = ConceptContent(
        name=name._replace(text=capital(name.text)),
        definition=definition,
        notation=identifier,
        scheme=scheme,
        broader=others(ontology.objects(iri, SKOS + "broader")),
        narrower=others(list(ontology.subjects(SKOS + "broader", iri))),
        total=uses.counts.get((cls.iri, identifier), 0),
        projects=rows(view, projects),
        figures=tuple((_use(view, u), figure(view, u.values, None)) for u in first_uses if cls.name == "Measure"),
        uses=() if projects or cls.name == "Measure" else tuple(_use(view, u) for u in first_uses),
        additive=cls.name != "Measure" or additive(view, identifier),
    )
    sentence = view.t("concept.description", name=content.name.text, scheme=scheme.words.text)
    description = f"{sentence} {definition.text}" if definition else sentence
    return Page(
        f"doc/{cls.identifies}{identifier}.html",
        "concept.html",
        content.name.text,
        description,
        content,
        Thing(iri, f"doc/{cls.identifies}{identifier}"),
        crumbs=(scheme,),
    )


def _use(view: View, use: Use) -> Link:
    link = view.to(use.record)
    anchored = use.anchor.startswith("outcome-")
    return link._replace(path=f"{link.path}#{use.anchor}") if anchored else link
