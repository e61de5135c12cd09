"""Problems as people and machines read them: text, and JSON by the contract of the validation report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

from hankelod.messages.catalogue import Text
from hankelod.messages.problem import CATALOGUE, SEVERITIES, Problem, codes, in_order, short
from hankelod.model.model import SHAPES
from hankelod.rdf.graph import SH
from hankelod.rdf.terms import escape
from hankelod.records.record import Record

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
"""Words of the report itself, by language."""


class Report(NamedTuple):
    """All problems of one validation, in order; the number of records that were read, and those that could be typed.

    `more` are the problems that were counted and not kept, by severity: a large dataset may have too many to tell.
    """

    problems: list[Problem]
    records: int
    base: str
    checked: Sequence[Record] = ()
    more: Mapping[str, int] = MappingProxyType({})

    def counts(self) -> dict[str, int]:
        return {s: sum(p.severity == s for p in self.problems) + self.more.get(s, 0) for s in SEVERITIES}

    def conforms(self, strict: bool = False) -> bool:
        """Whether the data may be published: no violation; with `strict`, no warning either."""
        bad = SEVERITIES[: 2 if strict else 1]
        return not any(p.severity in bad for p in self.problems) and not any(self.more.get(s) for s in bad)

    def help(self, problem: Problem) -> str:
        """The address of the help page of a problem's code."""
        return f"{self.base}doc/problem/{problem.code}"


def report(problems: list[Problem], records: Sequence[Record], base: str) -> Report:
    """A Report of these problems, sorted, each once."""
    return Report(in_order(_once(problems)), len(records), base, records)


def extended(found: Report, problems: list[Problem]) -> Report:
    """A Report with these problems too."""
    return found._replace(problems=in_order(_once(found.problems + problems)))


def _once(problems: list[Problem]) -> list[Problem]:
    """Problems without those that several readers found: one for each place and code."""
    seen: dict[tuple[object, ...], Problem] = {}
    for p in problems:
        seen.setdefault((p.file, p.line, p.column, p.record, p.field, p.value, p.code), p)
    return list(seen.values())


def as_json(found: Report, lang: str, strict: bool = False, rules: Iterable[Rule] = ()) -> str:
    """The report as JSON, by the contract: `conforms`, `counts`, `records`, `problems`; and the `rules` of the grants."""
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
            "help": found.help(p),
        }
        for p in found.problems
    ]
    import json

    whole = {
        "conforms": found.conforms(strict),
        "counts": found.counts(),
        "records": found.records,
        "problems": problems,
        "rules": [_rule(r, lang) for r in rules],
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
    """A count with its word: one error, two errors. Finnish has the partitive after other numbers than one."""
    return f"{count} {WORDS[word if count == 1 else word + 's'][lang]}"


def as_text(found: Report, lang: str, colour: bool = False, counted: str = "record") -> str:
    """The report for a terminal: problems by file, each with what, why and how to mend; a summary last.

    `counted` is the word (`WORDS`) for what the report counts.
    """

    def paint(code: str, text: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if colour else text

    shade = {"violation": "31", "warning": "33", "info": "36"}
    lines = []
    for p in found.problems:
        where = f"{p.file}:{p.line}:{p.column}"
        field = f" {short(p.field)}" if p.field else ""
        lines.append(f"{paint('1', where)}: {paint(shade[p.severity], WORDS[p.severity][lang])}:{field} [{p.code}]")
        lines.append(f"  {p.message.get(lang, '')}")
        lines.append(f"  {WORDS['why'][lang]}: {p.why.get(lang, '')}")
        lines.append(f"  {WORDS['fix'][lang]}: {p.fix.get(lang, '')}")
        lines += [f"  {WORDS['see'][lang]}: {place.file}:{place.line}:{place.column}" for place in p.related]
        lines.append(f"  {WORDS['help'][lang]}: {found.help(p)}")
        lines.append("")
    lines.append(tally(found, lang, counted))
    return "\n".join(lines) + "\n"


def tally(found: Report, lang: str, counted: str = "record") -> str:
    """One line: how much was checked, and how many problems there are of each severity."""
    counts = found.counts()
    told = ", ".join(number(counts[s], s, lang) for s in SEVERITIES if counts[s])
    return f"{number(found.records, counted, lang)}: {told or WORDS['fine'][lang].lower()}"


def as_turtle(found: Report) -> str:
    """The report as a `sh:ValidationReport` (SHACL, section 3.6); what is not SHACL's has its own component IRI."""
    own = set(codes())
    lines = [f"@base <{found.base}> .", f"@prefix sh: <{SH}> .", "", "[] a sh:ValidationReport ;"]
    results = "".join(_result(p, own) for p in found.problems)
    lines.append(f"    sh:conforms {str(found.conforms()).lower()}" + (" ;" + results if results else " ."))
    return "\n".join(lines) + ("\n    .\n" if results else "\n")


def triples(found: Report) -> int:
    """The number of triples of the report in RDF."""
    own = set(codes())
    return 2 + sum(2 + len(_told(p, own)) + len(p.message) - 1 for p in found.problems)


def _told(p: Problem, own: set[str]) -> list[str]:
    component = f"<{CATALOGUE}{p.code}>" if p.code in own else f"sh:{p.constraint}"
    focus = p.focus or quote(p.file, safe="/")
    told = [f"sh:focusNode <{focus}>"]
    if p.predicate:
        told.append(f"sh:resultPath <{p.predicate}>")
    if p.value is not None:
        told.append(f'sh:value "{escape(p.value)}"')
    if p.code not in own:
        told.append(f"sh:sourceShape <{SHAPES}{p.code}>")
    texts = " , ".join(f'"{escape(t)}"@{lang}' for lang, t in p.message.items())
    return [
        *told,
        f"sh:sourceConstraintComponent {component}",
        f"sh:resultSeverity sh:{p.severity.capitalize()}",
        f"sh:resultMessage {texts}",
    ]


def _result(p: Problem, own: set[str]) -> str:
    inner = " ;\n        ".join(_told(p, own))
    return f"\n    sh:result [ a sh:ValidationResult ;\n        {inner} ] ;"
