"""Sums of money by currency: amounts in different currencies are never added up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from hankelod.validation.grants import currency_of

Sums = dict[str, Decimal]
"""Sums by currency, in the order of the codes."""


def added(amounts: Iterable[tuple[str, Decimal]]) -> Sums:
    """Add amounts, each with its currency."""
    sums: Sums = {}
    for currency, amount in amounts:
        sums[currency] = sums.get(currency, Decimal(0)) + amount
    return dict(sorted(sums.items()))


def merged(several: Iterable[Mapping[str, Decimal]]) -> Sums:
    """Add sums."""
    return added(pair for sums in several for pair in sums.items())


def amount_of(values: Mapping[str, object], key: str) -> Sums:
    """Return the amount that a thing has under a key, by its currency; nothing if it has none."""
    amount = values.get(key)
    return {} if amount is None else {currency_of(values): Decimal(str(amount))}
