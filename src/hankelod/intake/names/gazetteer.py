"""Gazetteer of the name resolver: present and former municipalities, regions, and the dataset's organisations."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from hankelod.intake.names.cases import lemmas, place_forms, swedish_forms
from hankelod.rdf.files import content, listed

if TYPE_CHECKING:
    from hankelod.records.dataset import Dataset

TOKEN = re.compile(r"\w+(?:[-’':.&](?=\w)\w+)*-?|[^\w\s]")
"""A word, joined parts included (`S:t`, `Oy:n`, `FISU-kunnat`, `turku.fi`), or one other character."""

LONGEST = 10
"""Most tokens in the name of an organisation."""


class Place(NamedTuple):
    """A municipality or region. A former municipality has a `year` of abolition and the code of its `successor`."""

    kind: str
    code: str
    name: str
    genitive: str
    region: str | None = None
    year: int | None = None
    successor: str | None = None

    @property
    def area(self) -> str:
        """The code of the present area: the successor of a former municipality."""
        return self.successor or self.code


class Organisation(NamedTuple):
    """An organisation of the dataset; `municipality` is a code, `parent` an id."""

    id: str
    name: str
    kind: str
    municipality: str | None
    parent: str | None


class Gazetteer(NamedTuple):
    """Tables of the names that are known.

    `forms` maps each case form in lower case to its places, present ones first, with the case; `names` the name of an
    organisation in lower case to its id. `cities` and `councils` give the organisations of municipalities and regions
    by code.
    """

    forms: dict[str, list[tuple[Place, str]]]
    names: dict[str, str]
    organisations: dict[str, Organisation]
    cities: dict[str, str]
    councils: dict[str, str]
    municipalities: dict[str, Place]
    regions: dict[str, Place]

    def place(self, text: str, year: int | None = None) -> tuple[Place, str] | None:
        """Look up a case form; return the place and the case, or None.

        With a `year`, a former municipality that existed then has precedence over anything but a present municipality.
        """
        places = self.forms.get(text.casefold())
        if not places:
            return None
        if year is not None:
            former = next((p for p in places if p[0].year is not None and year < p[0].year), None)
            if former is not None and places[0][0].kind != "municipality":
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
    """Load the names of a dataset; without one, the areas that come with the package.

    `folders` are further folders with records of organisations, such as those of an earlier import.
    """
    from hankelod.records.folder import shipped

    own = dataset.data if dataset else shipped("data") / "areas" / "finland"
    forms: dict[str, list[tuple[Place, str]]] = {}
    municipalities, regions = {}, {}
    for row in _rows(own, "municipalities.csv"):
        place = Place("municipality", row["code"], row["name_fi"], row.get("genitive", ""), row.get("region"))
        municipalities[place.code] = place
        _add(forms, place, _forms_of(row))
    for row in _rows(own, "regions.csv"):
        place = Place("region", row["code"], row["name_fi"], row.get("genitive", ""))
        regions[place.code] = place
        _add(forms, place, _forms_of(row))
    for row in _rows(own, "former-municipalities.csv"):
        if row["name_fi"] and row["successor"] in municipalities:
            name = re.sub(r" \(-\d+\)$", "", row["name_fi"])
            year = int(row["year"]) if row["year"] else None
            place = Place("municipality", row["code"], name, place_genitive(name), None, year, row["successor"])
            _add(
                forms, place, _forms_of({**row, "name_fi": name, "name_sv": re.sub(r" \(-\d+\)$", "", row["name_sv"])})
            )
    organisations, names = _organisations(dataset, forms, folders)
    cities = {o.municipality: o.id for o in organisations.values() if o.kind == "municipality" and o.municipality}
    councils = {}
    for organisation in organisations.values():
        if organisation.kind == "regional-council" and not organisation.parent:
            for region in regions.values():
                if organisation.name.casefold().startswith(region.genitive.casefold() + " "):
                    councils[region.code] = organisation.id
    return Gazetteer(forms, names, organisations, cities, councils, municipalities, regions)


def place_genitive(name: str) -> str:
    """Return the genitive of a former municipality, predicted from the ending of its name, with a capital letter."""
    genitives = [f for f, case in place_forms(name).items() if case == "genitive"]
    return genitives[0].capitalize() if genitives else name + "n"


def _rows(own: Path, name: str) -> list[dict[str, str]]:
    """The rows of a CSV file in the folder `own`, else of the one in the package."""
    from hankelod.records.folder import shipped

    file = own / name
    file = file if file.exists() else shipped("data") / "areas" / "finland" / name
    if not file.exists():
        return []
    return list(csv.DictReader(io.StringIO(content(file).decode("utf-8-sig"), newline="")))


def _forms_of(row: dict[str, str]) -> dict[str, str]:
    """Forms of the names in a row: Finnish case forms, Swedish nominative and genitive; the Finnish have precedence."""
    name, genitive, locative = row["name_fi"], row.get("genitive") or None, row.get("locative") or None
    tail = next((t for t in (" Tl", " mlk", " kunta") if name.endswith(t)), "")
    forms = {}
    if row.get("name_sv"):
        forms.update(swedish_forms(row["name_sv"]))
    if tail == " kunta":
        whole = name[: -len(tail)]
        forms.update(place_forms(whole.removesuffix("n"), whole, None))
    elif tail:
        bare = place_forms(name[: -len(tail)], genitive and genitive[: -len(tail)], locative and locative[: -len(tail)])
        forms.update({f + tail.casefold(): case for f, case in bare.items()})
        forms[name.casefold() + ":n"] = "genitive"
    else:
        forms.update(place_forms(name, genitive, locative))
    return forms


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
        municipality, parent = values.get("municipality"), values.get("parent")
        organisations[record.id] = Organisation(
            record.id, str(texts[0]), kind, str(municipality) if municipality else None, str(parent) if parent else None
        )
        for text in texts:
            key = " ".join(TOKEN.findall(str(text))).casefold()
            if not (kind == "municipality" and key in forms):  # "Turku" alone is the place
                names.setdefault(key, record.id)
    return organisations, names
