"""The corpus of records: small files in `records/`, each with what must be reported of it, and the reports as texts.

A file under `records/bad/` is put into a copy of the dataset in `dataset/`, and the whole is checked. Where it goes is
told by the folder that it stands in: `projects/x.yml` becomes `data/projects/x.yml`; `projects/x.jsonl` becomes
`data/projects.jsonl`, `municipalities/x.csv` becomes `data/municipalities.csv`, and so on.

What must be reported stands in the file's first lines, or, where a file can have no comment (JSON Lines, CSV, another
encoding), in a file of the same name and `.expect`: one line for each problem,

    # expect: CODE LINE:COLUMN FIELD

without FIELD where the problem is about the record as a whole; `data/FILE:LINE:COLUMN` where it is reported at another
file. Nothing else may be reported, and nothing less.

`python tests/support/corpus.py` writes the texts in `transcripts/` anew: read them before they are committed.
"""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import NamedTuple

from hankelod.mapping.mapping import Mapping
from hankelod.messages.languages import LANGUAGES
from hankelod.records.dataset import Dataset
from hankelod.records.record import Record
from hankelod.validation.checker import referenced
from hankelod.validation.report import Report
from hankelod.validation.text import as_text
from support.checking import check_all
from support.folders import CASES, DATASETS

BASE = DATASETS / "dataset"
BAD = CASES / "records" / "bad"
GOOD = CASES / "records" / "good"
TRANSCRIPTS = CASES / "transcripts"

FOLDERS = ("projects", "organisations", "programmes")
"""Folders of records, one to a file; the others stand for a single file of the dataset."""

EXPECT = re.compile(r"# expect: (\S+) (?:(\S+):)?(\d+):(\d+)(?: (.+))?")


class Expected(NamedTuple):
    """One problem that must be reported: its code and place, and its field, None for the record as a whole."""

    file: str
    line: int
    column: int
    code: str
    field: str | None

    def order(self) -> tuple[object, ...]:
        return (*self[:4], self.field or "")


class Case(NamedTuple):
    """One file of the corpus. `name` tells it from the others: `projects/Project-lead.yml`."""

    name: str
    file: Path

    @property
    def target(self) -> str:
        """The path of the file in the `data/` of a dataset."""
        folder = self.file.parent.name
        if folder in FOLDERS and self.file.suffix in (".yml", ".yaml"):
            return f"{folder}/{self.file.name}"
        return folder + self.file.suffix

    def expected(self) -> list[Expected]:
        """The expected problems, from its first lines or the file beside it, in the order of reports."""
        beside = self.file.with_name(self.file.name + ".expect")
        lines = (beside if beside.exists() else self.file).read_bytes().decode("utf-8", "replace").split("\n")
        found = []
        for line in lines:
            stated = EXPECT.fullmatch(line.rstrip("\r"))
            if stated is None:
                break
            code, file, number, column, field = stated.groups()
            found.append(Expected(file or f"data/{self.target}", int(number), int(column), code, field))
        return sorted(found, key=Expected.order)


def cases(folder: Path) -> list[Case]:
    """The files of the corpus under a folder, sorted by name."""
    files = sorted(f for f in folder.rglob("*") if f.is_file() and f.suffix != ".expect")
    return [Case(f.relative_to(folder).as_posix(), f) for f in files]


def dataset_with(root: Path, *chosen: Case) -> Path:
    """A copy of the base dataset in the empty folder `root`, with these files in it. Returns `root`."""
    shutil.copytree(BASE / "data", root / "data")
    for case in chosen:
        shutil.copyfile(case.file, root / "data" / case.target)
    return root


_scratch = tempfile.TemporaryDirectory(prefix="corpus-")


@cache
def checked(case: Case) -> tuple[Dataset, Report, list[Record]]:
    """The base dataset with one file in it, and its report; checked once in a process."""
    dataset = Dataset(dataset_with(Path(_scratch.name) / case.name.replace("/", "+"), case))
    report, records = check_all(dataset)
    return dataset, report, records


def reported(report: Report) -> list[Expected]:
    """A report as it is compared with what is expected."""
    found = [Expected(p.file, p.line, p.column, p.code, p.field) for p in report.problems]
    return sorted(found, key=Expected.order)


def isolated(case: Case, number: int) -> list[str]:
    """The triples of a case's own records and of what they refer to, under IRIs that no other case has."""
    dataset, _, records = checked(case)
    own = [r for r in records if r.file == f"data/{case.target}"]
    kept = {(r.cls.iri, r.id): r for r in (*own, *referenced(dataset, own))}
    mapping = Mapping(dataset.model)
    things = re.compile(f"<{re.escape(dataset.base)}id/(?!concept/)")
    return [
        things.sub(f"<https://w3id.org/hankelod/id/case-{number}/", line).replace(
            f"<{dataset.base}id/concept/", "<https://w3id.org/hankelod/id/concept/"
        )
        for record in kept.values()
        for line in mapping.ntriples(record)
    ]


def transcript(case: Case, lang: str) -> Path:
    """The path of the expected text report of a bad record."""
    return TRANSCRIPTS / lang / f"{case.name}.txt"


def write_transcripts() -> int:
    """Write the reports of all bad records anew, and remove those whose record is gone. Returns how many."""
    shutil.rmtree(TRANSCRIPTS, ignore_errors=True)
    every = cases(BAD)
    for case in every:
        _, report, _ = checked(case)
        for lang in LANGUAGES:
            file = transcript(case, lang)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(as_text(report, lang), encoding="utf-8", newline="\n")
    return len(every)


if __name__ == "__main__":
    print(f"{write_transcripts()} reports in {len(LANGUAGES)} languages written to {TRANSCRIPTS}", file=sys.stderr)
