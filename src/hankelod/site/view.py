"""The site as one language sees it: names and links of things, labels of fields, and values as pages show them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from hankelod.messages.catalogue import Text
from hankelod.model.model import Class, Field, Model
from hankelod.rdf.graph import RDFS, SKOS
from hankelod.records.record import Record
from hankelod.site.language import Language, Link, Words
from hankelod.site.map.atlas import Atlas
from hankelod.site.portfolio import Portfolio
from hankelod.validation.report import Report

Json = dict[str, object]

Published = Mapping[str, Mapping[str, object]]
"""The entries of a manifest, by path."""


class Site(NamedTuple):
    """What all pages in all languages are made of.

    `home` is the address that the site's own absolute links begin with, `pages` the single pages that there are, and
    `published` what the manifest says of the files that were written before the site.
    """

    model: Model
    portfolio: Portfolio
    atlas: Atlas
    report: Report
    home: str
    pages: frozenset[str]
    published: Published


class Thing(NamedTuple):
    """What a page is about: its IRI, and the path of its documents without `.ttl` and `.jsonld`."""

    iri: str
    document: str


class Page(NamedTuple):
    """One page: its path within a language, what its head says, and what its template shows."""

    path: str
    template: str
    title: str
    description: str
    content: object
    thing: Thing | None = None
    markup: Json | None = None
    crumbs: tuple[Link, ...] = ()
    listed: bool = True


class Value(NamedTuple):
    """A value to show: its words, and a page of the site (`path`) or an address elsewhere that it leads to."""

    words: Words
    path: str | None = None
    address: str | None = None


class Fact(NamedTuple):
    """A field's label, its values, and the anchor of the field in the vocabulary."""

    label: str
    values: tuple[Value, ...]
    anchor: str | None = None


class View:
    """The site in one language."""

    def __init__(self, site: Site, language: Language) -> None:
        self.site = site
        self.t = language
        self.model = site.model
        self.portfolio = site.portfolio

    ### Names and links

    def named(self, record: Record) -> Words:
        """What a thing is called: its title or name, else its id."""
        name = record.values.get("title") or record.values.get("name")
        return self.t.pick(name) or Words(record.id)

    def to(self, record: Record) -> Link:
        """The link to a record's page."""
        return Link(f"doc/{record.cls.identifies}{record.id}.html", self.named(record))

    def link(self, name: str, identifier: str) -> Link:
        """The link to a thing by the name of its class and its id."""
        record = self.portfolio.of(name).get(identifier)
        if record is not None:
            return self.to(record)
        cls = self.model.by_name(name)
        return Link(f"doc/{cls.identifies}{identifier}.html", Words(identifier))

    def concept(self, name: str, identifier: str) -> Link:
        """The link to a concept by the name of its class and its id."""
        cls = self.model.by_name(name)
        label = self.model.concepts[cls.iri].get(identifier)
        return Link(f"doc/{cls.identifies}{identifier}.html", self.t.pick(label) or Words(identifier))

    def call(self, identifier: str) -> Link:
        """The link to a call, which stands on its programme's page."""
        programme, _, own = identifier.partition("/call/")
        record = self.portfolio.of("Programme").get(programme)
        calls = record.values.get("calls", []) if record else []
        name = next((c.get("name") for c in calls if c["id"] == identifier), None)  # type: ignore[attr-defined]
        return Link(f"doc/programme/{programme}.html#call-{own}", self.t.pick(name) or Words(own))

    def thing(self, record: Record) -> Thing:
        """What the page of a record is about."""
        return Thing(
            f"{self.model.base}id/{record.cls.identifies}{record.id}", f"doc/{record.cls.identifies}{record.id}"
        )

    def page_link(self, path: str, key: str) -> Link:
        """The link to one of the site's single pages, called by a text of the catalogue."""
        return Link(path, Words(self.t(key)))

    ### Labels of the Model

    def label(self, field: Field) -> str:
        """A field's label, capital first."""
        return capital(self.t.plain(field.label) or field.key)

    def labelled(self, name: str, key: str) -> str:
        """The label of a field by the name of its class and its key; the key where the Model has no such field."""
        field = self.model.by_name(name).field(key)
        return self.label(field) if field else key

    def class_label(self, cls: Class) -> str:
        """A class's label, capital first; that of an outer vocabulary's class stands in the catalogue."""
        own = self.t.plain(cls.label) or self.t.plain(self.model.labels.get(cls.iri, {}))
        if own:
            return capital(own)
        key = f"class.{cls.name.lower()}"
        return self.t(key) if key in self.t else cls.name

    def ontology_text(self, subject: str, predicate: str) -> Text:
        return self.model.ontology.text(subject, predicate)

    def definition(self, subject: str) -> Words | None:
        """The definition of a term or concept."""
        return self.t.pick(
            self.ontology_text(subject, SKOS + "definition") or self.ontology_text(subject, RDFS + "comment")
        )

    ### Values by their field

    def facts(self, record: Record, skip: frozenset[str] = frozenset()) -> list[Fact]:
        """The fields of a record with their values, in the Model's order, but for parts and those to skip."""
        found = []
        for field in record.cls.fields:
            value = record.values.get(field.key)
            if value is None or field.key in skip or field.kind == "part":
                continue
            values = value if isinstance(value, list) else [value]
            found.append(Fact(self.label(field), tuple(self.value(field, v) for v in values), field.code))
        return found

    def value(self, field: Field, value: object) -> Value:
        """One value as its field says to show it."""
        text = str(value)
        if field.kind == "reference":
            target = self.model.target(field)
            link = (
                self.concept(target.name, text)
                if target.concept
                else self.call(text)
                if target.part
                else self.link(target.name, text)
            )
            return Value(link.words, link.path)
        if field.kind == "langtext":
            return Value(self.t.pick(value) or Words(""))
        if field.kind == "iri":
            return Value(Words(shown_address(text)), None, address(text))
        shown = {
            "decimal": self.t.number,
            "month": self.t.month,
            "date": self.t.date,
            "boolean": self.yes_or_no,
            "language": self.language_name,
        }.get(field.kind, str)
        return Value(Words(shown(text)))

    def yes_or_no(self, value: str) -> str:
        return self.t("format.yes" if value in ("True", "true") else "format.no")

    def language_name(self, code: str) -> str:
        """The name of a language of the site; another's code as it is."""
        return self.t(f"language.{code}") if code in self.t.order else code


def capital(text: str) -> str:
    """A text with its first letter a capital, the rest as it is."""
    return text[:1].upper() + text[1:]


_ADDRESS = re.compile(r"(https?|mailto):[^\s<>\"]+", re.IGNORECASE)


def address(text: str) -> str | None:
    """An address that a link may lead to, or None: only http, https and mailto are followed."""
    return text if _ADDRESS.fullmatch(text) else None


def shown_address(text: str) -> str:
    """An address as people read it."""
    return re.sub(r"^https?://(www\.)?", "", text).rstrip("/") or text


def brief(text: str, limit: int = 155) -> str:
    """The beginning of a text, up to a whole word, for descriptions of pages."""
    text = " ".join(text.split())
    if len(text) <= limit:
        return text
    return text[:limit].rsplit(" ", 1)[0].rstrip(" ,;:–-.") + "…"
