"""Console: the one filter for what reaches a terminal or the log of an automated build.

Texts of records, file names, publications and servers are strangers'. A terminal obeys escape sequences and turns text
around; a runner takes `##[…]` anywhere in a line, and `::…::` at its beginning, for commands.
"""

from __future__ import annotations

import re
import sys

_COMMAND = re.compile(r"##(?=[\w.]*\[)")

_BEGINNING = re.compile(r"^(\s*)(?=::)")


def _unsafe(character: str) -> bool:
    # other spaces than the plain one are not printable for Python
    return (
        not character.isprintable() and not character.isspace()
    ) or character in "\x1c\x1d\x1e\x1f\x85\u2028\u2029\v\f"


def _escaped(text: str) -> str:
    return "".join(_written(c) if _unsafe(c) else c for c in text)


def _written(character: str) -> str:
    number = ord(character)
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def escaped(text: str) -> str:
    """Return a value on one line: every character that is not printable is escaped, spaces but the plain one too."""
    return text if text.isprintable() else "".join(c if c.isprintable() else _written(c) for c in text)


def part(text: str) -> str:
    """Return a text as a part of a line: control and invisible characters and line ends are escaped."""
    if not text.isprintable():
        text = _escaped(text).replace("\r", "\\u000d").replace("\n", "\\u000a")
    return _harmless(text)


def _harmless(line: str) -> str:
    """Return a line in which a runner finds no command."""
    if "##" in line:
        line = _COMMAND.sub(r"##\\", line)
    return _BEGINNING.sub(r"\1\\", line) if "::" in line else line


def lines(text: str) -> str:
    """Return a text of several lines, whose line ends and tabs stay."""
    return "\n".join(map(_line, text.split("\n")))


def _line(line: str) -> str:
    """Return a line whose end may be that of Windows."""
    bare = line.removesuffix("\r")
    return _harmless(_escaped(bare).replace("\r", "\\u000d")) + line[len(bare) :]


def data(text: str, astral: bool = False) -> str:
    """Return JSON, or with `astral` Turtle, in which the same strings are written with escapes."""
    if "##" in text:
        text = _COMMAND.sub(r"#\\u0023", text)
    if all(line.isprintable() for line in text.split("\n")):
        return text
    return "".join(_in_data(c, astral) if _unsafe(c) else c for c in text)


def _in_data(character: str, astral: bool) -> str:
    if astral or ord(character) < 0x10000:
        return _written(character)
    units = character.encode("utf-16-be")
    return f"\\u{units[:2].hex()}\\u{units[2:].hex()}"


def show(text: str) -> None:
    """Write the text of a result to standard output."""
    sys.stdout.write(lines(text))


def tell(text: str) -> None:
    """Write a message to standard error, so that it does not mix with the results."""
    sys.stderr.write(lines(text) + "\n")


def note(text: str) -> None:
    """Write a message of the command to standard error."""
    tell(f"hankelod: {text}")
