"""Brand of a site: name, logo and colour of `brand` in `dataset.yml`, checked before anything is published.

The colour is that of links and buttons. On a light background it has to stand out as WCAG 2.1 asks (1.4.3: 4.5 to 1);
for a dark one it is lightened until it does.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from hankelod.messages.catalogue import Text
from hankelod.messages.refusal import CannotPublish
from hankelod.messages.words import message
from hankelod.publication.files import File, Files
from hankelod.rdf.files import Unfit, why
from hankelod.rdf.files import content as content_of

LIGHT, DARK = ((0xF4, 0xF2, 0xEC), (0x1A, 0x23, 0x25))
"""The backgrounds of the stylesheet that a colour stands out from least (`--panel`), light and dark."""

CONTRAST = 4.5
"""Least contrast of text and background (WCAG 2.1, 1.4.3)."""

LARGEST = 200_000
"""Most bytes of a logo, which every page loads."""

STYLE = "assets/brand.css"

PNG = b"\x89PNG\r\n\x1a\n"

_ACTIVE = re.compile(rb"<!(DOCTYPE|ENTITY)|<\s*(\w+:)?(script|foreignObject|iframe|image|use)\b|\bon\w+\s*=", re.I)

_ADDRESS = re.compile(rb"""(href|src)\s*=\s*["'](?!#)|url\(\s*["']?(?!#)|@import|javascript:""", re.I)

Colour = tuple[int, int, int]


class NotBrand(CannotPublish):
    """A brand that cannot be used; `key` is that of the faulty value."""

    def __init__(self, text: Text, key: str) -> None:
        super().__init__(text)
        self.key = key


class Brand(NamedTuple):
    """Brand: its name, the file of its logo and the path of that in the site, its colour."""

    name: str = ""
    file: Path | None = None
    logo: str = ""
    colour: Colour | None = None


def brand(given: object, data: Path) -> Brand:
    """Return the brand of a dataset by its setting; `data` is the folder from which the logo's path counts.

    Raises NotBrand for a logo that is not there, no SVG or PNG, too large or active, and for a colour that does not
    stand out. A value that the shapes refuse is taken as absent: it is their problem.
    """
    if not isinstance(given, Mapping):
        return Brand()
    named, logo, colour = (str(given.get(key, "")) for key in ("name", "logo", "colour"))
    file = _logo(data, logo) if logo.endswith((".svg", ".png")) else None
    path = f"assets/logo{file.suffix}" if file else ""
    return Brand(named, file, path, _colour(colour) if re.fullmatch("#[0-9a-fA-F]{6}", colour) else None)


def _logo(data: Path, name: str) -> Path:
    file = data / name
    try:
        content = content_of(file, within=data, largest=LARGEST)
    except Unfit as error:
        reason = message("brand-logo-unreadable", file=name, why=why(error), most=LARGEST // 1000)
        raise NotBrand(reason, "logo") from error
    drawing = file.suffix == ".svg"
    if not (b"<svg" in content[:2000] if drawing else content.startswith(PNG)):
        raise NotBrand(message("brand-logo-kind", file=name), "logo")
    if drawing and (_ACTIVE.search(content) or _ADDRESS.search(content)):
        raise NotBrand(message("brand-logo-active", file=name), "logo")
    return file


def _colour(text: str) -> Colour:
    colour = _parts(text)
    reached = contrast(colour, LIGHT)
    if reached < CONTRAST:
        reason = message("brand-colour-weak", colour=text, contrast=f"{reached:.1f}", least=str(CONTRAST))
        raise NotBrand(reason, "colour")
    return colour


def _parts(text: str) -> Colour:
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


def luminance(colour: Colour) -> float:
    """Return the relative luminance of a colour of sRGB (WCAG 2.1)."""
    parts = [v / 255 for v in colour]
    red, green, blue = (v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Colour, other: Colour) -> float:
    """Return the contrast ratio of two colours, from 1 to 21 (WCAG 2.1)."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def lightened(colour: Colour) -> Colour:
    """Return a colour mixed with as little white as it needs to stand out on a dark background."""
    for white in range(0, 101, 5):
        mixed = tuple(v + (255 - v) * white // 100 for v in colour)
        if contrast(mixed, DARK) >= CONTRAST:  # type: ignore[arg-type]
            return mixed  # type: ignore[return-value]
    return (255, 255, 255)


def files(brand: Brand) -> Files:
    """Files of a brand: its logo, and the style with its colour."""
    if brand.file is not None:
        yield File(brand.logo, content_of(brand.file, within=brand.file.parent, largest=LARGEST))
    if brand.colour is not None:
        light, dark = ("#{:02x}{:02x}{:02x}".format(*c) for c in (brand.colour, lightened(brand.colour)))
        rules = "{{ --link: {0}; --accent: {0}; }}"
        style = f":root {rules.format(light)}\n@media (prefers-color-scheme: dark) {{ :root {rules.format(dark)} }}\n"
        yield File(STYLE, style.encode())
