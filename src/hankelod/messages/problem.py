"""A Problem: what is wrong, where, why it matters and how to mend it, in Finnish, Swedish and English."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from hankelod.messages.catalogue import Catalogue, Text, catalogue

LANGUAGES = ("fi", "sv", "en")

CATALOGUE = "https://w3id.org/hankelod/problems#"

SEVERITIES = ("violation", "warning", "info")

MAX_PROBLEMS = 100_000
"""How many problems of records in large files are told, so that memory stays bounded: a line of three characters may have one."""


class Place(NamedTuple):
    """A position in a file: line and column from 1, the column in code points."""

    file: str
    line: int
    column: int


class Problem(NamedTuple):
    """One thing to mend. `field` is a path in the record (`grants[0].amount`), None for the record as a whole.

    `focus` and `predicate` are the IRIs that the validation report in RDF names.
    """

    file: str
    line: int
    column: int
    record: str | None
    field: str | None
    value: str | None
    code: str
    constraint: str | None
    severity: str
    message: Text
    why: Text
    fix: Text
    related: tuple[Place, ...] = ()
    focus: str | None = None
    predicate: str | None = None


class Entry(NamedTuple):
    """What the catalogue says of one of our own codes."""

    severity: str
    says: Text
    why: Text
    fix: Text
    suggest: Text


class _Blank(dict):  # type: ignore[type-arg]
    def __missing__(self, key: str) -> str:
        return ""


def _catalogue() -> Catalogue:
    return catalogue("problems", CATALOGUE)


@cache
def entry(code: str) -> Entry:
    """The catalogue's entry of one of our own codes (`problems.ttl`)."""
    found = _catalogue()
    severity = (found.values(code, "severity") or ["sh:Violation"])[0].removeprefix("sh:").lower()
    return Entry(severity, *(found.text(code, part) for part in ("says", "why", "fix", "suggest")))


def codes() -> list[str]:
    """All codes of our own, those that are no shape's."""
    found = _catalogue()
    return sorted(name for name in found.names() if found.values(name, "severity"))


@cache
def component_says(component: str) -> Text:
    """The message of a constraint component (by its local name) about a value."""
    return _catalogue().text(f"sh:{component}") or dict.fromkeys(LANGUAGES, "{label}: {value}")


@cache
def parser_says(message: str) -> Text:
    """A message of a parser of YAML, JSON or CSV in each language; unchanged where the catalogue does not have it."""
    found = _catalogue()
    known = found.by_value("of", message)
    return found.text(known) if known else dict.fromkeys(LANGUAGES, message)


def phrase(name: str, **values: object) -> Text:
    """A turn of phrase of the catalogue, filled in."""
    return fill(_catalogue().text(name), **values)


def kind_word(kind: str) -> Text:
    """The word for a kind of value."""
    return phrase("kind-" + kind)


def fill(template: Text, **values: object) -> Text:
    """Fill in a template in each language; a value that is itself a Text is taken in that language."""
    filled = {}
    for lang, words in template.items():
        given = _Blank({k: (v.get(lang, "") if isinstance(v, dict) else v) for k, v in values.items()})
        text = words.format_map(given).strip()
        filled[lang] = text[:1].upper() + text[1:] if words.startswith("{label}") else text
    return filled


def problem(
    code: str,
    place: Place,
    record: str | None = None,
    field: str | None = None,
    value: str | None = None,
    related: tuple[Place, ...] = (),
    **details: object,
) -> Problem:
    """A problem of one of our own codes, its texts from the catalogue.

    `details` fill in the texts; where there is a `suggestion` among them, it is the way to mend it.
    """
    told = entry(code)
    shown = {"value": short(value), **details}
    fix = fill(told.fix, **shown)
    if details.get("suggestion") and told.suggest:
        hint = fill(told.suggest, **shown)
        fix = {lang: f"{hint[lang]} {fix[lang]}" for lang in fix} if code == "unknown-reference" else hint
    return Problem(
        *place,
        record,
        field,
        value,
        code,
        None,
        told.severity,
        fill(told.says, **shown),
        fill(told.why, **shown),
        fix,
        related,
    )


def short(value: str | None, limit: int = 80) -> str:
    """A value as a message shows it: one line, control characters escaped, at most `limit` characters."""
    if value is None:
        return ""
    shown = "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in value[: limit + 1])
    return shown if len(value) <= limit else shown[:limit] + "…"


def in_order(problems: list[Problem]) -> list[Problem]:
    """Sorted by file and place, the gravest first at one place."""
    rank = {severity: n for n, severity in enumerate(SEVERITIES)}
    return sorted(problems, key=lambda p: (p.file, p.line, p.column, rank[p.severity], p.field or "", p.code))
