"""Documents that deviate from the layout, each in a folder of its own whose name tells how; and the layout rendered at
random, which must come back the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from hankelod.intake import drafts, figures, proposals, values
from hankelod.intake.documents import compilation, layout, reading
from hankelod.intake.documents import lines as sources
from hankelod.intake.documents.compilation import Compilation
from hankelod.intake.documents.lines import Line
from hankelod.intake.names import gazetteer
from hankelod.records.folder import shipped
from support.folders import CASES

FOLDERS = sorted((CASES / "intake" / "documents").iterdir())
NAMES = gazetteer.load(None)
WORDINGS = figures.load(shipped("shapes") / "profiles/municipal-climate")
SETTING = drafts.Setting(NAMES, "https://ym.fi/kuntien-hankkeet", "kuntien-ilmastoratkaisut", {}, frozenset(), WORDINGS)


def projects(document: Compilation) -> list[proposals.Draft]:
    return [d for d in drafts.project_drafts(document, SETTING) if d.kind == "projects"]


def link(entry: dict[str, Any]) -> str:
    if "url" in entry:
        return str(entry["url"])
    return " ".join(x for x in (entry.get("host", ""), "as " + entry["asWritten"] if "asWritten" in entry else "") if x)


def told(draft: proposals.Draft) -> dict[str, Any]:
    """A draft in the words of `expected.yml`."""
    v: dict[str, Any] = draft.values
    quotation = v.get("quotations", [None])[0]
    return {
        "title": v.get("title", {}).get("fi"),
        "lead": v.get("lead"),
        "partners": v.get("partners"),
        "municipalities": v.get("municipalities"),
        "totalCost": v.get("totalCost"),
        "grant": v["grants"][0]["amount"] if "grants" in v else None,
        "start": v.get("start"),
        "end": v.get("end"),
        "links": [link(x) for x in v.get("links", [])],
        "results": str(sum(o["kind"] == "result" for o in v.get("outcomes", []))),
        "permanence": str(sum(o["kind"] == "permanence" for o in v.get("outcomes", []))),
        "quotation": quotation and [quotation["words"]["fi"], quotation["speaker"], quotation.get("role")],
        "notRead": [n.details["field"] for n in draft.notes.get("", []) if n.code == "comment-not-read"],
    }


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda f: f.name)
def test_a_document_that_deviates(folder: Path) -> None:
    path = next(folder.glob("document.*"))
    document = compilation.read(reading.read(path, path.name))
    expected = yaml.load((folder / "expected.yml").read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    strange = [x for e in expected if "strange" in e for x in e["strange"]]
    expected = [e for e in expected if "strange" not in e]
    made = [told(d) for d in projects(document)]
    assert len(made) == len(expected)
    for got, wanted in zip(made, expected, strict=True):
        wanted = {k: None if v == "null" else v for k, v in wanted.items()}
        assert {k: got[k] for k in wanted} == wanted
        if "notRead" not in wanted:
            assert got["notRead"] == []
    assert [x.text.strip() for x in document.unrecognised] == strange
    assert (document.coverage() == 100) == (not strange)


def test_there_are_enough_documents() -> None:
    assert len(FOLDERS) >= 20


### Any set of projects, rendered in the layout with random deviations

WORDS = [
    "verkosto",
    "yritykset",
    "ilmastotyö",
    "kunta",
    "malli",
    "päästöt",
    "energia",
    "neuvonta",
    "koulutus",
    "materiaali",
    "työkalu",
    "yhteistyö",
]
CITIES = [p for p in NAMES.small.values() if not p.name.endswith((" kunta", " Tl"))]

sentence = st.lists(st.sampled_from(WORDS), min_size=3, max_size=9).map(lambda w: " ".join(w).capitalize() + ".")
title = st.lists(st.sampled_from(WORDS), min_size=2, max_size=5).map(lambda w: " ".join(w).capitalize())
month = st.tuples(st.integers(2018, 2023), st.integers(1, 12))


@st.composite
def project(draw: st.DrawFn) -> dict[str, Any]:
    start, end = sorted((draw(month), draw(month)))
    cities = draw(st.lists(st.sampled_from(CITIES), min_size=1, max_size=4, unique_by=lambda p: p.code))
    cost = draw(st.integers(1_000, 9_999_999))
    return {
        "title": draw(title),
        "description": draw(st.lists(sentence, min_size=1, max_size=3)),
        "result": draw(st.lists(sentence, min_size=1, max_size=4)),
        "permanence": draw(st.lists(sentence, min_size=1, max_size=3)),
        "cities": cities,
        "cost": cost,
        "grant": draw(st.integers(1_000, cost)),
        "cents": draw(st.sampled_from(["", "50", "05"])),
        "start": start,
        "end": end,
        "links": draw(
            st.lists(
                st.sampled_from(
                    ["<https://esimerkki.fi/a>", "[Hanke](#) (esimerkki.fi)", "[Sivu](https://esimerkki.fi/b)"]
                ),
                max_size=3,
            )
        ),
    }


def money(draw: st.DrawFn, euros: int, cents: str) -> str:
    space = draw(st.sampled_from([" ", "\u00a0", "\u202f"]))
    whole = f"{euros:,}".replace(",", space)
    whole = draw(st.sampled_from([whole, str(euros)]))
    return whole + (f",{cents}" if cents else "") + draw(st.sampled_from([" €", "€", "", "\u00a0€", " euroa"]))


@st.composite
def rendered(draw: st.DrawFn) -> tuple[list[dict[str, Any]], str]:
    """Projects, and a document that tells them, deviating wherever it may."""
    told = draw(st.lists(project(), min_size=1, max_size=4, unique_by=lambda p: p["title"]))
    lines = ["Hankkeet", "<https://ym.fi/kuntien-hankkeet>", "", "", ""]
    for p in told:
        bullet = draw(st.sampled_from(["- ", "• ", "– ", "* "]))
        lines += [p["title"], ""]
        for text in p["description"]:
            lines += [text, ""]
        for kind, heading in (
            ("result", "Hankkeen tulokset ja vaikutukset"),
            ("permanence", "Ratkaisujen pysyvyys ja skaalautuminen"),
        ):
            lines += [heading + draw(st.sampled_from([":", "", " :"])), *[""] * draw(st.integers(0, 1))]
            for text in p[kind]:
                words = text.split(" ")
                cut = draw(st.integers(2, len(words)))
                lines.append(bullet + " ".join(words[:cut]))
                if words[cut:]:
                    lines.append("  " + " ".join(words[cut:]))
            lines.append("")
        lines += draw(fields(p)) + [""] * draw(st.integers(0, 3))
    return told, "\n".join(lines)


@st.composite
def fields(draw: st.DrawFn, p: dict[str, Any]) -> list[str]:
    lead, *partners = p["cities"]
    dash = draw(st.sampled_from(["-", "–", " – "]))
    zero = "02" if draw(st.booleans()) else ""
    schedule = f"{p['start'][1]:{zero}}/{p['start'][0]}{dash}{p['end'][1]:{zero}}/{p['end'][0]}"
    rows = [
        ("Vastuutaho", [f"{lead.genitive} kaupunki"]),
        ("Kokonaissumma", [money(draw, p["cost"], p["cents"])]),
        ("Avustusosuus", [money(draw, p["grant"], "")]),
        ("Aikataulu", [schedule]),
        ("Linkki hankkeeseen", p["links"] or ["--"]),
    ]
    if partners:
        names = [c.genitive for c in partners]
        text = ", ".join(names[:-1]) + " ja " + names[-1] + " kunnat" if len(names) > 1 else names[0] + " kunta"
        rows.append(("Muut konsortioon osallistuvat", [text]))
    out = []
    for label, texts in draw(st.permutations(rows)):
        if draw(st.booleans()) and len(texts) == 1:
            out.append(f"{label}: {texts[0]}")
        else:
            out += [f"{label}:", *[""] * draw(st.integers(0, 1)), *texts]
        out += [""] * draw(st.integers(0, 1))
    return [*out, ""]


@settings(max_examples=60, deadline=None)
@given(rendered())
def test_any_projects_come_back_the_same(case: tuple[list[dict[str, Any]], str]) -> None:
    wanted, text = case
    document = compilation.read([Line(n, line) for n, line in enumerate(text.split("\n"), 1)])
    made = projects(document)
    assert [d.values["title"]["fi"] for d in made] == [p["title"] for p in wanted]  # type: ignore[index]
    assert document.unrecognised == ()
    for draft, p in zip(made, wanted, strict=True):
        v: dict[str, Any] = draft.values
        assert v["summary"]["fi"] == "\n\n".join(p["description"])
        assert [(o["kind"], o["text"]["fi"]) for o in v["outcomes"]] == [
            (k, t) for k in ("result", "permanence") for t in p[k]
        ]
        assert v["municipalities"] == [c.code for c in p["cities"]]
        assert v["totalCost"] == str(p["cost"]) + (f".{p['cents']}" if p["cents"] else "")
        assert v["grants"][0]["amount"] == str(p["grant"])
        assert (v["start"], v["end"]) == tuple(f"{y}-{m:02}" for y, m in (p["start"], p["end"]))
        assert len(v.get("links", [])) == len(p["links"])


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(max_size=60), max_size=40))
def test_no_text_is_lost_or_too_much(texts: list[str]) -> None:
    lines = [Line(n, sources.clean(t)) for n, t in enumerate(texts, 1)]
    document = compilation.read(lines)
    assert 0 <= document.coverage() <= 100
    projects(document)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 10**9), st.sampled_from(["", "00", "10", "99"]))
def test_amounts_are_exact(euros: int, cents: str) -> None:
    text = f"{euros:,}".replace(",", "\u00a0") + (f",{cents}" if cents else "")
    assert values.amount(text) == str(euros) + (f".{cents}" if cents not in ("", "00") else "")


@pytest.mark.parametrize(
    "text", ["", "--", "noin 500", "75 00 €", "5 000 000 000 000 dollaria", "1,234,567", "-5", "1e5"]
)
def test_what_is_no_amount_is_not_guessed(text: str) -> None:
    assert values.amount(text) is None


@pytest.mark.parametrize("text", ["2021-2022", "13/2021-1/2022", "5/2021", "kevät 2021", "", "0/2021-2/2022"])
def test_what_is_no_schedule_is_not_guessed(text: str) -> None:
    assert values.schedule(text) is None


@pytest.mark.parametrize("mark", [*"•▪◦‣●○■□➢", "- ", "– ", "• ", "· ", "*\u00a0"])
def test_a_mark_of_a_list_needs_no_space_where_it_is_nothing_else(mark: str) -> None:
    assert layout.pieces(f"{mark}Valaisimet uusittiin.") == [layout.Piece("bullet", "", "Valaisimet uusittiin.")]


@pytest.mark.parametrize("text", ["-5 astetta", "*tähti", "·5", "→nuoli"])
def test_a_sign_that_stands_for_more_is_no_mark_of_a_list(text: str) -> None:
    assert layout.pieces(text)[0].kind == "text"


@pytest.mark.parametrize(
    ("heading", "title", "description"),
    [
        (True, "Majakan kunnostus", ["energiatehokkaat valaisimet satamaan"]),
        (False, "Majakan kunnostus energiatehokkaat valaisimet satamaan", []),
    ],
)
def test_a_marked_title_does_not_go_on_in_a_paragraph(heading: bool, title: str, description: list[str]) -> None:
    texts = ["Johdanto.", "", "", "", "Majakan kunnostus", "", "energiatehokkaat valaisimet satamaan", ""]
    lines = [Line(n, x, heading and x.startswith("Majakan")) for n, x in enumerate([*texts, "Vastuutaho: Salo"], 1)]
    project = compilation.read(lines).projects[0]
    assert project.title is not None and project.title.text == title
    assert [p.text for p in project.description] == description
