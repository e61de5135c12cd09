"""`hankelod explain`."""

from __future__ import annotations

import argparse
from pathlib import Path

from hankelod.messages import console
from hankelod.messages.catalogue import Entry, Text, in_language
from hankelod.messages.refusal import CannotRun
from hankelod.messages.words import message, say

TYPE_CHECKING = False  # type checkers read it as True; importing it from `typing` would cost start-up
if TYPE_CHECKING:
    from hankelod.records.dataset import Dataset
    from hankelod.validation.explanation import Explanation


def run(given: argparse.Namespace, working: Path, lang: str) -> int:
    """Write to standard output what a problem code means, why it matters and how to fix it; with `--list`, all codes.

    Codes of shapes are those of the dataset at or above the working folder, else the package's. Nothing is fetched.

    Exit status: 0. Raises Refusal (2) for a code that there is not, with the one that may be meant.
    """
    from hankelod.validation import explanation

    if given.list:
        for code in explanation.all_codes(dataset_for(working).model):
            console.show(f"{code}\n")
        return 0
    if given.code is None:
        raise CannotRun(message("refusal-no-code"))
    code = given.code.strip().removeprefix("[").removesuffix("]").rpartition("/")[2]
    base = None
    try:
        found = explanation.of_package(code)
    except KeyError:
        dataset = dataset_for(working)
        base = dataset.base
        try:
            found = explanation.of_shapes(dataset.model, code)
        except KeyError:
            raise CannotRun(_unknown(dataset, code)) from None
    console.show(as_text(found, lang, base))
    return 0


def dataset_for(working: Path) -> Dataset:
    """Return the dataset at or above a folder, else one that has the package's model only."""
    from hankelod.cli import datasets
    from hankelod.records.dataset import Dataset
    from hankelod.records.folder import NotADataset

    try:
        return datasets.around(working) or Dataset(working, working, alone=True)
    except NotADataset:  # its fault may be what is to be explained
        return Dataset(working, working, alone=True)


def _unknown(dataset: Dataset, code: str) -> Text:
    """Return the message on a code that there is not."""
    from hankelod.messages.problem import short
    from hankelod.records.nearness import nearest
    from hankelod.validation.explanation import all_codes

    known = {each.lower(): each for each in all_codes(dataset.model)}
    meant = known.get(code.lower()) or known.get(nearest(code.lower(), known, short=0) or "")
    if meant:
        return message("refusal-code-meant", code=short(code), meant=meant)
    return message("refusal-code", code=short(code))


def as_text(found: Explanation, lang: str, base: str | None) -> str:
    """Return an explanation as text in one language; `base` is that of the address of its help page."""
    from hankelod.validation.report import help_page

    def heading(name: str) -> str:
        return Entry("site", "problem", name)[lang]

    subject = in_language(found.subject, lang)
    lines = [f"{found.code} ({say(found.severity, lang)})", f"  {heading(f'severity-{found.severity}')}"]
    described = " – ".join(each for each in (subject, in_language(found.meaning, lang)) if each)
    for name, text in (("field", described), ("says", found.says), ("why", found.why), ("fix", found.fix)):
        words = text if isinstance(text, str) else in_language(text, lang)
        if words:
            lines += ["", heading(name), f"  {words}"]
    if found.example:
        lines += ["", say("example", lang), f"  {found.example}"]
    if base is not None:
        lines += ["", f"{heading('shape')}: {base}shapes#{found.shape}"]
        lines.append(f"{say('help', lang)}: {help_page(base, found.code)}")
    return "\n".join(map(console.part, lines)) + "\n"
