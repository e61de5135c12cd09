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


class _Float:
    """A number of JSON with a point or an exponent, as it was written. A float is never made."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text


class _OutOfLine(Exception):
    """A value that the Reader has to look at."""


### Characters

_HARMLESS = bytes({*range(0x7F), *range(0x80, 0xC0), 0xC3, 0xC4, 0xC5})
"""Bytes that every text may hold: ASCII, the continuing bytes of UTF-8, and the first bytes of U+00C0 to U+017F."""
_WRONG = re.compile(b"\xe2\x80[\x80\x81\x8e\x8f\xaa-\xae]")
"""Of U+2000 to U+203F: what is forbidden, or has another form in NFC."""
_MINUS_ZERO = re.compile(rb"[:\[,\s]-0[,\]}\s]")
_CODED = re.compile(rb"\\[ubf]")
"""Escapes that may stand for what no text may hold."""


def is_plain(raw: bytes) -> bool:
    """Whether UTF-8 is in NFC and holds no forbidden character; False also for some that are, which a full check tells.

    Besides `_HARMLESS`, general punctuation, currency signs and emoji (U+2000 to U+203F, U+2080 to U+20BF, U+1F000 to
    U+1FFFF) are looked at.
    """
    rest = raw.translate(None, _HARMLESS)
    if not rest:
        return True
    marks, emoji = rest.count(b"\xe2"), rest.count(b"\xf0")
    if marks + emoji != len(rest) or (emoji and raw.count(b"\xf0\x9f") != emoji):
        return False
    general = raw.count(b"\xe2\x80") if marks else 0
    if general != marks and general + raw.count(b"\xe2\x82") != marks:
        return False
    return not general or _WRONG.search(raw) is None


def _may_stand(raw: bytes, decoded: object) -> bool:
    """Whether all texts of a line may stand as they are."""
    if b"\\" in raw and _CODED.search(raw):
        raw = msgspec.json.encode(
            decoded, enc_hook=lambda number: number.text
        )  # without escapes, but for control characters
        if _CODED.search(raw):
            return False
    if is_plain(raw):
        return True
    text = raw.decode()
    return FORBIDDEN.search(text) is None and is_normalized("NFC", text)


### Values


class _Source:
    """The source of one decoding function: lines of Python, put together field by field.

    A function takes an object of JSON, the id of its thing and its ordinal. `count[0]` counts the keys that were taken:
    as many as stand in the line, or one was unknown, written twice, or null.
    """

    def __init__(self, decoders: Decoders) -> None:
        self.decoders, self.model = decoders, decoders.model

    def function(self, cls: Class) -> str:
        out = [f"def {cls.name}(d, id, ordinal):", "get = d.get", "n = 0"]
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
        return "\n    ".join([*out, "count[0] += n", "return r"]) + "\n"

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
        bad = " or ".join(f"{t}.__class__ is not str or not {t} or {t}.isspace()" for t in names)
        whole = ["if tuple(v) == langs:", f"    {', '.join(names)}, = v.values()", f"    if {bad}: raise Out", f"    n += {len(names)}", "else:"]  # fmt: skip
        whole[0] = whole[0].replace("langs", repr(tuple(field.languages)))
        out = ["t = {}"]
        for lang in field.languages:
            out += [f"s = v.get({lang!r})", "if s is not None:"]
            out += ["    if s.__class__ is not str or not s or s.isspace(): raise Out", f"    t[{lang!r}] = s", "    n += 1"]  # fmt: skip
            if lang in wanted and not field.verbatim:
                out.append("else: raise Out")
        if not field.verbatim and not {"fi", "sv"} & set(wanted):
            out.append("if 'fi' not in t and 'sv' not in t: raise Out")
        slow = ["    " + line for line in (*out, "if not t: raise Out", "v = t")]
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
            "else:",
            "    if p.__class__ is not str: raise Out",
            "    if p.startswith(start): p = p[len(start):]",
            "    if p not in ids and not is_new_id(p): raise Out",
            "    p = start + p",
            "    n += 1",
        ]
        begin = f"start = id + '/{target.segment}/'"
        if not field.many:
            return [begin, "o = 1", *each, f"r[{field.key!r}] = {target.name}(v, p, 1)"]
        return [
            "if v.__class__ is not list: raise Out",
            begin,
            "m = []",
            "o = 0",
            "for v in v:",
            "    o += 1",
            *("    " + line for line in each),
            f"    m.append({target.name}(v, p, o))",
            "if o > 1 and len({p['id'] for p in m}) < o: raise Out",
            f"if m: r[{field.key!r}] = m",
        ]


class Decoders:
    """The compiled decoders of one Model, for a dataset with these references and languages."""

    def __init__(self, model: Model, references: References, languages: tuple[str, ...]) -> None:
        self.model, self.references, self.languages = model, references, languages
        self._known: dict[str, set[str]] = {}
        self._count = [0]
        self._ids: set[str] = set()
        self._zero = False
        """Whether a zero was met: -0 is one too, but is written otherwise."""
        self._scope: dict[str, object] = {
            "Out": _OutOfLine,
            "count": self._count,
            "decimal": self._decimal,
            "integer": self._integer,
            "is_iri": is_iri,
            "ids": self._ids,
            "is_new_id": self._is_new_id,
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
            self._zero = self._zero or value == 0
            value = str(value)
        elif isinstance(value, _Float):
            value = value.text
        if value.__class__ is str and DECIMAL.fullmatch(value) and len(value) <= DIGITS:  # type: ignore[arg-type]
            return value  # type: ignore[return-value]
        raise _OutOfLine

    def _integer(self, value: object) -> int:
        if value.__class__ is int and 0 <= value <= 999_999_999:  # type: ignore[operator]
            self._zero = self._zero or value == 0
            return value  # type: ignore[return-value]
        if value.__class__ is str and re.fullmatch("[0-9]{1,9}", value):  # type: ignore[arg-type]
            return int(value)  # type: ignore[call-overload, no-any-return]
        raise _OutOfLine

    def _learn(self, known: set[str], cls: Class, identifier: object) -> bool:
        if identifier.__class__ is not str:
            return False
        count, zero = self._count[0], self._zero  # to know which ids there are, other lines may have to be decoded
        found = self.references.exists(cls, identifier)  # type: ignore[arg-type]
        self._count[0], self._zero = count, zero
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

    def _compile(self, cls: Class) -> Callable[[object, str, int], Values]:
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
        thing, count, is_id = self._compile(cls), self._count, ID.fullmatch
        load = msgspec.json.Decoder(float_hook=_Float).decode
        unreadable = (
            msgspec.DecodeError,
            UnicodeDecodeError,
            RecursionError,
            _OutOfLine,
            TypeError,
        )  # TypeError: an object or a list for a reference

        def decode(raw: bytes) -> Values | None:
            if len(raw) > MAX_VALUES and (len(raw) > MAX_BYTES or raw.count(b",") > MAX_VALUES):
                return None
            if b"\r" in raw:
                raw = raw.rstrip()
            if b" :" in raw or b"\t" in raw or b"\r" in raw:
                return None  # keys are counted by the colon after their quotation mark
            keys = raw.count(b'":')
            if b"\\" in raw:
                keys -= raw.count(b'\\":')
            try:
                found = load(raw)
                identifier = found.get("id") if found.__class__ is dict else None
                if identifier.__class__ is not str or not is_id(identifier) or not _may_stand(raw, found):
                    return None
                count[0] = 1
                self._zero = False
                values = thing(found, identifier, 0)
            except unreadable:
                return None
            if count[0] != keys or (self._zero and _MINUS_ZERO.search(raw)):
                return None
            return values

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
