"""Grants on the page of their project: amount, share of the cost, and limits that are exceeded."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from hankelod.records.record import Record
from hankelod.site import charts
from hankelod.site.amounts import cost
from hankelod.site.language import Link
from hankelod.site.pages.remarks import Placed, Remarks
from hankelod.site.portfolio import parts
from hankelod.site.view import Fact, View
from hankelod.validation.grants import Rule, currency_of

LAID_OUT = frozenset(("amount", "currency", "programme", "call"))
"""Fields with a place of their own; all others are listed among the facts of the grant."""

CHECK = "Grant-amount-rate"
"""Code of the check of the share."""


class GrantContent(NamedTuple):
    """Grant: amount and share of the cost as text, empty if not known; positions of share and highest share on the bar
    (0 to `charts.FULL`); and what exceeds a limit, in sentences, with the path of the page about it. Limits that are
    not exceeded by more than the tolerance are not spoken of.
    """

    programme: Link | None
    call: Link | None
    amount: str
    share: str
    length: int
    limit: int | None
    sentences: tuple[str, ...]
    check: str
    facts: tuple[Fact, ...]
    remarks: Placed


class Funding(NamedTuple):
    """Other funding: from whom, how much as text, and what kind of funding it is; empty if not known."""

    source: str
    amount: str
    kind: Link | None
    remarks: Placed


def other_funding(view: View, project: Record, remarks: Remarks) -> tuple[Funding, ...]:
    """Return the funding of a project beside its grants."""
    return tuple(
        Funding(
            str(part.get("from", "")),
            view.t.amount(str(part["amount"]), currency_of(part)) if "amount" in part else "",
            view.concept("FundingKind", str(part["kind"])) if part.get("kind") else None,
            remarks.on(part),
        )
        for part in parts(project, "otherFunding")
    )


def grant_content(view: View, project: Record, part: dict[str, object], remarks: Remarks) -> GrantContent:
    """Return the content of a grant of a project."""
    t, currency = view.t, currency_of(part)
    amount = Decimal(str(part["amount"])) if "amount" in part else None
    whole = cost(project).value(currency)
    own = str(part["id"]).rsplit("/", 1)[-1]
    rule = next((r for r in view.portfolio.rules.get(project.id, []) if r.grant == own), None)
    share = "" if amount is None else t.percent(rule.share) if rule and rule.share else t.share(amount, whole)
    limit = rule.rate if rule and rule.rate_verdict == "above" else None
    return GrantContent(
        programme=view.link("Programme", str(part["programme"])) if part.get("programme") else None,
        call=view.call(str(part["call"])) if part.get("call") else None,
        amount="" if amount is None else t.amount(amount, currency),
        share="" if amount is None else t.share(amount, whole),
        length=min(charts.FULL, charts.length(amount, whole)) if amount is not None else 0,
        limit=int(Decimal(limit.value) * charts.FULL) if limit else None,
        sentences=tuple(_sentences(view, rule, share)) if rule else (),
        check=f"doc/problem/{CHECK}.html" if any(c.code == CHECK for c in view.model.checks.values()) else "",
        facts=tuple(view.facts_of(view.model.by_name("Grant"), part, LAID_OUT)),
        remarks=remarks.on(part),
    )


def _sentences(view: View, rule: Rule, share: str) -> Iterator[str]:
    """Sentences on the limits that a grant exceeds: the highest share, then the highest amount."""
    t = view.t
    if rule.rate and rule.rate_verdict == "above":
        yield t("rule.rate-above", share=share, rate=t.percent(str(Decimal(rule.rate.value) * 100)))
    if rule.ceiling and rule.ceiling_verdict == "above":
        yield t("rule.amount-above", most=t.amount(rule.ceiling.value, rule.currency))
