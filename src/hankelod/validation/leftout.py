"""Left out: how many records a publication does without, since they have violations."""

from __future__ import annotations

from typing import NamedTuple

from hankelod.messages.catalogue import Text
from hankelod.messages.words import message


class Part(NamedTuple):
    """The records of one class that are left out: `records` of `of`; `name` and `label` are those of the class."""

    name: str
    label: Text
    records: int
    of: int

    @property
    def text(self) -> Text:
        """Number left out, of all, in words."""
        return message("left-out", label=self.label, n=self.records, of=self.of)


class LeftOut(NamedTuple):
    """Records that are left out: by class, and how many records by the codes of their violations, most first."""

    parts: tuple[Part, ...] = ()
    kinds: tuple[tuple[str, int], ...] = ()


NOTHING = LeftOut()
