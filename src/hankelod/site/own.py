"""Own texts of a dataset: `texts/<lang>.toml` beside its `data/`, in the form of the catalogue, also for new languages.

A file may have some of the keys of the catalogue, and those of CLAIMS, which the catalogue has for no dataset. Its own
pages are in tables `page.<name>`, each with a `title` and a list of paragraphs `text`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from hankelod.messages.catalogue import table
from hankelod.messages.languages import DEFAULT
from hankelod.messages.refusal import CannotPublish
from hankelod.messages.words import message
from hankelod.rdf import files

CLAIMS = ("own.made", "own.names", "own.invented")
"""Texts on how the data came about, which only a dataset can give: how its records are made, how organisations are
named in translations, and what it does with what its source lacks.
"""

LARGEST = 1_000_000
"""Most bytes of a file of texts."""


class OwnPage(NamedTuple):
    """Page that a dataset brings: its title and paragraphs."""

    title: str
    text: tuple[str, ...]


class OwnTexts(NamedTuple):
    """Texts of a dataset in one language by key (`section.name`), and its pages by name."""

    texts: Mapping[str, str]
    pages: Mapping[str, OwnPage]


NONE = OwnTexts({}, {})


def read(folder: Path, lang: str) -> OwnTexts:
    """Read the texts of a dataset folder in one language; none if it has no such file.

    Raises CannotPublish for a file that is not readable or not TOML, an unknown key, and a value that is no text.
    """
    path = folder / "texts" / f"{lang}.toml"
    name = f"texts/{lang}.toml"
    if not os.path.lexists(path):
        return NONE
    import tomli

    try:
        whole = tomli.loads(files.content(path, within=folder, largest=LARGEST).decode("utf-8"))
    except files.Unfit as error:
        raise CannotPublish(message("own-texts-unreadable", file=name, why=files.why(error))) from error
    except ValueError as error:
        raise CannotPublish(message("own-texts-unreadable", file=name, why=error)) from error
    return OwnTexts(_texts(whole, name), _pages(whole.pop("page", {}), name))


def _texts(whole: dict[str, Any], file: str) -> dict[str, str]:
    known = {f"{section}.{key}" for section, texts in table(DEFAULT, "site").items() for key in texts} | {*CLAIMS}
    texts = {}
    for table_name, sections in whole.items():
        if table_name == "page":
            continue
        if table_name != "site" or not isinstance(sections, dict):
            raise CannotPublish(message("own-texts-key", file=file, key=table_name))
        for section, entries in sections.items():
            for key, value in entries.items() if isinstance(entries, dict) else ((None, None),):
                full = f"{section}.{key}"
                if full not in known:
                    raise CannotPublish(message("own-texts-key", file=file, key=f"site.{full if key else section}"))
                if not isinstance(value, str) or not value.strip():
                    raise CannotPublish(message("own-texts-value", file=file, key=f"site.{full}"))
                _check_places(file, full, value)
                texts[full] = value
    return texts


def _check_places(file: str, key: str, text: str) -> None:
    """Refuse a text whose placeholders are not those of the catalogue's text. Raises CannotPublish."""
    section, _, name = key.partition(".")
    pattern = table(DEFAULT, "site").get(section, {}).get(name, "")
    try:
        unknown = places(text) - places(pattern)
    except ValueError:
        unknown = {"{"}
    if unknown:
        raise CannotPublish(message("own-texts-place", file=file, key=f"site.{key}", place=min(unknown)))


def places(text: str) -> set[str]:
    """Return the names of the placeholders of a text. Raises ValueError for a brace that is not closed."""
    from string import Formatter

    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def _pages(tables: object, file: str) -> dict[str, OwnPage]:
    pages = {}
    for name, entry in tables.items() if isinstance(tables, dict) else [("", None)]:
        text = entry.get("text") if isinstance(entry, dict) else None
        title = entry.get("title") if isinstance(entry, dict) else None
        paragraphs = text if isinstance(text, list) else [text]
        sound = paragraphs and all(isinstance(p, str) and p.strip() for p in paragraphs)
        if not (sound and isinstance(title, str) and title and name.isascii() and name.replace("-", "").isalnum()):
            raise CannotPublish(message("own-texts-page", file=file, key=f"page.{name}"))
        pages[name] = OwnPage(title, tuple(map(str, paragraphs)))
    return pages
