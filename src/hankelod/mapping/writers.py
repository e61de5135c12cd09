"""Code generator of the functions that write records as triples, from the Fields of a Class."""

from __future__ import annotations

from itertools import takewhile

from hankelod.model.model import Class, Field, Model
from hankelod.rdf.graph import RDF
from hankelod.rdf.terms import Names
from hankelod.rdf.turtle import ALSO, END, FIRST, NEXT

FLAVOURS = ("ntriples", "turtle", "places")
"""Outputs: two syntaxes, and tuples of a triple and the path of its value in the record."""


def fixed(text: str) -> str:
    """Escape a constant for the source of a single-quoted f-string."""
    return text.replace("\\", "\\\\").replace("'", "\\'").replace("{", "{{").replace("}", "}}")


class WriterSource:
    """Python source of the writer functions in one of the FLAVOURS, field by field.

    The functions need `escape`, `escape_record`, `moments` and the functions of their parts in scope. Variables: `r`
    the values, `s` the subject, `v` the value at hand, `t` a text, `po` the predicates and objects of a Turtle block.
    """

    def __init__(self, model: Model, names: Names, flavour: str) -> None:
        self.model, self.names, self.flavour = model, names, flavour

    def function(self, cls: Class) -> str:
        """Return the function of a class.

        Its parameters: complete values, the beginning of the IRI (`Mapping.root`), and a callable for each output.
        """
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
                body += self._together(run, cls)
                del fields[: len(run)]
                continue
            field = fields.pop(0)
            body += self._field(field, cls)
            if field.kind.nested:
                parts += self._parts(field)
        if self.flavour == "turtle":
            body.append(f"put(s + {FIRST!r} + {NEXT!r}.join(po) + {END!r})")
        return "\n    ".join(lines + body + parts) + "\n"

    def emit(self, predicate: str, term: str, key: str, step: str | None = None) -> str:
        """Return the line that writes one triple of the subject `s`; `term` is the inside of an f-string."""
        if self.flavour == "ntriples":
            return f"put(f'{self.line(predicate, term)}')"
        if self.flavour == "turtle":
            return f"po.append(f'{fixed(self.names.verb(predicate))} {term}')"
        where = f"path + ({key!r},)" if step is None else f"path + ({key!r}, {step})"
        return f"put((s[1:-1], {predicate!r}, f'{term}', {where}))"

    def run(self, fields: list[Field]) -> list[Field]:
        """Return the leading fields with one value in nearly every record: in N-Triples they share one f-string."""
        if self.flavour != "ntriples":
            return []
        return list(
            takewhile(
                lambda f: (
                    (f.required or f.filled) and not (f.many or f.kind.by_language or f.kind.typing or f.kind.nested)
                ),
                fields,
            )
        )

    def _together(self, run: list[Field], cls: Class) -> list[str]:
        """Return lines with one f-string for several fields, and the fallback if one of them is missing."""
        names = [f"v{n}" for n in range(len(run))]
        whole = "".join(self.line(f.path, self.term(f, name)) for f, name in zip(run, names, strict=True))
        values = ", ".join(f"r[{f.key!r}]" for f in run)
        alone = ["    " + line for f in run for line in self._field(f, cls)]
        return [
            "try:",
            f"    {', '.join(names)} = {values}",
            "except KeyError:",
            *alone,
            "else:",
            f"    put(f'{whole}')",
        ]

    def _texts(self, field: Field) -> list[str]:
        """Return lines for a text by language in N-Triples: one f-string if all languages are present."""
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
            "        " + self.emit(field.path, '"{escape(t)}"@{lang}', field.key),
        ]

    def escaping(self, names: list[str]) -> list[str]:
        """Return lines that escape the texts in these variables: most need none, so they are tested together."""
        escaped = ", ".join(f"escape_record({t})" for t in names)
        special = " or ".join(f"{c!r} in t" for c in '"\\\n\r\t')
        return [f"t = {' + '.join(names)}", f"if {special}: {', '.join(names)}, = ({escaped},)"]

    def line(self, predicate: str, term: str) -> str:
        """Return a line of N-Triples as the inside of an f-string."""
        return f"{{s}} {fixed(self.names.iri(predicate))} {term} .\\n"

    def _type(self, cls: Class) -> list[str]:
        """Return the lines that write the types of a thing; none where a field says its kind."""
        if cls.typed_by != "type":
            return []
        if len(cls.stated) > 1:
            return self._types_of("r['type'][0]", cls.stated, "type")
        types = [fixed(self.names.iri(iri)) for iri in next(iter(cls.stated.values()))]
        if self.flavour == "ntriples":
            return [f"put(f'{''.join(self.line(RDF + 'type', term) for term in types)}')"]
        terms = [" , ".join(types)] if self.flavour == "turtle" else types
        return [self.emit(RDF + "type", term, "type") for term in terms]

    def _types_of(self, word: str, stated: dict[str, tuple[str, ...]], key: str) -> list[str]:
        """Return lines that write the types that a word stands for; `word` is an expression."""
        names = {w: tuple(map(self.names.iri, iris)) for w, iris in stated.items()}
        if self.flavour == "turtle":
            table = {w: " , ".join(terms) for w, terms in names.items()}
            return [f"v = {table!r}[{word}]", self.emit(RDF + "type", "{v}", key)]
        return [f"for v in {names!r}[{word}]:", "    " + self.emit(RDF + "type", "{v}", key)]

    def term(self, field: Field, v: str = "v") -> str:
        """Return the object as the inside of an f-string; `v` is the variable with the value."""
        things = fixed(self.names.things)
        if field.kind.refers:
            target = self.model.target(field)
            return f"{things}{self._prefix(target)}{{{v}}}>"
        if field.kind.relative:
            return f"{things}{{{v}}}>"
        if field.kind.nested:
            return f'{{root}}{{{v}["id"]}}>'
        term = field.kind.term.replace("$v", v)
        if "$datatype" in term and field.datatype is not None:
            return term.replace("$datatype", fixed(self.names.iri(field.datatype)))
        return term

    def _prefix(self, target: Class) -> str:
        """Return the text between `id/` and the id of a reference: for a part, the prefix of its root."""
        return self.model.root_of(target).identifies

    def _field(self, field: Field, cls: Class) -> list[str]:
        out = [f"v = r.get({field.key!r})", "if v is not None:"]
        if field.inverse:
            return [*out, *("    " + line for line in self._inverse(field))]
        if self.flavour == "turtle" and not field.kind.typing and (field.many or field.kind.by_language):
            return [*out, f"    po.append({self._listed(field)})"]
        if field.kind.by_language and self.flavour == "ntriples":
            return [*out, *("    " + line for line in self._texts(field))]
        if field.kind.by_language:
            step = "lang" if self.flavour == "places" else None
            return [
                *out,
                "    for lang, t in v.items():",
                "        " + self.emit(field.path, '"{escape(t)}"@{lang}', field.key, step),
            ]
        if field.kind.typing:
            return [*out, *("    " + line for line in self._types_of("v", cls.stated, field.key))]
        term = self.term(field)
        if not field.many:
            return [*out, "    " + self.emit(field.path, term, field.key)]
        if self.flavour == "places":
            return [*out, "    for n, v in enumerate(v):", "        " + self.emit(field.path, term, field.key, "n")]
        return [*out, "    for v in v:", "        " + self.emit(field.path, term, field.key)]

    def _inverse(self, field: Field) -> list[str]:
        """Return lines that write the triples of which the thing is the object: in Turtle, each as a block."""
        predicate, term = fixed(self.names.iri(field.path)), self.term(field)
        if self.flavour == "places":
            put = f"put((f'{term}'[1:-1], {field.path!r}, s, path + ({field.key!r}, n)))"
            return ["for n, v in enumerate(v):", "    " + put]
        return ["for v in v:", f"    put(f'{term} {predicate} {{s}} .\\n')"]

    def _listed(self, field: Field) -> str:
        """Return an expression for all objects of one predicate in Turtle, separated by commas."""
        predicate = fixed(self.names.verb(field.path))
        if field.kind.by_language:
            return f"'{predicate} ' + {ALSO!r}.join([f'\"{{escape(t)}}\"@{{lang}}' for lang, t in v.items()])"
        return f"'{predicate} ' + {ALSO!r}.join([f'{self.term(field)}' for v in v])"

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
