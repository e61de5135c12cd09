"""What `hankelod resolve` and `hankelod import` do, from their arguments to their exit status."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from hankelod.dataset import Dataset, find


def knowledge(working: Path) -> Dataset | None:
    """The dataset at or above the working folder, whose names are known; None where there is none.

    Raises NotADataset where there is one that cannot be used.
    """
    root = find(working)
    return Dataset(root, working) if root else None


def resolve(given: argparse.Namespace, working: Path, lang: str) -> int:
    """Print the names in a text, each with the rule that found it and how far it may be trusted."""
    from hankelod.intake import gazetteer, names
    from hankelod.intake.messages import say

    text = sys.stdin.read() if given.text == "-" else given.text
    found = names.resolve(text, gazetteer.load(knowledge(working)), given.year)
    if given.format == "json":
        told = [{**m._asdict(), "explanation": say(f"rule-{m.rule}", lang, detail=m.detail)} for m in found]
        sys.stdout.write(json.dumps(told, ensure_ascii=False, indent=2) + "\n")
        return 0
    for m in found:
        sys.stdout.write(line(m, lang) + "\n")
    if not found:
        print(say("nothing-found", lang), file=sys.stderr)
    return 0


def line(m: object, lang: str) -> str:
    """A match as a line: its words, what they name, and why."""
    from hankelod.intake.messages import say
    from hankelod.intake.names import Match

    assert isinstance(m, Match)
    why = f"{say(f'rule-{m.rule}', lang, detail=m.detail)}; {say(m.confidence, lang)}"
    if m.kind == "others":
        return f"{m.text}: {say('others', lang)} ({why})"
    new = "" if m.known else f", {say('new', lang)}"
    area = f", {m.area}" if m.kind == "organisation" and m.area else ""
    return f"{m.text}: {say(m.kind, lang)} {m.id}{area}{new}: {m.name} ({why})"
