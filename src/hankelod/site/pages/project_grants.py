"""Grants on the page of their project: how much, of what, and what the rules say."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from hankelod.records.record import Record
from hankelod.site import charts
from hankelod.site.language import Link, Words
from hankelod.site.view import View
from hankelod.validation.grants import Rule


class Money(NamedTuple):
    """A grant: euros, share of the cost, where the highest share stands on the bar, and what the rules say of it."""

    programme: Link
    call: Link | None
    amount: str
    share: str
    length: int
    limit: int | None
    told: tuple[str, ...]
    basis: Words | None
    verdict: str


def money(view: View, project: Record, part: dict[str, object], total: Decimal) -> Money:
    """What a page tells of one grant of a project; `total` is the project's cost."""
    t, amount = view.t, Decimal(str(part["amount"]))
    own = str(part["id"]).rsplit("/", 1)[-1]
    rule = next((r for r in view.portfolio.rules.get(project.id, []) if r.grant == own), None)
    share = t.percent(rule.share) if rule and rule.share else t.share(amount, total)
    limit = rule.rate if rule else None
    basis = next((x.basis for x in (rule.rate, rule.ceiling) if x and x.inferred and x.basis), None) if rule else None
    return Money(
        programme=view.link("Programme", str(part["programme"])),
        call=view.call(str(part["call"])) if part.get("call") else None,
        amount=t.money(amount),
        share=t.share(amount, total),
        length=charts.length(amount, total),
        limit=int(Decimal(limit.value) * charts.FULL) if limit else None,
        told=tuple(_told(view, rule, share)) if rule else (),
        basis=t.pick(basis),
        verdict=(rule.rate_verdict or "") if rule else "",
    )


def _told(view: View, rule: Rule, share: str) -> Iterator[str]:
    """What the rules say of a grant, in words: the highest share, then the highest amount."""
    t = view.t
    if rule.rate and rule.rate_verdict:
        rate = t.percent(str(Decimal(rule.rate.value) * 100))
        yield t(f"rule.rate-{rule.rate_verdict}", share=share, rate=rate, holder=t(f"rule.of-{rule.rate.origin}"))
    if rule.ceiling and rule.ceiling_verdict:
        most = t.money(rule.ceiling.value)
        yield t(f"rule.amount-{rule.ceiling_verdict}", most=most, holder=t(f"rule.of-{rule.ceiling.origin}"))
