"""Grants on the page of their project: amount, share of the cost, and compliance with the limits."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from hankelod.records.record import Record
from hankelod.site import charts
from hankelod.site.language import Link, Words
from hankelod.site.view import View
from hankelod.validation.grants import Rule


class GrantContent(NamedTuple):
    """Grant: euros and share of the cost as text, positions of share and highest share on the bar (0 to `charts.FULL`),
    and the verdict of the rules in sentences.
    """

    programme: Link
    call: Link | None
    amount: str
    share: str
    length: int
    limit: int | None
    sentences: tuple[str, ...]
    basis: Words | None
    verdict: str


def grant_content(view: View, project: Record, part: dict[str, object], total: Decimal) -> GrantContent:
    """Return the content of a grant of a project; `total` is the project's cost."""
    t, amount = view.t, Decimal(str(part["amount"]))
    own = str(part["id"]).rsplit("/", 1)[-1]
    rule = next((r for r in view.portfolio.rules.get(project.id, []) if r.grant == own), None)
    share = t.percent(rule.share) if rule and rule.share else t.share(amount, total)
    limit = rule.rate if rule else None
    basis = next((x.basis for x in (rule.rate, rule.ceiling) if x and x.inferred and x.basis), None) if rule else None
    return GrantContent(
        programme=view.link("Programme", str(part["programme"])),
        call=view.call(str(part["call"])) if part.get("call") else None,
        amount=t.money(amount),
        share=t.share(amount, total),
        length=charts.length(amount, total),
        limit=int(Decimal(limit.value) * charts.FULL) if limit else None,
        sentences=tuple(_sentences(view, rule, share)) if rule else (),
        basis=t.pick(basis),
        verdict=(rule.rate_verdict or "") if rule else "",
    )


def _sentences(view: View, rule: Rule, share: str) -> Iterator[str]:
    """Sentences on the compliance of a grant: the highest share, then the highest amount."""
    t = view.t
    if rule.rate and rule.rate_verdict:
        rate = t.percent(str(Decimal(rule.rate.value) * 100))
        yield t(f"rule.rate-{rule.rate_verdict}", share=share, rate=rate, holder=t(f"rule.of-{rule.rate.origin}"))
    if rule.ceiling and rule.ceiling_verdict:
        most = t.money(rule.ceiling.value)
        yield t(f"rule.amount-{rule.ceiling_verdict}", most=most, holder=t(f"rule.of-{rule.ceiling.origin}"))
