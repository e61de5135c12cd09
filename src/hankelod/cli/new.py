"""`hankelod new`."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from hankelod.messages import console
from hankelod.messages.refusal import CannotRun
from hankelod.messages.words import message

if TYPE_CHECKING:
    from hankelod.cli.questions import Questions


def run(given: argparse.Namespace, working: Path, lang: str) -> int:
    """Create the file of a new record, with commented fields to fill in, and print its path.

    On a terminal the required values are asked for first, unless `--blank` is given. A new dataset gets the record of
    its publisher too; a field of the dataset's own goes to `fields.yml`.

    Exit status: 0 if the file was created. Raises Refusal (2) where the id is not valid or already in use, or the file
    cannot be written.
    """
    from hankelod.cli import new_field
    from hankelod.cli.questions import Questions, on_terminal

    questions = Questions(lang) if not given.blank and on_terminal() else None
    if given.kind == "field":
        return new_field.run(given, working, lang, questions)
    if given.kind != "dataset":
        return _record(given, working, lang, questions)
    return _dataset(given, working, lang, questions)


def _record(given: argparse.Namespace, working: Path, lang: str, questions: Questions | None) -> int:
    from hankelod.cli import prompts
    from hankelod.records import drafts
    from hankelod.records.dataset import Dataset

    dataset = Dataset(working, working)
    draft = drafts.draft(dataset, given.kind, given.id)
    answers = prompts.answers(dataset, draft.cls, questions) if questions else {}
    _write([(draft.path, drafts.write(dataset, draft, lang, answers))], working)
    if questions:
        questions.say("record-next")
    return 0


def _dataset(given: argparse.Namespace, working: Path, lang: str, questions: Questions | None) -> int:
    from hankelod.cli import new_dataset
    from hankelod.records import drafts

    if questions:
        files, folders = new_dataset.begin(working, given.id, questions)
        _write(files, working)
        for folder in folders:
            folder.mkdir(exist_ok=True)
        there = f" -C {given.folder}" if given.folder else ""
        questions.say("dataset-next", command=f"hankelod{there}")
        return 0
    if given.id is None:
        raise CannotRun(message("refusal-new-id"))
    dataset = new_dataset.blank(working, lang)
    draft = drafts.draft(dataset, given.kind, given.id)
    _write([(draft.path, drafts.write(dataset, draft, lang, {"languages": [lang]}))], working)
    return 0


def _write(files: Sequence[tuple[Path, str]], working: Path) -> None:
    """Write new files, all or none, and print their paths. Raises CannotRun."""
    written: list[Path] = []
    try:
        for path, text in files:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("x", encoding="utf-8", newline="\n") as file:
                written.append(path)
                file.write(text)
    except OSError as error:
        for path in written:
            path.unlink()
        name = _name(Path(error.filename), working) if error.filename else _name(files[0][0], working)
        raise CannotRun(message("refusal-unwritable", file=name, why=error)) from error
    for path in written:
        console.show(_name(path, working) + "\n")


def _name(path: Path, working: Path) -> str:
    return os.path.relpath(path, working).replace(os.sep, "/")
