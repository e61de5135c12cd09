"""Identifiers on pages: codes of a project or an organisation in the systems of others."""

from __future__ import annotations

from typing import NamedTuple

from hankelod.records.record import Record
from hankelod.site.pages.remarks import Placed, Remarks
from hankelod.site.portfolio import parts


class Identifier(NamedTuple):
    """Code in the system `scheme`."""

    scheme: str
    value: str
    remarks: Placed


def identifiers(record: Record, remarks: Remarks) -> tuple[Identifier, ...]:
    """Return the identifiers of a record."""
    return tuple(
        Identifier(str(part.get("scheme", "")), str(part.get("value", "")), remarks.on(part))
        for part in parts(record, "identifiers")
    )
