"""Fields and code lists of a dataset's own in short form: `fields.yml` and `lists/*.csv` become ontology and shapes.

What stands there could be written as Turtle in `model/` too; it is read into the same triples.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pyoxigraph as ox

from hankelod.messages.catalogue import Text
from hankelod.messages.problem import Place, Problem, kind_word
from hankelod.messages.words import message
from hankelod.model.kinds.addresses import IRI
from hankelod.model.kinds.addresses import is_iri as valid_iri
from hankelod.model.kinds.table import KINDS
from hankelod.model.layers import Layer, layer
from hankelod.model.model import ID, SHAPES
from hankelod.rdf.files import listed
from hankelod.rdf.graph import OWL, RDF, RDFS, SH, SKOS, XSD, indexed, rdf_list
from hankelod.records import csvtree, tree, yamltree
from hankelod.records.slug import slug

FIELDS = "fields.yml"

LISTS = "lists"

QUDT_UNIT = "http://qudt.org/vocab/unit/"

KEY = re.compile("[a-z][A-Za-z0-9]*")
"""Keys of records."""

WRITTEN = ("label", "description", "kind", "list", "term", "many", "required", "example", "order")
"""Options of a field in `fields.yml`."""

COLUMNS = ("code", "label", "definition", "broader", "closeMatch", "unit", "per")
"""Columns of a list."""

OFFERED = {name: kind for name, kind in KINDS.items() if kind.datatype or kind.precisions or kind is IRI}
"""Kinds of values that a field may have, by name."""


class Fault(NamedTuple):
    """A reason why the files cannot be used, with its place."""

    place: Place
    text: Text


class Unusable(Exception):
    """The files cannot be used; `faults` are all reasons."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(faults)
        self.faults = faults


class Own(NamedTuple):
    """Files in short form, with their names in reports."""

    fields: tuple[Path, str] | None
    lists: list[tuple[Path, str]]

    @property
    def files(self) -> list[tuple[Path, str]]:
        """All files."""
        return [*([self.fields] if self.fields else []), *self.lists]


def own(root: Path) -> Own:
    """Find the files in the dataset folder `root`."""
    fields = root / FIELDS
    lists = [(root / LISTS / name, f"{LISTS}/{name}") for name in listed(root / LISTS, ".csv")]
    return Own((fields, FIELDS) if fields.exists() else None, lists)


def read(given: Own, root: Path, base: str, languages: tuple[str, ...], below: Layer) -> Layer:
    """Read the files into a layer over `below`. Raises Unusable."""
    reading = _Reading(root, base, languages, below)
    for path, name in given.lists:
        reading.read_list(path, name)
    if given.fields:
        reading.read_fields(*given.fields)
    if reading.faults:
        raise Unusable(sorted(reading.faults, key=lambda f: f.place))
    return layer(indexed(reading.quads, {}))


class _Reading:
    """The reading of all files of one dataset."""

    def __init__(self, root: Path, base: str, languages: tuple[str, ...], below: Layer) -> None:
        self.root, self.base, self.languages, self.below = root, base, languages, below
        self.quads: list[ox.Quad] = []
        self.faults: list[Fault] = []
        self.lists: dict[str, str] = {}
        shapes = below.shapes
        nodes = (s for s in shapes.subjects(RDF + "type", SH + "NodeShape") if shapes.value(s, SH + "codeIdentifier"))
        self.shapes = {str(shapes.value(s, SH + "codeIdentifier")): s for s in nodes}

    def fault(self, reason: str, place: Place, **values: object) -> None:
        self.faults.append(Fault(place, message(reason, **values)))

    def add(self, subject: str, predicate: str, *objects: ox.NamedNode | ox.Literal) -> None:
        node = ox.NamedNode(subject)
        self.quads += [ox.Quad(node, ox.NamedNode(predicate), each) for each in objects]

    def texts(self, subject: str, predicate: str, text: Text) -> None:
        self.add(subject, predicate, *(ox.Literal(value, language=lang) for lang, value in text.items()))

    ### Lists

    def read_list(self, path: Path, name: str) -> None:
        """Read a list: concepts of an existing class of that name, else of a class of its own."""
        stem = path.name.removesuffix(".csv")
        if not ID.fullmatch(stem):
            self.fault("own-list-name", Place(name, 1, 1), name=path.name, example=f"{slug(stem) or 'list'}.csv")
            return
        problems: list[Problem] = []
        try:
            nodes = list(csvtree.rows(tree.read_bytes(path, name, within=self.root), name, problems))
        except tree.Unreadable as error:
            problems.append(error.problem)
            nodes = []
        self.faults += [Fault(Place(p.file, p.line, p.column), p.message) for p in problems]
        segment = self._segment(stem)
        cls = self._built_in(stem) or self._class(stem)
        segment = segment or f"concept/{stem}"
        self.lists[stem] = cls
        scheme = f"{self.base}id/{segment}"
        if not self.below.ontology.triples.get(scheme):
            self.add(scheme, RDF + "type", ox.NamedNode(SKOS + "ConceptScheme"))
            self.texts(scheme, SKOS + "prefLabel", {self.languages[0]: stem.replace("-", " ").capitalize()})
        codes = {slug(str(value.value)) for node in nodes for key, value in _pairs(node) if key == "code"}
        seen: dict[str, int] = {}
        for node in nodes:
            self._concept(node, name, cls, scheme, codes, seen)

    def _class(self, stem: str) -> str:
        """Add the class of a list and its node shape; return the IRI of the class."""
        word = "".join(part.capitalize() for part in stem.split("-"))
        cls, shape = f"{self.base}def#{word}", f"{self.base}shapes#{word}"
        label = {self.languages[0]: stem.replace("-", " ")}
        self.add(cls, RDF + "type", ox.NamedNode(OWL + "Class"))
        self.add(cls, RDFS + "subClassOf", ox.NamedNode(SKOS + "Concept"))
        self.texts(cls, RDFS + "label", label)
        self.add(shape, RDF + "type", ox.NamedNode(SH + "NodeShape"))
        self.add(shape, SH + "targetClass", ox.NamedNode(cls))
        self.add(shape, SH + "codeIdentifier", ox.Literal(f"concept/{stem}"))
        self.add(shape, SH + "property", ox.NamedNode(SHAPES + "Concept-prefLabel"))
        return cls

    def _concept(
        self, node: tree.Node, name: str, cls: str, scheme: str, codes: set[str], seen: dict[str, int]
    ) -> None:
        cells = {str(key.value): (key, value) for key, value in node.value}  # type: ignore[attr-defined]
        place = node.place(name)
        for column, (key, _) in cells.items():
            if column not in COLUMNS:
                self.fault("own-list-column", key.place(name), column=column, known=", ".join(COLUMNS))
        code = str(cells["code"][1].value) if "code" in cells else ""
        identifier = slug(code)
        if not identifier:
            self.fault("own-list-code", place)
            return
        if identifier in seen:
            self.fault("own-list-twice", cells["code"][1].place(name), code=code, line=seen[identifier])
            return
        seen[identifier] = place.line
        subject = f"{scheme}/{identifier}"
        self.add(subject, RDF + "type", ox.NamedNode(cls))
        self.add(subject, SKOS + "inScheme", ox.NamedNode(scheme))
        if code != identifier:
            self.add(subject, SKOS + "notation", ox.Literal(code))
        label = self._text(cells["label"][1], name) if "label" in cells else {}
        if not label:
            self.fault("own-list-label", place, code=code, column=f"label_{self.languages[0]}")
        self.texts(subject, SKOS + "prefLabel", label)
        if "definition" in cells:
            self.texts(subject, SKOS + "definition", self._text(cells["definition"][1], name))
        if "broader" in cells:
            broader = cells["broader"][1]
            if slug(str(broader.value)) not in codes:
                self.fault("own-list-broader", broader.place(name), code=str(broader.value))
            else:
                self.add(subject, SKOS + "broader", ox.NamedNode(f"{scheme}/{slug(str(broader.value))}"))
        for column, predicate, start in (
            ("closeMatch", SKOS + "closeMatch", ""),
            ("unit", "http://qudt.org/schema/qudt/hasUnit", QUDT_UNIT),
            ("per", "https://w3id.org/hankelod/def#per", f"{self.base}id/concept/period/"),
        ):
            if column in cells:
                self._link(subject, predicate, start, cells[column][1], name)

    def _link(self, subject: str, predicate: str, start: str, node: tree.Node, name: str) -> None:
        """Add a link to what a cell names: an IRI, or the end of one that begins with `start`."""
        text = str(node.value)
        iri = text if text.startswith(("http://", "https://")) else start + text
        if not valid_iri(iri) or not iri.startswith(("http://", "https://")):
            self.fault("own-iri", node.place(name), value=text)
        else:
            self.add(subject, predicate, ox.NamedNode(iri))

    ### Fields

    def read_fields(self, path: Path, name: str) -> None:
        """Read `fields.yml`: fields by the segment of their class and their key."""
        problems: list[Problem] = []
        try:
            top = yamltree.read_yaml(tree.read_bytes(path, name, within=self.root), name, problems)
        except tree.Unreadable as error:
            problems.append(error.problem)
            top = tree.Node("mapping", [], 1, 1)
        self.faults += [Fault(Place(p.file, p.line, p.column), p.message) for p in problems]
        if top.kind != "mapping":
            self.fault("own-fields-form", top.place(name))
            return
        for key, node in top.value:  # type: ignore[attr-defined]
            shape = self.shapes.get(str(key.value))
            if shape is None or str(key.value).startswith("concept/"):
                known = ", ".join(sorted(s for s in self.shapes if not s.startswith("concept/")))
                self.fault("own-field-class", key.place(name), value=str(key.value), known=known)
            elif node.kind != "mapping":
                self.fault("own-fields-form", node.place(name))
            else:
                for number, (word, field) in enumerate(node.value, start=1):
                    self._field(shape, number, word, field, name)

    def _field(self, shape: str, number: int, key: tree.Node, node: tree.Node, name: str) -> None:
        """Add the property shape of a field, and its term where it has none elsewhere."""
        word, place = str(key.value), key.place(name)
        shapes = self.below.shapes
        taken = {shapes.value(str(p), SH + "codeIdentifier") for p in shapes.objects(shape, SH + "property")}
        if not KEY.fullmatch(word) or word in ("id", "type"):
            self.fault("own-field-key", place, key=word)
            return
        if word in taken:
            self.fault("own-field-taken", place, key=word)
            return
        if node.kind != "mapping":
            self.fault("own-field-form", node.place(name), key=word)
            return
        said = {str(k.value): (k, v) for k, v in node.value}  # type: ignore[attr-defined]
        for option, (at, _) in said.items():
            if option not in WRITTEN:
                self.fault("own-field-option", at.place(name), value=option, known=", ".join(WRITTEN))
        label = self._text(said["label"][1], name) if "label" in said else {}
        if not label:
            self.fault("own-field-label", place, key=word, lang=self.languages[0])
        local = shape.rsplit("#", 1)[-1]
        made = f"{self.base}shapes#{local}-{word}"
        self.add(shape, SH + "property", ox.NamedNode(made))
        self.add(made, RDF + "type", ox.NamedNode(SH + "PropertyShape"))
        self.add(made, SH + "path", ox.NamedNode(self._term(word, label, said.get("term"), name)))
        self.add(made, SH + "codeIdentifier", ox.Literal(word))
        order = str(said["order"][1].value) if "order" in said else str(100 + number)
        self.add(made, SH + "order", ox.Literal(order, datatype=ox.NamedNode(XSD + "decimal")))
        self.texts(made, SH + "name", label)
        description = self._text(said["description"][1], name) if "description" in said else label
        self.texts(made, SH + "description", description)
        self.texts(made, SH + "message", message("own-field-fix", values=_values(said)))
        self.texts(made, SHAPES + "why", message("own-field-why"))
        self._kind(made, said, place, name)
        if self._flag(said, "required", name):
            self.add(made, SH + "minCount", _integer(1))
        if not self._flag(said, "many", name) and _plain(said.get("kind")) != "langtext":
            self.add(made, SH + "maxCount", _integer(1))
        if "example" in said:
            self.add(made, SKOS + "example", ox.Literal(str(said["example"][1].value)))

    def _term(self, word: str, label: Text, term: tuple[tree.Node, tree.Node] | None, name: str) -> str:
        """Return the property of a field: the term that it names, else one of the dataset's own."""
        if term is None:
            own = f"{self.base}def#{word}"
            if own not in self.below.ontology.triples:
                self.add(own, RDF + "type", ox.NamedNode(RDF + "Property"))
                self.texts(own, RDFS + "label", label)
            return own
        text = str(term[1].value)
        prefix, _, local = text.partition(":")
        prefixes = {**self.below.ontology.prefixes, **self.below.shapes.prefixes}
        iri = prefixes[prefix] + local if prefix in prefixes else text
        if not valid_iri(iri) or not iri.startswith(("http://", "https://")):
            self.fault("own-iri", term[1].place(name), value=text)
            return f"{self.base}def#{word}"
        return iri

    def _kind(self, made: str, said: dict[str, tuple[tree.Node, tree.Node]], place: Place, name: str) -> None:
        """Add what tells the kind of the values."""
        if "list" in said:
            chosen = str(said["list"][1].value)
            cls = self.lists.get(chosen) or self._built_in(chosen)
            if cls is None:
                known = ", ".join(sorted(self.lists)) or "-"
                self.fault("own-field-list", said["list"][1].place(name), value=chosen, known=known)
                return
            self.add(made, SH + "class", ox.NamedNode(cls))
            self.add(made, SH + "nodeKind", ox.NamedNode(SH + "IRI"))
            return
        word = _plain(said.get("kind")) or "text"
        kind = OFFERED.get(word)
        if kind is None:
            self.fault("own-field-kind", said["kind"][1].place(name), value=word, known=", ".join(sorted(OFFERED)))
        elif kind is IRI:
            self.add(made, SH + "nodeKind", ox.NamedNode(SH + "IRI"))
            self.add(made, SH + "pattern", ox.Literal("^https?://[^/]"))
        elif kind.datatype:
            self.add(made, SH + "datatype", ox.NamedNode(kind.datatype))
            if kind.by_language:
                self.add(made, SH + "uniqueLang", ox.Literal("true", datatype=ox.NamedNode(XSD + "boolean")))
                self.quads += rdf_list(ox.NamedNode(made), SH + "languageIn", map(ox.Literal, self.languages))
        else:
            alternatives = []
            for datatype in kind.precisions.values():
                alternatives.append(ox.BlankNode())
                self.quads.append(ox.Quad(alternatives[-1], ox.NamedNode(SH + "datatype"), ox.NamedNode(datatype)))
            self.quads += rdf_list(ox.NamedNode(made), SH + "or", alternatives)

    def _built_in(self, name: str) -> str | None:
        """Return the class of the list of this name that is there already, or None."""
        segment = self._segment(name)
        return self.below.shapes.iri(self.shapes[segment], SH + "targetClass") if segment else None

    def _segment(self, name: str) -> str | None:
        """Return the segment of the list of this name that is there already: `themes` is `concept/theme`."""
        return next((s for s in (f"concept/{name}", f"concept/{name.removesuffix('s')}") if s in self.shapes), None)

    def _flag(self, said: dict[str, tuple[tree.Node, tree.Node]], option: str, name: str) -> bool:
        word = _plain(said.get(option))
        if word not in (None, "true", "false"):
            self.fault("own-field-flag", said[option][1].place(name), key=option)
        return word == "true"

    def _text(self, node: tree.Node, name: str) -> Text:
        """Return a text by language; one without is in the dataset's first language."""
        if node.kind == "mapping":
            pairs = [(k, v) for k, v in node.value if v.kind == "text"]  # type: ignore[attr-defined]
            for key, _ in pairs:
                if key.value not in self.languages:
                    known = ", ".join(self.languages)
                    self.fault("own-text-language", key.place(name), value=str(key.value), known=known)
            return {str(k.value): str(v.value) for k, v in pairs if k.value in self.languages}
        return {self.languages[0]: str(node.value)} if node.kind != "nothing" else {}


def _pairs(node: tree.Node) -> Iterator[tuple[str, tree.Node]]:
    return ((str(key.value), value) for key, value in node.value)  # type: ignore[attr-defined]


def _plain(said: tuple[tree.Node, tree.Node] | None) -> str | None:
    return str(said[1].value) if said is not None else None


def _values(said: dict[str, tuple[tree.Node, tree.Node]]) -> Text:
    """Return the words for the values that a field takes."""
    if "list" in said:
        return message("own-field-of-list", name=_plain(said["list"]))
    return kind_word(_plain(said.get("kind")) or "text")


def _integer(number: int) -> ox.Literal:
    return ox.Literal(str(number), datatype=ox.NamedNode(XSD + "integer"))
