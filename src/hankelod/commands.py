"""What each command of the command line does, from its arguments to its exit status."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

from hankelod.console import coloured, note, watched
from hankelod.refusals import Refusal
from hankelod.words import say, told

TYPE_CHECKING = False  # type checkers take the name as true; `typing` itself would cost start-up
if TYPE_CHECKING:
    from hankelod.dataset import Dataset


class CannotRun(Refusal):
    """A command could not run; the message says why and what to do. Exit status 2."""


def run(given: argparse.Namespace, lang: str) -> int:
    """Run the command that the arguments name. Raises Refusal."""
    working = Path(given.folder or ".").absolute()
    if not working.is_dir():
        raise CannotRun(told("refusal-folder", folder=given.folder))
    chosen = {
        "validate": validate,
        "new": new,
        "publish": publish,
        "query": query,
        "import": import_,
        "resolve": resolve,
        "diff": diff,
        "verify": verify,
        "serve": serve,
    }
    return chosen[given.command](given, working, lang)


def validate(given: argparse.Namespace, working: Path, lang: str) -> int:
    from hankelod.checking import check_all, check_files
    from hankelod.rendering import render

    paths = [None if p == "-" else working / p for p in given.paths]
    missing = [p for p, path in zip(given.paths, paths, strict=True) if path is not None and not path.exists()]
    if missing:
        raise CannotRun(told("refusal-path", path=missing[0]))
    dataset = _dataset_of(paths, working)
    if not paths or paths == [dataset.root]:
        from hankelod import large

        if large.is_large(dataset, lang):
            found = large.check(dataset, given.engine, lang)
        else:
            found, _ = check_all(dataset, given.engine, watched)
    else:
        found = check_files(dataset, paths, given.engine, watched)
    sys.stdout.write(render(found, dataset, given.format, lang, given.strict, coloured(sys.stdout)))
    return 0 if found.conforms(given.strict) else 1


def _dataset_of(paths: list[Path | None], working: Path) -> Dataset:
    """The dataset that paths are checked against: the working folder's, else the one around the first path, else none.

    Raises NotADataset where there is no dataset and no path that could be checked alone.
    """
    from hankelod.dataset import DATASET, Dataset, find

    if (working / "data" / DATASET).exists() or not paths:
        return Dataset(working, working)
    around = find(paths[0]) if paths[0] is not None else None
    return Dataset(around, working) if around else Dataset(working, working, alone=True)


def new(given: argparse.Namespace, working: Path, lang: str) -> int:
    from hankelod import drafts
    from hankelod.dataset import Dataset

    dataset = Dataset(working, working, alone=given.kind == "dataset")
    try:
        begun = drafts.draft(dataset, given.kind, given.id)
        answers: drafts.Answers = {}
        if not given.blank and sys.stdin.isatty() and sys.stderr.isatty():
            from hankelod import asking

            answers = asking.answers(dataset, begun.cls, lang, input, _note_line)
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


def publish(given: argparse.Namespace, working: Path, lang: str) -> int:
    from hankelod import reports
    from hankelod.catalogue import Edition
    from hankelod.checking import check_all
    from hankelod.dataset import Dataset
    from hankelod.publication import publish as write

    if given.revision and not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", given.revision):
        raise CannotRun(told("refusal-revision", value=given.revision))
    edition = Edition(revision=given.revision)
    dataset = Dataset(working, working)
    from hankelod import large

    if large.is_large(dataset, lang, given.only):
        return large.publish(given, dataset, edition, working, lang)
    if given.dask:
        note(say("note-dask", lang, address=given.dask))
    found, records = check_all(dataset, given.engine)
    if not found.conforms():
        sys.stderr.write(reports.as_text(found, lang, coloured(sys.stderr)))
        return 1
    out = working / given.out
    done = write(dataset, records, found, out, frozenset(given.only or ()), edition, given.previous, given.forget)
    if done.first:
        note(say("note-first", lang, out=given.out))
    if (out / "index.html").exists() and not (out / "sparql.html").exists():
        note(say("note-no-sparql", lang, out=given.out))
    if done.warnings:
        sys.stderr.write(reports.as_text(found._replace(problems=done.warnings), lang, coloured(sys.stderr)))
    tally = reports.tally(reports.extended(found, done.warnings), lang)
    note(f"{given.out}: {reports.number(done.files, 'file', lang)}; {tally}")
    return 0


def query(given: argparse.Namespace, working: Path, lang: str) -> int:
    from hankelod import queries, sources
    from hankelod.sparql import LIMITS

    catalogue = sources.catalogue(working)
    if given.list:
        sys.stdout.write(queries.listing(catalogue, lang))
        return 0
    if not given.query:
        raise CannotRun(told("refusal-query-none"))
    asked = queries.read(_standard_input()) if given.query == "-" else catalogue.find(given.query, working)
    values: dict[str, list[str]] = {}
    for pair in given.set:
        name, value = _pair(pair)
        values.setdefault(name, []).append(value)
    for parameter in asked.parameters:
        if parameter.kind == queries.LANGUAGE:
            values.setdefault(parameter.name, [lang])
    limits = LIMITS if given.max_length is None else LIMITS._replace(length=given.max_length)
    data = sources.open_data(given.source or ".", limits, working)
    if data.unread:
        note(say("note-unread", lang, count=data.unread))
    text = data.text(asked, values)
    answer = data.ask(text)
    for each in answer.notes:
        note(each)
    if given.explain:
        from hankelod.explaining import explain

        sys.stdout.write(explain(data, text))
        return 0
    text = answer.text(given.format, _terminal_width())
    sys.stdout.reconfigure(newline="")  # type: ignore[union-attr] # a line of CSV ends in CR LF, on every system
    sys.stdout.write(text)
    if given.format == "table" and answer.kind == "rows" and not answer.terms:
        note(say("note-no-rows", lang))
    return 0


def diff(given: argparse.Namespace, working: Path, lang: str) -> int:
    from hankelod import comparison

    found = comparison.of(given.old, given.new, working)
    write = {"text": comparison.text, "json": comparison.json}
    sys.stdout.write(comparison.sparql(found) if given.format == "sparql" else write[given.format](found, lang))
    return 0


def serve(given: argparse.Namespace, working: Path, lang: str) -> int:
    try:
        from hankelod.serving import server
    except ImportError as error:
        if sys.platform == "win32":
            raise CannotRun(told("refusal-serve-windows")) from error
        if (error.name or "").startswith("hankelod"):
            raise
        raise CannotRun(told("refusal-serve-library", library=error.name)) from error
    server.serve(given, working, lang)
    return 0


def verify(given: argparse.Namespace, working: Path, lang: str) -> int:
    from hankelod import reports, verification

    if not (working / given.dist).is_dir():
        raise CannotRun(told("refusal-publication-folder", folder=given.dist))
    found = verification.verify(working / given.dist, given.dist)
    if given.format == "json":
        sys.stdout.write(reports.as_json(found, lang))
    else:
        sys.stdout.write(reports.as_text(found, lang, coloured(sys.stdout), "file"))
    return 0 if found.conforms() else 1


def _standard_input() -> str:
    try:
        return sys.stdin.buffer.read().decode("utf-8")
    except UnicodeDecodeError as error:
        raise CannotRun(told("refusal-stdin")) from error


def _terminal_width() -> int | None:
    """The columns of the terminal that results go to; None where they go elsewhere."""
    if not sys.stdout.isatty():
        return None
    import shutil

    return shutil.get_terminal_size().columns


def import_(given: argparse.Namespace, working: Path, lang: str) -> int:
    from hankelod.intake import commands as intake

    return intake.import_(given, working, lang)


def resolve(given: argparse.Namespace, working: Path, lang: str) -> int:
    from hankelod.intake import commands as intake

    return intake.resolve(given, working, lang)


def _pair(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign:
        raise CannotRun(told("refusal-set", value=text))
    return name, value
