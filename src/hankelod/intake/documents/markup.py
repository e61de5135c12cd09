"""Readers of Markdown and HTML documents."""

from __future__ import annotations

import codecs
import re
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
    """Read Markdown (CommonMark): the lines of each block, links as `[text](address)`, without emphasis.

    What is struck out is left out, and HTML within it is read as in a page.
    """
    try:
        from markdown_it import MarkdownIt
    except ImportError as error:
        raise missing("markdown-it-py") from error
    text = decode(raw, name)
    heading, item, after = False, False, 0
    for token in MarkdownIt("commonmark", {"maxNesting": 30}).enable("strikethrough").parse(text):
        if token.type == "heading_open":
            heading = True
        elif token.type == "heading_close":
            heading = False
        elif token.type == "list_item_open":
            item = True
        elif token.type in ("inline", "code_block", "fence", "html_block"):
            first = (token.map[0] if token.map else after) + 1
            yield from (Line(n, "") for n in range(after + 1, first))
            lines, aside = _block(token, name)
            for n, line in enumerate(lines):
                yield Line(first + n, ("- " if item and n == 0 else "") + line, heading)
            after = first + len(lines) - 1
            yield from (Line(after, words, left=reason) for words, reason in aside)
            item = False


def _block(token, name: str) -> tuple[list[str], list[tuple[str, str]]]:  # type: ignore[no-untyped-def]
    """The lines of a block, and what is left out of it with the reasons."""
    if token.type == "inline":
        return _inline(token.children or [])
    if token.type != "html_block":
        return token.content.split("\n"), []
    try:
        lines = list(read_html(f"<!doctype html><body>{token.content}</body>".encode("utf-8", "replace"), name))
    except CannotImport as refused:
        if refused.code != "empty":
            raise
        lines = []
    return [x.text for x in lines if not x.left] or [""], [(x.text, x.left) for x in lines if x.left]


STRUCK = {"del": "deleted", "s": "struck", "strike": "struck"}
"""Elements of HTML within a line of Markdown that leave a text out."""


def _inline(children: list) -> tuple[list[str], list[tuple[str, str]]]:  # type: ignore[type-arg]
    """The lines of a block's inline content, and what is left out of it with the reasons."""
    out, links, aside = [""], [], []
    open_: list[str] = []
    for child in children:
        tag = (
            re.fullmatch(r"<(?P<end>/?)(?P<name>[a-z]+)\b[^>]*>", child.content, re.I)
            if child.type == "html_inline"
            else None
        )
        name = tag["name"].casefold() if tag is not None else "s" if child.type in ("s_open", "s_close") else ""
        if name in STRUCK:
            if child.type == "s_close" or (tag is not None and tag["end"]):
                open_ = open_[:-1]
            else:
                open_.append(STRUCK[name])
                aside.append(("", STRUCK[name]))
        elif child.type in ("text", "code_inline") and open_:
            aside[-1] = (aside[-1][0] + child.content, open_[0])
        elif child.type in ("softbreak", "hardbreak") or name == "br":
            out.append("")
        elif child.type == "link_open":
            links.append(str(child.attrs.get("href", "")))
            out[-1] += "["
        elif child.type == "link_close":
            out[-1] += f"]({links.pop()})" if links else ""
        elif child.type in ("text", "code_inline"):
            out[-1] += child.content
    return out, [(words, reason) for words, reason in aside if words.strip()]


def read_html(raw: bytes, name: str) -> Iterable[Line]:
    """Read HTML: a line for each block or line break, numbered as in the file. Raises CannotImport."""
    try:
        from lxml import etree, html
    except ImportError as error:
        raise missing("lxml") from error
    text = decode(raw, name, _declared(raw))
    parser = html.HTMLParser(no_network=True, huge_tree=False, remove_comments=True, remove_pis=True, encoding="utf-8")
    try:
        root = html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise CannotImport("empty", name=name) from error
    _mark_items(root)
    return _merge(_blocks(root))


SPACER = re.compile(r"font:\s*7(?:\.0)?pt\b", re.I)
"""The style of the space that Word puts behind the mark of a list item, which is text of the paragraph."""

LONGEST_MARK = 8
"""Most characters of the mark of a list item: `§`, `o`, `(viii)`."""


def _mark_items(root) -> None:  # type: ignore[no-untyped-def]
    """Put `- ` in the place of the marks of Word's list items, which are letters of fonts or numbers."""
    for spacer in root.iter("span"):
        if not SPACER.search(spacer.get("style") or "") or "".join(spacer.itertext()).strip():
            continue
        around = [spacer]
        while around[-1].tag != "p" and around[-1].getprevious() is None and around[-1].getparent() is not None:
            around.append(around[-1].getparent())
        if around[-1].tag == "p" and 0 < len("".join(x.text or "" for x in around).strip()) <= LONGEST_MARK:
            for each in around:
                each.text = None
            around[-1].text = "- "


DECLARED = re.compile(rb"""<(?:meta\b[^>]*?charset|\?xml\b[^>]*?encoding)\s*=\s*["']?\s*(?P<encoding>[\w.:-]+)""", re.I)
"""The encoding that a page names, in its head or in the declaration of XML."""

DECLARED_WITHIN = 4_096
"""Bytes within which a page names its encoding; browsers look at 1,024."""


def _declared(raw: bytes) -> str:
    """The encoding that a page names where it is an old one of one byte for each character; else nothing.

    What is called ISO 8859-1 is Windows-1252, as browsers have it.
    """
    match = DECLARED.search(raw[:DECLARED_WITHIN])
    try:
        found = codecs.lookup(match["encoding"].decode("ascii")).name if match is not None else ""
    except (LookupError, UnicodeDecodeError):
        return ""
    one_byte = re.fullmatch(r"cp\d+|iso8859-\d+|mac-\w+|koi8-\w", found) is not None
    return found if one_byte and found not in ("cp1252", "iso8859-1") else ""


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
    if href is not None and re.match(r"\s*#\S", href):
        href = None  # it leads to another place of the same page; `#` alone is a link whose address was lost
    out: list[object] = []
    if tag == "br":
        out.append(Part("\n", at, heading))
    if tag == "input":
        out.append(Part(" ".join((node.get("value") or "").split()), at, heading))
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
