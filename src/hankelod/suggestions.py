"""What somebody may have meant: an id for a name, a case form, an old code or a slip of the pen."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from hankelod.guesses import LONGEST

if TYPE_CHECKING:
    from hankelod.dataset import Dataset
    from hankelod.model import Class

NAMES = ("name", "altNames", "genitive", "locative")
"""The keys of a record whose values name the thing."""


def suggest(dataset: Dataset, cls: Class, text: str) -> str | None:
    """The id that `text` may mean, shown with its name where there is one, or None."""
    if len(text) > LONGEST:
        return None
    names = _names(dataset, cls)
    folded = text.strip().casefold()
    found = names.get(folded) or _successor(dataset, cls, folded)
    if found is None and folded.isdigit() and cls.file:
        width = len(next(iter(dataset.rows(cls)), ""))
        found = folded.zfill(width) if folded.zfill(width) in dataset.rows(cls) else None
    if found is None:
        begin = {i for name, i in names.items() if name.startswith(folded)} if len(folded) >= 4 else set()
        close = get_close_matches(folded, names, n=1, cutoff=0.75)
        found = begin.pop() if len(begin) == 1 else names[close[0]] if close else None
    if found is None:
        return None
    label = None if cls.concept else dataset.labels[cls.iri].get(found)
    return f'"{found}" ({label})' if cls.file else f"{found} ({label})" if label and label != found else found


def _names(dataset: Dataset, cls: Class) -> dict[str, str]:
    """By casefolded name: the id of the thing that it names. The first thing of a name keeps it.

    Read once. A record that is read for its name may itself refer to nothing: what that means is not asked again.
    """
    if cls.iri in dataset.names:
        return dataset.names[cls.iri]
    names = dataset.names[cls.iri] = {}
    labels = dataset.labels[cls.iri] = {}
    if cls.concept:
        for concept, texts in dataset.model.concepts[cls.iri].items():
            names[concept] = concept
            for label in texts.values():
                names.setdefault(label.casefold(), concept)
    elif not cls.part:
        for record in dataset.quietly(cls):
            names.setdefault(record.id, record.id)
            for key in NAMES:
                for name in _texts(record.values.get(key)):
                    names.setdefault(name.casefold(), record.id)
                    labels.setdefault(record.id, name)
    return names


def _texts(value: object) -> list[str]:
    if isinstance(value, dict):
        return [str(v) for v in value.values()]
    if isinstance(value, list):
        return [str(v) for v in value]
    return [value] if isinstance(value, str) else []


def _successor(dataset: Dataset, cls: Class, folded: str) -> str | None:
    """The present thing that replaced one of this code or name: `dcterms:isReplacedBy` of another class."""
    for other in dataset.model.entries():
        field = next((f for f in other.fields if f.target == cls.iri and f.path.endswith("isReplacedBy")), None)
        if field is None or not other.file:
            continue
        for record in dataset.rows(other).values():
            if record.id == folded or any(n.casefold() == folded for n in _texts(record.values.get("name"))):
                return str(record.values.get(field.key))
    return None
