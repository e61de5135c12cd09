"""Tables beside the texts: currencies (ISO 4217), own names of languages, names and terms of licences."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import NamedTuple


class Currency(NamedTuple):
    """Writing of an amount: the symbol, the number of decimals, and whether the symbol can precede the amount."""

    symbol: str
    decimals: int
    before: bool


class Licence(NamedTuple):
    """Short name of a licence, and what it asks for: `credit`, nothing (`free`), or what its text says (`other`)."""

    name: str
    terms: str


@cache
def currencies() -> Mapping[str, Currency]:
    """Return the currencies of ISO 4217, those that are no more included, by their code; the code is the symbol of one
    that has no other."""
    return {
        r["code"]: Currency(r["symbol"] or r["code"], int(r["decimals"]), r["before"] != "no")
        for r in _rows("currencies")
    }


def currency(code: str) -> Currency:
    """Return how a currency is written; one that is not known by its code, with two decimals."""
    return currencies().get(code) or Currency(code, 2, True)


@cache
def codes(name: str) -> tuple[str, ...]:
    """Return the codes of a table, such as `currencies`, in its order."""
    return tuple(r["code"] for r in _rows(name))


@cache
def own_names() -> Mapping[str, str]:
    """Return the names of languages in themselves, by their code."""
    return {r["code"]: r["own"] for r in _rows("languages")}


@cache
def licences() -> Mapping[str, Licence]:
    """Return well-known licences by their address."""
    return {r["address"]: Licence(r["name"], r["terms"]) for r in _rows("licences")}


def _rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader((files(__package__) / f"{name}.csv").read_text("utf-8").splitlines()))
