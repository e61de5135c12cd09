"""What keeps a command from running, told in the language of the person who runs it."""

from __future__ import annotations


class Refusal(Exception):
    """Something cannot be done; the message says what is wrong and how to mend it. A command ends with exit status 2.

    `told` is the message by language; one that others wrote is in one language only, and a plain text.
    """

    def __init__(self, told: dict[str, str] | str) -> None:
        super().__init__(told)
        self.told = told

    def text(self, lang: str) -> str:
        """The message in one language, in English where it is not told in that one."""
        return self.told if isinstance(self.told, str) else self.told.get(lang) or self.told["en"]

    def __str__(self) -> str:
        return self.text("en")


class CannotPublish(Refusal):
    """Nothing was published; the message says why and what to do."""


class CannotRun(Refusal):
    """A command could not run; the message says why and what to do. Exit status 2."""
