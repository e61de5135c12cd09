"""Outputs of a project on its page, and addresses in records, which may be known in part only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from hankelod.records.record import Record
from hankelod.site.language import Link, Words
from hankelod.site.pages.remarks import Placed, Remarks
from hankelod.site.portfolio import parts
from hankelod.site.view import View, address


class Address(NamedTuple):
    """Link in a record: its label and address. Without an address, `host` is the known host, and `as_written` the text
    that the source has instead.
    """

    words: Words
    address: str | None
    host: str
    as_written: str = ""
    remarks: Placed = ()

    @property
    def known(self) -> bool:
        """True if anything is known of the address."""
        return bool(self.address or self.host or self.as_written)


class Output(NamedTuple):
    """Output: what it is, its name and address."""

    kind: Link | None
    address: Address


def address_of(view: View, part: Mapping[str, object], label: str, remarks: Remarks) -> Address:
    """Return the address in a part, with the text under the key `label`."""
    url, host, as_written = (str(part.get(key, "")) for key in ("url", "host", "asWritten"))
    words = view.t.pick(part.get(label)) or Words(url or host or as_written)
    return Address(words, address(url), host, as_written, remarks.on(part))


def outputs(view: View, project: Record, remarks: Remarks) -> tuple[Output, ...]:
    """Return the outputs of a project."""
    return tuple(
        Output(
            view.concept("OutputKind", str(part["kind"])) if part.get("kind") else None,
            address_of(view, part, "name", remarks),
        )
        for part in parts(project, "outputs")
    )
