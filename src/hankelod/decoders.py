"""The functions that make complete values of JSON, as source: generated from the Fields of a Class.

They raise `Out` at the least that is out of line. `hankelod.decoding` compiles them with what they call in scope.
"""

from __future__ import annotations

from typing import Protocol

from hankelod.model import Class, Field, Model
from hankelod.records import CHECKS


class Scope(Protocol):
    """What the functions are compiled for, and what holds the values that they use."""

    model: Model
    languages: tuple[str, ...]

    def hold(self, value: object) -> str:
        """A name under which the functions find this value."""

    def known(self, cls: Class) -> set[str]:
        """The ids of a class that have been seen to exist."""


class Source:
    """The source of decoding functions: lines of Python, put together field by field."""

    def __init__(self, scope: Scope) -> None:
        self.scope, self.model = scope, scope.model

    def function(self, cls: Class) -> str:
        """The function of a class.

        It takes an object of JSON, the id of its thing and its ordinal, and gives complete values or raises `Out`. `n`
        counts the keys that were taken: as many as the object has, or one was unknown or null.
        """
        out = [f"def {cls.name}(d, id, ordinal, n):", "get = d.get"]
        if any(f.kind == "class" for f in cls.fields):
            out.append("r = {'id': id}")
        else:
            out.append(f"r = {{'id': id, 'type': {cls.types[0].word!r}}}")
            words = tuple(sorted({rule.word for rule in cls.types}))
            out += ["v = get('type')", "if v is not None:", f"    if v not in {words!r}: raise Out", "    n += 1"]
        for number, field in enumerate(cls.fields):
            out += self._filled(field) if field.filled else self._field(cls, field, number)
        if len(cls.types) > 1 and not any(f.kind == "class" for f in cls.fields):
            out.append(f"r['type'] = type_of(r, {self.scope.hold(cls)})")
        return "\n    ".join([*out, "if len(d) != n: raise Out", "return r"]) + "\n"

    def _field(self, cls: Class, field: Field, number: int) -> list[str]:
        if field.kind == "part":
            inner = self._part(field)
        elif field.many and field.kind != "langtext":
            inner = self._list(cls, field, number)
        else:
            inner = [*self._value(cls, field, number), f"r[{field.key!r}] = v"]
        absent = []
        if field.kind == "class":
            absent = ["else:", "    raise Out" if field.required else f"    r[{field.key!r}] = {next(iter(field.words))!r}"]  # fmt: skip
        return [
            f"v = get({field.key!r})",
            "if v is not None:",
            "    n += 1",
            *("    " + line for line in inner),
            *absent,
        ]

    def _filled(self, field: Field) -> list[str]:
        assert field.filled is not None
        if field.filled.way == "ordinal":
            out = ["w = ordinal"]
        else:
            out = [f"w = get({field.filled.keys[0]!r})"]
            if field.filled.way == "along":
                table = self.scope.hold(self.model.units.get(field.filled.keys[1], {}))
                out.append(f"w = {table}.get(w) if w.__class__ is str else None")
            else:
                out.append("w = int(w) if w.__class__ is str and w.isdigit() else None")
        return [
            *out,
            f"v = get({field.key!r})",
            "if v is not None:",
            "    if v.__class__ is not str and v.__class__ is not int or str(v) != str(w): raise Out",
            "    n += 1",
            "if w is not None:",
            f"    r[{field.key!r}] = w",
        ]

    def _value(self, cls: Class, field: Field, number: int) -> list[str]:
        """Lines that check `v`, and bring it into the form that it has in a Record."""
        kind = field.kind
        if kind == "langtext":
            return self._langtext(field)
        if kind == "decimal":
            # most amounts are whole, and no float ever comes here
            return ["if v.__class__ is int and 0 < v < 1000000000: v = str(v)", "else: v = decimal(v)"]
        if kind == "integer":
            return ["v = integer(v)"]
        if kind == "boolean":
            return ["if v is not True and v is not False: raise Out"]
        if kind == "class":
            return [f"if v not in {self.scope.hold(field.words)}: raise Out"]
        if kind == "reference":
            return self._reference(cls, field, number)
        out = ["if v.__class__ is not str: raise Out"]
        if kind == "iri":
            out.append("if not is_iri(v): raise Out")
        elif kind == "relative":
            out.append("if not relative(v): raise Out")
        elif field.checked_by:
            out.append(f"if not {self.scope.hold(CHECKS[field.checked_by])}(v): raise Out")
        return out

    def _reference(self, cls: Class, field: Field, number: int) -> list[str]:
        target = self.model.target(field)
        known = self.scope.hold(self.scope.known(target))
        out = []
        if target.part:  # a part is completed by the thing that a sibling names: a call, by the grant's programme
            owners = [o for o in self.model.classes.values() for f in o.fields if f.kind == "part" and f.target == target.iri]  # fmt: skip
            holders = [f.key for f in cls.fields[:number] if len(owners) == 1 and self._refers(f.key, owners[0])]
            if len(holders) != 1:
                return ["raise Out"]
            out.append(
                f"if '/' not in v and {holders[0]!r} in r: v = f\"{{r[{holders[0]!r}]}}/{target.segment}/{{v}}\""
            )
        return [*out, f"if v not in {known} and not learn({known}, {self.scope.hold(target)}, v): raise Out"]

    def _refers(self, key: str, owner: Class) -> bool:
        return any(f.key == key and f.target == owner.iri for c in self.model.classes.values() if c.part for f in c.fields)  # fmt: skip

    def _langtext(self, field: Field) -> list[str]:
        """A text in all the languages that are asked for; words that are quoted, in one of them at least."""
        wanted = [lang for lang in self.scope.languages if lang in field.languages]
        names = [f"t{n}" for n in range(len(field.languages))]
        bad = " or ".join(f"not {t} or isspace({t})" for t in names)
        whole = [f"if tuple(v) == {tuple(field.languages)!r}:", f"    {', '.join(names)}, = v.values()", f"    if {bad}: raise Out", "else:"]  # fmt: skip
        out = ["t = {}"]
        for lang in field.languages:
            out += [f"s = v.get({lang!r})", "if s is not None:"]
            out += ["    if not s or isspace(s): raise Out", f"    t[{lang!r}] = s"]
            if lang in wanted and not field.verbatim:
                out.append("else: raise Out")
        if not field.verbatim and not {"fi", "sv"} & set(wanted):
            out.append("if 'fi' not in t and 'sv' not in t: raise Out")
        slow = ["    " + line for line in (*out, "if not t or len(t) != len(v): raise Out", "v = t")]
        return ["if v.__class__ is not dict: raise Out", *whole, *slow]

    def _list(self, cls: Class, field: Field, number: int) -> list[str]:
        inner = self._value(cls, field, number)
        plain = field.kind not in ("decimal", "integer", "boolean")
        return [
            "if v.__class__ is not list: raise Out",
            "m = []",
            "for v in v:",
            *("    " + line for line in inner),
            *(["    if v in m: raise Out"] if plain or field.kind == "decimal" else []),
            "    m.append(v)",
            f"if m: r[{field.key!r}] = m",
        ]

    def _part(self, field: Field) -> list[str]:
        target = self.model.target(field)
        each = [
            "if v.__class__ is not dict: raise Out",
            "p = v.get('id')",
            "if p is None:",
            "    p = start + str(o)",
            "    k = 0",
            "else:",
            "    if p not in ids:",
            "        if p.__class__ is not str: raise Out",
            "        p = p.removeprefix(start)",
            "        if not is_new_id(p): raise Out",
            "    p = start + p",
            "    k = 1",
        ]
        begin = f"start = id + '/{target.segment}/'"
        if not field.many:
            return [begin, "o = 1", *each, f"r[{field.key!r}] = {target.name}(v, p, 1, k)"]
        return [
            "if v.__class__ is not list: raise Out",
            begin,
            "m = []",
            "o = given = 0",
            "for v in v:",
            "    o += 1",
            *("    " + line for line in each),
            "    given += k",
            f"    m.append({target.name}(v, p, o, k))",
            # ordinals are distinct among themselves; an id that is given may be another's, also one that is filled in
            "if given and o > 1 and len({p['id'] for p in m}) < o: raise Out",
            f"if m: r[{field.key!r}] = m",
        ]
