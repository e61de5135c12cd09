"""`hankelod import`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from hankelod.cli import datasets
from hankelod.cli.endings import TRACEBACK
from hankelod.messages import console
from hankelod.messages.refusal import Refusal
from hankelod.records.dataset import Dataset
from hankelod.records.folder import DATASET

Result = TypeVar("Result")

SECONDS = 45.0
"""Seconds that reading a source may take."""

MAPPED_SECONDS = 600.0
"""Seconds that an import by a mapping file may take: its source may be a thousand times larger than a document."""

MEMORY = 2 * 2**30
"""Bytes of memory that reading a source may take."""

STDIN = "-"
"""The mapping file that is read from standard input."""

if TYPE_CHECKING:
    from hankelod.intake.importing import Import, Target


def run(given: argparse.Namespace, working: Path, lang: str) -> int:
    """Import a document or a spreadsheet, or write a template to fill in (`--template`).

    New records are written; changes to existing records are shown, and made only with `--update` or `--overwrite`.

    Exit status: 0 if nothing is left to do; 1 if there are violations, manual edits that the source contradicts, or
    changes that wait for `--update`. Raises Refusal (2) where the source cannot be read.
    """
    from hankelod.intake import importing
    from hankelod.intake.documents import lines

    if given.template:
        from hankelod.intake.spreadsheets import templates

        place = importing.target(working, datasets.around(working), working)
        templates.write(working / given.template, place, lang, templates.standing(place) if given.filled else ())
        return 0
    if given.export:
        return _export(given, working, lang)
    if not given.source or not (given.to or given.propose):
        raise lines.CannotImport("no-source")
    path = working / given.source
    place = importing.target(working / (given.to or "."), datasets.around(working), working)
    if given.propose:
        from hankelod.intake.mappings import proposing
        from hankelod.intake.mappings.things import Things

        console.show(
            _confined(lambda: proposing.propose(path, given.source, Things(place), lang), given, SECONDS, (Refusal,))
        )
        return 0
    if given.mapping:
        return _mapped(path, place, given, working, lang)
    return _finish(_read(path, place, given, lang), place, given, working, lang)


def _read(path: Path, place: Target, given: argparse.Namespace, lang: str) -> Import:
    """Read the source in a confined child, since a small file can keep its parser busy. Raises CannotImport."""
    from hankelod.intake import importing
    from hankelod.intake.spreadsheets.cells import is_spreadsheet

    def work() -> Import:
        if is_spreadsheet(path):
            from hankelod.intake.given import Given
            from hankelod.intake.spreadsheets import reading

            return reading.read(
                path, given.source, place, lang, given.overwrite, Given(given.document, given.programme)
            )
        return importing.read_document(
            path, given.source, place, given.document, given.programme, lang, given.overwrite
        )

    return _confined(work, given, SECONDS, (Refusal,))


def _mapped(path: Path, place: Target, given: argparse.Namespace, working: Path, lang: str) -> int:
    """Import a source by a mapping file. What can be written is written, also where rows make no record.

    Exit status: 1 where a row makes no record, a cell is empty that must not be, or changes wait for `--update` or
    contradict edits made by hand.
    """
    from hankelod.intake import importing
    from hankelod.intake.given import Given
    from hankelod.intake.mappings import bulk, reports, shipped
    from hankelod.intake.mappings import importing as mapped
    from hankelod.messages.intake import say

    file = sys.stdin.buffer.read() if given.mapping == STDIN else shipped.path(given.mapping, working)
    options = mapped.Options(given.form, given.update, given.overwrite, Given(given.document, given.programme), lang)
    try:
        result = _confined(
            lambda: mapped.run(path, given.source, file, given.mapping, place, options),
            given,
            MAPPED_SECONDS,
            (Refusal, mapped.Unusable),
        )
    except mapped.Unusable as error:
        console.tell("\n".join(reports.problems(error.problems, lang)))
        console.tell(say("report-mapping", lang))
        return 2
    console.show(reports.text(result, place.data, lang, given.dry_run))
    incomplete = bool(result.refused_rows or result.forbidden)
    if given.dry_run:
        console.tell(say("report-dry", lang))
        return 1 if incomplete else 0
    apply = given.update or given.overwrite
    importing.write(f for f in result.files if f.new or apply)
    for each in result.bulks:
        if each.text is not None and each.checksums is not None:
            importing.write_whole(each.path, each.text)
            importing.write_whole(bulk.checksums_of(each.path), each.checksums)
    if not (place.data / DATASET).exists():
        console.tell(say("report-no-dataset", lang))
    changes = [c for f in result.files for c in f.changes]
    changes += [c for each in result.bulks for _, found in each.changes for c in found]
    waiting = not apply and any(c.what in ("update", "add", "remove") for c in changes)
    if waiting:
        console.tell(say("report-pending", lang))
    left = not given.overwrite and any(c.what == "conflict" for c in changes)
    return 1 if incomplete or waiting or left else 0


def _export(given: argparse.Namespace, working: Path, lang: str) -> int:
    """Write a mapping in another form to standard output; as a file of its own (`yml`) no source is needed."""
    from hankelod.intake import importing
    from hankelod.intake.documents import lines
    from hankelod.intake.mappings import exporting, reports, shipped
    from hankelod.intake.mappings.importing import Unusable
    from hankelod.intake.mappings.things import Things
    from hankelod.messages.intake import say

    if not given.mapping or not (given.source or given.export == "yml"):
        raise lines.CannotImport("no-mapping-to-export")
    file = shipped.path(given.mapping, working)
    if given.export == "yml":
        console.show(exporting.file(file, given.mapping))
        return 0
    place = importing.target(working / (given.to or "."), datasets.around(working), working)
    asked = exporting.Asked(working / given.source, given.source, file, given.mapping, given.export)
    try:
        console.show(
            _confined(lambda: exporting.export(asked, Things(place), lang), given, MAPPED_SECONDS, (Refusal, Unusable))
        )
    except Unusable as error:
        console.tell("\n".join(reports.problems(error.problems, lang)))
        console.tell(say("report-mapping", lang))
        return 2
    return 0


def _confined(
    work: Callable[[], Result], given: argparse.Namespace, seconds: float, passed: tuple[type[Exception], ...]
) -> Result:
    """Do what a source of others may keep busy in a confined child. Raises CannotImport, and what is `passed`."""
    from hankelod.intake.documents import lines
    from hankelod.rdf import child

    if os.environ.get(TRACEBACK):
        return work()
    try:
        return child.call(work, child.Limits(seconds, MEMORY), passed)
    except child.Ended as error:
        code = {"time": "too-slow", "memory": "too-much-memory"}.get(error.why, "broken")
        details = {"seconds": round(seconds), "memory": MEMORY >> 20, "detail": error.detail or error.why}
        raise lines.CannotImport(code, name=given.source, **details) from error


def _finish(result: Import, place: Target, given: argparse.Namespace, working: Path, lang: str) -> int:
    from hankelod.intake import importing, reports
    from hankelod.messages.intake import say

    console.show(reports.text(result, place.data, lang))
    if any(p.severity == "violation" for p in result.problems):
        console.tell(say("report-cells", lang))
        return 1
    if given.dry_run:
        console.tell(say("report-dry", lang))
        return 0
    changed = [f for f in result.files if not f.new and f.text != f.before]
    apply = given.update or given.overwrite
    written = importing.write(f for f in result.files if f.new or apply)
    if not (place.data / DATASET).exists():
        console.tell(say("report-no-dataset", lang))
    waiting = bool(changed) and not apply
    if waiting:
        console.tell(say("report-pending", lang))
    left = any(c.what == "conflict" for f in result.files for c in f.changes) and not given.overwrite
    return 1 if _violations(written, place, working, lang) or waiting or left else 0


def _violations(written: list[Path], place: Target, working: Path, lang: str) -> bool:
    """Check the written files within their dataset and report warnings and violations; True if there are violations."""
    from hankelod.pipeline.checking import check_files
    from hankelod.validation.text import as_text

    if not written or not place.inside or place.dataset is None:
        return False
    report = check_files(Dataset(place.dataset.root, working), sorted(written))
    grave = report._replace(problems=[p for p in report.problems if p.severity != "info"])
    if grave.problems:
        sys.stderr.write(as_text(grave, lang))
    return not report.conforms()
