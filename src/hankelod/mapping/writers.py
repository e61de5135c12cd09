"""The functions that write records as triples, as source: generated from the Fields of a Class, for each syntax."""

from __future__ import annotations

from itertools import takewhile

from hankelod.model.model import Class, Field, Model
from hankelod.rdf.graph import RDF
from hankelod.rdf.terms import Names

FLAVOURS = ("ntriples", "turtle", "places")
"""The two syntaxes; and where in the record each triple comes from."""


def fixed(text: str) -> str:
    """A constant as part of the source of a single-quoted f-string."""
    return text.replace("\\", "\\\\").replace("'", "\\'").replace("{", "{{").replace("}", "}}")


class Source:
    """The source of writer functions in one flavour (`ntriples`, `turtle`, `places`): lines of Python, field by field.

    A function calls `escape` and `escape_record`, and the functions of the parts: they have to stand in its scope.
    `plain`: no text holds a character that N-Triples escapes, so none is looked for.
    """

    def __init__(self, model: Model, names: Names, flavour: str, plain: bool = False) -> None:
        self.model, self.names, self.flavour, self.plain = model, names, flavour, plain

    def function(self, cls: Class) -> str:
        """The function of a class. It takes complete values, what the IRI begins with, and what takes up each text."""
        lines = [f"def {cls.name}(r, root, put, path=()):"]
        body = ["s = root + r['id'] + '>'"]
        parts: list[str] = []
        if self.flavour == "turtle":
            body.append("po = []")
        body += self._type(cls)
        fields = list(cls.fields)
        while fields:
            run = self.run(fields)
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

    def emit(self, predicate: str, term: str, key: str, step: str | None = None) -> str:
        """The line that writes one triple of the subject `s`, its object as the inside of an f-string."""
        if self.flavour == "ntriples":
            return f"put(f'{self.line(predicate, term)}')"
        if self.flavour == "turtle":
            return f"po.append(f'{fixed(self.names.iri(predicate))} {term}')"
        where = f"path + ({key!r},)" if step is None else f"path + ({key!r}, {step})"
        return f"put((s[1:-1], {predicate!r}, f'{term}', {where}))"

    def run(self, fields: list[Field]) -> list[Field]:
        """The fields at the beginning that nearly every record has one value of: in N-Triples they are written at once."""
        if self.flavour != "ntriples":
            return []
        return list(
            takewhile(
                lambda f: (f.required or f.filled) and not f.many and f.kind not in ("langtext", "class", "part"),
                fields,
            )
        )

    def _together(self, run: list[Field]) -> list[str]:
        """One f-string for several fields, and what to do where one of them is missing."""
        names = [f"v{n}" for n in range(len(run))]
        whole = "".join(self.line(f.path, self.term(f, name)) for f, name in zip(run, names, strict=True))
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
        whole = "".join(
            self.line(field.path, f'"{{{t}}}"@{lang}') for t, lang in zip(names, field.languages, strict=True)
        )
        return [
            f"if tuple(v) == {tuple(field.languages)!r}:",
            f"    {', '.join(names)}, = v.values()",
            *("    " + line for line in self.escaping(names)),
            f"    put(f'{whole}')",
            "else:",
            "    for lang, t in v.items():",
            "        " + self.emit(field.path, f'"{self.text("t")}"@{{lang}}', field.key),
        ]

    def escaping(self, names: list[str]) -> list[str]:
        """Lines that escape the texts in these variables: most need none, so they are looked at together."""
        if self.plain:
            return []
        escaped = ", ".join(f"escape_record({t})" for t in names)
        special = " or ".join(f"{c!r} in t" for c in '"\\\n\r\t')
        return [f"t = {' + '.join(names)}", f"if {special}: {', '.join(names)}, = ({escaped},)"]

    def text(self, v: str) -> str:
        """The characters of a text, as the inside of an f-string over the variable of this name."""
        return f"{{{v}}}" if self.plain else f"{{escape({v})}}"

    def line(self, predicate: str, term: str) -> str:
        """A line of N-Triples, as the inside of an f-string."""
        return f"{{s}} {fixed(self.names.iri(predicate))} {term} .\\n"

    def _type(self, cls: Class) -> list[str]:
        if any(f.kind == "class" for f in cls.fields):
            return []
        if len(cls.types) == 1:
            return [self.emit(RDF + "type", fixed(self.names.iri(cls.types[0].iri)), "type")]
        table = {rule.word: self.names.iri(rule.iri) for rule in cls.types}
        return [f"v = {table!r}[r['type']]", self.emit(RDF + "type", "{v}", "type")]

    def term(self, field: Field, v: str = "v") -> str:
        """The object, as the inside of an f-string over the variable of this name."""
        things = fixed(self.names.things)
        if field.kind == "text":
            return f'"{self.text(v)}"'
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
        datatype = fixed(self.names.iri(field.datatype))
        if field.kind == "boolean":
            return f'"{{"true" if {v} else "false"}}"^^{datatype}'
        if field.kind in ("integer", "decimal"):  # nothing else is ever read as one
            return f'"{{{v}}}"^^{datatype}'
        return f'"{self.text(v)}"^^{datatype}'

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
            return [
                *out,
                "    for lang, t in v.items():",
                "        " + self.emit(field.path, '"{escape(t)}"@{lang}', field.key, step),
            ]
        if field.kind == "class":
            table = {word: self.names.iri(iri) for word, iri in field.words.items()}
            return [*out, f"    v = {table!r}[v]", "    " + self.emit(field.path, "{v}", field.key)]
        term = self.term(field)
        if not field.many:
            return [*out, "    " + self.emit(field.path, term, field.key)]
        if self.flavour == "places":
            return [*out, "    for n, v in enumerate(v):", "        " + self.emit(field.path, term, field.key, "n")]
        return [*out, "    for v in v:", "        " + self.emit(field.path, term, field.key)]

    def _listed(self, field: Field) -> str:
        """All objects of one predicate in Turtle, separated by commas."""
        predicate = fixed(self.names.iri(field.path))
        if field.kind == "langtext":
            return f"'{predicate} ' + ' ,\\n        '.join([f'\"{{escape(t)}}\"@{{lang}}' for lang, t in v.items()])"
        return f"'{predicate} ' + ' ,\\n        '.join([f'{self.term(field)}' for v in v])"

    def _parts(self, field: Field) -> list[str]:
        name = self.model.target(field).name
        if not field.many:
            return [
                f"v = r.get({field.key!r})",
                "if v is not None:",
                f"    {name}(v, root, put, path + ({field.key!r},))",
            ]
        if self.flavour == "places":
            return [
                f"for n, v in enumerate(r.get({field.key!r}, ())):",
                f"    {name}(v, root, put, path + ({field.key!r}, n))",
            ]
        return [f"for v in r.get({field.key!r}, ()):", f"    {name}(v, root, put)"]
