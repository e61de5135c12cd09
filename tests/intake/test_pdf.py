"""PDF as programs make it: words, lines, columns and links by their place; heads, feet and numbers; pictures."""

from __future__ import annotations

import io
import random
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from hankelod.intake.documents import compilation, pdf, reading
from hankelod.intake.documents.lines import CannotImport, Line

FONT = "Helvetica"
PROJECT = [
    "Majakan kunnostus",
    "",
    "Hankkeessa vaihdettiin sataman valaisimet.",
    "",
    "Hankkeen tulokset ja vaikutukset:",
    "",
    "- Valaisimet uusittiin.",
    "- Satamaan saatiin ohjaus.",
    "",
    "Ratkaisujen pysyvyys ja skaalautuminen:",
    "",
    "- Ohjaus jää käyttöön.",
    "",
    "Vastuutaho: Loviisan kaupunki",
    "",
    "Kokonaissumma: 60 000 €",
    "",
    "Avustusosuus: 42 000 €",
    "",
    "Aikataulu: 3/2022-12/2023",
    "",
]

Draw = Callable[[Canvas], None]


def made(*pages: Draw, **how: object) -> bytes:
    """A PDF of pages that functions draw."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(600, 800), invariant=1, **how)  # type: ignore[arg-type]
    for draw in pages:
        canvas.setFont(FONT, 10)
        draw(canvas)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def read(raw: bytes) -> list[Line]:
    return list(pdf.read_pdf(raw, "x.pdf"))


@pytest.mark.parametrize("size", ["0", "0.001", "-1", "1e9", "99999999999"])
def test_letters_of_any_size(size: str) -> None:
    """A page may be written in letters of no size, by which others cannot be measured."""
    raw = made(column(["Hanke", "", "Toteuttaja: Turku", "Summa 1 €"]), pageCompression=0)
    changed = re.sub(rb"/F\d+ 10 Tf", lambda m: m.group().replace(b" 10 ", b" %b " % size.encode()), raw)
    assert changed != raw
    for each in (changed, re.sub(rb"/F\d+ 10 Tf", lambda m: m.group().replace(b"10", size.encode()), raw, count=1)):
        for line in read(each):
            assert line.number >= 1


def text(lines: list[Line]) -> str:
    """The text that is taken, paragraphs parted by an empty line."""
    taken = "\n".join(x.text for x in lines if not x.left)
    return re.sub(r"\n{2,}", "\n\n", taken).strip("\n")


def left(lines: list[Line]) -> list[tuple[str, str]]:
    return [(x.left, x.text) for x in lines if x.left]


def column(lines: list[str], x: float = 50, y: float = 750, size: float = 10, pitch: float = 12) -> Draw:
    """Lines under each other; an empty one is half as high again."""

    def draw(canvas: Canvas) -> None:
        at = y
        canvas.setFont(FONT, size)
        for line in lines:
            canvas.drawString(x, at, line)
            at -= pitch
        canvas.setFont(FONT, 10)

    return draw


def both(*draws: Draw) -> Draw:
    def draw(canvas: Canvas) -> None:
        for one in draws:
            one(canvas)

    return draw


### Words and lines

word = st.integers(0, 10**5).map(lambda n: f"sana{n}")
lines_of_words = st.lists(st.lists(word, min_size=1, max_size=6), min_size=2, max_size=12)


@settings(max_examples=40, deadline=None)
@given(
    lines_of_words,
    st.sampled_from([0.24, 0.5, 0.75, 1.0, 3.0]),
    st.sampled_from([0, 90, 180, 270]),
    st.sampled_from(["words", "shuffled", "lines", "letters"]),
    st.sampled_from([False, True]),
)
def test_words_placed_anyhow_on_a_page_scaled_and_turned(
    rows: list[list[str]], scale: float, angle: int, how: str, turned_page: bool
) -> None:
    def draw(canvas: Canvas) -> None:
        if turned_page:
            canvas.setPageRotation(90)
        canvas.translate(300, 400)
        canvas.rotate(angle)
        canvas.translate(-250, 200)
        canvas.scale(scale, scale)
        canvas.setFont(FONT, 10 / scale)
        places = []
        for n, row in enumerate(rows):
            x = 0.0
            for one in row if how != "lines" else [" ".join(row)]:
                for part in one if how == "letters" else [one]:
                    places.append((x, -14 * n / scale, part))
                    x += stringWidth(part, FONT, 10 / scale)
                x += 3 / scale
        if how == "shuffled":
            random.Random(1).shuffle(places)
        for x, y, part in places:
            canvas.drawString(x, y, part)

    assert text(read(made(draw))).split("\n") == [" ".join(row) for row in rows]


@pytest.mark.parametrize("scale", [0.24, 0.75, 1.0, 2.0])
def test_items_apart_by_a_gap_without_a_mark(scale: float) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.scale(scale, scale)
        canvas.setFont(FONT, 10 / scale)
        at = 750.0
        for line, gap in [("Valaisimet uusittiin", 12), ("kaikissa.", 17), ("Satamaan saatiin", 12), ("ohjaus.", 17)]:
            canvas.drawString(50 / scale, at / scale, line)
            at -= gap

    assert text(read(made(draw))) == "Valaisimet uusittiin\nkaikissa.\n\nSatamaan saatiin\nohjaus."


def test_indices_and_larger_letters_stay_in_their_line() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(50, 700, "Päästöt vähenivät 40 t CO")
        x = 50 + stringWidth("Päästöt vähenivät 40 t CO", FONT, 10)
        canvas.setFont(FONT, 6)
        canvas.drawString(x, 697.5, "2")
        canvas.setFont(FONT, 10)
        canvas.drawString(x + 6, 700, "vuodessa, ja m")
        x += 6 + stringWidth("vuodessa, ja m", FONT, 10)
        canvas.setFont(FONT, 6)
        canvas.drawString(x, 703.5, "2")
        canvas.setFont(FONT, 10)
        canvas.drawString(50, 688, "toinen rivi")

    assert text(read(made(draw))) == "Päästöt vähenivät 40 t CO2 vuodessa, ja m2\ntoinen rivi"


def test_a_word_broken_at_the_end_of_a_line_and_of_a_page(tmp_path: Path) -> None:
    feet = [lambda c, n=n: c.drawString(280, 25, f"sivu {n}") for n in (1, 2)]
    first = column(["Valaisimet vaihdettiin energiate-", "hokkaampiin, ja sataman ylläpi-"], y=80)
    raw = made(both(first, feet[0]), both(column(["dosta sovittiin ympäristö-", "ja energia-alalla."]), feet[1]))
    (tmp_path / "x.pdf").write_bytes(raw)
    taken = " ".join(x.text for x in reading.read(tmp_path / "x.pdf", "x.pdf") if not x.left)
    assert "energiatehokkaampiin, ja sataman ylläpidosta sovittiin ympäristö- ja energia-alalla." in taken


### Columns and links


@pytest.mark.parametrize("offset", [0, 3, 5, 6])
@pytest.mark.parametrize("gutter", [14, 60])
def test_columns_are_read_one_after_the_other(offset: float, gutter: float) -> None:
    ones = [f"vasen rivi {n} ja {'x' * 30}" for n in range(12)]
    twos = [f"oikea rivi {n}" for n in range(12)]
    width = max(stringWidth(x, FONT, 10) for x in ones)
    page = both(column(ones), column(twos, x=50 + width + gutter, y=750 - offset))
    assert text(read(made(page))).split() == " ".join([*ones, *twos]).split()


def test_columns_whose_words_stand_anyhow_in_the_file() -> None:
    places = [
        (x, 700 - 12 * n, f"{side}{n}{part}")
        for side, x in (("a", 50), ("b", 300))
        for n in range(8)
        for part, x in (("x", x), ("y", x + 20))
    ]
    random.Random(2).shuffle(places)
    raw = made(lambda canvas: [canvas.drawString(*place) for place in places] and None)
    assert text(read(raw)).split() == [f"{side}{n}{part}" for side in "ab" for n in range(8) for part in "xy"]


def test_a_label_and_its_value_far_apart_are_one_line() -> None:
    def draw(canvas: Canvas) -> None:
        for n, (label, value) in enumerate([("Vastuutaho:", "Salon kaupunki"), ("Kokonaissumma:", "60 000 €")]):
            canvas.drawString(50, 700 - 20 * n, label)
            canvas.drawString(250, 700 - 20 * n, value)

    assert text(read(made(draw))).split("\n\n") == ["Vastuutaho: Salon kaupunki", "Kokonaissumma: 60 000 €"]


def linked(canvas: Canvas, x: float, y: float, words: str, address: str) -> None:
    canvas.drawString(x, y, words)
    canvas.linkURL(address, (x, y - 2, x + stringWidth(words, FONT, 10), y + 8))


def test_a_link_is_where_its_words_are() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(50, 700, "Valaisimet uusittiin.")
        canvas.drawString(50, 688, "Ohjaus saatiin.")
        canvas.drawString(300, 712, "Oikea palsta")
        linked(canvas, 300, 700, "muu sivu", "https://example.org/muu")
        canvas.drawString(300, 688, "Lisätietoja:")
        linked(canvas, 360, 688, "hankkeen sivu", "https://example.org/s")

    assert [x.text for x in read(made(draw)) if x.text] == [
        "Valaisimet uusittiin.",
        "Ohjaus saatiin.",
        "Oikea palsta",
        "[muu sivu](https://example.org/muu)",
        "Lisätietoja: [hankkeen sivu](https://example.org/s)",
    ]


@pytest.mark.parametrize(
    ("parts", "address", "made_of"),
    [
        (("https://", "example.org/satama"), "https://example.org/satama", "https://example.org/satama"),
        (("hankkeen", "oma sivu"), "https://example.org/s", "[hankkeen oma sivu](https://example.org/s)"),
        (("example.org/", "satama"), "https://example.org/satama", "[example.org/satama](https://example.org/satama)"),
    ],
)
def test_a_link_over_two_lines_is_one(parts: tuple[str, str], address: str, made_of: str) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(50, 700, "Linkki hankkeeseen:")
        linked(canvas, 150, 700, parts[0], address)
        linked(canvas, 50, 688, parts[1], address)

    assert text(read(made(draw))) == f"Linkki hankkeeseen: {made_of}"


def test_a_link_over_a_whole_field_leaves_the_label() -> None:
    def draw(canvas: Canvas) -> None:
        linked(canvas, 50, 700, "Linkki hankkeeseen: hankkeen sivu", "https://example.org/s")

    assert text(read(made(draw))) == "Linkki hankkeeseen: [hankkeen sivu](https://example.org/s)"


### Heads, feet and numbers of pages

FEET: dict[str, Callable[[int, int], str]] = {
    "number": lambda n, of: f"{n}",
    "word": lambda n, of: f"sivu {n}",
    "of": lambda n, of: f"{n} / {of}",
    "brackets": lambda n, of: f"{n} ({of})",
    "dashes": lambda n, of: f"- {n} -",
    "later": lambda n, of: f"s. {n + 6}",
    "roman": lambda n, of: ("i", "ii", "iii", "iv", "v")[n - 1],
    "title": lambda n, of: "Ministeriön hankkeita 2024",
    "left and right": lambda n, of: ("Ministeriö", "Hankkeita 2024")[n % 2],
}


@pytest.mark.parametrize("top", [False, True])
@pytest.mark.parametrize("kind", FEET)
def test_what_pages_repeat_is_told_apart_from_the_text(kind: str, top: bool) -> None:
    lines = [*PROJECT, *(x.replace("Majakan", "Väylän") for x in PROJECT)]
    pages = [lines[n : n + 9] for n in range(0, len(lines), 9)]
    at = 775 if top else 25
    draws = [
        both(column(page), lambda c, n=n: c.drawString(280, at, FEET[kind](n, len(pages))))
        for n, page in enumerate(pages, 1)
    ]
    lines = read(made(*draws))
    found = compilation.read(lines)
    assert [p.title.text for p in found.projects if p.title] == ["Majakan kunnostus", "Väylän kunnostus"]
    assert [len(p.outcomes) for p in found.projects] == [3, 3]
    assert left(lines) == [("header" if top else "footer", FEET[kind](n, len(pages))) for n in range(1, len(pages) + 1)]
    assert found.coverage() < 100


@pytest.mark.parametrize("foot", ["1", "sivu 1", "1 / 1", "1 (1)"])
def test_the_number_of_the_only_page(foot: str) -> None:
    lines = read(made(both(column(PROJECT), lambda c: c.drawString(280, 25, foot))))
    assert left(lines) == [("footer", foot)]


def test_pages_that_begin_and_end_alike_keep_their_text() -> None:
    """A project on each page: headings, fields and items at the same height are no heads and feet."""
    page = [
        "Hankkeen tulokset ja vaikutukset:",
        "",
        "- Valaisimet uusittiin.",
        *[""] * 55,
        "Vastuutaho: Salon kaupunki",
    ]
    draws = [both(column([f"Hanke {n}"], y=775, size=14), column(page)) for n in (1, 2, 3)]
    lines = read(made(*draws))
    assert left(lines) == []
    assert [x.text for x in lines if x.heading] == ["Hanke 1", "Hanke 2", "Hanke 3"]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(word, max_size=5), min_size=1, max_size=4), st.sampled_from([25, 400, 785]))
def test_every_character_is_taken_or_told(pages: list[list[str]], extra: int) -> None:
    draws = [both(column(page), lambda c, n=n: c.drawString(200, extra, f"lisä {n}")) for n, page in enumerate(pages)]
    lines = read(made(*draws))
    wanted = sorted(x for n, page in enumerate(pages) for x in [*page, "lisä", str(n)])
    assert sorted(" ".join(x.text for x in lines).split()) == wanted


### Pictures, remarks, fields, other directions, passwords


def picture() -> ImageReader:
    from struct import pack
    from zlib import compress, crc32

    def chunk(kind: bytes, data: bytes) -> bytes:
        return pack(">I", len(data)) + kind + data + pack(">I", crc32(kind + data))

    raw = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0))
    return ImageReader(io.BytesIO(raw + chunk(b"IDAT", compress(b"\0\xff\0\0")) + chunk(b"IEND", b"")))


def scanned(canvas: Canvas) -> None:
    canvas.drawImage(picture(), 0, 0, 600, 800)


def test_a_page_that_is_a_picture_is_told(tmp_path: Path) -> None:
    lines = read(made(column(PROJECT), scanned, column(PROJECT[:4], y=500)))
    assert left(lines) == [("picture", "")]
    assert compilation.read(lines).coverage() == 99.9
    (tmp_path / "x.pdf").write_bytes(made(scanned, scanned))
    with pytest.raises(CannotImport) as caught:
        reading.read(tmp_path / "x.pdf", "x.pdf")
    assert caught.value.code == "no-text"


def test_a_recognised_text_over_a_picture_is_taken() -> None:
    def draw(canvas: Canvas) -> None:
        scanned(canvas)
        written = canvas.beginText(50, 750)
        written.setFont(FONT, 10)
        written.setTextRenderMode(3)
        for line in PROJECT:
            written.textLine(line)
        canvas.drawText(written)

    lines = read(made(draw))
    assert left(lines) == []
    assert "Vastuutaho: Loviisan kaupunki" in text(lines)


def test_text_in_another_direction_is_told() -> None:
    def mark(canvas: Canvas) -> None:
        canvas.saveState()
        canvas.translate(200, 300)
        canvas.rotate(45)
        canvas.drawString(0, 0, "LUONNOS ei vielä")
        canvas.rotate(45)
        canvas.drawString(0, 0, "reunassa")
        canvas.restoreState()

    lines = read(made(both(mark, column(PROJECT))))
    assert "LUONNOS" not in text(lines)
    assert [kind for kind, _ in left(lines)] == ["rotated"]
    assert sorted(left(lines)[0][1].split()) == ["LUONNOS", "ei", "reunassa", "vielä"]


def test_what_a_form_shows_is_taken() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(50, 700, "Vastuutaho:")
        canvas.acroForm.textfield(name="a", value="Salon kaupunki", x=120, y=695, width=200, height=18, fontSize=10)

    assert text(read(made(draw))) == "Vastuutaho: Salon kaupunki"


def test_a_remark_is_told() -> None:
    def draw(canvas: Canvas) -> None:
        column(PROJECT)(canvas)
        canvas.textAnnotation("Tarkista summa!", Rect=[10, 10, 30, 30])

    assert left(read(made(draw))) == [("comment", "Tarkista summa!")]


def test_passwords() -> None:
    opened = made(column(PROJECT), encrypt=StandardEncryption("", "omistaja"))
    assert text(read(opened)) == text(read(made(column(PROJECT))))
    with pytest.raises(CannotImport) as caught:
        read(made(column(PROJECT), encrypt=StandardEncryption("salaisuus", "omistaja")))
    assert caught.value.code == "encrypted"


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_a_damaged_file_gives_an_answer(data: st.DataObject) -> None:
    raw = bytearray(made(column(PROJECT), column(PROJECT)))
    for _ in range(data.draw(st.integers(1, 20))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(raw)))
    for one in (bytes(raw), bytes(raw[:cut])):
        try:
            read(one)
        except CannotImport as refused:
            assert refused.code in ("broken", "encrypted", "too-large")


### Lines through a text, letters set apart


STROKES: dict[str, Callable[[Canvas, float, float, float], None]] = {
    "a stroke": lambda c, x, y, width: c.line(x, y + 3, x + width, y + 3),
    "a thin box": lambda c, x, y, width: c.rect(x, y + 2.7, width, 0.7, stroke=0, fill=1),
}


@pytest.mark.parametrize("stroke", STROKES.values(), ids=STROKES)
@pytest.mark.parametrize("scale", [0.6, 1.0, 2.0])
@pytest.mark.parametrize("turn", [0, 90])
def test_a_text_with_a_line_through_it_is_told(
    stroke: Callable[[Canvas, float, float, float], None], scale: float, turn: int
) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.translate(300, 100)
        canvas.rotate(turn)
        canvas.scale(scale, scale)
        canvas.setFont(FONT, 10)
        canvas.drawString(0, 40, "Hanke peruttiin kokonaan toteutui.")
        first = canvas.stringWidth("Hanke ", FONT, 10)
        stroke(canvas, first, 40, canvas.stringWidth("peruttiin kokonaan", FONT, 10))

    lines = read(made(draw))
    assert (text(lines), left(lines)) == ("Hanke toteutui.", [("struck", "peruttiin kokonaan")])


def test_lines_under_over_and_around_a_text_do_not_strike_it_out() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(50, 700, "Alleviivattu, rajattu ja korostettu.")
        for y in (698, 709):
            canvas.line(50, y, 300, y)
        canvas.rect(45, 695, 260, 16)
        canvas.setFillGray(0.9, alpha=0.3)
        canvas.rect(50, 697, 100, 12, stroke=0, fill=1)

    lines = read(made(draw))
    assert (text(lines), left(lines)) == ("Alleviivattu, rajattu ja korostettu.", [])


@pytest.mark.parametrize("apart", [0.0, 0.5, 1.2, 1.6, 2.5])
def test_letters_set_apart_are_words(apart: float) -> None:
    words = "Hankkeessa vaihdettiin sataman valaisimet."

    def draw(canvas: Canvas) -> None:
        line = canvas.beginText(50, 700)
        line.setFont(FONT, 10)
        line.setCharSpace(apart)
        line.textOut(words)
        canvas.drawText(line)

    assert text(read(made(draw))) == words


def test_figures_placed_apart_are_no_number() -> None:
    def draw(canvas: Canvas) -> None:
        for n in range(12):
            canvas.drawString(50 + 9 * n, 700, str(n % 10))

    assert text(read(made(draw))).split() == [str(n % 10) for n in range(12)]
