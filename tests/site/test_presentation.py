"""Presentation of a dataset on its site: languages without words of the site, own texts and pages, its brand."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from hankelod.messages.catalogue import names, table
from hankelod.messages.tables import currencies, licences, own_names
from hankelod.records.dataset import Dataset
from hankelod.site import brand, own
from hankelod.site.language import Borrowed, Language
from support.checking import check_all
from support.folders import DATASETS, ROOT
from support.pages import Reading
from support.publishing import published

ABROAD = DATASETS / "abroad"

TEXTS = """
[site.nav]
projects = "Projekter"

[site.format]
point = ","
thousands = "1.000"
months = "januar februar marts april maj juni juli august september oktober november december"
date = "d. MMMM yyyy"
since-year = "siden {date}"

[site.own]
made = "Optegnelserne kommer fra fondens register."

[page.om-fonden]
title = "Om fonden"
text = ["Fonden giver penge.", "Den gør det <b>gerne</b>."]
"""

LOGO = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 2"><rect width="4" height="2" fill="#7a1f5c"/></svg>'


def danish(folder: Path) -> Path:
    """The dataset abroad with its texts and its site in Danish, for which the catalogue has no words."""
    shutil.copytree(ABROAD, folder)
    for file in [*folder.glob("data/*.yml"), *folder.glob("data/*/*.yml")]:
        file.write_text(file.read_text("utf-8").replace("{en: ", "{da: "), "utf-8")
    settings = folder / "data/dataset.yml"
    text = settings.read_text("utf-8").replace("languages: [en]", "languages: [da]")
    settings.write_text(text.replace("currency: GBP", "currency: DKK"), "utf-8")
    return folder


def add(folder: Path, lines: str) -> None:
    with (folder / "data/dataset.yml").open("a", encoding="utf-8") as file:
        file.write(lines)


def codes(folder: Path) -> dict[str, tuple[str, int]]:
    """The problems of a dataset that stop it: code, file and line."""
    report, _ = check_all(Dataset(folder))
    return {p.code: (p.file, p.line) for p in report.problems if p.severity == "violation"}


### A language without words


def test_words_are_quoted_in_the_language_of_the_dataset(tmp_path):
    folder = danish(tmp_path / "dataset")
    with (folder / "data/projects/river-festival.yml").open("a", encoding="utf-8") as file:
        file.write('quotations: [{speaker: Anna, words: {da: "Det gik godt."}}]\n')
    report, _ = check_all(Dataset(folder))
    assert report.problems == []


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = danish(tmp_path_factory.mktemp("danish") / "dataset")
    published(folder, folder / "dist")
    return folder / "dist"


def test_the_page_is_in_the_language_of_the_dataset(out):
    page = (out / "index.html").read_text("utf-8")
    assert page.startswith('<!doctype html>\n<html lang="da">')
    assert "<h1>Grants of the Example Foundation</h1>" in page, "a text of the dataset is not marked"
    assert "og:locale" not in page and 'class="languages"' not in page


def test_english_words_are_marked(out):
    main = (out / "index.html").read_text("utf-8").partition("<body>")[2]
    for words in ("Newest projects", "Skip to content", "granted in all", "Use the data"):
        assert f'<span lang="en">{words}</span>' in main
        assert words not in main.replace(f'<span lang="en">{words}</span>', "")


def test_formats_are_neutral(out):
    text = re.sub("<[^>]*>", "", (out / "projects.html").read_text("utf-8"))
    for form in ("2023-05-03 – 2023-05-12", "2022-03 – 2023-02", "29\u00a0800\u00a0DKK", "50\u00a0%"):
        assert form in text
    assert Language("da", ("da",)).amount("1234.5", "GBP") == "1\u00a0234.50\u00a0GBP"


def test_marks_stand_only_where_an_element_may(out):
    """In attributes, titles, options and drawings a text is plain."""
    for page in out.rglob("*.html"):
        text = page.read_text("utf-8")
        for element in Reading(text).elements:
            assert not any("<span" in value for value in element.attributes.values()), (page, element)
        assert not re.search(r"<(title|option|text)\b[^>]*>[^<]*<span", text), page
        for drawing in re.findall("<svg.*?</svg>", text, re.DOTALL):
            assert "<span" not in drawing


def test_every_text_of_the_site_stands_in_for_a_missing_one():
    da = Language("da", ("da", "fi"))
    assert da("nav.home") == "Home" and isinstance(da("nav.home"), Borrowed)
    assert da.pick({"fi": "Moi", "en": "Hi"}) == ("Moi", "fi"), "a language of the dataset first"
    assert da.pick({"sv": "Hej", "en": "Hi"}) == ("Hi", "en"), "then English"
    assert da.pick({"sv": "Hej"}) == ("Hej", "sv"), "then any"


### Own texts


def test_own_texts_take_the_place_of_english(tmp_path):
    folder = danish(tmp_path / "dataset")
    (folder / "texts").mkdir()
    (folder / "texts/da.toml").write_text(TEXTS, "utf-8")
    published(folder, folder / "dist", only=("site",))
    page = (folder / "dist/projects.html").read_text("utf-8")
    assert "<h1>Projekter</h1>" not in page and ">Projekter</a>" in page
    assert "3. maj 2023 – 12. maj 2023" in page and "siden 2021" in page and "29.800\u00a0DKK" in page
    about = (folder / "dist/about.html").read_text("utf-8")
    assert "Optegnelserne kommer fra fondens register." in about
    own_page = (folder / "dist/om-fonden.html").read_text("utf-8")
    assert "<h1>Om fonden</h1>" in own_page and "&lt;b&gt;gerne&lt;/b&gt;" in own_page
    assert 'href="om-fonden.html"' in about
    assert "/om-fonden.html</loc>" in (folder / "dist/sitemap.xml").read_text("utf-8")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[site.nav]\nhome = 'x'\nprojekter = 'x'", 3),
        ("[site.nowhere]\nhome = 'x'", 2),
        ("[site.nav]\nhome = 3", 2),
        ("[site.nav]\nhome = ' '", 2),
        ("[site.count]\nprojects = '{m} x'", 2),
        ("[site.count]\nprojects = '{n:>999999999}'", 2),
        ("[site.count]\nprojects = '{n.real}'", 2),
        ("[site.count]\nprojects = '{n'", 2),
        ("[site.format]\nmonths = 'a b c'", 2),
        ("[site.format]\nthousands = '1'", 2),
        ("[word]\nx = 'y'", 1),
        ("site = 3", 1),
        ("page = 3", 1),
        ("\n[page.index]\ntitle = 'a'\ntext = 'b'", 2),
        ("[page.a]\ntitle = 'a'", 1),
        ("[page.'../a']\ntitle = 'a'\ntext = ['b']", 1),
        ("x = [", 1),
        ("x = 1\nx = 2", 2),
    ],
)
def test_faulty_texts_are_named_by_file_and_line(tmp_path, text, line):
    folder = danish(tmp_path / "dataset")
    (folder / "texts").mkdir()
    (folder / "texts/da.toml").write_text(text, "utf-8")
    found = codes(folder)
    assert found.keys() == {"unusable-texts"}
    file, at = found["unusable-texts"]
    assert file.endswith("texts/da.toml") and at == line


def test_texts_out_of_the_dataset_are_not_read(tmp_path):
    folder = danish(tmp_path / "dataset")
    (folder / "texts").mkdir()
    (tmp_path / "secret.toml").write_text("[site.nav]\nhome = 'secret'", "utf-8")
    (folder / "texts/da.toml").symlink_to(tmp_path / "secret.toml")
    assert "unusable-texts" in codes(folder)


def test_the_texts_of_the_catalogue_have_the_form_of_own_texts():
    for lang in ("fi", "sv", "en"):
        own._texts({"site": table(lang, "site")})


def test_own_texts_of_this_repository_are_claims_in_every_language():
    for lang in ("fi", "sv", "en"):
        assert set(own.read(ROOT, lang).texts) == set(own.CLAIMS)
    assert "own" not in names("site"), "the catalogue claims nothing of how data came about"


### Brand


def test_a_brand_is_on_every_page(tmp_path):
    folder = danish(tmp_path / "dataset")
    (folder / "data/logo.svg").write_text(LOGO, "utf-8")
    add(folder, 'brand: {name: "Fonden", logo: logo.svg, colour: "#7a1f5c"}\n')
    report, _ = check_all(Dataset(folder))
    assert not [p for p in report.problems if p.code == "unknown-file"]
    published(folder, folder / "dist", only=("site",))
    page = (folder / "dist/doc/project/river-festival.html").read_text("utf-8")
    assert '<img class="logo" src="../../assets/logo.svg" alt=""> Fonden</a>' in page
    assert "<title>River festival – Fonden</title>" in page
    assert (folder / "dist/assets/logo.svg").read_text("utf-8") == LOGO
    style = (folder / "dist/assets/brand.css").read_text("utf-8")
    light, dark = re.findall(r"--link: (#[0-9a-f]{6}); --accent: \1;", style)
    assert light == "#7a1f5c"
    assert brand.contrast(brand._parts(dark), brand.DARK) >= brand.CONTRAST


@pytest.mark.parametrize(
    ("lines", "content"),
    [
        ('colour: "#ffee88"', None),
        ("logo: none.svg", None),
        ("logo: logo.svg", "not an image"),
        ("logo: logo.png", LOGO),
        ("logo: logo.svg", LOGO.replace("<rect", "<script>alert(1)</script><rect")),
        ("logo: logo.svg", LOGO.replace("<rect", '<rect onclick="x()"')),
        ("logo: logo.svg", LOGO.replace("<rect", '<a href="https://evil.example/"/><rect')),
        ("logo: logo.svg", '<!DOCTYPE svg [<!ENTITY a "b">]>' + LOGO),
        ("logo: logo.svg", LOGO + " " * brand.LARGEST),
    ],
)
def test_a_faulty_brand_is_refused_at_its_line(tmp_path, lines, content):
    folder = danish(tmp_path / "dataset")
    if content is not None:
        (folder / "data" / lines.split()[-1]).write_text(content, "utf-8")
    add(folder, f"brand:\n  name: Fonden\n  {lines}\n")
    found = codes(folder)
    number = len((folder / "data/dataset.yml").read_text("utf-8").splitlines())
    assert found["unusable-brand"] == ("data/dataset.yml", number), found


def test_contrast_is_that_of_wcag():
    assert brand.contrast((0, 0, 0), (255, 255, 255)) == 21
    assert round(brand.contrast((0x77, 0x77, 0x77), (255, 255, 255)), 2) == 4.48


### Tables


def test_tables_are_sound():
    assert all(
        re.fullmatch("[A-Z]{3}", code) and c.symbol and c.decimals in (0, 2, 3, 4) for code, c in currencies().items()
    )
    assert all(name == name.strip() for name in own_names().values())
    assert {x.terms for x in licences().values()} == {"credit", "free", "other"}
    assert list(own_names()) == sorted(own_names())
