"""Explanation of a problem code: what it means, why it matters, how to fix it, from the shapes or the catalogue."""

from __future__ import annotations

import re
from typing import NamedTuple

from hankelod.messages.catalogue import Text
from hankelod.messages.problem import codes, entry
from hankelod.model.model import Model


class Explanation(NamedTuple):
    """Meaning of a code, by language, with `…` for what differs from one problem to the next.

    Of a code of the shapes `subject` is the field or the class, `meaning` the definition of the field, `example` a
    value as a record writes it, and `shape` the name of the rule; of other codes these are empty.
    """

    code: str
    severity: str
    says: Text
    why: Text
    fix: Text
    subject: Text
    meaning: Text
    example: str
    shape: str


def all_codes(model: Model) -> list[str]:
    """Return every code that can occur in a report: those of the package and those of the shapes."""
    return sorted({*codes(), *(check.code for check in model.checks.values())})


def opened(text: str) -> str:
    """Return a message with `…` in place of its placeholders."""
    return re.sub(r"\{\w+\}\.?", "…", text)


def _opened(text: Text) -> Text:
    return {lang: opened(words) for lang, words in text.items()}


def of_package(code: str) -> Explanation:
    """Explain a code that does not come from a shape. Raises KeyError if there is none."""
    if code not in codes():
        raise KeyError(code)
    text = entry(code)
    return Explanation(code, text.severity, _opened(text.says), text.why, _opened(text.fix), {}, {}, "", "")


def of_shapes(model: Model, code: str) -> Explanation:
    """Explain a code of the shapes. Raises KeyError if there is none."""
    check = next((check for check in model.checks.values() if check.code == code), None)
    if check is None:
        raise KeyError(code)
    cls = model.by_name(check.class_name)
    field = cls.field(check.key) if check.key else None
    return Explanation(
        code,
        check.severity,
        _opened(check.says or {}),
        check.why,
        check.fix,
        field.label if field else cls.label,
        field.description if field else {},
        f"{field.key}: {field.example}" if field and field.example else "",
        code,
    )
