"""Kinds of texts: a text, a text by language, the code of a language."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hankelod.model import spoken
from hankelod.model.kinds.kind import Kind, Rules
from hankelod.rdf.graph import RDF, XSD

WORD = "(?!(?:true|false|yes|no|on|off|null|y|n)$)[a-z][a-z0-9-]*"
"""Pattern of a word that no reader of YAML takes for anything but a text."""


def _texts(text: str, rules: Rules) -> Iterator[str]:
    """Yield other forms of a text whose form is fixed."""
    if not rules.pattern:
        return
    yield text.lower()
    yield re.sub(r"^[a-z]+://([^/?#]+).*$", r"\1", text.lower())
    digits = re.sub(r"(?i)^fi|[\s-]", "", text)
    if re.fullmatch(r"[0-9]{8}", digits):
        yield f"{digits[:7]}-{digits[7]}"


def _languages(text: str, rules: Rules) -> Iterator[str]:
    yield spoken.language(text) or text.lower()


TEXT = Kind(
    "text",
    datatype=XSD + "string",
    term='"{escape($v)}"',
    guesses=_texts,
    lines=True,
    example=True,
)

LANGTEXT = Kind("langtext", datatype=RDF + "langString", by_language=True, summary={"$ref": "#/$defs/text"})

LANGUAGE = Kind(
    "language",
    datatype=XSD + "language",
    coerced=XSD + "language",
    guesses=_languages,
    plain=WORD,
    shown="language",
    # not CSVW's `language`, which some processors do not support
)
