"""`hankelod resolve` and `hankelod import`."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from hankelod.records.dataset import Dataset
from hankelod.records.folder import DATASET, find

if TYPE_CHECKING:
    from hankelod.intake.importing import Import, Target


def knowledge(working: Path) -> Dataset | None:
    """The dataset at or above the working folder, for the names in it; None if there is none.

    Raises NotADataset if there is one that cannot be used.
    """
    root = find(working)
    return Dataset(root, working) if root else None


def resolve(given: argparse.Namespace, working: Path, lang: str) -> int:
    """Write the names found in a text to standard output, each with the rule that found it and its confidence.

    Exit status: 0, with or without matches. Raises Refusal (2).
    """
    from hankelod.intake.names import gazetteer, resolver
    from hankelod.messages.intake import say

    text = sys.stdin.read() if given.text == "-" else given.text
    matches = resolver.resolve(text, gazetteer.load(knowledge(working)), given.year)
    if given.format == "json":
        rows = [{**m._asdict(), "explanation": say(f"rule-{m.rule}", lang, detail=m.detail)} for m in matches]
        sys.stdout.write(json.dumps(rows, ensure_ascii=False, indent=2) + "\n")
        return 0
    for m in matches:
        sys.stdout.write(line(m, lang) + "\n")
    if not matches:
        print(say("nothing-found", lang), file=sys.stderr)
    return 0


def import_(given: argparse.Namespace, working: Path, lang: str) -> int:
    """Import a document or a spreadsheet, or write a template to fill in (`--template`).

    New records are written; changes to existing records are shown, and made only with `--update` or `--overwrite`.

    Exit status: 0 if nothing is left to do; 1 if there are violations, manual edits that the source contradicts, or
    changes that wait for `--update`. Raises Refusal (2) where the source cannot be read.
    """
    from hankelod.intake import importing
    from hankelod.intake.documents import lines

    if given.template:
        from hankelod.intake.spreadsheets import templates

        place = importing.target(working, knowledge(working), working)
        templates.write(working / given.template, place, lang, templates.standing(place) if given.filled else ())
        return 0
    if not given.source or not given.to:
        raise lines.CannotImport("no-source")
    path = working / given.source
    place = importing.target(working / given.to, knowledge(working), working)
    if path.suffix.casefold() in (".csv", ".xlsx"):
        from hankelod.intake.spreadsheets import reading

        result = reading.read(path, given.source, place, lang, given.overwrite)
    else:
        result = importing.read_document(
            path, given.source, place, given.document, given.programme, lang, given.overwrite
        )
    return _finish(result, place, given, working, lang)


def _finish(result: Import, place: Target, given: argparse.Namespace, working: Path, lang: str) -> int:
    from hankelod.intake import importing, reports
    from hankelod.messages.intake import say

    sys.stdout.write(reports.text(result, place.data, lang))
    if any(p.severity == "violation" for p in result.problems):
        print(say("report-cells", lang), file=sys.stderr)
        return 1
    if given.dry_run:
        print(say("report-dry", lang), file=sys.stderr)
        return 0
    changed = [f for f in result.files if not f.new and f.text != f.before]
    apply = given.update or given.overwrite
    written = importing.write(f for f in result.files if f.new or apply)
    if not (place.data / DATASET).exists():
        print(say("report-no-dataset", lang), file=sys.stderr)
    waiting = bool(changed) and not apply
    if waiting:
        print(say("report-pending", lang), file=sys.stderr)
    left = any(c.what == "conflict" for f in result.files for c in f.changes) and not given.overwrite
    return 1 if _violations(written, place, working, lang) or waiting or left else 0


def _violations(written: list[Path], place: Target, working: Path, lang: str) -> bool:
    """Check the written files within their dataset and report warnings and violations; True if there are violations."""
    from hankelod.pipeline.checking import check_files
    from hankelod.validation.report import as_text

    if not written or not place.inside or place.dataset is None:
        return False
    report = check_files(Dataset(place.dataset.root, working), sorted(written))
    grave = report._replace(problems=[p for p in report.problems if p.severity != "info"])
    if grave.problems:
        sys.stderr.write(as_text(grave, lang))
    return not report.conforms()


def line(m: object, lang: str) -> str:
    """A match as a line of text: its words, the thing they name, the rule and the confidence."""
    from hankelod.intake.names.matches import Match
    from hankelod.messages.intake import say

    assert isinstance(m, Match)
    why = f"{say(f'rule-{m.rule}', lang, detail=m.detail)}; {say(m.confidence, lang)}"
    if m.kind == "others":
        return f"{m.text}: {say('others', lang)} ({why})"
    new = "" if m.known else f", {say('new', lang)}"
    area = f", {m.area}" if m.kind == "organisation" and m.area else ""
    return f"{m.text}: {say(m.kind, lang)} {m.id}{area}{new}: {m.name} ({why})"
