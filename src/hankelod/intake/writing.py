"""Drafts written as records in YAML: what a record says, and in comments where the source says it.

A comment above each key and item tells the source's line. A proposal stands where its value would, behind `#? `: who
deletes those marks has accepted it. The last line tells what was imported, key by key, as checksums: a later import
knows by them what has been edited by hand.
"""

from __future__ import annotations

import hashlib
import json
import re

from hankelod.intake.figures import Figure
from hankelod.intake.proposals import Draft, Note, span
from hankelod.messages.intake import say
from hankelod.model.model import Class, Field, Model

PROPOSAL = "#? "

MARKS = "# intake:"

PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9-]*")

DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+)?")

MONTH = re.compile(r"[0-9]{4}-[0-9]{2}")

WORDS = {"true", "false", "yes", "no", "on", "off", "null", "y", "n"}
"""Words that some YAML readers take for something else than text."""


def record(draft: Draft, model: Model, document: str, lang: str) -> str:
    """A draft as the text of a record's file. `document` is the source's name, told in the first comment."""
    cls = next(c for c in model.entries() if c.folder == draft.kind)
    head = [f"# yaml-language-server: $schema=../../dist/schema/{cls.segment}.json"]
    sheet = document.casefold().endswith((".csv", ".xlsx"))
    head.append("# " + say("comment-head-sheet" if sheet else "comment-head", lang, name=_one_line(document)))
    head += [f"# {_note(note, lang)}" for note in draft.notes.get("", [])]
    keys = ["id", *(f.key for f in cls.fields)]
    blocks = [block(draft, cls, key, model, lang) for key in keys if key in draft.values or _told(draft, key)]
    return "\n".join([*head, *blocks, marks(checksums(draft)), ""])


def _told(draft: Draft, key: str) -> bool:
    return key == "observations" and "summary" in draft.figures


def block(draft: Draft, cls: Class, key: str, model: Model, lang: str) -> str:
    """One top-level key of a record with the comments above it."""
    lines = [f"# {_note(note, lang)}" for note in draft.notes.get(key, [])]
    if key == "observations" and key not in draft.values:
        return "\n".join([*lines, *_proposals(draft.figures["summary"], draft.lines.get("summary", ()), "", lang)])
    if draft.lines.get(key):
        lines.append("# " + say("comment-line", lang, line=span(draft.lines[key])))
    field = cls.field(key)
    lines += _entry(key, draft.values[key], field, model, draft, key, "", lang)
    return "\n".join(lines)


def _entry(
    key: str, value: object, field: Field | None, model: Model, draft: Draft, path: str, indent: str, lang: str
) -> list[str]:
    """The lines of one key and its value."""
    if isinstance(value, dict):
        out = [f"{indent}{key}:"]
        for k, v in value.items():
            out += _scalar(k, str(v), None, indent + "  ")
        return out
    if isinstance(value, list) and value and isinstance(value[0], dict):
        out = [f"{indent}{key}:"]
        for n, item in enumerate(value):
            out += _item(item, field, model, draft, f"{path}.{n}", indent + "  ", lang)
        return out
    if isinstance(value, list):
        return [f"{indent}{key}: [{', '.join(scalar(str(v), field) for v in value)}]"]
    return _scalar(key, _word(value), field, indent)


def _item(
    item: dict[str, object], field: Field | None, model: Model, draft: Draft, path: str, indent: str, lang: str
) -> list[str]:
    """One part in a list: its keys in the Model's order, its `id` first."""
    out = []
    if draft.lines.get(path):
        out.append(f"{indent}# " + say("comment-line", lang, line=span(draft.lines[path])))
    cls = model.target(field) if field is not None and field.target else None
    keys = ["id", *(f.key for f in cls.fields)] if cls else list(item)
    body: list[str] = []
    for key in keys:
        if key in item:
            inner = cls.field(key) if cls else None
            body += _entry(key, item[key], inner, model, draft, f"{path}.{key}", indent + "  ", lang)
    if body:
        body[0] = indent + "- " + body[0][len(indent) + 2 :]
    if path in draft.figures:
        body += _proposals(draft.figures[path], draft.lines.get(path, ()), indent + "  ", lang)
    return out + body


def _scalar(key: str, value: str, field: Field | None, indent: str) -> list[str]:
    if "\n" in value and not re.search(r"^[ \t]|[ \t]$|^$\Z|\n\n\n", value, re.M) and not value.endswith("\n"):
        return [f"{indent}{key}: |-", *(indent + "  " + line if line else "" for line in value.split("\n"))]
    if key == "id" and PLAIN.fullmatch(value) and value not in WORDS:
        return [f"{indent}id: {value}"]
    return [f"{indent}{key}: {scalar(value, field)}"]


def scalar(value: str, field: Field | None) -> str:
    """A scalar as YAML: plain where every reader takes it for what it is, else in double quotes."""
    kind = field.kind if field is not None else "text"
    if kind in ("decimal", "integer", "year") and DECIMAL.fullmatch(value):
        return value
    if kind == "month" and MONTH.fullmatch(value):
        return value
    if kind == "boolean":
        return value
    if kind in ("reference", "class", "language") and PLAIN.fullmatch(value) and value not in WORDS:
        return value
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{escaped}"'


def _word(value: object) -> str:
    return "true" if value is True else "false" if value is False else str(value)


def _note(note: Note, lang: str) -> str:
    details: dict[str, object] = dict(note.details)
    if "rule" in details:
        details["rule"] = say(str(details["rule"]), lang, detail=details.get("detail", ""))
    if "confidence" in details:
        details["confidence"] = say(str(details["confidence"]), lang)
    return _one_line(say(note.code, lang, **details))


def _proposals(found: list[Figure], lines: tuple[int, ...], indent: str, lang: str) -> list[str]:
    """Proposed observations behind the marks that a person deletes."""
    out = [f"{indent}# " + say("comment-proposal", lang, line=span(lines), mark=PROPOSAL.strip())]
    told = ""
    rows = []
    for f in found:
        if f.sentence != told:
            told = f.sentence
            rows.append(f"{indent}#   {_one_line(told)}")
        qualifier = f", qualifier: {f.qualifier}" if f.qualifier else ""
        rows.append(f"{indent}{PROPOSAL}  - {{measure: {f.measure}, value: {f.value}{qualifier}}}")
    return [*out, f"{indent}{PROPOSAL}observations:", *rows]


def accept(text: str) -> str:
    """A record's text with all its proposals accepted."""
    return re.sub(rf"^(\s*){re.escape(PROPOSAL)}", r"\1", text, flags=re.M)


def _one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


### What was imported


def plainly(value: object) -> object:
    """A value with every scalar as its text, as a reader of YAML sees it."""
    if isinstance(value, dict):
        return {str(k): plainly(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [plainly(v) for v in value]
    return _word(value)


def checksum(value: object) -> str:
    """Eight hexadecimal digits that tell whether a value is still what was imported."""
    text = json.dumps(plainly(value), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def checksums(draft: Draft) -> dict[str, str]:
    return {key: checksum(value) for key, value in draft.values.items()}


def marks(sums: dict[str, str]) -> str:
    """The line that tells what was imported."""
    return MARKS + "".join(f" {key}={value}" for key, value in sorted(sums.items()))


def read_marks(text: str) -> dict[str, str]:
    """What was imported into a record's file, by key; empty for a record made by hand."""
    found = re.findall(rf"^{re.escape(MARKS)}(.*)$", text, re.M)
    pairs = (pair.partition("=") for pair in (found[-1].split() if found else []))
    return {key: value for key, _, value in pairs if re.fullmatch(r"[0-9a-f]{8}", value)}
