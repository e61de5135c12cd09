"""The functions that make complete values of a line of JSON, as source: generated from the Fields of a Class.

They take the line as a structure that msgspec has decoded, its keys and the kinds of its values checked, and raise `Out`
at the least that is out of line. `hankelod.records.decoding` compiles them, with what they call in their scope.
"""

from __future__ import annotations

from typing import Any, Protocol

import msgspec

from hankelod.model.model import Class, Field, Model
from hankelod.records.record import CHECKS


class Scope(Protocol):
    """What the functions are compiled for, and what holds the values that they use."""

    model: Model
    languages: tuple[str, ...]

    def hold(self, value: object) -> str:
        """A name under which the functions find this value."""

    def known(self, cls: Class) -> set[str]:
        """The ids of a class that have been seen to exist."""


def has_kinds(cls: Class) -> bool:
    """Whether a field of the class tells the type of its things, in the place of `type`."""
    return any(f.kind == "class" for f in cls.fields)


class Structures:
    """The structures that lines are decoded into, one for each Class; a key that is absent is UNSET.

    The attribute of a key has an underscore after it: no word of Python ends in one.
    """

    def __init__(self, model: Model) -> None:
        self.model = model
        self._made: dict[object, type[msgspec.Struct]] = {}

    def _structure(self, key: object, name: str, kinds: dict[str, Any]) -> type[msgspec.Struct]:
        if key not in self._made:
            fields = [
                (f"{k}_", kind | msgspec.UnsetType if kind is not Any else kind, msgspec.UNSET)
                for k, kind in kinds.items()
            ]
            self._made[key] = msgspec.defstruct(
                name, fields, rename={f"{k}_": k for k in kinds}, forbid_unknown_fields=True, gc=False
            )
        return self._made[key]

    def of(self, cls: Class) -> type[msgspec.Struct]:
        """The structure of a class: strings, lists of them, structures for parts and for texts by language.

        Numbers, and what is filled in, may be anything: the functions look at them.
        """
        kinds: dict[str, Any] = {"id": str} if has_kinds(cls) else {"id": str, "type": str}
        for field in cls.fields:
            kind = self._kind(field)
            kinds[field.key] = list[kind] if field.many and field.kind != "langtext" else kind  # type: ignore[valid-type]
        return self._structure(cls.iri, cls.name, kinds)

    def _kind(self, field: Field) -> Any:
        if field.filled or field.kind in ("decimal", "integer"):
            return Any
        if field.kind == "langtext":
            return self._structure(field.languages, "Text", dict.fromkeys(field.languages, str))
        if field.kind == "part":
            return self.of(self.model.target(field))
        return bool if field.kind == "boolean" else str


class Source:
    """The source of decoding functions: lines of Python, put together field by field.

    What becomes of a value that is in order is told by the methods of the second half: here it is put into the dictionary
    `r`. Variables: `d` the structure, `v` the value at hand, `w` one of its items.
    """

    def __init__(self, scope: Scope) -> None:
        self.scope, self.model = scope, scope.model

    def function(self, cls: Class) -> str:
        """The function of a class. It takes a structure, the id of its thing and its ordinal."""
        out = [f"def {cls.name}({self.parameters}):", *self.begin(cls)]
        if not has_kinds(cls):
            words = tuple(sorted({rule.word for rule in cls.types}))
            out.append(f"if d.type_ is not UNSET and d.type_ not in {words!r}: raise Out")
        fields = list(cls.fields)
        while fields:
            run = self.run(fields)
            out += self.together(cls, run) if len(run) > 1 else self.field(cls, fields[0])
            del fields[: len(run) or 1]
        return "\n    ".join([*out, *self.end(cls)]) + "\n"

    ### Checks

    def field(self, cls: Class, field: Field) -> list[str]:
        """Lines that check the value of a field, and take it."""
        if field.filled:
            return self._filled(field)
        if field.kind == "part":
            inner = self._part(field)
        elif field.kind == "langtext":
            inner = self._langtext(field)
        elif field.many:
            inner = self._list(cls, field)
        else:
            inner = [*self.value(cls, field, "v"), *self.take(field, "v")]
        absent = []
        if field.kind == "class":
            first = self.take(field, repr(next(iter(field.words))))
            absent = ["else:", *(["    raise Out"] if field.required else _indented(first))]
        return [f"v = d.{field.key}_", "if v is not UNSET:", *_indented(inner), *absent]

    def _filled(self, field: Field) -> list[str]:
        assert field.filled is not None
        if field.filled.way == "ordinal":
            out = ["w = ordinal"]
        else:
            out = [f"w = d.{field.filled.keys[0]}_"]
            if field.filled.way == "along":
                table = self.scope.hold(self.model.units.get(field.filled.keys[1], {}))
                out.append(f"w = {table}.get(w) if w.__class__ is str else None")
            else:
                out.append("w = int(w) if w.__class__ is str and w.isdigit() else None")
        return [
            *out,
            f"v = d.{field.key}_",
            "if v is not UNSET and (v.__class__ is not str and v.__class__ is not int or str(v) != str(w)): raise Out",
            "if w is not None:",
            *_indented(self.take(field, "w")),
        ]

    def value(self, cls: Class, field: Field, v: str) -> list[str]:
        """Lines that check the value in this variable, and bring it into the form that it has in a Record."""
        kind = field.kind
        if kind == "decimal":
            # most amounts are whole, and no float ever comes here
            return [f"if {v}.__class__ is int and 0 < {v} < 1000000000: {v} = str({v})", f"else: {v} = decimal({v})"]
        if kind == "integer":
            return [f"{v} = integer({v})"]
        if kind == "class":
            return [f"if {v} not in {self.scope.hold(field.words)}: raise Out"]
        if kind == "reference":
            return self._reference(cls, field, v)
        if kind == "iri":
            return [f"if not is_iri({v}): raise Out"]
        if kind == "relative":
            return [f"if not relative({v}): raise Out"]
        if field.checked_by:
            return [f"if not {self.scope.hold(CHECKS[field.checked_by])}({v}): raise Out"]
        return []

    def _reference(self, cls: Class, field: Field, v: str) -> list[str]:
        target = self.model.target(field)
        known = self.scope.hold(self.scope.known(target))
        out = []
        if target.part:  # a part is completed by the thing that a sibling names: a call, by the grant's programme
            owners = [
                o for o in self.model.classes.values() for f in o.fields if f.kind == "part" and f.target == target.iri
            ]
            before = cls.fields[: cls.fields.index(field)]
            holders = [f.key for f in before if len(owners) == 1 and self._refers(f.key, owners[0])]
            if len(holders) != 1:
                return ["raise Out"]
            whole = f'f"{{d.{holders[0]}_}}/{target.segment}/{{{v}}}"'
            out.append(f"if '/' not in {v} and d.{holders[0]}_ is not UNSET: {v} = {whole}")
        return [*out, f"if {v} not in {known} and not learn({known}, {self.scope.hold(target)}, {v}): raise Out"]

    def _refers(self, key: str, owner: Class) -> bool:
        return any(
            f.key == key and f.target == owner.iri for c in self.model.classes.values() if c.part for f in c.fields
        )

    def _langtext(self, field: Field) -> list[str]:
        """A text in all the languages that are asked for; words that are quoted, in one of them at least."""
        wanted = [lang for lang in self.scope.languages if lang in field.languages]
        names = [f"t{n}" for n in range(len(field.languages))]
        every = " and ".join(f"{t} is not UNSET" for t in names)
        bad = " or ".join(f"not {t} or isspace({t})" for t in names)
        out = [f"{t} = v.{lang}_" for t, lang in zip(names, field.languages, strict=True)]
        out += [f"if {every}:", f"    if {bad}: raise Out", *_indented(self.texts(field, names)), "else:", "    t = {}"]
        for t, lang in zip(names, field.languages, strict=True):
            out += [
                f"    if {t} is not UNSET:",
                f"        if not {t} or isspace({t}): raise Out",
                f"        t[{lang!r}] = {t}",
            ]
            if lang in wanted and not field.verbatim:
                out.append("    else: raise Out")
        if not field.verbatim and not {"fi", "sv"} & set(wanted):
            out.append("    if 'fi' not in t and 'sv' not in t: raise Out")
        return [*out, "    if not t: raise Out", *_indented(self.some_texts(field, "t"))]

    def _list(self, cls: Class, field: Field) -> list[str]:
        """No value may stand twice but for numbers without a fraction and for booleans, which nothing asks to differ."""
        each = [*self.value(cls, field, "w"), *self.item(field, "w")]
        loop = ["for w in v:", *_indented(each)] if each else []
        if field.kind in ("integer", "decimal") or (field.kind == "reference" and self.model.target(field).part):
            once = ["if len(m) > 1 and len({*m}) < len(m): raise Out"] if field.kind != "integer" else []
            return ["m = []", *loop, "    m.append(w)", *once, *self.items(field, "m")]
        once = ["if len(v) > 1 and len({*v}) < len(v): raise Out"] if field.kind != "boolean" else []
        return [*loop, *once, *self.items(field, "v")]

    def _part(self, field: Field) -> list[str]:
        """Parts under the ids that they were given, or under their ordinals; these differ among themselves."""
        target = self.model.target(field)
        begin = f"start = id + '/{target.segment}/'"
        each = [
            "p = w.id_",
            "if p is UNSET:",
            "    p = start + str(o)",
            "else:",
            "    e = True",
            "    if p not in ids:",
            "        p = p.removeprefix(start)",
            "        if not is_new_id(p): raise Out",
            "    p = start + p",
        ]
        if not field.many:
            return [begin, "w, o, e = v, 1, True", *each, *self.part(field, target)]
        return [
            begin,
            "m, q, o, e = [], [], 0, False",
            "for w in v:",
            "    o += 1",
            *_indented([*each, "m.append(p)", *self.part(field, target)]),
            "if e and len({*m}) < o: raise Out",
            *self.parts(field),
        ]

    ### What becomes of a value

    parameters = "d, id, ordinal"

    def begin(self, cls: Class) -> list[str]:
        """Lines at the beginning of a function."""
        return ["r = {'id': id}" if has_kinds(cls) else f"r = {{'id': id, 'type': {cls.types[0].word!r}}}"]

    def end(self, cls: Class) -> list[str]:
        """Lines at its end."""
        several = len(cls.types) > 1 and not has_kinds(cls)
        return [*([f"r['type'] = type_of(r, {self.scope.hold(cls)})"] if several else []), "return r"]

    def run(self, fields: list[Field]) -> list[Field]:
        """The fields at the beginning that are better taken `together`."""
        return []

    def together(self, cls: Class, run: list[Field]) -> list[str]:
        """Lines that check and take the values of several fields."""
        raise NotImplementedError

    def take(self, field: Field, v: str) -> list[str]:
        """Lines that take a value."""
        return [f"r[{field.key!r}] = {v}"]

    def texts(self, field: Field, names: list[str]) -> list[str]:
        """Lines that take a text that is there in all languages of the field, in these variables."""
        by = ", ".join(f"{lang!r}: {t}" for lang, t in zip(field.languages, names, strict=True))
        return [f"r[{field.key!r}] = {{{by}}}"]

    def some_texts(self, field: Field, t: str) -> list[str]:
        """Lines that take a text by language, a dictionary."""
        return self.take(field, t)

    def item(self, field: Field, w: str) -> list[str]:
        """Lines that take an item of a list."""
        return []

    def items(self, field: Field, m: str) -> list[str]:
        """Lines that take a whole list, which may be empty."""
        return [f"if {m}: r[{field.key!r}] = {m}"]

    def part(self, field: Field, target: Class) -> list[str]:
        """Lines that take a part: the structure `w` under the id `p`, the ordinal `o`."""
        if not field.many:
            return [f"r[{field.key!r}] = {target.name}(w, p, 1)"]
        return [f"q.append({target.name}(w, p, o))"]

    def parts(self, field: Field) -> list[str]:
        """Lines after the last of several parts."""
        return [f"if q: r[{field.key!r}] = q"]


def _indented(lines: list[str]) -> list[str]:
    return ["    " + line for line in lines]
