"""View of the site in one language: names and links of things, labels of fields, formatted values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from functools import cached_property
from types import MappingProxyType
from typing import NamedTuple

from hankelod.messages.catalogue import Text
from hankelod.messages.tables import own_names
from hankelod.model.model import Class, Field, Level, Model
from hankelod.publication.history.days import Days
from hankelod.rdf.graph import RDFS, SKOS
from hankelod.records.record import Record
from hankelod.site.brand import Brand
from hankelod.site.language import Borrowed, Language, Link, Words
from hankelod.site.map.atlas import Atlas
from hankelod.site.own import OwnPage
from hankelod.site.portfolio import Portfolio
from hankelod.validation.grants import currency_of
from hankelod.validation.report import Report

Json = dict[str, object]

Published = Mapping[str, Mapping[str, object]]
"""Entries of a manifest, by path."""


class Site(NamedTuple):
    """Input of all pages in all languages.

    `languages` are those of the pages, the first at the root; `own_pages` are the dataset's, by language and name, and
    `credits` those of its area pack, by language.
    `home` is the address at the beginning of absolute links to the site, `pages` are the paths in the navigation that
    exist, `published` the manifest entries of the files written before the site, and `days` the days of change.
    `examples` are values of the dataset's records by the code of their field, as written in YAML.
    """

    model: Model
    portfolio: Portfolio
    atlas: Atlas
    report: Report
    home: str
    pages: frozenset[str]
    published: Published
    days: Days
    languages: tuple[str, ...]
    examples: Mapping[str, str] = MappingProxyType({})
    brand: Brand = Brand()
    own_pages: Mapping[str, Mapping[str, OwnPage]] = MappingProxyType({})
    credits: Mapping[str, tuple[str, ...]] = MappingProxyType({})


MONEY = frozenset(
    f"https://w3id.org/hankelod/def#{term}" for term in ("amount", "totalCost", "maxGrantAmount", "requested", "paid")
)
"""Properties whose values are amounts of money."""


class Thing(NamedTuple):
    """Subject of a page: its IRI, and the path of its documents without `.ttl` and `.jsonld`."""

    iri: str
    document: str


class Page(NamedTuple):
    """Page: its path within a language, its head, and the content for its template.

    `markup` is schema.org markup, `crumbs` are the pages above it, and `listed` puts it into the sitemap. `record` is
    the one that the page shows.
    """

    path: str
    template: str
    title: str
    description: str
    content: object
    thing: Thing | None = None
    markup: Json | None = None
    crumbs: tuple[Link, ...] = ()
    listed: bool = True
    record: Record | None = None


class Value(NamedTuple):
    """Value to show: its text, and the page of the site (`path`) or external address it links to."""

    words: Words
    path: str | None = None
    address: str | None = None


class Fact(NamedTuple):
    """Label of a field, its values, the anchor of the field in the vocabulary, its key, and remarks about it."""

    label: str
    values: tuple[Value, ...]
    anchor: str | None = None
    key: str = ""
    remarks: tuple[object, ...] = ()


class View:
    """View of the site in one language."""

    def __init__(self, site: Site, language: Language) -> None:
        self.site = site
        self.t = language
        self.model = site.model
        self.portfolio = site.portfolio

    @cached_property
    def namesakes(self) -> frozenset[str]:
        """Ids of the projects that a list cannot tell apart by their titles."""
        titles: dict[str, list[str]] = {}
        for project in self.portfolio.projects:
            titles.setdefault(self.named(project).text.casefold(), []).append(project.id)
        return frozenset(i for ids in titles.values() if len(ids) > 1 for i in ids)

    ### Names and links

    def lead(self, project: Record) -> Words:
        """Return the name of the lead of a project; of a private person it is none."""
        lead = project.values.get("lead")
        return self.link("Organisation", str(lead)).words if lead else Words(self.t("project.private-person"))

    def named(self, record: Record) -> Words:
        """Return the title or name of a record, else its id."""
        name = record.values.get("title") or record.values.get("name")
        return self.t.pick(name) or Words(record.id)

    def to(self, record: Record) -> Link:
        """Return the link to a record's page."""
        return Link(f"doc/{record.cls.identifies}{record.id}.html", self.named(record))

    def apart(self, project: Record) -> Link:
        """Return the link to a project's page, with its id behind a title that others have too."""
        link = self.to(project)
        if project.id not in self.namesakes:
            return link
        return link._replace(words=link.words._replace(text=f"{link.words.text} ({project.id})"))

    def link(self, name: str, identifier: str) -> Link:
        """Return the link to a thing by the name of its class and its id."""
        record = self.portfolio.of(name).get(identifier)
        if record is not None:
            return self.to(record)
        cls = self.model.by_name(name)
        return Link(f"doc/{cls.identifies}{identifier}.html", Words(identifier))

    def level(self, level: Level) -> str:
        """Return the name of a level of areas, capitalised."""
        return capital(self.t.plain(level.label) or level.name)

    def concept(self, name: str, identifier: str) -> Link:
        """Return the link to a concept by the name of its class and its id."""
        cls = self.model.by_name(name)
        label = self.model.concepts[cls.iri].get(identifier)
        return Link(f"doc/{cls.identifies}{identifier}.html", self.t.pick(label) or Words(identifier))

    def call(self, identifier: str) -> Link:
        """Return the link to a call, which is on the page of its programme."""
        programme, _, own = identifier.partition("/call/")
        record = self.portfolio.of("Programme").get(programme)
        calls = record.values.get("calls", []) if record else []
        name = next((c.get("name") for c in calls if c["id"] == identifier), None)  # type: ignore[attr-defined]
        return Link(f"doc/programme/{programme}.html#call-{own}", self.t.pick(name) or Words(own))

    def thing(self, record: Record) -> Thing:
        """Return the subject of a record's page."""
        return Thing(self.model.iri(record.cls, record.id), f"doc/{record.cls.identifies}{record.id}")

    def page_link(self, path: str, key: str) -> Link:
        """Return the link to a page by its path, with a text of the catalogue."""
        return Link(path, Words(self.t(key)))

    ### Labels of the Model

    def label(self, field: Field) -> str:
        """Return a field's label, capitalised."""
        return capital(self.t.plain(field.label) or field.key)

    def labelled(self, name: str, key: str) -> str:
        """Return the label of a field by the name of its class and its key; the key if the Model has no such field."""
        field = self.model.by_name(name).field(key)
        return self.label(field) if field else key

    def class_label(self, cls: Class) -> str:
        """Return a class's label, capitalised; labels of classes of external vocabularies are in the catalogue."""
        own = self.t.plain(cls.label) or self.t.plain(self.model.labels.get(cls.iri, {}))
        if own:
            return capital(own)
        key = f"class.{cls.name.lower()}"
        return self.t(key) if key in self.t else cls.name

    def ontology_text(self, subject: str, predicate: str) -> Text:
        """Return a text of the ontology by language."""
        return self.model.ontology.text(subject, predicate)

    def definition(self, subject: str) -> Words | None:
        """Return the definition of a term or concept, else its comment."""
        return self.t.pick(
            self.ontology_text(subject, SKOS + "definition") or self.ontology_text(subject, RDFS + "comment")
        )

    def example(self, field: Field) -> str:
        """Return the example of a field as written in YAML: of the dataset's records, else of the Model, else none."""
        return self.site.examples.get(field.code) or field.example or ""

    ### Values by their field

    def facts(self, record: Record, skip: frozenset[str] = frozenset()) -> list[Fact]:
        """Return the fields of a record with their values, in the Model's order, except parts and those in `skip`."""
        return self.facts_of(record.cls, record.values, skip)

    def facts_of(self, cls: Class, values: Mapping[str, object], skip: frozenset[str]) -> list[Fact]:
        """Return the fields of a record or one of its parts, as `facts` does."""
        facts = []
        for field in cls.fields:
            value = values.get(field.key)
            if value is None or field.key in skip or field.kind.nested or (field.derived and field.kind.relative):
                continue
            each = value if isinstance(value, list) else [value]
            shown = tuple(self.value(field, v, currency_of(values)) for v in each)
            facts.append(Fact(self.label(field), shown, field.code, field.key))
        return facts

    def value(self, field: Field, value: object, currency: str = "") -> Value:
        """Return a value formatted by the kind of its field; an amount with its currency."""
        text = str(value)
        if field.path in MONEY and currency:
            return Value(Words(self.t.amount(text, currency)))
        if field.kind.refers:
            target = self.model.target(field)
            link = (
                self.concept(target.name, text)
                if target.concept
                else self.call(text)
                if target.part
                else self.link(target.name, text)
            )
            return Value(link.words, link.path)
        if field.kind.by_language:
            return Value(self.t.pick(value) or Words(""))
        if field.kind.shown == "address":
            return Value(Words(shown_address(text)), None, address(text))
        if field.limits.get("minInclusive") == "0" and field.limits.get("maxInclusive") == "1":
            return Value(Words(self.t.percent(str(Decimal(text) * 100))))
        formatted = {
            "number": self.t.number,
            "month": self.t.month,
            "moment": self.t.moment,
            "date": self.t.date,
            "boolean": self.yes_or_no,
            "language": self.language_name,
        }.get(field.kind.shown, str)
        return Value(Words(formatted(text)))

    def yes_or_no(self, value: str) -> str:
        """Return the word for a boolean given as text."""
        return self.t("format.yes" if value in ("True", "true") else "format.no")

    def language_name(self, code: str) -> str:
        """Return the name of a language: in the language of the page, else in itself, else its code."""
        key = f"language.{code}"
        return self.t(key) if self.t.speaks(key) else own_names().get(code, code)


def capital(text: str) -> str:
    """Return a text with its first letter capitalised; it stays marked if it is in another language."""
    capitalised = text[:1].upper() + text[1:]
    return Borrowed(capitalised, text.lang) if isinstance(text, Borrowed) else capitalised


_ADDRESS = re.compile(r"(https?|mailto):[^\s<>\"]+", re.IGNORECASE)


def address(text: str) -> str | None:
    """Return an address that is safe to link to (http, https or mailto), or None."""
    return text if _ADDRESS.fullmatch(text) else None


def shown_address(text: str) -> str:
    """Return an address for display, without scheme and `www.`."""
    return re.sub(r"^https?://(www\.)?", "", text).rstrip("/") or text


def brief(text: str, limit: int = 155) -> str:
    """Return the beginning of a text, cut after a whole word, for descriptions of pages."""
    text = " ".join(text.split())
    if len(text) <= limit:
        return text
    return text[:limit].rsplit(" ", 1)[0].rstrip(" ,;:–-.") + "…"
