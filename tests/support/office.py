"""DOCX documents whose body is given as XML, as Word writes it."""

from __future__ import annotations

import io
import zipfile

NAMESPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
    'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"'
)
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT = {
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main": "http://purl.oclc.org/ooxml/wordprocessingml/main",
    OFFICE: "http://purl.oclc.org/ooxml/officeDocument/relationships",
}
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"


def docx(
    body: str, parts: dict[str, str] | None = None, links: dict[str, str] | None = None, strict: bool = False
) -> bytes:
    """Return a DOCX with a body; `parts` are further parts by kind (`footnotes`, `styles`), `links` addresses by id."""
    parts, links = parts or {}, links or {}
    types = "".join(
        f'<Override PartName="/word/{k}.xml" ContentType="{WORD}.{k.rstrip("0123456789")}+xml"/>'
        for k in ("document.main", *parts)
    ).replace("document.main.xml", "document.xml")
    relations = "".join(
        f'<Relationship Id="p{n}" Type="{OFFICE}/{k.rstrip("0123456789")}" Target="{k}.xml"/>'
        for n, k in enumerate(parts)
    ) + "".join(
        f'<Relationship Id="{k}" Type="{OFFICE}/hyperlink" Target="{v}" TargetMode="External"/>'
        for k, v in links.items()
    )
    xml = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    files = {
        "[Content_Types].xml": f'{xml}<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" ContentType='
        f'"application/vnd.openxmlformats-package.relationships+xml"/>{types}</Types>',
        "_rels/.rels": f'{xml}<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r" '
        f'Type="{OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>',
        "word/_rels/document.xml.rels": f'{xml}<Relationships xmlns="{PACKAGE}/relationships">'
        f"{relations}</Relationships>",
        "word/document.xml": f"{xml}<w:document {NAMESPACES}><w:body>{body}<w:sectPr/></w:body></w:document>",
    }
    for kind, content in parts.items():
        root = {"header": "hdr", "footer": "ftr"}.get(kind.rstrip("0123456789"), kind)
        files[f"word/{kind}.xml"] = f"{xml}<w:{root} {NAMESPACES}>{content}</w:{root}>"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            if strict:
                for old, new in STRICT.items():
                    text = text.replace(old, new)
            archive.writestr(name, text)
    return out.getvalue()


def run(text: str, properties: str = "", tag: str = "t") -> str:
    """Return a run of text with its properties."""
    return f'<w:r><w:rPr>{properties}</w:rPr><w:{tag} xml:space="preserve">{text}</w:{tag}></w:r>'


def paragraph(*content: str, properties: str = "") -> str:
    """Return a paragraph of runs."""
    return f"<w:p><w:pPr>{properties}</w:pPr>{''.join(content)}</w:p>"


def table(*rows: str) -> str:
    """Return a table of rows."""
    return f"<w:tbl><w:tblPr/><w:tblGrid/>{''.join(rows)}</w:tbl>"


def row(*cells: str, properties: str = "") -> str:
    """Return a row of cells."""
    return f"<w:tr><w:trPr>{properties}</w:trPr>{''.join(cells)}</w:tr>"


def cell(*blocks: str, properties: str = "") -> str:
    """Return a cell of blocks."""
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{''.join(blocks)}</w:tc>"
