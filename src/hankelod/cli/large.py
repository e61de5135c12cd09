"""Commands `validate` and `publish` on a dataset that does not fit in memory."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

from hankelod.cli.progress import coloured, progress
from hankelod.messages.refusal import CannotPublish
from hankelod.messages.words import message, note, say
from hankelod.pipeline import streaming
from hankelod.pipeline.streaming import KEPT, THRESHOLD, Stream, Watch
from hankelod.publication.files import Edition
from hankelod.publication.history.previous import WANTED
from hankelod.records.dataset import Dataset
from hankelod.validation.report import Report

if TYPE_CHECKING:
    from hankelod.pipeline.workers import Crew

IN_MEMORY = ("documents", "site")
"""Parts of a publication that are made of the whole dataset in memory, where they are asked for."""


def is_large(dataset: Dataset, lang: str, only: Sequence[str] | None = None) -> bool:
    """Whether the dataset is worked on chunk by chunk. What needs all of it in memory can be asked for all the same."""
    if not streaming.is_large(dataset):
        return False
    asked = [part for part in only or () if part in IN_MEMORY]
    if asked:
        note(say("note-in-memory", lang, parts=", ".join(asked), most=THRESHOLD))
    return not asked


def check(dataset: Dataset, engine: str | None, lang: str) -> Report:
    """Check the whole dataset. Raises CannotPublish where a worker is lost, EngineMissing."""
    from hankelod.pipeline.workers import processes
    from hankelod.validation.engines import available

    chosen = available(engine)
    with processes() as crew:
        found = Stream(dataset, chosen, crew, None, _watch(lang)).check()
    _tell(found, lang)
    return found


def publish(given: argparse.Namespace, dataset: Dataset, edition: Edition, working: Path, lang: str) -> int:
    """Publish the dataset. Raises CannotPublish, EngineMissing."""
    from hankelod.pipeline.largepublication import NotSound
    from hankelod.pipeline.largepublication import publish as write
    from hankelod.publication.parts import Storage
    from hankelod.validation import report
    from hankelod.validation.engines import available

    for option in ("previous", "forget"):
        if getattr(given, option):
            raise CannotPublish(message("refusal-large-option", option=option, most=THRESHOLD))
    out, chosen = working / given.out, available(given.engine)
    if (out / "changes").is_dir() and any(
        WANTED.fullmatch(f"changes/releases/{n}") for n in os.listdir(out / "changes" / "releases")
    ):
        raise CannotPublish(message("refusal-large-history", out=given.out, most=THRESHOLD))
    try:
        with _crew(given.dask) as crew:
            done = write(
                lambda parts: Stream(dataset, chosen, crew, parts, _watch(lang)),
                out,
                edition,
                Storage(given.parts) if given.parts else None,
            )
    except NotSound as error:
        _tell(error.report, lang)
        sys.stderr.write(report.as_text(error.report, lang, coloured(sys.stderr)))
        return 1
    _tell(done.report, lang)
    note(say("note-large", lang, out=given.out, most=THRESHOLD))
    note(f"{given.out}: {report.number(done.files, 'file', lang)}; {report.tally(done.report, lang)}")
    return 0


def _crew(dask: str | None) -> AbstractContextManager[Crew]:
    """Who does the work."""
    if dask is None:
        from hankelod.pipeline.workers import processes

        return processes()
    from hankelod.pipeline.cluster import cluster

    return cluster(dask)


def _watch(lang: str) -> Watch:
    """Bars of progress that name the work in the reader's language."""
    return lambda name, size: progress(say(f"work-{name}", lang), size)


def _tell(found: Report, lang: str) -> None:
    from hankelod.validation.report import number

    more = {severity: n for severity, n in found.more.items() if n}
    for severity, count in more.items():
        note(say("note-more", lang, more=number(count, severity, lang), kept=KEPT))
