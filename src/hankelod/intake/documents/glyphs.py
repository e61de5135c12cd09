"""Glyphs of a PDF page as PDFium gives them: character, place and size, in the direction in which the page is read.

What surrounds the text is read here too: links, remarks, and pages that are only a picture.
"""

from __future__ import annotations

import ctypes
import io
import math
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from hankelod.intake.documents import archives
from hankelod.intake.documents.lines import MAX_CHARACTERS, CannotImport, missing

MAX_PAGES = 500
"""Most pages of a PDF."""

MAX_ANNOTATIONS = 5_000
"""Most links, fields and remarks of a page that are read."""

SKEW = 10
"""Most degrees by which a scanned page may be askew."""

HYPHENS = {0x02, 0xAD, 0xFFFE}
"""Codes that PDFium gives for a hyphen: at the end of a line, and as a soft one, which in a PDF always shows."""

SPACES = {0x09, 0x0A, 0x0D, 0x20, 0xA0, 0x2007, 0x202F}

PICTURE = 0.5
"""Share of a page that pictures cover where a page with little text is taken for a picture."""

LITTLE = 50
"""Fewest glyphs of a page with pictures that is not taken for a picture."""

THIN = 0.25
"""Most thickness of a line that strikes out, in the size of type."""

MIDDLE = (0.15, 0.5)
"""Least and most height of such a line above the baseline, in the size of type."""

Box = tuple[float, float, float, float]
"""Left, bottom, right and top."""


class Glyph(NamedTuple):
    """A character: its extent along the line, the height of its baseline, its size, its place in the file's order.

    `spaced` is true after a space of the file, `parted` where PDFium sees a gap. `link` is the address that it leads
    to, `left` the reason for leaving it out.
    """

    text: str
    left_edge: float
    right_edge: float
    baseline: float
    size: float
    order: int
    spaced: bool
    parted: bool
    link: str = ""
    left: str = ""


class Page(NamedTuple):
    """A page: its glyphs in the file's order, the box that they lie in, text in other directions, and remarks.

    `picture` is true where the page shows a picture and (nearly) no text.
    """

    glyphs: list[Glyph]
    box: Box
    turned: str
    remarks: list[str]
    picture: bool


def pages(raw: bytes, name: str) -> list[Page]:
    """Read the pages of a PDF. Raises CannotImport."""
    try:
        import pypdfium2
    except ImportError as error:
        raise missing("pypdfium2") from error
    archives.check_streams(raw, name)
    try:
        document = pypdfium2.PdfDocument(io.BytesIO(raw))
    except pypdfium2.PdfiumError as error:
        locked = pypdfium2.raw.FPDF_GetLastError() in (pypdfium2.raw.FPDF_ERR_PASSWORD, pypdfium2.raw.FPDF_ERR_SECURITY)
        raise CannotImport("encrypted" if locked else "broken", name=name, detail=str(error)) from error
    try:
        if len(document) > MAX_PAGES:
            raise CannotImport("too-large", name=name)
        found = []
        characters = 0
        for number in range(len(document)):
            found.append(_page(document, number, name, MAX_CHARACTERS - characters))
            characters += len(found[-1].glyphs)
        return found
    except pypdfium2.PdfiumError as error:
        raise CannotImport("broken", name=name, detail=str(error)) from error
    finally:
        document.close()


def _page(document, number: int, name: str, most: int) -> Page:  # type: ignore[no-untyped-def]
    import pypdfium2.raw as pdfium

    page = document[number]
    links = list(_links(document, page))
    remarks, struck, drawn = _annotations(page)
    if drawn and pdfium.FPDFPage_Flatten(page, pdfium.FLAT_NORMALDISPLAY) == pdfium.FLATTEN_SUCCESS:
        page.close()  # fields and remarks that show are part of the page from here on
        page = document[number]
    text = page.get_textpage()
    if text.count_chars() > most:
        raise CannotImport("too-large", name=name)
    by_direction: dict[int, list[Glyph]] = {}
    for direction, glyph in _glyphs(text, links, struck, _lines(page)):
        by_direction.setdefault(direction, []).append(glyph)
    counted = Counter({d: len(g) for d, g in by_direction.items() if d >= 0})
    main = max(sorted(counted), key=lambda d: counted[d]) if counted else 0
    turned = " ".join(_running(by_direction[d], askew=d < 0) for d in sorted(by_direction) if d != main)
    glyphs = by_direction.get(main, [])
    left, bottom, right, top = page.get_cropbox()
    box = _corners((left, bottom, right, top), main)
    picture = len(glyphs) < LITTLE and _pictured(page) >= PICTURE * (right - left) * (top - bottom)
    found = Page(glyphs, box, " ".join(turned.split()), remarks, picture)
    text.close()
    page.close()
    return found


def _running(found: list[Glyph], askew: bool) -> str:
    """Glyphs as text in the file's order; the gaps of a line that is askew are not known."""
    out = ""
    before = found[0]
    for glyph in found:
        near = askew or abs(glyph.left_edge - before.right_edge) < 0.3 * glyph.size
        out += glyph.text if near and not glyph.spaced else " " + glyph.text
        before = glyph
    return out


def _turn(x: float, y: float, direction: int) -> tuple[float, float]:
    """A point of the page as seen by a reader of text in a direction (quarters of a turn)."""
    return ((x, y), (y, -x), (-x, -y), (-y, x))[direction]


def _glyphs(  # type: ignore[no-untyped-def]
    text, links: list[tuple[Box, str]], struck: list[Box], lines: list[Box]
) -> Iterator[tuple[int, Glyph]]:
    """The glyphs of a page, each with its direction (quarters of a turn, -1 for askew)."""
    import pypdfium2.raw as pdfium

    x, y, box, matrix = ctypes.c_double(), ctypes.c_double(), pdfium.FS_RECTF(), pdfium.FS_MATRIX()
    turned = [[_corners(x, d) for x in lines] for d in range(4)]
    spaced = parted = False
    order = 0
    for n in range(text.count_chars()):
        code = pdfium.FPDFText_GetUnicode(text, n)
        if pdfium.FPDFText_IsGenerated(text, n) == 1:
            parted = True
            continue
        if code in SPACES:
            spaced = True
            continue
        pdfium.FPDFText_GetCharOrigin(text, n, x, y)
        pdfium.FPDFText_GetLooseCharBox(text, n, box)
        pdfium.FPDFText_GetMatrix(text, n, matrix)
        angle = math.degrees(math.atan2(matrix.b, matrix.a)) % 360
        direction = round(angle / 90) % 4
        if abs((angle - 90 * round(angle / 90) + 180) % 360 - 180) > SKEW:
            direction = -1
        size = pdfium.FPDFText_GetFontSize(text, n) * math.hypot(matrix.c, matrix.d)
        centre = (box.left + box.right) / 2, (box.bottom + box.top) / 2
        link = next((address for area, address in links if _within(centre, area)), "")
        left = "struck" if any(_within(centre, area) for area in struck) else ""
        one, two = _turn(box.left, box.bottom, max(direction, 0)), _turn(box.right, box.top, max(direction, 0))
        baseline = _turn(x.value, y.value, max(direction, 0))[1]
        character = "-" if code in HYPHENS else _character(code)
        ends = min(one[0], two[0]), max(one[0], two[0])
        if not left and any(_strikes(x, ends, baseline, size) for x in turned[max(direction, 0)]):
            left = "struck"
        yield direction, Glyph(character, *ends, baseline, size, order, spaced, parted, link, left)
        spaced = parted = False
        order += 1


def _corners(box: Box, direction: int) -> Box:
    """A box as seen by a reader of text in a direction."""
    one, two = _turn(box[0], box[1], direction), _turn(box[2], box[3], direction)
    return min(one[0], two[0]), min(one[1], two[1]), max(one[0], two[0]), max(one[1], two[1])


def _strikes(line: Box, ends: tuple[float, float], baseline: float, size: float) -> bool:
    """True where a drawn line goes through the middle of a letter."""
    left, bottom, right, top = line
    height = (bottom + top) / 2 - baseline
    level = top - bottom <= THIN * size and MIDDLE[0] * size <= height <= MIDDLE[1] * size
    return level and left <= (ends[0] + ends[1]) / 2 <= right and right - left >= ends[1] - ends[0]


def _lines(page) -> list[Box]:  # type: ignore[no-untyped-def]
    """The lines that are drawn on a page, level or upright: thin boxes, filled or stroked."""
    import pypdfium2.raw as pdfium

    found: list[Box] = []
    for drawn in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_PATH], max_depth=1):
        filled, stroked = ctypes.c_int(), ctypes.c_int()
        left, bottom, right, top = drawn.get_bounds()
        shown = pdfium.FPDFPath_GetDrawMode(drawn.raw, filled, stroked) and (filled.value or stroked.value)
        if shown and min(right - left, top - bottom) * 4 < max(right - left, top - bottom):
            found.append((left, bottom, right, top))
        if len(found) >= MAX_ANNOTATIONS:
            break
    return found


def _character(code: int) -> str:
    """A character by its code; what has none (a font without a table of characters) is the replacement character."""
    known = 0x20 <= code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF
    return chr(code) if known else "\ufffd"


def _within(point: tuple[float, float], area: Box) -> bool:
    return area[0] <= point[0] <= area[2] and area[1] <= point[1] <= area[3]


def _areas(count: int, get) -> list[Box]:  # type: ignore[no-untyped-def]
    """The quadrilaterals of an annotation as boxes."""
    import pypdfium2.raw as pdfium

    quad, boxes = pdfium.FS_QUADPOINTSF(), []
    for n in range(min(count, MAX_ANNOTATIONS)):
        if get(n, quad):
            xs, ys = (quad.x1, quad.x2, quad.x3, quad.x4), (quad.y1, quad.y2, quad.y3, quad.y4)
            boxes.append((min(xs), min(ys), max(xs), max(ys)))
    return boxes


def _links(document, page) -> Iterator[tuple[Box, str]]:  # type: ignore[no-untyped-def]
    """The areas of a page that lead to an address."""
    import pypdfium2.raw as pdfium

    at, link = ctypes.c_int(0), pdfium.FPDF_LINK()
    for _ in range(MAX_ANNOTATIONS):
        if not pdfium.FPDFLink_Enumerate(page, at, link):
            return
        action = pdfium.FPDFLink_GetAction(link)
        length = pdfium.FPDFAction_GetURIPath(document, action, None, 0) if action else 0
        if not length:
            continue
        buffer = ctypes.create_string_buffer(length)
        pdfium.FPDFAction_GetURIPath(document, action, buffer, length)
        address = buffer.raw.rstrip(b"\x00").decode("utf-8", "replace").strip()
        areas = _areas(
            pdfium.FPDFLink_CountQuadPoints(link), lambda n, q, one=link: pdfium.FPDFLink_GetQuadPoints(one, n, q)
        )
        rectangle = pdfium.FS_RECTF()
        if not areas and pdfium.FPDFLink_GetAnnotRect(link, rectangle):
            xs, ys = (rectangle.left, rectangle.right), (rectangle.bottom, rectangle.top)
            areas = [(min(xs), min(ys), max(xs), max(ys))]
        yield from ((area, address) for area in areas if address)


def _annotations(page) -> tuple[list[str], list[Box], bool]:  # type: ignore[no-untyped-def]
    """The remarks of a page, the areas that one strikes out, and whether any field or remark is drawn on it."""
    import pypdfium2.raw as pdfium

    remarks, struck, drawn = [], [], False
    for n in range(min(pdfium.FPDFPage_GetAnnotCount(page), MAX_ANNOTATIONS)):
        note = pdfium.FPDFPage_GetAnnot(page, n)
        if not note:
            continue
        kind = pdfium.FPDFAnnot_GetSubtype(note)
        if kind in (pdfium.FPDF_ANNOT_WIDGET, pdfium.FPDF_ANNOT_FREETEXT, pdfium.FPDF_ANNOT_STAMP):
            drawn = True
        elif kind not in (pdfium.FPDF_ANNOT_LINK, pdfium.FPDF_ANNOT_POPUP):
            length = pdfium.FPDFAnnot_GetStringValue(note, b"Contents", None, 0)
            buffer = (ctypes.c_uint16 * (length // 2 + 1))()
            pdfium.FPDFAnnot_GetStringValue(note, b"Contents", buffer, length)
            remark = bytes(buffer)[:length].decode("utf-16-le", "replace").rstrip("\x00").strip()
            remarks += [" ".join(remark.split())] if remark else []
        if kind == pdfium.FPDF_ANNOT_STRIKEOUT:
            count = pdfium.FPDFAnnot_CountAttachmentPoints(note)
            struck += _areas(count, lambda m, q, one=note: pdfium.FPDFAnnot_GetAttachmentPoints(one, m, q))
        pdfium.FPDFPage_CloseAnnot(note)
    return remarks, struck, drawn


def _pictured(page) -> float:  # type: ignore[no-untyped-def]
    """The area that pictures cover, each counted whole."""
    import pypdfium2.raw as pdfium

    area = 0.0
    for picture in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE], max_depth=3):
        left, bottom, right, top = picture.get_bounds()
        area += abs(right - left) * abs(top - bottom)
    return area
