"""The validation report: as JSON by the contract of the report, and as a `sh:ValidationReport` in Turtle."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

import pyoxigraph as ox

from hankelod.messages.catalogue import Text, in_language
from hankelod.messages.languages import UNDETERMINED
from hankelod.messages.problem import CATALOGUE, SEVERITIES, Problem, Result, in_order
from hankelod.model.model import Check
from hankelod.rdf.graph import RDF, RDFS, SH, XSD
from hankelod.rdf.statements import Triples, literal
from hankelod.rdf.turtle import document
from hankelod.validation import kinds
from hankelod.validation.checker import term
from hankelod.validation.details import Details
from hankelod.validation.kinds import Beyond, Kind
from hankelod.validation.leftout import NOTHING, LeftOut

if TYPE_CHECKING:
    from hankelod.validation.grants import Limit, Rule

NONE: Mapping[str, int] = MappingProxyType({})


class Report(NamedTuple):
    """All problems of one validation, in order; the number of records read, and what a report tells beyond problems.

    `more` is the number of problems that were counted but not kept, by severity: a large dataset may have too many to
    list; `beyond` is the same by severity and code. `left` is what was left out of what the report is about.
    """

    problems: list[Problem]
    records: int
    base: str
    more: Mapping[str, int]
    details: Details
    left: LeftOut = NOTHING
    beyond: Beyond = kinds.NONE

    def counts(self) -> dict[str, int]:
        """The number of problems of each severity, with those that were not kept."""
        return {s: sum(p.severity == s for p in self.problems) + self.more.get(s, 0) for s in SEVERITIES}

    def conforms(self, strict: bool = False) -> bool:
        """Tell whether the data may be published: no violations; with `strict`, no warnings either."""
        bad = SEVERITIES[: 2 if strict else 1]
        return not any(p.severity in bad for p in self.problems) and not any(self.more.get(s) for s in bad)

    def help(self, problem: Problem) -> str:
        """The address of the help page for the code of a problem."""
        return help_page(self.base, problem.code)


def help_page(base: str, code: str) -> str:
    """The address of the help page for a code."""
    return f"{base}doc/problem/{code}"


def report(
    problems: list[Problem],
    records: int,
    base: str,
    details: Details | None = None,
    more: Mapping[str, int] = NONE,
    beyond: Beyond = kinds.NONE,
) -> Report:
    """A Report of these problems, sorted, without duplicates; `records` is the number of records that were read."""
    return Report(in_order(_once(problems)), records, base, more, details or Details(), beyond=beyond)


def extended(before: Report, problems: list[Problem]) -> Report:
    """A Report with further problems."""
    return before._replace(problems=in_order(_once(before.problems + problems)))


def _once(problems: list[Problem]) -> list[Problem]:
    """Drop the problems that several readers reported: one is left for each place, value and code, which stands for
    the results of all."""
    seen: dict[tuple[object, ...], Problem] = {}
    for p in problems:
        key = (p.file, p.line, p.column, p.record, p.field, p.value, p.code)
        first = seen.setdefault(key, p)
        if first is not p and (more := tuple(r for r in p.results if r not in first.results)):
            seen[key] = first._replace(results=first.results + more)
    return list(seen.values())


def as_json(report: Report, lang: str, strict: bool = False) -> str:
    """The report as JSON by its contract: `conforms`, `counts`, `records`, `problems`, and `rules` of the grants.

    It has all problems, however many; `kinds` sums them up.
    """
    import json

    whole = {
        "conforms": report.conforms(strict),
        "counts": report.counts(),
        "records": report.records,
        "kinds": [_kind(kind, lang) for kind in kinds.kinds(report.problems, report.beyond)],
        "problems": [as_data(p, report.base, lang) for p in report.problems],
        "rules": [_rule(r, lang) for r in report.details.rules],
    }
    return json.dumps(whole, ensure_ascii=False, indent=2) + "\n"


def _kind(kind: Kind, lang: str) -> dict[str, object]:
    first = kind.examples[0]
    return {
        "code": kind.code,
        "severity": kind.severity,
        "count": kind.number,
        "message": in_language(first.message, lang),
        "fix": in_language(first.fix, lang),
        "examples": [{"file": p.file, "line": p.line, "column": p.column} for p in kind.examples],
    }


def as_data(p: Problem, base: str, lang: str) -> dict[str, object]:
    """A problem as the JSON report has it."""
    return {
        "file": p.file,
        "line": p.line,
        "column": p.column,
        "record": p.record,
        "field": p.field,
        "value": p.value,
        "code": p.code,
        "constraint": p.constraint,
        "severity": p.severity,
        "message": in_language(p.message, lang),
        "why": in_language(p.why, lang),
        "fix": in_language(p.fix, lang),
        "related": [place._asdict() for place in p.related],
        "help": help_page(base, p.code),
    }


def _rule(rule: Rule, lang: str) -> dict[str, object]:
    def limit(given: Limit | None, value: object, verdict: str | None) -> dict[str, object] | None:
        if given is None:
            return None
        return {
            "limit": value,
            "verdict": verdict,
            "call": given.call,
            "basis": in_language(given.basis, lang),
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


def as_turtle(report: Report, checks: Mapping[str, Check]) -> str:
    """The report as a `sh:ValidationReport` (SHACL, section 3.6); `checks` are those of the shapes, by IRI.

    It conforms if there is no result, whatever its severity (section 3.6.1.1). The results of other checks have
    constraint components of their own.
    """
    results = [r for p in report.problems for r in _results(p, checks)]
    conforms = not results and not any(report.more.values())
    nodes: list[object] = [f"_:result {n}" for n in range(len(results))]  # no label that data may have
    triples: Triples = {
        "_:report": {
            RDF + "type": [SH + "ValidationReport"],
            SH + "conforms": [ox.Literal(conforms)],
            **({RDFS + "comment": _left(report)} if report.left.parts else {}),
            **({SH + "result": nodes} if nodes else {}),
        },
        **dict(zip(map(str, nodes), results, strict=True)),
    }
    prefixes = {"sh": SH, "xsd": XSD, **({"rdfs": RDFS} if report.left.parts else {})}
    return document(triples, report.base, prefixes, in_order=True, long=False)


def _left(report: Report) -> list[object]:
    return [ox.Literal(text, language=lang) for part in report.left.parts for lang, text in part.text.items()]


def _results(p: Problem, checks: Mapping[str, Check]) -> list[dict[str, list[object]]]:
    """The results that a problem stands for, each as its properties."""
    if p.results:
        return [_result(r, p, checks.get((r.shape or "").strip("<>"))) for r in p.results]
    return [
        _properties(
            focusNode=quote(p.file, safe="/"),
            value=None if p.value is None else literal(p.value),
            sourceConstraintComponent=CATALOGUE + p.code,
            resultSeverity=SH + p.severity.capitalize(),
            resultMessage=p.message,
        )
    ]


def _result(r: Result, p: Problem, check: Check | None) -> dict[str, list[object]]:
    """One SHACL result. Its message is that of the query that found it, else that of the shape (SHACL 2.1.5, 5.3.2)."""
    says = (check.says if r.component == "SPARQLConstraintComponent" else {}) or check.fix if check else {}
    return _properties(
        focusNode=_node(r.focus),
        resultPath=r.path and _node(r.path) if r.path and r.path.startswith("<") else None,
        value=r.value and _node(r.value),
        sourceShape=r.shape and _node(r.shape),
        sourceConstraintComponent=SH + r.component,
        resultSeverity=SH + r.severity,
        resultMessage=says or p.message,
    )


def _properties(resultMessage: Text, **values: object) -> dict[str, list[object]]:
    """The properties of a result, by the local names of the terms of SHACL; None is left out."""
    messages: list[object] = [
        ox.Literal(t, language=None if tag == UNDETERMINED else tag) for tag, t in resultMessage.items()
    ]
    return {
        RDF + "type": [SH + "ValidationResult"],
        **{SH + name: [value] for name, value in values.items() if value},
        SH + "resultMessage": messages,
    }


def _node(text: str) -> object:
    """A term in N-Triples syntax as an object of `Triples`; what cannot be parsed stays text."""
    node = term(text)
    if isinstance(node, str):
        return literal(node)
    return node.value if isinstance(node, ox.NamedNode) else str(node) if isinstance(node, ox.BlankNode) else node
