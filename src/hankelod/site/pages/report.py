"""Report as one HTML page to read and print: problems for contributors to fix, and quality for users of the data.

The page is self-contained: no script, no external resource, an inline style allowed by its hash. All text is escaped by
Jinja's autoescape.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from hashlib import sha256
from importlib.resources import files
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from hankelod.exports.rendering import environment
from hankelod.messages.catalogue import Text, in_language
from hankelod.messages.problem import SEVERITIES, Problem
from hankelod.messages.words import word
from hankelod.site.language import Language
from hankelod.validation.details import Titles
from hankelod.validation.grants import Rule
from hankelod.validation.kinds import kinds, listed, long
from hankelod.validation.report import Report
from hankelod.validation.text import more_of_kinds

if TYPE_CHECKING:
    from hankelod.records.dataset import Dataset

TEMPLATES = files("hankelod.site") / "templates"

RULES = 300
"""Most grants whose conditions are listed where not all is asked for."""


class Meaning(NamedTuple):
    """Problems of one code: their number, and why they matter; `help` is the address of the help page."""

    code: str
    severity: str
    times: int
    why: Text
    help: str


def as_html(report: Report, dataset: Dataset, lang: str, every: bool = False) -> str:
    """Render the report in one language: of a long one some problems of each kind, or `every` one.

    Raises ImportError if Jinja2 is not installed.
    """
    style = (TEMPLATES / "report_alone.css").read_text("utf-8").strip()
    digest = b64encode(sha256(style.encode()).digest()).decode()
    settings = dataset.settings()
    title = settings.values.get("title", {}) if settings else {}

    def t(name: str, **values: object) -> str:
        return word(name)[lang].format_map(values)

    return (
        environment("hankelod.site")
        .get_template("report_alone.html")
        .render(
            lang=lang,
            t=t,
            text=lambda by_language: in_language(by_language, lang),
            style=style,
            policy=f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'",
            title=title,
            version=settings.values.get("version") if settings else None,
            report=report,
            counts=report.counts(),
            severities=SEVERITIES,
            kinds=kinds(report.problems, report.beyond) if long(report.problems) else (),
            more=more_of_kinds(report, lang, every),
            unlisted=0 if every else max(0, len(report.details.rules) - RULES),
            records=_by_record(listed(report.problems, every), report.details.titles),
            figures=report.details.coverage(),
            meanings=_meanings(report),
            rules=report.details.rules if every else report.details.rules[:RULES],
            bases=_bases(report.details.rules),
            names=report.details.titles,
            format=Language(lang, (lang,)),
        )
    )


def _by_record(
    problems: Sequence[Problem], names_by_record: Titles
) -> list[tuple[str, str | None, Text, list[Problem]]]:
    """Return problems grouped by file and record, most severe first; the name is empty if unknown."""
    groups = []
    for (file, record), members in groupby(problems, lambda p: (p.file, p.record)):
        folder = file.rsplit("/", 2)[-2] if "/" in file else None
        name = names_by_record.get((folder, record or ""), {})
        groups.append((file, record, name, list(members)))
    rank = {severity: n for n, severity in enumerate(SEVERITIES)}
    return sorted(groups, key=lambda g: (min(rank[p.severity] for p in g[3]), g[0]))


def _meanings(report: Report) -> list[Meaning]:
    by_code: dict[str, list[Problem]] = {}
    for p in report.problems:
        by_code.setdefault(p.code, []).append(p)
    meanings = [
        Meaning(code, its[0].severity, len(its), its[0].why, report.help(its[0])) for code, its in by_code.items()
    ]
    rank = {severity: n for n, severity in enumerate(SEVERITIES)}
    return sorted(meanings, key=lambda m: (rank[m.severity], -m.times, m.code))


def _bases(rules: list[Rule]) -> list[tuple[str, Text]]:
    """Return the bases of the limits, each once: the id of the call, and the text."""
    seen: dict[str, Text] = {}
    for rule in rules:
        for limit in (rule.rate, rule.ceiling, rule.leads_limit):
            if limit is not None:
                seen.setdefault(limit.call, limit.basis)
    return list(seen.items())
