"""Problems as people and machines read them: text, and JSON by the contract of the validation report."""

from __future__ import annotations

import json
from typing import NamedTuple

from hankelod.graph import Text
from hankelod.problems import SEVERITIES, Problem, in_order, short

WORDS: dict[str, Text] = {
    "violation": {"fi": "virhe", "sv": "fel", "en": "error"},
    "warning": {"fi": "varoitus", "sv": "varning", "en": "warning"},
    "info": {"fi": "huomautus", "sv": "anmärkning", "en": "note"},
    "why": {"fi": "Miksi", "sv": "Varför", "en": "Why"},
    "fix": {"fi": "Korjaus", "sv": "Åtgärd", "en": "Mend"},
    "help": {"fi": "Ohje", "sv": "Hjälp", "en": "Help"},
    "see": {"fi": "Katso", "sv": "Se", "en": "See"},
    "fine": {"fi": "Kaikki kunnossa", "sv": "Allt i ordning", "en": "All is well"},
    "records": {"fi": "tietuetta", "sv": "poster", "en": "records"},
    "violations": {"fi": "virhettä", "sv": "fel", "en": "errors"},
    "warnings": {"fi": "varoitusta", "sv": "varningar", "en": "warnings"},
    "infos": {"fi": "huomautusta", "sv": "anmärkningar", "en": "notes"},
}
"""Words of the report itself, by language."""


class Report(NamedTuple):
    """All problems of one validation, in order, and the number of records that were read."""

    problems: list[Problem]
    records: int
    base: str

    def counts(self) -> dict[str, int]:
        return {s: sum(p.severity == s for p in self.problems) for s in SEVERITIES}

    def conforms(self, strict: bool = False) -> bool:
        """Whether the data may be published: no violation; with `strict`, no warning either."""
        bad = SEVERITIES[: 2 if strict else 1]
        return not any(p.severity in bad for p in self.problems)

    def help(self, problem: Problem) -> str:
        """The address of the help page of a problem's code."""
        return f"{self.base}doc/problem/{problem.code}"


def report(problems: list[Problem], records: int, base: str) -> Report:
    """A Report of these problems, sorted, each once."""
    return Report(in_order(_once(problems)), records, base)


def _once(problems: list[Problem]) -> list[Problem]:
    """Problems without those that several readers found: one for each place and code."""
    seen: dict[tuple[object, ...], Problem] = {}
    for p in problems:
        seen.setdefault((p.file, p.line, p.column, p.record, p.field, p.value, p.code), p)
    return list(seen.values())


def as_json(found: Report, lang: str, strict: bool = False) -> str:
    """The report as JSON, by the contract: `conforms`, `counts`, `records`, `problems`."""
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
    whole = {"conforms": found.conforms(strict), "counts": found.counts(), "records": found.records, "problems": problems}  # fmt: skip
    return json.dumps(whole, ensure_ascii=False, indent=2) + "\n"


def as_text(found: Report, lang: str, colour: bool = False) -> str:
    """The report for a terminal: problems by file, each with what, why and how to mend; a summary last."""

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
    counts = found.counts()
    told = ", ".join(f"{counts[s]} {WORDS[s + 's'][lang]}" for s in SEVERITIES if counts[s])
    lines.append(f"{found.records} {WORDS['records'][lang]}: {told or WORDS['fine'][lang].lower()}")
    return "\n".join(lines) + "\n"
