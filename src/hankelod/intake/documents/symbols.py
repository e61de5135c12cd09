"""Characters of the fonts Symbol and Wingdings, which office programs insert by code rather than as text."""

from __future__ import annotations

SYMBOL = dict(zip(range(0x41, 0x5B), "ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ", strict=True))
SYMBOL |= dict(zip(range(0x61, 0x7B), "αβχδεφγηιϕκλμνοπθρστυϖωξψζ", strict=True))
SYMBOL |= {code: chr(code) for code in (0x20, 0x21, 0x23, 0x25, 0x26, 0x28, 0x29, 0x2B, 0x2C, *range(0x2E, 0x40))}
SYMBOL |= {0x2D: "−", 0x5B: "[", 0x5D: "]", 0x5F: "_", 0x7B: "{", 0x7C: "|", 0x7D: "}", 0x7E: "∼", 0xA0: "€"}
SYMBOL |= {0xA3: "≤", 0xA5: "∞", 0xAB: "↔", 0xAC: "←", 0xAD: "↑", 0xAE: "→", 0xAF: "↓", 0xB0: "°", 0xB1: "±"}
SYMBOL |= {0xB3: "≥", 0xB4: "×", 0xB6: "∂", 0xB7: "•", 0xB8: "÷", 0xB9: "≠", 0xBB: "≈", 0xBC: "…", 0xD6: "√"}
SYMBOL |= {0xD7: "⋅", 0xDB: "⇔", 0xDC: "⇐", 0xDE: "⇒", 0xE5: "∑"}
"""The font Symbol, by code."""

WINGDINGS = {0x6C: "●", 0x6E: "■", 0x6F: "□", 0x71: "❑", 0x76: "❖", 0x9F: "•", 0xA7: "▪", 0xA8: "◻", 0xD8: "➢"}
WINGDINGS |= {0xDF: "←", 0xE0: "→", 0xE1: "↑", 0xE2: "↓", 0xE8: "➔", 0xEF: "⇦", 0xF0: "⇨", 0xFB: "✗", 0xFC: "✓"}
WINGDINGS |= {0xFD: "☒", 0xFE: "☑"}
"""The font Wingdings, by code: marks of lists, arrows and boxes."""

FONTS = {"symbol": SYMBOL, "wingdings": WINGDINGS}


def symbol(font: str, code: str) -> str | None:
    """Return the character of a code (hexadecimal digits) in a font; None where it is not known."""
    try:
        number = int(code, 16)
    except ValueError:
        return None
    table = FONTS.get(font.casefold())
    if table is not None:
        return table.get(number & 0xFF)
    if 0xE000 <= number <= 0xF8FF or not 0x20 <= number <= 0xFFFF or 0xD800 <= number <= 0xDFFF:
        return None
    return chr(number)
