"""`hankelod publish`: from its arguments to its exit status."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

from hankelod.cli.progress import coloured
from hankelod.messages.refusal import CannotRun
from hankelod.messages.words import note, say, told

TYPE_CHECKING = False  # type checkers read it as True; importing it from `typing` would cost start-up
if TYPE_CHECKING:
    pass


def publish(given: argparse.Namespace, working: Path, lang: str) -> int:
    from hankelod.pipeline.checking import check_all
    from hankelod.pipeline.publication import publish as write
    from hankelod.publication.files import Edition
    from hankelod.records.dataset import Dataset
    from hankelod.validation import report

    if given.revision and not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", given.revision):
        raise CannotRun(told("refusal-revision", value=given.revision))
    edition = Edition(revision=given.revision)
    dataset = Dataset(working, working)
    from hankelod.cli import large

    if large.is_large(dataset, lang, given.only):
        return large.publish(given, dataset, edition, working, lang)
    if given.dask:
        note(say("note-dask", lang, address=given.dask))
    found, records = check_all(dataset, given.engine)
    if not found.conforms():
        sys.stderr.write(report.as_text(found, lang, coloured(sys.stderr)))
        return 1
    out = working / given.out
    done = write(dataset, records, found, out, frozenset(given.only or ()), edition, given.previous, given.forget)
    if done.first:
        note(say("note-first", lang, out=given.out))
    if (out / "index.html").exists() and not (out / "sparql.html").exists():
        note(say("note-no-sparql", lang, out=given.out))
    if done.warnings:
        sys.stderr.write(report.as_text(found._replace(problems=done.warnings), lang, coloured(sys.stderr)))
    tally = report.tally(report.extended(found, done.warnings), lang)
    note(f"{given.out}: {report.number(done.files, 'file', lang)}; {tally}")
    return 0
