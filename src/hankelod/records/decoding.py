"""Fast decoding of JSON lines to complete values, with one compiled decoder per Class (`hankelod.records.decoders`).

Only `hankelod.records.reader` reports problems and places. A decoder accepts only lines that the Reader accepts without
a problem, and returns the same values; for every other line it returns None, and the Reader reads it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from unicodedata import is_normalized

import msgspec

from hankelod.model.kinds.addresses import is_iri
from hankelod.model.kinds.numbers import DIGITS, FORM
from hankelod.model.model import ID, Class, Field, Model
from hankelod.records import keypaths
from hankelod.records.characters import DOUBTFUL, is_doubtful_address
from hankelod.records.decoders import DecoderSource, Structures
from hankelod.records.record import References, Values, type_of
from hankelod.records.settings import Settings
from hankelod.records.tree import FORBIDDEN, MAX_BYTES, MAX_VALUES

MAX_KNOWN_IDS = 10_000
"""At most this many valid ids of parts are remembered."""

Decoder = Callable[[bytes], Values | None]
"""A function from a line of JSON Lines to the complete values of its record, or None if the Reader must read it."""


class _Undecided(Exception):
    """A value that the Reader must check."""


### Characters

_PLAIN = bytes({*range(0x7F), *range(0x80, 0xC0), 0xC3, 0xC4, 0xC5})
"""Bytes allowed in every text: ASCII, continuation bytes of UTF-8, and the first bytes of U+00C0 to U+017F."""

_OTHERS = {0x80, 0x81, *range(0x8B, 0x90), *range(0xAA, 0xAF)}
"""Last bytes of the forbidden, invisible and non-NFC characters of U+2000 to U+203F."""

_PUNCTUATION = {bytes([0x80, n]) for n in {*range(0x80, 0xC0)} - _OTHERS} | {
    bytes([0x82, n]) for n in range(0x80, 0xC0)
}
"""Bytes that may follow \\xe2: U+2000 to U+203F except those of _OTHERS, and U+2080 to U+20BF."""

_MINUS_ZERO = re.compile(rb"[:\[,\s]-0[,\]}\s]")

_CODED = re.compile(rb"\\[ubf]")
"""Escapes that may encode a forbidden character."""


def is_plain(raw: bytes) -> bool:
    """Check quickly if UTF-8 is in NFC without forbidden characters; False means that a full check must decide.

    Covers ASCII and Latin letters, general punctuation, currency signs and emoji (U+2000 to U+203F, U+2080 to U+20BF,
    U+1F000 to U+1FFFF).
    """
    at = {0xE2: -1, 0xF0: -1}
    for first in raw.translate(None, _PLAIN):
        if first not in at:
            return False
        at[first] = n = raw.index(first, at[first] + 1)
        if raw[n + 1 : n + 3] not in _PUNCTUATION and (first == 0xE2 or raw[n + 1 : n + 2] != b"\x9f"):
            return False
    return True


def _has_valid_texts(raw: bytes, again: bytearray) -> bool:
    """Check if all texts of a line are in NFC without forbidden characters; `again` is the line, re-encoded."""
    if b"\\" in raw and _CODED.search(raw):
        if _CODED.search(again):
            return False
        raw = bytes(again)  # without escapes except of control characters
    if is_plain(raw):
        return True
    text = raw.decode()
    return FORBIDDEN.search(text) is None and DOUBTFUL.search(text) is None and is_normalized("NFC", text)


def _is_equivalent(raw: bytes, again: bytearray) -> bool:
    """Check if a line that is longer than its re-encoding has no duplicate key and no -0, which is decoded as 0.

    A line of the same length needs no check, whatever the order of its keys: the encoder writes each key and value in
    the shortest form, so a duplicate key, which is decoded once, would make the line longer.

    Keys are counted by the colon after their quotation mark, so lines with a space between the two are not accepted.
    """
    if b" :" in raw or b"\t" in raw or b"\r" in raw or (b"-0" in raw and _MINUS_ZERO.search(raw)):
        return False
    return raw.count(b'":') - raw.count(b'\\":') == again.count(b'":') - again.count(b'\\":')


### Values


class Decoders:
    """The compiled decoders of one Model, for a dataset with these references and languages."""

    def __init__(self, model: Model, references: References, settings: Settings, given: Values | None = None) -> None:
        """`given` are the dataset's settings that fill in what records leave out."""
        self.model, self.references, self.settings, self.given = model, references, settings, given or {}
        self._known: dict[str, set[str]] = {}
        self._ids: set[str] = set()
        self._scope: dict[str, object] = {
            "Out": _Undecided,
            "UNSET": msgspec.UNSET,
            "decimal": self._decimal,
            "integer": self._integer,
            "is_iri": self._iri,
            "ids": self._ids,
            "is_new_id": self._is_new_id,
            "isspace": str.isspace,
            "type_of": type_of,
            "learn": self._learn,
            "relative": self._relative,
        }
        self._structures = Structures(model)
        self._decoders: dict[str, Decoder] = {}

    ### Scope of generated functions (`hankelod.records.decoders.Scope`)

    def hold(self, value: object) -> str:
        """Add a value to the scope and return its name there."""
        name = f"held{len(self._scope)}"
        self._scope[name] = value
        return name

    def known(self, cls: Class) -> set[str]:
        """Return the ids of a class that are known to exist; the set grows as references are checked."""
        return self._known.setdefault(cls.iri, set())

    def _decimal(self, value: object) -> str:
        if value.__class__ is int:
            value = str(value)
        elif value.__class__ is msgspec.Raw:
            value = str(value, "ascii")  # type: ignore[call-overload]
        if value.__class__ is str and FORM.fullmatch(value) and len(value) <= DIGITS:  # type: ignore[arg-type]
            return value  # type: ignore[return-value]
        raise _Undecided

    def _integer(self, value: object) -> int:
        if value.__class__ is int and 0 <= value <= 999_999_999:  # type: ignore[operator]
            return value  # type: ignore[return-value]
        if value.__class__ is str and re.fullmatch("[0-9]{1,9}", value):  # type: ignore[arg-type]
            return int(value)  # type: ignore[call-overload, no-any-return]
        raise _Undecided

    def _iri(self, text: str) -> bool:
        return is_iri(text) and ((text.isascii() and "@" not in text) or not is_doubtful_address(text))

    def _learn(self, known: set[str], cls: Class, identifier: object) -> bool:
        exists = identifier.__class__ is str and self.references.exists(cls, identifier)  # type: ignore[arg-type]
        if exists:
            known.add(identifier)  # type: ignore[arg-type]
        return exists

    def _is_new_id(self, text: str) -> bool:
        """Check if a text can be the id of a part. Valid ids are remembered, since many parts share them."""
        if not ID.fullmatch(text):
            return False
        if len(self._ids) < MAX_KNOWN_IDS:
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
        """Return the decoder of a class whose records have an `id` key, compiled at the first use."""
        if cls.iri not in self._decoders:
            self._decoders[cls.iri] = self._decoder(cls, self._compiled(cls))
        return self._decoders[cls.iri]

    def _compiled(self, cls: Class) -> Callable[..., Values]:
        """Return the function of a class, compiled with those of its parts."""
        source = DecoderSource(self)
        wanted = [cls]
        for each in wanted:
            wanted += [t for f in each.fields if f.kind.nested and (t := self.model.target(f)) not in wanted]
        code = "\n".join([source.function(c) for c in wanted])  # adds values to the scope
        scope = {**self._scope}
        exec(compile(code, "<decoders>", "exec"), scope)  # noqa: S102 - generated from the Model alone
        return scope[cls.name]  # type: ignore[return-value]

    def _decoder(self, cls: Class, convert: Callable[..., Values]) -> Decoder:
        """Return the decoder of a class, with its compiled function `convert`."""
        if cls.identified_by or not cls.identifies:
            return lambda raw: None
        is_id, again, given = ID.fullmatch, bytearray(), self.given
        pointing = keypaths.pointing(self.model, cls)
        # numbers with a point or an exponent keep their text: no float is ever created
        load = msgspec.json.Decoder(self._structures.of(cls), float_hook=msgspec.Raw).decode
        encode_into = msgspec.json.Encoder().encode_into
        unreadable = (
            msgspec.DecodeError,
            UnicodeDecodeError,
            RecursionError,
            OverflowError,  # an integer that exceeds a machine word
            _Undecided,
        )

        def decode(raw: bytes) -> Values | None:
            if len(raw) > MAX_VALUES and (len(raw) > MAX_BYTES or raw.count(b",") > MAX_VALUES):
                return None
            try:
                structure = load(raw)
                identifier = structure.id_  # type: ignore[attr-defined]
                if identifier is msgspec.UNSET or not is_id(identifier):
                    return None
                values = convert(structure, identifier, 0, given)
                for field in pointing:
                    self._point(cls, values, field)
                encode_into(structure, again)
            except unreadable:
                return None
            raw = raw.rstrip()
            equivalent = len(again) == len(raw) or _is_equivalent(raw, again)
            return values if equivalent and _has_valid_texts(raw, again) else None

        return decode

    def _point(self, cls: Class, values: Values, field: Field) -> None:
        """Fill in what the key paths in the parts of a field lead to, in the order of the Model."""
        target = self.model.target(field)
        filled = keypaths.filled_fields(target)
        for part in values.get(field.key, ()):  # type: ignore[attr-defined]
            for each in filled:
                key = each.filled.keys[0]  # type: ignore[union-attr]
                found = keypaths.find(self.model, cls, values, part[key]) if key in part else None
                if not isinstance(found, keypaths.Found):
                    raise _Undecided
                value = found.by(each.filled.way, self.model, cls)  # type: ignore[union-attr]
                if part.get(each.key, value) != value:
                    raise _Undecided
                if value is not None:
                    part[each.key] = value
            ordered = {key: part[key] for key in ("id", "type", *(f.key for f in target.fields)) if key in part}
            part.clear()
            part.update(ordered)


class _Identified(msgspec.Struct):
    """The only key that `identifier` reads."""

    id: str


_decode_id = msgspec.json.Decoder(_Identified).decode


def identifier(raw: bytes) -> str | None:
    """Return the `id` in a line, or None if it is missing or invalid."""
    try:
        text = _decode_id(raw).id
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return text if ID.fullmatch(text) else None
