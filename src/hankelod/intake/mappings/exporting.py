"""Export of a mapping: in the forms of other tools, or as the file that it is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from hankelod.intake.documents.lines import CannotImport
from hankelod.intake.mappings import csvw, importing, statements, yarrrml
from hankelod.intake.mappings.statements import Described
from hankelod.intake.mappings.things import Things
from hankelod.records import tree


class Form(NamedTuple):
    """A form of export, and the formats of sources that it can describe."""

    write: Callable[[Described, str, str], str]
    formats: tuple[str, ...]


FORMS = {
    "csvw": Form(csvw.export, ("csv",)),
    "yarrrml": Form(yarrrml.export, tuple(yarrrml.FORMULATIONS)),
}


class Asked(NamedTuple):
    """A source and a mapping file, each with its name in messages, and the form of the export."""

    source: Path
    name: str
    file: Path
    file_name: str
    form: str


def export(asked: Asked, things: Things, lang: str) -> str:
    """Return a mapping in another form. Raises CannotImport, and Unusable where the mapping file is at fault."""
    described = statements.describe(asked.source, asked.name, asked.file, asked.file_name, things)
    form = FORMS[asked.form]
    if described.records.source.format not in form.formats:
        raise CannotImport("no-export", name=asked.name, format=asked.form, formats=", ".join(form.formats))
    return form.write(described, asked.source.name, lang)


def file(path: Path, name: str) -> str:
    """Return a mapping file as it is. Raises Unusable."""
    try:
        return tree.decode(tree.read_bytes(path, name), name)
    except tree.Unreadable as error:
        raise importing.Unusable([error.problem]) from error
