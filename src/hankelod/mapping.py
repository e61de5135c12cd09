"""A Record becomes triples, by its Class: the only place where data RDF is born.

For each Class and each syntax one writer function is generated from its Fields and compiled, so that a record is
mapped without a graph in between. All syntaxes come from the one generator: N-Triples, Turtle, and `places`, which
tells where in the record each triple comes from. The reference for all three is JSON-LD: a complete record with the
derived context (`hankelod.vocabulary`) gives the same triples through any JSON-LD processor.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import takewhile

from hankelod.dataset import Dataset
from hankelod.graph import RDF
from hankelod.model import Class, Field, Model
from hankelod.records import Record, Values
from hankelod.tree import Path, Unreadable

_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_ESCAPES = {n: f"\\u{n:04X}" for n in (*range(0x20), 0x7F)} | {8: "\\b", 12: "\\f"}

_PREFIXED = re.compile(r'"(?:[^"\\]|\\.)*"|<[^>]*>|([A-Za-z][A-Za-z0-9]*):')
"""Prefixes in Turtle, past literals and IRIs."""

Located = tuple[str, str, str, Path]
"""Subject IRI, predicate IRI, object in N-Triples syntax, and the path of the value in the record."""


def escape(text: str) -> str:
    """A text as it stands between quotation marks in N-Triples and Turtle (RDF 1.2 N-Triples, canonical form)."""
    if '"' in text or "\\" in text or not text.isprintable():
        text = _escape_record(text)
        if not text.isprintable() and _CONTROLS.search(text):
            text = text.translate(_ESCAPES)
    return text


def _escape_record(text: str) -> str:
    """The same for a text of a record, which holds no other controls (`tree.FORBIDDEN`)."""
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")


def _fixed(text: str) -> str:
    """A constant as part of the source of a single-quoted f-string."""
    return text.replace("\\", "\\\\").replace("'", "\\'").replace("{", "{{").replace("}", "}}")


class Names:
    """How IRIs are written: whole in N-Triples; with prefixes and relative to the base in Turtle."""

    def __init__(self, base: str, prefixes: dict[str, str], short: bool) -> None:
        self.base = base
        self.short = short
        self.prefixes = sorted(prefixes.items(), key=lambda p: -len(p[1]))
        self.things = "<id/" if short else f"<{base}id/"
        self.used: set[str] = set()

    def iri(self, iri: str) -> str:
        """An IRI as this syntax writes it."""
        if self.short:
            if iri == RDF + "type":
                return "a"
            for prefix, namespace in self.prefixes:
                if iri.startswith(namespace) and re.fullmatch(r"[A-Za-z_][A-Za-z0-9_-]*", iri[len(namespace) :]):
                    self.used.add(prefix)
                    return f"{prefix}:{iri[len(namespace) :]}"
            if iri.startswith(self.base) and iri != self.base:
                return f"<{iri[len(self.base) :]}>"
        return f"<{iri}>"


class _Source:
    """The source of one writer function: lines of Python, put together field by field."""

    def __init__(self, model: Model, names: Names, flavour: str, plain: bool = False) -> None:
        self.model, self.names, self.flavour, self.plain = model, names, flavour, plain

    def function(self, cls: Class) -> str:
        lines = [f"def {cls.name}(r, root, put, path=()):"]
        body = ["s = root + r['id'] + '>'"]
        parts: list[str] = []
        if self.flavour == "turtle":
            body.append("po = []")
        body += self._type(cls)
        fields = list(cls.fields)
        while fields:
            run = self._run(fields)
            if len(run) > 1:
                body += self._together(run)
                del fields[: len(run)]
                continue
            field = fields.pop(0)
            body += self._field(field)
            if field.kind == "part":
                parts += self._parts(field)
        if self.flavour == "turtle":
            body.append("put(s + '\\n    ' + ' ;\\n    '.join(po) + ' .\\n')")
        return "\n    ".join(lines + body + parts) + "\n"

    def _emit(self, predicate: str, term: str, key: str, step: str | None = None) -> str:
        if self.flavour == "ntriples":
            return f"put(f'{self._line(predicate, term)}')"
        if self.flavour == "turtle":
            return f"po.append(f'{_fixed(self.names.iri(predicate))} {term}')"
        where = f"path + ({key!r},)" if step is None else f"path + ({key!r}, {step})"
        return f"put((s[1:-1], {predicate!r}, f'{term}', {where}))"

    def _run(self, fields: list[Field]) -> list[Field]:
        """The fields at the beginning that nearly every record has one value of: in N-Triples they are written at once."""
        if self.flavour != "ntriples":
            return []
        return list(takewhile(lambda f: (f.required or f.filled) and not f.many and f.kind not in ("langtext", "class", "part"), fields))  # fmt: skip

    def _together(self, run: list[Field]) -> list[str]:
        """One f-string for several fields, and what to do where one of them is missing."""
        names = [f"v{n}" for n in range(len(run))]
        whole = "".join(self._line(f.path, self._term(f, name)) for f, name in zip(run, names, strict=True))
        values = ", ".join(f"r[{f.key!r}]" for f in run)
        alone = ["    " + line for f in run for line in self._field(f)]
        return [
            "try:",
            f"    {', '.join(names)} = {values}",
            "except KeyError:",
            *alone,
            "else:",
            f"    put(f'{whole}')",
        ]

    def _texts(self, field: Field) -> list[str]:
        """A text by language in N-Triples: where it is there in all languages, one f-string for all."""
        names = [f"t{n}" for n in range(len(field.languages))]
        whole = "".join(self._line(field.path, f'"{{{t}}}"@{lang}') for t, lang in zip(names, field.languages, strict=True))  # fmt: skip
        escaped = ", ".join(f"escape_record({t})" for t in names)
        special = " or ".join(f"{c!r} in t" for c in '"\\\n\r\t')
        looked = [f"    t = {' + '.join(names)}", f"    if {special}: {', '.join(names)}, = ({escaped},)"]
        return [
            f"if tuple(v) == {tuple(field.languages)!r}:",
            f"    {', '.join(names)}, = v.values()",
            *([] if self.plain else looked),
            f"    put(f'{whole}')",
            "else:",
            "    for lang, t in v.items():",
            "        " + self._emit(field.path, f'"{self._text("t")}"@{{lang}}', field.key),
        ]

    def _text(self, v: str) -> str:
        """The characters of a text, as the inside of an f-string over the variable of this name."""
        return f"{{{v}}}" if self.plain else f"{{escape({v})}}"

    def _line(self, predicate: str, term: str) -> str:
        """A line of N-Triples, as the inside of an f-string."""
        return f"{{s}} {_fixed(self.names.iri(predicate))} {term} .\\n"

    def _type(self, cls: Class) -> list[str]:
        if any(f.kind == "class" for f in cls.fields):
            return []
        if len(cls.types) == 1:
            return [self._emit(RDF + "type", _fixed(self.names.iri(cls.types[0].iri)), "type")]
        table = {rule.word: self.names.iri(rule.iri) for rule in cls.types}
        return [f"v = {table!r}[r['type']]", self._emit(RDF + "type", "{v}", "type")]

    def _term(self, field: Field, v: str = "v") -> str:
        """The object, as the inside of an f-string over the variable of this name."""
        things = _fixed(self.names.things)
        if field.kind == "text":
            return f'"{self._text(v)}"'
        if field.kind == "iri":
            return f"<{{{v}}}>"
        if field.kind == "reference":
            target = self.model.target(field)
            return f"{things}{self._prefix(target)}{{{v}}}>"
        if field.kind == "relative":
            return f"{things}{{{v}}}>"
        if field.kind == "part":
            return f'{{root}}{{{v}["id"]}}>'
        assert field.datatype is not None
        datatype = _fixed(self.names.iri(field.datatype))
        if field.kind == "boolean":
            return f'"{{"true" if {v} else "false"}}"^^{datatype}'
        if field.kind in ("integer", "decimal"):  # nothing else is ever read as one
            return f'"{{{v}}}"^^{datatype}'
        return f'"{self._text(v)}"^^{datatype}'

    def _prefix(self, target: Class) -> str:
        """What stands between `id/` and a reference's id: for a part, the prefix of the thing it is part of."""
        return self.model.root_of(target).identifies

    def _field(self, field: Field) -> list[str]:
        out = [f"v = r.get({field.key!r})", "if v is not None:"]
        if self.flavour == "turtle" and field.kind != "class" and (field.many or field.kind == "langtext"):
            return [*out, f"    po.append({self._listed(field)})"]
        if field.kind == "langtext" and self.flavour == "ntriples":
            return [*out, *("    " + line for line in self._texts(field))]
        if field.kind == "langtext":
            step = "lang" if self.flavour == "places" else None
            return [*out, "    for lang, t in v.items():", "        " + self._emit(field.path, '"{escape(t)}"@{lang}', field.key, step)]  # fmt: skip
        if field.kind == "class":
            table = {word: self.names.iri(iri) for word, iri in field.words.items()}
            return [*out, f"    v = {table!r}[v]", "    " + self._emit(field.path, "{v}", field.key)]
        term = self._term(field)
        if not field.many:
            return [*out, "    " + self._emit(field.path, term, field.key)]
        if self.flavour == "places":
            return [*out, "    for n, v in enumerate(v):", "        " + self._emit(field.path, term, field.key, "n")]
        return [*out, "    for v in v:", "        " + self._emit(field.path, term, field.key)]

    def _listed(self, field: Field) -> str:
        """All objects of one predicate in Turtle, separated by commas."""
        predicate = _fixed(self.names.iri(field.path))
        if field.kind == "langtext":
            return f"'{predicate} ' + ' ,\\n        '.join([f'\"{{escape(t)}}\"@{{lang}}' for lang, t in v.items()])"
        return f"'{predicate} ' + ' ,\\n        '.join([f'{self._term(field)}' for v in v])"

    def _parts(self, field: Field) -> list[str]:
        name = self.model.target(field).name
        if not field.many:
            return [f"v = r.get({field.key!r})", "if v is not None:", f"    {name}(v, root, put, path + ({field.key!r},))"]  # fmt: skip
        if self.flavour == "places":
            return [f"for n, v in enumerate(r.get({field.key!r}, ())):", f"    {name}(v, root, put, path + ({field.key!r}, n))"]  # fmt: skip
        return [f"for v in r.get({field.key!r}, ()):", f"    {name}(v, root, put)"]


class Mapping:
    """The compiled writers of one Model."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.names = {
            flavour: Names(model.base, model.prefixes, flavour == "turtle")
            for flavour in ("ntriples", "turtle", "places")
        }
        self._writers: dict[tuple[str, bool], dict[str, Callable[..., object]]] = {}

    def _writer(self, cls: Class, flavour: str, plain: bool = False) -> Callable[..., object]:
        """The writer of a class, compiled with those of its parts when it is first wanted."""
        scope = self._writers.setdefault((flavour, plain), {"escape": escape, "escape_record": _escape_record})
        if cls.name not in scope:
            wanted: dict[str, Class] = {}
            waiting = [cls]
            while waiting:
                each = waiting.pop()
                if each.name not in wanted and each.name not in scope:
                    wanted[each.name] = each
                    waiting += [self.model.target(f) for f in each.fields if f.kind == "part"]
            source = _Source(self.model, self.names[flavour], flavour, plain)
            code = "\n".join(source.function(c) for c in wanted.values())
            exec(compile(code, f"<{flavour} writers>", "exec"), scope)  # noqa: S102 - generated from the Model alone
        return scope[cls.name]

    def root(self, cls: Class, flavour: str) -> str:
        """What the IRI of a record of this class begins with, angle bracket included."""
        return self.names[flavour].things + cls.identifies

    def _write(self, record: Record, flavour: str, put: Callable[..., object]) -> None:
        self._writer(record.cls, flavour)(record.values, self.root(record.cls, flavour), put)

    def text(self, cls: Class, values: Values) -> str:
        """The triples of a complete record in N-Triples, in the order of the Model."""
        lines: list[str] = []
        self._writer(cls, "ntriples")(values, self.root(cls, "ntriples"), lines.append)
        return "".join(lines)

    def encoder(self, cls: Class, plain: bool = False) -> Callable[[Values], bytes]:
        """What gives the triples of a complete record of this class in N-Triples, in UTF-8.

        `plain`: no text holds a character that N-Triples escapes, so none is looked for.
        """
        write, root = self._writer(cls, "ntriples", plain), self.root(cls, "ntriples")

        def encoded(values: Values) -> bytes:
            lines: list[str] = []
            write(values, root, lines.append)
            return b"".join(map(str.encode, lines))  # most lines are ASCII, which is encoded by copying

        return encoded

    def ntriples(self, record: Record) -> list[str]:
        """The record's triples as lines of N-Triples, in the order of the Model."""
        return [f"{line}\n" for line in self.text(record.cls, record.values).split("\n")[:-1]]

    def turtle(self, record: Record) -> str:
        """The record and its parts in Turtle, a block for each, separated by blank lines; needs `turtle_head`."""
        blocks: list[str] = []
        self._write(record, "turtle", blocks.append)
        return "\n".join(blocks)

    def places(self, record: Record) -> list[Located]:
        """Every triple of the record with the path of the value that it comes from."""
        found: list[Located] = []
        self._write(record, "places", found.append)
        return found

    def turtle_head(self, body: str | None = None) -> str:
        """The `@base` and `@prefix` lines for this Turtle, or those that any Turtle from here needs."""
        if body is None:
            for cls in self.model.classes.values():
                if not cls.concept:
                    self._writer(cls, "turtle")
            terms = {t for by in self.model.ontology.triples.items() for t in (by[0], *by[1], *_iris(by[1]))}
            used = {self.names["turtle"].iri(t).partition(":")[0] for t in terms} | self.names["turtle"].used
            return _head(self.model.base, self.model.prefixes, used)
        return head(self.model.base, self.model.prefixes, body)

    def subject(self, record: Record) -> str:
        """The IRI of a record's thing."""
        return f"{self.model.base}id/{record.cls.identifies}{record.id}"


Numbered = Iterable[tuple[int, bytes | Unreadable]]
"""Lines of JSON Lines with their numbers, as `hankelod.bulk.lines` reads them."""


def texts(dataset: Dataset, mapping: Mapping, cls: Class, lines: Numbered | None = None) -> Iterator[bytes]:
    """The triples of each record in a class's JSON Lines file, in N-Triples and UTF-8: the shortest way from lines to triples.

    `lines` are those to take, by default all. What is wrong with one gathers in the dataset's reader, as when its
    records are read.
    """
    path = dataset.bulk_file(cls)
    assert path is not None
    name, decode = dataset.name(path), dataset.decoders.of(cls)
    escaped, plain = mapping.encoder(cls), mapping.encoder(cls, plain=True)
    if lines is None:
        from hankelod import bulk

        lines = bulk.lines(path, name)
    for number, raw in lines:
        values = decode(raw) if isinstance(raw, bytes) else None
        if values is None:
            record = dataset.read_line(cls, name, number, raw)
            if record is None:
                continue
            yield escaped(record.values)
        else:  # what N-Triples escapes, JSON escapes as well: all but DEL, which no decoder lets through
            yield (escaped if b"\\" in raw else plain)(values)  # type: ignore[operator]


def head(base: str, prefixes: dict[str, str], body: str) -> str:
    """The `@base` and `@prefix` lines that this Turtle needs."""
    return _head(base, prefixes, {name for name in _PREFIXED.findall(body) if name})


def _head(base: str, prefixes: dict[str, str], used: set[str]) -> str:
    lines = [f"@base <{base}> ."]
    lines += [f"@prefix {p}: <{n}> ." for p, n in sorted(prefixes.items()) if p in used]
    return "\n".join(lines) + "\n\n"


def _iris(by: dict[str, list[object]]) -> list[str]:
    """The IRIs among the objects of one subject, and the datatypes of its literals."""
    objects = [o for members in by.values() for o in members]
    return [o if isinstance(o, str) else o.datatype.value for o in objects]  # type: ignore[attr-defined]
