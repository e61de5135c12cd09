"""Readers of DOCX and PDF documents."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator

from hankelod.intake.documents import archives
from hankelod.intake.documents.lines import MAX_CHARACTERS, MAX_LINES, CannotImport, Line, missing

MAX_PAGES = 500
"""Most pages of a PDF."""


def read_docx(raw: bytes, name: str) -> Iterable[Line]:
    """Read a DOCX document: its paragraphs, those in tables included, numbered by paragraph. Raises CannotImport."""
    try:
        import docx
        from docx.opc.exceptions import PackageNotFoundError
    except ImportError as error:
        raise missing("python-docx") from error
    archives.check(raw, name)
    try:
        document = docx.Document(io.BytesIO(raw))
    except (PackageNotFoundError, KeyError, ValueError, SyntaxError) as error:
        raise CannotImport("broken", name=name, detail=str(error)) from error
    listed = False
    for number, paragraph in enumerate(_paragraphs(document), 1):
        style = str(getattr(paragraph.style, "name", "") or "").casefold()
        numbered = paragraph._p.pPr is not None and paragraph._p.pPr.numPr is not None
        bullet = "list" in style or "luettelo" in style or numbered
        heading = style.startswith(("heading", "otsikko", "rubrik", "title")) and not bullet
        if listed and not bullet:
            yield Line(number, "")
        listed = bullet
        for n, text in enumerate(_text(paragraph).split("\n")):
            yield Line(number, ("- " if bullet and n == 0 and text.strip() else "") + text, heading)
        if not bullet:
            yield Line(number, "")


def _paragraphs(document: object) -> Iterator:  # type: ignore[type-arg]
    """All paragraphs in document order, those in nested tables included."""
    from docx.table import Table

    stack = list(document.iter_inner_content())[::-1]  # type: ignore[attr-defined]
    while stack:
        block = stack.pop()
        if isinstance(block, Table):
            cells = [c for row in block.rows for c in row.cells]
            stack += [inner for cell in reversed(cells) for inner in list(cell.iter_inner_content())[::-1]]
        else:
            yield block
        if len(stack) > MAX_LINES:
            return


def _text(paragraph) -> str:  # type: ignore[no-untyped-def]
    """The text of a paragraph, links as `[text](address)`."""
    out = ""
    for piece in paragraph.iter_inner_content():
        address = getattr(piece, "url", None)
        if address is None and hasattr(piece, "address"):
            address = ""
        out += f"[{piece.text}]({address})" if address else piece.text
    return out


def read_pdf(raw: bytes, name: str) -> Iterable[Line]:
    """Read a PDF line by line; a larger font makes a heading, a wide gap an empty line. Raises CannotImport."""
    import logging

    try:
        import pypdf
        from pypdf.errors import PyPdfError
    except ImportError as error:
        raise missing("pypdf") from error
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it warns of every oddity; real errors are raised
    try:
        reader = pypdf.PdfReader(io.BytesIO(raw), strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            raise CannotImport("encrypted", name=name)
        pages = len(reader.pages)
        if pages > MAX_PAGES:
            raise CannotImport("too-large", name=name)
        rows: list[tuple[float, float, str] | None] = []
        characters = 0
        for page in reader.pages:
            page_rows = _rows(page)
            characters += sum(len(r[2]) for r in page_rows)
            if characters > MAX_CHARACTERS:
                raise CannotImport("too-large", name=name)
            rows += [*page_rows, None]
    except CannotImport:
        raise
    except (
        PyPdfError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        IndexError,
        RecursionError,
        OSError,
        MemoryError,
        AssertionError,
    ) as error:
        # On a broken file pypdf raises any of these exceptions.
        raise CannotImport("broken", name=name, detail=str(error)) from error
    return _lines(rows)


Row = tuple[float, float, str]
"""A line of a page: y coordinate of its baseline and font size, both in points, and its text."""


def _rows(page) -> list[Row]:  # type: ignore[no-untyped-def]
    """The lines of a page with their links."""
    pieces: list[tuple[float, float, float, str]] = []

    def visit(text: str, matrix: list[float], text_matrix: list[float], font: object, size: float) -> None:
        if text.strip("\n"):
            x = text_matrix[4] * matrix[0] + matrix[4]
            y = text_matrix[5] * matrix[3] + matrix[5]
            pieces.append((round(y, 1), x, abs(size * (text_matrix[3] or 1)), text.replace("\n", "")))

    page.extract_text(visitor_text=visit)
    links = _links(page)
    rows: list[Row] = []
    for y, _, size, text in pieces:
        if rows and abs(rows[-1][0] - y) < 2:
            rows[-1] = (rows[-1][0], max(rows[-1][1], size), rows[-1][2] + text)
        else:
            rows.append((y, size, text))
    return [
        (y, size, _linked(text, [a for _, low, _, high, a in links if low - 2 <= y <= high])) for y, size, text in rows
    ]


def _linked(text: str, addresses: list[str]) -> str:
    """A line with its one link as `[text](address)`.

    A PDF gives the area of a link but not its words, so the whole line, or all after a label, is its text.
    """
    if len(addresses) != 1 or addresses[0] in text:
        return text
    label, colon, words = text.partition(": ")
    return f"{label}: [{words.strip()}]({addresses[0]})" if colon else f"[{text.strip()}]({addresses[0]})"


def _links(page) -> list[tuple[float, float, float, float, str]]:  # type: ignore[no-untyped-def]
    """The links of a page: rectangles (left, bottom, right, top) with their addresses."""
    links = []
    for annotation in page.get("/Annots") or ():
        entry = annotation.get_object()
        action = entry.get("/A")
        action = action.get_object() if action is not None else {}
        if "/URI" in action and "/Rect" in entry:
            x1, y1, x2, y2 = (float(v) for v in entry["/Rect"])
            links.append((min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2), str(action["/URI"])))
    return links


def _lines(rows: list[Row | None]) -> Iterator[Line]:
    """Rows as lines, with empty lines in wide gaps; a font larger than that of most characters is a heading."""
    sizes: dict[float, int] = {}
    for row in rows:
        if row is not None:
            sizes[round(row[1], 1)] = sizes.get(round(row[1], 1), 0) + len(row[2])
    body = max(sorted(sizes), key=lambda s: sizes[s]) if sizes else 0.0
    number = 0
    before: Row | None = None
    for row in rows:
        if row is None:
            before = None
            continue
        number += 1
        if before is not None and before[0] - row[0] > 1.7 * max(body, 1):
            extra = int((before[0] - row[0]) / (1.7 * max(body, 1)))
            yield from (Line(number, "") for _ in range(min(extra, 3)))
        yield Line(number, row[2].strip(), row[1] > body * 1.15)
        before = row
