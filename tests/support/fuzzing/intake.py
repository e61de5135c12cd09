"""Readers of other people's sources that are fuzzed: spreadsheets, documents, names, and records imported before."""

from __future__ import annotations

import io
import re
from functools import cache, partial

from hankelod.intake import importing, reimport, reports, writing
from hankelod.intake.documents import compilation, reading
from hankelod.intake.documents.lines import CannotImport, Line
from hankelod.intake.importing import Import, Target
from hankelod.intake.names import gazetteer, resolver
from hankelod.intake.names.listed import read_list
from hankelod.intake.proposals import Draft
from hankelod.intake.spreadsheets import reading as spreadsheets
from hankelod.intake.spreadsheets.cells import Table
from hankelod.intake.spreadsheets.delimited import read_csv
from hankelod.intake.spreadsheets.workbooks import read_xlsx
from hankelod.messages.intake import say
from hankelod.messages.languages import LANGUAGES
from hankelod.records import tree, yamltree
from support.fuzzing.ground import archives, dataset, folder, names_held, seeds, told, written
from support.fuzzing.mutation import mixed, of_archive, of_bytes, of_markup, of_rows, of_tokens, of_yaml
from support.fuzzing.trial import Reader

DOCUMENTS = "tests/cases/intake/documents"

### Spreadsheets


@cache
def place() -> Target:
    """A folder outside of a dataset, to import into: nothing there, and no check of shapes."""
    return importing.target(folder() / "to", None, folder())


def _texts(tables: list[Table]) -> str:
    return "".join(cell.text for t in tables for _, cells in t.rows for cell in cells.values())


def read_cells(raw: bytes) -> object:
    """Read the cells of a CSV file: what is no row of it could not be read, and is told of."""
    tables = read_csv(raw, "x", "x.csv")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return tables
    if '"' not in text and "sep=" not in text.lower() and not tables[0].unread:
        kept = set(_texts(tables))
        lost = [c for c in re.sub(r"\W", "", text) if c not in kept and c != "_"]
        assert not lost, f"lost without a word: {lost[:5]}"
    return tables


def read_workbook(raw: bytes) -> object:
    """Read the cells of a workbook."""
    return read_xlsx(raw, "x.xlsx")


def read_sheet(raw: bytes, name: str) -> object:
    """Read a spreadsheet into records; each row is a record, or there is a problem."""
    with names_held():
        found = spreadsheets.read(written(name, raw), name, place(), "en", False)
    return _imported(found)


def _imported(found: Import) -> object:
    """Files to be written, and what is said: each file is one that the reader of records takes."""
    for file in found.files:
        try:
            node = yamltree.read_yaml(file.text.encode(), file.path.name, problems := [])
        except tree.Unreadable as error:
            raise AssertionError(f"{file.path.name} cannot be read: {error}") from error
        assert not problems, problems[0].code
        values = tree.plain_value(node)
        assert isinstance(values, dict)
        lost = [k for k, v in file.draft.values.items() if values.get(k) != writing.stringified(v)]
        assert not lost, f"{file.path.name}: {lost} is not as it was drafted"
    reported = [reports.text(found, place().data, lang) for lang in LANGUAGES]
    return [(f.path.name, f.text) for f in found.files], told(found.problems), reported


### Documents


def read_lines(raw: bytes, name: str) -> object:
    """Read the lines of a document: in their order, none of them empty-handed of a reason that has words."""
    lines = reading.read(written(name, raw), name)
    for line in lines:
        assert line.left == "" or say(f"left-{line.left}", "en"), line.left
        assert not tree.FORBIDDEN.search(line.text), line.text
    if name.endswith(".txt"):
        _check_text(raw, lines)
    document = compilation.read(lines)
    assert 0 <= document.coverage() <= 100
    return lines, document.coverage(), document


def _check_text(raw: bytes, lines: list[Line]) -> None:
    """Hold the lines of plain text to its characters: all that is seen is there, save hyphens that join lines."""
    from hankelod.intake.documents.lines import clean, decode

    source = sorted(c for c in clean(decode(raw, "x")) if not c.isspace())
    kept = sorted(c for line in lines for c in line.text if not c.isspace())
    hyphens = "-\u2010\u2011"
    plain = [c for c in source if c not in hyphens]
    assert [c for c in kept if c not in hyphens] == plain, "characters are lost"


def read_document(raw: bytes, name: str) -> object:
    """Import a document: lines, projects, drafts, and the text of records."""
    with names_held():
        found = importing.read_document(written(name, raw), name, place(), None, None, "en", False)
    return _imported(found)


@cache
def _pdf() -> list[bytes]:
    """Small documents of PDF, one whose streams are not packed."""
    from reportlab.pdfgen.canvas import Canvas

    made = []
    for packed in (0, 1):
        out = io.BytesIO()
        canvas = Canvas(out, invariant=True, pageCompression=packed)
        for n, line in enumerate(("Hanke", "Toteuttaja: Turun kaupunki", "- tulos, joka on pit-", "kä", "Sivu 1")):
            canvas.drawString(100, 700 - 20 * n, line)
        canvas.linkURL("https://ym.fi/", (100, 690, 200, 710))
        canvas.showPage()
        canvas.drawString(100, 700, "toinen sivu")
        canvas.save()
        made.append(out.getvalue())
    return made


### Names, and records that were imported before


@cache
def _names() -> gazetteer.Gazetteer:
    return gazetteer.load(dataset())


def read_names(raw: bytes) -> object:
    """Find the names in a text: each is a part of it, and they come in its order."""
    text = raw.decode("utf-8", "replace")
    matches = resolver.resolve(text, _names(), 2021)
    end = 0
    for match in matches:
        assert end <= match.start < match.end <= len(text), (match.start, match.end)
        assert text[match.start : match.end] == match.text
        assert say(f"rule-{match.rule}", "fi", detail=match.detail)
        end = match.end
    return matches, read_list(text, _names())


DRAFT = Draft("projects", "x", {"title": {"fi": "Uusi"}, "totalCost": "10", "lead": "motiva"}, {}, {}, {})


def read_again(raw: bytes) -> object:
    """Compare a record with a new draft, and apply what is safe: all else of the record stays as it was."""
    text = tree.decode(raw, "x.yml")
    changes = reimport.compare(text, "x.yml", DRAFT)
    model = dataset().model
    cls = model.main
    made = reimport.apply(text, DRAFT, changes, cls, model, "en", False)
    applied = {c.key for c in changes if c.what in (reimport.UPDATE, reimport.ADD, reimport.REMOVE)}
    before = reimport.current(text, "x.yml")
    if applied:  # else the file is not written
        try:
            after = reimport.current(made, "x.yml")
        except tree.Unreadable as error:
            raise AssertionError(f"it cannot be read any more: {error}") from error
        lost = [k for k in before if k not in applied and after.get(k) != before[k]]
        assert not lost, f"{lost} are not what they were"
    return changes, made


@cache
def _imported_before() -> list[bytes]:
    """Records as an import writes them, with a line of checksums."""
    old = DRAFT._replace(values={"title": {"fi": "Vanha"}, "totalCost": "9", "lead": "motiva", "end": "2022"})
    whole = writing.record(old, dataset().model, "x.docx", "fi")
    return [whole.encode(), whole.replace("Vanha", "Muokattu").encode(), (whole + "\n# loppu\n").encode()]


def all_of(name: str, own: object, *patterns: str) -> list[bytes]:
    """Seeds that are made, and those of folders."""
    return seeds(name, *patterns, also=own())  # type: ignore[operator]


REFUSED = (CannotImport,)

READERS: dict[str, Reader] = {
    "cells": Reader(
        partial(seeds, "cells", f"{DOCUMENTS}/../*.csv"), mixed(of_bytes, of_rows), read_cells, REFUSED, 50
    ),
    "sheet": Reader(
        partial(seeds, "sheet"),
        mixed(of_bytes, of_rows, of_rows),
        partial(read_sheet, name="x.csv"),
        REFUSED,
        1,
    ),
    "workbook": Reader(partial(archives, "workbook"), of_archive, read_workbook, REFUSED, 8),
    "sheets": Reader(partial(archives, "workbook"), of_archive, partial(read_sheet, name="x.xlsx"), REFUSED, 1),
    "txt": Reader(
        partial(seeds, "txt", f"{DOCUMENTS}/*/*.txt"),
        mixed(of_bytes, of_tokens),
        partial(read_lines, name="x.txt"),
        REFUSED,
        4,
    ),
    "md": Reader(
        partial(seeds, "md", f"{DOCUMENTS}/*/*.md", "tests/cases/fuzzing/html/*"),
        mixed(of_bytes, of_tokens),
        partial(read_lines, name="x.md"),
        REFUSED,
        0,
    ),
    "html": Reader(
        partial(seeds, "html", f"{DOCUMENTS}/*/*.html"),
        mixed(of_bytes, of_markup, of_markup),
        partial(read_lines, name="x.html"),
        REFUSED,
        12,
    ),
    "docx": Reader(partial(archives, "docx"), of_archive, partial(read_lines, name="x.docx"), REFUSED, 8),
    "pdf": Reader(partial(all_of, "pdf", _pdf), of_bytes, partial(read_lines, name="x.pdf"), REFUSED, 0),
    "document": Reader(
        partial(seeds, "document", f"{DOCUMENTS}/*/*.txt"),
        mixed(of_bytes, of_tokens),
        partial(read_document, name="x.txt"),
        REFUSED,
        0,
    ),
    "names": Reader(
        partial(seeds, "names"),
        mixed(of_bytes, of_tokens, of_tokens),
        read_names,
        share=8,
    ),
    "reimport": Reader(
        partial(all_of, "reimport", _imported_before, "tests/cases/records/good/projects/*.yml"),
        mixed(of_bytes, of_yaml, of_tokens),
        read_again,
        (tree.Unreadable,),
        25,
    ),
}
"""Readers of sources that are imported."""
