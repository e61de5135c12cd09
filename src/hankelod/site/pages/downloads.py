"""Downloads page: the files of the publication with descriptions and sizes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from hankelod.exports.hosting import CSVW
from hankelod.publication import formats
from hankelod.rdf import dumps
from hankelod.site.language import Link
from hankelod.site.pages.front import licence
from hankelod.site.view import Page, Published, View, address

ENDINGS = (
    "ttl",
    "nt",
    "jsonld",
    "csv",
    "csv-metadata.json",
    "xlsx",
    "geojson",
    "jsonl",
)
"""Endings of dumps in the order of the list."""

WHOLE = "whole"
"""The name by which the catalogue of texts calls the dump, whatever the dataset's id."""

SPREADSHEET = re.compile(rf"dump/projects\.(?P<lang>[a-z]+)\.csv(?P<columns>{re.escape(CSVW)})?$")
"""Paths of the tables for spreadsheets, and of the descriptions of their columns."""


class Download(NamedTuple):
    """File of the publication with its description, a note on its format, and its size as text."""

    path: str
    description: str
    note: str
    size: str


class DownloadsContent(NamedTuple):
    """Content of the page."""

    dumps: tuple[Download, ...]
    descriptions: tuple[Download, ...]
    schemas: tuple[Download, ...]
    licence: str
    told: str
    base: str
    example: Link | None
    example_thing: str


def downloads_page(view: View, published: Published) -> Page:
    """Return the page; `published` holds the manifest entries of the files written so far."""
    settings = view.portfolio.settings.values
    top = [p for p in published if "/" not in p and not p.endswith((".html", ".xml", ".txt", ".atom"))]
    project = next(iter(view.portfolio.projects), None)
    content = DownloadsContent(
        dumps=tuple(_download(view, p, published[p]) for p in sorted(published, key=_rank) if p.startswith("dump/")),
        descriptions=tuple(_download(view, p, published[p]) for p in top if not p.startswith((".", "_"))),
        schemas=tuple(_download(view, p, published[p]) for p in sorted(published) if p.startswith("schema/")),
        licence=address(str(settings["licence"])) or "",
        told=view.t(
            "licence.told-other" if licence(view).terms == "other" else "downloads.told",
            version=str(settings["version"]),
            modified=view.t.date(str(settings["modified"])),
        ),
        base=view.model.base,
        example=view.to(project) if project else None,
        example_thing=f"project/{project.id}" if project else "",
    )
    return Page(
        "downloads.html", "downloads.html", view.t("downloads.heading"), view.t("downloads.description"), content
    )


def _rank(path: str) -> tuple[bool, int, str]:
    """Return the sort key of a dump: RDF before tables, then by ENDINGS; tables for spreadsheets follow the other."""
    ending = path.partition(".")[2].removesuffix(".gz")
    table = SPREADSHEET.match(path)
    if table:
        ending = f"csv{table['columns'] or ''}"
    return "projects" in path, ENDINGS.index(ending) if ending in ENDINGS else len(ENDINGS), path if table else ""


def _download(view: View, path: str, entry: Mapping[str, object]) -> Download:
    bare = path.removesuffix(".gz")
    ending = formats.of(bare).ending
    whole = bare == dumps.dump(view.portfolio.settings.id, ending)
    key, triples = f"file.{dumps.dump(WHOLE, ending) if whole else bare}", entry.get("triples")
    description = view.t(key) if key in view.t else ""
    folder, _, name = bare.removeprefix("schema/").rpartition("/")
    steps = name.split(".")  # project.json, project.fi.json
    schema = next(
        (c for c in view.model.classes.values() if bare.startswith("schema/") and steps[0] == c.segment), None
    )
    if schema:
        description = view.class_label(schema) + (f" ({steps[1]})" if len(steps) > 2 else "")
        if folder:
            description = view.t(f"downloads.{folder}", kind=description)
    table = SPREADSHEET.match(path)
    if path.endswith(f".csv{CSVW}"):
        description = view.t("downloads.columns")
    elif table:
        description = view.t("downloads.spreadsheet", language=view.language_name(table["lang"]))
    notes = [view.t("count.triples", n=triples)] if isinstance(triples, int) else []
    if path != bare:
        notes.append("gzip")
    elif not description:
        notes.append(str(entry["mediaType"]))
    return Download(path, description, ", ".join(notes), size(view, int(str(entry["bytes"]))))


def size(view: View, count: int) -> str:
    """Format a number of bytes in B, kB or MB (decimal)."""
    for unit, factor in (("MB", 1_000_000), ("kB", 1_000)):
        if count >= factor:
            return f"{view.t.number(str((Decimal(count) / factor).quantize(Decimal('0.1'))))}\u00a0{unit}"
    return f"{count}\u00a0B"
