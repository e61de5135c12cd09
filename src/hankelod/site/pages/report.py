"""The report as one page to read and print: what contributors mend, and what people who use the data should know.

The page stands alone: no script, no address that is fetched, its style inline and allowed by its hash alone. All text
goes through Jinja's autoescape.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable
from hashlib import sha256
from importlib.resources import files
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from hankelod.messages.catalogue import Text
from hankelod.messages.problem import SEVERITIES, Problem
from hankelod.messages.words import word, words
from hankelod.model.model import Class, Model
from hankelod.records.record import Record
from hankelod.validation.grants import Rule
from hankelod.validation.report import Report

if TYPE_CHECKING:
    from hankelod.records.dataset import Dataset

TEMPLATES = files("hankelod.site") / "templates"


class Meaning(NamedTuple):
    """All problems of one code: how many there are, and why they matter."""

    code: str
    severity: str
    times: int
    why: Text
    help: str


def as_html(found: Report, dataset: Dataset, rules: list[Rule], lang: str) -> str:
    """The report as a page in one language. Raises ImportError where Jinja2 is not installed."""
    import jinja2

    environment = jinja2.Environment(
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        loader=jinja2.PackageLoader("hankelod.site"),
    )
    style = (TEMPLATES / "report_alone.css").read_text("utf-8").strip()
    digest = b64encode(sha256(style.encode()).digest()).decode()
    settings = dataset.settings()
    title = settings.values.get("title", {}) if settings else {}

    def told(name: str, **values: object) -> str:
        return word(name)[lang].format_map(values)

    def text(by_language: Text) -> str:
        return next((by_language[each] for each in (lang, "en", "fi", "sv") if each in by_language), "")

    return environment.get_template("report_alone.html").render(
        lang=lang,
        told=told,
        text=text,
        style=style,
        policy=f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'",
        title=title,
        version=settings.values.get("version") if settings else None,
        found=found,
        counts=found.counts(),
        severities=SEVERITIES,
        records=_by_record(found, names(found)),
        figures=_figures(found, dataset),
        meanings=_meanings(found),
        rules=rules,
        bases=_bases(rules),
        names=names(found),
        number=number(lang),
    )


def names(found: Report) -> dict[tuple[str | None, str], Text]:
    """By folder and id: the title or name of each record that was checked."""
    return {
        (r.cls.folder or r.cls.file, r.id): r.values.get("title") or r.values.get("name") or {}  # type: ignore[misc]
        for r in found.checked
        if isinstance(r.values.get("title") or r.values.get("name"), dict)
    }


def _by_record(
    found: Report, named: dict[tuple[str | None, str], Text]
) -> list[tuple[str, str | None, Text, list[Problem]]]:
    """Problems by file and record, those to mend first; with the record's name where it is known."""
    groups = []
    for (file, record), members in groupby(found.problems, lambda p: (p.file, p.record)):
        folder = file.rsplit("/", 2)[-2] if "/" in file else None
        name = named.get((folder, record or ""), {})
        groups.append((file, record, name, list(members)))
    rank = {severity: n for n, severity in enumerate(SEVERITIES)}
    return sorted(groups, key=lambda g: (min(rank[p.severity] for p in g[3]), g[0]))


def _figures(found: Report, dataset: Dataset) -> list[Figure]:
    return coverage(dataset.model, found.checked, found.problems, dataset.languages)


def _meanings(found: Report) -> list[Meaning]:
    by_code: dict[str, list[Problem]] = {}
    for p in found.problems:
        by_code.setdefault(p.code, []).append(p)
    made = [Meaning(code, its[0].severity, len(its), its[0].why, found.help(its[0])) for code, its in by_code.items()]
    rank = {severity: n for n, severity in enumerate(SEVERITIES)}
    return sorted(made, key=lambda m: (rank[m.severity], -m.times, m.code))


def _bases(rules: list[Rule]) -> list[tuple[str, str, Text]]:
    """What the limits rest on, each told once: the origin, its id, and the words."""
    seen: dict[tuple[str, str], Text] = {}
    for rule in rules:
        for limit in (rule.rate, rule.ceiling, rule.leads_limit):
            if limit is not None:
                seen.setdefault((limit.origin, limit.holder), limit.basis)
    return [(origin, holder, basis) for (origin, holder), basis in seen.items()]


def number(lang: str):  # type: ignore[no-untyped-def]
    """A function that writes decimal text as this language has it: `70,6`, `75 000`."""

    def write(text: str) -> str:
        whole, _, part = text.partition(".")
        groups = f"{int(whole):,}".replace(",", "," if lang == "en" else "\u00a0")
        return groups + ("." if lang == "en" else ",") + part if part else groups

    return write


class Figure(NamedTuple):
    """How many of the projects tell something: `told` out of `of`."""

    name: str
    label: Text
    told: int
    of: int

    def per_cent(self) -> int:
        """The share in whole per cent, rounded down: 100 only where it is all of them."""
        return self.told * 100 // self.of if self.of else 0


def coverage(
    model: Model, records: Iterable[Record], problems: Iterable[Problem], languages: tuple[str, ...]
) -> list[Figure]:
    """The figures of the projects among `records`, in the order of the catalogue; none where there is no project."""
    projects = [r for r in records if r.cls.folder == "projects"]
    if not projects:
        return []
    remarked = {p.record for p in problems if p.severity != "info"}
    catalogue = words()
    named = sorted(
        (int(catalogue.values(name, "order")[0]), name) for name in catalogue.names() if catalogue.values(name, "path")
    )
    figures = []
    for _, name in named:
        paths = catalogue.values(name, "path")
        told = sum(any(_holds(model, r, p, remarked, languages) for p in paths) for r in projects)
        figures.append(Figure(name, word(name), told, len(projects)))
    return figures


def _holds(model: Model, record: Record, path: str, remarked: set[str | None], languages: tuple[str, ...]) -> bool:
    if path == "*clean":
        return record.id not in remarked
    if path == "*languages":
        return _complete(model, record.cls, record.values, languages)
    return _has(record.values, path.split("."))


def _has(values: object, steps: list[str]) -> bool:
    """Whether there is a value at the end of a path of keys, in any of the parts on the way."""
    if isinstance(values, list):
        return any(_has(v, steps) for v in values)
    if not steps:
        return values is not None and values is not False
    return isinstance(values, dict) and steps[0] in values and _has(values[steps[0]], steps[1:])


def _complete(model: Model, cls: Class, values: dict[str, object], languages: tuple[str, ...]) -> bool:
    """Whether every text by language of a record and its parts is there in all languages; words quoted need one only."""
    for field in cls.fields:
        value = values.get(field.key)
        if value is None:
            continue
        if field.kind == "langtext" and not field.verbatim:
            if not set(languages) & set(field.languages) <= set(value):  # type: ignore[call-overload]
                return False
        elif field.kind == "part":
            target = model.target(field)
            parts: list[dict[str, object]] = value if isinstance(value, list) else [value]  # type: ignore[list-item]
            if not all(_complete(model, target, part, languages) for part in parts):
                return False
    return True
