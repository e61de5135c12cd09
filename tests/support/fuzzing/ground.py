"""Ground of the readers that are fuzzed: one dataset and one folder, opened once, and seeds in folders of cases."""

from __future__ import annotations

import atexit
import io
import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from unittest.mock import patch

from hankelod.intake.names import gazetteer
from hankelod.mapping.mapping import Mapping
from hankelod.messages.languages import LANGUAGES
from hankelod.messages.problem import Problem
from hankelod.records.dataset import Dataset
from support.folders import CASES, DATASETS, ROOT

CORPUS = CASES / "fuzzing"
"""Inputs that once did harm, and others worth a change: a folder for each reader, and `commands`."""

LARGEST = 12_000
"""Most bytes of a seed: what is larger takes longer, and shows no more."""


@cache
def folder() -> Path:
    """A folder for the files that readers open by their paths; it goes at the end."""
    place = Path(tempfile.mkdtemp(prefix="fuzzing-", dir="/dev/shm" if Path("/dev/shm").is_dir() else None))
    atexit.register(shutil.rmtree, place, ignore_errors=True)
    return place


def written(name: str, content: bytes) -> Path:
    """Write an input as a file of this name, and return its path."""
    file = folder() / name
    file.write_bytes(content)
    return file


@cache
def dataset() -> Dataset:
    """The dataset that records belong to, with all that it reads once; its own files have no problems."""
    whole = Dataset(DATASETS / "dataset", folder())
    for cls in whole.model.entries():
        whole.rows(cls) if cls.file else list(whole.read(cls))
    for cls in whole.model.classes.values():
        if cls.part and any(owner.folder for owner, _ in whole.model.owners(cls)):
            whole._part_ids(cls)
    whole.suggest(whole.model.main, "x")
    fresh(whole)
    return whole


def fresh(whole: Dataset) -> Dataset:
    """Forget the problems that were reported so far."""
    whole.reader.problems.clear()
    whole.reader.columns.clear()
    return whole


@cache
def mapping() -> Mapping:
    """The mapping of the dataset's model."""
    return Mapping(dataset().model)


_load = cache(gazetteer.load)


@contextmanager
def names_held() -> Iterator[None]:
    """Have the names of a dataset loaded once, not for each document: loading takes longer than reading."""
    with patch.object(gazetteer, "load", lambda dataset, folders=(): _load(dataset)):
        yield


def told(problems: Sequence[Problem]) -> list[tuple[object, ...]]:
    """Return problems with their texts in every language, as reports would show them."""
    return [
        (*p[:7], p.constraint, p.severity, p.related, *(text[lang] for text in p[9:12] for lang in LANGUAGES if text))
        for p in problems
    ]


def seeds(name: str, *patterns: str, also: Sequence[bytes] = ()) -> list[bytes]:
    """Return the contents of the files that match patterns below the checkout, of the reader's corpus, and others.

    A file `lines.txt` has a seed on each line.
    """
    found = [f for pattern in patterns for f in sorted(ROOT.glob(pattern))]
    found += sorted(f for f in (CORPUS / name).glob("*") if f.is_file())
    contents = list(also)
    for file in found:
        if file.stat().st_size <= LARGEST:
            content = file.read_bytes()
            contents += content.splitlines() if file.name == "lines.txt" else [content]
    assert contents, name
    return [*dict.fromkeys(contents)]


def archives(name: str) -> list[bytes]:
    """Return the archives of a reader's corpus: each folder there has the members of one, which are not packed."""
    made = []
    for whole in sorted(f for f in (CORPUS / name).iterdir() if f.is_dir()):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            for file in sorted(f for f in whole.rglob("*") if f.is_file()):
                archive.writestr(zipfile.ZipInfo(file.relative_to(whole).as_posix()), file.read_bytes())
        made.append(out.getvalue())
    return seeds(name, also=made)
