"""Problems as the tools of repositories read them: GitHub's workflow commands, and SARIF 2.1.0 (OASIS)."""

from __future__ import annotations

import json
from hashlib import sha256
from urllib.parse import quote

from hankelod import __version__
from hankelod.messages.problem import Problem
from hankelod.messages.words import say
from hankelod.validation.report import Report

SARIF_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

COMMANDS = {"violation": "error", "warning": "warning", "info": "notice"}

LEVELS = {"violation": "error", "warning": "warning", "info": "note"}


def _data(text: str) -> str:
    """Text of a workflow command: nothing in it can begin a command of its own."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def as_github(found: Report, lang: str, prefix: str = "") -> str:
    """A workflow command for each problem: GitHub shows it at its line in the pull request.

    `prefix` is the working folder as seen from the top of the repository, with a slash at its end; or nothing.
    """
    lines = []
    for p in found.problems:
        title = f"{p.code}: {p.record}" if p.record else p.code
        text = f"{p.message.get(lang, '')}\n{say('why', lang)}: {p.why.get(lang, '')}\n{say('fix', lang)}: {p.fix.get(lang, '')}\n{say('help', lang)}: {found.help(p)}"
        lines.append(
            f"::{COMMANDS[p.severity]} file={_property(prefix + p.file)},line={p.line},col={p.column},title={_property(title)}::{_data(text)}"
        )
    counts = found.counts()
    told = ", ".join(f"{counts[s]} {say(s + 's', lang)}" for s in COMMANDS if counts[s])
    lines.append(f"{found.records} {say('records', lang)}" + (f": {told}" if told else ""))
    return "\n".join(lines) + "\n"


def as_sarif(found: Report, lang: str, prefix: str = "") -> str:
    """A SARIF log with one run; columns are counted in code points, files are relative to the repository."""
    rules: dict[str, int] = {}
    for p in found.problems:
        rules.setdefault(p.code, len(rules))
    first = {code: next(p for p in found.problems if p.code == code) for code in rules}
    run = {
        "tool": {
            "driver": {
                "name": "hankelod",
                "semanticVersion": __version__,
                "informationUri": found.base,
                "rules": [_rule(found, p, lang) for p in first.values()],
            }
        },
        "language": lang,
        "columnKind": "unicodeCodePoints",
        "results": [_result(p, lang, rules[p.code], prefix) for p in found.problems],
    }
    return json.dumps({"$schema": SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=2) + "\n"


def _rule(found: Report, p: Problem, lang: str) -> dict[str, object]:
    return {
        "id": p.code,
        "fullDescription": {"text": p.why.get(lang) or p.code},
        "helpUri": quote(found.help(p), safe=":/#?&=%"),
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
    where = _location(p.file, p.line, p.column, prefix)
    name = " ".join(part for part in (p.record, p.field) if part)
    if name:
        where["logicalLocations"] = [{"fullyQualifiedName": name}]
    identity = "\n".join((p.record or p.file, p.field or "", p.code, p.value or ""))
    result: dict[str, object] = {
        "ruleId": p.code,
        "ruleIndex": rule,
        "level": LEVELS[p.severity],
        "message": {"text": f"{p.message.get(lang, '')} {p.fix.get(lang, '')}".strip()},
        "locations": [where],
        # The same fault stays the same alert when lines above it move.
        "partialFingerprints": {"problem/v1": sha256(identity.encode("utf-8", "replace")).hexdigest()[:32]},
    }
    if p.related:
        result["relatedLocations"] = [_location(o.file, o.line, o.column, prefix) for o in p.related]
    return result
