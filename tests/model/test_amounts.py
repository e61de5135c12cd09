"""Numbers and sums of money as people write them: cells, documents and suggestions read them alike."""

from __future__ import annotations

import time

import pytest

from hankelod.intake.spreadsheets import grid
from hankelod.intake.spreadsheets.cells import Cell
from hankelod.intake.values import amount
from hankelod.model.amounts import is_ambiguous, money, number, readings
from hankelod.records.guesses import meant

NUMBERS = {
    "1200": "1200",
    "0012": "12",
    "1 200": "1200",
    "1 200,5": "1200.5",
    "1\u00a0200\u202f000": "1200000",
    "1'200.50": "1200.50",
    "1.200.000": "1200000",
    "1,200,000": "1200000",
    "1.200,50": "1200.50",
    "1,200.50": "1200.50",
    "12,3456": "12.3456",
    "0.125": "0.125",
    "012.345": "12.345",
    "\u22125,5": "-5.5",
    "+7": "7",
}

NO_NUMBERS = ("", "--", "1 20", "12 00", "1.20.300", "1,200,50", "1e5", "NaN", "5 000 dollaria", "1..2", "noin 500")


@pytest.mark.parametrize(("text", "value"), NUMBERS.items())
def test_numbers(text: str, value: str) -> None:
    assert (readings(text), number(f" {text} "), is_ambiguous(text)) == ([value], value, False)


@pytest.mark.parametrize("text", NO_NUMBERS)
def test_what_is_no_number(text: str) -> None:
    assert (readings(text), number(text), money(text)) == ([], None, None)


@pytest.mark.parametrize(("text", "two"), [("1.200", ["1.200", "1200"]), ("-12,345", ["-12.345", "-12345"])])
def test_two_readings(text: str, two: list[str]) -> None:
    assert (readings(text), number(text), is_ambiguous(text)) == (two, None, True)


@pytest.mark.parametrize("mark", ["{} €", "€{}", "EUR {}", "{} euroa", "{}e", "{},-", "{} ,- €", "{} eur.", "{} Euros"])
@pytest.mark.parametrize(("text", "value"), [("75 000", "75000"), ("1.200.000", "1200000"), ("95 250,5", "95250.50")])
def test_a_sum_is_read_alike_everywhere(dataset, mark: str, text: str, value: str) -> None:
    written = mark.format(text)
    assert money(written) == amount(f"**{written}**") == value
    field = dataset.model.main.field("totalCost")
    read = grid.node(Cell(written), grid.Column(("totalCost",), field, None), 1, 1, None)  # type: ignore[arg-type]
    assert read.value == value
    guess = meant(field, written)
    assert guess is not None and float(guess) == float(value)


@pytest.mark.parametrize("text", ["1,200", "12,345 €", "-5 €", "1,234,567", "1,5 €/kk"])
def test_what_is_no_sum(text: str) -> None:
    assert money(text) is None


@pytest.mark.parametrize("piece", [" ", "\u00a0", "1 ", ",-", ":-", "€", "euro", "1.", "1,000", "'"])
def test_long_texts_are_read_in_time(piece):
    """A cell may hold as much as 32,767 characters."""
    start = time.process_time()
    for text in (piece * 10_000, f"1{piece * 10_000}x", f"€{piece * 10_000}1", f"x{piece * 10_000}€."):
        money(text)
        number(text)
        is_ambiguous(text)
    assert time.process_time() - start < 2
