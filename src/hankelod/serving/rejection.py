"""Rejections: requests that get an error, with a status, a stable code and a message in the reader's language."""

from __future__ import annotations

from hankelod.messages.catalogue import Entry, Phrase, Text, in_language


class Rejected(Exception):
    """A rejected request: the status, a stable code, a message by language, and further headers of the response."""

    def __init__(self, status: int, code: str, message: Text, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message
        self.headers = headers or {}

    def text(self, lang: str) -> str:
        """The message in one language, in English if that language is missing."""
        return in_language(self.message, lang)


def rejected(
    status: int, code: str, /, name: str | None = None, headers: dict[str, str] | None = None, **values: object
) -> Rejected:
    """Create the rejection with the message of this name in the catalogue (the code unless given), filled in."""
    return Rejected(status, code, Phrase(Entry("page", f"error-{name or code}"), values), headers)
