"""Import of a source by a mapping file: read, built, and compared with the records that are there."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from hankelod.intake import importing
from hankelod.intake.documents.lines import CannotImport
from hankelod.intake.given import NOTHING, Given
from hankelod.intake.importing import File, Target
from hankelod.intake.mappings import bulk, reading, sources
from hankelod.intake.mappings.building import SHOWN, Builder
from hankelod.intake.mappings.bulk import MANY, Bulk
from hankelod.intake.mappings.columns import settled
from hankelod.intake.mappings.mapping import Mapping, Setting
from hankelod.intake.mappings.things import Things
from hankelod.intake.proposals import Draft
from hankelod.messages.problem import Problem
from hankelod.model.model import Class
from hankelod.records import tree
from hankelod.records.dataset import BULK

FORMS = ("jsonl", "yml")
"""Forms in which records are written."""


class Options(NamedTuple):
    """Options of the command line: the form of the records (None: by their number), and which changes are made."""

    form: str | None = None
    update: bool = False
    overwrite: bool = False
    given: Given = NOTHING
    lang: str = "en"


class ColumnCount(NamedTuple):
    """Numbers of cells of a column that were read, empty and refused, with examples of those read and refused."""

    column: str
    read: int
    empty: int
    refused: int
    examples: tuple[str, ...]
    refusals: tuple[str, ...]


class Mapped(NamedTuple):
    """A source as it was imported by a mapping.

    `rows` are those of the source, `refused_rows` those that make no record; `forbidden` counts empty cells that the
    mapping does not allow. `problems` are of cells and rows; `more`
    counts those of each kind and column beyond the ones that are listed. `files` and `bulks` are planned.
    """

    name: str
    rows: int
    refused_rows: int
    forbidden: int
    columns: tuple[ColumnCount, ...]
    problems: tuple[Problem, ...]
    more: tuple[tuple[str, str, int], ...]
    files: tuple[File, ...]
    bulks: tuple[Bulk, ...]


class Unusable(Exception):
    """A mapping file that cannot be used for a source; `problems` say why."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(problems)
        self.problems = problems


def read_mapping(file: Path | bytes, name: str, things: Things) -> Mapping:
    """Read a mapping file, or its content. Raises Unusable, and CannotImport where there is no such file."""
    if isinstance(file, Path) and not file.exists():
        raise CannotImport("no-such-file", name=name)
    try:
        raw = tree.read_bytes(file, name) if isinstance(file, Path) else file
    except tree.Unreadable as error:
        raise Unusable([error.problem]) from error
    mapping, problems = reading.read(raw, name, setting(things))
    if mapping is None or problems:
        raise Unusable(problems)
    return mapping


def setting(things: Things) -> Setting:
    """Return the context in which mappings are read."""
    return Setting(things.model, things.target.config.languages, things.exists)


def run(
    source: Path, name: str, mapping_file: Path | bytes, mapping_name: str, target: Target, options: Options
) -> Mapped:
    """Import a source by a mapping file, without writing. Raises CannotImport and Unusable."""
    things = Things(target)
    mapping = read_mapping(mapping_file, mapping_name, things)
    wanted = [name for value in mapping.values() for name in value.columns]
    records = sources.read(source, name, mapping.source, [*wanted, *(name for name, _ in mapping.ignored)])
    mapping, problems = settled(mapping, records.columns, setting(things))
    if problems:
        raise Unusable(problems)
    builder = Builder(mapping, records, things, options.given)
    built: dict[str, dict[str, object]] = {each.id: each.values for each in builder.build()}
    made: dict[str, list[tuple[str, dict[str, object]]]] = {mapping.cls.iri: list(built.items())}
    there: dict[str, set[str]] = {mapping.cls.iri: set()}
    for iri, its in things.made.items():
        cls = target.model.classes[iri]
        made.setdefault(iri, []).extend((x.id, _ordered(x.values, cls)) for x in its.values())
        there.setdefault(iri, set()).update(x.id for x in its.values() if x.known)
    planned = _plan(made, there, target, source.name, options)
    counts = tuple(
        ColumnCount(c, n.read, n.empty, n.refused, tuple(n.examples), tuple(n.refusals))
        for c, n in builder.counts.items()
    )
    more = tuple((code, column, n - SHOWN) for (code, column), n in builder.kinds.items() if n > SHOWN)
    problems = [*records.problems, *builder.problems]
    unread = sum(p.severity == "violation" for p in records.problems)
    rows, refused = builder.rows + unread, builder.refused_rows + unread
    return Mapped(name, rows, refused, builder.forbidden, counts, tuple(problems), more, *planned)


def _ordered(values: dict[str, object], cls: Class) -> dict[str, object]:
    return {f.key: values[f.key] for f in cls.fields if f.key in values}


def _plan(
    made: dict[str, list[tuple[str, dict[str, object]]]],
    there: dict[str, set[str]],
    target: Target,
    name: str,
    options: Options,
) -> tuple[tuple[File, ...], tuple[Bulk, ...]]:
    """Plan the files of all records: a file each, or JSON Lines where they are many or stand there already."""
    many = any(len(records) > MANY for records in made.values())
    plans: list[File] = []
    bulks: list[Bulk] = []
    for cls in sorted(target.model.classes[iri] for iri in made):
        folder = target.data / str(cls.folder)
        path = target.data / f"{cls.folder}.jsonl"
        packed = next((f for end in BULK[1:] if (f := target.data / f"{cls.folder}{end}").exists()), None)
        if packed is not None:
            raise CannotImport("standing-packed", name=str(packed))
        as_lines = options.form == "jsonl" or (options.form is None and (many or path.exists()))
        own: list[tuple[str, dict[str, object]]] = []
        lines: list[tuple[str, dict[str, object]]] = []
        known, in_lines = there[cls.iri], bulk.ids(path)
        for identifier, values in made[cls.iri]:
            line = identifier in in_lines or (as_lines and not (folder / f"{identifier}.yml").exists())
            (lines if line else own).append((identifier, values))
        drafts = [Draft(str(cls.folder), i, v, {"": ()}, {}, {}) for i, v in own]
        plans += _undisturbed(
            importing.plan(drafts, target, name, options.lang, options.overwrite, "comment-head-mapped"), known
        )
        if lines or path.exists():
            bulks.append(bulk.plan(lines, path, cls, known, options.update, options.overwrite))
    return tuple(plans), tuple(bulks)


def _undisturbed(files: Iterable[File], known: set[str]) -> Iterable[File]:
    """Leave out the files of things that were there before any import, which rows only refer to."""
    from hankelod.intake import writing

    for file in files:
        if not (file.before is not None and file.draft.id in known and not writing.read_checksums(file.before)):
            yield file
