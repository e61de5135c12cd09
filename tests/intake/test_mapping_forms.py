"""Forms of numbers and dates by an example or a pattern, with values at random."""

from __future__ import annotations

import calendar
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hankelod.intake.mappings.forms import date_form, number_form

GROUPED = {"1.234,56": (".", ","), "1 234,56": (" ", ","), "1,234.56": (",", "."), "1'234.50": ("'", ".")}
"""Examples of numbers, with their signs for thousands and decimals."""


@pytest.mark.parametrize("example", GROUPED)
@given(number=st.decimals(min_value=-(10**12), max_value=10**12, places=2))
def test_a_number_is_read_as_its_example_is_written(example: str, number: Decimal):
    group, decimal = GROUPED[example]
    form = number_form(example)
    assert form is not None
    plain = f"{number:,.2f}"
    written = plain.replace(",", "\0").replace(".", decimal).replace("\0", group)
    assert Decimal(form.read(written) or "NaN") == number
    assert Decimal(form.read(plain.replace(",", "").replace(".", decimal)) or "NaN") == number
    assert Decimal(form.read(f"{written} €") or "NaN") == number


@pytest.mark.parametrize(
    ("example", "text", "number"),
    [
        ("50 %", "12,5 %", "0.125"),
        ("50 %", "7", "0.07"),
        ("50,5 %", "100 %", "1"),
        ("1234", "12.5", "12.5"),
        ("1234", "1.234", None),
        ("1.234", "1.234", "1234"),
        ("1 234,56", "127125.28", None),
        ("1 234,56", "1 23,4", None),
        ("1 234,56", "\u22121\u00a0234,50", "-1234.50"),
        ("1.234,56", "0,00", "0"),
        ("1,234.56", "NaN", None),
        ("1,234.56", "1e3", None),
        ("1,234.56", "٣", None),
    ],
)
def test_other_forms_of_numbers(example: str, text: str, number: str | None):
    form = number_form(example)
    assert form is not None and form.read(text) == number


@pytest.mark.parametrize("text", ["", "abc", "1.2.3", "1,2.3,4", "%", "12 34"])
def test_what_is_no_example(text: str):
    assert number_form(text) is None


@given(st.text(max_size=30), st.sampled_from([*GROUPED, "50 %", "1234"]))
def test_any_text_is_a_decimal_or_none(text: str, example: str):
    form = number_form(example)
    assert form is not None
    read = form.read(text)
    assert read is None or Decimal(read).is_finite()


PATTERNS = {
    "d.M.yyyy": "{d}.{m}.{y}",
    "yyyy-MM-dd": "{y}-{m:02}-{d:02}",
    "dd/MM/yyyy": "{d:02}/{m:02}/{y}",
    "M/d/yyyy": "{m}/{d}/{y}",
    "yyyyMMdd": "{y}{m:02}{d:02}",
    "d MMMM yyyy": "{d} {name} {y}",
    "yyyy-MM-dd'T'HH:mm:ssXXX": "{y}-{m:02}-{d:02}T10:00:00+02:00",
}


@pytest.mark.parametrize("pattern", PATTERNS)
@given(day=st.dates(min_value=date(1000, 1, 1)))
def test_a_date_is_read_as_its_pattern_says(pattern: str, day: date):
    form = date_form(pattern)
    assert form is not None
    name = calendar.month_name[day.month]
    assert form.read(PATTERNS[pattern].format(y=day.year, m=day.month, d=day.day, name=name)) == day.isoformat()


@pytest.mark.parametrize(
    ("pattern", "text", "read"),
    [
        ("dd/MM/yyyy", "2011", "2011"),
        ("dd/MM/yyyy", "04/2011", "2011-04"),
        ("dd/MM/yyyy", "13/2011", None),
        ("dd/MM/yyyy", "31/02/2011", None),
        ("yyyy-MM-dd", "2010-09-01T00:00:00+00:00", "2010-09-01"),
        ("yyyy-MM-dd", "2016-10-14 01:17:38", "2016-10-14"),
        ("yyyy-MM-dd", "2016-10-14x", None),
        ("M/yyyy", "3/2015", "2015-03"),
        ("yyyy", "2015", "2015"),
        ("yyyy", "0000", None),
        ("d.M.yy", "1.2.99", "1999-02-01"),
        ("d.M.yy", "1.2.15", "2015-02-01"),
        ("d. MMMM yyyy", "3. maaliskuuta 2015", "2015-03-03"),
    ],
)
def test_dates_are_as_precise_as_they_are_written(pattern: str, text: str, read: str | None):
    form = date_form(pattern)
    assert form is not None and form.read(text) == read


@pytest.mark.parametrize("pattern", ["", "d.M", "dd", "yyy", "yyyyy", "foo", "d.yyyy", "d.d.yyyy", "(yyyy"])
def test_what_is_no_pattern(pattern: str):
    form = date_form(pattern)
    assert form is None or pattern == "(yyyy"


@given(st.text(max_size=25), st.sampled_from([*PATTERNS, "yyyy", "M/yyyy"]))
def test_any_text_is_a_date_or_none(text: str, pattern: str):
    form = date_form(pattern)
    assert form is not None
    read = form.read(text)
    assert read is None or len(read) in (4, 7, 10)
