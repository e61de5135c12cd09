"""What somebody may have meant: an id for a name, a case form, an old code or a slip of the pen."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hankelod.dataset import Dataset
    from hankelod.model import Class

NAMES = ("name", "altNames", "genitive", "locative")
"""The keys of a record whose values name the thing."""


def suggest(dataset: Dataset, cls: Class, text: str) -> str | None:
    """The id that `text` may mean, shown with its name where there is one, or None."""
    names = _names(dataset, cls)
    folded = text.strip().casefold()
    found = names.get(folded) or _successor(dataset, cls, folded)
    if found is None and folded.isdigit() and cls.file:
        width = len(next(iter(dataset.rows(cls)), ""))
        found = folded.zfill(width) if folded.zfill(width) in dataset.rows(cls) else None
    if found is None:
        close = get_close_matches(folded, names, n=1, cutoff=0.75)
        found = names[close[0]] if close else None
    if found is None:
        return None
    label = _label(dataset, cls, found)
    return f'"{found}" ({label})' if cls.file else f"{found} ({label})" if label and label != found else found


def _names(dataset: Dataset, cls: Class) -> dict[str, str]:
    """By casefolded name: the id of the thing that it names. The first thing of a name keeps it."""
    names: dict[str, str] = {}
    if cls.concept:
        for concept, labels in dataset.model.concepts[cls.iri].items():
            names[concept] = concept
            for label in labels.values():
                names.setdefault(label.casefold(), concept)
        return names
    if cls.part:
        return names
    for record in _quietly(dataset, cls):
        names.setdefault(record.id, record.id)
        for key in NAMES:
            for name in _texts(record.values.get(key)):
                names.setdefault(name.casefold(), record.id)
    return names


def _texts(value: object) -> list[str]:
    if isinstance(value, dict):
        return [str(v) for v in value.values()]
    if isinstance(value, list):
        return [str(v) for v in value]
    return [value] if isinstance(value, str) else []


def _quietly(dataset: Dataset, cls: Class):  # type: ignore[no-untyped-def]
    """Records for their names alone: what is wrong with them is reported where they are checked."""
    before = len(dataset.reader.problems)
    found = list(dataset.read(cls))
    if not cls.file:
        del dataset.reader.problems[before:]
    return found


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


def _label(dataset: Dataset, cls: Class, identifier: str) -> str | None:
    if cls.concept:
        return None
    for record in _quietly(dataset, cls):
        if record.id == identifier:
            return next(iter(_texts(record.values.get("name"))), None)
    return None
