"""Readers of Markdown and HTML documents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import NamedTuple

from hankelod.intake.documents.lines import CannotImport, Line, decode, missing
from hankelod.intake.documents.visibility import SILENT, Sheets

BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "caption",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "html",
        "legend",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
    ]
)
"""Elements of HTML that begin and end a line."""

HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))

MAX_DEPTH = 250
"""Depth of elements below which nothing is taken; no real document is as deep (libxml2 itself stops at 256)."""


def read_markdown(raw: bytes, name: str) -> Iterable[Line]:
    """Read Markdown (CommonMark): the lines of each block, links as `[text](address)`, without emphasis."""
    try:
        from markdown_it import MarkdownIt
    except ImportError as error:
        raise missing("markdown-it-py") from error
    text = decode(raw, name)
    heading, item, after = False, False, 0
    for token in MarkdownIt("commonmark", {"html": False, "maxNesting": 30}).parse(text):
        if token.type == "heading_open":
            heading = True
        elif token.type == "heading_close":
            heading = False
        elif token.type == "list_item_open":
            item = True
        elif token.type == "inline" or token.type in ("code_block", "fence"):
            first = (token.map[0] if token.map else after) + 1
            yield from (Line(n, "") for n in range(after + 1, first))
            lines = _inline(token.children or []) if token.type == "inline" else token.content.split("\n")
            for n, line in enumerate(lines):
                yield Line(first + n, ("- " if item and n == 0 else "") + line, heading)
            after = first + len(lines) - 1
            item = False


def _inline(children: list) -> list[str]:  # type: ignore[type-arg]
    """The lines of a block's inline content."""
    out, links = [""], []
    for child in children:
        if child.type in ("softbreak", "hardbreak"):
            out.append("")
        elif child.type == "link_open":
            links.append(str(child.attrs.get("href", "")))
            out[-1] += "["
        elif child.type == "link_close":
            out[-1] += f"]({links.pop()})" if links else ""
        elif child.type in ("text", "code_inline"):
            out[-1] += child.content
    return out


def read_html(raw: bytes, name: str) -> Iterable[Line]:
    """Read HTML: a line for each block or line break, numbered as in the file. Raises CannotImport."""
    try:
        from lxml import etree, html
    except ImportError as error:
        raise missing("lxml") from error
    text = decode(raw, name) if not raw.startswith((b"\xff\xfe", b"\xfe\xff")) else raw.decode("utf-16", "replace")
    parser = html.HTMLParser(no_network=True, huge_tree=False, remove_comments=True, remove_pis=True, encoding="utf-8")
    try:
        root = html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise CannotImport("empty", name=name) from error
    return _merge(_blocks(root))


class Part(NamedTuple):
    """A part of a page's text with its line number; `\\n` ends a line, `\\n\\n` a block. `left` as in `Line`."""

    text: str
    number: int
    heading: bool = False
    left: str = ""


def _blocks(root) -> Iterator[Part]:  # type: ignore[no-untyped-def]
    """The parts of a page in order."""
    sheets = Sheets(root)
    stack: list[tuple[object, bool, int]] = [(root, False, 0)]
    while stack:
        node, heading, depth = stack.pop()
        if isinstance(node, Part):
            yield node
            continue
        tag = str(getattr(node, "tag", "")).casefold()
        at = getattr(node, "sourceline", 0) or 0
        reason = "deep" if depth > MAX_DEPTH else sheets.left(node) if tag not in SILENT else ""
        after: list[tuple[object, bool, int]] = []
        if reason:
            after = [(Part(_whole(node), at, False, reason), heading, depth)]
        elif tag not in SILENT:
            after = _inside(node, tag, at, heading or tag in HEADINGS, depth)
        tail = getattr(node, "tail", None)
        if tail:
            after.append((Part(tail.replace("\n", " "), at, heading), heading, depth))
        stack += reversed(after)


def _whole(node) -> str:  # type: ignore[no-untyped-def]
    """All text in an element, except scripts and styles."""
    silent = " or ".join(f"ancestor::{name}" for name in sorted(SILENT))
    return " ".join(" ".join(node.xpath(f".//text()[not({silent})]")).split())


def _inside(node, tag: str, at: int, heading: bool, depth: int) -> list[tuple[object, bool, int]]:  # type: ignore[no-untyped-def]
    """The content of an element in order, parts and child elements, as entries of the stack of `_blocks`."""
    href = node.get("href") if tag == "a" else None
    out: list[object] = []
    if tag == "br":
        out.append(Part("\n", at, heading))
    if tag in BLOCKS:
        out.append(Part("\n" if tag == "li" else "\n\n", at, heading))
    if tag == "li":
        out.append(Part("- ", at, heading))
    if href is not None:
        out.append(Part("[", at, heading))
    if node.text:
        out += _text(node.text, tag, at, heading)
    out += list(node)
    if href is not None:
        out.append(Part(f"]({href.strip()})", at, heading))
    if tag in BLOCKS:
        out.append(Part("\n\n", at, heading))
    return [(x, heading, depth if isinstance(x, Part) else depth + 1) for x in out]


def _text(text: str, tag: str, at: int, heading: bool) -> Iterator[Part]:
    """The text of an element; only preformatted text has lines of its own."""
    if tag != "pre":
        yield Part(text.replace("\n", " "), at, heading)
        return
    for n, line in enumerate(text.split("\n")):
        if n:
            yield Part("\n", at, heading)
        yield Part(line, at + n, heading)


def _merge(parts: Iterable[Part]) -> Iterator[Line]:
    """Parts joined to lines, with one empty line between blocks; what is left out comes after the line it stood in."""
    text, number, heading = "", 0, False
    blank = True
    aside: list[Line] = []
    for part in chain(parts, [Part("\n", 0)]):
        if part.left:
            if part.text:
                aside.append(Line(part.number, part.text, left=part.left))
        elif part.text in ("\n", "\n\n"):
            line = " ".join(text.split())
            if line == "-":
                continue  # the text of this list item is in a paragraph of its own
            if line:
                yield Line(number, line, heading)
                blank = False
            yield from aside
            text, heading, aside = "", False, []
            if part.text == "\n\n" and not blank:
                yield Line(part.number, "")
                blank = True
        else:
            if not text.strip():
                number, heading = part.number, part.heading
            text += part.text
