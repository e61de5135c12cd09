"""`hankelod new`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from hankelod.messages import console
from hankelod.messages.refusal import CannotRun
from hankelod.messages.words import message


def run(given: argparse.Namespace, working: Path, lang: str) -> int:
    """Create the file of a new record, with commented fields to fill in, and print its path.

    On a terminal the required values are asked for first, unless `--blank` is given.

    Exit status: 0 if the file was created. Raises Refusal (2) where the id is not valid or already in use, or the file
    cannot be written.
    """
    from hankelod.records import drafts
    from hankelod.records.dataset import Dataset

    dataset = Dataset(working, working, alone=given.kind == "dataset")
    try:
        draft = drafts.draft(dataset, given.kind, given.id)
        answers: drafts.Answers = {}
        if not given.blank and sys.stdin.isatty() and sys.stderr.isatty():
            from hankelod.cli import prompts

            answers = prompts.answers(dataset, draft.cls, lang, input, _note_line)
        draft.path.parent.mkdir(parents=True, exist_ok=True)
        with draft.path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(drafts.write(dataset, draft, lang, answers))
    except OSError as error:
        name = dataset.name(Path(error.filename)) if error.filename else given.id
        raise CannotRun(message("refusal-unwritable", file=name, why=error)) from error
    console.show(dataset.name(draft.path) + "\n")
    return 0


def _note_line(text: str) -> None:
    console.tell(text)
