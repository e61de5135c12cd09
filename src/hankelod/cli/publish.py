"""`hankelod publish`."""

from __future__ import annotations

import argparse
import re
import sys
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from hankelod.cli.progress import coloured, note_more, watch
from hankelod.messages.console import note, tell
from hankelod.messages.refusal import CannotRun
from hankelod.messages.words import message, say

TYPE_CHECKING = False  # type checkers read it as True; importing it from `typing` would cost start-up
if TYPE_CHECKING:
    from hankelod.pipeline.traversal import Published
    from hankelod.pipeline.workers import Crew
    from hankelod.records.dataset import Dataset
    from hankelod.validation.leftout import LeftOut
    from hankelod.validation.report import Report


def run(given: argparse.Namespace, working: Path, lang: str) -> int:
    """Check the dataset, then write the publication to the folder `--out`, as a whole or not at all.

    Problems and a summary go to standard error.

    With `--leave-out`, records with violations are left out and listed in a file, within the bound of `--at-most`.

    Exit status: 0 if the publication was written (warnings included); 1 if the data has violations, and nothing was
    written. Raises Refusal (2) where it cannot be written, or an option does not fit.
    """
    from hankelod.pipeline.traversal import Unsound, publish
    from hankelod.publication.exchange import InterruptedAfter
    from hankelod.publication.files import Edition
    from hankelod.publication.parts import Storage
    from hankelod.records.dataset import Dataset
    from hankelod.validation.leftout import NOTHING

    if given.revision and not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", given.revision):
        raise CannotRun(message("refusal-revision", value=given.revision))
    if given.at_most and not given.leave_out:
        raise CannotRun(message("refusal-at-most"))
    dataset, out = Dataset(working, working), working / given.out
    try:
        with _workers(given.dask) as crew:
            left = NOTHING
            if given.leave_out:
                dataset, left = _sieved(dataset, given, out, crew, lang)
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
                left=left,
            )
    except Unsound as error:
        note_more(error.report, lang)
        sys.stderr.write(_text(error.report, dataset, lang))
        return 1
    except _TooMany:
        return 1
    try:
        _tell(given, out, published, dataset, lang)
    except KeyboardInterrupt:
        raise InterruptedAfter(out) from None
    return 0


def _text(report: Report, dataset: Dataset, lang: str) -> str:
    from hankelod.validation.excerpts import Excerpts
    from hankelod.validation.kinds import listed
    from hankelod.validation.text import as_text

    return as_text(report, lang, coloured(sys.stderr), excerpts=Excerpts(dataset, listed(report.problems, False)))


class _TooMany(Exception):
    """More has to be left out than may be; the user has been told."""


def _sieved(
    dataset: Dataset, given: argparse.Namespace, out: Path, crew: Crew | None, lang: str
) -> tuple[Dataset, LeftOut]:
    """Return the dataset without the records that have violations, and what it lacks; their list is written.

    Raises Unsound for violations that are of no one record, _TooMany, CannotRun.
    """
    from fractions import Fraction

    from hankelod.pipeline.sieve import Sieve, scratch
    from hankelod.pipeline.traversal import Unsound

    path = _list_file(dataset, given, out)
    with scratch() as kept:
        sieve = Sieve(dataset, lang, kept)
        sieved = sieve.sift(given.engine, crew=crew, watch=watch(lang))
        sieve.write(path)
    for part in sieved.figures.parts:
        note(part.text[lang])
    for code, n in sieved.figures.kinds:
        tell(f"  {code}: {n}")
    if sieved.omitted:
        note(say("note-list", lang, file=given.leave_out))
    if not sieved.stops.conforms():
        note(say("note-stops", lang))
        raise Unsound(sieved.stops)
    if given.at_most and sieved.share() > Fraction(*given.at_most):
        numerator, denominator = given.at_most
        note(say("note-at-most", lang, share=f"{float(Fraction(numerator * 100, denominator)):g}"))
        raise _TooMany
    return dataset.without(sieved.omitted), sieved.figures


def _list_file(dataset: Dataset, given: argparse.Namespace, out: Path) -> Path:
    """Return the path of the list of what is left out.

    Raises CannotRun for one among the records or in the folder that is published, and for a file that is no such list.
    """
    from hankelod.pipeline.sieve import is_list

    path: Path = dataset.working / given.leave_out
    real = path.resolve()
    for folder in (dataset.data, out):
        if real.is_relative_to(folder.resolve()):
            raise CannotRun(message("refusal-list-inside", file=given.leave_out, folder=folder.name))
    if path.is_dir() or not path.parent.is_dir():
        raise CannotRun(message("refusal-list", file=given.leave_out))
    if path.exists() and not is_list(path):
        raise CannotRun(message("refusal-list-other", file=given.leave_out))
    return path


def _tell(given: argparse.Namespace, out: Path, published: Published, dataset: Dataset, lang: str) -> None:
    """Write to standard error what was published, and what the publisher should look at."""
    from hankelod.pipeline.chunk import MOST
    from hankelod.site.index.terms import stemmers_built
    from hankelod.validation.text import number, tally

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
        sys.stderr.write(_text(warnings, dataset, lang))
    note_more(published.report, lang)
    note(f"{given.out}: {number(published.files, 'report-file', lang)}; {tally(published.report, lang)}")


def _workers(dask: str | None) -> AbstractContextManager[Crew | None]:
    """The workers of Dask, if they are asked for. Raises WorkerLost, CannotPublish."""
    if dask is None:
        return nullcontext()
    from hankelod.pipeline.cluster import cluster

    return cluster(dask)
