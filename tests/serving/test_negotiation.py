"""Content negotiation, function by function."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("starlette")

from hankelod.serving.negotiation import choose, language, ranges, takes_gzip

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


def test_languages():
    assert language("en-GB, sv;q=0.9", ("fi", "sv", "en")) == "en"
    assert language("de", ("fi", "sv", "en")) == "fi"
    assert language("sv;q=0", ("fi", "sv")) == "fi"
    assert language(None, ("fi", "sv")) == "fi"


def test_codings():
    assert takes_gzip("gzip, deflate, br")
    assert takes_gzip("*")
    assert not takes_gzip("gzip;q=0, *")
    assert not takes_gzip("identity")
    assert not takes_gzip(None)
