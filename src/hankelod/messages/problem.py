"""Problem: what is wrong, where, why it matters and how to fix it, in Finnish, Swedish and English."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from hankelod.messages.catalogue import Catalogue, Text, catalogue

LANGUAGES = ("fi", "sv", "en")

CATALOGUE = "https://w3id.org/hankelod/problems#"

SEVERITIES = ("violation", "warning", "info")

MAX_PROBLEMS = 100_000
"""Most problems reported for the records of a large file; bounds memory, since every line may have one."""


class Place(NamedTuple):
    """A position in a file; line and column start at 1, columns count code points."""

    file: str
    line: int
    column: int


class Result(NamedTuple):
    """One SHACL validation result: terms in N-Triples syntax, `component` and `severity` as local names."""

    focus: str
    path: str | None
    value: str | None
    component: str
    shape: str | None
    severity: str


class Problem(NamedTuple):
    """One thing to fix. `field` is a path in the record (`grants[0].amount`), None for the record as a whole.

    `results` are the SHACL validation results that it stands for, none if another check has found it.
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
    results: tuple[Result, ...] = ()


class ProblemText(NamedTuple):
    """The severity and the texts of one problem code in the catalogue, with placeholders."""

    severity: str
    says: Text
    why: Text
    fix: Text
    suggest: Text


class _Blank(dict):  # type: ignore[type-arg]
    """Values of placeholders; a missing one is empty."""

    def __missing__(self, key: str) -> str:
        return ""


def _catalogue() -> Catalogue:
    return catalogue("problems", CATALOGUE)


@cache
def entry(code: str) -> ProblemText:
    """Return the catalogue entry of a problem code (`problems.ttl`)."""
    texts = _catalogue()
    severity = (texts.values(code, "severity") or ["sh:Violation"])[0].removeprefix("sh:").lower()
    return ProblemText(severity, *(texts.text(code, part) for part in ("says", "why", "fix", "suggest")))


def codes() -> list[str]:
    """Return the problem codes that do not come from a shape, sorted."""
    texts = _catalogue()
    return sorted(name for name in texts.names() if texts.values(name, "severity"))


@cache
def component_says(component: str) -> Text:
    """Return the message template of a SHACL constraint component, by its local name."""
    return _catalogue().text(f"sh:{component}") or dict.fromkeys(LANGUAGES, "{label}: {value}")


@cache
def parser_says(message: str) -> Text:
    """Translate a message of the YAML, JSON or CSV parser; it stays as it is if the catalogue lacks it."""
    texts = _catalogue()
    name = texts.by_value("of", message)
    return texts.text(name) if name else dict.fromkeys(LANGUAGES, message)


def phrase(name: str, **values: object) -> Text:
    """Return a phrase of the catalogue, filled in."""
    return fill(_catalogue().text(name), **values)


def kind_word(kind: str) -> Text:
    """Return the phrase for a kind of value."""
    return phrase("kind-" + kind)


def fill(template: Text, **values: object) -> Text:
    """Fill in a template in each language; a value that is a Text is used in that language."""
    filled = {}
    for lang, words in template.items():
        details = _Blank({k: (v.get(lang, "") if isinstance(v, dict) else v) for k, v in values.items()})
        text = words.format_map(details).strip()
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
    """Create a Problem of a catalogue code.

    `details` fill in the texts; a `suggestion` among them becomes the fix.
    """
    texts = entry(code)
    values = {"value": short(value), **details}
    fix = fill(texts.fix, **values)
    if details.get("suggestion") and texts.suggest:
        hint = fill(texts.suggest, **values)
        fix = {lang: f"{hint[lang]} {fix[lang]}" for lang in fix} if code == "unknown-reference" else hint
    return Problem(
        *place,
        record,
        field,
        value,
        code,
        None,
        texts.severity,
        fill(texts.says, **values),
        fill(texts.why, **values),
        fix,
        related,
    )


def short(value: str | None, limit: int = 80) -> str:
    """Shorten a value for a message: one line, control characters escaped, at most `limit` characters."""
    if value is None:
        return ""
    text = "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in value[: limit + 1])
    return text if len(value) <= limit else text[:limit] + "…"


def in_order(problems: list[Problem]) -> list[Problem]:
    """Sort problems by file and place; at one place, by descending severity."""
    rank = {severity: n for n, severity in enumerate(SEVERITIES)}
    return sorted(problems, key=lambda p: (p.file, p.line, p.column, rank[p.severity], p.field or "", p.code))
