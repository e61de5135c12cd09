"""A dataset's own shapes, whose messages are in other languages than ours, in a variety of one, or in none."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import rdflib

from hankelod.messages.languages import LANGUAGES
from support.commands import hankelod as run

RECORD = "data/projects/inkoo-hiilineutraali.yml"

MESSAGES = {
    '"Nur deutsch"@de': {"fi": "Nur deutsch", "sv": "Nur deutsch", "en": "Nur deutsch"},
    '"Nur deutsch"@de, "only"@en': {"fi": "only", "sv": "only", "en": "only"},
    '"oma"@fi-FI, "egen"@sv-FI, "own"@en-GB': {"fi": "oma", "sv": "egen", "en": "own"},
    '"no language"': {"fi": "no language", "sv": "no language", "en": "no language"},
    '"{curly} { and {0} {?this}"@en': dict.fromkeys(LANGUAGES, "{curly} { and {0} {?this}"),
}


def rewrite(file: Path, pattern: str, text: str) -> None:
    """Put a text behind what the first group of the pattern matches, in the place of the rest."""
    new, count = re.subn(pattern, lambda match: match[1] + text, file.read_text("utf-8"), flags=re.DOTALL)
    assert count == 1
    file.write_text(new, "utf-8")


def told(folder: Path, message: str, cost: str) -> None:
    """Give the shape of the total cost this message alone: the profile, which words it anew, is silent."""
    package = folder / "shapes/project.ttl"
    rewrite(package, r'(s:Project-totalCost a (?:(?!\.\n).)*?sh:message )"[^;]*@en ;', f"{message} ;")
    profile = folder / "shapes/profiles/municipal-climate/shapes.ttl"
    rewrite(profile, r'(s:Project-totalCost\n(?:(?!\.\n).)*?) ;\s+sh:message "[^;]*@en \.', " .")
    record = folder / RECORD
    record.write_text(re.sub("(?m)^totalCost: .*$", f"totalCost: {cost}", record.read_text("utf-8")), "utf-8")


@pytest.mark.parametrize("message", MESSAGES)
@pytest.mark.parametrize("cost", ["65 200 €", "-5", "much"])
def test_own_messages_are_shown(copy: Path, message: str, cost: str) -> None:
    """With a guess of what is meant, with an example, or as they are: in each language, in every report."""
    told(copy, message, cost)
    for lang, words in MESSAGES[message].items():
        done = run("validate", RECORD, "-C", str(copy), "--lang", lang, "--format", "json")
        assert done.returncode == 1 and not done.stderr, done.stderr
        (problem,) = json.loads(done.stdout)["problems"]
        assert words in problem["fix"]


def test_every_report_has_them(copy: Path) -> None:
    told(copy, '"no language"', "-5")
    for form in ("text", "github", "sarif", "html", "turtle"):
        done = run("validate", RECORD, "-C", str(copy), "--lang", "fi", "--format", form)
        assert done.returncode == 1 and "no language" in done.stdout, (form, done.stderr)
    report = rdflib.Graph().parse(data=done.stdout, format="turtle")
    assert {str(o) for o in report.objects(None, rdflib.SH.resultMessage) if not o.language} == {"no language"}
