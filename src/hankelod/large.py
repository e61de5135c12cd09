"""The commands `validate` and `publish` on a dataset that does not fit in memory: who works on it, and what people see."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

from hankelod import streaming
from hankelod.atomic import CannotPublish
from hankelod.catalogue import Edition
from hankelod.console import coloured, note, progress
from hankelod.dataset import Dataset
from hankelod.history import WANTED
from hankelod.reports import Report
from hankelod.streaming import KEPT, THRESHOLD, Stream

if TYPE_CHECKING:
    from hankelod.crews import Crew

IN_MEMORY = ("documents", "site")
"""Parts of a publication that are made of the whole dataset in memory, where they are asked for."""


def is_large(dataset: Dataset, only: Sequence[str] | None = None) -> bool:
    """Whether the dataset is worked on chunk by chunk. What needs all of it in memory can be asked for all the same."""
    if not streaming.is_large(dataset):
        return False
    asked = [part for part in only or () if part in IN_MEMORY]
    if asked:
        note(f"{' and '.join(asked)} for more than {THRESHOLD} projects: all of them are held in memory")
    return not asked


def check(dataset: Dataset, engine: str | None) -> Report:
    """Check the whole dataset. Raises CannotPublish where a worker is lost, EngineMissing."""
    from hankelod.crews import processes
    from hankelod.engines import available

    chosen = available(engine)
    with processes() as crew:
        found = Stream(dataset, chosen, crew, None, progress).check()
    _tell(found)
    return found


def publish(given: argparse.Namespace, dataset: Dataset, edition: Edition, working: Path, lang: str) -> int:
    """Publish the dataset. Raises CannotPublish, EngineMissing."""
    from hankelod import reports
    from hankelod.engines import available
    from hankelod.largepublication import NotSound
    from hankelod.largepublication import publish as write
    from hankelod.parts import Storage

    for option in ("previous", "forget"):
        if getattr(given, option):
            raise CannotPublish(f"--{option}: more than {THRESHOLD} projects are published without a history")
    out, chosen = working / given.out, available(given.engine)
    if (out / "changes").is_dir() and any(WANTED.fullmatch(f"changes/releases/{n}") for n in os.listdir(out / "changes" / "releases")):  # fmt: skip
        raise CannotPublish(f"{given.out}: the publication that stands there has a history, and more than {THRESHOLD} projects are published without one; --out names another folder")  # fmt: skip
    try:
        with _crew(given.dask) as crew:
            done = write(
                lambda parts: Stream(dataset, chosen, crew, parts, progress),
                out,
                edition,
                Storage(given.parts) if given.parts else None,
            )
    except NotSound as error:
        _tell(error.report)
        sys.stderr.write(reports.as_text(error.report, lang, coloured(sys.stderr)))
        return 1
    _tell(done.report)
    note(f"{given.out}: more than {THRESHOLD} projects: no pages, documents, workbook or change feed (--only documents, --only site make those that can be made in memory)")  # fmt: skip
    note(f"{given.out}: {reports.number(done.files, 'file', lang)}; {reports.tally(done.report, lang)}")
    return 0


def _crew(dask: str | None) -> AbstractContextManager[Crew]:
    """Who does the work."""
    if dask is None:
        from hankelod.crews import processes

        return processes()
    from hankelod.cluster import cluster

    return cluster(dask)


def _tell(found: Report) -> None:
    more = {severity: n for severity, n in found.more.items() if n}
    for severity, number in more.items():
        note(f"{number} more problems of the severity {severity} are counted, but not told: a report tells {KEPT} of each")  # fmt: skip
