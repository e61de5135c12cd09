"""Bounds of dates: the first and the last day of a year, a month or a day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hankelod.model.bounds import first_day, last_day


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2021", "2021-01-01", "2021-12-31"),
        ("2021-05", "2021-05-01", "2021-05-31"),
        ("2021-02", "2021-02-01", "2021-02-28"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("1900-02", "1900-02-01", "1900-02-28"),
        ("2000-02", "2000-02-01", "2000-02-29"),
        ("2021-05-03", "2021-05-03", "2021-05-03"),
        ("2024-02-29", "2024-02-29", "2024-02-29"),
    ],
)
def test_bounds(text, first, last):
    assert (first_day(text), last_day(text)) == (first, last)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "21",
        "2021-13",
        "2021-00",
        "2021-5",
        "2021-02-29",
        "2021-04-31",
        "2021-05-00",
        "2021-05-3",
        "abc",
        "2021-05Z",
    ],
)
def test_what_is_no_date_has_none(text):
    assert first_day(text) is None
    assert last_day(text) is None


@given(st.dates())
def test_a_month_and_a_year_end_before_the_next(day):
    """By the calendar of the standard library."""
    text = day.isoformat()
    assert first_day(text) == last_day(text) == text
    for size in (4, 7):
        first, last = date.fromisoformat(first_day(text[:size])), date.fromisoformat(last_day(text[:size]))
        assert first <= day <= last
        assert first.isoformat()[:size] == last.isoformat()[:size] == text[:size]
        if last < date.max:
            assert (last + timedelta(1)).isoformat()[:size] > text[:size]
