"""Lines of JSON become lines of N-Triples, with no record in between: the shortest way from a file to its graph.

One function for each Class decodes, checks and writes: the source of the decoders (`hankelod.records.decoders`), where what
becomes of a value is what the source of the writers (`hankelod.mapping.writers`) makes of it. It gives the bytes that the
mapping of the record would give; a line that is the least out of line goes the long way, through the Reader.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import takewhile
from typing import Any

from hankelod.mapping import writers
from hankelod.mapping.mapping import Mapping
from hankelod.model.model import Class, Field
from hankelod.rdf.graph import RDF
from hankelod.rdf.terms import escape, escape_record
from hankelod.records import decoders
from hankelod.records.dataset import Dataset
from hankelod.records.decoding import Decoder
from hankelod.records.jsonlines import lines as lines_of
from hankelod.records.tree import Unreadable


class Source(decoders.Source):
    """The source of functions that put the triples of a structure, in UTF-8, at the end of a list.

    They take the subject `s` too, and the list `lines`. Those of a part come after all of the thing that it is part of.
    Most triples are ASCII, and encoded whole, which is a copy; of texts, only the text itself is encoded.
    """

    parameters = "d, id, ordinal, s, lines"

    def __init__(self, scope: decoders.Scope, writer: writers.Source) -> None:
        super().__init__(scope)
        self.writer = writer

    def begin(self, cls: Class) -> list[str]:
        out = ["put = lines.append", *(["late = []"] if _has_parts(cls) else [])]
        if any(f.kind == "langtext" for f in cls.fields):
            out.append("b = s.encode()")
        if decoders.has_kinds(cls):
            return out
        if len(cls.types) > 1:  # the type is known when its keys have been read
            return [*out, "first, r = len(lines), {}", "put(b'')"]
        return [*out, self._put(RDF + "type", writers.fixed(self.writer.names.iri(cls.types[0].iri)))]

    def end(self, cls: Class) -> list[str]:
        out = ["lines += late"] if _has_parts(cls) else []
        if len(cls.types) > 1 and not decoders.has_kinds(cls):
            types = self.scope.hold({rule.word: self.writer.names.iri(rule.iri) for rule in cls.types})
            kind = f"{{{types}[type_of(r, {self.scope.hold(cls)})]}}"
            out.append(f"lines[first] = f'{self.writer.line(RDF + 'type', kind)}'.encode()")
        return [*out, "return"]

    def field(self, cls: Class, field: Field) -> list[str]:
        out = super().field(cls, field)
        tells = any(rule.key == field.key for rule in cls.types) and not decoders.has_kinds(cls)
        return [*out, f"if v is not UNSET and v != []: r[{field.key!r}] = v"] if tells else out

    def run(self, fields: list[Field]) -> list[Field]:
        """Fields that nearly every record has one value of: they are written at once."""
        return list(takewhile(lambda f: not f.filled, self.writer.run(fields)))

    def together(self, cls: Class, run: list[Field]) -> list[str]:
        names = [f"v{n}" for n in range(len(run))]
        given = [f"{v} = d.{f.key}_" for v, f in zip(names, run, strict=True)]
        checked = [line for v, f in zip(names, run, strict=True) for line in self.value(cls, f, v)]
        whole = "".join(self.writer.line(f.path, self.writer.term(f, v)) for v, f in zip(names, run, strict=True))
        alone = [line for f in run for line in self.field(cls, f)]
        every = " and ".join(f"{v} is not UNSET" for v in names)
        return [
            *given,
            f"if {every}:",
            *("    " + line for line in [*checked, f"put(f'{whole}'.encode())"]),
            "else:",
            *("    " + line for line in alone),
        ]

    def _put(self, predicate: str, term: str) -> str:
        return f"put(f'{self.writer.line(predicate, term)}'.encode())"

    def take(self, field: Field, v: str) -> list[str]:
        if field.kind == "class":
            types = self.scope.hold({word: self.writer.names.iri(iri) for word, iri in field.words.items()})
            return [self._put(field.path, f"{{{types}[{v}]}}")]
        return [self._put(field.path, self.writer.term(field, v))]

    def texts(self, field: Field, names: list[str]) -> list[str]:
        before = f' {self.writer.names.iri(field.path)} "'.encode()
        by = zip(names, field.languages, strict=True)
        pieces = ", ".join(f"b, {before!r}, {t}.encode(), {_after(lang)!r}" for t, lang in by)
        return [*self.writer.escaping(names), f"lines += ({pieces})"]

    def some_texts(self, field: Field, t: str) -> list[str]:
        return [f"for lang, t in {t}.items():", "    " + self._put(field.path, f'"{self.writer.text("t")}"@{{lang}}')]

    def item(self, field: Field, w: str) -> list[str]:
        return self.take(field, w)

    def items(self, field: Field, m: str) -> list[str]:
        return []

    def part(self, field: Field, target: Class) -> list[str]:
        return ["q = root + p + '>'", self._put(field.path, "{q}"), f"{target.name}(w, p, o, q, late)"]

    def parts(self, field: Field) -> list[str]:
        return []


def _after(language: str) -> bytes:
    """What stands after a text in this language."""
    return f'"@{language} .\n'.encode()


def _has_parts(cls: Class) -> bool:
    return any(f.kind == "part" for f in cls.fields)


def decoder(dataset: Dataset, mapping: Mapping, cls: Class) -> Decoder[bytes]:
    """The function that makes triples, in UTF-8, of a line; None where the Reader has to look at it."""
    root, names = mapping.root(cls, "ntriples"), mapping.names["ntriples"]
    scope = {"root": root, "escape": escape, "escape_record": escape_record}

    def compiled(plain: bool) -> Callable[..., None]:
        writer = writers.Source(dataset.model, names, "ntriples", plain)
        return dataset.decoders.compiled(cls, Source(dataset.decoders, writer), scope)

    plain, escaped = compiled(True), compiled(False)

    def take(structure: Any, identifier: str, raw: bytes) -> bytes:
        lines: list[bytes] = []
        # what N-Triples escapes, JSON escapes as well: all but DEL, which no decoder lets through
        (escaped if b"\\" in raw else plain)(structure, identifier, 0, f"{root}{identifier}>", lines)
        return b"".join(lines)

    return dataset.decoders.decoder(cls, take)


Numbered = Iterable[tuple[int, bytes | Unreadable]]
"""Lines of JSON Lines with their numbers, as `hankelod.records.jsonlines.lines` reads them."""


def texts(dataset: Dataset, mapping: Mapping, cls: Class, lines: Numbered | None = None) -> Iterator[bytes]:
    """The triples of each record in a class's JSON Lines file, in N-Triples and UTF-8, in the order of the Model.

    `lines` are those to take, by default all. What is wrong with one gathers in the dataset's reader, as when its
    records are read.
    """
    path = dataset.bulk_file(cls)
    assert path is not None
    name, straight = dataset.name(path), decoder(dataset, mapping, cls)
    for number, raw in lines_of(path, name) if lines is None else lines:
        text = straight(raw) if isinstance(raw, bytes) else None
        if text is not None:
            yield text
        elif (record := dataset.read_line(cls, name, number, raw)) is not None:
            yield mapping.text(cls, record.values).encode()
