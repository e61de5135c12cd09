"""Reader of DOCX documents: the text that a reader sees becomes lines, and all other text lines that are left out.

The XML is walked as it stands, by local names, so that no wrapper that a template, an add-in or a reviewer puts around
a text (content controls, smart tags, fields, tracked insertions) hides it. Text that was deleted, struck out or hidden,
and what stands beside the document (headers, notes, comments, charts), is marked with its reason.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from hankelod.intake.documents import archives
from hankelod.intake.documents.lines import CannotImport, Line, missing
from hankelod.intake.documents.styles import REASONS, Style, Styles, attribute, child, local, toggle
from hankelod.intake.documents.symbols import symbol

MAX_DEPTH = 200
"""Depth of elements below which nothing is taken; no real document is as deep (libxml2 itself stops at 256)."""

BESIDE = {
    "header": "header",
    "footer": "footer",
    "footnotes": "footnote",
    "endnotes": "endnote",
    "comments": "comment",
    "chart": "drawing",
    "chartEx": "drawing",
    "diagramData": "drawing",
    "oleObject": "embedded",
    "package": "embedded",
}
"""By the last part of a relationship's type: the reason for which that part is left out."""

HYPERLINK = re.compile(r'\s*HYPERLINK\s+(?:"(?P<quoted>[^"]+)"|(?P<bare>[^\s\\"]\S*))', re.I)

CHARACTERS = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "softHyphen": "\u00ad"}
"""Elements of a run that stand for a character."""


class Piece(NamedTuple):
    """A part of a paragraph's text: the reason for leaving it out (or empty), and the address that it links to."""

    text: str
    left: str
    address: str = ""


class Field:
    """An open field: its instruction so far, and whether its result has begun."""

    def __init__(self, choice: str) -> None:
        self.instruction, self.result, self.choice = "", False, choice

    @property
    def address(self) -> str:
        """The address of a field that is a link, else nothing."""
        match = HYPERLINK.match(self.instruction) if self.result else None
        return (match["quoted"] or match["bare"]) if match else ""


def read_docx(raw: bytes, name: str) -> Iterable[Line]:
    """Read a DOCX document: its paragraphs, those in tables included, numbered by paragraph. Raises CannotImport."""
    try:
        import docx  # noqa: F401  (the classes of parts)
        from docx.opc.exceptions import PackageNotFoundError
        from docx.opc.package import OpcPackage
    except ImportError as error:
        raise missing("python-docx") from error
    archives.check(raw, name)
    try:
        try:
            package = OpcPackage.open(io.BytesIO(raw))
        except (AttributeError, TypeError) as error:  # a part is not of the kind that the library takes it for
            raise CannotImport("broken", name=name, detail=str(error)) from error
        main = next(r.target_part for r in package.rels.values() if kind(r.reltype) == "officeDocument")
        return _Document(main).lines()
    except StopIteration as error:
        raise CannotImport("broken", name=name, detail="officeDocument") from error
    except (PackageNotFoundError, KeyError, ValueError, SyntaxError) as error:
        raise CannotImport("broken", name=name, detail=str(error)) from error


def kind(reltype: str) -> str:
    """Return the last part of a relationship's type; transitional and strict files differ in what is before it."""
    return reltype.rpartition("/")[2]


class _Document:
    """The parts of one document while it is read. `number` is that of the paragraph last begun."""

    def __init__(self, main) -> None:  # type: ignore[no-untyped-def]
        self.main, self.number, self.listed = main, 0, False
        self.fields: list[Field] = []
        self.references: dict[tuple[str, str], int] = {}
        self.root = _root(main.blob)
        styles = next((r.target_part for r in self._relations() if kind(r.reltype) == "styles"), None)
        self.styles = Styles(_root(styles.blob) if styles is not None else None)

    def _relations(self) -> list:  # type: ignore[type-arg]
        return [r for _, r in sorted(self.main.rels.items()) if not r.is_external]

    def lines(self) -> list[Line]:
        """Return all lines: the document's, then those of the parts beside it."""
        lines = list(self._blocks(self.root, "", 0))
        return [*lines, *dict.fromkeys(self._beside())]

    ### Blocks

    def _blocks(self, container, left: str, depth: int) -> Iterator[Line]:  # type: ignore[no-untyped-def]
        """The lines of the blocks in a container: a body, a cell, a content control, a text box."""
        carried: list[Piece] = []
        for node in container:
            name = local(node)
            if name == "p":
                pieces, boxes = self._pieces(node, left)
                pieces = [*carried, *pieces]
                carried = []
                if self._runs_on(node) and _paragraph_follows(node):
                    carried = pieces
                else:
                    yield from self._paragraph(node, pieces)
                for box, inner in boxes:
                    yield from self._blocks(box, inner, depth + 1)
            elif name == "tbl":
                yield from self._table(node, left, depth)
            elif name in ("altChunk", "subDoc"):
                yield Line(max(self.number, 1), "", left="embedded")
            elif name and not name.endswith(("Pr", "PrChange", "Grid")):
                if depth > MAX_DEPTH:
                    yield Line(max(self.number, 1), "".join(node.itertext()), left="deep")
                else:
                    yield from self._blocks(_chosen(node), left or _left_of(node), depth + 1)

    def _runs_on(self, paragraph) -> bool:  # type: ignore[no-untyped-def]
        """True where the mark that ends a paragraph is deleted or hidden: the next one continues it."""
        mark = child(child(paragraph, "pPr"), "rPr")
        gone = child(mark, "del") is not None or child(mark, "moveFrom") is not None
        return gone or bool(toggle(mark, "vanish"))

    def _paragraph(self, node, pieces: list[Piece]) -> Iterator[Line]:  # type: ignore[no-untyped-def]
        properties = child(node, "pPr")
        style = self.styles.of(child(properties, "pStyle"), paragraph=True)
        heading, bullet = style.heading, self._is_bullet(properties, style)
        if self.listed and not bullet:
            yield Line(self.number, "")
        self.listed = bullet
        for n, text in enumerate(_linked(p for p in pieces if not p.left).split("\n")):
            yield Line(self.number, ("- " if bullet and n == 0 and text.strip() else "") + text, heading)
        yield from self._left_out(pieces)
        if not bullet:
            yield Line(self.number, "")

    def _is_bullet(self, properties, style: Style) -> bool:  # type: ignore[no-untyped-def]
        numbering = child(child(properties, "numPr"), "numId")
        if numbering is not None:
            return attribute(numbering, "val") != "0" and not style.heading
        return style.listed and not style.heading

    def _left_out(self, pieces: list[Piece]) -> Iterator[Line]:
        """What a paragraph holds and a reader does not see, one line for each stretch."""
        text, reason = "", ""
        for piece in [*pieces, Piece("", "")]:
            if piece.left != reason:
                if reason and text.strip():
                    yield Line(self.number, " ".join(text.split()), left=reason)
                text, reason = "", piece.left
            text += piece.text

    def _table(self, table, left: str, depth: int) -> Iterator[Line]:  # type: ignore[no-untyped-def]
        """The lines of a table, row by row and cell by cell; a cell that a merged one covers shows nothing."""
        if depth > MAX_DEPTH:
            yield Line(max(self.number, 1), "".join(table.itertext()), left="deep")
            return
        first = True
        formats = self.styles.of(child(child(table, "tblPr"), "tblStyle")).formats
        left = left or next((reason for key, reason in REASONS.items() if formats.get(key)), "")
        for row, row_left in _inside(table, "tr", left):
            properties = child(row, "trPr")
            if child(properties, "del") is not None:
                row_left = row_left or "deleted"
            elif toggle(properties, "hidden"):
                row_left = row_left or "hidden"
            covered = False
            for cell, cell_left in _inside(row, "tc", row_left):
                inner = child(cell, "tcPr")
                if child(inner, "cellDel") is not None:
                    cell_left = cell_left or "deleted"
                elif (_continues(inner, "vMerge") and not first) or (_continues(inner, "hMerge") and covered):
                    cell_left = cell_left or "merged"
                covered = True
                yield from self._blocks(cell, cell_left, depth + 1)
            first = False

    ### Text within a paragraph

    def _pieces(self, paragraph, left: str) -> tuple[list[Piece], list[tuple[object, str]]]:  # type: ignore[no-untyped-def]
        """The text of a paragraph in pieces, and the text boxes that hang on it."""
        self.number += 1
        style = self.styles.of(child(child(paragraph, "pPr"), "pStyle"), paragraph=True)
        pieces: list[Piece] = []
        boxes: list[tuple[object, str]] = []
        stack = [(node, left, "", None) for node in reversed(paragraph)]
        while stack:
            node, why, address, properties = stack.pop()
            name = local(node)
            if not name or name.endswith(("Pr", "PrChange")):
                continue
            if name == "r":
                properties = child(node, "rPr")
                why = why or self.styles.left(properties, style)
            why = why or _left_of(node)
            if name in ("t", "delText"):
                self._add(pieces, node.text or "", why or ("deleted" if name == "delText" else ""), address)
            elif name in CHARACTERS:
                self._add(pieces, CHARACTERS[name], why, address)
            elif name == "sym":
                self._symbol(pieces, node, why, address)
            elif name == "instrText":
                if self.fields and not self.fields[-1].result:
                    self.fields[-1].instruction += node.text or ""
            elif name == "fldChar":
                self._field(pieces, node, why, address)
            elif name == "subDoc":
                pieces.append(Piece(self._target(node), why or "embedded"))
            elif name == "txbxContent":
                boxes.append((node, why))
            elif name in ("drawing", "pict", "object"):
                self._drawing(pieces, node)
                stack += [(box, why, "", None) for box in reversed(_boxes(node))]
            elif name.endswith("Reference"):
                self.references.setdefault((name, attribute(node, "id")), self.number)
            else:
                address = self._address(node) or address
                stack += [(inner, why, address, properties) for inner in reversed(_chosen(node))]
        return pieces, boxes

    def _add(self, pieces: list[Piece], text: str, left: str, address: str) -> None:
        """Add a text: within the instruction of a field it is hidden, within the result of a link it is linked."""
        if text.strip() and any(not f.result for f in self.fields):
            left = left or "hidden"
        address = address or next((f.address for f in reversed(self.fields) if f.address), "")
        pieces.append(Piece(text, left, address))

    def _symbol(self, pieces: list[Piece], node, left: str, address: str) -> None:  # type: ignore[no-untyped-def]
        font, code = attribute(node, "font"), attribute(node, "char")
        text = symbol(font, code)
        if text is None:
            pieces.append(Piece(f"{font} {code}", left or "symbol"))
        else:
            self._add(pieces, text, left, address)

    def _field(self, pieces: list[Piece], node, left: str, address: str) -> None:  # type: ignore[no-untyped-def]
        """Begin a field, its result, or end it. Fields of old forms keep what was chosen beside the text."""
        what = attribute(node, "fldCharType")
        if what == "begin":
            self.fields.append(Field(_chosen_in_form(node)))
        elif what == "separate" and self.fields:
            self.fields[-1].result = True
        elif what == "end" and self.fields:
            ended = self.fields.pop()
            if ended.choice:
                self._add(pieces, ended.choice, left, address)

    def _target(self, node) -> str:  # type: ignore[no-untyped-def]
        """What the relation of an element leads to, else the relation's id."""
        relation = self.main.rels.get(attribute(node, "id"))
        return str(relation.target_ref) if relation is not None else attribute(node, "id") or local(node)

    def _address(self, node) -> str:  # type: ignore[no-untyped-def]
        """The address of a hyperlink or of a simple field that is one, else nothing."""
        if local(node) == "fldSimple":
            match = HYPERLINK.match(attribute(node, "instr"))
            return (match["quoted"] or match["bare"]) if match else ""
        if local(node) != "hyperlink":
            return ""
        relation = self.main.rels.get(attribute(node, "id"))
        if relation is None or not relation.is_external:
            return ""
        anchor = attribute(node, "anchor")
        return str(relation.target_ref) + (f"#{anchor}" if anchor else "")

    def _drawing(self, pieces: list[Piece], node) -> None:  # type: ignore[no-untyped-def]
        """Text of a drawing other than in its text boxes."""
        for inner in node.iter():
            in_box = any(local(above) == "txbxContent" for above in inner.iterancestors())
            if in_box or any(local(above) == "Fallback" for above in inner.iterancestors()):
                continue
            if local(inner) == "t" and (inner.text or "").strip():
                pieces.append(Piece((inner.text or "") + " ", "drawing"))
            elif local(inner) == "textpath" and attribute(inner, "string").strip():
                pieces.append(Piece(attribute(inner, "string") + " ", "drawing"))

    ### Parts beside the document

    def _beside(self) -> Iterator[Line]:
        """The text of headers, footers, notes, comments, charts and embedded files, each a line that is left out."""
        last = max(self.number, 1)
        for relation in self._relations():
            reason = BESIDE.get(kind(relation.reltype))
            if reason == "embedded":
                yield Line(last, str(relation.target_part.partname).rpartition("/")[2], left=reason)
            elif reason == "drawing":
                texts = [x.text or "" for x in _root(relation.target_part.blob).iter() if local(x) in ("t", "v")]
                if any(t.strip() for t in texts):
                    yield Line(last, " ".join(" ".join(texts).split()), left=reason)
            elif reason:
                yield from self._part(relation.target_part, reason, 1 if reason == "header" else last)

    def _part(self, part, reason: str, number: int) -> Iterator[Line]:  # type: ignore[no-untyped-def]
        """The paragraphs of a part; notes and comments are numbered by the paragraph that refers to them."""
        for entry in _root(part.blob):
            at = self.references.get((f"{local(entry)}Reference", attribute(entry, "id")), number)
            for paragraph in [p for p in entry.iter() if local(p) == "p"]:
                # a paragraph in a text box comes by itself
                pieces, _ = self._pieces(paragraph, "")
                for line in self._left_out([p if p.left else p._replace(left=reason) for p in pieces]):
                    yield line._replace(number=at)


### Elements


def _root(blob: bytes):  # type: ignore[no-untyped-def]
    """The root element of a part. Raises SyntaxError for XML that is not well-formed."""
    from lxml import etree

    return etree.fromstring(blob, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False))


def _inside(node, wanted: str, left: str) -> Iterator[tuple]:  # type: ignore[no-untyped-def,type-arg]
    """Rows of a table or cells of a row, also where content controls, smart tags or tracked changes wrap them."""
    stack = [(inner, left) for inner in reversed(node)]
    while stack:
        inner, why = stack.pop()
        name = local(inner)
        if name == wanted:
            yield inner, why
        elif name and not name.endswith(("Pr", "PrChange", "PrEx", "Grid")):
            stack += [(x, why or _left_of(inner)) for x in reversed(_chosen(inner))]


def _left_of(node) -> str:  # type: ignore[no-untyped-def]
    """The reason for leaving out what an element holds, or nothing."""
    name = local(node)
    if name in ("del", "moveFrom"):
        return "deleted"
    if name == "sdt" and toggle(child(node, "sdtPr"), "showingPlcHdr"):
        return "placeholder"
    return ""


def _chosen(node) -> list:  # type: ignore[no-untyped-def,type-arg]
    """The children of an element; of alternatives only those of the first."""
    if local(node) == "AlternateContent":
        choices = [x for x in node if local(x) in ("Choice", "Fallback")]
        return list(choices[0]) if choices else []
    return list(node)


def _boxes(node) -> list:  # type: ignore[no-untyped-def,type-arg]
    """The text boxes of a drawing, outermost only, and without the fallbacks for old readers."""
    boxes, stack = [], list(reversed(node))
    while stack:
        inner = stack.pop()
        if local(inner) == "txbxContent":
            boxes.append(inner)
        else:
            stack += reversed(_chosen(inner))
    return boxes


def _paragraph_follows(node) -> bool:  # type: ignore[no-untyped-def]
    """True where a paragraph is next, behind bookmarks and the like, which hold nothing."""
    after = (x for x in node.itersiblings() if local(x) and (len(x) or local(x) == "p"))
    return local(next(after, node.getparent())) == "p"


def _continues(properties, name: str) -> bool:  # type: ignore[no-untyped-def]
    """True where a cell continues the merged one above (`vMerge`) or before it (`hMerge`)."""
    merge = child(properties, name)
    return merge is not None and attribute(merge, "val") in ("", "continue")


def _chosen_in_form(node) -> str:  # type: ignore[no-untyped-def]
    """What a drop-down list or check box of an old form shows."""
    data = child(node, "ffData")
    choices, box = child(data, "ddList"), child(data, "checkBox")
    if choices is not None:
        entries = [attribute(x, "val") for x in choices if local(x) == "listEntry"]
        number = attribute(child(choices, "result"), "val") or attribute(child(choices, "default"), "val") or "0"
        return entries[int(number)] if number.isdecimal() and int(number) < len(entries) else ""
    if box is not None:
        checked = toggle(box, "checked")
        return "☒" if (toggle(box, "default") if checked is None else checked) else "☐"
    return ""


def _linked(pieces: Iterable[Piece]) -> str:
    """Pieces as one text, links as `[text](address)`."""
    out, words, address = "", "", ""
    for piece in [*pieces, Piece("", "")]:
        if piece.address != address:
            out += f"[{words}]({address})" if address and words.strip() else words
            words, address = "", piece.address
        words += piece.text
    return out + words
