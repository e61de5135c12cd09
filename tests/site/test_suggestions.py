"""One set of suggestions: what the form takes a text for is what `hankelod validate` takes it for."""

from __future__ import annotations

import json
import shutil
import subprocess

import pytest

from hankelod.records.guesses import meant
from support.folders import CLIENTS

TEXTS = {
    ("Project", "start"): [
        "5/2023",
        "05.2023",
        "2023-5",
        "5 / 2023",
        "toukokuu 2023",
        "maj 2023",
        "May 2023",
        "marraskuu 2021",
        "2021 syyskuu",
        "202305",
        "20230517",
        "17.5.2023",
        "5.17.2023",
        "2023-05-17",
        "2023/5/17",
        "2023",
        "13/2023",
        "31.2.2023",
        "kesällä 2023",
    ],
    ("Grant", "awarded"): [
        "17.5.2023",
        "2023-5-1",
        "31.2.2023",
        "vuonna 2021",
        "2021–2022",
        "5/2021",
        "Mai 2021",
        "2021-05",
    ],
    ("Observation", "year"): ["vuosi 2022", "2022–2023", "22", "v. 2021"],
    ("Project", "totalCost"): [
        "50 000 €",
        "75 000,50",
        "75.000,50",
        "75,000.50",
        "€ 1200",
        "75 000,-",
        "1.200",
        "1,200",
        "noin 50",
        "-5",
        "50'000",
        "0",
        "50000 euroa",
        "1 2 3",
    ],
    ("Grant", "rate"): ["70 %", "70", "0,7", "0.7", "170 %", "66,6 %"],
    ("Project", "source"): [
        "www.kaarina.fi",
        "ym.fi/x",
        "http:/ym.fi",
        "HTTPS://ym.fi",
        "https//ym.fi",
        "https://a b",
        "ei ole",
        "kaarina",
    ],
    ("Link", "host"): ["https://Vantaa.fi/sivu", "Vantaa.FI", "vantaa fi"],
    ("Organisation", "businessId"): ["FI12345671", "1572860 0", "15728600", "1572860"],
    ("Project", "currency"): ["eur", "Eur", "euro"],
    ("Project", "municipalities"): [
        "Karina",
        "Kaarinan kaupunki",
        "St. Karins",
        "S:t Karins",
        "Helsingfors",
        "Pargas",
        "91",
        "20",
        "091",
        "Pieksänmaa",
        "Joensuussa",
        "Vaala",
        "Vaaza",
        "Turkku",
        "Hki",
        "999",
        "Hämeenlina",
        "Iisalmi",
    ],
    ("Project", "regions"): ["Uusima", "Nyland", "7", "Päijät-Hämeen maakunta", "Varsinais Suomi", "Lappi"],
    ("Project", "lead"): [
        "Rauman kaupunki",
        "Joensun kaupunki",
        "SYKE",
        "Motiva Oy",
        "joensuun kaupunki",
        "Turun kaupungi",
        "Ympäristö",
    ],
    ("Grant", "programme"): ["kuntien ilmastoratkaisut", "Kuntien ilmastoratkaisu", "Ilmasto"],
    ("Project", "themes"): ["networks", "network", "verkostot", "viestinta"],
}
"""Texts by the class and the key of a field."""


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed here")
def test_the_form_suggests_what_validation_suggests(dist, dataset):
    asked = [{"class": cls, "key": key, "text": text} for (cls, key), texts in TEXTS.items() for text in texts]
    done = subprocess.run(
        ["node", "suggest_values.mjs", dist],
        cwd=CLIENTS,
        input="\n".join(map(json.dumps, asked)),
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr
    different = []
    for each, line in zip(asked, done.stdout.splitlines(), strict=True):
        cls = dataset.model.by_name(each["class"])
        field = cls.field(each["key"])
        if field.kind.refers:
            found = dataset.suggest(dataset.model.target(field), each["text"])
            expected = found["fi"].split(" (")[0].strip('"') if found else None
        else:
            expected = meant(field, each["text"])
        if json.loads(line) != expected:
            different.append((each["key"], each["text"], json.loads(line), expected))
    assert different == []


def test_what_coordinators_write_is_understood(dataset):
    places = dataset.model.target(dataset.model.main.field("municipalities"))
    for text in ("Karina", "Kaarinan kaupunki", "S:t Karins"):
        assert dataset.suggest(places, text)["fi"] == '"202" (Kaarina)'
    assert dataset.suggest(places, "Helsingfors")["fi"] == '"091" (Helsinki)'
    assert meant(dataset.model.main.field("start"), "5/2023") == "2023-05"
