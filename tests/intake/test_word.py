"""DOCX as Word and its users make it: what a reader sees is taken, all else told with its reason, nothing is lost."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hankelod.cli.parser import main
from hankelod.intake.documents import compilation, word
from hankelod.intake.documents.lines import CannotImport
from support.office import cell, docx, paragraph, row, run, table


def read(body: str, **more: object) -> tuple[str, dict[str, str]]:
    """The text that is taken, and what is left out, by reason."""
    lines = list(word.read_docx(docx(body, **more), "x.docx"))  # type: ignore[arg-type]
    left: dict[str, str] = {}
    for line in lines:
        if line.left:
            left[line.left] = f"{left[line.left]} {line.text}" if line.left in left else line.text
    taken = "\n".join(x.text for x in lines if not x.left)
    return re.sub(r"\n+", "\n", taken).strip("\n"), left


@pytest.mark.parametrize("member", ["_rels/.rels", "word/_rels/document.xml.rels", "[Content_Types].xml"])
@pytest.mark.parametrize("content", ["<x/>", "<Relationships/>", "<Relationships xmlns='x'><a/></Relationships>", ""])
def test_parts_that_are_not_what_they_are_taken_for(member: str, content: str) -> None:
    old, made = zipfile.ZipFile(io.BytesIO(docx(paragraph(run("a"))))), io.BytesIO()
    with zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            new.writestr(name, content if name == member else old.read(name))
    with pytest.raises(CannotImport) as caught:
        list(word.read_docx(made.getvalue(), "x.docx"))
    assert caught.value.code == "broken"


WRAPPERS = {
    "an insertion": "<w:ins w:id='1' w:author='x'>{}</w:ins>",
    "a moved text, where it went": "<w:moveTo w:id='1'>{}</w:moveTo>",
    "a content control": "<w:sdt><w:sdtPr><w:text/></w:sdtPr><w:sdtContent>{}</w:sdtContent></w:sdt>",
    "nested content controls": "<w:sdt><w:sdtContent><w:sdt><w:sdtPr><w:date/></w:sdtPr><w:sdtContent>{}</w:sdtContent>"
    "</w:sdt></w:sdtContent></w:sdt>",
    "a smart tag": "<w:smartTag w:element='place'><w:smartTagPr/>{}</w:smartTag>",
    "custom XML": "<w:customXml w:element='x'><w:customXmlPr/>{}</w:customXml>",
    "a simple field": "<w:fldSimple w:instr=' AUTHOR '>{}</w:fldSimple>",
    "a link within the document": "<w:hyperlink w:anchor='luku'>{}</w:hyperlink>",
    "text of the other direction": "<w:bdo w:val='ltr'><w:dir>{}</w:dir></w:bdo>",
    "an insertion in a smart tag": "<w:smartTag><w:ins>{}</w:ins></w:smartTag>",
    "a complex field": "<w:r><w:fldChar w:fldCharType='begin'/></w:r><w:r><w:instrText> DATE </w:instrText></w:r>"
    "<w:r><w:fldChar w:fldCharType='separate'/></w:r>{}<w:r><w:fldChar w:fldCharType='end'/></w:r>",
}


@pytest.mark.parametrize("wrapper", WRAPPERS.values(), ids=WRAPPERS)
def test_a_wrapper_does_not_hide_its_text(wrapper: str) -> None:
    body = paragraph(run("Mukana "), wrapper.format(run("oli kolme ")), run("kylää."))
    assert read(body) == ("Mukana oli kolme kylää.", {})


LEFT = {
    "deletion": ("<w:del w:id='1'>{}</w:del>", "", "delText", "deleted"),
    "deletion that holds plain text": ("<w:del>{}</w:del>", "", "t", "deleted"),
    "text moved away": ("<w:moveFrom w:id='1'>{}</w:moveFrom>", "", "t", "deleted"),
    "deleted insertion": ("<w:ins><w:del>{}</w:del></w:ins>", "", "delText", "deleted"),
    "hidden": ("{}", "<w:vanish/>", "t", "hidden"),
    "hidden in an insertion": ("<w:ins>{}</w:ins>", "<w:vanish w:val='1'/>", "t", "hidden"),
    "struck": ("{}", "<w:strike/>", "t", "struck"),
    "struck twice": ("{}", "<w:dstrike w:val='true'/>", "t", "struck"),
    "hidden by a style": ("{}", "<w:rStyle w:val='Piilo'/>", "t", "hidden"),
    "hidden by a style upon a style": ("{}", "<w:rStyle w:val='Lapsi'/>", "t", "hidden"),
    "prompt": (
        "<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>{}</w:sdtContent></w:sdt>",
        "",
        "t",
        "placeholder",
    ),
}
STYLES = (
    "<w:style w:type='character' w:styleId='Piilo'><w:name w:val='Piilo'/><w:rPr><w:vanish/></w:rPr></w:style>"
    "<w:style w:type='character' w:styleId='Lapsi'><w:basedOn w:val='Piilo'/><w:rPr><w:b/></w:rPr></w:style>"
    "<w:style w:type='paragraph' w:styleId='Salaisuus'><w:rPr><w:vanish/></w:rPr></w:style>"
    "<w:style w:type='paragraph' w:styleId='Oma'><w:name w:val='Oma'/><w:basedOn w:val='H'/></w:style>"
    "<w:style w:type='paragraph' w:styleId='H'><w:name w:val='heading 2'/>"
    "<w:pPr><w:outlineLvl w:val='1'/></w:pPr></w:style>"
    "<w:style w:type='paragraph' w:styleId='Luet'><w:name w:val='Luet'/>"
    "<w:pPr><w:numPr><w:numId w:val='3'/></w:numPr></w:pPr>"
    "</w:style>"
)


@pytest.mark.parametrize(("wrapper", "properties", "tag", "reason"), LEFT.values(), ids=LEFT)
def test_what_a_reader_does_not_see_is_left_out_and_told(wrapper: str, properties: str, tag: str, reason: str) -> None:
    body = paragraph(run("Työ "), wrapper.format(run("SISÄINEN ", properties, tag)), run("valmistui."))
    assert read(body, parts={"styles": STYLES}) == ("Työ valmistui.", {reason: "SISÄINEN"})


SHOWN = [
    "<w:vanish w:val='0'/>",
    "<w:strike w:val='false'/>",
    "<w:webHidden/>",
    "<w:rPrChange><w:rPr><w:vanish/><w:strike/></w:rPr></w:rPrChange>",
    "<w:rStyle w:val='Piilo'/><w:vanish w:val='off'/>",
]


@pytest.mark.parametrize("properties", SHOWN)
def test_what_only_looks_hidden_is_taken(properties: str) -> None:
    assert read(paragraph(run("Näkyy.", properties)), parts={"styles": STYLES}) == ("Näkyy.", {})


def test_styles_of_run_and_paragraph_switch_each_other() -> None:
    hidden = "<w:pStyle w:val='Salaisuus'/>"
    body = paragraph(run("salaa "), run("näkyy", "<w:rStyle w:val='Piilo'/>"), properties=hidden)
    assert read(body, parts={"styles": STYLES}) == ("näkyy", {"hidden": "salaa"})


def test_a_deleted_mark_joins_two_paragraphs() -> None:
    deleted = "<w:rPr><w:del w:id='1'/></w:rPr>"
    body = paragraph(run("Valaisimet "), properties=deleted) + paragraph(run("uusittiin.")) + paragraph(run("Toinen."))
    assert read(body)[0] == "Valaisimet uusittiin.\nToinen."


def test_styles_make_headings_and_lists_also_through_others() -> None:
    body = paragraph(run("Otsikko"), properties="<w:pStyle w:val='Oma'/>") + paragraph(
        run("kohta"), properties="<w:pStyle w:val='Luet'/>"
    )
    lines = list(word.read_docx(docx(body, {"styles": STYLES}), "x.docx"))
    assert [(x.text, x.heading) for x in lines if x.text] == [("Otsikko", True), ("- kohta", False)]


### Tables


def test_merged_cells_are_read_once() -> None:
    spans = row(cell(paragraph(run("Yli kolmen.")), properties="<w:gridSpan w:val='3'/>"))
    down = row(cell(paragraph(run("Alas.")), properties="<w:vMerge w:val='restart'/>"), cell(paragraph(run("Oikea."))))
    below = row(cell(paragraph(run("")), properties="<w:vMerge/>"), cell(paragraph(run("Alempi."))))
    covered = row(
        cell(paragraph(run("PEITOSSA")), properties="<w:vMerge w:val='continue'/>"), cell(paragraph(run("Alin.")))
    )
    nested = row(cell(table(row(cell(paragraph(run("Sisällä.")))))), cell(paragraph(run("Vieressä."))))
    text, left = read(table(spans, down, below, covered, nested))
    assert text.split("\n") == ["Yli kolmen.", "Alas.", "Oikea.", "Alempi.", "Alin.", "Sisällä.", "Vieressä."]
    assert left == {"merged": "PEITOSSA"}


@pytest.mark.parametrize(
    ("rows", "left"),
    [
        (row(cell(paragraph(run("POIS"))), properties="<w:del w:id='1'/>"), "deleted"),
        (row(cell(paragraph(run("POIS"))), properties="<w:hidden/>"), "hidden"),
        (row(cell(paragraph(run("POIS")), properties="<w:cellDel w:id='1'/>")), "deleted"),
        (row(cell(paragraph(f"<w:del>{run('POIS', tag='delText')}</w:del>"))), "deleted"),
    ],
)
def test_tracked_changes_in_tables(rows: str, left: str) -> None:
    inserted = row(cell(paragraph(f"<w:ins>{run('Uusi.')}</w:ins>")), properties="<w:ins w:id='2'/>")
    assert read(table(rows, inserted)) == ("Uusi.", {left: "POIS"})


def test_content_controls_around_blocks_rows_and_cells() -> None:
    control = "<w:sdt><w:sdtPr/><w:sdtContent>{}</w:sdtContent></w:sdt>"
    inner = control.format(row(control.format(cell(control.format(paragraph(run("Solu.")))))))
    assert read(control.format(paragraph(run("Lohko."))) + table(inner))[0] == "Lohko.\nSolu."


### Fields, links, characters, drawings


def complex_field(instruction: str, result: str) -> str:
    char = "<w:r><w:fldChar w:fldCharType='{}'/></w:r>"
    return (
        char.format("begin")
        + f"<w:r><w:instrText xml:space='preserve'>{instruction}</w:instrText></w:r>"
        + char.format("separate")
        + result
        + char.format("end")
    )


LINK = "[hankkeen sivu](https://example.org/s)"


@pytest.mark.parametrize(
    "content",
    [
        "<w:hyperlink r:id='L'>" + run("hankkeen ") + run("sivu") + "</w:hyperlink>",
        "<w:hyperlink r:id='L'><w:ins>" + run("hankkeen sivu") + "</w:ins></w:hyperlink>",
        "<w:fldSimple w:instr='HYPERLINK &quot;https://example.org/s&quot;'>" + run("hankkeen sivu") + "</w:fldSimple>",
        complex_field(' HYPERLINK "https://example.org/s" \\h ', run("hankkeen ") + run("sivu")),
        complex_field(' IF 1=1 "', complex_field(" HYPERLINK https://example.org/s ", run("hankkeen sivu"))),
    ],
)
def test_links_of_every_kind(content: str) -> None:
    assert read(paragraph(content), links={"L": "https://example.org/s"})[0] == LINK


def test_what_an_old_form_shows() -> None:
    entries = "<w:listEntry w:val='ei'/><w:listEntry w:val='kyllä'/>"
    choice = f"<w:ffData><w:ddList><w:result w:val='1'/>{entries}</w:ddList></w:ffData>"
    box = "<w:ffData><w:checkBox><w:default w:val='0'/><w:checked/></w:checkBox></w:ffData>"
    field = "<w:r><w:fldChar w:fldCharType='begin'>{}</w:fldChar></w:r><w:r><w:fldChar w:fldCharType='end'/></w:r>"
    assert read(paragraph(run("Tuki: "), field.format(choice), run(" "), field.format(box)))[0] == "Tuki: kyllä ☒"


def test_a_field_that_never_ends_hides_nothing_in_silence() -> None:
    body = paragraph("<w:r><w:fldChar w:fldCharType='begin'/></w:r>", run("Kadonnut?")) + paragraph(run("Sekin."))
    assert read(body) == ("", {"hidden": "Kadonnut? Sekin."})


def test_characters_that_are_elements() -> None:
    body = (
        "<w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:noBreakHyphen/><w:t>c</w:t><w:softHyphen/><w:t>d</w:t><w:br/><w:t>e</w:t>"
        "<w:sym w:font='Symbol' w:char='F0B3'/><w:sym w:font='Wingdings' w:char='F0FC'/>"
        "<w:sym w:font='Arial' w:char='20AC'/><w:sym w:font='Oma' w:char='F041'/></w:r>"
    )
    assert read(paragraph(body)) == ("a\tb-c\u00add\ne≥✓€", {"symbol": "Oma F041"})


def test_text_boxes_are_taken_once_and_other_text_of_drawings_is_told() -> None:
    box = "<w:txbxContent>" + paragraph(run("Laatikossa.")) + "</w:txbxContent>"
    shape = (
        f"<w:r><mc:AlternateContent><mc:Choice Requires='wps'><w:drawing><wps:wsp><wps:txbx>{box}</wps:txbx></wps:wsp>"
        f"<a:t>kuviossa</a:t></w:drawing></mc:Choice><mc:Fallback><w:pict><v:textbox>{box}</v:textbox></w:pict></mc:Fallback>"
        f"</mc:AlternateContent></w:r>"
    )
    old = f"<w:r><w:pict><v:textbox>{box.replace('Laatikossa', 'Vanhassa')}</v:textbox></w:pict></w:r>"
    text, left = read(paragraph(run("Ennen."), shape, old) + paragraph(run("Jälkeen.")))
    assert text == "Ennen.\nLaatikossa.\nVanhassa.\nJälkeen."
    assert left == {"drawing": "kuviossa"}


def test_what_stands_beside_the_document_is_told() -> None:
    note = "<w:{0} w:id='7'>{1}</w:{0}>"
    parts = {
        "header1": paragraph(run("Ministeriö")),
        "header2": paragraph(run("Ministeriö")),
        "footer1": paragraph(run("sivu 1")),
        "footnotes": note.format("footnote", paragraph(run("Arvio "), f"<w:ins>{run('uusi')}</w:ins>")),
        "endnotes": note.format("endnote", paragraph(run("Lähde"))),
        "comments": note.format("comment", paragraph(run("Tarkista!"), f"<w:del>{run('vai', tag='delText')}</w:del>")),
    }
    body = paragraph(run("Yksi.")) + paragraph(run("Kaksi."), "<w:r><w:footnoteReference w:id='7'/></w:r>")
    lines = list(word.read_docx(docx(body + paragraph(run("Kolme.")), parts), "x.docx"))
    assert [x.text for x in lines if not x.left and x.text] == ["Yksi.", "Kaksi.", "Kolme."]
    assert {(x.left, x.text) for x in lines if x.left} == {
        ("header", "Ministeriö"),
        ("footer", "sivu 1"),
        ("footnote", "Arvio uusi"),
        ("endnote", "Lähde"),
        ("comment", "Tarkista!"),
        ("deleted", "vai"),
    }
    assert next(x.number for x in lines if x.left == "footnote") == 2


def test_a_strict_document_is_read() -> None:
    assert read(paragraph(run("Tiukka.", "<w:vanish w:val='off'/>")), strict=True) == ("Tiukka.", {})


def test_an_embedded_document_is_told() -> None:
    lines = list(word.read_docx(docx(paragraph(run("Ennen.")) + "<w:altChunk r:id='x'/>"), "x.docx"))
    assert compilation.read(lines).coverage() < 100
    assert [x.left for x in lines if x.left] == ["embedded"]


def test_a_package_without_a_document_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(docx(""))) as source, zipfile.ZipFile(out, "w") as archive:
        for name in source.namelist():
            archive.writestr(name, source.read(name).replace(b'/officeDocument"', b'/another"'))
    with pytest.raises(CannotImport) as caught:
        word.read_docx(out.getvalue(), "x.docx")
    assert caught.value.code == "broken"


@pytest.mark.parametrize(("inside", "code"), [("EncryptedPackage", "encrypted"), ("WordDocument", "broken")])
def test_a_compound_file_is_told_by_what_it_holds(inside: str, code: str) -> None:
    raw = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(512) + inside.encode("utf-16-le") + bytes(512)
    with pytest.raises(CannotImport) as caught:
        word.read_docx(raw, "x.docx")
    assert caught.value.code == code


### Any nesting

texts = st.integers(0, 10**6).map(lambda n: f"t{n}.")


@st.composite
def inline(draw: st.DrawFn, depth: int = 3) -> str:
    if depth == 0 or draw(st.booleans()):
        properties, tag = draw(st.sampled_from([("", "t"), ("", "t"), ("<w:vanish/>", "t"), ("<w:strike/>", "t")]))
        return run(draw(texts), properties, tag)
    wrapper = draw(st.sampled_from([*WRAPPERS.values(), "<w:del>{}</w:del>", "<w:moveFrom>{}</w:moveFrom>"]))
    return wrapper.format("".join(draw(st.lists(inline(depth=depth - 1), min_size=1, max_size=3))))


@st.composite
def block(draw: st.DrawFn, depth: int = 2) -> str:
    if depth == 0 or draw(st.booleans()):
        marks = st.sampled_from(["", "", "<w:rPr><w:del/></w:rPr>", "<w:rPr><w:vanish/></w:rPr>"])
        return paragraph(*draw(st.lists(inline(), max_size=3)), properties=draw(marks))
    inner = draw(st.lists(block(depth=depth - 1), min_size=1, max_size=3))
    if draw(st.booleans()):
        return f"<w:sdt><w:sdtPr/><w:sdtContent>{''.join(inner)}</w:sdtContent></w:sdt>"
    merges = st.sampled_from(["", "<w:vMerge/>", "<w:gridSpan w:val='2'/>", "<w:cellDel/>"])
    return table(
        *(row(cell(x, properties=draw(merges)), properties=draw(st.sampled_from(["", "<w:del/>"]))) for x in inner)
    )


@settings(max_examples=80, deadline=None)
@given(st.lists(block(), min_size=1, max_size=4))
def test_every_character_is_taken_or_told(blocks: list[str]) -> None:
    """However wrappers nest, each text stands once among the lines, taken or left out."""
    body = "".join(blocks)
    lines = list(word.read_docx(docx(body), "x.docx"))
    wanted = re.findall(r"t\d+\.", body)
    assert sorted(re.findall(r"t\d+\.", " ".join(x.text for x in lines))) == sorted(wanted)
    assert sum(x.characters for x in lines) - sum(x.text.startswith("- ") for x in lines) == sum(map(len, wanted))


def test_the_report_tells_what_was_left_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fields = ["Majakka", "Vastuutaho: Salon kaupunki", "Kokonaissumma: 50 000 €", "Avustusosuus: 35 000 €"]
    body = "".join(paragraph(run(x)) for x in fields) + paragraph(
        run("Aikataulu: 5/2021-11/2022"), run(" PIILO", "<w:vanish/>")
    )
    (tmp_path / "d.docx").write_bytes(docx(body))
    assert main(["-C", str(tmp_path), "--lang", "en", "import", "d.docx", "--to", "out"]) == 0
    out = capsys.readouterr().out
    assert "understood 100.0 %" not in out
    assert "Left out, 1 parts:\n  5: hidden text that readers do not see: PIILO" in out
    assert "PIILO" not in next((tmp_path / "out" / "projects").glob("*.yml")).read_text(encoding="utf-8")


@pytest.mark.parametrize(("prompt", "taken"), [("", False), ("w:val='1'", False), ("w:val='0'", True)])
def test_a_filled_field_whose_prompt_is_switched_off_is_taken(prompt: str, taken: bool) -> None:
    body = f"<w:sdt><w:sdtPr><w:showingPlcHdr {prompt}/></w:sdtPr><w:sdtContent>{run('Loviisa')}</w:sdtContent></w:sdt>"
    assert read(paragraph(body)) == (("Loviisa", {}) if taken else ("", {"placeholder": "Loviisa"}))


def test_a_document_within_a_document_is_told() -> None:
    text, left = read(paragraph(run("Alku.") + "<w:subDoc r:id='rId77'/>"))
    assert (text, left) == ("Alku.", {"embedded": "rId77"})


def test_a_deleted_paragraph_mark_joins_beyond_bookmarks() -> None:
    gone = "<w:pPr><w:rPr><w:del w:id='1' w:author='x'/></w:rPr></w:pPr>"
    between = "<w:bookmarkStart w:id='2' w:name='x'/><w:bookmarkEnd w:id='2'/><w:proofErr w:type='spellStart'/>"
    body = f"<w:p>{gone}{run('Eka puoli')}</w:p>{between}" + paragraph(run(" ja toka."))
    assert read(body)[0] == "Eka puoli ja toka."


@pytest.mark.parametrize(("toggle", "reason"), [("vanish", "hidden"), ("strike", "struck"), ("dstrike", "struck")])
def test_a_style_of_a_table_hides_what_it_holds(toggle: str, reason: str) -> None:
    styles = f"<w:style w:type='table' w:styleId='T'><w:name w:val='T'/><w:rPr><w:{toggle}/></w:rPr></w:style>"
    body = f"<w:tbl><w:tblPr><w:tblStyle w:val='T'/></w:tblPr><w:tr>{cell(paragraph(run('Sisäinen')))}</w:tr></w:tbl>"
    assert read(body + paragraph(run("Näkyy")), parts={"styles": styles}) == ("Näkyy", {reason: "Sisäinen"})


def test_a_paragraph_that_is_only_indented_is_no_item() -> None:
    styles = (
        "<w:style w:type='paragraph' w:styleId='L'><w:name w:val='List Paragraph'/></w:style>"
        "<w:style w:type='paragraph' w:styleId='B'><w:name w:val='List Bullet'/></w:style>"
    )
    number = "<w:numPr><w:ilvl w:val='0'/><w:numId w:val='1'/></w:numPr>"
    for style, more, mark in (("L", "", ""), ("L", number, "- "), ("B", "", "- ")):
        body = f"<w:p><w:pPr><w:pStyle w:val='{style}'/>{more}</w:pPr>{run('Kohta')}</w:p>"
        assert read(body, parts={"styles": styles})[0] == f"{mark}Kohta"
