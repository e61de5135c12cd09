"""Content negotiation, function by function."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("starlette")

from hankelod.serving.negotiation import accepted_language, choose, language, ranges, takes_gzip

OFFERS = ["text/turtle", "application/ld+json", "text/html; charset=utf-8"]


@given(
    st.text(max_size=200)
    | st.lists(st.sampled_from(["text/turtle", "*/*", "text/*", ";q=0.5", ",", ";", "q=", "1.000", '"', "\t"])).map(
        "".join
    )
)
def test_any_header_is_read(header):
    chosen = choose(header, OFFERS)
    assert chosen is None or 0 <= chosen < len(OFFERS)
    assert language(header, ("fi", "sv")) in ("fi", "sv")
    assert takes_gzip(header) in (True, False)
    assert all(0 <= r.quality <= 1 for r in ranges(header))


@given(st.permutations(["text/turtle;q=0.3", "application/ld+json;q=0.7", "*/*;q=0.5"]))
def test_the_order_of_ranges_does_not_matter(parts):
    assert choose(", ".join(parts), OFFERS) == 1


def test_the_most_specific_range_counts():
    assert choose("text/*, text/turtle;q=0.1, text/html;q=0.2", OFFERS) == 2
    assert choose("*/*;q=0.1, text/turtle;q=0", OFFERS) == 1
    assert choose("text/turtle;q=0", OFFERS) is None


def test_what_is_not_well_formed_is_passed_over():
    assert ranges("text/turtle;q=2, a b, /x, text/, *;q=0.5") == [("text/turtle", 1.0), ("*", 0.5)]
    assert len(ranges("a/b," * 100_000)) == 100


@pytest.mark.parametrize(
    ("header", "chosen"),
    [
        ("text/html;q=.5, text/turtle", 0),
        ("text/html;q=.9, text/turtle;q=.89", 2),
        ("text/html; q = .2 ; x=y, text/turtle;Q=.1", 2),
        ("text/html;q=1., text/turtle;q=0.9999", 2),
        ("text/html;q=1.000, text/turtle;q=0.999", 2),
        ("text/turtle;q=0, text/html;q=0.001", 2),
        ("text/turtle;q=0.000, text/*;q=0.0, */*", 1),
        ("*/*;q=0", None),
        ("*/*;q=0.0, text/*;q=0.1", 0),
        ("*/*;q=0, text/html", 2),
        ("text/html;q=high, text/turtle;q=0.1", 0),
        ("text/html;q=-1, text/turtle;q=0.1", 0),
        ("text/html;q=, text/turtle;q=0.1", 0),
        ("text/html;q=abc", 2),
        ('text/html;a="x, y;q=1";q=0.1, text/turtle;q=0.2', 0),
        ('text/html;a=";q=0";q=0.3, text/turtle;q=0.2', 2),
        ('text/turtle;a="never closed, text/html', 0),
        ("application/xhtml+xml", 2),
        ("application/xhtml+xml;q=0.9, text/turtle;q=0.1", 2),
        ("application/xhtml+xml;q=.1, text/turtle", 0),
        ("text/html;q=0.1, */*;q=0.5", 0),
        ("application/xml, text/xml", None),
        ("application/json", 1),
    ],
)
def test_qualities(header, chosen):
    assert choose(header, OFFERS) == chosen


@given(st.integers(0, 999), st.integers(0, 999))
def test_qualities_are_compared_as_numbers(left, right):
    """With as many digits as a client likes, and without the zero."""
    for form in ("{:.3f}", "{:.4f}", "{:.3g}"):
        written = [form.format(n / 1000).removeprefix("0") or "0" for n in (left, right)]
        if any(float(w or 0) != n / 1000 for w, n in zip(written, (left, right), strict=True)):
            continue
        chosen = choose(f"text/turtle;q={written[0]}, text/html;q={written[1]}", OFFERS)
        assert chosen == (None if left == right == 0 else 0 if left >= right else 2)


def test_an_alias_is_no_offer_beside_a_file_of_its_own():
    assert choose("application/json", ["application/ld+json", "application/json"]) == 1


def test_languages():
    assert language("en-GB, sv;q=0.9", ("fi", "sv", "en")) == "en"
    assert language("de", ("fi", "sv", "en")) == "fi"
    assert language("sv;q=0", ("fi", "sv")) == "fi"
    assert language(None, ("fi", "sv")) == "fi"
    assert language("en;q=.9, sv", ("fi", "sv", "en")) == "sv"
    assert language("fi;q=0, *", ("fi", "sv", "en")) == "sv"
    assert language("fi;q=0, sv;q=0", ("fi", "sv", "en")) == "fi"
    assert language("en;q=0.2, *;q=0.5", ("fi", "sv", "en")) == "fi"
    assert accepted_language("de, *;q=0", ("fi", "sv")) is None


def test_empty_elements_count_for_nothing():
    """RFC 9110, section 5.6.1: a list may have some, with spaces in them or not."""
    for empty in (",", ", ,", " ,\t, "):
        assert ranges(f"text/html{empty * 300},text/turtle;q=0.5") == ranges("text/html,text/turtle;q=0.5")


def test_codings():
    assert takes_gzip("gzip, deflate, br")
    assert takes_gzip("*")
    assert not takes_gzip("gzip;q=0, *")
    assert not takes_gzip("identity")
    assert not takes_gzip("gzip;q=0.1, identity")
    assert takes_gzip("gzip;q=.5, identity;q=.4")
    assert not takes_gzip(None)
