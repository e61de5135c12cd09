"""Writer of drafts as records in YAML, with the source lines of the values in comments.

A comment above each key and item gives its source line. A proposal is written in the place of its value, each line
behind `#? `; deleting these marks accepts it. The last line holds a checksum of each imported value, from which a later
import knows the values that were edited by hand.
"""

from __future__ import annotations

import hashlib
import json
import re

from hankelod.intake.figures import ProposedFigure
from hankelod.intake.proposals import Draft, Note, span
from hankelod.messages.intake import say
from hankelod.model import schema
from hankelod.model.kinds.texts import WORD
from hankelod.model.model import Class, Field, Model

PROPOSAL = "#? "
"""Mark of the lines of a proposal."""

CHECKSUMS = "# intake:"
"""Beginning of the line of checksums."""


def record(draft: Draft, model: Model, document: str, lang: str, head: str = "") -> str:
    """Return a draft as the text of a record's file. `document` is the source's name, for the first comment.

    `head` is the code of that comment, by default that of a spreadsheet or a document.
    """
    cls = next(c for c in model.entries() if c.folder == draft.kind)
    lines = [f"# yaml-language-server: $schema=../../dist/{schema.path(cls, editor=True)}"]
    sheet = document.casefold().endswith((".csv", ".xlsx"))
    head = head or ("comment-head-sheet" if sheet else "comment-head")
    lines.append("# " + say(head, lang, name=_one_line(document)))
    lines += [f"# {_note(note, lang)}" for note in draft.notes.get("", [])]
    keys = ["id", *(f.key for f in cls.fields)]
    blocks = [block(draft, cls, key, model, lang) for key in keys if key in draft.values or _proposed(draft, key)]
    return "\n".join([*lines, *blocks, checksum_line(checksums(draft)), ""])


def _proposed(draft: Draft, key: str) -> bool:
    """True for the observations of a project for which the summary has proposals."""
    return key == "observations" and "summary" in draft.figures


def block(draft: Draft, cls: Class, key: str, model: Model, lang: str) -> str:
    """Return one top-level key of a record as text, with the comments above it."""
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
    """The lines of one part in a list: its `id`, then its keys in the Model's order."""
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
    """The lines of a key and its scalar; a text of several lines as a block where YAML keeps it exactly."""
    if "\n" in value and not re.search(r"^[ \t]|[ \t]$|^$\Z|\n\n\n", value, re.M) and not value.endswith("\n"):
        return [f"{indent}{key}: |-", *(indent + "  " + line if line else "" for line in value.split("\n"))]
    if key == "id" and re.fullmatch(WORD, value):
        return [f"{indent}id: {value}"]
    return [f"{indent}{key}: {scalar(value, field)}"]


def scalar(value: str, field: Field | None) -> str:
    """Return a scalar as YAML: plain where all readers agree on its type, else in double quotes."""
    if field is not None and field.kind.plain is not None and re.fullmatch(field.kind.plain, value):
        return value
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{escaped}"'


def _word(value: object) -> str:
    """A scalar as text."""
    return "true" if value is True else "false" if value is False else str(value)


def _note(note: Note, lang: str) -> str:
    """A note as one line of text."""
    details: dict[str, object] = dict(note.details)
    if "rule" in details:
        details["rule"] = say(str(details["rule"]), lang, detail=details.get("detail", ""))
    if "confidence" in details:
        details["confidence"] = say(str(details["confidence"]), lang)
    return _one_line(say(note.code, lang, **details))


def _proposals(figures: list[ProposedFigure], lines: tuple[int, ...], indent: str, lang: str) -> list[str]:
    """Proposed observations as lines, with the mark that a person deletes to accept them."""
    out = [f"{indent}# " + say("comment-proposal", lang, line=span(lines), mark=PROPOSAL.strip())]
    sentence = ""
    rows = []
    for f in figures:
        if f.sentence != sentence:
            sentence = f.sentence
            rows.append(f"{indent}#   {_one_line(sentence)}")
        entry = ", ".join(f"{key}: {value}" for key, value in f.keys().items())
        rows.append(f"{indent}{PROPOSAL}  - {{{entry}}}")
    return [*out, f"{indent}{PROPOSAL}observations:", *rows]


def accept(text: str) -> str:
    """Return a record's text with all its proposals accepted."""
    return re.sub(rf"^(\s*){re.escape(PROPOSAL)}", r"\1", text, flags=re.M)


def _one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


### Checksums


def stringified(value: object) -> object:
    """Return a value with every scalar as text, as it is read back from YAML."""
    if isinstance(value, dict):
        return {str(k): stringified(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [stringified(v) for v in value]
    return _word(value)


def checksum(value: object) -> str:
    """Return the checksum of a value: the first eight hexadecimal digits of a SHA-256."""
    text = json.dumps(stringified(value), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def checksums(draft: Draft) -> dict[str, str]:
    """Return the checksum of each value of a draft."""
    return {key: checksum(value) for key, value in draft.values.items()}


def checksum_line(checksums: dict[str, str]) -> str:
    """Return the line of checksums of a record's file."""
    return CHECKSUMS + "".join(f" {key}={value}" for key, value in sorted(checksums.items()))


def read_checksums(text: str) -> dict[str, str]:
    """Return the checksums in a record's file, by key; empty for a record written by hand."""
    lines = re.findall(rf"^{re.escape(CHECKSUMS)}(.*)$", text, re.M)
    pairs = (pair.partition("=") for pair in (lines[-1].split() if lines else []))
    return {key: value for key, _, value in pairs if re.fullmatch(r"[0-9a-f]{8}", value)}
