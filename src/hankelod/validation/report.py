"""The validation report: as text, as JSON by the contract of the report, and as a `sh:ValidationReport` in Turtle."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

from hankelod.messages.catalogue import Text
from hankelod.messages.console import part
from hankelod.messages.problem import CATALOGUE, SEVERITIES, Problem, codes, in_order, short
from hankelod.model.model import SHAPES
from hankelod.rdf.graph import SH
from hankelod.rdf.terms import escape
from hankelod.validation.details import Details

if TYPE_CHECKING:
    from hankelod.validation.grants import Limit, Rule

WORDS: dict[str, Text] = {
    "violation": {"fi": "virhe", "sv": "fel", "en": "error"},
    "warning": {"fi": "varoitus", "sv": "varning", "en": "warning"},
    "info": {"fi": "huomautus", "sv": "anmärkning", "en": "note"},
    "why": {"fi": "Miksi", "sv": "Varför", "en": "Why"},
    "fix": {"fi": "Korjaus", "sv": "Åtgärd", "en": "Fix"},
    "help": {"fi": "Ohje", "sv": "Hjälp", "en": "Help"},
    "see": {"fi": "Katso", "sv": "Se", "en": "See"},
    "fine": {"fi": "Kaikki kunnossa", "sv": "Allt i ordning", "en": "All is well"},
    "record": {"fi": "tietue", "sv": "post", "en": "record"},
    "file": {"fi": "tiedosto", "sv": "fil", "en": "file"},
    "records": {"fi": "tietuetta", "sv": "poster", "en": "records"},
    "files": {"fi": "tiedostoa", "sv": "filer", "en": "files"},
    "violations": {"fi": "virhettä", "sv": "fel", "en": "errors"},
    "warnings": {"fi": "varoitusta", "sv": "varningar", "en": "warnings"},
    "infos": {"fi": "huomautusta", "sv": "anmärkningar", "en": "notes"},
}
"""The words of the report itself, by language."""


NONE: Mapping[str, int] = MappingProxyType({})


class Report(NamedTuple):
    """All problems of one validation, in order; the number of records read, and what a report tells beyond problems.

    `more` is the number of problems that were counted but not kept, by severity: a large dataset may have too many to
    list.
    """

    problems: list[Problem]
    records: int
    base: str
    more: Mapping[str, int]
    details: Details

    def counts(self) -> dict[str, int]:
        """The number of problems of each severity, with those that were not kept."""
        return {s: sum(p.severity == s for p in self.problems) + self.more.get(s, 0) for s in SEVERITIES}

    def conforms(self, strict: bool = False) -> bool:
        """Tell whether the data may be published: no violations; with `strict`, no warnings either."""
        bad = SEVERITIES[: 2 if strict else 1]
        return not any(p.severity in bad for p in self.problems) and not any(self.more.get(s) for s in bad)

    def help(self, problem: Problem) -> str:
        """The address of the help page for the code of a problem."""
        return f"{self.base}doc/problem/{problem.code}"


def report(
    problems: list[Problem], records: int, base: str, details: Details | None = None, more: Mapping[str, int] = NONE
) -> Report:
    """A Report of these problems, sorted, without duplicates; `records` is the number of records that were read."""
    return Report(in_order(_once(problems)), records, base, more, details or Details())


def extended(before: Report, problems: list[Problem]) -> Report:
    """A Report with further problems."""
    return before._replace(problems=in_order(_once(before.problems + problems)))


def _once(problems: list[Problem]) -> list[Problem]:
    """Drop the problems that several readers reported: one is left for each place, value and code."""
    seen: dict[tuple[object, ...], Problem] = {}
    for p in problems:
        seen.setdefault((p.file, p.line, p.column, p.record, p.field, p.value, p.code), p)
    return list(seen.values())


def as_json(report: Report, lang: str, strict: bool = False) -> str:
    """The report as JSON by its contract: `conforms`, `counts`, `records`, `problems`, and `rules` of the grants."""
    problems = [
        {
            "file": p.file,
            "line": p.line,
            "column": p.column,
            "record": p.record,
            "field": p.field,
            "value": p.value,
            "code": p.code,
            "constraint": p.constraint,
            "severity": p.severity,
            "message": p.message.get(lang, ""),
            "why": p.why.get(lang, ""),
            "fix": p.fix.get(lang, ""),
            "related": [place._asdict() for place in p.related],
            "help": report.help(p),
        }
        for p in report.problems
    ]
    import json

    whole = {
        "conforms": report.conforms(strict),
        "counts": report.counts(),
        "records": report.records,
        "problems": problems,
        "rules": [_rule(r, lang) for r in report.details.rules],
    }
    return json.dumps(whole, ensure_ascii=False, indent=2) + "\n"


def _rule(rule: Rule, lang: str) -> dict[str, object]:
    def limit(given: Limit | None, value: object, verdict: str | None) -> dict[str, object] | None:
        if given is None:
            return None
        return {
            "limit": value,
            "verdict": verdict,
            "from": given.origin,
            "holder": given.holder,
            "inferred": given.inferred,
            "basis": given.basis.get(lang, ""),
        }

    return {
        "record": rule.record,
        "grant": rule.grant,
        "programme": rule.programme,
        "call": rule.call,
        "amount": rule.amount,
        "cost": rule.cost,
        "share": rule.share,
        "rate": limit(rule.rate, rule.rate and rule.rate.value, rule.rate_verdict),
        "ceiling": limit(rule.ceiling, rule.ceiling and rule.ceiling.value, rule.ceiling_verdict),
        "leads": limit(rule.leads_limit, list(rule.leads), rule.lead_verdict),
    }


def number(count: int, word: str, lang: str) -> str:
    """A count with its noun: one error, two errors. Finnish has the partitive after any number but one."""
    return f"{count} {WORDS[word if count == 1 else word + 's'][lang]}"


def as_text(report: Report, lang: str, colour: bool = False, counted: str = "record") -> str:
    """The report for a terminal: each problem with its message, reason and correction; a summary last.

    `counted` is the key in `WORDS` of the noun that the report counts: `record` or `file`.
    """

    def paint(code: str, text: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if colour else text

    shade = {"violation": "31", "warning": "33", "info": "36"}
    lines = []
    for p in report.problems:
        where = part(f"{p.file}:{p.line}:{p.column}")
        field = f" {part(short(p.field))}" if p.field else ""
        lines.append(f"{paint('1', where)}: {paint(shade[p.severity], WORDS[p.severity][lang])}:{field} [{p.code}]")
        lines.append(f"  {part(p.message.get(lang, ''))}")
        lines.append(f"  {WORDS['why'][lang]}: {part(p.why.get(lang, ''))}")
        lines.append(f"  {WORDS['fix'][lang]}: {part(p.fix.get(lang, ''))}")
        lines += [part(f"  {WORDS['see'][lang]}: {place.file}:{place.line}:{place.column}") for place in p.related]
        lines.append(f"  {WORDS['help'][lang]}: {report.help(p)}")
        lines.append("")
    lines.append(tally(report, lang, counted))
    return "\n".join(lines) + "\n"


def tally(report: Report, lang: str, counted: str = "record") -> str:
    """One line: the number of records or files checked, and the number of problems of each severity."""
    counts = report.counts()
    problems = ", ".join(number(counts[s], s, lang) for s in SEVERITIES if counts[s])
    return f"{number(report.records, counted, lang)}: {problems or WORDS['fine'][lang].lower()}"


def as_turtle(report: Report) -> str:
    """The report as a `sh:ValidationReport` (SHACL, section 3.6); other checks have component IRIs of their own."""
    own = set(codes())
    lines = [f"@base <{report.base}> .", f"@prefix sh: <{SH}> .", "", "[] a sh:ValidationReport ;"]
    results = "".join(_result(p, own) for p in report.problems)
    lines.append(f"    sh:conforms {str(report.conforms()).lower()}" + (" ;" + results if results else " ."))
    return "\n".join(lines) + ("\n    .\n" if results else "\n")


def triples(report: Report) -> int:
    """The number of triples of the report in RDF."""
    own = set(codes())
    return 2 + sum(2 + len(_properties(p, own)) + len(p.message) - 1 for p in report.problems)


def _properties(p: Problem, own: set[str]) -> list[str]:
    """The properties of one result in Turtle, without `rdf:type`; `own` are the codes of problems outside of SHACL."""
    component = f"<{CATALOGUE}{p.code}>" if p.code in own else f"sh:{p.constraint}"
    focus = p.focus or quote(p.file, safe="/")
    properties = [f"sh:focusNode {focus if focus.startswith('_:') else f'<{focus}>'}"]
    if p.predicate:
        properties.append(f"sh:resultPath <{p.predicate}>")
    if p.value is not None:
        properties.append(f'sh:value "{escape(p.value)}"')
    if p.code not in own:
        properties.append(f"sh:sourceShape <{SHAPES}{p.code}>")
    texts = " , ".join(f'"{escape(t)}"@{lang}' for lang, t in p.message.items())
    return [
        *properties,
        f"sh:sourceConstraintComponent {component}",
        f"sh:resultSeverity sh:{p.severity.capitalize()}",
        f"sh:resultMessage {texts}",
    ]


def _result(p: Problem, own: set[str]) -> str:
    inner = " ;\n        ".join(_properties(p, own))
    return f"\n    sh:result [ a sh:ValidationResult ;\n        {inner} ] ;"
