"""Reports in the format that the command line asks for; each format is imported only when it is used."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from hankelod.messages import console
from hankelod.messages.refusal import Refusal
from hankelod.messages.words import message
from hankelod.validation import report
from hankelod.validation.report import Report

if TYPE_CHECKING:
    from hankelod.records.dataset import Dataset


DETAILED = ("json", "html")
"""Formats that show details beyond the problems."""


class MissingLibrary(Refusal):
    """A format needs a library that is not installed; the message says how to install it."""


def render(
    outcome: Report, dataset: Dataset, form: str, lang: str, strict: bool, colour: bool, every: bool = False
) -> str:
    """The report as `text`, `json`, `github`, `sarif`, `html` or `turtle`. Raises MissingLibrary.

    Formats for people and for tools of repositories list some problems of each kind, or `every` one; JSON and Turtle
    always have all.
    """
    if form == "json":
        return console.data(report.as_json(outcome, lang, strict))
    if form == "turtle":
        return console.data(report.as_turtle(outcome, dataset.model.checks), astral=True)
    if form in ("github", "sarif"):
        from hankelod.validation import alerts

        prefix = _prefix(str(dataset.working))
        if form == "github":
            return alerts.as_github(outcome, lang, prefix, every)
        return console.data(alerts.as_sarif(outcome, lang, prefix, every))
    if form == "html":
        from hankelod.site.pages.report import as_html

        try:
            return as_html(outcome, dataset, lang, every)
        except ImportError as error:
            raise MissingLibrary(message("refusal-html")) from error
    from hankelod.validation.excerpts import Excerpts
    from hankelod.validation.kinds import listed
    from hankelod.validation.text import as_text

    return as_text(outcome, lang, colour, every=every, excerpts=Excerpts(dataset, listed(outcome.problems, every)))


def _prefix(working: str) -> str:
    """The path of the working folder in the repository, with a slash at its end; empty outside of GitHub Actions.

    `GITHUB_WORKSPACE` is the top of the repository.
    """
    top = os.environ.get("GITHUB_WORKSPACE")
    if not top:
        return ""
    inside = os.path.relpath(os.path.realpath(working), os.path.realpath(top)).replace(os.sep, "/")
    return "" if inside == "." or inside.startswith("..") else inside + "/"
