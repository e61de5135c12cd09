"""Rejections: requests that get an error, with a status, a stable code and a message in the reader's language."""

from __future__ import annotations

from hankelod.messages.catalogue import Text, catalogue

PLAIN = "en"
"""The language of messages for programs: those that accept none of ours, or ask for none."""


class Rejected(Exception):
    """A rejected request: the status, a stable code, a message by language, and further headers of the response."""

    def __init__(self, status: int, code: str, message: Text, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message
        self.headers = headers or {}

    def text(self, lang: str) -> str:
        """The message in one language, in English if that language is missing."""
        return self.message.get(lang) or self.message[PLAIN]


def rejected(
    status: int, code: str, /, name: str | None = None, headers: dict[str, str] | None = None, **values: object
) -> Rejected:
    """Create the rejection with the message of this name in the catalogue (the code unless given), filled in."""
    texts = catalogue("server", "https://w3id.org/hankelod/page#").text(f"error-{name or code}")
    return Rejected(status, code, {lang: text.format_map(values) for lang, text in texts.items()}, headers)
