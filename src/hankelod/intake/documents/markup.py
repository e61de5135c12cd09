"""Readers of Markdown and HTML documents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from hankelod.intake.documents.lines import CannotImport, Line, decode, missing

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

SILENT = frozenset(["head", "script", "style", "template", "noscript", "svg", "iframe", "object", "title"])
"""Elements of HTML whose content is not text of the document."""

HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))

MAX_DEPTH = 250
"""Depth of elements below which nothing is read; no real document is as deep (libxml2 itself stops at 256)."""


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


def _blocks(root: object) -> Iterator[tuple[str, int, bool]]:
    """Pieces of text, each with its line number and whether it is in a heading; `\\n` ends a line, `\\n\\n` a block."""
    stack: list[tuple[object, bool, int]] = [(root, False, 0)]
    while stack:
        node, heading, depth = stack.pop()
        if isinstance(node, tuple):
            yield node[0], node[1], heading
            continue
        tag = str(getattr(node, "tag", "")).casefold()
        at = getattr(node, "sourceline", 0) or 0
        if tag in SILENT or depth > MAX_DEPTH:
            after: list[tuple[object, bool, int]] = []
        else:
            after = _inside(node, tag, at, heading or tag in HEADINGS, depth)
        tail = getattr(node, "tail", None)
        if tail:
            after.append(((tail, at), heading, depth))
        stack += reversed(after)


def _inside(node: object, tag: str, at: int, heading: bool, depth: int) -> list[tuple[object, bool, int]]:
    """The content of an element in order, pieces and child elements, as entries of the stack of `_blocks`."""
    out: list[tuple[object, bool, int]] = []
    href = node.get("href") if tag == "a" else None  # type: ignore[attr-defined]
    if tag == "br":
        out.append((("\n", at), heading, depth))
    if tag in BLOCKS:
        out.append((("\n" if tag == "li" else "\n\n", at), heading, depth))
    if tag == "li":
        out.append((("- ", at), heading, depth))
    if href is not None:
        out.append((("[", at), heading, depth))
    text = getattr(node, "text", None)
    if text:
        out.append(((text if tag == "pre" else text.replace("\n", " "), at), heading, depth))
    out += [(child, heading, depth + 1) for child in node]  # type: ignore[attr-defined]
    if href is not None:
        out.append(((f"]({href.strip()})", at), heading, depth))
    if tag in BLOCKS:
        out.append((("\n\n", at), heading, depth))
    return out


def _merge(pieces: Iterable[tuple[str, int, bool]]) -> Iterator[Line]:
    """Pieces joined to lines, with one empty line between blocks."""
    text, number, heading = "", 0, False
    blank = True
    for piece, at, marked in pieces:
        if piece in ("\n", "\n\n"):
            line = " ".join(text.split())
            if line == "-":
                continue  # the text of this list item is in a paragraph of its own
            if line:
                yield Line(number, line, heading)
                blank = False
            text, heading = "", False
            if piece == "\n\n" and not blank:
                yield Line(at, "")
                blank = True
            continue
        if not text.strip():
            number, heading = at, marked
        text += piece.replace("\n", " ")
    if text.strip():
        yield Line(number, " ".join(text.split()), heading)
