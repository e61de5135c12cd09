"""Catalogue of the texts for people: one TOML file for each language beside this module, read when it is first needed.

A text is found by the steps to it (`problem`, `yaml-tab`, `fix`). Texts are rendered when they are shown: until then a
message is its template and the values that fill it in.
"""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from hankelod.messages.languages import DEFAULT, LANGUAGES

Text = Mapping[str, str]
"""A text by language: the key is the language tag."""


@cache
def _whole(lang: str) -> dict[str, Any]:
    import tomli

    # importlib.resources would import a fifth of what a command takes: it can read archives, of which this is none
    return tomli.loads(Path(__file__).with_name(f"{lang}.toml").read_text("utf-8"))


def _at(lang: str, steps: tuple[str, ...]) -> Any:
    """Return the entry of a language's file at the end of these steps. Raises KeyError if there is none."""
    if lang not in LANGUAGES:
        raise KeyError(lang)
    value = _whole(lang)
    for step in steps:
        value = value[step]
    return value


def names(*steps: str) -> list[str]:
    """The names in a table, in the order of the file."""
    return list(_at(LANGUAGES[0], steps))


def table(lang: str, *steps: str) -> dict[str, Any]:
    """A table of texts in one language. Raises KeyError."""
    return _at(lang, steps)  # type: ignore[no-any-return]


class Entry(Text):
    """A text of the catalogue by language; empty if there is none at the end of the steps."""

    __slots__ = ("steps",)

    def __init__(self, *steps: str) -> None:
        self.steps = steps

    def __getitem__(self, lang: str) -> str:
        return _at(lang, self.steps)  # type: ignore[no-any-return]

    def __iter__(self) -> Iterator[str]:
        return (lang for lang in LANGUAGES if self._in(lang))

    def __len__(self) -> int:
        return sum(map(self._in, LANGUAGES))

    def __bool__(self) -> bool:
        return self._in(LANGUAGES[0])

    def _in(self, lang: str) -> bool:
        try:
            _at(lang, self.steps)
        except KeyError:
            return False
        return True

    def __repr__(self) -> str:
        return f"Entry{self.steps!r}"


class Phrase(Text):
    """A template by language and the values that fill it in; a value may be a text by language, or an error.

    A placeholder without a value is left empty. A template that begins with a label begins with a capital letter.
    """

    __slots__ = ("template", "values_")

    def __init__(self, template: Text, values: Mapping[str, object]) -> None:
        self.template, self.values_ = template, {key: _held(value) for key, value in values.items()}

    def __getitem__(self, lang: str) -> str:
        template = self.template[lang]
        filled = _Values({key: shown(value, lang) for key, value in self.values_.items()})
        text = template.format_map(filled).strip()
        return text[:1].upper() + text[1:] if template.startswith("{label}") else text

    def __iter__(self) -> Iterator[str]:
        return iter(self.template)

    def __len__(self) -> int:
        return len(self.template)

    def __bool__(self) -> bool:
        return bool(self.template)

    def __repr__(self) -> str:
        return f"Phrase({self.template!r}, {self.values_!r})"


class _Values(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return ""


def in_language(text: Text, lang: str) -> str:
    """A text in one language or a variety of it (`fi-FI`); where it lacks that, in the default or else its first."""
    for each in (lang, *(tag for tag in text if tag.startswith(f"{lang}-")), DEFAULT, *text):
        if text.get(each):
            return text[each]
    return ""


def _held(value: object) -> object:
    """A value as a message holds it: errors of the system and of libraries by their texts, for any process."""
    if isinstance(value, OSError):
        return _system(value)
    return str(value) if isinstance(value, Exception) and not hasattr(value, "text") else value


def shown(value: object, lang: str) -> object:
    """A value for a text in this language: a text by language, a refusal or an error of the system becomes a string."""
    held = _held(value)
    if isinstance(held, Mapping):
        return in_language(held, lang)
    text: Callable[[str], str] | None = getattr(held, "text", None) if isinstance(held, Exception) else None
    return text(lang) if text else held


def _system(error: OSError) -> Text | str:
    """The message of a system error; the system's own English one if the catalogue lacks it."""
    inner = getattr(error, "reason", None)  # urllib wraps connection errors in URLError
    number = inner.errno if isinstance(inner, OSError) else error.errno
    text = Entry("word", f"system-{errno.errorcode.get(number or 0)}")
    return text or str(error.strerror or error)
