"""Styles of a DOCX document: what they make a heading or a list item, and which text they hide or strike out."""

from __future__ import annotations

from typing import NamedTuple

OFF = ("0", "false", "off", "none")

HEADINGS = ("heading", "otsikko", "rubrik", "title", "överskrift")

LISTS = ("list", "luettelo")

INDENTED = ("list paragraph", "list continue", "luettelokappale", "liststycke")
"""How the names of styles begin that only indent: their paragraphs are items of a list where they have a number."""

MAX_ANCESTORS = 20
"""Most styles that one is based on, one upon the other."""

REASONS = {"vanish": "hidden", "strike": "struck", "dstrike": "struck"}
"""Formats of text that a reader does not see as holding, and the reason that is told."""


class Style(NamedTuple):
    """A style with what it takes from those it is based on."""

    heading: bool
    listed: bool
    formats: dict[str, bool]


PLAIN = Style(False, False, {})


def local(node) -> str:  # type: ignore[no-untyped-def]
    """Return an element's name without its namespace; empty for comments and instructions."""
    tag = node.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def child(node, name: str):  # type: ignore[no-untyped-def]
    """Return the first child of that name, or None."""
    return None if node is None else next((x for x in node if local(x) == name), None)


def attribute(node, name: str) -> str:  # type: ignore[no-untyped-def]
    """Return an attribute in any namespace, else an empty string."""
    if node is None:
        return ""
    return next((str(v) for k, v in node.attrib.items() if k.rpartition("}")[2] == name), "")


def toggle(properties, name: str) -> bool | None:  # type: ignore[no-untyped-def]
    """Return a format that is on or off, None where the properties do not say."""
    node = child(properties, name)
    return None if node is None else attribute(node, "val").casefold() not in OFF


class Styles:
    """The styles of a document, by id."""

    def __init__(self, root) -> None:  # type: ignore[no-untyped-def]
        found = [x for x in root if local(x) == "style"] if root is not None else []
        self.nodes = {attribute(x, "styleId"): x for x in found}
        self.default = next(
            (
                x
                for x in found
                if attribute(x, "type") == "paragraph" and attribute(x, "default") in ("1", "true", "on")
            ),
            None,
        )
        self.base = child(child(child(root, "docDefaults"), "rPrDefault"), "rPr")
        self.read: dict[tuple[str, bool], Style] = {}

    def of(self, reference, paragraph: bool = False) -> Style:  # type: ignore[no-untyped-def]
        """Return the style that an element refers to; a paragraph without one has the default."""
        id = attribute(reference, "val")
        key = (id, paragraph)
        if key not in self.read:
            node = self.nodes.get(id) if id else None
            self.read[key] = self._style(node if node is not None or not paragraph else self.default)
        return self.read[key]

    def _style(self, node) -> Style:  # type: ignore[no-untyped-def]
        heading: bool | None = None
        listed = False
        formats: dict[str, bool] = {}
        numbered: bool | None = None
        for _ in range(MAX_ANCESTORS):
            if node is None:
                break
            name = attribute(child(node, "name"), "val").casefold()
            level = attribute(child(child(node, "pPr"), "outlineLvl"), "val")
            if name.startswith(HEADINGS) or (level.isdecimal() and int(level) < 9):
                heading = True
            listed = listed or (any(word in name for word in LISTS) and not name.startswith(INDENTED))
            number = attribute(child(child(child(node, "pPr"), "numPr"), "numId"), "val")
            if numbered is None and number:
                numbered = number != "0"
            for key in REASONS:
                value = toggle(child(node, "rPr"), key)
                if value is not None:
                    formats.setdefault(key, value)
            node = self.nodes.get(attribute(child(node, "basedOn"), "val"))
        return Style(bool(heading), listed or bool(numbered), formats)

    def left(self, properties, paragraph: Style) -> str:  # type: ignore[no-untyped-def]
        """Return the reason for leaving out a run with these properties in a paragraph, or nothing.

        What a run says of itself holds; else the styles of run and paragraph switch each other (ISO 29500-1, 17.7.3).
        """
        character = self.of(child(properties, "rStyle"))
        for key, reason in REASONS.items():
            value = toggle(properties, key)
            if value is None:
                value = paragraph.formats.get(key, False) != character.formats.get(key, False)
                value = value or bool(toggle(self.base, key))
            if value:
                return reason
        return ""
