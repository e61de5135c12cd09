"""Help pages of problem codes, and the quality report."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from hankelod.messages.catalogue import Text
from hankelod.messages.problem import SEVERITIES, Problem, codes, entry
from hankelod.model.model import Check
from hankelod.site.language import Link, Words
from hankelod.site.view import Page, View
from hankelod.validation.explanation import all_codes, opened

LONGEST = 300
"""Most problems listed on the report's page; `report.ttl` has all."""


class ProblemContent(NamedTuple):
    """Content of the help page of a code; `here` is its number of occurrences in the dataset."""

    code: str
    severity: str
    says: Words | None
    why: Words | None
    fix: Words | None
    field: Link | None
    field_description: Words | None
    example: str
    shape: str
    here: int


class ProblemsContent(NamedTuple):
    """Content of the list of codes (link, severity, text): those outside the shapes, and those of shapes by class."""

    own: tuple[tuple[Link, str, str], ...]
    shapes: tuple[tuple[str, tuple[tuple[Link, str, str], ...]], ...]


class Finding(NamedTuple):
    """Problem in the report: its place (`file:line:column`), its message, and the page of its record."""

    place: str
    severity: str
    code: str
    message: Words | None
    fix: Words | None
    record: Link | None
    label: str


class ReportContent(NamedTuple):
    """Content of the report; `more` is the number of problems beyond LONGEST, `checks` the number of codes.

    `left` is how many records are left out of how many, by the name of their class, `kinds` how many by their problems.
    """

    records: int
    counts: tuple[tuple[str, int], ...]
    findings: tuple[Finding, ...]
    more: int
    conforms: bool
    checks: int
    left: tuple[tuple[str, int, int], ...]
    kinds: tuple[tuple[str, Words | None, int], ...]


def problem_pages(view: View) -> Iterator[Page]:
    """Pages of the list of codes, and of each code."""
    own, checks = codes(), sorted({c.code: c for c in view.model.checks.values()}.values())
    counts: dict[str, int] = {}
    for problem in view.site.report.problems:
        counts[problem.code] = counts.get(problem.code, 0) + 1
    heading, description = view.t("problems.heading"), view.t("problems.description")
    yield Page("doc/problem/index.html", "problems.html", heading, description, _index(view, own, checks))
    crumbs = (view.page_link("doc/problem/index.html", "nav.problems"),)
    for code in own:
        message = entry(code)
        content = ProblemContent(
            code,
            message.severity,
            _open(view, message.says),
            _open(view, message.why),
            _open(view, message.fix),
            None,
            None,
            "",
            "",
            counts.get(code, 0),
        )
        yield _page(content, crumbs)
    for check in checks:
        yield _page(_of_check(view, check, counts.get(check.code, 0)), crumbs)


def _index(view: View, own: list[str], checks: list[Check]) -> ProblemsContent:
    classes = sorted(view.model.classes.values())
    by_class: dict[str, list[tuple[Link, str, str]]] = {}
    for check in checks:
        by_class.setdefault(check.class_name, []).append(_line(view, check.code, check.severity, check.fix))
    groups = tuple((view.class_label(c), tuple(by_class[c.name])) for c in classes if c.name in by_class)
    return ProblemsContent(tuple(_line(view, c, entry(c).severity, entry(c).says) for c in own), groups)


def _line(view: View, code: str, severity: str, text: Text) -> tuple[Link, str, str]:
    words = _open(view, text)
    return Link(f"doc/problem/{code}.html", Words(code)), severity, words.text if words else ""


def _open(view: View, text: Text) -> Words | None:
    """Return a message with `…` in place of its placeholders."""
    words = view.t.pick(text)
    return words._replace(text=opened(words.text)) if words else None


def _of_check(view: View, check: Check, here: int) -> ProblemContent:
    cls = view.model.by_name(check.class_name) if check.class_name else None
    field = cls.field(check.key) if cls and check.key else None
    link = (
        Link(f"def.html#{field.code}", Words(f"{view.class_label(cls)}: {view.label(field)}"))
        if cls and field
        else None
    )
    return ProblemContent(
        code=check.code,
        severity=check.severity,
        says=_open(view, check.says),
        why=view.t.pick(check.why),
        fix=view.t.pick(check.fix),
        field=link,
        field_description=view.t.pick(field.description) if field else None,
        example=f"{field.key}: {view.example(field)}" if field and view.example(field) else "",
        shape=f"shapes#{check.code}",
        here=here,
    )


def _page(content: ProblemContent, crumbs: tuple[Link, ...]) -> Page:
    text = content.says or content.fix
    description = f"{content.code}: {text.text}" if text else content.code
    return Page(f"doc/problem/{content.code}.html", "problem.html", content.code, description, content, crumbs=crumbs)


### The report


def report_page(view: View) -> Page:
    """Return the page `report.html`."""
    report = view.site.report
    counts = report.counts()
    content = ReportContent(
        records=report.records,
        counts=tuple((severity, counts[severity]) for severity in SEVERITIES),
        findings=tuple(_finding(view, p) for p in report.problems[:LONGEST]),
        more=max(0, len(report.problems) - LONGEST),
        conforms=report.conforms(),
        checks=len(all_codes(view.model)),
        left=tuple((_class(view, part.name), part.records, part.of) for part in report.left.parts),
        kinds=tuple((code, _meaning(view, code), n) for code, n in report.left.kinds),
    )
    return Page("report.html", "report.html", view.t("report.heading"), view.t("report.description"), content)


def _class(view: View, name: str) -> str:
    return view.class_label(view.model.by_name(name))


def _meaning(view: View, code: str) -> Words | None:
    """Return what a code means: what is wrong, or what a shape asks for."""
    check = next((c for c in view.model.checks.values() if c.code == code), None)
    return view.t.pick(check.fix) if check else _open(view, entry(code).says)


def _finding(view: View, problem: Problem) -> Finding:
    record = None
    for cls in view.model.entries():
        if (
            problem.record
            and problem.record in view.portfolio.of(cls.name)
            and f"{cls.folder or cls.file}" in problem.file
        ):
            record = view.link(cls.name, problem.record)
    return Finding(
        f"{problem.file}:{problem.line}:{problem.column}",
        problem.severity,
        problem.code,
        view.t.pick(problem.message),
        view.t.pick(problem.fix),
        record if record and record.path != "doc/dataset/" else None,
        problem.field or "",
    )
