"""`hankelod publish`."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

from hankelod.cli.progress import coloured
from hankelod.messages.refusal import CannotRun
from hankelod.messages.words import message, note, say


def run(given: argparse.Namespace, working: Path, lang: str) -> int:
    """Check the dataset, then write the publication to the folder `--out`, as a whole or not at all.

    Problems and a summary go to standard error.

    Exit status: 0 if the publication was written (warnings included); 1 if the data has violations, and nothing was
    written. Raises Refusal (2) where it cannot be written, or an option does not fit.
    """
    from hankelod.pipeline.checking import check_all
    from hankelod.pipeline.publication import publish as write
    from hankelod.publication.files import Edition
    from hankelod.records.dataset import Dataset
    from hankelod.validation import report

    if given.revision and not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", given.revision):
        raise CannotRun(message("refusal-revision", value=given.revision))
    edition = Edition(revision=given.revision)
    dataset = Dataset(working, working)
    from hankelod.cli import large

    if large.is_large(dataset, lang, given.only):
        return large.publish(given, dataset, edition, working, lang)
    if given.dask:
        note(say("note-dask", lang, address=given.dask))
    checked, records = check_all(dataset, given.engine)
    if not checked.conforms():
        sys.stderr.write(report.as_text(checked, lang, coloured(sys.stderr)))
        return 1
    out = working / given.out
    published = write(
        dataset, records, checked, out, frozenset(given.only or ()), edition, given.previous, given.forget
    )
    if published.first:
        note(say("note-first", lang, out=given.out))
    if (out / "index.html").exists() and not (out / "sparql.html").exists():
        note(say("note-no-sparql", lang, out=given.out))
    if published.warnings:
        sys.stderr.write(report.as_text(checked._replace(problems=published.warnings), lang, coloured(sys.stderr)))
    tally = report.tally(report.extended(checked, published.warnings), lang)
    note(f"{given.out}: {report.number(published.files, 'file', lang)}; {tally}")
    return 0
