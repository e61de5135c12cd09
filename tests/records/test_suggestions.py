"""Suggestions in reports: values, words, keys and references; a guess is right or is not made."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hankelod.records.dataset import Dataset
from hankelod.records.guesses import meant, takes
from support.checking import check_all

GUESSES = [
    ("Project-totalCost", "75 000 €", "75000"),
    ("Project-totalCost", "75\u00a0000 €", "75000"),
    ("Grant-amount", "1 234,50 €", "1234.50"),
    ("Grant-amount", "1.234,50", "1234.50"),
    ("Grant-amount", "1,234.50", "1234.50"),
    ("Grant-amount", "75000 euroa", "75000"),
    ("Project-totalCost", "75.000", "75000"),
    ("Project-totalCost", "75t€", None),
    ("Project-totalCost", "12 34", None),
    ("Project-totalCost", "-5", None),
    ("Project-totalCost", "1e400", None),
    ("Programme-maxGrantRate", "70 %", "0.70"),
    ("Programme-maxGrantRate", "70", "0.70"),
    ("Observation-value", "12,5", "12.5"),
    ("Observation-value", "75,000", None),  # 75 or 75 thousand: nobody can tell
    ("Project-start", "11/2022", "2022-11"),
    ("Project-start", "5.2021", "2021-05"),
    ("Project-end", "30.11.2022", "2022-11"),
    ("Project-end", "marraskuu 2022", "2022-11"),
    ("Project-end", "mars 2022", "2022-03"),
    ("Project-end", "2022-13", None),
    ("Call-opened", "1.3.2022", "2022-03-01"),
    ("Call-opened", "2022-30-11", "2022-11-30"),
    ("Call-opened", "2024-02-30", None),
    ("Programme-startYear", "vuosi 2018", "2018"),
    ("Programme-startYear", "2018–2024", None),
    ("Project-morePartners", "kyllä", "true"),
    ("Project-source", "www.ym.fi/hankkeet", "https://www.ym.fi/hankkeet"),
    ("Project-source", "javascript:alert(1)", None),
    ("Project-source", "file:///etc/passwd", None),
    ("Link-host", "https://Vantaa.fi/x", "vantaa.fi"),
    ("Project-sourceLanguage", "suomi", "fi"),
]


def field(dataset: Dataset, code: str):
    name, _, key = code.partition("-")
    return dataset.model.by_name(name).field(key)


@pytest.mark.parametrize(("code", "written", "guess"), GUESSES)
def test_values(dataset, code, written, guess):
    assert meant(field(dataset, code), written) == guess


@given(data=st.data(), text=st.text(max_size=40))
def test_a_guess_is_a_value_that_the_field_takes(dataset, data, text):
    fields = [
        f for c in dataset.model.classes.values() for f in c.fields if f.kind.name not in ("part", "reference", "class")
    ]
    chosen = data.draw(st.sampled_from(fields))
    guess = meant(chosen, text)
    assert guess is None or (takes(chosen, guess) and guess != text)


@given(
    amount=st.decimals(min_value=Decimal("0.01"), max_value=Decimal("999999999"), places=2),
    point=st.sampled_from(",."),
    group=st.sampled_from([" ", "\u00a0", "'"]),
    sign=st.sampled_from([" €", "€", " euroa", " EUR"]),
)
def test_an_amount_in_any_notation_is_read_as_it_is(dataset, amount, point, group, sign):
    whole, _, cents = f"{amount:,}".partition(".")
    written = whole.replace(",", group) + point + cents + sign
    assert Decimal(meant(field(dataset, "Grant-amount"), written)) == amount


REFERENCES = [
    ("lead: joensuun-kaupunki", "lead: joensun-kaupunki", "joensuun-kaupunki"),
    ("lead: joensuun-kaupunki", "lead: Joensuun kaupunki", "joensuun-kaupunki"),
    ("lead: joensuun-kaupunki", "lead: Joensuun kaup", "joensuun-kaupunki"),
    ("lead: joensuun-kaupunki", "lead: Åbo stad", "turun-kaupunki"),
    ('municipalities: ["167"]', "municipalities: [Joensuun]", '"167" (Joensuu)'),
    ('municipalities: ["167"]', "municipalities: [Åbo]", '"853" (Turku)'),
    ('municipalities: ["167"]', "municipalities: [Turussa]", '"853" (Turku)'),
    ('municipalities: ["167"]', "municipalities: [20]", '"020" (Akaa)'),
    ('municipalities: ["167"]', 'municipalities: ["20"]', '"020" (Akaa)'),
    ('municipalities: ["167"]', 'municipalities: ["002"]', '"837" (Tampere)'),  # Aitolahti, part of Tampere since 1966
    ('municipalities: ["167"]', "municipalities: Joensuu", '["Joensuu"]|[Joensuu]'),
    ("themes: [business-cooperation,", "themes: [busines-cooperation,", "business-cooperation"),
    ("kind: result", "kind: tulos", "result"),
    ("kind: result", "kind: Resultat", "result"),
    ("start: 2021-05", "start: 5/2021", "2021-05"),
    ("totalCost: 75000", 'totalCost: "75 000 €"', "75000"),
    ("lead: joensuun-kaupunki", "leed: joensuun-kaupunki", "lead"),
    ("lead: joensuun-kaupunki", "vastuutaho: joensuun-kaupunki", "lead"),
    ("totalCost: 75000", "kokonaissumma: 75000", "totalCost"),
    ("source: https://ym.fi", "source: ym.fi", "https://ym.fi"),
]


SWEDISH = {'"853" (Turku)': '"853" (Åbo)', '"020" (Akaa)': '"020" (Ackas)', '"837" (Tampere)': '"837" (Tammerfors)'}
"""Names of areas in a message in Swedish."""


@pytest.mark.parametrize(("old", "new", "guess"), REFERENCES)
def test_in_a_record(copy, old, new, guess):
    path = copy / "data/projects/joensuu-ilmastokumppanuus.yml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    report, _ = check_all(Dataset(copy))
    violations = [p for p in report.problems if p.record == "joensuu-ilmastokumppanuus" and p.severity == "violation"]
    for lang in ("fi", "sv", "en"):
        wanted = (SWEDISH.get(guess, guess) if lang == "sv" else guess).split("|")
        assert any(g in p.fix[lang] for p in violations for g in wanted), [p.fix[lang] for p in violations]
