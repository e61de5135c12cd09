"""Gazetteer of the name resolver: present and former areas of the pack, and the dataset's organisations."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from hankelod.intake.names.cases import lemmas, place_forms, swedish_forms
from hankelod.messages.catalogue import Text
from hankelod.messages.languages import DEFAULT
from hankelod.model.levels import key_of
from hankelod.rdf.files import listed
from hankelod.records.areas import Area, Areas, genitives, locals_, successor, until

if TYPE_CHECKING:
    from hankelod.records.dataset import Dataset

TOKEN = re.compile(r"\w+(?:[-’':.&](?=\w)\w+)*-?|[^\w\s]")
"""A word, joined parts included (`S:t`, `Oy:n`, `FISU-kunnat`, `turku.fi`), or one other character."""

LONGEST = 10
"""Most tokens in the name of an organisation."""


SEAT = "http://purl.org/dc/terms/spatial"
"""Property of an organisation for the area that it is, or where it has its seat."""


class Place(NamedTuple):
    """An area: its level as `kind`, its code, the key of projects for it; `wide` is one of a level that holds others.

    One that is no more has a `year` in which it was no more, and the code of its `successor`, whose level is `kind`.
    """

    kind: str
    code: str
    name: str
    genitive: str
    cls: str
    key: str | None
    wide: bool
    year: int | None = None
    successor: str | None = None

    @property
    def area(self) -> str:
        """The code of the present area: the successor of one that is no more."""
        return self.successor or self.code


class Organisation(NamedTuple):
    """An organisation of the dataset; `seat` is the id of its area, `parent` that of an organisation."""

    id: str
    name: str
    kind: str
    seat: str | None
    parent: str | None


class Gazetteer(NamedTuple):
    """Tables of the names that are known.

    `forms` maps each case form in lower case to its places, present ones first, with the case; `names` the name of an
    organisation in lower case to its id. `cities` and `councils` give the organisations that govern small and wide
    areas, by the ids of these. `seat` is the key of organisations for their area, `levels` are the names of levels.
    """

    forms: dict[str, list[tuple[Place, str]]]
    names: dict[str, str]
    organisations: dict[str, Organisation]
    cities: dict[str, str]
    councils: dict[str, str]
    small: dict[str, Place]
    wide: dict[str, Place]
    seat: str | None = None
    levels: Mapping[str, Text] = MappingProxyType({})

    def place(self, text: str, year: int | None = None) -> tuple[Place, str] | None:
        """Look up a case form; return the place and the case, or None.

        With a `year`, an area that existed then has precedence over anything but a present small area.
        """
        places = self.forms.get(text.casefold())
        if not places:
            return None
        if year is not None:
            former = next((p for p in places if p[0].year is not None and year < p[0].year), None)
            if former is not None and places[0][0].wide:
                return former
        return places[0]

    def organisation(self, words: list[str]) -> str | None:
        """Look up an organisation by the words of its name, the last in any case; return its id or None."""
        head = " ".join(w.casefold() for w in words[:-1])
        for lemma in lemmas(words[-1]):
            id = self.names.get(f"{head} {lemma}" if head else lemma)
            if id:
                return id
        return None


def load(dataset: Dataset | None, folders: tuple[Path, ...] = ()) -> Gazetteer:
    """Load the names of a dataset; without one, the areas that records outside of any dataset refer to.

    `folders` are further folders with records of organisations, such as those of an earlier import.
    """
    from hankelod.records.dataset import Dataset

    basis = dataset or Dataset(Path.cwd(), alone=True)
    forms: dict[str, list[tuple[Place, str]]] = {}
    small: dict[str, Place] = {}
    wide: dict[str, Place] = {}
    former: list[tuple[Area, Place]] = []
    for area, place in _places(basis):
        if place.successor is not None:
            former.append((area, place))
            continue
        (wide if place.wide else small)[place.code] = place
        _add(forms, place, _forms_of(area))
    for area, place in former:
        if place.name and place.successor in small:
            _add(forms, place, _forms_of(area))
    organisations, names = _organisations(dataset, forms, folders)
    codes = {code.lower(): code for code in small}
    governing = [o for o in organisations.values() if o.kind == "municipality" and o.seat in codes]
    cities = {codes[str(o.seat)]: o.id for o in governing}
    councils = {}
    for organisation in organisations.values():
        if organisation.kind == "regional-council" and not organisation.parent:
            for place in wide.values():
                if place.genitive and organisation.name.casefold().startswith(place.genitive.casefold() + " "):
                    councils[place.code] = organisation.id
    seat = key_of(basis.model.by_name("Organisation"), SEAT)
    labels = {level.name: level.label for level in basis.model.levels}
    return Gazetteer(forms, names, organisations, cities, councils, small, wide, seat, labels)


def _places(dataset: Dataset) -> Iterator[tuple[Area, Place]]:
    """Yield the areas of a dataset, the smallest first, without keeping the problems of their tables."""
    before = len(dataset.reader.problems)
    model = dataset.model
    areas = Areas(model, lambda iri, identifier: dataset.rows(model.classes[iri]).get(identifier))
    holding = {level.parent for level in model.levels}
    for iri in dict.fromkeys(level.iri for level in reversed(model.levels)):
        for record in dataset.rows(model.classes[iri]).values():
            area = areas.of(record)
            if area is None:
                continue
            now, found, follower = area.level, successor(record), None
            if found is not None:
                follower = areas.area(*found)
                if follower is None:
                    continue
                now = follower.level
            elif now.key is None:
                continue
            name, wide, year = _name(area), now.name in holding, until(record)
            genitive = genitives(record).get("fi") or (place_genitive(name) if found is not None else "")
            end, heir = int(year) if year else None, follower.code if follower is not None else None
            yield area, Place(now.name, area.code, name, genitive, iri, now.key, wide, end, heir)
    dataset.reader.forget(before)


def _names(area: Area) -> dict[str, str]:
    """Return the names of an area by language, without the year in brackets behind one that is no more."""
    names = area.record.values.get("name")
    written = names.items() if isinstance(names, dict) else ()
    return {str(lang): re.sub(r" \(-\d+\)$", "", str(name)) for lang, name in written}


def _name(area: Area) -> str:
    """Return the name of an area in Finnish, whose grammar the resolver knows, else in the first language."""
    names = _names(area)
    return names.get("fi") or next(iter(names.values()), "")


def place_genitive(name: str) -> str:
    """Return the genitive of an area that is no more, predicted from the ending of its name, with a capital letter."""
    genitives = [f for f, case in place_forms(name).items() if case == "genitive"]
    return genitives[0].capitalize() if genitives else name + "n"


def _forms_of(area: Area) -> dict[str, str]:
    """Forms of the names of an area, in lower case, with their cases; those of Finnish names have precedence.

    Finnish names have all case forms, Swedish and English ones a genitive; others the forms that the pack gives.
    """
    names, owned, placed = _names(area), genitives(area.record), locals_(area.record)
    forms: dict[str, str] = {}
    for lang, name in names.items():
        if lang == "fi":
            continue
        forms.update(swedish_forms(name) if lang == "sv" else {name.casefold(): "nominative"})
        if lang == DEFAULT:
            forms[f"{name.casefold()}'s"] = forms[f"{name.casefold()}’s"] = "genitive"
        forms.update({each.casefold(): "genitive" for each in (owned.get(lang),) if each})
        forms.update({each.casefold(): "local" for each in (placed.get(lang),) if each})
    if "fi" in names:
        forms.update(_finnish_forms(names["fi"], owned.get("fi"), placed.get("fi")))
    return forms


def _finnish_forms(name: str, genitive: str | None, locative: str | None) -> dict[str, str]:
    """Case forms of a Finnish name; of one with a noun behind it, those of the whole."""
    tail = next((t for t in (" Tl", " mlk", " kunta") if name.endswith(t)), "")
    if tail == " kunta":
        whole = name[: -len(tail)]
        return place_forms(whole.removesuffix("n"), whole, None)
    if tail:
        bare = place_forms(name[: -len(tail)], genitive and genitive[: -len(tail)], locative and locative[: -len(tail)])
        forms = {f + tail.casefold(): case for f, case in bare.items()}
        forms[name.casefold() + ":n"] = "genitive"
        return forms
    return place_forms(name, genitive, locative)


def _add(forms: dict[str, list[tuple[Place, str]]], place: Place, cases: dict[str, str]) -> None:
    """Add the forms of a place, each with its case."""
    for form, case in cases.items():
        forms.setdefault(form, []).append((place, case))


def _organisations(
    dataset: Dataset | None, forms: dict[str, list[tuple[Place, str]]], folders: tuple[Path, ...]
) -> tuple[dict[str, Organisation], dict[str, str]]:
    """The organisations of a dataset by id, and their ids by name in lower case."""
    organisations: dict[str, Organisation] = {}
    names: dict[str, str] = {}
    if dataset is None:
        return organisations, names
    cls = dataset.model.by_name("Organisation")
    seat = key_of(cls, SEAT)
    before = len(dataset.reader.problems)
    records = list(dataset.read(cls))
    for folder in folders:
        if folder.is_dir():
            records += [r for f in listed(folder, ".yml") if (r := dataset.read_record(folder / f, cls)) is not None]
    del dataset.reader.problems[before:]  # problems of these records are reported when they are checked
    for record in records:
        values = record.values
        by_language = values.get("name")
        texts = list(by_language.values()) if isinstance(by_language, dict) else []
        others = values.get("altNames")
        texts += others if isinstance(others, list) else []
        if not texts:
            continue
        kind = str(values.get("kind", "unspecified"))
        place, parent = values.get(seat) if seat else None, values.get("parent")
        organisations[record.id] = Organisation(
            record.id, str(texts[0]), kind, str(place) if place else None, str(parent) if parent else None
        )
        for text in texts:
            key = " ".join(TOKEN.findall(str(text))).casefold()
            if not (kind == "municipality" and key in forms):  # "Turku" alone is the place
                names.setdefault(key, record.id)
    return organisations, names
