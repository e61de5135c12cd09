"""Rules of grants: the limits of the call that a grant names, their basis, and the verdicts.

The shapes `Grant-amount-rate`, `Grant-amount-limit` and `Project-lead-eligible` read the same data and warn. The rules
cover every grant of a programme, also those within the limits, for the report and the pages. A test checks that the two
agree. A programme has no limits: its calls differ.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from hankelod.messages.catalogue import Text
from hankelod.records.record import Record, Values

TOLERANCE = Decimal("0.01")
"""Excess over the highest share that gives no warning: one percentage point, for rounding."""

_MONEY = re.compile(r"[+-]?[0-9]{1,12}([.][0-9]{1,6})?")


class Limit(NamedTuple):
    """A limit: its value as written, the id of the call that has it, and the text that it rests on."""

    value: str
    call: str
    basis: Text


class Rule(NamedTuple):
    """One grant of a project compared with the limits that apply to it; an unknown limit is None.

    `share` is the part of the total cost that the grant pays, in per cent, as decimal text; it is None, as is `cost`,
    where the cost is in another currency than the grant. Verdicts: `within`,
    `tolerance` (above by at most one percentage point) or `above` for the rate, `within` or `above` for the amount,
    `eligible` or `not-eligible` for the lead; None if there is nothing to compare.
    """

    record: str
    grant: str
    programme: str
    call: str | None
    currency: str
    amount: str
    cost: str | None
    share: str | None
    rate: Limit | None
    rate_verdict: str | None
    ceiling: Limit | None
    ceiling_verdict: str | None
    leads: tuple[str, ...]
    leads_limit: Limit | None
    lead_verdict: str | None

    def verdict(self) -> str:
        """The gravest verdict on rate and amount: `above`, `tolerance`, `within`, or `none` if no limit is known."""
        verdicts = (self.rate_verdict, self.ceiling_verdict)
        return next((v for v in ("above", "tolerance", "within") if v in verdicts), "none")

    def rate_per_cent(self) -> str:
        """The highest share in per cent, as decimal text. `rate` must not be None."""
        assert self.rate is not None
        per_cent = Decimal(self.rate.value) * 100
        return str(per_cent.quantize(Decimal(1)) if per_cent == per_cent.to_integral() else per_cent.normalize())


def rules(records: Iterable[Record], others: Iterable[Record]) -> list[Rule]:
    """The rules of all grants of the projects among `records`, in the order of the records.

    `others` holds the programmes and organisations that they refer to; `records` may hold some of them too.
    """
    records = list(records)
    by_id = {(r.cls.folder, r.id): r.values for r in (*others, *records)}
    return [rule for r in records if r.cls.main for rule in _of_project(r, by_id)]


def _of_project(record: Record, by_id: dict[tuple[str | None, str], Values]) -> Iterator[Rule]:
    lead = by_id.get(("organisations", str(record.values.get("lead"))), {})
    kind = lead.get("kind")
    total = _number(record.values.get("totalCost"))
    for grant in record.values.get("grants", []):  # type: ignore[attr-defined]
        amount = _number(grant.get("amount"))
        cost = total if _in_one_currency(grant, record.values) else None
        programme = by_id.get(("programmes", str(grant.get("programme"))))
        if amount is None or programme is None:
            continue
        call = next((c for c in programme.get("calls", []) if c.get("id") == grant.get("call")), None)  # type: ignore[attr-defined]
        rate = _limit(call, "maxGrantRate")
        ceiling = _limit(call, "maxGrantAmount") if call is None or _in_one_currency(grant, call) else None
        leads = _limit(call, "leads")
        eligible = tuple(leads.value.split(" ")) if leads else ()
        yield Rule(
            record=record.id,
            grant=str(grant["id"]).rsplit("/", 1)[-1],
            programme=str(grant["programme"]),
            call=str(call["id"]) if call else None,
            currency=currency_of(grant),
            amount=str(amount),
            cost=str(cost) if cost else None,
            share=_share(amount, cost, rate) if cost else None,
            rate=rate,
            rate_verdict=_rate_verdict(amount, cost, rate) if cost and rate else None,
            ceiling=ceiling,
            ceiling_verdict=("above" if amount > Decimal(ceiling.value) else "within") if ceiling else None,
            leads=eligible,
            leads_limit=leads,
            lead_verdict=("eligible" if kind in eligible else "not-eligible") if leads and kind else None,
        )


def currency_of(values: Mapping[str, object]) -> str:
    """The currency of the amounts in complete values (ISO 4217); empty if shapes of a dataset's own have none."""
    return str(values.get("currency", ""))


def _in_one_currency(values: Mapping[str, object], others: Mapping[str, object]) -> bool:
    """Tell whether amounts can be compared: as the shapes have it, also where a currency is not stated."""
    one, other = currency_of(values), currency_of(others)
    return not one or not other or one == other


def _number(value: object) -> Decimal | None:
    """The exact value of a positive number in decimal text; None for anything else."""
    text = str(value)
    number = Decimal(text) if _MONEY.fullmatch(text) else None
    return number if number is not None and number > 0 else None


def _limit(call: Values | None, key: str) -> Limit | None:
    """The limit of the call that the grant names; None if it names none, or the limit is missing or not a number."""
    value = call.get(key) if call else None
    if call is None or value is None:
        return None
    text = " ".join(value) if isinstance(value, list) else str(value)
    if key != "leads" and _number(text) is None:
        return None
    basis: Text = call.get("source", {})  # type: ignore[assignment]
    return Limit(text, str(call["id"]), basis)


def _rate_verdict(amount: Decimal, cost: Decimal, rate: Limit) -> str:
    """Compare by multiplication, without division, so that the verdict is exact."""
    limit = Decimal(rate.value)
    if amount <= limit * cost:
        return "within"
    return "tolerance" if amount <= (limit + TOLERANCE) * cost else "above"


def _share(amount: Decimal, cost: Decimal, rate: Limit | None) -> str:
    """The share in per cent, with the fewest decimals (one to four) that leave the verdict the same."""
    exact = amount * 100 / cost
    for places in range(1, 5):
        share = exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
        if rate is None or _rate_verdict(share, Decimal(100), rate) == _rate_verdict(amount, cost, rate):
            break
    return str(share)
