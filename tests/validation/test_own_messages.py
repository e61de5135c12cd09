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


def told(folder: Path, message: str, cost: str) -> None:
    shapes = folder / "shapes/project.ttl"
    text = re.sub(
        r'(s:Project-totalCost a .*?sh:message )"[^;]*@en ;',
        lambda match: f"{match[1]}{message} ;",
        shapes.read_text("utf-8"),
        flags=re.DOTALL,
    )
    assert message in text
    shapes.write_text(text, "utf-8")
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
    assert [str(o) for o in report.objects(None, rdflib.SH.resultMessage) if not o.language] == ["no language"]
