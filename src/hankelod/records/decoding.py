"""Lines of JSON become complete values: one decoder per Class, generated (`hankelod.records.decoders`) and compiled.

The fast way beside `hankelod.records.reader`, which stays the one that knows what is wrong with a record and where. A decoder
takes only what the Reader takes without a word, and then gives the same values; for a line that is the least out of
line it gives None, and the Reader reads it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from unicodedata import is_normalized

import msgspec

from hankelod.model.model import ID, Class, Model
from hankelod.records.decoders import Source, Structures
from hankelod.records.record import DECIMAL, DIGITS, References, Values, is_iri, type_of
from hankelod.records.tree import FORBIDDEN, MAX_BYTES, MAX_VALUES

SEEN = 10_000
"""As many ids of parts are remembered."""

Result = TypeVar("Result")

Decoder = Callable[[bytes], Result | None]
"""Takes one line of JSON Lines, gives what is made of it (the complete values of its record), or None where the Reader has
to look."""


class _OutOfLine(Exception):
    """A value that the Reader has to look at."""


### Characters

_PLAIN = bytes({*range(0x7F), *range(0x80, 0xC0), 0xC3, 0xC4, 0xC5})
"""Bytes that every text may hold: ASCII, the continuing bytes of UTF-8, and the first bytes of U+00C0 to U+017F."""

_PUNCTUATION = {bytes([0x80, n]) for n in {*range(0x80, 0xC0)} - {0x80, 0x81, 0x8E, 0x8F, *range(0xAA, 0xAF)}} | {
    bytes([0x82, n]) for n in range(0x80, 0xC0)
}
"""What may follow \\xe2: U+2000 to U+203F but for what is forbidden or has another form in NFC, and U+2080 to U+20BF."""

_MINUS_ZERO = re.compile(rb"[:\[,\s]-0[,\]}\s]")

_CODED = re.compile(rb"\\[ubf]")
"""Escapes that may stand for what no text may hold."""


def is_plain(raw: bytes) -> bool:
    """Whether UTF-8 is in NFC and holds no forbidden character; False also for some that are, which a full check tells.

    Besides ASCII and Latin letters, general punctuation, currency signs and emoji (U+2000 to U+203F, U+2080 to U+20BF,
    U+1F000 to U+1FFFF) are looked at.
    """
    at = {0xE2: -1, 0xF0: -1}
    for first in raw.translate(None, _PLAIN):
        if first not in at:
            return False
        at[first] = n = raw.index(first, at[first] + 1)
        if raw[n + 1 : n + 3] not in _PUNCTUATION and (first == 0xE2 or raw[n + 1 : n + 2] != b"\x9f"):
            return False
    return True


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
    """Whether a line that is written longer than we would says the same: no key twice, no -0, which is read as 0.

    A line that is as long says the same, whatever the order of its keys: we write each key and value as short as JSON
    has it, so one that stood twice, and was read once, would have made the line longer than ours.

    Keys are counted by the colon after their quotation mark, so none may stand apart from it.
    """
    if b" :" in raw or b"\t" in raw or b"\r" in raw or (b"-0" in raw and _MINUS_ZERO.search(raw)):
        return False
    return raw.count(b'":') - raw.count(b'\\":') == again.count(b'":') - again.count(b'\\":')


### Values


class Decoders:
    """The compiled decoders of one Model, for a dataset with these references and languages."""

    def __init__(self, model: Model, references: References, languages: tuple[str, ...]) -> None:
        self.model, self.references, self.languages = model, references, languages
        self._known: dict[str, set[str]] = {}
        self._ids: set[str] = set()
        self._scope: dict[str, object] = {
            "Out": _OutOfLine,
            "UNSET": msgspec.UNSET,
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
        self._structures = Structures(model)
        self._decoders: dict[str, Decoder[Values]] = {}

    ### What generated functions use (`hankelod.records.decoders.Scope`)

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

    def of(self, cls: Class) -> Decoder[Values]:
        """The decoder of a class whose records carry their own `id`, compiled when it is first asked for."""
        if cls.iri not in self._decoders:
            thing = self.compiled(cls, Source(self), {})
            self._decoders[cls.iri] = self.decoder(
                cls, lambda structure, identifier, raw: thing(structure, identifier, 0)
            )
        return self._decoders[cls.iri]

    def compiled(self, cls: Class, source: Source, scope: Mapping[str, object]) -> Callable[..., Any]:
        """The function of this class and source, with those of its parts, and `scope` as well in their scope."""
        wanted = [cls]
        for each in wanted:
            wanted += [t for f in each.fields if f.kind == "part" and (t := self.model.target(f)) not in wanted]
        code = "\n".join([source.function(c) for c in wanted])  # which holds values in our scope
        whole = {**self._scope, **scope}
        exec(compile(code, "<decoders>", "exec"), whole)  # noqa: S102 - generated from the Model alone
        return whole[cls.name]  # type: ignore[return-value]

    def decoder(self, cls: Class, take: Callable[[Any, str, bytes], Result]) -> Decoder[Result]:
        """A function of lines that gives what `take` makes of one, or None where the Reader has to look.

        `take` has the line's structure, its id and its bytes, and raises `Out` (`compiled`).
        """
        if cls.identified_by or not cls.identifies:
            return lambda raw: None
        is_id, again = ID.fullmatch, bytearray()
        # a number with a point or an exponent stays as it was written: a float is never made
        load = msgspec.json.Decoder(self._structures.of(cls), float_hook=msgspec.Raw).decode
        encode_into = msgspec.json.Encoder().encode_into
        unreadable = (
            msgspec.DecodeError,
            UnicodeDecodeError,
            RecursionError,
            OverflowError,  # an integer that no machine word holds
            _OutOfLine,
        )

        def decode(raw: bytes) -> Result | None:
            if len(raw) > MAX_VALUES and (len(raw) > MAX_BYTES or raw.count(b",") > MAX_VALUES):
                return None
            try:
                found = load(raw)
                identifier = found.id_  # type: ignore[attr-defined]
                if identifier is msgspec.UNSET or not is_id(identifier):
                    return None
                taken = take(found, identifier, raw)
                encode_into(found, again)
            except unreadable:
                return None
            raw = raw.rstrip()
            return taken if (len(again) == len(raw) or _may_differ(raw, again)) and _may_stand(raw, again) else None

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
