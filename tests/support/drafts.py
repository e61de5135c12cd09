"""Drafts of records at random, as a form could hold them: for the verdicts of the form and of validation."""

from __future__ import annotations

import copy
from random import Random

from hankelod.model.model import Class, Field, Model

TEXTS = (
    "Uusi hanke",
    "x",
    "Ääni “lainaus” 😀 'ja' \\ # : - [a]",
    "second\nline",
    "zero\u200bwidth",
    "lost \ufffd letter",
    "\u2028line",
    "no",
    "0123",
    "a" * 50,
)
NUMBERS = (
    "0",
    "1",
    "50000",
    "75000.50",
    "75000.505",
    "-5",
    "+7",
    ".5",
    "5.",
    "abc",
    "1e3",
    "9" * 19,
    "0.7",
    "70000.01",
)
DATES = (
    "2021-05",
    "2022-11",
    "2021",
    "2021-13",
    "2021-02-30",
    "2020-02-29",
    "5/2021",
    "1899-12",
    "0000",
    "0000-01",
    "2019-01-01",
)
ADDRESSES = (
    "https://ym.fi/kuntien-hankkeet",
    "http://",
    "www.kaarina.fi",
    "javascript:alert(1)",
    "https://exаmple.org/",
    "https://user@example.org/",
    "https://xn--80ak6aa92e.com/",
    "https://a b",
    "ftp://example.org/",
    "mailto:a@example.org",
)
WORDS = (
    "EUR",
    "SEK",
    "eur",
    "title",
    "grants[grant-1].amount",
    "end",
    "nothing",
    "grants",
    "title.fi",
    "2022",
    "fi",
    "de",
    "a-b",
    "www.example.org",
    "1572860-0",
    "1572860-1",
)
IDS = ("one", "one", "two", "Bad Id", "con", "")


def draft(chance: Random, model: Model, cls: Class, known: dict[str, list[str]], seeds: list[dict]) -> dict:
    """Return the values of a record: one of `seeds` after a few changes, or made up from nothing."""
    values = copy.deepcopy(chance.choice(seeds)) if chance.random() < 0.8 else {}
    for _ in range(chance.randint(1, 5) if values else 12):
        _change(chance, model, cls, known, values)
    return _filled(values)


def _filled(value):
    """Return a value without what is empty in it, which a form does not write."""
    if isinstance(value, dict):
        return {k: v for k, each in value.items() if (v := _filled(each)) not in ({}, [], "")}
    if isinstance(value, list):
        return [v for each in value if (v := _filled(each)) not in ({}, [], "")]
    return value


def _change(chance: Random, model: Model, cls: Class, known: dict[str, list[str]], values: dict) -> None:
    field = chance.choice([f for f in cls.fields if not f.derived])
    there = values.get(field.key)
    way = chance.random()
    if way < 0.15:
        values.pop(field.key, None)
    elif field.kind.nested and there and way < 0.8:
        _change(chance, model, model.target(field), known, chance.choice(there))
        if chance.random() < 0.2:
            chance.choice(there)["id"] = chance.choice(IDS)
    elif field.many and there and way < 0.5:
        there.append(_value(chance, model, field, known))
    else:
        value = _value(chance, model, field, known)
        values[field.key] = [value] if field.many else value


def _value(chance: Random, model: Model, field: Field, known: dict[str, list[str]]) -> object:
    kind = field.kind
    if kind.nested:
        part: dict[str, object] = {}
        target = model.target(field)
        for _ in range(chance.randint(1, 4)):
            _change(chance, model, target, known, part)
        return part or {"id": "one"}
    if kind.by_language:
        codes = chance.sample(field.languages, chance.randint(1, len(field.languages)))
        return {code: chance.choice(TEXTS) for code in codes}
    if field.among and chance.random() < 0.85:  # a code of any of the keys that share them
        fields = [f for f in model.main.fields if f.key in field.among]
        ids = [each for f in fields for each in known.get(model.target(f).segment, [])]
        return chance.choice(ids) if ids else "nobody"
    if kind.refers:
        ids = known.get(model.target(field).segment, [])
        return (
            chance.choice(ids) if ids and chance.random() < 0.85 else chance.choice(("nobody", "Kaarina", "91", "999"))
        )
    if kind.typing:
        return chance.choice((*field.words, "other"))
    if kind.numeric:
        return chance.choice(NUMBERS)
    if kind.name == "iri":
        return chance.choice(ADDRESSES)
    if kind.name == "boolean":
        return "true"
    if kind.shown in ("month", "date", "moment") or kind.name == "year":
        return chance.choice(DATES)
    return chance.choice((*TEXTS, *WORDS, *field.values))
