"""Syntaxes of RDF by the endings and media types of files, as pyoxigraph's formats have them."""

from __future__ import annotations

import re

from pyoxigraph import RdfFormat, parse

TRIPLES = {f".{form.file_extension}": form for form in (RdfFormat.N_TRIPLES, RdfFormat.TURTLE, RdfFormat.JSON_LD)}
"""Syntaxes of files of triples by ending, the fastest to read first."""

DUMPS = TRIPLES | {f".{RdfFormat.N_QUADS.file_extension}": RdfFormat.N_QUADS}
"""Syntaxes of dumps by ending, the fastest to read first."""

WRITTEN = {form.media_type: form for form in (RdfFormat.TURTLE, RdfFormat.N_TRIPLES, RdfFormat.JSON_LD, RdfFormat.TRIG)}
"""Syntaxes of a publication, by media type. pyoxigraph's own look-up takes `application/json` for JSON-LD too."""

UNOFFERED = "|".join(
    form.media_type.replace("+", re.escape("+"))
    for form in (RdfFormat.RDF_XML, RdfFormat.N_TRIPLES, RdfFormat.N_QUADS, RdfFormat.TRIG, RdfFormat.N3)
)
"""Media types of syntaxes in which documents are not offered, as a regular expression."""


def count(content: bytes, form: RdfFormat, base: str | None = None) -> int:
    """Return the number of distinct triples in a document. Raises SyntaxError."""
    return len(set(parse(content, format=form, base_iri=base)))
