"""Words, addresses, headings and labels that lines break in two; ligatures."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hankelod.intake.documents import joins
from hankelod.intake.documents.lines import Line, clean
from hankelod.intake.documents.paragraphs import joined


def read(*texts: str) -> str:
    """Lines as the text of one paragraph."""
    lines = joins.unbroken([Line(n, text) for n, text in enumerate(texts, 1)])
    return joined([clean(x.text) for x in lines])


BROKEN = [
    ("energiate-", "hokkaampiin", "energiatehokkaampiin"),
    ("energiate\u00ad", "hokkaampiin", "energiatehokkaampiin"),
    ("opastet\u2010", "tiin veneilijöitä", "opastettiin veneilijöitä"),
    ("liik-", "kumiseen saaristossa", "liikkumiseen saaristossa"),
    ("energi-", "effektivisering", "energieffektivisering"),
    ("co\u00adoperation soft\u00ad", "ware", "cooperation software"),
]
SUSPENDED = [
    ("ympäristö-", "ja energia-alan", "ympäristö- ja energia-alan"),
    ("ympäristö\u00ad", "ja energia-alan", "ympäristö- ja energia-alan"),
    ("kunta-", "tai aluetaso", "kunta- tai aluetaso"),
    ("Pohjois-", "sekä Etelä-Savo", "Pohjois- sekä Etelä-Savo"),
    ("bygg-", "och miljönämnden", "bygg- och miljönämnden"),
    ("short-", "and long-term", "short- and long-term"),
    ("lyhyt-, keski-", "tai pitkäaikainen", "lyhyt-, keski- tai pitkäaikainen"),
]
KEPT = [
    ("Etelä-", "Savon liitto", "Etelä-Savon liitto"),
    ("EU-", "hanke", "EU-hanke"),
    ("pk-", "yritykset", "pk-yritykset"),
    ("ilmasto-", "ohjelma", "ilmasto-ohjelma"),
    ("2030-", "luvulla", "2030-luvulla"),
    ("CO2-", "päästöt", "CO2-päästöt"),
    ("5/2021-", "11/2022", "5/2021-11/2022"),
    ("2021–", "2022", "2021–2022"),
    ("ohjelma –", "kohti hiilineutraalia", "ohjelma – kohti hiilineutraalia"),
    ("ilmastoratkaisut", "-ohjelma", "ilmastoratkaisut -ohjelma"),
    ("verkosto-", "- uusi kohta", "verkosto- - uusi kohta"),
]


@pytest.mark.parametrize(("first", "second", "whole"), [*BROKEN, *SUSPENDED, *KEPT])
def test_a_hyphen_at_the_end_of_a_line(first: str, second: str, whole: str) -> None:
    assert read(first, second) == whole


def test_the_document_itself_is_asked_first() -> None:
    assert (
        "nuoriso-vetoinen" in read("Malli on nuoriso-vetoinen.", "Tämä on nuoriso-", "vetoinen.").rpartition("Tämä")[2]
    )
    assert read("Kunta- jopa aluetaso.", "Se on kunta-", "jopa aluetasoa.").endswith("kunta- jopa aluetasoa.")
    assert read("Laatia auto.", "Linja-", "autoilu, auto-", "ilu").endswith("autoilu")


word = st.text(alphabet="abdefghijklmnoprstuväö", min_size=4, max_size=14)


@settings(max_examples=150, deadline=None)
@given(word, st.data())
def test_a_word_broken_by_soft_hyphens_comes_back(text: str, data: st.DataObject) -> None:
    cut = data.draw(st.integers(2, len(text) - 2))
    second = text[cut:]
    lines = [f"Tämä {text[:cut]}\u00ad", f"{second} jatkuu."]
    expected = f"Tämä {text[:cut]}- {second} jatkuu." if second in joins.JOINERS else f"Tämä {text} jatkuu."
    assert read(*lines) == expected


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(max_size=30), max_size=12))
def test_no_letter_is_lost(texts: list[str]) -> None:
    def letters(texts: list[str]) -> str:
        return "".join(c for text in texts for c in text if c.isalnum())

    made = joins.unbroken([Line(n, text) for n, text in enumerate(texts, 1)])
    assert letters([x.text for x in made]) == letters(texts)


def test_headings_labels_and_addresses_over_lines() -> None:
    def lines(*texts: str) -> list[str]:
        return [x.text for x in joins.unbroken([Line(n, t) for n, t in enumerate(texts, 1)])]

    assert lines("Ratkaisujen", "pysyvyys ja", "skaalautuminen:", "- Jää.") == [
        "Ratkaisujen pysyvyys ja skaalautuminen:",
        "- Jää.",
    ]
    assert lines("Ratkaisujen pysyvyys ja skaalau\u00ad", "tuminen:") == ["Ratkaisujen pysyvyys ja skaalautuminen:"]
    assert lines("Muut konsortioon", "osallistuvat: Salo") == ["Muut konsortioon osallistuvat: Salo"]
    assert lines("https://example.org/", "satama-hanke") == ["https://example.org/satama-hanke"]
    assert lines("https://example.org/a", "Seuraava kappale alkaa") == [
        "https://example.org/a",
        "Seuraava kappale alkaa",
    ]
    assert lines("Hankkeen", "tavoite oli", "kasvaa.") == ["Hankkeen", "tavoite oli", "kasvaa."]


def test_what_is_left_out_does_not_part_a_word() -> None:
    lines = [Line(1, "energiate\u00ad"), Line(2, "sivu 1", left="footer"), Line(3, "hokkaampiin")]
    assert [(x.text, x.left) for x in joins.unbroken(lines)] == [("energiatehokkaampiin", ""), ("sivu 1", "footer")]


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Ofﬁciell ﬁnansiering och ﬂyer", "Officiell finansiering och flyer"),
        ("eﬀekti, traﬃkki, shuﬄe", "effekti, traffikki, shuffle"),
        ("ﬅ ﬆ", "st st"),
        ("ĳs", "ijs"),
        ("½ m² œuvre æ ™ Ⅳ", "½ m² œuvre æ ™ Ⅳ"),
    ],
)
def test_ligatures_of_print_become_letters_and_nothing_else_changes(text: str, plain: str) -> None:
    assert clean(text) == plain
