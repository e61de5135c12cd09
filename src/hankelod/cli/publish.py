"""`hankelod publish`."""

from __future__ import annotations

import argparse
import re
import sys
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from hankelod.cli.progress import coloured, note_more, watch
from hankelod.messages.console import note
from hankelod.messages.refusal import CannotRun
from hankelod.messages.words import message, say

TYPE_CHECKING = False  # type checkers read it as True; importing it from `typing` would cost start-up
if TYPE_CHECKING:
    from hankelod.pipeline.traversal import Published
    from hankelod.pipeline.workers import Crew


def run(given: argparse.Namespace, working: Path, lang: str) -> int:
    """Check the dataset, then write the publication to the folder `--out`, as a whole or not at all.

    Problems and a summary go to standard error.

    Exit status: 0 if the publication was written (warnings included); 1 if the data has violations, and nothing was
    written. Raises Refusal (2) where it cannot be written, or an option does not fit.
    """
    from hankelod.pipeline.traversal import Unsound, publish
    from hankelod.publication.exchange import InterruptedAfter
    from hankelod.publication.files import Edition
    from hankelod.publication.parts import Storage
    from hankelod.records.dataset import Dataset
    from hankelod.validation import report

    if given.revision and not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", given.revision):
        raise CannotRun(message("refusal-revision", value=given.revision))
    dataset, out = Dataset(working, working), working / given.out
    try:
        with _workers(given.dask) as crew:
            published = publish(
                dataset,
                out,
                Edition(revision=given.revision),
                only=given.only or (),
                previous=given.previous,
                forget=given.forget,
                engine=given.engine,
                crew=crew,
                parts=Storage(given.parts) if given.parts else None,
                watch=watch(lang),
            )
    except Unsound as error:
        note_more(error.report, lang)
        sys.stderr.write(report.as_text(error.report, lang, coloured(sys.stderr)))
        return 1
    try:
        _tell(given, out, published, lang)
    except KeyboardInterrupt:
        raise InterruptedAfter(out) from None
    return 0


def _tell(given: argparse.Namespace, out: Path, published: Published, lang: str) -> None:
    """Write to standard error what was published, and what the publisher should look at."""
    from hankelod.pipeline.chunk import MOST
    from hankelod.site.index.terms import stemmers_built
    from hankelod.validation import report

    if published.first:
        note(say("note-first", lang, out=given.out))
    if published.left_out:
        note(say("note-left-out", lang, out=given.out, most=MOST))
    elif (out / "index.html").exists():
        if not (out / "sparql.html").exists():
            note(say("note-no-sparql", lang, out=given.out))
        if not stemmers_built():
            note(say("note-no-stems", lang, out=given.out))
    if published.warnings:
        warnings = published.report._replace(problems=published.warnings)
        sys.stderr.write(report.as_text(warnings, lang, coloured(sys.stderr)))
    note_more(published.report, lang)
    tally = report.tally(published.report, lang)
    note(f"{given.out}: {report.number(published.files, 'report-file', lang)}; {tally}")


def _workers(dask: str | None) -> AbstractContextManager[Crew | None]:
    """The workers of Dask, if they are asked for. Raises WorkerLost, CannotPublish."""
    if dask is None:
        return nullcontext()
    from hankelod.pipeline.cluster import cluster

    return cluster(dask)
