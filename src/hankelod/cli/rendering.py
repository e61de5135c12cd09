"""A report in the format that the command line asks for; each format is imported only where it is wanted."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from hankelod.messages.refusal import Refusal
from hankelod.messages.words import told
from hankelod.validation import report
from hankelod.validation.report import Report

if TYPE_CHECKING:
    from hankelod.records.dataset import Dataset
    from hankelod.validation.grants import Rule


class MissingLibrary(Refusal):
    """A format needs a library that is not installed here; the message says what to do."""


def render(found: Report, dataset: Dataset, form: str, lang: str, strict: bool, colour: bool) -> str:
    """The report as `text`, `json`, `github`, `sarif`, `html` or `turtle`. Raises MissingLibrary."""
    if form == "json":
        return report.as_json(found, lang, strict, _rules(found, dataset))
    if form == "turtle":
        return report.as_turtle(found)
    if form in ("github", "sarif"):
        from hankelod.validation import alerts

        write = alerts.as_github if form == "github" else alerts.as_sarif
        return write(found, lang, _prefix(str(dataset.working)))
    if form == "html":
        from hankelod.site.pages.report import as_html

        try:
            return as_html(found, dataset, _rules(found, dataset), lang)
        except ImportError as error:
            raise MissingLibrary(told("refusal-html")) from error
    return report.as_text(found, lang, colour)


def _rules(found: Report, dataset: Dataset) -> list[Rule]:
    from hankelod.validation.checker import referenced
    from hankelod.validation.grants import rules

    return rules(found.checked, referenced(dataset, found.checked))


def _prefix(working: str) -> str:
    """The working folder as seen from the top of the repository, as GitHub tells it; nothing elsewhere."""
    top = os.environ.get("GITHUB_WORKSPACE")
    if not top:
        return ""
    inside = os.path.relpath(os.path.realpath(working), os.path.realpath(top)).replace(os.sep, "/")
    return "" if inside == "." or inside.startswith("..") else inside + "/"
