"""File formats of a publication: ending, media type, and code in the EU authority table of file types."""

from __future__ import annotations

import re
from typing import NamedTuple

from pyoxigraph import RdfFormat

from hankelod.rdf.syntaxes import WRITTEN


class Format(NamedTuple):
    """One file format.

    `file_type` is the code in the EU authority table file-type; `registered` is False if IANA does not list the media
    type.
    """

    ending: str
    media_type: str
    file_type: str
    registered: bool = True

    @property
    def is_extension(self) -> bool:
        """True where the ending is a dot and a word, which servers know files by."""
        return re.fullmatch(r"\.\w+", self.ending) is not None


FORMATS = (
    *(
        Format(f".{form.file_extension}", media_type, file_type)
        for (media_type, form), file_type in zip(
            WRITTEN.items(), ("RDF_TURTLE", "RDF_N_TRIPLES", "JSON_LD", "RDF_TRIG"), strict=True
        )
    ),
    Format(".json", "application/json", "JSON"),
    # JSON Lines is no JSON document, and has no code in the EU table.
    Format(".jsonl", "application/x-ndjson", "TXT", registered=False),
    Format(".csv", "text/csv", "CSV"),
    Format(".csv-metadata.json", "application/csvm+json", "JSON"),
    Format(".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "XLSX"),
    Format(".geojson", "application/geo+json", "GEOJSON"),
    Format(".gz", "application/gzip", "GZIP"),
    Format(".html", "text/html", "HTML"),
    Format(".md", "text/markdown", "TXT"),
    Format(".css", "text/css", "TXT"),
    Format(".js", "text/javascript", "TXT"),
    Format(".wasm", "application/wasm", "BIN"),
    Format(".svg", "image/svg+xml", "XML"),
    Format(".png", "image/png", "PNG"),
    Format(".xml", "application/xml", "XML"),
    Format(".atom", "application/atom+xml", "ATOM"),
    Format(".txt", "text/plain", "TXT"),
    Format(".index", "text/tab-separated-values", "TSV"),
    Format("/void", RdfFormat.TURTLE.media_type, "RDF_TURTLE"),
    # Rules for web servers.
    Format("nginx.conf", "text/plain", "TXT"),
    Format(".htaccess", "text/plain", "TXT"),
    Format("_redirects", "text/plain", "TXT"),
    Format("_headers", "text/plain", "TXT"),
    Format(".nojekyll", "text/plain", "TXT"),
)

_BY_ENDING = {f.ending: f for f in FORMATS}

_LENGTHS = sorted({len(ending) for ending in _BY_ENDING}, reverse=True)


class UnknownFormat(ValueError):
    """No file of a publication has such an ending."""


def of(path: str) -> Format:
    """The format of a file of the publication, by the longest matching ending. Raises UnknownFormat."""
    for length in _LENGTHS:
        found = _BY_ENDING.get(path[-length:])
        if found is not None:
            return found
    raise UnknownFormat(path)


def unpacked(path: str) -> tuple[Format, Format | None]:
    """The format of the content of a file, and that of its compression, or None if it is not compressed."""
    outer = of(path)
    return (of(path.removesuffix(".gz")), outer) if outer.ending == ".gz" else (outer, None)
