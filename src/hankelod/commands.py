"""What each command of the command line does, from its arguments to its exit status."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path


class CannotRun(Exception):
    """A command could not run; the message says why and what to do. Exit status 2."""


def run(given: argparse.Namespace, lang: str) -> int:
    """Run the command that the arguments name. Raises CannotRun."""
    from hankelod.dataset import NotADataset
    from hankelod.validation import EngineMissing

    working = Path(given.folder or ".").absolute()
    if not working.is_dir():
        raise CannotRun(f"-C {given.folder}: there is no such folder")
    chosen = {"validate": validate, "publish": publish, "query": query, "import": import_, "resolve": resolve}
    try:
        return chosen[given.command](given, working, lang)
    except (NotADataset, EngineMissing) as error:
        raise CannotRun(str(error)) from error


def validate(given: argparse.Namespace, working: Path, lang: str) -> int:
    from hankelod import reports
    from hankelod.checking import check_all, check_files
    from hankelod.dataset import Dataset

    dataset = Dataset(working, working)
    if given.paths:
        paths = [working / p for p in given.paths]
        missing = [p for p, path in zip(given.paths, paths, strict=True) if not path.exists()]
        if missing:
            raise CannotRun(f"{missing[0]}: there is no such file or folder")
        found = check_files(dataset, paths, given.engine)
    else:
        found, _ = check_all(dataset, given.engine)
    if given.format == "json":
        sys.stdout.write(reports.as_json(found, lang, given.strict))
    else:
        sys.stdout.write(reports.as_text(found, lang, _colour(sys.stdout)))
    return 0 if found.conforms(given.strict) else 1


def publish(given: argparse.Namespace, working: Path, lang: str) -> int:
    from hankelod import reports
    from hankelod.checking import check_all
    from hankelod.dataset import Dataset
    from hankelod.publication import CannotPublish
    from hankelod.publication import publish as write

    dataset = Dataset(working, working)
    found, records = check_all(dataset, given.engine)
    if not found.conforms():
        sys.stderr.write(reports.as_text(found, lang, _colour(sys.stderr)))
        return 1
    try:
        written = write(dataset, records, found, working / given.out, frozenset(given.only or ()))
    except CannotPublish as error:
        raise CannotRun(str(error)) from error
    counts = found.counts()
    print(f"hankelod: {given.out}: {written} files; {found.records} records, {counts['warning']} warnings, {counts['info']} notes", file=sys.stderr)  # fmt: skip
    return 0


def query(given: argparse.Namespace, working: Path, lang: str) -> int:
    from hankelod import queries
    from hankelod.dataset import Dataset

    dataset = Dataset(working, working)
    if given.list:
        sys.stdout.write(queries.listing(dataset, lang))
        return 0
    if not given.query:
        raise CannotRun("give a query: SPARQL text, a .rq file, or a name from `hankelod query --list`")
    try:
        text = queries.text(dataset, given.query, dict(_pair(p) for p in given.set), working)
        source = queries.store(dataset, working / given.source if given.source else None)
        sys.stdout.write(queries.answer(source, text, given.format, dataset.model))
    except queries.CannotAsk as error:
        raise CannotRun(str(error)) from error
    return 0


def import_(given: argparse.Namespace, working: Path, lang: str) -> int:
    from hankelod.intake import commands as intake
    from hankelod.intake.sources import CannotImport

    try:
        return intake.import_(given, working, lang)
    except CannotImport as error:
        raise CannotRun(error.text(lang)) from error


def resolve(given: argparse.Namespace, working: Path, lang: str) -> int:
    from hankelod.intake import commands as intake

    return intake.resolve(given, working, lang)


def _pair(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign:
        raise CannotRun(f"--set {text}: write it as NAME=VALUE")
    return name, value


def _colour(stream: object) -> bool:
    return "NO_COLOR" not in os.environ and stream.isatty()  # type: ignore[attr-defined, no-any-return]
