"""Code generator of the functions that turn a JSON line into complete values, from the Fields of a Class.

The functions take a structure that msgspec has decoded, with checked keys and types, and raise `Out` for every value
that is not clearly valid. `hankelod.records.decoding` compiles them and provides the names in their scope.
"""

from __future__ import annotations

from typing import Any, Protocol

import msgspec

from hankelod.model.model import Class, Field, Model
from hankelod.records.keypaths import WAYS
from hankelod.records.record import BOUNDS, CHECKS, handed_on, iri_within, named_areas
from hankelod.records.settings import Settings


class Scope(Protocol):
    """The Model and languages to generate for, and the scope of the generated functions."""

    model: Model
    settings: Settings

    def hold(self, value: object) -> str:
        """Add a value to the scope and return its name there."""

    def known(self, cls: Class) -> set[str]:
        """Return the ids of a class that are known to exist; the set grows as references are checked."""


def attribute(key: str) -> str:
    """Return the attribute of a key or a language tag: with an underscore behind it, so that it is no keyword."""
    return key.replace("-", "_") + "_"


class Structures:
    """The msgspec structures that lines are decoded into, one per Class; a missing key is UNSET."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self._structures: dict[object, type[msgspec.Struct]] = {}

    def _structure(self, key: object, name: str, kinds: dict[str, Any]) -> type[msgspec.Struct]:
        if key not in self._structures:
            fields = [
                (attribute(k), kind | msgspec.UnsetType if kind is not Any else kind, msgspec.UNSET)
                for k, kind in kinds.items()
            ]
            self._structures[key] = msgspec.defstruct(
                name, fields, rename={attribute(k): k for k in kinds}, forbid_unknown_fields=True, gc=False
            )
        return self._structures[key]

    def of(self, cls: Class) -> type[msgspec.Struct]:
        """Return the structure of a class: strings, lists of them, structures for parts and for texts by language.

        Numbers and values that are filled in may have any type: the functions check them.
        """
        kinds: dict[str, Any] = {"id": str, "type": str | list[str]}
        for field in cls.fields:
            kind = self._kind(field)
            many = field.many and not field.kind.by_language
            kinds[field.key] = list[kind] if many else kind  # type: ignore[valid-type]
        return self._structure(cls.iri, cls.name, kinds)

    def _kind(self, field: Field) -> Any:
        if field.derived:
            return Any
        if field.kind.by_language:
            return self._structure(field.languages, "Text", dict.fromkeys(field.languages, str))
        if field.kind.nested:
            return self.of(self.model.target(field))
        return field.kind.decoded


class DecoderSource:
    """Python source of the decoding functions, field by field.

    The methods of the first half check values, those of the second half store them. Variables: `d` the structure, `r`
    the resulting values, `v` the value at hand, `w` one of its items.
    """

    def __init__(self, scope: Scope) -> None:
        self.scope, self.model = scope, scope.model

    def function(self, cls: Class) -> str:
        """Return the function of a class.

        Its parameters are a structure, the id of its thing, its ordinal, and what its whole or the dataset gives for
        want of its own values.
        """
        out = [f"def {cls.name}(d, id, ordinal, given):", *self.begin(cls), "own = given"]
        words = [*(cls.written if cls.typed_by == "type" else ()), *map(list, cls.written.values())]
        out.append(f"if d.type_ is not UNSET and d.type_ not in {tuple(words)!r}: raise Out")
        for field in cls.fields:
            if field.defaulted:
                on = f"{self.scope.hold(handed_on)}(own, {self.scope.hold(field)}, v)"
                out += [f"v = d.{field.key}_", f"if v is not UNSET: own = {on}"]
        for field in cls.fields:
            out += self.field(cls, field)
        return "\n    ".join([*out, *self.end(cls)]) + "\n"

    ### Checks

    def field(self, cls: Class, field: Field) -> list[str]:
        """Return lines that check and store the value of a field."""
        if field.derived:
            return self._derived(field)
        if field.among:
            return [f"if d.{field.key}_ is not UNSET: raise Out"]  # the Reader shares the values out
        if field.kind.nested:
            inner = self._part(field)
        elif field.kind.by_language:
            inner = self._langtext(field)
        elif field.many:
            inner = self._list(cls, field)
        else:
            inner = [*self.value(cls, field, "v"), *self.take(field, "v")]
        absent = self._default(field) if field.defaulted else []
        if field.kind.typing:
            first = self.take(field, repr(next(iter(field.words))))
            absent = ["else:", *(["    raise Out"] if field.required else _indented(first))]
        return [f"v = d.{field.key}_", "if v is not UNSET:", *_indented(inner), *absent]

    def _derived(self, field: Field) -> list[str]:
        assert field.filled is not None
        if field.filled.way in WAYS:  # checked when the whole record is read: `Decoders`
            return [f"v = d.{field.key}_", "if v is not UNSET:", *_indented(self.take(field, "v"))]
        if field.filled.way == "areas":
            make, rule = self.scope.hold(named_areas), self.scope.hold(field.filled)
            return [
                f"w = {make}({rule}, r)",
                f"v = d.{field.key}_",
                "if v is not UNSET and v != w: raise Out",
                "if w is not None:",
                *_indented(self.take(field, "w")),
            ]
        if field.filled.way == "ordinal":
            out = ["w = ordinal"]
        else:
            out = [f"w = d.{field.filled.keys[0]}_"]
            if field.filled.way == "along":
                table = self.scope.hold(self.model.units.get(field.filled.keys[1], {}))
                out.append(f"w = {table}.get(w) if w.__class__ is str else None")
            elif field.filled.way in BOUNDS:
                out.append(f"w = {self.scope.hold(BOUNDS[field.filled.way])}(w) if w.__class__ is str else None")
            elif field.filled.way == "within":
                make, space = self.scope.hold(iri_within), self.scope.hold(field.filled.keys[1])
                out.append(f"w = {make}({space}, w) if w.__class__ is str else None")
            else:
                out.append("w = int(w) if w.__class__ is str and w.isdigit() else None")
        return [
            *out,
            f"v = d.{field.key}_",
            "if v is not UNSET and (v.__class__ is not str and v.__class__ is not int or str(v) != str(w)): raise Out",
            "if w is not None:",
            *_indented(self.take(field, "w")),
        ]

    def _default(self, field: Field) -> list[str]:
        """Return lines for a value that is not written: what the whole or the dataset gives, if it stands here."""
        assert field.filled is not None
        name, *beside = field.filled.keys
        stands = " or ".join(f"d.{key}_ is not UNSET" for key in beside) or "True"
        return [f"elif {name!r} in given and ({stands}):", *_indented(self.take(field, f"given[{name!r}]"))]

    def value(self, cls: Class, field: Field, v: str) -> list[str]:
        """Return lines that check the value in the variable `v` and convert it to its form in a Record."""
        if field.kind.typing:
            return [f"if {v} not in {self.scope.hold(field.words)}: raise Out"]
        if field.kind.refers:
            return self._reference(field, v)
        by_name = [f"if ':' not in {v}: raise Out"] if field.space else []
        lines = [*by_name, *field.kind.check(v)]
        if field.checked_by:
            lines = [*lines, f"if not {self.scope.hold(CHECKS[field.checked_by])}(str({v})): raise Out"]
        return lines

    def _reference(self, field: Field, v: str) -> list[str]:
        target = self.model.target(field)
        known = self.scope.hold(self.scope.known(target))
        out = []
        if field.within:
            whole = f'f"{{d.{field.within}_}}/{target.segment}/{{{v}}}"'
            out.append(f"if '/' not in {v} and d.{field.within}_ is not UNSET: {v} = {whole}")
        if target.identified_by:
            out.append(f"{v} = {v}.lower()")
        return [*out, f"if {v} not in {known} and not learn({known}, {self.scope.hold(target)}, {v}): raise Out"]

    def _langtext(self, field: Field) -> list[str]:
        """Return lines for a text in all required languages; a quotation needs only one language."""
        wanted = [lang for lang in self.scope.settings.languages if lang in field.languages]
        names = [f"t{n}" for n in range(len(field.languages))]
        every = " and ".join(f"{t} is not UNSET" for t in names)
        bad = " or ".join(f"not {t} or isspace({t})" for t in names)
        out = [f"{t} = v.{attribute(lang)}" for t, lang in zip(names, field.languages, strict=True)]
        out += [f"if {every}:", f"    if {bad}: raise Out", *_indented(self.texts(field, names)), "else:", "    t = {}"]
        for t, lang in zip(names, field.languages, strict=True):
            out += [
                f"    if {t} is not UNSET:",
                f"        if not {t} or isspace({t}): raise Out",
                f"        t[{lang!r}] = {t}",
            ]
            if lang in wanted and not field.verbatim:
                out.append("    else: raise Out")
        if not field.verbatim and not set(self.scope.settings.national) & set(wanted):
            out.append(f"    if t.keys().isdisjoint({self.scope.settings.national!r}): raise Out")
        return [*out, "    if not t: raise Out", *_indented(self.take(field, "t"))]

    def _list(self, cls: Class, field: Field) -> list[str]:
        """Return lines for a list; its values must be distinct, except integers and booleans."""
        each = self.value(cls, field, "w")
        loop = ["for w in v:", *_indented(each)] if each else []
        coded = field.kind.refers and self.model.target(field).identified_by is not None
        if field.kind.decoded is Any or field.within or coded:  # the check replaces the value
            once = ["if len(m) > 1 and len({*m}) < len(m): raise Out"] if field.kind.distinct else []
            return ["m = []", *loop, "    m.append(w)", *once, *self.items(field, "m")]
        once = ["if len(v) > 1 and len({*v}) < len(v): raise Out"] if field.kind.distinct else []
        return [*loop, *once, *self.items(field, "v")]

    def _part(self, field: Field) -> list[str]:
        """Return lines for parts, whose ids are written or are their ordinals; ids must be distinct."""
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

    ### Storing

    def begin(self, cls: Class) -> list[str]:
        """Return lines for the beginning of a function."""
        types = next(iter(cls.written.values()))
        return [f"r = {{'id': id, 'type': {types!r}}}"]

    def end(self, cls: Class) -> list[str]:
        """Return lines for the end of a function."""
        several = len(set(cls.written.values())) > 1
        return [*([f"r['type'] = type_of(r, {self.scope.hold(cls)})"] if several else []), "return r"]

    def take(self, field: Field, v: str) -> list[str]:
        """Return lines that store a value."""
        return [f"r[{field.key!r}] = {v}"]

    def texts(self, field: Field, names: list[str]) -> list[str]:
        """Return lines that store a text in all languages of the field, which these variables contain."""
        by = ", ".join(f"{lang!r}: {t}" for lang, t in zip(field.languages, names, strict=True))
        return [f"r[{field.key!r}] = {{{by}}}"]

    def items(self, field: Field, m: str) -> list[str]:
        """Return lines that store a list unless it is empty."""
        return [f"if {m}: r[{field.key!r}] = {m}"]

    def part(self, field: Field, target: Class) -> list[str]:
        """Return lines that store a part: the structure `w` with the id `p` and the ordinal `o`."""
        if not field.many:
            return [f"r[{field.key!r}] = {target.name}(w, p, 1, own)"]
        return [f"q.append({target.name}(w, p, o, own))"]

    def parts(self, field: Field) -> list[str]:
        """Return lines that store a list of parts unless it is empty."""
        return [f"if q: r[{field.key!r}] = q"]


def _indented(lines: list[str]) -> list[str]:
    return ["    " + line for line in lines]
