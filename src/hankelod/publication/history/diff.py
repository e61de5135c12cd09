"""Differences between two graphs: by thing and field, with the old and the new value.

A graph is its lines of canonical N-Triples in the order of their bytes, as in the dump. A thing is a record with all
its parts, or a term of the ontology.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

import pyoxigraph as ox

from hankelod.messages.catalogue import Text
from hankelod.messages.languages import LANGUAGES
from hankelod.model.model import Class, Field, Model
from hankelod.publication.history import grouping
from hankelod.publication.history.grouping import ThingVersions
from hankelod.publication.history.lines import InFile, InMemory, SortedLines
from hankelod.publication.parts import Parts
from hankelod.rdf import nesting
from hankelod.rdf.graph import RDF, RDFS, SKOS
from hankelod.rdf.terms import Names

TITLES = ("title", "name")
"""The keys of fields that hold the name of a thing."""

_STEP = re.compile(r"([^\[\].]+)\[([^\]]*)\]\.")

_PART = re.compile(rf"(?:{_STEP.pattern})*")


class FieldChange(NamedTuple):
    """A removed value, an added value, or one value replaced by another.

    `field` is a path with the ids of parts and the language: `outcomes[verkosto].text.fi`. Values are literals as they
    are in the record, or full IRIs.
    """

    field: str
    old: str | None
    new: str | None


class Change(NamedTuple):
    """The change of one thing: `change` is `create`, `update` or `delete`.

    For a deletion, `fields` are the values of the tombstone, and `title` is the name of the thing by language.
    """

    thing: str
    change: str
    fields: tuple[FieldChange, ...] = ()
    title: tuple[tuple[str, str], ...] = ()


FULL = Names("", {}, short=False)


def line(triple: ox.Triple) -> bytes:
    """A triple in canonical N-Triples, as `hankelod.mapping.mapping` writes it."""
    return f"{_term(triple.subject)} {_term(triple.predicate)} {_term(triple.object)} .".encode()


def _term(term: object) -> str:
    return FULL.literal(term) if isinstance(term, ox.Literal) else str(term)


### Things


class Things:
    """Lookup of the thing that a triple is about, and of its fields and their labels, by one Model."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.start = f"<{model.things}".encode()
        roots = [c for c in model.classes.values() if not c.part and c.identifies]
        self.roots = sorted(((c.identifies, c) for c in roots), key=lambda r: -len(r[0]))
        self.tombstone = next((c for c in model.classes.values() if not c.part and not c.identifies), None)
        self._withdrawn = f"<{RDF}type> <{self.tombstone.iri}> .\n".encode() if self.tombstone else None
        titles = {f.path for c in model.classes.values() for f in c.fields if f.key in TITLES}
        self.naming = frozenset(f"<{path}>".encode() for path in titles | {SKOS + "prefLabel", RDFS + "label"})
        prefixes = "|".join(re.escape(prefix) for prefix, _ in self.roots)
        self._root = re.compile(f"{re.escape(model.base)}id/(?:{prefixes or '(?!)'})[^/]*")
        self._last = (b"", "")

    def of(self, each: bytes) -> str:
        """The IRI of the thing that a line is about; fastest for lines of the same subject in succession."""
        subject = each.partition(b" ")[0]
        if subject != self._last[0]:
            self._last = (subject, self.thing(subject.decode().strip("<>")))
        return self._last[1]

    def thing(self, subject: str) -> str:
        """The IRI of the thing that a subject is or is a part of."""
        root = self._root.match(subject)
        return root[0] if root else subject

    def starts(self, thing: str) -> list[bytes]:
        """The beginnings of all lines of a thing, in order: those of its parts, and its own."""
        own = f"{thing} " if thing.startswith("_:") else f"<{thing}> "
        return [start.encode() for start in (f"<{thing}/", own) if start == own or self._root.fullmatch(thing)]

    def iri(self, identifier: str) -> str:
        """The IRI of a thing by its id; a bare one is a project's, as in `withdrawn.yml`."""
        return self.model.things + identifier if "/" in identifier else self.model.iri(self.model.main, identifier)

    def cls(self, thing: str) -> Class | None:
        """The class of the record that a thing is; None if it is no record."""
        rest = thing.removeprefix(self.model.things)
        return None if rest == thing else next((c for prefix, c in self.roots if rest.startswith(prefix)), None)

    def is_tombstone(self, lines: Iterable[bytes]) -> bool:
        """Tell whether these lines of one thing are those of a tombstone."""
        return self._withdrawn is not None and self._withdrawn in b"\n".join((*lines, b""))

    ### Fields

    def field(self, thing: str, subject: str, predicate: str) -> tuple[str, Field | None]:
        """The path of a field in the record, without the language, and the Field, or None if the Model has none."""
        cls = self.cls(thing)
        path = ""
        steps = subject.removeprefix(thing).strip("/").split("/") if subject != thing else []
        for segment, part in zip(steps[::2], steps[1::2], strict=False):
            owner = (
                next((f for f in cls.fields if f.kind.nested and self.model.target(f).segment == segment), None)
                if cls
                else None
            )
            cls = self.model.target(owner) if owner else None
            path += f"{owner.key if owner else segment}[{part}]."
        field = self._by_path(cls, predicate) or (None if steps else self._by_path(self.tombstone, predicate))
        return path + (field.key if field else self.short(predicate)), field

    def _by_path(self, cls: Class | None, predicate: str) -> Field | None:
        return next((f for f in cls.fields if f.path == predicate), None) if cls else None

    def short(self, iri: str) -> str:
        """An IRI as a prefixed name, if the Model has a prefix for it."""
        if iri == RDF + "type":
            return "type"
        for prefix, namespace in self.model.prefixes.items():
            if iri.startswith(namespace) and len(iri) > len(namespace):
                return f"{prefix}:{iri[len(namespace) :]}"
        return iri

    def label(self, thing: str, path: str) -> Text:
        """The label of a field of a thing: the labels along its path, with the ids of the parts."""
        steps, language = _steps(path)
        cls, labels = self.cls(thing), []
        for key, part in steps:
            field = next((f for c in (cls, self.tombstone) if c for f in c.fields if f.key == key), None)
            labels.append((field.label if field else {}, key, part))
            cls = self.model.target(field) if field and field.kind.nested else cls
        text = {}
        for lang in LANGUAGES:
            words = [f"{label.get(lang, key)} {part}".strip() for label, key, part in labels]
            text[lang] = " › ".join(words) + (f" ({language})" if language else "")
        return text


def _steps(path: str) -> tuple[list[tuple[str, str]], str]:
    """Split the path of a field: its keys, each with the id of the part or `""`, and the language or `""`."""
    parts = _PART.match(path)
    assert parts is not None
    key, dot, tail = path[parts.end() :].rpartition(".")
    key, language = (key, tail) if dot and len(tail) == 2 else (path[parts.end() :], "")
    return [*_STEP.findall(parts[0]), *([(key, "")] if key else [])], language


### Changes


def changed(things: Things, old: SortedLines, new: SortedLines, parts: Parts) -> Iterator[ThingVersions]:
    """The things whose lines differ, each with all its lines, in the order of their IRIs.

    Memory is bounded: what is sorted goes to `parts` if it is much.
    """
    return grouping.changed(things, old, new, parts)


def compare(things: Things, old: SortedLines, new: SortedLines, parts: Parts) -> Iterator[Change]:
    """The changes from `old` to `new`, in the order of the IRIs of the things."""
    return (change(things, versions) for versions in changed(things, old, new, parts))


def change(things: Things, versions: ThingVersions) -> Change:
    """The change of one thing by field."""
    thing, old, new = versions
    withdrawn_before, withdrawn_now = things.is_tombstone(old), things.is_tombstone(new)
    if not new or (withdrawn_now and not withdrawn_before):
        fields = tuple(f for f in _fields(things, thing, [], new) if f.field != "type")
        return Change(thing, "delete", fields, tuple(sorted(title(things, old).items())))
    if not old or (withdrawn_before and not withdrawn_now):
        return Change(thing, "create")
    return Change(thing, "update", tuple(_fields(things, thing, old, new)))


def title(things: Things, lines: Iterable[bytes]) -> Text:
    """The name of a thing, by language, from its own lines."""
    lines = list(lines)
    return labels(things, lines).get(things.of(lines[0]), {}) if lines else {}


def labels(things: Things, lines: Iterable[bytes]) -> Mapping[str, Text]:
    """The names of things and their parts in a graph: by IRI, then by language, `""` if none is given."""
    names: dict[str, dict[str, str]] = {}
    selected = sorted(each for each in lines if each.split(b" ", 2)[1] in things.naming)
    content = b"\n".join(selected) + b"\n"
    nesting.check(content)
    for quad in ox.parse(content, format=ox.RdfFormat.N_TRIPLES):
        if isinstance(quad.object, ox.Literal) and isinstance(quad.subject, ox.NamedNode):
            names.setdefault(quad.subject.value, {}).setdefault(quad.object.language or "", quad.object.value)
    return names


def _parsed(each: bytes) -> ox.Triple:
    nesting.check(each)
    quad: ox.Quad = next(iter(ox.parse(each + b"\n", format=ox.RdfFormat.N_TRIPLES)))
    return quad.triple


def _fields(things: Things, thing: str, old: list[bytes], new: list[bytes]) -> list[FieldChange]:
    """The changes of the values of one thing. Derived values are left out, unless nothing else changed."""
    values: dict[tuple[str, bool], tuple[list[str], list[str]]] = {}
    for side, lines in enumerate((set(old) - set(new), set(new) - set(old))):
        for each in sorted(lines):
            path, filled, value = _value(things, thing, _parsed(each))
            values.setdefault((path, filled), ([], []))[side].append(value)
    written = [(path, sides) for (path, filled), sides in sorted(values.items()) if not filled]
    chosen = written or [(path, sides) for (path, _), sides in sorted(values.items())]
    return [change for path, sides in chosen for change in _paired(path, *sides)]


def _value(things: Things, thing: str, triple: ox.Triple) -> tuple[str, bool, str]:
    """The path of the field, whether the value is derived, and the value. The link to a part counts as derived."""
    path, field = things.field(thing, triple.subject.value, triple.predicate.value)  # type: ignore[union-attr]
    if isinstance(triple.object, ox.Literal) and triple.object.language:
        path += f".{triple.object.language}"
    filled = field is not None and (field.derived or field.kind.nested)
    derived = field is None and triple.predicate.value == RDF + "type" and things.cls(thing) is not None
    return path, filled or derived, triple.object.value  # type: ignore[union-attr]


def _paired(path: str, old: list[str], new: list[str]) -> Iterator[FieldChange]:
    """Pair the old and the new value if there is one of each; else list each by itself."""
    if len(old) == len(new) == 1:
        yield FieldChange(path, old[0], new[0])
        return
    yield from (FieldChange(path, value, None) for value in old)
    yield from (FieldChange(path, None, value) for value in new)


### As JSON


def as_json(change: Change) -> dict[str, object]:
    """A change as written in a release file and by `hankelod diff --format json`."""
    entry: dict[str, object] = {"thing": change.thing, "change": change.change}
    if change.title:
        entry["title"] = dict(change.title)
    if change.fields:
        entry["fields"] = [f._asdict() for f in change.fields]
    return entry


def from_json(entry: dict[str, object]) -> Change:
    """The change that `as_json` wrote. Raises KeyError, TypeError if it is not valid."""
    fields: list[dict[str, str | None]] = entry.get("fields", [])  # type: ignore[assignment]
    titles: dict[str, str] = entry.get("title", {})  # type: ignore[assignment]
    changes = tuple(FieldChange(str(f["field"]), f["old"], f["new"]) for f in fields)
    return Change(str(entry["thing"]), str(entry["change"]), changes, tuple(sorted(titles.items())))


__all__ = [
    "Change",
    "FieldChange",
    "InFile",
    "InMemory",
    "SortedLines",
    "ThingVersions",
    "Things",
    "as_json",
    "change",
    "changed",
    "compare",
    "from_json",
    "labels",
    "line",
    "title",
]
