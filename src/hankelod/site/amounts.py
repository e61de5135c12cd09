"""Amounts of money: sums by currency, never across, with the number of projects for which they are known."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from hankelod.exports.sums import Sums, amount_of, merged
from hankelod.records.record import Record

ZERO = Decimal(0)


class Amounts(NamedTuple):
    """Sums by the code of their currency, in the order of the codes; known for some projects of all."""

    by_currency: tuple[tuple[str, Decimal], ...]
    known: int
    of: int

    @property
    def single(self) -> tuple[str, Decimal] | None:
        """The currency and the sum, if all is in one currency."""
        return self.by_currency[0] if len(self.by_currency) == 1 else None

    @property
    def complete(self) -> bool:
        """True if the sum is known for every project, and there is one."""
        return 0 < self.of == self.known

    def value(self, currency: str) -> Decimal:
        """Return the sum in one currency, 0 if there is none."""
        return dict(self.by_currency).get(currency, ZERO)


def _summed(several: Iterable[Sums], known: int, of: int) -> Amounts:
    return Amounts(tuple(merged(several).items()), known, of)


def grant(project: Record, programme: str | None = None) -> Amounts:
    """Return the sum of a project's grants, or of those of one programme; known if the amount of each is."""
    grants: list[dict[str, object]] = project.values.get("grants", [])  # type: ignore[assignment]
    some = [g for g in grants if programme is None or g.get("programme") == programme]
    amounts = [amount_of(g, "amount") for g in some]
    return _summed(amounts, int(bool(amounts) and all(amounts)), 1)


def cost(project: Record) -> Amounts:
    """Return the total cost of a project."""
    amount = amount_of(project.values, "totalCost")
    return _summed([amount], len(amount), 1)


def total(amounts: Iterable[Amounts]) -> Amounts:
    """Return the sum of amounts."""
    every = list(amounts)
    return _summed((dict(each.by_currency) for each in every), sum(a.known for a in every), sum(a.of for a in every))


def granted(projects: Iterable[Record], programme: str | None = None) -> Amounts:
    """Return the sum of the projects' grants, or of those of one programme."""
    return total(grant(p, programme) for p in projects)


def costs(projects: Iterable[Record]) -> Amounts:
    """Return the sum of the projects' costs."""
    return total(cost(p) for p in projects)


def both(grants: Amounts, whole: Amounts) -> tuple[Decimal, Decimal] | None:
    """Return a sum of grants and the cost that they pay a share of; None unless both are known for all, in one
    currency.
    """
    if not (grants.complete and whole.complete and grants.single and whole.single):
        return None
    return (grants.single[1], whole.single[1]) if grants.single[0] == whole.single[0] else None


def split(amount: Decimal, ways: int) -> list[Decimal]:
    """Split an amount into `ways` parts that add up to it; the first ones get the remaining hundredths."""
    if ways < 2:
        return [amount] * ways
    hundredths = int(amount * 100)
    return [Decimal(hundredths // ways + (n < hundredths % ways)) / 100 for n in range(ways)]
