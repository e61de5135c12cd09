"""`hankelod resolve`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path

from hankelod.cli import datasets
from hankelod.messages import console
from hankelod.messages.catalogue import Text, in_language


def run(given: argparse.Namespace, working: Path, lang: str) -> int:
    """Write the names found in a text to standard output, each with the rule that found it and its confidence.

    Exit status: 0, with or without matches. Raises Refusal (2).
    """
    from hankelod.intake.names import gazetteer, resolver
    from hankelod.messages.intake import say

    text = sys.stdin.read() if given.text == "-" else given.text
    names = gazetteer.load(datasets.around(working))
    matches = resolver.resolve(text, names, given.year)
    if given.format == "json":
        rows = [{**m._asdict(), "explanation": say(f"rule-{m.rule}", lang, detail=m.detail)} for m in matches]
        sys.stdout.write(console.data(json.dumps(rows, ensure_ascii=False, indent=2) + "\n"))
        return 0
    for m in matches:
        console.show(console.part(_line(m, lang, names.levels)) + "\n")
    if not matches:
        console.tell(say("nothing-found", lang))
    return 0


def _line(m: object, lang: str, levels: Mapping[str, Text]) -> str:
    """A match as a line of text: its words, the thing they name, the rule and the confidence.

    `levels` are the names of levels of areas.
    """
    from hankelod.intake.names.matches import Match
    from hankelod.messages.intake import say

    assert isinstance(m, Match)
    why = f"{say(f'rule-{m.rule}', lang, detail=m.detail)}; {say(m.confidence, lang)}"
    if m.kind == "others":
        return f"{m.text}: {say('others', lang)} ({why})"
    new = "" if m.known else f", {say('new', lang)}"
    area = f", {m.area}" if m.kind == "organisation" and m.area else ""
    kind = in_language(levels[m.kind], lang) if m.place else say(m.kind, lang)
    return f"{m.text}: {kind} {m.id}{area}{new}: {m.name} ({why})"
