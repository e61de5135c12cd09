"""Guesses at the intended value of an invalid one: amounts, months, days, addresses, words.

A guess must be valid for the field and unambiguous: if several readings are possible, there is none. Guesses are shown
with the problem; they never change a record.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from hankelod.messages.catalogue import Text
from hankelod.model.model import Field
from hankelod.records.bounds import first_day
from hankelod.records.nearness import meaning

LONGEST = 100
"""Most characters of a text that is guessed at; a longer one is no typing error."""

MONTHS = (
    ("tammi", "jan"),
    ("helmi", "feb"),
    ("maalis", "mar"),
    ("huhti", "apr"),
    ("touko", "maj", "may"),
    ("kesä", "jun"),
    ("heinä", "jul"),
    ("elo", "aug"),
    ("syys", "sep"),
    ("loka", "okt", "oct"),
    ("marras", "nov"),
    ("joulu", "dec"),
)
"""Beginnings of the names of the months in Finnish, Swedish and English."""

YES = {"yes", "y", "kyllä", "on", "ja", "joo", "x", "1", "tosi", "sant"}

NO = {"no", "n", "ei", "nej", "off", "0", "epätosi", "falskt"}

LANGUAGE_NAMES = {
    "suomi": "fi",
    "suomeksi": "fi",
    "finska": "fi",
    "finnish": "fi",
    "ruotsi": "sv",
    "ruotsiksi": "sv",
    "svenska": "sv",
    "swedish": "sv",
    "englanti": "en",
    "englanniksi": "en",
    "engelska": "en",
    "english": "en",
}

_SPACES = re.compile("(?<=[0-9])[\\s\u00a0\u2009\u202f'’](?=[0-9]{3}(?![0-9]))")
"""Thousands separators."""

_MONEY = re.compile(r"(?i)€|eur(oa|o|os)?|e(?=\s*$)|,-\s*$|:-\s*$")


def meant(field: Field, text: str) -> str | None:
    """Return the valid value of this field that `text` probably means, or None."""
    if len(text) > LONGEST:
        return None
    written = text.strip()
    guesses = {g for g in _guesses(field, written) if g != text and takes(field, g)}
    return guesses.pop() if len(guesses) == 1 else None


def word_meant(words: Mapping[str, Text], text: str) -> str | None:
    """Return the word that `text` is a slip of, or one of whose labels (the values of `words`) it means, or None."""
    if len(text) > LONGEST:
        return None
    return meaning(text, {word: (word, *labels.values()) for word, labels in words.items()})


def takes(field: Field, text: str) -> bool:
    """Check a value against the form and range in the field's shape."""
    if field.pattern and not re.search(field.pattern, text):
        return False
    if field.kind == "month" and not re.fullmatch(r"[0-9]{4}-(0[1-9]|1[0-2])", text):
        return False
    if field.kind == "date" and not _exists(text):
        return False
    if field.kind == "moment" and first_day(text) is None:
        return False
    if field.kind == "decimal":
        number = _number(text)
        return number is not None and _in_range(field, text)
    return True


def _guesses(field: Field, text: str) -> Iterator[str]:
    by_kind = {
        "decimal": _numbers,
        "integer": _numbers,
        "month": _months,
        "date": _dates,
        "year": _years,
        "iri": _addresses,
    }
    if field.kind in by_kind:
        yield from by_kind[field.kind](field, text)
    elif field.kind == "moment":
        for kind in ("date", "month", "year"):
            yield from by_kind[kind](field, text)
    elif field.kind == "boolean":
        folded = text.casefold()
        yield from (
            ["true"] if folded in YES or folded == "true" else ["false"] if folded in NO or folded == "false" else []
        )
    elif field.kind == "language":
        yield from [LANGUAGE_NAMES[text.casefold()]] if text.casefold() in LANGUAGE_NAMES else [text.lower()]
    elif field.kind == "text" and field.pattern:
        yield from _texts(text)


### Numbers


def _numbers(field: Field, text: str) -> Iterator[str]:
    per_cent = "%" in text
    bare = _SPACES.sub("", _MONEY.sub("", text.replace("%", ""))).strip().replace("\u2212", "-")
    for number in _readings(bare):
        if field.limits.get("maxInclusive") == "1" and (
            per_cent or (_number(number) is not None and not _in_range(field, number))
        ):
            yield from _hundredth(number)
        else:
            yield number


def _readings(bare: str) -> Iterator[str]:
    """Yield the numbers that digits with points and commas may mean."""
    if re.fullmatch(r"[+-]?[0-9]+([.][0-9]+)?", bare):
        yield bare
    if re.fullmatch(r"[+-]?[0-9]+,[0-9]+", bare):
        yield bare.replace(",", ".")
    for group, point in ((".", ","), (",", ".")):
        grouped = re.fullmatch(rf"([+-]?[0-9]{{1,3}}(?:[{group}][0-9]{{3}})+)(?:[{point}]([0-9]+))?", bare)
        if grouped:
            whole = grouped[1].replace(group, "")
            yield f"{whole}.{grouped[2]}" if grouped[2] else whole


def _hundredth(number: str) -> Iterator[str]:
    from decimal import Decimal

    share = Decimal(number) / 100
    yield str(share.quantize(Decimal("0.01")) if share == share.quantize(Decimal("0.01")) else share)


def _number(text: str) -> object | None:
    from decimal import Decimal

    return Decimal(text) if re.fullmatch(r"[+-]?[0-9]{1,15}([.][0-9]{1,9})?", text) else None


def _in_range(field: Field, text: str) -> bool:
    from decimal import Decimal

    number = Decimal(text)
    holds = {
        "minInclusive": lambda limit: number >= limit,
        "minExclusive": lambda limit: number > limit,
        "maxInclusive": lambda limit: number <= limit,
        "maxExclusive": lambda limit: number < limit,
    }
    return all(holds[name](Decimal(limit)) for name, limit in field.limits.items() if name in holds)


### Months, days and years


def _months(field: Field, text: str) -> Iterator[str]:
    for day in _dates(field, text):
        yield day[:7]
    numbers = re.fullmatch(r"([0-9]{1,4})\s*[-./ ]\s*([0-9]{1,4})[.]?", text)
    if numbers:
        first, second = numbers.groups()
        year, month = (first, second) if len(first) == 4 else (second, first)
        if len(year) == 4 and len(month) <= 2:
            yield f"{year}-{int(month):02}"
    if re.fullmatch(r"[0-9]{6}", text):
        yield f"{text[:4]}-{text[4:]}"
    named = re.fullmatch(r"(?:([^\W\d]+)[ .]+([0-9]{4})|([0-9]{4})[ .]+([^\W\d]+))[.]?", text)
    if named:
        word, year = (named[1], named[2]) if named[1] else (named[4], named[3])
        begins = [
            (len(name), n)
            for n, names in enumerate(MONTHS, start=1)
            for name in names
            if word.casefold().startswith(name)
        ]
        if begins:  # the longest: marraskuu (November) also begins like March
            yield f"{year}-{max(begins)[1]:02}"


def _dates(field: Field, text: str) -> Iterator[str]:
    """Yield days written in the Finnish and Swedish way (day first), and ISO days with day and month swapped."""
    numbers = re.fullmatch(r"([0-9]{1,4})\s*[-./ ]\s*([0-9]{1,2})\s*[-./ ]\s*([0-9]{1,4})(?:[T ].*)?", text)
    if not numbers:
        if re.fullmatch(r"[0-9]{8}", text):
            yield from (d for d in [f"{text[:4]}-{text[4:6]}-{text[6:]}"] if _exists(d))
        return
    first, second, third = numbers.groups()
    if len(first) == 4 and len(third) <= 2:
        year, month, day = first, second, third
    elif len(third) == 4 and len(first) <= 2:
        day, month, year = first, second, third
    else:
        return
    for m, d in ((month, day), (day, month)):
        date = f"{year}-{int(m):02}-{int(d):02}"
        if _exists(date):
            yield date
            return  # swapped only if this is no valid date


def _exists(day: str) -> bool:
    from datetime import date

    try:
        return date.fromisoformat(day).isoformat() == day
    except ValueError:
        return False


def _years(field: Field, text: str) -> Iterator[str]:
    years = set(re.findall(r"(?<![0-9])(?:19|20)[0-9]{2}(?![0-9])", text))
    yield from years if len(years) == 1 else ()


### Addresses and texts of a fixed form


def _addresses(field: Field, text: str) -> Iterator[str]:
    tidy = re.sub(r"(?i)^(https?)(?::/?(?!/)|//|;//|:\\\\)", lambda m: m[1].lower() + "://", text.replace(" ", "%20"))
    if re.match(r"(?i)https?://", tidy):
        tidy = tidy[: tidy.index(":")].lower() + tidy[tidy.index(":") :]
        yield from [tidy] if _iri(tidy) else []
    elif re.match(r"(www[.])?[a-z0-9-]+([.][a-z0-9-]+)*[.][a-z]{2,}(/|$)", tidy):
        yield from [f"https://{tidy}"] if _iri(f"https://{tidy}") else []


def _iri(text: str) -> bool:
    from pyoxigraph import NamedNode

    try:
        return bool(NamedNode(text))
    except ValueError:
        return False


def _texts(text: str) -> Iterator[str]:
    yield text.lower()
    yield re.sub(r"^[a-z]+://([^/?#]+).*$", r"\1", text.lower())
    digits = re.sub(r"(?i)^fi|[\s-]", "", text)
    if re.fullmatch(r"[0-9]{8}", digits):
        yield f"{digits[:7]}-{digits[7]}"
