"""Doubtful characters and addresses: a warning with its code, at the value; legitimate uses pass."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hankelod.messages.languages import LANGUAGES
from hankelod.messages.problem import entry
from hankelod.records.characters import address_doubts, doubts
from hankelod.records.dataset import Dataset
from support.checking import check_all
from support.corpus import BASE, dataset_with

DOUBTFUL = {
    "v\ufffdlot": "replacement-character",
    "a\u200bb": "invisible-character",
    "a\u2060b": "invisible-character",
    "a\u00adb": "invisible-character",
    "a\u034fb": "invisible-character",
    "a\u180eb": "invisible-character",
    "a\u3164b": "invisible-character",
    "a\u115fb": "invisible-character",
    "a\uf0b7b": "invisible-character",
    "a\U000e0041b": "invisible-character",
    "a\U0010fffd": "invisible-character",
    "a\ufdd0b": "invisible-character",
    "a\u200db": "invisible-character",
    "a\ufffcb": "invisible-character",
    "a\u2800b": "invisible-character",
    "a\U0001d173b": "invisible-character",
    "a\U0001bca0b": "invisible-character",
    "a\U00013430b": "invisible-character",
    "a\U0001ffffb": "invisible-character",
    "a\U000afffeb": "invisible-character",
}

PLAIN = [
    "Hiilineutraali Åbo – ”matka” 2035…",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "\u2764\ufe0f\u200d\U0001f525",
    "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
    "\u0915\u094d\u200d\u0937",
]


@pytest.mark.parametrize(("text", "code"), DOUBTFUL.items(), ids=ascii)
def test_a_doubtful_text(text, code):
    assert [d.code for d in doubts(text)] == [code]


@pytest.mark.parametrize("text", PLAIN, ids=ascii)
def test_a_plain_text(text):
    assert list(doubts(text)) == []


FILLERS = "\u115f\u1160\u3164\uffa0\u17b4\u17b5"


@given(st.text(st.characters(categories=("L", "N", "P", "Zs"), exclude_characters=FILLERS)))
def test_letters_and_digits_raise_no_doubt(text):
    assert list(doubts(text)) == []


LOOKALIKE = [
    "https://\u0430pple.com/",
    "https://\u0430\u0440\u0440\u04cf\u0435.com",
    "https://ym.fi@evil.example/",
    "https://user:word@ym.fi/",
    "https://\uff59m.fi/",
    "https://exαmple.fi",
    "https://ym\u00ad.fi/",
    "https://ym\u3002fi/",
    "https://ym.fi\uff61evil.example/",
    "https://xn--pple-43d.com/x",
    "xn--pple-43d.com",
]

HONEST = [
    "https://ym.fi/kuntien-hankkeet",
    "https://hämä.fi/x",
    "https://xn--hml-tla.fi/",
    "https://göteborg.se/a@b",
    "https://пример.рф/",
    "https://日本語.jp",
    "mailto:a@b.fi",
    "vantaa.fi",
    "[::1]",
]


@pytest.mark.parametrize("address", LOOKALIKE, ids=ascii)
def test_a_lookalike(address):
    assert [d.code for d in address_doubts(address)] == ["lookalike-host"]


@pytest.mark.parametrize("address", HONEST, ids=ascii)
def test_an_honest_address(address):
    assert list(address_doubts(address)) == []


@given(st.text())
def test_any_text_may_be_asked(text):
    list(doubts(text))
    list(address_doubts(text))


@pytest.mark.parametrize("code", ["replacement-character", "invisible-character", "lookalike-host"])
def test_the_texts_are_there_in_three_languages(code):
    texts = entry(code)
    assert texts.severity == "warning"
    assert all(part[lang] for part in (texts.says, texts.why, texts.fix) for lang in LANGUAGES)


@pytest.mark.parametrize("form", ["yml", "jsonl", "escaped"])
@pytest.mark.parametrize("text", ["v\ufffdlot", "va\u200blot", "va\u00adlot"], ids=ascii)
def test_in_a_record_of_each_form(tmp_path, form, text):
    root = dataset_with(tmp_path)
    written = (BASE / "data/projects/hyva.yml").read_text("utf-8")
    dataset = Dataset(root)
    record = next(r for r in dataset.read(dataset.model.by_name("Project")) if r.id == "hyva")
    title = record.values["title"]["fi"]
    if form == "yml":
        (root / "data/projects/hyva.yml").write_text(written.replace(title, text, 1), "utf-8")
    else:
        values = json.loads(json.dumps(record.values, default=str))
        values["title"]["fi"] = text
        (root / "data/projects/hyva.yml").unlink()
        line = json.dumps(values, ensure_ascii=form == "escaped")
        (root / "data/projects.jsonl").write_text(line + "\n", "utf-8")
    found, _ = check_all(Dataset(root))
    codes = {(p.code, p.field, p.severity) for p in found.problems if p.record == "hyva"}
    code = "replacement-character" if "\ufffd" in text else "invisible-character"
    assert (code, "title.fi", "warning") in codes
