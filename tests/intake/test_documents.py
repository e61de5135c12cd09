"""The same document as text, Markdown, HTML, DOCX and PDF; and files that are no document at all."""

from __future__ import annotations

import io
import os
import re
import socket
import tracemalloc
import zipfile
import zlib
from pathlib import Path
from typing import Any

import pytest

from hankelod.cli.parser import main
from hankelod.intake import drafts, figures, proposals
from hankelod.intake.documents import archives, compilation, reading
from hankelod.intake.documents import lines as sources
from hankelod.intake.documents.lines import CannotImport
from hankelod.intake.names import gazetteer
from hankelod.records.folder import shipped
from support.folders import CASES

SHARED = os.environ.get("HANKELOD_SHARED")
SOURCE = Path(SHARED or "") / "source" / "kunnan-ja-yritysten-ilmastoyhteistyo.txt"
needs_source = pytest.mark.skipif(
    not SHARED or not SOURCE.exists(), reason="HANKELOD_SHARED does not point to the ministry's document"
)

LAYOUT = (CASES / "intake" / "documents" / "the-layout-itself" / "document.txt").read_text("utf-8")
WORDINGS = figures.load(shipped("shapes") / "profiles/municipal-climate")
SETTING = drafts.Setting(gazetteer.load(None), "https://ym.fi/kuntien-hankkeet", "p", {}, frozenset(), WORDINGS)

KEYS = (
    "title",
    "lead",
    "partners",
    "municipalities",
    "regions",
    "start",
    "end",
    "totalCost",
    "grants",
    "links",
    "outcomes",
    "quotations",
)
LINK = re.compile(r"\[((?:[^\[\]\\]|\\.)*)\]\(([^)]*)\)|<(https?://[^>]*)>")


def told(path: Path) -> list[dict[str, Any]]:
    document = compilation.read(reading.read(path, path.name))
    assert document.unrecognised == ()
    made = drafts.project_drafts(document, SETTING)
    return [{k: d.values.get(k) for k in KEYS} for d in made if d.kind == "projects"]


def loose(projects: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Without what line breaks of a page and its fonts may change: spaces, dashes, part ids."""
    text = re.sub(
        r"[\s\u00a0\u00ad–—”“\"-]+", "", repr([{k: v for k, v in p.items() if k != "outcomes"} for p in projects])
    )
    texts = [re.sub(r"[\W_]+", "", o["text"]["fi"]) for p in projects for o in p["outcomes"] or []]
    return [{"all": text}, {"texts": texts}]


def as_html(text: str) -> str:
    """A page with what the text has: paragraphs, items and links."""
    import html

    out = []
    for line in text.split("\n"):
        if not line.strip():
            continue
        item = line.startswith("- ")
        words = html.escape(line.removeprefix("- ").replace("\\(", "(").replace("\\)", ")"), quote=False)
        words = re.sub(r"\[([^\[\]]*)\]\(([^)]*)\)", r'<a href="\2">\1</a>', words)
        words = re.sub(r"&lt;(https?://[^&]*)&gt;", r'<a href="\1">\1</a>', words)
        out.append(f"<ul><li>{words}</li></ul>" if item else f"<p>{words}</p>")
    return f"<!doctype html><html><body>{''.join(out)}</body></html>"


def as_docx(text: str) -> bytes:
    import docx
    from docx.opc.constants import RELATIONSHIP_TYPE
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    document = docx.Document()
    titles = headings(text)
    for line in text.split("\n"):
        if not line.strip():
            continue
        style = "List Bullet" if line.startswith("- ") else "Heading 2" if line in titles else None
        paragraph = document.add_paragraph(style=style)
        at = 0
        words = line.removeprefix("- ").replace("\\(", "(").replace("\\)", ")")
        for m in re.finditer(r"\[([^\[\]]*)\]\(([^)]*)\)|<(https?://[^>]*)>", words):
            paragraph.add_run(words[at : m.start()])
            link = OxmlElement("w:hyperlink")
            link.set(qn("r:id"), paragraph.part.relate_to(m[2] or m[3], RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
            run = paragraph.add_run(m[1] or m[3])._r
            link.append(run)
            paragraph._p.append(link)
            at = m.end()
        paragraph.add_run(words[at:])
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def headings(text: str) -> set[str]:
    """The titles of a document's projects."""
    lines = [sources.Line(n, x) for n, x in enumerate(text.split("\n"), 1)]
    return {p.title.text for p in compilation.read(lines).projects if p.title}


def as_pdf(text: str) -> bytes:
    import html

    from reportlab.lib.pagesizes import A4
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.platypus import Paragraph, SimpleDocTemplate

    body = ParagraphStyle("body", fontName="Helvetica", fontSize=10, leading=12, spaceAfter=12)
    title = ParagraphStyle("title", fontName="Helvetica-Bold", fontSize=14, leading=17, spaceAfter=12)
    titles = headings(text)
    story = []
    for line in text.split("\n"):
        if line.strip():
            words = html.escape(line.replace("\\(", "(").replace("\\)", ")").replace("\u202f", " "), quote=False)
            words = re.sub(r"\[([^\[\]]*)\]\((https?://[^)]*)\)", r'<a href="\2">\1</a>', words)
            words = re.sub(r"&lt;(https?://[^&]*)&gt;", r"\1", words)
            story.append(Paragraph(words, title if line in titles else body))
    out = io.BytesIO()
    SimpleDocTemplate(out, pagesize=A4).build(story)
    return out.getvalue()


def write(folder: Path, ext: str, text: str) -> Path:
    path = folder / f"document.{ext}"
    made = {"txt": str.encode, "md": str.encode, "html": lambda t: as_html(t).encode(), "docx": as_docx, "pdf": as_pdf}
    path.write_bytes(made[ext](text))
    return path


@pytest.mark.parametrize("ext", ["md", "html", "docx", "pdf"])
def test_a_small_document_in_every_format(ext: str, tmp_path: Path) -> None:
    text = LAYOUT if ext != "pdf" else LAYOUT.replace("<https://salo.fi/vihrea>", "https://salo.fi/vihrea")
    assert loose(told(write(tmp_path, ext, text))) == loose(told(write(tmp_path, "txt", LAYOUT)))


@needs_source
@pytest.mark.parametrize("ext", ["md", "html", "docx", "pdf"])
def test_the_ministrys_document_in_every_format(ext: str, tmp_path: Path) -> None:
    text = SOURCE.read_text(encoding="utf-8")
    made, wanted = told(write(tmp_path, ext, text)), told(write(tmp_path, "txt", text))
    assert len(made) == 16
    for key in KEYS:
        if key == "outcomes":
            continue
        got = [loose([{"outcomes": None, key: p[key]}]) for p in made]
        assert got == [loose([{"outcomes": None, key: p[key]}]) for p in wanted], key
    assert loose(made)[1] == loose(wanted)[1]


def test_old_finnish_text_is_read(tmp_path: Path) -> None:
    path = tmp_path / "vanha.txt"
    path.write_bytes(LAYOUT.replace("\n", "\r\n").encode("cp1252"))
    assert told(path) == told(write(tmp_path, "txt", LAYOUT))


### What is no document


def bomb(member: str) -> bytes:
    """An archive of a few kilobytes that unpacks to hundreds of megabytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        with archive.open(member, "w", force_zip64=True) as stream:
            for _ in range(300):
                stream.write(b" " * 1_000_000)
    return out.getvalue()


def lying(raw: bytes) -> bytes:
    """The same archive with member sizes that claim to be small."""
    return raw.replace((300_000_000).to_bytes(4, "little"), (1_000).to_bytes(4, "little"))


def poisoned(raw: bytes, member: str, how: str = "utf-8") -> bytes:
    """An office file with an entity bomb in one of its members."""
    out = io.BytesIO()
    laughs = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]>'
    with zipfile.ZipFile(io.BytesIO(raw)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in source.namelist():
            data = source.read(name)
            if name == member:
                data = (laughs + re.sub(r"^<\?xml.*?\?>", "", data.decode())).encode(how)
            archive.writestr(name, data)
    return out.getvalue()


def picture_pdf() -> bytes:
    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    canvas = Canvas(out)
    canvas.rect(10, 10, 100, 100, fill=1)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def pdf_bomb(times: int = 1) -> bytes:
    """A PDF whose page unpacks to 400 MB."""
    engine = zlib.compressobj(9)
    stream = b"".join(engine.compress(b" " * 1_000_000) for _ in range(400)) + engine.flush()
    for _ in range(times - 1):
        stream = zlib.compress(stream, 9)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /Contents 4 0 R /MediaBox [0 0 9 9] >>",
        b"<< /Length %d /Filter [%s] >>\nstream\n%s\nendstream" % (len(stream), b"/FlateDecode " * times, stream),
    ]
    out = b"%PDF-1.4\n"
    places = []
    for n, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (n, body)
    table = len(out)
    out += b"xref\n0 5\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % p for p in places)
    return out + b"trailer << /Size 5 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % table


NOVEL = (
    "Oli synkkä ja myrskyinen yö. " * 40 + "\n\n" + "Turku nukkui, eikä kukaan tiennyt mitään avustuksista.\n\n" * 30
)

NONSENSE = {
    "a-novel.txt": (lambda: NOVEL.encode(), "no-projects"),
    "a-novel.md": (lambda: NOVEL.encode(), "no-projects"),
    "a-novel.docx": (lambda: as_docx(NOVEL), "no-projects"),
    "a-web-page-of-nothing.html": (lambda: b"<html><body><p>Hei</p></body></html>", "no-projects"),
    "empty.txt": (lambda: b"", "empty"),
    "empty.html": (lambda: b"", "empty"),
    "empty.docx": (lambda: b"", "broken"),
    "empty.pdf": (lambda: b"", "broken"),
    "spaces.txt": (lambda: b" \n\n\t\n", "empty"),
    "binary.txt": (lambda: bytes(range(256)) * 50, "not-text"),
    "pictures.pdf": (picture_pdf, "no-text"),
    "bomb.docx": (lambda: bomb("word/document.xml"), "zip-bomb"),
    "bomb.xlsx": (lambda: bomb("xl/worksheets/sheet1.xml"), "zip-bomb"),
    "lying-bomb.docx": (lambda: lying(bomb("word/document.xml")), "broken"),
    "bomb.pdf": (pdf_bomb, "zip-bomb"),
    "streams-without-end.pdf": (lambda: b"%PDF-1.4\n" + b"stream\n" * 500_000, "broken"),
    "bomb-packed-twice.pdf": (lambda: pdf_bomb(2), "zip-bomb"),
    "entities.docx": (lambda: poisoned(as_docx(LAYOUT), "word/document.xml"), "xml-entities"),
    "entities-utf16.docx": (lambda: poisoned(as_docx(LAYOUT), "word/document.xml", "utf-16"), "xml-entities"),
    "cut.docx": (lambda: as_docx(LAYOUT)[:3000], "broken"),
    "text-in-disguise.docx": (lambda: LAYOUT.encode(), "broken"),
    "text-in-disguise.pdf": (lambda: LAYOUT.encode(), "broken"),
    "picture.png": (lambda: b"\x89PNG", "unknown-format"),
}


@pytest.mark.parametrize("name", sorted(NONSENSE))
def test_nonsense_gives_an_answer_and_nothing_is_written(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    make, code = NONSENSE[name]
    path = tmp_path / name
    path.write_bytes(make())

    def no_network(*_: object) -> None:
        raise AssertionError("the network was asked for")

    monkeypatch.setattr(socket, "socket", no_network)
    monkeypatch.setattr(socket, "create_connection", no_network)
    before = sorted(tmp_path.rglob("*"))
    assert main(["-C", str(tmp_path), "--lang", "en", "import", name, "--to", "out"]) == 2
    assert sorted(tmp_path.rglob("*")) == before
    answer = capsys.readouterr().err
    assert name in answer
    assert "Traceback" not in answer
    with pytest.raises(CannotImport) as caught:
        if name.endswith(".xlsx"):
            archives.check(path.read_bytes(), name)
        else:
            document = compilation.read(reading.read(path, name))
            raise CannotImport("no-projects" if not document.projects else "read")
    assert caught.value.code == code


@pytest.mark.parametrize("name", ["bomb.docx", "bomb.pdf", "lying-bomb.docx"])
def test_a_bomb_does_not_fill_the_memory(name: str, tmp_path: Path) -> None:
    """A file that unpacks to 300 or 400 MB is refused, with no more in memory than the limits of the readers."""
    path = tmp_path / name
    path.write_bytes(NONSENSE[name][0]())
    tracemalloc.start()
    with pytest.raises(CannotImport):
        reading.read(path, name)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 200_000_000


def test_a_web_page_with_entities_asks_for_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "page.html"
    page = as_html(LAYOUT).replace("<!doctype html>", '<!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/passwd">]>')
    path.write_text(page.replace("Vihreä Salo", "Vihreä Salo &x;"), encoding="utf-8")
    monkeypatch.setattr(socket, "socket", lambda *_: pytest.fail("the network was asked for"))
    document = compilation.read(reading.read(path, path.name))
    assert all("root:" not in x.text for p in document.projects for x in [*p.description, *filter(None, [p.title])])


def test_deep_markup_is_read_without_recursion(tmp_path: Path) -> None:
    path = tmp_path / "deep.html"
    path.write_text("<div>" * 50_000 + "Vastuutaho: Salo" + "</div>" * 50_000, encoding="utf-8")
    with pytest.raises(CannotImport):
        compilation.read(reading.read(path, path.name))
        raise CannotImport("no-projects")


@pytest.mark.parametrize(
    "line", ["- " * 20_000, "Salo, " * 8_000, "[" * 40_000, "(" * 40_000, "Oy " * 15_000, "7 " * 20_000, "x" * 40_000]
)
def test_a_line_of_one_thing_over_and_over_is_read(line: str, tmp_path: Path) -> None:
    path = tmp_path / "document.txt"
    path.write_text(LAYOUT.replace("Verkosto kasvoi.", line) + "\n" + line, encoding="utf-8")
    assert len(told_loosely(path)) >= 1


def told_loosely(path: Path) -> list[proposals.Draft]:
    return drafts.project_drafts(compilation.read(reading.read(path, path.name)), SETTING)


def test_a_document_longer_than_any_book_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "document.txt"
    path.write_text(LAYOUT + "Verkosto kasvoi.\n" * 200_000, encoding="utf-8")
    with pytest.raises(CannotImport) as caught:
        reading.read(path, path.name)
    assert caught.value.code == "too-large"


def test_an_office_file_that_is_sound_passes_the_check() -> None:
    archives.check(as_docx(LAYOUT), "document.docx")


def test_a_missing_reader_is_told_with_how_to_install_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    path = write(tmp_path, "docx", LAYOUT)
    monkeypatch.setitem(sys.modules, "docx", None)
    assert main(["-C", str(tmp_path), "--lang", "en", "import", path.name, "--to", "out"]) == 2
    assert "pip install 'hankelod[intake]'" in capsys.readouterr().err
