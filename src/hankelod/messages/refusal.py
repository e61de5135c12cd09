"""Refusals: errors that stop a command, with a message in the user's language."""

from __future__ import annotations

from hankelod.messages.catalogue import Text, in_language
from hankelod.messages.languages import DEFAULT


class Refusal(Exception):
    """A request that cannot be carried out; the message says what is wrong and how to fix it. Exit status 2.

    `texts` is the message by language, or a plain text if it comes from another library and has one language only.
    """

    def __init__(self, texts: Text | str) -> None:
        super().__init__(texts)
        self.texts = texts

    def text(self, lang: str) -> str:
        """Return the message in one language; where it lacks that, in English, else in its first one."""
        return self.texts if isinstance(self.texts, str) else in_language(self.texts, lang)

    def by_language(self) -> Text:
        """Return the message by language; a plain text is taken for English, the language of libraries."""
        return {DEFAULT: self.texts} if isinstance(self.texts, str) else self.texts

    def __str__(self) -> str:
        return self.text(DEFAULT)


class CannotPublish(Refusal):
    """Nothing was published; the message says why and what to do."""


class CannotRun(Refusal):
    """A command could not run; the message says why and what to do. Exit status 2."""
