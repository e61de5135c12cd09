"""Own texts of a dataset: `texts/<lang>.toml` beside its `data/`, in the form of the catalogue, also for new languages.

A file may have some of the keys of the catalogue, and those of CLAIMS, which the catalogue has for no dataset. Its own
pages are in tables `page.<name>`, each with a `title` and a list of paragraphs `text`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from string import Formatter
from typing import Any, NamedTuple

from hankelod.messages.catalogue import Text, table
from hankelod.messages.languages import DEFAULT
from hankelod.messages.refusal import CannotPublish
from hankelod.messages.words import message
from hankelod.model.model import ID
from hankelod.rdf import files

CLAIMS = ("own.made", "own.names", "own.invented")
"""Texts on how the data came about, which only a dataset can give: how its records are made, how organisations are
named in translations, and what it does with what its source lacks.
"""

LARGEST = 1_000_000
"""Most bytes of a file of texts."""


TAKEN = frozenset(
    (
        *("index", "projects", "organisations", "areas", "figures", "downloads", "sparql", "contribute"),
        *("about", "accessibility", "report", "def", "404", "developers", "search"),
    )
)
"""Names of pages that the site has itself."""


FORMATS = {
    "point": re.compile("."),
    "thousands": re.compile(r"1\D000"),
    "money": re.compile("before|after"),
    "months": re.compile(r"(\S+ ){11}\S+"),
    "units": re.compile(r"([^\s=]+=[^\s=]+ ?)+"),
}
"""Forms of the texts in the table `site.format` that the program takes apart."""


class OwnPage(NamedTuple):
    """Page that a dataset brings: its title and paragraphs."""

    title: str
    text: tuple[str, ...]


class OwnTexts(NamedTuple):
    """Texts of a dataset in one language by key (`section.name`), and its pages by name."""

    texts: Mapping[str, str]
    pages: Mapping[str, OwnPage]


NONE = OwnTexts({}, {})


class NotTexts(CannotPublish):
    """A file of texts that cannot be used: its path in the dataset folder, and the line of the fault."""

    def __init__(self, text: Text, path: str, line: int) -> None:
        super().__init__(text)
        self.path, self.line = path, line


def read(folder: Path, lang: str) -> OwnTexts:
    """Read the texts of a dataset folder in one language; none if it has no such file.

    Raises NotTexts for a file that is not readable or not TOML, an unknown key, and a value that is no text.
    """
    path, name = folder / "texts" / f"{lang}.toml", f"texts/{lang}.toml"
    if not os.path.lexists(path):
        return NONE
    import tomli

    raw = ""
    try:
        raw = files.content(path, within=folder, largest=LARGEST).decode("utf-8")
        whole = tomli.loads(raw)
    except files.Unfit as error:
        raise NotTexts(message("own-texts-unreadable", why=files.why(error)), name, 1) from error
    except ValueError as error:
        line = re.search("line ([0-9]+)", str(error))
        at = int(line[1]) if line else max(1, len(raw.splitlines()))  # else it is at the end
        raise NotTexts(message("own-texts-unreadable", why=error), name, at) from error
    try:
        return OwnTexts(_texts(whole), _pages(whole.get("page", {})))
    except _Wrong as wrong:
        raise NotTexts(wrong.texts, name, _line(raw, wrong.table, wrong.key)) from wrong


class _Wrong(Exception):
    """A fault at a key of a table, or at the table as a whole."""

    def __init__(self, texts: Text, table: str, key: str | None = None) -> None:
        super().__init__(texts)
        self.texts, self.table, self.key = texts, table, key


def _line(raw: str, table: str, key: str | None) -> int:
    """Return the line of a key, else that of its table, else the first."""
    within, at = "", 1
    for number, line in enumerate(raw.splitlines(), 1):
        head = re.match(r"\s*\[+\s*([^]]*?)\s*\]", line)
        if head:
            within = head[1].replace('"', "")
            at = number if within == table else at
        elif key is not None and within == table and re.match(rf"""\s*["']?{re.escape(key)}["']?\s*=""", line):
            return number
    return at


def _texts(whole: dict[str, Any]) -> dict[str, str]:
    known = {f"{section}.{key}" for section, texts in table(DEFAULT, "site").items() for key in texts} | {*CLAIMS}
    texts = {}
    for top in whole.keys() - {"site", "page"}:
        raise _Wrong(message("own-texts-key", key=top), top, top)
    sections = whole.get("site", {})
    for section, entries in sections.items() if isinstance(sections, dict) else (("site", None),):
        if not isinstance(entries, dict):
            raise _Wrong(message("own-texts-key", key=f"site.{section}"), "site", section)
        for key, value in entries.items():
            full, place = f"{section}.{key}", f"site.{section}"
            if full not in known:
                raise _Wrong(message("own-texts-key", key=f"site.{full}"), place, key)
            if not isinstance(value, str) or not value.strip():
                raise _Wrong(message("own-texts-value", key=f"site.{full}"), place, key)
            unknown = _unknown_places(section, key, value)
            if unknown:
                raise _Wrong(message("own-texts-place", key=f"site.{full}", place=min(unknown)), place, key)
            if section == "format" and not FORMATS.get(key, re.compile(".*")).fullmatch(value):
                raise _Wrong(message("own-texts-format", key=f"site.{full}"), place, key)
            texts[full] = value
    return texts


def _unknown_places(section: str, key: str, text: str) -> set[str]:
    """Return the placeholders that the catalogue's text has not; a brace that is not closed is one."""
    try:
        return places(text) - places(table(DEFAULT, "site").get(section, {}).get(key, ""))
    except ValueError:
        return {"{"}


def places(text: str) -> set[str]:
    """Return the names of the placeholders of a text, with their formats if they have any.

    Raises ValueError for a brace that is not closed.
    """
    found = Formatter().parse(text)
    return {
        name + (f"!{kind}" if kind else "") + (f":{form}" if form else "")
        for _, name, form, kind in found
        if name is not None
    }


def _pages(tables: object) -> dict[str, OwnPage]:
    pages = {}
    for name, entry in tables.items() if isinstance(tables, dict) else (("", None),):
        title, text = (entry.get("title"), entry.get("text")) if isinstance(entry, dict) else (None, None)
        paragraphs = text if isinstance(text, list) else [text]
        sound = paragraphs and all(isinstance(p, str) and p.strip() for p in (title, *paragraphs))
        if not sound or not ID.fullmatch(name):
            raise _Wrong(message("own-texts-page", key=f"page.{name}"), f"page.{name}")
        if name in TAKEN:
            raise _Wrong(message("own-texts-taken", page=name), f"page.{name}")
        pages[name] = OwnPage(str(title), tuple(map(str, paragraphs)))
    return pages
