"""Languages of messages: one for each TOML file beside this module. It imports nothing, since `--help` needs it."""

import os

from hankelod import messages

LANGUAGES = tuple(sorted(name[:-5] for name in os.listdir(messages.__path__[0]) if name.endswith(".toml")))

DEFAULT = "en"
"""The language of messages where neither the user nor the system names one of them."""

UNDETERMINED = "und"
"""The key of a text whose language is not told."""


def of_pages(dataset: tuple[str, ...]) -> tuple[str, ...]:
    """Return the languages of pages: those of the dataset, else the default. Each can be the name of a folder."""
    return tuple(code for code in dataset if is_tag(code)) or (DEFAULT,)


def is_tag(text: str) -> bool:
    """Check if a text has the form of a language tag: a code of two or three letters, and subtags behind hyphens."""
    code, *subtags = text.split("-")
    letters = code.isascii() and code.isalpha() and code.islower() and 2 <= len(code) <= 3
    return letters and all(s.isascii() and s.isalnum() and len(s) <= 8 for s in subtags)


def folder(code: str, languages: tuple[str, ...]) -> str:
    """Return the folder of the pages in a language, with a slash; those in the first are at the root of the site."""
    return "" if code == languages[0] else f"{code}/"
