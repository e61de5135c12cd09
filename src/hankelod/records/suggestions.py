"""Suggestions for unknown references: ids by name, case form, former code or similar spelling."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from hankelod.messages.catalogue import Text, in_language
from hankelod.messages.languages import LANGUAGES
from hankelod.model.model import Class, Field, Model
from hankelod.records.guesses import LONGEST
from hankelod.records.nearness import nearest
from hankelod.records.record import Record

Rows = Callable[[Class], dict[str, Record]]
"""A function that returns the records of a class with a single file, by id."""

Read = Callable[[Class], list[Record]]
"""A function that returns the records of any class."""

MAX_SEARCHES = 1000
"""Most references for which a suggestion is searched; each search compares all names."""

NAMES = ("name", "altNames", "genitive", "locative")
"""Keys whose values are names of the thing."""


class Suggestions:
    """The suggestions of one dataset. Names are read once, and each reference is searched once."""

    def __init__(self, model: Model, rows: Rows, read: Read) -> None:
        self.model, self.rows, self.read = model, rows, read
        self._matches: dict[tuple[str, str], Text | None] = {}  # by class and text
        self._names: dict[str, dict[str, str]] = {}  # by class: casefolded name → id
        self._former: dict[str, dict[str, str]] = {}  # by class: casefolded code or name → id of the successor
        self._labels: dict[str, dict[str, Text]] = {}  # by class: id → name by language

    def of(self, cls: Class, text: str) -> Text | None:
        """Return the id that a misspelt reference or a name may mean, with its name in each language of messages.

        None if there is no match, or after MAX_SEARCHES searches.
        """
        query = (cls.iri, text)
        if query not in self._matches and len(self._matches) < MAX_SEARCHES:
            self._matches[query] = self._search(cls, text)
        return self._matches.get(query)

    def names(self, cls: Class) -> dict[str, str]:
        """Return the ids of a class by casefolded name, in all languages and case forms."""
        return self._names_of(cls)

    def former(self, cls: Class) -> dict[str, str]:
        """Return the ids of what has replaced other things, by the casefolded codes and names of those."""
        former: dict[str, str] = {}
        for other, field in self._replaced(cls):
            for record in self.rows(other).values():
                successor = str(record.values.get(field.key))
                for name in (record.id, *_texts(record.values.get("name"))):
                    former.setdefault(name.casefold(), successor)
        return former

    def _search(self, cls: Class, text: str) -> Text | None:
        """Return the id that `text` may mean, with its name if it has one, or None."""
        if len(text) > LONGEST:
            return None
        names = self._names_of(cls)
        folded = text.strip().casefold()
        match = names.get(folded) or self._successor(cls, folded)
        if match is None and cls.file:  # `Kaarinan kaupunki` is the area's name with a word behind it
            match = names.get(folded.rpartition(" ")[0])
        if match is None and folded.isdigit() and cls.file:
            width = len(next(iter(self.rows(cls)), ""))
            match = folded.zfill(width) if folded.zfill(width) in self.rows(cls) else None
        if match is None:
            begin = {i for name, i in names.items() if name.startswith(folded)} if len(folded) >= 4 else set()
            near = nearest(folded, names, names)
            match = begin.pop() if len(begin) == 1 else names[near] if near else None
        if match is None:
            return None
        labels = {} if cls.concept else self._labels[cls.iri].get(match, {})
        return {lang: _with_name(match, in_language(labels, lang), cls) for lang in LANGUAGES}

    def _names_of(self, cls: Class) -> dict[str, str]:
        """Return ids by casefolded name, read once; the first thing with a name keeps it.

        The cache is set before records are read, since reading one may ask for suggestions again.
        """
        if cls.iri in self._names:
            return self._names[cls.iri]
        names = self._names[cls.iri] = {}
        labels = self._labels[cls.iri] = {}
        if cls.concept:
            for concept, texts in self.model.concepts[cls.iri].items():
                names[concept] = concept
                for label in texts.values():
                    names.setdefault(label.casefold(), concept)
        elif not cls.part:
            for record in self.read(cls):
                names.setdefault(record.id, record.id)
                labels[record.id] = _labels(record.values.get("name"))
                for key in NAMES:
                    for name in _texts(record.values.get(key)):
                        names.setdefault(name.casefold(), record.id)
        return names

    def _successor(self, cls: Class, folded: str) -> str | None:
        """Return the id of the successor of a thing with this code or name (`dcterms:isReplacedBy` of its class)."""
        if cls.iri not in self._former:
            self._former[cls.iri] = self.former(cls)
        return self._former[cls.iri].get(folded)

    def _replaced(self, cls: Class) -> Iterator[tuple[Class, Field]]:
        """Yield the classes of things that those of a class have replaced, with the field that says so."""
        for other in self.model.entries():
            field = next((f for f in other.fields if f.target == cls.iri and f.path.endswith("isReplacedBy")), None)
            if field is not None and other.file:
                yield other, field


def _with_name(identifier: str, name: str, cls: Class) -> str:
    """Return an id as a record writes it, with the name of the thing."""
    if cls.file:
        return f'"{identifier}" ({name})'
    return f"{identifier} ({name})" if name and name != identifier else identifier


def _labels(value: object) -> Text:
    """Return a name by language; a name without languages is that of all."""
    if isinstance(value, dict):
        return {str(lang): str(text) for lang, text in value.items()}
    return dict.fromkeys(LANGUAGES, value) if isinstance(value, str) else {}


def _texts(value: object) -> list[str]:
    if isinstance(value, dict):
        return [str(v) for v in value.values()]
    if isinstance(value, list):
        return [str(v) for v in value]
    return [value] if isinstance(value, str) else []
