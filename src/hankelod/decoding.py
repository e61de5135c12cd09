"""Lines of JSON become complete values: one decoder per Class, generated from its Fields and compiled.

The fast way beside `hankelod.reading`, which stays the one that knows what is wrong with a record and where. A decoder
takes only what the Reader takes without a word, and then gives the same values; for a line that is the least out of
line it gives None, and the Reader reads it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from unicodedata import is_normalized

import msgspec

from hankelod.model import Class, Field, Model
from hankelod.records import CHECKS, DECIMAL, DIGITS, ID, References, Values, is_iri, type_of
from hankelod.tree import FORBIDDEN, MAX_BYTES, MAX_VALUES

SEEN = 10_000
"""As many ids of parts are remembered."""

Decoder = Callable[[bytes], Values | None]
"""Takes one line of JSON Lines, gives the complete values of its record, or None where the Reader has to look."""


class _OutOfLine(Exception):
    """A value that the Reader has to look at."""


### Characters

_PLAIN = bytes({*range(0x7F), *range(0x80, 0xC0), 0xC3, 0xC4, 0xC5})
"""Bytes that every text may hold: ASCII, the continuing bytes of UTF-8, and the first bytes of U+00C0 to U+017F."""
_PUNCTUATION = {bytes([0x80, n]) for n in {*range(0x80, 0xC0)} - {0x80, 0x81, 0x8E, 0x8F, *range(0xAA, 0xAF)}} | {bytes([0x82, n]) for n in range(0x80, 0xC0)}  # fmt: skip
"""What may follow \\xe2: U+2000 to U+203F but for what is forbidden or has another form in NFC, and U+2080 to U+20BF."""
_MINUS_ZERO = re.compile(rb"[:\[,\s]-0[,\]}\s]")
_CODED = re.compile(rb"\\[ubf]")
"""Escapes that may stand for what no text may hold."""


def is_plain(raw: bytes) -> bool:
    """Whether UTF-8 is in NFC and holds no forbidden character; False also for some that are, which a full check tells.

    Besides ASCII and Latin letters, general punctuation, currency signs and emoji (U+2000 to U+203F, U+2080 to U+20BF,
    U+1F000 to U+1FFFF) are looked at.
    """
    rest = raw.translate(None, _PLAIN)
    if not rest:
        return True
    marks, emoji = rest.count(b"\xe2"), rest.count(b"\xf0")
    if marks + emoji != len(rest) or (emoji and any(after[:1] != b"\x9f" for after in raw.split(b"\xf0")[1:])):
        return False
    return not marks or _PUNCTUATION.issuperset([after[:2] for after in raw.split(b"\xe2")[1:]])


def _may_stand(raw: bytes, again: bytearray) -> bool:
    """Whether all texts of a line may stand as they are. `again` is what was decoded, encoded again."""
    if b"\\" in raw and _CODED.search(raw):
        if _CODED.search(again):
            return False
        raw = bytes(again)  # without escapes, but for control characters
    if is_plain(raw):
        return True
    text = raw.decode()
    return FORBIDDEN.search(text) is None and is_normalized("NFC", text)


def _may_differ(raw: bytes, again: bytearray) -> bool:
    """Whether a line that is written otherwise than we would says the same: no key twice, no -0, which is read as 0.

    Keys are counted by the colon after their quotation mark, so none may stand apart from it.
    """
    if b" :" in raw or b"\t" in raw or b"\r" in raw or (b"-0" in raw and _MINUS_ZERO.search(raw)):
        return False
    return raw.count(b'":') - raw.count(b'\\":') == again.count(b'":') - again.count(b'\\":')


### Values


class _Source:
    """The source of one decoding function: lines of Python, put together field by field.

    A function takes an object of JSON, the id of its thing and its ordinal. `n` counts the keys that were taken: as many
    as the object has, or one was unknown or null.
    """

    def __init__(self, decoders: Decoders) -> None:
        self.decoders, self.model = decoders, decoders.model

    def function(self, cls: Class) -> str:
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
            out.append(f"r['type'] = type_of(r, {self.decoders.hold(cls)})")
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
                table = self.decoders.hold(self.model.units.get(field.filled.keys[1], {}))
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
            return [f"if v not in {self.decoders.hold(field.words)}: raise Out"]
        if kind == "reference":
            return self._reference(cls, field, number)
        out = ["if v.__class__ is not str: raise Out"]
        if kind == "iri":
            out.append("if not is_iri(v): raise Out")
        elif kind == "relative":
            out.append("if not relative(v): raise Out")
        elif field.checked_by:
            out.append(f"if not {self.decoders.hold(CHECKS[field.checked_by])}(v): raise Out")
        return out

    def _reference(self, cls: Class, field: Field, number: int) -> list[str]:
        target = self.model.target(field)
        known = self.decoders.hold(self.decoders.known(target))
        out = []
        if target.part:  # a part is completed by the thing that a sibling names: a call, by the grant's programme
            owners = [o for o in self.model.classes.values() for f in o.fields if f.kind == "part" and f.target == target.iri]  # fmt: skip
            holders = [f.key for f in cls.fields[:number] if len(owners) == 1 and self._refers(f.key, owners[0])]
            if len(holders) != 1:
                return ["raise Out"]
            out.append(
                f"if '/' not in v and {holders[0]!r} in r: v = f\"{{r[{holders[0]!r}]}}/{target.segment}/{{v}}\""
            )
        return [*out, f"if v not in {known} and not learn({known}, {self.decoders.hold(target)}, v): raise Out"]

    def _refers(self, key: str, owner: Class) -> bool:
        return any(f.key == key and f.target == owner.iri for c in self.model.classes.values() if c.part for f in c.fields)  # fmt: skip

    def _langtext(self, field: Field) -> list[str]:
        """A text in all the languages that are asked for; words that are quoted, in one of them at least."""
        wanted = [lang for lang in self.decoders.languages if lang in field.languages]
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
            "o = 0",
            "for v in v:",
            "    o += 1",
            *("    " + line for line in each),
            f"    m.append({target.name}(v, p, o, k))",
            "if o > 1 and len({p['id'] for p in m}) < o: raise Out",
            f"if m: r[{field.key!r}] = m",
        ]


class Decoders:
    """The compiled decoders of one Model, for a dataset with these references and languages."""

    def __init__(self, model: Model, references: References, languages: tuple[str, ...]) -> None:
        self.model, self.references, self.languages = model, references, languages
        self._known: dict[str, set[str]] = {}
        self._ids: set[str] = set()
        self._scope: dict[str, object] = {
            "Out": _OutOfLine,
            "decimal": self._decimal,
            "integer": self._integer,
            "is_iri": is_iri,
            "ids": self._ids,
            "is_new_id": self._is_new_id,
            "isspace": str.isspace,
            "type_of": type_of,
            "learn": self._learn,
            "relative": self._relative,
        }
        self._decoders: dict[str, Decoder] = {}

    ### What generated functions use

    def hold(self, value: object) -> str:
        """A name under which the generated source finds this value."""
        name = f"held{len(self._scope)}"
        self._scope[name] = value
        return name

    def known(self, cls: Class) -> set[str]:
        """The ids of a class that have been seen to exist; it grows as references are met."""
        return self._known.setdefault(cls.iri, set())

    def _decimal(self, value: object) -> str:
        if value.__class__ is int:
            value = str(value)
        elif value.__class__ is msgspec.Raw:
            value = str(value, "ascii")  # type: ignore[call-overload]
        if value.__class__ is str and DECIMAL.fullmatch(value) and len(value) <= DIGITS:  # type: ignore[arg-type]
            return value  # type: ignore[return-value]
        raise _OutOfLine

    def _integer(self, value: object) -> int:
        if value.__class__ is int and 0 <= value <= 999_999_999:  # type: ignore[operator]
            return value  # type: ignore[return-value]
        if value.__class__ is str and re.fullmatch("[0-9]{1,9}", value):  # type: ignore[arg-type]
            return int(value)  # type: ignore[call-overload, no-any-return]
        raise _OutOfLine

    def _learn(self, known: set[str], cls: Class, identifier: object) -> bool:
        found = identifier.__class__ is str and self.references.exists(cls, identifier)  # type: ignore[arg-type]
        if found:
            known.add(identifier)  # type: ignore[arg-type]
        return found

    def _is_new_id(self, text: str) -> bool:
        """Whether a text can be the id of a part. Many parts have the same: those are not looked at again."""
        if not ID.fullmatch(text):
            return False
        if len(self._ids) < SEEN:
            self._ids.add(text)
        return True

    def _relative(self, text: str) -> bool:
        segment, _, rest = text.partition("/")
        target = next((c for c in self.model.classes.values() if c.segment == segment and not c.part), None)
        if target is None or not ID.fullmatch(rest):
            return False
        known = self.known(target)
        return rest in known or self._learn(known, target, rest)

    ### Decoders

    def of(self, cls: Class) -> Decoder:
        """The decoder of a class whose records carry their own `id`, compiled when it is first asked for."""
        if cls.iri not in self._decoders:
            self._decoders[cls.iri] = self._decoder(cls)
        return self._decoders[cls.iri]

    def _compile(self, cls: Class) -> Callable[[object, str, int, int], Values]:
        wanted: dict[str, Class] = {}
        waiting = [cls]
        while waiting:
            each = waiting.pop()
            if each.name not in wanted and each.name not in self._scope:
                wanted[each.name] = each
                waiting += [self.model.target(f) for f in each.fields if f.kind == "part"]
        code = "\n".join(_Source(self).function(c) for c in wanted.values())
        exec(compile(code, "<decoders>", "exec"), self._scope)  # noqa: S102 - generated from the Model alone
        return self._scope[cls.name]  # type: ignore[return-value]

    def _decoder(self, cls: Class) -> Decoder:
        if cls.identified_by or not cls.identifies:
            return lambda raw: None
        thing, is_id = self._compile(cls), ID.fullmatch
        # a number with a point or an exponent stays as it was written: a float is never made
        load, encode_into = msgspec.json.Decoder(float_hook=msgspec.Raw).decode, msgspec.json.Encoder().encode_into
        again = bytearray()
        unreadable = (
            msgspec.DecodeError,
            UnicodeDecodeError,
            RecursionError,
            OverflowError,  # an integer that no machine word holds
            TypeError,  # an object or a list for a reference, a number for a text
            _OutOfLine,
        )

        def decode(raw: bytes) -> Values | None:
            if len(raw) > MAX_VALUES and (len(raw) > MAX_BYTES or raw.count(b",") > MAX_VALUES):
                return None
            try:
                found = load(raw)
                identifier = found.get("id") if found.__class__ is dict else None
                if identifier.__class__ is not str or not is_id(identifier):
                    return None
                values = thing(found, identifier, 0, 1)
                encode_into(found, again)
            except unreadable:
                return None
            raw = raw.rstrip()
            return values if (again == raw or _may_differ(raw, again)) and _may_stand(raw, again) else None

        return decode


class _Named(msgspec.Struct):
    id: str


_named = msgspec.json.Decoder(_Named).decode


def identifier(raw: bytes) -> str | None:
    """The `id` in a line, None where it has none that could be one."""
    try:
        found = _named(raw).id
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return found if ID.fullmatch(found) else None
