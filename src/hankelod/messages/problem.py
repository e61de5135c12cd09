"""Problem: what is wrong, where, why it matters and how to fix it, in every language."""

# Annotations are evaluated here: `NamedTuple` would compile each of them from its text, at every start.

from functools import cache
from typing import NamedTuple

from hankelod.messages.catalogue import Entry, Phrase, Text, names
from hankelod.messages.console import escaped
from hankelod.messages.languages import LANGUAGES

CATALOGUE = "https://w3id.org/hankelod/problems#"

SEVERITIES = ("violation", "warning", "info")

LESSER = {
    "warning": frozenset(
        (
            "replacement-character",
            "invisible-character",
            "lookalike-host",
            "unknown-file",
            "areas-without-boundary",
            "model-untold",
            "model-no-successor",
            "model-no-term",
            "unchecked-reference",
            "duplicate-value",
            "version-not-raised",
            "modified-not-raised",
            "part-moved",
            "id-vanished",
            "left-out-published",
            "sheet-above-header",
            "source-encoding",
            "source-differs",
            "sheet-beside",
            "sheet-hidden",
            "sheet-hidden-row",
            "sheet-hidden-column",
            "source-number",
            "source-date",
            "source-value",
            "source-name",
            "source-names",
            "source-empty",
            "source-form",
        )
    ),
    "info": frozenset(("missing-language",)),
}
"""The codes whose problems are no violations, by severity."""

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


@cache
def entry(code: str) -> ProblemText:
    """The severity and the texts of a problem code, or of one of its cases."""
    table = "problem" if Entry("problem", code) else "variant"
    severity = next((name for name, codes in LESSER.items() if code in codes), "violation")
    return ProblemText(severity, *(Entry(table, code, part) for part in ("says", "why", "fix", "suggest")))


def codes() -> list[str]:
    """The problem codes that do not come from a shape, sorted."""
    return sorted(names("problem"))


def component_says(component: str) -> Text:
    """The message template of a SHACL constraint component, by its local name."""
    return Entry("component", component) or dict.fromkeys(LANGUAGES, "{label}: {value}")


def parser_says(message: str) -> Text:
    """Translate a message of the YAML, JSON or CSV parser; it stays as it is if the catalogue lacks it."""
    return Entry("parser", message) or dict.fromkeys(LANGUAGES, message)


def phrase(name: str, **values: object) -> Text:
    """A phrase of the catalogue, filled in."""
    return Phrase(Entry("phrase", name), values)


def kind_word(kind: str) -> Text:
    """The phrase for a kind of value."""
    return phrase("kind-" + kind)


def fill(template: Text, **values: object) -> Text:
    """A template that is filled in when it is shown; a value that is a text by language is used in that language."""
    return Phrase(template, values)


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
        fix = phrase("both", first=hint, second=fix) if code == "unknown-reference" else hint
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
    text = escaped(value[: limit + 1])
    return text if len(value) <= limit else text[:limit] + "…"


def in_order(problems: list[Problem]) -> list[Problem]:
    """Sort problems by file and place; at one place, by descending severity."""
    rank = {severity: n for n, severity in enumerate(SEVERITIES)}
    return sorted(problems, key=lambda p: (p.file, p.line, p.column, rank[p.severity], p.field or "", p.code))
