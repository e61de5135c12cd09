"""Reports for the tools of repositories: workflow commands of GitHub, and SARIF 2.1.0 (OASIS)."""

from __future__ import annotations

import json
from hashlib import sha256
from urllib.parse import quote

from hankelod import __version__
from hankelod.messages.catalogue import in_language
from hankelod.messages.console import part
from hankelod.messages.problem import Problem
from hankelod.messages.words import say
from hankelod.validation.kinds import listed
from hankelod.validation.report import Report
from hankelod.validation.text import more_of_kinds

SARIF_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

COMMANDS = {"violation": "error", "warning": "warning", "info": "notice"}

LEVELS = {"violation": "error", "warning": "warning", "info": "note"}


def _data(text: str) -> str:
    """Escape the text of a workflow command, so that no part of it can begin another command."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def as_github(report: Report, lang: str, prefix: str = "", every: bool = False) -> str:
    """One workflow command for each problem, which GitHub shows at its line in the pull request; then a summary.

    Of a long report some problems of each kind, or with `every` all.

    `prefix` is the path of the working folder in the repository, with a slash at its end, or empty.
    """
    lines = []
    for p in listed(report.problems, every):
        title = f"{p.code}: {p.record}" if p.record else p.code
        text = "\n".join(
            (
                part(in_language(p.message, lang)),
                f"{say('why', lang)}: {part(in_language(p.why, lang))}",
                f"{say('fix', lang)}: {part(in_language(p.fix, lang))}",
                f"{say('help', lang)}: {report.help(p)}",
            )
        )
        lines.append(
            f"::{COMMANDS[p.severity]} file={_property(part(prefix + p.file))},line={p.line},col={p.column},"
            f"title={_property(part(title))}::{_data(text)}"
        )
    lines += more_of_kinds(report, lang, every)
    counts = report.counts()
    summary = ", ".join(f"{counts[s]} {say(s + 's', lang)}" for s in COMMANDS if counts[s])
    lines.append(f"{report.records} {say('records', lang)}" + (f": {summary}" if summary else ""))
    return "\n".join(lines) + "\n"


def as_sarif(report: Report, lang: str, prefix: str = "", every: bool = False) -> str:
    """A SARIF log with one run. Columns count code points; paths are relative to the top of the repository.

    Of a long report it has some problems of each kind, and a notification of the others; with `every` all.
    """
    rules: dict[str, int] = {}
    first: dict[str, Problem] = {}
    for p in report.problems:
        rules.setdefault(p.code, len(rules))
        first.setdefault(p.code, p)
    run: dict[str, object] = {
        "tool": {
            "driver": {
                "name": "hankelod",
                "semanticVersion": __version__,
                "informationUri": report.base,
                "rules": [_rule(report, p, lang) for p in first.values()],
            }
        },
        "language": lang,
        "columnKind": "unicodeCodePoints",
        "results": [_result(p, lang, rules[p.code], prefix) for p in listed(report.problems, every)],
    }
    if more := [line for line in more_of_kinds(report, lang, every) if line]:
        notes = [{"level": "note", "message": {"text": line}} for line in more]
        run["invocations"] = [{"executionSuccessful": True, "toolExecutionNotifications": notes}]
    return json.dumps({"$schema": SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=2) + "\n"


def _rule(report: Report, p: Problem, lang: str) -> dict[str, object]:
    return {
        "id": p.code,
        "fullDescription": {"text": in_language(p.why, lang) or p.code},
        "helpUri": quote(report.help(p), safe=":/#?&=%"),
        "defaultConfiguration": {"level": LEVELS[p.severity]},
    }


def _location(file: str, line: int, column: int, prefix: str) -> dict[str, object]:
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": quote(prefix + file), "uriBaseId": "%SRCROOT%"},
            "region": {"startLine": line, "startColumn": column},
        }
    }


def _result(p: Problem, lang: str, rule: int, prefix: str) -> dict[str, object]:
    location = _location(p.file, p.line, p.column, prefix)
    name = " ".join(part for part in (p.record, p.field) if part)
    if name:
        location["logicalLocations"] = [{"fullyQualifiedName": name}]
    identity = "\n".join((p.record or p.file, p.field or "", p.code, p.value or ""))
    result: dict[str, object] = {
        "ruleId": p.code,
        "ruleIndex": rule,
        "level": LEVELS[p.severity],
        "message": {"text": f"{in_language(p.message, lang)} {in_language(p.fix, lang)}".strip()},
        "locations": [location],
        # Lines and columns are left out, so that an alert keeps its identity when lines above it change.
        "partialFingerprints": {"problem/v1": sha256(identity.encode("utf-8", "replace")).hexdigest()[:32]},
    }
    if p.related:
        result["relatedLocations"] = [_location(other.file, other.line, other.column, prefix) for other in p.related]
    return result
