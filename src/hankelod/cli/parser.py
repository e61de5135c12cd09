"""The command line: options, and the exit status of a run. Every command imports its own modules when it runs.

Exit status: 0 success (warnings included), 1 the data has violations, 2 the command could not run.
"""

from __future__ import annotations

import argparse
import os
import sys

from hankelod.messages.languages import DEFAULT, LANGUAGES

TYPE_CHECKING = False  # type checkers read it as True; importing it from `typing` would cost start-up
if TYPE_CHECKING:
    from typing import NoReturn

FORMATS = ("text", "json", "github", "sarif", "html", "turtle")

KINDS = ("project", "organisation", "programme")

EXPORTS = ("csvw", "yarrrml", "yml")

MAPPINGS = ("360giving", "cordis", "eura2014", "kohesio")

ENGINES = ("shacl", "pyshacl")

RESULTS = ("table", "csv", "tsv", "json", "xml", "turtle", "ntriples", "jsonld", "rdfxml")

COMPARISONS = ("text", "json", "sparql")

VERDICTS = ("text", "json")

NAMES = ("text", "json")

PARTS = ("dumps", "documents", "site")


def _width() -> int:
    """The width of help texts: that of the terminal. argparse asks for it at every option, and would import shutil."""
    columns = os.environ.get("COLUMNS", "")
    try:
        return int(columns) if columns.isdigit() and int(columns) else os.get_terminal_size().columns
    except OSError:
        return 80


class _Help(argparse.HelpFormatter):
    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=_width() - 2)


class _Parser(argparse.ArgumentParser):
    def __init__(self, **settings: object) -> None:
        super().__init__(**{"formatter_class": _Help, **settings})  # type: ignore[arg-type]

    def error(self, message: str) -> NoReturn:
        from hankelod.messages.console import lines

        super().error(lines(message))


def _whole(text: str) -> int:
    """Parse a whole number of at least 1. Raises ArgumentTypeError."""
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text}: write a whole number of at least 1")
    return int(text)


def _seconds(text: str) -> float:
    """Parse seconds, from 0.01 to a day. Raises ArgumentTypeError."""
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0.01 <= seconds <= 86_400:
        raise argparse.ArgumentTypeError(f"{text}: write seconds, at least 0.01 and at most a day")
    return seconds


def _share(text: str) -> tuple[int, int]:
    """Parse a share (`10%`, `2.5 %`; 0 to 100) to its numerator and denominator. Raises ArgumentTypeError."""
    number = text.strip().removesuffix("%").strip().replace(",", ".", 1)
    whole, _, rest = number.partition(".")
    digits = whole + rest
    if not text.strip().endswith("%") or not whole or not digits.isascii() or not digits.isdigit() or len(digits) > 20:
        raise argparse.ArgumentTypeError(f"{text}: write a share such as 10%")
    share = int(digits), 100 * 10 ** len(rest)
    if share[0] > share[1]:
        raise argparse.ArgumentTypeError(f"{text}: write a share of 100% at most")
    return share


def _port(text: str) -> int:
    """Parse a port, 0 to 65535. Raises ArgumentTypeError."""
    if not text.isascii() or not text.isdigit() or int(text) > 65_535:
        raise argparse.ArgumentTypeError(f"{text}: write a port, 0 to 65535")
    return int(text)


def _global_options(parser: argparse.ArgumentParser, default: object) -> None:
    """Add the options that may stand before or after the command."""
    parser.add_argument("-C", dest="folder", metavar="FOLDER", default=default, help="work as if started in FOLDER")
    parser.add_argument(
        "--lang",
        choices=LANGUAGES,
        default=default,
        help="language of messages (default: the locale's, else en)",
    )


def parser() -> argparse.ArgumentParser:
    """The argument parser of the whole command line."""
    top = _Parser(prog="hankelod", description="Publish grant-funded projects as linked open data.")
    top.add_argument("--version", action="store_true", help="show the version")
    _global_options(top, None)
    both = _Parser(add_help=False)
    _global_options(both, argparse.SUPPRESS)
    commands = top.add_subparsers(dest="command", metavar="COMMAND")

    def command(name: str, about: str) -> argparse.ArgumentParser:
        described = f"{about[:1].upper()}{about[1:]}."
        return commands.add_parser(name, parents=[both], help=about, description=described)

    validate = command("validate", "check the dataset, or just these records against it")
    validate.add_argument(
        "paths", nargs="*", metavar="PATH", help="record files or folders (default: the whole dataset)"
    )
    validate.add_argument("--format", choices=FORMATS, default="text", help="how to report (default: text)")
    validate.add_argument("--all", action="store_true", help="list all problems, not just twenty of each kind")
    validate.add_argument("--strict", action="store_true", help="warnings count as violations")
    validate.add_argument("--engine", choices=ENGINES, help="the SHACL engine (default: shacl where installed)")

    explain = command("explain", "tell what a problem code means, why it matters and how to fix it")
    explain.add_argument("code", nargs="?", metavar="CODE", help="the code that a report gives, such as Project-start")
    explain.add_argument("--list", action="store_true", help="list all codes")

    _new(command("new", "begin a record, a dataset, or a field of your own"), both)

    publish = command("publish", "validate, then write the whole publication")
    publish.add_argument("--out", default="dist", metavar="FOLDER", help="where to (default: dist)")
    publish.add_argument(
        "--only",
        action="append",
        choices=PARTS,
        metavar="PART",
        help=f"write this part only ({', '.join(PARTS)}); repeatable",
    )
    publish.add_argument(
        "--previous",
        metavar="DIR|URL",
        help="carry on the history of this publication (default: the one in the out folder)",
    )
    publish.add_argument(
        "--forget",
        action="append",
        default=[],
        metavar="ID",
        help="take the earlier versions of a record (project/its-id) out of the history; repeatable",
    )
    publish.add_argument(
        "--leave-out",
        metavar="FILE",
        help="publish without the records that have violations; FILE lists them with their problems (JSON Lines)",
    )
    publish.add_argument(
        "--at-most",
        type=_share,
        metavar="SHARE",
        help="with --leave-out: publish nothing if more of any kind of records has to go: 10%% (default: no bound)",
    )
    publish.add_argument("--revision", metavar="ID", help="name the commit that the records are from")
    publish.add_argument(
        "--dask",
        metavar="local|ADDRESS",
        help="have a large dataset worked on by Dask: here, or at a scheduler (tcp://…)",
    )
    publish.add_argument(
        "--parts",
        metavar="URL",
        help="with --dask: where workers put what they make (fsspec; default: beside the out folder)",
    )
    publish.add_argument("--engine", choices=ENGINES, help="the SHACL engine (default: shacl where installed)")

    query = command("query", "ask the dataset in SPARQL")
    query.add_argument(
        "query",
        nargs="?",
        metavar="QUERY",
        help="SPARQL text, a .rq file, - for standard input, or the name of a named query",
    )
    query.add_argument("--from", dest="source", metavar="DIST|FILE", help="ask a publication or a dump instead")
    query.add_argument("--list", action="store_true", help="list the named queries and their parameters")
    query.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="set a parameter of a named query; repeated for one name: any of these values",
    )
    query.add_argument(
        "--format",
        choices=RESULTS,
        default="table",
        help="how to write results (default: table; triples come as turtle)",
    )
    query.add_argument("--explain", action="store_true", help="tell what would be asked, and what each pattern finds")
    query.add_argument(
        "--time-limit", type=_seconds, default=60.0, metavar="SECONDS", help="stop the query after this (default: 60)"
    )
    query.add_argument("--max-length", type=_whole, metavar="BYTES", help="longest query to accept (default: 16384)")

    diff = command("diff", "what changed between two publications, datasets or dumps")
    diff.add_argument(
        "old", metavar="OLD", help="a publication (folder or address), a dataset folder, or a dump (.nt, .ttl, .jsonld)"
    )
    diff.add_argument("new", metavar="NEW", help="another one")
    diff.add_argument(
        "--format",
        choices=COMPARISONS,
        default="text",
        help="how to tell; sparql turns the old graph into the new (default: text)",
    )

    verify = command("verify", "recompute everything that a publication's manifest says")
    verify.add_argument("dist", metavar="DIST", help="the folder of the publication")
    verify.add_argument("--format", choices=VERDICTS, default="text", help="how to report (default: text)")

    take = command("import", "turn a document or a spreadsheet into records")
    take.add_argument(
        "source",
        nargs="?",
        metavar="SOURCE",
        help="a txt, md, html, docx, pdf, csv or xlsx file; with --mapping json, jsonl or xml too",
    )
    take.add_argument(
        "--to", metavar="FOLDER", help="where the records go: a dataset, its data folder, or a new folder"
    )
    take.add_argument(
        "--mapping",
        metavar="FILE",
        help="how the columns of the source become records: a mapping file, - for standard input, or the name of one "
        "in the package: " + ", ".join(MAPPINGS),
    )
    take.add_argument(
        "--export",
        choices=EXPORTS,
        help="with --mapping: write the mapping in this form, and no record",
    )
    take.add_argument(
        "--propose", action="store_true", help="write a mapping for the source, guessed from its columns, and no record"
    )
    take.add_argument(
        "--as",
        choices=("jsonl", "yml"),
        dest="form",
        help="with --mapping: the form of the records (default: by number)",
    )
    take.add_argument("--template", metavar="FILE", help="write an empty spreadsheet (xlsx, csv) to fill in instead")
    take.add_argument("--filled", action="store_true", help="with --template: put the dataset's records into it")
    take.add_argument("--dry-run", action="store_true", help="show what would change, and write nothing")
    take.add_argument("--update", action="store_true", help="change records that stand too, but no edits made by hand")
    take.add_argument("--overwrite", action="store_true", help="let the source win over edits made by hand as well")
    take.add_argument(
        "--document", metavar="URL", help="the source's address (default: the one that the document gives)"
    )
    take.add_argument(
        "--programme", metavar="ID", help="the programme of the grants (default: the one that the document names)"
    )

    names = command("resolve", "find organisations and areas in running text")
    names.add_argument("text", metavar="TEXT", help="the text; - reads it from standard input")
    names.add_argument(
        "--year", type=int, metavar="YYYY", help="when it was written, for municipalities that have ended"
    )
    names.add_argument("--format", choices=NAMES, default="text", help="how to write the names (default: text)")

    serve = command("serve", "serve a publication over HTTP, with a SPARQL endpoint")
    serve.add_argument("dist", nargs="?", default="dist", metavar="DIST", help="the publication (default: dist)")
    serve.add_argument("--host", default="127.0.0.1", help="the address to listen at (default: 127.0.0.1)")
    serve.add_argument(
        "--port", type=_port, default=8000, help="the port to listen at; 0 takes a free one (default: 8000)"
    )
    serve.add_argument(
        "--workers",
        type=_whole,
        metavar="N",
        help="queries evaluated at once (default: two for each processor, at least four)",
    )
    serve.add_argument(
        "--time-limit", type=_seconds, default=10.0, metavar="SECONDS", help="stop a query after this (default: 10)"
    )
    serve.add_argument(
        "--memory-limit",
        type=_whole,
        default=1024,
        metavar="MIB",
        help="stop a query that takes more memory (default: 1024)",
    )
    serve.add_argument(
        "--result-limit", type=_whole, default=32, metavar="MIB", help="refuse an answer that is longer (default: 32)"
    )
    serve.add_argument(
        "--store",
        metavar="FOLDER",
        help="keep the graph on disk, in this folder (default: in memory; large ones in the cache)",
    )
    return top


def _new(new: argparse.ArgumentParser, both: argparse.ArgumentParser) -> None:
    """Add what can be begun, each with the options of its own."""
    kinds = new.add_subparsers(dest="kind", metavar="KIND", required=True)

    def kind(name: str, about: str) -> argparse.ArgumentParser:
        one = kinds.add_parser(name, parents=[both], help=about, description=f"{about[:1].upper()}{about[1:]}.")
        one.add_argument("--blank", action="store_true", help="ask nothing, even on a terminal")
        return one

    for name in KINDS:
        record = kind(name, f"{name}: a commented file to fill in")
        record.add_argument("id", metavar="ID", help="its id for good: lower-case letters, digits and hyphens")
    dataset = kind("dataset", "a dataset of your own; on a terminal, one that publishes at once")
    dataset.add_argument("id", nargs="?", metavar="ID", help="its id (asked for on a terminal)")
    field = kind("field", "a field of your own: asked for on a terminal, else by the options")
    field.add_argument("id", nargs="?", metavar="KEY", help="its key in records, such as priorityAxis")
    field.add_argument("--on", metavar="KIND", help="which records or parts have it, such as project or grant")
    field.add_argument("--label", action="append", metavar="[LANG=]TEXT", help="its name; repeatable, by language")
    values = field.add_mutually_exclusive_group()
    values.add_argument("--kind", dest="values", metavar="KIND", help="its kind of value (default: text)")
    values.add_argument("--list", metavar="NAME", help="its values are codes of this list in the folder lists")
    field.add_argument("--many", action="store_true", help="it takes several values")
    field.add_argument("--required", action="store_true", help="every record needs it")


def language(chosen: str | None) -> str:
    """The language of messages: `chosen`, else that of the locale, else English."""
    if chosen:
        return chosen
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name)
        if value:
            return value[:2] if value[:2] in LANGUAGES else DEFAULT
    return DEFAULT


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit status."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
    top = parser()
    if "_ARGCOMPLETE" in os.environ:
        from hankelod.cli import completion

        completion.complete(top)
    given = top.parse_args(arguments)
    if given.version:
        from hankelod import __version__

        print(f"hankelod {__version__}")
        return 0
    if given.command is None:
        parser().print_help(sys.stderr)
        return 2
    from hankelod.cli import commands, endings

    return endings.ended(lambda lang: commands.run(given, lang), language(given.lang), given.command)
