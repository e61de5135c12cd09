"""`hankelod new`: from its arguments to its exit status."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from hankelod.messages.refusal import CannotRun
from hankelod.messages.words import told

TYPE_CHECKING = False  # type checkers read it as True; importing it from `typing` would cost start-up
if TYPE_CHECKING:
    pass


def new(given: argparse.Namespace, working: Path, lang: str) -> int:
    from hankelod.records import drafts
    from hankelod.records.dataset import Dataset

    dataset = Dataset(working, working, alone=given.kind == "dataset")
    try:
        begun = drafts.draft(dataset, given.kind, given.id)
        answers: drafts.Answers = {}
        if not given.blank and sys.stdin.isatty() and sys.stderr.isatty():
            from hankelod.cli import prompts

            answers = prompts.answers(dataset, begun.cls, lang, input, _note_line)
        begun.path.parent.mkdir(parents=True, exist_ok=True)
        with begun.path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(drafts.write(dataset, begun, lang, answers))
    except OSError as error:
        name = dataset.name(Path(error.filename)) if error.filename else given.id
        raise CannotRun(told("refusal-unwritable", file=name, why=error)) from error
    print(dataset.name(begun.path))
    return 0


def _note_line(text: str) -> None:
    print(text, file=sys.stderr)
