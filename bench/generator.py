"""A dataset of synthetic projects, of any size.

    python bench/generator.py RECORDS FOLDER [--faults SHARE]

Writes FOLDER/data: dataset, programmes, 3,000 organisations, the areas of this repository, and `projects.jsonl`, about
52 triples a record. The same records come out on every machine, and the first N are the same whatever RECORDS is: the
random numbers of a record are seeded by its number. With `--faults`, that share of the records is damaged in a known
way, and FOLDER/faults.jsonl tells where: line, code, field.

Everything but the areas is invented; the base IRI and the names say so.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import re
import unicodedata
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

from faults import FAULTS
from wording import DID, END, ENDINGS, FIGURES, KINDS, NAMES, PROGRAMMES, SPEAKERS, TOPICS, TRADES, WHO, Phrase

ROOT = Path(__file__).parents[1]
BASE = "https://synthetic.example.org/"
SEED = 20261124
ORGANISATIONS = 3000
AREAS = "data/areas/finland"
LEADS = ("municipality", "regional-council", "municipal-company")
"""The kinds of organisations that every invented programme funds."""
ASPECTS = ("continues", "expands", "transferable", "materials-remain", "follow-up", "needs-resources")
ROLES = ("expert", "assessor", "educational-partner", "participant", "implementer")
QUALIFIERS = ("about", "at-least", "at-most")

Values = dict[str, Any]


class World(NamedTuple):
    """The things that projects refer to."""

    municipalities: list[Values]
    """Rows of municipalities.csv, with `slug` and `council` (the id of its region's council) added."""
    organisations: list[Values]
    """Records with their ids."""
    leads: list[tuple[str, str]]
    """Municipal companies: id, code of the municipality."""
    programmes: list[Values]
    sentences: list[Phrase]


def by_language(phrase: Phrase) -> dict[str, str]:
    return {"fi": phrase[0], "sv": phrase[1], "en": phrase[2]}


def slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub("[^a-z0-9]+", "-", plain).strip("-")


def rows(name: str) -> list[Values]:
    with (ROOT / AREAS / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def world() -> World:
    """The things that projects refer to: the same in every run."""
    rng = random.Random(SEED)
    regions = {row["code"]: row for row in rows("regions.csv")}
    municipalities = rows("municipalities.csv")
    organisations = [
        {
            "id": f"{slug(row['name_fi'])}-liitto",
            "name": by_language(
                (f"{row['genitive']} liitto", f"{row['name_sv']}s förbund", f"Regional Council of {row['name_en']}")
            ),
            "kind": "regional-council",
        }
        for row in regions.values()
    ]
    for row in municipalities:
        row["slug"] = slug(row["name_fi"])
        row["council"] = f"{slug(regions[row['region']]['name_fi'])}-liitto"
        name = (f"{row['genitive']} kunta", f"{row['name_sv']} kommun", f"Municipality of {row['name_en']}")
        organisations.append(
            {
                "id": f"{row['slug']}-kunta",
                "name": by_language(name),
                "kind": "municipality",
                "municipality": row["code"],
            }
        )
    for id, name in (("rahoittaja", "Rahoittaja"), ("julkaisija", "Julkaisija")):
        organisations.append({"id": id, "name": by_language((name, name, name)), "kind": "ministry"})
    leads = []
    kinds = [kind for kind in KINDS for _ in range(kind[3])]
    while len(organisations) < ORGANISATIONS:
        n = len(organisations)
        kind, word, pattern, _ = kinds[n % len(kinds)] if n >= len(kinds) else kinds[n]
        name, trade, seat = rng.choice(NAMES), rng.choice(TRADES), rng.choice(municipalities)
        made: Values = {"id": f"{slug(name)}-{word}-{n}"}
        made["name"] = by_language(
            tuple(p.format(name=name, trade=t, n=n) for p, t in zip(pattern, trade, strict=True))
        )  # type: ignore[arg-type]
        if n % 4 == 0:
            made["altNames"] = [f"{name.upper()} {n}"]
        made |= {"kind": kind, "municipality": seat["code"]}
        if n % 3 == 0:
            made["homepage"] = f"https://{made['id']}.example.org/"
        if kind == "municipal-company":
            leads.append((made["id"], seat["code"]))
        organisations.append(made)
    sentences = [
        (a[0] + " " + b[0] + c[0], a[1] + " " + b[1] + c[1], a[2] + " " + b[2] + c[2])
        for a, b, c in product(WHO, DID, END)
    ]
    return World(municipalities, organisations, leads, list(_programmes()), sentences)


def _programmes() -> Iterator[Values]:
    for id, first, last, rate, limit, name in PROGRAMMES:
        calls = [
            {
                "id": f"{year}-{month:02}",
                "name": by_language((f"Haku {month}/{year}", f"Utlysning {month}/{year}", f"Call {year}-{month:02}")),
                "opened": f"{year}-{month:02}-01",
                "maxGrantRate": rate,
                "maxGrantAmount": limit,
                "leads": list(LEADS),
                "source": by_language(
                    (
                        f"Keksitty hakuilmoitus {month}/{year}",
                        f"Påhittad utlysning {month}/{year}",
                        f"Invented call {year}-{month:02}",
                    )
                ),
            }
            for year, month in ((first, 9), (first + 2, 3))
        ]
        yield {
            "id": id,
            "name": by_language(name),
            "funder": "rahoittaja",
            "startYear": str(first),
            "endYear": str(last),
            "calls": calls,
        }


def projects(count: int, around: World) -> Iterator[Values]:
    """The first so many records, as an author would write them: without what the rules fill in."""
    rng = random.Random()
    seed, chance = rng.seed, rng.random
    sentences, municipalities, organisations = around.sentences, around.municipalities, around.organisations

    def pick(among: Any) -> Any:
        return among[int(chance() * len(among))]

    def text(length: int) -> dict[str, str]:
        chosen = [pick(sentences) for _ in range(length)]
        glue = "\n\n" if length > 2 and chance() < 0.3 else " "
        return {
            "fi": glue.join([c[0] for c in chosen]),
            "sv": glue.join([c[1] for c in chosen]),
            "en": glue.join([c[2] for c in chosen]),
        }

    for n in range(count):
        seed(SEED + n)
        seat = pick(municipalities)
        word, theme, topic = pick(TOPICS)
        ending = pick(ENDINGS)
        record: Values = {"id": f"{seat['slug']}-{word}-{n}"}
        record["title"] = {
            "fi": f"{seat['genitive']} {topic[0]}{ending[0]}",
            "sv": f"{seat['name_sv']}: {topic[1]}{ending[1]}",
            "en": f"{seat['name_en']}: {topic[2]}{ending[2]}",
        }
        if chance() < 0.02:
            record["titleAsWritten"] = record["title"]["fi"].upper()
        if chance() < 0.2:
            record["acronym"] = f"{word[:4].upper()}{n % 100}"
        record["summary"] = text(2 + int(chance() * 2))
        other = pick(TOPICS)[1]
        record["themes"] = [theme] if other == theme or chance() < 0.3 else [theme, other]
        _actors(record, seat, pick, chance, around)
        programme = pick(around.programmes)
        _schedule_and_money(record, programme, pick, chance)
        if chance() < 0.25:
            record["observations"] = [_figure(pick, chance)]
        outcomes: list[Values] = []
        for m in range(1, 3 if chance() < 0.9 else 4):
            outcome: Values = {
                "id": f"tulos-{m}",
                "kind": "result" if m == 1 else "permanence",
                "text": text(1 + int(chance() * 2)),
            }
            if m == 2:
                outcome["aspects"] = [pick(ASPECTS)]
            if m == 1:
                outcome["observations"] = [_figure(pick, chance)]
            outcomes.append(outcome)
        record["outcomes"] = outcomes
        if chance() < 0.8:
            link = {
                "url": f"https://{seat['slug']}.example.org/{word}?n={n}",
                "label": {"fi": "Hankkeen sivut", "sv": "Projektets sidor", "en": "The project's pages"},
            }
            if chance() < 0.1:
                link |= {"host": f"{seat['slug']}.example.org", "asWritten": f"http://{seat['slug']}.example.org"}
            record["links"] = [link]
        if chance() < 0.08:
            speaker, role = pick(SPEAKERS)
            quotation = {"speaker": speaker, "role": role, "gist": text(1)}
            if chance() < 0.3:
                quotation["words"] = {"fi": pick(sentences)[0]}
            record["quotations"] = [quotation]
        if chance() < 0.12:
            record["contributors"] = [{"organisation": pick(organisations)["id"], "role": pick(ROLES)}]
        record["source"] = f"https://data.example.org/projects/{n}"
        record["sourceLanguage"] = "sv" if chance() < 0.1 else "fi"
        yield record


def _actors(
    record: Values, seat: Values, pick: Callable[[Any], Any], chance: Callable[[], float], around: World
) -> None:
    """Lead, partners and areas."""
    codes = [seat["code"]]
    how = chance()
    if how < 0.6:
        record["lead"] = f"{seat['slug']}-kunta"
    elif how < 0.92:
        record["lead"], code = pick(around.leads)
        codes = [code]
    else:
        record["lead"] = seat["council"]
        record["regions"] = [seat["region"]]
    if chance() < 0.05:
        record["leadAsWritten"] = f"{seat['name_fi']} ym. kunnat"
    partners = [pick(around.organisations)["id"] for _ in range(int(chance() * 4))]
    partners = [p for p in dict.fromkeys(partners) if p != record["lead"]]
    if partners:
        record["partners"] = partners
    if chance() < 0.1:
        record["morePartners"] = True
    if chance() < 0.3:
        more = pick(around.municipalities)["code"]
        if more not in codes:
            codes.append(more)
    record["municipalities"] = codes


def _schedule_and_money(
    record: Values, programme: Values, pick: Callable[[Any], Any], chance: Callable[[], float]
) -> None:
    """Months within the programme, and grants within the limits of its calls, which are the same in all."""
    first, last = int(programme["startYear"]), int(programme["endYear"])
    length = 6 + int(chance() * 30)
    start = first * 12 + int(chance() * ((last - first + 1) * 12 - length))
    end = start + length
    record["start"] = f"{start // 12}-{start % 12 + 1:02}"
    record["end"] = f"{end // 12}-{end % 12 + 1:02}"
    cost = 20_000 + int(chance() * 400_000)
    record["totalCost"] = cost if chance() < 0.8 else cost + int(chance() * 100) / 100
    limits = programme["calls"][0]
    most = min(limits["maxGrantAmount"], int(cost * float(limits["maxGrantRate"])))
    amount = int(most * (0.4 + chance() * 0.6))
    grant = {"id": "grant-1", "programme": programme["id"], "amount": amount}
    if chance() < 0.4:
        grant["call"] = pick(programme["calls"])["id"]
    record["grants"] = [grant]
    if chance() < 0.1 and amount > 2000:
        record["grants"].append({"id": "grant-2", "programme": programme["id"], "amount": min(1000, cost - amount)})


def _figure(pick: Callable[[Any], Any], chance: Callable[[], float]) -> Values:
    measure, most, note = pick(FIGURES)
    figure: Values = {"measure": measure, "value": 1 + int(chance() * most)}
    if chance() < 0.3:
        figure["qualifier"] = pick(QUALIFIERS)
    figure["note"] = {"fi": note[0], "sv": note[1], "en": note[2]}
    return figure


def fault_of(number: int, share: float) -> int | None:
    """The index of the fault planted in this record, or None: a `share` of all records, spread evenly."""
    if not int((number + 1) * share) > int(number * share):
        return None
    return int(number * share) % len(FAULTS)


def write(folder: Path, count: int, share: float = 0) -> None:
    """Write the dataset; FOLDER must not hold another."""
    around = world()
    data = folder / "data"
    for name in ("programmes", "organisations"):
        (data / name).mkdir(parents=True)
    dataset = {
        "id": "synthetic",
        "profile": "municipal-climate",
        "title": by_language(("Keksityt hankkeet", "Påhittade projekt", "Synthetic projects")),
        "description": by_language(
            (
                "Keksittyjä hankkeita mittauksia varten.",
                "Påhittade projekt för mätningar.",
                "Synthetic projects for measurements.",
            )
        ),
        "version": "1.0.0",
        "issued": "2026-11-24",
        "modified": "2026-11-24",
        "licence": "https://creativecommons.org/licenses/by/4.0/",
        "publisher": "julkaisija",
        "contact": {"name": "hankelod", "url": BASE},
        "base": BASE,
        "languages": ["fi", "sv", "en"],
        "attribution": [
            "Municipality and region classifications, codes and names: Statistics Finland (Tilastokeskus), CC BY 4.0."
        ],
    }
    # JSON is YAML: what is written is read back the same.
    _file(data / "dataset.yml", dataset)
    for name, records in (("programmes", around.programmes), ("organisations", around.organisations)):
        for record in records:
            _file(data / f"{name}/{record['id']}.yml", {key: value for key, value in record.items() if key != "id"})
    encode = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":")).encode
    planted = []
    with (data / "projects.jsonl").open("w", encoding="utf-8", newline="\n", buffering=1 << 20) as file:
        for n, record in enumerate(projects(count, around)):
            fault = fault_of(n, share) if share else None
            if fault is not None:
                FAULTS[fault].damage(record)
                planted.append((n + 1, FAULTS[fault].code, FAULTS[fault].field))
            file.write(encode(record))
            file.write("\n")
    if share:
        with (folder / "faults.jsonl").open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(
                encode({"line": line, "code": code, "field": field}) + "\n" for line, code, field in planted
            )


def _file(path: Path, record: Values) -> None:
    path.write_text(json.dumps(record, ensure_ascii=False, indent=2) + "\n", "utf-8", newline="\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("records", type=int)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--faults", type=float, default=0, metavar="SHARE", help="damage this share of the records")
    given = parser.parse_args()
    write(given.folder, given.records, given.faults)


if __name__ == "__main__":
    main()
