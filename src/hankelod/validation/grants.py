"""Which limits of a programme or call hold for a grant, on what they rest, and how the grant stands to them.

The shapes `Grant-amount-rate`, `Grant-amount-limit` and `Project-lead-eligible` read the same data and warn; this says
of every grant, good ones too, which rule applied, so that a report and a page can tell. A test holds the two together.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from hankelod.messages.catalogue import Text
from hankelod.records.record import Record, Values

TOLERANCE = Decimal("0.01")
"""How far a grant's share may exceed the highest share before it is a warning: one percentage point, for rounding."""

_MONEY = re.compile(r"[+-]?[0-9]{1,12}([.][0-9]{1,6})?")


class Limit(NamedTuple):
    """A limit: its value as written, and where it comes from.

    `origin` is `call` or `programme`, `holder` the id of that call or programme, `basis` what it rests on in words.
    `inferred` says that the grant names no call whose own limit this is.
    """

    value: str
    origin: str
    holder: str
    basis: Text
    inferred: bool


class Rule(NamedTuple):
    """How one grant of a project stands to the limits that hold for it; a limit that is not known is None.

    `share` is the grant's part of the total cost in per cent, as decimal text. Verdicts: `within`, `tolerance` (above by
    at most one percentage point) or `above` for the rate, `within` or `above` for the amount, `eligible` or `not-eligible`
    for the lead; None where there is nothing to compare.
    """

    record: str
    grant: str
    programme: str
    call: str | None
    amount: str
    cost: str | None
    lead_kind: str | None
    share: str | None
    rate: Limit | None
    rate_verdict: str | None
    ceiling: Limit | None
    ceiling_verdict: str | None
    leads: tuple[str, ...]
    leads_limit: Limit | None
    lead_verdict: str | None

    def verdict(self) -> str:
        """The gravest of the verdicts on the money: `above`, `tolerance`, `within`, or `none` where no limit is known."""
        given = (self.rate_verdict, self.ceiling_verdict)
        return next((v for v in ("above", "tolerance", "within") if v in given), "none")

    def rate_per_cent(self) -> str:
        """The highest share in per cent, as decimal text. Only where there is one."""
        assert self.rate is not None
        per_cent = Decimal(self.rate.value) * 100
        return str(per_cent.quantize(Decimal(1)) if per_cent == per_cent.to_integral() else per_cent.normalize())


def rules(records: Iterable[Record], others: Iterable[Record]) -> list[Rule]:
    """The rules of every grant of the projects among `records`, in their order.

    `others` holds the programmes and organisations that they refer to; `records` may hold them too.
    """
    records = list(records)
    by_id = {(r.cls.folder, r.id): r.values for r in (*others, *records)}
    return [rule for r in records if r.cls.folder == "projects" for rule in _of_project(r, by_id)]


def _of_project(record: Record, by_id: dict[tuple[str | None, str], Values]) -> Iterator[Rule]:
    lead = by_id.get(("organisations", str(record.values.get("lead"))), {})
    kind = lead.get("kind")
    cost = _number(record.values.get("totalCost"))
    for grant in record.values.get("grants", []):  # type: ignore[attr-defined]
        amount = _number(grant.get("amount"))
        programme = by_id.get(("programmes", str(grant.get("programme"))))
        if amount is None or programme is None:
            continue
        call = next((c for c in programme.get("calls", []) if c.get("id") == grant.get("call")), None)  # type: ignore[attr-defined]
        rate = _limit(programme, call, "maxGrantRate")
        ceiling = _limit(programme, call, "maxGrantAmount")
        leads = _limit(programme, call, "leads")
        eligible = tuple(leads.value.split(" ")) if leads else ()
        yield Rule(
            record=record.id,
            grant=str(grant["id"]).rsplit("/", 1)[-1],
            programme=str(grant["programme"]),
            call=str(call["id"]) if call else None,
            amount=str(amount),
            cost=str(cost) if cost else None,
            lead_kind=str(kind) if kind else None,
            share=_share(amount, cost, rate) if cost else None,
            rate=rate,
            rate_verdict=_rate_verdict(amount, cost, rate) if cost and rate else None,
            ceiling=ceiling,
            ceiling_verdict=("above" if amount > Decimal(ceiling.value) else "within") if ceiling else None,
            leads=eligible,
            leads_limit=leads,
            lead_verdict=("eligible" if kind in eligible else "not-eligible") if leads and kind else None,
        )


def _number(value: object) -> Decimal | None:
    """A positive number out of its text, exactly; None where it is none."""
    text = str(value)
    number = Decimal(text) if _MONEY.fullmatch(text) else None
    return number if number is not None and number > 0 else None


def _limit(programme: Values, call: Values | None, key: str) -> Limit | None:
    """The limit of the call that the grant names, else of the programme."""
    for holder, origin, basis in ((call, "call", "source"), (programme, "programme", "limitsBasis")):
        value = holder.get(key) if holder else None
        if holder is None or value is None:
            continue
        text = " ".join(value) if isinstance(value, list) else str(value)
        if key != "leads" and _number(text) is None:
            return None
        told: Text = holder.get(basis, {})  # type: ignore[assignment]
        return Limit(text, origin, str(holder["id"]), told, origin == "programme")
    return None


def _rate_verdict(amount: Decimal, cost: Decimal, rate: Limit) -> str:
    """Multiplied out, so that nothing is divided: the verdict is exact."""
    limit = Decimal(rate.value)
    if amount <= limit * cost:
        return "within"
    return "tolerance" if amount <= (limit + TOLERANCE) * cost else "above"


def _share(amount: Decimal, cost: Decimal, rate: Limit | None) -> str:
    """The share in per cent, with as few decimals (one at least, four at most) as do not belie the verdict."""
    exact = amount * 100 / cost
    for places in range(1, 5):
        share = exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
        if rate is None or _rate_verdict(share, Decimal(100), rate) == _rate_verdict(amount, cost, rate):
            break
    return str(share)
