"""What somebody may have meant: an id for a name, a case form, an old code or a slip of the pen."""

from __future__ import annotations

from collections.abc import Callable
from difflib import get_close_matches

from hankelod.model.model import Class, Model
from hankelod.records.guesses import LONGEST
from hankelod.records.record import Record

Rows = Callable[[Class], dict[str, Record]]
Read = Callable[[Class], list[Record]]


MOST = 1000
"""How many references a suggestion is looked for: each costs a look at every name there is."""

NAMES = ("name", "altNames", "genitive", "locative")
"""The keys of a record whose values name the thing."""


class Suggestions:
    """The suggestions of one dataset. Names are read once, and a reference is looked for once."""

    def __init__(self, model: Model, rows: Rows, read: Read) -> None:
        """`rows` gives the records of a class that stands in one file, by id; `read` those of any class."""
        self.model, self.rows, self.read = model, rows, read
        self._found: dict[tuple[str, str], str | None] = {}  # by class and text
        self._names: dict[str, dict[str, str]] = {}  # by class: casefolded name → id
        self._labels: dict[str, dict[str, str]] = {}  # by class: id → name

    def of(self, cls: Class, text: str) -> str | None:
        """The id that a misspelt reference, or a name, may mean, with its name, or None; None once MOST were asked."""
        asked = (cls.iri, text)
        if asked not in self._found and len(self._found) < MOST:
            self._found[asked] = self._looked_for(cls, text)
        return self._found.get(asked)

    def _looked_for(self, cls: Class, text: str) -> str | None:
        """The id that `text` may mean, shown with its name where there is one, or None."""
        if len(text) > LONGEST:
            return None
        names = self._names_of(cls)
        folded = text.strip().casefold()
        found = names.get(folded) or self._successor(cls, folded)
        if found is None and folded.isdigit() and cls.file:
            width = len(next(iter(self.rows(cls)), ""))
            found = folded.zfill(width) if folded.zfill(width) in self.rows(cls) else None
        if found is None:
            begin = {i for name, i in names.items() if name.startswith(folded)} if len(folded) >= 4 else set()
            close = get_close_matches(folded, names, n=1, cutoff=0.75)
            found = begin.pop() if len(begin) == 1 else names[close[0]] if close else None
        if found is None:
            return None
        label = None if cls.concept else self._labels[cls.iri].get(found)
        return f'"{found}" ({label})' if cls.file else f"{found} ({label})" if label and label != found else found

    def _names_of(self, cls: Class) -> dict[str, str]:
        """By casefolded name: the id of the thing that it names. The first thing of a name keeps it.

        Read once. A record that is read for its name may itself refer to nothing: what that means is not asked again.
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
                for key in NAMES:
                    for name in _texts(record.values.get(key)):
                        names.setdefault(name.casefold(), record.id)
                        labels.setdefault(record.id, name)
        return names

    def _successor(self, cls: Class, folded: str) -> str | None:
        """The present thing that replaced one of this code or name: `dcterms:isReplacedBy` of another class."""
        for other in self.model.entries():
            field = next((f for f in other.fields if f.target == cls.iri and f.path.endswith("isReplacedBy")), None)
            if field is None or not other.file:
                continue
            for record in self.rows(other).values():
                if record.id == folded or any(n.casefold() == folded for n in _texts(record.values.get("name"))):
                    return str(record.values.get(field.key))
        return None


def _texts(value: object) -> list[str]:
    if isinstance(value, dict):
        return [str(v) for v in value.values()]
    if isinstance(value, list):
        return [str(v) for v in value]
    return [value] if isinstance(value, str) else []
